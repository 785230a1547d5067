"""Every expectation on the trend tables passes on healthy buckets and notices the one thing it is there for."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from expectations import trend_tables
from expectations.run import Outcome, gate, validate
from expectations.suite import Suite
from flows.headers import header_of

WEEKS = [f"2024-W{number:02d}" for number in range(1, 7)]
SUITES: dict[str, Suite] = {
    "weekly_platform": trend_tables.weekly_platform(),
    "weekly_topic": trend_tables.weekly_topic(),
    "weekly_indication": trend_tables.weekly_indication(),
    "weekly_district": trend_tables.weekly_district(),
}
SUBJECTS = {"weekly_topic": "topic", "weekly_indication": "indication", "weekly_district": "district"}


def healthy(table: str = "weekly_platform") -> pd.DataFrame:
    """Six buckets of two platforms; the last row is a bucket that was not collected."""
    rows = [
        {
            "week": week,
            "phase": "campaign",
            "platform": platform,
            "first_day": pd.Timestamp("2024-01-01") + pd.Timedelta(weeks=number),
            "last_day": pd.Timestamp("2024-01-07") + pd.Timedelta(weeks=number),
            "days": 7,
            "posts": 700 + 10 * number,
            "labelled": 650,
            "authors": 300,
            "negative": 150,
            "neutral": 300,
            "positive": 200,
            "net_sentiment": 0.08,
            "net_low": 0.02,
            "net_high": 0.14,
            "detected": 13,
            "per_1000": 20.0,
            "per_1000_low": 10.6,
            "per_1000_high": 34.2,
            "share": 0.4,
            "share_low": 0.35,
            "share_high": 0.45,
            "coverage": 1.0,
            "status": "observed",
        }
        for platform in ("all", "tiktok")
        for number, week in enumerate(WEEKS)
    ]
    frame = pd.DataFrame(rows)
    frame.loc[len(frame) - 1, frame.columns[frame.columns.get_loc("posts") :]] = None
    frame.loc[len(frame) - 1, "status"] = "not_collected"
    if table in SUBJECTS:
        return frame.assign(**{SUBJECTS[table]: "umum"})
    return frame.drop(columns=["share", "share_low", "share_high"])


def with_row(**values: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    """Spoils a frame by putting these values into the last observed bucket of all platforms."""

    def spoil(frame: pd.DataFrame) -> pd.DataFrame:
        spoiled = frame.astype(object)
        for column, value in values.items():
            spoiled.loc[len(WEEKS) - 1, column] = value
        return spoiled

    return spoil


_Spoils = dict[str, Callable[[pd.DataFrame], pd.DataFrame]]

MEASURES: _Spoils = {
    "week_filled": with_row(week=None),
    "phase_filled": with_row(phase=None),
    "platform_filled": with_row(platform=None),
    "platform_known": with_row(platform="semua"),
    "status_known": with_row(status="ok"),
    "status_filled": with_row(status=None),
    "posts_counted_when_observed": with_row(posts=None),
    "posts_not_negative": with_row(posts=-1),
    "labelled_not_negative": with_row(labelled=-1),
    "authors_not_negative": with_row(authors=-1),
    "negative_not_negative": with_row(negative=-1),
    "neutral_not_negative": with_row(neutral=-1),
    "positive_not_negative": with_row(positive=-1),
    "detected_not_negative": with_row(detected=-1),
    "labelled_up_to_posts": with_row(labelled=751),
    "authors_up_to_posts": with_row(authors=751),
    "detected_up_to_posts": with_row(detected=751),
    "net_low_up_to_net_sentiment": with_row(net_low=0.09),
    "net_sentiment_up_to_net_high": with_row(net_high=0.07),
    "per_1000_low_up_to_per_1000": with_row(per_1000_low=20.1),
    "per_1000_up_to_per_1000_high": with_row(per_1000_high=19.9),
    "net_sentiment_within_bounds": with_row(net_sentiment=-1.1),
    "net_low_within_bounds": with_row(net_low=-1.1),
    "net_high_within_bounds": with_row(net_high=8.0),
    "per_1000_within_bounds": with_row(per_1000=1000.5),
    "coverage_within_bounds": with_row(coverage=1.2),
}

SHARES: _Spoils = {
    "share_within_bounds": with_row(share=40.0),
    "share_low_up_to_share": with_row(share_low=0.41),
    "share_up_to_share_high": with_row(share_high=0.39),
}

SPOILED: dict[str, _Spoils] = {
    "weekly_platform": MEASURES
    | {
        "first_day_filled": with_row(first_day=None),
        "last_day_filled": with_row(last_day=None),
        "days_within_week": with_row(days=8),
        "volume_without_surge": with_row(posts=9_000),
        "volume_without_collapse": with_row(posts=50),
        "detected_plausible": with_row(per_1000=400.0),
    },
    "weekly_topic": MEASURES | SHARES | {"topic_filled": with_row(topic=None)},
    "weekly_indication": MEASURES | {"indication_filled": with_row(indication=None)},
    "weekly_district": MEASURES | SHARES | {"district_filled": with_row(district=None)},
}


@pytest.mark.parametrize("table", SUITES)
def test_every_expectation_has_data_that_trips_it(table: str) -> None:
    assert set(SPOILED[table]) == {each.name for each in SUITES[table].expectations}


@pytest.mark.parametrize("table", SUITES)
def test_suite_reads_only_columns_that_the_model_declares(table: str) -> None:
    assert set(SUITES[table].columns) <= set(header_of(f"trends.{table}").columns)


@pytest.mark.parametrize("table", SUITES)
def test_every_expectation_evaluates_and_passes_on_healthy_buckets(table: str) -> None:
    verdicts = validate(healthy(table), SUITES[table], empty_is_valid=False)
    assert {verdict.name: verdict.outcome for verdict in verdicts if verdict.outcome is not Outcome.PASSED} == {}


@pytest.mark.parametrize(("table", "name"), [(table, name) for table in SPOILED for name in SPOILED[table]])
def test_expectation_notices(table: str, name: str, verdict_of: Any) -> None:
    verdict = verdict_of(SPOILED[table][name](healthy(table)), SUITES[table], name)
    assert (verdict.outcome, verdict.failed_rows) == (Outcome.FAILED, 1)


def test_a_breach_names_its_bucket(verdict_of: Any) -> None:
    verdict = verdict_of(with_row(coverage=1.2)(healthy()), SUITES["weekly_platform"], "coverage_within_bounds")
    assert verdict.observed == "1 / 11: 2024-W06 campaign all"


def test_implausible_volumes_warn_and_do_not_stop() -> None:
    verdicts = validate(with_row(posts=9_000)(healthy()), SUITES["weekly_platform"], empty_is_valid=False)
    assert [verdict.name for verdict in verdicts if verdict.is_breach] == ["volume_without_surge"]
    assert gate(verdicts) is None


@pytest.mark.parametrize(("posts", "outcome"), [(7_200, Outcome.PASSED), (7_201, Outcome.FAILED)])
def test_a_surge_is_more_than_ten_times_the_median_of_the_earlier_buckets(
    posts: int, outcome: Outcome, verdict_of: Any
) -> None:
    """Earlier buckets have 700, 710, 720, 730 and 740 posts."""
    verdict = verdict_of(with_row(posts=posts)(healthy()), SUITES["weekly_platform"], "volume_without_surge")
    assert verdict.outcome is outcome


def test_only_the_reported_week_is_compared(verdict_of: Any) -> None:
    spoiled = with_row(posts=9_000)(healthy())
    assert (
        verdict_of(spoiled, trend_tables.weekly_platform("2024-W05"), "volume_without_surge").outcome is Outcome.PASSED
    )
    assert (
        verdict_of(spoiled, trend_tables.weekly_platform("2024-W06"), "volume_without_surge").outcome is Outcome.FAILED
    )


def test_a_first_bucket_has_nothing_to_be_compared_with(verdict_of: Any) -> None:
    verdict = verdict_of(healthy().head(1), SUITES["weekly_platform"], "volume_without_surge")
    assert verdict.outcome is Outcome.NOT_APPLICABLE


def test_a_known_outage_is_no_collapse(verdict_of: Any) -> None:
    outage = with_row(posts=50, status="partial", coverage=0.1)(healthy())
    assert verdict_of(outage, SUITES["weekly_platform"], "volume_without_collapse").outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("term", "name"),
    [
        ("#wa081234567890", "term_without_account_number"),
        ("#3325010101900001", "term_without_identity_number"),
        ("#0812_3456_7890", "term_without_telephone"),
    ],
)
def test_a_term_that_is_a_number_of_somebody_stops(term: str, name: str) -> None:
    suite = trend_tables.emerging_terms()
    sound = ["beras", "#pemilu2024", "#14februari2024"]
    assert gate(validate(pd.DataFrame({"term": sound}), suite, empty_is_valid=True)) is None
    verdicts = validate(pd.DataFrame({"term": [*sound, term]}), suite, empty_is_valid=True)
    assert [verdict.name for verdict in verdicts if verdict.is_breach] == [name]
    assert gate(verdicts) is not None


def test_weeks_without_an_emerging_term_are_valid() -> None:
    none = pd.DataFrame({"term": pd.Series([], dtype="str")})
    assert gate(validate(none, trend_tables.emerging_terms(), empty_is_valid=True)) is None
