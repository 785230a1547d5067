"""Fixtures shared by all tests."""

import os
import socket
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
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
