"""Looked at again: what is gone becomes a tombstone in the warehouse and in the landing, and what is there stays."""

import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows.collecting import gone, pull, refresh
from flows.loading import landing
from flows.loading.arrivals import land_paths
from flows.settings import Settings
from flows.simulation.services.archive import Account, Catalogue
from flows.simulation.services.serve import Services
from flows.sources import facebook_graph
from flows.sources.pacing import VirtualClock
from flows.sources.source import Stored
from flows.store import warehouse
from tests.extract.watching import NOW, SOURCE, Watching, load, written

pytestmark = pytest.mark.usefixtures("without_expectations")

LATER = NOW + timedelta(days=16)
Said = str | int
PEOPLE = ("text", "shown", "text_pi", "author_key", "author_name_pi", "url_pi", "query")


def rows(settings: Settings, query: str) -> list[dict[str, object]]:
    with warehouse.opened(settings.home) as connection:
        return warehouse.query(connection, query).to_dicts()


def due(settings: Settings, now: datetime) -> list[Stored]:
    with warehouse.opened(settings.home) as connection:
        return gone.due(connection, now, settings.refresh_days, settings.retention_days)


@pytest.fixture(scope="module")
def extracted(
    running_services: Services, catalogues: dict[str, Catalogue], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A home with everything that can be seen in the days that are collected, loaded."""
    running_services.reset()
    running_services.clock(NOW)
    made = Watching(running_services, catalogues, tmp_path_factory.mktemp("extracted") / "home")
    for platform in SOURCE:
        made.pull(platform)
    load(made.settings())
    return made.home


@pytest.fixture
def full(watching: Watching, extracted: Path) -> Watching:
    """A copy of that home."""
    shutil.copytree(extracted, watching.home)
    return watching


def test_posts_are_due_within_fifteen_days_and_only_while_they_are_kept(full: Watching) -> None:
    settings = full.settings()
    assert due(settings, NOW + timedelta(days=13)) == []
    assert len(due(settings, NOW + timedelta(days=14, hours=1))) == len(rows(settings, "FROM base.posts"))
    assert due(settings, NOW + timedelta(days=600)) == []


def _name(platform: str, account: Account) -> str:
    """An account as it is watched."""
    return account.number if platform == "facebook" else account.handle


def test_what_is_gone_becomes_a_tombstone(watching: Watching) -> None:
    begin = datetime(2024, 1, 20, tzinfo=UTC)
    then, now = int(begin.timestamp()), int(LATER.timestamp())
    every = [
        (platform, account, item)
        for platform, catalogue in watching.catalogues.items()
        for account in catalogue.accounts.values()
        for item in account.items
        if account.is_here(then) and item.created < then - 3 * 86_400 and item.is_here(then)
    ]
    going = [each for each in every if not (each[2].is_here(now) and each[1].is_here(now))]
    lists = {
        platform: {"accounts": sorted({_name(platform, account) for name, account, _ in going if name == platform})}
        for platform in SOURCE
    }
    watching.changes["watch"] = {"since": date(2023, 9, 1), **lists}
    watching.services.clock(begin)
    for platform in SOURCE:
        watching.pull(platform, now=begin)
    settings = watching.settings()
    load(settings)
    stored = {str(row["post_id"]) for row in rows(settings, "FROM base.posts")}
    truly_gone = {item.post_id for _, _, item in going} & stored
    assert len({name for name, _, item in going if item.post_id in truly_gone}) >= 2, "of several platforms"
    watching.services.clock(LATER)
    looks = refresh.look_again(settings, VirtualClock(LATER), due(settings, LATER))
    assert (looks.removed, looks.failures) == (len(truly_gone), ())
    load(settings)
    removed = rows(settings, "FROM base.posts WHERE state = 'removed'")
    assert {row["post_id"] for row in removed} == truly_gone
    for row in removed:
        assert [row[name] for name in PEOPLE] == [None] * len(PEOPLE)
        assert row["removal_reason"] in {"removed", "private", "account gone", "unknown"}
    refresh.erase(settings, LATER)
    content = b"".join(written(watching.home).values()).decode(errors="replace")
    texts = {item.text for *_, item in going if item.post_id in truly_gone}
    texts -= {item.text for *_, item in every if item.is_here(now)}
    assert [text for text in texts if text and re.fullmatch("[a-zA-Z ,.]{30,}", text) and text in content] == []


def test_erasing_takes_the_words_out_of_the_landing_and_keeps_both_hashes(full: Watching) -> None:
    settings = full.settings()
    landed = b"".join(written(full.home / "landing").values()).decode(errors="replace")
    query = (
        "SELECT platform, post_id, coalesce(text_pi, text) AS raw FROM base.posts "
        "WHERE regexp_full_match(raw, '[a-zA-Z ,.]{30,}')"
    )
    victims = [row for row in rows(settings, query) if landed.count(str(row["raw"])) == 1]  # nobody else wrote it
    assert {row["platform"] for row in victims} == set(SOURCE)
    listed = full.home.parent / "removals.csv"
    lines = [f"{row['platform']},{row['post_id']},{LATER.isoformat()},private" for row in victims]
    listed.write_text("platform,post_id,gone_at,reason\n" + "\n".join(lines) + "\n")
    before = {platform: full.found(platform) for platform in SOURCE}
    land_paths(settings, [listed], LATER)
    load(settings)
    texts = [str(row["raw"]) for row in victims]
    outside = rows(settings, "SELECT 1 FROM base.rejects WHERE reason = 'outside the days asked for'")
    done = refresh.erase(settings, LATER)
    gone_records = _records(settings, victims)
    assert gone_records <= done.records <= gone_records + len(outside), "what has no words stays as it is"
    assert done.left == ()
    kept = b"".join(written(full.home / "landing").values()).decode(errors="replace")
    assert [text for text in texts if text in kept] == []
    assert {platform: full.found(platform) for platform in SOURCE} == before, "a tombstone is read as a post"
    changed = [item for item in landing.landed_files(full.home) if item.rewritten]
    assert {len(item.rewritten[0].split()[1]) for item in changed} == {64}
    assert all(item.file_id not in item.rewritten[0] for item in changed)
    assert refresh.erase(settings, LATER) == refresh.Erased()


def _records(settings: Settings, victims: list[dict[str, object]]) -> int:
    ids = ", ".join(f"'{row['post_id']}'" for row in victims)
    query = "SELECT DISTINCT file_id, post_id FROM base.observations WHERE gone IS NULL AND post_id IN"
    return len(rows(settings, f"{query} ({ids})"))


def test_after_erasing_everything_can_be_loaded_anew_with_the_same_counts(full: Watching) -> None:
    settings = full.settings()
    victim = rows(settings, "SELECT platform, post_id FROM base.posts WHERE platform = 'tiktok' LIMIT 1")[0]
    listed = full.home.parent / "removals.csv"
    listed.write_text(f"platform,post_id,gone_at,reason\ntiktok,{victim['post_id']},{LATER.isoformat()},removed\n")
    land_paths(settings, [listed], LATER)
    load(settings)
    refresh.erase(settings, LATER)
    counts = "SELECT file_id, records, posts, duplicates, rejects FROM base.loads ORDER BY file_id"
    states = "SELECT platform, post_id, state, likes, text FROM base.posts ORDER BY ALL"
    known = rows(settings, counts), rows(settings, states)
    (full.home / "warehouse.duckdb").unlink()
    load(settings)
    assert (rows(settings, counts), rows(settings, states)) == known


def test_a_look_that_finds_nothing_is_not_believed(full: Watching) -> None:
    settings = full.settings()
    posts = [post for post in due(settings, LATER) if post.platform == "facebook"]
    full.services.faults("facebook", error={"code": 100, "subcode": 33})
    looked = refresh.look_again(settings, VirtualClock(LATER), posts)
    assert looked.removed == 0
    assert "not believed" in looked.failures[0]
    assert pull.configured(settings) == list(SOURCE.values())


@dataclass
class Pages:
    """The stored posts of Facebook in a home, and what is said of them when they are looked at again."""

    full: Watching
    settings: Settings
    posts: list[Stored]
    said: dict[str, Said] = field(default_factory=dict)

    def refuse(self, said: Said, *posts: Stored) -> set[str]:
        """Something is said of posts from now on; their ids."""
        self.said |= {f"{(post.query or '').removeprefix('account:')}_{post.post_id}": said for post in posts}
        return {post.post_id for post in posts}

    def look(self, **switches: object) -> refresh.Looked:
        """Looks again at what is due."""
        posts = [post for post in due(self.settings, LATER) if post.platform == "facebook"]
        self.full.services.faults("facebook", refused={"objects": self.said or {"1": "gone"}}, **switches)
        return refresh.look_again(self.settings, VirtualClock(LATER), posts)

    def removed(self) -> dict[str, str]:
        """Post -> reason of what is removed."""
        load(self.settings)
        found = rows(self.settings, "FROM base.posts WHERE platform = 'facebook' AND state = 'removed'")
        return {str(row["post_id"]): str(row["removal_reason"]) for row in found}


@pytest.fixture
def pages(full: Watching) -> Pages:
    full.services.clock(LATER)
    settings = full.settings()
    return Pages(full, settings, [post for post in due(settings, LATER) if post.platform == "facebook"])


def test_refused_posts_are_gone_and_end_no_look(pages: Pages) -> None:
    expected: dict[str, str] = {}
    sayings: list[tuple[Said, str]] = [
        *(("gone", "removed"), ("feature", "removed"), ("alias", "removed"), (10, "private"), (283, "private")),
        ("parameter", ""),
    ]
    for place, (said, reason) in enumerate(sayings):  # the first is asked for first, and the next run begins with it
        expected |= dict.fromkeys(pages.refuse(said, pages.posts[3 * place]), reason)
    looked = pages.look()
    assert (looked.removed, looked.seen, looked.failures) == (5, len(pages.posts) - 6, ())
    assert len(looked.sentences) == 1
    assert "(#100) Invalid parameter" in looked.sentences[0], "what is not understood says nothing of the post"
    assert pages.removed() == {post_id: reason for post_id, reason in expected.items() if reason}


def test_a_permission_lost_in_the_middle_of_a_look_removes_nothing_that_is_there(pages: Pages) -> None:
    early, late = pages.refuse("gone", pages.posts[0]), pages.refuse("gone", pages.posts[-1])
    looked = pages.look(permission_lost={"from": len(pages.posts) // 2})
    assert looked.seen == len(pages.posts) // 2 - 2
    assert all("more likely for a lost permission" in sentence for sentence in looked.sentences)
    assert pages.removed().keys() == early
    assert pages.look().failures == ()
    assert pages.removed().keys() == early | late


@pytest.mark.parametrize("said", ["gone", "parameter"])
def test_a_page_that_is_refused_with_all_its_posts_loses_none_and_others_go_on(pages: Pages, said: str) -> None:
    page = str(pages.posts[0].query).removeprefix("account:")
    theirs = [post for post in pages.posts if post.query == f"account:{page}"]
    other = next(post for post in pages.posts if post.query != f"account:{page}")
    removed = pages.refuse("gone", other)
    pages.refuse(said, *theirs)
    pages.said[page] = said
    looked = pages.look()
    assert (looked.removed, looked.seen, looked.failures) == (1, len(pages.posts) - len(theirs) - 1, ())
    assert page in looked.sentences[0]
    assert pages.removed().keys() == removed


def test_all_posts_of_a_page_may_be_gone_when_it_lists_others(pages: Pages) -> None:
    page = str(pages.posts[0].query)
    pages.posts = [post for post in pages.posts if post.query == page]
    removed = pages.refuse("gone", *pages.posts)
    pages.full.services.faults("facebook", refused={"objects": pages.said})
    looked = refresh.look_again(pages.settings, VirtualClock(LATER), pages.posts)
    assert (looked.removed, looked.seen, looked.failures) == (len(removed), 0, ())
    assert len(removed) >= 5


def test_what_could_not_be_decided_keeps_nobody_waiting(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facebook_graph, "MOST_LOOKS", 4)
    turns: list[set[str]] = []
    for _ in range(3):
        answered = len(pages.full.services.requests("facebook"))
        looked = pages.look(permission_lost=True)
        asked = [each["path"] for each in pages.full.services.requests("facebook")[answered:]]
        turns.append({path for path in asked if not path.endswith("/published_posts")})
        assert (looked.removed, looked.failures) == (0, ())
    assert [len(turn) for turn in turns] == [4, 4, 4]
    assert len(set().union(*turns)) == 12, "each run asks for posts that had no turn yet"


def test_media_of_days_nobody_asked_for_are_counted_and_not_kept(watching: Watching) -> None:
    watching.pull("instagram")
    load(watching.settings())
    settings = watching.settings()
    query = "SELECT line, raw_pi FROM base.rejects WHERE reason = 'outside the days asked for'"
    rejected = rows(settings, query)
    assert rejected, "Instagram lists what is older than the window"
    assert {row["raw_pi"] for row in rejected} == {""}
    old = {
        item.text
        for account in watching.accounts("instagram")
        for item in account.items
        if item.created < NOW.timestamp() - 40 * 86_400 and re.fullmatch("[a-zA-Z ,.]{30,}", item.text or "")
    }
    landed = b"".join(written(watching.home / "landing").values()).decode(errors="replace")
    shown = {text for text in old if text in landed}
    assert shown
    counts = rows(settings, "SELECT records, posts, duplicates, rejects FROM base.loads ORDER BY ALL")
    assert 0 < refresh.erase(settings, NOW).records <= len(rejected)
    kept = b"".join(written(watching.home / "landing").values()).decode(errors="replace")
    new = {str(row["raw"]) for row in rows(settings, "SELECT coalesce(text_pi, text) AS raw FROM base.posts")}
    assert [text for text in shown - new if text in kept] == []
    (watching.home / "warehouse.duckdb").unlink()
    load(settings)
    assert rows(settings, "SELECT records, posts, duplicates, rejects FROM base.loads ORDER BY ALL") == counts
    assert rows(settings, query) == rejected


def test_pages_that_could_not_be_read_forget_too(watching: Watching) -> None:
    settings = watching.settings()
    watching.services.faults("facebook", changed_shape={"field": "created_time", "from": 2})
    watching.pull("facebook")
    watching.services.reset("facebook")
    watching.services.faults("facebook", truncated={"at": [2]})
    watching.pull("facebook", now=NOW + timedelta(hours=4))
    load(settings)
    said = (
        "SELECT post_id, coalesce(text_pi, text) AS raw FROM base.posts "
        "WHERE regexp_full_match(raw, '[a-zA-Z ,.]{30,}') ORDER BY post_id"
    )
    victims = rows(settings, said)[:40]
    listed = watching.home.parent / "removals.csv"
    lines = [f"facebook,{row['post_id']},{LATER.isoformat()},removed" for row in victims]
    listed.write_text("platform,post_id,gone_at,reason\n" + "\n".join(lines) + "\n")
    land_paths(settings, [listed], LATER)
    load(settings)
    others = {
        row["raw"]
        for row in rows(settings, "SELECT coalesce(text_pi, text) AS raw FROM base.posts WHERE state = 'live'")
    }
    texts = {str(row["raw"]) for row in victims} - others
    assert texts
    refresh.erase(settings, LATER)
    kept = b"".join(written(watching.home).values()).decode(errors="replace")
    assert [text for text in texts if text in kept] == []


def test_the_number_of_a_task_is_kept_exactly(full: Watching) -> None:
    """It is larger than 64 bits, where most readers of JSON round."""
    settings = full.settings()
    full.services.clock(LATER)
    posts = [post for post in due(settings, LATER) if post.platform == "tiktok"]
    refresh.look_again(settings, VirtualClock(LATER), posts)
    landed = b"".join(written(full.home / "landing" / "tiktok").values())
    assert b'"body":{"task_id":"98765432109876543210"}' in landed
    assert b"98765432109876543210" in b"".join(re.findall(rb'\\"task_id\\": ?\\?"?(\d+)', landed))
    assert b"9.8765" not in landed
    assert b"display_name" not in landed, "an owner is asked for, not named"
