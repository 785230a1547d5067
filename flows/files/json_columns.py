"""JSON lines as columns: the fields that are asked for, of all lines at once, and the lines that are not plain JSON."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import polars as pl

from flows import limits
from flows.files import block
from flows.files.block import Alone, Values, is_utf8
from flows.files.chunks import line_blocks
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
    line_ends,
    scan,
)
from flows.files.record import Elsewhere, Fault, Record

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
_SHORTEST = 64  # bytes of a line on average, for which there is room at once
_STANDS = {"text": (STRING, ESCAPED), "object": (OBJECT,)}
_LIST = "[]"  # ends the name of a list in a path


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields that are looked for, by their paths: `data.author.id`, `data.textExtra[].hashtagName`.

    `others` has the same fields in other places, each with the column and the kind that tell of which lines.
    """

    paths: tuple[str, ...]
    table: Numbers
    names: Bytes
    others: tuple[tuple[int, tuple[int, ...], "Shape"], ...] = ()

    @classmethod
    def of(cls, paths: tuple[str, ...], elsewhere: Sequence[Elsewhere] = (), at: Callable[[str], str] = str) -> "Shape":
        """The tree of the paths, where `at` has them, as the scan reads it; of all that is elsewhere, too."""
        others = []
        for number, other in enumerate(elsewhere, 1):
            there = cls.of(paths, elsewhere[number:], _composed(at, other.at))
            others.append((paths.index(other.sign), _STANDS[other.stands], there))
        return cls(paths, *_tree([at(path) for path in paths]), tuple(others))


def _composed(outer: Callable[[str], str], inner: Callable[[str], str]) -> Callable[[str], str]:
    return lambda path: outer(inner(path))


def _tree(paths: Sequence[str]) -> tuple[Numbers, Bytes]:
    """(the fields, their names) of paths, whose columns they are, in order; of two at one place, the first is there."""
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
        parts = [part for name in path.split(".") for part in (name.removesuffix(_LIST), _LIST * name.endswith(_LIST))]
        row = rows[place(tuple(part for part in parts if part))]
        row[COLUMN] = column if row[COLUMN] < 0 else row[COLUMN]
    return np.array(rows, np.int64), np.frombuffer(bytes(names), np.uint8)


@dataclass(frozen=True, slots=True)
class Lines(Alone):
    """Some lines of a file: their numbers, their bytes, which are plain JSON, and their fields.

    The last line of a file may be `unterminated`; it is not plain.
    """

    numbers: Numbers
    joined: bytes  # what holds the lines
    begins: Numbers
    ends: Numbers
    is_plain: pl.Series
    unterminated: bool
    shape: Shape
    found: Found

    @property
    def data(self) -> Bytes:
        """What holds the lines, byte by byte."""
        return np.frombuffer(self.joined, np.uint8)

    @property
    def content(self) -> int:
        """As `Block` says."""
        return int(self.ends[-1] + 1 - self.begins[0]) if len(self.ends) else 0

    def line(self, place: int) -> bytes:
        """The bytes of a line."""
        return self.joined[self.begins[place] : self.ends[place]]

    def sizes(self) -> Numbers:
        """As `Block` says."""
        places, elements = self.found.places, self.found.elements
        of_lists = np.bincount(elements[:, LINE], elements[:, STOP] - elements[:, BEGIN], len(places))
        return np.asarray((places[:, :, 1] - places[:, :, 0]).sum(axis=1) + of_lists.astype(np.int64))

    def record(self, place: int) -> Record | Fault | None:
        """As `Block` says."""
        is_last = place == len(self.numbers) - 1
        return json_line(int(self.numbers[place]), self.line(place), not (is_last and self.unterminated))

    def again(self, places: Sequence[int], shape: Shape) -> "Lines":
        """Some of the lines with other fields; the unterminated one is left out."""
        last = len(self.numbers) - 1 if self.unterminated else len(self.numbers)
        some = [place for place in places if place != last]
        return _scanned(self.numbers[some], self.joined, self.begins[some], self.ends[some], shape)

    def field(self, path: str) -> Values:
        """A field of all lines."""
        column = self.shape.paths.index(path)
        places = self.found.places[:, column]
        kinds = self.found.kinds[:, column].astype(np.int64)
        return Values(self.data, kinds, np.ascontiguousarray(places[:, 0]), np.ascontiguousarray(places[:, 1]))

    def elements(self, path: str) -> tuple[Numbers, Values]:
        """(the line of each, what they are) of the elements of a list in all lines."""
        elements = self.found.elements
        rows = elements[elements[:, ELEMENT_COLUMN] == self.shape.paths.index(path)]
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
    number = 1
    for part in line_blocks(stream, block.CHUNK_BYTES):
        if isinstance(part, Fault):
            yield part._replace(number=number)
            number += 1
            continue
        content, is_ended = part
        content += b"" if is_ended else b"\n"
        all_ends = _ends(np.frombuffer(content, np.uint8))
        begin = 0
        for place in range(0, len(all_ends), limits.TOGETHER):
            ends = all_ends[place : place + limits.TOGETHER]
            begins = np.concatenate(([begin], ends[:-1] + 1))
            begin = int(ends[-1]) + 1
            numbers = np.arange(number, number + len(ends))
            number += len(ends)
            yield _scanned(numbers, content, begins, ends, shape(), unterminated=not is_ended and begin == len(content))


def _ends(content: Bytes) -> Numbers:
    """Where the line feeds of a content stand."""
    ends = np.empty(len(content) // _SHORTEST + 1, np.int64)
    count = line_ends(content, ends)
    if count > len(ends):
        ends = np.empty(count, np.int64)
        line_ends(content, ends)
    return ends[:count]


def scan_lines(numbers: Numbers, lines: Sequence[bytes], shape: Shape) -> Lines:
    """Lines with their numbers, or any values, which may hold line feeds themselves."""
    sizes = np.fromiter(map(len, lines), np.int64, len(lines))
    ends = np.cumsum(sizes + 1) - 1
    return _scanned(numbers, b"\n".join([*lines, b""]), ends - sizes, ends, shape)


def _scanned(  # noqa: PLR0913 - the lines, where they stand, and what is looked for
    numbers: Numbers, joined: bytes, begins: Numbers, ends: Numbers, shape: Shape, *, unterminated: bool = False
) -> Lines:
    count = len(ends)
    found = _found(joined, begins, ends, shape)
    if bad := _not_utf8(joined, begins, ends, 0, count):  # nothing of these may become a column of texts
        found.is_plain[bad] = False
        found = _without(found, np.array(bad))
    if unterminated:
        found.is_plain[count - 1] = False
    found.kinds[~found.is_plain] = MISSING
    found = _with_others(found, joined, begins, ends, shape)
    return Lines(numbers, joined, begins, ends, pl.Series(found.is_plain), unterminated, shape, found)


def _found(joined: bytes, begins: Numbers, ends: Numbers, shape: Shape) -> Found:
    """What the scan finds in lines."""
    count = len(ends)
    found = Found(
        np.zeros(count, np.bool_),
        np.zeros((count, len(shape.paths)), np.uint8),
        np.zeros((count, len(shape.paths), 2), np.int64),
        np.zeros((count * _ELEMENTS, 5), np.int64),
        np.zeros(1, np.int64),
    )
    room = Room(np.zeros((DEPTH, 3), np.int64), np.zeros(len(shape.table), np.int64))
    scan(np.frombuffer(joined, np.uint8), begins, ends, shape.table, shape.names, room, found)
    return found._replace(elements=found.elements[: found.size[0]])


def _without(found: Found, lines: Numbers) -> Found:
    """The same without the elements of lists of some lines."""
    return found._replace(elements=found.elements[~np.isin(found.elements[:, LINE], lines)])


def _with_others(found: Found, joined: bytes, begins: Numbers, ends: Numbers, shape: Shape) -> Found:
    """What was found, and of lines that have their fields elsewhere what is found there."""
    for column, kinds, other in shape.others:
        lines = np.flatnonzero(found.is_plain & np.isin(found.kinds[:, column], kinds))
        if not len(lines):
            continue
        there = _found(joined, begins[lines], ends[lines], other)
        there.kinds[~there.is_plain] = MISSING
        there = _with_others(there, joined, begins[lines], ends[lines], other)
        found.is_plain[lines], found.kinds[lines], found.places[lines] = there.is_plain, there.kinds, there.places
        found = _without(found, lines)
        there.elements[:, LINE] = lines[there.elements[:, LINE]]
        elements = np.concatenate([found.elements, there.elements])
        found = found._replace(elements=elements[np.argsort(elements[:, LINE], kind="stable")])
    return found


def _not_utf8(joined: bytes, begins: Numbers, ends: Numbers, first: int, last: int) -> list[int]:
    """The places of lines that are no UTF-8, which are few: halves of the lines are looked at, and halves of those."""
    if first == last or is_utf8(memoryview(joined)[begins[first] : ends[last - 1]]):
        return []
    if last - first == 1:
        return [first]
    middle = (first + last) // 2
    return [*_not_utf8(joined, begins, ends, first, middle), *_not_utf8(joined, begins, ends, middle, last)]
