"""What the machine, or a person, can do to a home: every dead end is a sentence that says what to do."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows import cli
from flows.exits import (
    Exit,
    InputRefusedError,
    LedgerDamagedError,
    NoSpaceError,
    RondaError,
    UsageError,
    WarehouseBusyError,
    WarehouseDamagedError,
    as_told,
)
from flows.loading import file_states
from flows.loading.imports import run_import
from flows.publishing import releases
from flows.settings import Settings
from flows.store import warehouse
from flows.store.files import require_space
from flows.store.runs import read_runs
from tests.conftest import REPOSITORY
from tests.exports import tiktok, write_lines

LANDED = datetime(2024, 2, 5, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path / "home", author_key="ab" * 32)
    made.home.mkdir()
    made.export()
    return made


@pytest.fixture
def database(settings: Settings) -> Path:
    with warehouse.opened(settings.home):
        return settings.home / "warehouse.duckdb"


def zero_header(path: Path) -> None:
    path.write_bytes(b"\0" * 4096 + path.read_bytes()[4096:])


def overwrite(path: Path) -> None:
    path.write_bytes(b"tabel unggahan minggu ini\n" * 4096)


def damage_first_block(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 3 :] = b"\xff" * (len(content) - 4096 * 3)
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [zero_header, overwrite, damage_first_block])
def test_a_damaged_warehouse_is_a_sentence(settings: Settings, database: Path, damage: Callable[[Path], None]) -> None:
    damage(database)
    with (
        pytest.raises(WarehouseDamagedError, match=r"move it and its \.wal away") as stop,
        warehouse.opened(settings.home),
    ):
        pass
    assert str(stop.value).startswith(f"{database} cannot be opened (")


def test_a_warehouse_that_was_moved_away_is_made_anew(settings: Settings, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.ndjson", [tiktok(serial=1)])
    run_import(settings, [path], LANDED, None, lambda _: None)
    (settings.home / "warehouse.duckdb").unlink()
    said: list[str] = []
    run_import(settings, [path], LANDED, None, said.append)
    assert said[0].startswith("1 file: 1 records = 1 posts")


def test_an_analyst_who_holds_the_warehouse_is_named(settings: Settings, database: Path) -> None:
    hold = f"import duckdb, sys; held = duckdb.connect({str(database)!r}); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", hold]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as analyst:
        assert analyst.stdout is not None and analyst.stdout.readline() == "held\n"
        with (
            pytest.raises(WarehouseBusyError, match=rf"\(process {analyst.pid}\); close it"),
            warehouse.opened(settings.home),
        ):
            pass
        assert analyst.stdin is not None
        analyst.stdin.close()


def test_a_folder_in_the_place_of_the_link_is_told(settings: Settings) -> None:
    (settings.home / "published").mkdir()
    with pytest.raises(UsageError, match="and not the link that ronda keeps there; move it elsewhere"):
        releases.published_folder(settings.home)
    with pytest.raises(UsageError, match="move it elsewhere"), releases.new_release(settings.home):
        pass


def test_a_link_to_a_release_that_is_gone_is_told(settings: Settings) -> None:
    with releases.new_release(settings.home) as draft:
        (draft / "index.html").write_text("a")
    shutil.rmtree(settings.home / "releases")
    with pytest.raises(UsageError, match="leads to releases/1, which is gone; restore the folder releases"):
        releases.published_folder(settings.home)


def test_a_damaged_record_says_that_it_may_be_deleted(settings: Settings) -> None:
    (settings.home / "runs").mkdir()
    (settings.home / "runs" / "20240205T000000-a.json").write_bytes(b"\0" * 10)
    with pytest.raises(LedgerDamagedError, match="is damaged; delete it"):
        read_runs(settings.home)
    (settings.home / "file_states.json").write_bytes(b"")
    with pytest.raises(LedgerDamagedError, match="is damaged; delete it"):
        file_states.read(settings.home)


def test_a_parquet_with_a_damaged_footer_is_refused(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "posts.parquet"
    pl.DataFrame({"id": ["1"], "desc": ["a"]}).write_parquet(path)
    path.write_bytes(path.read_bytes()[:-12] + b"\xff" * 8 + b"PAR1")
    said: list[str] = []
    with pytest.raises(InputRefusedError):
        run_import(settings, [path], LANDED, None, said.append)
    assert "posts.parquet" in said[0] and "Traceback" not in said[0]


FULL = OSError(errno.ENOSPC, "No space left on device", "a")


@pytest.mark.parametrize(
    ("error", "kind", "code", "said"),
    [
        (FULL, NoSpaceError, Exit.INTERNAL, "The disk is full; make room"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), NoSpaceError, Exit.INTERNAL, "The disk is full; make room"),
        (
            duckdb.IOException("Could not write file: No space left on device"),
            RondaError,
            Exit.INTERNAL,
            "disk is full",
        ),
        (PermissionError(13, "Permission denied", "/a/b"), UsageError, Exit.USAGE, "/a/b: Permission denied; give"),
        (
            OSError(errno.EROFS, "Read-only file system", "/a"),
            UsageError,
            Exit.USAGE,
            "/a: Read-only file system; give",
        ),
        (OSError(errno.EIO, "Input/output error", "/a"), RondaError, Exit.INTERNAL, "/a cannot be read or written"),
        (duckdb.IOException("Corrupt database file: checksum"), RondaError, Exit.INTERNAL, "The warehouse is damaged"),
        (KeyError("x"), RondaError, Exit.INTERNAL, "internal error (KeyError: 'x')"),
        (UsageError("Say more."), UsageError, Exit.USAGE, "Say more."),
    ],
)
def test_what_the_machine_lacks_is_one_sentence(
    error: Exception, kind: type[RondaError], code: Exit, said: str
) -> None:
    told = as_told(error)
    assert type(told) is kind
    assert told.exit_code is code
    assert said in str(told)


def test_a_full_disk_is_told_also_below_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        try:
            raise FULL
        except OSError as error:
            raise UsageError("The model cannot run; fix its query.") from error

    monkeypatch.setattr("flows.status.as_text", fail)
    assert cli.main(["status"]) == Exit.INTERNAL
    assert (
        capsys.readouterr().err
        == "ronda: The disk is full; make room and run the same command again, nothing is half done.\n"
    )


def test_the_room_that_is_needed_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoSpaceError, match=r"A publication needs 1,048,576,000,000 MiB in .* are free; make room"):
        require_space(tmp_path / "not there yet", 1_000_000 << 40, "A publication")


def test_a_closed_pipe_ends_quietly(tmp_path: Path) -> None:
    command = f"{sys.executable} -m flows.cli status | true"
    environment = os.environ | {"RONDA_HOME": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
