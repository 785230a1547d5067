"""A simulated season of Kabupaten Batang in the platforms' own export formats, with its truth beside it.

Everything is drawn from the seed: the same parameters give the same bytes. The texts come from a grammar of the
project's own; accounts are invented, public bodies are named as bodies. Nothing in it describes a real post or person.
"""

import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

import numpy as np
import orjson

from flows.progress import Advance, unseen
from flows.simulation.accounts import write_accounts
from flows.simulation.exports import COLLECTION_HEADER, REMOVALS_HEADER, ExportFile, Formats, csv_bytes, iso_moment
from flows.simulation.histories import Deliveries, Historian
from flows.simulation.phrases import read_grammar, read_table
from flows.simulation.plan import (
    BURSTS,
    DAYS,
    FILE,
    GAPS,
    HISTORY,
    LAST_WEEK,
    NOISE,
    PLATFORM,
    POSTS,
    STREAMS,
    TAGS,
    WEEKS,
    collection_rows,
    daily_counts,
    days_of,
    generator,
    landing,
    plant,
)
from flows.simulation.post_columns import Numbers, Part, Season, post_ids
from flows.simulation.texts import TagSets
from flows.simulation.truth import Count, Event, TruthWriter, write_table

__all__ = ["Batch", "SeasonSummary", "write_season"]

VERSION = 1
UNKNOWN_REMOVALS = 2  # a week has 0 to so many removals of posts never seen


@dataclass(frozen=True, slots=True)
class Batch:
    """What landed at the end of one week: its files in load order."""

    week: str
    landed_at: datetime
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SeasonSummary:
    """What was written: distinct posts, and the records, duplicates and rejects a loader must find."""

    folder: Path
    posts: int
    records: int
    duplicates: int
    rejects: int
    batches: tuple[Batch, ...]


class _Landing:
    """The batches on disk: one a week, or one for all of them."""

    def __init__(self, folder: Path, seed: int, is_weekly: bool, formats: Formats) -> None:
        self.folder, self.seed, self.is_weekly, self.formats = folder, seed, is_weekly, formats
        self.batches: list[Batch] = []
        self.counts: list[Count] = []
        self.events: list[Event] = []
        self.open: dict[int, ExportFile] = {}
        self.removals: list[tuple[object, ...]] = []
        self.strays = 0
        self.collection: list[tuple[object, ...]] = []

    def land(self, week: int, deliveries: Deliveries) -> None:
        """Everything that lands in a week; the batch is closed at its end, or at the season's."""
        number = week if self.is_weekly else LAST_WEEK
        name = str(WEEKS[number])
        path = self.folder / "exports" / name
        path.mkdir(parents=True, exist_ok=True)
        for stream in STREAMS:
            posts = deliveries.pop(week, stream)
            if posts is None:
                continue
            if stream not in self.open:
                self.open[stream] = ExportFile(path / FILE[stream], stream, number, name, self.formats)
            self.events += self.open[stream].land(generator(self.seed, NOISE, week, stream), posts)
        self._remove(week, name, deliveries)
        self.collection += collection_rows(week, self.seed)
        if self.is_weekly or week == LAST_WEEK:
            self._close(number, name, path)

    def _remove(self, week: int, name: str, deliveries: Deliveries) -> None:
        rng = generator(self.seed, NOISE, week, len(STREAMS))
        moment = int(landing(week).timestamp())
        for stream, post_id, gone_at, reason in deliveries.pop_removals(week):
            self.removals.append((PLATFORM[stream], post_id, iso_moment(gone_at), reason))
            self.events.append(
                Event("removal", name, "removals.csv", len(self.removals) + 1, PLATFORM[stream], post_id, note=reason)
            )
        for _ in range(int(rng.integers(0, UNKNOWN_REMOVALS + 1))):
            post_id = str((moment - int(rng.integers(10**5, 10**7)) << 32) | int(rng.integers(0, 2**32)))
            self.removals.append(("tiktok", post_id, iso_moment(moment - 7200), "removed"))
            self.events.append(
                Event(
                    "removal_unknown", name, "removals.csv", len(self.removals) + 1, "tiktok", post_id, note="removed"
                )
            )
            self.strays += 1

    def _close(self, number: int, name: str, path: Path) -> None:
        names = []
        for stream, export in self.open.items():
            self.events += export.close(with_truncation=number % 7 == 3 + stream)
            self.counts.append(export.count)
            names.append(FILE[stream])
        (path / "collection.csv").write_bytes(csv_bytes(COLLECTION_HEADER, self.collection))
        names.append("collection.csv")
        if self.removals:
            (path / "removals.csv").write_bytes(csv_bytes(REMOVALS_HEADER, self.removals))
            known = len(self.removals) - self.strays
            self.counts.append(Count(name, "removals.csv", len(self.removals), 0, known, self.strays))
            names.append("removals.csv")
        self.batches.append(Batch(name, landing(number), tuple(names)))
        self.open, self.removals, self.strays, self.collection = {}, [], 0, []


def _planned_events(bursts: dict[str, tuple[int, str, str]]) -> list[Event]:
    """Gaps and bursts: what has days instead of a line."""
    events = [
        Event(
            "gap" if gap.query else "outage",
            platform=PLATFORM[gap.stream],
            file=FILE[gap.stream],
            first_day=gap.first_day.isoformat(),
            last_day=gap.last_day.isoformat(),
            note=f"{gap.query}: {gap.reason}" if gap.query else gap.reason,
        )
        for gap in GAPS
    ]
    for name, (size, first_day, last_day) in bursts.items():
        events.append(Event("burst", first_day=first_day, last_day=last_day, size=size, note=name))
    return events


def write_season(
    folder: Path, *, posts: int = 60_000, seed: int = 20240214, weekly: bool = True, advance: Advance = unseen
) -> SeasonSummary:
    """Write a season of so many distinct posts into a folder, made if need be; a season in it is replaced.

    With `weekly` every week lands as its own batch, with late arrivals and later observations; without, the whole
    season lands at once, one file a source. The same parameters give the same bytes. `advance` is told the weeks.
    """
    grammar = read_grammar()
    accounts = write_accounts(grammar, posts, seed)
    tags = TagSets(grammar, generator(seed, TAGS))
    names = tuple(dict.fromkeys(burst[0] for burst in BURSTS))
    season = Season(grammar, accounts, tags, names)
    counts, planted = daily_counts(posts, seed), plant(posts, seed)
    if (folder / "season.json").is_file():
        for name in ("exports", "truth"):
            shutil.rmtree(folder / name)
    (folder / "truth").mkdir(parents=True, exist_ok=True)
    truth = TruthWriter(folder / "truth", grammar, accounts, names)
    deliveries = Deliveries()
    historian = Historian(deliveries, weekly)
    landed = _Landing(folder, seed, weekly, Formats.of(accounts, tags, grammar))
    bursts: dict[str, tuple[int, str, str]] = {}
    written = 0
    for week, row in enumerate(read_table("weeks")):
        advance(week, len(WEEKS))
        for stream in STREAMS:
            here = [plan for plan in planted if plan.week == week and plan.stream == stream]
            part = Part(week, stream, counts[list(days_of(week)), stream], here, row, written)
            week_posts = season.week(generator(seed, POSTS, week, stream), part)
            written += len(week_posts)
            _note_bursts(bursts, names, week_posts.burst, week_posts.day)
            fates = historian.tell(generator(seed, HISTORY, week, stream), week_posts, week, stream)
            if not weekly:
                fates.batch = np.full(len(week_posts), LAST_WEEK)
            truth.add(stream, week_posts, fates, post_ids(stream, week_posts.key))
        truth.end_week()
        landed.land(week, deliveries)
    truth.close()
    write_table(folder / "truth" / "events.csv", Event, chain(_planned_events(bursts), landed.events))
    write_table(folder / "truth" / "counts.csv", Count, landed.counts)
    about = {
        "version": VERSION,
        "parameters": {"posts": posts, "seed": seed, "weekly": weekly},
        "first_day": DAYS[0].isoformat(),
        "last_day": DAYS[-1].isoformat(),
        "batches": [asdict(batch) for batch in landed.batches],
    }
    (folder / "season.json").write_bytes(orjson.dumps(about, option=orjson.OPT_INDENT_2) + b"\n")
    return SeasonSummary(
        folder=folder,
        posts=written,
        records=sum(count.records for count in landed.counts),
        duplicates=sum(count.duplicates for count in landed.counts),
        rejects=sum(count.rejects for count in landed.counts),
        batches=tuple(landed.batches),
    )


def _note_bursts(bursts: dict[str, tuple[int, str, str]], names: tuple[str, ...], burst: Numbers, day: Numbers) -> None:
    """Add the posts of this week and stream to the sizes and days of the bursts they belong to."""
    for number in np.unique(burst[burst > 0]).tolist():
        days = [DAYS[position].isoformat() for position in day[burst == number].tolist()]
        size, first_day, last_day = bursts.get(names[number - 1], (0, min(days), max(days)))
        bursts[names[number - 1]] = (size + len(days), min(first_day, *days), max(last_day, *days))
