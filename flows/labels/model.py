"""The model: from sums of weights to calibrated probabilities.

The indications and the detectors of phrases come from the MIT weight file, what the sentiment's words add from the
share-alike one where it lies beside it. A probability is what share of the held-out posts of the corpus with such a
score had the label; in the field, where acts are rarer, it is an upper bound.
"""

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from flows.labels import weights as files
from flows.labels.calibration import Scored, code_probability, held_to_frame
from flows.labels.compiled.batch import Matrices
from flows.labels.compiled.phrases import no_phrases
from flows.labels.compiled.scoring import packed
from flows.labels.corpora import SENTIMENTS
from flows.labels.features import dense_features
from flows.labels.phrases import to_kernel
from flows.labels.version import weights_version
from flows.labels.weights import Weights, read_weights

Floats = npt.NDArray[np.float64]

_PART = 2_000  # texts whose numbers stay in the processor's cache


class Code(NamedTuple):
    """How a score becomes a label: probability = 1 / (1 + exp(-(slope x score + vote [if the rule spoke] + shift)))."""

    slope: float
    vote: float  # what the word of the cue rule adds
    shift: float
    threshold: float  # a probability; from here on the text has the label (`calibration.NEVER`: it needs a frame)
    voted_threshold: float  # the same where the rule spoke too
    uncertain_from: float  # and from here on it may


class Model(NamedTuple):
    """Loaded weights: matrices in the kernel's form, and what the outputs mean."""

    outputs: tuple[str, ...]
    matrices: Matrices
    scales: Floats  # family, output
    biases: Floats
    dense: Floats  # lexicon number, output
    phrased: tuple[int, ...]  # the outputs that the detectors of phrases add to
    phrase_scales: Floats
    codes: dict[str, Code]
    temperature: float  # of the sentiment
    uncertain_below: float  # of the largest probability of a sentiment
    version: str


def _columns(weights: Weights, outputs: tuple[str, ...]) -> list[int]:
    return [weights.outputs.index(output) for output in outputs]


def join(own: Weights, share_alike: Weights | None, version: str) -> Model:
    """One model of two weight files: the sentiment of the second, if there is one, but for the detectors of phrases."""
    sentiment = share_alike or own
    codes = tuple(output for output in own.outputs if output not in SENTIMENTS)
    outputs, stored = (*SENTIMENTS, *codes), own.phrases
    parts = ((sentiment, _columns(sentiment, SENTIMENTS)), (own, _columns(own, codes)))
    words, windows, groups = (
        packed(np.concatenate([weights.matrices[family][:, columns] for weights, columns in parts], axis=1))
        for family in range(len(own.matrices))
    )
    phrases = no_phrases() if stored is None else to_kernel(stored, len(own.matrices[0]))

    def both(field: str) -> Floats:
        return np.concatenate([np.array(getattr(weights, field))[..., columns] for weights, columns in parts], axis=-1)

    calibration: dict[str, Any] = sentiment.calibration["sentiment"]
    biases = both("biases")
    phrased = () if stored is None else tuple(outputs.index(output) for output in stored.outputs)
    if stored is not None:
        biases[list(phrased)] += stored.shifts
    return Model(
        outputs=outputs,
        matrices=Matrices(words, windows, groups, phrases),
        scales=both("scales"),
        biases=biases,
        dense=both("dense"),
        phrased=phrased,
        phrase_scales=np.array(() if stored is None else stored.scales),
        codes={code: Code(**held_to_frame(code, how)) for code, how in own.calibration["codes"].items()},
        temperature=calibration["temperature"],
        uncertain_below=calibration["uncertain_below"],
        version=version,
    )


@cache
def read_model(folder: Path = files.FOLDER) -> Model:
    """The model of a folder of weight files; UsageError when a file is missing or refused."""
    own, share_alike = folder / files.OWN_FILE, folder / files.SHARE_ALIKE_FILE
    first = read_weights(own)
    second = read_weights(share_alike) if share_alike.is_file() else None
    return join(first, second, weights_version(folder))


class Sums(NamedTuple):
    """What the kernel adds up of texts: of weights (text, family, output) and of detectors (text, output of theirs),
    with the features' counts and the lexicon's score.
    """

    sums: npt.NDArray[np.int32]
    phrases: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    lexicon: Floats


def scores(model: Model, told: Sums) -> Floats:
    """Scores of every output of texts."""
    sums, phrases, counts, lexicon = told
    outputs = len(model.outputs)
    result = dense_features(lexicon) @ model.dense + model.biases
    for start in range(0, len(result), _PART):
        part = slice(start, start + _PART)
        result[part, list(model.phrased)] += phrases[part] * model.phrase_scales
        for family in range(sums.shape[1]):
            per_text = 1.0 / np.sqrt(np.maximum(counts[part, family], 1))
            result[part] += sums[part, family, :outputs] * model.scales[family] * per_text[:, None]
    return np.asarray(result, dtype=np.float64)


def limit(model: Model, code: str, votes: npt.NDArray[np.bool_]) -> Floats:
    """The threshold of each text for a code, given the words of its cue rule."""
    how = model.codes[code]
    return np.where(votes, how.voted_threshold, how.threshold)


def probability(model: Model, code: str, scored: Floats, votes: npt.NDArray[np.bool_]) -> Floats:
    """Probability of an indication from the scores of all outputs and the words of its cue rule."""
    return code_probability(model.codes[code]._asdict(), Scored(scored[:, model.outputs.index(code)], votes))
