"""What was erased on request and stays erased: keyed marks in the ledger, which name no post and no person.

`ledger/erasures/<moment>.json` is one request: marks of posts, and keys of authors with the moment up to which their
posts go. A record that comes in again and bears a mark is a reject, and the file it came in is rewritten.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from flows.loading import landing, mapped, privacy, reading, rewriting
from flows.periods import Week
from flows.post import Post, Reason
from flows.settings import Settings
from flows.sources.tombstone import Key
from flows.store import chain
from flows.store.chain import Note
from flows.store.files import files_in, hash_file, write_whole
from flows.store.warehouse import Connection, as_tables, transaction

TO_DO = "to be erased"  # in the detail of a reject, until its file was rewritten

# A post that bears a mark, or is of an erased author and older than the request, is not loaded. What still says
# something is to be taken out of its file.
_SET_APART = f"""
CREATE OR REPLACE TEMP TABLE set_apart AS
SELECT file_id, number, coalesce(text, url_pi, author_key, author_name_pi) IS NOT NULL AS says
FROM stage
WHERE md5(concat($mark_key, platform, '/', post_id)) IN (SELECT mark FROM erased_posts)
   OR EXISTS (
    SELECT 1 FROM erased_authors WHERE erased_authors.author_key = stage.author_key AND created_at <= until);
INSERT INTO rejected (file_id, line, reason, detail)
SELECT file_id, number, '{Reason.ERASED}', CASE WHEN says THEN '{TO_DO}' END FROM set_apart;
INSERT INTO left_out SELECT file_id, number FROM set_apart;
"""  # noqa: S608 - constants of ours


@dataclass(frozen=True, slots=True)
class Erasures:
    """Everything that was erased in a home, as marks."""

    mark_key: str
    posts: frozenset[str] = frozenset()
    authors: Mapping[str, datetime] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.posts or self.authors)

    def mark(self, key: Key) -> str:
        """The mark of a post."""
        return hashlib.md5(f"{self.mark_key}{key[0]}/{key[1]}".encode()).hexdigest()  # noqa: S324 - as the database

    def set_apart(self, connection: Connection) -> None:
        """Takes what is erased out of the load that is staged, inside the caller's transaction."""
        posts = pl.DataFrame({"mark": sorted(self.posts)}, schema={"mark": pl.String})
        authors = pl.DataFrame(
            sorted(self.authors.items()),
            schema={"author_key": pl.String, "until": pl.Datetime("us", "UTC")},
            orient="row",
        )
        first, *rest = (each for each in _SET_APART.split(";") if each.strip())
        with as_tables(connection, erased_posts=posts, erased_authors=authors):
            connection.execute(first, {"mark_key": self.mark_key})
            for statement in rest:
                connection.execute(statement)


def folder(home: Path) -> Path:
    """Where the requests lie."""
    return home / "ledger" / chain.ERASURES


def mark_key(secret: bytes) -> str:
    """What stands before a post in its mark (hex), made from the secret key."""
    return hashlib.blake2b(b"erasure", key=secret, digest_size=16).hexdigest()


def read(home: Path, secret: bytes) -> Erasures:
    """Every request of a home, together."""
    posts: set[str] = set()
    authors: dict[str, datetime] = {}
    for path in files_in(folder(home), ".json"):
        facts: dict[str, Any] = json.loads(path.read_bytes())
        posts |= set(facts["posts"])
        for key, moment in facts["authors"].items():
            until = datetime.fromisoformat(moment)
            authors[key] = max(until, authors.get(key, until))
    return Erasures(mark_key(secret), frozenset(posts), authors)


def note(home: Path, now: datetime, posts: Iterable[str], authors: Mapping[str, datetime]) -> Path:
    """Writes a request into the ledger; from now on what it marks is not loaded. It is chained when it was done."""
    path = folder(home) / f"{now.astimezone(UTC):%Y%m%dT%H%M%S%f}.json"
    facts = {"posts": sorted(posts), "authors": {key: until.isoformat() for key, until in sorted(authors.items())}}
    write_whole(path, json.dumps(facts, indent=1).encode() + b"\n")
    return path


def close(home: Path, path: Path, facts: Mapping[str, Any]) -> None:
    """States in the chain that a request was carried out, with counts and nothing of the content."""
    chain.append_new(home, [Note("erased", subject(path), hash_file(path), dict(facts))])


def subject(path: Path) -> str:
    """What the chain calls a request."""
    return f"{chain.ERASURES}/{path.stem}"


def files(home: Path) -> list[Path]:
    """The requests, oldest first."""
    return files_in(folder(home), ".json")


def rewrite_waiting(settings: Settings, connection: Connection, now: datetime) -> tuple[str, ...]:
    """Takes what came in again out of the files it came in; gives a sentence for every file that resisted."""
    waiting = _waiting(connection)
    if not waiting:
        return ()
    erasures = read(settings.home, privacy.author_secret(settings))
    landed = {item.file_id: item for item in landing.landed_files(settings.home)}
    left = []
    for file_id in waiting & landed.keys():
        item = landed[file_id]
        keys = _marked(settings, item, erasures)
        fresh = {mark for key in keys if (mark := erasures.mark(key)) not in erasures.posts}
        if fresh:  # of an erased author: its tombstone will not say so
            close(settings.home, note(settings.home, now, fresh, {}), {"records": len(fresh)})
        try:
            rewriting.rewrite(settings, item, keys, now, "erased")
        except (ValueError, OSError) as error:
            left.append(f"{item.file} holds erased posts and cannot be rewritten ({error}); delete it by hand.")
            continue
        with transaction(connection):
            connection.execute(
                "UPDATE base.rejects SET detail = NULL WHERE file_id = ? AND reason = ?",
                [file_id, str(Reason.ERASED)],
            )
    return tuple(left)


def _waiting(connection: Connection) -> set[str]:
    query = "SELECT DISTINCT file_id FROM base.rejects WHERE reason = ? AND detail = ?"
    return {row[0] for row in connection.execute(query, [str(Reason.ERASED), TO_DO]).fetchall()}


def _marked(settings: Settings, item: landing.Landed, erasures: Erasures) -> set[Key]:
    """The posts of a landed file that were erased."""
    secret = privacy.author_secret(settings)
    posts = list(posts_of(settings, item))
    keys = privacy.author_keys(
        pl.Series([post.platform for post in posts], dtype=pl.String),
        pl.Series([post.author for post in posts], dtype=pl.String),
        secret,
    )
    marked = set()
    for post, author_key in zip(posts, keys, strict=True):
        until = erasures.authors.get(author_key) if author_key else None
        is_of_author = until is not None and datetime.fromtimestamp(post.created_at, UTC) <= until
        if is_of_author or erasures.mark((post.platform, post.post_id)) in erasures.posts:
            marked.add((post.platform, post.post_id))
    return marked


def posts_of(settings: Settings, item: landing.Landed) -> list[Post]:
    """Every post that a landed file holds. Raises InputRefusedError for a file that nobody can read."""
    form = reading.fitted(settings, item)
    if form.kind != "posts":
        return []
    with reading.opened(settings.home, item) as stream:
        read_ = mapped.read_posts(form, stream, mapped.Sight.of(item))
        return [post for _, post in read_ if isinstance(post, Post)]


def as_frame(keys: Collection[Key]) -> pl.DataFrame:
    """Posts as a frame of platform and post_id, to be joined with tables."""
    return pl.DataFrame(sorted(keys), schema={"platform": pl.String, "post_id": pl.String}, orient="row")


def by_week(connection: Connection, keys: Collection[Key]) -> dict[str, dict[str, int]]:
    """How many of the posts each week and platform has, as the chain states what goes."""
    with as_tables(connection, going=as_frame(keys)):
        rows = connection.execute("""
            SELECT day, platform, count(*) FROM base.posts SEMI JOIN going USING (platform, post_id)
            GROUP BY ALL ORDER BY ALL""").fetchall()
    weeks: dict[str, dict[str, int]] = {}
    for day, platform, posts in rows:
        counts = weeks.setdefault(str(Week.of(day)), {})
        counts[platform] = counts.get(platform, 0) + posts
    return weeks
