"""The compiled scan of JSON lines: where the values of some fields stand, in one pass over the bytes.

It is strict: a line is plain only where it is one object by the letter of RFC 8259, of characters and escapes that
every parser reads alike, with no field twice. Every other line is left to the reader of single records, so that nothing
is decided here. UTF-8 is for the caller to check.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from flows.files.wide import copied, fetch_ahead, until
from flows.machine_code import compiled, kept

Numbers = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int32]  # in the strings of a column

# What stands in a field. WHOLE is a number of up to 18 digits without sign and fraction, OTHER any other number.
MISSING, NULL, STRING, ESCAPED, WHOLE, OTHER, TRUTH, OBJECT, ARRAY = range(9)
DEPTH = 64  # of values within others
_DIGITS = 18

# Columns of the table of fields: the first field inside, the next beside it, where its name begins and ends in the
# names, its column (-1: none), the field that the elements of its list are (-1: none), whether it is inside a list.
INSIDE, BESIDE, NAME, NAME_END, COLUMN, ELEMENT, IN_LIST = range(7)
# Columns of the open values: the field, whether it is a list, the number of the object in its line.
_FIELD, _IS_LIST, _SERIAL = range(3)
# Columns of the elements of lists.
LINE, ELEMENT_COLUMN, BEGIN, STOP, KIND = range(5)


class Found(NamedTuple):
    """What the scan writes: which lines are plain, kinds and places by line and column, and the elements of lists.

    `elements` has a row for each; `size` says how many there are.
    """

    is_plain: npt.NDArray[np.bool_]
    kinds: npt.NDArray[np.uint8]
    places: Numbers
    elements: Numbers
    size: Numbers


class Room(NamedTuple):
    """Where the scan works: the open values, and by field the object in which it was seen last."""

    opened: Numbers
    seen: Numbers


@compiled
def _hex(data: Any, at: int) -> int:
    """The value of four hexadecimal digits; -1 where they are none."""
    value = 0
    for n in range(at, at + 4):
        c = data[n]
        if 48 <= c <= 57:
            value = value * 16 + c - 48
        elif 97 <= c <= 102:
            value = value * 16 + c - 87
        elif 65 <= c <= 70:
            value = value * 16 + c - 55
        else:
            return -1
    return value


@compiled
def _string(data: Any, at: int, end: int) -> tuple[int, bool]:
    """(the place of the closing mark, whether there are escapes) of a string that begins at `at`; -1: it is odd."""
    has_escapes = False
    while True:
        at = until(data, at, 34, 92, 32)
        if at >= end or data[at] < 32:
            return -1, False
        if data[at] == 34:
            return at, has_escapes
        has_escapes = True
        c = data[at + 1]
        if c != 117:
            if c not in (34, 47, 92, 98, 102, 110, 114, 116):
                return -1, False
            at += 2
            continue
        value = _hex(data, at + 2) if at + 6 <= end else -1
        at += 6
        if value <= 0 or 0xDC00 <= value < 0xE000:
            return -1, False
        if 0xD800 <= value < 0xDC00:
            if at + 6 > end or data[at] != 92 or data[at + 1] != 117:
                return -1, False
            value = _hex(data, at + 2)
            if not 0xDC00 <= value < 0xE000:
                return -1, False
            at += 6


@compiled
def _number(data: Any, at: int, end: int) -> tuple[int, int]:
    """(where a number ends, its kind); -1: it is none, or has an exponent."""
    kind = WHOLE
    if data[at] == 45:
        kind = OTHER
        at += 1
    start = at
    while at < end and 48 <= data[at] <= 57:
        at += 1
    if at == start or (data[start] == 48 and at > start + 1):
        return -1, 0
    if at - start > _DIGITS:
        kind = OTHER
    if at < end and data[at] == 46:
        kind = OTHER
        start = at = at + 1
        while at < end and 48 <= data[at] <= 57:
            at += 1
        if at == start:
            return -1, 0
    if at < end and data[at] in (69, 101):
        return -1, 0
    return at, kind


@compiled
def _word(data: Any, at: int, end: int) -> tuple[int, int]:
    """(where null, true or false ends, its kind); -1: it is none of them."""
    if at + 4 <= end and data[at] == 110 and data[at + 1] == 117 and data[at + 2] == 108 and data[at + 3] == 108:
        return at + 4, NULL
    if at + 4 <= end and data[at] == 116 and data[at + 1] == 114 and data[at + 2] == 117 and data[at + 3] == 101:
        return at + 4, TRUTH
    if (
        at + 5 <= end
        and data[at] == 102
        and data[at + 1] == 97
        and data[at + 2] == 108
        and data[at + 3] == 115
        and data[at + 4] == 101
    ):
        return at + 5, TRUTH
    return -1, 0


@compiled
def _field(data: Any, at: int, end: int, inside: int, fields: Any, names: Any) -> int:
    """The field of a name among those inside a field; -1: none."""
    child: int = fields[inside, INSIDE]
    while child >= 0:
        start = fields[child, NAME]
        if fields[child, NAME_END] - start == end - at:
            n = 0
            while n < end - at and names[start + n] == data[at + n]:
                n += 1
            if n == end - at:
                return child
        child = fields[child, BESIDE]
    return -1


@compiled
def _blanks(data: Any, at: int, end: int) -> int:
    while at < end and (data[at] == 32 or data[at] == 9 or data[at] == 10 or data[at] == 13):
        at += 1
    return at


@compiled
def _note(found: Any, line: int, column: int, in_list: int, start: int, stop: int, kind: int) -> bool:
    """Writes what stands in a column; gives whether there was room."""
    if not in_list:
        found.kinds[line, column] = kind
        found.places[line, column, 0] = start
        found.places[line, column, 1] = stop
        return True
    row = found.size[0]
    if row == len(found.elements):
        return False
    found.size[0] = row + 1
    found.elements[row, LINE] = line
    found.elements[row, ELEMENT_COLUMN] = column
    found.elements[row, BEGIN] = start
    found.elements[row, STOP] = stop
    found.elements[row, KIND] = kind
    return True


@compiled
def _line(data: Any, at: int, end: int, line: int, fields: Any, names: Any, room: Any, found: Any) -> bool:
    """Reads one line; gives whether it is plain."""
    depth, serial, field = -1, 0, 0
    at = _blanks(data, at, end)
    if at >= end or data[at] != 123:
        return False
    while True:
        # A value begins here, of a field (-1: of none that is wanted).
        if at >= end:
            return False
        c = data[at]
        start, is_opened, in_list = at, False, field >= 0 and fields[field, IN_LIST] == 1
        if c == 34:
            stop, has_escapes = _string(data, at + 1, end)
            start, at, kind = at + 1, stop + 1, ESCAPED if has_escapes else STRING
        elif c in (123, 91):
            depth += 1
            if depth == DEPTH:
                return False
            serial += 1
            room.opened[depth, _FIELD], room.opened[depth, _IS_LIST], room.opened[depth, _SERIAL] = (
                field,
                c == 91,
                serial,
            )
            kind, is_opened, at = ARRAY if c == 91 else OBJECT, True, at + 1
            stop = at
        elif c == 45 or 48 <= c <= 57:
            stop, kind = _number(data, at, end)
            at = stop
        else:
            stop, kind = _word(data, at, end)
            at = stop
        if stop < 0:
            return False
        if (
            field >= 0
            and fields[field, COLUMN] >= 0
            and not _note(found, line, fields[field, COLUMN], in_list, start, stop, kind)
        ):
            return False
        # Then ends of lists and objects, and a comma, which a list or object begins without.
        while True:
            at = _blanks(data, at, end)
            if at >= end:
                return depth < 0
            if depth < 0:
                return False
            c = data[at]
            if c == (93 if room.opened[depth, _IS_LIST] else 125):
                depth -= 1
                at += 1
                is_opened = False
                continue
            if not is_opened:
                if c != 44:
                    return False
                at = _blanks(data, at + 1, end)
            break
        parent = room.opened[depth, _FIELD]
        if room.opened[depth, _IS_LIST]:
            field = fields[parent, ELEMENT] if parent >= 0 else -1
            continue
        if at >= end or data[at] != 34:
            return False
        stop, has_escapes = _string(data, at + 1, end)
        if stop < 0 or (has_escapes and parent >= 0):
            return False
        field = _field(data, at + 1, stop, parent, fields, names) if parent >= 0 else -1
        if field >= 0:
            if room.seen[field] == room.opened[depth, _SERIAL]:
                return False  # twice in one object
            room.seen[field] = room.opened[depth, _SERIAL]
        at = _blanks(data, stop + 1, end)
        if at >= end or data[at] != 58:
            return False
        at = _blanks(data, at + 1, end)


@kept
def line_ends(data: Bytes, ends: Numbers) -> int:
    """Writes where the line feeds stand, as far as there is room; gives how many there are."""
    count, at = 0, until(data, 0, 10, 10, 0)
    while at < len(data):
        if count < len(ends):
            ends[count] = at
        count += 1
        at = until(data, at + 1, 10, 10, 0)
    return count


@kept
def scan(data: Bytes, begins: Numbers, ends: Numbers, fields: Numbers, names: Bytes, room: Room, found: Found) -> None:
    """Scans lines, each from where it begins to where it ends."""
    for line in range(len(ends)):
        room.seen[:] = 0
        before = found.size[0]
        found.is_plain[line] = _line(data, begins[line], ends[line], line, fields, names, room, found)
        if not found.is_plain[line]:
            found.size[0] = before


@compiled
def _character(data: Any, at: int, out: Any, size: int) -> tuple[int, int]:
    """Writes the character of an escape that begins at `at`; gives where it ends and the new size."""
    c = data[at + 1]
    if c != 117:
        out[size] = 10 if c == 110 else 9 if c == 116 else 13 if c == 114 else 8 if c == 98 else 12 if c == 102 else c
        return at + 2, size + 1
    value = _hex(data, at + 2)
    at += 6
    if 0xD800 <= value < 0xDC00:
        value = 0x10000 + ((value - 0xD800) << 10) + _hex(data, at + 2) - 0xDC00
        at += 6
    if value < 0x80:
        out[size] = value
        return at, size + 1
    if value < 0x800:
        out[size] = 0xC0 | value >> 6
        out[size + 1] = 0x80 | value & 0x3F
        return at, size + 2
    if value < 0x10000:
        out[size] = 0xE0 | value >> 12
        out[size + 1] = 0x80 | value >> 6 & 0x3F
        out[size + 2] = 0x80 | value & 0x3F
        return at, size + 3
    out[size] = 0xF0 | value >> 18
    out[size + 1] = 0x80 | value >> 12 & 0x3F
    out[size + 2] = 0x80 | value >> 6 & 0x3F
    out[size + 3] = 0x80 | value & 0x3F
    return at, size + 4


@kept
def gather(data: Bytes, begins: Numbers, stops: Numbers, kinds: Numbers, offsets: Offsets, out: Bytes) -> int:
    """Writes strings one after the other, their escapes resolved; what is no string is empty. Gives their size."""
    size = 0
    for row in range(len(begins)):
        fetch_ahead(data, begins, row)
        at, stop = begins[row], stops[row]
        if kinds[row] == STRING:
            size = copied(data, at, stop, out, size)
        elif kinds[row] == ESCAPED:
            while at < stop:
                if data[at] == 92:
                    at, size = _character(data, at, out, size)
                else:
                    end = min(until(data, at, 92, 92, 0), stop)
                    size = copied(data, at, end, out, size)
                    at = end
        offsets[row + 1] = size
    return size


@kept
def whole_numbers(data: Bytes, begins: Numbers, stops: Numbers, kinds: Numbers, group: int, out: Numbers) -> None:
    """Writes whole numbers, also those that are strings of digits; -1 for everything else.

    `group` is the byte that may part the thousands of a string; 0: none may.
    """
    for row in range(len(begins)):
        fetch_ahead(data, begins, row)
        at, stop, value, digits = begins[row], stops[row], 0, 0
        if kinds[row] not in (STRING, WHOLE) or not 0 < stop - at <= _DIGITS:
            value = -1
        is_grouped = False
        while value >= 0 and at < stop:
            c = data[at]
            at += 1
            if 48 <= c <= 57:
                value = value * 10 + c - 48
                digits += 1
            elif c != group or digits == 0 or digits > 3 or data[begins[row]] == 48 or (is_grouped and digits < 3):
                value = -1
            else:
                is_grouped, digits = True, 0
        out[row] = -1 if is_grouped and digits != 3 else value
