"""Names that stand in the texts of a load: an author's own, and the handles of accounts that the data know.

They are left out of what is published, `shown` of `base.posts`, while labels are computed on the masked text. A handle
is known once it wrote a post or was mentioned; only its keyed hash is kept. Whichever load brings the handle and
whichever the text, the same is shown in the end.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Set
from pathlib import Path
from typing import Any

import polars as pl

from flows.loading.ordinary import Ordinary, read_ordinary
from flows.loading.privacy import MENTION, author_keys
from flows.store.warehouse import Connection, as_tables, query

FEWEST_IN_HANDLE, FEWEST_IN_NAME = 5, 4  # characters; what is shorter stands for too much else
_DIGEST_BYTES = 16
_SLICE = 50_000
_TOKEN = rf"[a-z0-9_][a-z0-9_.]{{{FEWEST_IN_HANDLE - 2},}}[a-z0-9_]"
_JOINED_BEFORE, _JOINED_AFTER = re.compile(r"[\w.+-]\Z"), re.compile(r"[.-]?\w")
_ANY_TOKEN = re.compile(_TOKEN, re.IGNORECASE)

# A text with its hashtags, since a handle may stand in either.
_SAID = "concat_ws(' ', text, array_to_string(hashtags, ' '))"
_TOUCHED = f"""
SELECT platform, post_id, {_SAID} AS said, author_name_pi AS name
FROM base.posts SEMI JOIN stage USING (platform, post_id) WHERE state = 'live' AND text IS NOT NULL
"""  # noqa: S608 - columns of ours
_ALL = f"SELECT platform, post_id, {_SAID} AS said FROM base.posts WHERE state = 'live' AND text IS NOT NULL"  # noqa: S608
_CHOSEN = """
SELECT platform, post_id, text, hashtags, author_name_pi, author_key
FROM base.posts SEMI JOIN chosen USING (platform, post_id)
"""
_SHOW = """
UPDATE base.posts SET shown = fresh.shown, hashtags = fresh.hashtags
FROM fresh WHERE base.posts.platform = fresh.platform AND base.posts.post_id = fresh.post_id
"""


def hide_names(connection: Connection, key: bytes, seeds: Path) -> int:
    """Writes what is shown of the texts in which names stand, inside the caller's transaction; gives their number.

    Looks at the posts that the load touched (table `stage`) and, for handles that are new, at all others.
    """
    ordinary = read_ordinary(seeds)
    fresh = _learn(connection, key)
    tokens: set[str] = set()
    chosen = []
    for part in _slices(connection, _TOUCHED):
        tokens |= _tokens(part["said"])
        chosen.append(_own_named(part, ordinary))
    known = _known(connection, tokens - ordinary.words, key)
    sought = {handle for handle in fresh | known if not ordinary.is_ordinary(handle)}
    if sought:
        for part in _slices(connection, _ALL):
            is_named = part["said"].str.contains_any(sorted(sought), ascii_case_insensitive=True)
            chosen.append(part.filter(is_named).select("platform", "post_id"))
    return _show(connection, pl.concat(chosen).unique(), key, ordinary) if chosen else 0


def _slices(connection: Connection, text: str) -> Iterator[pl.DataFrame]:
    """The rows of a query, so many at a time, that memory stays flat."""
    reader: Any = connection.sql(text).to_arrow_reader(_SLICE)
    for batch in reader:
        yield pl.DataFrame(pl.from_arrow(batch))


def _tokens(texts: pl.Series) -> set[str]:
    return set(texts.str.to_lowercase().str.extract_all(_TOKEN).explode().drop_nulls().unique())


def _key_of(handle: str, key: bytes) -> str:
    return hashlib.blake2b(f"handle:{handle}".encode(), key=key, digest_size=_DIGEST_BYTES).hexdigest()


def _hashed(handles: Iterable[str], key: bytes) -> pl.DataFrame:
    rows = [(handle, _key_of(handle, key)) for handle in handles if len(handle) >= FEWEST_IN_HANDLE]
    return pl.DataFrame(rows, schema={"handle": pl.String, "handle_key": pl.String}, orient="row")


def _learn(connection: Connection, key: bytes) -> set[str]:
    """Remembers the handles that the load brought; gives those that nobody knew before."""
    rows = connection.execute("SELECT DISTINCT unnest(handles) FROM stage").fetchall()
    with as_tables(connection, brought=_hashed((handle for (handle,) in rows), key)):
        fresh = query(connection, "FROM brought ANTI JOIN base.handles USING (handle_key)")
    with as_tables(connection, unknown=fresh.select("handle_key")):
        connection.execute("INSERT INTO base.handles FROM unknown")
    return set(fresh["handle"])


def _known(connection: Connection, tokens: Set[str], key: bytes) -> set[str]:
    """The words that are handles which the data know."""
    with as_tables(connection, words=_hashed(tokens, key)):
        known = query(connection, "SELECT handle FROM words SEMI JOIN base.handles USING (handle_key)")
    return set(known["handle"])


def _own_named(part: pl.DataFrame, ordinary: Ordinary) -> pl.DataFrame:
    """The posts whose text may hold their author's name: a word of it stands there."""
    told = part.filter(pl.col("name").is_not_null()).with_columns(pl.col("said").str.to_lowercase())
    words = told.with_columns(word=pl.col("name").str.to_lowercase().str.extract_all(r"\p{L}{3,}")).explode("word")
    names = [word for word in words["word"].unique() if word in ordinary.person_names or word not in ordinary.words]
    named = words.filter(pl.col("word").is_in(names) & pl.col("said").str.contains(pl.col("word"), literal=True))
    return named.select("platform", "post_id")


def without_names(text: str, name: str | None, handles: Set[str], ordinary: Ordinary) -> str:
    """A text with the handles, and the author's name as a whole and in its uncommon words, replaced as mentions are."""
    text = _ANY_TOKEN.sub(lambda token: _hidden(token) if token[0].lower() in handles else token[0], text)
    words, own = ordinary.own_words(name or "")
    whole = [r"[\W\d_]+".join(map(re.escape, words))] if len(words) > 1 else []
    patterns = whole + [re.escape(word) for word in own if len(word) >= FEWEST_IN_NAME]
    if not patterns:
        return text
    return re.sub(rf"(?<![^\W\d_])(?:{'|'.join(patterns)})(?![^\W\d_])", _hidden, text, flags=re.IGNORECASE)


def _hidden(name: re.Match[str]) -> str:
    """What stands in the place of a name; apart from what it was joined to, so that www.name.com is no address."""
    before, after = name.string[: name.start()], name.string[name.end() :]
    return f"{' ' * bool(_JOINED_BEFORE.search(before))}{MENTION}{' ' * bool(_JOINED_AFTER.match(after))}"


def _show(connection: Connection, chosen: pl.DataFrame, key: bytes, ordinary: Ordinary) -> int:
    with as_tables(connection, chosen=chosen):
        posts = query(connection, _CHOSEN)
    tokens = _tokens(posts["text"]) | _tokens(posts["hashtags"].explode())
    handles = {handle for handle in _known(connection, tokens, key) if not ordinary.is_ordinary(handle)}
    registered = pl.DataFrame(list(ordinary.registered), schema=["platform", "handle"], orient="row")
    may_be_named = set(author_keys(registered["platform"], registered["handle"], key))
    rows = []
    for platform, post_id, text, hashtags, name, author_key in posts.iter_rows():
        own = None if author_key in may_be_named else name
        shown = without_names(text, own, handles, ordinary)
        tags = [without_names(tag, own, handles, ordinary) for tag in hashtags]
        if shown != text or tags != hashtags:
            rows.append((platform, post_id, shown, tags))
    schema: dict[str, Any] = {
        "platform": pl.String,
        "post_id": pl.String,
        "shown": pl.String,
        "hashtags": pl.List(pl.String),
    }
    with as_tables(connection, fresh=pl.DataFrame(rows, schema=schema, orient="row")):
        connection.execute(_SHOW)
    return len(rows)
