"""The Prefect server that ronda starts for itself: one for `ronda serve`, a temporary one for every other run."""

import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import HTTPError

from tenacity import RetryError, Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from flows import processes
from flows.exits import RondaError, UsageError
from flows.hosts import LOOPBACK
from flows.settings import ServerElsewhere, Settings, server_elsewhere
from flows.store import keys

_START_SECONDS = 120
_NOT_LET_IN = {401, 403}


def listening(port: int, setting: str, host: str = LOOPBACK) -> socket.socket:
    """A socket on which a server answers, of this machine only where no other `host` is given; port 0: any.

    Raises RondaError where the port is taken.

    With its protocol named, asyncio sends small pieces at once; else each answer waits 40 ms.
    """
    opened = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
        opened.listen()
    except OSError as error:
        opened.close()
        raise RondaError(
            f"Port {port} cannot be opened ({error.strerror}): another program may answer there, which ronda does not"
            f" use; end it, or choose another {setting}."
        ) from error
    return opened


class Orchestrator:
    """The server in a process of its own; flows of this process and its children use it, and it ends with this one.

    To be made before Prefect is imported, then started, and closed by whoever made it. It is `temporary`, silent and
    on any port, or on a given one, with its pages and schedules.
    """

    def __init__(self, settings: Settings, port: int = 0, *, log_level: str = "CRITICAL") -> None:
        self._is_temporary = not port
        self._socket = listening(port, "server_port")
        self.port: int = self._socket.getsockname()[1]
        self._is_quiet = log_level == "CRITICAL"
        self._process: subprocess.Popen[bytes] | None = None
        settings.export(log_level=log_level)
        settings.export_server(self.port, keys.credential(settings.login, "ronda"))

    def start(self) -> None:
        """Starts it; it answers some seconds later."""
        number = self._socket.fileno()
        words = [str(number), *(["temporary"] if self._is_temporary else [])]
        errors = subprocess.DEVNULL if self._is_quiet else None
        self._process = processes.start(
            "flows.prefect_server", *words, keeps=[number], stdout=subprocess.DEVNULL, stderr=errors
        )
        self._socket.close()  # from here on it is the server's alone

    def wait(self) -> None:
        """Returns when it answers; raises RondaError when it ended or does not answer in time."""
        patience = stop_after_delay(_START_SECONDS)
        try:
            Retrying(stop=patience, wait=wait_fixed(0.1), retry=retry_if_exception_type(OSError))(self._ask)
        except RetryError:
            raise RondaError(
                f"The Prefect server did not answer within {_START_SECONDS} s; run it again with --debug to see why."
            ) from None

    def _ask(self) -> None:
        if self.is_gone:
            raise RondaError("The Prefect server ended while starting; run it again with --debug to see why.")
        with urllib.request.urlopen(f"http://{LOOPBACK}:{self.port}/api/health", timeout=2):
            pass

    @property
    def number(self) -> int | None:
        """The number of its process, once it is started."""
        return None if self._process is None else self._process.pid

    @property
    def is_gone(self) -> bool:
        """Whether it ended, or never started."""
        return self._process is None or self._process.poll() is not None

    def end(self) -> None:
        """Asks the server to end, which takes it some seconds."""
        if self._process is not None:
            self._process.terminate()

    def close(self) -> None:
        """Ends the server and waits for its end."""
        self._socket.close()
        if self._process is None:
            return
        self.end()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _require(server: ServerElsewhere) -> None:
    """Raises UsageError where the server that the environment names cannot be used."""
    try:
        headers = {"Authorization": server.authorization}
        asked = urllib.request.Request(f"{server.api}/admin/version", headers=headers)  # noqa: S310 - as the user says
        with urllib.request.urlopen(asked, timeout=10):  # noqa: S310
            pass
    except HTTPError as error:
        if error.code in _NOT_LET_IN:
            raise UsageError(
                f"The Prefect server at {server.api} refuses the login; set PREFECT_API_AUTH_STRING to the line in its"
                " server.key, or unset PREFECT_API_URL."
            ) from None
    except (OSError, ValueError):
        raise UsageError(
            f"The Prefect server at {server.api} does not answer; start it, or unset PREFECT_API_URL."
        ) from None


def require_elsewhere() -> ServerElsewhere:
    """The Prefect server that the environment names; UsageError where it names none, or one that cannot be used."""
    server = server_elsewhere()
    if server is None:
        raise UsageError("No Prefect server is named; set PREFECT_API_URL to its address, like http://HOST:4200/api.")
    _require(server)
    return server


def is_needed(settings: Settings) -> bool:
    """Whether a run takes more than this machine's two processes, or tells somebody, or has a server to use."""
    is_shared = settings.task_runner != "processes" or settings.workers > processes.ALONE
    return bool(is_shared or settings.notify or server_elsewhere())


@contextmanager
def orchestrated(settings: Settings, log_level: str) -> Iterator[Orchestrator | None]:
    """A temporary server that starts while the block imports the flows; none where the environment names a server."""
    if elsewhere := server_elsewhere():
        _require(elsewhere)
        yield None
        return
    server = Orchestrator(settings, log_level=log_level)
    try:
        server.start()
        yield server
    finally:
        server.close()
