"""The warehouse: one DuckDB file, one writer, guarded by a file lock. The only import of duckdb."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

import sql
from flows.exits import WarehouseBusyError

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
def writer(home: Path) -> Iterator[Connection]:
    """The warehouse of a home, open for writing by this process alone.

    Raises WarehouseBusyError at once when another run holds it. The lock is the operating system's: it ends with
    the process that held it, however that ended.
    """
    home.mkdir(parents=True, exist_ok=True)
    with (home / "warehouse.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WarehouseBusyError(
                f"Another run holds the warehouse in {home.name}; wait until it ends (see `ronda status`) and try again."
            ) from None
        connection = connect(home / "warehouse.duckdb")
        try:
            yield connection
        finally:
            connection.close()


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
