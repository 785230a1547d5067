"""Copied texts: who posted the same one, when, and which of them had posted the same before.

A text is the same by `core.posts.text_group`. Being together means within the hours in which a copy counts for an
incident (`copy_hours` of seeds.method): everyday sentences are posted by many people over months, and by chance.
"""

from datetime import datetime
from typing import NamedTuple

from flows.desk.release import Release
from flows.method import METHOD

_LISTED = 40
_ACCOUNTS = 400  # of one text that are drawn
_EARLIER = 25


class Cluster(NamedTuple):
    """One copied text: how many accounts posted it in its densest hours, which began at `since`, and in all."""

    text_group: str
    together: int
    since: datetime
    posts: int
    accounts: int
    platforms: list[str]
    text: str
    first: datetime
    last: datetime


class Member(NamedTuple):
    """One post of a copied text; `before` is how many earlier texts its account posted together with others of it."""

    account: str
    moment: datetime
    platform: str
    before: int


class Earlier(NamedTuple):
    """A text that accounts of a cluster had posted together before it."""

    text_group: str
    moment: datetime
    accounts: int
    text: str


_CLUSTERS = """
WITH copied AS (
    SELECT text_group, author_key, platform, created_at, week, text
    FROM core.posts
    WHERE text_group IS NOT NULL AND author_key IS NOT NULL
        AND text_group IN (
            SELECT text_group FROM core.posts GROUP BY text_group HAVING count(DISTINCT author_key) >= $least
        )
),

dense AS (
    SELECT
        *,
        count(DISTINCT author_key) OVER (
            PARTITION BY text_group ORDER BY created_at
            RANGE BETWEEN CURRENT ROW AND to_hours($hours) FOLLOWING
        ) AS together
    FROM copied
)

SELECT
    text_group,
    max(together) AS together,
    arg_max(created_at, (together, -epoch_us(created_at))) AS since,
    count(*),
    count(DISTINCT author_key),
    list(DISTINCT platform ORDER BY platform),
    arg_min(text, created_at),
    min(created_at),
    max(created_at)
FROM dense
WHERE $text_group IS NULL OR text_group = $text_group
GROUP BY text_group
HAVING max(together) >= $least AND ($week IS NULL OR bool_or(week = $week AND together >= $least))
ORDER BY together DESC, since, text_group
LIMIT $most
"""


def clusters(release: Release, week: str | None = None) -> list[Cluster]:
    """The copied texts that the most accounts posted together, of one week or of all."""
    return _clusters(release, METHOD.copied_posts, week, None)


def cluster(release: Release, text_group: str) -> Cluster | None:
    """One copied text; None where no two accounts posted it together."""
    found = _clusters(release, 2, None, text_group)
    return found[0] if found else None


def _clusters(release: Release, least: int, week: str | None, text_group: str | None) -> list[Cluster]:
    asked = {"least": least, "hours": METHOD.copy_hours, "week": week, "text_group": text_group, "most": _LISTED}
    return [Cluster(*row) for row in release.rows(_CLUSTERS, asked)]


# Together: two accounts, the same text, within the hours; earlier: before the first post of this text.
_TOGETHER = """
WITH copied AS (
    SELECT author_key, min(created_at) AS moment
    FROM core.posts WHERE text_group = $text_group AND author_key IS NOT NULL
    GROUP BY author_key
),

earlier AS (
    SELECT posts.text_group, posts.author_key, posts.created_at, posts.text
    FROM core.posts AS posts
    SEMI JOIN copied ON posts.author_key = copied.author_key
    WHERE posts.text_group IS NOT NULL
        AND posts.text_group <> $text_group
        AND posts.created_at < (SELECT min(moment) FROM copied)
),

pairs AS (
    SELECT one.text_group, one.author_key, one.created_at, one.text
    FROM earlier AS one
    SEMI JOIN earlier AS other
        ON one.text_group = other.text_group
        AND one.author_key <> other.author_key
        AND abs(epoch(one.created_at) - epoch(other.created_at)) <= 3600 * $hours
)
"""
_EARLIER_TEXTS = f"""
{_TOGETHER}
SELECT text_group, min(created_at) AS since, count(DISTINCT author_key) AS accounts, arg_min(text, created_at)
FROM pairs GROUP BY text_group ORDER BY accounts DESC, since DESC, text_group LIMIT $most
"""  # noqa: S608 - a fragment of this module
_MEMBERS = f"""
{_TOGETHER},

counted AS (SELECT author_key, count(DISTINCT text_group) AS texts FROM pairs GROUP BY author_key)

SELECT posts.author_key, posts.created_at, posts.platform, coalesce(counted.texts, 0)
FROM core.posts AS posts
LEFT JOIN counted ON posts.author_key = counted.author_key
WHERE posts.text_group = $text_group AND posts.author_key IS NOT NULL
ORDER BY posts.created_at, posts.author_key LIMIT $most
"""  # noqa: S608 - as above


def members(release: Release, text_group: str) -> list[Member]:
    """The posts of a copied text in time order."""
    asked = {"text_group": text_group, "hours": METHOD.copy_hours, "most": _ACCOUNTS}
    return [Member(*row) for row in release.rows(_MEMBERS, asked)]


def earlier(release: Release, text_group: str) -> list[Earlier]:
    """The texts that accounts of this one had posted together before, those with the most accounts first."""
    asked = {"text_group": text_group, "hours": METHOD.copy_hours, "most": _EARLIER}
    return [Earlier(*row) for row in release.rows(_EARLIER_TEXTS, asked)]
