"""What comes in on sheets instead of exports: collection logs and returned review sheets."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from flows.headers import schema
from flows.loading import privacy
from flows.loading.landing import Landed
from flows.periods import Week, urgency
from flows.store.warehouse import Connection, as_tables, query

# What `CollectionDays.rows` and `ReviewLines.rows` hold, and the file they came in.
_LOGGED = ("platform", "source", "query", "day", "planned", "attempted", "succeeded", "reason", "landed_at")
_WRITTEN = ("line", "platform", "post_id", "code", "stage", "coder", "day", "note_pi", "sentiment")

# What the last log says of a day holds; its landed_at is that of the first log since which nothing else was said.
_COLLECTION = """
CREATE OR REPLACE TEMP TABLE collected AS
WITH said AS (
    SELECT * FROM logged
    UNION ALL BY NAME
    SELECT known.*, -1 AS load_order FROM base.collection AS known SEMI JOIN logged USING (platform, source, query, day)
),
turns AS (
    SELECT * FROM said
    WINDOW days AS (PARTITION BY platform, source, query, day ORDER BY load_order)
    QUALIFY {'a': planned, 'b': attempted, 'c': succeeded, 'd': reason} IS DISTINCT FROM lag(
        {'a': planned, 'b': attempted, 'c': succeeded, 'd': reason}) OVER days
)
SELECT * EXCLUDE (load_order) FROM turns
QUALIFY row_number() OVER (PARTITION BY platform, source, query, day ORDER BY load_order DESC) = 1
"""

# In an order of which neither the draw of the sample nor the flag is a part.
_TO_REVIEW = """
SELECT posts.platform, posts.post_id, samples.week, posts.url_pi AS link, posts.text
FROM core.samples AS samples
JOIN base.posts AS posts ON samples.platform = posts.platform AND samples.post_id = posts.post_id
WHERE samples.week = $week
ORDER BY md5(samples.week || posts.post_id || posts.platform), posts.platform, posts.post_id
"""

_WAITING = """
SELECT
    queue.platform, queue.post_id, queue.week, posts.url_pi AS link, posts.text, queue.hand_over_limit AS "limit",
    queue.act_by, len(posts.indications) > 0 AS is_detected
FROM core.review_queue AS queue
JOIN base.posts AS posts ON queue.platform = posts.platform AND queue.post_id = posts.post_id
ORDER BY md5(queue.week || queue.post_id || queue.platform), queue.platform, queue.post_id
"""


@dataclass(frozen=True, slots=True)
class CollectionDays:
    """The rows of one landed collection log: (platform, source, query, day, planned, attempted, succeeded, reason)."""

    landed: Landed
    rows: Sequence[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class ReviewLines:
    """The rows of one returned review sheet: (line, platform, post_id, code, stage, coder, day, note, sentiment)."""

    landed: Landed
    rows: Sequence[tuple[object, ...]]


def load_collection(connection: Connection, logs: Sequence[CollectionDays]) -> None:
    """A day that an earlier log named is replaced by what the last one says of it."""
    ordered = sorted(logs, key=lambda item: item.landed.order)
    rows = [(*row, log.landed.landed_at, order) for order, log in enumerate(ordered) for row in log.rows]
    days = pl.DataFrame(rows, schema=schema("base.collection", _LOGGED) | {"load_order": pl.Int64}, orient="row")
    days = days.with_columns(privacy.masked_queries(days["query"], days["source"]), privacy.masked(days["reason"]))
    once = days.unique(["platform", "source", "query", "day", "load_order"], keep="last", maintain_order=True)
    with as_tables(connection, logged=once):
        connection.execute(_COLLECTION)
    connection.execute("""
        DELETE FROM base.collection USING collected
        WHERE base.collection.platform = collected.platform AND base.collection.source = collected.source
          AND base.collection.query = collected.query AND base.collection.day = collected.day""")
    connection.execute("INSERT INTO base.collection BY NAME FROM collected")


def load_reviews(connection: Connection, sheets: Sequence[ReviewLines]) -> None:
    """Adds what coders said; a later line of the same coder, post and stage holds (core.reviews)."""
    rows = [
        (*row, sheet.landed.file_id, sheet.landed.landed_at, sheet.landed.position)
        for sheet in sheets
        for row in sheet.rows
    ]
    columns = schema("base.reviews", (*_WRITTEN, "file_id", "landed_at", "position"))
    said = pl.DataFrame(rows, schema=columns, orient="row")
    said = said.with_columns(privacy.masked(said["coder"]))  # which is published, and is what people wrote there
    with as_tables(connection, said=said):
        connection.execute("INSERT INTO base.reviews BY NAME FROM said")


def posts_to_review(connection: Connection, week: Week) -> pl.DataFrame:
    """The posts a review sheet asks about, as core.samples drew them of a week: flagged ones and others in one order.

    Columns: platform, post_id, week, link (personal: the sheet is never published), text (masked). Nothing tells which
    were detected, so that two coders do not agree with the labels instead of with each other. Always the same order.
    """
    return query(connection, _TO_REVIEW.replace("$week", "?"), [str(week)])


def posts_waiting(connection: Connection, today: date) -> pl.DataFrame:
    """What waits for a coder, of all weeks (core.review_queue), in the order of `periods.urgency` on a day.

    Those of a day are in a random order. Columns as `posts_to_review`, limit, act_by, and is_detected, which no sheet
    shows.
    """
    posts = query(connection, _WAITING)
    days = list(zip(posts["limit"], posts["act_by"], strict=True))
    return posts[sorted(range(len(days)), key=lambda place: urgency(*days[place], today))]
