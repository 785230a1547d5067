"""Weights that learn from an office's own reviews: proposed, measured beside the present ones, and adopted or not.

A third of the reviewed posts is kept aside, by a hash of the post. From the others the present weights are moved no
further than the reviews ask: logistic regression whose penalty holds them to where they are. The proposal is better
when on the posts kept aside its F1 exceeds that of the present weights by a whole 95 % bootstrap interval, class by
class; a class of which too little was reviewed keeps its weights.
"""

import hashlib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

import sql
from flows.labels import weights as files
from flows.labels.calibration import Scored, calibrate_code
from flows.labels.evaluation import DRAWS, SEED, Predicted, f1, predict
from flows.labels.features import matrix
from flows.labels.fitting import Floats, Sparse, Truth, fit, score
from flows.labels.indications import silence, vote
from flows.labels.training import output_scores
from flows.labels.weights import Weights, quantise, read_weights, to_bytes

LEAST_REVIEWS = 100  # of a class: posts that are it or are nothing
LEAST_OF_CLASS = 10  # among those that are learned from, and among those kept aside
FOLDS = 3
PENALTY = 2.0  # holds the weights to the present ones
NOTHING = "none"

Flags = npt.NDArray[np.bool_]


class Outcome(NamedTuple):
    """How the proposal does on the reviews of a class that were kept aside; the difference in F1 with its interval."""

    code: str
    posts: int
    of_class: int
    present: float
    proposed: float
    low: float
    high: float

    @property
    def is_better(self) -> bool:
        """Whether the whole interval lies above zero."""
        return self.low > 0


def parts_of(keys: pl.Series) -> npt.NDArray[np.int64]:
    """The part of each post, 0 to `FOLDS` - 1, always the same for a post; part 0 is kept aside."""
    return np.array([hashlib.sha256(key.encode()).digest()[0] % FOLDS for key in keys], dtype=np.int64)


def learnable(reviews: pl.DataFrame, own: Weights) -> list[str]:
    """The classes of which enough was reviewed, in both parts."""
    aside = parts_of(reviews["key"]) == 0
    found = []
    for code in own.calibration["codes"]:
        of_class = (reviews["code"] == code).to_numpy()
        judged = of_class | (reviews["code"] == NOTHING).to_numpy()
        parts = (int((of_class & aside).sum()), int((of_class & ~aside).sum()))
        if judged.sum() >= LEAST_REVIEWS and min(parts) >= LEAST_OF_CLASS:
            found.append(code)
    return found


def propose(reviews: pl.DataFrame, own: Weights, codes: list[str], seeds: Path = sql.SEEDS) -> Weights:
    """The weights with the outputs of some classes moved by the reviews that were not kept aside."""
    learned = reviews.filter(pl.Series(parts_of(reviews["key"]) != 0))
    texts, folds = learned["text"], parts_of(learned["key"])
    rows = matrix(texts, files.BUCKETS, seeds)
    scores, votes, silenced = output_scores(own, texts, seeds), vote(texts, seeds), silence(texts, seeds)
    proposed = own
    for code in codes:
        column = own.outputs.index(code)
        truth = (learned["code"] == code).to_numpy()
        judged = truth | (learned["code"] == NOTHING).to_numpy()
        moved, unseen = _moved(rows, truth, judged, scores[:, column], folds)
        heard = judged & ~silenced[code]
        nobody = Scored(np.zeros(0), np.zeros(0, dtype=bool))
        how = calibrate_code(code, Scored(unseen[heard], votes[code][heard]), truth[heard], nobody)
        proposed = _with(proposed, column, moved, {code: how})
    return proposed


def _moved(
    rows: Sparse, truth: Flags, judged: Flags, present: Floats, folds: npt.NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """What is added to the present weights, and each post's new score by a fit that had not seen its fold."""

    def add(use: Flags) -> Floats:
        known = Truth(truth[use][:, None].astype(float), np.ones((int(use.sum()), 1)), is_choice=False)
        return fit(rows[use], known, PENALTY, present[use][:, None])

    unseen = present.copy()
    for fold in range(1, FOLDS):
        inside = folds == fold
        unseen[inside] += score(rows[inside], add(judged & ~inside))[:, 0]
    return add(judged), unseen


def _with(own: Weights, column: int, moved: Floats, codes: dict[str, dict[str, float]]) -> Weights:
    """The weights with one output's coefficients moved and its calibration replaced."""
    edges = np.cumsum((0, *files.BUCKETS))
    matrices, scales = [], []
    for family, numbers in enumerate(own.matrices):
        whole = numbers[:, column] * own.scales[family][column]
        whole = whole + moved[edges[family] : edges[family + 1], 0]
        small, scale = quantise(whole[:, None])
        changed = numbers.copy()
        changed[:, column] = small[:, 0]
        matrices.append(changed)
        scales.append(tuple(scale[0] if place == column else one for place, one in enumerate(own.scales[family])))
    dense = np.array(own.dense)
    dense[:, column] += moved[edges[-1] : -1, 0]
    biases = np.array(own.biases)
    biases[column] += moved[-1, 0]
    return replace(
        own,
        matrices=tuple(matrices),
        scales=tuple(scales),
        dense=tuple(tuple(float(f"{number:.9g}") for number in row) for row in dense),
        biases=tuple(float(f"{number:.9g}") for number in biases),
        calibration=own.calibration | {"codes": own.calibration["codes"] | codes},
    )


def compare(reviews: pl.DataFrame, proposed: Weights, codes: list[str], seeds: Path = sql.SEEDS) -> list[Outcome]:
    """The present and the proposed weights on the reviews kept aside, class by class."""
    aside = reviews.filter(pl.Series(parts_of(reviews["key"]) == 0))
    now = predict(aside["text"], seeds)
    with TemporaryDirectory() as folder:
        (Path(folder) / files.OWN_FILE).write_bytes(to_bytes(proposed))
        then = predict(aside["text"], seeds, Path(folder))
    return [_outcome(aside, code, now, then) for code in codes]


def _outcome(aside: pl.DataFrame, code: str, now: Predicted, then: Predicted) -> Outcome:
    truth = (aside["code"] == code).to_numpy()
    judged = truth | (aside["code"] == NOTHING).to_numpy()
    truth, before, after = truth[judged], now.flags[code][judged], then.flags[code][judged]
    draws = np.random.default_rng(SEED)
    drawn = [draws.integers(0, len(truth), len(truth)) for _ in range(DRAWS)]
    gains = [f1(truth[rows], after[rows]) - f1(truth[rows], before[rows]) for rows in drawn]
    low, high = np.quantile(gains, (0.025, 0.975))
    counts = (len(truth), int(truth.sum()))
    return Outcome(code, *counts, f1(truth, before), f1(truth, after), float(low), float(high))


def learn(reviews: pl.DataFrame, seeds: Path = sql.SEEDS) -> tuple[Weights | None, list[Outcome]]:
    """The weights that are better for some class, those of the other classes as they are (None: none is), and how each
    class did. No outcome at all: too little was reviewed of every class.
    """
    own = read_weights(files.folder_of(seeds) / files.OWN_FILE)
    codes = learnable(reviews, own)
    outcomes = compare(reviews, propose(reviews, own, codes, seeds), codes, seeds) if codes else []
    better = [one.code for one in outcomes if one.is_better]
    return (propose(reviews, own, better, seeds) if better else None), outcomes
