"""Reads Parquet: the columns that its footer names, and its rows as records with values as JSON has them."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from os import SEEK_END
from typing import TYPE_CHECKING, Any, BinaryIO

from flows import limits
from flows.files.opening import PARQUET, DamagedError, most_content
from flows.files.record import Fault, Record, ended
from flows.post import Reason

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PARQUET", "as_json", "parquet_columns", "parquet_rows"]

ROWS_AT_ONCE = 8192
_BYTES_AT_ONCE = 64 << 20  # of values that are in memory as Python has them


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


@ended
def parquet_rows(
    names: tuple[str, ...] | None, stream: BinaryIO, as_value: Callable[[Any], Any] = as_json
) -> Iterator[Record | Fault]:
    """The rows of a Parquet file, only the columns `names` (None: all), each value as `as_value` gives it.

    A part of one row group is in memory at a time. A file whose values come to more than a file of its size holds ends
    with a Fault: one text can stand in it once and be meant a million times.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with ExitStack() as stack:
        try:
            file = stream if stream.seekable() else _spooled(stream, stack)
            most = most_content(file.seek(0, SEEK_END))
            file.seek(0)
            source = pa.PythonFile(file, mode="r")
            footer = pq.read_metadata(source)
            if (size := _declared(footer)) > most:
                yield Fault(1, Reason.DAMAGED, f"no Parquet that is read: {_too_large(size, most)}", b"")
                return
            file.seek(0)
            table = pq.ParquetFile(source, read_dictionary=_texts(footer))
        except EOFError as error:
            yield Fault(1, Reason.TRUNCATED, str(error), b"")
            return
        except (DamagedError, pa.ArrowException, OSError) as error:
            yield Fault(1, Reason.UNREADABLE, f"no Parquet: {_first_line(error)}", b"")
            return
        wanted = None if names is None else list(names)
        first, size = 1, 0
        for group in range(table.num_row_groups):
            number = first
            try:
                for batch in table.iter_batches(ROWS_AT_ONCE, row_groups=[group], columns=wanted):
                    size += _weight_of(batch)
                    if size > most:
                        yield Fault(number, Reason.DAMAGED, _too_large(size, most), b"")
                        return
                    yield from _rows(batch, number, as_value)
                    number += batch.num_rows
            except (pa.ArrowException, OSError) as error:
                yield Fault(number, Reason.DAMAGED, f"row group {group + 1}: {_first_line(error)}", b"")
            first += table.metadata.row_group(group).num_rows


def _too_large(size: int, most: int) -> str:
    return f"its values come to {size >> 20:,} MiB, where a file of this size holds at most {most >> 20:,}"


def _declared(footer: Any) -> int:
    """How many bytes the columns of a file come to at least, by its footer."""
    chunks = (
        footer.row_group(group).column(place)
        for group in range(footer.num_row_groups)
        for place in range(footer.num_columns)
    )
    return sum(max(chunk.num_values * limits.CELL_BYTES, chunk.total_uncompressed_size) for chunk in chunks)


def _texts(footer: Any) -> list[str]:
    """The paths of the columns of texts, each of which is held once as long as it can be."""
    leaves = (footer.schema.column(place) for place in range(len(footer.schema)))
    return [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]


def _weight_of(batch: "pa.RecordBatch") -> int:
    return sum(_weight(column) for column in batch.columns)


def _weight(column: "pa.Array") -> int:
    """How many bytes the values of a column are once each is written out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind, cells = column.type, len(column) * limits.CELL_BYTES
    if pa.types.is_dictionary(kind):
        is_text = (pa.types.is_string, pa.types.is_binary, pa.types.is_large_string, pa.types.is_large_binary)
        if not any(check(kind.value_type) for check in is_text):
            return cells
        return cells + int(pc.sum(pc.take(pc.binary_length(column.dictionary), column.indices)).as_py() or 0)
    if pa.types.is_map(kind):
        parts = [pa.ListArray.from_arrays(column.offsets, part).flatten() for part in (column.keys, column.items)]
        return cells + sum(map(_weight, parts))
    if pa.types.is_nested(kind):
        return cells + sum(map(_weight, column.flatten() if pa.types.is_struct(kind) else [column.flatten()]))
    return max(cells, int(column.nbytes))


def _spooled(stream: BinaryIO, stack: ExitStack) -> BinaryIO:
    """The content of a stream that cannot go back, in a temporary file: Parquet is read from its end."""
    file = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    shutil.copyfileobj(stream, file)
    file.seek(0)
    return file


def _rows(batch: "pa.RecordBatch", first: int, as_value: Callable[[Any], Any]) -> Iterator[Record | Fault]:
    """The rows of a batch; where one cannot be read as text or time, the others still are."""
    weight = _weight_of(batch)
    if batch.num_rows > 1 and weight > _BYTES_AT_ONCE:
        middle = batch.num_rows // 2
        yield from _rows(batch.slice(0, middle), first, as_value)
        yield from _rows(batch.slice(middle), first + middle, as_value)
        return
    if batch.num_rows == 1 and weight > limits.RECORD_BYTES:
        yield Fault(first, Reason.TOO_LONG, f"more than {limits.RECORD_BYTES >> 20} MiB", b"")
        return
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
