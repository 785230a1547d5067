"""A failed source is told to a person by the address in the settings; a message that cannot be sent ends nothing."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from flows import alerts
from flows.settings import Settings


def test_a_sentence_is_sent(tmp_path: Path) -> None:
    received: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = Settings(home=tmp_path, alert_url=f"json://127.0.0.1:{server.server_port}/")  # type: ignore[arg-type]
    try:
        assert alerts.tell(settings, "The access token of facebook_graph is no longer valid; renew it.")
    finally:
        server.shutdown()
        server.server_close()
    assert received[0]["message"] == "The access token of facebook_graph is no longer valid; renew it."
    assert received[0]["title"] == "ronda: Kabupaten Batang"


@pytest.mark.parametrize("address", ["nonsense", "json://127.0.0.1:9/"])
def test_an_alert_that_cannot_be_sent_is_logged(tmp_path: Path, address: str, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(home=tmp_path, alert_url=address)  # type: ignore[arg-type]
    assert not alerts.tell(settings, "Something failed.")
    assert "nobody was told: Something failed." in caplog.text


def test_without_an_address_nobody_is_told(tmp_path: Path) -> None:
    assert not alerts.tell(Settings(home=tmp_path), "Something failed.")
