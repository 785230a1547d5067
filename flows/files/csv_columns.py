"""The rows of a CSV table as columns: the cells that are asked for, of many rows at once, and the rows not plain."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import polars as pl

from flows.files import block
from flows.files.block import Alone, Values, is_utf8
from flows.files.chunks import LINE_BYTES
from flows.files.csv_records import CsvFeed, Head, IsHeader, read_head, row_of, rows_below
from flows.files.csv_scan import Rows, gather_cells, scan_rows
from flows.files.json_scan import MISSING, Bytes, Numbers
from flows.files.record import Fault, Record

_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True)
class CsvBlock(Alone):
    """Some rows of a table: the numbers of the lines they begin on, their bytes, and the cells of some columns."""

    head: Head
    numbers: Numbers
    names: tuple[str, ...]  # of the columns
    data: Bytes
    is_plain: pl.Series
    rows: Rows

    @property
    def content(self) -> int:
        """As `Block` says."""
        return len(self.data)

    def sizes(self) -> Numbers:
        """As `Block` says."""
        return np.asarray((self.rows.places[:, :, 1] - self.rows.places[:, :, 0]).sum(axis=1))

    def field(self, path: str) -> Values:
        """As `Block` says; the cells of a column that the table has not are missing."""
        column = self.names.index(path)
        kinds = self.rows.kinds[:, column].astype(np.int64)
        begins, stops = (np.ascontiguousarray(self.rows.places[:, column, part]) for part in (0, 1))
        return Values(self.data, kinds, begins, stops, gather_cells)

    def elements(self, path: str) -> tuple[Numbers, Values]:  # noqa: ARG002 - a cell is no list
        """As `Block` says: none."""
        return _NONE, Values(self.data, _NONE, _NONE, _NONE)

    def record(self, place: int) -> Record | Fault | None:
        """As `Block` says."""
        begin = self.rows.ends[place - 1] if place else 0
        lines = self.data[begin : self.rows.ends[place]].tobytes().split(b"\n")[:-1]
        return row_of(int(self.numbers[place]), lines, self.head)


def csv_columns(
    stream: BinaryIO, is_header: IsHeader | None, wanted: Callable[[tuple[str, ...]], tuple[str, ...] | None]
) -> Iterator[CsvBlock | Record | Fault]:
    """The rows of a table in blocks of the columns that are wanted of those it has, and its faults, in order.

    All come row by row where None is wanted. From a line on that needs a careful look, such as one with NUL or without
    a line feed, what is left comes so, too.
    """
    feed = CsvFeed.of(stream)
    for head in read_head(feed, is_header):
        if isinstance(head, Fault):
            yield head
            continue
        names, alone = wanted(head.columns), rows_below(feed, head)
        while names is not None:
            first = feed.next_line
            if not (lines := feed.take(block.CHUNK_BYTES)):
                break
            rows = _scanned(first, feed.next_line - first, lines, head, names)
            feed.put_back(lines[rows.content :])
            if rows.content:
                yield rows
            elif (row := next(alone, None)) is not None:  # one that does not end so soon
                yield row
            else:
                break
        yield from alone


def compile_rows() -> None:
    """Compiles the scan, or reads it from where it is kept, so that no row waits for it."""
    _scanned(1, 1, b"1\n", Head(("a",), ","), ("a",)).field("a").strings()


def _scanned(first: int, count: int, lines: bytes, head: Head, names: tuple[str, ...]) -> CsvBlock:
    """The rows that end in so many lines, of which the first has a number."""
    data = np.frombuffer(lines, np.uint8)
    places = {name: column for column, name in enumerate(names)}
    wanted = np.array([places.get(name, -1) for name in head.columns], np.int64)
    found = Rows(
        np.zeros(count, np.bool_),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
        np.zeros((count, len(names)), np.uint8),
        np.zeros((count, len(names), 2), np.int64),
    )
    count, end = scan_rows(data, ord(head.delimiter), wanted, LINE_BYTES, found)
    rows = found.first(count)
    data = data[:end]
    for place in _not_utf8(data, rows.ends):
        rows.is_plain[place] = False  # nothing of it may become a column of texts
    rows.kinds[~rows.is_plain] = MISSING
    numbers = first + np.cumsum(rows.heights) - rows.heights
    return CsvBlock(head, numbers, names, data, pl.Series(rows.is_plain), rows)


def _not_utf8(data: Bytes, ends: Numbers) -> Iterator[int]:
    """The places of rows that are no UTF-8."""
    if is_utf8(data):
        return
    begin = 0
    for place, end in enumerate(ends.tolist()):
        if not is_utf8(data[begin:end]):
            yield place
        begin = end
