"""The one way out: every request to a platform goes through this client.

Time-outs on everything, a deadline for the whole answer (a server that drips is cut off), a bound on its size, TLS
always verified, no redirects, an honest User-Agent, and no secret in anything that is kept or shown. It sends once and
always gives an Answer; whether to ask again is decided by `walking`, so that every answer is kept.
"""

import json
import re
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.metadata import version
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

import httpx

from flows.exits import UsageError
from flows.sources.pacing import Clock, Pace

MAX_BYTES = 8 << 20  # well below the longest line that is read back
KEPT_HEADERS = frozenset(
    {
        *("content-type", "retry-after", "date", "facebook-api-version"),
        *("x-app-usage", "x-business-use-case-usage", "x-page-usage"),
    }
)
HIDDEN = "REDACTED"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_TOKEN = re.compile(
    r"((?:access_token|client_secret|appsecret_proof)(?:=|%3D|\\?\"\s*:\s*\\?\"))[^&\"\s\\]+", re.IGNORECASE
)


def user_agent(office: str) -> str:
    """Who asks and why, in words a platform's operator can act on."""
    return f"ronda/{version('ronda')} (weekly watch of public posts; {office.encode('ascii', 'ignore').decode()})"


class Redactor:
    """Takes secrets out of whatever is kept or shown: the known ones in every spelling, and what looks like a token."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets: set[str] = set()
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """One more secret, such as a token just received."""
        if len(secret) >= 6:  # shorter ones would tear holes into every text
            self._secrets |= {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]}

    def text(self, text: str) -> str:
        """The text without secrets."""
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return _TOKEN.sub(rf"\g<1>{HIDDEN}", text)

    def body(self, body: bytes) -> bytes:
        """The bytes without secrets, else unchanged; undecodable bytes stay as they are."""
        if (
            not any(secret.encode() in body for secret in self._secrets)
            and b"oken" not in body
            and b"ecret" not in body
        ):
            return body
        return self.text(body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


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
    """What came back: a status with a body, or a failure in a few words (then the status is None)."""

    request: dict[str, Any]
    asked_at: datetime
    fetched_at: datetime
    status: int | None
    headers: Mapping[str, str]
    body: bytes
    failure: str | None = None


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
        self.pace.take()
        asked_at = self.clock.now()
        described = request.described(self.base, self.redactor)
        status, headers, body, failure = self._exchange(request)
        return Answer(
            described,
            asked_at,
            self.clock.now(),
            status,
            {name: self.redactor.text(value) for name, value in headers.items()},
            self.redactor.body(body),
            self.redactor.text(failure) if failure else None,
        )

    def fetch(self, request: Request) -> tuple[Answer, bytes]:
        """As `send`, with the body as it came beside it: only for answers that bring a secret themselves."""
        self.pace.take()
        asked_at = self.clock.now()
        status, headers, body, failure = self._exchange(request)
        described = request.described(self.base, self.redactor)
        kept = self.redactor.body(body)
        return Answer(described, asked_at, self.clock.now(), status, headers, kept, failure), body

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
