"""What is written about work and not about posts: run records, notices, states, the orchestrator's history.

No text or id of a post belongs there; one may have come in with the sentence of a fault. What names a post that is
gone is overwritten in place, and the database of the orchestrator is written anew without its free pages.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from flows.forgetting import search
from flows.sources.tombstone import Key
from flows.store.files import all_paths, write_whole
from flows.store.runs import read_runs

GONE = "[...]"
_LEAST_CHARACTERS = 16  # of what was said; anything shorter stands for too much else
_TOKEN = re.compile(r"[0-9A-Za-z_\-]{5,}")
_STATES = ("told.json", "file_states.json", "extract/undecided.json")
# What the orchestrator keeps of runs, in the order in which it can go; its schedules and settings stay.
_HISTORY = (
    *("task_run_state_cache", "task_run_state", "task_run", "flow_run_state", "flow_run_input", "log"),
    *("artifact_collection", "artifact", "event_resources", "events", "flow_run"),
)
_ENDED = "SELECT id FROM flow_run WHERE state_type IN ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')"
# Column by which a row belongs to a run -> the rows of runs that ended.
_BELONGS = {
    "flow_run_id": f"flow_run_id IS NULL OR flow_run_id IN ({_ENDED})",
    "task_run_id": f"task_run_id IN (SELECT id FROM task_run WHERE flow_run_id IN ({_ENDED}))",  # noqa: S608 - ours
    "state_type": f"id IN ({_ENDED})",
}
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
    return _in_history(home, lambda database: _overwrite_tables(database, gone))


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


def _in_history(home: Path, change: Callable[[sqlite3.Connection], int]) -> list[str]:
    """Changes the database of the orchestrator, and writes it anew where anything changed; a sentence if it resists."""
    path = home / "prefect" / "prefect.db"
    if not path.is_file():
        return []
    try:
        with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as database:
            if change(database):
                settle(database)
    except sqlite3.Error as error:
        told = f"The history of the orchestrator ({path}) could not be changed ({error})"
        return [f"{told}; stop `ronda serve` and do it again."]
    return []


def settle(database: sqlite3.Connection) -> None:
    """Writes a database anew, so that nothing that was deleted is left in its free pages or its log."""
    database.execute("VACUUM")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def drop(home: Path, run_id: str) -> tuple[int, list[str]]:
    """Deletes the records of all runs but the one that is going on, of notices, and the orchestrator's history.

    Gives the number of runs, and a sentence where the history resisted. A run that is not over keeps its record.
    """
    over = {run["run_id"] for run in read_runs(home) if run["outcome"] != "running"} - {run_id}
    ended = [home / "runs" / f"{each}.json" for each in sorted(over)]
    for path in (*ended, home / "told.json", *list(all_paths(home / "prefect" / "storage"))):
        if path.is_file():
            path.unlink()
    return len(ended), _in_history(home, _drop_history) if ended else []


def _drop_history(database: sqlite3.Connection) -> int:
    there = set(search.tables(database))
    for table in (name for name in _HISTORY if name in there):
        columns = {row[1] for row in database.execute(f'PRAGMA table_info("{table}")')}
        which = next((rule for column, rule in _BELONGS.items() if column in columns), "true")
        if "flow_run" in there or which == "true":
            database.execute(f'DELETE FROM "{table}" WHERE {which}')  # noqa: S608 - names and rules of ours
    return 1


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
