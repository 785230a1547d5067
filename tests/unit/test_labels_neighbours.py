"""What words mean by their neighbours: like words have like vectors, and folding changes no score."""

import numpy as np
import polars as pl
import scipy.sparse

from flows.labels.features import Sequence, read_words
from flows.labels.neighbours import fold, learn_vectors, widen

BUCKETS = 64
GOOD, BAD, THINGS = range(2), range(2, 4), range(4, 30)


def sequence(texts: list[list[int]]) -> Sequence:
    return Sequence(np.concatenate(texts), np.cumsum([len(text) for text in texts]))


def texts() -> list[list[int]]:
    """Words of praise stand beside things of one kind, words of blame beside those of another."""
    draws = np.random.default_rng(3)
    one, other = np.array_split(THINGS, 2)
    return [
        [*draws.choice(things, 3).tolist(), int(draws.choice(words)), *draws.choice(things, 3).tolist()]
        for _ in range(400)
        for words, things in ((GOOD, one), (BAD, other))
    ]


def test_words_with_the_same_neighbours_have_like_vectors() -> None:
    vectors = learn_vectors(sequence(texts()), BUCKETS, 4)
    like = vectors @ vectors.T
    assert like[0, 1] > 0.9
    assert like[2, 3] > 0.9
    assert like[0, 2] < 0.5
    assert not vectors[30:].any()


def test_too_few_words_have_no_vectors() -> None:
    assert not learn_vectors(sequence([[1, 2], [2, 1]]), BUCKETS, 4).any()


def test_folded_coefficients_give_the_score_of_widened_rows() -> None:
    draws = np.random.default_rng(4)
    rows = scipy.sparse.csr_matrix(draws.random((5, BUCKETS + 3)) * (draws.random((5, BUCKETS + 3)) > 0.7))
    vectors = learn_vectors(sequence(texts()), BUCKETS, 4)
    coefficients = draws.standard_normal((BUCKETS + 3 + 4 + 1, 2))
    folded = fold(coefficients, vectors)
    wide = widen(rows, vectors)
    assert folded.shape == (BUCKETS + 3 + 1, 2)
    assert np.allclose(wide @ coefficients[:-1] + coefficients[-1], rows @ folded[:-1] + folded[-1], atol=1e-5)


def test_the_words_of_texts_stand_in_their_order() -> None:
    words = read_words(pl.Series(["jalan rusak", "rusak, jalan", "", "jalan"]), 1 << 17)
    first, second = words.buckets[:2]
    assert words.buckets.tolist() == [first, second, second, first, first]
    assert words.ends.tolist() == [2, 4, 4, 5]
