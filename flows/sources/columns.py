"""Mappings of many records at once: a `Taking` whose fields are columns.

Every value has to be plain: written so that the rule of a record (`one_record.OneRecord`) leaves it as it is, or one of
a few different ones, of which each is asked of that rule. What is not plain is found out in `Columns.is_plain`, and
such a record is mapped alone. So a rule has one home, and columns only know which values it does not change.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from flows.files.block import Block, Values
from flows.files.json_scan import ESCAPED, MISSING, NULL, OBJECT, STRING, TRUTH, WHOLE, Numbers
from flows.sources.counts import UNKNOWN, Style, count
from flows.sources.fields import TIKTOK_FIRST_SECOND, fits_upload, hashtag, hashtags_in
from flows.sources.moments import MILLISECONDS_ABOVE
from flows.sources.series import TAGS, asked, only, placed
from flows.sources.taking import itself

# A whole id of TikTok, from which its second can be taken; a handle that is in lower case and has no other blanks.
_TIKTOK_ID, _HANDLE = "^[1-9][0-9]{16,18}$", r"^[a-z0-9_.\-]+$"
_TAG_SIGNS = "[#\ufe5f\uff03]"  # what stands before hashtags, also once a text is normalised
# A hashtag that normalising may change, since another character than those of ASCII is in it or follows it.
_ODD_TAG = "[\ufe5f\uff03]|#[A-Za-z0-9_]*[^\\x00-\\x7f]"
_TAG = "#[a-z0-9_]+"
_VISIBLE = r"[^\s\x1c-\x1f]"  # what Python strips off a text is everything else
# A time whose day and clock come first, so that what parts and follows them tells how far it is from UTC.
_WRITTEN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-5][0-9](?:\.[0-9]+)?(?: ?[A-Za-z]{1,5}|[+\-][0-9:]{2,5})?$"
)
_SAMPLES = (("2024-01-31", "01:02:03", 1_706_662_923), ("2021-07-15", "12:00:00", 1_626_350_400))  # with their seconds


class Columns:
    """The fields of a block; `is_plain` says of which records the columns hold."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self.is_plain = block.is_plain

    def _require(self, is_plain: pl.Series | npt.NDArray[np.bool_]) -> None:
        self.is_plain &= pl.Series(is_plain, dtype=pl.Boolean)

    def _field(self, path: str) -> Values:
        return self._block.field(path)

    def _texts(self, path: str) -> pl.Series:
        """The texts of a field; null where it is absent. Every other value is not plain."""
        values = self._field(path)
        self._require(values.kinds <= ESCAPED)
        return only(values.strings(), pl.Series(values.kinds >= STRING))

    def _numbers(self, path: str) -> pl.Series:
        """The whole numbers of a field; null where it is absent. Every other value is not plain."""
        values = self._field(path)
        is_there = pl.Series(values.kinds > NULL)
        numbers = values.whole_numbers()
        self._require(~is_there | (numbers >= 0))
        return only(numbers, is_there & (numbers >= 0))

    def _counts(self, path: str, style: Style) -> pl.Series:
        """The counts of a field; null where it tells none. What is no text and no whole number is not plain."""
        values = self._field(path)
        if not values.kinds.any():  # as nearly all files have one of two fields
            return pl.Series([None], dtype=pl.Int64).new_from_index(0, len(values.kinds))
        numbers = values.whole_numbers(style.group)
        is_known = numbers >= 0
        self._require(is_known | pl.Series(values.kinds <= ESCAPED))
        rest = (~is_known & pl.Series(values.kinds >= STRING)).arg_true()
        if rest.is_empty():
            return only(numbers, is_known)
        texts = values.at(rest.to_numpy()).strings()
        read = asked([texts], lambda text: count(text, style) if text else None, pl.Int64)[0]
        return only(numbers, is_known).scatter(rest, read)

    def equal(self, path: str, texts: tuple[str | None, ...]) -> None:
        """Only records where a field is one of some texts are plain."""
        self._require(self._texts(path).is_in(texts, nulls_equal=True))

    def absent(self, path: str) -> None:
        """Only lines without a field are plain."""
        self._require(self._field(path).kinds == MISSING)

    def without(self, path: str, text: str) -> None:
        """Only records where a field does not hold a text are plain."""
        self._require(~self._texts(path).str.contains(text, literal=True).fill_null(value=False))

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
        return only(texts, ~texts.is_in(unknown)) if unknown else texts

    def handle(self, path: str) -> pl.Series:
        """As `Taking` says."""
        handles = self._texts(path)
        self._require(handles.str.contains(_HANDLE).fill_null(value=False))
        return handles

    def account(self, name: pl.Series, number: str) -> pl.Series:  # noqa: ARG002 - without a handle no line is plain
        """As `Taking` says."""
        return name

    def count(self, *paths: str, style: Style = UNKNOWN) -> pl.Series:
        """As `Taking` says."""
        return pl.select(pl.coalesce(*(self._counts(path, style) for path in paths))).to_series()

    def total(self, paths: Sequence[str], late: str, style: Style = UNKNOWN) -> pl.Series:
        """As `Taking` says."""
        counts = [self._counts(path, style) for path in (*paths, late)]
        is_late = pl.Series(self._field(late).kinds != MISSING)
        counts[-1] = counts[-1].zip_with(is_late, pl.Series([0]).new_from_index(0, len(is_late)))
        sums = pl.DataFrame({str(place): number for place, number in enumerate(counts)})
        return sums.select(pl.sum_horizontal(pl.all(), ignore_nulls=False)).to_series()

    def unless_zero(self, count: pl.Series, is_counted: pl.Series | bool) -> pl.Series:
        """As `Taking` says."""
        known = (
            pl.select(pl.lit(is_counted, dtype=pl.Boolean)).to_series() if isinstance(is_counted, bool) else is_counted
        )
        return only(count, (count > 0) | known.cast(pl.Boolean))

    def cell(self, path: str) -> pl.Series:
        """As `Taking` says."""
        texts = self._texts(path)
        return only(texts, texts.str.contains(_VISIBLE))

    def first(self, *values: pl.Series) -> pl.Series:
        """As `Taking` says."""
        known = (only(value, value != "") for value in values[:-1])
        return pl.select(pl.coalesce(*known, values[-1])).to_series()

    def value(self, path: str) -> pl.Series:
        """As `Taking` says."""
        return self._texts(path)

    def word(self, path: str) -> pl.Series:
        """As `Taking` says."""
        texts = self._texts(path)
        return only(texts, texts != "")

    def tags(self, path: str, rule: Callable[[Any], tuple[str, ...]], text: pl.Series) -> pl.Series:
        """As `Taking` says."""
        named, is_plain = asked([self.word(path)], lambda value: list(rule(value)), TAGS)
        self._require(is_plain)
        return named.zip_with(named.list.len() > 0, self.hashtags_in(text))

    def has(self, path: str) -> pl.Series:
        """As `Taking` says."""
        values = self._field(path)
        is_object = values.kinds == OBJECT
        self._require(pl.Series(values.kinds <= NULL) | pl.Series(is_object & values.begins_name()))
        return pl.Series(is_object, dtype=pl.Boolean)

    def lacks(self, *paths: str) -> pl.Series:
        """As `Taking` says."""
        missing = [self._field(path).kinds == MISSING for path in paths]
        return pl.Series(np.logical_and.reduce(missing), dtype=pl.Boolean)

    def second(
        self,
        path: str,
        rule: Callable[[Any, Any], tuple[int, str]],  # noqa: ARG002 - it takes such numbers as they are
        post_id: pl.Series,  # noqa: ARG002
    ) -> tuple[pl.Series, str]:
        """As `Taking` says."""
        seconds = self._numbers(path)
        self._require(((seconds > 0) & (seconds < MILLISECONDS_ABOVE)).fill_null(value=False))
        return seconds, "record"

    def known(self, *values: pl.Series) -> pl.Series:
        """As `Taking` says."""
        return pl.select(pl.coalesce(*values)).to_series()

    def is_true(self, path: str) -> pl.Series:
        """As `Taking` says."""
        values = self._field(path)
        is_truth = values.kinds == TRUTH
        self._require(pl.Series(is_truth | (values.kinds <= NULL), dtype=pl.Boolean))
        begins = np.where(is_truth, values.begins, 0)
        is_true = values.data[begins] == ord("t") if len(values.data) else is_truth
        return pl.Series(is_truth & is_true, dtype=pl.Boolean)

    def none_of(self, *counts: pl.Series) -> pl.Series:
        """As `Taking` says."""
        positive = pl.DataFrame({str(place): number > 0 for place, number in enumerate(counts)})
        return ~positive.select(pl.any_horizontal(pl.all().fill_null(value=False))).to_series()

    def unless(self, is_hidden: pl.Series, count: pl.Series) -> pl.Series:
        """As `Taking` says."""
        return only(count, ~is_hidden.cast(pl.Boolean))

    def count_or_number(self, path: str, listed: str) -> pl.Series:
        """As `Taking` says."""
        counts = self._counts(path, UNKNOWN)
        self._require(counts.is_not_null() | pl.Series(self._field(listed).kinds <= NULL, dtype=pl.Boolean))
        return counts

    def named(self, path: str, names: Mapping[int, str]) -> pl.Series:
        """As `Taking` says."""
        self._require(pl.Series(np.isin(self._field(path).kinds, (MISSING, NULL, WHOLE)), dtype=pl.Boolean))
        return self._numbers(path).replace_strict(dict(names), default=None, return_dtype=pl.String)

    def text_in(self, path: str, name: str) -> pl.Series:
        """As `Taking` says."""
        own, inner = self._field(path), self._field(f"{path}.{name}")
        is_text = np.isin(own.kinds, (STRING, ESCAPED))
        is_plain = is_text | (own.kinds <= NULL) | ((own.kinds == OBJECT) & (inner.kinds <= ESCAPED))
        self._require(pl.Series(is_plain, dtype=pl.Boolean))
        texts = own.strings().zip_with(pl.Series(is_text, dtype=pl.Boolean), inner.strings())
        return only(texts, pl.Series(own.kinds != MISSING, dtype=pl.Boolean))

    def given(self, path: str, rule: Callable[[Any], Any] = itself) -> pl.Series:
        """As `Taking` says."""
        return self._block.given(path, rule)

    def each(self, rule: Callable[..., Any], *values: pl.Series) -> pl.Series:
        """As `Taking` says."""
        made, is_plain = asked(values, rule)
        self._require(is_plain)
        return made

    def groups(
        self,
        path: str,
        pattern: str,
        otherwise: Callable[[Any], tuple[Any, ...]],  # noqa: ARG002 - such a record is not plain
    ) -> tuple[pl.Series, ...]:
        """As `Taking` says."""
        groups = self._texts(path).str.extract_groups(f"^(?:{pattern})$").struct.unnest().get_columns()
        self._require(groups[0].is_not_null())
        return tuple(groups)

    def _heads(self, path: str) -> tuple[pl.DataFrame, Values]:
        """The elements of a list that have a field: `line`, `at`, whether it is the first; and their values."""
        listed, items = self._elements(path.partition("[].")[0] + "[]")
        line, values = self._elements(path)
        odd = np.zeros(len(self.is_plain), np.bool_)
        odd[line[values.kinds > ESCAPED]] = True
        self._require(~odd)
        before = np.searchsorted(items.begins, values.begins, side="right")  # elements that begin before the value
        firsts = np.searchsorted(listed, line)  # of the line of each value
        return pl.DataFrame({"line": line, "is_first": before == firsts + 1}), values

    def head(self, path: str) -> pl.Series:
        """As `Taking` says."""
        listed, _ = self._elements(path.partition("[].")[0] + "[]")
        values, texts = self._heads(path)
        first = values["is_first"].arg_true().to_numpy()
        none = pl.Series([None], dtype=pl.String).new_from_index(0, len(self.is_plain))
        return none.scatter(np.unique(listed), "").scatter(values["line"].gather(first), texts.at(first).strings())

    def lines(self, path: str) -> pl.Series:
        """As `Taking` says."""
        values, texts = self._heads(path)
        frame = values.with_columns(text=texts.strings()).filter(pl.col("text") != "")
        joined = frame.group_by("line", maintain_order=True).agg(pl.col("text").str.join("\n"))
        none = pl.Series([""]).new_from_index(0, len(self.is_plain))
        return none.scatter(joined["line"], joined["text"])

    def beside(self, *texts: pl.Series) -> pl.Series:
        """As `Taking` says."""
        return pl.select(pl.concat_str([text.fill_null("") for text in texts], separator="\n")).to_series()

    def count_or(self, path: str, other: str, *, is_null_known: bool = True) -> pl.Series:
        """As `Taking` says."""
        is_missing = pl.Series(self._field(path).kinds <= (MISSING if is_null_known else NULL), dtype=pl.Boolean)
        return self._counts(other, UNKNOWN).zip_with(is_missing, self._counts(path, UNKNOWN))

    def count_asked(self, path: str, is_asked: pl.Series) -> pl.Series:
        """As `Taking` says."""
        is_left_out = pl.Series(self._field(path.rpartition(".")[0]).kinds == MISSING, dtype=pl.Boolean)
        zeros = pl.select(pl.when(is_asked.cast(pl.Boolean)).then(pl.lit(0, dtype=pl.Int64))).to_series()
        return zeros.zip_with(is_left_out, self._counts(path, UNKNOWN))

    def part(self, rule: Callable[[Any], Any], plain: str, text: pl.Series) -> pl.Series:  # noqa: ARG002 - the pattern
        """As `Taking` says."""
        parts = text.str.extract(plain)
        self._require(parts.is_not_null())
        return parts

    def moment(self, rule: Callable[[Any], int], text: pl.Series) -> pl.Series:
        """As `Taking` says."""
        written = only(text, text.str.contains(_WRITTEN))
        frame = pl.DataFrame({"text": written}).select(
            pl.concat_str(pl.col("text").str.head(10), pl.col("text").str.slice(11, 8))
            .str.to_datetime("%Y-%m-%d%H:%M:%S", strict=False)
            .dt.epoch("s"),
            parting=pl.col("text").str.slice(10, 1),
            rest=pl.col("text").str.slice(19),
        )

        def offset(parting: str | None, rest: str | None) -> int | None:
            if parting is None:
                return None
            shifts = {rule(f"{day}{parting}{clock}{rest}") - second for day, clock, second in _SAMPLES}
            return shifts.pop() if len(shifts) == 1 else None

        seconds = frame["text"] + asked([frame["parting"], frame["rest"]], offset, pl.Int64)[0]
        self._require(seconds.is_not_null())
        return seconds

    def moment_or(
        self,
        rule: Callable[[Any], int],
        text: pl.Series,
        in_id: Callable[[Any], int | None],  # noqa: ARG002 - without a time no record is plain
        post_id: pl.Series,  # noqa: ARG002
    ) -> tuple[pl.Series, str]:
        """As `Taking` says."""
        return self.moment(rule, text), "record"

    def _elements(self, path: str) -> tuple[Numbers, Values]:
        return self._block.elements(path)

    def hashtags_in(self, text: pl.Series) -> pl.Series:
        """As `Taking` says."""
        has_sign = text.str.contains(_TAG_SIGNS).fill_null(value=False)
        is_odd = has_sign & text.str.contains(_ODD_TAG).fill_null(value=False)
        plain, odd = (has_sign & ~is_odd).arg_true(), is_odd.arg_true()
        in_plain = text.gather(plain).str.to_lowercase().str.extract_all(_TAG)
        return placed(
            len(text),
            (in_plain.list.eval(pl.element().str.slice(1)).list.unique(maintain_order=True), plain.to_numpy()),
            (pl.Series([list(hashtags_in(each)) for each in text.gather(odd)], dtype=TAGS), odd.to_numpy()),
        )

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
        nameless = (~pl.Series(has_names)).arg_true()
        in_texts = self.hashtags_in(text.gather(nameless))
        return placed(len(text), (lists["tag"], lists["line"].to_numpy()), (in_texts, nameless.to_numpy()))

    def by_number(self, path: str, names: Sequence[str]) -> pl.Series:
        """As `Taking` says."""
        line, _ = self._elements(path)
        numbers = np.bincount(line, minlength=len(self.is_plain)).clip(max=len(names) - 1)
        return pl.Series(names).gather(numbers)

    def filled(self, pattern: str, *parts: pl.Series) -> pl.Series:
        """As `Taking` says."""
        return pl.select(pl.format(pattern, *parts)).to_series()
