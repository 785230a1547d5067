"""Whether a figure is as usual: by its test where there is one, and by where it lies among the compared weeks."""

from typing import NamedTuple

from flows.periods import Bucket
from reports.reading.facts import Row
from reports.reading.outcomes import Trends, copies_of
from reports.reading.weeks import Value, main_bucket


class Usual(NamedTuple):
    """The verdict on a figure (the word `judged_<name>`), the reason where nothing was tested, and its usual range."""

    verdict: str
    reason: str
    span: tuple[float, float] | None


def usual_of(trends: Trends, bucket: Bucket, value: Value, rows: list[Row]) -> Usual:
    """The verdict on a value of a bucket by the tested cells that speak of it, the first that found a change first.

    The range is from the least to the greatest of the buckets that the first cell was compared with.
    """
    span = _span(trends, bucket, value, rows)
    found = next((row for row in rows if row.get("signal") or row.get("flag")), None)
    if found is not None:
        return Usual("down" if found.get("direction") == "down" else "up", "", span)
    tested = [row for row in rows if row["reason"] is None]
    if not tested:
        return Usual("untested", rows[0]["reason"] if rows else "none", span)
    now = value(bucket)
    if now is None or span is None or span[0] <= now <= span[1]:
        return Usual("usual", "", span)
    return Usual("above" if now > span[1] else "below", "", span)


def _span(trends: Trends, bucket: Bucket, value: Value, rows: list[Row]) -> tuple[float, float] | None:
    weeks: list[str] = next((row["baseline_weeks"] for row in rows if row["baseline_weeks"]), [])
    facts = trends.facts
    known = []
    for name in weeks:
        week = bucket.week.parse(name)
        same = [each for each in facts.edition.election.buckets(week) if each.phase == bucket.phase]
        seen = value(same[0] if same else main_bucket(facts, week))
        if seen is not None:
            known.append(seen)
    return (min(known), max(known)) if known else None


def net_without_copies(trends: Trends, bucket: Bucket) -> float | None:
    """Net sentiment in percentage points with every text counted once; none where copies are few.

    The tests count a text once, so a figure with copies would move where the tests see nothing.
    """
    rows = {name: trends.row(bucket, "sentiment", name) for name in ("positive", "negative")}
    if not all(rows.values()) or not any(copies_of(row) for row in rows.values() if row):
        return None
    positive, negative = (rows[name] or {} for name in ("positive", "negative"))
    exposure = positive["exposure"]
    return 100 * (positive["observed"] - negative["observed"]) / exposure if exposure else None
