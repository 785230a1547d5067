"""Past one machine: the season on real clusters and real storage comes to the tables of the one-process run.

Scheduler, workers and storage are processes of their own on this machine; they know nothing of the home, and share no
folder with it but through the storage. Needs what requirements-cluster.txt pins.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, free_port
from tests.integration.conftest import copy_home, environment, land_season, published_bytes

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("prefect_dask") is None, reason="the cluster's libraries are absent; install requirements-cluster.txt"
    ),
]
POSTS = 12_000  # some 11 MB, in 150 files
BUCKET = "kantor"


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which a season has landed."""
    return land_season(tmp_path_factory.mktemp("cluster") / "home", POSTS)


def ronda(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flows.cli", *words],
        env=environment(home, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def verified(home: Path) -> list[str]:
    """The lines of `ronda verify`."""
    answer = ronda(home, "verify")
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.splitlines()


@pytest.fixture(scope="module")
def one_process(landed: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the run without any cluster publishes."""
    home = copy_home(landed, tmp_path_factory.mktemp("one") / "home")
    answer = ronda(home, "weekly", "--week", "2024-W06")
    assert answer.returncode == 0, answer.stderr
    return verified(home)


@contextmanager
def running(log: Path, *words: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of a cluster, as somebody else starts it: it has the code, and no variable of ronda."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("RONDA_", "PREFECT_"))}
    own |= {"PYTHONPATH": str(REPOSITORY), "DO_NOT_TRACK": "1"} | variables
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", *words], env=own, cwd=log.parent, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until(condition: Callable[[], object], what: str, seconds: int = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {seconds} s")


class Storage:
    """moto's S3 on a port of this machine, with one bucket."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.variables = {
            "AWS_ACCESS_KEY_ID": "kantor",
            "AWS_SECRET_ACCESS_KEY": "rahasia",
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.address,
        }

    def make_bucket(self) -> bool:
        request = urllib.request.Request(f"{self.address}/{BUCKET}", method="PUT")  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)

    def names(self, part: str = "") -> list[str]:
        """The names of what lies there and has a part in its name."""
        with urllib.request.urlopen(f"{self.address}/{BUCKET}?list-type=2&max-keys=1000", timeout=5) as answer:  # noqa: S310
            return [name for name in re.findall("<Key>([^<]+)</Key>", answer.read().decode()) if part in name]


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    port = free_port()
    with running(tmp_path / "moto.log", "moto.server", "-H", "127.0.0.1", "-p", str(port)):
        kept = Storage(port)
        wait_until(kept.make_bucket, "the start of moto's server")
        yield kept


@contextmanager
def dask(folder: Path, workers: int, **variables: str) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and workers as processes; the address, and the workers."""
    address = f"tcp://127.0.0.1:{free_port()}"
    port = address.rpartition(":")[2]
    with ExitStack() as stack:
        words = ("--host", "127.0.0.1", "--port", port, "--no-dashboard", "--no-jupyter")
        stack.enter_context(running(folder / "scheduler.log", "distributed.cli.dask_scheduler", *words))
        started = [
            stack.enter_context(
                running(
                    folder / f"worker{number}.log",
                    "distributed.cli.dask_worker",
                    *(address, "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard"),
                    **variables,
                )
            )
            for number in range(workers)
        ]
        for number in range(workers):
            log = folder / f"worker{number}.log"
            wait_until(lambda log=log: "Registered to" in log.read_text(), "the start of a worker")  # type: ignore[misc]
        yield address, started


def cluster_of(runner: str, address: str, storage: Storage | None = None) -> dict[str, str]:
    named = {"RONDA_TASK_RUNNER": runner, "RONDA_CLUSTER": address}
    return named | ({"RONDA_EXCHANGE_URL": f"s3://{BUCKET}/ronda"} | storage.variables if storage else {})


def test_dask_with_storage_comes_to_the_same_tables_although_a_worker_is_killed(
    landed: Path, one_process: list[str], storage: Storage, tmp_path: Path
) -> None:
    home = copy_home(landed, tmp_path / "home")
    killed: list[int] = []
    with dask(tmp_path, 2, **storage.variables) as (address, workers):

        def kill_half_way() -> None:
            wait_until(lambda: len(storage.names("/parts/")) > 40, "half of the parts", 300)
            workers[0].send_signal(signal.SIGKILL)
            killed.append(len(storage.names("/parts/")))

        thread = threading.Thread(target=kill_half_way)
        thread.start()
        answer = ronda(home, "weekly", "--week", "2024-W06", **cluster_of("dask", address, storage))
        thread.join()
    assert answer.returncode == 0, answer.stderr
    assert killed
    assert verified(home) == one_process
    assert storage.names() == []  # nothing of a post stays there


def test_weeks_of_a_backfill_drawn_by_dask_are_the_same_files(landed: Path, storage: Storage, tmp_path: Path) -> None:
    words = ("backfill", "2024-W04", "2024-W06", "--reason", "percobaan")
    one, other = copy_home(landed, tmp_path / "one"), copy_home(landed, tmp_path / "other")
    alone = ronda(one, *words)
    assert alone.returncode == 0, alone.stderr
    with dask(tmp_path, 2, **storage.variables) as (address, _):
        answer = ronda(other, *words, **cluster_of("dask", address, storage))
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.replace(str(other), str(one)) == alone.stdout
    assert published_bytes(other) == published_bytes(one)
    assert storage.names() == []


def ray_workers(sockets: Path) -> list[int]:
    """The processes of a Ray, by the folder of its sockets, that work on a unit right now."""
    started: dict[int, tuple[int, str]] = {}  # by process: its parent and its words
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            parent = re.findall(r"^PPid:\s+(\d+)", (folder / "status").read_text(), flags=re.MULTILINE)
            started[int(folder.name)] = int(parent[0]), (folder / "cmdline").read_text()
    own = {pid for pid, (_, words) in started.items() if "raylet" in words and sockets.name in words}
    return [pid for pid, (parent, words) in started.items() if parent in own and words.startswith("ray::Work on")]


def test_ray_comes_to_the_same_tables_although_a_worker_is_killed(
    landed: Path, one_process: list[str], storage: Storage, tmp_path: Path
) -> None:
    home, port = copy_home(landed, tmp_path / "home"), str(free_port())
    words = ("start", "--head", "--block", "--node-ip-address", "127.0.0.1", "--port", port, "--num-cpus", "2")
    sockets = Path(f"/tmp/ronda-ray-{port}")  # noqa: S108 - its sockets need a short path
    quiet = ("--include-dashboard", "false", "--disable-usage-stats", "--temp-dir", str(sockets))
    login = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "ab" * 32}
    killed: list[int] = []

    def kill_half_way() -> None:
        wait_until(lambda: len(storage.names("/parts/")) > 40, "half of the parts", 300)
        wait_until(lambda: ray_workers(sockets), "a worker of Ray at work", 60)
        killed.append(ray_workers(sockets)[0])
        os.kill(killed[0], signal.SIGKILL)

    with running(tmp_path / "ray.log", "ray.scripts.scripts", *words, *quiet, **storage.variables, **login):
        wait_until(lambda: "Ray runtime started" in (tmp_path / "ray.log").read_text(), "the start of Ray")
        thread = threading.Thread(target=kill_half_way)
        thread.start()
        answer = ronda(home, "weekly", "--week", "2024-W06", **cluster_of("ray", f"127.0.0.1:{port}", storage), **login)
        thread.join()
    assert answer.returncode == 0, answer.stderr
    assert killed
    assert verified(home) == one_process
    assert storage.names() == []


def test_a_cluster_or_a_storage_that_is_not_there_is_a_sentence(landed: Path, tmp_path: Path) -> None:
    home = copy_home(landed, tmp_path / "home")
    answer = ronda(
        home,
        "weekly",
        **cluster_of("dask", f"tcp://127.0.0.1:{free_port()}"),
        DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="2s",
    )
    assert answer.returncode == 1
    assert "The workers of dask at tcp://127.0.0.1:" in answer.stderr
    assert "run the same command again: nothing is half done." in answer.stderr
    nobody = Storage(free_port())
    answer = ronda(home, "weekly", **cluster_of("dask", "", nobody))
    assert answer.returncode == 1
    assert f"s3://{BUCKET}/ronda cannot be used (emptying it: " in answer.stderr
    assert not (home / "published").exists()
