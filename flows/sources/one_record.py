"""A `Taking` of one record: every value by the rules of `fields`, `counts` and `moments`."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from flows.post import Reason, Rejected
from flows.sources.cells import as_dict, as_list
from flows.sources.counts import UNKNOWN, Style, count
from flows.sources.fields import (
    after_upload,
    clean,
    handle,
    hashtag,
    hashtags_in,
    present,
    tiktok_seconds,
    whole_id,
)
from flows.sources.moments import MILLISECONDS_ABOVE, seconds
from flows.sources.taking import itself


@cache
def _parts(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


class OneRecord:
    """The fields of one raw record."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw

    def _holder(self, path: str) -> tuple[Mapping[str, Any], str]:
        *parents, name = _parts(path)
        value: Any = self._raw
        for parent in parents:
            value = value.get(parent)
            if not isinstance(value, dict):
                return {}, name
        return value, name

    def _at(self, path: str) -> Any:
        value, name = self._holder(path)
        return value.get(name)

    def tiktok_id(self, path: str) -> str:
        """As `Taking` says."""
        return whole_id(present(*self._holder(path)))

    def tiktok_time(self, post_id: str, path: str) -> tuple[int, str]:
        """As `Taking` says."""
        return tiktok_created(post_id, self._at(path))

    def observed_at(self, *paths: str) -> int | None:
        """As `Taking` says."""
        value = next((value for value in map(self._at, paths) if value), None)
        if type(value) is int and value > MILLISECONDS_ABOVE:
            return value // 1000
        try:
            return seconds(value)
        except Rejected:
            return None

    def text(self, path: str, unknown: Sequence[str] = ()) -> str | None:
        """As `Taking` says."""
        text = clean(self._at(path))
        return None if text in unknown else text

    def handle(self, path: str) -> str | None:
        """As `Taking` says."""
        return handle(self._at(path))

    def account(self, name: str | None, number: str) -> str | None:
        """As `Taking` says."""
        known = self._at(number)
        return name or (f"id:{known}" if known and isinstance(known, str | int) else None)

    def count(self, *paths: str, style: Style = UNKNOWN) -> int | None:
        """As `Taking` says."""
        return next((known for path in paths if (known := count(self._at(path), style)) is not None), None)

    def total(self, paths: Sequence[str], late: str, style: Style = UNKNOWN) -> int | None:
        """As `Taking` says."""
        counts = [self.count(path, style=style) for path in (*paths, *([late] if late in self._raw else []))]
        known = [number for number in counts if number is not None]
        return sum(known) if len(known) == len(counts) else None

    def unless_zero(self, count: int | None, is_counted: bool) -> int | None:
        """As `Taking` says."""
        return count if count or is_counted else None

    def cell(self, path: str) -> str | None:
        """As `Taking` says."""
        text = clean(self._at(path))
        return text if text and text.strip() else None

    def first(self, *values: Any) -> Any:
        """As `Taking` says."""
        return next((value for value in values if value), values[-1])

    def value(self, path: str) -> Any:
        """As `Taking` says."""
        return self._at(path)

    def word(self, path: str) -> str | None:
        """As `Taking` says."""
        return clean(self._at(path)) or None

    def tags(self, path: str, rule: Callable[[Any], tuple[str, ...]], text: str | None) -> tuple[str, ...]:
        """As `Taking` says."""
        return rule(self._at(path)) or hashtags_in(text)

    def has(self, path: str) -> bool:
        """As `Taking` says."""
        return bool(as_dict(self._at(path)))

    def lacks(self, *paths: str) -> bool:
        """As `Taking` says."""
        return not any(name in holder for holder, name in map(self._holder, paths))

    def second(self, path: str, rule: Callable[[Any, Any], tuple[int, str]], post_id: Any) -> tuple[int, str]:
        """As `Taking` says."""
        return rule(post_id, self._at(path))

    def known(self, *values: Any) -> Any:
        """As `Taking` says."""
        return next((value for value in values if value is not None), None)

    def is_true(self, path: str) -> bool:
        """As `Taking` says."""
        return bool(self._at(path))

    def none_of(self, *counts: int | None) -> bool:
        """As `Taking` says."""
        return not any(counts)

    def unless(self, is_hidden: bool, count: int | None) -> int | None:
        """As `Taking` says."""
        return None if is_hidden else count

    def count_or_number(self, path: str, listed: str) -> int | None:
        """As `Taking` says."""
        known = self.count(path)
        return known if known is not None else len(as_list(self._at(listed))) or None

    def named(self, path: str, names: Mapping[int, str]) -> str | None:
        """As `Taking` says."""
        number = self._at(path)
        return names.get(number) if type(number) is int else None

    def text_in(self, path: str, name: str) -> str | None:
        """As `Taking` says."""
        holder, last = self._holder(path)
        if last not in holder:
            return None
        value = holder[last]
        return clean(value) if isinstance(value, str) else clean(as_dict(value).get(name)) or ""

    def given(self, path: str, rule: Callable[[Any], Any] = itself) -> Any:
        """As `Taking` says."""
        return rule(self._at(path))

    def each(self, rule: Callable[..., Any], *values: Any) -> Any:
        """As `Taking` says."""
        return rule(*values)

    def groups(self, path: str, pattern: str, otherwise: Callable[[Any], tuple[Any, ...]]) -> tuple[Any, ...]:
        """As `Taking` says."""
        text = self._at(path)
        match = re.fullmatch(pattern, text) if isinstance(text, str) else None
        return match.groups() if match else otherwise(self._raw)

    def head(self, path: str) -> str | None:
        """As `Taking` says."""
        texts = self._listed(path)
        return texts[0] if texts else None

    def lines(self, path: str) -> str:
        """As `Taking` says."""
        return "\n".join(filter(None, map(clean, self._listed(path))))

    def _listed(self, path: str) -> list[str]:
        """The text that each element of a list has in a field; empty where none."""
        list_path, _, name = path.partition("[].")
        values = [as_dict(entry).get(name) for entry in as_list(self._at(list_path))]
        return [value if isinstance(value, str) else "" for value in values]

    def beside(self, *texts: str | None) -> str:
        """As `Taking` says."""
        return "\n".join(text or "" for text in texts)

    def count_or(self, path: str, other: str, *, is_null_known: bool = True) -> int | None:
        """As `Taking` says."""
        holder, name = self._holder(path)
        is_known = name in holder if is_null_known else holder.get(name) is not None
        return count(holder[name] if is_known else self._at(other))

    def count_asked(self, path: str, is_asked: bool) -> int | None:
        """As `Taking` says."""
        holder, name = self._holder(path.rpartition(".")[0])
        return count(self._at(path)) if name in holder else 0 if is_asked else None

    def part(self, rule: Callable[[Any], Any], plain: str, text: Any) -> Any:  # noqa: ARG002 - the rule knows it
        """As `Taking` says."""
        return rule(text)

    def moment(self, rule: Callable[[Any], int], text: Any) -> int:
        """As `Taking` says."""
        return rule(text)

    def moment_or(
        self, rule: Callable[[Any], int], text: Any, in_id: Callable[[Any], int | None], post_id: Any
    ) -> tuple[int, str]:
        """As `Taking` says."""
        if text is None and (second := in_id(post_id)) is not None:
            return second, "id"
        return rule(text), "record"

    def hashtags_in(self, text: str | None) -> tuple[str, ...]:
        """As `Taking` says."""
        return hashtags_in(text)

    def hashtags(self, path: str, text: str | None) -> tuple[str, ...]:
        """As `Taking` says."""
        names_in, _, name = path.partition("[].")
        names = [entry[name] for entry in as_list(self._at(names_in)) if isinstance(entry, dict) and entry.get(name)]
        if not names:
            return hashtags_in(text)
        normal = dict.fromkeys([hashtag(name) for name in names if type(name) is str])
        normal.pop("", None)
        return tuple(normal)

    def by_number(self, path: str, names: Sequence[str]) -> str:
        """As `Taking` says."""
        return names[min(len(as_list(self._at(path.removesuffix("[]")))), len(names) - 1)]

    def filled(self, pattern: str, *parts: Any) -> str | None:
        """As `Taking` says."""
        return pattern.format(*parts) if parts[0] else None


class OneRow(OneRecord):
    """The fields of one record that is nested, or flat with the paths as its columns."""

    def _holder(self, path: str) -> tuple[Mapping[str, Any], str]:
        return (self._raw, path) if path in self._raw else super()._holder(path)


def tiktok_created(post_id: str, value: object) -> tuple[int, str]:
    """(seconds, where from) of a TikTok post: its own time, or its id's when it has none.

    Raises Rejected: NO_TIME, TIME_FORM, and TIME_OUT_OF_RANGE when it cannot have been posted then (`after_upload`).
    """
    from_id = tiktok_seconds(post_id)
    if value in (None, "", 0, "0"):
        if from_id is None:
            raise Rejected(Reason.NO_TIME, "createTime")
        return from_id, "id"
    created_at = value if type(value) is int and 0 < value < MILLISECONDS_ABOVE else seconds(value)
    return after_upload(from_id, created_at), "record"
