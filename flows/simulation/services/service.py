"""One stand-in as an ASGI application: the platform's own answers, its faults on the way, and the controls beside it.

Controls: `POST /__faults` replaces the faults, `POST /__clock` sets or advances the clock all stand-ins share,
`GET /__requests` gives what was asked (secrets removed), `POST /__reset` forgets faults, requests and state.
"""

import asyncio
import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from flows.simulation.services.archive import Catalogue, Item, seconds_of
from flows.simulation.services.faults import Faults, Rule, reshaped

ABORT = "ronda.abort"  # in the scope: what closes the connection
_KEPT = 50_000
_SECRETS = re.compile(r"((?:access_token|appsecret_proof|client_secret|client_key)=)[^&\s]*")
_SECRET_HEADERS = ("authorization", "cookie")
_HTML = b"<html>\n<head><title>%d</title></head>\n<body><center><h1>%d</h1></center><hr></body>\n</html>\n"
_INSTEAD = (
    *("expired_token", "permission_lost", "rate_limit", "throttle", "server_error", "passing_400", "error"),
    "error_200",
)


class Answer(NamedTuple):
    """What a platform answers: a body for JSON, or bytes of another type."""

    status: int
    body: Any
    media_type: str = "application/json"


@dataclass(slots=True)
class Call:
    """One request: its path, query and body; `commit` is what may only happen once the answer has left whole."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    wording: str
    kind: str = "data"
    commit: Callable[[], None] | None = None
    answer_headers: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Clock:
    """The moment at which the stand-ins are, in Unix seconds; it stands still until it is set."""

    now: int

    def set(self, values: Mapping[str, Any]) -> None:
        """`{"now": ISO time or seconds}` or `{"advance": seconds}`; raises ValueError or KeyError for anything else."""
        if "advance" in values:
            self.now += int(values["advance"])
        elif isinstance(values["now"], str):
            self.now = seconds_of(values["now"])
        else:
            self.now = int(values["now"])


class Platform(ABC):
    """What is the platform's own: who is let in, what it answers, and how it words its failures."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        self.catalogue = catalogue
        self.name = catalogue.platform
        self.faults = Faults(self.name)
        self.clock = clock

    @abstractmethod
    def reset(self) -> None:
        """Forgets tokens, quotas and searches."""

    @abstractmethod
    def admit(self, call: Call) -> Answer | None:
        """Checks token and quota, and marks what kind of call it is; an answer when it is refused."""

    @abstractmethod
    def answer(self, call: Call) -> Answer:
        """The answer to a call that was admitted."""

    @abstractmethod
    def failure(self, call: Call, rule: Rule) -> Answer:
        """A fault in the platform's own words."""

    @property
    def own_now(self) -> int:
        """The platform's own clock: ahead or behind when it is skewed."""
        return self.clock.now + (self.faults.option("clock_skew", "seconds") if self.faults.is_on("clock_skew") else 0)

    @property
    def indexed(self) -> int:
        """The moment up to which posts are found."""
        delay = self.faults.option("index_delay", "hours") if self.faults.is_on("index_delay") else 0
        return self.clock.now - int(delay * 3600)

    def is_visible(self, item: Item) -> bool:
        """Whether a post is found now."""
        now = self.clock.now
        return item.created <= self.indexed and item.gone_at > now and item.account.gone_at > now

    def growth(self, item: Item) -> float:
        """The share of its final counts a post shows now."""
        return 1.0 if self.faults.is_on("steady_counts") else item.growth(self.clock.now)

    def fires(self, call: Call, name: str) -> Rule | None:
        """Whether a fault fires on this call; it is noted in the record of the request."""
        rule = self.faults.fires(name, call.wording, call.kind)
        if rule is not None:
            call.faults.append(name)
        return rule

    def touches_outage(self, call: Call, first_day: str, last_day: str) -> bool:
        """Whether a window, in ISO days, touches a day of an outage."""
        days = self.faults.option("outage_days", "days")
        hit = any(first_day <= day <= last_day for day in days)
        return hit and self.fires(call, "outage_days") is not None


class _Dropped(Response):
    """No answer, or the first half of one, and the connection closed."""

    def __init__(self, content: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(content, 200, headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - the ASGI interface
        if self.body:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            half = bytes(self.body)[: len(self.body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            await asyncio.sleep(0.02)  # let the half leave first
        scope[ABORT]()
        await asyncio.sleep(0)


async def _endless(content: bytes) -> AsyncIterator[bytes]:
    yield content[:-1]
    while True:
        yield b" " * 65_536
        await asyncio.sleep(0.001)


async def _dripping(content: bytes, size: int, pause: float) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]
        await asyncio.sleep(pause)


class Service:
    """A platform's application; `app` is what a server runs."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.faults = platform.faults
        self.requests: deque[dict[str, Any]] = deque(maxlen=_KEPT)
        self.count = 0
        self.start = platform.clock.now
        self.app = Starlette(
            routes=[
                Route("/__faults", self._set_faults, methods=["POST"]),
                Route("/__clock", self._set_clock, methods=["POST"]),
                Route("/__clock", self._get_clock, methods=["GET"]),
                Route("/__requests", self._get_requests, methods=["GET"]),
                Route("/__reset", self._reset, methods=["POST"]),
                Route("/{path:path}", self._serve, methods=["GET", "POST"]),
            ]
        )

    async def _set_faults(self, request: Request) -> Response:
        try:
            self.faults.switch(orjson.loads(await request.body() or b"{}"))
        except (ValueError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"on": sorted(self.faults.rules)})

    async def _set_clock(self, request: Request) -> Response:
        try:
            self.platform.clock.set(orjson.loads(await request.body()))
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": f'give {{"now": time}} or {{"advance": seconds}}: {error}'}, 400)
        return await self._get_clock(request)

    async def _get_clock(self, _: Request) -> Response:
        now = self.platform.clock.now
        return JSONResponse({"now": datetime.fromtimestamp(now, UTC).isoformat(), "seconds": now})

    async def _get_requests(self, request: Request) -> Response:
        after = int(request.query_params.get("after", 0))
        return JSONResponse([record for record in self.requests if record["number"] > after])

    async def _reset(self, _: Request) -> Response:
        self.faults.switch({})
        self.requests.clear()
        self.count = 0
        self.platform.reset()
        return JSONResponse({})

    async def _serve(self, request: Request) -> Response:
        body = await request.body()
        text = unquote(request.url.query)
        query = {key: values[-1] for key, values in parse_qs(request.url.query, keep_blank_values=True).items()}
        wording = f"{request.url.path}?{text} {body.decode(errors='replace')}"
        call = Call(request.method, request.url.path, query, request.headers, body, wording)
        if call.path.rstrip("/").endswith("oauth/token"):
            call.kind = "token"
        if (rule := self.platform.fires(call, "latency")) is not None:
            await asyncio.sleep(rule.options["seconds"])
        drop = self.platform.fires(call, "drop_connection")
        if drop is not None and not drop.options["within"]:
            self._record(call, 0)
            return _Dropped()
        answer = self._gateway(call) or self.platform.admit(call) or self._instead(call) or self.platform.answer(call)
        self._record(call, answer.status)
        return self._response(call, answer, is_cut=drop is not None)

    def _gateway(self, call: Call) -> Answer | None:
        rule = self.platform.fires(call, "html_error")
        if rule is None:
            return None
        status = rule.options["status"]
        return Answer(status, _HTML % (status, status), "text/html")

    def _instead(self, call: Call) -> Answer | None:
        for name in _INSTEAD:
            rule = self.platform.fires(call, name)
            if rule is not None:
                if name == "rate_limit" and rule.options["retry_after"] is not None:
                    call.answer_headers["retry-after"] = self._retry_after(rule)
                return self.platform.failure(call, rule)
        return None

    def _retry_after(self, rule: Rule) -> str:
        seconds = rule.options["retry_after"]
        if not rule.options["as_date"]:
            return str(seconds)
        return format_datetime(datetime.fromtimestamp(self.platform.own_now + int(seconds), UTC), usegmt=True)

    def _response(self, call: Call, answer: Answer, *, is_cut: bool) -> Response:
        body = answer.body
        moment = datetime.fromtimestamp(self.platform.own_now, UTC)
        headers = {
            "content-type": answer.media_type,
            "date": format_datetime(moment, usegmt=True),
            **call.answer_headers,
        }
        is_good = answer.status == 200 and isinstance(body, dict)
        if is_good and (rule := self.platform.fires(call, "changed_shape")) is not None:
            body = reshaped(body, rule)
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        if is_cut:
            return _Dropped(content, headers)
        if is_good:
            if self.platform.fires(call, "truncated") is not None:
                return Response(content[: len(content) * 2 // 3], 200, headers)
            if self.platform.fires(call, "endless_body") is not None:
                return StreamingResponse(_endless(content), 200, headers)
        if call.commit is not None:
            call.commit()
        if (rule := self.platform.fires(call, "slow_drip")) is not None:
            pieces = _dripping(content, rule.options["bytes"], rule.options["seconds"])
            return StreamingResponse(pieces, answer.status, headers)
        return Response(content, answer.status, headers)

    def _record(self, call: Call, status: int) -> None:
        self.count += 1
        self.requests.append(
            {
                "number": self.count,
                "clock": self.platform.clock.now,
                "kind": call.kind,
                "method": call.method,
                "path": call.path,
                "query": {
                    key: "removed" if _SECRETS.match(f"{key}={value}") else value for key, value in call.query.items()
                },
                "body": _SECRETS.sub(r"\1removed", call.body[:20_000].decode(errors="replace")),
                "headers": {key: "removed" if key in _SECRET_HEADERS else value for key, value in call.headers.items()},
                "status": status,
                "faults": call.faults,  # those of the answer are added when it is made
            }
        )
