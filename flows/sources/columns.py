"""Mappings of many records at once: a `Taking` whose fields are columns.

Every value has to be plain: written so that the rule of a record (`taking.OneRecord`) leaves it as it is, or one of a
few different ones, of which each is asked of that rule. What is not plain is found out in `Columns.is_plain`, and such
a record is mapped alone. So a rule has one home, and columns only know which values it does not change.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl

from flows import limits
from flows.files.block import Block, Values
from flows.files.csv_columns import CsvBlock, csv_columns
from flows.files.csv_records import IsHeader
from flows.files.json_columns import Shape, line_columns
from flows.files.json_scan import ESCAPED, MISSING, NULL, STRING, WHOLE, Numbers
from flows.files.record import Fault, Record
from flows.post import Post, Rejected
from flows.sources.counts import SETTLED, UNKNOWN, UNSETTLED, Style, count
from flows.sources.fields import TIKTOK_FIRST_SECOND, fits_upload, hashtag, hashtags_in
from flows.sources.format import Format
from flows.sources.moments import MILLISECONDS_ABOVE
from flows.sources.taking import Columnar

_WIDEST = 18  # characters that one byte of a text can become at most, as it is normalised
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
_MOST_SETTLED = 18  # characters
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
        return _only(values.strings(), pl.Series(values.kinds >= STRING))

    def _numbers(self, path: str) -> pl.Series:
        """The whole numbers of a field; null where it is absent. Every other value is not plain."""
        values = self._field(path)
        is_there = pl.Series(values.kinds > NULL)
        numbers = values.whole_numbers()
        self._require(~is_there | (numbers >= 0))
        return _only(numbers, is_there & (numbers >= 0))

    def _counts(self, path: str, style: Style) -> pl.Series:
        """The counts of a field; null where it tells none. What is no text and no whole number is not plain."""
        values = self._field(path)
        numbers = values.whole_numbers(style.group)
        is_known = numbers >= 0
        self._require(is_known | pl.Series(values.kinds <= ESCAPED))
        rest = (~is_known & pl.Series(values.kinds >= STRING)).arg_true()
        texts = values.at(rest.to_numpy()).strings()
        read = _asked([texts], lambda text: count(text, style) if text else None, pl.Int64)[0]
        return _only(numbers, is_known).scatter(rest, read)

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

    def unless_zero(self, count: pl.Series, is_counted: pl.Series) -> pl.Series:
        """As `Taking` says."""
        return _only(count, (count > 0) | is_counted.cast(pl.Boolean))

    def cell(self, path: str) -> pl.Series:
        """As `Taking` says."""
        texts = self._texts(path)
        return _only(texts, texts.str.contains(_VISIBLE))

    def first(self, *values: pl.Series) -> pl.Series:
        """As `Taking` says."""
        return pl.select(pl.coalesce(*(_only(value, value != "") for value in values))).to_series()

    def each(self, rule: Callable[..., Any], *paths: str) -> pl.Series:
        """As `Taking` says."""
        values, is_plain = _asked([self._texts(path) for path in paths], rule)
        self._require(is_plain)
        return values

    def part(self, rule: Callable[[Any], Any], plain: str, text: pl.Series) -> pl.Series:  # noqa: ARG002 - the pattern
        """As `Taking` says."""
        parts = text.str.extract(plain)
        self._require(parts.is_not_null())
        return parts

    def moment(self, rule: Callable[[Any], int], text: pl.Series) -> pl.Series:
        """As `Taking` says."""
        written = _only(text, text.str.contains(_WRITTEN))
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

        seconds = frame["text"] + _asked([frame["parting"], frame["rest"]], offset, pl.Int64)[0]
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
        return _placed(
            len(text),
            (in_plain.list.eval(pl.element().str.slice(1)).list.unique(maintain_order=True), plain.to_numpy()),
            (pl.Series([list(hashtags_in(each)) for each in text.gather(odd)], dtype=_TAGS), odd.to_numpy()),
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
        return _placed(len(text), (lists["tag"], lists["line"].to_numpy()), (in_texts, nameless.to_numpy()))

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


def _asked(
    columns: Sequence[pl.Series], rule: Callable[..., Any], kind: pl.DataType | type[pl.DataType] | None = None
) -> tuple[pl.Series, pl.Series]:
    """(what a rule makes of the values of columns, where it makes anything); it is asked once for equal values."""
    names = [str(place) for place in range(len(columns))]
    frame = pl.DataFrame(dict(zip(names, columns, strict=True)))
    different = frame.unique(maintain_order=True)
    values: list[Any] = []
    is_plain: list[bool] = []
    for row in different.iter_rows():
        try:
            values.append(rule(*row))
            is_plain.append(True)
        except Rejected:
            values.append(None)
            is_plain.append(False)
    different = different.with_columns(
        pl.Series("value", values, dtype=kind), pl.Series("is_plain", is_plain, dtype=pl.Boolean)
    )
    joined = frame.join(different, on=names, how="left", nulls_equal=True, maintain_order="left")
    return joined["value"], joined["is_plain"]


_TAGS = pl.List(pl.String)


def _placed(size: int, *groups: tuple[pl.Series, Numbers]) -> pl.Series:
    """The lists of hashtags of groups at the places of their records; none at all other places."""
    places, before = np.zeros(size, np.int64), 1
    for _, group in groups:
        places[group] = np.arange(before, before + len(group))
        before += len(group)
    return pl.concat([pl.Series([[]], dtype=_TAGS), *(lists for lists, _ in groups)]).gather(places)


class _Noting:
    """No records at all, of which columns are made to see which fields they take."""

    is_plain = pl.Series([], dtype=pl.Boolean)
    numbers = np.zeros(0, np.int64)

    def __init__(self) -> None:
        self.paths: dict[str, None] = {}

    def sizes(self) -> Numbers:
        """None."""
        return self.numbers

    def field(self, path: str) -> Values:
        """No values."""
        self.paths[path] = None
        return Values(np.frombuffer(b"", np.uint8), self.numbers, self.numbers, self.numbers)

    def elements(self, path: str) -> tuple[Numbers, Values]:
        """No values."""
        return self.numbers, self.field(path)

    def record(self, place: int) -> Record | Fault | None:
        """There is none."""


def paths_of(columnar: Columnar) -> tuple[str, ...]:
    """The fields that a mapping takes."""
    noting = _Noting()
    _map(columnar, Columns(noting))
    return tuple(noting.paths)


def blocks_of(form: Format, columnar: Columnar, stream: BinaryIO) -> Iterator[Block | Record | Fault]:
    """The records of a file in blocks, in order, and those that come alone."""
    paths = paths_of(columnar)
    if form.layout == "csv":
        return csv_columns(stream, form.is_header, paths)
    return line_columns(stream, Shape.of(paths))


class Cells:
    """The cells of some rows of a table, also of those that are not plain, of which only the whole file tells."""

    def __init__(self, rows: CsvBlock) -> None:
        self._rows = rows
        odd = ((place, rows.record(place)) for place in (~rows.is_plain).arg_true())
        self._odd = {place: row.raw for place, row in odd if isinstance(row, Record)}

    def _texts(self, path: str, values: Values, places: Numbers) -> pl.Series:
        """The cells of plain rows at some places, and those of all other rows, in order."""
        kept = places[values.kinds[places] >= STRING]
        odd = [(place, raw[path]) for place, raw in self._odd.items() if path in raw]
        kinds = {"place": pl.Int64, "text": pl.String}
        plain = pl.DataFrame({"place": kept, "text": values.at(kept).strings()}, schema=kinds)
        return pl.concat([plain, pl.DataFrame(odd, schema=kinds, orient="row")]).sort("place")["text"]

    def texts(self, path: str) -> pl.Series:
        """All texts of a column."""
        return self._texts(path, self._rows.field(path), np.arange(len(self._rows.is_plain)))

    def counts(self, path: str) -> Iterator[tuple[str, int]]:
        """The different texts of a column of counts and how often they came; of what shows the same, one."""
        values = self._rows.field(path)
        texts = self._texts(path, values, (values.whole_numbers() < 0).arg_true().to_numpy())
        texts = texts.filter(~texts.str.contains("^[0-9]+$"))
        is_settled = (
            texts.str.contains(SETTLED) & ~texts.str.contains(UNSETTLED) & (texts.str.len_bytes() <= _MOST_SETTLED)
        )
        shown = pl.when(is_settled).then(texts.str.extract("([.,])")).otherwise(texts)
        seen = pl.DataFrame({"text": texts}).group_by(shown.alias("shown"), maintain_order=True)
        yield from seen.agg(pl.col("text").first(), pl.len()).select("text", "len").iter_rows()


def cells_of(stream: BinaryIO, is_header: IsHeader | None, names: tuple[str, ...]) -> Iterator[Cells | Record | Fault]:
    """The cells of a table that only together tell how they are meant, and what comes alone."""
    for item in csv_columns(stream, is_header, tuple(dict.fromkeys(names))):
        yield item if isinstance(item, Record | Fault) else Cells(item)


def posts_of(columnar: Columnar, block: Block) -> tuple[pl.DataFrame, pl.Series]:
    """(the posts of all records, by the names of a Post, with their `number`; of which they hold)."""
    taking = Columns(block)
    post = _map(columnar, taking)
    values = {name: value for name, value in post._asdict().items() if isinstance(value, pl.Series)}
    constants = [pl.lit(value).alias(name) for name, value in post._asdict().items() if name not in values]
    frame = pl.DataFrame({"number": pl.Series(block.numbers, dtype=pl.Int64), **values})
    is_short = pl.Series(block.sizes() * _WIDEST < limits.TEXT_CHARACTERS)
    return frame.with_columns(*constants), taking.is_plain & is_short


def _map(columnar: Columnar, taking: Columns) -> Post:
    for path, text in columnar.equal:
        taking.equal(path, text)
    for path in columnar.absent:
        taking.absent(path)
    return columnar.mapping(taking)
