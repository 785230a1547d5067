"""The two lights and the first sentence: moved by incidents and coverage, never by counts of detections."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from reports.edition import Tables
from reports.judging.lights import Judgement, Light, judge, judge_buckets
from reports.reading.contract import TableRefusedError, checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.render import summarise
from reports.wording.counts import shielded
from reports.wording.lights import light_sentences, lights_said
from reports.wording.sentences import gap_words, reason_words
from reports.wording.statements import headline
from reports.wording.words import Words
from tests import reports_fixture as invented


def facts_of(week: str, tables: Tables | None = None) -> Facts:
    edition = invented.edition(week)
    return Facts(edition, checked_tables(tables or invented.season(week), edition.week))


def judged(week: str, tables: Tables | None = None) -> Judgement:
    return judge(Trends(facts_of(week, tables)))


def keys(light: Light) -> list[str]:
    return [key for key, _ in light.reasons]


def with_incident(week: str, **changes: object) -> Tables:
    """The tables of a week with one incident and no other."""
    tables = dict(invented.season(week))
    return {**tables, "trends.incident_weeks": invented.tested.incident(week, **changes)}


def before_vote(week: str, count: int, act_by: date = date(2024, 2, 13)) -> Tables:
    """The tables of a week of which the last of so many flagged posts are of the quiet period, seen on 12 February."""
    tables = dict(invented.season(week))
    items = tables["core.review_items"]
    last = pl.int_range(pl.len()) >= pl.len() - count
    changes = {
        "phase": pl.lit("quiet"),
        "indications": pl.lit(["quiet_period"]),
        "first_seen_day": pl.lit(date(2024, 2, 12)),
        "hand_over_limit": pl.lit(date(2024, 2, 19)),
        "act_by": pl.lit(act_by),
    }
    changed = {name: pl.when(last).then(value).otherwise(pl.col(name)) for name, value in changes.items()}
    return {**tables, "core.review_items": items.with_columns(**changed)}


def reviewed(week: str, seen: date) -> Tables:
    """The tables of a week with one post that two coders indicated, first seen on the given day."""
    tables = dict(invented.season(week))
    items = tables["core.review_items"].head(1)
    items = items.with_columns(
        pl.lit("indicated").alias("stage"),
        pl.lit("indicated").alias("outcome"),
        pl.lit(False).alias("is_open"),
        pl.lit(seen).alias("first_seen_day"),
    )
    return {**tables, "core.review_items": items}


# -- content -----------------------------------------------------------------------------------------------------------


def test_a_week_in_which_tests_were_possible_and_nothing_passed_is_green() -> None:
    lights = judged("2024-W04")
    assert (lights.content, lights.collection.level) == (Light("green", (("light_green", {}),)), "green")


@pytest.mark.parametrize(
    ("week", "tables", "reason"),
    [
        ("2023-W41", invented.imported, "light_unknown"),
        ("2024-W05", invented.nothing, "light_nothing"),
        (invented.OUTAGE, None, "light_floor"),
        ("2024-W07", None, "light_nothing"),
        ("2023-W34", None, "light_untested"),
    ],
)
def test_a_week_that_cannot_be_tested_is_grey(week: str, tables: Callable[[], Tables] | None, reason: str) -> None:
    content = judged(week, tables() if tables else None).content
    assert content.level == "grey"
    assert reason in keys(content)


def test_a_week_that_has_a_weak_baseline_only_is_grey_and_says_what_was_held_against_what() -> None:
    tables = dict(invented.season("2024-W04"))
    untested = pl.lit("no_baseline").alias("reason")
    tables["trends.signals"] = tables["trends.signals"].with_columns(untested, signal=pl.lit(False))
    flags = tables["trends.count_flags"]
    tables["trends.count_flags"] = flags.with_columns(pl.lit(None, pl.String).alias("reason"), is_weak=pl.lit(True))
    assert judged("2024-W04", tables).content == Light("grey", (("light_counted", {}),))
    shown = Trends(facts_of("2024-W04", tables))
    said = light_sentences(shown, Words("id"), "content", judge(shown).content)
    assert said.startswith("Hanya jumlah daftar telaah yang dapat dibandingkan, dengan fase sebelumnya; tidak ada")
    flagged = {**tables, "trends.incident_weeks": invented.tested.incident("2024-W04", is_weak=True)}
    assert judged("2024-W04", flagged).content.level == "amber"  # what a weak baseline finds, and never red


def test_a_split_week_shows_the_light_of_each_part_and_what_waits_there() -> None:
    shown = Trends(facts_of("2024-W06", before_vote("2024-W06", 2)))
    content, collection = lights_said(shown, Words("id"), judge(shown))
    assert content["title"] == "Isi: hijau; masa tenang abu-abu (tidak dapat dinilai)."
    assert content["reasons"].endswith(
        " Masa tenang, 11 Februari 2024: periode terlalu pendek untuk diuji; 2 unggahan menunggu telaah."
    )
    assert collection["title"] == "Mutu pengumpulan: hijau."
    summary = summarise(shown, Words("id"), judge(shown))
    assert summary.content_reason.endswith("periode terlalu pendek untuk diuji; 2 unggahan menunggu telaah")


def test_the_light_of_a_reissued_week_is_not_that_of_what_later_weeks_confirmed() -> None:
    tables = dict(reviewed("2024-W04", date(2024, 1, 10)))
    later = tables["core.review_items"].with_columns(pl.lit("2024-W05").alias("week"))
    assert judged("2024-W04", {**tables, "core.review_items": later}).content.level == "green"
    assert judged("2024-W04", tables).content.level == "red"


@pytest.mark.parametrize("kind", ["signal", "count_flag", "copies", "case"])
def test_an_open_incident_of_any_source_makes_amber_and_is_named(kind: str) -> None:
    lights = judged("2024-W04", with_incident("2024-W04", kind=kind))
    assert lights.content == Light("amber", (("light_incident", {"incidents": "I1"}),))


@pytest.mark.parametrize("changes", [{"status": "explained"}, {"status": "false_detection", "situation": False}])
def test_what_a_known_event_explains_or_is_a_false_detection_moves_nothing(changes: dict[str, object]) -> None:
    assert judged("2024-W04", with_incident("2024-W04", **changes)).content.level == "green"


@pytest.mark.parametrize(
    ("code", "right", "level"), [("insult", 50, "red"), ("insult", 49, "amber"), ("hoax", 99, "amber")]
)
def test_a_rise_is_red_only_where_the_office_itself_measured_the_class(code: str, right: int, level: str) -> None:
    tables = dict(with_incident("2024-W04", kind="signal", subject="insult"))
    tables["core.label_quality"] = invented.own_quality(tables["core.label_quality"], code, 100, right)
    assert judged("2024-W04", tables).content.level == level


def test_a_count_flag_is_never_red() -> None:
    tables = dict(with_incident("2024-W04", subject="insult", is_weak=True))
    tables["core.label_quality"] = invented.own_quality(tables["core.label_quality"], "insult", 100, 100)
    assert judged("2024-W04", tables).content.level == "amber"


@pytest.mark.parametrize(("seen", "level"), [(date(2024, 1, 25), "red"), (date(2024, 1, 26), "amber")])
def test_a_confirmed_act_makes_amber_and_red_beyond_half_of_its_limit(seen: date, level: str) -> None:
    assert judged("2024-W04", reviewed("2024-W04", seen)).content.level == level  # released on 29 January


def test_neither_counts_of_detections_nor_failed_checks_nor_the_quiet_period_move_the_content() -> None:
    tables = dict(invented.season("2024-W04", failed=2))
    many = pl.col("labelled").alias("detected")
    tables["trends.weekly_platform"] = tables["trends.weekly_platform"].with_columns(many)
    assert judged("2024-W04", tables) == judged("2024-W04")
    assert judged("2024-W06").content.level == "green"
    buckets = [each.lights.content for each in judge_buckets(Trends(facts_of("2024-W06"))) if each.lights]
    assert buckets == [Light("green", (("light_green", {}),)), Light("grey", (("light_short", {}),))]


# -- collection --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("coverage", "level"),
    [(0.9, "green"), (0.89, "amber"), (0.7, "amber"), (0.69, "red"), (0.0, "red"), (None, "grey")],
)
def test_the_collection_has_the_light_of_its_share(coverage: float | None, level: str) -> None:
    tables = dict(invented.season("2024-W04"))
    share = pl.lit(coverage, pl.Float64).alias("coverage")
    tables["trends.weekly_platform"] = tables["trends.weekly_platform"].with_columns(share)
    assert judged("2024-W04", tables).collection.level == level


def test_a_bucket_nobody_planned_to_collect_is_named_and_not_judged() -> None:
    tables = dict(invented.season("2024-W07"))
    late = pl.col("day") > invented.ELECTION.voting_day
    none = [pl.when(~late).then(pl.col(name)).alias(name) for name in ("planned", "attempted", "succeeded")]
    tables["core.coverage"] = tables["core.coverage"].with_columns(none)
    lights = judged("2024-W07", tables)
    assert lights.collection.level == "green"
    assert ("light_unplanned", {"phase": "post_election"}) in lights.collection.reasons


# -- the first sentence ------------------------------------------------------------------------------------------------


def first_sentence(week: str, **changes: object) -> str:
    return headline(Trends(facts_of(week, with_incident(week, **changes))), Words("id"))[0]


def test_a_count_flag_opens_the_week_with_a_count_and_no_rate() -> None:
    assert first_sentence("2024-W04") == (
        "35 unggahan, biasanya sekitar 1, masuk daftar telaah Politik uang; 34 akun pada Facebook dan TikTok. "
        "Terdeteksi otomatis, belum ditinjau; ketepatan belum terukur. Kata utama: amplop, coblos. Peristiwa 2024-01."
    )


def test_a_copied_text_opens_the_week_with_its_accounts() -> None:
    said = first_sentence(
        "2024-W04", kind="copies", family="copies", subject="copies", posts=140, texts=1, accounts=138, stage=None,
        expected=None, driving_words=["beras", "petani"],
    )  # fmt: skip
    assert said == (
        "138 akun menyebarkan satu teks yang sama pada Facebook dan TikTok, 22–24 Januari 2024 (140 unggahan). "
        "Kata utama: beras, petani. Peristiwa 2024-01."
    )


def test_a_known_event_stands_in_the_sentence_of_the_rise_it_explains() -> None:
    changes = {
        "kind": "signal", "family": "topics", "subject": "flood", "stage": None, "observed": 30,
        "event_day": date(2024, 1, 25), "event_id": "Pelantikan KPPS", "event_en": "Officers", "status": "explained",
        "driving_words": ["kpps"],
    }  # fmt: skip
    said, other, *_ = headline(Trends(facts_of("2024-W04", with_incident("2024-W04", **changes))), Words("id"))
    assert other.startswith("Selebihnya tidak ada perubahan besar tanpa penjelasan pada 22–28 Januari 2024 (54 uji; ")
    event = "bertepatan dengan Pelantikan KPPS (25 Januari 2024)"
    assert said.startswith(f"30 teks berbeda, biasanya sekitar 1: Topik Banjir rob dan cuaca, {event}; 34 akun ")


def test_what_one_platform_shows_stands_beside_all_platforms_together() -> None:
    said = first_sentence("2024-W04", platform="tiktok", platforms=["tiktok"])
    assert "Semua platform bersama: 0 teks berbeda, biasanya kurang dari 1; mungkin kebetulan." in said


def test_a_weak_baseline_is_named() -> None:
    assert "biasanya sekitar 1 (pembanding lemah)" in first_sentence("2024-W04", is_weak=True)


def test_open_incidents_come_before_explained_ones_and_acts_before_topics() -> None:
    rows = [
        invented.tested.incident("2024-W04", incident="2024-01", kind="signal", family="topics", subject="flood"),
        invented.tested.incident("2024-W04", incident="2024-02", kind="signal", status="explained"),
        invented.tested.incident("2024-W04", incident="2024-03"),
        invented.tested.incident("2024-W04", incident="2024-04", kind="copies"),
    ]
    tables = {**invented.season("2024-W04"), "trends.incident_weeks": pl.concat(rows)}
    named = [each.row["incident"] for each in Trends(facts_of("2024-W04", tables)).incidents]
    assert named == ["2024-04", "2024-03", "2024-01", "2024-02"]


# -- what is compared, and what is refused -----------------------------------------------------------------------------


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
        "TikTok, Facebook, dan Instagram 23–27 Oktober 2023 tidak dikumpulkan (tidak dicoba)"
    ]


def test_days_nothing_is_known_of_are_gaps_too() -> None:
    tables = dict(invented.season("2024-W05"))
    tables["core.coverage"] = tables["core.coverage"].filter(pl.col("day") < date(2024, 2, 2))
    assert gap_words(facts_of("2024-W05", tables), Words("id"))[-1] == (
        "TikTok, Facebook, dan Instagram 2–4 Februari 2024 tidak dikumpulkan (tanpa catatan pengumpulan)"
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
    assert shielded([12, 3, 9], words) == ["12", "<5", "disamarkan"]
    assert shielded([12, 8, 9], words) == ["12", "8", "9"]
    assert shielded([2], words) == ["<5"]
    assert shielded([None, 2, 6], words) == ["–", "<5", "disamarkan"]


def test_reasons_of_gaps_are_translated_part_by_part_and_unknown_ones_kept() -> None:
    words = Words("id")
    assert reason_words(words, "outage: login wall, quota") == "gangguan: halaman meminta masuk akun, kuota habis"
    assert reason_words(words, "a comment, not a post") == "komentar, bukan unggahan"
    assert reason_words(words, "hujan deras") == "hujan deras"
