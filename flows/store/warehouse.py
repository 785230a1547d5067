"""The warehouse: one DuckDB file, one writer, guarded by a file lock. The only import of duckdb."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

import sql
from flows.exits import RondaError, UsageError, WarehouseBusyError, WarehouseDamagedError
from flows.progress import note
from flows.store import leftovers
from flows.store.files import make_folder, settle, sync
from flows.store.runs import run_of

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

_POLL_SECONDS = 0.5  # between two tries for a lock
_ROWS = 20_000  # of a table that are held at once
_SAID_CHARACTERS = 200  # of what the database says of a file that it cannot open

# What the database may hold in memory, on a machine that has more; beyond that it works on the disk, beside its file.
_MEMORY_BYTES = 4_000_000_000

Connection = duckdb.DuckDBPyConnection
DatabaseError = duckdb.Error


def connect(path: Path | str = ":memory:", *, read_only: bool = False) -> Connection:
    """An open database with the base tables in place; the session's zone is UTC and nothing is ever downloaded.

    Raises WarehouseBusyError when another program has it open, WarehouseDamagedError when it is no database any more.
    """
    connection = _connect(path, read_only=read_only)
    _prepare(connection, read_only=read_only)
    return connection


@contextmanager
def session(connection: Connection) -> Iterator[Connection]:
    """Another session of an open database, for a thread of its own: it sees what is committed."""
    with closing(connection.cursor()) as own:
        _set_up(own)
        yield own


def _set_up(connection: Connection) -> None:
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = true")
    connection.execute("SET write_buffer_row_group_count = 1")  # five by default, which a million posts hold in memory


def _prepare(connection: Connection, *, read_only: bool) -> None:
    _set_up(connection)
    limit = connection.execute("SELECT parse_formatted_bytes(current_setting('memory_limit'))").fetchall()
    if limit[0][0] > _MEMORY_BYTES:
        connection.execute(f"SET memory_limit = '{_MEMORY_BYTES}B'")
    if not read_only:
        connection.execute(_base_tables())


@cache
def _base_tables() -> str:
    return (sql.FOLDER / "base" / "tables.sql").read_text(encoding="utf-8")


def schema_number(connection: Connection) -> int | None:
    """The number of the base tables of a warehouse; zero where they have none yet, None where there are no tables."""
    try:
        return int(connection.execute("SELECT max(number) FROM base.schema").fetchall()[0][0])
    except duckdb.CatalogException:  # a list of the tables takes ten times as long, so it is for those without a number
        rows = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'base'").fetchall()
        return 0 if "loads" in {row[0] for row in rows} else None


@cache
def current_schema() -> int:
    """The number of the base tables of this version of ronda."""
    connection = connect()
    try:
        return schema_number(connection) or 0
    finally:
        connection.close()


def _connect(path: Path | str, *, read_only: bool) -> Connection:
    try:
        return duckdb.connect(
            str(path),
            read_only=read_only,
            config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"},
        )
    except duckdb.Error as error:
        raise _unopened(Path(path), error) from error


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
    operating system's: it ends with the process that held it, however that ended; what that one left half written is
    removed first.
    """
    with _locked(home, "warehouse.lock", f"Another run holds the warehouse in {home}", wait):
        leftovers.clear(home)
        yield


@contextmanager
def looking(home: Path) -> Iterator[None]:
    """The right of `exclusive`, for one who looks at a home as it lies there, with what killed runs left in it."""
    with _locked(home, "warehouse.lock", f"Another run holds the warehouse in {home}", 0.0):
        yield


@contextmanager
def extracting(home: Path) -> Iterator[None]:
    """The right to extract into a home; others may load and publish meanwhile. Raises WarehouseBusyError."""
    with _locked(home, "extract.lock", f"Another extraction into {home} is running", 0.0):
        yield


@contextmanager
def backing_up(home: Path) -> Iterator[None]:
    """The right to back a home up; others may write it meanwhile. Raises WarehouseBusyError."""
    with _locked(home, "backup.lock", f"Another backup of {home} is running", 0.0):
        yield


@contextmanager
def _locked(home: Path, name: str, busy: str, wait: float) -> Iterator[None]:
    from filelock import FileLock, Timeout  # takes longer to import than `ronda status` has

    make_folder(home)
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


_PLACES: dict[Path, Path] = {}  # home -> its warehouse while it is made anew


def place(home: Path) -> Path:
    """Where the warehouse of a home is: its file, or the draft that is to replace it (`made_anew`)."""
    return _PLACES.get(home, home / "warehouse.duckdb")


@contextmanager
def opened(home: Path) -> Iterator[Connection]:
    """The warehouse of a home, open for writing; the caller holds `exclusive`.

    One of an earlier version of ronda is set aside for an empty one, which the next load fills from the landing. Raises
    UsageError for one of a later version.
    """
    path = place(home)
    connection = _connect(path, read_only=False)
    number = schema_number(connection)
    if number not in (None, current_schema()):
        connection.close()
        _set_aside(home, path, number or 0)
        connection = _connect(path, read_only=False)
    try:
        _prepare(connection, read_only=False)
        yield connection
    finally:
        connection.close()


@contextmanager
def as_it_is(path: Path, *, read_only: bool = False) -> Iterator[Connection]:
    """A database as it lies there, whatever its version; no table is added.

    A warehouse is opened for writing, so that what a killed run left is finished or undone; a published one is not.
    """
    connection = _connect(path, read_only=read_only)
    try:
        yield connection
    finally:
        connection.close()


def former(home: Path) -> Path:
    """Where a warehouse of an earlier version is kept until all that landed is in the new one (`forget_former`)."""
    return home / "warehouse.former.duckdb"


def forget_former(home: Path) -> None:
    """Deletes the warehouse of an earlier version, for a new one that holds all that landed."""
    former(home).unlink(missing_ok=True)


def _set_aside(home: Path, path: Path, number: int) -> None:
    """Makes room for a new warehouse where another version made this one: the facts are the landing and the ledger."""
    if number > current_schema():
        raise UsageError(
            f"{path} was written by a newer ronda (its tables have number {number}, this one knows {current_schema()});"
            " use the newer one."
        )
    told = f"the tables of an earlier ronda (number {number}) are made anew, with number {current_schema()},"
    note(f"{path.name}: {told} from the landing and the ledger.")
    os.replace(path, former(home))  # noqa: PTH105 - as in files.settle
    sync(home)


def read_every_block(connection: Connection) -> int:
    """Reads every value of every table, whose blocks prove themselves by their sums; gives the number of rows.

    Raises WarehouseDamagedError for a block that is not what was written.
    """
    rows = 0
    names = connection.execute("SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
    for schema, name in names:
        try:
            reading = f'SELECT count(*), bit_xor(hash(rows)) FROM {schema}."{name}" AS rows'  # noqa: S608 - our names
            counted = connection.execute(reading)
            rows += int(counted.fetchall()[0][0])
        except duckdb.Error as error:
            raise WarehouseDamagedError(f"{schema}.{name} cannot be read ({str(error).splitlines()[0]}).") from error
    return rows


@contextmanager
def made_anew(home: Path) -> Iterator[Path]:
    """Whatever opens the warehouse inside, opens an empty one beside it, which replaces it by one rename at the end.

    The old one stays what it is until then, and for good where the block raises. The caller holds `exclusive`.
    """
    target, draft = home / "warehouse.duckdb", home / ".warehouse.draft.duckdb"
    _remove(draft)
    _PLACES[home] = draft
    try:
        yield draft
    except BaseException:
        _remove(draft)
        raise
    finally:
        del _PLACES[home]
    target.with_name(f"{target.name}.wal").unlink(missing_ok=True)  # first, so that it never meets the new one
    settle(draft, target)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


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
    forget_former(home)  # it holds what was deleted too


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


@contextmanager
def undone(connection: Connection) -> Iterator[Connection]:
    """Everything inside is undone at the end: for tables that are made to be read once."""
    connection.execute("BEGIN TRANSACTION")
    try:
        yield connection
    finally:
        connection.execute("ROLLBACK")


def query(
    connection: Connection, text: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None
) -> "pl.DataFrame":
    """The rows of a query as a Polars frame."""
    frame: pl.DataFrame = connection.sql(text, params=parameters or None).pl()
    return frame


def everything(path: Path) -> Iterator[str]:
    """Every row of every table of a database file that nobody has open for writing, as text."""
    connection = duckdb.connect(str(path), read_only=True)
    try:
        names = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database() ORDER BY ALL"
        ).fetchall()
        for schema, name in names:
            rows = connection.execute(f'SELECT CAST(each AS VARCHAR) FROM "{schema}"."{name}" AS each')  # noqa: S608
            while part := rows.fetchmany(_ROWS):
                yield "\n".join(row[0] for row in part)
    finally:
        connection.close()


@contextmanager
def attached(connection: Connection, path: Path, name: str) -> Iterator[None]:
    """Another database beside the open one, to be read as `name`."""
    connection.execute(f"ATTACH {literal(str(path))} AS {name} (READ_ONLY)")
    try:
        yield
    finally:
        connection.execute(f"DETACH {name}")


def as_pandas(rows: "pl.DataFrame") -> "pd.DataFrame":
    """Rows of a query as the frame that DuckDB makes of them for pandas, which takes half a second to import."""
    with closing(duckdb.connect()) as connection, as_tables(connection, rows=rows):
        connection.execute("SET TimeZone = 'UTC'")
        frame: pd.DataFrame = connection.execute("FROM rows").df()
    return frame


@contextmanager
def as_tables(connection: Connection, **frames: "pl.DataFrame") -> Iterator[None]:
    """Frames as tables of the connection, by their names, as long as the block lasts."""
    for name, frame in frames.items():
        connection.register(name, frame.to_arrow())
    try:
        yield
    finally:
        for name in frames:
            connection.unregister(name)


def literal(text: str) -> str:
    """A text as a SQL string literal, for the few statements that take no parameters (ATTACH, COMMENT)."""
    return "'" + text.replace("'", "''") + "'"
