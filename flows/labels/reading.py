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
from flows.labels.compiled.batch import LIST, READ, SCORE, Matrices, Output, no_matrices, run_loop
from flows.labels.compiled.phrases import no_phrases
from flows.labels.compiled.rules import COUNTS, HAS_CONTENT, LANGUAGE, MAY_NAME_PLACE, SLOTS_TOLD, TOPICS_TOLD
from flows.labels.phrases import Stored, to_kernel
from flows.labels.tables import read_meanings, read_tables
from flows.labels.text import Buffers, as_series, buffers, without

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

_PART = 2_000  # texts whose numbers stay in the processor's cache
START, END = "<", ">"
_BITS = (1 << 64) - 1
_SILENT = frozenset(".,:#")  # tokens that are no word of a phrase


class Reading(NamedTuple):
    """Of each text: the words of the rules, the sums of weights (text, family, output) with the features' counts, and
    those of the detectors of phrases.

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
    phrases: npt.NDArray[np.int64]
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
        phrases=output.phrases,
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


def phrase_scores(stored: Stored, texts: pl.Series, buckets: int, seeds: Path = sql.SEEDS) -> Floats:
    """What the detectors of phrases add to the scores of texts, (text, output of theirs)."""
    found = read(buffers(texts), no_matrices()._replace(phrases=to_kernel(stored, buckets)), seeds).phrases
    return np.asarray(found * np.array(stored.scales) + np.array(stored.shifts))


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
        return " ".join(f"<{groups[(bit & _BITS).bit_length() - 1]}>" for bit in both)
    if kind == scoring.WINDOW_FEATURE:
        window = f" {words[second]} ".encode()[first : first + scoring.WINDOW]
        return f"…{window.decode('utf-8', 'replace').replace(' ', '_')}…"
    if kind == scoring.PAIR_FEATURE:
        return f"{START if first < 0 else words[first]} {words[second]}"
    return f"not {words[second]}" if kind == scoring.NEGATED_FEATURE else words[second]


def phrase_words(text: str, rows: npt.NDArray[np.int32], seeds: Path = sql.SEEDS) -> tuple[list[str], Numbers]:
    """The words of a text as the detectors of phrases read them, and their rows, between two that are no word."""
    typed = buffers(pl.Series([text], dtype=pl.String))
    matrices = no_matrices()._replace(phrases=no_phrases()._replace(rows=rows))
    output = run_loop(LIST, typed.data, typed.offsets, read_tables(seeds), matrices)
    words = _words(str(as_series(output.masked, output.masked_ends)[0]))
    return [word for word in words if word not in _SILENT], output.steps[: output.step_ends[0]]


def _words(masked: str) -> list[str]:
    """The tokens of a masked text as the model reads them: digits are all alike."""
    return ["".join("0" if letter in "0123456789" else letter for letter in word) for word in masked.split()]


def pieces(text: str, seeds: Path = sql.SEEDS) -> tuple[list[Piece], float]:
    """The features of a text, and its score by the lexicon."""
    typed = buffers(pl.Series([text], dtype=pl.String))
    output = run_loop(LIST, typed.data, typed.offsets, read_tables(seeds))
    words = _words(str(as_series(output.masked, output.masked_ends)[0]))
    groups = read_meanings(seeds).groups
    listed = [
        Piece(_name(feature, [*words, END], groups), family, feature[scoring.HASH])
        for family, end in enumerate(output.feature_ends[0].tolist())
        for feature in output.features[family, :end].tolist()
    ]
    return listed, float(output.lexicon[0])
