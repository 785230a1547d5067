"""The compiled outline of JSON: where its values begin and end, and the objects of a list in each of them.

Values of an array, or one after another, end where `json_records.Elements` ends them. What they hold is not looked at,
so that it may be no JSON at all; who uses an outline parses it.
"""

from typing import Any

from flows.files.json_scan import Bytes, Numbers
from flows.files.wide import until
from flows.machine_code import compiled, kept

# Columns of the values: where each begins and ends, its list (-1: none of objects alone), the first of those and how
# many there are.
BEGIN, END, LIST, LIST_END, FIRST, COUNT = range(6)


@compiled
def _string_end(data: Any, at: int) -> int:
    """The closing quote of a string that begins at `at`; -1: the data end first."""
    at = until(data, at + 1, 34, 92, 0)
    while at < len(data) and data[at] == 92:
        at = until(data, at + 2, 34, 92, 0)
    return at if at < len(data) else -1


@compiled
def _is_blank(c: int) -> bool:
    return c == 32 or 9 <= c <= 13


@compiled
def _scalar_end(data: Any, at: int) -> int:
    while at < len(data):
        c = data[at]
        if _is_blank(c) or c == 44 or c == 91 or c == 93 or c == 123 or c == 125 or c == 34:
            return at
        at += 1
    return -1


@compiled
def _is_name(data: Any, start: int, stop: int, name: Any) -> bool:
    if stop - start != len(name):
        return False
    for n in range(len(name)):
        if data[start + n] != name[n]:
            return False
    return True


@compiled
def _value(data: Any, at: int, name: Any, values: Any, row: int, objects: Any, size: int) -> int:
    """Writes the outline of a value in braces, brackets or quotes; gives its end, -1 where the data end first."""
    depth, lists = 0, 0
    is_key = is_named = is_listed = is_regular = False
    is_due = True  # an object of the list, or its first
    while at < len(data):
        c = data[at]
        if c == 34:
            stop = _string_end(data, at)
            if stop < 0:
                return -1
            if depth == 0:
                return stop + 1
            if depth == 1 and is_key:
                is_named = _is_name(data, at + 1, stop, name)
                is_key = False
            is_regular = is_regular and not (depth == 2 and is_listed)
            at = stop
        elif c == 123 or c == 91:
            if is_listed and depth == 2:
                is_regular = is_regular and c == 123 and is_due
                is_due = False
                objects[size, 0] = at
            depth += 1
            is_key = depth == 1 and c == 123
            if depth == 2 and is_named:
                lists += 1
                is_listed = is_regular = c == 91 and lists == 1
                values[row, LIST] = at + 1
        elif c == 125 or c == 93:
            if is_listed and depth == 3:
                objects[size, 1] = at + 1
                size += 1
                values[row, COUNT] += 1
            elif is_listed and depth == 2:
                is_listed = False
                values[row, LIST_END] = at
                is_regular = is_regular and (not is_due or values[row, COUNT] == 0)
            depth -= 1
            if depth == 0:
                if lists != 1 or not is_regular:
                    values[row, LIST] = -1
                return at + 1
        elif c == 44:
            if depth == 1:
                is_key, is_named = True, False
            elif depth == 2 and is_listed:
                is_regular = is_regular and not is_due
                is_due = True
        elif depth == 2 and is_listed and not _is_blank(c):
            is_regular = False
        at += 1
    return -1


@kept
def outline(data: Bytes, is_in_array: bool, name: Bytes, values: Numbers, objects: Numbers) -> tuple[int, int, bool]:
    """Writes the whole values, and the objects of their lists of a name; gives (how many values, their end, the state).

    `is_in_array` is the state: whether the values stand in an array. It ends where there is no room for more values.
    """
    at, count, size = 0, 0, 0
    while at < len(data):
        c = data[at]
        if _is_blank(c) or c == 44:
            at += 1
            continue
        if (c == 91 and not is_in_array) or (c == 93 and is_in_array):
            is_in_array = not is_in_array
            at += 1
            continue
        if count == len(values):
            break
        values[count, LIST], values[count, COUNT] = -1, 0
        values[count, FIRST] = size
        is_closed = c == 123 or c == 91 or c == 34
        end = _value(data, at, name, values, count, objects, size) if is_closed else _scalar_end(data, at + 1)
        if end < 0:
            break
        values[count, BEGIN], values[count, END] = at, end
        size += values[count, COUNT]
        count += 1
        at = end
    return count, at, is_in_array
