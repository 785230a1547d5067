"""`ronda import`: files and folders land and load, and the command says what became of every record."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path

from flows.exits import Exit, InputRefusedError
from flows.loading.arrivals import land_paths
from flows.loading.pending import load_pending
from flows.periods import Week
from flows.settings import Settings
from flows.store import warehouse
from flows.store.runs import recorded


def run_import(
    settings: Settings,
    paths: Sequence[Path],
    landed_at: datetime,
    covers: tuple[date, date] | None,
    say: Callable[[str], None],
) -> Exit:
    """`ronda import`: lands and loads; raises InputRefusedError when nothing given could be used."""
    parameters = {"paths": str(len(paths)), "covers": "..".join(map(str, covers)) if covers else "not declared"}
    with warehouse.exclusive(settings.home), recorded(settings.home, "import", parameters) as run:
        imported = land_paths(settings, paths, landed_at, covers)
        for refusal in imported.refusals:
            say(f"refused: {refusal}")
        if not imported.landed:
            raise InputRefusedError("Nothing was imported; no file given could be read (see above).")
        summary = load_pending(settings, run, only=frozenset(item.file_id for item in imported.landed))
        run.note(message=summary.sentence())
        say(summary.sentence())
        if imported.known:
            say(f"  {imported.known} known already: loaded before by the same bytes, counted zero")
        for reason, records in summary.reasons:
            say(f"  {records:,} rejected: {reason}")
        for sentence in summary.held:
            say(f"held back: {sentence}")
        if summary.held and not summary.records:
            raise InputRefusedError("Nothing was loaded: the files do not have the shape of their format (see above).")
        if summary.records and not summary.posts + summary.duplicates + summary.days + summary.reviews:
            raise InputRefusedError(
                "No record could be used (reasons above and in core.rejects); import exports of posts."
            )
        if summary.last_day:
            week = Week.of(summary.last_day)
            say(f"  posts from {summary.first_day} to {summary.last_day}; next: ronda weekly --week {week}")
        return Exit.SOURCE if summary.held else Exit.DONE
