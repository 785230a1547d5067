"""CSV records: real CSV with cells over several lines; a bad row never takes its neighbours with it.

Tables are read as people's tools leave them: with Excel's own first line (`sep=;`), a title or blank lines above the
header, rows and columns without any cell. A row whose cells do not fit the header is a fault, never cut to fit.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import BinaryIO, NamedTuple, cast

from flows import limits
from flows.files.chunks import BOM, EXCERPT_BYTES, LINE_BYTES, line_blocks, too_long
from flows.files.opening import SAMPLE_BYTES
from flows.files.record import Fault, Record, ended, too_many_blanks
from flows.post import Reason

DELIMITERS = (",", ";", "\t", "|")
HEADER_LINES = 10  # among these lines the header is looked for
RAGGED = "cells under"  # in the detail of a row that does not fit its header
SEEN_LINES = 2 * HEADER_LINES

# Tells of the first lines of a table, from one of them on, whether that one is the header.
IsHeader = Callable[[bytes], bool]

_SEPARATOR = re.compile(rb'"?sep=(\t|[^\w\s"\x80-\xff])"?[ ,;\t]*\r?', re.IGNORECASE)
_BLANKS = b' \t\r,;|"\0'


class Head(NamedTuple):
    """What the header of a table says: the names of its columns, and what stands between cells."""

    columns: tuple[str, ...]
    delimiter: str


class CsvFeed:
    """The decoded lines of a table for `csv.reader`, with the faults of the row that is being read."""

    def __init__(self, parts: Iterator[bytes | list[bytes | Fault]], first: int = 1) -> None:
        self._parts = parts  # whole lines, joined; or some that are looked at one by one
        self._whole = b""  # such lines that are not parted yet; they follow the batch
        self._batch: list[bytes | Fault] = []
        self._at = 0  # the next line of the batch
        self._open_line: int | None = None  # the one that no line feed ends
        self.in_header = True
        self.start = first  # line on which the row begins
        self.size = 0  # bytes of the row so far
        self.excerpt = b""
        self.fault: Fault | None = None  # why the row cannot be used
        self.broken: Fault | None = None  # where the stream itself broke off
        self.unterminated = False
        self.next_line = first

    @classmethod
    def of(cls, stream: BinaryIO) -> "CsvFeed":
        """The lines of a stream."""
        feed = cls(iter(()))
        feed._parts = feed._walk(stream)
        return feed

    def _walk(self, stream: BinaryIO) -> Iterator[bytes | list[bytes | Fault]]:
        for part in line_blocks(stream, 1):  # as they come; `next_line` follows what came before
            if not isinstance(part, Fault):
                content, is_ended = part
                end = len(content) if is_ended else content.rfind(b"\n") + 1
                yield content[:end]
                if not is_ended:
                    self._open_line = self.next_line
                    yield [content[end:]]
            elif part.reason is Reason.TOO_LONG:
                yield [part._replace(number=self.next_line)]
            else:
                self.broken = part._replace(number=self.next_line)

    def _has_next(self) -> bool:
        """Whether there is another line; it is in the batch then."""
        while self._at == len(self._batch):
            part = self._whole or next(self._parts, None)
            if part is None:
                return False
            self._whole = b""
            self._batch, self._at = [*part.split(b"\n")[:-1]] if isinstance(part, bytes) else part, 0
        return True

    def _has_whole(self) -> bool:
        """Whether whole lines follow; they are joined then."""
        if self._open_line is None and Fault not in set(map(type, self._batch[self._at :])):
            self._whole = b"\n".join([*cast(list[bytes], self._batch[self._at :]), b""]) + self._whole
            self._batch, self._at = [], 0
        while not self._whole and self._at == len(self._batch):
            part = next(self._parts, None)
            if part is None:
                return False
            if isinstance(part, bytes):
                self._whole = part
            else:
                self._batch, self._at = part, 0
        return self._at == len(self._batch)

    def _step(self) -> bytes | Fault:
        if not self._has_next():
            raise StopIteration
        self._at += 1
        self.next_line += 1
        return self._batch[self._at - 1]

    def ahead(self) -> list[bytes]:
        """The first lines, which stay to be read."""
        seen: list[bytes | Fault] = []
        size = 0
        while len(seen) < SEEN_LINES and size <= SAMPLE_BYTES and self._has_next():
            seen.append(line := self._step())
            size += 0 if isinstance(line, Fault) else len(line)
        self.give_back(seen)
        return [b"" if isinstance(line, Fault) else line for line in seen]

    def skip(self, lines: int) -> None:
        """Leave out lines that are no part of the table."""
        for _ in range(lines):
            if self._has_next():
                self._step()

    def take(self, size: int) -> bytes:
        """The next whole lines, about so many bytes of them and not too many, up to some that need a careful look.

        Those are lines with NUL, one that no line feed ends, and what is no line.
        """
        taken: list[bytes] = []
        lines = 0
        while size > 0 and lines < limits.TOGETHER and self._has_whole() and b"\0" not in self._whole:
            part, self._whole = self._whole, b""
            count = part.count(b"\n")
            if count > limits.TOGETHER - lines:
                count = limits.TOGETHER - lines
                self._whole = part.split(b"\n", count)[count]
                part = part[: len(part) - len(self._whole)]
            taken.append(part)
            size -= len(part)
            lines += count
            self.next_line += count
        return b"".join(taken)

    def put_back(self, content: bytes) -> None:
        """Whole lines that were taken last, which stay to be read."""
        self._whole = content + self._whole
        self.next_line -= content.count(b"\n")

    def give_back(self, lines: Sequence[bytes | Fault]) -> None:
        """The same of lines one by one."""
        self._batch, self._at = [*lines, *self._batch[self._at :]], 0
        self.next_line -= len(lines)

    def begin(self) -> None:
        """A new row begins on the next line."""
        self.start, self.size, self.excerpt, self.fault = self.next_line, 0, b"", None

    def reject(self, reason: Reason, detail: str) -> Fault:
        """The Fault of the current row."""
        return Fault(self.start, reason, detail, self.excerpt)

    def __iter__(self) -> "CsvFeed":
        return self

    def __next__(self) -> str:
        line = self._step()
        if isinstance(line, Fault):
            self.fault = line
            return "\n"
        self.unterminated = self.next_line - 1 == self._open_line
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


def _first_row(lines: Sequence[str], delimiter: str) -> list[str]:
    """The row that begins on the first line; only that line where its quotes are not those of CSV."""
    try:
        return next(_reader((f"{line}\n" for line in lines), delimiter, strict=True), [])
    except csv.Error:
        return next(_reader(lines[:1], delimiter), [])


@lru_cache(maxsize=8)  # every format asks it of the same sample
def csv_header(sample: bytes) -> tuple[tuple[str, ...], str]:
    """(column names, delimiter) of the row that `sample` begins with, which may follow a line `sep=;`.

    The delimiter is the one that makes most columns; that of a line `sep=` where it makes any.
    """
    text = sample[:SAMPLE_BYTES].removeprefix(BOM).replace(b"\0", b"")
    declared = _SEPARATOR.fullmatch(text.partition(b"\n")[0])
    if declared:
        text = text.partition(b"\n")[2]
    first = text.split(b"\n", HEADER_LINES)[:HEADER_LINES]
    lines = [line.removesuffix(b"\r").replace(b"\r", b" ").decode(errors="replace") for line in first]
    candidates = [*([declared[1].decode(errors="replace")] if declared else []), *DELIMITERS]
    rows = {delimiter: columns(_first_row(lines, delimiter)) for delimiter in candidates}
    delimiter = max(DELIMITERS, key=lambda each: len(rows[each]))
    if declared and len(rows[candidates[0]]) > 1:
        delimiter = candidates[0]
    return rows[delimiter], delimiter


def columns(row: Iterable[str]) -> tuple[str, ...]:
    """The names of the columns of a header: trimmed, each once; what has none at the end is no column."""
    names = [name.strip() for name in row]
    while names and not names[-1]:
        names.pop()
    unique: dict[str, None] = {}
    for place, name in enumerate(names, 1):
        repeated = name
        times = 1
        while (repeated or f"column {place}") in unique:
            times += 1
            repeated = f"{name or f'column {place}'} ({times})"
        unique[repeated or f"column {place}"] = None
    return tuple(unique)


def header_places(lines: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """(number of lines above it, first lines of the table from it on) of every line that can be the header.

    A line `sep=` stands above the header and before each of these samples.
    """
    if not lines:
        return
    first = lines[0].removeprefix(BOM)
    mark = first + b"\n" if _SEPARATOR.fullmatch(first) else b""
    for place, line in enumerate((first, *lines[1:HEADER_LINES])):
        if line.strip(_BLANKS) and not (mark and place == 0):
            yield place, mark + b"\n".join((line, *lines[place + 1 :]))


def header_place(lines: Sequence[bytes], is_header: IsHeader | None = None) -> tuple[int, str]:
    """(number of lines above the header, delimiter).

    The header is the first line that is known as one, else the first with a cell.
    """
    places = list(header_places(lines))
    known = (each for each in places if is_header is not None and is_header(each[1]))
    place, text = next(known, places[0] if places else (0, b""))
    return place, csv_header(text)[1]


def is_blank(row: Iterable[str]) -> bool:
    """Whether no cell of a row holds anything."""
    return not any(cell and not cell.isspace() for cell in row)


def fitted(row: list[str], width: int) -> list[str]:
    """The row without the cells that hold nothing beyond the columns."""
    return row[:width] if len(row) > width and is_blank(row[width:]) else row


def _csv_cells(feed: CsvFeed, delimiter: str) -> Iterator[list[str] | Fault]:
    """Rows that hold anything, and faults."""
    reader = _reader(feed, delimiter, strict=True)
    blanks = 0
    while blanks <= limits.BLANK_LINES:
        feed.begin()
        try:
            row = next(reader, None)
        except csv.Error as error:
            blanks = 0
            ended = str(error) == "unexpected end of data"
            if not (ended and feed.broken):
                reason = Reason.TRUNCATED if ended else Reason.UNREADABLE
                yield feed.fault or feed.reject(reason, "a quote is never closed" if ended else str(error))
            continue
        if row is None and feed.fault is None:
            break
        if feed.fault is None and not (row and (row[0].strip() or not is_blank(row))):
            blanks += 1
            continue
        blanks = 0
        yield feed.fault or row or []
    else:
        yield too_many_blanks(feed.start)
    if feed.broken is not None:
        yield feed.broken


def read_head(feed: CsvFeed, is_header: IsHeader | None) -> Iterator[Head | Fault]:
    """The header of a table, after faults above it; nothing where it has none, or more columns than any table."""
    above, delimiter = header_place(feed.ahead(), is_header)
    feed.skip(above)
    for row in _csv_cells(feed, delimiter):
        if isinstance(row, Fault):
            yield row
            continue
        head = Head(columns(row), delimiter)
        width = len(head.columns)
        if width > limits.COLUMNS:
            yield feed.reject(Reason.DAMAGED, f"a table of {width:,} columns, more than {limits.COLUMNS:,}")
        else:
            feed.in_header = False
            yield head
        return


def rows_below(feed: CsvFeed, head: Head) -> Iterator[Record | Fault]:
    """One Record a row that is left: {column: cell}; a Fault for one that has not as many cells as the header."""
    names, width = head.columns, len(head.columns)
    for row in _csv_cells(feed, head.delimiter):
        if isinstance(row, Fault):
            yield row
        elif len(row) == width or len(row := fitted(row, width)) == width:
            yield Record(feed.start, dict(zip(names, row, strict=True)))
        else:
            reason = Reason.TRUNCATED if feed.unterminated and len(row) < width else Reason.WRONG_SHAPE
            yield feed.reject(reason, f"{len(row)} {RAGGED} {width} columns")


def row_of(number: int, lines: Sequence[bytes], head: Head) -> Record | Fault | None:
    """The row that stands on whole lines of which the first has a number; None for a blank one."""
    feed = CsvFeed(iter([[*lines]]), number)
    feed.in_header = False
    return next(rows_below(feed, head), None)


@ended
def csv_rows(stream: BinaryIO, is_header: IsHeader | None = None) -> Iterator[Record | Fault]:
    """One Record a row below the header: {column: cell}; `number` is the line on which the row starts.

    The header is the first line that `is_header` knows, else the first with a cell; it says the delimiter. A row with
    more or fewer cells than the header is WRONG_SHAPE, the last one of a file without final line end TRUNCATED.
    """
    feed = CsvFeed.of(stream)
    for head in read_head(feed, is_header):
        if isinstance(head, Fault):
            yield head
        else:
            yield from rows_below(feed, head)
