"""A new home's database of Prefect: copied from the one that the installation keeps, else made and kept."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL, PREFECT_HOME, temporary_settings

from flows import prefect_server


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "installation" / "prefect.db"
    path.parent.mkdir()
    monkeypatch.setattr(prefect_server, "_EMPTY", path)

    async def migrate() -> None:
        with closing(sqlite3.connect(tmp_path / "prefect.db")) as database:
            database.execute("CREATE TABLE flow (id)")

    monkeypatch.setattr(prefect_server, "_migrate", migrate)
    return path


def test_the_first_home_makes_the_database_and_the_next_ones_copy_it(tmp_path: Path, kept: Path) -> None:
    address = f"sqlite+aiosqlite:///{tmp_path / 'prefect.db'}"
    with temporary_settings({PREFECT_HOME: tmp_path, PREFECT_API_DATABASE_CONNECTION_URL: address}):
        prefect_server._make_database()
        with closing(sqlite3.connect(kept)) as database:
            assert database.execute("SELECT name FROM sqlite_master").fetchall() == [("flow",)]
        (tmp_path / "prefect.db").write_bytes(b"runs of the home")
        prefect_server._make_database()
        assert (tmp_path / "prefect.db").read_bytes() == b"runs of the home"
        (tmp_path / "prefect.db").unlink()
        prefect_server._make_database()
        assert (tmp_path / "prefect.db").read_bytes() == kept.read_bytes()


def test_a_database_elsewhere_is_left_to_prefect(tmp_path: Path, kept: Path) -> None:
    address = f"sqlite+aiosqlite:///{tmp_path / 'elsewhere.db'}"
    with temporary_settings({PREFECT_HOME: tmp_path, PREFECT_API_DATABASE_CONNECTION_URL: address}):
        prefect_server._make_database()
    assert not kept.exists() and not (tmp_path / "prefect.db").exists()


def test_an_installation_that_may_not_be_written_keeps_nothing(tmp_path: Path, kept: Path) -> None:
    kept.parent.rmdir()
    address = f"sqlite+aiosqlite:///{tmp_path / 'prefect.db'}"
    with temporary_settings({PREFECT_HOME: tmp_path, PREFECT_API_DATABASE_CONNECTION_URL: address}):
        prefect_server._make_database()
    assert (tmp_path / "prefect.db").is_file() and not kept.exists()
