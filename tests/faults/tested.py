"""Families that are tests: what each of them tries, and whether all of it passed."""

import re
import subprocess
import sys
from functools import partial
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.faults.outcome import Outcome, Scale

# What the row is called -> the tests behind it.
FAMILIES: dict[str, tuple[str, ...]] = {
    "bombs": ("tests/faults/test_bombs.py",),
    "kill at every step": ("tests/integration/test_interruption.py", "tests/extract/test_killed.py"),
    "hostile texts": ("tests/unit/test_hostile_text.py", "tests/unit/test_mutated_inputs.py"),
    "control plane": ("tests/integration/test_control_plane.py", "tests/unit/test_hosts.py"),
    "removals": ("tests/extract/test_erasing.py",),
    "forgetting and keeping": (
        "tests/integration/test_forgotten.py",
        "tests/integration/test_forgotten_kept.py",
        "tests/integration/test_backup.py",
    ),
    "server lost": ("tests/integration/test_server_lost.py",),
}


def run(fault: str, folder: Path, scale: Scale) -> list[Outcome]:
    """The row of a family of tests; a test that failed counts as a silent change."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-m", "slow or not slow", *FAMILIES[fault]]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error|skipped)", done.stdout)}
    wrong = counts.get("failed", 0) + counts.get("error", 0)
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    tried = counts.get("passed", 0) + wrong
    became = "; ".join(failed) or f"{tried} tests passed, {counts.get('skipped', 0)} skipped"
    return [Outcome(fault, tried, 0, wrong if tried else 1, 0, became)]


def families() -> dict[str, partial[list[Outcome]]]:
    """The families by their names."""
    return {name: partial(run, name) for name in FAMILIES}
