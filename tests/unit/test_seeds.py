"""The seeds are the law, the calendar and what others published: sums, clocks, and a second election."""

import csv
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

import sql
from flows import labels, trends
from flows.periods import Week, read_election
from flows.seeds import read_seed
from flows.store import checks, models, tables, warehouse
from tests.sql.warehouse_of_cases import build, warehouse_of

PILKADA = sql.FOLDER / "seeds_pilkada_2024"


def counts(series: str) -> dict[str, int]:
    rows = read_seed("official_counts") + read_seed("regency_counts")
    return {row["metric"]: int(row["value"]) for row in rows if row["series"] == series}


# -- what others published -------------------------------------------------------------------------------------------


def test_the_bawaslu_series_adds_up_by_kind_and_by_platform() -> None:
    rows = read_seed("official_series")
    assert [row["total"] for row in rows] == ["80", "126", "204", "355"]
    for row in rows:
        assert sum(int(row[kind]) for kind in ("hate", "hoax", "sara")) == int(row["total"])
        assert sum(int(row[name]) for name in ("facebook", "instagram", "x", "tiktok", "youtube")) == int(row["total"])


def test_its_days_of_campaign_are_those_of_the_calendar() -> None:
    first = next(row["first_day"] for row in read_seed("calendar") if row["phase"] == "campaign")
    for row in read_seed("official_series"):
        day = (date.fromisoformat(row["as_of"]) - date.fromisoformat(first)).days + 1
        assert day == int(row["campaign_day"])


def test_takedown_requests_add_up_over_platforms() -> None:
    kominfo = counts("kominfo_2024")
    assert sum(value for name, value in kominfo.items() if name not in {"issues", "contents"}) == kominfo["contents"]
    assert (kominfo["issues"], kominfo["contents"], counts("mafindo_2023")["issues"]) == (203, 2882, 645)


def test_every_series_names_its_instrument_unit_and_stage() -> None:
    sources = {row["series"]: row for name in ("official_sources", "regency_sources") for row in read_seed(name)}
    figures = ("official_counts", "official_series", "regency_counts")
    assert {row["series"] for name in figures for row in read_seed(name)} == set(sources)
    for row in sources.values():
        assert all(row[name] for name in ("publisher", "instrument", "unit", "stage", "scope"))
    assert [row["series"] for row in read_seed("official_sources") if row["is_charted"] == "true"] == ["bawaslu_2024"]


@pytest.mark.parametrize(
    ("entered", "parts"),
    [
        (counts("bawaslu_2024_04")["registered"], [counts("bawaslu_2024_04")[f"part_{n}"] for n in (1, 2, 3)]),
        (counts("bawaslu_batang_props")["total"], [counts("bawaslu_batang_props")["sum_of_parts"], 0, 0]),
    ],
    ids=["Bawaslu, 8 April 2024", "Bawaslu Batang, 18 December 2023"],
)
def test_published_funnels_that_do_not_add_up_are_caught(entered: int, parts: list[int]) -> None:
    connection = warehouse_of([{"indications": "hoax"}])
    build(connection)
    connection.execute("DELETE FROM trends.funnel")

    def broken(numbers: list[int]) -> int:
        connection.execute("DELETE FROM trends.funnel")
        connection.execute(
            "INSERT INTO trends.funnel VALUES ('2023-W51', 'campaign', 'detected', 'decided', 5, ?, ?, ?, ?)",
            [entered, *numbers],
        )
        results = checks.run_checks(connection, sql.FOLDER / "checks", "trends")
        return next(result.violations for result in results if result.name == "funnel_adds_up")

    assert broken(parts) == 1
    assert broken([entered - sum(parts[1:]), *parts[1:]]) == 0  # the same funnel, made to add up, passes


# -- clocks ----------------------------------------------------------------------------------------------------------


def test_working_days_leave_out_the_holidays_of_the_seed() -> None:
    assert {row["day"] for row in read_seed("holidays")} == {
        *("2023-12-25", "2023-12-26", "2024-01-01", "2024-02-08", "2024-02-09", "2024-02-14"),
    }
    clocks = {row["code"]: (row["days"], row["kind"]) for row in read_seed("clocks")}
    assert clocks["working"] == ("7", "working")


# -- known events -----------------------------------------------------------------------------------------------------


def test_known_events_agree_with_the_calendar_and_the_holidays() -> None:
    events = read_seed("events")
    by_day = {(row["day"], row["kind"]) for row in events}
    phases = {row["first_day"] for row in read_seed("calendar") if row["first_day"] and row["phase"] != "post_election"}
    assert phases <= {day for day, kind in by_day if kind in ("stage", "rally")}
    named = {row["day"] for row in read_seed("holidays") if not row["name_id"].startswith(("Cuti", "Pemungutan"))}
    assert named <= {day for day, kind in by_day if kind == "holiday"}
    assert [row["day"] for row in events] == sorted(row["day"] for row in events)
    assert {topic for row in events for topic in row["topics"].split()} <= {row["code"] for row in read_seed("topics")}


# -- another election is another seed --------------------------------------------------------------------------------


def test_the_regional_election_has_its_own_days() -> None:
    election = read_election(PILKADA)
    assert election.voting_day == date(2024, 11, 27)
    phases = {
        election.phase_of(date(2024, month, day)).name
        for month, day in ((9, 24), (9, 25), (11, 24), (11, 27), (11, 28))
    }
    assert phases == {"pre_campaign", "campaign", "quiet", "voting_day", "post_election"}
    assert [bucket.phase for bucket in election.buckets(Week.parse("2024-W48"))] == [
        "quiet",
        "voting_day",
        "post_election",
    ]
    assert [bucket.days for bucket in election.buckets(Week.parse("2024-W39"))] == [2, 5]
    assert election.is_embargoed(datetime.fromisoformat("2024-11-27T14:59:00+07:00"))
    assert not election.is_embargoed(datetime.fromisoformat("2024-11-27T15:00:00+07:00"))
    assert not election.is_embargoed(datetime.fromisoformat("2024-02-12T06:00:00+07:00"))


def test_the_regional_election_has_its_own_articles_and_clocks_for_every_indication() -> None:
    articles = read_seed("articles", PILKADA)
    assert {row["code"] for row in articles} == {row["code"] for row in read_seed("indications", PILKADA)}
    assert {row["law"] for row in articles} == {"UU 10/2016", "UU ITE", "SKB"}
    assert not {row["article"] for row in articles} & {"280(1)c", "280(1)j + 523(1)"}
    clocks = {row["code"]: row for row in read_seed("clocks", PILKADA)}
    assert {clocks[code]["law"][:15] for code in ("finding", "follow_up", "follow_up_longest")} == {"UU 10/2016 134("}
    assert [clocks[code]["days"] for code in ("finding", "follow_up", "follow_up_longest")] == ["7", "3", "5"]


def test_its_seeds_have_the_columns_of_the_first_and_everything_else_is_shared() -> None:
    for path in PILKADA.glob("*.csv"):
        with path.open(encoding="utf-8") as own, (sql.SEEDS / path.name).open(encoding="utf-8") as first:
            assert next(csv.reader(own)) == next(csv.reader(first)), path.name
    assert read_seed("topics", PILKADA) == read_seed("topics")


def test_labels_know_the_phase_and_the_contestants_of_their_election() -> None:
    texts = pl.Series(["Ayo coblos Faiz Suyono nomor 2, menangkan!"])
    quiet = pl.Series([datetime.fromisoformat("2024-11-25T05:00:00+00:00")], dtype=pl.Datetime("us", "UTC"))
    assert labels.label(texts, quiet, PILKADA)["indications"].to_list() == [["quiet_period"]]
    assert labels.label(texts, quiet)["indications"].to_list() == [[]]
    assert labels.label_version(PILKADA) != labels.label_version()


def test_the_models_run_on_the_second_seed(tmp_path: Path) -> None:
    connection = warehouse.connect(tmp_path / "w.duckdb")
    models.load_seeds(connection, PILKADA)
    tables.write_runs(connection, [])
    connection.execute("INSERT INTO base.collection BY NAME "
                       "SELECT 'tiktok' AS platform, 'zeeschuimer' AS source, '*' AS query, "
                       "unnest(range(DATE '2024-11-18', DATE '2024-12-02', INTERVAL 1 DAY))::DATE AS day, "
                       "1 AS planned, 1 AS attempted, 1 AS succeeded")  # fmt: skip
    with warehouse.transaction(connection):
        models.build(connection, models.read_models(sql.FOLDER), trends.METHODS)
    buckets = connection.execute(
        "SELECT week, phase, days FROM core.buckets WHERE platform = 'all' ORDER BY first_day"
    ).fetchall()
    assert buckets == [
        ("2024-W47", "campaign", 6),
        ("2024-W47", "quiet", 1),
        ("2024-W48", "quiet", 2),
        ("2024-W48", "voting_day", 1),
        ("2024-W48", "post_election", 4),
    ]
    votes = "SELECT days_to_vote, is_holiday FROM core.calendar WHERE day = DATE '2024-11-27'"
    assert connection.execute(votes).fetchall() == [(0, True)]
