"""Fixtures shared by all tests."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.loading import gates

REPOSITORY = Path(__file__).parent.parent
# Processes that tests start keep their bytecode, as in an office, instead of compiling ronda anew each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.umask(0o077)  # as in every process of ronda, where `load_settings` sets it


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real exports and corpora, which is not part of the repository."""
    folder = Path(os.environ.get("RONDA_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the real exports are not on this machine ({folder} is absent; set RONDA_SHARED_DATA)")
    return folder


def pass_expectations(patch: pytest.MonkeyPatch) -> None:
    """Loads pass the SQL checks and not the expectations, which take a second each and have tests of their own."""
    patch.setattr(gates, "landing_gate", lambda *_: {})
    patch.setattr(gates, "posts_gate", lambda *_: lambda *_: None)


@pytest.fixture(scope="module")
def without_expectations() -> Iterator[None]:
    """`pass_expectations` for a whole module and its fixtures."""
    with pytest.MonkeyPatch.context() as patch:
        pass_expectations(patch)
        yield


@pytest.fixture
def only_marked_expectations(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """`pass_expectations` for every test of a module that is not marked `expectations`."""
    if request.node.get_closest_marker("expectations") is None:
        pass_expectations(monkeypatch)
