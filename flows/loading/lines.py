"""Reads the lines of a file as columns, and those that are not plain one by one."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import polars as pl

from flows import limits
from flows.files.json_columns import Lines, line_columns
from flows.files.json_records import json_line
from flows.files.record import Fault, Record, too_many_blanks
from flows.loading.mapped import POST_SCHEMA, Mapped, Reject, Sight, last_reject, map_record
from flows.post import Post, is_in_time
from flows.sources.columns import posts_of, shape_of
from flows.sources.format import Format
from flows.sources.taking import Columnar


class LinesReader:
    """Reads lines as columns, and those that are not plain one by one."""

    def __init__(self, form: Format, columnar: Columnar, sight: Sight) -> None:
        self._form, self._columnar, self._sight = form, columnar, sight
        self._rejects = self._blanks = 0  # in a row
        self._is_ended = False

    def read(self, stream: BinaryIO) -> Iterator[Mapped]:
        """Every record, some thousands at a time, until too many rejects or blank lines follow each other."""
        for lines in line_columns(stream, shape_of(self._columnar)):
            if isinstance(lines, Fault):
                yield Mapped.of(self._taken(lines.number, self._mapped(lines)))
            else:
                yield self._map(lines)
            if self._is_ended:
                return

    def _map(self, lines: Lines) -> Mapped:
        posts, is_plain = posts_of(self._columnar, lines)
        posts = posts.with_columns(self._sight.dated(pl.col("observed_at")))
        is_plain &= posts.select(
            is_in_time(pl.col("created_at"), pl.col("observed_at")).fill_null(value=False)
        ).to_series()
        odd = Mapped.of(list(self._one_by_one(lines, (~is_plain).arg_true().to_list())))
        if self._is_ended:
            is_plain &= posts["line"] < odd.last - lines.number
        number = (pl.col("line") + lines.number).alias("number")
        plain = posts.filter(is_plain).select(number, *(pl.col(name).cast(kind) for name, kind in POST_SCHEMA.items()))
        last = int(plain["number"][-1]) if len(plain) else 0
        return Mapped(pl.concat([plain, odd.posts]).sort("number"), odd.rejects, max(odd.last, last))

    def _one_by_one(self, lines: Lines, places: Sequence[int]) -> Iterator[tuple[int, Post | Reject]]:
        before = -1
        for place in places:
            if place != before + 1:  # others were plain
                self._rejects = self._blanks = 0
            before = place
            number = lines.number + place
            is_last = place == len(lines.lines) - 1
            record = json_line(number, lines.lines[place], not (is_last and lines.unterminated))
            if record is None:
                self._blanks += 1
                if self._blanks <= limits.BLANK_LINES:
                    continue
                record, self._is_ended = too_many_blanks(number), True
            self._blanks = 0
            yield from self._taken(number, self._mapped(record))
            if self._is_ended:
                return
        if before != len(lines.lines) - 1:
            self._rejects = self._blanks = 0

    def _mapped(self, record: Record | Fault) -> Post | Reject:
        return map_record(self._form, record, self._sight)

    def _taken(self, number: int, item: Post | Reject) -> list[tuple[int, Post | Reject]]:
        """A record, and the reject that ends the reading where too many follow each other."""
        self._rejects = 0 if isinstance(item, Post) else self._rejects + 1
        if self._rejects < limits.REJECTS_IN_A_ROW:
            return [(number, item)]
        self._is_ended = True
        return [(number, item), last_reject(number + 1)]
