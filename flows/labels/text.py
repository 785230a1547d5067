"""Texts as Arrow string buffers for the kernel, and as normalised texts for the rules that read phrases.

`normalise` and `mask_contestants` give ` word word `: the tokens of `spelling.py` with a space on each side, the form
that all patterns are written for.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

import sql
from flows.labels.compiled.batch import WRITE, WRITE_MASKED, Table, found_of, no_weights, read_table, run_loop
from flows.labels.spelling import unescape

MAX_CHARACTERS = 100_000  # of a text are read
_ENTITY = r"&[#A-Za-z][0-9A-Za-z]*;"
_ROOM_PER_BYTE = 2  # of written text, at first


class Buffers(NamedTuple):
    """Texts as UTF-8 bytes and the places between them, with which of them are null."""

    data: npt.NDArray[np.uint8]
    offsets: npt.NDArray[np.int64]
    is_null: npt.NDArray[np.bool_]

    def part(self, first: int, last: int) -> "Buffers":
        """The texts from the first to before the last, without copying their bytes."""
        return Buffers(self.data, self.offsets[first : last + 1], self.is_null[first:last])

    def rows(self, places: npt.NDArray[np.int64]) -> "Buffers":
        """The texts at these places."""
        sizes = self.offsets[places + 1] - self.offsets[places]
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
        within = np.arange(offsets[-1]) - np.repeat(offsets[:-1], sizes)
        data = self.data[np.repeat(self.offsets[places], sizes) + within]
        return _frozen(data, offsets, self.is_null[places])

    def longest(self) -> int:
        """Bytes of the longest text."""
        return int(np.diff(self.offsets).max(initial=0))


def _frozen(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], is_null: npt.NDArray[np.bool_]) -> Buffers:
    """Buffers that nobody writes to: one kind of array, for which the kernel is compiled once."""
    for array in (data, offsets):
        array.flags.writeable = False
    return Buffers(data, offsets, is_null)


def buffers(texts: pl.Series) -> Buffers:
    """The buffers of texts, HTML entities as their characters; very long texts are cut."""
    texts = texts.cast(pl.String)
    if (texts.str.len_bytes() > MAX_CHARACTERS).any():
        texts = texts.str.head(MAX_CHARACTERS)
    escaped = texts.str.contains("&", literal=True).fill_null(value=False)
    if escaped.any():
        escaped = texts.str.contains(_ENTITY).fill_null(value=False)
        rows = escaped.arg_true()
        texts = texts.scatter(rows, pl.Series([unescape(text) for text in texts.gather(rows)], dtype=pl.String))
    arrow = texts.fill_null("").to_arrow().cast(pa.large_string())
    _, offsets, data = arrow.buffers()
    count = len(texts)
    encoded = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
    places = np.frombuffer(offsets, np.int64)[arrow.offset :][: count + 1] if count else np.zeros(1, np.int64)
    return _frozen(encoded, places, texts.is_null().to_numpy())


def written(texts: Buffers, table: Table, *, is_masked: bool) -> pl.Series:
    """Normalised texts with a space on each side; null stays null."""
    count = len(texts.is_null)
    mode = WRITE_MASKED if is_masked else WRITE
    size = _ROOM_PER_BYTE * int(texts.offsets[-1] - texts.offsets[0]) + 2 * count + 1
    while True:
        output = found_of(count, mode, size)
        needed = run_loop(mode, texts.data, texts.offsets, table, no_weights(), output)
        if needed <= size:
            break
        size = needed
    encoded, offsets = output.written, np.concatenate([np.zeros(1, np.int64), output.ends[:, 0]])
    arrow = pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(encoded))
    spoken = pl.Series(arrow, dtype=pl.String)
    return spoken.set(pl.Series(texts.is_null), None) if texts.is_null.any() else spoken


def normalise(texts: pl.Series) -> pl.Series:
    """Texts as tokens between spaces, as ` token token `; same length and order, null stays null."""
    return written(buffers(texts), read_table(), is_masked=False)


def mask_contestants(texts: pl.Series, seeds: Path = sql.SEEDS) -> pl.Series:
    """The same with every contestant as one token, whatever name, party or number stood there."""
    return written(buffers(texts), read_table(seeds), is_masked=True)
