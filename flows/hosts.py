"""Who may be asked for: the names of this machine in the requests that its servers answer.

A web page whose name is made to point to this machine (DNS rebinding) sends its own name as Host; a page that asks
across sites sends its own address as Origin. Both are refused before anything else sees the request.
"""

from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = "127.0.0.1"
OWN_NAMES = (LOOPBACK, "localhost", "::1")
_REFUSALS = {
    "host": (421, b"This server does not answer under this name.\n"),
    "origin": (403, b"This server does not answer pages of other sites.\n"),
}


class OwnNames:
    """An application that answers only under the names of this machine, and others that are given, and only itself.

    Everything else gets 421 (another name) or 403 (a page of another site), and a WebSocket is closed. `proxied` is the
    address of a proxy with TLS that stands before it: what is asked under its name came by TLS, and is passed on so.
    """

    def __init__(self, app: App, names: Collection[str] = (), proxied: str = "") -> None:
        self._app = app
        self._proxy = (_name(proxied) or "") if proxied else ""
        self._names = frozenset(name.lower() for name in (*OWN_NAMES, *names, self._proxy) if name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is asked properly."""
        if self._proxy and self._proxy in {_name(f"//{host}") for host in _hosts(scope)}:
            scope = {**scope, "scheme": "wss" if scope["type"] == "websocket" else "https"}
        refusal = self._refusal(scope) if scope["type"] in {"http", "websocket"} else None
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            status, sentence = _REFUSALS[refusal]
            headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(sentence)).encode())]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": sentence})

    def _refusal(self, scope: Scope) -> str | None:
        hosts = _hosts(scope)
        if len(hosts) != 1 or _name(f"//{hosts[0]}") not in self._names:
            return "host"
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        if any(
            _name(origin) not in self._names or _port(origin) != _port(f"{scope.get('scheme', 'http')}://{hosts[0]}")
            for origin in origins
        ):
            return "origin"
        return None


def _hosts(scope: Scope) -> list[str]:
    return [value.decode("latin-1") for name, value in scope.get("headers", ()) if name == b"host"]


def _name(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:  # brackets that are never closed
        return None


def _port(address: str) -> int | None:
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:  # no number
        return None
    return port or (443 if parts.scheme in {"https", "wss"} else 80)
