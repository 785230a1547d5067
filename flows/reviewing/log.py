"""The log of the desk, `RONDA_HOME/desk.sqlite`: what people decided, each event with the hash of the one before.

An event says who did what to which subject when, and what it was before and after. Events are never changed or deleted;
every state is derived from them. `verify` recomputes the chain. It finds accidents and careless hands, not one who
writes all of it anew.

SQLite releases before 3.51.3 have a reported fault when two connections write and checkpoint a write-ahead log at once.
So whoever writes holds a lock file as long as its connection is open, in whatever process, and readers open the file
read-only, which cannot checkpoint.
"""

import fcntl
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.exits import LedgerDamagedError, UsageError
from flows.store import chain
from flows.store.files import make_folder, sync

NAME = "desk.sqlite"
_MIGRATIONS = tuple(sorted(Path(__file__).parent.glob("*.sql"), key=lambda path: int(path.stem)))
_WAIT_SECONDS = 10.0
_COLUMNS = "number, moment, who, what, subject, before, after, request, previous, digest"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log; `number` from 1 without gaps, `moment` in UTC."""

    number: int
    moment: datetime
    who: str
    what: str
    subject: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    request: str


@dataclass(frozen=True, slots=True)
class Act:
    """Something to be logged. `request` names the request of a browser: sent twice, it is logged once."""

    who: str
    what: str
    subject: str
    request: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def place(home: Path) -> Path:
    """Where the log of a home lies."""
    return home / NAME


@contextmanager
def writing(home: Path) -> Iterator[sqlite3.Connection]:
    """The log, open for one transaction: everything inside is on the disk when the block ends, or nothing is."""
    make_folder(home)
    path = place(home)
    with (home / f"{NAME}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
            sync(home)
        with closing(_opened(path)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("BEGIN IMMEDIATE")
            try:
                _migrate(connection)
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


@contextmanager
def reading(home: Path) -> Iterator[sqlite3.Connection | None]:
    """The log, open for reading; None where nobody has used the desk yet. One of an earlier version is upgraded."""
    path = place(home)
    if not path.exists() or not path.stat().st_size:
        yield None
        return
    with closing(_opened(path, mode="ro")) as connection:
        is_old = _version(connection) < len(_MIGRATIONS)
    if is_old:
        with writing(home):
            pass
    with closing(_opened(path, mode="ro")) as connection:
        connection.execute("BEGIN")
        yield connection


def _opened(path: Path, mode: str = "rw") -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=_WAIT_SECONDS, isolation_level=None
        )
        connection.execute(f"PRAGMA busy_timeout = {round(1000 * _WAIT_SECONDS)}")
        number = _version(connection)
    except sqlite3.DatabaseError as error:
        raise LedgerDamagedError(f"{path} cannot be read ({error}); restore it from a backup.") from error
    if number > len(_MIGRATIONS):
        connection.close()
        raise UsageError(f"{path} was written by a newer ronda (its tables have number {number}); use that one.")
    return connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: sqlite3.Connection) -> None:
    number = _version(connection)
    for step, path in enumerate(_MIGRATIONS[number:], number + 1):
        for statement in _statements(path.read_text(encoding="utf-8")):
            connection.execute(statement)  # not executescript, which would commit
        connection.execute(f"PRAGMA user_version = {step}")


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def append(connection: sqlite3.Connection, act: Act, moment: datetime) -> bool:
    """Adds an event inside the caller's transaction; False where its request was logged before."""
    if was_logged(connection, act.request):
        return False
    count, previous = connection.execute("SELECT count, digest FROM head").fetchone()
    row = (
        *(count + 1, moment.astimezone(UTC).isoformat(timespec="milliseconds"), act.who, act.what, act.subject),
        *(_as_json(act.before), _as_json(act.after), act.request, previous),
    )
    digest = _digest(row)
    connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [*row, digest])
    connection.execute("UPDATE head SET count = ?, digest = ?", [count + 1, digest])
    return True


def head(connection: sqlite3.Connection | None) -> tuple[int, int]:
    """What tells one state of the log from another: how many events there are, and how often items changed."""
    if connection is None:
        return 0, 0
    count, changes = connection.execute("SELECT count, changes FROM head").fetchone()
    return int(count), int(changes)


def was_logged(connection: sqlite3.Connection, request: str) -> bool:
    """Whether a request of a browser was logged before."""
    return connection.execute("SELECT 1 FROM events WHERE request = ?", [request]).fetchone() is not None


def events(connection: sqlite3.Connection | None, after: int = 0, what: Sequence[str] = ()) -> list[Event]:
    """The events behind a number, in order; only those of some kinds where `what` names them."""
    if connection is None:
        return []
    kinds = f" AND what IN ({', '.join('?' * len(what))})" if what else ""
    rows = connection.execute(
        "SELECT number, moment, who, what, subject, before, after, request"  # noqa: S608 - question marks
        f" FROM events WHERE number > ?{kinds} ORDER BY number",
        [after, *what],
    )
    return [
        Event(number, datetime.fromisoformat(moment), who, what, subject, json.loads(old), json.loads(new), request)
        for number, moment, who, what, subject, old, new, request in rows
    ]


def verify(home: Path) -> int:
    """How many events the log of a home has, each proven by the next; raises LedgerDamagedError for another history."""
    with reading(home) as connection:
        if connection is None:
            return 0
        try:
            return _verified(connection, place(home))
        except sqlite3.DatabaseError as error:
            raise LedgerDamagedError(f"{place(home)} cannot be read ({error}); restore it from a backup.") from error


def _verified(connection: sqlite3.Connection, path: Path) -> int:
    (state,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if state != "ok":
        raise LedgerDamagedError(f"{path} is damaged ({state}); restore it from a backup.")
    count, previous = 0, ""
    for *row, digest in connection.execute(f"SELECT {_COLUMNS} FROM events ORDER BY number"):  # noqa: S608 - ours
        count += 1
        if row[0] != count or row[-1] != previous or _digest(row) != digest:
            raise LedgerDamagedError(f"The history in {path} was changed at event {count:,}; restore it from a backup.")
        previous = digest
    if connection.execute("SELECT count, digest FROM head").fetchall() != [(count, previous)]:
        raise LedgerDamagedError(f"The history in {path} was cut off after event {count:,}; restore it from a backup.")
    return count


def state_head(home: Path) -> None:
    """States in the chain of the ledger how far the log has come, so that one that is cut off later is found."""
    with reading(home) as connection:
        count, digest = connection.execute("SELECT count, digest FROM head").fetchone() if connection else (0, "")
    if count:
        chain.append_new(home, [chain.Note("logged", NAME, digest, {"events": count})])


def require_stated(home: Path, entries: Sequence[chain.Entry]) -> None:
    """Raises LedgerDamagedError where the log lacks what the chain of the ledger says that it held."""
    stated = chain.last_of(entries, "logged").get(NAME)
    if stated is None:
        return
    count = int(stated.facts["events"])
    with reading(home) as connection:
        query = "SELECT digest FROM events WHERE number = ?"
        row = connection.execute(query, [count]).fetchone() if connection is not None else None
    if row is None or row[0] != stated.content:
        what = "is gone" if connection is None else "is another" if row is not None else "was cut off"
        raise LedgerDamagedError(
            f"The log of the desk {what}: the ledger says that {place(home)} held {count:,} events on "
            f"{stated.moment[:10]}; restore it from a backup."
        )


def snapshot(home: Path) -> bytes | None:
    """The log as one whole file, as it is at one moment, whoever writes meanwhile; None where there is none."""
    with reading(home) as connection:
        if connection is None:
            return None
        with closing(sqlite3.connect(":memory:")) as copy:
            connection.execute("COMMIT")  # the copy reads in a transaction of its own
            connection.backup(copy)
            return copy.serialize()


def forget_posts(home: Path, keys: Sequence[tuple[str, str]]) -> int:
    """Takes posts out of their items, so that nothing here names them any more; gives how many there were."""
    if not place(home).exists():
        return 0
    with writing(home) as connection:
        return sum(
            connection.execute("DELETE FROM items WHERE platform = ? AND post_id = ?", key).rowcount for key in keys
        )


def _as_json(facts: Mapping[str, Any]) -> str:
    return json.dumps(dict(facts), ensure_ascii=False, sort_keys=True)


def _digest(row: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(list(row), ensure_ascii=False).encode()).hexdigest()
