"""How a mapping takes the fields of records: of one record, or of many as columns.

A mapping is one function that is given a `Taking` and returns a `Post`. Of one record (`OneRecord`) it is the Post, by
the rules of `fields`, `counts` and `moments`. Of a block (`flows.sources.columns`) it is a Post of columns.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, Protocol

from flows.post import Post, Reason, Rejected
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


def itself(value: Any) -> Any:
    """The value."""
    return value


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

    def count(self, *paths: str, style: Style = UNKNOWN) -> Any:
        """The first of the counters that is known."""

    def total(self, paths: Sequence[str], late: str, style: Style = UNKNOWN) -> Any:
        """The sum of counters, one that came late left out where it is no field; None where one is unknown."""

    def unless_zero(self, count: Any, is_counted: Any) -> Any:
        """A count; None for the 0 of what was not counted."""

    def cell(self, path: str) -> Any:
        """The text of a cell; None where it is blank or missing."""

    def first(self, *values: Any) -> Any:
        """The first value that is known and not empty, else the last."""

    def value(self, path: str) -> Any:
        """What stands in a field, for a rule that reads it."""

    def word(self, path: str) -> Any:
        """A text; None where it is empty or the field is no text."""

    def tags(self, path: str, rule: Callable[[Any], tuple[str, ...]], text: Any) -> Any:
        """The hashtags that a rule reads from a field; where it tells none, the text's."""

    def has(self, path: str) -> Any:
        """Whether a field is an object with anything in it."""

    def lacks(self, *paths: str) -> Any:
        """Whether a record has none of some fields."""

    def second(self, path: str, rule: Callable[[Any, Any], tuple[int, str]], post_id: Any) -> tuple[Any, Any]:
        """(seconds, where from) that a rule of an id and a time tells: the time, where it is a number of seconds."""

    def known(self, *values: Any) -> Any:
        """The first value that is not None."""

    def is_true(self, path: str) -> Any:
        """Whether a field says so."""

    def unless(self, is_hidden: Any, count: Any) -> Any:
        """A counter that is not hidden."""

    def count_or_number(self, path: str, listed: str) -> Any:
        """A counter; where it is not known, how many elements a list has, if any."""

    def named(self, path: str, names: Mapping[int, str]) -> Any:
        """The name of a number."""

    def text_in(self, path: str, name: str) -> Any:
        """A text, or that of an object; empty where there is none; None where the field is missing."""

    def given(self, path: str, rule: Callable[[Any], Any] = itself) -> Any:
        """What is known of the document in which a record stands, as a rule tells it."""

    def each(self, rule: Callable[..., Any], *values: Any) -> Any:
        """What a rule makes of values that are few different ones. Raises Rejected."""

    def part(self, rule: Callable[[Any], Any], plain: str, text: Any) -> Any:
        """What a rule finds in a text: the group of a pattern, where it fits. Raises Rejected."""

    def groups(self, path: str, pattern: str, otherwise: Callable[[Any], tuple[Any, ...]]) -> tuple[Any, ...]:
        """The groups of a pattern in the whole text of a field; otherwise what a rule tells of the record."""

    def head(self, path: str) -> Any:
        """The text that the first element of a list has in a field, empty where none; None without elements."""

    def lines(self, path: str) -> Any:
        """The texts that the elements of a list have in a field, as lines."""

    def beside(self, *texts: Any) -> Any:
        """Texts one after another, as lines."""

    def count_or(self, path: str, other: str, *, is_null_known: bool = True) -> Any:
        """A counter; where there is no such field (or null, which may say nothing), another one."""

    def count_asked(self, path: str, is_asked: Any) -> Any:
        """A counter; where what holds it is left out, zero if it was asked for."""

    def moment(self, rule: Callable[[Any], int], text: Any) -> Any:
        """The second that a rule reads from a written time. Its zones keep their offsets. Raises Rejected."""

    def moment_or(self, rule: Callable[[Any], int], text: Any, in_id: Callable[[Any], int | None], post_id: Any) -> Any:
        """(seconds, where from) of a written time; where there is none, that of the id. Raises Rejected."""

    def hashtags_in(self, text: Any) -> Any:
        """The hashtags of a text."""

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

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw

    def _holder(self, path: str) -> tuple[Mapping[str, Any], str]:
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


class Inside(NamedTuple):
    """The list of a document whose objects are records.

    `around` gives what is known of each by its document (without what is in the list) and by what was carried from the
    document before; None: the document is read object by object. So it is where `is_record` does not know one of its
    objects as one record; every other object has none of `others` among its fields.
    """

    name: str
    around: Callable[..., dict[str, Any] | None]
    others: tuple[str, ...]
    is_record: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Columnar:
    """How records of a format become posts as columns: the mapping, and the records that it is for.

    `equal` are fields with the texts they may be (None: they may be missing), `absent` fields that may not be there,
    `without` fields with what their text may not hold. `inside`: the records stand in the lists of documents.
    """

    mapping: Callable[[Taking], Post]
    equal: tuple[tuple[str, tuple[str | None, ...]], ...] = ()
    absent: tuple[str, ...] = ()
    without: tuple[tuple[str, str], ...] = ()
    inside: Inside | None = None

    def is_for(self, line: bytes) -> bool:
        """Whether a line can hold a record that it is for."""
        return all(any(text is None or text.encode() in line for text in texts) for _, texts in self.equal)
