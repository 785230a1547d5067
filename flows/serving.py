"""`ronda serve`: the Prefect server, the schedules, the report site and the desk, on this machine only."""

import html
import mimetypes
import ssl
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from flows.desk.app import desk
from flows.exits import UsageError
from flows.hosts import LOOPBACK, App, OwnNames
from flows.orchestrator import Orchestrator, listening
from flows.progress import visible
from flows.publishing import releases
from flows.settings import Settings

# What Python's table of file types lacks; unknown files would be shown as text.
_TYPES = {
    ".duckdb": "application/octet-stream",
    ".parquet": "application/vnd.apache.parquet",
    ".sql": "text/plain",
}


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
        place, folder = request.path_params["place"], request.path_params["folder"]
        names = [name for name in releases.published_files(home, place) if name.startswith(f"{folder}/")]
        if not names:
            raise HTTPException(404)
        links = "".join(
            f'<li><a href="/{quote(place)}/{quote(name)}">{html.escape(visible(Path(name).name))}</a></li>'
            for name in names
        )
        return HTMLResponse(
            f'<!DOCTYPE html><meta charset="utf-8"><title>{html.escape(visible(place))}</title><ul>{links}</ul>'
        )

    files = _Published(directory=home / "published", html=True, check_dir=False)
    return Starlette(routes=[Route("/{place:path}/{folder}/", listed), Mount("/", files)])


@dataclass(frozen=True, slots=True)
class Tls:
    """The files with which a server may answer other machines, and the name under which it does."""

    certificate: Path
    key: Path
    host: str

    def require_usable(self) -> None:
        """Raises UsageError where certificate and key cannot be read, or do not belong together."""
        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate, self.key, password=lambda: "")
        except (OSError, ValueError) as error:
            raise UsageError(
                f"{self.certificate} and {self.key} cannot be used ({error}); give a certificate in PEM and its key "
                "without a passphrase."
            ) from error


class Site:
    """An application on this machine only, in a thread of its own. Raises RondaError when its port cannot be opened."""

    def __init__(self, app: App, port: int, setting: str, tls: Tls | None = None) -> None:
        if tls is not None:
            tls.require_usable()
        config = uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_level="critical",
            access_log=False,  # requests are nobody's business
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=1,
            ssl_certfile=tls.certificate if tls is not None else None,
            ssl_keyfile=tls.key if tls is not None else None,
        )
        self._socket = listening(port, setting, tls.host if tls is not None else LOOPBACK)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

    def start(self) -> None:
        """Answers from now on."""
        self._thread.start()

    def stay(self) -> None:
        """Answers until the process is asked to end."""
        self._server.run([self._socket])

    def close(self) -> None:
        """Answers no more."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join()
        self._socket.close()


def reports_site(settings: Settings) -> Site:
    """The site of the published reports."""
    names = [urlsplit(settings.site_address).hostname or ""]
    return Site(OwnNames(site(settings.home), names), settings.site_port, "site_port")


def desk_site(settings: Settings, tls: Tls | None = None) -> Site:
    """The desk; for other machines only with TLS."""
    if settings.desk_address and urlsplit(settings.desk_address).scheme != "https":
        raise UsageError(
            f'desk_address is "{settings.desk_address}"; write the https address of the proxy before the desk, or '
            "leave it out."
        )
    names = [tls.host] if tls is not None else []
    return Site(desk(settings, names), settings.desk_port, "desk_port", tls)


def serve_desk(settings: Settings, say: Callable[[str], None], tls: Tls | None) -> None:
    """Starts the desk alone and stays."""
    with closing(desk_site(settings, tls)) as site_of_desk:
        scheme, host = ("https", tls.host) if tls is not None else ("http", LOOPBACK)
        say(f"Desk: {scheme}://{host}:{settings.desk_port}/")
        if settings.desk_address:
            say(f"Behind the proxy of {settings.desk_address}, which must pass on the Host that it was asked for.")
        say("Stop with Ctrl+C.")
        site_of_desk.stay()


def serve(settings: Settings, say: Callable[[str], None]) -> None:
    """Starts everything and stays; the schedules are not paused when it ends."""
    with (
        closing(reports_site(settings)) as reports,
        closing(desk_site(settings)) as people,
        closing(Orchestrator(settings, settings.server_port, log_level="INFO")) as server,
    ):
        server.start()
        server.wait()
        reports.start()
        people.start()
        say(f"Desk:    http://{LOOPBACK}:{settings.desk_port}/")
        say(f"Reports: http://{LOOPBACK}:{settings.site_port}/")
        say(f"Runs:    http://{LOOPBACK}:{server.port}/   Log in with the line in {settings.login}.")
        say("Stop with Ctrl+C.")
        from flows import schedule

        schedule.serve(settings.election.zone.key)
