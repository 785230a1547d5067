"""The watched folder: imported, moved to done or refused with the reason beside it; unfinished files are left."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.collecting import inbox
from flows.loading import landing
from flows.settings import Settings
from flows.sources.pacing import VirtualClock
from tests.exports import tiktok, write_lines

NOW = datetime(2024, 2, 12, 1, 0, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", author_key="ab" * 32)


def put(settings: Settings, name: str, content: bytes, age: float = 3600) -> Path:
    path = settings.home / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (NOW.timestamp() - age, NOW.timestamp() - age))
    return path


def export(tmp_path: Path, serial: int = 1) -> bytes:
    return write_lines(tmp_path / f"{serial}.ndjson", [tiktok(serial=serial)]).read_bytes()


def empty(settings: Settings, wait: object = None) -> inbox.Emptied:
    return inbox.empty(settings, VirtualClock(NOW), wait or (lambda _: None))  # type: ignore[arg-type]


def names(settings: Settings, folder: str) -> set[str]:
    return {path.name for path in (settings.home / "inbox" / folder).glob("*")}


def test_an_export_lands_and_is_moved_to_done(settings: Settings, tmp_path: Path) -> None:
    put(settings, "a.ndjson", export(tmp_path))
    put(settings, "below/b.ndjson", export(tmp_path, 2))
    assert empty(settings).landed == ("a.ndjson", "b.ndjson")
    assert names(settings, "done") == {"a.ndjson", "b.ndjson"}
    assert len(landing.landed_files(settings.home)) == 2
    assert empty(settings) == inbox.Emptied()


def test_a_refused_file_has_its_reason_beside_it(settings: Settings) -> None:
    put(settings, "page.html", b"<!doctype html><html>login</html>")
    emptied = empty(settings)
    assert "is a web page" in emptied.refusals[0]
    assert names(settings, "refused") == {"page.html", "page.html.reason.txt"}
    reason = (settings.home / "inbox" / "refused" / "page.html.reason.txt").read_text()
    assert "export it again" in reason


def test_a_file_that_is_still_written_is_left(settings: Settings, tmp_path: Path) -> None:
    content = export(tmp_path)
    path = put(settings, "a.ndjson", content[:40], age=0)
    put(settings, "b.ndjson.part", content)
    put(settings, ".c.ndjson", content)

    def writing(_: float) -> None:
        path.write_bytes(content)

    assert empty(settings, writing) == inbox.Emptied(waiting=("a.ndjson", "b.ndjson.part"))
    assert names(settings, "done") == set()
    os.utime(path, (NOW.timestamp() - 60, NOW.timestamp() - 60))
    assert empty(settings).landed == ("a.ndjson",)


def test_a_second_file_of_the_same_name_overwrites_nothing(settings: Settings, tmp_path: Path) -> None:
    for serial in (1, 2):
        put(settings, "a.ndjson", export(tmp_path, serial))
        empty(settings)
    assert names(settings, "done") == {"a.ndjson", "a-2.ndjson"}


def test_killed_before_the_move_it_lands_once(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(settings, "a.ndjson", export(tmp_path))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(inbox, "_move", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        empty(settings)
    assert empty(settings).landed == ("a.ndjson",)
    assert len(landing.landed_files(settings.home)) == 1
