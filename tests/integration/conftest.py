"""A real Prefect server for the tests that run flows, and homes to run them in."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from flows import simulation
from flows.keeping import backups
from flows.loading.arrivals import land_paths
from flows.loading.imports import run_import
from flows.periods import Week
from flows.publishing.build import build_tables
from flows.publishing.state import Cause, state_numbers
from flows.settings import Settings
from flows.simulation.services.archive import watch_list
from flows.simulation.services.serve import Services
from flows.store import warehouse
from tests.conftest import REPOSITORY, free_port
from tests.exports import tiktok, write_lines
from tests.served import served

POSTS = 2_000
season_folder, catalogues, running_services = served(posts=POSTS)
NOW = datetime(2024, 2, 12, 1, 0, tzinfo=UTC)
# What a `ronda` process runs before, so that its clock stands still at NOW.
AT = (
    "from flows.sources import pacing; from datetime import datetime; "
    f"pacing.SystemClock.now = lambda self: datetime.fromisoformat('{NOW.isoformat()}'); "
    "pacing.SystemClock.sleep = lambda self, seconds: None"
)
Ronda = Callable[..., subprocess.CompletedProcess[str]]


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a `ronda` process: its home, and a watch that ends it if it leaves this machine."""
    return os.environ | {"RONDA_HOME": str(home), "PYTHONPATH": str(REPOSITORY / "tests" / "offline")} | more


def run_demo(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`ronda demo` in a home, with a Prefect server of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "demo", *words],
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "offline:" not in done.stderr
    return done


def write_watch(home: Path, services: Services, folder: Path, accounts: int) -> None:
    """The ronda.toml of a home that watches some accounts of a served season, as fast as they answer."""
    addresses = [f'tiktok_url = "{services["tiktok"]}"', f'graph_url = "{services["facebook"]}"']
    addresses += [f'instagram_url = "{services["instagram"]}"', 'instagram_user_id = "17841400000000001"']
    paces = ["graph_requests_per_second = 500", "tiktok_requests_per_second = 500"]
    lists = [
        f"[watch.{name}]\naccounts = {json.dumps(list(each.accounts[:accounts]))}"
        for name, each in watch_list(folder).items()
    ]
    home.mkdir(parents=True)
    (home / "ronda.toml").write_text("\n".join([*addresses, *paces, *lists, ""]))


def start_server(folder: Path, **more: str) -> tuple[int, str]:
    """Starts a Prefect server below a folder and waits until it answers; gives its process and its API address.

    `more` are variables of its environment.
    """
    port = free_port()
    home = folder / f"prefect-{port}"
    home.mkdir()
    variables = environment(home, PREFECT_HOME=str(home), PREFECT_SERVER_ANALYTICS_ENABLED="false", DO_NOT_TRACK="1")
    variables |= more
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=variables, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/api"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/health", timeout=2)  # noqa: S310 - loopback
            break
        except OSError:
            assert process.poll() is None, (home / "server.log").read_text()
            time.sleep(0.5)
    return process.pid, address


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API address of a Prefect server that lives as long as the tests, one for all processes of a test run."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    state = folder / "prefect.json"  # process, address and how many test processes use it
    with FileLock(folder / "prefect.lock"):
        pid, address, users = json.loads(state.read_text()) if state.exists() else (*start_server(folder), 0)
        state.write_text(json.dumps([pid, address, users + 1]))
    yield address
    with FileLock(folder / "prefect.lock"):
        *_, users = json.loads(state.read_text())
        state.write_text(json.dumps([pid, address, users - 1]))
        if users == 1:
            os.kill(pid, signal.SIGTERM)
            state.unlink()


@pytest.fixture(scope="session")
def ronda(server: str) -> Ronda:
    """Runs the command line as a person would: `ronda(home, "weekly", "--week", "2024-W06")`."""

    def run(home: Path, *words: str, before: str = "") -> subprocess.CompletedProcess[str]:
        program = f"import sys\n{before}\nfrom flows.cli import command\nsys.exit(command())"
        return subprocess.run(
            [sys.executable, "-c", program, *words],
            env=environment(home, PREFECT_API_URL=server),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run


@pytest.fixture
def services(running_services: Services) -> Services:
    """The stand-ins of the platforms without faults, at NOW."""
    running_services.reset()
    running_services.clock(NOW)
    return running_services


def land_season(home: Path, posts: int) -> Path:
    """Writes a season of so many posts below a home and lands it; gives the home."""
    settings = Settings(home=home)
    for batch in simulation.write_season(home / "season", posts=posts).batches:
        files = [home / "season" / "exports" / batch.week / name for name in batch.files]
        land_paths(settings, files, batch.landed_at)
    (home / "secret.key").write_text("ef" * 32)
    return home


@pytest.fixture(scope="session")
def landed_season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a small season has landed and nothing was loaded yet."""
    return land_season(tmp_path_factory.mktemp("landed") / "home", POSTS)


@pytest.fixture(scope="session")
def kept_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two exports and a home in which they are loaded, the tables built and their week stated."""
    folder = tmp_path_factory.mktemp("kept")
    settings = Settings(home=folder / "home", author_key="ab" * 32)
    settings.export()
    write_lines(folder / "a.ndjson", [tiktok(serial=number) for number in (1, 2, 3)])
    write_lines(folder / "b.ndjson", [tiktok(serial=number) for number in (4, 5)])
    landed = datetime(2024, 2, 5, 3, 4, 5, 678_000, tzinfo=UTC)
    run_import(settings, [folder / "a.ndjson", folder / "b.ndjson"], landed, None, lambda _: None)
    build_tables(settings)
    with warehouse.opened(settings.home) as connection, warehouse.transaction(connection):
        state_numbers(settings, connection, Week.parse("2024-W05"), Cause())
    build_tables(settings)
    return folder


def copy_home(home: Path, target: Path) -> Path:
    """A home of its own with the same landing and key."""
    shutil.copytree(home, target, ignore=shutil.ignore_patterns("season"))
    return target


def published_bytes(home: Path) -> dict[str, bytes]:
    """Every published file but the database, by path."""
    release = (home / "published").resolve()
    return {
        path.relative_to(release).as_posix(): path.read_bytes()
        for path in sorted(release.rglob("*"))
        if path.is_file() and path.suffix != ".duckdb"
    }


@pytest.fixture
def counted_backups(monkeypatch: pytest.MonkeyPatch) -> None:
    """Backups are a minute apart, whatever the clock says, so that their names count up."""
    moments = iter(range(1, 100))

    class Counting(datetime):
        @classmethod
        def now(cls, tz: object = None) -> "Counting":  # noqa: ARG003 - as datetime has it
            return cls(2024, 2, 6, 0, next(moments), tzinfo=UTC)

    monkeypatch.setattr(backups, "datetime", Counting)
