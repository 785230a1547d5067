"""Real captured exports, from file to published week; the raw files are read independently."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.integration.conftest import Ronda


@pytest.fixture(scope="module")
def home(shared_data: Path, ronda: Ronda, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("real") / "home"
    exports = shared_data / "exports"
    paths = [str(exports / name) for name in ("zeeschuimer-tiktok.ndjson", "zeeschuimer-instagram.ndjson", "graph")]
    done = ronda(home, "import", *paths)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "34 files: 225 records = 172 posts + 13 duplicates + 40 rejects"
    publish(ronda, home, "2023-W41")
    return home


def publish(ronda: Ronda, home: Path, week: str) -> None:
    done = ronda(home, "weekly", "--week", week)
    assert done.returncode == 0, done.stderr
    assert (home / "published" / week / "weekly.pdf").stat().st_size > 10_000


def published(home: Path, query: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(home / "published" / "ronda.duckdb"), read_only=True) as database:
        answer = database.execute(query)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def test_tiktok_values_are_those_of_the_raw_file(home: Path, shared_data: Path) -> None:
    lines = (shared_data / "exports" / "zeeschuimer-tiktok.ndjson").read_text(encoding="utf-8").splitlines()
    raw = {item["data"]["id"]: item["data"] for item in map(json.loads, lines)}
    posts = {post["post_id"]: post for post in published(home, "FROM core.posts WHERE platform = 'tiktok'")}
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
    posts = {post["post_id"]: post for post in published(home, "FROM core.posts WHERE source = 'zeeschuimer'")}
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
    counts = published(
        home,
        "SELECT platform, records, posts, duplicates, rejects FROM core.loads WHERE source = 'zeeschuimer' ORDER BY 1",
    )
    assert [tuple(row.values()) for row in counts] == [("instagram", 23, 23, 0, 0), ("tiktok", 60, 60, 0, 0)]


def test_every_object_of_the_graph_folder_is_accounted_for(home: Path) -> None:
    (counts,) = published(
        home,
        "SELECT sum(records) AS records, sum(posts) + sum(duplicates) + sum(rejects) AS accounted, "
        "sum(rejects) AS rejects FROM core.loads WHERE source = 'graph'",
    )
    assert counts["records"] == counts["accounted"] == 142
    reasons = published(home, "SELECT reason, count(*) AS n FROM core.rejects GROUP BY ALL ORDER BY ALL")
    assert {row["reason"]: row["n"] for row in reasons} == {
        "a comment, not a post": 19,
        "no time": 10,
        "not a post": 11,
    }


def test_without_a_plan_coverage_is_unknown_and_the_page_says_so(home: Path) -> None:
    rows = published(home, "FROM trends.weekly_platform WHERE week = '2023-W41' AND platform = 'tiktok'")
    assert [(row["posts"], row["coverage"], row["status"]) for row in rows] == [(3, None, "unknown")]
    page = (home / "published" / "2023-W41" / "weekly.html").read_text(encoding="utf-8")
    assert "cakupan tidak diketahui" in page
    assert "abu-abu" in page


@pytest.mark.slow
def test_a_week_two_years_after_the_vote_is_published_too(home: Path, ronda: Ronda) -> None:
    publish(ronda, home, "2026-W06")
    assert (home / "published" / "2023-W41" / "weekly.html").is_file()
