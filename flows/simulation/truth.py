"""The truth beside the season: every post, every injected event, what each file must count to, volumes a day."""

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from flows.periods import phase_classes, read_election
from flows.simulation.accounts import Accounts
from flows.simulation.histories import Fates
from flows.simulation.phrases import Grammar
from flows.simulation.plan import DAYS, PLATFORM, WEEKS
from flows.simulation.post_columns import UNKNOWN, Numbers, Posts

SCHEMA = pa.schema(
    [
        ("platform", pa.string()),
        ("post_id", pa.string()),
        ("created_at", pa.timestamp("us", tz="UTC")),
        ("day", pa.date32()),
        ("week", pa.string()),
        ("phase", pa.string()),
        ("sentiment", pa.string()),
        ("topics", pa.list_(pa.string())),
        ("indications", pa.list_(pa.string())),
        ("districts", pa.list_(pa.string())),
        ("language", pa.string()),
        ("text", pa.string()),
        ("author", pa.string()),
        ("batch", pa.string()),
        ("is_late", pa.bool_()),
        ("is_edited", pa.bool_()),
        ("is_removed", pa.bool_()),
        ("burst", pa.string()),
        ("likes", pa.int64()),
        ("comments", pa.int64()),
        ("shares", pa.int64()),
        ("views", pa.int64()),
    ]
)
CALL = "call_to_vote"


class Event(NamedTuple):
    """One row of events.csv; a line where it sits in one, days where it spans some."""

    event: str
    batch: str = ""
    file: str = ""
    line: int | str = ""
    platform: str = ""
    post_id: str = ""
    first_day: str = ""
    last_day: str = ""
    size: int | str = ""
    note: str = ""


class Count(NamedTuple):
    """One row of counts.csv: records = posts + duplicates + rejects."""

    batch: str
    file: str
    records: int
    posts: int
    duplicates: int
    rejects: int


def write_table(path: Path, kind: type[Event] | type[Count], rows: Iterable[Event | Count]) -> None:
    """Rows of one kind as CSV."""
    with path.open("w", encoding="utf-8", newline="") as sheet:
        writer = csv.writer(sheet, lineterminator="\n")
        writer.writerow(kind._fields)
        writer.writerows(rows)


def _strings(values: Iterable[str | None]) -> pa.Array:
    return pa.array(list(values), pa.string())


def _lists(values: Iterable[Iterable[str]]) -> pa.Array:
    return pa.array([list(value) for value in values], pa.list_(pa.string()))


def _counts(values: Numbers) -> pa.Array:
    return pa.array(values, mask=values == UNKNOWN)


def indications_of(codes: tuple[str, ...], phase: str) -> tuple[str, ...]:
    """The codes of a text at its time: a call to vote before the campaign or in the quiet period has a second."""
    of_phase = phase_classes()
    return (*codes, of_phase[phase]) if CALL in codes and phase in of_phase else codes


class TruthWriter:
    """Writes posts.parquet week by week and counts what volumes.csv holds.

    `text` is null where a post has none; `author` is the account's handle, also where a source shows only its number.
    """

    def __init__(self, folder: Path, grammar: Grammar, accounts: dict[int, Accounts], bursts: tuple[str, ...]) -> None:
        election = read_election()
        self.folder = folder
        self.phases = [election.phase_of(day).name for day in DAYS]
        self.names = sorted(set(self.phases))
        templates = grammar.templates
        self.sentiment = _strings(None if t.sentiment == "none" else t.sentiment for t in templates)
        self.language = _strings(None if t.language == "none" else t.language for t in templates)
        self.topics = _lists(t.topics for t in templates)
        self.indications = _lists(indications_of(t.indications, name) for name in self.names for t in templates)
        self.districts = _lists([[], *([code] if code else [] for code in grammar.place_codes)])
        self.has_place = np.array([t.has_place for t in templates])
        self.weeks = _strings(str(week) for week in WEEKS)
        self.day_phase = _strings(self.phases)
        self.phase_number = np.array([self.names.index(name) for name in self.phases])
        self.days = pa.array(DAYS, pa.date32())
        self.handles = {stream: _strings(authors.handles) for stream, authors in accounts.items()}
        self.bursts = _strings([None, *bursts])
        self.size = len(templates)
        self.volumes: Counter[tuple[int, str]] = Counter()
        self.parts: list[pa.Table] = []
        self.file = pq.ParquetWriter(folder / "posts.parquet", SCHEMA, compression="zstd", use_dictionary=True)

    def end_week(self) -> None:
        """Write what was added since the last week."""
        self.file.write_table(pa.concat_tables(self.parts))
        self.parts = []

    def add(self, stream: int, posts: Posts, fates: Fates, ids: list[str]) -> None:
        """The posts of one week and stream, each as its latest observation shows it."""
        template = posts.template
        platform = PLATFORM[stream]
        place = np.where(self.has_place[template], posts.place + 1, 0)

        def pick(values: pa.Array, numbers: NDArray[Any]) -> pa.Array:
            return values.take(pa.array(numbers))

        columns = [
            pick(_strings([platform]), np.zeros(len(posts), dtype=np.int64)),
            pa.array(ids, pa.string()),
            pa.array(posts.created * 1_000_000, pa.int64()).cast(SCHEMA.field("created_at").type),
            pick(self.days, posts.day),
            pick(self.weeks, posts.day // 7),
            pick(self.day_phase, posts.day),
            pick(self.sentiment, template),
            pick(self.topics, template),
            pick(self.indications, self.phase_number[posts.day] * self.size + template),
            pick(self.districts, place),
            pick(self.language, template),
            pa.array(posts.texts, pa.string()),
            pick(self.handles[stream], posts.author),
            pick(self.weeks, fates.batch),
            pa.array(fates.is_late),
            pa.array(fates.is_edited),
            pa.array(fates.is_removed),
            pick(self.bursts, posts.burst),
            _counts(posts.likes),
            _counts(posts.comments),
            _counts(posts.shares),
            _counts(posts.views),
        ]
        self.parts.append(pa.Table.from_arrays(columns, schema=SCHEMA))
        numbers, counts = np.unique(posts.day, return_counts=True)
        for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
            self.volumes[number, platform] += count

    def close(self) -> None:
        """Finish posts.parquet and write volumes.csv: a row a day x platform, zero where nothing was collected."""
        self.file.close()
        with (self.folder / "volumes.csv").open("w", encoding="utf-8", newline="") as sheet:
            writer = csv.writer(sheet, lineterminator="\n")
            writer.writerow(["week", "phase", "platform", "day", "posts"])
            for number, day in enumerate(DAYS):
                for platform in ("tiktok", "facebook", "instagram"):
                    count = self.volumes[number, platform]
                    writer.writerow([str(WEEKS[number // 7]), self.phases[number], platform, day.isoformat(), count])
