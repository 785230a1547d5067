"""`ronda serve`: the Prefect server, the schedules and the report site, on this machine only, until interrupted."""

import functools
import socket
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


class Orchestrator:
    """The Prefect server in a process of its own; flows of this process and its children use it.

    To be made before Prefect is imported, then started, and closed by whoever made it. `quiet` hides what it prints.
    """

    def __init__(self, settings: Settings, port: int, log_level: str, *, quiet: bool) -> None:
        self._port, self._quiet = port, quiet
        self._api = f"http://{LOOPBACK}:{port}/api"
        self._process: subprocess.Popen[bytes] | None = None
        settings.export(api_url=self._api, log_level=log_level)

    def start(self) -> None:
        """Starts it; it answers some seconds later."""
        command = [sys.executable, "-m", "prefect", "server", "start", "--host", LOOPBACK, "--port", str(self._port)]
        errors = subprocess.DEVNULL if self._quiet else None
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)

    def wait(self) -> None:
        """Returns when it answers; raises RondaError when it ended or does not answer in time."""
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            if self._process is None or self._process.poll() is not None:
                raise RondaError("The Prefect server ended while starting; is its port in use (setting server_port)?")
            try:
                with urllib.request.urlopen(f"{self._api}/health", timeout=2):  # noqa: S310 - loopback address
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise RondaError(f"The Prefect server did not answer within {_START_SECONDS} s; look at its output above.")

    def end(self) -> None:
        """Asks the server to end, which takes it some seconds."""
        if self._process is not None:
            self._process.terminate()

    def close(self) -> None:
        """Ends the server and waits for its end."""
        self.end()
        if self._process is not None:
            self._process.wait(timeout=30)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Starts everything and stays; the schedules are not paused when it ends."""
    site = site_server(settings)
    server = Orchestrator(settings, settings.server_port, "INFO", quiet=False)
    try:
        server.start()
        server.wait()
        threading.Thread(target=site.serve_forever, daemon=True).start()
        say(f"Reports: http://{LOOPBACK}:{settings.site_port}/")
        say(f"Runs:    http://{LOOPBACK}:{settings.server_port}/   Stop with Ctrl+C.")
        from flows import schedule

        schedule.serve(settings.election.zone.key)
    finally:
        site.server_close()
        server.close()
