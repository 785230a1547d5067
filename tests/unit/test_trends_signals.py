"""Signals: what is compared with what, when nothing can be said, and that the answer is the textbook's."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from scipy import stats

from flows.headers import schema
from flows.trends import signals

FIRST = date(2023, 9, 4)
LABELLED = 1000.0

Change = Mapping[str, Any]


def cells(
    counts: list[int],
    family: str = "indications",
    subject: str = "insult",
    platform: str = "tiktok",
    changes: Mapping[int, Change] | None = None,
) -> pl.DataFrame:
    """One cell over consecutive weeks, a thousand labelled posts each; `changes` alters single weeks."""
    rows = []
    for number, count in enumerate(counts):
        day = FIRST + timedelta(weeks=number)
        row = {
            "bucket": day,
            "week": f"{day.isocalendar().year}-W{day.isocalendar().week:02d}",
            "phase": "pre_campaign",
            "days": 7,
            "platform": platform,
            "reason": None,
            "series": "v1",
            "family": family,
            "subject": subject,
            "is_measured": True,
            "only_in_phase": None,
            "day": None,
            "observed": count,
            "posts": count,
            "exposure": LABELLED,
        }
        rows.append(row | dict((changes or {}).get(number, {})))
    kinds = {"reason": pl.String, "only_in_phase": pl.String, "day": pl.Date}
    kinds |= {"observed": pl.Int64, "posts": pl.Int64, "exposure": pl.Float64}
    return pl.DataFrame(rows, schema_overrides=kinds)


def last(frame: pl.DataFrame, platform: str = "tiktok") -> dict[str, Any]:
    return frame.filter(pl.col("platform") == platform).row(-1, named=True)


def test_a_burst_of_a_rare_class_is_the_predictive_tail_of_the_method() -> None:
    row = last(signals.find(cells([1, 0, 2, 1, 1, 1, 1, 1, 9])))
    shape, scale = 8 + 0.5, 1 / 8  # baseline count + 0.5, current over baseline exposure
    assert row["p"] == pytest.approx(stats.nbinom.sf(8, shape, 1 / (1 + scale)), rel=1e-6)
    assert (row["signal"], row["direction"], row["reason"]) == (True, "up", None)
    assert (row["expected"], row["ratio"], row["baseline_observed"]) == (1.0, 9.0, 8)
    assert row["ratio_low"] < 9 < row["ratio_high"]
    assert row["baseline_weeks"] == [f"2023-W{week}" for week in range(36, 44)]


def test_a_share_is_judged_by_the_beta_binomial() -> None:
    row = last(signals.find(cells([100, 108, 94, 101, 99, 160], family="topics", subject="prices")))
    before, trials = 5000, 1000
    a, b = 502 + 0.5, before - 502 + 0.5
    assert row["dispersion"] == 1.0
    assert row["p"] == pytest.approx(2 * stats.betabinom.sf(159, trials, a, b), abs=1e-11)
    assert row["expected"] == pytest.approx(100.4)


def test_sentiment_has_to_be_surer_than_a_topic_to_signal() -> None:
    weeks = [250, 262, 244, 251, 247, 290]
    topic = last(signals.find(cells(weeks, family="topics", subject="prices")))
    mood = last(signals.find(cells(weeks, family="sentiment", subject="negative")))
    assert 0.01 < topic["q"] == mood["q"] < 0.05
    assert (topic["signal"], mood["signal"], mood["direction"]) == (True, False, None)
    clear = last(signals.find(cells([*weeks[:-1], 330], family="sentiment", subject="negative")))
    assert clear["q"] < 0.01 and clear["signal"]


def test_a_share_that_fell_to_nothing_has_exact_limits_below_one() -> None:
    row = last(signals.find(cells([15, 16, 14, 17, 15, 16, 15, 16, 0], family="topics", subject="roads")))
    exact = stats.binomtest(0, 124).proportion_ci(method="exact").high  # given 124 texts in all, none of them now
    assert (row["signal"], row["direction"], row["ratio"], row["ratio_low"]) == (True, "down", 0.0, 0.0)
    assert row["ratio_high"] == pytest.approx(exact / (1 - exact) * 8, rel=1e-5)


@pytest.mark.parametrize(
    ("family", "subject", "before"),
    [("indications", "insult", 20), ("topics", "prices", 100), ("volumes", "posts", 900)],
)
def test_a_count_outside_its_usual_range_is_one_with_a_two_sided_p_below_five_per_cent(
    family: str, subject: str, before: int
) -> None:
    counts = [before + step for step in (0, 3, -4, 1, 2, -2, 0)]
    for share in (0.3, 0.7, 0.85, 0.95, 1.0, 1.05, 1.2, 1.4, 2.0):
        weeks = [*counts, round(before * share)]
        row = last(signals.find(volumes(weeks) if family == "volumes" else cells(weeks, family, subject)))
        is_outside = not row["usual_low"] <= row["observed"] <= row["usual_high"]
        assert is_outside == (row["p"] < 0.05), (family, share, row["p"])


def test_without_a_baseline_there_is_no_usual_range() -> None:
    row = last(signals.find(cells([1, 2, 1])))
    assert (row["usual_low"], row["usual_high"], row["reason"]) == (None, None, "no_baseline")


def test_nothing_expected_gives_no_ratio() -> None:
    row = last(signals.find(cells([0, 0, 0, 0, 4])))
    assert (row["expected"], row["ratio"], row["ratio_low"], row["signal"]) == (0, None, None, True)


def test_a_ratio_to_less_than_one_text_has_no_interval() -> None:
    row = last(signals.find(cells([1, 0, 2, 1, 0, 1, 1, 0, 9])))
    assert (row["expected"], row["ratio"], row["ratio_low"], row["ratio_high"]) == (0.75, 12.0, None, None)
    assert row["signal"]
    share = last(signals.find(cells([0, 0, 1, 0, 1, 0, 0, 0, 12], family="topics", subject="roads")))
    assert (share["signal"], share["ratio_low"], share["ratio_high"]) == (True, None, None)


def test_a_probability_far_below_a_millionth_is_not_rounded_to_zero() -> None:
    row = last(signals.find(cells([1, 0, 2, 1, 1, 1, 1, 1, 60])))
    tail = stats.nbinom.sf(59, 8 + 0.5, 8 / 9)
    assert 0 < tail < 1e-30
    assert row["p"] == pytest.approx(tail, rel=1e-6, abs=0)
    assert row["q"] == row["p"]  # of tiktok and of all platforms, which is the same here


def test_the_dispersion_of_a_topic_is_that_of_its_size() -> None:
    # eight large topics wander by a third of themselves, eight small ones are as even as chance
    wander = [200, 300, 210, 290, 190, 310, 205, 295, 250]
    even = [9, 12, 10, 8, 11, 13, 7, 10, 10]
    frame = pl.concat(
        [
            *(cells(wander[number:] + wander[:number], "topics", f"large-{number}") for number in range(8)),
            *(cells(even[number:] + even[:number], "topics", f"small-{number}") for number in range(8)),
        ]
    )
    of_last = signals.find(frame).filter((pl.col("platform") == "tiktok") & pl.col("p").is_not_null())
    spread = of_last.filter(pl.col("first_day") == of_last["first_day"].max())
    small, large = (spread.filter(pl.col("subject").str.starts_with(name))["dispersion"] for name in ("small", "large"))
    assert max(small) < 2
    assert min(large) > 8


def test_a_class_that_comes_in_waves_has_a_dispersion_of_its_own_and_a_rare_one_that_of_its_family() -> None:
    waves, calm = [2, 30, 4, 25, 1, 28, 3, 27, 10], [9, 12, 10, 8, 11, 13, 7, 10, 10]
    frame = pl.concat(
        [
            cells(waves, "indications", "waves"),
            *(cells(calm[number:] + calm[:number], "indications", f"calm-{number}") for number in range(5)),
            cells([0, 0, 1, 0, 0, 0, 0, 0, 0], "indications", "rare"),
        ]
    )
    found = signals.find(frame).filter((pl.col("platform") == "tiktok") & pl.col("dispersion").is_not_null())
    of_last = found.filter(pl.col("first_day") == found["first_day"].max())
    spread = dict(of_last.select("subject", "dispersion").iter_rows())
    assert spread["waves"] > 2 * spread["calm-0"] > 2
    assert spread["rare"] == spread["calm-0"]  # one event tells nothing of how they come
    alone = signals.find(cells(waves, "indications", "waves")).filter(pl.col("platform") == "tiktok")
    assert spread["waves"] < alone["dispersion"][-1]  # drawn to the family's


def test_what_could_never_signal_is_left_out_of_the_family() -> None:
    row = last(signals.find(cells([0, 0, 0, 0, 0, 0, 0, 0, 0])))
    assert (row["reason"], row["q"], row["tests"]) == ("too_rare", None, None)
    assert row["p"] == 1.0


def test_declines_of_rare_counts_are_not_claimed() -> None:
    row = last(signals.find(cells([4, 5, 4, 5, 5, 4, 5, 4, 0])))
    assert row["p"] == 1.0 and not row["signal"]
    frequent = last(signals.find(cells([40, 50, 40, 50, 50, 40, 50, 40, 5])))
    assert (frequent["signal"], frequent["direction"]) == (True, "down")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({8: {"reason": "coverage_unknown"}}, "coverage_unknown"),
        ({8: {"reason": "coverage_below_floor"}}, "coverage_below_floor"),
        ({8: {"reason": "not_collected", "observed": None, "posts": None, "exposure": None}}, "not_collected"),
        ({8: {"days": 3}}, "bucket_too_short"),
        ({8: {"phase": "campaign"}}, "no_baseline"),
        ({8: {"series": "v2"}}, "no_baseline"),
        ({8: {"exposure": 0.0}}, "no_exposure"),
        ({number: {"is_measured": False} for number in range(9)}, "not_measured"),
        ({number: {"only_in_phase": "pre_campaign"} for number in range(9)}, "phase_only"),
    ],
)
def test_where_nothing_can_be_said_the_reason_is_given(changes: dict[int, Change], reason: str) -> None:
    row = last(signals.find(cells([1, 1, 1, 1, 1, 1, 1, 1, 30], changes=changes)))
    assert (row["reason"], row["signal"], row["p"], row["expected"]) == (reason, False, None, None)


@pytest.mark.parametrize(
    "change", [{"reason": "coverage_below_floor"}, {"days": 3}, {"phase": "campaign"}, {"series": "v0"}]
)
def test_a_baseline_holds_only_buckets_that_may_be_compared(change: Change) -> None:
    row = last(signals.find(cells([1, 1, 50, 1, 1, 1, 1], changes={2: change})))
    assert row["baseline_buckets"] == 5
    assert "2023-W38" not in row["baseline_weeks"]
    assert row["baseline_observed"] == 5


def test_an_earlier_signal_is_left_out_of_later_baselines() -> None:
    found = signals.find(cells([1, 0, 1, 1, 12, 1, 1, 12])).filter(pl.col("platform") == "tiktok")
    assert found["signal"].to_list() == [False] * 4 + [True, False, False, True]
    assert "2023-W40" not in found.row(-1, named=True)["baseline_weeks"]


def test_a_burst_before_there_was_a_baseline_does_not_hide_the_next() -> None:
    row = last(signals.find(cells([1, 20, 0, 1, 1, 1, 12])))
    assert row["signal"]
    assert "2023-W37" not in row["baseline_weeks"]


def test_at_most_eight_buckets_and_the_latest() -> None:
    row = last(signals.find(cells([3] * 13)))
    assert row["baseline_buckets"] == 8
    assert row["baseline_weeks"][0] == "2023-W40"


def test_later_weeks_change_no_earlier_signal() -> None:
    counts = [1, 0, 2, 1, 0, 9, 1, 0, 3, 1, 0, 12]
    whole = signals.find(cells(counts))
    for weeks in range(5, len(counts)):
        then = signals.find(cells(counts[:weeks]))
        assert whole.filter(pl.col("first_day") < FIRST + timedelta(weeks=weeks)).equals(then)


def test_more_noise_in_the_baseline_needs_more_to_be_a_signal() -> None:
    calm = last(signals.find(cells([30, 31, 29, 30, 30, 31, 29, 30, 50])))
    wild = last(signals.find(cells([10, 50, 12, 48, 9, 52, 14, 45, 50])))
    assert calm["dispersion"] == 1.0 and calm["signal"]
    assert wild["dispersion"] > 5 and not wild["signal"]


def test_all_uses_the_platforms_that_may_be_compared_throughout() -> None:
    gap = {8: {"reason": "not_collected", "observed": None, "posts": None, "exposure": None}}
    frame = pl.concat(
        [
            cells([2] * 9, platform="tiktok"),
            cells([3] * 9, platform="facebook"),
            cells([50] * 9, platform="instagram", changes=gap),
        ]
    )
    row = last(signals.find(frame), "all")
    assert (row["observed"], row["expected"], row["reason"]) == (5, 5.0, None)
    alone = last(signals.find(frame.filter(pl.col("platform") != "facebook")), "all")
    assert (alone["reason"], alone["signal"]) == ("platform_missing", False)


def test_all_weighs_the_platforms_by_their_exposure_now() -> None:
    # a platform at 4 per 1,000 had half its exposure: 1 + 2 are expected, although the pooled rate would say 3.75
    half = {8: {"exposure": 500.0}}
    frame = pl.concat(
        [cells([1] * 8 + [1], platform="tiktok"), cells([4] * 8 + [2], platform="facebook", changes=half)]
    )
    assert last(signals.find(frame), "all")["expected"] == 3.0


def volumes(weeks: list[int], down: Mapping[int, int] | None = None, sources: int = 1) -> pl.DataFrame:
    """Volumes of a platform, spread evenly over days; in `down` weeks the first source misses so many days."""
    rows = []
    for number, total in enumerate(weeks):
        for source in range(sources):
            for offset in range(7):
                lost = source == 0 and offset < (down or {}).get(number, 0)
                day = FIRST + timedelta(weeks=number, days=offset)
                count = 0 if lost else round(total / 7 * (0.3 if source else 1.0)) + (number * 3 + offset * 5) % 5 - 2
                change = {"day": day, "observed": count, "posts": count, "exposure": 0.0 if lost else 1.0}
                rows.append(cells([0] * (number + 1), "volumes", f"source-{source}", changes={number: change})[-1])
    return pl.concat(rows)


def test_an_outage_lowers_what_is_expected_and_is_no_signal() -> None:
    row = last(signals.find(volumes([700] * 9, down={8: 2}, sources=2)))
    assert row["observed"] < 750
    assert row["expected"] == pytest.approx(row["observed"], rel=0.05)
    assert not row["signal"]


def test_steady_growth_is_no_signal_and_a_jump_is() -> None:
    growing = [round(700 * 1.06**week) for week in range(10)]
    row = last(signals.find(volumes(growing)))
    assert row["expected"] == pytest.approx(growing[-1], rel=0.02)
    assert not row["signal"]
    jump = last(signals.find(volumes([*growing[:-1], 2 * growing[-1]])))
    assert (jump["signal"], jump["direction"]) == (True, "up")
    assert jump["ratio_low"] > 1.5


def test_power_names_bursts_that_are_found() -> None:
    counts = [1, 0, 2, 1, 0, 1, 1, 0]
    quiet = last(signals.find(cells([*counts, 1])))
    assert quiet["burst_50"] <= quiet["burst_80"] <= quiet["burst_95"]
    for size in range(quiet["burst_95"], quiet["burst_95"] + 5):
        assert last(signals.find(cells([*counts, size])))["signal"]
    assert not last(signals.find(cells([*counts, quiet["burst_50"] - 1])))["signal"]


def test_an_empty_warehouse_has_no_signals() -> None:
    found = signals.find(cells([1]).clear())
    assert found.height == 0
    assert found.schema == pl.Schema(schema("trends.signals"))
