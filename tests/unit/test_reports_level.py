"""The level of attention: grey when the week cannot be judged, moved by signals, never by counts of detections."""

from datetime import date

import polars as pl
import pytest

from reports.edition import Tables
from reports.judging.level import Judgement, judge, judge_buckets
from reports.reading.contract import TableRefusedError, checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.wording.counts import shielded
from reports.wording.sentences import gap_words, reason_words
from reports.wording.statements import headline, level_reasons
from reports.wording.words import Words
from tests import reports_fixture as invented


def facts_of(week: str, tables: Tables | None = None) -> Facts:
    edition = invented.edition(week)
    return Facts(edition, checked_tables(tables or invented.season(week), edition.week))


def judged(week: str, tables: Tables | None = None) -> Judgement:
    return judge(Trends(facts_of(week, tables)))


def keys(judgement: Judgement) -> list[str]:
    return [key for key, _ in judgement.reasons]


def test_a_fully_collected_week_outside_the_quiet_period_is_green() -> None:
    assert judged("2024-W04").level == "green"


def test_a_week_of_unknown_coverage_is_grey_and_never_green() -> None:
    judgement = judged("2023-W41", invented.imported())
    assert (judgement.level, keys(judgement)) == ("grey", ["level_unknown"])


def test_a_week_without_a_row_is_grey() -> None:
    judgement = judged("2024-W05", invented.nothing())
    assert (judgement.level, keys(judgement)) == ("grey", ["level_nothing"])


@pytest.mark.parametrize("week", [invented.OUTAGE, invented.GAP, "2024-W07"])
def test_a_week_below_the_coverage_floor_is_grey(week: str) -> None:
    judgement = judged(week)
    assert (judgement.level, keys(judgement)) == ("grey", ["level_floor"])


def without_signals(week: str, family: str = "") -> Tables:
    """The tables of a week in which no cell (of one family, or of any) signalled."""
    tables = dict(invented.season(week))
    quiet = pl.lit(True) if not family else pl.col("family") == family
    signal = pl.when(quiet).then(pl.lit(False)).otherwise(pl.col("signal")).alias("signal")
    return {**tables, "trends.signals": tables["trends.signals"].with_columns(signal)}


def reviewed(week: str, limit: date) -> Tables:
    """The tables of a week with one post that two coders indicated, whose internal limit is the given day."""
    tables = without_signals(week)
    items = (
        tables["core.review_items"]
        .head(1)
        .with_columns(
            pl.lit("indicated").alias("stage"),
            pl.lit("indicated").alias("outcome"),
            pl.lit(False).alias("is_open"),
            pl.lit(limit).alias("hand_over_limit"),
        )
    )
    return {**tables, "core.review_items": items}


def test_a_day_collected_in_part_makes_amber_and_says_so() -> None:
    judgement = judged("2024-W05", without_signals("2024-W05"))
    assert (judgement.level, keys(judgement)) == ("amber", ["level_gaps"])


def test_a_rise_in_a_measured_class_of_indications_makes_red_and_names_it() -> None:
    judgement = judged(invented.tested.BURST)
    assert (judgement.level, judgement.reasons) == ("red", (("level_signal", {"signal": "S1"}),))
    words, trends = Words("id"), Trends(facts_of(invented.tested.BURST))
    assert level_reasons(trends, words, judgement) == "Daftar telaah Penghinaan / kampanye hitam naik (S1)"


def test_a_rise_to_fewer_than_five_makes_amber() -> None:
    tables = invented.season(invented.tested.BURST)
    few = tables["trends.signals"].with_columns(
        observed=pl.when(pl.col("family") == "indications").then(4).otherwise(pl.col("observed"))
    )
    judgement = judged(invented.tested.BURST, {**tables, "trends.signals": few})
    assert judgement.level == "amber"
    assert ("level_signal", {"signal": "S1"}) in judgement.reasons


def test_any_other_signal_makes_amber() -> None:
    judgement = judged("2024-W05", without_signals("2024-W05", "indications"))
    assert (judgement.level, keys(judgement)) == ("amber", ["level_signal", "level_gaps"])


@pytest.mark.parametrize(("limit", "level"), [(date(2024, 2, 5), "red"), (date(2024, 2, 20), "amber")])
def test_a_reviewed_item_that_waits_makes_amber_and_red_when_its_limit_falls_before_the_next_report(
    limit: date, level: str
) -> None:
    assert judged("2024-W04", reviewed("2024-W04", limit)).level == level


def test_a_week_without_anything_to_compare_with_is_grey_but_the_quiet_period_is_amber() -> None:
    assert keys(judged("2023-W34")) == ["level_untested"]
    levels = [found.level for found in judge_buckets(Trends(facts_of("2024-W06")))]
    assert levels == ["green", "amber"]


def test_a_bucket_nobody_planned_to_collect_is_named_and_not_judged() -> None:
    tables = dict(invented.season("2024-W07"))
    late = pl.col("day") > invented.ELECTION.voting_day
    none = [pl.when(~late).then(pl.col(name)).alias(name) for name in ("planned", "attempted", "succeeded")]
    tables["core.coverage"] = tables["core.coverage"].with_columns(none)
    judgement = judged("2024-W07", tables)
    assert judgement.level == "amber"
    assert ("level_unplanned", {"phase": "post_election"}) in judgement.reasons


def test_a_failed_check_makes_amber() -> None:
    judgement = judged("2024-W04", invented.season("2024-W04", failed=2))
    assert (judgement.level, keys(judgement)) == ("amber", ["level_checks"])


def test_the_quiet_period_makes_amber() -> None:
    assert keys(judged("2024-W06")) == ["level_phase"]


def test_the_count_of_detections_does_not_move_the_level() -> None:
    tables = dict(invented.season("2024-W04"))
    many = pl.col("labelled").alias("detected")
    tables["trends.weekly_platform"] = tables["trends.weekly_platform"].with_columns(many)
    assert judged("2024-W04", tables) == judged("2024-W04")


def test_a_bucket_is_compared_only_with_its_own_phase_seen_well_enough() -> None:
    compared = {
        week: [facts.previous(bucket) is not None for bucket in facts.buckets]
        for week in ("2024-W04", "2024-W06", "2023-W48", "2024-W03", "2024-W07")
        for facts in [facts_of(week)]
    }
    assert compared == {
        "2024-W04": [True],
        "2024-W06": [True, False],  # 11 Feb is the first day of the quiet period
        "2023-W48": [True, False],  # the campaign begins on 28 Nov
        "2024-W03": [False],  # the week before it is the outage
        "2024-W07": [False, False, False],  # a single quiet day is too short to compare with
    }


def test_the_headline_says_what_was_not_seen_once_for_platforms_with_the_same_gap() -> None:
    assert gap_words(facts_of(invented.GAP), Words("id")) == [
        "TikTok, Facebook, dan Instagram 23–27 Okt 2023 tidak dikumpulkan (tidak dicoba)"
    ]


def test_days_nothing_is_known_of_are_gaps_too() -> None:
    tables = dict(invented.season("2024-W05"))
    tables["core.coverage"] = tables["core.coverage"].filter(pl.col("day") < date(2024, 2, 2))
    assert gap_words(facts_of("2024-W05", tables), Words("id"))[-1] == (
        "TikTok, Facebook, dan Instagram 2–4 Feb 2024 tidak dikumpulkan (tanpa catatan pengumpulan)"
    )


@pytest.mark.parametrize("week", ["2023-W34", invented.ZERO, "2023-W48", "2024-W05", "2024-W06", "2024-W07"])
def test_the_headline_has_three_to_seven_sentences(week: str) -> None:
    assert 3 <= len(headline(Trends(facts_of(week)), Words("id"))) <= 7


def test_a_private_column_is_refused() -> None:
    tables = dict(invented.season())
    tables["evidence"] = tables["evidence"].with_columns(pl.lit("x").alias("author_name_pi"))
    with pytest.raises(TableRefusedError, match="author_name_pi"):
        checked_tables(tables, invented.edition().week)


def test_a_missing_table_or_column_is_refused_by_name() -> None:
    tables = dict(invented.season())
    without = {**tables, "core.coverage": tables["core.coverage"].drop("planned")}
    with pytest.raises(TableRefusedError, match=r"core\.coverage has no column planned"):
        checked_tables(without, invented.edition().week)
    del tables["evidence"]
    with pytest.raises(TableRefusedError, match="evidence was not given"):
        checked_tables(tables, invented.edition().week)


def test_small_cells_are_hidden_and_never_only_one() -> None:
    words = Words("id")
    assert shielded([7, 3, 0], words) == ["7", "<5", "<5"]
    assert shielded([12, 3, 9], words) == ["12", "<5", "ditutup"]
    assert shielded([12, 8, 9], words) == ["12", "8", "9"]
    assert shielded([2], words) == ["<5"]
    assert shielded([None, 2, 6], words) == ["–", "<5", "ditutup"]


def test_reasons_of_gaps_are_translated_part_by_part_and_unknown_ones_kept() -> None:
    words = Words("id")
    assert reason_words(words, "outage: login wall, quota") == "gangguan: halaman meminta masuk akun, kuota habis"
    assert reason_words(words, "a comment, not a post") == "komentar, bukan unggahan"
    assert reason_words(words, "hujan deras") == "hujan deras"
