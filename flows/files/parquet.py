"""Reads Parquet: the columns that its footer names, and its rows as records with values as JSON has them."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from flows.files.opening import PARQUET, DamagedError
from flows.files.record import Fault, Record
from flows.post import Reason

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PARQUET", "as_json", "parquet_columns", "parquet_rows"]

ROWS_AT_ONCE = 8192


def parquet_columns(sample: bytes) -> frozenset[str]:
    """The columns of a Parquet file whose end is in `sample`; none when it is no Parquet."""
    if not sample.startswith(PARQUET):
        return frozenset()
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return frozenset(pq.read_schema(pa.BufferReader(sample)).names)
    except (pa.ArrowException, OSError):
        return frozenset()


def as_json(value: Any) -> Any:
    """A value of a column as JSON has it: times as ISO text, decimals as numbers, what JSON lacks as text."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == value.to_integral_value() else str(value)
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, list):
        return [as_json(part) for part in value]
    return str(value)


def parquet_rows(
    names: tuple[str, ...] | None, stream: BinaryIO, as_value: Callable[[Any], Any] = as_json
) -> Iterator[Record | Fault]:
    """The rows of a Parquet file, only the columns `names` (None: all), each value as `as_value` gives it.

    A part of one row group is in memory at a time.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with ExitStack() as stack:
        try:
            file = stream if stream.seekable() else _spooled(stream, stack)
            table = pq.ParquetFile(pa.PythonFile(file, mode="r"))
        except EOFError as error:
            yield Fault(1, Reason.TRUNCATED, str(error), b"")
            return
        except (DamagedError, pa.ArrowException, OSError) as error:
            yield Fault(1, Reason.UNREADABLE, f"no Parquet: {_first_line(error)}", b"")
            return
        wanted = None if names is None else list(names)
        first = 1
        for group in range(table.num_row_groups):
            number = first
            try:
                for batch in table.iter_batches(ROWS_AT_ONCE, row_groups=[group], columns=wanted):
                    yield from _rows(batch, number, as_value)
                    number += batch.num_rows
            except (pa.ArrowException, OSError) as error:
                yield Fault(number, Reason.UNREADABLE, f"row group {group + 1}: {_first_line(error)}", b"")
            first += table.metadata.row_group(group).num_rows


def _spooled(stream: BinaryIO, stack: ExitStack) -> BinaryIO:
    """The content of a stream that cannot go back, in a temporary file: Parquet is read from its end."""
    file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    shutil.copyfileobj(stream, file)
    file.seek(0)
    return file


def _rows(batch: "pa.RecordBatch", first: int, as_value: Callable[[Any], Any]) -> Iterator[Record | Fault]:
    """The rows of a batch; where one cannot be read as text or time, the others still are."""
    try:
        rows = batch.to_pylist()
    except (ValueError, OverflowError) as error:
        if batch.num_rows > 1:
            for index in range(batch.num_rows):
                yield from _rows(batch.slice(index, 1), first + index, as_value)
            return
        reason = Reason.NOT_UTF8 if isinstance(error, UnicodeDecodeError) else Reason.UNREADABLE
        yield Fault(first, reason, _first_line(error), b"")
        return
    for number, row in enumerate(rows, first):
        yield Record(number, {name: as_value(value) for name, value in row.items()})


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
