"""The rows of trends.signal_cells as arrays: what was first read of every cell, bucket by bucket."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from flows.method import FAMILIES
from flows.trends.distributions import Numbers

ALL = "all"
VOLUMES = "volumes"  # the family that is counted by day and source
_WEEKDAYS = 7


class Cell(NamedTuple):
    """What is followed from bucket to bucket; platform `all` stands for the platforms together."""

    family: str
    platform: str
    subject: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one family, platform and subject, a value a bucket; NaN where nothing was collected."""

    observed: Numbers
    posts: Numbers
    exposure: Numbers


@dataclass(frozen=True, slots=True)
class Days:
    """Of one platform, a value a bucket, source and weekday; `shares` of the planned collections that succeeded."""

    observed: Numbers
    posts: Numbers
    shares: Numbers


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket of the calendar."""

    week: str
    phase: str
    first_day: date
    days: int


class Readings:
    """Everything the signals and slopes need, by bucket, platform and cell."""

    def __init__(self, cells: pl.DataFrame) -> None:
        spine = cells.select("bucket", "week", "phase", "days").unique().sort("bucket")
        self.buckets = [Bucket(week, phase, day, days) for day, week, phase, days in spine.iter_rows()]
        self.position = {bucket.first_day: number for number, bucket in enumerate(self.buckets)}
        self.platforms: tuple[str, ...] = tuple(sorted(cells["platform"].unique()))
        states = cells.select("bucket", "platform", "reason", "series").unique()
        self.reasons: dict[tuple[int, str], str | None] = {}
        self.series: dict[tuple[int, str], str] = {}
        for day, platform, reason, series in states.iter_rows():
            self.reasons[self.position[day], platform] = reason
            self.series[self.position[day], platform] = series
        self.unmeasured = set(cells.filter(~pl.col("is_measured"))["subject"].unique())
        self.of_one_phase = set(cells.filter(pl.col("only_in_phase").is_not_null())["subject"].unique())
        self._comparable: dict[tuple[tuple[str, ...], int, int, bool], list[int]] = {}
        self.counts: dict[Cell, Counts] = {}
        self.days: dict[str, Days] = {}
        for (family, platform), group in cells.group_by("family", "platform"):
            if family == VOLUMES:
                self.days[str(platform)] = self._days(group)
            else:
                for (subject,), rows in group.group_by("subject"):
                    self.counts[Cell(str(family), str(platform), str(subject))] = self._counts(rows)

    def _counts(self, rows: pl.DataFrame) -> Counts:
        places = [self.position[day] for day in rows["bucket"]]
        return Counts(*(self._spread(places, rows[name]) for name in ("observed", "posts", "exposure")))

    def _spread(self, places: list[int], values: pl.Series) -> Numbers:
        spread = np.full(len(self.buckets), np.nan)
        spread[places] = values.cast(pl.Float64).to_numpy()
        return spread

    def _days(self, rows: pl.DataFrame) -> Days:
        sources = {source: number for number, source in enumerate(sorted(rows["subject"].unique()))}
        places: Any = (
            [self.position[day] for day in rows["bucket"]],
            [sources[source] for source in rows["subject"]],
            (rows["day"].dt.weekday() - 1).to_list(),
        )
        shape = (len(self.buckets), len(sources), _WEEKDAYS)
        tables = [np.zeros(shape) for _ in range(3)]
        for table, name in zip(tables, ("observed", "posts", "exposure"), strict=True):
            table[places] = rows[name].cast(pl.Float64).fill_null(0).to_numpy()
        return Days(*tables)

    def cells(self, family: str) -> list[Cell]:
        """The cells of a family: each subject on each platform, then on all platforms together."""
        subjects = sorted({cell.subject for cell in self.counts if cell.family == family})
        if family == VOLUMES and self.days:
            subjects = list(FAMILIES[VOLUMES].named_subjects)
        return [Cell(family, platform, subject) for platform in (*self.platforms, ALL) for subject in subjects]

    def comparable(self, platforms: tuple[str, ...], bucket: int, shortest: int, *, is_weak: bool = False) -> list[int]:
        """Earlier buckets of the same phase and series that may be compared on all these platforms, in time order.

        A weak baseline takes those of the phase before as well.
        """
        known = self._comparable.get((platforms, bucket, shortest, is_weak))
        if known is not None:
            return known
        phases = {self.buckets[bucket].phase} | ({self._phase_before(bucket)} if is_weak else set())
        places = [
            earlier
            for earlier in range(bucket)
            if self.buckets[earlier].phase in phases
            and self.buckets[earlier].days >= shortest
            and all(
                self.reasons.get((earlier, name), "") is None
                and self.series[earlier, name] == self.series[bucket, name]
                for name in platforms
            )
        ]
        self._comparable[platforms, bucket, shortest, is_weak] = places
        return places

    def _phase_before(self, bucket: int) -> str | None:
        """The phase that was before that of a bucket; None where there is none."""
        phases = [each.phase for each in self.buckets[:bucket]]
        return next((phase for phase in reversed(phases) if phase != self.buckets[bucket].phase), None)

    def total(self, cell: Cell, bucket: int) -> tuple[float | None, float | None, float | None]:
        """Units, posts and exposure of a cell in a bucket; None where nothing was collected."""
        names = self.platforms if cell.platform == ALL else (cell.platform,)
        totals = [self._at(cell, name, bucket) for name in names]
        seen = [values for values in totals if not np.isnan(values[0])]
        if not seen:
            return None, None, None
        units, posts, exposure = np.sum(np.array(seen), axis=0)
        return float(units), float(posts), float(exposure)

    def _at(self, cell: Cell, platform: str, bucket: int) -> tuple[float, float, float]:
        if cell.family == VOLUMES:
            if self.reasons.get((bucket, platform), "") == "not_collected":
                return np.nan, np.nan, np.nan
            days = self.days[platform]
            return float(days.observed[bucket].sum()), float(days.posts[bucket].sum()), float(days.shares[bucket].sum())
        counts = self.counts[Cell(cell.family, platform, cell.subject)]
        return float(counts.observed[bucket]), float(counts.posts[bucket]), float(counts.exposure[bucket])
