"""How a file is laid out, seen from its first bytes, and the reader for each layout."""

import re
from collections.abc import Callable, Iterator
from os import SEEK_END
from pathlib import Path
from typing import Any, BinaryIO, Literal

import orjson

from flows.files.archive import ARCHIVE
from flows.files.chunks import BOM
from flows.files.csv_records import IsHeader, csv_rows, header_places
from flows.files.json_records import json_elements, json_lines
from flows.files.opening import PARQUET, SAMPLE_BYTES, open_stream, read_head, refuse
from flows.files.parquet import parquet_rows
from flows.files.record import Fault, Record
from flows.files.workbook import DamagedWorkbookError, first_rows, sheet_rows, sheet_starts

# "documents" is an array of objects, or objects over several lines; "sheet" is a workbook, or a CSV of its sheet.
Layout = Literal["csv", "sheet", "lines", "documents", "parquet"]
Reader = Callable[[BinaryIO], Iterator[Record | Fault]]

_OPENED = re.compile(rb"\n\{\s*\n")  # a brace alone in a line opens an object over several
# Tables with a header, which has to be told from what stands above it.
HEADED: dict[Layout, Callable[[BinaryIO, IsHeader | None], Iterator[Record | Fault]]] = {
    "csv": csv_rows,
    "sheet": sheet_rows,
}
JSON: dict[Layout, Reader] = {"lines": json_lines, "documents": json_elements}


def sample(path: Path) -> bytes:
    """The first `SAMPLE_BYTES` of the content; of Parquet the last, below its mark, because it names its columns there;
    of a workbook the first rows of its sheets, as CSV below its mark.

    Raises InputRefusedError as `open_stream` does.
    """
    with open_stream(path) as stream:
        start = read_head(stream, SAMPLE_BYTES)
        if start.startswith(ARCHIVE):
            stream.seek(0)
            try:
                return first_rows(stream)
            except DamagedWorkbookError as error:
                raise refuse(path, f"a workbook that cannot be read ({error})", "save it again") from error
        if not start.startswith(PARQUET) or len(start) < SAMPLE_BYTES:
            return start
        stream.seek(-SAMPLE_BYTES, SEEK_END)
        return PARQUET + read_head(stream, SAMPLE_BYTES)


def layout(sample: bytes) -> Layout:
    """`lines` for a JSON object a line, `documents` for any other JSON."""
    if sample.startswith((PARQUET, ARCHIVE)):
        return "parquet" if sample.startswith(PARQUET) else "sheet"
    text = sample.removeprefix(BOM).lstrip()
    if not text.startswith((b"{", b"[")):
        return "csv"
    first, _, below = text.partition(b"\n")
    is_object_a_line = text.startswith(b"{") and not _is_element(first) and not _OPENED.search(text)
    return "lines" if is_object_a_line and (below.lstrip() or b"{").startswith(b"{") else "documents"


def _is_element(line: bytes) -> bool:
    """Whether a line is a whole object and a comma, as lines that were cut out of an array are."""
    element = line.strip()
    if not element.endswith(b"},"):
        return False
    try:
        orjson.loads(element[:-1])
    except orjson.JSONDecodeError:  # a broken line
        return False
    return True


def starts(sample: bytes) -> Iterator[bytes]:
    """The sample from each place on where its table can begin: the first lines of a CSV, and of every sheet."""
    kind = layout(sample)
    if kind == "csv":
        yield sample
        lines = sample.split(b"\n")
        yield from (text for place, text in header_places(lines) if place)
    elif kind == "sheet":
        yield from sheet_starts(sample)
    else:
        yield sample


def rows(path: Path, is_header: IsHeader) -> Iterator[Record | Fault]:
    """The objects or rows of any file, as they are in it. Raises InputRefusedError for one that holds none."""
    kind = layout(sample(path))
    with open_stream(path) as stream:
        if kind == "parquet":
            yield from parquet_rows(None, stream, as_it_is)
        elif kind in HEADED:
            yield from HEADED[kind](stream, is_header)
        else:
            yield from JSON[kind](stream)


def as_it_is(value: Any) -> Any:
    """The value itself."""
    return value
