"""A week beside earlier ones: the bucket that stands for each, and the same measure in all of them."""

from collections.abc import Callable
from functools import cache
from typing import Any

from flows.periods import Bucket, Week
from reports.reading.facts import Facts, Row

Value = Callable[[Bucket], float | None]


def main_bucket(facts: Facts, week: Week) -> Bucket:
    """The bucket that stands for a week: the longest that brought posts, the earlier of two."""
    buckets = facts.edition.election.buckets(week)
    seen = [bucket for bucket in buckets if (row := facts.measure(bucket)) and row["posts"]]
    return max(seen or buckets, key=lambda bucket: (bucket.days, -bucket.first_day.toordinal()))


def weeks_before(facts: Facts, count: int) -> list[Week]:
    """The latest weeks before that of the edition that brought posts, the latest first."""
    week = facts.edition.week
    earlier = [week.shift(-back) for back in range(1, count + 1)]
    return [each for each in earlier if (row := facts.measure(main_bucket(facts, each))) and row["posts"]]


def measure_of(facts: Facts, column: str, scale: float = 1.0) -> Value:
    """A column of weekly_platform of all platforms together, by bucket; none where the bucket was not seen."""

    def value(bucket: Bucket) -> float | None:
        row = facts.measure(bucket)
        return None if row is None or row[column] is None else float(row[column]) * scale

    return value


def subject_of(facts: Facts, table: str, code: str, column: str, scale: float = 1.0) -> Value:
    """A column of one subject of a table of all platforms together; 0 where the bucket was seen without it."""
    rows = subjects(facts, table)

    def value(bucket: Bucket) -> float | None:
        row = rows(bucket).get(code)
        if row is None or row[column] is None:
            measure = facts.measure(bucket)
            return 0.0 if row is None and measure and measure["posts"] else None
        return float(row[column]) * scale

    return value


def subjects(facts: Facts, table: str) -> Callable[[Bucket], dict[str, Row]]:
    """The rows of a table of all platforms together by their subject, for any bucket."""
    frame = facts.tables[f"trends.weekly_{table}"]
    grouped: dict[tuple[str, str], dict[str, Any]] = {}
    for row in frame.filter(frame["platform"] == "all").iter_rows(named=True):
        grouped.setdefault((row["week"], row["phase"]), {})[str(row[table])] = row

    @cache
    def rows(bucket: Bucket) -> dict[str, Row]:
        return grouped.get((str(bucket.week), bucket.phase), {})

    return rows
