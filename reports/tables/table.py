"""A table of the documents: columns that describe themselves, and rows of finished text by the key of their column."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

from reports.wording.counts import shielded
from reports.wording.words import DASH, Words

Kind = Literal["text", "long", "bucket", "number", "decimal", "parts"]
Cell = str | int | float | None  # a value still to be written, or a text that stays as it is
_WRITTEN: Mapping[Kind, Callable[[Words, Any], str]] = {"number": Words.number, "decimal": Words.decimal}


@dataclass(frozen=True)
class Column:
    """A column of a table: the key of its cells, what it holds and how wide it is.

    `kind` says how its cells are written and set:
      text     as they are
      long     texts that need room: lines of their own, and on a phone a card for each row
      bucket   the name of the row's bucket, which stands once over the rows that share it
      number   whole numbers, or texts that are read as numbers; set right, as the next two
      decimal  numbers with one decimal place
      parts    counts of a total's parts, of which small ones are hidden in each bucket (method §6); the total is a text
    `share` is of the width, relative to the other columns; where none has one, the widths follow from the content.
    `heading` is the word `column_<key>` where nothing else is given.
    """

    key: str
    kind: Kind = "text"
    share: float = 0.0
    heading: str = ""

    @property
    def is_number(self) -> bool:
        """Whether its cells are set right."""
        return self.kind in {"number", "decimal", "parts"}


@dataclass(frozen=True)
class Table:
    """A caption, columns, rows of text by the columns' keys, a note below, and what stands there without any row."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: list[dict[str, str]]
    note: str = ""
    empty: str = ""
    stacked: bool = False  # on a phone each row is a card of its own, though no column is long

    def column(self, key: str) -> list[str]:
        """The cells of one column."""
        return [row[key] for row in self.rows]


def make_table(  # noqa: PLR0913 - the parts of a table, most of them by name
    words: Words,
    name: str,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Cell]],
    *,
    caption: str = "",
    note: str = "",
    empty: str = "",
    stacked: bool = False,
) -> Table:
    """The table `name`, its cells written in the reader's language; a row may hold more than the columns show.

    Caption and empty text are the words `table_<name>` and `table_empty_<name>` where nothing else is given.
    """
    named = tuple(replace(column, heading=column.heading or words(f"column_{column.key}")) for column in columns)
    bucket = next((column.key for column in named if column.kind == "bucket"), None)
    over = ["" if bucket is None else str(row[bucket]) for row in rows]
    written = {column.key: _written(words, column, [row[column.key] for row in rows], over) for column in named}
    return Table(
        name=name,
        caption=caption or words(f"table_{name}"),
        columns=named,
        rows=[{key: texts[number] for key, texts in written.items()} for number in range(len(rows))],
        note=note,
        empty=empty or words.known(f"table_empty_{name}", words("table_empty")),
        stacked=stacked,
    )


def _written(words: Words, column: Column, cells: Sequence[Cell], over: Sequence[str]) -> list[str]:
    if column.kind == "parts":
        return _shielded(words, cells, over)
    write = _WRITTEN.get(column.kind)
    return [cell if isinstance(cell, str) else write(words, cell) if write else str(cell) for cell in cells]


def _shielded(words: Words, cells: Sequence[Any], over: Sequence[str]) -> list[str]:
    parts: dict[str, list[int | None]] = {}
    for name, cell in zip(over, cells, strict=True):
        if not isinstance(cell, str):
            parts.setdefault(name, []).append(cell)
    shown = {name: iter(shielded(counts, words)) for name, counts in parts.items()}
    return [cell if isinstance(cell, str) else next(shown[name]) for name, cell in zip(over, cells, strict=True)]


def _is_blank(cells: Sequence[str]) -> bool:
    return bool(cells) and all(cell in {"", DASH} for cell in cells)


def under_names(table: Table, over: Column | None) -> tuple[list[Column], list[tuple[str, list[list[str]]]]]:
    """The columns of a table but the one that names its rows (None: there is none), and the rows under each name.

    A column that holds only dashes is left out, but for the first, by which rows are known.
    """
    columns = [column for column in table.columns if column is not over]
    kept = [column for column in columns if column is columns[0] or not _is_blank(table.column(column.key))]
    groups = groupby(table.rows, key=lambda row: "" if over is None else row[over.key])
    return kept, [(name, [[row[column.key] for column in kept] for row in rows]) for name, rows in groups]
