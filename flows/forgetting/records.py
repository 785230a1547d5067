"""What is written about work and not about posts: run records, notices, states, the orchestrator's history.

No text or id of a post belongs there; one may have come in with the sentence of a fault. What names a post that is
gone is overwritten in place, and the database of the orchestrator is written anew without its free pages.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from flows.forgetting import search
from flows.sources.tombstone import Key
from flows.store.files import all_paths, write_whole

GONE = "[...]"
_LEAST_CHARACTERS = 16  # of what was said; anything shorter stands for too much else
_TOKEN = re.compile(r"[0-9A-Za-z_\-]{5,}")
_STATES = ("told.json", "file_states.json", "extract/undecided.json")
# What the orchestrator keeps of runs; its schedules and settings stay.
_HISTORY = frozenset(
    {
        *("log", "artifact", "artifact_collection", "flow_run_state", "task_run_state", "task_run", "flow_run"),
        *("flow_run_input", "task_run_state_cache", "events", "event_resources"),
    }
)
_BUSY_SECONDS = 10.0
_OVERLAP = 1 << 16


@dataclass(slots=True)
class Gone:
    """Posts that are gone, by key, what they said, and handles of people who are to be forgotten."""

    keys: frozenset[Key]
    words: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    ids: frozenset[str] = field(init=False)
    _said: re.Pattern[str] | None = field(init=False)

    def __post_init__(self) -> None:
        self.ids = frozenset(post_id.rsplit(":", 1)[-1] for _, post_id in self.keys)
        forms = {form for word in self.words if len(word) >= _LEAST_CHARACTERS for form in _written(word)}
        forms |= {form for name in self.names for form in _written(name)}
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._said = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def without(self, text: str) -> str:
        """A text with what is gone overwritten."""
        if self._said is not None:
            text = self._said.sub(GONE, text)
        return _TOKEN.sub(lambda token: GONE if token[0] in self.ids else token[0], text)


def _written(word: str) -> Iterator[str]:
    """A text as it may stand in a file: plain, and in JSON."""
    yield word
    yield json.dumps(word)[1:-1]
    yield json.dumps(word, ensure_ascii=False)[1:-1]


def overwrite(home: Path, gone: Gone) -> list[str]:
    """Overwrites what is gone in every record of work; gives a sentence for each place that resisted."""
    for path in _files(home):
        before = path.read_text(encoding="utf-8", errors="surrogateescape")
        after = gone.without(before)
        if after != before:
            write_whole(path, after.encode(errors="surrogateescape"))
    _drop_refused(home, gone)
    return _overwrite_history(home, gone)


def _files(home: Path) -> Iterator[Path]:
    yield from (path for path in all_paths(home / "runs") if path.suffix == ".json")
    yield from (path for name in _STATES if (path := home / name).is_file())
    yield from (path for path in all_paths(home / "prefect" / "storage") if path.is_file())


def _drop_refused(home: Path, gone: Gone) -> None:
    """Deletes files of the inbox that were refused and name what is gone: nobody can take a record out of them."""
    for path in list(all_paths(home / "inbox" / "refused")):
        if path.is_file():
            said = (part.decode(errors="replace") for part in search.readings(path, _OVERLAP))
            if any(gone.without(text) != text for text in said):
                path.unlink()


def _overwrite_history(home: Path, gone: Gone) -> list[str]:
    path = home / "prefect" / "prefect.db"
    if not path.is_file():
        return []
    try:
        with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as database:
            if _overwrite_tables(database, gone):
                settle(database)
    except sqlite3.Error as error:
        return [
            f"The history of the orchestrator ({path}) could not be searched ({error});"
            " stop `ronda serve` and do it again."
        ]
    return []


def settle(database: sqlite3.Connection) -> None:
    """Writes a database anew, so that nothing that was deleted is left in its free pages or its log."""
    database.execute("VACUUM")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def drop(home: Path, run_id: str) -> int:
    """Deletes the records of all runs but the one that is going on, of notices, and the orchestrator's history.

    Gives the number of runs. A run that is not over keeps its record.
    """
    ended = [
        path
        for path in all_paths(home / "runs")
        if path.suffix == ".json" and path.stem != run_id and json.loads(path.read_bytes())["outcome"] != "running"
    ]
    for path in (*ended, home / "told.json", *all_paths(home / "prefect" / "storage")):
        if path.is_file():
            path.unlink(missing_ok=True)
    database_file = home / "prefect" / "prefect.db"
    if ended and database_file.is_file():
        with closing(sqlite3.connect(database_file, timeout=_BUSY_SECONDS, isolation_level=None)) as database:
            for table in set(search.tables(database)) & _HISTORY:
                database.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a name of ours
            settle(database)
    return len(ended)


def _overwrite_tables(database: sqlite3.Connection, gone: Gone) -> int:
    changed = 0
    for table in search.tables(database):
        columns = [f'"{row[1]}"' for row in database.execute(f'PRAGMA table_info("{table}")')]
        rows = database.execute(f'SELECT rowid, {", ".join(columns)} FROM "{table}"').fetchall()  # noqa: S608 - its own
        for number, *values in rows:
            after = [gone.without(value) if isinstance(value, str) else value for value in values]
            if after != values:
                sets = ", ".join(f"{column} = ?" for column in columns)
                database.execute(f'UPDATE "{table}" SET {sets} WHERE rowid = ?', [*after, number])  # noqa: S608
                changed += 1
    return changed
