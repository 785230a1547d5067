"""How a mapping takes the fields of records: of one record, or of many lines as columns.

A mapping is one function that is given a `Taking` and returns a `Post`. Of one record (`OneRecord`) it is the Post, by
the rules of `fields`, `counts` and `moments`. Of lines (`flows.sources.columns`) it is a Post of columns.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from flows.post import Post, Reason, Rejected
from flows.sources.cells import as_list
from flows.sources.counts import count
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


class Taking(Protocol):
    """The fields of a record by their paths, as they stand in a Post; values, or columns of them."""

    def tiktok_id(self, path: str) -> Any:
        """The id of a TikTok video. Raises Rejected."""

    def tiktok_time(self, post_id: Any, path: str) -> tuple[Any, Any]:
        """(seconds, where from) of a TikTok video, its own time or its id's. Raises Rejected."""

    def observed_at(self, *paths: str) -> Any:
        """The second in which it was seen, of the first of the fields that says so."""

    def text(self, path: str, unknown: Sequence[str] = ()) -> Any:
        """A text as it is; None where the field is no text, or one of those that say nothing."""

    def handle(self, path: str) -> Any:
        """The handle of an account; None where there is none."""

    def account(self, name: Any, number: str) -> Any:
        """A handle, or "id:<number>" where only that is known."""

    def count(self, *paths: str) -> Any:
        """The first of the counters that is known."""

    def hashtags(self, path: str, text: Any) -> Any:
        """The hashtags of a list; where it names none, the text's."""

    def by_number(self, path: str, names: Sequence[str]) -> Any:
        """A name by how many elements a list has; the last for all that are more."""

    def filled(self, pattern: str, *parts: Any) -> Any:
        """A text with parts in its places; None where the first part is."""


@cache
def _parts(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


class OneRecord:
    """The fields of one raw record."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self._raw = raw

    def _holder(self, path: str) -> tuple[dict[str, Any], str]:
        *parents, name = _parts(path)
        value: Any = self._raw
        for parent in parents:
            value = value.get(parent)
            if type(value) is not dict:
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

    def count(self, *paths: str) -> int | None:
        """As `Taking` says."""
        return next((known for path in paths if (known := count(self._at(path))) is not None), None)

    def hashtags(self, path: str, text: str | None) -> tuple[str, ...]:
        """As `Taking` says."""
        names_in, _, name = path.partition("[].")
        names = [entry[name] for entry in as_list(self._at(names_in)) if type(entry) is dict and entry.get(name)]
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


@dataclass(frozen=True, slots=True)
class Columnar:
    """How lines of a format become posts as columns: the mapping, and the records that it is for.

    `equal` are fields with a text they have to be, `absent` fields that may not be there.
    """

    mapping: Callable[[Taking], Post]
    equal: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()
