"""Signals: which counts of a bucket are not what its earlier buckets let expect, and why others could not be judged.

Buckets are judged in time order, because the baseline of a bucket leaves out earlier ones in which the same cell was a
signal. Everything is read as first known, so a week's signals stay what they were when later weeks arrive.

indications, districts  predictive negative binomial, the gamma-Poisson of shape baseline + 0.5 and rate baseline
                        exposure (Gelman et al. 2013, section 2.6), its variance times the family's dispersion
sentiment, topics       beta-binomial with Jeffreys' prior, its variance times the family's dispersion
volumes                 quasi-Poisson regression (flows.trends.volumes)

The dispersion is the family's, the platform's or the class's, of topics by their size (flows.trends.dispersions). A
bucket that the others of its baseline would have called a burst (upper p below 0.001) is left out like an earlier
signal, because the first buckets of a phase are never judged and an old outbreak must not hide the next (Farrington et
al. 1996, J R Stat Soc A 159:547). The p is ordinary, not mid-p; two-sided where more than 5 are expected and upper
below, where a decline cannot be detected. Within each family of a bucket the cells that could never signal are left out
(Tarone 1990, Biometrics 46:515) and the rest is controlled for false discoveries (Benjamini & Hochberg 1995, J R Stat
Soc B 57:289) at the level of the family (seeds.families): q <= 0.05, of sentiment q <= 0.01, because it wanders from
week to week and is read wrongly often enough that more than one week in twenty would signal by chance
(reports/METHOD-CHECKS.md).
"""

from collections.abc import Mapping
from math import fsum

import numpy as np
import polars as pl

from flows.headers import schema
from flows.method import FAMILIES, METHOD
from flows.trends import volumes
from flows.trends.dispersions import dispersions
from flows.trends.distributions import Numbers, Predictive, discovery_rates, rate_ratio_limits, share_ratio_limits
from flows.trends.judged import Judged
from flows.trends.readings import ALL, VOLUMES, Cell, Readings
from flows.trends.rounding import rounded

PRIOR = METHOD.prior_count
PROBABILITIES = (METHOD.burst_50, METHOD.burst_80, METHOD.burst_95)
SHARES = frozenset(name for name, family in FAMILIES.items() if family.is_share)


def find(cells: pl.DataFrame) -> pl.DataFrame:
    """The rows of trends.signals (see its header) from those of trends.signal_cells."""
    readings = Readings(cells)
    signalled: dict[Cell, set[int]] = {}
    judged: list[Judged] = []
    for bucket in range(len(readings.buckets)):
        for family in FAMILIES:
            group = [_prepare(readings, cell, bucket, signalled) for cell in readings.cells(family)]
            (_judge_volumes if family == VOLUMES else judge_counts)([item for item in group if item.reason is None])
            judged += group
            for item in group:
                if item.is_signal:
                    signalled.setdefault(item.cell, set()).add(bucket)
    _limit_rates([item for item in judged if item.p is not None and not _has_own_limits(item)])
    return _table(readings, judged)


# -- what is compared with what ----------------------------------------------------------------------------------------


def _prepare(readings: Readings, cell: Cell, bucket: int, signalled: dict[Cell, set[int]]) -> Judged:
    """The counts of a cell and of its baseline, or the reason why there is no comparison."""
    item = Judged(cell, bucket)
    item.observed, item.posts, item.exposure = readings.total(cell, bucket)
    item.reason, item.platforms = _comparison(readings, cell, bucket)
    if item.reason is None:
        item.baseline = baseline_of(readings, item, signalled)
        if len(item.baseline) < METHOD.baseline_least:
            item.reason, item.baseline = "no_baseline", []
        elif cell.family == VOLUMES:
            _compare_volumes(readings, item)
        else:
            compare_counts(readings, item)
    return item


def _comparison(readings: Readings, cell: Cell, bucket: int) -> tuple[str | None, tuple[str, ...]]:
    """Why a cell cannot be compared, and the platforms it is compared on."""
    names = readings.platforms if cell.platform == ALL else (cell.platform,)
    fewest = min(METHOD.platforms_together, len(names))
    reasons = {name: readings.reasons.get((bucket, name), "not_collected") for name in names}
    able = tuple(name for name, reason in reasons.items() if reason is None)
    refusals = (
        (not able, reasons[names[0]]),
        (len(able) < fewest, "platform_missing"),
        (cell.subject in readings.of_one_phase, "phase_only"),
        (cell.subject in readings.unmeasured, "not_measured"),
        (readings.buckets[bucket].days < METHOD.bucket_days, "bucket_too_short"),
    )
    reason = next((reason for applies, reason in refusals if applies), None)
    if reason is None and cell.platform == ALL:
        earlier = {name: readings.comparable((name,), bucket, METHOD.bucket_days) for name in able}
        able = tuple(name for name in able if len(earlier[name]) >= METHOD.baseline_least)
        reason = "no_baseline" if len(able) < fewest else None
    return reason, able


def baseline_of(
    readings: Readings, item: Judged, discovered: Mapping[Cell, set[int]], *, is_weak: bool = False
) -> list[int]:
    """The earlier buckets that an item is compared with: without its discoveries, and without what was a burst.

    `is_weak` takes buckets of the phase before too.
    """
    names = (*item.platforms, item.cell.platform)
    left_out = set().union(*(discovered.get(item.cell._replace(platform=name), ()) for name in names))
    earlier = readings.comparable(item.platforms, item.bucket, METHOD.bucket_days, is_weak=is_weak)
    return _quiet(readings, item, [place for place in earlier if place not in left_out])


def _quiet(readings: Readings, item: Judged, places: list[int]) -> list[int]:
    """The latest buckets without those that were bursts in the light of the others; only counts are looked at."""
    latest = places[-METHOD.baseline_most :]
    if item.cell.family in SHARES or item.cell.family == VOLUMES or len(latest) <= METHOD.baseline_least:
        return latest
    counts = [readings.counts[item.cell._replace(platform=name)] for name in item.platforms]
    observed = np.sum([each.observed[latest] for each in counts], axis=0)
    exposure = np.sum([each.exposure[latest] for each in counts], axis=0)
    bursts = _bursts(observed, exposure)
    return [place for place, is_burst in zip(latest, bursts, strict=True) if not is_burst]


def _bursts(observed: Numbers, exposure: Numbers) -> list[bool]:
    """Which buckets are far above what the others of them and their own dispersion let expect."""
    others, rest = observed.sum() - observed, exposure.sum() - exposure
    usable = (rest > 0) & (exposure > 0)
    scale = exposure / np.where(usable, rest, 1.0)
    means = (others + PRIOR) * scale
    fitted = np.maximum(exposure * (np.maximum(others, PRIOR) / np.where(usable, rest, 1.0))[:, None], 1e-12)
    distances = (observed - fitted) ** 2 / fitted
    np.fill_diagonal(distances, 0.0)
    variances = np.maximum(1.0, distances.sum(axis=1) / (len(observed) - 2)) * means * (1 + scale)
    bursts = usable & (observed > means + 2 * np.sqrt(variances))  # up to there the tail is far above that p
    for number in np.flatnonzero(bursts):
        predictive = Predictive.negative_binomial(float(means[number]), float(variances[number]))
        bursts[number] = predictive.at_least(round(observed[number])) <= METHOD.past_burst_p
    return [bool(is_burst) for is_burst in bursts]


def _compare_volumes(readings: Readings, item: Judged) -> None:
    places = [*item.baseline, item.bucket]
    by_platform = [readings.days[name] for name in item.platforms]
    times = np.array([readings.buckets[place].first_day.toordinal() / 7 for place in places])
    counts = np.concatenate([days.observed[places] for days in by_platform], axis=1)
    shares = np.concatenate([days.shares[places] for days in by_platform], axis=1)
    item.volume = volumes.expect(counts, shares, times)
    if item.volume is None:
        item.reason, item.baseline = "no_exposure", []
        return
    item.observed, item.expected = item.volume.observed, item.volume.expected
    item.earlier, item.exposure = item.volume.baseline, item.volume.exposure
    item.earlier_exposure = item.volume.baseline_exposure
    item.posts = fsum(float(days.posts[item.bucket].sum()) for days in by_platform)


def compare_counts(readings: Readings, item: Judged) -> None:
    counts = [readings.counts[item.cell._replace(platform=name)] for name in item.platforms]
    places = item.baseline
    earlier = np.array([each.observed[places].sum() for each in counts])
    before = np.array([each.exposure[places].sum() for each in counts])
    now = np.array([each.exposure[item.bucket] for each in counts])
    if np.any(before <= 0) or now.sum() <= 0:
        item.reason, item.baseline = "no_exposure", []
        return
    item.observed = fsum(each.observed[item.bucket] for each in counts)
    item.posts = fsum(each.posts[item.bucket] for each in counts)
    item.exposure, item.earlier, item.earlier_exposure = fsum(now), fsum(earlier), fsum(before)
    item.expected = fsum(earlier / before * now)
    if item.earlier == 0:
        return
    share = item.earlier / item.earlier_exposure
    fitted = np.sum([each.exposure[places] * rate for each, rate in zip(counts, earlier / before, strict=True)], axis=0)
    kept = fitted > 0
    seen = np.sum([each.observed[places] for each in counts], axis=0)[kept]
    spread = fitted[kept] * (1 - share if item.cell.family in SHARES else 1.0)
    item.pearson = fsum((seen - fitted[kept]) ** 2 / np.maximum(spread, 1e-12))
    item.freedom = int(kept.sum()) - 1


# -- judging a family --------------------------------------------------------------------------------------------------


def judge_counts(group: list[Judged]) -> None:
    """Dispersion, p, usual range, q and power of the cells of one family and bucket that have a baseline."""
    spreads = dispersions(group)
    tested: list[tuple[Judged, Predictive]] = []
    for item in group:
        spread = item.dispersion = spreads[item.cell]
        item.p = _p_value(item, predictive := _predictive(item, item.earlier, spread))
        item.usual = predictive.usual(METHOD.limit_tail)
        if _could_signal(item, spread):
            tested.append((item, predictive))
        else:
            item.reason = "too_rare"
    _discover([item for item, _ in tested])
    for item, predictive in tested:
        spread = spreads[item.cell]
        level = item.level / len(tested) / (2 if item.expected > METHOD.declines_above else 1)
        critical = predictive.critical(level)
        item.bursts = [max(1, critical - predictive.reached(probability)) for probability in PROBABILITIES]
        if _has_own_limits(item):
            item.limits = share_ratio_limits(
                (item.observed or 0.0, item.exposure or 0.0),
                (item.earlier, item.earlier_exposure),
                item.expected,
                spread,
            )


def _predictive(item: Judged, earlier: float, spread: float) -> Predictive:
    """What the next count may be when so many were seen earlier."""
    scale = item.scale if earlier == item.earlier else (item.exposure or 0.0) / item.earlier_exposure
    mean = (earlier + PRIOR) * scale
    if item.cell.family not in SHARES:
        return Predictive.negative_binomial(mean, spread * mean * (1 + scale))
    trials = round(item.exposure or 0.0)
    before = item.earlier_exposure + 2 * PRIOR
    share = min(mean / trials * item.earlier_exposure / before, 1 - 1e-9)
    widening = max(spread * (before + trials) / (before + 1), 1 + 1e-9)
    return Predictive.beta_binomial(trials, share, max((trials - widening) / (widening - 1), 1e-3))


def _p_value(item: Judged, predictive: Predictive) -> float:
    observed = round(item.observed or 0.0)
    upper = predictive.at_least(observed)
    if item.expected <= METHOD.declines_above:
        return upper
    return min(1.0, 2 * min(upper, predictive.at_most(observed)))


def _could_signal(item: Judged, spread: float) -> bool:
    """Whether the sum of both counts, all of it in this bucket or none, could be a signal at all."""
    together = round((item.observed or 0.0) + item.earlier)
    most = min(together, round(item.exposure or 0.0)) if item.cell.family in SHARES else together
    if _predictive(item, 0.0, spread).at_least(most) <= item.level:
        return True
    return item.expected > METHOD.declines_above


def _judge_volumes(group: list[Judged]) -> None:
    compared = [(item, item.volume) for item in group if item.volume is not None]
    if not compared:
        return
    spread, freedom = volumes.dispersion([volume for item, volume in compared if item.cell.platform != ALL])
    for item, volume in compared:
        own, _ = volumes.dispersion([volume])
        item.dispersion = max(spread, own) if item.cell.platform == ALL else spread
        item.p = volumes.p_value(volume, item.dispersion, freedom)
        item.limits = volumes.ratio_limits(volume, item.dispersion, freedom)
        item.usual = volumes.usual(volume, item.dispersion, freedom)
        item.bursts = volumes.bursts(volume, item.dispersion, freedom, item.level / len(compared), PROBABILITIES)
    _discover([item for item, _ in compared])


def _discover(tested: list[Judged]) -> None:
    rates = discovery_rates(np.array([item.p for item in tested], dtype=np.float64))
    for item, rate in zip(tested, rates.tolist(), strict=True):
        item.q, item.tests = rate, len(tested)


# -- intervals and rows ------------------------------------------------------------------------------------------------


def _has_own_limits(item: Judged) -> bool:
    """Whether the limits of the ratio come from the log scale or the regression; those of few posts are exact."""
    is_frequent = (item.observed or 0.0) >= METHOD.exact_ratio_below
    return item.cell.family == VOLUMES or (item.cell.family in SHARES and is_frequent)


def _limit_rates(items: list[Judged]) -> None:
    """Exact limits of the ratio of two rates, all rows at once."""
    if not items:
        return
    low, high = rate_ratio_limits(
        *(
            np.array([getattr(item, name) for item in items], dtype=np.float64)
            for name in ("observed", "earlier", "scale", "dispersion")
        )
    )
    for item, *limits in zip(items, low.tolist(), high.tolist(), strict=True):
        item.limits = (limits[0], limits[1]) if item.expected > 0 else None


def _table(readings: Readings, judged: list[Judged]) -> pl.DataFrame:
    table = pl.DataFrame([_row(readings, item) for item in judged], schema=schema("trends.signals"), orient="row")
    return rounded(table).sort("first_day", "family", "subject", "platform")


def _row(readings: Readings, item: Judged) -> tuple[object, ...]:
    bucket = readings.buckets[item.bucket]
    is_compared = bool(item.baseline)
    ratio = item.observed / item.expected if is_compared and item.observed is not None and item.expected > 0 else None
    has_limits = item.limits is not None and ratio is not None and item.expected >= METHOD.ratio_expected
    low, high = item.limits if item.limits is not None and has_limits else (None, None)
    direction = None if not item.is_signal else "up" if (item.observed or 0.0) > item.expected else "down"
    return (
        bucket.week,
        bucket.phase,
        item.cell.platform,
        item.cell.family,
        item.cell.subject,
        bucket.first_day,
        bucket.days,
        *item.counts,
        *item.usual_limits,
        ratio,
        low,
        None if high is None or not np.isfinite(high) else high,
        item.p,
        item.q,
        item.is_signal,
        direction,
        item.reason,
        [readings.buckets[place].week for place in item.baseline],
        len(item.baseline),
        round(item.earlier) if is_compared else None,
        item.earlier_exposure if is_compared else None,
        item.dispersion,
        item.tests,
        *(item.bursts or (None, None, None)),
    )
