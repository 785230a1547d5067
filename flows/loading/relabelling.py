"""Labels of another version made anew, where the text they were made from is still there."""

from collections.abc import Callable

import polars as pl

from flows import processes
from flows.store.warehouse import Connection, as_tables, query

_RELABELLED_ROWS = 100_000


def relabel(connection: Connection, label: Callable[[pl.Series, pl.Series], pl.DataFrame], version: str) -> int:
    """Labels anew every post whose labels are of another version; gives their number.

    Tombstones keep theirs, and so do posts whose text has expired. Workers that are lent label the parts.
    """
    stale = query(
        connection,
        "SELECT platform, post_id, text, created_at FROM base.posts "
        "WHERE label_version <> ? AND state = 'live' AND (text IS NOT NULL OR text_rank IS NULL)",
        [version],
    )
    parts = list(stale.iter_slices(_RELABELLED_ROWS))
    texts = [(part["text"], part["created_at"]) for part in parts]
    crew = processes.crew()
    labelled = crew.map(label, texts) if crew and crew.is_larger and parts else (label(*each) for each in texts)
    for part, each in zip(parts, labelled, strict=True):
        labels = each.drop("language")
        fresh = part.select("platform", "post_id").hstack(labels.get_columns())
        with as_tables(connection, fresh=fresh):
            connection.execute("""
                UPDATE base.posts SET
                    sentiment = fresh.sentiment, sentiment_score = fresh.sentiment_score, topics = fresh.topics,
                    indications = fresh.indications, districts = fresh.districts, label_version = fresh.label_version,
                    class_probability = fresh.class_probability
                FROM fresh
                WHERE base.posts.platform = fresh.platform AND base.posts.post_id = fresh.post_id""")
    return len(stale)
