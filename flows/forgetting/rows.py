"""The rows of the warehouse about posts that must go."""

from collections.abc import Collection

from flows.loading.erasures import as_frame
from flows.post import Reason
from flows.sources.tombstone import Key
from flows.store.warehouse import Connection, as_tables, transaction

# A record of an erased post is a reject from now on, as a load of the rewritten file would make it.
_DELETE = (
    f"""
    INSERT INTO base.rejects BY NAME
    SELECT file_id, loads.platform, loads.source, loads.file, seen.number AS line, '{Reason.ERASED}' AS reason,
        timezone($zone, loads.landed_at)::DATE AS day
    FROM base.observations AS seen SEMI JOIN going USING (platform, post_id) JOIN base.loads AS loads USING (file_id)
    """,  # noqa: S608 - a constant of ours
    """
    UPDATE base.loads SET posts = loads.posts - gone.posts, duplicates = loads.duplicates - gone.duplicates,
        rejects = loads.rejects + gone.posts + gone.duplicates
    FROM (
        SELECT file_id, count(*) FILTER (is_first) AS posts, count(*) FILTER (NOT is_first) AS duplicates
        FROM base.observations SEMI JOIN going USING (platform, post_id) GROUP BY file_id) AS gone
    WHERE gone.file_id = loads.file_id
    """,
    *(
        f"""
        DELETE FROM {table} USING going
        WHERE going.platform = {table}.platform AND going.post_id = {table}.post_id
        """  # noqa: S608 - names of ours
        for table in ("base.observations", "base.posts", "base.reviews")
    ),
    """
    UPDATE base.rejects SET raw_pi = NULL, detail = NULL
    WHERE EXISTS (FROM going WHERE contains(raw_pi, post_id) OR contains(detail, post_id))
    """,
)


def delete(connection: Connection, keys: Collection[Key], zone: str) -> None:
    """Deletes everything about some posts, in one transaction; the counts of the loads stay true."""
    with as_tables(connection, going=as_frame(keys)), transaction(connection):
        first, *rest = _DELETE
        connection.execute(first, {"zone": zone})
        for statement in rest:
            connection.execute(statement)


def files_of(connection: Connection, keys: Collection[Key]) -> set[str]:
    """The landed files that may hold something of some posts: they brought it, or have records that nobody could read.

    Files of rejects are among them because a damaged record may be one of the posts.
    """
    with as_tables(connection, going=as_frame(keys)):
        rows = connection.execute("""
            SELECT DISTINCT file_id FROM base.observations SEMI JOIN going USING (platform, post_id)
            UNION SELECT file_id FROM base.rejects
            UNION SELECT file_id FROM base.loads WHERE kind = 'review'
            UNION SELECT file_id FROM base.set_aside""").fetchall()
    return {row[0] for row in rows}


# What expires of the rows of each kind of content: the table, the rows that still have it, and what becomes of them.
# Authors and events stay told apart, by a number that nobody can make again.
_EXPIRED = (
    (
        "posts",
        "texts and authors of posts",
        "base.posts",
        "coalesce(text, shown, text_pi, url_pi, author_name_pi, query) IS NOT NULL OR len(hashtags) > 0"
        " OR coalesce(text_hash, former_text_hash) IS NOT NULL",
        "text = NULL, shown = NULL, text_pi = NULL, url_pi = NULL, author_name_pi = NULL, query = NULL, hashtags = [],"
        " text_hash = NULL, former_text_hash = NULL, text_group = NULL, author_key = md5(concat($salt, author_key)),"
        " unit_key = md5_number_lower(concat($salt, unit_key))",
    ),
    ("posts", "hashes of texts", "base.observations", "text_hash IS NOT NULL", "text_hash = NULL"),
    (
        "rejects",
        "excerpts of rejects",
        "base.rejects",
        "coalesce(raw_pi, detail) IS NOT NULL",
        "raw_pi = NULL, detail = NULL",
    ),
    (
        "reviews",
        "notes and names of coders",
        "base.reviews",
        "note_pi IS NOT NULL OR len(coder) <> 32",
        "note_pi = NULL, coder = md5(concat($salt, coder))",
    ),
    ("runs", "names of files", "base.loads", "file <> file_id[:12]", "file = file_id[:12]"),
    ("runs", "names of files", "base.rejects", "file <> file_id[:12]", "file = file_id[:12]"),
    ("runs", "names of files", "base.set_aside", "file <> file_id[:12]", "file = file_id[:12], reason = ''"),
)


def expire(connection: Connection, kinds: Collection[str], held: Collection[Key], salt: str) -> dict[str, int]:
    """Empties the rows of some kinds of content, in one transaction; how many, by what it was.

    `salt` is used once and forgotten: it makes the numbers that stand for authors and events from now on.
    """
    changed: dict[str, int] = {}
    with as_tables(connection, held=as_frame(held)), transaction(connection):
        for kind, what, table, still, values in _EXPIRED:
            if kind not in kinds:
                continue
            has_posts = table in {"base.posts", "base.observations", "base.reviews"}
            is_free = (
                f"NOT EXISTS (FROM held WHERE held.platform = {table}.platform AND held.post_id = {table}.post_id)"
                if has_posts
                else "true"
            )
            parameters = {"salt": salt} if "$salt" in values else {}
            count = connection.execute(
                f"UPDATE {table} SET {values} WHERE ({still}) AND {is_free}",  # noqa: S608 - statements of ours
                parameters,
            ).fetchall()[0][0]
            if count:
                changed[what] = changed.get(what, 0) + count
        if "posts" in kinds:
            connection.execute("DELETE FROM base.handles")
            # it has the former keys; the next build makes it anew
            connection.execute("DROP TABLE IF EXISTS base.repeated_texts")
    return changed
