"""A home is closed to other accounts, whatever the umask was; its releases open to a group where that is wanted."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.publishing import releases
from flows.settings import Settings, load_settings
from flows.store import files, permissions
from flows.store.warehouse import exclusive


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(home: Path) -> dict[str, int]:
    return {
        path.relative_to(home).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in (home, *files.all_paths(home))
        if not path.is_symlink()
    }


def release(home: Path, *, to_group: bool) -> None:
    with releases.new_release(home, to_group=to_group) as draft:
        (draft / "2024-W05").mkdir(exist_ok=True)
        (draft / "2024-W05" / "weekly.html").write_text("new")
        (draft / "ronda.duckdb").unlink(missing_ok=True)
        (draft / "ronda.duckdb").write_bytes(b"")
        (draft / "ronda.duckdb").chmod(0o444)


def test_what_is_written_is_of_its_owner_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    files.write_whole(home / "runs" / "one.json", b"{}")
    assert modes(home) == {".": 0o700, "runs": 0o700, "runs/one.json": 0o600}


def test_the_settings_close_what_the_process_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RONDA_HOME", str(tmp_path / "home"))
    load_settings().make_home()
    (tmp_path / "home" / "a").write_text("")
    assert modes(tmp_path / "home") == {".": 0o700, "a": 0o600}


@pytest.mark.parametrize(
    ("to_group", "way", "folder", "file", "read_only"),
    [(False, 0o700, 0o700, 0o600, 0o400), (True, 0o710, 0o750, 0o640, 0o440)],
)
def test_a_release_is_open_to_the_group_only_where_that_is_wanted(  # noqa: PLR0917
    tmp_path: Path, to_group: bool, way: int, folder: int, file: int, read_only: int
) -> None:
    home = tmp_path / "home"
    home.mkdir(0o755)
    release(home, to_group=not to_group)
    release(home, to_group=to_group)
    seen = modes(home)
    assert (seen["."], seen["releases"]) == (way, way)
    assert seen["releases/2"] == seen["releases/2/2024-W05"] == folder
    assert (seen["releases/2/2024-W05/weekly.html"], seen["releases/2/ronda.duckdb"]) == (file, read_only)


def test_a_home_of_before_is_told_and_corrected(tmp_path: Path) -> None:
    home = tmp_path / "home"
    release(home, to_group=False)
    (home / "landing").mkdir(0o755)
    for path in (home / "landing" / "a.zst", home / "warehouse.duckdb", home / "releases" / "1" / "index.html"):
        path.write_bytes(b"")
        path.chmod(0o644)
    home.chmod(0o755)
    (sentence,) = permissions.permission_flaws(home)
    assert "5 files or folders" in sentence
    assert "ronda check --repair" in sentence
    assert permissions.correct_permissions(home) == 5
    assert (permissions.permission_flaws(home), permissions.correct_permissions(home)) == ([], 0)
    assert all(not mode & 0o077 for mode in modes(home).values())
    assert permissions.permission_flaws(home, to_group=True)
    permissions.correct_permissions(home, to_group=True)
    assert modes(home)["releases/1/index.html"] == 0o640
    assert modes(home)["warehouse.duckdb"] == 0o600


def test_the_setting_is_off_unless_it_is_set() -> None:
    assert not Settings().published_to_group


def test_what_killed_runs_left_is_removed_when_the_next_one_starts(tmp_path: Path) -> None:
    home = tmp_path / "home"
    dead, alive = 2**22 + 1, os.getpid()  # more processes than Linux numbers
    gone = [
        *(".load-x1/all-00000-posts.parquet", "releases/.draft-77/ronda.duckdb", "warehouse.duckdb.tmp/spill-0"),
        *(".warehouse.draft.duckdb", ".warehouse.draft.duckdb.wal", f"landing/tiktok/a/2024-02-05/.b.zst.{dead}.draft"),
        *(f"runs/.r.json.{dead}.draft", f".secret.key.{dead}.draft", f"review/.2024-W05-1.xlsx.{dead}.draft"),
    ]
    kept = [f"landing/tiktok/a/2024-02-05/.c.zst.{alive}.draft", "landing/tiktok/a/2024-02-05/c.zst", "runs/r.json"]
    for name in (*gone, *kept):
        files.make_folder((home / name).parent)
        (home / name).write_bytes(b"a text")
    with exclusive(home):
        left = [path.relative_to(home).as_posix() for path in files.all_paths(home) if path.is_file()]
    assert sorted(left) == sorted([*kept, "warehouse.lock"])
    assert not any(path.name.startswith(".load-") for path in home.iterdir())
    old = home / kept[0]
    os.utime(old, (0, 0))
    with exclusive(home):
        assert not old.exists(), "its process is another one by now"
