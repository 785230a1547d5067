"""Who works at the desk: accounts, passwords, sessions.

There is no sign-up and no default account. A password is kept as an argon2 hash, a session as the hash of a random
number that only the browser has. Who failed to log in too often waits, whether the name exists or not.
"""

import hashlib
import hmac
import re
import secrets
import sqlite3
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flows.desk import clock
from flows.exits import UsageError
from flows.reviewing import log
from flows.reviewing.log import Act

if TYPE_CHECKING:
    from argon2 import PasswordHasher

ROLES = ("coder", "adjudicator", "lead", "coach", "admin")
AT_TERMINAL = "terminal"  # who acts by a verb of ronda: whoever has the home
IDLE_SECONDS = 30 * 60
SESSION_SECONDS = 12 * 3600
_KEPT_SECONDS = 7 * 86_400  # an old session is remembered, so that what is sent from it is not lost
_SEEN_EVERY = 60  # seconds between two notes of when a session was used
_FAILURES, _FAILURE_SECONDS = 5, 15 * 60  # of one name; after these it waits
_PASSWORD_CHARACTERS = (10, 200)
_NAME = re.compile(r"[a-z][a-z0-9._-]{1,30}")


@dataclass(frozen=True, slots=True)
class Person:
    """An account that is open."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in; `token` stands in every form."""

    person: Person
    token: str
    digest: str


class WaitError(Exception):
    """A name that was tried too often has to wait."""


def everybody(connection: sqlite3.Connection | None) -> dict[str, tuple[str, bool]]:
    """Every account that the log knows: name -> its role, and whether it is open."""
    known: dict[str, tuple[str, bool]] = {}
    for event in log.events(connection, what=("user_added", "user_closed")):
        if event.what == "user_added":
            known[event.subject] = (event.after["role"], True)
        else:
            known[event.subject] = (known[event.subject][0], False)
    return known


def _open(connection: sqlite3.Connection | None, name: str) -> Person | None:
    role, is_open = everybody(connection).get(name, ("", False))
    return Person(name, role) if is_open else None


def add(home: Path, name: str, role: str, password: str) -> None:
    """Opens an account. Raises UsageError for a name, role or password that cannot be taken, or a name that was."""
    if not _NAME.fullmatch(name):
        raise UsageError(
            f'"{name}" cannot be a name; use 2 to 31 small letters, digits, dots or dashes, a letter first.'
        )
    if role not in ROLES:
        raise UsageError(f'"{role}" is no role; choose one of {", ".join(ROLES)}.')
    hashed = _hashed(password)
    with log.writing(home) as connection:
        if name in everybody(connection):
            raise UsageError(f"{name} is or was an account; choose another name, so that the log stays clear.")
        act = Act(AT_TERMINAL, "user_added", name, secrets.token_hex(8), after={"role": role})
        log.append(connection, act, clock.now())
        connection.execute("INSERT INTO passwords VALUES (?, ?)", [name, hashed])


def _hashed(password: str) -> str:
    least, most = _PASSWORD_CHARACTERS
    if not least <= len(password) <= most:
        raise UsageError(f"The password has {len(password)} characters; choose one of {least} to {most}.")
    return _hasher().hash(password)


def renew(home: Path, name: str, password: str) -> None:
    """Gives an open account another password and ends its sessions. Raises UsageError as `add` and `close` do."""
    hashed = _hashed(password)
    with log.writing(home) as connection:
        if _open(connection, name) is None:
            raise UsageError(f"There is no open account {name}; `ronda desk user list` shows them.")
        log.append(connection, Act(AT_TERMINAL, "user_renewed", name, secrets.token_hex(8)), clock.now())
        connection.execute("UPDATE passwords SET hash = ? WHERE person = ?", [hashed, name])
        connection.execute("DELETE FROM sessions WHERE person = ?", [name])


def close(home: Path, name: str) -> None:
    """Closes an account and ends its sessions; what it did stays. Raises UsageError where none is open."""
    with log.writing(home) as connection:
        person = _open(connection, name)
        if person is None:
            raise UsageError(f"There is no open account {name}; `ronda desk user list` shows them.")
        act = Act(AT_TERMINAL, "user_closed", name, secrets.token_hex(8), before={"role": person.role})
        log.append(connection, act, clock.now())
        for table in ("passwords", "sessions"):
            connection.execute(f"DELETE FROM {table} WHERE person = ?", [name])  # noqa: S608 - our names


def log_in(home: Path, name: str, password: str) -> str | None:
    """A new session where name and password are right: the number that the browser keeps; None where they are not.

    Raises WaitError while the name has to wait.
    """
    now = time.time()
    with log.writing(home) as connection:
        connection.execute("DELETE FROM failures WHERE moment < ?", [now - _FAILURE_SECONDS])
        (failed,) = connection.execute("SELECT count(*) FROM failures WHERE person = ?", [_shadow(name)]).fetchone()
        person = _open(connection, name)
        row = connection.execute("SELECT hash FROM passwords WHERE person = ?", [name]).fetchone()
        if failed < _FAILURES:
            connection.execute("INSERT INTO failures VALUES (?, ?)", [_shadow(name), now])  # taken back when right
    if failed >= _FAILURES:
        raise WaitError
    if not _is_right(row[0] if row else _nobody(), password) or person is None:
        return None
    number = secrets.token_urlsafe(32)
    with log.writing(home) as connection:
        connection.execute("DELETE FROM failures WHERE person = ?", [_shadow(name)])
        session = (_digest(number), name, secrets.token_urlsafe(32), now, now)
        connection.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", session)
        log.append(connection, Act(name, "logged_in", name, secrets.token_hex(8)), clock.now())
    return number


def session_of(home: Path, number: str) -> Session | None:
    """The session of a browser's number; None where it never was, was ended, or was not used for too long."""
    now, digest = time.time(), _digest(number)
    with log.reading(home) as connection:
        if connection is None:
            return None
        row = connection.execute(
            "SELECT person, token, begun, seen FROM sessions WHERE digest = ?", [digest]
        ).fetchone()
        person = _open(connection, row[0]) if row else None
    if row is None or person is None or now - row[3] > IDLE_SECONDS or now - row[2] > SESSION_SECONDS:
        return None
    if now - row[3] > _SEEN_EVERY:
        with log.writing(home) as connection:
            connection.execute("UPDATE sessions SET seen = ? WHERE digest = ?", [now, digest])
    return Session(person, row[1], digest)


def former(home: Path, number: str, token: str) -> str | None:
    """Whose session a browser's number was, when it is over but the form came from it; None for any other."""
    with log.reading(home) as connection:
        if connection is None:
            return None
        query = "SELECT person, token FROM sessions WHERE digest = ?"
        row = connection.execute(query, [_digest(number)]).fetchone()
        person = _open(connection, row[0]) if row else None
    is_theirs = row is not None and hmac.compare_digest(row[1].encode(), token.encode())
    return person.name if person is not None and is_theirs else None


def log_out(home: Path, session: Session) -> None:
    """Ends a session, and every other one that is too old."""
    with log.writing(home) as connection:
        too_old = time.time() - SESSION_SECONDS - _KEPT_SECONDS
        connection.execute("DELETE FROM sessions WHERE digest = ? OR begun < ?", [session.digest, too_old])


def _is_right(hashed: str, password: str) -> bool:
    from argon2.exceptions import VerificationError

    try:  # the hash is computed whatever was typed, so that it takes as long
        return _hasher().verify(hashed, password[: _PASSWORD_CHARACTERS[1] + 1])
    except VerificationError:
        return False


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _nobody() -> str:
    """A hash that no password has: a name that nobody has takes as long as one that somebody has."""
    return _hasher().hash(secrets.token_hex(32))


def _digest(number: str) -> str:
    return hashlib.sha256(number.encode()).hexdigest()


def _shadow(name: str) -> str:
    """A name as it was typed, which may be a password typed into the wrong field."""
    return hashlib.sha256(name.encode()).hexdigest()
