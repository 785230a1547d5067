"""The same inputs give the same bytes on another machine: other Pythons, threads, locales, zones, and masks of rights.

The versions of Python that are not installed are skipped by name; `README.md` names those that were tried.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import REPOSITORY
from tests.integration.conftest import published_bytes

pytestmark = pytest.mark.slow
POSTS = "2000"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
HERE = ".".join(map(str, sys.version_info[:2]))


class Published(NamedTuple):
    """What two machines must agree on: the hashes of all published tables, and the bytes of all other files."""

    tables: str
    files: Mapping[str, bytes]


class Machine(NamedTuple):
    """How a machine may differ from another without a word to ronda."""

    zone: str
    locale: str
    cores: int
    hash_seed: str
    rights: int
    path: tuple[Path, ...] = ()  # of modules, before ronda's own


OFFICE = Machine("Asia/Jakarta", "C.UTF-8", 2, "0", 0o022)
ELSEWHERE = Machine("America/St_Johns", "C", 1, "7", 0o077)
LATER = OFFICE._replace(path=(REPOSITORY / "tests" / "compensated",))


def publish(python: str, machine: Machine, home: Path) -> Published:
    """A demo on such a machine."""
    variables = os.environ | {
        "RONDA_HOME": str(home),
        "PYTHONPATH": os.pathsep.join(map(str, (*machine.path, REPOSITORY))),
        "PYTHONHASHSEED": machine.hash_seed,
        "TZ": machine.zone,
        "LC_ALL": machine.locale,
        "POLARS_MAX_THREADS": str(machine.cores),
    }
    cores = sorted(os.sched_getaffinity(0))[: machine.cores]

    def begin() -> None:
        os.umask(machine.rights)
        os.sched_setaffinity(0, cores)

    def ronda(*words: str) -> str:
        done = subprocess.run(
            [python, "-m", "flows.cli", *words],
            env=variables,
            preexec_fn=begin,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    ronda("demo", "--posts", POSTS)
    return Published(ronda("verify"), published_bytes(home))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return publish(sys.executable, OFFICE, tmp_path_factory.mktemp("here") / "home")


def assert_equal(other: Published, here: Published) -> None:
    assert other.tables == here.tables
    assert other.files.keys() == here.files.keys()
    assert [name for name, content in other.files.items() if content != here.files[name]] == []


def test_another_zone_locale_number_of_threads_and_umask_change_no_byte(here: Published, tmp_path: Path) -> None:
    assert_equal(publish(sys.executable, ELSEWHERE, tmp_path / "home"), here)


def test_sums_of_floats_as_later_pythons_make_them_change_no_byte(here: Published, tmp_path: Path) -> None:
    assert_equal(publish(sys.executable, LATER, tmp_path / "home"), here)


def python_of(version: str) -> Path | None:
    """A Python of a version that runs: by its name, which may be a stand-in for none, or installed beside this one."""
    named = shutil.which(f"python{version}")
    beside = sorted(Path(sys.base_prefix).parent.glob(f"*{version}*/bin/python{version}"))
    for path in ([Path(named)] if named else []) + beside:
        if subprocess.run([str(path), "--version"], capture_output=True, check=False).returncode == 0:
            return path
    return None


@pytest.mark.parametrize("version", [version for version in PYTHONS if version != HERE])
def test_another_python_changes_no_byte(here: Published, tmp_path: Path, version: str) -> None:
    python = python_of(version)
    if python is None:
        pytest.skip(f"Python {version} is not installed")
    environment = tmp_path / "venv"
    subprocess.run([str(python), "-m", "venv", str(environment)], check=True)
    for words in (("-r", str(REPOSITORY / "requirements.txt")), ("--no-deps", "--no-build-isolation", str(REPOSITORY))):
        pip = [str(environment / "bin" / "pip"), "install", "-q", *words]
        if subprocess.run(pip, capture_output=True, text=True, check=False).returncode:
            pytest.skip(f"the pinned packages cannot be installed for Python {version}")
    assert_equal(publish(str(environment / "bin" / "python"), OFFICE, tmp_path / "home"), here)
