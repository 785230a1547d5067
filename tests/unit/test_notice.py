"""Notices: three lines and the link to every address; an address that fails costs nothing but itself."""

import json
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from flows.publishing import notice
from flows.settings import Settings

LINES = ("2024-W05 terbit (penerbitan ke-1)", "Isi: hijau. Mutu pengumpulan: hijau.", "Terkumpul 4.109 unggahan.")


class _Hook(BaseHTTPRequestHandler):
    received: list[dict[str, Any]]

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        self.received.append(json.loads(self.rfile.read(size)))
        self.send_response(500 if self.path.startswith("/broken") else 200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address of a local HTTP server and what it was sent."""
    received: list[dict[str, Any]] = []
    server = HTTPServer(("127.0.0.1", 0), type("Hook", (_Hook,), {"received": received}))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def settings_of(folder: Path, *addresses: str, site: str = "") -> Settings:
    return Settings(home=folder, notify=addresses, site_address=site)  # type: ignore[arg-type]


def test_a_published_week_is_told_in_three_lines_and_a_link(
    hook: tuple[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    address, received = hook
    settings = settings_of(tmp_path, f"json://{address}/", site="http://ronda.batang.test/")
    assert notice.send(settings, notice.published(settings, "2024-W05", 1, LINES)) == 1
    (message,) = received
    assert message["title"] == LINES[0]
    assert message["message"].splitlines() == [*LINES[1:], "http://ronda.batang.test/2024-W05/weekly.html"]


def test_a_stopped_week_leads_to_the_last_good_release(tmp_path: Path) -> None:
    told = notice.stopped(settings_of(tmp_path), "2024-W05", "sebab  yang\npanjang")
    assert told.lines[1] == "sebab yang panjang"
    assert len(notice.stopped(settings_of(tmp_path), "2024-W05", "x" * 999).lines[1]) == 300
    assert told.link == (tmp_path / "published" / "index.html").as_uri()


def test_addresses_that_fail_are_logged_without_their_secret_and_the_others_still_hear(
    hook: tuple[str, list[dict[str, Any]]], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    address, received = hook
    settings = settings_of(
        tmp_path, "nonsense", f"json://user:rahasia@{address}/broken", "json://127.0.0.1:1/", f"json://{address}/"
    )
    with caplog.at_level(logging.WARNING, logger="flows.publishing.notice"):
        assert notice.send(settings, notice.published(settings, "2024-W05", 1, LINES)) == 1
    ours = [record.getMessage() for record in caplog.records if record.name == "flows.publishing.notice"]
    assert [text.split(" of ")[0] for text in ours] == ["Address 1", "Address 2", "Address 3"]
    assert "rahasia" not in " ".join(ours)
    assert len(received) == 2


def test_the_addresses_are_secrets_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RONDA_NOTIFY", '["json://user:rahasia@127.0.0.1/"]')
    settings = Settings()
    assert settings.notify[0].get_secret_value().startswith("json://user")
    assert "rahasia" not in repr(settings)


def test_one_address_needs_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RONDA_NOTIFY", "tgram://rahasia/1")
    assert [each.get_secret_value() for each in Settings().notify] == ["tgram://rahasia/1"]
    monkeypatch.setenv("RONDA_NOTIFY", "")
    assert Settings().notify == ()


def test_the_same_state_of_a_week_is_told_once(hook: tuple[str, list[dict[str, Any]]], tmp_path: Path) -> None:
    address, received = hook
    settings = settings_of(tmp_path, f"json://{address}/")
    stop = notice.stopped(settings, "2024-W05", "sebab")
    for told in (
        notice.published(settings, "2024-W05", 1, LINES),
        notice.published(settings, "2024-W05", 1, LINES),
        stop,
        stop,
        notice.published(settings, "2024-W05", 2, LINES),
        notice.published(settings, "2024-W06", 1, LINES),
    ):
        notice.send(settings, told)
    assert [message["title"] for message in received] == [LINES[0], stop.title, LINES[0], LINES[0]]


def test_a_failed_source_is_told_in_one_sentence_and_again_a_day_later_while_it_lasts(
    hook: tuple[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    address, received = hook
    settings = settings_of(tmp_path, f"json://{address}/")
    begin = datetime(2024, 2, 5, tzinfo=UTC)
    sentence = "The access token of facebook_graph is no longer valid (code 190); renew it in the settings."
    for hours in (0, 6, 12, 18, 24, 30):
        notice.send(settings, notice.failed(settings, sentence), begin + timedelta(hours=hours))
    assert len(received) == 2
    assert received[0]["title"] == "ronda: Kabupaten Batang"
    assert received[0]["message"].splitlines()[0] == sentence


def test_a_notice_that_nobody_took_is_sent_again(hook: tuple[str, list[dict[str, Any]]], tmp_path: Path) -> None:
    address, received = hook
    told = notice.failed(settings_of(tmp_path), "Something failed.")
    assert notice.send(settings_of(tmp_path, "json://127.0.0.1:1/"), told) == 0
    assert notice.send(settings_of(tmp_path, f"json://{address}/"), told) == 1
    assert len(received) == 1


def test_without_an_address_nothing_is_sent(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert notice.send(settings, notice.published(settings, "2024-W05", 1, LINES)) == 0
