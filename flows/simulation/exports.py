"""The export files of one batch: what landed, in file order, with the line of everything injected."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import numpy as np
from numpy.random import Generator

from flows.simulation.accounts import Accounts
from flows.simulation.facebook import PAGE_SIZE, Facebook, crowdtangle_header, graph_page
from flows.simulation.faults import draw_faults, truncated
from flows.simulation.histories import FIRST, KIND_NAMES, LATE
from flows.simulation.phrases import Grammar
from flows.simulation.plan import CROWDTANGLE, GRAPH, INSTAGRAM, PLATFORM, TIKTOK
from flows.simulation.post_columns import Numbers, Posts, post_ids
from flows.simulation.texts import TagSets
from flows.simulation.truth import Count, Event
from flows.simulation.zeeschuimer import NUL_VARIANT, Zeeschuimer

COLLECTION_HEADER = ("platform", "source", "query", "day", "planned", "attempted", "succeeded", "reason")
REMOVALS_HEADER = ("platform", "post_id", "gone_at", "reason")
_BLOCK = 16_384


@dataclass(frozen=True)
class Formats:
    """The writers of all formats."""

    zeeschuimer: Zeeschuimer
    facebook: Facebook

    @classmethod
    def of(cls, accounts: dict[int, Accounts], tags: TagSets, grammar: Grammar) -> Self:
        """The writers for these accounts and texts."""
        return cls(Zeeschuimer(accounts, tags, grammar), Facebook(accounts))

    def records(self, stream: int, posts: Posts, batch: int, written: int) -> list[bytes]:
        """One record a row; `written` records stand in the file before them."""
        if stream == TIKTOK:
            return self.zeeschuimer.tiktok(posts, batch, written)
        if stream == INSTAGRAM:
            return self.zeeschuimer.instagram(posts, batch, written)
        return self.facebook.crowdtangle(posts, batch) if stream == CROWDTANGLE else self.facebook.graph(posts)


class ExportFile:
    """One file being written. Lines are numbered as readers do: NDJSON and CSV lines, elements of all Graph pages."""

    def __init__(self, path: Path, stream: int, batch: int, week: str, formats: Formats) -> None:
        self.path, self.stream, self.batch, self.week, self.formats = path, stream, batch, week, formats
        self.handle = path.open("wb")
        self.records = self.posts = self.duplicates = self.rejects = 0
        self.line = 1
        self.page: list[bytes] = []
        self.pages = 0
        self.last_good = b""
        if stream == CROWDTANGLE:
            self.handle.write(crowdtangle_header(batch))
            self.line = 2
        elif stream == GRAPH:
            self.handle.write(b"[\n")

    def land(self, rng: Generator, posts: Posts) -> Iterator[Event]:
        """Write observations and the faulty records among them; yields what was injected, with its line."""
        for start in range(0, len(posts), _BLOCK):
            block = posts if len(posts) <= _BLOCK else posts.take(np.arange(start, min(start + _BLOCK, len(posts))))
            records = self.formats.records(self.stream, block, self.batch, self.records)
            self.last_good = records[-1]
            faults = [] if start else draw_faults(rng, self.stream, records[0], int(block.created[-1]))
            places = np.sort(rng.integers(0, len(records), size=len(faults))).tolist()
            lines = np.zeros(len(records), dtype=np.int64)
            done = 0
            for place, (record, reason) in zip(places, faults, strict=True):
                lines[done:place] = self._write(records[done:place])
                done = place
                number = self._write([record])[0]
                self.rejects += 1
                yield Event(
                    "malformed", self.week, self.path.name, int(number), PLATFORM[self.stream], note=str(reason)
                )
            lines[done:] = self._write(records[done:])
            first = int(np.count_nonzero((block.kind == FIRST) | (block.kind == LATE)))
            self.posts += first
            self.duplicates += len(block) - first
            yield from self._injected(block, lines)

    def close(self, with_truncation: bool) -> Iterator[Event]:
        """Finish the file; with an unfinished last line where asked for."""
        if with_truncation and self.stream in (TIKTOK, INSTAGRAM) and self.last_good:
            record, reason = truncated(self.last_good)
            number = self._write([record])[0]
            self.rejects += 1
            yield Event("malformed", self.week, self.path.name, int(number), PLATFORM[self.stream], note=str(reason))
        if self.stream == GRAPH:
            self.handle.write(graph_page(self.page, self.batch, self.pages, is_last=True) + b"\n]\n")
        self.handle.close()

    @property
    def count(self) -> Count:
        """What a reader must find in the file."""
        return Count(self.week, self.path.name, self.records, self.posts, self.duplicates, self.rejects)

    def _write(self, records: list[bytes]) -> Numbers:
        """Write records; their numbers."""
        self.records += len(records)
        if self.stream == GRAPH:
            for record in records:
                if len(self.page) == PAGE_SIZE:
                    self.handle.write(graph_page(self.page, self.batch, self.pages, is_last=False) + b",\n")
                    self.page, self.pages = [], self.pages + 1
                self.page.append(record)
            numbers = self.line + np.arange(len(records))
            self.line += len(records)
            return numbers
        self.handle.write(b"".join(records))
        if self.stream != CROWDTANGLE:
            numbers = self.line + np.arange(len(records))
            self.line += len(records)
            return numbers
        heights = np.array([record.count(b"\n") for record in records], dtype=np.int64)
        ends = np.cumsum(heights)
        numbers = self.line + ends - heights
        self.line += int(heights.sum())
        return numbers

    def _injected(self, posts: Posts, lines: Numbers) -> Iterator[Event]:
        is_nul = (posts.variant == NUL_VARIANT) if self.stream == TIKTOK else np.zeros(len(posts), dtype=bool)
        rows = np.flatnonzero((posts.kind != FIRST) | is_nul)
        chosen = posts.take(rows)
        for row, post_id, kind, nul in zip(
            rows.tolist(), post_ids(self.stream, chosen.key), chosen.kind.tolist(), is_nul[rows].tolist(), strict=True
        ):
            if kind != FIRST:
                yield Event(
                    KIND_NAMES[kind], self.week, self.path.name, int(lines[row]), PLATFORM[self.stream], post_id
                )
            if nul:
                yield Event("nul", self.week, self.path.name, int(lines[row]), PLATFORM[self.stream], post_id)


def csv_bytes(header: tuple[str, ...], rows: list[tuple[object, ...]]) -> bytes:
    """A small table as CSV with a header."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return sheet.getvalue().encode()


def iso_moment(seconds: int) -> str:
    """`2024-02-14T03:04:05Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
