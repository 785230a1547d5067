"""The lists of the Graph API: limits, windows, cursors to both sides, and which items a page holds."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flows.simulation.services.archive import seconds_of
from flows.simulation.services.graph_errors import Refused
from flows.simulation.services.service import Call, Platform

T = TypeVar("T")
_END = 0  # as a key: the end of the list, the front one for a page after it and the back one for a page before it


def write_cursor(*parts: object) -> str:
    """An opaque cursor."""
    return "QVFI" + urlsafe_b64encode(".".join(map(str, parts)).encode()).decode().rstrip("=")


def read_cursor(text: str) -> list[str]:
    """What a cursor holds; raises Refused for one that was never given out."""
    code = text.removeprefix("QVFI")
    try:
        parts = urlsafe_b64decode(code + "=" * (-len(code) % 4)).decode().split(".")
    except ValueError as error:
        raise Refused(100, "(#100) Invalid cursor") from error
    if write_cursor(*parts) != text:
        raise Refused(100, "(#100) Invalid cursor")
    return parts


def moment_of(text: str) -> int | None:
    """A `since` or `until`: Unix seconds, or a date and time in UTC; None where it is empty."""
    if not text:
        return None
    if text.isdecimal():
        return int(text)
    try:
        return seconds_of(text)
    except ValueError as error:
        raise Refused(100, f"(#100) {text} is not a time") from error


def limit_of(text: str | None, default: int, most: int) -> int:
    """A `limit`; raises Refused above the most."""
    if text is None:
        return default
    if not text.isdecimal() or int(text) > most:
        raise Refused(100, f"(#100) Param limit must be an integer of at most {most}")
    return int(text)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page of a list is asked for: `limit` items after one, or those in front of it with `is_before`.

    `turn` counts the empty pages on the way, so that each of them has a cursor of its own; `issued` is the second at
    which the cursor was given out.
    """

    limit: int
    key: int = _END
    turn: int = 0
    issued: int = 0
    is_before: bool = False
    cursor: str = ""


def asked_page(platform: Platform, call: Call, query: Mapping[str, str], default: int, most: int) -> Asked:
    """The page that `limit` and `after` or `before` ask for; raises Refused for a bad one."""
    limit = limit_of(query.get("limit"), default, most)
    after = query.get("after", "")
    cursor = after or query.get("before", "")
    if not cursor:
        return Asked(limit)
    if platform.fires(call, "invalid_cursor") is not None:
        raise Refused(100, "(#100) Invalid cursors values")
    parts = read_cursor(cursor)
    if len(parts) < 3 or not all(part.isdecimal() for part in parts[:3]):
        raise Refused(100, "(#100) Invalid cursor")
    return Asked(limit, int(parts[0]), int(parts[1]), int(parts[2]), not after, cursor)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page: its items, some of those in front of it, its cursors, and what is around it."""

    items: list[T]
    earlier: list[T]
    before: str
    after: str
    has_more: bool
    is_first: bool


def page_of(platform: Platform, call: Call, listed: Sequence[T], key_of: Callable[[T], int], asked: Asked) -> Page[T]:
    """The page of a list that is asked for, with the faults that concern pages; raises Refused for a lost place."""
    place = _place(listed, key_of, asked)
    is_short = platform.fires(call, "short_pages") is not None
    limit = max(1, asked.limit // 2) if is_short else asked.limit
    is_empty = platform.fires(call, "empty_pages") is not None
    length = 0 if is_empty else limit
    start, end = (max(place - length, 0), place) if asked.is_before else (place, place + length)
    items = list(listed[start:end])
    has_more = is_empty or (limit > 0 and end < len(listed))
    now = platform.clock.now
    last = items[-1] if items else listed[start - 1] if start else None
    after = write_cursor(_END if last is None else key_of(last), asked.turn + is_empty, now)
    if not has_more and (rule := platform.fires(call, "endless_pages")) is not None:
        has_more = True
        after = write_cursor(key_of(listed[-1]) if listed else _END, asked.turn + 1, now)
        if rule.options["mode"] == "repeat":
            items = items or list(listed[-limit:])
    if has_more and platform.fires(call, "repeated_cursor") is not None:
        after = asked.cursor or write_cursor(_END, 0, now)
    first = items[0] if items else listed[start] if start < len(listed) else None
    before = write_cursor(_END if first is None else key_of(first), 0, now)
    return Page(items, list(listed[max(start - 10, 0) : start]), before, after, has_more, start == 0)


def _place(listed: Sequence[T], key_of: Callable[[T], int], asked: Asked) -> int:
    """How many items lie in front of the page after a cursor, or in front of the end of the page before it."""
    if asked.key == _END:
        return len(listed) if asked.is_before else 0
    for place, item in enumerate(listed):
        if key_of(item) == asked.key:
            return place if asked.is_before else place + 1
    raise Refused(100, "(#100) The After Cursor specified exceeds the max limit supported by this endpoint")
