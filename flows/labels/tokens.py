"""Texts as one flat column of words, the form that lexicon and language rules read."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

BOUNDARY = "."


class Tokens(NamedTuple):
    """All words of all texts in order: `words`, the text each belongs to (`rows`), and the number of texts.

    Every text ends in a boundary word, so a window that stops at boundaries never reaches into the next text.
    """

    words: pl.Series
    rows: npt.NDArray[np.int64]
    texts: int


def tokenise(padded: pl.Series) -> Tokens:
    """The words of padded texts (`text.pad`); null counts as empty."""
    lists = (padded.fill_null("").str.strip_chars(" ") + f" {BOUNDARY}").str.split(" ")
    rows = np.repeat(np.arange(len(padded)), lists.list.len().to_numpy())
    return Tokens(lists.explode(), rows, len(padded))


def look_up(tokens: Tokens, values: Mapping[str, Any], default: float = 0) -> npt.NDArray[np.float64]:
    """A number for each word: its value in the table, else the default."""
    numbers = tokens.words.replace_strict(
        list(values), list(values.values()), default=default, return_dtype=pl.Float64
    )
    return numbers.to_numpy()


def sum_by_text(tokens: Tokens, numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The sum of word numbers for each text, in text order."""
    return np.bincount(tokens.rows, weights=numbers, minlength=tokens.texts)
