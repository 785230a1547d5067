"""`ronda serve` for real: the server answers, Mondays are scheduled, a deployment runs, the site shows its report."""

import base64
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from zoneinfo import ZoneInfo

import pytest

from flows.store.runs import read_runs
from tests.conftest import free_port
from tests.integration.conftest import copy_home, environment

pytestmark = pytest.mark.slow
DEPLOYMENTS = {"extract", "refresh", "weekly", "daily", "expire", "backfill"}


def client_of(home: Path, api: str) -> Callable[..., Any]:
    """Asks the server of a home with its login, as the pages of the server do."""
    headers: dict[str, str] = {}

    def ask(path: str, body: dict[str, Any] | None = None) -> Any:
        if "Authorization" not in headers:
            login = base64.b64encode((home / "server.key").read_bytes().strip()).decode()
            headers.update({"Content-Type": "application/json", "Authorization": f"Basic {login}"})
        if body is not None:  # a token for every change: one of the first seconds may not be kept
            token = ask("/csrf-token?client=test")["token"]
            headers.update({"Prefect-Csrf-Client": "test", "Prefect-Csrf-Token": token})
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{api}{path}", data=data, headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
            return json.load(answer)

    return ask


def wait_for(condition: Callable[[], Any], seconds: int) -> Any:
    end = time.monotonic() + seconds
    refusal: object = None
    while time.monotonic() < end:
        try:
            if found := condition():
                return found
        except HTTPError as error:
            refusal = error.read()
        except OSError as error:
            refusal = error
        time.sleep(0.5)
    raise AssertionError(f"nothing happened within {seconds} s; the last answer: {refusal!r}")


def test_serve_schedules_runs_and_shows(landed_season: Path, tmp_path: Path) -> None:
    home = copy_home(landed_season, tmp_path / "home")
    server, site = free_port(), free_port()
    variables = environment(
        home, RONDA_SERVER_PORT=str(server), RONDA_SITE_PORT=str(site), RONDA_DESK_PORT=str(free_port())
    )
    log = (tmp_path / "serve.log").open("wb")
    process = subprocess.Popen([sys.executable, "-m", "flows.cli", "serve"], env=variables, stdout=log, stderr=log)
    api = f"http://127.0.0.1:{server}/api"
    ask = client_of(home, api)
    try:
        deployments = wait_for(
            lambda: {item["name"]: item for item in ask("/deployments/filter", {}) if not item["paused"]}, 120
        )
        wait_for(lambda: len(ask("/deployments/filter", {})) == len(DEPLOYMENTS), 30)
        weekly = {item["name"]: item for item in ask("/deployments/filter", {})}["weekly"]
        assert deployments.keys() <= DEPLOYMENTS

        planned = {"deployments": {"name": {"any_": ["weekly"]}}, "sort": "EXPECTED_START_TIME_ASC"}
        runs = wait_for(lambda: ask("/flow_runs/filter", planned), 60)
        zone = ZoneInfo("Asia/Jakarta")
        starts = [datetime.fromisoformat(run["expected_start_time"]).astimezone(zone) for run in runs]
        assert {(start.isoweekday(), start.hour, start.minute) for start in starts} == {(1, 6, 0)}

        # A busy server answers 503 while its database is locked; any client asks again.
        asked = {"parameters": {"week": "2024-W05"}}
        made = wait_for(lambda: ask(f"/deployments/{weekly['id']}/create_flow_run", asked), 60)
        state = wait_for(
            lambda: (
                (run := ask(f"/flow_runs/{made['id']}"))["state_type"] in {"COMPLETED", "FAILED", "CRASHED"}
                and run["state_type"]
            ),
            120,
        )
        assert state == "COMPLETED", (tmp_path / "serve.log").read_text()
        with urllib.request.urlopen(f"http://127.0.0.1:{site}/2024-W05/weekly.html", timeout=10) as page:
            assert b"2024-W05" in page.read()
        artifacts = ask("/artifacts/filter", {"artifacts": {"key": {"any_": ["week-2024-w05"]}}})
        assert "weekly.html" in artifacts[0]["data"]
        tasks = ask("/task_runs/filter", {"task_runs": {}})
        names = {task["name"].rsplit("-", 1)[0] for task in tasks}
        assert names >= {"Load what landed", "Build the tables", "Check the week", "Publish the week"}
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)
        log.close()
    text = (tmp_path / "serve.log").read_text()
    assert "offline:" not in text
    assert "Traceback" not in text, text
    assert f"Log in with the line in {home / 'server.key'}" in text
    assert (home / "server.key").read_text().strip() not in text


def descendants(pid: int) -> list[int]:
    """The processes below a process, as the system lists them."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = dict(map(int, line.split()) for line in listed.splitlines())
    below = {pid}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return sorted(below - {pid})


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_nothing_stays_behind_when_serve_is_killed(landed_season: Path, tmp_path: Path) -> None:
    home = copy_home(landed_season, tmp_path / "home")
    server = free_port()
    variables = environment(
        home, RONDA_SERVER_PORT=str(server), RONDA_SITE_PORT=str(free_port()), RONDA_DESK_PORT=str(free_port())
    )
    with (tmp_path / "serve.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "flows.cli", "serve"], env=variables, stdout=log, stderr=log)
    ask = client_of(home, f"http://127.0.0.1:{server}/api")
    try:
        found = wait_for(
            lambda: {item["name"]: item["id"] for item in ask("/deployments/filter", {})}.get("weekly"), 120
        )
        wait_for(lambda: ask(f"/deployments/{found}/create_flow_run", {"parameters": {"week": "2024-W05"}}), 60)
        wait_for(lambda: any(run["outcome"] == "running" for run in read_runs(home)), 120)
        started = descendants(process.pid)
        assert len(started) >= 2  # the server and the run
    finally:
        process.kill()
        process.wait()
    wait_for(lambda: not any(map(is_alive, started)), 20)
