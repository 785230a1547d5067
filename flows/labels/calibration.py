"""From scores to probabilities and thresholds, on posts that were held out of the fit.

A code's probability is a logistic function of its score and of the word of its cue rule (Platt 1999, with a second
input). Its threshold is the lowest at which the held-out posts hold the stated precision and at which no more than
the stated share of ordinary texts is flagged (posts of the corpora that perform no act). Where the rule spoke for the
code too, there are two witnesses, and the threshold is chosen on such posts alone: none where the rule's word holds the
stated precision by itself, but never less than the model alone has to give such a text (`least_with_rule`). Below it
lies the uncertain band, from where half of the flags would be right.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from flows.seeds import read_rows

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

VOTED_PRECISION = 0.65  # where the rule spoke too
UNCERTAIN_PRECISION = 0.5
_VOTED_AT_LEAST = 5  # posts of which the rule spoke, for a threshold of their own
_SENTIMENT_UNCERTAIN = 0.5  # of the texts below the limit fewer are right
# By how much the temperature of the sentiment exceeds that of held-out posts: posts of five origins that were left out
# in two groups asked for 1.25 times it together, those of one for 1.08 to 1.83 times.
NEW_SOURCE = 1.25
_DIGITS = 6
NEVER = 2.0  # a threshold that no probability reaches


class LearnedClass(NamedTuple):
    """A class that the model learns from the corpus, and what its threshold has to hold.

    `stated_precision` is of the model without the rule: higher where ordinary comments share the act's words (a
    country, an office, a sign), lower where these are rarely another's. `ordinary_rate` is the share of ordinary texts
    that is flagged at most without a rule (`training.BACKGROUND`). `least_with_rule` is the probability that the model
    alone has to give a text for which the rule speaks. Of a class that `needs_frame` only such a text is flagged; what
    the model finds without a frame is uncertain.
    """

    code: str
    stated_precision: float
    ordinary_rate: float
    least_with_rule: float
    needs_frame: bool


@cache
def learned_classes() -> dict[str, LearnedClass]:
    """Every class that the model learns, by code, in the order of the outputs of the weights."""
    rows = read_rows(Path(__file__).with_name("learned_classes.csv"))
    return {
        row["code"]: LearnedClass(
            row["code"],
            float(row["stated_precision"]),
            float(row["ordinary_rate"]),
            float(row["least_with_rule"]),
            row["needs_frame"] == "true",
        )
        for row in rows
    }


class Scored(NamedTuple):
    """Posts as a code sees them: their scores, and whether its cue rule spoke."""

    scores: Floats
    votes: Flags


def _rounded(number: float) -> float:
    return round(float(number), _DIGITS)


def _platt(posts: Scored, truth: Flags) -> tuple[float, float, float]:
    from scipy import optimize

    columns = np.stack([posts.scores, posts.votes.astype(float), np.ones(len(truth))], axis=1)
    signs = np.where(truth, 1.0, -1.0)

    def loss(three: Floats) -> tuple[float, Floats]:
        margins = signs * (columns @ three)
        pull = -signs / (1.0 + np.exp(np.clip(margins, -50, 50)))
        penalty = np.array([0.0, 1.0, 0.0])  # a rule that never spoke keeps no vote
        value = np.logaddexp(0.0, -margins).sum() + float((penalty * three**2).sum()) / 2
        return float(value), columns.T @ pull + penalty * three

    fitted = optimize.minimize(
        loss, np.array([1.0, 0.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0.05, 20), (0, 20), (-50, 50)]
    )
    slope, rule, shift = fitted.x
    return float(slope), float(rule), float(shift)


def _lowest(probabilities: Floats, truth: Flags, precision: float) -> float:
    """The lowest probability from which on at least this share of the flagged posts is right."""
    order = np.argsort(-probabilities, kind="stable")
    right = np.cumsum(truth[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(right >= precision)
    return float(probabilities[order[enough[-1]]]) if len(enough) else 1.0


def code_probability(how: Mapping[str, float], posts: Scored) -> Floats:
    """The probability of a code from its calibration."""
    margins = how["slope"] * posts.scores + how["vote"] * posts.votes + how["shift"]
    return np.asarray(1.0 / (1.0 + np.exp(-margins)))


def held_to_frame(code: str, how: Mapping[str, float]) -> dict[str, float]:
    """The calibration of a class that needs a frame: never flagged without one, and with one where the model confirms.

    Of other classes the same as it is.
    """
    learned = learned_classes().get(code)
    if learned is None or not learned.needs_frame:
        return dict(how)
    least = learned.least_with_rule
    with_rule = 1.0 / (
        1.0 + (1.0 - least) / max(least, 1e-12) * np.exp(-how["vote"])
    )  # what the rule's word adds to it
    uncertain_from = min(how["uncertain_from"], 1.0)
    return {**how, "threshold": NEVER, "voted_threshold": _rounded(with_rule), "uncertain_from": uncertain_from}


def sentiment_probabilities(scores: Floats, temperature: float) -> Floats:
    """Probabilities of the classes from their scores."""
    tempered = scores / temperature
    powers = np.exp(tempered - tempered.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def sentiment_confidence(scores: Floats, truth: npt.NDArray[np.int64], temperature: float) -> tuple[Floats, Flags]:
    """The largest probability of each post, and whether its class is right."""
    probabilities = sentiment_probabilities(scores, temperature)
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == truth


def calibrate_code(code: str, posts: Scored, truth: Flags, background: Scored) -> dict[str, float]:
    """The calibration of one indication (see `model.Code`), from held-out posts and from ordinary texts."""
    learned = learned_classes()[code]
    slope, rule, shift = _platt(posts, truth)
    how = {"slope": slope, "vote": rule, "shift": shift}
    probabilities, votes = code_probability(how, posts), posts.votes
    threshold = _lowest(probabilities[~votes], truth[~votes], learned.stated_precision)
    ordinary = np.sort(code_probability(how, background)[~background.votes])[::-1]
    allowed = int(learned.ordinary_rate * len(ordinary))
    if allowed < len(ordinary):
        threshold = max(threshold, float(ordinary[allowed]) + 10.0**-_DIGITS)
    voted = threshold
    if votes.sum() >= _VOTED_AT_LEAST:
        suffices = truth[votes].mean() >= VOTED_PRECISION  # then the rule needs no second witness
        voted = 0.0 if suffices else _lowest(probabilities[votes], truth[votes], VOTED_PRECISION)
    floor = learned.least_with_rule
    with_rule = 1.0 / (1.0 + (1.0 - floor) / max(floor, 1e-12) * np.exp(-rule))
    calibration = {
        "slope": _rounded(slope),
        "vote": _rounded(rule),
        "shift": _rounded(shift),
        "threshold": _rounded(threshold),
        "voted_threshold": _rounded(max(min(voted, threshold), with_rule if floor > 0 else 0.0)),
        "uncertain_from": _rounded(min(threshold, _lowest(probabilities, truth, UNCERTAIN_PRECISION))),
    }
    return held_to_frame(code, calibration)


def calibrate_sentiment(scores: Floats, truth: npt.NDArray[np.int64]) -> dict[str, float]:
    """The temperature that keeps probabilities honest on new sources, and below which largest one a label is unsure."""

    from scipy import optimize

    def loss(temperature: float) -> float:
        probabilities = sentiment_probabilities(scores, temperature)
        return float(-np.log(np.maximum(probabilities[np.arange(len(truth)), truth], 1e-12)).mean())

    minimum = optimize.minimize_scalar(loss, bounds=(0.1, 10.0), method="bounded")
    temperature = _rounded(NEW_SOURCE * minimum.x)
    best = sentiment_probabilities(scores, temperature)
    order = np.argsort(best.max(axis=1), kind="stable")
    right = np.cumsum((best.argmax(axis=1) == truth)[order]) / np.arange(1, len(order) + 1)
    few = np.flatnonzero(right < _SENTIMENT_UNCERTAIN)
    limit = best.max(axis=1)[order[few[-1]]] if len(few) else 0.0
    return {"temperature": temperature, "uncertain_below": _rounded(limit)}
