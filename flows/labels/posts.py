"""The posts of a file of somebody else's: any table or JSON with a column `text`, in whatever shape tools leave it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows import limits
from flows.exits import InputRefusedError
from flows.files import Fault, Record, csv_header, rows
from flows.files.record import listed, too_many_rejects
from flows.post import Reason

TEXT = "text"

Row = dict[str, Any]


def has_text(sample: bytes) -> bool:
    """Whether a table that begins so has the column of the posts' texts."""
    return TEXT in csv_header(sample)[0]


def read(path: Path) -> Iterator[Row | Fault]:
    """The posts of a file as {column: value}; a Fault for every row that is none.

    It ends with a Fault where `limits.REJECTS_IN_A_ROW` of them follow each other. Raises InputRefusedError when the
    file cannot be read or no row has a text.
    """
    columns: tuple[str, ...] | None = None
    texts = in_a_row = 0
    for item in rows(path, has_text):
        row = item if isinstance(item, Fault) else _row(item)
        if isinstance(item, Record) and isinstance(item.raw, dict):
            columns = columns or tuple(item.raw)
            texts += TEXT in item.raw
        yield row
        in_a_row = in_a_row + 1 if isinstance(row, Fault) else 0
        if in_a_row == limits.REJECTS_IN_A_ROW and isinstance(item, Record):  # else the reader ends by itself
            yield too_many_rejects(item.number + 1)
            break
    if columns is not None and not texts:
        raise InputRefusedError(
            f"{path} has no column {TEXT} but {listed(columns)}; name the column of the posts' texts so."
        )


def _row(record: Record) -> Row | Fault:
    if not isinstance(record.raw, dict):
        return Fault(record.number, Reason.WRONG_SHAPE, "not an object", b"")
    row: Row = record.raw
    if TEXT not in row:
        return Fault(record.number, Reason.WRONG_SHAPE, f"no {TEXT}", b"")
    if isinstance(row[TEXT], str) and len(row[TEXT]) > limits.TEXT_CHARACTERS:
        return Fault(record.number, Reason.TOO_LONG, f"its text has {len(row[TEXT]):,} characters", b"")
    return row
