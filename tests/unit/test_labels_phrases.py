"""Detectors of phrases: what three words say together, the same bytes twice, and the same sums beside any texts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from flows.labels.corpora import SENTIMENTS
from flows.labels.detectors import known_words, learn_detectors, read_phrases, score_phrases
from flows.labels.features import read_words
from flows.labels.fitting import Truth
from flows.labels.phrases import Detectors, Stored, store
from flows.labels.reading import phrase_scores
from flows.labels.training import train
from flows.labels.weights import BUCKETS, read_weights, to_bytes
from tests.unit.test_labels_training import posts

THINGS = ("jalan", "pasar", "sekolah", "puskesmas", "jembatan", "lapangan", "kantor", "taman")
WORDS = (*THINGS, "bagus", "rusak", "tidak", "sudah")
# A word turns the next one, so that no sum of words tells which texts are which.
SHAPES = (("{} tidak bagus", 0), ("{} sudah rusak", 0), ("{} sudah bagus", 1), ("{} tidak rusak", 1))
TEXTS = pl.Series([shape.format(thing) for _ in range(12) for thing in THINGS for shape, _ in SHAPES])
SIDES = np.array([side for _ in range(12) for _ in THINGS for _, side in SHAPES])
OUTPUTS = (*SENTIMENTS, "insult")


def vectors() -> np.ndarray:
    """A vector for each of the words, none for others."""
    table = np.zeros((BUCKETS[0], 16), np.float32)
    draws = np.random.default_rng(5).standard_normal((len(WORDS), 16))
    table[read_words(pl.Series(WORDS), BUCKETS[0]).buckets] = draws / np.linalg.norm(draws, axis=1, keepdims=True)
    return table


def learned() -> Detectors:
    known, rows = known_words(vectors())
    places = np.where(SIDES == 1, 2, 0)
    weights = np.ones((len(SIDES), 1))
    choice = Truth(np.eye(3)[places], weights, is_choice=True)
    asked = Truth((SIDES == 0)[:, None] * 1.0, weights, is_choice=False)
    return learn_detectors(read_phrases(TEXTS, rows), choice, asked, vectors()[known], epochs=60)


@pytest.fixture(scope="module")
def detectors() -> Detectors:
    return learned()


@pytest.fixture(scope="module")
def stored(detectors: Detectors) -> Stored:
    known, _ = known_words(vectors())
    worths, shifts = detectors.worths.astype(float), detectors.shifts.astype(float)
    return store(OUTPUTS, known, detectors._replace(worths=worths, shifts=shifts))


def test_what_words_say_only_together_is_learned(detectors: Detectors) -> None:
    scores = score_phrases(detectors, read_phrases(TEXTS, known_words(vectors())[1]))
    assert (scores[:, 2] > scores[:, 0]).tolist() == (SIDES == 1).tolist()
    assert (scores[:, 3] > 0).tolist() == (SIDES == 0).tolist()


def test_the_same_texts_give_the_same_numbers(detectors: Detectors) -> None:
    assert all((one == other).all() for one, other in zip(detectors, learned(), strict=True))


def test_small_integers_score_as_what_was_learned(detectors: Detectors, stored: Stored) -> None:
    exact = score_phrases(detectors, read_phrases(TEXTS, known_words(vectors())[1]))
    small = phrase_scores(stored, TEXTS, BUCKETS[0])
    assert np.abs(small - exact).max() < 0.05 * np.abs(exact).max()


def test_a_text_scores_the_same_beside_any_others(stored: Stored) -> None:
    together = phrase_scores(stored, TEXTS, BUCKETS[0])
    for place in range(4):
        assert (phrase_scores(stored, TEXTS[place : place + 1], BUCKETS[0])[0] == together[place]).all()


def test_names_and_unknown_words_add_nothing(stored: Stored) -> None:
    texts = pl.Series(["jalan tidak bagus", "Anies jalan tidak bagus PKS", "jalan tidak bagus xyzzy", "Anies", ""])
    plain, named, unknown, name, empty = phrase_scores(stored, texts, BUCKETS[0]).tolist()
    assert plain == named
    assert name == empty == pytest.approx(stored.shifts)
    assert np.argmax(unknown[:3]) == np.argmax(plain[:3])


def test_phrases_read_their_neighbours_within_the_text() -> None:
    _, rows = known_words(vectors())
    words = read_phrases(pl.Series(["jalan rusak", "", "rusak"]), rows)
    first, second = words.words[0, 1], words.words[1, 1]
    assert words.ends.tolist() == [2, 2, 3]
    assert words.words.tolist() == [[0, first, second], [first, second, 0], [0, second, 0]]


def test_a_weight_file_keeps_its_detectors(stored: Stored, tmp_path: Path) -> None:
    path = tmp_path / "own.weights"
    own = train(posts())[0]
    assert own.phrases is None
    path.write_bytes(to_bytes(replace(own, phrases=stored)))
    again = read_weights(path)
    assert again.phrases is not None
    assert all(np.array_equal(one, other) for one, other in zip(again.phrases, stored, strict=True))
    assert to_bytes(again) == path.read_bytes()
