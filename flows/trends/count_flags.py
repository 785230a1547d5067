"""Count flags: classes that trends.signals does not judge, whose count is yet far above what earlier buckets had.

A class whose precision was never measured on real text gives no rate and no signal, but a count that jumps from one to
thirty is worth a look (method, section 9). The test is that of trends.signals for indications, upwards only: predictive
negative binomial, dispersion of the family, Benjamini-Hochberg at q <= 0.05. It has families of its own, so that
nothing here moves a signal: the unmeasured classes are one, the measured ones that have only a weak baseline another.

A weak baseline takes buckets of the phase before where fewer than four of the same phase can be used.
"""

import polars as pl

from flows.headers import schema
from flows.method import METHOD
from flows.trends.judged import Judged
from flows.trends.readings import ALL, Cell, Readings
from flows.trends.rounding import rounded
from flows.trends.signals import baseline_of, compare_counts, judge_counts

FAMILY = "indications"


def find(cells: pl.DataFrame) -> pl.DataFrame:
    """The rows of trends.count_flags (see its header) from those of trends.signal_cells of the indications."""
    unmeasured = set(cells.filter(~pl.col("is_measured"))["subject"].unique())
    readings = Readings(cells)
    flagged: dict[Cell, set[int]] = {}
    rows: list[tuple[object, ...]] = []
    for bucket in range(len(readings.buckets)):
        items = [_prepare(readings, cell, bucket, flagged) for cell in readings.cells(FAMILY)]
        counted = [item for item in items if item.cell.subject in unmeasured]
        weak = [item for item in items if item.cell.subject not in unmeasured and _is_weak(readings, item)]
        for family in (counted, weak):
            judge_counts([item for item in family if item.reason is None])
            for item in family:
                if _is_flag(item):
                    flagged.setdefault(item.cell, set()).add(bucket)
        rows += [_row(readings, item) for item in (*counted, *weak)]
    table = pl.DataFrame(rows, schema=schema("trends.count_flags"), orient="row")
    return rounded(table).sort("first_day", "indication", "platform")


def _prepare(readings: Readings, cell: Cell, bucket: int, flagged: dict[Cell, set[int]]) -> Judged:
    """The counts of a cell and of its baseline, or the reason why there is no comparison."""
    item = Judged(cell, bucket)
    item.observed, item.posts, item.exposure = readings.total(cell, bucket)
    names = readings.platforms if cell.platform == ALL else (cell.platform,)
    reasons = {name: readings.reasons.get((bucket, name), "not_collected") for name in names}
    able = tuple(name for name, reason in reasons.items() if reason is None)
    refusals = (
        (not able, reasons[names[0]]),
        (len(able) < min(METHOD.platforms_together, len(names)), "platform_missing"),
        (cell.subject in readings.of_one_phase, "phase_only"),
        (readings.buckets[bucket].days < METHOD.bucket_days, "bucket_too_short"),
    )
    item.reason = next((reason for applies, reason in refusals if applies), None)
    if item.reason is None:
        _find_baseline(readings, item, able, flagged)
    return item


def _find_baseline(readings: Readings, item: Judged, able: tuple[str, ...], flagged: dict[Cell, set[int]]) -> None:
    """The buckets of the same phase or, where they are too few, those of the phase before too."""
    least = METHOD.baseline_least
    for is_weak in (False, True):
        places = {name: readings.comparable((name,), item.bucket, METHOD.bucket_days, is_weak=is_weak) for name in able}
        item.platforms = tuple(name for name in able if len(places[name]) >= least)
        if len(item.platforms) < min(METHOD.platforms_together, len(able)):
            continue
        item.baseline = baseline_of(readings, item, flagged, is_weak=is_weak)
        if len(item.baseline) >= least:
            compare_counts(readings, item)
            return
    item.reason, item.baseline = "no_baseline", []


def _is_weak(readings: Readings, item: Judged) -> bool:
    return any(readings.buckets[place].phase != readings.buckets[item.bucket].phase for place in item.baseline)


def _is_flag(item: Judged) -> bool:
    return item.is_signal and (item.observed or 0.0) > item.expected


def _row(readings: Readings, item: Judged) -> tuple[object, ...]:
    bucket = readings.buckets[item.bucket]
    return (
        bucket.week,
        bucket.phase,
        item.cell.platform,
        item.cell.subject,
        bucket.first_day,
        bucket.days,
        *item.counts,
        *item.usual_limits,
        item.p,
        item.q,
        _is_flag(item),
        _is_weak(readings, item),
        item.reason,
        [readings.buckets[place].week for place in item.baseline],
        len(item.baseline),
        item.dispersion,
        item.tests,
    )
