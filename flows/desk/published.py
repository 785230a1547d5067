"""Posts as they are published, masked: those of an item, those that people indicated, those of an account."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from flows.desk.backlog import Key
from flows.desk.release import Release

_SHOWN = """
SELECT posts.platform, posts.post_id, coalesce(posts.text, ''), posts.created_at, posts.first_seen_at, posts.state,
    posts.week, posts.phase, items.hand_over_limit, coalesce(items.code, ''), coalesce(items.outcome, ''),
    coalesce(posts.author_key, ''),
    coalesce(posts.text_group || ' ' || posts.phase, posts.platform || '/' || posts.post_id) AS same
FROM core.posts AS posts
LEFT JOIN core.review_items AS items ON posts.platform = items.platform AND posts.post_id = items.post_id
"""
_OF_KEYS = """
WHERE (posts.platform, posts.post_id) IN (SELECT (unnest($platforms::VARCHAR[]), unnest($ids::VARCHAR[])))
ORDER BY posts.created_at, posts.platform, posts.post_id
"""
_INDICATED = "WHERE items.outcome = 'indicated' ORDER BY posts.created_at, posts.platform, posts.post_id"
_OF_AUTHORS = """
WHERE list_contains($authors, posts.author_key) AND items.outcome NOT IN ('unreviewed', 'gone', 'one_coder')
ORDER BY posts.created_at DESC, posts.platform, posts.post_id
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A post as it is published; `limit` is the internal hand-over limit, `outcome` where its review stands."""

    platform: str
    post_id: str
    text: str
    created_at: datetime
    first_seen_at: datetime
    state: str
    week: str
    phase: str
    limit: date | None
    code: str
    outcome: str
    author_key: str
    same: str

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.platform, self.post_id


def of_keys(release: Release, keys: Collection[Key]) -> list[Shown]:
    """The posts of these keys that are published, oldest first."""
    ordered = sorted(keys)
    return _read(release, _OF_KEYS, {"platforms": [each[0] for each in ordered], "ids": [each[1] for each in ordered]})


def indicated(release: Release) -> list[list[Shown]]:
    """The posts on whose code people agreed and that nobody handled yet; near-duplicates of a phase together."""
    groups: dict[tuple[str, str], list[Shown]] = defaultdict(list)
    for post in _read(release, _INDICATED, {}):
        groups[post.same, post.code].append(post)
    return list(groups.values())


def of_authors(release: Release, authors: Collection[str]) -> list[Shown]:
    """The reviewed posts of some authors, the last one first."""
    return _read(release, _OF_AUTHORS, {"authors": sorted(authors)}) if authors else []


def _read(release: Release, where: str, parameters: dict[str, list[str]]) -> list[Shown]:
    if release.stamp is None or (parameters and not next(iter(parameters.values()))):
        return []
    return [Shown(*row) for row in release.rows(_SHOWN + where, parameters)]
