"""The season comes back exactly: volumes, duplicates, rejects and gaps equal its truth; label errors are measured."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows import simulation
from flows.loading.arrivals import land_paths
from flows.loading.pending import load_pending
from flows.publishing.build import build_tables
from flows.settings import Settings
from flows.store import warehouse
from flows.store.runs import recorded

POSTS = 8_000
pytestmark = pytest.mark.slow  # a whole season is written and loaded


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("season") / "home"
    settings = Settings(home=home, author_key="cd" * 32)
    settings.export()
    written = simulation.write_season(home / "season", posts=POSTS)
    with warehouse.exclusive(home), recorded(home, "test", {}) as run:
        for batch in written.batches:
            files = [home / "season" / "exports" / batch.week / name for name in batch.files]
            land_paths(settings, files, batch.landed_at)
        load_pending(settings, run)
        build_tables(settings)
    return home


@pytest.fixture(scope="module")
def connection(home: Path) -> Iterator[warehouse.Connection]:
    with warehouse.opened(home) as opened:
        yield opened


def truth(home: Path, name: str) -> list[dict[str, str]]:
    with (home / "season" / "truth" / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def rows(connection: warehouse.Connection, query: str) -> list[dict[str, Any]]:
    return warehouse.query(connection, query).to_dicts()


def test_every_file_gives_the_posts_duplicates_and_rejects_of_the_truth(
    home: Path, connection: warehouse.Connection
) -> None:
    expected = sorted(
        (row["file"], *(int(row[name]) for name in ("records", "posts", "duplicates", "rejects")))
        for row in truth(home, "counts.csv")
    )
    loaded = rows(connection, "SELECT file, records, posts, duplicates, rejects FROM core.loads WHERE kind = 'posts'")
    assert sorted(tuple(row.values()) for row in loaded) == expected
    assert sum(row["posts"] for row in loaded) == POSTS


def test_weekly_volumes_are_the_truth(home: Path, connection: warehouse.Connection) -> None:
    posts = pl.read_parquet(home / "season" / "truth" / "posts.parquet")
    expected = posts.group_by("week", "phase", "platform").agg(
        pl.col("is_removed").not_().sum().alias("posts"), pl.col("is_removed").sum().alias("removed")
    )
    found = warehouse.query(
        connection,
        "SELECT week, phase, platform, posts, coalesce(removed, 0) AS removed FROM trends.weekly_platform "
        "WHERE platform <> 'all' AND posts + coalesce(removed, 0) > 0",
    )
    keys = ["week", "phase", "platform"]
    counts = [pl.col("posts").cast(pl.Int64), pl.col("removed").cast(pl.Int64)]
    assert (
        found.with_columns(counts).sort(keys).rows()
        == expected.select(found.columns).with_columns(counts).sort(keys).rows()
    )
    assert len(found) > 60


def test_every_post_has_its_true_time_and_latest_metrics(home: Path, connection: warehouse.Connection) -> None:
    expected = pl.read_parquet(home / "season" / "truth" / "posts.parquet")
    found = warehouse.query(
        connection, "SELECT platform, post_id, created_at, day, likes, comments, shares, views, state FROM core.posts"
    )
    joined = expected.join(found, on=["platform", "post_id"], suffix="_found")
    assert len(joined) == len(expected) == len(found)
    assert joined.filter(pl.col("created_at").dt.timestamp() != pl.col("created_at_found").dt.timestamp()).is_empty()
    assert joined.filter(pl.col("day") != pl.col("day_found")).is_empty()
    assert joined.filter((pl.col("state") == "removed") != pl.col("is_removed")).is_empty()
    for metric in ("likes", "comments", "shares", "views"):
        wrong = joined.filter(pl.col(metric).ne_missing(pl.col(f"{metric}_found")))
        assert wrong.is_empty(), f"{metric}: {wrong.head(3)}"


def test_collection_gaps_are_the_planned_ones(home: Path, connection: warehouse.Connection) -> None:
    log: dict[tuple[str, str, str], list[int]] = {}
    for path in sorted((home / "season" / "exports").glob("*/collection.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                sums = log.setdefault((row["platform"], row["source"], row["day"]), [0, 0, 0])
                for position, name in enumerate(("planned", "attempted", "succeeded")):
                    sums[position] += int(row[name])
    found = rows(
        connection,
        "SELECT platform, source, day::VARCHAR AS day, planned, attempted, succeeded, status FROM core.coverage "
        "WHERE planned IS NOT NULL",
    )
    assert {
        (row["platform"], row["source"], row["day"]): [row["planned"], row["attempted"], row["succeeded"]]
        for row in found
    } == log
    missing = {(row["platform"], row["day"]) for row in found if row["status"] == "not_collected"}
    assert {("tiktok", "2023-10-17"), ("tiktok", "2023-10-18"), ("instagram", "2023-12-27")} <= missing
    assert not any(row["posts"] for row in rows(connection, "FROM core.coverage WHERE status = 'not_collected'"))


def test_labels_are_compared_with_the_truth(home: Path, connection: warehouse.Connection) -> None:
    """The first labels are rules; this bounds their error on the season from both sides, so that it stays known."""
    expected = pl.read_parquet(home / "season" / "truth" / "posts.parquet")
    found = warehouse.query(connection, "SELECT platform, post_id, sentiment, indications, districts FROM core.posts")
    joined = expected.join(found, on=["platform", "post_id"], suffix="_found").filter(pl.col("sentiment").is_not_null())
    scores = []
    for label in ("negative", "neutral", "positive"):
        is_true, is_found = pl.col("sentiment") == label, pl.col("sentiment_found") == label
        both = joined.filter(is_true & is_found).height
        scores.append(2 * both / (joined.filter(is_true).height + joined.filter(is_found).height))
    macro_f1 = sum(scores) / 3
    has = pl.col("indications").list.set_difference(["call_to_vote"]).list.len() > 0
    has_found = pl.col("indications_found").list.len() > 0
    precision = joined.filter(has & has_found).height / max(joined.filter(has_found).height, 1)
    recall = joined.filter(has & has_found).height / joined.filter(has).height
    scored = f"sentiment macro-F1 {macro_f1:.2f}, indications precision {precision:.2f} recall {recall:.2f}"
    print(f"season of {POSTS}: {scored}")
    assert 0.4 < macro_f1 < 1
    assert precision > 0.5
    assert recall > 0.3
