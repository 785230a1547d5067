"""The warehouse: one DuckDB file, one writer, guarded by a file lock. The only import of duckdb."""

import fcntl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

import sql
from flows.exits import WarehouseBusyError

if TYPE_CHECKING:
    import polars as pl

Connection = duckdb.DuckDBPyConnection
DatabaseError = duckdb.Error


def connect(path: Path | str = ":memory:", *, read_only: bool = False) -> Connection:
    """An open database with the base tables in place; the session's zone is UTC and nothing is ever downloaded."""
    connection = duckdb.connect(
        str(path),
        read_only=read_only,
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"},
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = true")
    if not read_only:
        connection.execute((sql.FOLDER / "base" / "tables.sql").read_text(encoding="utf-8"))
    return connection


@contextmanager
def exclusive(home: Path, wait: float = 0.0) -> Iterator[None]:
    """The right to write a home, for this process alone, as long as the block lasts.

    Raises WarehouseBusyError when another run has it, at once or after `wait` seconds. The lock is the operating
    system's: it ends with the process that held it, however that ended.
    """
    home.mkdir(parents=True, exist_ok=True)
    busy = f"Another run holds the warehouse in {home}; wait until it ends (see `ronda status`) and try again."
    with _locked(home / "warehouse.lock", busy, wait):
        yield


@contextmanager
def extracting(home: Path) -> Iterator[None]:
    """The right to extract into a home; others may load and publish meanwhile. Raises WarehouseBusyError."""
    home.mkdir(parents=True, exist_ok=True)
    with _locked(home / "extract.lock", f"Another extraction into {home} is running; wait until it ends.", 0.0):
        yield


@contextmanager
def _locked(path: Path, busy: str, wait: float) -> Iterator[None]:
    end = time.monotonic() + wait
    with path.open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise WarehouseBusyError(busy) from None
                time.sleep(0.5)
        yield


@contextmanager
def opened(home: Path) -> Iterator[Connection]:
    """The warehouse of a home, open for writing; the caller holds `exclusive`."""
    connection = connect(home / "warehouse.duckdb")
    try:
        yield connection
    finally:
        connection.close()


def compact(home: Path) -> None:
    """Writes the warehouse anew, so that nothing that was deleted is left in its free space; the caller holds it."""
    path, draft = home / "warehouse.duckdb", home / ".warehouse.draft.duckdb"
    draft.unlink(missing_ok=True)
    connection = connect(path)
    try:
        connection.execute("CHECKPOINT")
        connection.execute(f"ATTACH {literal(str(draft))} AS draft")
        connection.execute("COPY FROM DATABASE warehouse TO draft")
        connection.execute("DETACH draft")
    finally:
        connection.close()
    draft.replace(path)


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """Everything inside is committed together, or nothing is."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield connection
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def query(connection: Connection, text: str, parameters: Sequence[Any] = ()) -> "pl.DataFrame":
    """The rows of a query as a Polars frame."""
    frame: pl.DataFrame = connection.sql(text, params=list(parameters) or None).pl()
    return frame


def literal(text: str) -> str:
    """A text as a SQL string literal, for the few statements that take no parameters (ATTACH, COMMENT)."""
    return "'" + text.replace("'", "''") + "'"
