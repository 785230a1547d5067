"""TikTok's video query: its validation, and which videos match its conditions."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flows.simulation.services.archive import Item

LONGEST_DAYS = 30
MOST = 100
DEFAULT_COUNT = 20
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": operator.eq,
    "GT": operator.gt,
    "GTE": operator.ge,
    "LT": operator.lt,
    "LTE": operator.le,
}
OPERATIONS = frozenset(_COMPARISONS) | {"IN"}
GROUPS = ("and", "or", "not")
_LENGTHS = ((15, "SHORT"), (60, "MID"), (300, "LONG"))
REGION = "ID"
Match = Callable[[Item], bool]


class InvalidParams(Exception):  # noqa: N818 - the platform's own word for it
    """A request the platform refuses; the text is its message."""


def duration(item: Item) -> int:
    """Seconds of a video."""
    return 7 + item.salt % 170


def music_id(item: Item) -> int:
    """The number of the sound a video uses."""
    return 7_100_000_000_000_000_001 + item.salt % 400 * 1_000_003


def video_length(item: Item) -> str:
    """The name of its length."""
    return next((name for most, name in _LENGTHS if duration(item) < most), "EXTRA_LONG")


def _text(item: Item) -> str:
    return (item.text or "").lower()


def _day(item: Item) -> str:
    return datetime.fromtimestamp(item.created, UTC).strftime("%Y%m%d")


_NUMBERS: dict[str, Callable[[Item], int]] = {
    "video_id": lambda item: item.key,
    "music_id": music_id,
    "view_count": lambda item: item.views or 0,
    "comment_count": lambda item: item.comments or 0,
}
_WORDS: dict[str, Callable[[Item], str]] = {
    "username": lambda item: item.account.handle,
    "region_code": lambda _: REGION,
    "video_length": video_length,
    "create_date": _day,
}
_LISTS: dict[str, Callable[[Item], tuple[str, ...]]] = {
    "hashtag_name": lambda item: item.tags,
    "effect_id": lambda _: (),
}
_ORDERED = frozenset({"create_date", "video_id", "view_count", "comment_count"})
FIELD_NAMES = frozenset({*_NUMBERS, *_WORDS, *_LISTS, "keyword"})


def _checked(condition: object) -> tuple[str, str, list[str]]:
    if not isinstance(condition, Mapping) or set(condition) != {"operation", "field_name", "field_values"}:
        raise InvalidParams("a condition needs operation, field_name and field_values")
    operation, name, values = condition["operation"], condition["field_name"], condition["field_values"]
    if operation not in OPERATIONS:
        raise InvalidParams(f"Unsupported operation {operation}")
    if name not in FIELD_NAMES:
        raise InvalidParams(f"Unsupported field_name {name}")
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        raise InvalidParams(f"field_values of {name} must be a list of strings")
    if operation != "IN" and len(values) != 1:
        raise InvalidParams(f"{operation} takes exactly one value")
    if operation not in ("EQ", "IN") and name not in _ORDERED:
        raise InvalidParams(f"{operation} is not supported for {name}")
    if name in _NUMBERS and not all(value.isdecimal() for value in values):
        raise InvalidParams(f"field_values of {name} must be decimal")
    return operation, name, values


def condition_match(condition: object) -> Match:
    """What one condition asks of a video."""
    operation, name, values = _checked(condition)
    if name == "keyword":
        words = [value.lower() for value in values]
        return lambda item: any(word in _text(item) for word in words)
    if name in _LISTS:
        wanted, names_of = {value.lower() for value in values}, _LISTS[name]
        return lambda item: not wanted.isdisjoint(names_of(item))
    if name in _NUMBERS:
        number_of, numbers = _NUMBERS[name], [int(value) for value in values]
        if operation == "IN":
            chosen = set(numbers)
            return lambda item: number_of(item) in chosen
        compare = _COMPARISONS[operation]
        return lambda item: compare(number_of(item), numbers[0])
    word_of, some = _WORDS[name], set(values)
    if operation == "IN":
        return lambda item: word_of(item) in some
    compare = _COMPARISONS[operation]
    return lambda item: compare(word_of(item), values[0])


@dataclass(frozen=True, slots=True)
class VideoQuery:
    """A valid query: which videos, which UTC dates, which page."""

    groups: tuple[tuple[str, tuple[Match, ...]], ...]
    first_day: date
    last_day: date
    count: int
    cursor: int
    search_id: str
    is_random: bool

    def matches(self, item: Item) -> bool:
        """All of `and`, at least one of `or`, none of `not`."""
        for group, matches in self.groups:
            if group == "and" and not all(match(item) for match in matches):
                return False
            if group == "or" and not any(match(item) for match in matches):
                return False
            if group == "not" and any(match(item) for match in matches):
                return False
        return True


def _date(body: Mapping[str, Any], name: str) -> date:
    text = body.get(name)
    if not isinstance(text, str) or len(text) != 8 or not text.isdecimal():
        raise InvalidParams(f"{name} must be YYYYMMDD")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as error:
        raise InvalidParams(f"{name} is no date") from error


def whole(body: Mapping[str, Any], name: str, default: int) -> int:
    """A whole number of a request's body, also as a string; raises InvalidParams."""
    value = body.get(name, default)
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidParams(f"{name} must be an integer")
    return value


def read_query(body: Mapping[str, Any]) -> VideoQuery:
    """The query a body holds; raises InvalidParams."""
    query = body.get("query")
    if not isinstance(query, Mapping) or not any(query.get(group) for group in GROUPS):
        raise InvalidParams("query needs at least one condition in and, or, not")
    unknown = set(query) - set(GROUPS)
    if unknown:
        raise InvalidParams(f"Unsupported group {sorted(unknown)[0]}")
    groups = []
    for group in GROUPS:
        conditions = query.get(group) or []
        if not isinstance(conditions, list):
            raise InvalidParams(f"{group} must be a list")
        if conditions:
            groups.append((group, tuple(condition_match(condition) for condition in conditions)))
    first_day, last_day = _date(body, "start_date"), _date(body, "end_date")
    if last_day < first_day:
        raise InvalidParams("end_date is before start_date")
    if (last_day - first_day).days > LONGEST_DAYS:
        raise InvalidParams(f"end_date is more than {LONGEST_DAYS} days after start_date")
    count = whole(body, "max_count", DEFAULT_COUNT)
    if not 1 <= count <= MOST:
        raise InvalidParams(f"max_count must be between 1 and {MOST}")
    cursor = whole(body, "cursor", 0)
    search_id = body.get("search_id") or ""
    if cursor < 0 or (cursor and not search_id):
        raise InvalidParams("Invalid count or cursor")
    is_random = body.get("is_random", False)
    if not isinstance(is_random, bool) or not isinstance(search_id, str):
        raise InvalidParams("is_random must be a boolean and search_id a string")
    return VideoQuery(tuple(groups), first_day, last_day, count, cursor, search_id, is_random)
