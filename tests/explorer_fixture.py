"""A home with a published release of a few posts in the real tables, for the explorer."""

from collections.abc import Sequence
from pathlib import Path

from flows.desk import search
from flows.publishing.releases import write_public_database
from flows.store import tables
from tests.sql.warehouse_of_cases import Row, build, warehouse_of

MODELS = ("core.posts", "core.calendar", "core.coverage", "core.buckets", "core.review_queue")
PROGRESS = ("trends.agreement", "trends.estimates")
LOG = [
    {"day": "2024-01-08..2024-01-21"},
    {"day": "2024-01-08..2024-01-09", "platform": "facebook"},
    {"day": "2024-01-10", "platform": "facebook", "attempted": "0", "succeeded": "0"},
]
TAGS = ";".join(f"tagar{number}" for number in range(search.LISTED + 2))
POSTS: list[Row] = [
    {"post_id": "1", "day": "2024-01-10", "text": "harga beras naik lagi", "topics": "prices", "author_key": "aa11"},
    {"post_id": "2", "day": "2024-01-11", "text": "Beras <b>mahal</b>", "topics": "prices", "author_key": "bb22"},
    {"post_id": "3", "day": "2024-01-11", "text": "jalan rusak", "topics": "infrastructure", "hashtags": TAGS},
    {"post_id": "4", "day": "2024-01-12", "text": "=1+1", "indications": "hoax", "districts": "3325110"},
    {"post_id": "5", "day": "2024-01-17", "text": "harga beras turun", "topics": "prices", "author_key": "aa11"},
    {"post_id": "6", "day": "2024-01-09", "platform": "facebook", "text": "[akun] hadir", "author_key": "cc33"},
]
# The same text by three accounts in one night; two of them had posted another one together the week before.
COPIES: list[Row] = [
    {"post_id": "c1", "text_group": "g1", "author_key": "aa11", "created_at": "2024-01-15 20:00:00+07"},
    {"post_id": "c2", "text_group": "g1", "author_key": "bb22", "created_at": "2024-01-15 21:00:00+07"},
    {"post_id": "c3", "text_group": "g1", "author_key": "dd44", "created_at": "2024-01-16 01:00:00+07"},
    {"post_id": "c4", "text_group": "g0", "author_key": "aa11", "created_at": "2024-01-08 20:00:00+07"},
    {"post_id": "c5", "text_group": "g0", "author_key": "bb22", "created_at": "2024-01-09 20:00:00+07"},
    {"post_id": "c6", "text_group": "g2", "author_key": "aa11", "created_at": "2024-01-08 20:00:00+07"},
    {"post_id": "c7", "text_group": "g2", "author_key": "dd44", "created_at": "2024-01-14 20:00:00+07"},
]


def publish_season(home: Path, name: str = "1", models: Sequence[str] = MODELS) -> None:
    """Publishes these posts as a release of a name, in the place of another."""
    written = [{"created_at": f"{post['day']} 12:00:00+07", **post} for post in POSTS]
    written += [{"day": post["created_at"][:10], "text": f"salinan {post['text_group']}", **post} for post in COPIES]
    connection = warehouse_of(posts=written, collection=LOG)
    build(connection, *models)
    release = home / "releases" / name
    release.mkdir(parents=True)
    write_public_database(connection, release / "ronda.duckdb", tables.public_tables(connection))
    connection.close()
    link = home / f".published.{name}"
    link.symlink_to(release.relative_to(home))
    link.replace(home / "published")
