"""Workbooks (.xlsx): their rows as records, with cells as the text that a CSV of the sheet would have.

A spreadsheet keeps 15 digits of a number. A longer one (an id that was no text) is given as `7.32972074988995E+18`, so
that nobody takes it for the id it was. Dates and times are ISO text, without a zone.
"""

import csv
import io
import math
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import islice
from typing import Any, BinaryIO
from xml.etree import ElementTree

from flows import limits
from flows.files.archive import ARCHIVE
from flows.files.csv_records import IsHeader, columns, csv_rows, header_place, header_places, is_blank
from flows.files.record import Fault, Record, ended
from flows.post import Reason

SHEET_DIGITS = 15  # that a spreadsheet keeps of a number
_SEEN_ROWS = 20
_BREAK = b"\x0c"  # between the sheets of a sample

# What the reader of workbooks says of damaged ones.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, ElementTree.ParseError, OSError, EOFError, RuntimeError, NotImplementedError),
    *(LookupError, ValueError, TypeError, AttributeError, ArithmeticError, AssertionError),
)


class DamagedWorkbookError(Exception):
    """The workbook cannot be read (further)."""


@contextmanager
def _opened(stream: BinaryIO) -> Iterator[Any]:
    import openpyxl

    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    try:
        book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except _DAMAGE as error:
        raise DamagedWorkbookError(_first_line(error)) from error
    try:
        yield book
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[list[str]]:
    """The rows of a sheet from the first on, cells as text. Raises DamagedWorkbookError."""
    try:
        sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
        cells = 0
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            cells += len(row)
            if number > limits.SHEET_ROWS:
                raise DamagedWorkbookError(f"a sheet has more than {limits.SHEET_ROWS:,} rows")
            if cells > limits.SHEET_CELLS:
                raise DamagedWorkbookError(f"a sheet has more than {limits.SHEET_CELLS:,} cells")
            yield [as_text(value) for value in row]
    except _DAMAGE as error:
        raise DamagedWorkbookError(_first_line(error)) from error


def as_text(value: Any) -> str:
    """A cell as text; see the head of this module for numbers and dates."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        if abs(value) >= 10**SHEET_DIGITS:
            return f"{value:.14E}"
        return str(int(value)) if math.isfinite(value) and value == int(value) else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


_ROUNDED = re.compile(r"-?\d\.\d{14}E\+\d+")


def is_rounded(text: str) -> bool:
    """Whether a cell's text is that of a number of more digits than a spreadsheet keeps."""
    return _ROUNDED.fullmatch(text) is not None


def _as_csv(rows: list[list[str]]) -> list[bytes]:
    """Each row as the line of a CSV, without line breaks within cells."""
    out = []
    for row in rows:
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow([" ".join(cell.splitlines()) for cell in row])
        out.append(line.getvalue().encode("utf-8", "replace"))
    return out


def first_rows(stream: BinaryIO) -> bytes:
    """The first rows of every sheet as CSV, below the mark of an archive. Raises DamagedWorkbookError."""
    with _opened(stream) as book:
        sheets = [_as_csv(list(islice(_rows(sheet), _SEEN_ROWS))) for sheet in book.worksheets]
    return ARCHIVE + _BREAK.join(b"\n".join(lines) for lines in sheets)


def sheet_starts(sample: bytes) -> Iterator[bytes]:
    """The sample from each line on that can be the header of a sheet."""
    for sheet in sample.removeprefix(ARCHIVE).split(_BREAK):
        for _, text in header_places(sheet.split(b"\n")):
            yield ARCHIVE + text


@ended
def sheet_rows(stream: BinaryIO, is_header: IsHeader | None = None) -> Iterator[Record | Fault]:
    """One Record a row of a sheet, as `csv_rows` gives those of its CSV; a CSV of the sheet is read too.

    The sheet is the first with a row that `is_header` knows, else the first with a cell.
    What stands beside the table, under no heading, is no part of it.
    """
    if not is_workbook(stream):
        yield from csv_rows(stream, is_header)
        return
    number = 0
    try:
        with _opened(stream) as book:
            rows, above = _table(book, is_header)
            header: tuple[str, ...] = ()
            for number, row in enumerate(rows, 1):
                if number <= above or is_blank(row[: len(header) or None]):
                    continue
                if header:
                    yield Record(number, dict.fromkeys(header, "") | dict(zip(header, row, strict=False)))
                else:
                    header = columns(row)
    except DamagedWorkbookError as error:
        yield Fault(number + 1, Reason.DAMAGED, f"the workbook cannot be read: {error}", b"")


def is_workbook(stream: BinaryIO) -> bool:
    """Whether a workbook follows; only one that can be read again from its beginning is."""
    if not stream.seekable():
        return False
    start = stream.read(len(ARCHIVE))
    stream.seek(0)
    return start == ARCHIVE


def _table(book: Any, is_header: IsHeader | None) -> tuple[Iterator[list[str]], int]:
    """(rows of the sheet that holds the table, how many stand above its header)."""
    first: tuple[Any, int] | None = None
    for sheet in book.worksheets:
        lines = _as_csv(list(islice(_rows(sheet), _SEEN_ROWS)))
        place, _ = header_place(lines, is_header)
        texts = dict(header_places(lines))
        if first is None and texts:
            first = sheet, place
        if is_header is not None and place in texts and is_header(texts[place]):
            return _rows(sheet), place
    return (_rows(first[0]), first[1]) if first else (iter(()), 0)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def blanked(content: bytes, name: str, left: Callable[[dict[str, str]], set[str] | None]) -> bytes | None:
    """A workbook with emptied cells in rows of one of its sheets; None where none was.

    `left` is given each row below the first by its headings and says which of them keep their value; None: all of them.
    """
    import openpyxl

    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
    except _DAMAGE as error:
        raise DamagedWorkbookError(_first_line(error)) from error
    if name not in book.sheetnames:
        return None
    header, *rows = book[name].iter_rows() or [()]
    headings = [str(cell.value or "") for cell in header]
    changed = 0
    for row in rows:
        kept = left({heading: str(cell.value or "") for heading, cell in zip(headings, row, strict=True)})
        if kept is None:
            continue
        for heading, cell in zip(headings, row, strict=True):
            if heading not in kept and cell.value not in (None, ""):
                cell.value = cell.hyperlink = cell.comment = None
                changed += 1
    if not changed:
        return None
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
