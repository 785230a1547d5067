"""What each run did: one JSON file a run in RONDA_HOME/runs, written outside any database transaction.

A run that was stopped, even by SIGKILL, keeps the evidence it had written.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.exits import GateStoppedError, LedgerDamagedError
from flows.store.files import files_in, write_whole


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a verb, by its record on disk: two plain values, so that a task in another process finds it too.

    Facts of a record: run_id, verb, parameters, started_at, pid, outcome (running, done, stopped, failed), ended_at,
    message, counts, week (the one that is worked on), held (sentences of files that wait and of sources that failed),
    notes (what in loaded files stays unknown), published (the number of each week's publication), state (what those of
    a backfill rest on), verdicts.
    """

    home: Path
    run_id: str

    @property
    def _path(self) -> Path:
        return self.home / "runs" / f"{self.run_id}.json"

    @property
    def facts(self) -> dict[str, Any]:
        """The record as it stands on disk."""
        facts: dict[str, Any] = json.loads(self._path.read_bytes())
        return facts

    def note(self, **facts: Any) -> None:
        """Changes facts of the record; readers see the old one or the new."""
        self._write(self.facts | facts)

    def _write(self, facts: dict[str, Any]) -> None:
        facts = facts | {"digest": digest_of(facts)}
        # A line a fact: laid out further, json would take ten times as long.
        lines = ",\n".join(
            f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in facts.items()
        )
        write_whole(self._path, f"{{\n{lines}\n}}\n".encode())

    def add_counts(self, counts: Mapping[str, int]) -> None:
        """Keeps counts by name."""
        facts = self.facts
        self._write(facts | {"counts": facts["counts"] | dict(counts)})

    def add_verdicts(self, verdicts: Sequence[Mapping[str, Any]]) -> None:
        """Keeps the verdicts of a gate on the week that is worked on, before the gate decides."""
        facts = self.facts
        facts["verdicts"] += [{"week": facts["week"], **verdict} for verdict in verdicts]
        self._write(facts)

    def start_week(self, week: str) -> None:
        """Verdicts added from now on are about this week."""
        self.note(week=week)

    @property
    def verdicts_of_week(self) -> list[dict[str, Any]]:
        """The verdicts on the week that is worked on."""
        facts = self.facts
        return [verdict for verdict in facts["verdicts"] if verdict["week"] == facts["week"]]

    def end(self, outcome: str, message: str | None = None) -> None:
        """Closes the record; without a message it keeps the one it has."""
        said = {} if message is None else {"message": message}
        self.note(outcome=outcome, ended_at=_now(), **said)


def digest_of(facts: Mapping[str, Any]) -> str:
    """The hash that a record has of its other facts."""
    others = {name: value for name, value in facts.items() if name != "digest"}
    return hashlib.sha256(json.dumps(others, sort_keys=True).encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def begin(home: Path, verb: str, parameters: dict[str, str]) -> Run:
    """A new run record, saved as running."""
    moment = _now()
    run = Run(home, f"{moment[:19].replace(':', '').replace('-', '')}-{secrets.token_hex(3)}")
    run._write(
        {
            "run_id": run.run_id,
            "verb": verb,
            "parameters": parameters,
            "started_at": moment,
            "pid": os.getpid(),
            "outcome": "running",
            "ended_at": None,
            "message": "",
            "counts": {},
            "week": "",
            "state": "",
            "published": {},
            "held": [],
            "verdicts": [],
        }
    )
    return run


@contextmanager
def recorded(home: Path, verb: str, parameters: dict[str, str]) -> Iterator[Run]:
    """A run record around a verb: closed as done, stopped (by a gate) or failed, whatever happens inside."""
    run = begin(home, verb, parameters)
    try:
        yield run
    except GateStoppedError as stop:
        run.end("stopped", str(stop))
        raise
    except BaseException as error:
        run.end("failed", f"{type(error).__name__}: {error}")
        raise
    if run.facts["outcome"] == "running":  # unless the verb closed it, having done a part
        run.end("done")


def unfinished(home: Path, run: Run, state: str) -> dict[str, int]:
    """The weeks, with their publications, that the last run of the same verb and parameters had through.

    None where that run ended, or published from another state than `state`. The run goes on from them.
    """
    own = run.facts
    same = [
        record
        for record in read_runs(home)
        if record["run_id"] != run.run_id and (record["verb"], record["parameters"]) == (own["verb"], own["parameters"])
    ]
    is_cut = same and same[-1]["outcome"] in ("interrupted", "failed") and same[-1].get("state") == state
    published: dict[str, int] = same[-1]["published"] if is_cut else {}
    run.note(state=state, published=published)
    return published


def run_of(home: Path, pid: int) -> dict[str, Any] | None:
    """The record of the run that a process is doing; None when it does none that is recorded."""
    running = (run for run in reversed(read_runs(home)) if run["outcome"] == "running")
    return next((run for run in running if run["pid"] == pid), None)


def outcome_of(home: Path, pid: int) -> str | None:
    """How the last recorded run of a process ended, or stands; None when it has none."""
    return next((run["outcome"] for run in reversed(read_runs(home)) if run["pid"] == pid), None)


def is_alive(pid: int) -> bool:
    """Whether a process of this machine runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _read_run(path: Path) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(path.read_bytes())
    except ValueError as error:
        raise LedgerDamagedError(f"{path} is damaged; delete it, it only says what one run did.") from error
    return facts


def read_runs(home: Path, last: int = 0) -> list[dict[str, Any]]:
    """Run records, oldest first: all, or the `last` few; a record whose process ended unclosed is `interrupted`."""
    paths = files_in(home / "runs", ".json")[-last:]
    records = [_read_run(path) for path in paths]
    for record in records:
        if record["outcome"] == "running" and not is_alive(record["pid"]):
            record["outcome"] = "interrupted"
    return records
