"""A run whose Prefect server is killed says what became of the work, not that something internal went wrong."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.publishing.releases import reported_weeks
from flows.store.runs import read_runs
from tests.integration.conftest import copy_home, environment

pytestmark = pytest.mark.slow

MOST_SECONDS = 15  # from the end of the work until it is said; as Prefect comes it is minutes


def server_of(pid: int) -> int | None:
    """The Prefect server that a process started."""
    found = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid=,args="], capture_output=True, text=True, check=False)
    return next((int(line.split()[0]) for line in found.stdout.splitlines() if "flows.prefect_server" in line), None)


def test_a_published_week_stays_published_and_that_is_said(landed_season: Path, tmp_path: Path) -> None:
    home = copy_home(landed_season, tmp_path / "home")
    with subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "weekly", "--week", "2024-W05"],
        env=environment(home, RONDA_WORKERS="3"),  # with which a run by hand goes through Prefect
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as run:
        while run.poll() is None and not read_runs(home):
            time.sleep(0.05)
        server = server_of(run.pid)
        assert server is not None
        os.kill(server, signal.SIGKILL)
        while run.poll() is None and read_runs(home)[-1]["outcome"] == "running":
            time.sleep(0.2)
        done = time.monotonic()
        _, said = run.communicate(timeout=200)
        waited = time.monotonic() - done
    assert run.returncode == 0, said
    assert "The Prefect server ended during the run. The run is done" in said
    assert "internal error" not in said
    assert waited < MOST_SECONDS
    assert reported_weeks(home) == ["2024-W05"]
    assert [each["outcome"] for each in read_runs(home)] == ["done"]
