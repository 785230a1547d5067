"""The front door of reading: opens a file and splits it into raw records; what they mean, others say.

Everything here yields a `Record` (lines: number and bytes), or a `Fault` for bytes that are none; bad input never
raises once a file is open, and never more than one chunk and one record are held in memory.
"""

from collections.abc import Iterator
from typing import BinaryIO

from flows.files.chunks import BOM, LINE_BYTES, blocks
from flows.files.csv_records import csv_header, csv_rows
from flows.files.json_records import json_elements, json_lines
from flows.files.layout import layout, rows, sample, starts
from flows.files.opening import SAMPLE_BYTES, open_stream
from flows.files.record import Fault, Record

__all__ = [
    "BOM",
    "LINE_BYTES",
    "SAMPLE_BYTES",
    "Fault",
    "Record",
    "csv_header",
    "csv_rows",
    "json_elements",
    "json_lines",
    "layout",
    "lines",
    "open_stream",
    "rows",
    "sample",
    "starts",
]


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes] | Fault]:
    """(number from 1, line without its end); a Fault for a line over `LINE_BYTES` and where the stream breaks off."""
    for block in blocks(stream):
        if isinstance(block, Fault):
            yield block
            continue
        for number, line in enumerate(block[1], block[0]):
            yield number, line[:-1] if line.endswith(b"\r") else line
