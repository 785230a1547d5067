"""Power lost at any moment of a run: what was said to be landed, loaded, erased or published is there afterwards."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, get_args

from flows.exits import RondaError
from flows.loading import landing, proof
from flows.loading.imports import run_import
from flows.loading.pending import load_pending
from flows.periods import Week
from flows.publishing import ledger, releases
from flows.publishing.build import build_tables
from flows.publishing.state import Cause, state_numbers
from flows.settings import Settings
from flows.store import chain, warehouse
from flows.store.runs import recorded
from flows.store.watch_history import note_watch
from tests.exports import tiktok, write_lines
from tests.faults.outcome import Outcome, Scale
from tests.faults.power import Disk, Names

LANDED = datetime(2024, 2, 5, tzinfo=UTC)
WEEK = Week.parse("2024-W05")


def _settings_of(home: Path) -> Settings:
    settings = Settings(home=home, author_key="ab" * 32)
    settings.export()
    return settings


def _bring(settings: Settings, folder: Path, number: int) -> None:
    path = write_lines(folder / f"{number}.ndjson", [tiktok(serial=2 * number), tiktok(serial=2 * number + 1)])
    run_import(settings, [path], LANDED + timedelta(hours=number), None, lambda _: None)


def _publish(settings: Settings, text: str) -> None:
    build_tables(settings)
    with warehouse.opened(settings.home) as connection, warehouse.transaction(connection):
        state_numbers(settings, connection, WEEK, Cause())
    with releases.new_release(settings.home) as release:
        releases.place_folder(release, str(WEEK), lambda folder: _write_week(folder, text))
        releases.point_latest(release)


def _write_week(folder: Path, text: str) -> None:
    (folder / "weekly.html").write_text(text)
    releases.write_manifest(folder, {"publication": 1})


class Season:
    """A run of two imports, an erasure and two publications, with what was said after which fsync."""

    def __init__(self, folder: Path) -> None:
        self.settings = _settings_of(folder / "home")
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
            _bring(settings, folder, number)
            (item,) = (each for each in landing.landed_files(settings.home) if each.file == f"{number}.ndjson")
            self._say("loaded", item.file_id)
            _publish(settings, f"report {number}")
            self._say("published", f"report {number}")
        erased = b"".join(json.dumps(tiktok(serial=serial, text="")).encode() + b"\n" for serial in (4, 5))
        digest = landing.write_draft(settings.home, item, [erased])
        landing.take_draft(settings.home, item, digest, 2, LANDED, kind="erased")
        self._say("erased", (item.file_id, digest))


def cuts(season: Season, moments: int, seed: int) -> Sequence[int]:
    """Moments of the run at which the power goes: some at random, and each right after something was said."""
    whole = len(season.disk.moments)
    dice = Random(seed)  # noqa: S311 - no secret
    return sorted({*dice.sample(range(1, whole), min(moments, whole - 1)), *(moment for moment, *_ in season.said)})


def faults_after(season: Season, cut: int, names: Names, home: Path) -> list[str]:
    """What of that which had been said is not there after a loss of power, and what is there and should not be."""
    season.disk.after(cut, home, names)
    settings = _settings_of(home)
    with warehouse.opened(home) as connection:  # an empty one: all is made anew from landing and ledger
        flaws = proof.settle(home, proof.loaded_files(connection)).flaws
    faults = [flaw.sentence for flaw in flaws if flaw.fault not in ("orphan", "torn")]
    try:
        entries = ledger.settle(home)
        items = {item.file_id: item for item in landing.landed_files(home)}
    except RondaError as error:
        return [*faults, str(error)]
    with recorded(home, "weekly", {}) as run:
        faults += load_pending(settings, run).held
    said = [(what, value) for moment, what, value in season.said if moment <= cut]
    faults += [f"{what} {value}" for what, value in said if not _is_there(home, entries, items, what, value)]
    reports = [value for what, value in said if what == "published"]
    if reports:
        page = home / "published" / "latest" / "weekly.html"
        faults += [] if page.read_text() in (reports[-1], "report 2") else [f"another page than {reports[-1]}"]
        faults += releases.damaged_files(home / "published")
    return faults


def _is_there(
    home: Path, entries: Sequence[chain.Entry], items: dict[str, landing.Landed], what: str, value: Any
) -> bool:
    if what == "loaded":
        return value in items and value in chain.last_of(entries, "loaded")
    if what == "watched":
        return f"watch/20240205T000000-{value}" in {entry.subject for entry in entries}
    if what == "published":
        return bool(chain.last_of(entries, "published"))
    file_id, digest = value
    return items[file_id].content == digest == proof.content_hash(home, items[file_id])


def run(folder: Path, scale: Scale) -> list[Outcome]:
    """A row for each way in which a file system may lose what was not brought to the disk."""
    season = Season(folder)
    return list(_rows(season, folder, cuts(season, scale.moments, scale.seed)))


def _rows(season: Season, folder: Path, moments: Sequence[int]) -> Iterator[Outcome]:
    names: Names
    for names in get_args(Names):
        faults = [fault for cut in moments for fault in faults_after(season, cut, names, folder / f"{names}{cut}")]
        became = "; ".join(faults) or "all that was said to be there is; tables made anew"
        yield Outcome(f"power lost ({names} names)", len(moments), len(faults), 0, 0, became)
