"""Reads the records of a file as columns, and those that are not plain one by one."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
import polars as pl

from flows import limits
from flows.files.block import Block
from flows.files.record import Fault, Record, too_many_blanks
from flows.loading.mapped import FRAME_RECORDS, FRAME_SCHEMA, Mapped, Reject, Share, Sight, last_reject, map_record
from flows.post import Post, is_in_time
from flows.sources.blocks import Ways
from flows.sources.format import Format

_COLUMNS = tuple(pl.col(name).cast(kind) for name, kind in FRAME_SCHEMA.items())


class BlocksReader:
    """Reads records as columns, and those that are not plain one by one."""

    def __init__(self, form: Format, sight: Sight) -> None:
        self._form, self._sight, self._ways = form, sight, Ways(form)
        self._rejects = self._blanks = 0  # in a row
        self._is_ended = False

    def read(self, stream: BinaryIO, share: Share) -> Iterator[Mapped]:
        """The records of a share, some thousands at a time, until too many rejects or blank lines follow each other."""
        alone: list[tuple[int, Post | Reject]] = []
        for item in self._shared(self._ways.blocks(stream), share):
            if isinstance(item, Record | Fault):
                alone += self._taken(item.number, self._mapped(item))
                if self._is_ended or len(alone) == FRAME_RECORDS:
                    yield Mapped.of(alone)
                    alone = []
            else:
                yield Mapped.of(alone)
                alone = []
                yield self._map(item)
            if self._is_ended:
                return
        yield Mapped.of(alone)

    @staticmethod
    def _shared(items: Iterator[Block | Record | Fault], share: Share) -> Iterator[Block | Record | Fault]:
        """What belongs to a share; what comes alone belongs to the block before it."""
        place = number = 0
        for item in items:
            if not isinstance(item, Record | Fault):
                number = share.of(place)
                place += item.content
            if number == share.number:
                yield item
            elif number > share.number:
                return

    def _map(self, block: Block) -> Mapped:
        plain: list[pl.DataFrame] = []
        is_odd = np.ones(len(block.is_plain), np.bool_)
        for posts, is_plain, places in self._ways.posts(block):
            dated = posts.with_columns(self._sight.date_all(pl.col("observed_at"), pl.col("created_at")))
            in_time = is_in_time(pl.col("created_at"), pl.col("observed_at")).fill_null(value=False)
            kept = is_plain & dated.select(in_time).to_series()
            plain.append(dated.filter(kept).select(*_COLUMNS))
            is_odd[places[kept.to_numpy()]] = False
        odd = Mapped.of(list(self._one_by_one(block, np.flatnonzero(is_odd).tolist())))
        posts = pl.concat([*plain, odd.posts]).sort("number")
        if self._is_ended:
            posts = posts.filter(pl.col("number") < odd.last)
        return Mapped(posts, odd.rejects, max(odd.last, int(posts["number"][-1]) if len(posts) else 0))

    def _one_by_one(self, block: Block, places: Sequence[int]) -> Iterator[tuple[int, Post | Reject]]:
        before = -1
        for place in places:
            if place != before + 1:  # others were plain
                self._rejects = self._blanks = 0
            before = place
            record = block.record(place)
            if record is None:
                self._blanks += 1
                if self._blanks <= limits.BLANK_LINES:
                    continue
                record, self._is_ended = too_many_blanks(int(block.numbers[place])), True
            self._blanks = 0
            yield from self._taken(record.number, self._mapped(record))
            if self._is_ended:
                return
        if before != len(block.is_plain) - 1:
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
