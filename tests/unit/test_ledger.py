"""The ledger of publications: immutable, complete, and the source of corrections."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from flows.periods import Week
from flows.publishing import ledger, publications, releases
from flows.store import warehouse

WEEK, NEXT = Week.parse("2024-W05"), Week.parse("2024-W06")
AS_OF = datetime.fromisoformat("2024-02-05T06:00:00+07:00")
LATER = datetime.fromisoformat("2024-02-19T05:00:00+07:00")
LOADED = datetime.fromisoformat("2024-02-05T05:00:00+07:00")


def numbers(**posts: float) -> pl.DataFrame:
    """The posts of all platforms of some weeks: W05=5 is week 2024-W05."""
    rows = [
        (f"2024-{week}", "campaign", "all", "trends.weekly_platform", "", "posts", float(value))
        for week, value in posts.items()
    ]
    return pl.DataFrame(rows, schema=[*publications.NUMBER, "value"], orient="row")


def record(home: Path, week: Week, stated: pl.DataFrame, label_version: str = "a", **more: Any) -> int:
    release = publications.Release(AS_OF, LOADED, {"label_version": label_version, "code_version": "1"}, **more)
    return publications.record_publication(home, week, stated, release)


def read(home: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(home / "ledger" / "publications" / f"{name}.parquet")


def test_the_same_numbers_are_the_same_publication(tmp_path: Path) -> None:
    assert record(tmp_path, WEEK, numbers(W05=5)) == 1
    assert record(tmp_path, WEEK, numbers(W05=5)) == 1
    assert record(tmp_path, WEEK, numbers(W05=6)) == 2
    assert record(tmp_path, WEEK, numbers(W05=5)) == 3
    assert record(tmp_path, WEEK, numbers(W05=5), label_version="b") == 4
    assert publications.publications(tmp_path) == {"2024-W05": 4}
    first = read(tmp_path, "2024-W05-1")
    assert first["value"].to_list() == [5]
    assert first["as_of"].to_list() == [AS_OF.isoformat()]


def test_a_week_that_says_the_same_again_keeps_its_moment(tmp_path: Path) -> None:
    later = publications.Release(LATER, LATER, {"label_version": "a", "code_version": "1"})
    assert publications.stated_before(tmp_path, WEEK, numbers(W05=5), later) is None  # never published
    record(tmp_path, WEEK, numbers(W05=5))
    assert publications.stated_before(tmp_path, WEEK, numbers(W05=5, W06=8), later) == AS_OF
    assert publications.stated_before(tmp_path, WEEK, numbers(W05=6), later) is None  # other numbers
    other = publications.Release(LATER, LATER, {"label_version": "b", "code_version": "1"})
    assert publications.stated_before(tmp_path, WEEK, numbers(W05=5), other) is None  # other labels


def test_a_publication_restates_what_changed_in_weeks_published_before(tmp_path: Path) -> None:
    record(tmp_path, WEEK, numbers(W05=5))
    record(tmp_path, NEXT, numbers(W04=9, W05=6, W06=8))
    stated = read(tmp_path, "2024-W06-1").select("week", "value", "restates", "sequence").rows()
    assert stated == [("2024-W06", 8, False, 2), ("2024-W05", 6, True, 2)]  # W04 was never published


def test_what_is_unchanged_is_not_restated_and_makes_no_publication(tmp_path: Path) -> None:
    record(tmp_path, WEEK, numbers(W05=5))
    record(tmp_path, NEXT, numbers(W05=5, W06=8))
    assert read(tmp_path, "2024-W06-1")["week"].to_list() == ["2024-W06"]
    assert record(tmp_path, NEXT, numbers(W05=4, W06=8)) == 1  # its own week says what it said


def test_a_value_that_became_unknown_is_restated_as_unknown(tmp_path: Path) -> None:
    record(tmp_path, WEEK, numbers(W05=5))
    gone = numbers(W05=5, W06=8).with_columns(pl.when(pl.col("week") == "2024-W06").then("value").alias("value"))
    record(tmp_path, NEXT, gone)
    restated = read(tmp_path, "2024-W06-1").filter("restates")
    assert restated.select("week", "value").rows() == [("2024-W05", None)]


def test_the_warehouse_reads_the_ledger_whole(tmp_path: Path) -> None:
    connection = warehouse.connect()
    publications.load_publications(connection, tmp_path)
    assert connection.execute("SELECT count(*) FROM base.publications").fetchall() == [(0,)]
    record(tmp_path, WEEK, numbers(W05=5))
    record(tmp_path, NEXT, numbers(W05=6, W06=8))
    for _ in range(2):
        publications.load_publications(connection, tmp_path)
    rows = connection.execute(
        "SELECT publication, sequence, as_of, week, key, value FROM base.publications ORDER BY ALL"
    ).fetchall()
    assert [(row[0], row[1], row[3], row[4], row[5]) for row in rows] == [
        ("2024-W05-1", 1, "2024-W05", "", 5.0),
        ("2024-W06-1", 2, "2024-W05", "", 6.0),
        ("2024-W06-1", 2, "2024-W06", "", 8.0),
    ]
    assert rows[0][2] == AS_OF


def test_what_was_stated_since_is_added_and_what_another_ledger_stated_goes(tmp_path: Path) -> None:
    connection, other = warehouse.connect(), tmp_path / "other"
    for home in (tmp_path, other):
        record(home, WEEK, numbers(W05=5))
    record(other, WEEK, numbers(W05=7))
    publications.load_publications(connection, tmp_path)
    record(tmp_path, NEXT, numbers(W05=6, W06=8))
    for home in (tmp_path, other):
        publications.add_publications(connection, home)
        rows = connection.execute("SELECT publication, week, value FROM base.publications ORDER BY ALL").fetchall()
        publications.load_publications(connection, home)
        whole = connection.execute("SELECT publication, week, value FROM base.publications ORDER BY ALL").fetchall()
        assert rows == whole and len(rows) == (3 if home == tmp_path else 2)


def test_a_publication_keeps_what_led_to_it_and_under_what_it_was_stated(tmp_path: Path) -> None:
    files = {"a" * 64: AS_OF, "b" * 64: LOADED}
    record(tmp_path, WEEK, numbers(W05=5), seeds="places=1 topics=1", run_id="run-1", files=files)
    more = files | {"c" * 64: LOADED}
    record(tmp_path, WEEK, numbers(W05=6), seeds="places=2 topics=1", run_id="run-2", files=more, given_reason="seeds")
    connection = warehouse.connect()
    publications.load_publications(connection, tmp_path)
    said = connection.execute("SELECT publication, run_id, given_reason, seeds, files FROM base.conditions").fetchall()
    assert said == [
        ("2024-W05-1", "run-1", None, "places=1 topics=1", ["b" * 32, "a" * 32]),  # in the order of landing
        ("2024-W05-2", "run-2", "seeds", "places=2 topics=1", ["c" * 32]),  # landed before, and known only now
    ]


def test_other_seeds_make_another_publication_and_another_run_or_reason_none(tmp_path: Path) -> None:
    assert record(tmp_path, WEEK, numbers(W05=5), seeds="places=1", run_id="run-1") == 1
    assert record(tmp_path, WEEK, numbers(W05=5), seeds="places=1", run_id="run-2", given_reason="again") == 1
    assert record(tmp_path, WEEK, numbers(W05=5), seeds="places=2", run_id="run-3") == 2


def test_a_week_that_is_restated_keeps_the_labels_of_its_own_posts(tmp_path: Path) -> None:
    record(tmp_path, WEEK, numbers(W05=5))
    record(tmp_path, NEXT, numbers(W05=6, W06=8), labels={"2024-W05": "old"}, label_version="new")
    said = read(tmp_path, "2024-W06-1").select("week", "label_version").rows()
    assert said == [("2024-W06", "new"), ("2024-W05", "old")]


def test_a_ledger_of_an_earlier_version_still_loads_and_is_gone_on_with(tmp_path: Path) -> None:
    record(tmp_path, WEEK, numbers(W05=5), seeds="places=1", run_id="run-1", files={"a" * 64: LOADED})
    path = tmp_path / "ledger" / "publications" / "2024-W05-1.parquet"
    pl.read_parquet(path).drop("run_id", "given_reason", "seeds", "files").write_parquet(path)
    for chained in ("ledger/chain.jsonl", "ledger_head.json"):  # nor had it a chain
        (tmp_path / chained).unlink()
    for _ in range(2):  # alone, and beside one of today
        connection = warehouse.connect()
        publications.load_publications(connection, tmp_path)
        old = connection.execute(
            "SELECT run_id, given_reason, seeds, files, label_version FROM base.conditions WHERE sequence = 1"
        )
        assert old.fetchall() == [(None, None, None, None, "a")]
        # nothing is known of its seeds, so they are not other ones
        assert record(tmp_path, WEEK, numbers(W05=5), seeds="places=2", files={"a" * 64: LOADED}) == 1
        record(tmp_path, NEXT, numbers(W05=5, W06=8), seeds="places=2", files={"a" * 64: LOADED, "b" * 64: AS_OF})
    new = connection.execute("SELECT files FROM base.conditions WHERE sequence = 2").fetchall()
    assert new == [(["b" * 32],)]  # the first had landed when the publication before was stated


def test_a_link_to_a_week_is_no_week_that_the_ledger_should_know(tmp_path: Path) -> None:
    week = tmp_path / "releases" / "3" / "2024-W05"
    week.mkdir(parents=True)
    (week / releases.MANIFEST).write_text(json.dumps({"summary": {"publication": 2}}))
    releases.point_latest(week.parent)
    assert list(ledger.remembered(tmp_path)) == [("2024-W05", 2)]
