"""What is published, for the pages: one open database a release, read by several requests at once.

A release is replaced as a whole (a link is swapped), so a page is drawn from the old one or the new and never waits for
a run. A query has a time budget; one that needs longer is stopped and said to be too long.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flows.exits import RondaError
from flows.store import warehouse
from flows.store.runs import read_runs

SECONDS = 3.0  # of a query


class NothingPublishedError(RondaError):
    """There is no release yet."""


class TooLongError(RondaError):
    """A query used up its time; a narrower one may not."""


class Release:
    """The published database of a home, whichever release it is at the moment."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._path = home / "published" / "ronda.duckdb"
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._database: warehouse.Connection | None = None

    @property
    def stamp(self) -> tuple[int, int] | None:
        """What tells one release from another; None where nothing is published."""
        try:
            facts = self._path.stat()
        except FileNotFoundError:
            return None
        return facts.st_ino, facts.st_mtime_ns

    @property
    def is_being_renewed(self) -> bool:
        """Whether a run is at work that may publish another one."""
        return any(run["outcome"] == "running" for run in read_runs(self._home, last=1))

    def rows(self, query: str, parameters: Sequence[Any] | dict[str, Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query with its parameters bound.

        Raises NothingPublishedError, TooLongError, and RondaError where the tables are those of another version.
        """
        with self._cursor() as cursor:
            late = threading.Event()

            def stop() -> None:
                late.set()
                cursor.interrupt()

            timer = threading.Timer(SECONDS, stop)
            timer.start()
            try:
                return cursor.execute(query, parameters or None).fetchall()
            except warehouse.DatabaseError as error:
                if late.is_set():
                    raise TooLongError from error
                raise RondaError(f"{self._path} is of another version of ronda; publish a week again.") from error
            finally:
                timer.cancel()

    @contextmanager
    def _cursor(self) -> Iterator[warehouse.Connection]:
        with self._lock:
            stamp = self.stamp
            if stamp is None:
                self._close()
                raise NothingPublishedError
            if stamp != self._stamp or self._database is None:
                self._close()
                self._database = warehouse.connect(self._path.resolve(), read_only=True)
                self._stamp = stamp
            cursor = self._database.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def _close(self) -> None:
        """Lets go of a release that was replaced; a query that still reads it goes on to its end."""
        if self._database is not None:
            self._database.close()
        self._database, self._stamp = None, None
