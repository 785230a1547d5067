"""The verbs that forget, as a person runs them, in a home that stays closed whatever the umask is."""

import stat
from pathlib import Path

import pytest

from flows.exits import Exit
from flows.store import files, permissions
from tests.exports import NOON, removals, tiktok, tiktok_id, write_lines
from tests.integration.conftest import Ronda

OPEN = "import os; os.umask(0)"


def text_left(home: Path, word: str) -> list[str]:
    from flows.settings import Settings
    from tests.faults.traces import Home

    return sorted(Home(Settings(home=home), home.parent).left(word))


@pytest.mark.slow
def test_a_home_stays_closed_and_forgets_as_it_is_told(tmp_path: Path, ronda: Ronda) -> None:
    home = tmp_path / "home"
    words = ("zqxjkvawan", "wqvzkhujan", "xkvqzhangin")
    said = "coblos nomor 2, nanti saya kasih amplop 100 ribu"  # flagged, so that the week prints it
    posts = [tiktok(NOON, serial=n, text=f"{said} {word}") for n, word in enumerate(words, 1)]
    ordinary = [tiktok(NOON + n, serial=n, text=f"jalan {n} rusak", author=f"warga{n}") for n in range(10, 40)]
    export = write_lines(tmp_path / "a.ndjson", [*posts, *ordinary])
    assert ronda(home, "import", str(export), before=OPEN).returncode == Exit.DONE
    done = ronda(home, "weekly", "--week", "2024-W05", before=OPEN)
    assert done.returncode == Exit.DONE, done.stderr
    assert permissions.permission_flaws(home) == []
    shut = [path for path in (home, *files.all_paths(home)) if not path.is_symlink()]
    assert [path for path in shut if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    assert text_left(home, words[0])

    gone = removals(tmp_path / "gone.csv", [("tiktok", tiktok_id(NOON, 1), "2024-02-20T00:00:00Z", "removed")])
    done = ronda(home, "import", str(gone))
    assert done.returncode == Exit.DONE, done.stdout + done.stderr
    assert "1 records erased in 1 files of the landing; pages rendered again: 2024-W05" in done.stdout
    assert text_left(home, words[0]) == []

    asked = ("erase", "--post", f"tiktok/{tiktok_id(NOON, 2)}")
    assert "1 posts would be erased" in ronda(home, *asked, "--dry-run").stdout
    assert text_left(home, words[1])
    assert ronda(home, *asked).returncode == Exit.DONE
    assert text_left(home, words[1]) == []
    assert ronda(home, "weekly", "--week", "2024-W05").returncode == Exit.DONE

    assert "would be emptied" in ronda(home, "expire", "--as-of", "2025-03-01T00:00+07:00", "--dry-run").stdout
    done = ronda(home, "expire", "--as-of", "2025-03-01T00:00+07:00")
    assert done.returncode == Exit.DONE, done.stdout + done.stderr
    assert text_left(home, words[2]) == []
    done = ronda(home, "weekly", "--week", "2024-W05")
    assert done.returncode == Exit.DONE, done.stderr
    assert ronda(home, "verify").returncode == Exit.DONE
    assert permissions.permission_flaws(home) == []
