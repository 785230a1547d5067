"""The ledger of publications: immutable, complete, and the source of corrections."""

from datetime import datetime
from pathlib import Path

import polars as pl

from flows.periods import Week
from flows.publishing import publications
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


def record(home: Path, week: Week, stated: pl.DataFrame, label_version: str = "a") -> int:
    release = publications.Release(AS_OF, LOADED, {"label_version": label_version, "code_version": "1"})
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
