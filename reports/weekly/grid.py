"""A table of the report as the page lays it out: rows under the name of their bucket, widths, what a phone stacks."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.tables.weekly import Table, under_names
from reports.wording.words import DASH, Words

STACKED = frozenset({"clocks"})  # beside all tables that have a column of long texts
LONG_TEXTS = 40  # per cent of the width for a column of long texts, where the table says nothing


@dataclass(frozen=True)
class Column:
    """A head, the class of its cells and its share of the table's width in per cent (0: what the content needs)."""

    name: str
    style: str
    share: int


@dataclass(frozen=True)
class Grid:
    """A table on the page: `groups` are rows under a common name, which is empty where the rows have none."""

    caption: str
    columns: list[Column]
    groups: list[tuple[str, list[list[str]]]]
    note: str
    empty: str
    stacked: bool  # on a phone each row is a card of its own, since its texts need the width
    mark: str = ""  # the class of its rows


def grid(table: Table, words: Words) -> Grid:
    """A table without the column of its buckets, whose names become rows over the rows they share."""
    kept, groups = under_names(table, _bucket_column(table, words))
    return Grid(
        caption=table.caption,
        columns=[Column(table.columns[number], _style(table, number), _share(table, kept, number)) for number in kept],
        groups=groups,
        note=table.note,
        empty=table.empty,
        stacked=table.wide >= 0 or table.name in STACKED,
    )


def texts(caption: str, names: Sequence[str], rows: Sequence[Sequence[str]], mark: str = "") -> Grid:
    """A table of texts alone."""
    columns = [Column(name, "", 0) for name in names]
    return Grid(caption, columns, [("", [list(row) for row in rows])], "", "", stacked=True, mark=mark)


def _bucket_column(table: Table, words: Words) -> int | None:
    """The column that names the rows' bucket, where it can stand over the rows: it is first, or the same in all."""
    bucket = words("column_bucket")
    for number, name in enumerate(table.columns):
        if name == bucket and not table.numeric[number]:
            return number if number == 0 or len({row[number] for row in table.rows}) == 1 else None
    return None


def _style(table: Table, number: int) -> str:
    if table.numeric[number]:
        return "n"
    return "lines" if number == table.wide else ""


def _share(table: Table, kept: list[int], number: int) -> int:
    """A column's part of the width in per cent; 0 where the table says nothing or the column holds only dashes."""
    if not table.shares:
        return LONG_TEXTS if number == table.wide else 0
    filled = [each for each in kept if any(row[each] not in ("", DASH) for row in table.rows)]
    if number not in filled:
        return 0
    return round(100 * table.shares[number] / sum(table.shares[each] for each in filled))
