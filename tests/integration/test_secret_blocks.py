"""Secrets kept in Prefect's secret blocks: a setting names the block, and the secret is seen nowhere else."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import season
from flows.season.services.posts import watch_list
from flows.season.services.serve import Services, serving
from tests.extract.watching import written
from tests.integration.conftest import Ronda, environment

pytestmark = pytest.mark.slow

NOW = datetime(2024, 2, 12, 1, 0, tzinfo=UTC)
SECRETS = {
    "tiktok_client_key": "season-key",
    "tiktok_client_secret": "season-secret",
    "facebook_token": "season-token",
    "instagram_token": "season-token",
}
AT = (
    "from flows.sources import pacing; from datetime import datetime; "
    f"pacing.SystemClock.now = lambda self: datetime.fromisoformat('{NOW.isoformat()}'); "
    "pacing.SystemClock.sleep = lambda self, seconds: None"
)
CRASH = """
from flows import ledger
def settle(*_):
    raise RuntimeError("full disk")
ledger.settle = settle
"""
SAVE = """
import json, sys
from prefect.blocks.system import Secret
for name, value in json.loads(sys.stdin.read()).items():
    Secret(value=value).save(name, overwrite=True)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return season.write_season(tmp_path_factory.mktemp("served"), posts=1_000).folder


@pytest.fixture(scope="module")
def services(folder: Path) -> Iterator[Services]:
    with serving(folder, now=NOW) as running:
        yield running


@pytest.fixture
def home(services: Services, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose settings name blocks."""
    services.reset()
    home = tmp_path / "home"
    home.mkdir()
    watched = watch_list(folder)
    lists = [f"[watch.{name}]\naccounts = {json.dumps(list(each.accounts[:3]))}\n" for name, each in watched.items()]
    addresses = [f'tiktok_url = "{services["tiktok"]}"', f'graph_url = "{services["facebook"]}"']
    addresses += [f'instagram_url = "{services["instagram"]}"', 'instagram_user_id = "17841400000000001"']
    paces = ["graph_requests_per_second = 500", "tiktok_requests_per_second = 500"]
    (home / "ronda.toml").write_text("\n".join([*addresses, *paces, *lists]))
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
