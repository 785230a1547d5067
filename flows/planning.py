"""`ronda backfill --dry-run`: what a backfill would do, found by doing it in a copy that is thrown away.

The copy has the warehouse and the ledger; it reads the landing where it lies. What the home holds is not touched, and
what the plan says is what the run would state, since the same code states it. Gates are asked by the run alone.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from flows import labels
from flows.exits import UsageError
from flows.loading.pending import load_pending
from flows.loading.summary import LoadSummary
from flows.periods import Week
from flows.progress import Advance, unseen
from flows.publishing import build, due, publications, releases
from flows.publishing.comparing import number_text, why
from flows.publishing.state import Cause, read_ledger, state_in_ledger
from flows.publishing.week import MILLISECONDS
from flows.settings import Settings
from flows.store import tables, warehouse
from flows.store.files import require_space
from flows.store.runs import begin, read_runs

_PREFIX = ".plan-"
_SHOWN = 3  # of the numbers that move most
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Asked:
    """A backfill as it is asked for."""

    weeks: Sequence[Week]
    reason: str
    platform: str | None
    relabels: bool


def plan(settings: Settings, asked: Asked, read: Advance = unseen, stated: Advance = unseen) -> list[str]:
    """What the backfill would do, in lines: what it loads, a line a week, other weeks, time and space.

    `read` is told the bytes that are loaded into the copy, `stated` the weeks that are stated there. Raises
    GateStoppedError where the load would be stopped, UsageError where nothing is known of any week, WarehouseBusyError.
    """
    if not (settings.home / "landing").is_dir():
        raise UsageError("There are no posts yet; bring some in with `ronda import PATH`, or try `ronda demo`.")
    with warehouse.exclusive(settings.home):
        for left in settings.home.glob(f"{_PREFIX}*"):  # of a plan that was killed
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(dir=settings.home, prefix=_PREFIX) as scratch:
            return list(_planned(settings, _copy(settings, Path(scratch)), asked, read, stated))


def _copy(settings: Settings, scratch: Path) -> Settings:
    """A home in a folder with all that a publication is stated from; the landing is read where it lies."""
    files = [path for path in sorted(settings.home.iterdir()) if path.is_file() and not _is_passing(path)]
    require_space(settings.home, sum(path.stat().st_size for path in files), "A plan, in a copy of the warehouse,")
    for path in files:
        shutil.copy(path, scratch / path.name)
    if (settings.home / "ledger").is_dir():
        shutil.copytree(settings.home / "ledger", scratch / "ledger")
    (scratch / "landing").symlink_to((settings.home / "landing").absolute())
    return settings.model_copy(update={"home": scratch})


def _is_passing(path: Path) -> bool:
    """Whether a file of a home is a lock, or a draft that somebody left."""
    return path.suffix == ".lock" or path.name.startswith(".")


def _planned(settings: Settings, copy: Settings, asked: Asked, read: Advance, stated: Advance) -> Iterator[str]:
    started = time.monotonic()
    ledger = copy.home / "ledger" / "publications"
    before = publications.publications(copy.home)
    run = begin(copy.home, "backfill", {})
    loaded = load_pending(copy, run, asked.platform, advance=read, relabels=asked.relabels)
    build.build_tables(copy)
    known, unknown = due.known_and_unknown(copy, asked.weeks)
    with warehouse.opened(copy.home) as connection:
        for number, week in enumerate(known):
            stated(number, len(known))
            state_in_ledger(copy, connection, week, None, Cause(run.run_id, asked.reason))
        read_ledger(copy, connection)
        stale = tables.other_labels(connection, labels.label_version(settings.seeds))
        said = tables.conditions(connection)
        last = {week: said[week][number - 1]["sequence"] for week, number in before.items()}
        own = {str(week): last.get(str(week), 0) for week in known}
        moved = tables.corrections_since(connection, dict.fromkeys(said, max(last.values(), default=0)) | own)
    yield from _load_lines(loaded, stale)
    for week in known:
        rows = moved.filter(pl.col("week") == str(week))
        yield f"{week}: {_week(str(week), before, rows, said[str(week)])}"
    for week in unknown:
        yield f"{week}: skipped; {due.NOTHING_KNOWN}"
    yield _elsewhere(moved, {str(week) for week in asked.weeks})
    new = [f"{week}-{len(said[week])}" for week in map(str, known) if len(said[week]) > before.get(week, 0)]
    written = sum((ledger / f"{name}.parquet").stat().st_size for name in new)
    yield _costs(settings, time.monotonic() - started, len(known), written)
    yield "Nothing was written; without --dry-run this is done."


def _load_lines(loaded: LoadSummary, stale: int) -> Iterator[str]:
    if loaded.files:
        yield f"Loads first: {loaded.sentence()}"
    yield from (f"Waits: {sentence}" for sentence in loaded.held)
    if stale:
        yield f"{stale:,} posts keep labels of another version than the present one; --relabel labels them anew."


def _week(week: str, before: Mapping[str, int], moved: pl.DataFrame, said: Sequence[Mapping[str, Any]]) -> str:
    """What would become of a week, and why; `said` are its publications with the one to come, `moved` its values."""
    old = before.get(week, 0)
    if len(said) == old:
        return f"stays publication {old}; its numbers and what they rest on are unchanged"
    if not old:
        return "publication 1; it was not published so far"
    most = f"; most: {_largest(moved)}" if len(moved) else ""
    return f"publication {len(said)}; {why(moved, *said[-2:])}{most}"


def _largest(rows: pl.DataFrame) -> str:
    return ", ".join(
        " ".join(filter(None, (row["platform"], row["key"], row["metric"])))
        + f" {number_text(row['previous'])} -> {number_text(row['now_known'])}"
        for row in rows.head(_SHOWN).iter_rows(named=True)
    )


def _elsewhere(moved: pl.DataFrame, asked: set[str]) -> str:
    """The weeks outside the range whose numbers would be restated beside those of the range."""
    counts = moved.filter(~pl.col("week").is_in(list(asked))).group_by("week").len().sort("week").rows()
    if not counts:
        return "No other week would be restated."
    return "Also restated: " + ", ".join(f"{week} ({count:,} values)" for week, count in counts)


def _costs(settings: Settings, seconds: float, weeks: int, written: int) -> str:
    """Time and space: of what the plan did itself, and of publishing as the last run measured it."""
    timed = [record["counts"][MILLISECONDS] for record in read_runs(settings.home) if MILLISECONDS in record["counts"]]
    each = timed[-1] / 1000 if timed else None
    took = (
        f"{seconds + each * weeks:,.0f} s" if each else f"{seconds:,.0f} s, and publishing, which was not timed so far,"
    )
    release = releases.published_folder(settings.home)
    files = [path for path in release.rglob("*") if path.is_file() and not path.is_symlink()] if release else []
    database = sum(path.stat().st_size for path in files if path.suffix == ".duckdb")
    reports = sum(path.stat().st_size for path in files) - database
    pages = reports / max(1, len(releases.reported_weeks(settings.home)))
    space = (written + releases.KEPT_RELEASES * database + weeks * pages) / _MB
    free = shutil.disk_usage(settings.home).free / _MB
    short = "" if space < free else "; make room first"
    return f"Takes about {took} and at most {space:,.0f} MB; {free:,.0f} MB are free{short}."
