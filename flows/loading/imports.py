"""`ronda import`: files and folders land and load, and the command says what became of every file and record."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from flows.exits import Exit, InputRefusedError
from flows.loading import declared, landing, load
from flows.loading.arrivals import Arrived, land_paths
from flows.loading.landing import Landed
from flows.loading.pending import load_pending
from flows.loading.summary import LoadSummary, with_remedy
from flows.periods import Week
from flows.progress import Advance, unseen
from flows.settings import Settings
from flows.sources import collection
from flows.store import warehouse
from flows.store.runs import Run, recorded

Say = Callable[[str], None]


def run_import(  # noqa: PLR0913 - what was asked for, and who is told
    settings: Settings,
    paths: Sequence[Path],
    landed_at: datetime,
    covers: tuple[date, date] | None,
    say: Say,
    *,
    landed: Advance = unseen,
    read: Advance = unseen,
    publishes: bool = False,
) -> Exit:
    """`ronda import`: lands and loads; raises InputRefusedError when nothing given could be used.

    DONE says that every given file was taken whole; REFUSED that some were not, and that the others are loaded.
    `landed` is told the bytes that landed, then `read` the bytes that were read. Who `publishes` a week afterwards is
    not told to do it.
    """
    covers = declared.checked_span(covers) if covers else None
    parameters = {"paths": str(len(paths)), "covers": "..".join(map(str, covers)) if covers else "not declared"}
    with warehouse.exclusive(settings.home), recorded(settings.home, "import", parameters) as run:
        arrived = land_paths(settings, paths, landed_at, landed)
        for refusal in arrived.refusals:
            say(f"refused: {refusal}")
        if not arrived.landed:
            raise InputRefusedError("Nothing was imported; no file given could be read (see above).")
        known = _loaded(settings, arrived.landed)
        files = frozenset(item.file_id for item in arrived.landed)
        summary = load_pending(settings, run, only=files, advance=read)
        days, doubts = _declare(settings, run, arrived, covers, landed_at) if covers else (0, [])
        told = replace(summary, days=summary.days + days)
        run.note(message=told.sentence(), held=[*summary.held, *summary.flaws], notes=list(summary.notes))
        for line in _lines(told, arrived, known, doubts, publishes=publishes):
            say(line)
        return _exit(summary, arrived, known)


def _loaded(settings: Settings, files: Sequence[Landed]) -> int:
    """How many of the files were loaded before."""
    with warehouse.opened(settings.home) as connection:
        return len({item.file_id for item in files} & load.loaded_ids(connection))


def _declare(
    settings: Settings, run: Run, arrived: Arrived, covers: tuple[date, date], landed_at: datetime
) -> tuple[int, list[str]]:
    """Loads what the import declares to cover, as far as it happened: source-days, and a sentence a doubt."""
    posts = [item for item in arrived.landed if item.kind == "posts"]
    with warehouse.opened(settings.home) as connection:
        known = declared.loaded(connection, posts)
    told = sorted(declared.outcomes(posts, known, is_refused=bool(arrived.refusals)).items())
    untold = declared.untold(posts, known)
    if not told:
        why = "" if untold else ": no file of posts was loaded"
        return 0, [f"nothing is declared as collected from {covers[0]} to {covers[1]}{why}", *untold]
    logs: list[Landed] = []
    with tempfile.TemporaryDirectory() as scratch:
        for source, reason in told:
            path = Path(scratch) / declared.log_name(source, covers)
            path.write_bytes(declared.log_of(source, covers, reason))
            log, _ = landing.land(
                settings.home,
                path,
                collection.FORMAT,
                source.platform,
                landed_at=landed_at,
                position=len(arrived.landed) + len(logs),
            )
            logs.append(log)
    days = load_pending(settings, run, only=frozenset(log.file_id for log in logs)).days
    return days, untold + [
        f"not declared as collected: {source.platform}/{source.source}, {covers[0]} to {covers[1]} ({reason})"
        for source, reason in told
        if reason
    ]


def _lines(
    summary: LoadSummary, arrived: Arrived, known: int, doubts: Sequence[str], *, publishes: bool
) -> Iterator[str]:
    """What is said of an import."""
    yield summary.sentence()
    if known:
        yield f"  {known} known already: loaded before by the same bytes, counted zero"
    for name in arrived.repaired:
        yield f"  {name}: what landed of it was damaged or gone, and is what it was again"
    if arrived.junk:
        yield f"  {arrived.junk} files of operating systems and office programs left out"
    for reason, records in summary.reasons:
        yield f"  {records:,} rejected: {with_remedy(reason)}"
    for note in summary.notes:
        yield f"  {note}"
    for sentence in summary.held:
        yield f"set aside: {sentence}"
    yield from (f"landing: {flaw}" for flaw in summary.flaws)
    yield from doubts
    if summary.last_day:
        following = "" if publishes else f"; next: ronda weekly --week {Week.of(summary.last_day)}"
        yield f"  posts from {summary.first_day} to {summary.last_day}{following}"


def _exit(summary: LoadSummary, arrived: Arrived, known: int) -> Exit:
    """Whether everything given was taken. Raises InputRefusedError when nothing was."""
    if summary.held and not summary.files and not known:
        raise InputRefusedError("Nothing was loaded; correct the files set aside above and import them again.")
    usable = summary.posts + summary.duplicates + summary.days + summary.reviews
    if summary.records and not usable:
        raise InputRefusedError("No record could be used (reasons above and in core.rejects); import exports of posts.")
    return Exit.REFUSED if summary.held or arrived.refusals else Exit.DONE
