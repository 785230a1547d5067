"""The load of what landed: all of it and both gates in one transaction, or nothing."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from flows import labels
from flows.exits import InputRefusedError
from flows.loading import batches, gates, landing, load, privacy
from flows.loading.landing import Landed
from flows.settings import Settings
from flows.store import models, warehouse
from flows.store.runs import Run


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """Counts of a load; `held` are the sentences of sources and files that wait, `reasons` the rejects by reason.

    `first_day` and `last_day` span the posts of the load, None when it brought none.
    """

    files: int = 0
    records: int = 0
    posts: int = 0
    duplicates: int = 0
    rejects: int = 0
    days: int = 0
    reviews: int = 0
    held: tuple[str, ...] = ()
    reasons: tuple[tuple[str, int], ...] = ()
    first_day: date | None = None
    last_day: date | None = None

    def sentence(self) -> str:
        """The counts in one line."""
        counted = f"{self.posts:,} posts + {self.duplicates:,} duplicates + {self.rejects:,} rejects"
        coverage = f", {self.days:,} source-days of coverage" if self.days else ""
        reviewed = f", {self.reviews:,} reviewed" if self.reviews else ""
        return f"{self.files:,} file{'s' * (self.files != 1)}: {self.records:,} records = {counted}{coverage}{reviewed}"


def load_pending(
    settings: Settings, run: Run, platform: str | None = None, only: frozenset[str] | None = None
) -> LoadSummary:
    """Loads what landed and was not loaded yet, in the order of landing; `only` limits it to some files.

    Raises GateStoppedError when the post gate stops; then nothing was loaded.
    """
    key = privacy.author_secret(settings)
    with warehouse.opened(settings.home) as connection:
        done = load.loaded_ids(connection)
        pending = [
            item
            for item in landing.landed_files(settings.home)
            if item.file_id not in done
            and (only is None or item.file_id in only)
            and (platform is None or item.platform in (platform, "mixed"))
        ]
        with tempfile.TemporaryDirectory(dir=settings.home, prefix=".load-") as scratch:
            ready = batches.make_ready(settings, pending, key, Path(scratch))
            held = gates.landing_gate(run, ready.prepared.files) if ready.prepared.files else {}
            batch = batches.batch(ready, held)
            with warehouse.transaction(connection):
                models.load_seeds(connection, settings.seeds)
                _load(settings, connection, run, batch)
                if batch.files:
                    gates.posts_gate(connection, run)
                facts = _facts(connection, batch)
    summary = LoadSummary(**facts, held=(*held.values(), *ready.refusals))
    run.add_counts({name: value for name, value in facts.items() if isinstance(value, int)})
    run.note(held=list(summary.held))
    return summary


def replay(
    settings: Settings,
    run: Run,
    groups: Sequence[Sequence[Landed]],
    state: Callable[[warehouse.Connection, int, str], None],
) -> None:
    """Loads groups of landed files one after the other, as if each had just come in.

    After each, inside its transaction, `state` is called with its number and its counts in one line. Files are prepared
    once for all groups, which changes nothing: prepared rows depend on the bytes alone. Every load passes the SQL
    checks; the expectations are evaluated with the report of a week.
    """
    key = privacy.author_secret(settings)
    with (
        warehouse.opened(settings.home) as connection,
        tempfile.TemporaryDirectory(dir=settings.home, prefix=".load-") as scratch,
    ):
        ready = batches.make_ready(settings, [item for group in groups for item in group], key, Path(scratch))
        if ready.refusals:
            raise InputRefusedError(ready.refusals[0])
        with warehouse.transaction(connection):
            models.load_seeds(connection, settings.seeds)
        for number, group in enumerate(groups):
            batch = batches.batch(ready, {}, frozenset(item.file_id for item in group))
            with warehouse.transaction(connection):
                _load(settings, connection, run, batch)
                facts = _facts(connection, batch)
                state(connection, number, LoadSummary(**facts).sentence())


def _facts(connection: warehouse.Connection, batch: load.Batch) -> dict[str, Any]:
    """Everything a LoadSummary counts but the sources held back."""
    days, lines = sum(len(log.rows) for log in batch.logs), sum(len(sheet.rows) for sheet in batch.reviews)
    return load.summarise(connection) | {"days": days, "reviews": lines}


def _load(settings: Settings, connection: warehouse.Connection, run: Run, batch: load.Batch) -> None:
    """Loads a batch and labels anew what other labels have, inside the caller's transaction, with the seeds there."""
    load.load(connection, batch, settings.election.zone.key)
    load.relabel(connection, partial(labels.label, seeds=settings.seeds), labels.label_version(settings.seeds))
    if batch.files:
        gates.row_gate(connection, run)
