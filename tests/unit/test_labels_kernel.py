"""The compiled kernel computes what the slow oracle says, for any text."""

from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import sql
from flows.labels import weights as files
from flows.labels.compiled.compiling import KEY
from flows.labels.compiled.rules import LANGUAGE_CODES
from flows.labels.corpora import SENTIMENTS, read_own
from flows.labels.explaining import pushes
from flows.labels.features import matrix
from flows.labels.labelling import read_batch
from flows.labels.letters import read_letters
from flows.labels.model import read_model
from flows.labels.tables import read_tables
from flows.labels.text import buffers
from flows.labels.vocabulary import read_vocabulary
from flows.labels.weights import BUCKETS, Weights, read_weights
from tests.labels_oracle.hashing import hash_stem, hash_words
from tests.labels_oracle.rules import Held, dense, held, phrase_sums, pieces, read

SPOKEN = tuple(read_own()["text"].sample(300, seed=4).to_list())
TYPED = st.text(
    st.one_of(st.characters(codec="utf-8"), st.sampled_from("abikmnu .,!?#@_0123\u200b😂👍🏽🇮🇩❤рοЯ")), max_size=60
)
TEXTS = st.lists(
    st.one_of(TYPED, st.sampled_from(SPOKEN), st.tuples(st.sampled_from(SPOKEN), TYPED).map(" ".join)),
    min_size=1,
    max_size=8,
)


@cache
def weights_of(file: str) -> Weights:
    return read_weights(files.FOLDER / file)


@cache
def detectors() -> Held:
    own = weights_of(files.OWN_FILE)
    assert own.phrases is not None
    return held(own.phrases, len(own.matrices[0]))


@settings(max_examples=120, deadline=None)
@given(TEXTS)
@example(["ab" * 400 + " bagus " + "ba" * 200, "bagus"])  # a word of more windows than are added up at once
@example(["𝛂 ro", "𝛂", "рο ya", "рο"])
def test_rules_and_scores_equal_the_oracle(texts: list[str]) -> None:
    vocabulary, letters, model = read_vocabulary(), read_letters(), read_model()
    own, shared = weights_of(files.OWN_FILE), weights_of(files.SHARE_ALIKE_FILE)
    found, scores = read_batch(buffers(pl.Series(texts)), model)
    for row, text in enumerate(texts):
        reading = read(text, vocabulary, letters)
        assert bool(found.has_content[row]) == reading.has_content
        assert bool(found.may_name_place[row]) == reading.may_name_place
        assert found.lexicon[row] == pytest.approx(reading.lexicon)
        assert int(found.topics[row]) == reading.topics
        assert sum(int(part) << 64 * place for place, part in enumerate(found.slots[row])) == reading.slots
        assert LANGUAGE_CODES[found.languages[row]] == reading.language
        listed = pieces(reading.tokens, vocabulary, letters)
        counts = [sum(piece.family == family for piece in listed) for family in range(3)]
        phrased = phrase_sums(reading.tokens, detectors())
        assert found.phrases[row].tolist() == phrased
        assert found.counts[row].tolist() == counts
        for place, output in enumerate(model.outputs):
            source = shared if output in SENTIMENTS else own
            column = source.outputs.index(output)
            score = source.biases[column]
            for piece in listed:
                table = source.matrices[piece.family]
                weight = int(table[piece.hash % len(table), column]) * source.scales[piece.family][column]
                score += weight / max(1, counts[piece.family]) ** 0.5
            if own.phrases and output in own.phrases.outputs:
                at = own.phrases.outputs.index(output)
                score += phrased[at] * own.phrases.scales[at] + own.phrases.shifts[at]
            score += sum(n * row_[column] for n, row_ in zip(dense(reading.lexicon), source.dense, strict=True))
            assert scores[row, place] == pytest.approx(score, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(TEXTS)
def test_the_features_of_training_are_those_of_the_kernel(texts: list[str]) -> None:
    vocabulary, letters = read_vocabulary(), read_letters()
    rows = matrix(pl.Series(texts), BUCKETS)
    starts = np.cumsum((0, *BUCKETS))
    for row, text in enumerate(texts):
        reading = read(text, vocabulary, letters)
        listed = pieces(reading.tokens, vocabulary, letters)
        expected = np.zeros(rows.shape[1])
        for piece in listed:
            share = 1 / sum(other.family == piece.family for other in listed) ** 0.5
            expected[starts[piece.family] + piece.hash % BUCKETS[piece.family]] += share
        expected[starts[-1] :] = dense(reading.lexicon)
        assert np.allclose(rows[row].toarray()[0], expected)


def test_every_key_of_the_vocabulary_has_its_own_hash() -> None:
    vocabulary = read_vocabulary()
    keys = [hash_words(key) for key in vocabulary.entries] + [hash_stem(stem) for stem in vocabulary.stems]
    assert len(set(keys)) == len(keys) == int((read_tables().rows[:, KEY] != 0).sum())


@settings(max_examples=25, deadline=None)
@given(TYPED | st.sampled_from(SPOKEN))
@example("bagus sekali pak")
@example("goblok kamu")
@example("a b a b")
@example("😂")
@example("Anies")
@example("")
def test_the_pieces_of_an_explanation_add_up_to_the_score(text: str) -> None:
    model, outputs = read_model(), (*SENTIMENTS, "insult")
    _, scores = read_batch(buffers(pl.Series([text])), model)
    pushed = pushes(text, outputs, sql.SEEDS, files.FOLDER)
    for name in outputs:
        total = sum(push.weight for push in pushed[name])
        place = model.outputs.index(name)
        assert total + model.biases[place] == pytest.approx(scores[0, place], abs=0.02)
