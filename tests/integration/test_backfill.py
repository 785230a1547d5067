"""A backfill that is killed goes on where it stood; a week that a gate stops stays, and the others are published."""

import json
import shutil
from pathlib import Path

import pytest

from tests.integration.conftest import Ronda, copy_home

pytestmark = pytest.mark.slow

RANGE = ("backfill", "2024-W05", "2024-W07", "--reason", "the first time")
KILLED = """
import os, signal
from flows.publishing import week as weeks
publish = weeks.publish_week
def killed(settings, run, week, *others):
    if str(week) == "2024-W06":
        os.kill(os.getpid(), signal.SIGKILL)
    return publish(settings, run, week, *others)
weeks.publish_week = killed
"""
STOPPED = """
from flows.exits import GateStoppedError
from flows.publishing import check
look = check.check_week
def stopped(settings, run, week):
    if str(week) == "2024-W06":
        raise GateStoppedError("nothing adds up.")
    return look(settings, run, week)
check.check_week = stopped
"""


def test_killed_it_goes_on_and_a_stopped_week_holds_up_no_other(
    landed_season: Path, tmp_path: Path, ronda: Ronda
) -> None:
    home = copy_home(landed_season, tmp_path / "home")
    assert ronda(home, *RANGE, before=KILLED).returncode == -9
    other = shutil.copytree(home, tmp_path / "other", symlinks=True)

    again = ronda(home, *RANGE)
    assert again.returncode == 0, again.stderr
    assert again.stdout.splitlines()[:3] == [
        "2024-W05: publication 1, made before the interruption",
        "2024-W06: publication 1; published for the first time",
        "2024-W07: publication 1; published for the first time",
    ]

    stopped = ronda(other, *RANGE, before=STOPPED)
    assert stopped.returncode == 4
    assert stopped.stderr.splitlines()[-1] == "ronda: 2024-W06: nothing adds up."
    assert stopped.stdout.splitlines()[:3] == [
        "2024-W05: publication 1, made before the interruption",
        "2024-W06: stays unpublished; nothing adds up.",
        "2024-W07: publication 1; published for the first time",
    ]
    last = json.loads(sorted((other / "runs").glob("*.json"))[-1].read_bytes())
    assert (last["outcome"], last["message"]) == ("stopped", "2024-W06: nothing adds up.")
    assert last["published"] == {"2024-W05": 1, "2024-W07": 1}
