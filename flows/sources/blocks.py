"""The records of a file in blocks of columns: which fields a mapping takes, and the posts that come of a block."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, BinaryIO

import numpy as np
import polars as pl

from flows import limits
from flows.files.block import Block, Values
from flows.files.csv_columns import CsvBlock, csv_columns
from flows.files.csv_records import IsHeader
from flows.files.json_columns import Lines, Shape, line_columns
from flows.files.json_scan import STRING, Numbers
from flows.files.record import Fault, Record
from flows.post import POST_IDS, Post
from flows.sources.columns import Columns
from flows.sources.counts import SETTLED, UNSETTLED
from flows.sources.format import Format
from flows.sources.listed import listed_blocks
from flows.sources.taking import Columnar

_WIDEST = 18  # characters that one byte of a text can become at most, as it is normalised
_WAYS_KEPT = 64  # whose fields are remembered; a large file is read piece by piece
_MOST_SETTLED = 18  # characters of a number that is told by its form


class _Noting:
    """No records at all, of which columns are made to see which fields they take."""

    is_plain = pl.Series([], dtype=pl.Boolean)
    numbers = np.zeros(0, np.int64)

    def __init__(self) -> None:
        self.paths: dict[str, None] = {}

    content = 0

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

    def given(self, path: str, rule: Callable[[Any], Any]) -> pl.Series:  # noqa: ARG002 - as `Block` has it
        """No values."""
        return pl.Series([], dtype=pl.String)

    def record(self, place: int) -> Record | Fault | None:
        """There is none."""


@lru_cache(_WAYS_KEPT)
def paths_of(columnar: Columnar) -> tuple[str, ...]:
    """The fields that a mapping takes."""
    noting = _Noting()
    _map(columnar, Columns(noting))
    return tuple(noting.paths)


@lru_cache(_WAYS_KEPT)
def shape_of(columnar: Columnar) -> Shape:
    """What is looked for in lines that hold records of a mapping."""
    signs = (each.sign for each in columnar.elsewhere)
    return Shape.of(tuple(dict.fromkeys((*paths_of(columnar), *signs))), columnar.elsewhere)


class Ways:
    """How the records of a format become posts as columns, of which a file mostly needs one."""

    def __init__(self, form: Format) -> None:
        self._form = form
        self._ways = list(form.columnar)

    def blocks(self, stream: BinaryIO) -> Iterator[Block | Record | Fault]:
        """The records of a file in blocks, in order, and those that come alone."""
        way = self._ways[0]
        if self._form.layout == "csv":
            return csv_columns(stream, self._form.is_header, self._of_table)
        if way.inside is not None:
            return listed_blocks(self._form, way.inside, stream, paths_of(way))
        return line_columns(stream, lambda: shape_of(self._ways[0]))

    def _of_table(self, columns: tuple[str, ...]) -> tuple[str, ...] | None:
        """The fields of the way that is for a table of such columns, which becomes the first."""
        fitting = (number for number, way in enumerate(self._ways) if way.table is None or way.table(columns))
        number = next(fitting, None)
        if number is None:
            return None
        self._ways.insert(0, self._ways.pop(number))
        return paths_of(self._ways[0])

    def posts(self, block: Block) -> Iterator[tuple[pl.DataFrame, pl.Series, Numbers]]:
        """As `posts_of`, with the places of the records: of all of a block, then of lines that are for another way.

        Where those are most, the other way is the first of the next block.
        """
        posts, is_plain = posts_of(self._ways[0], block)
        yield posts, is_plain, np.arange(len(is_plain))
        if not isinstance(block, Lines):
            return
        odd = (~is_plain).arg_true().to_list()
        for number, way in enumerate(self._ways[1:], 1):
            places = [place for place in odd if way.is_for(block.line(place))]
            if places:
                others = block.again(places, shape_of(way))
                yield *posts_of(way, others), np.array(places[: len(others.numbers)], np.int64)
            if len(places) * 2 > len(is_plain):
                self._ways.insert(0, self._ways.pop(number))


class Cells:
    """The cells of some rows of a table, also of those that are not plain, of which only the whole file tells."""

    def __init__(self, rows: CsvBlock) -> None:
        self._rows = rows
        odd = [(place, rows.record(place)) for place in (~rows.is_plain).arg_true()]
        self._odd = {place: row.raw for place, row in odd if isinstance(row, Record)}
        self.faults = sum(isinstance(row, Fault) for _, row in odd)
        self.is_usable = len(odd) < len(rows.is_plain) or bool(self._odd)
        self.is_blank = not self.is_usable and not self.faults

    def _texts(self, path: str, values: Values, places: Numbers) -> pl.Series:
        """The cells of plain rows at some places, and those of all other rows, in order."""
        kept = places[values.kinds[places] >= STRING]
        if not self._odd:
            return values.at(kept).strings()
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
    """The cells of a table that only together tell how they are meant, and what comes alone.

    They end about where the reading of the table does: after too many rows that are blank or cannot be used.
    """
    blanks = faults = 0
    for item in csv_columns(stream, is_header, lambda _: tuple(dict.fromkeys(names))):
        if isinstance(item, Record | Fault):
            yield item
            blanks, faults = 0, faults + 1 if isinstance(item, Fault) else 0
        else:
            cells = Cells(item)
            yield cells
            blanks = blanks + len(item.numbers) if cells.is_blank else 0
            faults = 0 if cells.is_usable else faults + cells.faults
        if blanks > limits.BLANK_LINES or faults >= limits.REJECTS_IN_A_ROW:
            return


def posts_of(columnar: Columnar, block: Block) -> tuple[pl.DataFrame, pl.Series]:
    """(the posts of all records, by the names of a Post, with their `number`; of which they hold)."""
    taking = Columns(block)
    post: Any = _map(columnar, taking)
    values = {name: value for name, value in post._asdict().items() if isinstance(value, pl.Series)}
    constants = [pl.lit(value).alias(name) for name, value in post._asdict().items() if name not in values]
    frame = pl.DataFrame({"number": pl.Series(block.numbers, dtype=pl.Int64), **values})
    is_short = pl.Series(block.sizes() * _WIDEST < limits.TEXT_CHARACTERS)
    is_id = post.post_id.str.contains(POST_IDS[post.platform]).fill_null(value=False)
    return frame.with_columns(*constants), taking.is_plain & is_short & is_id


def _map(columnar: Columnar, taking: Columns) -> Post:
    for path, texts in columnar.equal:
        taking.equal(path, texts)
    for path in columnar.absent:
        taking.absent(path)
    for path, text in columnar.without:
        taking.without(path, text)
    return columnar.mapping(taking)
