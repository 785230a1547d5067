"""No secret in anything a faulty run wrote or said: landing, journal, states, ledger, logs, tracebacks, run records."""

import gzip
import hashlib
import json
import logging
import traceback
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from flows.collecting.journal import Journal
from flows.files import open_stream
from flows.loading import landing
from flows.loading.arrivals import land_paths
from flows.settings import Settings
from flows.simulation.services.graph import APP_SECRET, PROOF, TOKEN
from flows.sources import facebook_graph, instagram_graph, tiktok_research
from flows.sources.http import HIDDEN, Request
from flows.sources.redacting import Redactor
from tests.extract.watching import NOW, SECRETS, SOURCE, Watching, written

WORDS = {*SECRETS.values(), APP_SECRET, PROOF, "clt."}
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
        links = {} if platform == "tiktok" else {"link_secrets": True}
        watching.services.faults(platform, **FAULTS, **links)
        said.append(repr(watching.pull(platform, graph_app_secret=APP_SECRET)))
    content = kept | written(watching.home)
    assert len(content) >= 15
    assert any(b"access_token" in each for each in content.values()), "the pages hold addresses that carry a token"
    wrong = [(word, name) for name, each in content.items() for word in WORDS if word.encode() in each]
    assert wrong == []
    assert [word for word in WORDS if word in caplog.text or word in "".join(said)] == []


def listed(watching: Watching, format_name: str) -> landing.Landed:
    """The manifest of the only landed file of a format."""
    (item,) = (each for each in landing.landed_files(watching.home) if each.source == format_name)
    return item


@pytest.mark.parametrize("settings", [{}, {"graph_app_secret": APP_SECRET}])
def test_links_keep_their_length_and_the_manifest_counts_what_was_masked(
    watching: Watching, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> None:
    monkeypatch.setattr(facebook_graph, "PAGE_SIZE", 12)
    watching.services.faults("facebook", link_secrets=True)
    done = watching.pull("facebook", **settings)
    with open_stream(landing.stored_path(watching.home, listed(watching, "facebook_graph"))) as stream:
        pages = [json.loads(line) for line in stream]
    links = [json.loads(page["body"]).get("paging", {}).get("next", "") for page in pages]
    queries = [parse_qs(urlsplit(link).query) for link in links if link]
    assert len(queries) >= 4
    for query in queries:
        assert query["access_token"] == ["*" * len(TOKEN)]
        assert query["appsecret_proof"] == ["*" * len(PROOF)]
    assert [page["masked"] for page in pages] == [2 if link else 0 for link in links]
    assert listed(watching, "facebook_graph").masked == 2 * len(queries)
    assert watching.found("facebook") == watching.truth("facebook"), done


def test_a_killed_run_goes_on_with_the_secrets_of_the_settings(
    watching: Watching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facebook_graph, "PAGE_SIZE", 12)
    watching.services.faults("facebook", link_secrets=True)
    append = Journal.append

    def killed(self: Journal, line: bytes) -> None:
        append(self, line)
        if b"appsecret_proof=" in line:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Journal, "append", killed)
        watching.pull("facebook", graph_app_secret=APP_SECRET)
    left = written(watching.home / "extract")
    assert any(b"access_token=" in content for content in left.values())
    assert [(word, name) for name, content in left.items() for word in WORDS if word.encode() in content] == []
    watching.pull("facebook", graph_app_secret=APP_SECRET)
    assert watching.found("facebook") == watching.truth("facebook")
    for asked in watching.services.requests("facebook"):  # the proof is ours in every request, and refused if wrong
        assert asked["query"]["appsecret_proof"] == "removed"
        assert asked["status"] == 200
    assert listed(watching, "facebook_graph").masked >= 2


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_saved_page_that_is_imported_lands_without_its_token(
    watching: Watching, pack: Callable[[bytes], bytes]
) -> None:
    token = "EAABsbCS1234ZAsaved"
    link = f"https://graph.facebook.com/v26.0/102938475610293/posts?access_token={token}&appsecret_proof=0a1b2c&after=Q"
    page = {
        "data": [
            {
                "id": "102938475610293_122118273645019283",
                "message": "Sosialisasi di kecamatan",
                "created_time": "2024-02-02T06:20:11+0000",
                "permalink_url": "https://www.facebook.com/102938475610293/posts/122118273645019283",
            }
        ],
        "paging": {"next": link},
    }
    content = json.dumps(page).encode()
    saved = watching.home.parent / "page.json"
    saved.write_bytes(pack(content))
    settings = watching.settings()
    (item,) = land_paths(settings, [saved], NOW).landed
    with open_stream(landing.stored_path(watching.home, item)) as stream:
        kept = stream.read()
    masked = content.replace(token.encode(), b"*" * len(token)).replace(b"0a1b2c", b"******")
    assert kept == masked
    assert not any(token.encode() in each for each in written(watching.home).values())
    assert item.file_id == hashlib.sha256(saved.read_bytes()).hexdigest()
    assert item.masked == 2
    assert len(item.rewritten) == 1, "the manifest has both hashes"
    again = land_paths(settings, [saved], NOW)
    assert (again.landed, again.new) == ((item,), frozenset()), "the same bytes are known"


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


def test_a_described_request_keeps_neither_headers_nor_a_private_body() -> None:
    request = Request("POST", "/x", {"a": "sesam-offen"}, json={"username": "warga"}, headers={"Authorization": "b"})
    described = request.described("https://example.test", Redactor(["sesam-offen"]))
    assert described == {
        "method": "POST",
        "url": "https://example.test/x",
        "params": {"a": "***********"},
        "body": {"username": "warga"},
    }
    private = Request("POST", "/x", json={"username": "warga"}, is_private=True)
    assert private.described("https://example.test", Redactor([]))["body"] == HIDDEN
