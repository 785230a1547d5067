"""Posts that may be gone and posts that are: what to look at again, and where the landing still holds their words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flows.store.warehouse import Connection


@dataclass(frozen=True, slots=True)
class Stored:
    """A live post as far as a look needs it."""

    platform: str
    post_id: str
    url: str | None
    query: str | None
    created_at: datetime
    last_seen_at: datetime


def due(connection: Connection, now: datetime, refresh_days: int, retention_days: int) -> list[Stored]:
    """Live posts younger than the retention that were not seen for so many days, longest unseen first.

    A day less than `refresh_days`, so that a daily run looks at each post within them.
    """
    rows = connection.execute(
        """
        SELECT platform, post_id, url_pi, query, created_at, last_seen_at FROM base.posts
        WHERE state = 'live' AND created_at >= ? AND last_seen_at <= ?
        ORDER BY last_seen_at, platform, post_id""",
        [now - timedelta(days=retention_days), now - timedelta(days=refresh_days - 1)],
    ).fetchall()
    return [Stored(*row) for row in rows]


def still_written(connection: Connection, done: set[tuple[str, str, str]]) -> dict[str, set[tuple[str, str]]]:
    """File id -> (platform, post id) of removed posts whose records were not erased there yet."""
    rows = connection.execute("""
        SELECT DISTINCT file_id, platform, post_id
        FROM base.observations SEMI JOIN (FROM base.posts WHERE state = 'removed') USING (platform, post_id)
        WHERE gone IS NULL""").fetchall()
    found: dict[str, set[tuple[str, str]]] = {}
    for file_id, platform, post_id in rows:
        if (file_id, platform, post_id) not in done:
            found.setdefault(file_id, set()).add((platform, post_id))
    return found


def read_erased(path: Path) -> set[tuple[str, str, str]]:
    """(file id, platform, post id) of every record that was erased."""
    if not path.is_file():
        return set()
    with path.open(encoding="utf-8") as lines:
        return {(parts[0], parts[1], parts[2]) for line in lines if len(parts := line.rstrip("\n").split(" ")) == 3}


def note_erased(path: Path, file_id: str, keys: Iterator[tuple[str, str]]) -> None:
    """Adds records to the list of the erased."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as out:
        out.writelines(f"{file_id} {platform} {post_id}\n" for platform, post_id in keys)
