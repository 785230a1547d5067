"""What the labels may learn from: posts whose reviewers agreed, and nothing else."""

from pathlib import Path

from flows.reviewing.accepted import accepted
from flows.store import warehouse

ITEMS = "(VALUES ('tiktok', 'a', 'insult'), ('tiktok', 'b', 'none'), ('tiktok', 'c', NULL), ('tiktok', 'd', 'insult'))"
POSTS = "(VALUES ('tiktok', 'a', 'si anu'), ('tiktok', 'b', 'pagi'), ('tiktok', 'c', 'hm'), ('tiktok', 'd', NULL))"


def test_only_agreed_posts_with_a_text_are_learned_from(tmp_path: Path) -> None:
    connection = warehouse.connect(tmp_path / "warehouse.duckdb")
    connection.execute("CREATE SCHEMA IF NOT EXISTS core")
    connection.execute(f"CREATE TABLE core.review_items AS FROM {ITEMS} AS items(platform, post_id, code)")
    connection.execute(f"CREATE TABLE core.posts AS FROM {POSTS} AS posts(platform, post_id, text)")
    connection.close()
    assert accepted(tmp_path).rows() == [("tiktok a", "si anu", "insult"), ("tiktok b", "pagi", "none")]


def test_without_a_warehouse_there_is_no_review(tmp_path: Path) -> None:
    assert accepted(tmp_path).is_empty()
