"""Learning the detectors of phrases (`compiled/phrases.py`): a convolution over word vectors, for several outputs.

Every detector holds a number of a word for each of three places, which comes of the word's vector (`neighbours.py`);
what a text shows of it is its largest finding. The vectors of words move too, a little. Learned by Adam (Kingma & Ba
2015) with dropout of findings (Srivastava et al. 2014), in a fixed order: the same texts give the same numbers.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse

import sql
from flows.labels.compiled.batch import LIST, no_matrices, run_loop
from flows.labels.compiled.phrases import FIRST_WORD, NO_WORD, REACH, no_phrases, rows_of
from flows.labels.fitting import Floats, Truth
from flows.labels.neighbours import Vectors
from flows.labels.phrases import Detectors, Singles
from flows.labels.tables import read_tables
from flows.labels.text import buffers

Numbers = npt.NDArray[np.int64]

DETECTORS = 192
EPOCHS = 12
_BATCH = 256  # texts of a step
_STEP, _VECTOR_STEP = 2e-3, 3e-4  # at first; both fall to zero
_DROPPED = 0.5  # share of the findings
_PENALTY = 1e-4
_FIRST, _SECOND, _VECTOR_SECOND, _TINY = 0.9, 0.999, 0.99, 1e-8  # of Adam
_SEED = 1
_TEXTS = 2_000  # read or scored at a time


class Phrased(NamedTuple):
    """Texts as their phrases: the rows of the vectors of each word with its neighbours, and where each text ends."""

    words: npt.NDArray[np.int32]  # (word, place in the phrase)
    ends: Numbers

    def of(self, chosen: Numbers) -> "Phrased":
        """The same of the chosen texts."""
        starts = np.concatenate([np.zeros(1, np.int64), self.ends])[chosen]
        sizes = self.ends[chosen] - starts
        ends = np.cumsum(sizes)
        return Phrased(self.words[np.arange(sizes.sum()) + np.repeat(starts - ends + sizes, sizes)], ends)


def known_words(vectors: Vectors) -> tuple[Numbers, npt.NDArray[np.int32]]:
    """The buckets of the words that have a vector, and the row of every bucket among the detectors' words."""
    known = np.flatnonzero(vectors.any(axis=1))
    return known, rows_of(known, len(vectors))


def read_phrases(texts: pl.Series, rows: npt.NDArray[np.int32], seeds: Path = sql.SEEDS) -> Phrased:
    """The phrases of texts, as the kernel reads them; `rows` by bucket as in `Phrases`."""
    matrices = no_matrices()._replace(phrases=no_phrases()._replace(rows=rows))
    words, counts = [], []
    for start in range(0, max(len(texts), 1), _TEXTS):
        part = buffers(texts.slice(start, _TEXTS))
        output = run_loop(LIST, part.data, part.offsets, read_tables(seeds), matrices)
        steps = output.steps[: output.step_ends[-1]]
        middle = np.flatnonzero(steps != NO_WORD)
        words.append(steps[middle[:, None] + np.arange(-1, REACH - 1)])
        counts.append(np.bincount(np.searchsorted(output.step_ends, middle, "right"), minlength=len(part.is_null)))
    return Phrased(np.concatenate(words).astype(np.int32), np.cumsum(np.concatenate(counts)))


class _Adam:
    """The steps of one array of numbers."""

    def __init__(self, numbers: Singles) -> None:
        self.numbers = numbers
        self.first, self.second = np.zeros_like(numbers), np.zeros_like(numbers)
        self.steps = 0

    def move(self, slope: Singles, step: float) -> None:
        self.steps += 1
        self.first += np.float32(1 - _FIRST) * (slope - self.first)
        self.second += np.float32(1 - _SECOND) * (slope * slope - self.second)
        length = np.float32(step / (1 - _FIRST**self.steps))
        spread = np.sqrt(self.second / np.float32(1 - _SECOND**self.steps)) + np.float32(_TINY)
        self.numbers -= length * self.first / spread


class _Vectors:
    """The steps of the vectors, of which each batch moves few; the first rows stay zero."""

    def __init__(self, numbers: Singles) -> None:
        self.numbers = numbers
        self.first, self.second = np.zeros_like(numbers), np.zeros_like(numbers)

    def move(self, words: npt.NDArray[np.int32], slopes: Singles, step: float) -> None:
        rows, places = np.unique(words, return_inverse=True)
        each = (np.ones(len(places), np.float32), (places.ravel(), np.arange(len(places))))
        slope = scipy.sparse.csr_matrix(each, shape=(len(rows), len(places))) @ slopes
        moved = rows >= FIRST_WORD
        rows, slope = rows[moved], slope[moved]
        first = self.first[rows] + np.float32(1 - _FIRST) * (slope - self.first[rows])
        second = self.second[rows] + np.float32(1 - _VECTOR_SECOND) * (slope * slope - self.second[rows])
        self.first[rows], self.second[rows] = first, second
        self.numbers[rows] -= np.float32(step) * first / (np.sqrt(second) + np.float32(100 * _TINY))


def _findings(detectors: Detectors, phrases: Phrased) -> tuple[Singles, Singles, Singles]:
    """What detectors find in texts of which none is empty; the phrases' vectors and sums."""
    wide = detectors.vectors[phrases.words].reshape(len(phrases.words), -1)
    sums = wide @ detectors.filters + detectors.biases
    starts = np.concatenate([np.zeros(1, np.int64), phrases.ends[:-1]])
    return np.maximum(np.maximum.reduceat(sums, starts, axis=0), 0), wide, sums


def score_phrases(detectors: Detectors, phrases: Phrased) -> Floats:
    """The scores of texts, (text, output)."""
    scores = np.tile(detectors.shifts.astype(np.float64), (len(phrases.ends), 1))
    filled = np.flatnonzero(np.diff(phrases.ends, prepend=0))
    for start in range(0, len(filled), _TEXTS):
        part = filled[start : start + _TEXTS]
        scores[part] += _findings(detectors, phrases.of(part))[0] @ detectors.worths
    return scores


def _slopes(scores: Singles, choice: Truth, questions: Truth) -> Singles:
    """The slope of the loss by score: of a choice among the first outputs, and of a question for each of the others."""
    choices = choice.targets.shape[1]
    powers = np.exp(scores[:, :choices] - scores[:, :choices].max(axis=1, keepdims=True))
    shares = powers / powers.sum(axis=1, keepdims=True)
    answers = 1 / (1 + np.exp(-np.clip(scores[:, choices:], -50, 50)))
    slopes = [choice.weights * (shares - choice.targets), questions.weights * (answers - questions.targets)]
    return (np.concatenate(slopes, axis=1) / len(scores)).astype(np.float32)


def _first(vectors: Vectors, outputs: int, draws: np.random.Generator) -> Detectors:
    dimensions = vectors.shape[1]

    def drawn(rows: int, columns: int, deviation: float) -> Singles:
        return (draws.standard_normal((rows, columns)) * deviation).astype(np.float32)

    return Detectors(
        vectors=np.concatenate([np.zeros((FIRST_WORD, dimensions), np.float32), vectors]),
        filters=drawn(REACH * dimensions, DETECTORS, 0.9 / np.sqrt(dimensions)),
        biases=np.zeros(DETECTORS, np.float32),
        worths=drawn(DETECTORS, outputs, 0.05),
        shifts=np.zeros(outputs, np.float32),
    )


def _batches(texts: Numbers, epochs: int, draws: np.random.Generator) -> Iterator[tuple[Numbers, float]]:
    """The texts of every step, and what share of the learning is still to come after it."""
    steps = -(-len(texts) // _BATCH)
    for epoch in range(epochs):
        order = draws.permutation(texts)
        for step in range(steps):
            yield order[step * _BATCH : (step + 1) * _BATCH], 1 - (epoch * steps + step + 1) / (steps * epochs)


def learn_detectors(
    phrases: Phrased, choice: Truth, questions: Truth, vectors: Vectors, epochs: int = EPOCHS
) -> Detectors:
    """Detectors for a choice among outputs and for questions beside it, from texts with their known targets.

    `vectors` are those of the known words, a row each. Texts without a word teach nothing.
    """
    draws = np.random.default_rng(_SEED)
    now = _first(vectors, choice.targets.shape[1] + questions.targets.shape[1], draws)
    moving = [_Adam(numbers) for numbers in now[1:]]
    moving_vectors = _Vectors(now.vectors)
    known = choice.weights.any(axis=1) | questions.weights.any(axis=1)
    for texts, left in _batches(np.flatnonzero(known & (np.diff(phrases.ends, prepend=0) > 0)), epochs, draws):
        batch = phrases.of(texts)
        found, wide, sums = _findings(now, batch)
        is_kept = draws.random(found.shape, dtype=np.float32) >= _DROPPED
        kept = is_kept.astype(np.float32) / np.float32(1 - _DROPPED)
        heard: Singles = found * kept
        slopes = _slopes(heard @ now.worths + now.shifts, choice.of(texts), questions.of(texts))
        by_finding = (slopes @ now.worths.T) * kept * (found > 0)
        text_of = np.repeat(np.arange(len(texts)), np.diff(batch.ends, prepend=0))
        by_sum = (sums == found[text_of]) * by_finding[text_of]  # only the phrase that is the text's largest
        by_word = (by_sum @ now.filters.T).reshape(-1, vectors.shape[1])
        steps = (
            wide.T @ by_sum + np.float32(_PENALTY) * now.filters,
            by_sum.sum(axis=0),
            heard.T @ slopes + np.float32(_PENALTY) * now.worths,
            slopes.sum(axis=0),
        )
        for each, slope in zip(moving, steps, strict=True):
            each.move(slope, _STEP * left)
        moving_vectors.move(batch.words.ravel(), by_word, _VECTOR_STEP * left)
    return now
