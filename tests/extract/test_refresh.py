"""Looked at again: what is gone becomes a tombstone in the warehouse and in the landing, and what is there stays."""

from datetime import datetime, timedelta

import pytest

from flows import intake, pull, refresh
from flows.settings import Settings
from flows.sources.pacing import VirtualClock
from flows.store import gone, landing, runs, warehouse
from tests.extract.watching import NOW, SOURCE, Watching, written

LATER = NOW + timedelta(days=16)
PEOPLE = ("text", "text_pi", "author_key", "author_name_pi", "url_pi")


def load(settings: Settings) -> intake.LoadSummary:
    with warehouse.exclusive(settings.home):
        return intake.load_pending(settings, runs.begin(settings.home, "test", {}))


def rows(settings: Settings, query: str) -> list[dict[str, object]]:
    with warehouse.opened(settings.home) as connection:
        return warehouse.query(connection, query).to_dicts()


def due(settings: Settings, now: datetime) -> list[gone.Stored]:
    with warehouse.opened(settings.home) as connection:
        return gone.due(connection, now, settings.refresh_days, settings.retention_days)


@pytest.fixture
def full(watching: Watching) -> Watching:
    """A home with everything that can be seen in the days that are collected, loaded."""
    for platform in SOURCE:
        watching.pull(platform)
    load(watching.settings())
    return watching


def test_posts_are_due_within_fifteen_days_and_only_while_they_are_kept(full: Watching) -> None:
    settings = full.settings()
    assert due(settings, NOW + timedelta(days=13)) == []
    assert len(due(settings, NOW + timedelta(days=14, hours=1))) == len(rows(settings, "FROM base.posts"))
    assert due(settings, NOW + timedelta(days=600)) == []


def test_what_is_gone_becomes_a_tombstone(full: Watching) -> None:
    settings = full.settings()
    chosen = {platform: full.truth(platform) for platform in SOURCE}
    full.services.clock(LATER)
    looks = refresh.look_again(settings, VirtualClock(LATER), due(settings, LATER))
    shown = {platform: {post for ids in full.truth(platform, LATER).values() for post in ids} for platform in SOURCE}
    truly_gone = {
        post for platform in SOURCE for ids in chosen[platform].values() for post in ids if post not in shown[platform]
    }
    assert looks.removed == len(truly_gone)
    load(settings)
    removed = rows(settings, "FROM base.posts WHERE state = 'removed'")
    assert {row["post_id"] for row in removed} == truly_gone
    for row in removed:
        assert [row[name] for name in PEOPLE] == [None] * len(PEOPLE)
        assert row["removal_reason"] in {"removed", "private", "account gone", "unknown"}


def test_erasing_takes_the_words_out_of_the_landing_and_keeps_both_hashes(full: Watching) -> None:
    settings = full.settings()
    landed = b"".join(written(full.home / "landing").values()).decode(errors="replace")
    query = "SELECT platform, post_id, text_pi FROM base.posts WHERE regexp_full_match(text_pi, '[a-zA-Z ,.]{30,}')"
    victims = [row for row in rows(settings, query) if landed.count(str(row["text_pi"])) == 1]  # nobody else wrote it
    assert {row["platform"] for row in victims} == set(SOURCE)
    listed = full.home.parent / "removals.csv"
    lines = [f"{row['platform']},{row['post_id']},{LATER.isoformat()},private" for row in victims]
    listed.write_text("platform,post_id,gone_at,reason\n" + "\n".join(lines) + "\n")
    before = {platform: full.found(platform) for platform in SOURCE}
    intake.land_paths(settings, [listed], LATER)
    load(settings)
    texts = [str(row["text_pi"]) for row in victims]
    assert refresh.erase(settings, LATER) == (_records(settings, victims), 0)
    kept = b"".join(written(full.home / "landing").values()).decode(errors="replace")
    assert [text for text in texts if text in kept] == []
    assert {platform: full.found(platform) for platform in SOURCE} == before, "a tombstone is read as a post"
    changed = [item for item in landing.landed_files(full.home) if item.rewritten]
    assert {len(item.rewritten[0].split()[1]) for item in changed} == {64}
    assert all(item.file_id not in item.rewritten[0] for item in changed)
    assert refresh.erase(settings, LATER) == (0, 0)


def _records(settings: Settings, victims: list[dict[str, object]]) -> int:
    ids = ", ".join(f"'{row['post_id']}'" for row in victims)
    query = "SELECT DISTINCT file_id, post_id FROM base.observations WHERE gone IS NULL AND post_id IN"
    return len(rows(settings, f"{query} ({ids})"))


def test_after_erasing_everything_can_be_loaded_anew_with_the_same_counts(full: Watching) -> None:
    settings = full.settings()
    victim = rows(settings, "SELECT platform, post_id FROM base.posts WHERE platform = 'tiktok' LIMIT 1")[0]
    listed = full.home.parent / "removals.csv"
    listed.write_text(f"platform,post_id,gone_at,reason\ntiktok,{victim['post_id']},{LATER.isoformat()},removed\n")
    intake.land_paths(settings, [listed], LATER)
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
