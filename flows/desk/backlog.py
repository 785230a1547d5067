"""What waits for coders: flagged and drawn posts of all weeks, near-duplicates as one, read from what is published.

Neither flag nor class is read, so that no page can show them.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from flows.desk.release import Release
from flows.periods import urgency

Key = tuple[str, str]  # platform, post_id

# A near-duplicate of another phase may have another code: what is allowed in the campaign is not in the quiet period.
_WAITING = """
SELECT
    items.platform, items.post_id, items.week, items.phase, items.hand_over_limit, items.act_by, posts.text,
    posts.created_at,
    coalesce(posts.text_group || ' ' || posts.phase, '') AS same
FROM core.review_queue AS items
JOIN core.posts AS posts ON items.platform = posts.platform AND items.post_id = posts.post_id
ORDER BY items.hand_over_limit, posts.created_at, items.platform, items.post_id
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a coder judges: a post and its near-duplicates of the same phase; `item` is empty until somebody has it.

    `posts` are the keys of all of them, the other facts those of the first; `others` are the rest, one by one.
    """

    item: str
    posts: tuple[Key, ...]
    week: str
    phase: str
    limit: date
    act_by: date
    text: str
    created_at: datetime
    others: "tuple[Waiting, ...]" = ()

    @property
    def name(self) -> str:
        """What stays the same of it, whether it is an item yet or not."""
        return "/".join(self.posts[0])

    def urgency(self, today: date) -> tuple[bool, int]:
        """Its place in the queue: that of its most urgent post."""
        return min(urgency(one.limit, one.act_by, today) for one in (self, *self.others))


def read(release: Release) -> list[Waiting]:
    """What waits in the published tables, soonest internal limit first; nothing where nothing is published."""
    if release.stamp is None:
        return []
    groups: dict[str, list[Waiting]] = defaultdict(list)
    for platform, post_id, week, phase, limit, act_by, text, created_at, same in release.rows(_WAITING):
        post = Waiting("", ((platform, post_id),), week, phase, limit, act_by, text or "", created_at)
        groups[same or f"{platform}/{post_id}"].append(post)
    return [_joined(group, "") if len(group) > 1 else group[0] for group in groups.values()]


def _joined(group: Sequence[Waiting], item: str) -> Waiting:
    first, *others = group
    return replace(first, item=item, posts=tuple(post.posts[0] for post in group), others=tuple(others))


def with_items(waiting: Iterable[Waiting], items: Mapping[Key, str]) -> list[Waiting]:
    """The same with the items that were made of them; copies that came in later, or were split off, are other items."""
    known = []
    for one in waiting:
        parts: dict[str, list[Waiting]] = defaultdict(list)
        for post in (one, *one.others):
            parts[items.get(post.posts[0], "")].append(post)
        if parts.keys() == {""}:
            known.append(one)
        else:
            known += [_joined(group, item) for item, group in parts.items()]
    return known
