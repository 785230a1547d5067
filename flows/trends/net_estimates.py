"""Net sentiment by reviews: what coders say of drawn posts, and the labels of all posts to make more of it.

Prediction-powered inference with a fitted weight (Angelopoulos, Duchi & Zrnic 2023, PPI++). With y what coders say of a
post, -1, 0 or 1, and f its score by the labels, p+ - p-, over N labelled posts of which some were drawn in strata h:

theta = lambda mean_N(f) + sum over h of N_h / N mean_h(y - lambda f)

lambda is the covariance of y and f over the variance of f, which makes the variance of theta least, so that labels that
tell nothing weigh nothing and cost nothing. In a sample of strata this is the combined regression estimator (Cochran
1977, Sampling Techniques, chapter 7), whose variance is known: the spread of y - lambda f within each stratum, over its
reviews, for the part of it that was not reviewed. The limits are those of Student's t at Satterthwaite's degrees of
freedom (1946, Biometrics Bull 2:110). Each stratum's spread counts one post more of either sign, as Bonett & Price do
(2012, J Educ Behav Stat 37:479), so that a few posts that are all alike do not pass for certainty. What the intervals
hold is simulated in `tests/benchmarks/simulate_estimates.py`.
"""

from collections.abc import Sequence
from math import floor, fsum, sqrt
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from flows.headers import schema
from flows.method import METHOD
from flows.trends.distributions import Numbers, t_quantile
from flows.trends.rounding import rounded

NOT_COLLECTED = "not_collected"
Row = dict[str, Any]


class Part(NamedTuple):
    """A stratum: its labelled posts, the sum of their scores, and of each reviewed one what was said, score, weight.

    `weight` is for how many posts a reviewed one stands beside the others of its stratum.
    """

    posts: int
    scored: float
    said: Numbers
    score: Numbers
    weight: Numbers


class Net(NamedTuple):
    """Net sentiment with its 95 % limits, -1 to 1, and lambda: how much the labels helped."""

    value: float
    low: float
    high: float
    label_weight: float


def estimate(parts: Sequence[Part]) -> Net:
    """Net sentiment of all posts of some strata, each of which has a review."""
    posts = fsum(part.posts for part in parts)
    shares = [part.posts / posts for part in parts]
    weights = [part.weight / part.weight.sum() for part in parts]
    # what a squared difference in a stratum adds to the variance of its sum
    costs = [
        share**2 * max(0.0, 1 - len(part.said) / part.posts) / _reviews(part)
        for share, part in zip(shares, parts, strict=True)
    ]
    both = fsum(
        cost * _spread(weight, part.said, part.score) for cost, weight, part in zip(costs, weights, parts, strict=True)
    )
    own = fsum(
        cost * _spread(weight, part.score, part.score) for cost, weight, part in zip(costs, weights, parts, strict=True)
    )
    label_weight = both / own if own > 0 else 0.0
    value = label_weight * fsum(part.scored for part in parts) / posts
    variances = []
    for share, cost, weight, part in zip(shares, costs, weights, parts, strict=True):
        rest = part.said - label_weight * part.score
        value += share * float((weight * rest).sum())
        reviews = _reviews(part)
        variances.append(cost * (reviews * _spread(weight, rest, rest) + 2) / (reviews + 1))
    half = _half(variances, [_reviews(part) for part in parts])
    value = min(1.0, max(-1.0, value))
    return Net(value, max(-1.0, value - half), min(1.0, value + half), label_weight)


def _reviews(part: Part) -> float:
    """How many reviews of equal weight a stratum's are worth (Kish 1965, Survey Sampling, section 11.7)."""
    return float(part.weight.sum() ** 2 / (part.weight**2).sum())


def _spread(weight: Numbers, one: Numbers, other: Numbers) -> float:
    """The weighted covariance of two columns; `weight` sums to 1."""
    return float((weight * (one - (weight * one).sum()) * (other - (weight * other).sum())).sum())


def _half(variances: Sequence[float], reviews: Sequence[float]) -> float:
    """Half the width of the interval."""
    whole = fsum(variances)
    if whole <= 0:
        return 0.0
    freedom = whole**2 / fsum(
        variance**2 / max(1.0, number - 1) for variance, number in zip(variances, reviews, strict=True)
    )
    return t_quantile(METHOD.limit_tail, max(1, floor(freedom))) * sqrt(whole)


def find(strata: pl.DataFrame) -> pl.DataFrame:
    """The rows of trends.net_estimates (see its header) from the strata of every bucket."""
    rows = [
        _row(parts.rows(named=True))
        for _, parts in strata.sort("first_day", "stratum").group_by("first_day", maintain_order=True)
    ]
    table = pl.DataFrame(rows, schema=schema("trends.net_estimates"), orient="row")
    return rounded(table).sort("first_day")


def _row(strata: Sequence[Row]) -> tuple[object, ...]:
    facts = strata[0]
    parts = [_part(row) for row in strata if row["stratum"] is not None]
    posts = round(fsum(part.posts for part in parts))
    reviewed = round(fsum(len(part.said) for part in parts))
    head = tuple(facts[name] for name in ("week", "phase", "first_day", "label_version"))
    reason = _reason(facts, parts, reviewed)
    scored = fsum(part.scored for part in parts) / posts if posts else None
    if reason is not None:
        return (*head, posts, reviewed, scored, None, None, None, None, reason)
    found = estimate(parts)
    return (*head, posts, reviewed, scored, found.label_weight, found.value, found.low, found.high, None)


def _part(row: Row) -> Part:
    said, score, weight = (
        np.array([review[name] for review in row["reviews"]], dtype=np.float64) for name in ("said", "score", "weight")
    )
    return Part(row["posts"], row["scored"], said, score, weight)


def _reason(facts: Row, parts: Sequence[Part], reviewed: int) -> str | None:
    """Why there is no estimate."""
    if facts["status"] == NOT_COLLECTED:
        return NOT_COLLECTED
    if not reviewed:
        return "not_reviewed"
    if reviewed < METHOD.net_posts or not all(len(part.said) for part in parts):
        return "few_reviewed"
    return None
