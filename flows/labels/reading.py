"""What the kernel says of texts, in one pass: the one normalisation that all rules read, and what words tell.

The votes and exclusions of the cues, the hoaxes and the places read its texts; an explanation names its features.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

import sql
from flows.labels.compiled import scoring
from flows.labels.compiled.batch import LIST, READ, SCORE, Matrices, Output, run_loop
from flows.labels.compiled.rules import COUNTS, HAS_CONTENT, LANGUAGE, MAY_NAME_PLACE, SLOTS_TOLD, TOPICS_TOLD
from flows.labels.tables import read_meanings, read_tables
from flows.labels.text import Buffers, as_series, buffers, without

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_PART = 2_000  # texts whose numbers stay in the processor's cache
START, END = "<", ">"


class Reading(NamedTuple):
    """Of each text: the words of the rules, and the sums of weights (text, family, output) with the features' counts.

    `masked` are the texts with every contestant as one token, whatever name, party, number or titles stood there; null
    stays null. `typed` are those that may name a place, with their names; other texts are empty there.
    """

    has_content: Flags
    may_name_place: Flags
    lexicon: Floats
    topics: npt.NDArray[np.uint64]
    slots: npt.NDArray[np.uint64]
    languages: npt.NDArray[np.uint8]
    counts: npt.NDArray[np.int64]
    sums: npt.NDArray[np.int32]
    masked: pl.Series
    typed: pl.Series


def _reading(output: Output, is_null: Flags) -> Reading:
    facts = output.facts
    return Reading(
        has_content=facts[:, HAS_CONTENT] > 0,
        may_name_place=facts[:, MAY_NAME_PLACE] > 0,
        lexicon=output.lexicon,
        topics=facts[:, TOPICS_TOLD].view(np.uint64),
        slots=facts[:, SLOTS_TOLD:].view(np.uint64),
        languages=facts[:, LANGUAGE].astype(np.uint8),
        counts=facts[:, COUNTS:TOPICS_TOLD],
        sums=output.sums,
        masked=without(as_series(output.masked, output.masked_ends), is_null),
        typed=as_series(output.typed, output.typed_ends),
    )


def read(texts: Buffers, matrices: Matrices | None = None, seeds: Path = sql.SEEDS) -> Reading:
    """What the words of texts say; without matrices no sums."""
    count, mode = len(texts.is_null), READ if matrices is None else SCORE
    readings = []
    for start in range(0, max(count, 1), _PART):
        part = texts.part(start, min(start + _PART, count))
        readings.append(_reading(run_loop(mode, part.data, part.offsets, read_tables(seeds), matrices), part.is_null))
    columns = list(zip(*readings, strict=True))
    arrays: list[Any] = [np.concatenate(column) for column in columns[:-2]]
    return Reading(*arrays, *[pl.concat(column, rechunk=True) for column in columns[-2:]])


def mask_contestants(texts: pl.Series, seeds: Path = sql.SEEDS) -> pl.Series:
    """The texts as the rules of words and phrases read them: `Reading.masked`."""
    return read(buffers(texts), seeds=seeds).masked


class Piece(NamedTuple):
    """One feature of a text: what it is in words, its family (0 words, 1 windows, 2 groups), and its bucket's hash."""

    name: str
    family: int
    hash: int


def _name(feature: list[int], words: list[str], groups: tuple[str, ...]) -> str:
    """A feature in words; `words` has the tokens and, after the last, `END`."""
    _, kind, first, second = feature
    if kind in (scoring.GROUP_FEATURE, scoring.GROUPS_FEATURE):
        both = (first, second) if kind == scoring.GROUPS_FEATURE else (second,)
        return " ".join(f"<{groups[group]}>" for group in both)
    if kind == scoring.WINDOW_FEATURE:
        window = f" {words[second]} ".encode()[first : first + scoring.WINDOW]
        return f"…{window.decode('utf-8', 'replace').replace(' ', '_')}…"
    if kind == scoring.PAIR_FEATURE:
        return f"{START if first < 0 else words[first]} {words[second]}"
    return f"not {words[second]}" if kind == scoring.NEGATED_FEATURE else words[second]


def pieces(text: str, seeds: Path = sql.SEEDS) -> tuple[list[Piece], float]:
    """The features of a text, and its score by the lexicon."""
    typed = buffers(pl.Series([text], dtype=pl.String))
    output = run_loop(LIST, typed.data, typed.offsets, read_tables(seeds))
    masked = str(as_series(output.masked, output.masked_ends)[0])
    words = ["".join("0" if letter in "0123456789" else letter for letter in word) for word in masked.split()]
    groups = read_meanings(seeds).groups
    listed = [
        Piece(_name(feature, [*words, END], groups), family, feature[scoring.HASH])
        for family, end in enumerate(output.feature_ends[0].tolist())
        for feature in output.features[family, :end].tolist()
    ]
    return listed, float(output.lexicon[0])
