"""Secrets kept in Prefect's secret blocks: a setting names the block, and the secret is seen nowhere else."""

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from flows.simulation.services.serve import Services
from tests.extract.watching import SECRETS, written
from tests.integration.conftest import AT, Ronda, environment, write_watch

pytestmark = pytest.mark.slow

CRASH = """
from flows.collecting import collected_days
def settle(*_):
    raise RuntimeError("full disk")
collected_days.settle = settle
"""
SAVE = """
import json, sys
from prefect.blocks.system import Secret
for name, value in json.loads(sys.stdin.read()).items():
    Secret(value=value).save(name, overwrite=True)
"""


@pytest.fixture
def home(services: Services, season_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose settings name blocks."""
    home = tmp_path / "home"
    write_watch(home, services, season_folder, 3)
    for name in SECRETS:
        monkeypatch.setenv(f"RONDA_{name.upper()}", f"block:ronda-{name.replace('_', '-')}")
    return home


def save_blocks(server: str, home: Path, secrets: dict[str, str]) -> None:
    named = {f"ronda-{name.replace('_', '-')}": value for name, value in secrets.items()}
    done = subprocess.run(
        [sys.executable, "-c", SAVE],
        input=json.dumps(named),
        env=environment(home, PREFECT_API_URL=server, PREFECT_HOME=str(home.parent / "client")),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def told_by(server: str) -> str:
    """Everything the server shows of runs: logs, artifacts, flow runs and task runs with their parameters."""
    found = []
    for what in ("logs", "artifacts", "flow_runs", "task_runs"):
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{server}/{what}/filter", data=b"{}", headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
            found.append(answer.read().decode())
    return "\n".join(found)


def test_a_block_is_used_and_its_secret_seen_nowhere(server: str, home: Path, services: Services, ronda: Ronda) -> None:
    missing = ronda(home, "extract", before=AT)
    assert missing.returncode == 2, missing.stderr
    assert 'There is no Prefect secret block "ronda-' in missing.stderr
    save_blocks(server, home, SECRETS)
    services.faults("facebook", rate_limit={"every": 5, "times": 2}, truncated={"every": 7})
    services.faults("tiktok", expired_token={"at": [3]})
    done = ronda(home, "--debug", "extract", before=AT)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "tiktok_research: " in done.stdout
    services.faults("instagram", changed_shape={"field": "timestamp"})
    crashed = ronda(home, "--debug", "extract", before=f"{AT}\n{CRASH}")
    assert "full disk" in crashed.stderr
    assert "Traceback" in crashed.stderr
    shown = {
        "terminal": "".join(each.stdout + each.stderr for each in (missing, done, crashed)),
        "server": told_by(server),
        **{name: content.decode(errors="replace") for name, content in written(home).items()},
    }
    assert len(shown["server"]) > 1000
    found = [(name, secret) for name, text in shown.items() for secret in SECRETS.values() if secret in text]
    assert found == []
