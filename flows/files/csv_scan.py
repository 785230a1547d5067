"""The compiled scan of CSV rows: where the cells of some columns stand, in one pass over the bytes.

It ends rows where `csv.reader` ends them, also those that break the rules, after which that one goes on with the next
line. A row is plain where it keeps the rules of RFC 4180, has the cells of its header, and one that begins with a
visible character. Every other row is left to the reader of single rows, so that nothing is decided here. NUL bytes, and
lines that no line feed ends, are not for it; UTF-8 is for the caller to check.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from flows.files.json_scan import ESCAPED, STRING, Bytes, Numbers, Offsets
from flows.files.wide import copied, fetch_ahead, until
from flows.machine_code import compiled, kept

_QUOTE, _RETURN, _FEED = 34, 13, 10
_PRINTED = 14  # line feeds and returns are below it, and nothing else that is often in a cell


class Rows(NamedTuple):
    """What the scan writes by row: whether it is plain, where it ends, how many lines it has, the cells of columns."""

    is_plain: npt.NDArray[np.bool_]
    ends: Numbers
    heights: Numbers
    kinds: npt.NDArray[np.uint8]
    places: Numbers

    def first(self, count: int) -> "Rows":
        """So many rows from the first on."""
        return Rows(
            self.is_plain[:count], self.ends[:count], self.heights[:count], self.kinds[:count], self.places[:count]
        )


@compiled
def _quoted(data: Any, at: int, begin: int, limit: int) -> tuple[int, int, bool, bool]:
    """(the closing quote, line feeds before it, whether it has to be rewritten, whether it is plain) of a cell.

    -1: the data end first; -2: the row, which began at `begin`, is over the limit.
    """
    feeds, is_escaped, is_plain = 0, False, True
    while True:
        at = until(data, at, _QUOTE, _QUOTE, _PRINTED)
        if at == len(data):
            return -1, feeds, is_escaped, is_plain
        c = data[at]
        if c == _QUOTE:
            if at + 1 == len(data) or data[at + 1] != _QUOTE:
                return at, feeds, is_escaped, is_plain
            is_escaped = True
            at += 1
        elif c == _FEED:
            feeds += 1
            if at + 1 - begin > limit:
                return -2, feeds, is_escaped, False
        elif c == _RETURN:
            is_escaped = True
            is_plain = is_plain and data[at + 1] == _FEED
        at += 1


@kept
def scan_rows(data: Bytes, delimiter: int, wanted: Numbers, limit: int, rows: Rows) -> tuple[int, int]:
    """Scans whole lines; gives (how many rows there are, where the first one begins that does not end here).

    `wanted` has the column of each cell of a row, -1 for a cell that is not wanted; `limit` is the most bytes of a row.
    """
    row, begin, width = 0, 0, len(wanted)
    while begin < len(data):
        at, cell, feeds, is_plain, is_visible = begin, 0, 0, True, False
        while True:
            start, kind = at, STRING
            c = data[at]
            is_broken = False
            if c == _QUOTE:
                start = at + 1
                at, more, is_escaped, is_regular = _quoted(data, start, begin, limit)
                feeds += more
                if at == -1:
                    return row, begin
                if at == -2:
                    is_broken, at = True, begin
                    for _ in range(feeds):
                        at = until(data, at, _FEED, _FEED, 0) + 1
                    at -= 1
                    feeds -= 1
                stop = at
                is_plain = is_plain and is_regular
                kind = ESCAPED if is_escaped else STRING
                if not is_broken:
                    at += 1
                    if data[at] == _RETURN and data[at + 1] == _FEED:
                        at += 1
                    elif data[at] != delimiter and data[at] != _FEED:
                        is_broken = True
                        at = until(data, at, _FEED, _FEED, 0)
            else:
                while c != delimiter and c != _FEED:
                    if c == _RETURN and data[at + 1] != _FEED:
                        is_plain = False
                    at += 1
                    c = data[at]
                stop = at - 1 if c == _FEED and at > start and data[at - 1] == _RETURN else at
            if is_broken:
                is_plain = False
                break
            if stop > start:
                is_visible = is_visible or 32 < data[start] < 127
                is_plain = is_plain and cell < width
            if cell < width and wanted[cell] >= 0:
                rows.kinds[row, wanted[cell]] = kind
                rows.places[row, wanted[cell], 0] = start
                rows.places[row, wanted[cell], 1] = stop
            cell += 1
            if data[at] == _FEED:
                break
            at += 1
        rows.is_plain[row] = is_plain and is_visible and cell >= width and at + 1 - begin <= limit
        rows.ends[row] = at + 1
        rows.heights[row] = feeds + 1
        row += 1
        begin = at + 1
    return row, begin


@kept
def gather_cells(data: Bytes, begins: Numbers, stops: Numbers, kinds: Numbers, offsets: Offsets, out: Bytes) -> int:
    """Writes cells one after the other, without the first of two quotes and without returns; gives their size."""
    size = 0
    for row in range(len(begins)):
        fetch_ahead(data, begins, row)
        at, stop = begins[row], stops[row]
        if kinds[row] == STRING:
            size = copied(data, at, stop, out, size)
        elif kinds[row] == ESCAPED:
            while at < stop:
                if data[at] == _QUOTE:  # the first of two
                    at += 1
                elif data[at] == _RETURN:
                    at += 1
                    continue
                end = min(until(data, at + 1, _QUOTE, _RETURN, 0), stop)
                size = copied(data, at, end, out, size)
                at = end
        offsets[row + 1] = size
    return size
