"""The watched folder: what is put into RONDA_HOME/inbox is imported and moved to inbox/done or inbox/refused.

A file is taken when it is still: unchanged for a while, with no name of an unfinished download or copy. A refused file
gets its reason beside it, as `<name>.reason.txt`.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flows.loading.arrivals import land_paths
from flows.loading.landing import unreadable_sentence
from flows.settings import Settings
from flows.sources.pacing import Clock
from flows.store.files import all_paths, make_folder, settle, write_whole

STILL_SECONDS = 5.0
_UNFINISHED = frozenset({".part", ".crdownload", ".tmp", ".partial", ".download", ".filepart"})


@dataclass(frozen=True, slots=True)
class Emptied:
    """What became of the inbox: names landed, refusals as sentences, names left because they still change."""

    landed: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()


def _files(folder: Path, unreadable: list[OSError]) -> list[Path]:
    """Files to be taken, in the order of their names; what begins with a dot is not finished.

    Folders that may not be read are added to `unreadable`.
    """
    return [
        path
        for path in sorted(all_paths(folder, unreadable))
        if path.is_file()
        and path.relative_to(folder).parts[0] not in ("done", "refused")
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _state(path: Path) -> tuple[int, int] | None:
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    return facts.st_size, facts.st_mtime_ns


def _still(paths: list[Path], clock: Clock, wait: Callable[[float], None]) -> list[Path]:
    """The files nobody has written to for a while: long ago by their time, or unchanged while we watched."""
    before = {path: _state(path) for path in paths}
    now = clock.now().timestamp()
    young = [path for path in paths if (facts := before[path]) and now - facts[1] / 1e9 < STILL_SECONDS]
    if young:
        wait(STILL_SECONDS)
    return [path for path in paths if before[path] is not None and _state(path) == before[path]]


def _move(path: Path, folder: Path) -> Path:
    """Moves a file; one of the same name there is never overwritten."""
    make_folder(folder)
    target = folder / path.name
    number = 2
    while target.exists():
        target = folder / f"{path.stem}-{number}{path.suffix}"
        number += 1
    settle(path, target)
    if target.stat().st_uid == os.getuid():  # else it is closed by its folder alone
        target.chmod(0o600)
    return target


def empty(settings: Settings, clock: Clock, wait: Callable[[float], None]) -> Emptied:
    """Lands every file of the inbox that is still, and clears it away. Nothing is loaded yet.

    A file is moved after it has landed; killed in between, it lands again and is known by its bytes.
    """
    folder = settings.home / "inbox"
    make_folder(folder)
    unreadable: list[OSError] = []
    paths = _files(folder, unreadable)
    named = [path for path in paths if path.suffix.lower() not in _UNFINISHED]
    still = _still(named, clock, wait)
    landed, refusals = [], [unreadable_sentence(error) for error in unreadable]
    moment: datetime = clock.now()
    for path in still:
        arrived = land_paths(settings, [path], moment)
        if arrived.landed:
            _move(path, folder / "done")
            landed.append(path.name)
            continue
        reason = arrived.refusals[0] if arrived.refusals else f"{path} holds nothing to import."
        target = _move(path, folder / "refused")
        write_whole(target.with_name(f"{target.name}.reason.txt"), f"{reason}\n".encode())
        refusals.append(reason)
    waiting = tuple(path.name for path in paths if path not in still)
    return Emptied(tuple(landed), tuple(refusals), waiting)
