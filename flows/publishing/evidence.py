"""The posts behind the numbers of a week: the review list, and examples of every signal and emerging term."""

import polars as pl

from flows.method import FAMILIES, METHOD, Family
from flows.periods import Week
from flows.store.warehouse import Connection, query

_POST = "post_id, created_at, text, indications, topics, districts, likes, comments, shares, views"
_DETECTED = f"""
SELECT posts.platform, {_POST.replace("indications", "posts.indications").replace("post_id", "posts.post_id")},
       items.hand_over_limit, items.stage
FROM core.posts AS posts
LEFT JOIN core.review_items AS items ON posts.platform = items.platform AND posts.post_id = items.post_id
WHERE posts.week = ? AND posts.state = 'live' AND len(posts.indications) > 0
ORDER BY posts.created_at, posts.platform, posts.post_id
"""  # noqa: S608 - columns of ours


def _holds(family: Family) -> str:
    """Whether a post is one behind the subject of a signal; of the codes of a seed it may have several."""
    if not family.posts_column:
        return "true"
    column = f"posts.{family.posts_column}"
    return f"list_contains({column}, found.subject)" if family.subjects else f"{column} = found.subject"


# Copies first, since they are what a signal may be made of; then what was seen most.
_SIGNALS = f"""
WITH found AS (
    SELECT phase, family, subject, platform AS signal_platform FROM trends.signals WHERE week = ? AND signal
), posts AS (
    SELECT *, count(*) OVER (PARTITION BY lower(text)) AS copies
    FROM core.posts
    WHERE week = ? AND state = 'live'
), behind AS (
    SELECT found.*, posts.* EXCLUDE (phase, week), row_number() OVER (
        PARTITION BY found.phase, family, subject, signal_platform
        ORDER BY copies DESC, coalesce(views, likes, 0) DESC, platform, post_id) AS place
    FROM found
    JOIN posts ON found.phase = posts.phase
        AND found.signal_platform IN ('all', posts.platform)
        AND CASE found.family {" ".join(f"WHEN '{each.name}' THEN {_holds(each)}" for each in FAMILIES.values())} END
), terms AS (
    SELECT term, unnest(examples) AS example FROM trends.emerging_terms WHERE week = ?
)
SELECT phase, family, subject, signal_platform, platform, {_POST}
FROM behind
WHERE place <= {METHOD.signal_posts}
UNION ALL
SELECT posts.phase, 'terms', terms.term, 'all', posts.platform, {_POST}
FROM terms
JOIN core.posts AS posts ON terms.example = concat(posts.platform, '/', posts.post_id) AND posts.state = 'live'
ORDER BY ALL
"""  # noqa: S608 - columns of ours

COPIED_TEXTS = 10
_COPIED = f"""
SELECT
    min(text) AS text,
    count(*) AS posts,
    count(DISTINCT author_key) AS authors,
    list(DISTINCT platform ORDER BY platform) AS platforms,
    min(day) AS first_day,
    max(day) AS last_day
FROM core.posts
WHERE week = ? AND state = 'live' AND trim(text) <> ''
GROUP BY lower(text)
HAVING count(*) > 1
ORDER BY posts DESC, text
LIMIT {COPIED_TEXTS}
"""  # noqa: S608 - a number of ours


# Accounts are numbered in the order in which they posted a text; who they are is not told.
COPY_CLUSTERS = 3
_COPIES = f"""
WITH copies AS (
    SELECT posts.platform, posts.post_id, posts.created_at, posts.author_key, keys.unit_key
    FROM core.posts AS posts
    JOIN base.posts AS keys ON posts.platform = keys.platform AND posts.post_id = keys.post_id
    WHERE posts.week = ? AND posts.state = 'live' AND keys.unit_key IS NOT NULL AND posts.author_key IS NOT NULL
), texts AS (
    SELECT unit_key, row_number() OVER (ORDER BY count(DISTINCT author_key) DESC, min(created_at), unit_key) AS place
    FROM copies
    GROUP BY unit_key
    HAVING count(DISTINCT author_key) >= {METHOD.copy_accounts}
), first_copies AS (
    SELECT *, min(created_at) OVER (PARTITION BY unit_key, author_key) AS joined_at FROM copies
)
SELECT
    place,
    created_at,
    platform,
    dense_rank() OVER (PARTITION BY place ORDER BY joined_at, author_key) AS account,
    post_id
FROM first_copies
JOIN texts ON first_copies.unit_key = texts.unit_key
WHERE place <= {COPY_CLUSTERS}
ORDER BY ALL
"""  # noqa: S608 - numbers of ours


def detected_posts(connection: Connection, week: Week) -> pl.DataFrame:
    """The review list of a week with its internal limits, in time order."""
    return query(connection, _DETECTED, [str(week)])


def signal_posts(connection: Connection, week: Week) -> pl.DataFrame:
    """The posts listed behind each signal of a week, and the example posts of its emerging terms (family `terms`)."""
    return query(connection, _SIGNALS, [str(week)] * 3)


def copied_texts(connection: Connection, week: Week) -> pl.DataFrame:
    """The ten texts of a week that most posts have in common, letter by letter but for case."""
    return query(connection, _COPIED, [str(week)])


def copied_posts(connection: Connection, week: Week) -> pl.DataFrame:
    """When and where each copy of the week's most copied texts was posted; accounts are numbered, posts have their id.

    By the id the copy is forgotten with its post.
    """
    return query(connection, _COPIES, [str(week)])
