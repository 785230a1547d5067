"""The season's direction: Theil-Sen slopes with Mann-Kendall tests that allow for autocorrelation.

Slope        median of the slopes between all pairs of buckets (Theil 1950; Sen 1968, J Am Stat Assoc 63:1379), with
             Sen's limits
Test         Mann-Kendall (Mann 1945; Kendall 1975), its variance corrected for ties and for the autocorrelation of the
             ranks left after taking the slope away (Hamed & Rao 1998, J Hydrol 204:182), never below the uncorrected
Many cells   one family: Benjamini-Hochberg over all cells of a week

Every week is judged with what was first read up to it. Left out: short buckets, buckets that may not be compared, and
those before the last change of keywords or labels. Platform `all` weighs the platforms the same in every bucket.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from math import erfc, sqrt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from flows.headers import schema
from flows.method import FAMILIES, METHOD
from flows.trends.distributions import Numbers, discovery_rates
from flows.trends.readings import ALL, VOLUMES, Cell, Readings
from flows.trends.rounding import significant

_SCALE = {"per_1000": 1000.0}
_DECIMALS = 9  # what differs beyond them is equal: the last bits of a quotient are no rise


@dataclass(frozen=True, slots=True)
class Slope:
    """A slope a unit of time with its 95 % limits, Kendall's tau and the p of no trend."""

    slope: float
    low: float
    high: float
    tau: float
    p: float


def slope_of(times: Numbers, values: Numbers) -> Slope:
    """The direction of a series of at least three values; times in any order-preserving unit, without ties."""
    later, earlier = _pairs(len(values))
    rises = values[later] - values[earlier]
    slopes = np.sort(rises / (times[later] - times[earlier]))
    slope = float(slopes[(len(slopes) - 1) // 2] + slopes[len(slopes) // 2]) / 2
    steady = np.round(values, _DECIMALS)
    score = float(np.sign(steady[later] - steady[earlier]).sum())
    variance = _variance(steady) * _correction(np.round(values - slope * (times - times[0]), _DECIMALS))
    distance = max(0.0, abs(score) - 1) / sqrt(variance) if variance > 0 else 0.0
    reach = METHOD.normal_quantile * sqrt(variance)
    low = max(0, round((len(slopes) - reach) / 2) - 1)
    high = min(len(slopes) - 1, round((len(slopes) + reach) / 2))
    return Slope(slope, float(slopes[low]), float(slopes[high]), score / len(slopes), erfc(distance / sqrt(2)))


@cache
def _pairs(size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    later, earlier = np.tril_indices(size, -1)
    return later, earlier


def _variance(values: Numbers) -> float:
    """Of the Mann-Kendall score, corrected for ties."""
    size = len(values)
    ordered = np.sort(values)
    ties = np.diff(np.flatnonzero(ordered[1:] != ordered[:-1]), prepend=-1, append=size - 1)
    return float(size * (size - 1) * (2 * size + 5) - np.sum(ties * (ties - 1) * (2 * ties + 5))) / 18


def _correction(residuals: Numbers) -> float:
    """By how much autocorrelation widens that variance: only lags beyond chance count, and never below 1."""
    size = len(residuals)
    ranks = _ranks(residuals)
    ranks = ranks - ranks.mean()
    total = float(ranks @ ranks)
    if total == 0:
        return 1.0
    lags = np.arange(1, size - 2)
    correlations = np.correlate(ranks, ranks, "full")[size : size + len(lags)] / total
    weights = (size - lags) * (size - lags - 1) * (size - lags - 2)
    beyond = np.abs(correlations) > METHOD.normal_quantile / sqrt(size)
    widening = float((weights * correlations)[beyond].sum())
    return max(1.0, 1 + 2 * widening / (size * (size - 1) * (size - 2)))


def _ranks(values: Numbers) -> Numbers:
    ordered = np.sort(values)
    middle: Numbers = (np.searchsorted(ordered, values) + np.searchsorted(ordered, values, "right") + 1) / 2
    return middle


def find(cells: pl.DataFrame) -> pl.DataFrame:
    """The rows of trends.slopes (see its header) from those of trends.signal_cells."""
    readings = Readings(cells)
    followed = [cell for family in FAMILIES for cell in readings.cells(family)]
    values = {cell: _values(readings, cell) for cell in followed}
    usable = {cell: _usable(readings, cell, values[cell]) for cell in followed}
    rows: list[dict[str, object]] = []
    for week in dict.fromkeys(bucket.week for bucket in readings.buckets):
        last = max(place for place, bucket in enumerate(readings.buckets) if bucket.week == week)
        group = [
            _row(readings, cell, values[cell], _places(readings, cell, usable[cell], last), week) for cell in followed
        ]
        tested = [row for row in group if "p" in row]
        rates = discovery_rates(np.array([row["p"] for row in tested], dtype=np.float64))
        for row, rate in zip(tested, rates.tolist(), strict=True):
            row["q"] = significant(rate)
            if rate <= METHOD.signal_q:
                row["direction"] = "up" if float(str(row["slope"])) > 0 else "down"
        rows += group
    return pl.DataFrame(rows, schema=schema("trends.slopes")).sort("week", "family", "subject", "platform")


def _row(readings: Readings, cell: Cell, values: Numbers, places: list[int], week: str) -> dict[str, object]:
    row: dict[str, object] = {"week": week, "platform": cell.platform, "family": cell.family, "subject": cell.subject}
    row |= {"unit": FAMILIES[cell.family].unit, "buckets": 0}
    if cell.subject in readings.of_one_phase or cell.subject in readings.unmeasured:
        return row | {"reason": "phase_only" if cell.subject in readings.of_one_phase else "not_measured"}
    row |= {"buckets": len(places), "first_week": readings.buckets[places[0]].week if places else None}
    if len(places) < METHOD.slope_buckets:
        return row | {"reason": "too_few_buckets"}
    times = np.array([readings.buckets[place].first_day.toordinal() / 7 for place in places])
    slope = slope_of(times, values[places])
    numbers = {"slope": slope.slope, "slope_low": slope.low, "slope_high": slope.high, "tau": slope.tau}
    return row | {name: round(value, _DECIMALS) for name, value in numbers.items()} | {"p": significant(slope.p)}


def _usable(readings: Readings, cell: Cell, values: Numbers) -> list[int]:
    """The buckets of a cell that are long enough and comparable, in time order."""
    names = readings.platforms if cell.platform == ALL else (cell.platform,)
    return [
        place
        for place, bucket in enumerate(readings.buckets)
        if bucket.days >= METHOD.bucket_days
        and not np.isnan(values[place])
        and all(readings.reasons.get((place, name), "") is None for name in names)
    ]


def _places(readings: Readings, cell: Cell, usable: list[int], last: int) -> list[int]:
    """The usable buckets of a cell up to `last` that come after the last change of the series."""
    names = readings.platforms if cell.platform == ALL else (cell.platform,)
    good = usable[: bisect_right(usable, last)]
    if not good:
        return []
    series = [tuple(readings.series[place, name] for name in names) for place in good]
    return [place for place, version in zip(good, series, strict=True) if version == series[-1]]


def _values(readings: Readings, cell: Cell) -> Numbers:
    """Of every bucket: posts a day, share or rate; NaN where it has none."""
    names = readings.platforms if cell.platform == ALL else (cell.platform,)
    if cell.family == VOLUMES:
        per_day: Numbers = np.sum([_per_day(readings, name) for name in names], axis=0)
        return per_day
    counts = [readings.counts[cell._replace(platform=name)] for name in names]
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = np.array([each.observed / each.exposure for each in counts])
    rates[~np.isfinite(rates)] = np.nan
    weights = np.array([np.nansum(each.exposure) for each in counts])
    shares = weights / max(weights.sum(), 1e-12)
    result: Numbers = (rates * shares[:, None]).sum(axis=0) * _SCALE.get(FAMILIES[cell.family].unit, 1.0)
    return result


def _per_day(readings: Readings, platform: str) -> Numbers:
    """Units a fully collected day, summed over the sources of a platform."""
    days = readings.days[platform]
    collected = days.shares.sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        rates: Numbers = (days.observed.sum(axis=2) / collected).sum(axis=1)
    rates[~np.isfinite(rates)] = np.nan
    return rates
