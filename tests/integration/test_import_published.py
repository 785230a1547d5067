"""An import that publishes: one command from a file to the report, and what is removed is gone from all of it."""

from pathlib import Path

import pytest

from flows import cli, cli_keep
from flows.exits import Exit, GateStoppedError
from flows.loading import imports
from flows.settings import Settings
from flows.store.runs import read_runs
from tests.exports import NOON, removals, tiktok, tiktok_id, write_lines
from tests.integration.conftest import Ronda
from tests.integration.test_forgetting import text_left

WEEK = "2024-W05"


@pytest.mark.slow
def test_one_command_publishes_and_what_is_removed_is_said_nowhere(tmp_path: Path, ronda: Ronda) -> None:
    home, word = tmp_path / "home", "zqxjkvawan"
    flagged = tiktok(NOON, serial=1, text=f"coblos nomor 2, nanti saya kasih amplop 100 ribu {word}")
    ordinary = [tiktok(NOON + n, serial=n, text=f"jalan {n} rusak", author=f"warga{n}") for n in range(10, 40)]
    done = ronda(home, "import", str(write_lines(tmp_path / "a.ndjson", [flagged, *ordinary])), "--week", WEEK)
    assert done.returncode == Exit.DONE, done.stderr
    assert "1 file: 31 records = 31 posts" in done.stdout and f"{WEEK}, publication 1:" in done.stdout
    assert "next: ronda weekly" not in done.stdout
    assert [run["verb"] for run in read_runs(home)] == ["import", "weekly"]
    assert text_left(home, word)

    gone = removals(tmp_path / "gone.csv", [("tiktok", tiktok_id(NOON, 1), "2024-02-20T00:00:00Z", "removed")])
    more = write_lines(tmp_path / "b.ndjson", [tiktok(NOON + 9, serial=9, text="jalan bagus")])
    done = ronda(home, "import", str(more), str(gone), "--week", WEEK)
    assert done.returncode == Exit.DONE, done.stderr
    assert f"{WEEK}, publication 2:" in done.stdout and "1 records erased" in done.stdout
    assert text_left(home, word) == []
    assert ronda(home, "verify").returncode == Exit.DONE

    (tmp_path / "c.bin").write_bytes(bytes(range(256)))
    done = ronda(home, "import", str(tmp_path / "c.bin"), str(more), "--week", WEEK)
    assert done.returncode == Exit.REFUSED
    assert "nothing was published" in done.stderr and "publication" not in done.stdout


def test_what_is_removed_goes_where_publishing_was_stopped_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[bool] = []
    publishing: list[bool] = []

    def take(*_: object, publishes: bool, **__: object) -> Exit:
        publishing.append(publishes)
        return Exit.DONE

    def forget(_: Settings, code: Exit, *, is_built: bool) -> Exit:
        forgotten.append(is_built)
        return code

    monkeypatch.setattr(imports, "run_import", take)
    monkeypatch.setattr(cli_keep, "forget_removed", forget)

    def stop() -> None:
        raise GateStoppedError("stopped")

    with pytest.raises(GateStoppedError):
        cli._import(Settings(home=tmp_path), [], None, stop)
    assert cli._import(Settings(home=tmp_path), [], None, lambda: None) is Exit.DONE
    assert cli._import(Settings(home=tmp_path), [], None) is Exit.DONE
    assert forgotten == [False, True, False]
    assert publishing == [True, True, False]
