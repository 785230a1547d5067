"""What leadership reads first: what became of last week, where a finding was made, and sums that a reader can check."""

import re
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from reports.briefing.briefing import told
from reports.briefing.situation import MOST_WORDS, before_told, situation
from reports.edition import Language, Tables
from reports.judging.lights import judge
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.wording.decisions import decisions
from reports.wording.lights import light_reasons
from reports.wording.sentences import class_counts
from reports.wording.words import Words
from tests import reports_fixture as invented
from tests import reports_fixture_tested as tested
from tests import sentences
from tests.unit.test_reports_lights import facts_of, with_incident

WORDS = Words("id")
WEEK, BEFORE = "2024-W04", "2024-W03"


def trends(tables: Tables, week: str = WEEK) -> Trends:
    return Trends(facts_of(week, tables))


def after(*rows: pl.DataFrame, outcome: str = "unreviewed") -> Trends:
    """A week after one with incidents, two of whose posts are on the review list."""
    tables = dict(invented.season(WEEK))
    items = (
        tables["core.review_items"]
        .head(2)
        .with_columns(
            pl.lit(BEFORE).alias("week"),
            pl.lit(["money_politics"]).alias("indications"),
            pl.lit(outcome).alias("outcome"),
        )
    )
    known = tables["core.review_items"].clear()
    return trends({**tables, "trends.incident_weeks": pl.concat(rows), "core.review_items": pl.concat([known, items])})


def test_a_week_after_a_jump_whose_posts_nobody_reviewed_is_not_green_and_says_so() -> None:
    shown = after(tested.incident(BEFORE))
    content = judge(shown).content
    assert content.level == "amber"
    assert light_reasons(shown, WORDS, content) == (
        "unggahan dari peristiwa pekan lalu masih menunggu telaah: Politik uang"
    )
    assert before_told(shown, WORDS) == (
        "Dari pekan lalu – Politik uang: tidak terlihat lagi pekan ini; 2 unggahan masih menunggu telaah."
    )


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({}, "dismissed"),
        ({"status": "explained", "event_day": invented.ELECTION.voting_day, "event_id": "Debat"}, "unreviewed"),
        ({"stage": None, "family": "topics", "subject": "flood", "kind": "signal"}, "unreviewed"),
    ],
    ids=["reviewed", "explained", "no review is about it"],
)
def test_what_was_reviewed_or_explained_or_is_no_class_keeps_no_light_on(row: dict[str, Any], outcome: str) -> None:
    shown = after(tested.incident(BEFORE, **row), outcome=outcome)
    assert judge(shown).content.level == "green"
    assert "menunggu" not in before_told(shown, WORDS)


def test_incidents_of_last_week_that_ended_alike_share_a_sentence() -> None:
    topics = {"stage": None, "family": "topics", "kind": "signal"}
    rows = [
        tested.incident(BEFORE, incident=f"2024-0{n}", subject=name, **topics)
        for n, name in enumerate(("flood", "roads"))
    ]
    assert before_told(after(*rows), WORDS) == (
        "Dari pekan lalu – Topik Banjir rob dan cuaca dan Topik Jalan dan infrastruktur: tidak terlihat lagi pekan ini."
    )


def test_a_finding_of_one_platform_names_it_and_what_all_together_were() -> None:
    changes = {"kind": "signal", "family": "topics", "subject": "flood", "stage": None, "platform": "facebook"}
    changes |= {"platforms": ["facebook"], "driving_words": ["rob", "jalan"]}
    said = situation(trends(with_incident(WEEK, **changes)), WORDS)
    assert said.startswith(
        "Topik Banjir rob dan cuaca naik pada Facebook saja: 35 unggahan, biasanya sekitar 1."
        " Pada semua platform bersama mungkin kebetulan. Kata utama: rob, jalan."
    )


def test_what_many_accounts_copied_is_quoted() -> None:
    copies = {"kind": "copies", "family": "copies", "stage": None, "expected": None, "accounts": 31}
    said = situation(trends(with_incident(WEEK, driving_words=["pasar", "murah"], **copies)), WORDS)
    assert said.startswith(
        "31 akun menyebarkan satu teks yang sama pada Facebook dan TikTok: “Dukung pasar murah <b>sekarang</b> =1+1”."
    )
    assert len(said.split()) <= MOST_WORDS


def test_parts_beside_their_total_either_add_up_or_say_why_not() -> None:
    facts = facts_of(WEEK)

    def said(total: int, **counts: int) -> str:
        return class_counts(facts, WORDS, counts.items(), 2, total)

    assert said(3, insult=3) == "Penghinaan / kampanye hitam"
    assert said(4, insult=3, threat=1) == "Penghinaan / kampanye hitam (3); Ancaman / kekerasan (1)"
    assert said(3, insult=1, threat=1, hoax=2).endswith("jenis lain (2). Satu unggahan dapat berjenis ganda")


def test_the_agenda_and_the_tasks_count_the_same_posts() -> None:
    shown = trends(invented.season("2024-W05"), "2024-W05")
    data = told(shown, WORDS, judge(shown))
    tasks = sum(int(count) for task in data["tasks"] for count in re.findall(r"^Telaah (\d+)", task.what))
    (first,) = [what for _, what in data["agenda"] if "Batas internal" in what]
    assert re.search(rf"dari {tasks} unggahan yang harus ditelaah", first), first


def test_days_that_are_missing_are_collected_again_and_what_still_fails_is_restored() -> None:
    restore = "Pulihkan pengumpulan pada Facebook."
    again = "Ambil ulang hari yang hilang pada Facebook selama masih tersedia."

    def asked(tables: Tables) -> set[str]:
        return {each.what for each in decisions(trends(tables, invented.OUTAGE), WORDS)} & {restore, again}

    tables = dict(invented.season(invented.OUTAGE))
    assert asked(tables) == {restore}
    last = (pl.col("platform") == "facebook") & (pl.col("day") == invented.Week.parse(invented.OUTAGE).last_day)
    came_back = pl.when(last).then(4).otherwise(pl.col("succeeded")).alias("succeeded")
    tables["core.coverage"] = tables["core.coverage"].with_columns(came_back)
    assert asked(tables) == {again}


def test_coders_are_asked_for_where_limits_pass_and_nobody_ever_reviewed() -> None:
    def asked(stage: str) -> bool:
        tables = dict(invented.season("2024-W05"))
        items = tables["core.review_items"]
        early = invented.Week.parse("2024-W01").first_day
        tables["core.review_items"] = pl.concat(
            [items, items.head(1).with_columns(pl.lit(early).alias("hand_over_limit"), pl.lit(stage).alias("stage"))]
        )
        shown = trends(tables, "2024-W05")
        assert shown.overdue
        return any(task.what.startswith("Tetapkan dua penelaah") for task in decisions(shown, WORDS))

    assert asked("detected") and not asked("reviewed")


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("week", ["2023-W34", invented.OUTAGE, BEFORE, "2024-W05", "2024-W06", "2024-W07"])
def test_no_sentence_of_the_first_minute_is_longer_than_a_breath(week: str, lang: Language) -> None:
    edition = invented.edition(week, lang)
    shown = Trends(Facts(edition, checked_tables(invented.season(week), edition.week)))
    texts = sentences.first_minute(shown, Words(lang))
    assert len(texts) > 40
    assert sentences.too_long(texts) == []


def test_a_sentence_that_is_too_long_is_found() -> None:
    words = " ".join(["Kata"] * 13)
    quoted = f"“{words * 3}” dikutip."
    assert sentences.too_long([f"Ada 3 s.d. 7 hal. {words}. {words} / {words}.", quoted]) == [f"{words} / {words}."]


def confirmed(seen: date) -> Trends:
    """A week whose jump two coders confirmed in three posts, first seen on a day."""
    tables = dict(with_incident(WEEK, stage="indicated"))
    items = (
        tables["core.review_items"]
        .head(3)
        .with_columns(
            pl.lit(["money_politics"]).alias("indications"),
            pl.lit("money_politics").alias("code"),
            pl.lit("indicated").alias("stage"),
            pl.lit("indicated").alias("outcome"),
            pl.lit(seen).alias("first_seen_day"),
            pl.lit(seen + timedelta(days=7)).alias("hand_over_limit"),
        )
    )
    return trends({**tables, "core.review_items": items})


def test_what_was_confirmed_is_said_handed_over_at_once_and_not_reviewed_again() -> None:
    shown = confirmed(date(2024, 1, 10))  # its limit passed long before 29 January
    assert "biasanya sekitar 1. 3 di antaranya ditegaskan dua penelaah." in situation(shown, WORDS)
    tasks = decisions(shown, WORDS)
    assert [(task.what[:20], task.until) for task in tasks] == [("Teruskan 3 unggahan ", "29 Januari 2024")]
    data = told(shown, WORDS, judge(shown))
    assert "terindikasi (telaah dua penelaah) 3;" in data["follow"]
