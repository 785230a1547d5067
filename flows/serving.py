"""`ronda serve`: the Prefect server, the schedules and the report site, on this machine only, until interrupted."""

import functools
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from flows.exits import RondaError
from flows.settings import Settings

LOOPBACK = "127.0.0.1"
_START_SECONDS = 120


class _Site(SimpleHTTPRequestHandler):
    """The published release, read-only; the link is followed anew at every request, so a swap is seen at once."""

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are nobody's business."""


def site_server(settings: Settings) -> ThreadingHTTPServer:
    """The site of the published reports."""
    handler = functools.partial(_Site, directory=str(settings.home / "published"))
    try:
        return ThreadingHTTPServer((LOOPBACK, settings.site_port), handler)
    except OSError as error:
        raise RondaError(
            f"Port {settings.site_port} for the site cannot be opened ({error.strerror}); choose another site_port."
        ) from error


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RondaError("The Prefect server ended while starting; is its port in use (setting server_port)?")
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - loopback address built here
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise RondaError(f"The Prefect server did not answer within {_START_SECONDS} s; look at its output above.")


def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Starts everything and stays; the schedules are not paused when it ends."""
    api = f"http://{LOOPBACK}:{settings.server_port}/api"
    settings.export(api_url=api, log_level="INFO")  # before Prefect is imported
    site = site_server(settings)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", LOOPBACK]
    server = subprocess.Popen([*command, "--port", str(settings.server_port)], stdout=subprocess.DEVNULL)
    try:
        _wait_for(f"{api}/health", server)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        say(f"Reports: http://{LOOPBACK}:{settings.site_port}/")
        say(f"Runs:    http://{LOOPBACK}:{settings.server_port}/   Stop with Ctrl+C.")
        from flows import schedule

        schedule.serve(settings.election.zone.key)
    finally:
        site.server_close()
        server.terminate()
        server.wait(timeout=30)
