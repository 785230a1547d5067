"""Features of texts as a sparse matrix, for training: the same hashes that the kernel scores.

A text is the counts of its words, pairs and negated words over the square root of their number, the same for the
windows of letters, and four dense numbers of the lexicon.
"""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

import sql
from flows.labels.compiled.batch import LIST, run_loop
from flows.labels.compiled.scoring import FEATURE_KIND, HASH, WORD_FEATURE
from flows.labels.tables import read_tables
from flows.labels.text import buffers

if TYPE_CHECKING:
    import scipy.sparse

_BATCH = 2_000  # texts at a time
DENSE = 4  # numbers of `dense_features`
SCORE_SOFTNESS = 8.0


def dense_features(
    lexicon: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The lexicon's verdict, a row a text: its score (-1..1), its two halves, and whether it has nothing to say."""
    score = lexicon / np.sqrt(lexicon * lexicon + SCORE_SOFTNESS)
    return np.stack([score, np.maximum(score, 0.0), np.maximum(-score, 0.0), (lexicon == 0.0).astype(float)], axis=1)


def _block(hashes: np.ndarray, ends: np.ndarray, buckets: int) -> "scipy.sparse.csr_matrix":
    """Counts over the square root of their number, as rows of so many columns."""
    import scipy.sparse

    offsets = np.concatenate([[0], ends])
    sizes = np.diff(offsets)
    columns = (hashes[: offsets[-1]] & (buckets - 1)).astype(np.int32)
    values = np.repeat(1.0 / np.sqrt(np.maximum(sizes, 1)), sizes)
    block = scipy.sparse.csr_matrix((values, columns, offsets), shape=(len(ends), buckets))
    block.sum_duplicates()
    return block


def matrix(texts: pl.Series, buckets: tuple[int, ...], seeds: Path = sql.SEEDS) -> "scipy.sparse.csr_matrix":
    """Rows of texts: so many columns for each family of features, and the dense ones. A null text is empty."""
    import scipy.sparse

    blocks = []
    for start in range(0, max(len(texts), 1), _BATCH):
        part = buffers(texts.slice(start, _BATCH))
        output = run_loop(LIST, part.data, part.offsets, read_tables(seeds))
        families = [
            _block(output.features[n, :, HASH], output.feature_ends[:, n], size) for n, size in enumerate(buckets)
        ]
        dense = scipy.sparse.csr_matrix(dense_features(output.lexicon), shape=(len(part.is_null), DENSE))
        blocks.append(scipy.sparse.hstack([*families, dense]))
    return scipy.sparse.csr_matrix(scipy.sparse.vstack(blocks))


class Sequence(NamedTuple):
    """The buckets of the words of texts, one text after the other in the order in which they stand, and where each
    text ends.
    """

    buckets: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]


def read_words(texts: pl.Series, buckets: int, seeds: Path = sql.SEEDS) -> Sequence:
    """The words of texts; a contestant or a people is none."""
    listed, counts = [], []
    for start in range(0, max(len(texts), 1), _BATCH):
        part = buffers(texts.slice(start, _BATCH))
        output = run_loop(LIST, part.data, part.offsets, read_tables(seeds))
        ends = np.concatenate([np.zeros(1, np.int64), output.feature_ends[:, 0]])
        features = output.features[0, : ends[-1]]
        is_word = features[:, FEATURE_KIND] == WORD_FEATURE
        listed.append(features[is_word, HASH] & (buckets - 1))
        counts.append(np.diff(np.concatenate([np.zeros(1, np.int64), np.cumsum(is_word)])[ends]))
    return Sequence(np.concatenate(listed), np.cumsum(np.concatenate(counts)))
