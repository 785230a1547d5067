"""The site: what is published and nothing else, whatever is asked."""

import json
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import pytest

from flows import serving
from flows.exits import RondaError
from flows.hosts import LOOPBACK
from flows.settings import Settings
from tests.conftest import free_port

WEEK = "2024-W05"


class Answer(NamedTuple):
    """What a browser gets."""

    status: int
    kind: str | None
    text: str


Ask = Callable[..., Answer]


def publish(home: Path, number: int) -> Path:
    """A release with one week, made the published one."""
    release = home / "releases" / str(number)
    for name in ("weekly.html", "charts/volume.svg", "data/weekly_topic.parquet"):
        (release / WEEK / name).parent.mkdir(parents=True, exist_ok=True)
        (release / WEEK / name).write_text(f"{name} {number}")
    files = dict.fromkeys(("weekly.html", "charts/volume.svg", "data/weekly_topic.parquet"), "")
    (release / WEEK / "manifest.json").write_text(json.dumps({"files": files}))
    (release / "index.html").write_text(f"index {number}")
    (release / "latest").symlink_to(WEEK)
    link = home / ".published"
    link.symlink_to(release.relative_to(home))
    link.replace(home / "published")
    return release


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, site_port=free_port(), site_address="https://ronda.batang.example/reports")


@pytest.fixture
def ask(settings: Settings) -> Iterator[Ask]:
    """Asks the site for a path exactly as it is written."""

    def asked(path: str, host: str = "") -> Answer:
        connection = HTTPConnection(LOOPBACK, settings.site_port, timeout=20)
        try:
            connection.request("GET", path, headers={"host": host} if host else {})
            answer = connection.getresponse()
            assert answer.getheader("server") is None
            return Answer(answer.status, answer.getheader("content-type"), answer.read().decode())
        finally:
            connection.close()

    site = serving.reports_site(settings)
    site.start()
    yield asked
    site.close()


def test_a_swap_of_the_release_is_seen_at_once(tmp_path: Path, ask: Ask) -> None:
    assert ask("/").status == 404  # nothing is published yet
    for number in (1, 2):
        publish(tmp_path, number)
        assert ask("/").text == f"index {number}"
        assert ask(f"/{WEEK}/weekly.html").text == f"weekly.html {number}"
        assert ask("/latest/weekly.html").text == f"weekly.html {number}"


def test_files_come_as_what_they_are(tmp_path: Path, ask: Ask) -> None:
    release = publish(tmp_path, 1)
    for name in ("ronda.duckdb", "recipes.sql"):
        (release / name).write_bytes(b"")
    types = {
        "/": "text/html; charset=utf-8",
        f"/{WEEK}/charts/volume.svg": "image/svg+xml",
        f"/{WEEK}/data/weekly_topic.parquet": "application/vnd.apache.parquet",
        "/ronda.duckdb": "application/octet-stream",
        "/recipes.sql": "text/plain; charset=utf-8",
    }
    assert {path: ask(path).kind for path in types} == types


def test_folders_that_the_index_links_show_what_the_manifest_names(tmp_path: Path, ask: Ask) -> None:
    release = publish(tmp_path, 1)
    (release / WEEK / "charts" / "left behind.svg").touch()
    shown = ask(f"/{WEEK}/charts/").text
    assert f'href="/{WEEK}/charts/volume.svg"' in shown
    assert "left behind" not in shown
    assert ask(f"/{WEEK}/data/").status == 200


@pytest.mark.parametrize(
    "path",
    [f"/{WEEK}/", "/2024-W06/charts/", f"/{WEEK}/nothing/", "/../secret.key", "/%2e%2e/secret.key", "/out/secret.key"],
)
def test_nothing_else_is_shown(tmp_path: Path, ask: Ask, path: str) -> None:
    release = publish(tmp_path, 1)
    (tmp_path / "secret.key").write_text("key")
    (release / "out").symlink_to(tmp_path)
    assert ask(path).status == 404


def test_a_port_that_is_taken_is_one_sentence_and_free_again_afterwards(settings: Settings) -> None:
    site = serving.reports_site(settings)
    with pytest.raises(RondaError, match=rf"Port {settings.site_port} .* choose another site_port"):
        serving.reports_site(settings)
    site.close()
    serving.reports_site(settings).close()


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:8480", "169.254.0.1"])
def test_it_answers_under_its_own_names_only(tmp_path: Path, ask: Ask, host: str) -> None:
    publish(tmp_path, 1)
    assert ask("/", host).status == 421
    assert ask(f"/{WEEK}/charts/", host).status == 421
    for own in ("localhost:8480", "127.0.0.1", "[::1]:8480", "ronda.batang.example"):
        assert ask("/", own).text == "index 1"
