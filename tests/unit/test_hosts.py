"""Servers of this machine answer under its names, to nobody's pages but their own."""

import asyncio
from typing import Any

import pytest

from flows.hosts import OwnNames


def asked(kind: str = "http", *headers: tuple[str, str], **named: str) -> list[dict[str, Any]]:
    """What an application behind the door sends, asked with these headers; it says "inside" when it is reached."""
    sent: list[dict[str, Any]] = []

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "inside"})

    async def send(message: Any) -> None:
        sent.append(message)

    pairs = [*headers, *named.items()]
    scope = {"type": kind, "headers": [(name.encode(), value.encode("latin-1")) for name, value in pairs]}
    door = OwnNames(inside, ["Ronda.Batang.example"], "https://Meja.Batang.example")
    asyncio.run(door(scope, None, send))  # type: ignore[arg-type]
    return sent


@pytest.mark.parametrize(
    "host", ["127.0.0.1:4200", "localhost", "LOCALHOST:1", "[::1]:4200", "[::1]", "ronda.batang.example"]
)
def test_own_names_are_answered(host: str) -> None:
    assert asked(host=host) == [{"type": "inside"}]


@pytest.mark.parametrize(
    "host",
    ["evil.example:4200", "127.0.0.1.evil.example", "evil.example@localhost.evil.example", "[::1", "", "192.0.2.1"],
)
def test_other_names_are_refused(host: str) -> None:
    assert [message.get("status") for message in asked(host=host)] == [421, None]


def test_a_request_has_one_host() -> None:
    assert asked()[0]["status"] == asked("http", ("host", "localhost"), ("host", "evil.example"))[0]["status"] == 421


@pytest.mark.parametrize(
    "origin", ["http://127.0.0.1:4200", "http://localhost:4200", "http://ronda.batang.example:4200"]
)
def test_own_pages_may_ask(origin: str) -> None:
    assert asked(host="127.0.0.1:4200", origin=origin) == [{"type": "inside"}]


@pytest.mark.parametrize(
    "origin", ["null", "http://evil.example", "http://127.0.0.1:8000", "http://localhost", "file://"]
)
def test_pages_of_others_may_not(origin: str) -> None:
    assert asked(host="127.0.0.1:4200", origin=origin)[0]["status"] == 403
    assert asked("websocket", host="127.0.0.1:4200", origin=origin) == [{"type": "websocket.close", "code": 1008}]


def test_what_has_no_sender_passes() -> None:
    assert asked("lifespan") == [{"type": "inside"}]


@pytest.mark.parametrize(
    ("host", "origin", "is_answered"),
    [
        ("meja.batang.example", "https://meja.batang.example", True),
        ("meja.batang.example:8443", "https://meja.batang.example:8443", True),
        ("meja.batang.example", "http://meja.batang.example", False),
        ("meja.batang.example", "https://evil.example", False),
        ("127.0.0.1:8490", "https://meja.batang.example", False),  # a proxy that hides what it was asked for
    ],
)
def test_pages_behind_the_proxy_may_ask(host: str, origin: str, is_answered: bool) -> None:
    assert (asked(host=host, origin=origin) == [{"type": "inside"}]) is is_answered
