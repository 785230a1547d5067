"""The private side of a case: texts as they were written, accounts and addresses, read from the warehouse.

It is for people who handle cases, and every look is an event of the log before anything is shown.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from flows.desk.backlog import Key
from flows.desk.queue import RefusedError
from flows.exits import WarehouseBusyError
from flows.store import warehouse

_PRIVATE = """
SELECT platform, post_id, coalesce(text_pi, text, ''), coalesce(author_name_pi, ''), coalesce(url_pi, '')
FROM base.posts
WHERE (platform, post_id) IN (SELECT (unnest(?::VARCHAR[]), unnest(?::VARCHAR[])))
ORDER BY created_at, platform, post_id
"""


@dataclass(frozen=True, slots=True)
class Private:
    """A post as it was written; empty is what nobody knows."""

    platform: str
    post_id: str
    text: str
    author: str
    url: str


def read(home: Path, keys: Collection[Key]) -> list[Private]:
    """The private side of some posts. Raises RefusedError while a run of ronda has the warehouse."""
    ordered = sorted(keys)
    if not warehouse.place(home).exists():
        return []
    try:
        with (
            warehouse.looking(home),
            warehouse.as_it_is(warehouse.place(home), read_only=True) as connection,
        ):
            rows = connection.execute(_PRIVATE, [[key[0] for key in ordered], [key[1] for key in ordered]]).fetchall()
    except WarehouseBusyError:
        raise RefusedError("refused_working") from None
    return [Private(*row) for row in rows]
