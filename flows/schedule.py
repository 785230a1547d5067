"""What runs when, and `ronda serve`, which keeps it running: the Prefect server, the schedules and the report site."""

import functools
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prefect import serve as serve_deployments
from prefect.client.schemas.schedules import CronSchedule

from flows.exits import RondaError
from flows.extract import extract
from flows.settings import Settings
from flows.weekly import weekly

LOOPBACK = "127.0.0.1"
_START_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Deployment:
    """One scheduled flow: runs never overlap, and a run missed while nothing served is caught up by the next."""

    name: str
    flow: Any
    cron: str
    description: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


DEPLOYMENTS: tuple[Deployment, ...] = (
    Deployment("extract", extract, "0 */6 * * *", "Pull every source and the inbox, every six hours."),
    Deployment(
        "refresh",
        extract,
        "30 2 * * *",
        "Look at stored posts again, daily 02:30 local time; forget those that are gone.",
        {"refresh": True},
    ),
    Deployment("weekly", weekly, "0 6 * * 1", "Publish every complete week that is due, Mondays 06:00 local time."),
)


class _Site(SimpleHTTPRequestHandler):
    """The published release, read-only; the link is followed anew at every request, so a swap is seen at once."""

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are nobody's business."""


def site_server(settings: Settings) -> ThreadingHTTPServer:
    """The site of the published reports, bound to this machine only."""
    handler = functools.partial(_Site, directory=str(settings.home / "published"))
    return ThreadingHTTPServer((LOOPBACK, settings.site_port), handler)


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
    """Runs until interrupted: server, schedules (one run at a time, not paused at shutdown) and site."""
    api = f"http://{LOOPBACK}:{settings.server_port}/api"
    server = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--host", LOOPBACK, "--port", str(settings.server_port)]
    )
    try:
        _wait_for(f"{api}/health", server)
        settings.export(api_url=api)
        site = site_server(settings)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        say(f"Reports: http://{LOOPBACK}:{settings.site_port}/")
        say(f"Runs:    http://{LOOPBACK}:{settings.server_port}/   Stop with Ctrl+C.")
        serve_deployments(
            *(
                item.flow.to_deployment(
                    name=item.name,
                    description=item.description,
                    parameters=dict(item.parameters),
                    schedules=[CronSchedule(cron=item.cron, timezone=settings.election.zone.key)],
                    concurrency_limit=1,
                )
                for item in DEPLOYMENTS
            ),
            pause_on_shutdown=False,
            limit=2,  # an extraction may wait for a platform for hours; the warehouse has its own lock
        )
    finally:
        server.terminate()
        server.wait(timeout=30)
