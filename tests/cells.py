"""The numeric cells of the tables of a publication, by table, row and column, read back out of every place.

A cell of the page (tests/page_cells.py) is a number rounded as readers see it; one of the workbook, of the data files
and of the database is the value itself. So a cell is the span in which its value lies: two places agree where their
spans meet.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb
import openpyxl
import polars as pl

from flows.headers import header_of
from flows.periods import Week
from reports.reading.contract import CONTRACT
from reports.reading.facts import PLATFORMS, Row
from reports.tables.workbook import TABS
from reports.wording.words import Words, platform_name

Key = tuple[str, ...]  # the table, the row's `name=value`, the column
Rows = Mapping[str, Iterable[Row]]
_POSTS = ("platform", "post_id")
_KEYS = {  # of frames that are no table of sql/
    "reject_reasons": ("source", "reason"),
    "evidence": _POSTS,
    "signal_posts": ("phase", "family", "subject", "signal_platform", *_POSTS),
}
_LONG = frozenset(
    {
        "trends.signals",
        "trends.count_flags",
        "trends.weekly_topic",
        "trends.weekly_indication",
        "trends.weekly_district",
    }
)
_NOT_COUNTED = frozenset({"copied_texts", "copied_posts", "core.checks"})  # have no row that has a name


class Cell(NamedTuple):
    """A number in a place: between which values it lies, and where it stands."""

    key: Key
    low: float
    high: float
    document: str


def disagreeing(cells: Iterable[Cell]) -> list[str]:
    """What is not the same in two places."""
    known: dict[Key, list[Cell]] = {}
    for cell in cells:
        known.setdefault(cell.key, []).append(cell)
    return [
        f"{' '.join(key)}: " + " beside ".join(f"{each.low:g} to {each.high:g} ({each.document})" for each in same)
        for key, same in sorted(known.items())
        if max(each.low for each in same) > min(each.high for each in same) + 1e-9
    ]


def alone(cells: Iterable[Cell], document: str) -> list[str]:
    """The cells that stand in one document and in no other: their key may be wrong."""
    places: dict[Key, set[str]] = {}
    for cell in cells:
        places.setdefault(cell.key, set()).add(cell.document)
    return sorted(" ".join(key) for key, documents in places.items() if documents == {document})


# -- workbook, data files, database ------------------------------------------------------------------------------------


def of_rows(rows: Rows, document: str, week: str) -> Iterator[Cell]:
    """The cells of whole tables by their names, and the sums of them that the page prints.

    Of the tables that hold many rows of every week those of this week and the one before: each week has its turn.
    """
    read = {week, str(Week.parse(week).shift(-1))}
    tables = {
        name: [row for row in each if name not in _LONG or row["week"] in read]
        for name, each in rows.items()
        if name not in _NOT_COUNTED
    }
    for name, each in tables.items():
        keys = _KEYS.get(name) or header_of(name).grain
        for row in each:
            key = {key: _plain(row[key]) for key in keys}
            for column, value in row.items():
                if column not in keys and isinstance(value, (int, float)) and not isinstance(value, bool):
                    yield Cell(key_of(name, key, column), value, value, document)
    yield from _sums(tables, document, week)


def _sums(tables: Mapping[str, Sequence[Row]], document: str, week: str) -> Iterator[Cell]:
    sums: dict[Key, float] = {}

    def add(name: str, key: Mapping[str, str], row: Row, columns: Sequence[str]) -> None:
        for column in columns:
            at = key_of(name, key, column)
            sums[at] = sums.get(at, 0) + (row[column] or 0)

    for row in tables.get("core.loads", ()):
        if row["kind"] == "posts":
            key = {"platform": row["platform"], "source": row["source"]}
            add("files", key, row | {"files": 1}, ("files", "records", "posts", "duplicates", "rejects"))
    days = {f"{day:%Y-%m-%d}" for day in _days(week)}
    for row in tables.get("core.coverage", ()):
        if _plain(row["day"]) in days:
            add("collection", {"platform": row["platform"]}, row, ("planned", "attempted", "succeeded"))
    for row in tables.get("trends.weekly_platform", ()):
        if row["week"] == week and row["posts"] is not None:
            add("collection", {"platform": row["platform"]}, row, ("posts",))
    yield from (Cell(key, value, value, document) for key, value in sums.items())


def _days(week: str) -> list[date]:
    return [date.fromisocalendar(int(week[:4]), int(week[6:]), day) for day in range(1, 8)]


def _plain(value: object) -> str:
    if isinstance(value, datetime):  # how a workbook holds a day
        return f"{value:%Y-%m-%d}"
    return "" if value is None else str(value)


def key_of(table: str, row: Mapping[str, str], column: str) -> Key:
    return (table, *(f"{name}={value}" for name, value in sorted(row.items())), column)


def of_workbook(book: bytes, words: Words, week: str) -> Iterator[Cell]:
    """The cells of every sheet that shows a table."""
    sheets = openpyxl.load_workbook(io.BytesIO(book), read_only=True)
    rows: dict[str, list[Row]] = {}
    for tab in TABS:
        head, *lines = sheets[words(f"sheet_{tab.name}")].iter_rows(values_only=True)
        names = {tab.head(name, words): name for name in CONTRACT[tab.table].columns} if tab.is_read else {}
        found = [dict(zip((names.get(str(name), str(name)) for name in head), line, strict=True)) for line in lines]
        rows[tab.table] = [_with_platform(row, words) for row in found] if tab.is_read else found
    return of_rows(rows, "tables.xlsx", week)


def _with_platform(row: Row, words: Words) -> Row:
    """A row of a sheet in words with the platform that its name stands for."""
    names = {platform_name(words, name): name for name in PLATFORMS}
    return row | {"platform": names[row["platform"]]}


def of_data_files(folder: Path, week: str) -> Iterator[Cell]:
    """The cells of every Parquet file that is no seed."""
    names = {name.rsplit(".", 1)[-1]: name for name in CONTRACT if not name.startswith("seeds.")}
    frames = {names[path.stem]: pl.read_parquet(path) for path in folder.glob("*.parquet") if path.stem in names}
    return of_rows({name: frame.iter_rows(named=True) for name, frame in frames.items()}, "data", week)


def of_database(path: Path, week: str) -> Iterator[Cell]:
    """The cells of the tables of the published database that the data files hold as well."""
    with duckdb.connect(str(path), read_only=True) as connection:
        public = connection.execute("SELECT concat(schema_name, '.', table_name) FROM duckdb_tables()").fetchall()
        rows = {}
        for name in sorted({name for (name,) in public if not name.startswith("seeds.")} & set(CONTRACT)):
            found = connection.execute(f"FROM {name}")
            columns = [each[0] for each in found.description]
            rows[name] = [dict(zip(columns, line, strict=True)) for line in found.fetchall()]
    return of_rows(rows, "ronda.duckdb", week)
