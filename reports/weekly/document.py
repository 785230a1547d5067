"""The weekly report as PDF: the same content as the HTML page, set for paper."""

from dataclasses import asdict, dataclass
from datetime import datetime
from functools import singledispatch
from typing import Any

from reports.figures.chart import Picture
from reports.tables.beside import Beside, Compared
from reports.tables.table import Column, Table, under_names
from reports.typeset import compile_pdf
from reports.weekly.blocks import Block
from reports.weekly.content import Content
from reports.wording.words import DASH, Words

NOTHING = frozenset({"0", DASH})
SHORTEST, LONGEST, LONG_TEXTS = 8, 40, 80  # characters of a cell by which the widths of columns are reckoned
NARROW = 90  # characters of a line up to which a table is only as wide as it needs


@dataclass(frozen=True)
class PrintedColumn:
    """A column in print: its heading, whether it is set right, and its share of the width (0: what it needs)."""

    heading: str
    number: bool
    width: float


@dataclass(frozen=True)
class Printed:
    """A table as it is set: rows under the name of their bucket, which is empty where they have none."""

    name: str
    caption: str
    columns: list[PrintedColumn]
    groups: list[tuple[str, list[list[str]]]]
    note: str
    empty: str


def printed(table: Table) -> Printed:
    """A table for print: a first column of buckets becomes a head over the rows of each, repeated on every page."""
    first = table.columns[0]
    kept, groups = under_names(table, first if first.kind == "bucket" else None)
    return Printed(
        name=table.name,
        caption=table.caption,
        columns=[PrintedColumn(column.heading, column.is_number, _width(table, column)) for column in kept],
        groups=groups,
        note=table.note,
        empty=table.empty,
    )


def _width(table: Table, column: Column) -> float:
    """Its share; where no column has one, that of a text by its longest line, while numbers need little.

    In a table of short lines every column is as wide as it needs, so that a number stands near its name.
    """
    if column.is_number or any(each.share for each in table.columns):
        return column.share
    if sum(_longest(table, each) for each in table.columns if each.kind != "bucket") <= NARROW:
        return 0.0
    return float(min(max(_longest(table, column), SHORTEST), LONG_TEXTS if column.kind == "long" else LONGEST))


def _longest(table: Table, column: Column) -> int:
    lines = [len(line) for cell in (column.heading, *table.column(column.key)) for line in cell.split("\n")]
    return max(lines)


@singledispatch
def data_of(value: Any) -> Any:
    """What the template gets of a value in a block: tables as they are set, pictures as SVG, blocks with their kind."""
    return value


@data_of.register
def _(value: Table) -> dict[str, Any]:
    return asdict(printed(value))


@data_of.register
def _(value: Picture) -> dict[str, Any]:
    return {"svg": value.svg, "alt": value.alt}


@data_of.register
def _(value: Beside) -> dict[str, Any]:
    return {"tables": [_compared(value, table) for table in value.tables]}


@data_of.register
def _(value: Block) -> dict[str, Any]:
    return {"kind": value.kind} | {name: data_of(each) for name, each in vars(value).items()}


@data_of.register(list)
@data_of.register(tuple)
def _(value: Any) -> list[Any]:
    return [data_of(each) for each in value if not (isinstance(each, Block) and each.on == "page")]


def _compared(value: Beside, table: Compared) -> dict[str, Any]:
    """A table of two weeks with the latest earlier week, since paper has no other to choose, without rows of zeros."""
    week = next(iter(value.weeks), None)
    heads = [table.heading, value.now]
    rows = [[name, table.now[code]] for code, name in table.rows]
    if week is not None:
        heads.append(value.heads[week])
        rows = [[*row, table.before[week][code]] for row, (code, _) in zip(rows, table.rows, strict=True)]
        if table.is_changed(week):
            heads.append(value.change)
            rows = [[*row, table.change[week][code]] for row, (code, _) in zip(rows, table.rows, strict=True)]
    seen = [row for row in rows if any(cell not in NOTHING for cell in row[1:])]
    return {"caption": table.caption, "heads": heads, "rows": seen or rows}


def weekly_document(content: Content, words: Words, as_of: datetime) -> bytes:
    """The PDF of the weekly report."""
    data = {name: value for name, value in vars(content).items() if name != "sections"}
    sections = [vars(section) | {"blocks": data_of(section.blocks)} for section in content.sections]
    texts = {"page_of": words("page_of", page="#", pages="#"), "annex": words("annex")}
    return compile_pdf("weekly/document.typ", {**data, "sections": sections, **texts}, words, as_of)
