"""Texts as Arrow string buffers for the kernel, and as normalised texts: the form that all patterns are written for.

A normalised text is ` word word `: its tokens (`compiled/tokens.py`) with a space on each side.
"""

import html
import re
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from flows.labels.compiled.batch import SPELL, run_loop
from flows.labels.disguises import undisguised

MAX_CHARACTERS = 100_000  # of a text are read
_MAYBE_ENTITY = r"&[#A-Za-z][0-9A-Za-z]*;"
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ENTITY_ROUNDS = 3

Key = tuple[str, ...]


def unescape(text: str) -> str:
    """HTML entities as the characters they stand for, also when they were escaped twice."""
    for _ in range(_ENTITY_ROUNDS):
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    return text


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
    """The buffers of texts, HTML entities as their characters, words out of disguise; very long texts are cut."""
    texts = texts.cast(pl.String)
    if (texts.str.len_bytes() > MAX_CHARACTERS).any():
        texts = texts.str.head(MAX_CHARACTERS)
    escaped = texts.str.contains("&", literal=True).fill_null(value=False)
    if escaped.any():
        escaped = texts.str.contains(_MAYBE_ENTITY).fill_null(value=False)
        rows = escaped.arg_true()
        texts = texts.scatter(rows, pl.Series([unescape(text) for text in texts.gather(rows)], dtype=pl.String))
    arrow = undisguised(texts).fill_null("").to_arrow().cast(pa.large_string())
    _, offsets, data = arrow.buffers()
    count = len(texts)
    encoded = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
    places = np.frombuffer(offsets, np.int64)[arrow.offset :][: count + 1] if count else np.zeros(1, np.int64)
    return _frozen(encoded, places, texts.is_null().to_numpy())


def as_series(encoded: npt.NDArray[np.uint8], ends: npt.NDArray[np.int64]) -> pl.Series:
    """Texts that stand one after the other in UTF-8, and where each ends."""
    offsets = np.concatenate([np.zeros(1, np.int64), ends])
    arrow = pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(encoded))
    return pl.Series(arrow, dtype=pl.String)


def without(texts: pl.Series, is_null: npt.NDArray[np.bool_]) -> pl.Series:
    """The same with null where it is said."""
    return texts.set(pl.Series(is_null), None) if is_null.any() else texts


def normalise(texts: pl.Series) -> pl.Series:
    """Texts as tokens between spaces, as ` token token `; same length and order, null stays null."""
    typed = buffers(texts)
    output = run_loop(SPELL, typed.data, typed.offsets)
    return without(as_series(output.typed, output.typed_ends), typed.is_null)


def spell(texts: Iterable[str]) -> list[Key]:
    """The tokens of each text."""
    return [tuple(text.split()) for text in normalise(pl.Series(list(texts), dtype=pl.String))]
