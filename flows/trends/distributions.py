"""The distributions behind the signals: tails of predictive counts, exact limits, and the control of false discoveries.

Plain NumPy, so that ronda needs no statistics package at run time; tests hold every function against SciPy.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from math import lgamma
from typing import Self

import numpy as np
from numpy.typing import NDArray

from flows.method import METHOD

Numbers = NDArray[np.float64]

_TINY = 1e-300
_STEPS = 60  # as many as halvings of an interval need, to the last bit of a double
_CLOSE = 1e-10  # of a number, relative to it: after such a step of Newton it is right up to what the function is
_ROUNDS = 500
_SPREADS = 40  # how far a table of probabilities reaches, in standard deviations
_WHOLE = 4000  # counts up to here are always in the table
_log_gamma = np.vectorize(lgamma, otypes=[np.float64])


@dataclass(frozen=True)
class Predictive:
    """The distribution of a count not seen yet, as a table: P(X = first + i) = chance[i]."""

    first: int
    chance: Numbers

    @classmethod
    def negative_binomial(cls, mean: float, variance: float) -> Self:
        """Gamma-Poisson of a mean and a variance above it (Gelman et al. 2013, Bayesian Data Analysis, section 2.6)."""
        size = mean * mean / (variance - mean)
        ratio = mean / (mean + size)
        first, counts = _range(mean, variance, None)
        start = lgamma(first + size) - lgamma(size) - lgamma(first + 1)
        start += size * np.log1p(-ratio) + first * np.log(ratio)
        steps = np.log(ratio) + np.log(counts[:-1] + size) - np.log(counts[1:])
        return cls(first, _exponential(start, steps))

    @classmethod
    def beta_binomial(cls, trials: int, share: float, concentration: float) -> Self:
        """Binomial whose share is Beta(share x concentration, (1 - share) x concentration) (same, section 2.4)."""
        a, b = share * concentration, (1 - share) * concentration
        mean = trials * share
        variance = mean * (1 - share) * (concentration + trials) / (concentration + 1)
        first, counts = _range(mean, variance, trials)
        start = _log_choose(trials, first) + _log_beta(first + a, trials - first + b) - _log_beta(a, b)
        before = counts[:-1]
        steps = np.log((trials - before) / (before + 1)) + np.log(before + a) - np.log(trials - before - 1 + b)
        return cls(first, _exponential(start, steps))

    def at_least(self, count: int) -> float:
        """P(X >= count)."""
        position = count - self.first
        if position <= 0:
            return 1.0
        return float(min(1.0, self.chance[position:].sum())) if position < len(self.chance) else _TINY

    def at_most(self, count: int) -> float:
        """P(X <= count)."""
        position = count - self.first
        return _TINY if position < 0 else float(min(1.0, self.chance[: position + 1].sum()))

    def critical(self, level: float) -> int:
        """The smallest count with P(X >= count) <= level."""
        return self.first + len(self._tails) - int(np.searchsorted(self._tails, level, side="right"))

    def usual(self, tail: float) -> tuple[int, int]:
        """The counts between which the middle of the distribution lies: at most `tail` below, at most `tail` above."""
        below = np.cumsum(self.chance)
        low, high = int(np.searchsorted(below, tail, side="right")), int(np.searchsorted(below, 1 - tail))
        last = len(below) - 1
        return self.first + min(low, last), self.first + min(high, last)

    def reached(self, probability: float) -> int:
        """The largest count with P(X >= count) >= probability."""
        least = min(probability, self._tails[-1])
        return self.first + len(self._tails) - 1 - int(np.searchsorted(self._tails, least))

    @cached_property
    def _tails(self) -> Numbers:
        """P(X >= count), from the largest count down to the first."""
        return np.cumsum(self.chance[::-1])


def _range(mean: float, variance: float, most: int | None) -> tuple[int, Numbers]:
    """The counts whose probabilities are tabled: all that are not beyond any doubt."""
    reach = _SPREADS * variance**0.5
    first = 0 if mean + reach <= _WHOLE else max(0, int(mean - reach))
    last = max(int(mean + reach + _SPREADS * variance / mean), 60)  # far tails fall by exp(-1 / dispersion) a count
    if most is not None:
        last = most if most <= _WHOLE else min(last, most)
    return first, np.arange(first, max(last, first) + 1, dtype=np.float64)


def _exponential(start: float, steps: Numbers) -> Numbers:
    chance: Numbers = np.exp(start + np.concatenate([[0.0], np.cumsum(steps)]))
    return chance


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def beta_cdf(x: Numbers, a: Numbers, b: Numbers) -> Numbers:
    """The regularised incomplete beta function, by Lentz's continued fraction (Press et al. 2007, section 6.4)."""
    x, a, b = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in (x, a, b)))
    swapped = x > (a + 1) / (a + b + 2)
    x, a, b = np.where(swapped, 1 - x, x), np.where(swapped, b, a), np.where(swapped, a, b)
    inside = (x > 0) & (x < 1)
    safe = np.where(inside, x, 0.5)
    front = np.exp(
        _log_gamma(a + b) - _log_gamma(a) - _log_gamma(b) + a * np.log(safe) + b * np.log1p(-safe) - np.log(a)
    )
    c = np.ones_like(safe)
    d = _reciprocal(1 - (a + b) * safe / (a + 1))
    value = d.copy()
    for m in range(1, _ROUNDS):
        even = m * (b - m) * safe / ((a + 2 * m - 1) * (a + 2 * m))
        d, c = _reciprocal(1 + even * d), _away_from_zero(1 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * safe / ((a + 2 * m) * (a + 2 * m + 1))
        d, c = _reciprocal(1 + odd * d), _away_from_zero(1 + odd / c)
        value *= d * c
        if np.all(np.abs(d * c - 1) < 1e-14):
            break
    below = np.where(inside, front * value, np.where(x <= 0, 0.0, 1.0))
    result: Numbers = np.where(swapped, 1 - below, below)
    return result


def _away_from_zero(value: Numbers) -> Numbers:
    return np.where(np.abs(value) < _TINY, _TINY, value)


def _reciprocal(value: Numbers) -> Numbers:
    return 1 / _away_from_zero(value)


def beta_quantile(p: float, a: Numbers, b: Numbers) -> Numbers:
    """The x at which the incomplete beta function reaches p: Newton's steps on both logarithms, kept in a bracket."""
    if p > 1 - p:
        return 1 - beta_quantile(1 - p, b, a)
    low, high, x = np.zeros_like(a), np.ones_like(a), a / (a + b)
    log_beta = _log_gamma(a) + _log_gamma(b) - _log_gamma(a + b)
    for _ in range(_STEPS):
        reached = beta_cdf(x, a, b)
        low, high = np.where(reached < p, x, low), np.where(reached < p, high, x)
        with np.errstate(all="ignore"):  # what comes out of that is in no bracket
            slope = np.exp(a * np.log(x) + (b - 1) * np.log1p(-x) - log_beta) / reached
            newton = x * np.exp(-np.log(reached / p) / slope)
        is_close = np.abs(newton - x) <= _CLOSE * x
        x = np.where(is_close | ((low < newton) & (newton < high)), newton, (low + high) / 2)
        if np.all(is_close):
            break
    return x


def t_upper(t: float, freedom: float) -> float:
    """P(T >= t) of Student's distribution."""
    tail = 0.5 * float(beta_cdf(np.array(freedom / (freedom + t * t)), np.array(freedom / 2), np.array(0.5)))
    return tail if t >= 0 else 1 - tail


@cache
def t_quantile(upper: float, freedom: float) -> float:
    """The t above which lies so much of Student's distribution, at most a half of it."""
    x = float(beta_quantile(2 * upper, np.array([freedom / 2]), np.array([0.5]))[0])
    return float((freedom * (1 - x) / max(x, _TINY)) ** 0.5)


def rate_ratio_limits(
    observed: Numbers, baseline: Numbers, exposure_ratio: Numbers, dispersion: Numbers
) -> tuple[Numbers, Numbers]:
    """95 % limits of the ratio of two Poisson rates, exact given the sum (Clopper-Pearson on observed of the sum).

    `exposure_ratio` is current over baseline exposure. Counts are divided by the dispersion first, which makes the
    limits those of a quasi-Poisson count (Przyborowski & Wilenski 1940, Biometrika 31:313; McCullagh & Nelder 1989).
    """
    x, k = observed / dispersion, baseline / dispersion
    low = np.where(x > 0, beta_quantile(METHOD.limit_tail, np.where(x > 0, x, 1.0), k + 1), 0.0)
    high = np.where(k > 0, beta_quantile(1 - METHOD.limit_tail, x + 1, np.where(k > 0, k, 1.0)), 1.0)
    with np.errstate(divide="ignore"):
        return low / (1 - low) / exposure_ratio, high / (1 - high) / exposure_ratio


def share_ratio_limits(
    now: tuple[float, float], before: tuple[float, float], expected: float, dispersion: float
) -> tuple[float, float] | None:
    """95 % limits of observed / expected of a share on the log scale (Katz et al. 1978, Biometrics 34:469).

    `now` and `before` are counts with their trials; None where nothing was expected.
    """
    if expected <= 0:
        return None
    seen, earlier = max(now[0], METHOD.prior_count), max(before[0], METHOD.prior_count)
    variance = max(1 / seen - 1 / now[1], 0.0) + max(1 / earlier - 1 / before[1], 0.0)
    width = float(np.exp(METHOD.normal_quantile * (dispersion * variance) ** 0.5))
    return seen / expected / width, seen / expected * width


def discovery_rates(p: Numbers) -> Numbers:
    """The q of each p: smallest false-discovery rate at which it is a discovery (Benjamini & Hochberg 1995)."""
    order = np.argsort(p, kind="stable")
    raw = p[order] * len(p) / np.arange(1, len(p) + 1)
    monotone = np.minimum.accumulate(raw[::-1])[::-1]
    q = np.empty_like(p)
    q[order] = np.minimum(monotone, 1.0)
    return q
