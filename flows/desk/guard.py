"""What stands before every page: who asks, whether the form is ours, and what a browser may do with the answer."""

import hmac
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from flows.desk import forms, people
from flows.desk.people import Session
from flows.desk.queue import Desk, RefusedError
from flows.exits import RondaError
from flows.hosts import App, Receive, Scope, Send
from flows.settings import Language

COOKIE, LANGUAGE_COOKIE = "ronda_desk", "ronda_lang"
FORM_BYTES = 16_384
_STATUS = {"refused_right": 403, "refused_blind": 403, "refused_token": 403, "refused_form": 400, "refused_size": 413}
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "same-origin",  # with none at all, browsers send forms with the Origin "null"
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-store",
}


class Guarded:
    """An application whose every answer forbids what its pages do not need."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on, and adds the headers."""

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                added = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message = {**message, "headers": [*message.get("headers", []), *added]}
            await send(message)

        await self._app(scope, receive, sending)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: of whom, in which language, and its form where it has one."""

    request: Request
    lang: Language
    session: Session | None
    form: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def me(self) -> str:
        """The name of who asks; a page that needs one is only reached with a session."""
        assert self.session is not None  # noqa: S101 - see `page`
        return self.session.person.name


View = Callable[[Asked], Response]
Refuse = Callable[[Asked, str, int], Response]


@dataclass(frozen=True, slots=True)
class Refusals:
    """The pages that stand in the place of others."""

    refused: Refuse
    session_over: View


@dataclass(frozen=True, slots=True)
class Right:
    """Which roles may open a page, everybody where none is named; the sentence for others; the bytes of its form."""

    roles: tuple[str, ...] = ()
    refusal: str = "refused_right"
    most: int = FORM_BYTES


def page(desk: Desk, view: View, refusals: Refusals, right: Right, lang: Language) -> Any:
    """A view as an endpoint, for whoever has the right to it."""

    most = right.most

    async def endpoint(request: Request) -> Response:
        body = await _body(request, most)
        return await run_in_threadpool(answered, request, body)

    def answered(request: Request, body: bytes | None) -> Response:
        wanted = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
        chosen = next((each for each in get_args(Language) if each == wanted), lang)
        asked = Asked(request, chosen, None, {})
        try:
            number = request.cookies.get(COOKIE)
            session = people.session_of(desk.home, number) if number else None
            form = _form(request, body, most)
            asked = Asked(request, chosen, session, form.texts, form.files)
            _require_allowed(asked, right)
            answer = view(asked)
        except RefusedError as refusal:
            answer = refusals.refused(asked, str(refusal), _STATUS.get(str(refusal), 409))
            if str(refusal) == "session_over":
                answer = refusals.session_over(asked)
        except (sqlite3.Error, OSError, RondaError):
            answer = refusals.refused(asked, "refused_busy", 503)
        if request.query_params.get("lang") == chosen:
            answer.set_cookie(LANGUAGE_COOKIE, chosen, httponly=True, samesite="strict", secure=_is_tls(request))
        return answer

    return endpoint


def _require_allowed(asked: Asked, right: Right) -> None:
    roles = right.roles
    if asked.request.method == "POST" and not roles and "origin" not in asked.request.headers:
        raise RefusedError("refused_token")  # a form without a session has no token; every browser sends this
    if not roles:
        return
    if asked.session is None:
        raise RefusedError("session_over")
    if asked.request.method == "POST" and not hmac.compare_digest(
        asked.form.get("token", "").encode(), asked.session.token.encode()
    ):
        raise RefusedError("refused_token")
    if asked.session.person.role not in roles:
        raise RefusedError(right.refusal)


async def _body(request: Request, most: int) -> bytes | None:
    """The body of a form; None where it is longer than it may be."""
    parts = b""
    async for part in request.stream():
        parts += part
        if len(parts) > most:
            return None
    return parts


def _form(request: Request, body: bytes | None, most: int) -> forms.Form:
    if body is None:
        raise RefusedError("refused_size" if most > FORM_BYTES else "refused_form")
    try:
        return forms.read(body, request.headers.get("content-type", ""))
    except forms.UnreadableError:
        raise RefusedError("refused_form") from None


def set_session(answer: Response, request: Request, number: str) -> Response:
    """An answer that gives a browser its session."""
    answer.set_cookie(COOKIE, number, httponly=True, samesite="strict", secure=_is_tls(request))
    return answer


def _is_tls(request: Request) -> bool:
    return request.url.scheme == "https"
