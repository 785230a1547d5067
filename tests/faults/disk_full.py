"""A disk that is full at some moment: what is brought to it fails; then there is room again, and the work is done."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from flows.exits import NoSpaceError, as_told
from tests.faults import aftermath, work
from tests.faults.outcome import Outcome, Scale


@contextmanager
def full_after(writes: int) -> Iterator[list[int]]:
    """Every fsync after so many fails as on a full disk; gives the counter."""
    before = os.fsync
    counter = [0]

    def fsync(handle: Any) -> None:
        counter[0] += 1
        if counter[0] > writes:
            raise OSError(errno.ENOSPC, "No space left on device")
        before(handle)

    os.fsync = fsync
    try:
        yield counter
    finally:
        os.fsync = before


def run(folder: Path, scale: Scale) -> list[Outcome]:
    """One row: the disk is full at some moments of one home after the other."""
    exports, whole = work.write_exports(folder / "exports"), folder / "whole"
    with full_after(1 << 30) as counter:
        work.work(work.settings_of(whole), exports)
    moments = Random(scale.seed).sample(range(counter[0]), min(scale.moments, counter[0]))  # noqa: S311 - no secret
    lost, changed, left, told = 0, 0, 0, 0
    reasons: list[str] = []
    for moment in sorted(moments):
        home = folder / f"full{moment}"
        settings = work.settings_of(home)
        with full_after(moment):
            told += _is_told(lambda: work.work(settings, exports))  # noqa: B023 - called at once
        work.work(settings, exports)
        after = aftermath.compare(home, whole)
        lost, changed, left = lost + len(after.lost), changed + len(after.changed), left + len(after.left)
        reasons += [*after.lost, *after.changed, *after.left]
    became = f"{told} told in a sentence; with room again the same work: equal tables"
    changed += len(moments) - told
    return [Outcome("disk full", len(moments), lost, changed, left, "; ".join(reasons) or became)]


def _is_told(action: Callable[[], None]) -> bool:
    try:
        action()
    except Exception as error:  # noqa: BLE001 - what the command line makes of it is the question
        return isinstance(as_told(error), NoSpaceError)
    return False
