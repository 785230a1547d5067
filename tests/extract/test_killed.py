"""SIGKILL at fifty points of an extraction: no page is lost, at most one is fetched twice, the landing is the same."""

import json
import os
import signal
import subprocess
import sys
from random import Random

import pytest

from flows.collecting import journal
from flows.loading import landing
from flows.sources import facebook_graph, instagram_graph, tiktok_research
from flows.sources.http import Answer, Client, Request
from tests.conftest import REPOSITORY
from tests.extract.watching import NOW, SECRETS, SOURCE, Watching, days

PLATFORMS = tuple(SOURCE)
Ledger = dict[tuple[str, object], dict[str, str]]


class KilledError(BaseException):
    """Stands for SIGKILL in this process: nothing of ours catches it."""


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (tiktok_research, facebook_graph, instagram_graph):
        monkeypatch.setattr(module, "PAGE_SIZE", 20)


def whole(watching: Watching, platform: str) -> tuple[object, Ledger, int]:
    """(posts, ledger, requests) of an uninterrupted extraction, in a home of its own."""
    other = Watching(watching.services, watching.catalogues, watching.home.parent / f"whole-{platform}")
    done = other.pull(platform)
    return other.found(platform), dict(other.ledger(platform)), done.requests


def killing(monkeypatch: pytest.MonkeyPatch, point: int, kind: str) -> None:
    """Ends the process at one request: before it is sent, after its answer came, within its line, or after it."""
    count = 0
    send, append = Client.send, journal.Journal.append

    def hit(wanted: str) -> bool:
        nonlocal count
        if wanted != kind:
            return False
        count += 1
        return count == point

    def sending(self: Client, request: Request) -> Answer:
        if hit("before"):
            raise KilledError
        answer = send(self, request)
        if hit("answered"):
            raise KilledError
        return answer

    def appending(self: journal.Journal, line: bytes) -> None:
        if hit("torn"):
            append(self, line[: len(line) // 2])
            raise KilledError
        append(self, line)
        if hit("kept"):
            raise KilledError

    monkeypatch.setattr(Client, "send", sending)
    monkeypatch.setattr(journal.Journal, "append", appending)


def points(requests: dict[str, int]) -> list[tuple[str, int, str]]:
    """Fifty points by chance: platform, request, moment within it."""
    rng = Random(50)  # noqa: S311 - a repeatable choice
    kinds = ("before", "answered", "torn", "kept")
    return [
        (platform := rng.choice(PLATFORMS), rng.randint(1, requests[platform]), rng.choice(kinds)) for _ in range(50)
    ]


@pytest.mark.slow
def test_killed_at_fifty_points_it_ends_like_an_uninterrupted_one(
    watching: Watching, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = {platform: whole(watching, platform) for platform in PLATFORMS}
    twice = 0
    for number, (platform, point, kind) in enumerate(points({name: each[2] for name, each in expected.items()})):
        broken = Watching(watching.services, watching.catalogues, watching.home.parent / f"broken-{number}")
        watching.services.reset(platform)
        with monkeypatch.context() as patch, pytest.raises(KilledError):
            killing(patch, point, kind)
            broken.pull(platform)
        broken.pull(platform)
        posts, ledger, requests = expected[platform]
        assert broken.found(platform) == posts, (platform, point, kind)
        assert broken.ledger(platform) == ledger
        asked = [each for each in watching.services.requests(platform) if each["kind"] == "data"]
        fetched = len(asked) - requests
        twice += fetched
        assert 0 <= fetched <= 1, (platform, point, kind)
    with capsys.disabled():
        print(f"\nkilled at 50 points; one page fetched twice at {twice} of them, none lost")


SCRIPT = """
import json, os, signal, sys
from datetime import datetime
from flows.collecting import pull
from flows.settings import Settings
from flows.sources import facebook_graph
from flows.sources.pacing import VirtualClock
from flows.collecting.journal import Journal
facts, now, point = json.loads(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3])
append, count = Journal.append, 0
def counting(self, line):
    global count
    append(self, line)
    count += 1
    if count == point:
        os.kill(os.getpid(), signal.SIGKILL)
Journal.append = counting
facebook_graph.PAGE_SIZE = 20
pull.pull(Settings(**facts), "facebook_graph", VirtualClock(now))
"""


def test_a_process_killed_by_the_system_leaves_a_journal_that_goes_on(watching: Watching) -> None:
    posts, ledger, requests = whole(watching, "facebook")
    facts = watching.settings().model_dump(mode="json") | SECRETS | {"author_key": "ab" * 32}
    for point in (1, requests // 2):
        killed = subprocess.run(
            [sys.executable, "-c", SCRIPT, json.dumps(facts), NOW.isoformat(), str(point)],
            cwd=REPOSITORY,
            env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    watching.pull("facebook")
    assert watching.found("facebook") == posts
    assert watching.ledger("facebook") == ledger


def test_a_landing_that_was_interrupted_lands_once(watching: Watching, monkeypatch: pytest.MonkeyPatch) -> None:
    def unfinished(_: journal.Journal) -> None:
        raise KilledError

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(journal.Journal, "close", unfinished)
        watching.pull("facebook")
    before = len(landing.landed_files(watching.home))
    assert before == 2
    watching.services.faults("facebook", server_error=True)  # what is kept needs no platform
    watching.pull("facebook")
    assert len(landing.landed_files(watching.home)) == before
    assert watching.found("facebook") == watching.truth("facebook")


def test_an_extraction_again_is_harmless(watching: Watching) -> None:
    watching.pull("tiktok")
    posts, ledger = watching.found("tiktok"), watching.ledger("tiktok")
    again = watching.pull("tiktok")
    assert again.complete == again.walks
    assert watching.found("tiktok") == posts
    assert {key: row["succeeded"] for key, row in watching.ledger("tiktok").items()} == {
        key: row["succeeded"] for key, row in ledger.items()
    }
    asked = {key[1] for key in watching.ledger("tiktok")}
    assert len(days(min(asked), max(asked))) == len(asked)  # type: ignore[type-var, arg-type]
