"""What a week's tables say, read once: buckets, measures, coverage, gaps and the bucket each one is compared with.

Nothing here is counted anew: values come from the tables, only sums over the buckets of a week are taken, and only of
things that add up (posts, labelled, detected, sentiment classes; never authors).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple

import polars as pl

from flows.method import METHOD
from flows.periods import Bucket
from reports.edition import PLATFORM_ORDER, Edition, Tables
from reports.reading.volumes import daily

PLATFORMS = PLATFORM_ORDER[1:]
Row = dict[str, Any]


class Collected(NamedTuple):
    """Collection of one platform over some days; coverage is NULL when nothing was planned."""

    planned: int
    attempted: int
    succeeded: int

    @property
    def coverage(self) -> float | None:
        """succeeded / planned."""
        return self.succeeded / self.planned if self.planned else None


class Gap(NamedTuple):
    """Consecutive days on which a platform was collected not at all, in part, or without a plan."""

    platform: str
    first_day: date
    last_day: date
    status: str
    reason: str


class Check(NamedTuple):
    """One verdict of a quality check; `detail` says what a breach most likely means."""

    gate: str
    name: str
    description: str
    severity: str
    verdict: str
    observed: str
    detail: str

    @property
    def is_breach(self) -> bool:
        """Whether the check failed or could not be evaluated."""
        return self.verdict in {"failed", "crashed"}


def day_status(coverage: pl.DataFrame) -> dict[tuple[str, date], tuple[str, str]]:
    """Status and reason of each platform and day over its sources.

    Where any source had a plan the sums of planned and succeeded decide; where none had, posts make the day unknown and
    no posts make it not collected. The reason is empty for an observed day.
    """
    sums = coverage.group_by("platform", "day").agg(
        pl.col("planned", "succeeded", "posts").sum(), pl.col("reason").drop_nulls().unique().sort().str.join(", ")
    )
    result = {}
    for row in sums.sort("platform", "day").iter_rows(named=True):
        planned, succeeded, posts = (int(row[name] or 0) for name in ("planned", "succeeded", "posts"))
        if planned and succeeded >= planned:
            status = "observed"
        elif planned:
            status = "partial" if succeeded or posts else "not_collected"
        else:
            status = "unknown" if posts else "not_collected"
        result[row["platform"], row["day"]] = (status, "" if status == "observed" else row["reason"] or "")
    return result


@dataclass(frozen=True)
class Facts:
    """The tables of an edition with the questions the reports ask of them."""

    edition: Edition
    tables: Tables

    @cached_property
    def buckets(self) -> list[Bucket]:
        """The buckets of the week, in time order."""
        return self.edition.election.buckets(self.edition.week)

    @cached_property
    def volumes(self) -> pl.DataFrame:
        """The rows of weekly_platform with `per_day`, posts over the days that were collected."""
        return daily(self.tables["trends.weekly_platform"], self.day_status)

    @cached_property
    def measures(self) -> dict[tuple[str, str, str], Row]:
        """The rows of `volumes` by week, phase and platform."""
        rows = self.volumes.iter_rows(named=True)
        return {(row["week"], row["phase"], row["platform"]): row for row in rows}

    def measure(self, bucket: Bucket, platform: str = "all") -> Row | None:
        """The row of weekly_platform for a bucket, None when the table has none."""
        return self.measures.get((str(bucket.week), bucket.phase, platform))

    @cached_property
    def platforms(self) -> list[str]:
        """Platforms with a post, a plan or a gap in this week."""
        days = self.edition.week
        seen = set(
            self.tables["core.coverage"].filter(pl.col("day").is_between(days.first_day, days.last_day))["platform"]
        )
        for bucket in self.buckets:
            seen |= {name for name in PLATFORMS if (row := self.measure(bucket, name)) and row["posts"]}
        return [name for name in PLATFORMS if name in seen]

    def total(self, column: str) -> int:
        """The sum of an additive count of platform `all` over the buckets of the week."""
        rows = [self.measure(bucket) for bucket in self.buckets]
        return sum(int(row[column] or 0) for row in rows if row)

    def posts_of(self, platform: str) -> int:
        """Posts of one platform in the week."""
        rows = [self.measure(bucket, platform) for bucket in self.buckets]
        return sum(int(row["posts"] or 0) for row in rows if row)

    def collected(self, platform: str, first_day: date, last_day: date) -> Collected:
        """Planned, attempted and succeeded query-days of a platform (or `all`) from the collection log."""
        frame = self.tables["core.coverage"].filter(pl.col("day").is_between(first_day, last_day))
        if platform != "all":
            frame = frame.filter(pl.col("platform") == platform)
        sums = frame.select(pl.col("planned", "attempted", "succeeded").sum()).row(0)
        return Collected(*(int(value or 0) for value in sums))

    def coverage_of(self, platform: str) -> float | None:
        """Coverage of a platform over the whole week; None when no plan was declared."""
        return self.collected(platform, self.edition.week.first_day, self.edition.week.last_day).coverage

    @cached_property
    def coverage(self) -> float | None:
        """Coverage of the week; None when any platform that brought posts had no plan."""
        brought = [name for name in self.platforms if self.posts_of(name)]
        if any(self.coverage_of(name) is None for name in brought):
            return None
        return self.coverage_of("all")

    def records(self, days: int | None = None) -> dict[str, int]:
        """Records, posts, duplicates and rejects of all post files, or of those landed in the days before release."""
        frame = self.tables["core.loads"].filter(pl.col("kind") == "posts")
        if days is not None:
            until = self.edition.as_of.astimezone(UTC)
            landed = pl.col("landed_at").dt.convert_time_zone("UTC")
            frame = frame.filter(landed > until - timedelta(days=days), landed <= until)
        sums = frame.select(pl.col("records", "posts", "duplicates", "rejects").sum())
        return {name: int(value or 0) for name, value in zip(sums.columns, sums.row(0), strict=True)}

    @cached_property
    def restated_until(self) -> datetime | None:
        """When the latest file came in, in local time, if that is after the moment of release.

        Such a week is published again: its numbers are those known now, though it carries its own day.
        """
        latest = self.tables["core.loads"]["landed_at"].max()
        if not isinstance(latest, datetime) or latest <= self.edition.as_of:
            return None
        return latest.astimezone(self.edition.election.zone)

    def is_comparable(self, row: Row | None) -> bool:
        """Whether a bucket was seen well enough to be compared, as `trends.weekly_platform` has it."""
        return row is not None and bool(row["is_comparable"])

    def _earlier(self, bucket: Bucket) -> Bucket | None:
        for earlier in self.edition.election.buckets(bucket.week.shift(-1)):
            if earlier.phase == bucket.phase and earlier.days >= METHOD.bucket_days:
                return earlier
        return None

    def previous(self, bucket: Bucket) -> Bucket | None:
        """The bucket of the same phase in the week before; None when it is short or either was not seen enough."""
        earlier = self._earlier(bucket)
        both = [self.measure(each) for each in (bucket, earlier) if each]
        return earlier if all(self.is_comparable(row) for row in both) else None

    def not_compared(self, bucket: Bucket) -> str:
        """Why a bucket is not compared with the one before it, though there is one; empty when it is, or is the first.

        The reason of this bucket, else of the earlier one, as `trends.weekly_platform` has it.
        """
        earlier = self._earlier(bucket)
        rows = [row for each in (bucket, earlier) if each and (row := self.measure(each)) and row["posts"]]
        if len(rows) < 2 or self.previous(bucket):
            return ""
        return next(str(row["reason"]) for row in rows if not self.is_comparable(row))

    @cached_property
    def gaps(self) -> list[Gap]:
        """Days of the week that were not fully collected, joined into spells, by platform.

        A day before the release of which the coverage table knows nothing is one too, where it knows the platform.
        """
        return self.gaps_on(self.edition.week.days)

    def gaps_on(self, asked: Sequence[date]) -> list[Gap]:
        """The same of some days, in time order."""
        days = [day for day in asked if day < self.edition.local.date()]
        spells: list[Gap] = []
        for platform, day in product(sorted({name for name, day in self.day_status if day in days}), days):
            status, reason = self.day_status.get((platform, day), ("not_collected", "no record"))
            if status == "observed":
                continue
            gap = Gap(platform, day, day, status, reason)
            last = spells[-1] if spells else None
            if last and last._replace(first_day=day, last_day=day) == gap and (day - last.last_day).days == 1:
                spells[-1] = last._replace(last_day=day)
            else:
                spells.append(gap)
        return sorted(spells, key=lambda gap: (PLATFORM_ORDER.index(gap.platform), gap.first_day))

    @cached_property
    def day_status(self) -> dict[tuple[str, date], tuple[str, str]]:
        """Status and reason of every platform and day of the coverage table."""
        return day_status(self.tables["core.coverage"])

    @cached_property
    def checks(self) -> list[Check]:
        """Every verdict, failed ones first within their gate."""
        order = {"crashed": 0, "failed": 1, "passed": 2, "not_applicable": 3}
        columns = ("gate", "name", "description", "severity", "verdict", "observed", "detail")
        checks = [
            Check(*("" if value is None else str(value) for value in row))
            for row in self.tables["core.checks"].select(columns).iter_rows()
        ]
        return sorted(checks, key=lambda check: (order.get(check.verdict, 4), check.name))

    @cached_property
    def measured(self) -> frozenset[str]:
        """Codes of indications whose precision was measured on real text."""
        seed = self.tables["seeds.indications"]
        flags = zip(seed["code"], seed["is_measured"], strict=True)
        return frozenset(code for code, flag in flags if str(flag).lower() == "true")

    @property
    def warnings(self) -> list[Check]:
        """The checks that were breached, without those that are only recorded."""
        return [check for check in self.checks if check.is_breach and check.severity != "info"]

    def _by_key(self, table: str, key: str) -> dict[tuple[str, str], int | None]:
        frame = self.tables[table].filter(pl.col("platform") == "all", pl.col("week") == str(self.edition.week))
        return {(row["phase"], str(row[key])): row["posts"] for row in frame.iter_rows(named=True)}

    def _counts(self, by_key: dict[tuple[str, str], int | None], code: str) -> list[int | None]:
        return [by_key.get((bucket.phase, code)) for bucket in self.buckets]

    @cached_property
    def detected_by_indication(self) -> list[tuple[str, list[int | None]]]:
        """Detected posts of each indication per bucket (platform `all`, None: not known); most first, then by code."""
        by_key = self._by_key("trends.weekly_indication", "indication")
        codes = dict.fromkeys([*self.tables["seeds.indications"]["code"], *sorted(code for _, code in by_key)])
        counts = [(code, self._counts(by_key, code)) for code in codes]
        return sorted(counts, key=lambda item: (-sum(count or 0 for count in item[1]), item[0]))

    @cached_property
    def only_in_phase(self) -> dict[str, str]:
        """The one phase of the classes of indications that exist in no other, where there is no number, not even 0."""
        seed = self.tables["seeds.indications"].drop_nulls("only_in_phase")
        return dict(zip(seed["code"], seed["only_in_phase"], strict=True))

    def detected_in(self, bucket: Bucket) -> dict[str, int]:
        """Detected posts of each indication in any bucket (platform `all`), most first in the edition's week."""
        frame = self.tables["trends.weekly_indication"]
        rows = frame.filter(
            pl.col("week") == str(bucket.week), pl.col("phase") == bucket.phase, pl.col("platform") == "all"
        )
        counts = dict(zip(rows["indication"], rows["detected"], strict=True))
        return {code: int(counts.get(code) or 0) for code, _ in self.detected_by_indication}

    @cached_property
    def posts_by_district(self) -> list[tuple[str, list[int | None]]]:
        """Posts that name a kecamatan, per bucket (platform `all`), in the order of the places seed; unknown last."""
        by_key = self._by_key("trends.weekly_district", "district")
        present = {code for _, code in by_key}
        seed = dict.fromkeys(str(code) for code in self.tables["seeds.places"]["code"])
        codes = [code for code in seed if code in present] + sorted(present - set(seed))
        return [(code, self._counts(by_key, code)) for code in codes]

    def label(self, seed: str, code: str) -> str:
        """The reader's word for a code of a seed (topics, indications, places); the code where the seed has none."""
        return self._labels.get((seed, code), code)

    @cached_property
    def _labels(self) -> dict[tuple[str, str], str]:
        column = f"label_{self.edition.lang}"
        labels = {
            (seed, str(row["code"])): str(row[column])
            for seed in ("topics", "indications")
            for row in self.tables[f"seeds.{seed}"].iter_rows(named=True)
        }
        for row in self.tables["seeds.places"].iter_rows(named=True):
            labels.setdefault(("places", str(row["code"])), str(row["name"]))  # the first name of a code is its own
        return labels
