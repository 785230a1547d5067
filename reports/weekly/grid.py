"""A table of the report as the page lays it out: rows under the name of their bucket, widths, what a phone stacks."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.tables.table import Column, Table, under_names

LONG_TEXTS = 40  # per cent of the width for a column of long texts, where the table says nothing


@dataclass(frozen=True)
class Head:
    """The head of a column, the class of its cells and its share of the table's width in per cent (0: as needed)."""

    name: str
    style: str
    share: int


@dataclass(frozen=True)
class Grid:
    """A table on the page: `groups` are rows under a common name, which is empty where the rows have none."""

    caption: str
    columns: list[Head]
    groups: list[tuple[str, list[list[str]]]]
    note: str
    empty: str
    stacked: bool  # on a phone each row is a card of its own, since its texts need the width
    mark: str  # the class of its rows


def grid(table: Table, mark: str = "") -> Grid:
    """A table without the column of its buckets, whose names become rows over the rows they share."""
    kept, groups = under_names(table, _over(table))
    return Grid(
        caption=table.caption,
        columns=[Head(column.heading, _style(column), _share(table, kept, column)) for column in kept],
        groups=groups,
        note=table.note,
        empty=table.empty,
        stacked=table.stacked or any(column.kind == "long" for column in table.columns),
        mark=mark,
    )


def _over(table: Table) -> Column | None:
    """The column that names the rows' bucket, where it can stand over the rows: it is first, or the same in all."""
    column = next((column for column in table.columns if column.kind == "bucket"), None)
    if column is None or column is table.columns[0]:
        return column
    return column if len(set(table.column(column.key))) == 1 else None


def _style(column: Column) -> str:
    if column.is_number:
        return "n"
    return "lines" if column.kind == "long" else ""


def _share(table: Table, kept: Sequence[Column], column: Column) -> int:
    """A column's part of the width in per cent; 0 where the table says nothing of it."""
    if not any(each.share for each in table.columns):
        return LONG_TEXTS if column.kind == "long" else 0
    return round(100 * column.share / sum(each.share for each in kept))
