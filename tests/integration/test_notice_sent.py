"""A published week is told to people by the flow itself, and a dead address does not stop it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import Ronda, copy_home

pytestmark = pytest.mark.slow

WEEK = "2024-W04"


def test_the_flow_tells_a_published_week_and_survives_an_address_that_is_dead(
    ronda: Ronda, landed_season: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    received: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    addresses = ["json://127.0.0.1:1/", f"json://127.0.0.1:{server.server_port}/"]
    monkeypatch.setenv("RONDA_NOTIFY", json.dumps(addresses))
    monkeypatch.setenv("RONDA_SITE_ADDRESS", "http://ronda.batang.test")
    try:
        home = copy_home(landed_season, tmp_path / "home")
        done = ronda(home, "weekly", "--week", WEEK)
        again = ronda(home, "weekly", "--week", WEEK)
        stopped = ronda(home, "weekly", "--week", WEEK, before=STOPPED)
        twice = [ronda(home, "backfill", WEEK, WEEK, "--reason", "the gate was wrong") for _ in "12"]
        noted = ronda(home, "daily", "--day", "2024-02-12")
        refused = ronda(home, "daily", "--day", "2024-02-15")
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 0, done.stderr
    assert again.returncode == 0, again.stderr
    assert stopped.returncode == 4, stopped.stderr
    assert [each.returncode for each in twice] == [0, 0], twice[0].stderr
    assert f"{WEEK}: stays publication 1; its numbers" in twice[1].stdout
    assert noted.returncode == 0, noted.stderr
    assert refused.returncode == 2
    assert "neither in the quiet period nor voting day" in refused.stderr
    first, second, third, fourth = received  # neither the unchanged week nor the second backfill was told again
    assert third == first
    assert first["title"].startswith(f"{WEEK} (penerbitan ke-1): ")
    lights, waiting, link = first["message"].splitlines()
    assert lights.startswith("Isi: ") and "Mutu pengumpulan: " in lights
    assert f"review/backlog-{WEEK}-1-" in waiting
    assert link == f"http://ronda.batang.test/{WEEK}/weekly.html"
    assert second["title"] == f"Ikhtisar {WEEK} tidak terbit: dihentikan gerbang mutu"
    assert second["message"].splitlines()[0] == "seven is odd"
    assert fourth["title"] == "EMBARGO sampai 14 Februari 2024, 15.00 WIB. Catatan harian 12 Februari 2024 (H-2) terbit"
    assert fourth["message"].splitlines()[-1] == "http://ronda.batang.test/daily/2024-02-12/note.pdf"
    assert (home / "published" / "daily" / "2024-02-12" / "note.pdf").is_file()


# A gate that stops the week, put in place before the command line is loaded.
STOPPED = """
from flows.exits import GateStoppedError
from flows.publishing import check
def stop(settings, run, week):
    raise GateStoppedError("seven is odd")
check.check_week = stop
"""
