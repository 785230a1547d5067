"""The warehouse: one DuckDB file, one writer, guarded by a file lock. The only import of duckdb."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

import sql
from flows.exits import RondaError, UsageError, WarehouseBusyError, WarehouseDamagedError
from flows.store.files import settle
from flows.store.runs import run_of

if TYPE_CHECKING:
    import polars as pl

_POLL_SECONDS = 0.5  # between two tries for a lock
_SAID_CHARACTERS = 200  # of what the database says of a file that it cannot open

Connection = duckdb.DuckDBPyConnection
DatabaseError = duckdb.Error


def connect(path: Path | str = ":memory:", *, read_only: bool = False) -> Connection:
    """An open database with the base tables in place; the session's zone is UTC and nothing is ever downloaded.

    Raises WarehouseBusyError when another program has it open, WarehouseDamagedError when it is no database any more.
    """
    try:
        connection = duckdb.connect(
            str(path),
            read_only=read_only,
            config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"},
        )
    except duckdb.Error as error:
        raise _unopened(Path(path), error) from error
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = true")
    if not read_only:
        connection.execute((sql.FOLDER / "base" / "tables.sql").read_text(encoding="utf-8"))
    return connection


def _unopened(path: Path, error: duckdb.Error) -> RondaError:
    """Why a database cannot be opened, and what to do."""
    said = " ".join(str(error).split())
    if re.search(r"\block\b", said, re.IGNORECASE):
        holder = re.search(r"\(PID (\d+)\)", said)
        who = f" (process {holder[1]})" if holder else ""
        return WarehouseBusyError(
            f"Another program has {path} open{who}; close it there and run it again. To look at the tables, open"
            " published/ronda.duckdb, which no run waits for."
        )
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        return UsageError(f"{path} cannot be read and written; give the account of ronda the right to it.")
    why = said.split(". ")[0][:_SAID_CHARACTERS]
    return WarehouseDamagedError(
        f"{path} cannot be opened ({why}). If it is warehouse.duckdb, move it and its .wal away and run the same"
        " command again: it is made anew from the landing and the ledger; a published one, by publishing a week again."
    )


@contextmanager
def exclusive(home: Path, wait: float = 0.0) -> Iterator[None]:
    """The right to write a home, for this process alone, as long as the block lasts.

    Raises WarehouseBusyError when another run has it, at once or after `wait` seconds, and says which. The lock is the
    operating system's: it ends with the process that held it, however that ended.
    """
    with _locked(home, "warehouse.lock", f"Another run holds the warehouse in {home}", wait):
        yield


@contextmanager
def extracting(home: Path) -> Iterator[None]:
    """The right to extract into a home; others may load and publish meanwhile. Raises WarehouseBusyError."""
    with _locked(home, "extract.lock", f"Another extraction into {home} is running", 0.0):
        yield


@contextmanager
def _locked(home: Path, name: str, busy: str, wait: float) -> Iterator[None]:
    from filelock import FileLock, Timeout  # takes longer to import than `ronda status` has

    home.mkdir(parents=True, exist_ok=True)
    lock = FileLock(home / name, timeout=wait, poll_interval=_POLL_SECONDS, fallback_to_soft=False, on_acquired=_sign)
    try:
        lock.acquire()
    except Timeout:
        who = _holder(home, name)
        raise WarehouseBusyError(f"{busy}{who}; wait until it ends (see `ronda status`) and try again.") from None
    try:
        yield
    finally:
        lock.release()


def _sign(file: int) -> None:
    """Writes into a lock who holds it."""
    os.ftruncate(file, 0)
    os.write(file, str(os.getpid()).encode())


def _holder(home: Path, name: str) -> str:
    """Who holds a lock, for a sentence; nothing, where it was taken a moment ago."""
    pid = (home / name).read_text(encoding="utf-8")
    if not pid:
        return ""
    run = run_of(home, int(pid))
    if run is None:
        return f" (process {pid})"
    return f" (ronda {run['verb']}, process {pid}, since {run['started_at'][:16].replace('T', ' ')} UTC)"


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
    settle(draft, path)


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
