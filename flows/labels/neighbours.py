"""What words mean by the company they keep: a vector for each bucket of words, learned from texts without labels.

Words that stand among the same words have like vectors, however they are spelled, so that what is learned of one holds
for the other. The vectors are the largest singular ones (randomised, Halko et al. 2011) of the positive pointwise
mutual information of words in a text (Levy & Goldberg 2014).
"""

import numpy as np
import numpy.typing as npt
import scipy.sparse

from flows.labels.features import Sequence
from flows.labels.fitting import Floats, Sparse

Vectors = npt.NDArray[np.float32]

DIMENSIONS = 100
SCALE = 0.6  # how strongly a vector counts before the penalty
_REACH = 5  # words to either side
_FEWEST = 4  # of a word in the texts, for it to have a vector
_SMOOTHED = 0.75  # power of the counts of neighbours (Levy, Goldberg & Dagan 2015)
_ROUNDS = 3  # of the power method
_SPARE = 20  # dimensions that are thrown away
_SEED = 1


def _beside(texts: Sequence, numbers: npt.NDArray[np.int64], words: int) -> scipy.sparse.csr_matrix:
    """How often words stand near each other, those far apart counting less; -1 is no word of account."""
    text_of = np.repeat(np.arange(len(texts.ends)), np.diff(texts.ends, prepend=0))
    total = scipy.sparse.csr_matrix((words, words))
    for distance in range(1, _REACH + 1):
        first, second = numbers[:-distance], numbers[distance:]
        both = (first >= 0) & (second >= 0) & (text_of[:-distance] == text_of[distance:])
        counts = np.full(int(both.sum()), 1.0 / np.sqrt(distance))
        total = total + scipy.sparse.csr_matrix((counts, (first[both], second[both])), shape=(words, words))
    return scipy.sparse.csr_matrix(total + total.T)


def _surprise(beside: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
    """The positive pointwise mutual information of counts."""
    found = beside.tocoo()
    each = np.asarray(beside.sum(axis=1)).ravel()
    smoothed = each**_SMOOTHED
    values = np.log(found.data * smoothed.sum() / (each[found.row] * smoothed[found.col]))
    kept = values > 0
    places = (found.row[kept], found.col[kept])
    return scipy.sparse.csr_matrix((values[kept].astype(np.float32), places), shape=beside.shape)


def _singular(matrix: scipy.sparse.csr_matrix, dimensions: int) -> Vectors:
    """The left singular vectors of the largest values, each times the root of its value."""
    draws = np.random.default_rng(_SEED)
    basis = matrix @ draws.standard_normal((matrix.shape[1], dimensions + _SPARE)).astype(np.float32)
    for _ in range(_ROUNDS):
        basis = matrix @ np.linalg.qr(matrix.T @ np.linalg.qr(basis)[0])[0]
    basis = np.linalg.qr(basis)[0]
    left, values, _ = np.linalg.svd((matrix.T @ basis).T, full_matrices=False)
    return np.asarray(((basis @ left) * np.sqrt(values))[:, :dimensions], dtype=np.float32)


def learn_vectors(texts: Sequence, buckets: int, dimensions: int = DIMENSIONS) -> Vectors:
    """A vector of length 1 for each bucket of words that the texts use often enough, else zeros; a row a bucket."""
    often = np.flatnonzero(np.bincount(texts.buckets, minlength=buckets) >= _FEWEST)
    vectors = np.zeros((buckets, dimensions), np.float32)
    if len(often) <= dimensions + _SPARE:
        return vectors
    number = np.full(buckets, -1)
    number[often] = np.arange(len(often))
    learned = _singular(_surprise(_beside(texts, number[texts.buckets], len(often))), dimensions)
    vectors[often] = learned / np.maximum(np.linalg.norm(learned, axis=1, keepdims=True), 1e-9)
    return vectors


def widen(rows: Sparse, vectors: Vectors) -> Sparse:
    """The rows of features with the sum of the vectors of their words as more columns; their buckets come first."""
    summed = rows[:, : len(vectors)] @ (SCALE * vectors)
    return scipy.sparse.csr_matrix(scipy.sparse.hstack([rows, scipy.sparse.csr_matrix(summed)]))


def fold(coefficients: Floats, vectors: Vectors) -> Floats:
    """Coefficients of widened rows as coefficients of the rows before: what a vector is worth becomes its bucket's."""
    columns = len(coefficients) - 1 - vectors.shape[1]
    folded = np.concatenate([coefficients[:columns], coefficients[-1:]])
    folded[: len(vectors)] += SCALE * vectors @ coefficients[columns:-1]
    return folded
