"""The stand-ins of all three platforms in one process, each on a port of its own."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from flows import processes
from flows.simulation.services.archive import read_season
from flows.simulation.services.facebook import Facebook
from flows.simulation.services.instagram import Instagram
from flows.simulation.services.service import ABORT, Clock, Platform, Service
from flows.simulation.services.tiktok import TikTok

PLATFORMS: dict[str, type[Platform]] = {"tiktok": TikTok, "facebook": Facebook, "instagram": Instagram}
_PATIENCE = 60.0  # seconds for a stand-in to start


class Services(dict[str, str]):
    """Platform -> base address, while the stand-ins run; with the controls."""

    def clock(self, now: datetime | int | None = None, *, advance: int = 0) -> datetime:
        """Sets the clock all stand-ins share, or advances it by seconds; gives the moment it then shows."""
        values: dict[str, object] = {"advance": advance}
        if now is not None:
            values = {"now": now.isoformat() if isinstance(now, datetime) else now}
        shown: str = self._exchange(next(iter(self)), "POST", "__clock", values)["now"]
        return datetime.fromisoformat(shown)

    def faults(self, platform: str, **switches: object) -> None:
        """Replaces the faults of one platform; none given: no faults. Raises ValueError for what does not exist."""
        self._exchange(platform, "POST", "__faults", switches)

    def requests(self, platform: str, after: int = 0) -> list[dict[str, Any]]:
        """What was asked of a platform since its record was reset, after so many requests."""
        return cast(list[dict[str, Any]], self._exchange(platform, "GET", f"__requests?after={after}"))

    def reset(self, *platforms: str) -> None:
        """Forgets faults, records, tokens, quotas and searches; the clock stays."""
        for platform in platforms or tuple(self):
            self._exchange(platform, "POST", "__reset", {})

    def _exchange(self, platform: str, method: str, control: str, values: object = None) -> Any:
        connection = HTTPConnection(urlsplit(self[platform]).netloc, timeout=_PATIENCE)
        try:
            connection.request(method, f"/{control}", None if values is None else json.dumps(values))
            answer = connection.getresponse()
            body = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != HTTPStatus.OK:
            raise ValueError(body["error"])
        return body


@contextmanager
def serving(
    season: Path,
    *,
    platforms: Sequence[str] = tuple(PLATFORMS),
    faults: Mapping[str, Mapping[str, object]] | None = None,
    now: datetime | None = None,
    ports: Mapping[str, int] | None = None,
) -> Iterator[Services]:
    """Serves a season from a process of its own, on free ports unless some are given; stopped on leaving.

    Without `now` the clock shows the landing of the season's last batch, when every post has been made.
    """
    words = [str(season.absolute())]
    for platform in platforms:
        words += ["--serve", f"{platform}:{(ports or {}).get(platform, 0)}"]
    process = processes.start("flows.simulation.services", *words, stdout=subprocess.PIPE)
    try:
        line = cast(Any, process.stdout).readline()
        if not line:
            raise RuntimeError(f"the stand-ins of the platforms did not start (exit {process.wait()})")
        services = Services(json.loads(line))
        if now is not None:
            services.clock(now)
        for platform, switches in (faults or {}).items():
            services.faults(platform, **switches)
        yield services
    finally:
        cast(Any, process.stdin).close()  # its signal to stop, also when this process is killed
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        cast(Any, process.stdout).close()


def dispatcher(by_port: Mapping[int, ASGIApp]) -> ASGIApp:
    """One application for several sockets: the port a request came to decides whose it is."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        # uvicorn hands out the transport nowhere else; closing it is how a connection drops
        scope[ABORT] = cast(Any, send).__self__.transport.abort
        await by_port[scope["server"][1]](scope, receive, send)

    return app


def run(season: Path, host: str, ports: Mapping[str, int]) -> None:
    """Serves until standard input ends; prints the addresses as one line of JSON once they answer."""
    catalogues, landed = read_season(season)
    clock = Clock(landed)
    sockets, by_port, addresses = [], {}, {}
    for platform, port in ports.items():
        # with its protocol named, asyncio sends small pieces at once; else each answer waits 40 ms
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        number = listening.getsockname()[1]
        sockets.append(listening)
        by_port[number] = Service(PLATFORMS[platform](catalogues[platform], clock)).app
        addresses[platform] = f"http://{host}:{number}"
    config = uvicorn.Config(
        dispatcher(by_port),
        http="h11",
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    threading.Thread(target=_stop_with_input, args=(server,), daemon=True).start()
    asyncio.run(_serve(server, sockets, addresses))


def _stop_with_input(server: uvicorn.Server) -> None:
    """Standard input is the line to the parent process: it ends when the parent leaves, however it does."""
    sys.stdin.buffer.read()
    server.should_exit = True


async def _serve(server: uvicorn.Server, sockets: list[socket.socket], addresses: dict[str, str]) -> None:
    running = asyncio.create_task(server.serve(sockets=sockets))
    while not server.started and not running.done():
        await asyncio.sleep(0.01)
    print(json.dumps(addresses), flush=True)
    await running
