"""CSV records: real CSV with cells over several lines; a bad row never takes its neighbours with it."""

import csv
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

from flows.files.chunks import BOM, EXCERPT_BYTES, LINE_BYTES, blocks, too_long
from flows.files.record import Fault, Record
from flows.post import Reason

DELIMITERS = (",", ";", "\t")


class _CsvFeed:
    """The decoded lines of a stream for `csv.reader`, with the faults of the row that is being read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._lines: Iterator[bytes] = self._walk(stream)
        self.in_header = True
        self.start = 1  # line on which the row begins
        self.size = 0  # bytes of the row so far
        self.excerpt = b""
        self.fault: Fault | None = None  # why the row cannot be used
        self.broken: Fault | None = None  # where the stream itself broke off
        self.unterminated = False
        self.next_line = 1

    def _walk(self, stream: BinaryIO) -> Iterator[bytes]:
        for block in blocks(stream):
            if not isinstance(block, Fault):
                self.unterminated = not block[2]
                if block[0] == 1 and block[1][0].startswith(BOM):
                    block[1][0] = block[1][0][len(BOM) :]
                yield from block[1]
            elif block.reason is Reason.TOO_LONG:
                self.fault = block
                yield b""
            else:
                self.broken = block

    def peek(self) -> bytes:
        """The first line, which stays to be read."""
        first = next(self._lines, b"")
        self._lines = chain((first,), self._lines)
        return first

    def begin(self) -> None:
        """A new row begins on the next line."""
        self.start, self.size, self.excerpt, self.fault = self.next_line, 0, b"", None

    def reject(self, reason: Reason, detail: str) -> Fault:
        """The Fault of the current row."""
        return Fault(self.start, reason, detail, self.excerpt)

    def __iter__(self) -> "_CsvFeed":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.next_line += 1
        self.size += len(line) + 1
        if len(self.excerpt) < EXCERPT_BYTES:
            self.excerpt = (self.excerpt + line + b"\n")[:EXCERPT_BYTES]
        if self.size > LINE_BYTES and self.fault is None:
            self.fault = too_long(self.start, self.excerpt)
            raise csv.Error(self.fault.detail)
        if b"\0" in line:
            line = line.replace(b"\0", b"")
        if b"\r" in line:  # a lone carriage return inside a cell is not a line end
            line = line.removesuffix(b"\r").replace(b"\r", b" ")
        try:
            return line.decode() + "\n"
        except UnicodeDecodeError as error:
            if self.fault is None and not self.in_header:
                self.fault = self.reject(Reason.NOT_UTF8, f"line {self.next_line - 1}, byte {error.start}")
            return line.decode(errors="replace") + "\n"


def _reader(lines: Iterable[str], delimiter: str, strict: bool = False) -> Iterator[list[str]]:
    csv.field_size_limit(LINE_BYTES)  # of the whole process: set where it is needed, another reader may have its own
    return csv.reader(lines, delimiter=delimiter, strict=strict)


def _header(line: bytes) -> tuple[tuple[str, ...], str]:
    text = line.replace(b"\0", b"").replace(b"\r", b"").decode(errors="replace")
    named = {delimiter: next(_reader([text], delimiter), []) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda candidate: len(named[candidate]))
    return tuple(name.strip() for name in named[delimiter]), delimiter


def csv_header(sample: bytes) -> tuple[tuple[str, ...], str]:
    """(column names, delimiter) of the first line of `sample`; the delimiter is the one that makes most columns."""
    return _header(sample.removeprefix(BOM).partition(b"\n")[0])


def _csv_cells(feed: _CsvFeed, delimiter: str) -> Iterator[list[str] | Fault]:
    """Rows that are not blank, and faults."""
    reader = _reader(feed, delimiter, strict=True)
    while True:
        feed.begin()
        try:
            row = next(reader, None)
        except csv.Error as error:
            ended = str(error) == "unexpected end of data"
            if not (ended and feed.broken):
                reason = Reason.TRUNCATED if ended else Reason.UNREADABLE
                yield feed.fault or feed.reject(reason, "a quote is never closed" if ended else str(error))
            continue
        if feed.fault is not None:
            yield feed.fault
        elif row is None:
            break
        elif row:
            yield row
    if feed.broken is not None:
        yield feed.broken


def csv_rows(stream: BinaryIO, delimiter: str | None = ",") -> Iterator[Record | Fault]:
    """One Record a row below the header: {column: cell}; `number` is the line on which the row starts.

    `delimiter` None takes it from the header. A row with more or fewer cells than the header is WRONG_SHAPE, the
    last one of a file without final line end TRUNCATED.
    """
    feed = _CsvFeed(stream)
    if delimiter is None:
        delimiter = _header(feed.peek())[1]
    header: list[str] | None = None
    for row in _csv_cells(feed, delimiter):
        if isinstance(row, Fault):
            yield row
        elif header is None:
            header = [name.strip() for name in row]
            feed.in_header = False
        elif len(row) == len(header):
            yield Record(feed.start, dict(zip(header, row, strict=True)))
        else:
            reason = Reason.TRUNCATED if feed.unterminated and len(row) < len(header) else Reason.WRONG_SHAPE
            yield feed.reject(reason, f"{len(row)} cells under {len(header)} columns")
