"""How a mapping takes the fields of records: of one record, or of many lines as columns.

A mapping is one function that is given a `Taking` and returns a `Post`. Of one record (`OneRecord`) it is the Post, by
the rules of `fields`, `counts` and `moments`. Of lines (`Columns`) it is a Post of columns, where every value has to be
plain: written so that the rule leaves it as it is. What is not plain is found out in `Columns.is_plain`, and such a
record is mapped alone. So a rule has one home, and columns only know which values it does not change.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from flows import limits
from flows.files.json_columns import ESCAPED, MISSING, NULL, STRING, WHOLE, Lines, Numbers, Shape, Values, no_lines
from flows.post import Post, Reason, Rejected
from flows.sources.cells import as_list
from flows.sources.counts import count
from flows.sources.fields import (
    TIKTOK_FIRST_SECOND,
    after_upload,
    clean,
    fits_upload,
    handle,
    hashtag,
    hashtags_in,
    present,
    tiktok_seconds,
    whole_id,
)
from flows.sources.moments import MILLISECONDS_ABOVE, seconds

_WIDEST = 18  # characters that one byte of a text can become at most, as it is normalised
# A whole id of TikTok, from which its second can be taken; a handle that is in lower case and has no other blanks.
_TIKTOK_ID, _HANDLE = "^[1-9][0-9]{16,18}$", r"^[a-z0-9_.\-]+$"
_TAG_SIGNS = "[#\ufe5f\uff03]"  # what stands before hashtags, also once a text is normalised


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


class Columns:
    """The fields of many lines; `is_plain` says of which the columns hold."""

    def __init__(self, lines: Lines, field_of: Callable[[str], Values]) -> None:
        self._lines, self._field = lines, field_of
        self.is_plain = lines.is_plain

    def _require(self, is_plain: pl.Series | npt.NDArray[np.bool_]) -> None:
        self.is_plain &= pl.Series(is_plain, dtype=pl.Boolean)

    def _texts(self, path: str) -> pl.Series:
        """The texts of a field; null where it is absent. Every other value is not plain."""
        values = self._field(path)
        self._require(values.kinds <= ESCAPED)
        return _only(values.strings(), pl.Series(values.kinds >= STRING))

    def _numbers(self, path: str) -> pl.Series:
        """The whole numbers of a field; null where it is absent. Every other value is not plain."""
        values = self._field(path)
        is_there = pl.Series(values.kinds > NULL)
        numbers = values.whole_numbers()
        self._require(~is_there | (numbers >= 0))
        return _only(numbers, is_there & (numbers >= 0))

    def equal(self, path: str, text: str) -> None:
        """Only lines where a field is this text are plain."""
        self._require((self._texts(path) == text).fill_null(value=False))

    def absent(self, path: str) -> None:
        """Only lines without a field are plain."""
        self._require(self._field(path).kinds == MISSING)

    def tiktok_id(self, path: str) -> pl.Series:
        """As `Taking` says."""
        ids = self._texts(path)
        self._require(ids.str.contains(_TIKTOK_ID).fill_null(value=False))
        return ids

    def tiktok_time(self, post_id: pl.Series, path: str) -> tuple[pl.Series, str]:
        """As `Taking` says."""
        created_at = self._numbers(path)
        uploaded_at = (post_id.cast(pl.UInt64, strict=False) // (1 << 32)).cast(pl.Int64)
        is_plain = (created_at > 0) & (created_at < MILLISECONDS_ABOVE) & fits_upload(uploaded_at, created_at)
        self._require((is_plain & (uploaded_at >= TIKTOK_FIRST_SECOND)).fill_null(value=False))
        return created_at, "record"

    def observed_at(self, *paths: str) -> pl.Series:
        """As `Taking` says."""
        numbers = [self._numbers(path) for path in paths]
        for path in paths:
            self._require(np.isin(self._field(path).kinds, (MISSING, NULL, WHOLE)))
        seen = pl.select(pl.coalesce(*numbers)).to_series()
        self._require((seen > MILLISECONDS_ABOVE).fill_null(value=False))
        return seen // 1000

    def text(self, path: str, unknown: Sequence[str] = ()) -> pl.Series:
        """As `Taking` says."""
        texts = self._texts(path)
        return _only(texts, ~texts.is_in(unknown)) if unknown else texts

    def handle(self, path: str) -> pl.Series:
        """As `Taking` says."""
        handles = self._texts(path)
        self._require(handles.str.contains(_HANDLE).fill_null(value=False))
        return handles

    def account(self, name: pl.Series, number: str) -> pl.Series:  # noqa: ARG002 - without a handle no line is plain
        """As `Taking` says."""
        return name

    def count(self, *paths: str) -> pl.Series:
        """As `Taking` says."""
        return pl.select(pl.coalesce(*(self._numbers(path) for path in paths))).to_series()

    def _elements(self, path: str) -> tuple[Numbers, Values]:
        self._field(path)
        return self._lines.elements(path) if path in self._lines.shape.paths else (np.zeros(0, np.int64), _NOTHING)

    def hashtags(self, path: str, text: pl.Series) -> pl.Series:
        """As `Taking` says."""
        line, values = self._elements(path)
        odd = np.zeros(len(self.is_plain), np.bool_)
        odd[line[values.kinds > ESCAPED]] = True
        self._require(~odd)
        named = pl.DataFrame({"line": line, "name": values.strings()}).filter(pl.col("name") != "")
        names = named["name"].unique()
        normal = pl.DataFrame({"name": names, "tag": pl.Series([hashtag(name) for name in names], dtype=pl.String)})
        tags = named.join(normal, on="name", how="left", maintain_order="left")
        lists = tags.group_by("line", maintain_order=True).agg(
            pl.col("tag").filter(pl.col("tag") != "").unique(maintain_order=True)
        )
        has_names = np.zeros(len(self.is_plain), np.bool_)
        has_names[lists["line"].to_numpy()] = True
        signed = (text.str.contains(_TAG_SIGNS).fill_null(value=False) & ~pl.Series(has_names)).arg_true()
        in_texts = [list(hashtags_in(each)) for each in text.gather(signed)]
        return pl.concat(
            [
                pl.Series([[]], dtype=pl.List(pl.String)),
                lists["tag"],
                pl.Series(in_texts, dtype=pl.List(pl.String)),
            ]
        ).gather(_places(len(text), lists["line"].to_numpy(), signed.to_numpy()))

    def by_number(self, path: str, names: Sequence[str]) -> pl.Series:
        """As `Taking` says."""
        line, _ = self._elements(path)
        numbers = np.bincount(line, minlength=len(self.is_plain)).clip(max=len(names) - 1)
        return pl.Series(names).gather(numbers)

    def filled(self, pattern: str, *parts: pl.Series) -> pl.Series:
        """As `Taking` says."""
        return pl.select(pl.format(pattern, *parts)).to_series()


def _only(values: pl.Series, mask: pl.Series) -> pl.Series:
    """The values where a mask holds, null elsewhere."""
    return pl.select(pl.when(mask).then(values)).to_series()


def _places(size: int, *groups: Numbers) -> Numbers:
    """Where the value of each line stands, of those of the groups one after the other behind the value of no group."""
    places, before = np.zeros(size, np.int64), 1
    for group in groups:
        places[group] = np.arange(before, before + len(group))
        before += len(group)
    return places


_NONE = np.zeros(0, np.int64)
_NOTHING = Values(np.zeros(0, np.uint8), _NONE, _NONE, _NONE)


@dataclass(frozen=True, slots=True)
class Columnar:
    """How lines of a format become posts as columns: the mapping, and the records that it is for.

    `equal` are fields with a text they have to be, `absent` fields that may not be there.
    """

    mapping: Callable[[Taking], Post]
    equal: tuple[tuple[str, str], ...] = ()
    absent: tuple[str, ...] = ()

    def shape(self) -> Shape:
        """The fields that the mapping takes."""
        paths: dict[str, None] = {}

        def note(path: str) -> Values:
            paths[path] = None
            return _NOTHING

        self._map(Columns(no_lines(Shape.of(())), note))
        return Shape.of(tuple(paths))

    def _map(self, taking: Columns) -> Post:
        for path, text in self.equal:
            taking.equal(path, text)
        for path in self.absent:
            taking.absent(path)
        return self.mapping(taking)

    def posts(self, lines: Lines) -> tuple[pl.DataFrame, pl.Series]:
        """(the posts of all lines, by the names of a Post; of which they hold)."""
        taking = Columns(lines, lines.field)
        post = self._map(taking)
        values = {name: value for name, value in post._asdict().items() if isinstance(value, pl.Series)}
        constants = [pl.lit(value).alias(name) for name, value in post._asdict().items() if name not in values]
        frame = pl.DataFrame({"line": pl.Series(range(len(lines.lines)), dtype=pl.Int64), **values})
        return frame.with_columns(*constants), taking.is_plain & _is_short(lines)


def _is_short(lines: Lines) -> pl.Series:
    """Whether the values of a line are so short that its words are no longer than a post's may be."""
    found = lines.found
    size = (found.places[:, :, 1] - found.places[:, :, 0]).sum(axis=1)
    elements = found.elements[: found.count[0]]
    size += np.bincount(elements[:, 0], elements[:, 3] - elements[:, 2], len(size)).astype(np.int64)
    return pl.Series(size * _WIDEST < limits.TEXT_CHARACTERS)
