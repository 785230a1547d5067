"""`ronda serve`: the Prefect server, the schedules and the report site, on this machine only, until interrupted."""

import html
import mimetypes
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from flows.exits import RondaError
from flows.publishing import releases
from flows.settings import Settings

LOOPBACK = "127.0.0.1"
_START_SECONDS = 120
# What Python's table of file types lacks; unknown files would be shown as text.
_TYPES = {".duckdb": "application/octet-stream", ".parquet": "application/vnd.apache.parquet"}


class _Published(StaticFiles):
    """The published release, read-only: its link is followed anew at every request, so a swap is seen at once, and no
    link leads out of it."""

    async def check_config(self) -> None:
        """Before the first publication nothing is there, which is no fault of the site."""


def site(home: Path) -> Starlette:
    """The site of the published reports: their files, and of a week's folders the files its manifest names."""
    for suffix, kind in _TYPES.items():
        mimetypes.add_type(kind, suffix)

    def listed(request: Request) -> HTMLResponse:
        week, folder = request.path_params["week"], request.path_params["folder"]
        names = [name for name in releases.published_files(home, week) if name.startswith(f"{folder}/")]
        if not names:
            raise HTTPException(404)
        links = "".join(f'<li><a href="/{week}/{name}">{html.escape(Path(name).name)}</a></li>' for name in names)
        return HTMLResponse(f'<!DOCTYPE html><meta charset="utf-8"><title>{week}</title><ul>{links}</ul>')

    files = _Published(directory=home / "published", html=True, check_dir=False)
    return Starlette(routes=[Route("/{week}/{folder}/", listed), Mount("/", files)])


class Site:
    """The site on this machine only, in a thread of its own. Raises RondaError when its port cannot be opened."""

    def __init__(self, settings: Settings) -> None:
        config = uvicorn.Config(
            site(settings.home),
            lifespan="off",
            ws="none",
            log_level="critical",
            access_log=False,  # requests are nobody's business
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        # With its protocol named, asyncio sends small pieces at once; else each answer waits 40 ms.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((LOOPBACK, settings.site_port))
            self._socket.listen()
        except OSError as error:
            self._socket.close()
            raise RondaError(
                f"Port {settings.site_port} for the site cannot be opened ({error.strerror}); choose another site_port."
            ) from error
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    def start(self) -> None:
        """Answers from now on."""
        self._thread.start()

    def close(self) -> None:
        """Answers no more."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()


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
        patience = stop_after_delay(_START_SECONDS)
        try:
            Retrying(stop=patience, wait=wait_fixed(0.2), retry=retry_if_exception_type(OSError))(self._ask)
        except RetryError:
            raise RondaError(
                f"The Prefect server did not answer within {_START_SECONDS} s; look at its output above."
            ) from None

    def _ask(self) -> None:
        if self._process is None or self._process.poll() is not None:
            raise RondaError("The Prefect server ended while starting; is its port in use (setting server_port)?")
        with urllib.request.urlopen(f"{self._api}/health", timeout=2):  # noqa: S310 - loopback address
            pass

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
    reports = Site(settings)
    server = Orchestrator(settings, settings.server_port, "INFO", quiet=False)
    try:
        server.start()
        server.wait()
        reports.start()
        say(f"Reports: http://{LOOPBACK}:{settings.site_port}/")
        say(f"Runs:    http://{LOOPBACK}:{settings.server_port}/   Stop with Ctrl+C.")
        from flows import schedule

        schedule.serve(settings.election.zone.key)
    finally:
        reports.close()
        server.close()
