"""`ronda deploy` for real: a Prefect server on PostgreSQL that was there before, and a worker of its pool."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.conftest import REPOSITORY, free_port
from tests.integration.conftest import Ronda, copy_home, environment, start_server
from tests.integration.test_serve import DEPLOYMENTS, wait_for

pytestmark = pytest.mark.slow
POOL = "kantor"
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


def _postgresql(name: str) -> str:
    """A program of PostgreSQL, on the path or where Debian has it."""
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    program = shutil.which(name) or (str(places[-1]) if places else None)
    if program is None:
        pytest.skip(f"PostgreSQL is not on this machine ({name} is absent; its Debian package is postgresql)")
    return program


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A PostgreSQL of its own on a port of this machine; the address as Prefect takes it."""
    initialise, serve = _postgresql("initdb"), _postgresql("postgres")
    folder, port = Path(tempfile.mkdtemp(prefix="ronda-postgresql-")), free_port()
    account = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    if account:
        shutil.chown(folder, account)
    try:
        made = [initialise, "--pgdata", str(folder / "data"), "--username", "ronda", "--auth", "trust", "--no-sync"]
        subprocess.run(made, user=account, cwd=folder, capture_output=True, check=True)
        words = ["-D", folder / "data", "-p", str(port), "-h", "127.0.0.1", "-c", "unix_socket_directories="]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([serve, *words], user=account, cwd=folder, stdout=log, stderr=log)
        try:
            asked = [_postgresql("pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-q"]
            wait_for(lambda: subprocess.run(asked, check=False).returncode == 0, 30)
            yield f"postgresql+asyncpg://ronda@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGINT)  # ends its sessions
            process.wait(timeout=60)
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[str]:
    """The API address of a Prefect server with its tables in PostgreSQL; the command line of `ronda` uses it."""
    folder = tmp_path_factory.mktemp("existing")
    pid, address = start_server(folder, PREFECT_SERVER_DATABASE_CONNECTION_URL=database)
    yield address
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)


@pytest.fixture(scope="module")
def ronda(server: str) -> Ronda:
    """Runs the command line against that server."""

    def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "flows.cli", *words]
        variables = environment(home, PREFECT_API_URL=server)
        return subprocess.run(command, env=variables, capture_output=True, text=True, check=False, timeout=300)

    return run


@pytest.fixture
def worker(server: str, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of the pool, as an office starts it: it knows the server, and nothing of the home."""
    variables = environment(home, PREFECT_API_URL=server, PREFECT_HOME=str(home.parent / "prefect"))
    variables["PYTHONPATH"] += f"{os.pathsep}{REPOSITORY}"  # the ronda beside it, wherever it works
    del variables["RONDA_HOME"]
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", POOL, "--limit", "2"]
    with (home.parent / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    yield process
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)


@pytest.fixture(scope="module")
def home(server: str, landed_season: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a season has landed, and on the server a pool for it."""
    # Asked by its command line, the server would look for types of pools on the internet first.
    httpx.post(f"{server}/work_pools/", json={"name": POOL, "type": "process"}).raise_for_status()
    return copy_home(landed_season, tmp_path_factory.mktemp("office") / "home")


def started(server: str, deployment: str, **parameters: str) -> str:
    """The address of a run of a deployment that was asked for now."""
    flow = deployment.partition("-")[0]
    known = httpx.get(f"{server}/deployments/name/{flow}/{deployment}").raise_for_status().json()
    made = httpx.post(f"{server}/deployments/{known['id']}/create_flow_run", json={"parameters": parameters})
    return f"{server}/flow_runs/{made.raise_for_status().json()['id']}"


def state(run: str) -> str:
    return str(httpx.get(run).raise_for_status().json()["state_type"])


def test_a_pool_that_is_not_there_or_cannot_do_it_is_a_sentence(home: Path, server: str, ronda: Ronda) -> None:
    answer = ronda(home, "deploy", "--pool", "lain")
    assert answer.returncode == 2
    assert "has no work pool lain; create one with `prefect work-pool create NAME --type process`" in answer.stderr
    httpx.post(f"{server}/work_pools/", json={"name": "awan", "type": "docker"}).raise_for_status()
    answer = ronda(home, "deploy", "--pool", "awan")
    assert answer.returncode == 2
    assert "has the work pool awan of type docker; create one" in answer.stderr


def test_a_worker_runs_what_is_deployed_and_the_schedules_are_those_of_serve(
    home: Path, server: str, database: str, ronda: Ronda, worker: subprocess.Popen[bytes]
) -> None:
    for _ in range(2):  # safe to repeat
        answer = ronda(home, "deploy", "--pool", POOL)
        assert answer.returncode == 0, answer.stderr
    names = {line.partition("/")[2] for line in answer.stdout.splitlines() if "/" in line and " " not in line}
    assert names == {f"{name}-kabupaten-batang" for name in DEPLOYMENTS}
    known = {item["name"]: item for item in httpx.post(f"{server}/deployments/filter", json={}).json()}
    assert known.keys() == names
    assert {item["global_concurrency_limit"]["limit"] for item in known.values()} == {1}
    assert not any(item["paused"] for item in known.values())

    planned = {"deployments": {"name": {"any_": ["weekly-kabupaten-batang"]}}}
    runs = wait_for(lambda: httpx.post(f"{server}/flow_runs/filter", json=planned).json(), 60)
    starts = [datetime.fromisoformat(run["expected_start_time"]).astimezone(ZoneInfo("Asia/Jakarta")) for run in runs]
    assert {(start.isoweekday(), start.hour, start.minute) for start in starts} == {(1, 6, 0)}

    run = started(server, "weekly-kabupaten-batang", week="2024-W05")
    ended = wait_for(lambda: (now := state(run)) in ENDED and now, 180)
    assert ended == "COMPLETED", (home.parent / "worker.log").read_text()
    assert (home / "published" / "2024-W05" / "weekly.html").is_file()

    address = database.replace("+asyncpg", "")
    query = "SELECT count(*) FROM flow_run WHERE state_type = 'COMPLETED'"
    counted = subprocess.run([_postgresql("psql"), address, "-Atc", query], capture_output=True, text=True, check=True)
    assert counted.stdout.strip() == "1"


def test_the_run_of_a_worker_that_dies_ends_with_it_and_can_be_repeated(
    home: Path, server: str, ronda: Ronda, worker: subprocess.Popen[bytes]
) -> None:
    ronda(home, "deploy", "--pool", POOL)
    run = started(server, "weekly-kabupaten-batang", week="2024-W04")
    wait_for(lambda: state(run) == "RUNNING", 120)
    worker.kill()
    time.sleep(2)
    answer = ronda(home, "weekly", "--week", "2024-W04")  # nobody holds the home
    assert answer.returncode == 0, answer.stderr
    assert (home / "published" / "2024-W04" / "weekly.html").is_file()


def test_a_worker_without_the_home_says_so_and_makes_none(
    home: Path, server: str, ronda: Ronda, worker: subprocess.Popen[bytes]
) -> None:
    elsewhere = home.parent / "elsewhere"
    assert ronda(elsewhere, "deploy", "--pool", POOL).returncode == 0
    shutil.rmtree(elsewhere)
    run = started(server, "extract-kabupaten-batang")
    wait_for(lambda: state(run) in ENDED, 120)
    told = httpx.get(run).json()["state"]
    assert told["type"] == "FAILED"
    assert "is not on this machine; start the worker of Prefect where it is" in told["message"]
    assert not elsewhere.exists()
