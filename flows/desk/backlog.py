"""What waits for coders: flagged and drawn posts of all weeks, near-duplicates as one, read from what is published.

Neither flag nor class is read, so that no page can show them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from flows.exits import RondaError
from flows.store import warehouse

Key = tuple[str, str]  # platform, post_id

# A near-duplicate of another phase may have another code: what is allowed in the campaign is not in the quiet period.
_WAITING = """
SELECT
    items.platform, items.post_id, items.week, items.phase, items.hand_over_limit, posts.text, posts.created_at,
    coalesce(posts.text_group || ' ' || posts.phase, '') AS same
FROM core.review_queue AS items
JOIN core.posts AS posts ON items.platform = posts.platform AND items.post_id = posts.post_id
ORDER BY items.hand_over_limit, posts.created_at, items.platform, items.post_id
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a coder judges: a post and its near-duplicates of the same phase; `item` is empty until somebody has it."""

    item: str
    posts: tuple[Key, ...]
    week: str
    phase: str
    limit: date
    text: str
    created_at: datetime

    @property
    def name(self) -> str:
        """What stays the same of it, whether it is an item yet or not."""
        return "/".join(self.posts[0])


def published(home: Path) -> tuple[int, int] | None:
    """What tells one published database from another; None where nothing is published."""
    try:
        facts = (home / "published" / "ronda.duckdb").stat()
    except FileNotFoundError:
        return None
    return facts.st_ino, facts.st_mtime_ns


def read(home: Path) -> list[Waiting]:
    """What waits in the published tables, soonest internal limit first; nothing where nothing is published."""
    path = home / "published" / "ronda.duckdb"
    if not path.exists():
        return []
    with warehouse.as_it_is(path.resolve(), read_only=True) as connection:
        try:
            rows = connection.execute(_WAITING).fetchall()
        except warehouse.DatabaseError as error:
            raise RondaError(f"{path} is of another version of ronda; publish a week again.") from error
    groups: dict[str, list[Waiting]] = defaultdict(list)
    for platform, post_id, week, phase, limit, text, created_at, same in rows:
        post = Waiting("", ((platform, post_id),), week, phase, limit, text or "", created_at)
        groups[same or f"{platform}/{post_id}"].append(post)
    return [replace(group[0], posts=tuple(post.posts[0] for post in group)) for group in groups.values()]


def with_items(waiting: Iterable[Waiting], items: Mapping[Key, str]) -> list[Waiting]:
    """The same with the items that were made of them; copies that came in later are an item of their own."""
    known = []
    for one in waiting:
        parts: dict[str, list[Key]] = defaultdict(list)
        for key in one.posts:
            parts[items.get(key, "")].append(key)
        known += [replace(one, item=item, posts=tuple(posts)) for item, posts in parts.items()]
    return known
