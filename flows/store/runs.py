"""What each run did: one JSON file a run in RONDA_HOME/runs, written outside any database transaction.

A run that was stopped, even by SIGKILL, keeps the evidence it had written.
"""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flows.exits import GateStoppedError
from flows.store.landing import write_whole


@dataclass(slots=True)
class Run:
    """One run of a verb: what was asked, when, how it ended, and the verdicts of its checks."""

    run_id: str
    verb: str
    parameters: dict[str, str]
    started_at: str
    pid: int
    home: Path
    outcome: str = "running"  # running, done, stopped, failed
    ended_at: str | None = None
    message: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    week: str = ""  # the week that is worked on
    held: list[str] = field(default_factory=list)  # sources whose shape stopped them
    verdicts: list[dict[str, Any]] = field(default_factory=list)

    def save(self) -> None:
        """Writes the record; readers see the old one or the new."""
        facts = asdict(self)
        del facts["home"]
        write_whole(
            self.home / "runs" / f"{self.run_id}.json", json.dumps(facts, indent=1, ensure_ascii=False).encode()
        )

    def add_verdicts(self, verdicts: list[dict[str, Any]]) -> None:
        """Keeps the verdicts of a gate, before the gate decides."""
        self.verdicts.extend({"week": self.week, **verdict} for verdict in verdicts)
        self.save()

    def start_week(self, week: str) -> None:
        """Verdicts added from now on are about this week."""
        self.week = week

    @property
    def verdicts_of_week(self) -> list[dict[str, Any]]:
        """The verdicts on the week that is worked on."""
        return [verdict for verdict in self.verdicts if verdict["week"] == self.week]

    def end(self, outcome: str, message: str = "") -> None:
        """Closes the record."""
        self.outcome, self.message, self.ended_at = outcome, message, _now()
        self.save()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def begin(home: Path, verb: str, parameters: dict[str, str]) -> Run:
    """A new run record, saved as running."""
    moment = _now()
    run_id = f"{moment[:19].replace(':', '').replace('-', '')}-{secrets.token_hex(3)}"
    run = Run(run_id, verb, parameters, moment, os.getpid(), home)
    run.save()
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
    run.end("done", run.message)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def read_runs(home: Path, last: int = 0) -> list[dict[str, Any]]:
    """Run records, oldest first: all, or the `last` few; a record whose process ended unclosed is `interrupted`."""
    paths = sorted((home / "runs").glob("*.json"))[-last:]
    records: list[dict[str, Any]] = [json.loads(path.read_bytes()) for path in paths]
    for record in records:
        if record["outcome"] == "running" and not _is_alive(record["pid"]):
            record["outcome"] = "interrupted"
    return records
