"""Power lost at any moment: what was said to be landed, loaded, erased or published is there afterwards."""

from pathlib import Path
from typing import get_args

import pytest

from flows.store import files
from tests.faults.power import Disk, Names
from tests.faults.power_season import Season, cuts, faults_after

CUTS = 12  # moments of one run, at random, beside those after which something was said


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Season:
    return Season(tmp_path_factory.mktemp("season"))


@pytest.mark.slow
@pytest.mark.parametrize("names", get_args(Names))
def test_what_was_said_is_there_whenever_the_power_goes(season: Season, tmp_path: Path, names: Names) -> None:
    assert len(season.disk.moments) > 60
    for cut in cuts(season, CUTS, 5):
        assert faults_after(season, cut, names, tmp_path / str(cut)) == [], cut


@pytest.mark.slow
def test_without_a_sync_the_same_disk_finds_what_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the tests above can fail: the rename without the fsync of the file."""
    monkeypatch.setattr(files, "settle", lambda draft, target: (draft.replace(target), files.sync(target.parent)))
    home = tmp_path / "home"
    home.mkdir()
    with (disk := Disk(home)).watching():
        files.write_whole(home / "runs" / "a.json", b"{}")
    disk.after(len(disk.moments), tmp_path / "after", "synced")
    assert (tmp_path / "after" / "runs" / "a.json").read_bytes() == b""
