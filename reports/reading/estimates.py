"""How many posts of a class there are by the reviews of the office: the rows of trends.estimates of a bucket."""

import polars as pl

from flows.method import METHOD
from flows.periods import Bucket
from reports.reading.facts import Facts, Row
from reports.reading.weeks import main_bucket


def rows_of(facts: Facts, bucket: Bucket) -> list[Row]:
    """A row a class, the largest estimate of those that coders saw first, and those without an estimate last."""
    frame = facts.tables["trends.estimates"].filter(pl.col("week") == str(bucket.week), pl.col("phase") == bucket.phase)
    rows = [_of_the_bucket(row) for row in frame.iter_rows(named=True)]
    return sorted(
        rows,
        key=lambda row: (
            row["reason"] is not None, not is_seen(row), -(row["estimate"] or 0), -row["flagged"], _code(row)
        ),
    )  # fmt: skip


def is_seen(row: Row) -> bool:
    """Whether coders confirmed any post of the class in the bucket itself, of those flagged or of those drawn."""
    return bool(row["confirmed"] or row["missed"])


def _of_the_bucket(row: Row) -> Row:
    """The row, without an estimate where nobody looked at the bucket: that is what other weeks let expect of it."""
    if row["reason"] is not None or row["reviewed"] or row["sampled"]:
        return row
    return {**row, **dict.fromkeys(("estimate", "low", "high")), "reason": "not_reviewed"}


def reviewed_bucket(facts: Facts) -> Bucket:
    """The bucket whose estimates are told: that which stands for the week, or else the latest before that has any.

    The sheet of a week goes out with its report, so that what two people said of it is known a week later.
    """
    week = facts.edition.week
    weeks = [week, *(week.shift(-back) for back in range(1, METHOD.estimate_weeks))]
    buckets = [main_bucket(facts, each) for each in weeks]
    return next((bucket for bucket in buckets if _is_estimated(facts, bucket)), buckets[0])


def _is_estimated(facts: Facts, bucket: Bucket) -> bool:
    return any(row["reason"] is None for row in rows_of(facts, bucket))


def is_earlier(facts: Facts) -> bool:
    """Whether the estimates that are told are those of an earlier week than the report's."""
    return reviewed_bucket(facts).week != facts.edition.week


def estimated(facts: Facts) -> list[Row]:
    """The classes of `reviewed_bucket` of which an estimate is known."""
    return [row for row in rows_of(facts, reviewed_bucket(facts)) if row["reason"] is None]


def reasons(facts: Facts) -> list[str]:
    """Why classes of that bucket have no estimate, the most frequent reason first."""
    given = [row["reason"] for row in rows_of(facts, main_bucket(facts, facts.edition.week)) if row["reason"]]
    return sorted(set(given), key=lambda reason: (-given.count(reason), reason))


def net_of(facts: Facts, bucket: Bucket) -> Row | None:
    """Net sentiment of a bucket as coders read it, from trends.net_estimates; None where it is not known."""
    frame = facts.tables["trends.net_estimates"].filter(
        pl.col("week") == str(bucket.week), pl.col("phase") == bucket.phase, pl.col("reason").is_null()
    )
    return next(frame.iter_rows(named=True), None)


def _code(row: Row) -> str:
    return str(row["indication"])
