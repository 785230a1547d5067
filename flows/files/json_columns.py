"""JSON lines as columns: the fields that are asked for, of all lines at once, and the lines that are not plain JSON."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import polars as pl

from flows.files import block
from flows.files.block import Alone, Values, is_utf8
from flows.files.chunks import blocks
from flows.files.json_records import json_line
from flows.files.json_scan import (
    ARRAY,
    BEGIN,
    BESIDE,
    COLUMN,
    DEPTH,
    ELEMENT,
    ELEMENT_COLUMN,
    ESCAPED,
    IN_LIST,
    INSIDE,
    KIND,
    LINE,
    MISSING,
    NAME_END,
    NULL,
    OBJECT,
    OTHER,
    STOP,
    STRING,
    TRUTH,
    WHOLE,
    Bytes,
    Found,
    Numbers,
    Room,
    scan,
)
from flows.files.record import Fault, Record

__all__ = [
    "ARRAY",
    "ESCAPED",
    "MISSING",
    "NULL",
    "OBJECT",
    "OTHER",
    "STRING",
    "TRUTH",
    "WHOLE",
    "Lines",
    "Numbers",
    "Shape",
    "line_columns",
]

_ELEMENTS = 16  # a line at most on average; where there are more, the lines are read one by one
_LIST = "[]"  # ends the name of a list in a path


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields that are looked for, by their paths: `data.author.id`, `data.textExtra[].hashtagName`."""

    paths: tuple[str, ...]
    table: Numbers
    names: Bytes

    @classmethod
    def of(cls, paths: tuple[str, ...]) -> "Shape":
        """The tree of the paths, as the scan reads it."""
        rows: list[list[int]] = [[-1, -1, 0, 0, -1, -1, 0]]
        names = bytearray()
        places: dict[tuple[str, ...], int] = {(): 0}

        def place(path: tuple[str, ...]) -> int:
            if path not in places:
                parent, name = place(path[:-1]), path[-1]
                places[path] = len(rows)
                is_element = name == _LIST
                row = [-1, -1, len(names), len(names), -1, -1, int(is_element or rows[parent][IN_LIST])]
                if is_element:
                    rows[parent][ELEMENT] = len(rows)
                else:
                    names.extend(name.encode())
                    row[NAME_END] = len(names)
                    row[BESIDE], rows[parent][INSIDE] = rows[parent][INSIDE], len(rows)
                rows.append(row)
            return places[path]

        for column, path in enumerate(paths):
            parts = [
                part for name in path.split(".") for part in (name.removesuffix(_LIST), _LIST * name.endswith(_LIST))
            ]
            rows[place(tuple(part for part in parts if part))][COLUMN] = column
        return cls(paths, np.array(rows, np.int64), np.frombuffer(bytes(names), np.uint8))


@dataclass(frozen=True, slots=True)
class Lines(Alone):
    """Some lines of a file: their numbers, their bytes, which are plain JSON, and their fields.

    The last line of a file may be `unterminated`; it is not plain.
    """

    numbers: Numbers
    lines: list[bytes]
    is_plain: pl.Series
    unterminated: bool
    shape: Shape
    data: Bytes
    found: Found

    @property
    def content(self) -> int:
        """As `Block` says."""
        return len(self.data)

    def sizes(self) -> Numbers:
        """As `Block` says."""
        places, elements = self.found.places, self.found.elements[: self.found.size[0]]
        of_lists = np.bincount(elements[:, LINE], elements[:, STOP] - elements[:, BEGIN], len(places))
        return np.asarray((places[:, :, 1] - places[:, :, 0]).sum(axis=1) + of_lists.astype(np.int64))

    def record(self, place: int) -> Record | Fault | None:
        """As `Block` says."""
        is_last = place == len(self.lines) - 1
        return json_line(int(self.numbers[place]), self.lines[place], not (is_last and self.unterminated))

    def again(self, places: Sequence[int], shape: Shape) -> "Lines":
        """Some of the lines with other fields; the unterminated one is left out."""
        last = len(self.lines) - 1 if self.unterminated else len(self.lines)
        some = [place for place in places if place != last]
        return scan_lines(self.numbers[some], [self.lines[place] for place in some], shape)

    def field(self, path: str) -> Values:
        """A field of all lines."""
        column = self.shape.paths.index(path)
        places = self.found.places[:, column]
        kinds = self.found.kinds[:, column].astype(np.int64)
        return Values(self.data, kinds, np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1]))

    def elements(self, path: str) -> tuple[Numbers, Values]:
        """(the line of each, what they are) of the elements of a list in all lines."""
        rows = self.found.elements[: self.found.size[0]]
        rows = rows[rows[:, ELEMENT_COLUMN] == self.shape.paths.index(path)]
        begins, stops, kinds = (np.ascontiguousarray(rows[:, part]) for part in (BEGIN, STOP, KIND))
        return rows[:, LINE], Values(self.data, kinds, begins, stops)


def compile_scan() -> None:
    """Compiles the scan, or reads it from where it is kept, so that no line waits for it."""
    values = scan_lines(np.array([1]), [b'{"a": "1"}'], Shape.of(("a",))).field("a")
    values.strings()
    values.whole_numbers()


def line_columns(stream: BinaryIO, shape: Callable[[], Shape]) -> Iterator[Lines | Fault]:
    """The lines of a stream, so many at a time that they fit the processor's memory, and its faults, in order.

    The fields may be others from block to block.
    """
    gathered: list[bytes] = []
    first, size = 1, 0
    for part in blocks(stream):
        if isinstance(part, Fault):
            if gathered:
                yield scan_lines(_from(first, gathered), gathered, shape())
            yield part
            gathered, size = [], 0
            continue
        number, lines, terminated = part
        if not gathered:
            first = number
        gathered += lines
        size += sum(map(len, lines))
        if size >= block.CHUNK_BYTES or not terminated:
            yield scan_lines(_from(first, gathered), gathered, shape(), unterminated=not terminated)
            gathered, size = [], 0
    if gathered:
        yield scan_lines(_from(first, gathered), gathered, shape())


def _from(first: int, lines: list[bytes]) -> Numbers:
    return np.arange(first, first + len(lines))


def scan_lines(numbers: Numbers, lines: list[bytes], shape: Shape, *, unterminated: bool = False) -> Lines:
    """Lines with their numbers, or any values, which may hold line feeds themselves."""
    joined = b"\n".join(lines) + b"\n"
    count = len(lines)
    data = np.frombuffer(joined, np.uint8)
    ends = np.cumsum(np.fromiter(map(len, lines), np.int64, count) + 1) - 1
    found = Found(
        np.zeros(count, np.bool_),
        np.zeros((count, len(shape.paths)), np.uint8),
        np.zeros((count, len(shape.paths), 2), np.int64),
        np.zeros((count * _ELEMENTS, 5), np.int64),
        np.zeros(1, np.int64),
    )
    scan(
        data,
        ends,
        shape.table,
        shape.names,
        Room(np.zeros((DEPTH, 3), np.int64), np.zeros(len(shape.table), np.int64)),
        found,
    )
    if bad := _not_utf8(lines, joined):  # nothing of these may become a column of texts
        found.is_plain[bad] = False
        elements = found.elements[: found.size[0]]
        kept = elements[~np.isin(elements[:, LINE], bad)]
        found.elements[: len(kept)] = kept
        found.size[0] = len(kept)
    if unterminated:
        found.is_plain[count - 1] = False
    found.kinds[~found.is_plain] = MISSING
    is_plain = pl.Series(found.is_plain)
    return Lines(numbers, lines, is_plain, unterminated, shape, data, found)


def _not_utf8(lines: list[bytes], joined: bytes) -> list[int]:
    """The places of lines that are no UTF-8, which are few: halves of the lines are looked at, and halves of those."""
    if is_utf8(joined):
        return []
    if len(lines) == 1:
        return [0]
    middle = len(lines) // 2
    first, second = lines[:middle], lines[middle:]
    return [
        *_not_utf8(first, b"\n".join(first)),
        *(middle + place for place in _not_utf8(second, b"\n".join(second))),
    ]
