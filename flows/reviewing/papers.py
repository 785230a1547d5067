"""What stands beside the log: papers of a case, and remarks that may name people. The log holds the hash of each."""

import hashlib
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from flows.reviewing import log
from flows.reviewing.log import Act

CAPTURE, LETTER, PACKET = "capture", "letter", "packet"


@dataclass(frozen=True, slots=True)
class Paper:
    """One file of a case; `digest` is the SHA-256 of its content."""

    name: str
    kind: str
    who: str
    moment: datetime
    digest: str
    size: int


def put(connection: sqlite3.Connection, subject: str, name: str, kind: str, made: tuple[str, datetime, bytes]) -> str:
    """Keeps a paper (by whom, when, its content), inside the caller's transaction; gives its SHA-256."""
    who, moment, content = made
    digest = hashlib.sha256(content).hexdigest()
    row = (subject, name, kind, who, moment.astimezone(UTC).isoformat(timespec="milliseconds"), digest, content)
    connection.execute("INSERT INTO papers VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    return digest


def of(connection: sqlite3.Connection, subject: str) -> list[Paper]:
    """The papers of a case, in the order in which they came."""
    rows = connection.execute(
        "SELECT name, kind, who, moment, digest, length(content) FROM papers WHERE subject = ? ORDER BY moment, rowid",
        [subject],
    )
    return [
        Paper(name, kind, who, datetime.fromisoformat(moment), digest, size)
        for name, kind, who, moment, digest, size in rows
    ]


def content(connection: sqlite3.Connection, subject: str, name: str) -> bytes | None:
    """A paper as it is; None where it is not kept, or not any more."""
    row = connection.execute("SELECT content FROM papers WHERE subject = ? AND name = ?", [subject, name]).fetchone()
    return bytes(row[0]) if row is not None else None


def with_remark(connection: sqlite3.Connection, act: Act, text: str) -> Act:
    """An act with the hash of what somebody wrote beside it, which is kept outside the log; the act itself without."""
    if not text:
        return act
    salt = secrets.token_hex(16)
    connection.execute("INSERT INTO remarks VALUES (?, ?, ?, ?)", [act.request, act.subject, salt, text])
    return replace(act, after={**act.after, "remark": _digest(salt, text)})


def remarks(connection: sqlite3.Connection, subject: str) -> Mapping[str, str]:
    """Request of an event -> what was written beside it, of one subject."""
    return dict(connection.execute("SELECT request, text FROM remarks WHERE subject = ?", [subject]).fetchall())


def damaged(home: Path) -> list[str]:
    """The papers and remarks that are not what the log says; those that are gone on purpose are no damage."""
    with log.reading(home) as connection:
        return _damaged(connection) if connection is not None else []


def _damaged(connection: sqlite3.Connection) -> list[str]:
    told = {row[0] for row in connection.execute("SELECT json_extract(after, '$.remark') FROM events")}
    wrong = [
        f"a remark of {subject}"
        for subject, salt, text in connection.execute("SELECT subject, salt, text FROM remarks")
        if _digest(salt, text) not in told
    ]
    for subject, name, digest, paper in connection.execute("SELECT subject, name, digest, content FROM papers"):
        known = connection.execute(
            "SELECT 1 FROM events WHERE subject = ? AND instr(after, ?) > 0", [subject, digest]
        ).fetchone()
        if known is None or hashlib.sha256(paper).hexdigest() != digest:
            wrong.append(f"{name} of {subject}")
    return wrong


def forget(connection: sqlite3.Connection, subject: str) -> int:
    """Deletes the papers and remarks of a subject; gives how many there were. The hashes in the log stay."""
    return sum(
        connection.execute(f"DELETE FROM {table} WHERE subject = ?", [subject]).rowcount  # noqa: S608 - our names
        for table in ("papers", "remarks")
    )


def _digest(salt: str, text: str) -> str:
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()
