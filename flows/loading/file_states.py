"""What became of each landed file: loaded, or set aside with the reason, as the warehouse knows it.

A file is set aside by its landing hash. It stays so until it is imported again, until ronda reads formats anew (another
version), or until a later file of the same name and format was loaded, which replaces it.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from flows.exits import LedgerDamagedError
from flows.loading.landing import Landed
from flows.store.files import write_whole
from flows.store.warehouse import Connection, transaction

LOADED = "loaded"

_FORGET = """
DELETE FROM base.set_aside WHERE EXISTS (
    SELECT 1 FROM base.loads
    WHERE loads.file_id = set_aside.file_id
       OR (loads.file = set_aside.file AND loads.source = set_aside.source AND loads.landed_at > set_aside.landed_at))
"""


def place(home: Path) -> Path:
    """Where the states are kept."""
    return home / "file_states.json"


class SetAside(NamedTuple):
    """A landed file that is not loaded: why, in a sentence, and the versions that came to it (empty: try it always)."""

    landed: Landed
    reason: str
    versions: str


def still_aside(connection: Connection, versions: str) -> set[str]:
    """The files that these versions set aside: trying them again would come to the same."""
    rows = connection.execute("SELECT file_id FROM base.set_aside WHERE versions = ?", [versions])
    return {row[0] for row in rows.fetchall()}


def set_aside(connection: Connection, files: Sequence[SetAside]) -> None:
    """Keeps which files wait and why; forgets those that were loaded since, or replaced by a later file."""
    rows = [
        (item.file_id, item.platform, item.source, item.file, item.landed_at, reason, versions)
        for item, reason, versions in files
    ]
    with transaction(connection):
        if rows:
            connection.executemany("DELETE FROM base.set_aside WHERE file_id = ?", [row[:1] for row in rows])
            connection.executemany("INSERT INTO base.set_aside VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        connection.execute(_FORGET)


def write(home: Path, connection: Connection) -> None:
    """Writes the states beside the warehouse, for those who may not open it; derived, and made anew by every load."""
    keep(home, of(connection))


def of(connection: Connection) -> dict[str, str]:
    """The states of the files, as the warehouse knows them."""
    loaded = connection.execute("SELECT file_id FROM base.loads ORDER BY ALL").fetchall()
    aside = connection.execute("SELECT file_id, reason FROM base.set_aside ORDER BY ALL").fetchall()
    return {**{row[0]: LOADED for row in loaded}, **{row[0]: row[1] for row in aside}}


def keep(home: Path, states: Mapping[str, str]) -> None:
    """Writes the states."""
    write_whole(place(home), json.dumps(states, ensure_ascii=False, indent=0).encode())


def read(home: Path) -> dict[str, Any]:
    """File id -> `LOADED`, or the reason why it was set aside; empty before the first load."""
    path = place(home)
    try:
        states: dict[str, Any] = json.loads(path.read_bytes()) if path.is_file() else {}
    except ValueError as error:
        raise LedgerDamagedError(f"{path} is damaged; delete it, the next load makes it anew.") from error
    return states
