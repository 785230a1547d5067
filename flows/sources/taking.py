"""How a mapping takes the fields of records: of one record, or of many as columns.

A mapping is one function that is given a `Taking` and returns a `Post`. Of one record (`one_record`) it is the Post, by
the rules of `fields`, `counts` and `moments`. Of a block (`flows.sources.columns`) it is a Post of columns.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from flows.files.record import Elsewhere
from flows.post import Post
from flows.sources.counts import UNKNOWN, Style


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

    def none_of(self, *counts: Any) -> Any:
        """Whether no counter is known to be above zero."""

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
    `without` fields with what their text may not hold. `elsewhere`: which records have the fields in other places.
    `inside`: the records stand in the lists of documents. `table`: whether it is for a table of such columns.
    """

    mapping: Callable[[Taking], Post]
    equal: tuple[tuple[str, tuple[str | None, ...]], ...] = ()
    absent: tuple[str, ...] = ()
    without: tuple[tuple[str, str], ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    inside: Inside | None = None
    table: Callable[[tuple[str, ...]], bool] | None = None

    def is_for(self, line: bytes) -> bool:
        """Whether a line can hold a record that it is for."""
        return all(any(text is None or text.encode() in line for text in texts) for _, texts in self.equal)
