"""Power lost at any moment: what was said to be landed, loaded, erased or published is there afterwards."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, get_args

import pytest

from flows.loading import landing, proof
from flows.loading.imports import run_import
from flows.loading.pending import load_pending
from flows.periods import Week
from flows.publishing import ledger, releases
from flows.publishing.build import build_tables
from flows.publishing.state import state_numbers
from flows.settings import Settings
from flows.store import chain, files, warehouse
from flows.store.runs import recorded
from flows.store.watch_history import note_watch
from tests.exports import tiktok, write_lines
from tests.faults.power import Disk, Names

LANDED = datetime(2024, 2, 5, tzinfo=UTC)
WEEK = Week.parse("2024-W05")
CUTS = 12  # moments of one run, at random, beside the last


def settings_of(home: Path) -> Settings:
    settings = Settings(home=home, author_key="ab" * 32)
    settings.export()
    return settings


def bring(settings: Settings, folder: Path, number: int) -> None:
    path = write_lines(folder / f"{number}.ndjson", [tiktok(serial=2 * number), tiktok(serial=2 * number + 1)])
    run_import(settings, [path], LANDED + timedelta(hours=number), None, lambda _: None)


def publish(settings: Settings, text: str) -> None:
    build_tables(settings)
    with warehouse.opened(settings.home) as connection, warehouse.transaction(connection):
        state_numbers(settings, connection, WEEK)
    with releases.new_release(settings.home) as release:
        releases.place_folder(release, str(WEEK), lambda folder: _write_week(folder, text))
        releases.point_latest(release)


def _write_week(folder: Path, text: str) -> None:
    (folder / "weekly.html").write_text(text)
    releases.write_manifest(folder, {"publication": 1})


class Season:
    """A run of two imports, an erasure and two publications, with what was said after which fsync."""

    def __init__(self, folder: Path) -> None:
        self.settings = settings_of(folder / "home")
        self.settings.home.mkdir(parents=True)
        self.said: list[tuple[int, str, Any]] = []
        self.disk = Disk(self.settings.home)
        with self.disk.watching():
            self._run(folder)

    def _say(self, what: str, value: Any) -> None:
        self.said.append((len(self.disk.moments), what, value))

    def _run(self, folder: Path) -> None:
        settings = self.settings
        note_watch(settings.home, "v1", {"tiktok": {"keywords": ["batang"]}}, LANDED)
        self._say("watched", "v1")
        for number in (1, 2):
            bring(settings, folder, number)
            (item,) = (each for each in landing.landed_files(settings.home) if each.file == f"{number}.ndjson")
            self._say("loaded", item.file_id)
            publish(settings, f"report {number}")
            self._say("published", f"report {number}")
        erased = b"".join(json.dumps(tiktok(serial=serial, text="")).encode() + b"\n" for serial in (4, 5))
        digest = landing.write_draft(settings.home, item, [erased])
        landing.take_draft(settings.home, item, digest, 2, LANDED, kind="erased")
        self._say("erased", (item.file_id, digest))


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Season:
    return Season(tmp_path_factory.mktemp("season"))


def cuts(season: Season) -> Sequence[int]:
    whole = len(season.disk.moments)
    return sorted(
        {
            *Random(5).sample(range(1, whole), CUTS),  # noqa: S311 - no secret
            *(moment for moment, *_ in season.said),
        }
    )


@pytest.mark.slow
@pytest.mark.parametrize("names", get_args(Names))
def test_what_was_said_is_there_whenever_the_power_goes(season: Season, tmp_path: Path, names: Names) -> None:
    assert len(season.disk.moments) > 60
    for cut in cuts(season):
        home = tmp_path / str(cut)
        season.disk.after(cut, home, names)
        settings = settings_of(home)
        said = [(what, value) for moment, what, value in season.said if moment <= cut]
        with warehouse.opened(home) as connection:  # an empty one: all is made anew from landing and ledger
            flaws = proof.settle(home, proof.loaded_files(connection)).flaws
        assert [flaw.sentence for flaw in flaws if flaw.fault not in ("orphan", "torn")] == [], cut
        entries = ledger.settle(home)  # raises for a publication that is not there
        items = {item.file_id: item for item in landing.landed_files(home)}
        with recorded(home, "weekly", {}) as run:
            assert load_pending(settings, run).held == (), cut
        for what, value in said:
            if what == "loaded":
                assert value in items and value in chain.last_of(entries, "loaded"), cut
            elif what == "watched":
                assert f"watch/20240205T000000-{value}" in {entry.subject for entry in entries}
            elif what == "published":
                assert chain.last_of(entries, "published"), cut
            else:
                assert items[value[0]].content == value[1] == proof.content_hash(home, items[value[0]])
        reports = [value for what, value in said if what == "published"]
        page = home / "published" / "latest" / "weekly.html"
        if reports:
            assert page.read_text() in (reports[-1], "report 2")
            assert releases.damaged_files(home / "published") == []


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
