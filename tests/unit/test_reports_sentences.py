"""What pages say agrees with itself: small cells stay hidden, a change is named with its place, nothing is untested
and within ordinary variation at once, a week published again says so."""

import re
from dataclasses import astuple
from datetime import UTC, date, datetime

import polars as pl
import pytest

import sql
from flows.seeds import read_seed
from reports.briefing.key_numbers import interval_note, key_numbers
from reports.briefing.situation import situation
from reports.edition import Tables
from reports.figures import style
from reports.judging.lights import judge
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.tables.changes import signal_table
from reports.tables.corrections import correction_table
from reports.tables.review import clock_table, overdue_table
from reports.tables.weekly import detected_table
from reports.weekly.blocks import Definitions
from reports.weekly.section import Report
from reports.weekly.sections import declaration
from reports.wording.decisions import decisions, passed_told
from reports.wording.recomputing import signal as signal_query
from reports.wording.statements import change_words, signal_text, statements
from reports.wording.words import Words
from tests import reports_fixture as invented

BURST = invented.tested.BURST
WORDS = Words("id")


def trends_of(week: str, tables: Tables | None = None) -> Trends:
    edition = invented.edition(week)
    return Trends(Facts(edition, checked_tables(tables or invented.season(week), edition.week)))


def on_facebook(observed: int, posts: int) -> Tables:
    """The week of the burst, its class of indications found on Facebook alone and with these counts."""
    tables = dict(invented.season(BURST))
    cell = (pl.col("week") == BURST) & (pl.col("family") == "indications") & (pl.col("subject") == "insult")
    here, everywhere = (cell & (pl.col("platform") == name) for name in ("facebook", "all"))
    frame = tables["trends.signals"]
    source = frame.filter(everywhere).with_columns(
        pl.lit("facebook").alias("platform"),
        pl.lit(observed).cast(pl.Int64).alias("observed"),
        pl.lit(posts).cast(pl.Int64).alias("posts"),
        pl.lit(11.137).alias("ratio"),
        pl.lit(1.3).alias("ratio_low"),
        pl.lit(133.3).alias("ratio_high"),
    )
    rest = frame.filter(~here).with_columns(
        pl.when(everywhere).then(pl.lit(False)).otherwise(pl.col("signal")).alias("signal")
    )
    return {**tables, "trends.signals": pl.concat([rest, source])}


def figure_texts(trends: Trends, row: int) -> str:
    """What is printed of a key number."""
    return " ".join(astuple(key_numbers(trends, WORDS)[row]))


def test_a_change_found_on_one_platform_is_named_with_it_wherever_it_is_said() -> None:
    trends = trends_of(BURST, on_facebook(30, 41))
    signal = next(each for each in trends.signals if each.family == "indications")
    assert change_words(trends, WORDS, signal).endswith("naik pada Facebook")


def test_a_small_count_of_one_platform_is_shown_nowhere_nor_what_would_tell_it() -> None:
    trends = trends_of(BURST, on_facebook(3, 4))
    signal = next(each for each in trends.signals if each.family == "indications")
    said = signal_text(trends, WORDS, signal)
    row = next(row for row in signal_table(trends, WORDS).rows if row["signal"] == signal.key)
    assert ": <5 unggahan," in said
    assert (row["observed_units"], row["ratio"]) == ("<5 (<5)", "–")
    assert "11,1" not in said + " ".join(row.values()) + figure_texts(trends, 2)
    assert "1,3 s.d. 133,3" in said
    assert "if(observed < 5, NULL, observed)" in signal_query(signal)  # the printed query hides what the sentence hides


def test_detections_crossed_with_a_platform_are_hidden_and_the_regency_s_are_not() -> None:
    tables = dict(invented.season("2024-W04"))
    counts = {"all": 12, "tiktok": 7, "facebook": 3, "instagram": 2}
    frame = tables["trends.weekly_platform"]
    detected = pl.col("platform").replace_strict(counts, return_dtype=pl.Int64).alias("detected")
    trends = trends_of("2024-W04", {**tables, "trends.weekly_platform": frame.with_columns(detected)})
    shown = detected_table(trends.facts, WORDS).column("detected")
    assert shown == ["12", "7", "<5", "<5"]


def test_the_review_list_s_number_says_whether_it_is_usual_and_how_much_nobody_looked_at() -> None:
    assert "lazim; 24 belum ditinjau" in figure_texts(trends_of("2024-W04"), 2)
    text = figure_texts(trends_of(BURST), 2)
    assert "▲" in text and "Penghinaan / kampanye hitam melonjak; 24 belum ditinjau" in text


def test_a_list_that_was_reviewed_is_not_called_unreviewed() -> None:
    tables = dict(invented.season(BURST))
    outcome, is_open = pl.lit("dismissed").alias("outcome"), pl.lit(False).alias("is_open")
    coded = tables["core.review_items"].with_columns(outcome, is_open)
    trends = trends_of(BURST, {**tables, "core.review_items": coded})
    assert "semua sudah ditelaah" in figure_texts(trends, 2)
    assert "belum ditinjau" not in figure_texts(trends, 2) + situation(trends, WORDS)
    assert [each for each in decisions(trends, WORDS) if "terdeteksi otomatis" in each.what] == []


def test_a_bucket_that_cannot_be_compared_says_why() -> None:
    trends = trends_of("2024-W03")  # the week before it is the outage
    assert "pekan lalu –" in figure_texts(trends, 0)
    assert interval_note(trends, WORDS).startswith("Tidak dibandingkan dengan pekan lalu: cakupan di bawah ambang")
    assert trends.facts.not_compared(trends_of("2023-W34").facts.buckets[0]) == ""


def test_a_week_published_again_says_until_when_it_knows_and_lists_those_corrections() -> None:
    tables = dict(invented.season("2024-W04"))
    later = datetime(2024, 2, 19, 5, tzinfo=UTC)
    reported = tables["trends.corrections"].with_columns(pl.lit(later).alias("corrected_at"))
    tables["trends.corrections"] = reported
    first = trends_of("2024-W04", tables)
    assert not first.facts.restated_until
    tables["core.loads"] = tables["core.loads"].with_columns(
        pl.lit(later).dt.cast_time_unit("us").alias("landed_at").cast(tables["core.loads"].schema["landed_at"])
    )
    again = trends_of("2024-W04", tables)
    (declared,) = declaration.blocks(Report(again, WORDS, judge(again)))
    assert isinstance(declared, Definitions)
    released = dict(declared.rows)["Diterbitkan"]
    assert released.endswith("memuat berkas yang masuk sampai 19 Februari 2024, 12.00 WIB")
    assert len(correction_table(again, WORDS).rows) == reported.filter(pl.col("platform") == "all").height


@pytest.mark.parametrize("week", [BURST, "2024-W06", "2024-W07"])
def test_tasks_say_what_who_by_when_and_what_else_the_oldest_limit_first(week: str) -> None:
    trends = trends_of(week)
    tasks = decisions(trends, WORDS)
    limits = sorted(item["hand_over_limit"] for item in trends.open_clocks)
    today = trends.facts.edition.local.date()
    due = [limit for limit in limits if limit >= today]
    first = due.count(due[0])
    assert tasks[0].until == f"{WORDS.days(due[0], due[-1])} (pertama: {first})"
    reviewed = [task for task in tasks if task.what.startswith("Telaah ")]
    assert sum(int(re.findall(r"Telaah (\d+)", task.what)[0]) for task in reviewed) == len(due)
    for task in reviewed:
        count, *classes = (
            int(each) for each in re.findall(r"\b(\d+)\b(?!-)", re.split(r" \(peristiwa|\. ", task.what)[0])
        )
        assert sum(classes or [count]) == count  # of a single class the number stands once
        assert task.whom.startswith("Diskominfo; bila terindikasi: ")
        assert task.otherwise.endswith(".")
    told = passed_told(trends, WORDS)
    old = f"Dahulukan {len(due)} unggahan di atas, lalu {len(trends.overdue)} unggahan lama yang sudah lewat"
    assert (old in told) == bool(trends.overdue)
    assert told.endswith(f"Daftarnya: backlog-{week}-1-….xlsx.") == bool(told)


def test_a_reissue_announces_an_edition_that_is_still_to_come() -> None:
    late = trends_of("2024-W02")
    moment = datetime(2024, 2, 13, 6, tzinfo=invented.ELECTION.zone)
    again = Trends(Facts(invented.edition("2024-W02", as_of=moment), late.facts.tables))
    assert str(late.facts.edition.next_week) == "2024-W03"
    assert (str(again.facts.edition.next_week), again.next_release) == ("2024-W07", date(2024, 2, 19))


def test_clocks_that_run_and_those_that_ran_out_are_two_lists() -> None:
    trends = trends_of("2024-W06")
    item = {**trends.open_clocks[0], "hand_over_limit": invented.edition("2023-W50").local.date()}
    trends.__dict__["open_clocks"] = [item, *trends.open_clocks]
    running, overdue = clock_table(trends, WORDS), overdue_table(trends, WORDS)
    assert len(overdue.rows) == len(trends.overdue) >= 1
    assert len(overdue.rows) + len(running.rows) == len(trends.open_clocks)
    assert overdue.caption == f"Batas internalnya sudah lewat: {len(trends.overdue)} unggahan"


@pytest.mark.parametrize(("seed", "characters"), [("topics", 40)])
@pytest.mark.parametrize("lang", ["id", "en"])
def test_no_name_of_a_class_or_topic_is_cut_in_a_chart(seed: str, characters: int, lang: str) -> None:
    for row in read_seed(seed, sql.SEEDS):
        label = style.fitted(row[f"label_{lang}"], characters)
        assert "…" not in label
        assert label.count("\n") <= 1


def test_a_week_of_many_copies_names_them_where_the_tests_see_one_text() -> None:
    tables = dict(invented.season("2024-W04"))
    many = (pl.col("week") == "2024-W04") & (pl.col("family") == "volumes") & (pl.col("platform") == "all")
    observed = pl.when(many).then(pl.col("posts") - 300).otherwise(pl.col("posts")).alias("observed")
    tables["trends.signals"] = tables["trends.signals"].with_columns(observed)
    trends = trends_of("2024-W04", tables)
    said = {statement.key: statement for statement in statements(trends, WORDS)}
    assert "300 di antaranya menyalin teks unggahan lain" in said["V1"].text
    assert "AS copies" in said["V1"].query
    few = {**tables, "trends.signals": tables["trends.signals"].with_columns(pl.col("posts").alias("observed"))}
    assert "menyalin" not in " ".join(each.text for each in statements(trends_of("2024-W04", few), WORDS))


def test_a_task_says_how_many_of_its_posts_the_incident_is_made_of() -> None:
    trends = trends_of(BURST)
    (incident,) = [each.row for each in trends.incidents if each.is_open and each.row["stage"]]
    theirs = {(item["platform"], item["post_id"]) for item in trends.items_of(incident).iter_rows(named=True)}
    (task,) = [task.what for task in decisions(trends, WORDS) if incident["incident"] in task.what]
    count, mine = (int(re.findall(pattern, task)[0]) for pattern in (r"Telaah (\d+)", r"\. (\d+) di antaranya"))
    assert 0 < mine < count  # other posts wait for the same office
    assert mine <= len(theirs)
    assert task.endswith(f"di antaranya peristiwa nomor {incident['incident']}.")
