"""SIGKILL at random moments of the work, again and again in one home until the work is done; then in a new one.

What a killed work left is gone on with by the next one; each home that is done is compared with one that nobody killed.
"""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

from tests.faults import aftermath, work
from tests.faults.outcome import Outcome, Scale


def run(folder: Path, scale: Scale) -> list[Outcome]:
    """One row: every kill, and what the home is like afterwards."""
    exports, whole, broken = work.write_exports(folder / "exports"), folder / "whole", folder / "broken"
    seconds = _work(whole, exports)
    dice = Random(scale.seed)  # noqa: S311 - no secret
    lost, changed, left, homes, tried = [], [], [], 0, 0
    while tried < scale.kills:
        killed = _kill(broken, exports, dice.uniform(0, seconds))
        tried += killed
        if killed and tried < scale.kills:
            continue
        if killed:
            _work(broken, exports)
        after = aftermath.compare(broken, whole)
        lost, changed, left = [*lost, *after.lost], [*changed, *after.changed], [*left, *after.left]
        shutil.rmtree(broken)
        homes += 1
    became = "; ".join((*lost, *changed, *left)) or f"the work done after them in {homes} homes: equal tables in each"
    return [Outcome("kill at a random moment", tried, len(lost), len(changed), len(left), became)]


def _start(home: Path, exports: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.faults.work", str(home), str(exports)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"
    return process


def _work(home: Path, exports: Path) -> float:
    """Does the work to its end; gives its seconds."""
    with _start(home, exports) as process:
        began = time.monotonic()
        _, errors = process.communicate()
        if process.returncode:
            raise RuntimeError(f"The work after the kills ended with {process.returncode}: {errors}")
    return time.monotonic() - began


def _kill(home: Path, exports: Path, after: float) -> bool:
    """Kills the work after some seconds; whether it was still going on."""
    with _start(home, exports) as process:
        try:
            process.communicate(timeout=after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            return True
    return False
