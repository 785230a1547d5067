"""Posts that may be gone and posts that are: what to look at again, and where the landing still holds their words."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.post import Reason
from flows.sources.source import Stored
from flows.store.files import make_folder, sync
from flows.store.warehouse import Connection, opened, transaction


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


def in_turn(posts: Iterable[Stored], asked: Mapping[str, str]) -> list[Stored]:
    """The posts whose turn is longest ago: when they were seen, or asked for in vain (key -> moment), came last."""
    return sorted(posts, key=lambda post: max(post.last_seen_at, _moment(asked.get(_key(post.platform, post.post_id)))))


def noted(
    asked: Mapping[str, str], posts: Iterable[Stored], undecided: Collection[tuple[str, str]], now: datetime
) -> dict[str, str]:
    """What was asked for in vain, as far as it is still due: key -> moment."""
    due_keys = {_key(post.platform, post.post_id) for post in posts}
    vain = {_key(*post): now.isoformat() for post in sorted(undecided)}
    return {key: moment for key, moment in {**asked, **vain}.items() if key in due_keys}


def _key(platform: str, post_id: str) -> str:
    return f"{platform}/{post_id}"


def _moment(text: str | None) -> datetime:
    return datetime.fromisoformat(text) if text else datetime.min.replace(tzinfo=UTC)


def still_written(
    connection: Connection, done: set[tuple[str, str, str]], paged: Mapping[str, str], sheets: Collection[str] = ()
) -> dict[str, set[tuple[str, str]]]:
    """File id -> (platform, post id) of removed posts whose records were not erased there yet.

    `paged` names the platform of each file of pages. Such a file may hold a post without a record of it: when its shape
    had changed, it was rejected or never loaded; these files are searched for every removed post of their platform. So
    are files that are set aside, and `sheets`, the files of review sheets, which print posts nobody said anything of.
    """
    removed = connection.execute("SELECT platform, post_id FROM base.posts WHERE state = 'removed'").fetchall()
    rows = connection.execute("""
        SELECT DISTINCT file_id, platform, post_id
        FROM base.observations SEMI JOIN (FROM base.posts WHERE state = 'removed') USING (platform, post_id)
        WHERE gone IS NULL""").fetchall()
    whole = connection.execute(
        """
        SELECT file_id FROM base.loads
        WHERE rejects = (SELECT count(*) FROM base.rejects WHERE rejects.file_id = loads.file_id AND reason = ?)
          AND records > 0""",
        [str(Reason.OUTSIDE_WINDOW)],
    ).fetchall()
    doubtful = paged.keys() - {file_id for (file_id,) in whole}
    rows += [(file_id, *key) for file_id in doubtful for key in removed if key[0] == paged[file_id]]
    aside = connection.execute("SELECT file_id, platform FROM base.set_aside").fetchall()
    anywhere = {file_id: platform for file_id, platform in aside if file_id not in paged} | dict.fromkeys(
        sheets, "mixed"
    )
    rows += [(file_id, *key) for file_id, held in anywhere.items() for key in removed if held in ("mixed", key[0])]
    by_file: dict[str, set[tuple[str, str]]] = {}
    for file_id, platform, post_id in rows:
        if (file_id, platform, post_id) not in done:
            by_file.setdefault(file_id, set()).add((platform, post_id))
    return by_file


def unasked(connection: Connection) -> set[str]:
    """The files that brought records of days nobody asked for."""
    query = "SELECT DISTINCT file_id FROM base.rejects WHERE reason = ?"
    return {row[0] for row in connection.execute(query, [str(Reason.OUTSIDE_WINDOW)]).fetchall()}


def forget_notes(home: Path) -> int:
    """Drops what coders noted of removed posts; gives how many notes those were."""
    with opened(home) as connection:
        return len(
            connection.execute("""
                UPDATE base.reviews SET note_pi = NULL FROM base.posts AS posts
                WHERE posts.state = 'removed' AND note_pi IS NOT NULL
                  AND posts.platform = reviews.platform AND posts.post_id = reviews.post_id
                RETURNING 1""").fetchall()
        )


def forget_excerpts(home: Path, keys: Collection[tuple[str, str]]) -> int:
    """Drops what is kept of rejected records that name one of the posts; gives the number of posts."""
    with opened(home) as connection, transaction(connection):
        connection.execute("CREATE OR REPLACE TEMP TABLE forgotten (post_id VARCHAR)")
        connection.executemany("INSERT INTO forgotten VALUES (?)", [(post_id,) for _, post_id in keys])
        connection.execute("""
            UPDATE base.rejects SET raw_pi = NULL
            WHERE raw_pi IS NOT NULL AND EXISTS (SELECT 1 FROM forgotten WHERE contains(raw_pi, post_id))""")
    return len(keys)


def read_erased(path: Path) -> set[tuple[str, str, str]]:
    """(file id, platform, post id) of every record that was erased."""
    if not path.is_file():
        return set()
    with path.open(encoding="utf-8") as lines:
        return {(parts[0], parts[1], parts[2]) for line in lines if len(parts := line.rstrip("\n").split(" ")) == 3}


def note_erased(path: Path, file_id: str, keys: Iterable[tuple[str, str]]) -> None:
    """Adds records to the list of the erased."""
    make_folder(path.parent)
    with path.open("a", encoding="utf-8") as out:
        out.writelines(f"{file_id} {platform} {post_id}\n" for platform, post_id in keys)
    sync(path)
