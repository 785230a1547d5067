"""The posts of a file of somebody else's: any table or JSON with a column `text`, in whatever shape tools leave it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.exits import InputRefusedError
from flows.files import Fault, csv_header, rows
from flows.post import Reason

TEXT = "text"
_SHOWN = 6  # columns of a sentence

Row = dict[str, Any]


def has_text(sample: bytes) -> bool:
    """Whether a table that begins so has the column of the posts' texts."""
    return TEXT in csv_header(sample)[0]


def read(path: Path) -> Iterator[Row | Fault]:
    """The posts of a file as {column: value}; a Fault for every row that is none.

    Raises InputRefusedError when the file cannot be read or no row has a text.
    """
    columns: tuple[str, ...] | None = None
    texts = 0
    for item in rows(path, has_text):
        if isinstance(item, Fault):
            yield item
        elif not isinstance(item.raw, dict):
            yield Fault(item.number, Reason.WRONG_SHAPE, "not an object", b"")
        else:
            columns = columns or tuple(item.raw)
            texts += TEXT in item.raw
            yield item.raw if TEXT in item.raw else Fault(item.number, Reason.WRONG_SHAPE, f"no {TEXT}", b"")
    if columns is not None and not texts:
        shown = ", ".join(columns[:_SHOWN]) + (", …" if len(columns) > _SHOWN else "")
        raise InputRefusedError(f"{path} has no column {TEXT} but {shown}; name the column of the posts' texts so.")
