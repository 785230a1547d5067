"""Expected volumes: quasi-Poisson regression of earlier buckets, with weekday factors and a local trend.

A bucket's exposure is what its collected source-days would bring at the baseline's level: each source's daily rate,
times the factor of the weekday, times the share of the day's planned collections that succeeded. So an outage or a
short week lowers the expected volume instead of looking like silence. On that exposure lies a log-linear trend
(McCullagh & Nelder 1989, Generalized Linear Models, section 6.2). The next bucket is judged on Anscombe's square-root
scale (Anscombe 1948, Biometrika 35:246) with Student's t, since the dispersion rests on few buckets.
"""

from dataclasses import dataclass
from math import ceil, exp, floor, fsum, log, sqrt

import numpy as np

from flows.method import METHOD
from flows.trends.distributions import Numbers, t_quantile, t_upper

_PARAMETERS = 2  # level and slope
_ROUNDS = 25
_SHIFT = 3 / 8


@dataclass(frozen=True, slots=True)
class Volume:
    """A bucket's volume and what its baseline lets expect.

    `leverage` x expected is the part of the predictive variance that comes from the fit, in units of the dispersion;
    `pearson` the sum of the baseline's squared Pearson residuals with `freedom` degrees of freedom, `daily` the same of
    its source-days with `daily_freedom`.
    """

    observed: float
    expected: float
    leverage: float
    baseline: float
    exposure: float
    baseline_exposure: float
    pearson: float
    freedom: int
    daily: float
    daily_freedom: int


def expect(counts: Numbers, shares: Numbers, times: Numbers) -> Volume | None:
    """The last bucket against the ones before it; None when one of them has no exposure.

    `counts` and `shares` (of the planned collections that succeeded, 0 to 1) have a cell a bucket, source and weekday;
    `times` says when each bucket was, in weeks.
    """
    cells = _exposures(counts, shares)
    exposures = cells.sum(axis=(1, 2))
    observed = counts.sum(axis=(1, 2))
    before, now = exposures[:-1], float(exposures[-1])
    if now <= 0 or np.any(before <= 0) or observed[:-1].sum() <= 0:
        return None
    design = np.column_stack([np.ones(len(before)), times[:-1] - times[-1]])
    level, fitted, spread = _regress(observed[:-1], before, design)
    days = cells[:-1] * (fitted / before)[:, None, None]
    seen = days > 0
    return Volume(
        observed=float(observed[-1]),
        expected=now * exp(level),
        leverage=now * exp(level) * spread,
        baseline=float(observed[:-1].sum()),
        exposure=now,
        baseline_exposure=float(before.sum()),
        pearson=fsum((observed[:-1] - fitted) ** 2 / fitted),
        freedom=len(before) - _PARAMETERS,
        daily=fsum((counts[:-1][seen] - days[seen]) ** 2 / days[seen]),
        daily_freedom=max(1, int(seen.sum()) - len(before) - int(np.sum(counts.shape[1:])) + 1),
    )


def _exposures(counts: Numbers, shares: Numbers) -> Numbers:
    """Posts each source-day would bring at the daily rates and weekday factors of all buckets but the last."""
    earlier, seen = counts[:-1], shares[:-1]
    factors = np.ones(counts.shape[2])
    rates = np.zeros(counts.shape[1])
    for _ in range(_ROUNDS):  # iterative proportional fitting of source rate x weekday factor
        rates = _ratio(earlier.sum(axis=(0, 2)), (seen * factors).sum(axis=(0, 2)), 0.0)
        factors = _ratio(earlier.sum(axis=(0, 1)), (seen * rates[:, None]).sum(axis=(0, 1)), 1.0)
        factors /= factors.mean()
    exposures: Numbers = shares * rates[:, None] * factors
    return exposures


def _ratio(top: Numbers, bottom: Numbers, otherwise: float) -> Numbers:
    return np.where((top > 0) & (bottom > 0), top / np.where(bottom > 0, bottom, 1.0), otherwise)


def _regress(observed: Numbers, exposure: Numbers, design: Numbers) -> tuple[float, Numbers, float]:
    """Poisson regression with log link and offset: level at time 0, fitted counts, variance of the level."""
    beta = np.array([log(observed.sum() / exposure.sum()), 0.0])
    for _ in range(_ROUNDS):
        fitted = exposure * np.exp(np.clip(design @ beta, -30, 30))
        information = design.T @ (design * fitted[:, None])
        step = np.linalg.solve(information, design.T @ (observed - fitted))
        beta = beta + step
        if np.max(np.abs(step)) < 1e-10:
            break
    fitted = exposure * np.exp(np.clip(design @ beta, -30, 30))
    covariance = np.linalg.inv(design.T @ (design * fitted[:, None]))
    return float(beta[0]), fitted, float(covariance[0, 0])


def dispersion(volumes: list[Volume]) -> tuple[float, int]:
    """The family's dispersion, at least 1, and its degrees of freedom.

    The larger one of that between the baseline's buckets and that between its days: a few buckets may agree by chance.
    Platforms share their news, so that they do not add up to more degrees of freedom than the longest one has.
    """
    weekly = fsum(volume.pearson for volume in volumes) / fsum(volume.freedom for volume in volumes)
    daily = fsum(volume.daily for volume in volumes) / fsum(volume.daily_freedom for volume in volumes)
    return max(1.0, weekly, daily), max(volume.freedom for volume in volumes)


def p_value(volume: Volume, spread: float, freedom: int) -> float:
    """The two-sided p of a volume; `spread` is the dispersion."""
    distance = 2 * (sqrt(volume.observed + _SHIFT) - sqrt(volume.expected + _SHIFT))
    return min(1.0, 2 * t_upper(abs(distance) / sqrt(spread * (1 + volume.leverage)), freedom))


def usual(volume: Volume, spread: float, freedom: int) -> tuple[int, int]:
    """The volumes of which the two-sided p is at least 5 %: those between which nothing is unusual."""
    width = t_quantile(METHOD.limit_tail, freedom) * sqrt(spread * (1 + volume.leverage)) / 2
    middle = sqrt(volume.expected + _SHIFT)
    low, high = max(0.0, middle - width) ** 2 - _SHIFT, (middle + width) ** 2 - _SHIFT
    return max(0, ceil(low)), floor(high)


def ratio_limits(volume: Volume, spread: float, freedom: int) -> tuple[float, float]:
    """95 % limits of observed / expected, on the log scale."""
    if volume.observed <= 0:
        return 0.0, float("nan")
    variance = spread * (1 / volume.observed + volume.leverage / volume.expected)
    width = t_quantile(METHOD.limit_tail, freedom) * sqrt(variance)
    ratio = volume.observed / volume.expected
    return ratio * exp(-width), ratio * exp(width)


def bursts(volume: Volume, spread: float, freedom: int, level: float, probabilities: tuple[float, ...]) -> list[int]:
    """How many posts more are found with each probability when a two-sided p up to `level` is a finding."""
    scale = sqrt(spread * (1 + volume.leverage)) / 2
    middle = sqrt(volume.expected + _SHIFT)
    needed = (middle + t_quantile(level / 2, freedom) * scale) ** 2
    low = [max(0.0, middle - t_quantile(1 - probability, freedom) * scale) for probability in probabilities]
    return [max(1, ceil(needed - start**2)) for start in low]
