"""The reviews that people agreed on, as labelled posts: what the labels may learn from."""

from pathlib import Path

import polars as pl

from flows.store import warehouse

_ACCEPTED = """
SELECT items.platform || ' ' || items.post_id AS key, posts.text, items.code
FROM core.review_items AS items
JOIN core.posts AS posts ON items.platform = posts.platform AND items.post_id = posts.post_id
WHERE items.code IS NOT NULL AND posts.text IS NOT NULL
ORDER BY key
"""


def accepted(home: Path) -> pl.DataFrame:
    """The posts of which two coders or an adjudicator said what they are: key, text (masked), code (`none`: nothing).

    None where nothing was loaded yet. Raises RondaError when the warehouse cannot be read.
    """
    path = warehouse.place(home)
    if not path.is_file():
        return pl.DataFrame(schema=dict.fromkeys(("key", "text", "code"), pl.String))
    with warehouse.as_it_is(path, read_only=True) as connection:
        return warehouse.query(connection, _ACCEPTED)
