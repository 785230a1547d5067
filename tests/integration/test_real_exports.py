"""Real captured exports, from file to published week; the raw files are read independently."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.exits import Exit
from flows.loading.imports import run_import
from flows.publishing.build import build_tables
from flows.settings import Settings
from flows.store import warehouse
from tests.integration.conftest import Ronda, copy_home

EXPORTS = ("zeeschuimer-tiktok.ndjson", "zeeschuimer-instagram.ndjson", "graph")


@pytest.fixture(scope="module")
def home(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the exports are loaded and the tables built."""
    settings = Settings(home=tmp_path_factory.mktemp("real") / "home")
    settings.export()
    said: list[str] = []
    paths = [shared_data / "exports" / name for name in EXPORTS]
    assert run_import(settings, paths, datetime.now(UTC), None, said.append) == Exit.DONE
    with warehouse.exclusive(settings.home):
        build_tables(settings)
    assert said[0] == "34 files: 225 records = 172 posts + 13 duplicates + 40 rejects"
    return settings.home


def rows(home: Path, query: str) -> list[dict[str, Any]]:
    with warehouse.opened(home) as connection:
        return warehouse.query(connection, query).to_dicts()


def test_tiktok_values_are_those_of_the_raw_file(home: Path, shared_data: Path) -> None:
    lines = (shared_data / "exports" / "zeeschuimer-tiktok.ndjson").read_text(encoding="utf-8").splitlines()
    raw = {item["data"]["id"]: item["data"] for item in map(json.loads, lines)}
    posts = {post["post_id"]: post for post in rows(home, "FROM core.posts WHERE platform = 'tiktok'")}
    assert posts.keys() == raw.keys()
    shown = 0
    for post_id, data in raw.items():
        post, stats = posts[post_id], data["stats"]
        assert post["created_at"].timestamp() == int(data["createTime"])
        assert (post["likes"], post["comments"], post["shares"], post["views"]) == tuple(
            int(stats[name]) for name in ("diggCount", "commentCount", "shareCount", "playCount")
        )
        named = {extra["hashtagName"].casefold() for extra in data.get("textExtra", []) if extra.get("hashtagName")}
        hidden = {tag for tag in post["hashtags"] if "@akun" in tag}  # tags that are the author's own name
        assert set(post["hashtags"]) - hidden <= named
        assert set(post["hashtags"]) == named or hidden
        shown += not hidden
    assert shown > len(raw) * 0.9


def test_every_instagram_post_has_its_time_and_hidden_likes_are_unknown(home: Path, shared_data: Path) -> None:
    lines = (shared_data / "exports" / "zeeschuimer-instagram.ndjson").read_text(encoding="utf-8").splitlines()
    raw = {item["data"]["code"]: item["data"] for item in map(json.loads, lines)}
    posts = {post["post_id"]: post for post in rows(home, "FROM core.posts WHERE source = 'zeeschuimer'")}
    hidden = 0
    for code, data in raw.items():
        assert posts[code]["created_at"].timestamp() == data["taken_at"]
        if data["like_and_view_counts_disabled"]:
            hidden += 1
            assert posts[code]["likes"] is None
        else:
            assert posts[code]["likes"] == data["like_count"]
    assert hidden > 0


def test_every_record_of_an_export_is_a_post(home: Path) -> None:
    counts = rows(
        home,
        "SELECT platform, records, posts, duplicates, rejects FROM core.loads WHERE source = 'zeeschuimer' ORDER BY 1",
    )
    assert [tuple(row.values()) for row in counts] == [("instagram", 23, 23, 0, 0), ("tiktok", 60, 60, 0, 0)]


def test_every_object_of_the_graph_folder_is_accounted_for(home: Path) -> None:
    (counts,) = rows(
        home,
        "SELECT sum(records) AS records, sum(posts) + sum(duplicates) + sum(rejects) AS accounted, "
        "sum(rejects) AS rejects FROM core.loads WHERE source = 'graph'",
    )
    assert counts["records"] == counts["accounted"] == 142
    reasons = rows(home, "SELECT reason, count(*) AS n FROM core.rejects GROUP BY ALL ORDER BY ALL")
    assert {row["reason"]: row["n"] for row in reasons} == {
        "a comment, not a post": 19,
        "no time": 10,
        "not a post": 11,
    }


def test_without_a_plan_coverage_is_unknown(home: Path) -> None:
    weeks = rows(home, "FROM trends.weekly_platform WHERE week = '2023-W41' AND platform = 'tiktok'")
    assert [(row["posts"], row["coverage"], row["status"]) for row in weeks] == [(3, None, "unknown")]


@pytest.mark.slow
def test_weeks_long_before_and_after_the_vote_are_published_and_say_that_coverage_is_unknown(
    home: Path, ronda: Ronda, tmp_path: Path
) -> None:
    copy = copy_home(home, tmp_path / "home")
    for week in ("2023-W41", "2026-W06"):
        done = ronda(copy, "weekly", "--week", week)
        assert done.returncode == 0, done.stderr
        assert (copy / "published" / week / "weekly.pdf").stat().st_size > 10_000
    page = (copy / "published" / "2023-W41" / "weekly.html").read_text(encoding="utf-8")
    assert "cakupan tidak diketahui" in page
    assert "abu-abu" in page
