"""Names that stand in the texts of a load: an author's own, and the handles of accounts that the data know.

They are left out of what is published, `shown` of `base.posts`, while labels are computed on the masked text. A handle
is known once it wrote a post or was mentioned; only its keyed hash is kept. Whichever load brings the handle and
whichever the text, the same is shown in the end.
"""

import hashlib
import re
from collections import deque
from collections.abc import Iterator, Set
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from flows.loading.ordinary import Ordinary, read_ordinary
from flows.loading.privacy import MENTION, author_keys
from flows.store.warehouse import Connection, as_tables, query

FEWEST_IN_HANDLE, FEWEST_IN_NAME = 5, 4  # characters; what is shorter stands for too much else
_DIGEST_BYTES = 16
_SLICE = 50_000
_AHEAD = 2  # slices that are looked through beside the reading of the next ones
_TOKEN = rf"[a-z0-9_][a-z0-9_.]{{{FEWEST_IN_HANDLE - 2},}}[a-z0-9_]"
_JOINED_BEFORE, _JOINED_AFTER = re.compile(r"[\w.+-]\Z"), re.compile(r"[.-]?\w")
_ANY_TOKEN = re.compile(_TOKEN, re.IGNORECASE)

_COLUMNS = "platform, post_id, text, hashtags, author_name_pi AS name, author_key"
_ARRIVING = f"SELECT {_COLUMNS} FROM arriving"  # noqa: S608 - columns of ours
_OTHERS = f"""
SELECT {_COLUMNS} FROM base.posts ANTI JOIN stage USING (platform, post_id) WHERE state = 'live' AND text IS NOT NULL
"""  # noqa: S608 - columns of ours
_SHOW = """
UPDATE base.posts SET shown = fresh.shown, hashtags = fresh.hashtags
FROM fresh WHERE base.posts.platform = fresh.platform AND base.posts.post_id = fresh.post_id
"""
_SHOWN: dict[str, Any] = {
    "platform": pl.String,
    "post_id": pl.String,
    "shown": pl.String,
    "hashtags": pl.List(pl.String),
}


def hide_names(connection: Connection, key: bytes, seeds: Path) -> int:
    """Hides names in texts, inside the caller's transaction; gives the number of posts in which it found any.

    Writes what is shown of the posts that come in (view `arriving`) into the table `hidden`, and for handles that are
    new (of the view `stage`) what is shown of all others.
    """
    ordinary = read_ordinary(seeds)
    fresh = {handle for handle in _learn(connection, key) if not ordinary.is_ordinary(handle)}
    hider = _Hider(connection, key, ordinary)
    arriving = [hider.hidden(part) for part in _read(_slices(connection, _ARRIVING), ordinary)]
    others = [hider.hidden(part) for part in _read(_slices(connection, _OTHERS), ordinary, fresh)] if fresh else []
    for parts, statement in ((arriving, "INSERT INTO hidden FROM fresh"), (others, _SHOW)):
        if any(map(len, parts)):
            with as_tables(connection, fresh=pl.concat(parts)):
                connection.execute(statement)
    return sum(map(len, (*arriving, *others)))


def _slices(connection: Connection, text: str) -> Iterator[pl.DataFrame]:
    """The rows of a query, so many at a time, that memory stays flat."""
    reader: Any = connection.sql(text).to_arrow_reader(_SLICE)
    for batch in reader:
        yield pl.DataFrame(pl.from_arrow(batch))


class _Said(NamedTuple):
    """Some posts with what each says in lower case, what in it may be a handle, and of which it may name the author."""

    posts: pl.DataFrame
    tokens: set[str]
    is_own_named: pl.Series

    @classmethod
    def of(cls, posts: pl.DataFrame, ordinary: Ordinary, sought: Set[str] | None) -> "_Said":
        """Of all posts; with `sought` of those only that hold one of these handles."""
        said = pl.concat_str("text", pl.col("hashtags").list.join(" "), separator=" ").str.to_lowercase()
        posts = posts.with_columns(said.alias("said"))
        if sought is not None:
            posts = posts.filter(_holds_any(pl.col("said"), sought))
        return cls(posts, _tokens(posts["said"]), _is_own_named(posts, ordinary))


def _read(slices: Iterator[pl.DataFrame], ordinary: Ordinary, sought: Set[str] | None = None) -> Iterator[_Said]:
    """What slices of posts say, some of them ahead."""
    waiting: deque[Future[_Said]] = deque()
    with ThreadPoolExecutor(_AHEAD) as threads:
        for posts in slices:
            waiting.append(threads.submit(_Said.of, posts, ordinary, sought))
            if len(waiting) > _AHEAD:
                yield waiting.popleft().result()
        yield from (each.result() for each in waiting)


def _tokens(texts: pl.Series) -> set[str]:
    """What may be a handle in texts in lower case; looked for in their different words, which are few."""
    words = texts.str.split(" ").explode().unique()
    return set(words.str.extract_all(_TOKEN).explode().drop_nulls().unique())


def _key_of(handle: str, key: bytes) -> str:
    return hashlib.blake2b(f"handle:{handle}".encode(), key=key, digest_size=_DIGEST_BYTES).hexdigest()


def _learn(connection: Connection, key: bytes) -> set[str]:
    """Remembers the handles that the load brought; gives those that nobody knew before."""
    rows = connection.execute("SELECT DISTINCT unnest(handles) FROM stage").fetchall()
    pairs = [(handle, _key_of(handle, key)) for (handle,) in rows if len(handle) >= FEWEST_IN_HANDLE]
    schema = {"handle": pl.String, "handle_key": pl.String}
    with as_tables(connection, brought=pl.DataFrame(pairs, schema=schema, orient="row")):
        fresh = query(connection, "FROM brought ANTI JOIN base.handles USING (handle_key)")
    with as_tables(connection, unknown=fresh.select("handle_key")):
        connection.execute("INSERT INTO base.handles FROM unknown")
    return set(fresh["handle"])


class _Hider:
    """Finds and hides the names in texts; remembers which words are handles that the data know."""

    def __init__(self, connection: Connection, key: bytes, ordinary: Ordinary) -> None:
        self._key, self._ordinary = key, ordinary
        self._handle_keys = set(query(connection, "FROM base.handles")["handle_key"])
        self._looked_up: set[str] = set(ordinary.words)
        self._handles: set[str] = set()
        registered = pl.DataFrame(list(ordinary.registered), schema=["platform", "handle"], orient="row")
        self._may_be_named = set(author_keys(registered["platform"], registered["handle"], key))

    def hidden(self, said: _Said) -> pl.DataFrame:
        """What is shown of posts in which names stand."""
        handles = self._known(said.tokens)
        is_named = said.posts.select(_holds_any(pl.col("said"), handles)).to_series() | said.is_own_named
        rows = []
        for platform, post_id, text, tags, name, author_key, _ in said.posts.filter(is_named).iter_rows():
            own = None if author_key in self._may_be_named else name
            shown = without_names(text, own, handles, self._ordinary)
            shown_tags = [without_names(tag, own, handles, self._ordinary) for tag in tags]
            if shown != text or shown_tags != tags:
                rows.append((platform, post_id, shown, shown_tags))
        return pl.DataFrame(rows, schema=_SHOWN, orient="row")

    def _known(self, tokens: Set[str]) -> set[str]:
        """Those of some words that are handles which the data know, and no ordinary words."""
        fresh = tokens - self._looked_up
        self._looked_up |= fresh
        known = (word for word in fresh if _key_of(word, self._key) in self._handle_keys)
        self._handles.update(word for word in known if not self._ordinary.is_ordinary(word))
        return self._handles & tokens


def _holds_any(texts: pl.Expr, words: Set[str]) -> pl.Expr:
    return texts.str.contains_any(pl.lit(pl.Series([sorted(words)], dtype=pl.List(pl.String))))


def _is_own_named(posts: pl.DataFrame, ordinary: Ordinary) -> pl.Series:
    """Of which posts the text may hold their author's name: a word of it stands there."""
    told = posts.with_row_index("place").filter(pl.col("name").is_not_null())
    words = told.select("place", "said", word=pl.col("name").str.to_lowercase().str.extract_all(r"\p{L}{3,}"))
    words = words.explode("word")
    names = [word for word in words["word"].unique() if word in ordinary.person_names or word not in ordinary.words]
    named = words.filter(pl.col("word").is_in(names) & pl.col("said").str.contains(pl.col("word"), literal=True))
    is_named = np.zeros(len(posts), np.bool_)
    is_named[named["place"].to_numpy()] = True
    return pl.Series(is_named)


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
