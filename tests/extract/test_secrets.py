"""No secret in anything a faulty run wrote or said: landing, journal, states, ledger, logs, tracebacks, run records."""

import logging
import traceback

import pytest

from flows.collecting.journal import Journal
from flows.settings import Settings
from flows.sources import facebook_graph, instagram_graph, tiktok_research
from flows.sources.http import HIDDEN, Redactor, Request
from tests.extract.watching import SECRETS, SOURCE, Watching, written

WORDS = {*SECRETS.values(), "season-app-secret", "clt."}
FAULTS = {
    "rate_limit": {"every": 5, "times": 2},
    "html_error": {"every": 7},
    "truncated": {"every": 6},
    "drop_connection": {"every": 9},
    "expired_token": {"at": [11]},
}


def test_a_faulty_run_writes_no_secret(
    watching: Watching, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for module in (tiktok_research, facebook_graph, instagram_graph):
        monkeypatch.setattr(module, "PAGE_SIZE", 12)
    kept: dict[str, bytes] = {}
    close = Journal.close

    def looked_at(self: Journal) -> None:
        kept.update({f"journal/{name}": content for name, content in written(watching.home).items()})
        close(self)

    monkeypatch.setattr(Journal, "close", looked_at)
    said = []
    for platform in SOURCE:
        watching.services.faults(platform, **FAULTS)
        said.append(repr(watching.pull(platform, graph_app_secret="season-app-secret")))
    content = kept | written(watching.home)
    assert len(content) >= 15
    assert any(b"access_token" in each for each in content.values()), "the pages hold addresses that carry a token"
    wrong = [(word, name) for name, each in content.items() for word in WORDS if word.encode() in each]
    assert wrong == []
    assert [word for word in WORDS if word in caplog.text or word in "".join(said)] == []


def test_a_traceback_holds_no_secret(watching: Watching, monkeypatch: pytest.MonkeyPatch) -> None:
    def crashing(*_: object) -> None:
        raise RuntimeError("the disk is full")

    for platform in SOURCE:
        with monkeypatch.context() as patch:
            patch.setattr(Journal, "append", crashing)
            try:
                watching.pull(platform)
            except RuntimeError as error:
                trace = error.__traceback__.tb_next.tb_next  # type: ignore[union-attr] # below the test's own frames
                shown = traceback.TracebackException(type(error), error, trace, capture_locals=True)
                told = "".join(shown.format())
        assert "the disk is full" in told
        assert [word for word in SECRETS.values() if word in told] == []


def test_settings_show_no_secret() -> None:
    settings = Settings(**SECRETS)  # type: ignore[arg-type]
    assert [word for word in SECRETS.values() if word in repr(settings) + str(settings.model_dump())] == []


def test_a_redactor_finds_a_secret_in_every_spelling_and_what_looks_like_one() -> None:
    redactor = Redactor(["sand/pasir+1&2", "kurz"])
    text = 'a sand/pasir+1&2 b sand%2Fpasir%2B1%262 c next?access_token=EAAunknown&x=1 d "access_token":"EAAother" kurz'
    assert redactor.text(text) == (
        f'a {HIDDEN} b {HIDDEN} c next?access_token={HIDDEN}&x=1 d "access_token":"{HIDDEN}" kurz'
    )
    assert redactor.body(b"\xff sand/pasir+1&2") == b"\xff " + HIDDEN.encode()
    assert redactor.body(b"plain") == b"plain"


def test_a_described_request_keeps_neither_headers_nor_a_private_body() -> None:
    request = Request("POST", "/x", {"a": "sesam-offen"}, json={"username": "warga"}, headers={"Authorization": "b"})
    described = request.described("https://example.test", Redactor(["sesam-offen"]))
    assert described == {
        "method": "POST",
        "url": "https://example.test/x",
        "params": {"a": HIDDEN},
        "body": {"username": "warga"},
    }
    private = Request("POST", "/x", json={"username": "warga"}, is_private=True)
    assert private.described("https://example.test", Redactor([]))["body"] == HIDDEN
