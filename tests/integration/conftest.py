"""A real Prefect server for the tests that run flows, and homes to run them in."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows import intake, season
from flows.settings import Settings
from tests.conftest import REPOSITORY

POSTS = 2_000
Ronda = Callable[..., subprocess.CompletedProcess[str]]


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a `ronda` process: its home, and a watch that ends it if it leaves this machine."""
    return os.environ | {"RONDA_HOME": str(home), "PYTHONPATH": str(REPOSITORY / "tests" / "offline")} | more


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The API address of a Prefect server that lives as long as the tests."""
    home = tmp_path_factory.mktemp("prefect")
    port = free_port()
    variables = environment(home, PREFECT_HOME=str(home), PREFECT_SERVER_ANALYTICS_ENABLED="false", DO_NOT_TRACK="1")
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=variables, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/api"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/health", timeout=2)  # noqa: S310 - loopback
                break
            except OSError:
                assert process.poll() is None, (home / "server.log").read_text()
                time.sleep(0.5)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def ronda(server: str) -> Ronda:
    """Runs the command line as a person would: `ronda(home, "weekly", "--week", "2024-W06")`."""

    def run(home: Path, *words: str, before: str = "") -> subprocess.CompletedProcess[str]:
        program = f"import sys\n{before}\nfrom flows.cli import main\nsys.exit(main(sys.argv[1:]))"
        return subprocess.run(
            [sys.executable, "-c", program, *words],
            env=environment(home, PREFECT_API_URL=server),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run


@pytest.fixture(scope="session")
def landed_season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a small season has landed and nothing was loaded yet."""
    home = tmp_path_factory.mktemp("landed") / "home"
    settings = Settings(home=home)
    written = season.write_season(home / "season", posts=POSTS)
    for batch in written.batches:
        files = [home / "season" / "exports" / batch.week / name for name in batch.files]
        intake.land_paths(settings, files, batch.landed_at)
    (home / "secret.key").write_text("ef" * 32)
    return home


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
