"""What killed runs left behind: drafts that nobody finishes any more, and those that can be finished."""

import re
import shutil
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import zstandard

from flows.loading import landing, proof
from flows.loading.landing import Landed
from flows.store.files import all_paths, settle
from flows.store.runs import is_alive

_WALKED = ("landing", "ledger", "runs", "review", "extract", "inbox")  # folders of the home in which files are written
_OF_A_PROCESS = re.compile(r"^\..*\.(\d+)\.draft$|^\.published\.(\d+)$|^\.draft-(\d+)$")
# Made by whoever holds the home, which is the caller now.
_OF_A_HOLDER = re.compile(r"^\.load-|^\.plan-|^\.warehouse\.draft\.duckdb")


def left_behind(home: Path) -> list[Path]:
    """Drafts whose process has ended. The caller holds the home."""
    return [path for path in _candidates(home) if _is_left(path.name)]


def _candidates(home: Path) -> Iterator[Path]:
    for folder in (home, home / "releases"):
        yield from sorted(folder.iterdir()) if folder.is_dir() else ()
    for name in _WALKED:
        yield from all_paths(home / name)


def _is_left(name: str) -> bool:
    if _OF_A_HOLDER.match(name):
        return True
    match = _OF_A_PROCESS.match(name)
    return match is not None and not is_alive(int(next(group for group in match.groups() if group)))


def remove(path: Path) -> None:
    """Deletes a draft, file, link or folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def finished_draft(home: Path, item: Landed, stated: Sequence[str]) -> Path | None:
    """The draft that a killed rewriting of a landed file was about to put in its place; None where it is not whole."""
    target = landing.stored_path(home, item)
    for path in sorted(target.parent.glob(f".{target.name}.*.draft")):
        try:
            if proof.content_of(path, item) == stated[-1]:
                return path
        except (OSError, zstandard.ZstdError):
            continue
    return None


def finish(home: Path, item: Landed, draft: Path, moment: datetime) -> None:
    """Finishes the rewriting of a landed file with its draft; the chain states the new content already.

    `moment` is when it was begun. How many records were erased only the run knew that was killed.
    """
    digest = proof.content_of(draft, item)
    if item.content != digest:
        landing.note_rewritten(home, item, digest, 0, moment)
    settle(draft, landing.stored_path(home, item))
