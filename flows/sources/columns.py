"""Mappings of many lines at once: a `Taking` whose fields are columns.

Every value has to be plain: written so that the rule of a record (`taking.OneRecord`) leaves it as it is. What is not
plain is found out in `Columns.is_plain`, and such a record is mapped alone. So a rule has one home, and columns only
know which values it does not change.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from flows import limits
from flows.files.json_columns import ESCAPED, MISSING, NULL, STRING, WHOLE, Lines, Numbers, Shape, Values, no_lines
from flows.post import Post
from flows.sources.fields import TIKTOK_FIRST_SECOND, fits_upload, hashtag, hashtags_in
from flows.sources.moments import MILLISECONDS_ABOVE
from flows.sources.taking import Columnar

_WIDEST = 18  # characters that one byte of a text can become at most, as it is normalised
# A whole id of TikTok, from which its second can be taken; a handle that is in lower case and has no other blanks.
_TIKTOK_ID, _HANDLE = "^[1-9][0-9]{16,18}$", r"^[a-z0-9_.\-]+$"
_TAG_SIGNS = "[#\ufe5f\uff03]"  # what stands before hashtags, also once a text is normalised


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
_NOTHING = Values(np.frombuffer(b"", np.uint8), _NONE, _NONE, _NONE)  # read-only, as the bytes of lines are


def shape_of(columnar: Columnar) -> Shape:
    """The fields that a mapping takes."""
    paths: dict[str, None] = {}

    def note(path: str) -> Values:
        paths[path] = None
        return _NOTHING

    _map(columnar, Columns(no_lines(Shape.of(())), note))
    return Shape.of(tuple(paths))


def posts_of(columnar: Columnar, lines: Lines) -> tuple[pl.DataFrame, pl.Series]:
    """(the posts of all lines, by the names of a Post; of which they hold)."""
    taking = Columns(lines, lines.field)
    post = _map(columnar, taking)
    values = {name: value for name, value in post._asdict().items() if isinstance(value, pl.Series)}
    constants = [pl.lit(value).alias(name) for name, value in post._asdict().items() if name not in values]
    frame = pl.DataFrame({"line": pl.Series(range(len(lines.lines)), dtype=pl.Int64), **values})
    return frame.with_columns(*constants), taking.is_plain & _is_short(lines)


def _map(columnar: Columnar, taking: Columns) -> Post:
    for path, text in columnar.equal:
        taking.equal(path, text)
    for path in columnar.absent:
        taking.absent(path)
    return columnar.mapping(taking)


def _is_short(lines: Lines) -> pl.Series:
    """Whether the values of a line are so short that its words are no longer than a post's may be."""
    found = lines.found
    size = (found.places[:, :, 1] - found.places[:, :, 0]).sum(axis=1)
    elements = found.elements[: found.size[0]]
    size += np.bincount(elements[:, 0], elements[:, 3] - elements[:, 2], len(size)).astype(np.int64)
    return pl.Series(size * _WIDEST < limits.TEXT_CHARACTERS)
