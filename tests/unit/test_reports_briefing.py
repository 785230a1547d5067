"""What leadership reads first: what became of last week, where a finding was made, and sums that a reader can check."""

import re
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from flows.periods import urgency
from reports import backlog_told
from reports.briefing.briefing import _titles, told
from reports.briefing.situation import MOST_WORDS, before_told, situation
from reports.edition import Language, Tables
from reports.judging.lights import judge
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.tables.review import clock_table
from reports.wording.cards import before, review_due
from reports.wording.decisions import decisions
from reports.wording.lights import light_reasons
from reports.wording.reissue import reissue_text
from reports.wording.sentences import class_counts
from reports.wording.words import Words
from tests import reports_fixture as invented
from tests import reports_fixture_tested as tested
from tests import sentences
from tests.unit.test_reports_lights import before_vote, facts_of, with_incident

WORDS = Words("id")
WEEK, BEFORE = "2024-W04", "2024-W03"


def trends(tables: Tables, week: str = WEEK) -> Trends:
    return Trends(facts_of(week, tables))


def after(*rows: pl.DataFrame, outcome: str = "unreviewed", new: int = 0) -> Trends:
    """A week after one with incidents, two of whose posts are on the review list, and so many new ones."""
    tables = dict(invented.season(WEEK))
    mine = (pl.col("week") == WEEK) & (pl.col("indication") == "money_politics")
    counted = pl.when(mine).then(pl.lit(new)).otherwise(pl.col("detected")).alias("detected")
    tables["trends.weekly_indication"] = tables["trends.weekly_indication"].with_columns(counted)
    items = (
        tables["core.review_items"]
        .head(2)
        .with_columns(
            pl.lit(BEFORE).alias("week"),
            pl.lit(["money_politics"]).alias("indications"),
            pl.lit(outcome).alias("outcome"),
            pl.lit("detected" if outcome == "unreviewed" else "reviewed").alias("stage"),
        )
    )
    items = items.with_columns(
        pl.when(pl.lit(outcome == "referred")).then(pl.lit("referred")).otherwise(pl.col("stage")).alias("stage"),
        pl.when(pl.lit(outcome == "referred")).then(pl.lit("money_politics")).alias("code"),
    )
    found = items.head(1).with_columns(
        pl.lit(WEEK).alias("week"), pl.lit("unreviewed").alias("outcome"), pl.lit("detected").alias("stage")
    )
    parts = [tables["core.review_items"].clear(), items, *[found] * new]
    return trends({**tables, "trends.incident_weeks": pl.concat(rows), "core.review_items": pl.concat(parts)})


def test_a_week_after_a_jump_whose_posts_nobody_reviewed_is_not_green_and_says_so() -> None:
    shown = after(tested.incident(BEFORE))
    content = judge(shown).content
    assert content.level == "amber"
    assert light_reasons(shown, WORDS, content) == (
        "unggahan dari peristiwa pekan lalu masih menunggu telaah: Politik uang"
    )
    assert before_told(shown, WORDS) == (
        "Dari pekan lalu – Politik uang: 2 unggahan pekan lalu masih menunggu telaah."
        " Pekan ini tidak ada unggahan baru yang terdeteksi."
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


def test_a_class_with_a_new_post_is_not_said_to_be_gone_and_what_was_confirmed_is_said() -> None:
    said = before_told(after(tested.incident(BEFORE), outcome="referred", new=1), WORDS)
    assert said == (
        "Dari pekan lalu – Politik uang: 2 unggahan ditelaah, semuanya ditegaskan dua penelaah."
        " Pekan ini 1 unggahan baru, belum selesai ditelaah."
    )
    none = before_told(after(tested.incident(BEFORE), outcome="dismissed"), WORDS)
    assert "2 unggahan ditelaah, belum ada yang ditegaskan dua penelaah. Pekan ini tidak ada" in none


def test_a_rise_of_a_topic_is_over_where_it_was_and_the_topic_is_still_there() -> None:
    changes = {"stage": None, "family": "topics", "kind": "signal", "platform": "facebook"}
    rows = [
        tested.incident(BEFORE, incident=f"2024-0{n}", subject=name, **changes)
        for n, name in enumerate(("flood", "candidates"), start=1)
    ]
    shown = after(*rows)
    topics = shown.facts.tables["trends.weekly_topic"].filter(week=WEEK, platform="all")
    posts, share = topics.filter(topic="flood").select("posts", "share").row(0)
    assert before_told(shown, WORDS).startswith(
        "Dari pekan lalu – Topik Banjir rob dan cuaca: kenaikannya pada Facebook sudah berakhir. "
        f"{WORDS.number(posts)} unggahan ({WORDS.percent(share, 1)}) pekan ini pada semua platform. Topik Peserta"
    )
    assert "kenaikannya pada Facebook sudah berakhir. Tetap topik terbesar pekan ini, " in before_told(shown, WORDS)
    assert "(2024-01), " in before(shown, WORDS)[0] and " pada Facebook (2024-01)" in before(shown, WORDS)[0]


def test_a_rise_of_which_nothing_can_be_tested_any_more_is_not_said_to_be_over() -> None:
    row = tested.incident(BEFORE, stage=None, family="topics", kind="signal", subject="flood")
    shown = after(row)
    signals = shown.facts.tables["trends.signals"]
    untested = pl.when(pl.col("subject") == "flood").then(pl.lit("no_baseline")).otherwise(pl.col("reason"))
    tables = {**shown.facts.tables, "trends.signals": signals.with_columns(untested.alias("reason"))}
    assert ": pekan ini tidak dapat diuji (belum ada pembanding). " in before_told(trends(tables), WORDS)


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
    told_of = "3 dari 3 unggahan daftar telaah sudah ditelaah; 3 terindikasi; "
    assert f"{told_of}belum ada yang diteruskan sebagai informasi awal. " in data["follow"]


def test_what_was_confirmed_stays_confirmed_when_it_is_handed_over_and_decided() -> None:
    tables = dict(invented.season(WEEK))
    stages = ["reviewed", "indicated", "referred", "referred", "decided"]
    items = tables["core.review_items"].head(6)
    tables["core.review_items"] = items.with_columns(stage=pl.Series([*stages, "detected"]))
    said = told(trends(tables), WORDS, judge(trends(tables)))["follow"]
    assert "5 dari 6 unggahan daftar telaah sudah ditelaah; 4 terindikasi; 3 di antaranya" in said
    assert "diteruskan sebagai informasi awal; 1 sudah diputus." in said
    drawn = tables["core.review_items"].with_columns(is_detected=pl.Series([False, False, True, True, True, True]))
    again = trends({**tables, "core.review_items": drawn})
    assert (
        "3 dari 4 unggahan daftar telaah sudah ditelaah; 3 terindikasi;" in told(again, WORDS, judge(again))["follow"]
    )


# -- one deadline a post, one moment an edition ------------------------------------------------------------------------


def test_posts_of_the_quiet_period_come_before_the_vote_and_first_wherever_they_are_asked_for() -> None:
    shown = trends(before_vote("2024-W06", 2), "2024-W06")
    first, *others = decisions(shown, WORDS)
    assert first.what == "Telaah 2 unggahan terdeteksi otomatis: Kampanye di masa tenang."
    assert first.until == "13 Februari 2024, sebelum pemungutan suara (batas 19 Feb)"
    assert first.otherwise == "Penerima tidak sempat bertindak."
    assert others and all("sebelum pemungutan suara" not in task.until for task in others)
    rows = [(row["limit"], row["left"]) for row in clock_table(shown, WORDS).rows]
    assert rows.count(("19 Feb 2024", "dahulukan, sampai 13 Feb 2024")) == 2
    assert "2 di antaranya dari masa tenang: sampai 13 Februari 2024, sebelum" in review_due(shown, WORDS)
    limits = [(item["hand_over_limit"], item["act_by"]) for item in shown.open_items]
    line = backlog_told("id", "review/x.xlsx", limits, 0, date(2024, 2, 12))
    assert "; 2 di antaranya unggahan masa tenang, sampai 13 Februari 2024 sebelum pemungutan suara; dahulukan" in line
    after_it = Trends(Facts(invented.edition("2024-W06", as_of=moment(2024, 2, 14)), shown.facts.tables))
    assert all("sebelum pemungutan suara" not in task.until for task in decisions(after_it, WORDS))


def test_the_annex_names_the_days_and_the_receivers_of_the_tasks() -> None:
    shown = trends(before_vote("2024-W06", 2), "2024-W06")
    tasks = [task for task in decisions(shown, WORDS) if task.what.startswith("Telaah ")]
    rows = clock_table(shown, WORDS).rows
    assert {row["receiver"] for row in rows} == {task.whom.partition("bila terindikasi: ")[2] for task in tasks}
    counts = Counter(item["hand_over_limit"] for item in shown.due if not shown.is_before_vote(item))
    assert Counter(row["limit"] for row in rows if "dahulukan" not in str(row["left"])) == {
        WORDS.short_day(day): count for day, count in counts.items()
    }


def moment(*day: int) -> datetime:
    return datetime(*day, 5, tzinfo=invented.ELECTION.zone)  # type: ignore[misc]


def reissued(publication: int = 2, first: int = 0) -> Trends:
    """A week of January released in February, when a post of a later week waits too; once reported with fewer posts."""
    tables = dict(invented.season("2024-W02"))
    items = tables["core.review_items"]
    later = items.head(1).with_columns(
        pl.lit("2024-W05").alias("week"),
        pl.lit("later").alias("post_id"),
        pl.lit(date(2024, 2, 6)).alias("first_seen_day"),
        pl.lit(date(2024, 2, 12)).alias("hand_over_limit"),
        pl.lit(date(2024, 2, 12)).alias("act_by"),
    )
    unborn = later.with_columns(pl.lit("unborn").alias("post_id"), pl.lit(date(2024, 2, 20)).alias("first_seen_day"))
    known = tables["trends.weekly_platform"].filter(week="2024-W02", platform="all")
    reported = pl.concat(
        tables["trends.reported"]
        .head(1)
        .with_columns(
            **{name: pl.lit(known[name][0]) for name in ("week", "phase")},
            metric=pl.lit(metric),
            first_reported=pl.lit(float(known[metric][0] - less)),
        )
        for metric, less in (("posts", first), ("detected", 0))
    )
    edition = invented.edition("2024-W02", as_of=moment(2024, 2, 12), publication=publication)
    tables |= {
        "core.review_items": pl.concat([items, later, unborn]),
        "trends.reported": reported,
    }
    return Trends(Facts(edition, checked_tables(tables, edition.week)))


def test_a_late_edition_asks_for_what_waits_now_in_all_weeks_and_says_of_when_that_is() -> None:
    shown = reissued()
    assert len(shown.open_items) == 25 and len(shown.due) == 1  # what was not seen yet waits for nobody
    data = told(shown, WORDS, judge(shown))
    tasks = data["tasks"]
    assert [task.until for task in tasks if task.what.startswith("Telaah ")] == ["12 Februari 2024"]
    assert not any("salin" in task.what or "pengumpulan" in task.what for task in tasks)  # of its own week, and past
    assert "Menunggu penelaah per 12 Februari 2024, semua pekan: 25 unggahan." in data["follow"]
    assert "24 unggahan lama" in data["passed"] and "Dahulukan 1 unggahan di atas" in data["passed"]
    limits = [(item["hand_over_limit"], item["act_by"]) for item in shown.open_items]
    line = backlog_told("id", "review/x.xlsx", limits, 0, date(2024, 2, 12))
    assert line.startswith("Telaah 25 unggahan terdeteksi yang menunggu; dahulukan 1 yang batasnya belum lewat")
    assert "sesudahnya 24 yang batas internalnya sudah lewat" in line
    titles = _titles(shown.facts.edition, WORDS)
    assert titles["briefing_decide"] == "Yang harus dilakukan: keadaan per 12 Februari 2024"
    on_time = _titles(invented.edition("2024-W02"), WORDS)
    assert on_time["briefing_decide"] == "Yang harus dilakukan"


@pytest.mark.parametrize(
    ("first", "lang", "said"),
    [
        (0, "id", "Jumlah unggahan dan daftar telaah tidak berubah sejak penerbitan pertama."),
        (7, "id", "Yang berubah sejak penerbitan pertama: unggahan dari {first} menjadi {now}"),
        (7, "en", "Changed since the first publication: posts from {first} to {now}"),
    ],
)
def test_a_reissue_says_so_at_the_top_with_its_day_and_what_changed(first: int, lang: Language, said: str) -> None:
    shown, words = reissued(first=first), Words(lang)
    now = shown.facts.total("posts")
    text = reissue_text(shown.facts, words)
    assert said.format(first=words.number(now - first), now=words.number(now)) in text
    starts = {"id": "Terbitan ulang: penerbitan ke-2, 12 Februari", "en": "Released again: publication 2, 12 February"}
    assert text.startswith(starts[lang])
    assert reissue_text(reissued(publication=1).facts, words) == ""


def test_an_edition_that_comes_out_on_the_day_of_the_next_says_at_what_hour_that_is() -> None:
    shown = reissued()
    agenda = dict(told(shown, WORDS, judge(shown))["agenda"])
    assert agenda["12 Februari 2024 (H-2)"].endswith("Edisi berikutnya (2024-W06) terbit hari ini pukul 06.00 WIB")


def test_the_agenda_names_a_day_once_however_much_falls_on_it() -> None:
    shown = reissued()
    agenda = told(shown, WORDS, judge(shown))["agenda"]
    days = [day for day, _ in agenda]
    assert ("14 Februari 2024 (hari-H)", "Hari pemungutan suara. Embargo berakhir pukul 15.00 WIB") in agenda
    assert len(days) == len(set(days))


def test_what_lies_ahead_comes_before_what_has_passed() -> None:
    today = date(2024, 2, 12)
    passed, older, ahead, vote = date(2024, 2, 11), date(2024, 1, 5), date(2024, 2, 14), date(2024, 2, 13)
    limits = [(passed, passed), (older, older), (ahead, ahead), (date(2024, 2, 19), vote), (today, today)]
    ordered = sorted(limits, key=lambda each: urgency(each[0], each[1], today))
    assert [limit for limit, _ in ordered] == [today, date(2024, 2, 19), ahead, passed, older]
    assert urgency(date(2024, 2, 19), vote, date(2024, 2, 18)) == (False, 1)  # the vote is over, the limit is not
