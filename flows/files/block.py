"""Blocks: many records of a file as columns, which every layout that can be read so gives."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from flows.files.json_scan import Bytes, Numbers, Offsets, gather, whole_numbers
from flows.files.record import Fault, Record
from flows.files.wide import WIDTH

CHUNK_BYTES = 8 << 20  # of a block: so many that they fit the processor's memory

_BLANKS = 64  # before the first name of an object that is written over several lines


class Values(NamedTuple):
    """What stands in a field, by record (or by element of a list): kinds, and where the values begin and end."""

    data: Bytes
    kinds: Numbers
    begins: Numbers
    stops: Numbers
    gather: Callable[[Bytes, Numbers, Numbers, Numbers, Offsets, Bytes], int] = gather  # the strings, as they are meant

    def at(self, places: Numbers) -> "Values":
        """The values at some places."""
        return self._replace(kinds=self.kinds[places], begins=self.begins[places], stops=self.stops[places])

    def begins_name(self) -> npt.NDArray[np.bool_]:
        """Whether a name follows the brace of each object, within some blanks."""
        places = np.minimum(self.stops, len(self.data) - 1)
        for _ in range(_BLANKS if len(self.data) else 0):
            is_blank = np.isin(self.data[places], tuple(b" \t\n\r"))
            if not is_blank.any():
                break
            places = np.minimum(places + is_blank, len(self.data) - 1)
        return np.asarray(self.data[places] == ord('"')) if len(self.data) else np.zeros(len(places), np.bool_)

    def strings(self) -> pl.Series:
        """The values that are strings; empty ones in the place of others."""
        offsets = np.zeros(len(self.kinds) + 1, np.int32)
        out = np.empty(int((self.stops - self.begins).sum()) + WIDTH, np.uint8)
        size = self.gather(self.data, self.begins, self.stops, self.kinds, offsets, out)
        array = pa.StringArray.from_buffers(len(self.kinds), pa.py_buffer(offsets), pa.py_buffer(out[:size]))
        series = pl.from_arrow(array)
        assert isinstance(series, pl.Series)  # noqa: S101 - an array gives one
        return series

    def whole_numbers(self, group: str | None = None) -> pl.Series:
        """The values that are whole numbers, also as strings of digits; -1 in the place of others.

        `group` is what may part the thousands of a string.
        """
        out = np.empty(len(self.kinds), np.int64)
        whole_numbers(self.data, self.begins, self.stops, self.kinds, ord(group or "\0"), out)
        return pl.Series(out)


class Alone:
    """Of blocks whose records stand in no documents."""

    __slots__ = ()

    def given(self, path: str, rule: Callable[[Any], Any]) -> pl.Series:
        """Nothing is known. Raises LookupError."""
        raise LookupError(path, rule)


class Block(Protocol):
    """Some records of a file, in order; those that are not plain are read one by one."""

    @property
    def numbers(self) -> Numbers:
        """The number of each record in its file."""

    @property
    def is_plain(self) -> pl.Series:
        """Of which records the columns hold."""

    @property
    def content(self) -> int:
        """How many bytes of its file it takes, about."""

    def sizes(self) -> Numbers:
        """How many bytes the values of the fields of each record have together."""

    def field(self, path: str) -> Values:
        """A field of all records."""

    def elements(self, path: str) -> tuple[Numbers, Values]:
        """(the place of the record of each, what they are) of the elements of a list in all records."""

    def given(self, path: str, rule: Callable[[Any], Any]) -> pl.Series:
        """What a rule tells of something that is known of the document in which each record stands."""

    def record(self, place: int) -> Record | Fault | None:
        """A record as the reader of single records gives it; None for a blank one."""


def is_utf8(content: bytes | memoryview | Bytes) -> bool:
    """Whether bytes are UTF-8, without copying them."""
    offsets = pa.py_buffer(np.array([0, len(content)], np.int64))
    array: Any = pa.LargeBinaryArray.from_buffers(pa.large_binary(), 1, [None, offsets, pa.py_buffer(content)])
    try:
        array.cast(pa.large_string())
    except pa.ArrowInvalid:
        return False
    return True
