"""Texts as one flat column of words, the form that lexicon and language rules read."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

BOUNDARY = "."

Floats = npt.NDArray[np.float64]


class Tokens(NamedTuple):
    """All words of all texts in order, as numbers of a vocabulary.

    `words` holds for each word its place in `vocabulary`, or len(vocabulary) for any other word; `rows` the text it
    belongs to; `texts` the number of texts. Every text ends in a boundary word, so a window that stops at boundaries
    never reaches into the next text.
    """

    words: npt.NDArray[np.int32]
    rows: npt.NDArray[np.int64]
    texts: int
    vocabulary: tuple[str, ...]


def tokenise(padded: pl.Series, vocabulary: tuple[str, ...]) -> Tokens:
    """The words of padded texts (`text.pad`) by their place in the vocabulary; null counts as empty."""
    lists = (padded.fill_null("").str.strip_chars(" ") + f" {BOUNDARY}").str.split(" ")
    rows = np.repeat(np.arange(len(padded)), lists.list.len().to_numpy())
    words = lists.explode().replace_strict(
        list(vocabulary), list(range(len(vocabulary))), default=len(vocabulary), return_dtype=pl.Int32
    )
    return Tokens(words.to_numpy(), rows, len(padded), vocabulary)


def look_up(tokens: Tokens, values: Mapping[str, float], default: float = 0.0) -> Floats:
    """A number for each word: its value in the table (all of whose words are in the vocabulary), else the default."""
    by_place = [values.get(word, default) for word in tokens.vocabulary]
    return np.array([*by_place, default])[tokens.words]


def sum_by_text(tokens: Tokens, numbers: Floats) -> Floats:
    """The sum of word numbers for each text, in text order."""
    return np.bincount(tokens.rows, weights=numbers, minlength=tokens.texts).astype(np.float64)
