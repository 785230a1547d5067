"""What the desk keeps beside its log, when its purpose is over or a post must go. The log itself stays what it was."""

import secrets
import sqlite3
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path

from flows.reviewing import cases, log, papers
from flows.reviewing.log import Act
from flows.sources.tombstone import Key

_WHO = "terminal"


def _cases(connection: sqlite3.Connection) -> int:
    known = cases.read(log.events(connection)).by_number.values()
    return sum(papers.forget(connection, case.subject) for case in known if case.closed is not None)


def _register(connection: sqlite3.Connection) -> int:
    return connection.execute("DELETE FROM register").rowcount


def _coaching(connection: sqlite3.Connection) -> int:
    return connection.execute("DELETE FROM talks").rowcount


# Kind of content (seed `retention`) -> what empties it, and what that was.
_KINDS: Mapping[str, tuple[Callable[[sqlite3.Connection], int], str]] = {
    "cases": (_cases, "papers and remarks of closed cases"),
    "register": (_register, "registered accounts"),
    "coaching": (_coaching, "notes of talks"),
}
PLACES = dict.fromkeys(_KINDS, ("desk.sqlite",)) | {"register": ("desk.sqlite", "ledger/watch/")}


def expire(home: Path, kinds: Collection[str]) -> dict[str, int]:
    """Empties what is past its retention; how much, by what it was. Cases that are open keep their papers."""
    due = [kind for kind in _KINDS if kind in kinds]
    if not due or not log.place(home).exists():
        return {}
    emptied: dict[str, int] = {}
    with log.writing(home) as connection:
        for kind in due:
            empty, what = _KINDS[kind]
            if count := empty(connection):
                emptied[what] = count
        if emptied:
            act = Act(_WHO, "expired", "retention", secrets.token_hex(8), after=emptied)
            log.append(connection, act, datetime.now(UTC))
    return emptied


def forget_posts(home: Path, keys: Collection[Key]) -> int:
    """Takes posts out of their items, and the papers of the closed cases that were about them; how many posts."""
    if not keys or not log.place(home).exists():
        return 0
    with log.writing(home) as connection:
        items = {
            item
            for platform, post_id in keys
            for (item,) in connection.execute(
                "SELECT item FROM items WHERE platform = ? AND post_id = ?", [platform, post_id]
            )
        }
        for case in cases.read(log.events(connection)).by_number.values():
            if items.intersection(case.items):
                papers.forget(connection, case.subject)
    return log.forget_posts(home, sorted(keys))
