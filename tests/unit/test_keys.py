"""The login of a home's Prefect server: made once, for its owner only."""

import stat
from pathlib import Path

import pytest

from flows.exits import UsageError
from flows.store import keys

GOOD = "ronda:" + "ab" * 32


def test_a_login_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "home" / "server.key"
    login = keys.credential(path, "ronda")
    keys.write_key(path, "ronda:of-another-process")  # comes too late
    assert login == keys.credential(path, "ronda")
    assert login.startswith("ronda:")
    assert len(login) == len("ronda:") + 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["server.key"]
    assert keys.credential(tmp_path / "other" / "server.key", "ronda") != login


@pytest.mark.parametrize(("text", "mode"), [(GOOD, 0o640), ("ronda:", 0o600), ("x" + GOOD, 0o600)])
def test_a_login_that_protects_nothing_is_refused(tmp_path: Path, text: str, mode: int) -> None:
    path = tmp_path / "server.key"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(UsageError, match=r"server\.key .*; delete it, and a new one is made\."):
        keys.credential(path, "ronda")
