"""The exchange of files with workers that share no disk: what storage may do to it, and what is said then."""

import http.server
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from flows.exits import RondaError, UsageError
from flows.settings import Settings
from flows.store import exchange

ADDRESS = "s3://kantor/ronda"
Answer = tuple[int, str]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", exchange_url=ADDRESS)


def test_without_its_library_it_is_a_sentence(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(UsageError, match=r"obstore is not installed; install requirements-cluster\.txt"):
        exchange.Exchange(settings)


def test_without_an_address_there_is_none(tmp_path: Path) -> None:
    with exchange.opened(Settings(home=tmp_path)) as store:
        assert store is None


def test_another_address_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("obstore", reason="needs requirements-cluster.txt")
    with pytest.raises(UsageError, match="write it like s3://bucket/prefix"):
        exchange.Exchange(Settings(home=tmp_path, exchange_url="https://kantor/ronda"))


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer, float], None]]:
    """Storage on this machine that gives one answer to everything, after so many seconds."""
    pytest.importorskip("obstore", reason="needs requirements-cluster.txt")
    told: list[tuple[Answer, float]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            (status, text), seconds = told[-1]
            time.sleep(seconds)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.send_header("Last-Modified", "Mon, 05 Feb 2024 00:00:00 GMT")
            self.send_header("ETag", '"1"')
            with suppress(OSError):  # who gave up waiting is gone
                self.end_headers()
                self.wfile.write(text.encode())

        do_GET = do_PUT = do_POST = do_HEAD = answer  # noqa: N815 - as the library names them

        def log_message(self, *_: object) -> None:
            """Silent."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "rahasia")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_address[1]}")
    monkeypatch.setattr(exchange, "_TIMEOUT", "1s")
    monkeypatch.setattr(exchange, "_TRIES", 1)
    monkeypatch.setattr(exchange, "_PATIENCE", timedelta(seconds=2))
    yield lambda answer, seconds: told.append((answer, seconds))
    server.shutdown()


REFUSALS: dict[str, Answer] = {
    "no right": (403, "<Error><Code>AccessDenied</Code></Error>"),
    "an expired token": (400, "<Error><Code>ExpiredToken</Code></Error>"),
    "an unknown key": (403, "<Error><Code>InvalidAccessKeyId</Code></Error>"),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_a_login_that_is_refused_says_what_to_renew_and_not_the_secret(
    settings: Settings, storage: Callable[[Answer, float], None], why: str, tmp_path: Path
) -> None:
    storage(REFUSALS[why], 0)
    with pytest.raises(UsageError, match=r"refuses the login .* renew AWS_ACCESS_KEY_ID") as refusal:
        exchange.Exchange(settings).fetch("parts/a.parquet", tmp_path / "a.parquet", "0")
    assert "rahasia" not in str(refusal.value)


@pytest.mark.parametrize(("answer", "seconds"), [((500, ""), 0), ((200, ""), 3)])
def test_storage_that_fails_or_is_too_slow_ends_with_a_sentence(
    settings: Settings, storage: Callable[[Answer, float], None], answer: Answer, seconds: float
) -> None:
    storage(answer, seconds)
    with pytest.raises(RondaError, match=r"cannot be used .* run the same command again"):
        exchange.Exchange(settings).clear()


def test_a_file_that_is_not_what_was_sent_is_refused(
    settings: Settings, storage: Callable[[Answer, float], None], tmp_path: Path
) -> None:
    storage((200, "something else"), 0)
    with pytest.raises(RondaError, match=r"parts/a\.parquet in s3://kantor/ronda is not what was sent"):
        exchange.Exchange(settings).fetch("parts/a.parquet", tmp_path / "a.parquet", "0" * 64)
