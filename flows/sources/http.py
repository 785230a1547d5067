"""The one way out: every request to a platform goes through this client.

Time-outs on everything, a deadline for the whole answer (a server that drips is cut off), a bound on its size, TLS
always verified, no redirects, an honest User-Agent, and no secret in anything that is kept or shown. It sends once and
always gives an Answer; whether to ask again is decided by `walking`, so that every answer is kept.
"""

import json
import logging
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit

import httpx

from flows.exits import UsageError
from flows.sources.pacing import Clock, Pace
from flows.sources.redacting import Redactor

MAX_BYTES = 8 << 20  # well below the longest line that is read back
KEPT_HEADERS = frozenset(
    {
        *("content-type", "retry-after", "date", "facebook-api-version"),
        *("x-app-usage", "x-business-use-case-usage", "x-page-usage"),
    }
)
HIDDEN = "REDACTED"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# It logs every address, and the proof of an app's secret stands in one.
logging.getLogger("httpx").setLevel(logging.WARNING)


def user_agent(office: str) -> str:
    """Who asks and why, in words a platform's operator can act on."""
    return f"ronda/{version('ronda')} (weekly watch of public posts; {office.encode('ascii', 'ignore').decode()})"


@dataclass(frozen=True, slots=True)
class Request:
    """One request below the platform's base address; `headers` may hold a secret and are never kept."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    upload: tuple[str, bytes] | None = None  # name of the field and content of a text file sent with the form
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_private: bool = False  # the body names a person; it is not kept

    def described(self, base: str, redactor: Redactor) -> dict[str, Any]:
        """What is kept of it: method, address, parameters and body, without secrets."""
        facts: dict[str, Any] = {"method": self.method, "url": f"{base}{self.path}"}
        facts |= {"params": dict(self.params)} if self.params else {}
        facts |= {"body": HIDDEN if self.is_private else self.json} if self.json is not None else {}
        facts |= {"form": dict(self.form)} if self.form else {}
        facts |= {"upload": self.upload[1].decode()} if self.upload else {}
        plain: dict[str, Any] = json.loads(redactor.text(json.dumps(facts, ensure_ascii=False)))
        return plain


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status with a body, or a failure in a few words (then the status is None).

    Its secrets are masked; `masked` says how many headers and body held.
    """

    request: dict[str, Any]
    asked_at: datetime
    fetched_at: datetime
    status: int | None
    headers: Mapping[str, str]
    body: bytes
    failure: str | None = None
    masked: int = 0


def checked_base(url: str, name: str) -> str:
    """The base address without its last slash; raises UsageError unless it is https or this machine itself."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return url.rstrip("/")
    raise UsageError(f"The setting {name} must be an https address; {parts.scheme or 'none'} is not safe.")


@cache
def _trust() -> ssl.SSLContext:
    """The certificates every connection is verified against, read once."""
    return httpx.create_ssl_context(verify=True)


class Client:
    """A client for one platform; one request at a time, paced."""

    def __init__(  # noqa: PLR0913 - the bounds of a client
        self,
        base: str,
        pace: Pace,
        clock: Clock,
        redactor: Redactor,
        agent: str,
        *,
        timeout: float = 30.0,
        deadline: float = 90.0,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        self.base, self.pace, self.clock, self.redactor = base, pace, clock, redactor
        self._deadline, self._max_bytes = deadline, max_bytes
        self._http = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=min(10.0, timeout)),
            follow_redirects=False,
            verify=_trust(),
            trust_env=urlsplit(base).hostname not in _LOOPBACK,
            headers={"User-Agent": agent, "Accept": "application/json", "Accept-Encoding": "identity"},
        )

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()
        self.pace.close()

    def send(self, request: Request) -> Answer:
        """Sends one request when its turn has come. Never raises for what the network or the server does.

        Raises DayQuotaSpent when the day's requests are used up; then nothing was sent.
        """
        return self.fetch(request)[0]

    def fetch(self, request: Request) -> tuple[Answer, bytes]:
        """As `send`, with the body as it came beside it: only for answers that bring a secret themselves."""
        self.pace.take()
        asked_at = self.clock.now()
        status, headers, body, failure = self._exchange(request)
        described = request.described(self.base, self.redactor)
        shown, counts = {}, []
        for name, value in headers.items():
            content, count = self.redactor.masked(value.encode("utf-8", "surrogateescape"))
            shown[name] = content.decode("utf-8", "surrogateescape")
            counts.append(count)
        kept, count = self.redactor.masked(body)
        said = self.redactor.text(failure) if failure else None
        answer = Answer(described, asked_at, self.clock.now(), status, shown, kept, said, count + sum(counts))
        return answer, body

    def _exchange(self, request: Request) -> tuple[int | None, dict[str, str], bytes, str | None]:
        end = time.monotonic() + self._deadline  # the network's time is real even where the clock is not
        parts: list[bytes] = []
        size = 0
        files = {request.upload[0]: ("ids.txt", request.upload[1], "text/plain")} if request.upload else None
        try:
            with self._http.stream(
                request.method,
                f"{self.base}{request.path}",
                params=dict(request.params) or None,
                json=request.json,
                data=dict(request.form) if request.form else None,
                files=files,
                headers=dict(request.headers),
            ) as response:
                headers = {name: value for name, value in response.headers.items() if name in KEPT_HEADERS}
                for part in response.iter_bytes():
                    size += len(part)
                    if size > self._max_bytes:
                        return None, {}, b"", f"the answer is larger than {self._max_bytes:,} bytes"
                    if time.monotonic() > end:
                        return None, {}, b"", f"the answer was not complete after {self._deadline:g} s"
                    parts.append(part)
                return response.status_code, headers, b"".join(parts), None
        except httpx.TimeoutException as error:
            return None, {}, b"", f"no answer in time ({type(error).__name__})"
        except httpx.HTTPError as error:
            return None, {}, b"", f"the connection failed ({type(error).__name__})"
