"""The load of what landed: what passes both gates becomes facts, all of it in one transaction; what stops is set aside.

A file that a gate stops waits with its reason (`base.set_aside`), and the others are loaded without it. Whether a file
is stopped depends on the file alone, so that a warehouse made anew from the landing comes to the same tables.
"""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from flows import labels
from flows.exits import GateStoppedError, InputRefusedError
from flows.loading import batches, erasures, file_states, gates, load, names, privacy, proof
from flows.loading.batches import Ready
from flows.loading.file_states import SetAside
from flows.loading.landing import Landed
from flows.loading.relabelling import relabel
from flows.loading.summary import LoadSummary
from flows.progress import Advance, unseen
from flows.settings import Settings
from flows.store import models, warehouse
from flows.store.files import require_space
from flows.store.runs import Run

_SPACE_FOR_BYTES = 2  # prepared parts and the warehouse's growth, for a byte that came in


def load_pending(  # noqa: PLR0913 - which files, and how
    settings: Settings,
    run: Run,
    platform: str | None = None,
    only: frozenset[str] | None = None,
    advance: Advance = unseen,
    *,
    relabels: bool = True,
) -> LoadSummary:
    """Loads what landed and was not loaded yet, in the order of landing; `only` limits it to some files.

    Posts with labels of another version are labelled anew, whether or not anything landed, or where it does not
    relabel keep those they have.

    A file that was set aside before is tried again only where `only` names it, its format was not known, or other
    versions of ronda or of the labels may come to another verdict. `advance` is told the bytes that were read. Raises
    GateStoppedError when the post gate stopped and nothing was left to load: the files are set aside, but a person
    should hear of it before the week goes on.
    """
    key = privacy.author_secret(settings)
    versions = f"{version('ronda')} {labels.label_version(settings.seeds)}"
    with warehouse.opened(settings.home) as connection:
        with warehouse.transaction(connection):
            models.load_seeds(connection, settings.seeds)
        before = proof.loaded_files(connection)
        seen = proof.settle(settings.home, before)
        skipped = before.keys() | (set() if only else file_states.still_aside(connection, versions))
        pending = [
            item
            for item in seen.files
            if item.file_id not in skipped
            and (only is None or item.file_id in only)
            and (platform is None or item.platform in (platform, "mixed"))
        ]
        needed = _SPACE_FOR_BYTES * sum(item.bytes for item in pending)
        require_space(settings.home, needed, f"Loading {len(pending):,} files")
        with tempfile.TemporaryDirectory(dir=settings.home, prefix=".load-") as scratch:
            ready = batches.make_ready(settings, pending, key, Path(scratch), advance)
            misshapen = gates.landing_gate(run, ready.prepared.files)
            usable = [item for item in pending if item.file_id not in {*ready.refusals, *misshapen}]
            summary, stopped = _load_or_set_aside(settings, connection, run, ready, usable, relabels)
        reasons = {**ready.refusals, **misshapen, **stopped}
        waiting = [
            SetAside(item, reasons[item.file_id], "" if item.file_id in ready.refusals else versions)
            for item in pending
            if item.file_id in reasons
        ]
        file_states.set_aside(connection, waiting)
        file_states.write(settings.home, connection)
        fewer = _note_loaded(settings, connection, seen)
        other_key = privacy.note_key(settings.home, key)
        resisting = erasures.rewrite_waiting(settings, connection, datetime.now(UTC))
    is_all = only is None and platform is None and not any(flaw.stops for flaw in seen.flaws)
    if is_all and not proof.expired_files(seen.entries):  # else the former tables alone count what has expired
        warehouse.forget_former(settings.home)
    notes = [
        f"{item.landed.file}: {note}"
        for item in ready.prepared.files
        if item.landed.file_id not in reasons
        for note in item.notes
    ]
    flaws = (*other_key, *(flaw.sentence for flaw in (*seen.flaws, *fewer)), *ready.doubts, *resisting)
    summary = summary.telling(tuple(each.reason for each in waiting), tuple(notes), flaws)
    run.add_counts(summary.counts)
    run.note(held=[*summary.held, *flaws], notes=notes)
    if stopped and not summary.files:
        raise GateStoppedError(next(iter(stopped.values())))
    return summary


def _note_loaded(settings: Settings, connection: warehouse.Connection, seen: proof.Inventory) -> Sequence[proof.Flaw]:
    """Notes in the chain what is loaded now; gives the files that hold less than when they were loaded before."""
    loaded = proof.loaded_files(connection)
    contents = {item.file_id: item.content for item in seen.files}
    fewer = proof.fewer_records(loaded, seen.entries, contents)
    proof.note_loaded(settings.home, loaded, contents)
    return fewer


def _load_or_set_aside(  # noqa: PLR0913, PLR0917 - it calls itself
    settings: Settings,
    connection: warehouse.Connection,
    run: Run,
    ready: Ready,
    files: Sequence[Landed],
    relabels: bool,
) -> tuple[LoadSummary, Mapping[str, str]]:
    """Loads files in one transaction; where a gate stops it, each half alone, down to the file that is the cause.

    Gives the counts of what was loaded, and the reason of each file that was not, by its id.
    """
    try:
        batch = batches.batch(ready, frozenset(item.file_id for item in files))
        return _load_at_once(settings, connection, run, batch, relabels), {}
    except GateStoppedError as stop:
        if len(files) < 2:
            return LoadSummary(), {item.file_id: f"{item.file}: {stop}" for item in files}
        middle = len(files) // 2
        parts = [
            _load_or_set_aside(settings, connection, run, ready, half, relabels)
            for half in (files[:middle], files[middle:])
        ]
        stopped = {file_id: reason for _, reasons in parts for file_id, reason in reasons.items()}
        return parts[0][0] + parts[1][0], stopped


def _load_at_once(
    settings: Settings, connection: warehouse.Connection, run: Run, batch: load.Batch, relabels: bool
) -> LoadSummary:
    with warehouse.transaction(connection):
        _load(settings, connection, batch, relabels)
        if batch.files:
            decide = gates.posts_gate(connection)
            gates.row_gate(connection, run)  # meanwhile
            decide(run)
        return LoadSummary.of(connection, batch)


def replay(
    settings: Settings,
    run: Run,
    groups: Sequence[Sequence[Landed]],
    state: Callable[[warehouse.Connection, int, str], None],
    advance: Advance = unseen,
) -> None:
    """Loads groups of landed files one after the other, as if each had just come in.

    Files are prepared once for all groups, which changes nothing: prepared rows depend on the bytes alone; `advance` is
    told the bytes that were read. Once a group is loaded, `state` is called with its number and its counts in one line,
    in a transaction of its own that is undone: meanwhile the next group is read in, which nobody sees before `state` is
    through. Every load passes the SQL checks; the expectations are evaluated with the report of a week. A replay that
    was interrupted is made good by the same call with the groups that are not stated yet.
    """
    key = privacy.author_secret(settings)
    with (
        warehouse.opened(settings.home) as connection,
        warehouse.session(connection) as second,
        tempfile.TemporaryDirectory(dir=settings.home, prefix=".load-") as scratch,
        ThreadPoolExecutor(1) as beside,
    ):
        known = proof.loaded_files(connection)
        files = [item for group in groups for item in group if item.file_id not in known]
        seen = proof.settle(settings.home, known)
        contents = {item.file_id: item.content for item in seen.files}
        ready = batches.make_ready(settings, files, key, Path(scratch), advance)
        if ready.refusals:
            raise InputRefusedError(next(iter(ready.refusals.values())))
        with warehouse.transaction(connection):
            models.load_seeds(connection, settings.seeds)

        def follow(number: int, told: str) -> None:
            with warehouse.undone(second):
                state(second, number, told)

        stated = beside.submit(lambda: None)
        for number, group in enumerate(groups):
            batch = batches.batch(ready, frozenset(item.file_id for item in group))
            if batch.reviews:  # are of samples, which are drawn where weeks are stated
                stated.result()
            with warehouse.transaction(connection):
                _load(settings, connection, batch)
                if batch.files:
                    gates.row_gate(connection, run)
                stated.result()
                proof.note_loaded(settings.home, proof.loaded_files(connection), contents)
                told = LoadSummary.of(connection, batch).sentence()
            stated = beside.submit(follow, number, told)
        stated.result()
        file_states.write(settings.home, connection)


def _load(settings: Settings, connection: warehouse.Connection, batch: load.Batch, relabels: bool = True) -> None:
    """Loads a batch with the names in its texts hidden, and labels anew what has other labels unless they are kept.

    Inside the caller's transaction, with the seeds there.
    """
    key = privacy.author_secret(settings)
    erased = erasures.read(settings.home, key)
    batch = replace(batch, set_apart=erased.set_apart if erased else None)

    def hide(arriving: warehouse.Connection) -> None:
        names.hide_names(arriving, key, settings.seeds)

    load.load(connection, batch, settings.election.zone.key, hide)
    if relabels:
        relabel(connection, partial(labels.label, seeds=settings.seeds), labels.label_version(settings.seeds))
