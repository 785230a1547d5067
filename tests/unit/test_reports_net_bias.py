"""The interval of net sentiment allows for the bias that was measured on real texts, and names it."""

import polars as pl
import pytest

from reports.briefing.key_numbers import interval_note, key_numbers
from reports.figures import charts, sentiment
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.reading.weeks import main_bucket
from reports.wording.net_bias import bias_of, net_note, reviewed_text, widened_text
from reports.wording.statements import statements
from reports.wording.words import Words
from tests.reports_fixture import edition, season
from tests.reports_fixture_tested import BURST


def facts_of(*rows: dict[str, object]) -> Facts:
    tables = season()
    frame = pl.DataFrame(rows, infer_schema_length=None) if rows else tables["core.label_quality"].head(0)
    return Facts(edition(), {**tables, "core.label_quality": frame})


def row(code: str, positives: int, flagged: int, test_set: str = "uji", *, is_real: bool = True) -> dict[str, object]:
    counts = {"posts": 600, "positives": positives, "flagged": flagged, "is_real": is_real, "is_own": False}
    return {"family": "sentiment", "code": code, "test_set_id": test_set, "test_set_en": "test", **counts}


MEASURED = (row("negative", 300, 277), row("neutral", 117, 121), row("positive", 183, 202))
NET = {"net_low": 0.01, "net_high": 0.11}


def test_the_bias_is_the_difference_of_net_sentiment() -> None:
    bias = bias_of(facts_of(*MEASURED))
    assert bias is not None and bias[0] == pytest.approx((202 - 277) / 600 - (183 - 300) / 600)


def test_the_largest_bias_of_real_texts_holds_and_invented_ones_say_nothing() -> None:
    invented = (row("negative", 300, 0, "buatan", is_real=False), row("positive", 183, 0, "buatan", is_real=False))
    other = (row("negative", 300, 240, "lain"), row("positive", 183, 183, "lain"))
    bias = bias_of(facts_of(*MEASURED, *invented, *other))
    assert bias is not None and (bias[0], bias[1]["test_set_id"]) == (pytest.approx(0.1), "lain")
    assert bias_of(facts_of(*invented)) is None


def test_the_interval_is_widened_on_both_sides_and_cut_at_the_ends() -> None:
    facts, words = facts_of(*MEASURED), Words("id")
    assert widened_text(facts, words, NET).endswith("−6,0 s.d. +18,0, arahnya belum pasti.")
    assert "+100,0" in widened_text(facts, words, {"net_low": 0.9, "net_high": 0.98})
    assert widened_text(facts, words, None) == widened_text(facts_of(), words, NET) == ""


def week(name: str) -> Facts:
    of_week = edition(name)
    return Facts(of_week, checked_tables(season(name), of_week.week))


def test_what_coders_said_stands_in_the_place_of_the_widened_interval() -> None:
    facts, words = week(BURST), Words("id")
    bucket = main_bucket(facts, facts.edition.week)
    told = net_note(facts, words, bucket)
    assert told == reviewed_text(facts, words, bucket)
    assert told == (
        "Menurut dua penelaah atas 126 unggahan contoh, sentimen bersih −6,2 (−17,1 s.d. +4,7) poin persen: "
        "arahnya belum pasti; selang 95 % ini memuat kesalahan label."
    )
    note = interval_note(Trends(facts), words)
    assert "Sentimen dengan kesalahan label: −6,2 (−17,1 s.d. +4,7) menurut penelaah, pekan lalu" in note


def test_without_reviews_the_widened_interval_stays_and_leaders_read_nothing_of_coders() -> None:
    facts, words = week("2024-W03"), Words("id")
    bucket = main_bucket(facts, facts.edition.week)
    assert reviewed_text(facts, words, bucket) == ""
    assert net_note(facts, words, bucket) == widened_text(facts, words, facts.measure(bucket)) != ""
    note = interval_note(Trends(facts), words)
    assert "penelaah" not in note and "Sentimen dengan kesalahan label: " in note


def limited(low: float, high: float, *measured: dict[str, object]) -> Trends:
    """A week without reviews whose net sentiment by labels has these limits."""
    facts = week("2024-W03")
    frame = facts.tables["trends.weekly_platform"]
    is_it = (pl.col("week") == "2024-W03") & (pl.col("platform") == "all")
    changes = {"net_sentiment": (low + high) / 2, "net_low": low, "net_high": high}
    frame = frame.with_columns(
        pl.when(is_it).then(value).otherwise(pl.col(name)).alias(name) for name, value in changes.items()
    )
    quality = facts_of(*measured).tables["core.label_quality"]
    return Trends(
        Facts(facts.edition, {**facts.tables, "trends.weekly_platform": frame, "core.label_quality": quality})
    )


@pytest.mark.parametrize(
    ("low", "high", "interval", "direction"),
    [
        (0.02, 0.08, "−5,0 s.d. +15,0", "arahnya belum pasti"),  # the count alone is sure, the labels are not
        (0.10, 0.20, "+3,0 s.d. +27,0", "condong positif"),
        (-0.20, -0.10, "−27,0 s.d. −3,0", "condong negatif"),
    ],
)
def test_leaders_read_limits_with_the_error_of_labels_and_whether_the_direction_is_certain(
    low: float, high: float, interval: str, direction: str
) -> None:
    trends, words = limited(low, high, *MEASURED), Words("id")  # a bias of 7 points
    value = words.decimal(50 * (low + high), signed=True)
    assert f"Sentimen dengan kesalahan label: {interval}, pekan lalu" in interval_note(trends, words)
    net = next(each for each in key_numbers(trends, words) if each.value == value)
    assert net.verdict.endswith(f"; {direction}")
    said = next(each.text for each in statements(trends, words) if each.key == "N1")
    assert said.endswith(f"Bila kesalahan label diperhitungkan: {direction}.")
    (picture,) = charts.pictures(trends, words, (sentiment.CHART,))
    assert picture.title.startswith(f"Sentimen bersih {value} poin")  # as in every table
    assert f"Dengan kesalahan label {interval}: {direction}." in picture.note


def test_where_the_error_of_labels_is_unknown_no_direction_is_certain() -> None:
    trends, words = limited(0.1, 0.2), Words("id")
    note = interval_note(trends, words)
    assert "Sentimen, belum memperhitungkan salah deteksi: +10,0 s.d. +20,0, pekan lalu" in note
    assert key_numbers(trends, words)[1].verdict.endswith("; arahnya belum pasti")
