"""From scores to probabilities and thresholds, on posts that were held out of the fit.

A code's probability is a logistic function of its score and of the word of its cue rule (Platt 1999, with a second
input). Its threshold is the lowest at which the held-out posts hold the stated precision and at which no more than
the stated share of ordinary texts (reviews and posts of the public corpora, none of which performs an act) is
flagged. Below it lies the uncertain band, from where half of the flags would be right.
"""

import numpy as np
import numpy.typing as npt
import scipy.optimize

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

STATED_PRECISION = {"insult": 0.75, "hate_speech": 0.70}
OTHER_PRECISION = 0.85
UNCERTAIN_PRECISION = 0.5
BACKGROUND_RATE = 0.0005  # of ordinary texts, flagged at most; not for the codes of STATED_PRECISION
_SENTIMENT_UNCERTAIN = 0.6  # texts below the limit are right less often than this
_DIGITS = 6


def _rounded(number: float) -> float:
    return round(float(number), _DIGITS)


def _platt(scores: Floats, votes: Flags, truth: Flags) -> tuple[float, float, float]:
    columns = np.stack([scores, votes.astype(float), np.ones(len(scores))], axis=1)
    signs = np.where(truth, 1.0, -1.0)

    def loss(three: Floats) -> tuple[float, Floats]:
        margins = signs * (columns @ three)
        pull = -signs / (1.0 + np.exp(np.clip(margins, -50, 50)))
        penalty = np.array([0.0, 1.0, 0.0])  # a rule that never spoke keeps no vote
        value = np.logaddexp(0.0, -margins).sum() + float((penalty * three**2).sum()) / 2
        return float(value), columns.T @ pull + penalty * three

    found = scipy.optimize.minimize(
        loss, np.array([1.0, 0.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0.05, 20), (0, 20), (-50, 50)]
    )
    slope, rule, shift = found.x
    return float(slope), float(rule), float(shift)


def _lowest(probabilities: Floats, truth: Flags, precision: float) -> float:
    """The lowest probability from which on at least this share of the flagged posts is right."""
    order = np.argsort(-probabilities, kind="stable")
    right = np.cumsum(truth[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(right >= precision)
    return float(probabilities[order[enough[-1]]]) if len(enough) else 1.0


def calibrate_code(
    code: str, scores: Floats, votes: Flags, truth: Flags, background: Floats, background_votes: Flags
) -> dict[str, float]:
    """The calibration of one indication (see `model.Code`), from held-out posts and from ordinary texts."""
    slope, rule, shift = _platt(scores, votes, truth)

    def probability(some: Floats, words: Flags) -> Floats:
        return np.asarray(1.0 / (1.0 + np.exp(-(slope * some + rule * words + shift))))

    found = probability(scores, votes)
    threshold = _lowest(found, truth, STATED_PRECISION.get(code, OTHER_PRECISION))
    if code not in STATED_PRECISION and len(background):
        ordinary = np.sort(probability(background, background_votes))[::-1]
        allowed = int(BACKGROUND_RATE * len(ordinary))
        threshold = max(threshold, float(ordinary[allowed]) + 10.0**-_DIGITS)
    return {
        "slope": _rounded(slope),
        "vote": _rounded(rule),
        "shift": _rounded(shift),
        "threshold": _rounded(threshold),
        "uncertain_from": _rounded(min(threshold, _lowest(found, truth, UNCERTAIN_PRECISION))),
    }


def calibrate_sentiment(scores: Floats, truth: npt.NDArray[np.int64]) -> dict[str, float]:
    """The temperature that makes held-out probabilities honest, and below which largest one a label is uncertain."""

    def probabilities(temperature: float) -> Floats:
        tempered = scores / temperature
        powers = np.exp(tempered - tempered.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    def loss(temperature: float) -> float:
        return float(-np.log(np.maximum(probabilities(temperature)[np.arange(len(truth)), truth], 1e-12)).mean())

    found = scipy.optimize.minimize_scalar(loss, bounds=(0.1, 10.0), method="bounded")
    temperature = _rounded(found.x)
    best = probabilities(temperature)
    order = np.argsort(best.max(axis=1), kind="stable")
    right = np.cumsum((best.argmax(axis=1) == truth)[order]) / np.arange(1, len(order) + 1)
    few = np.flatnonzero(right < _SENTIMENT_UNCERTAIN)
    limit = best.max(axis=1)[order[few[-1]]] if len(few) else 0.0
    return {"temperature": temperature, "uncertain_below": _rounded(limit)}
