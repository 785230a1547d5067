"""SIGKILL at any step of `ronda weekly`, then the same command again: the same published tables and pages."""

from pathlib import Path

import pytest

from tests.integration.conftest import Ronda, copy_home, published_bytes

WEEK = ("weekly", "--week", "2024-W05")

KILL = """
import functools, os, signal, pathlib
import {module}
def killing(function):
    @functools.wraps(function)
    def call(*arguments, **named):
        if {before} and {condition}:
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments, **named)
        if not {before} and {condition}:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return call
{owner}.{name} = killing({owner}.{name})
"""

# (module, owner, function, kill before it runs rather than after, condition on its arguments)
STEPS = [
    ("flows.loading.load", "flows.loading.load", "load", False, "True"),  # all facts written, not committed
    (
        "flows.publishing.build",
        "flows.store.models",
        "load_seeds",
        True,
        "'tables' not in arguments",
    ),  # before the load
    ("flows.store.models", "flows.store.models", "build", False, "True"),  # tables built, not committed
    (
        "flows.publishing.publications",
        "flows.publishing.publications",
        "record_publication",
        False,
        "True",
    ),  # ledger written
    ("reports", "reports", "render_week", False, "True"),  # reports rendered into a draft
    (
        "flows.publishing.releases",
        "flows.publishing.releases",
        "write_public_database",
        False,
        "True",
    ),  # draft complete
    ("pathlib", "pathlib.Path", "symlink_to", True, "'.published' in str(arguments[0])"),  # release named, link old
    ("os", "os", "replace", False, "str(arguments[1]).endswith('published')"),  # link swapped
]


@pytest.mark.slow
def test_killed_at_every_step_it_ends_like_an_uninterrupted_run(
    landed_season: Path, tmp_path: Path, ronda: Ronda
) -> None:
    whole = copy_home(landed_season, tmp_path / "whole")
    finished = ronda(whole, *WEEK)
    assert finished.returncode == 0, finished.stderr

    broken = copy_home(landed_season, tmp_path / "broken")
    for module, owner, name, before, condition in STEPS:
        patch = KILL.format(module=module, owner=owner, name=name, before=before, condition=condition)
        killed = ronda(broken, *WEEK, before=patch)
        assert killed.returncode == -9, f"{owner}.{name}: {killed.returncode} {killed.stdout} {killed.stderr}"
    status = ronda(broken, "status")
    assert status.stdout.count("interrupted") >= 5
    again = ronda(broken, *WEEK)
    assert again.returncode == 0, again.stderr

    assert ronda(broken, "verify").stdout == ronda(whole, "verify").stdout
    assert published_bytes(broken) == published_bytes(whole)
    assert len(list((broken / "ledger" / "publications").iterdir())) == 1
