"""Whether a figure is as usual, by its test alone, and the usual range of that test in the unit of the figure.

One range is meant wherever a reader meets it: `usual_low` and `usual_high` of trends.signals or trends.count_flags.
"""

from collections.abc import Sequence
from typing import NamedTuple

from flows.periods import Bucket
from reports.reading.facts import Row
from reports.reading.outcomes import Trends, copies_of, usual_limits

Span = tuple[float, float]
_OTHER_WAY = {"up": "down", "down": "up", "above": "below", "below": "above"}


class Usual(NamedTuple):
    """The verdict on a figure (the word `judged_<name>`), the reason where nothing was tested, and its usual range.

    `platforms` are those that alone show the change, where all together do not.
    """

    verdict: str
    reason: str
    span: Span | None
    platforms: tuple[str, ...] = ()


def usual_of(trends: Trends, rows: Sequence[Row], span: Span | None) -> Usual:
    """The verdict by the tested cells that speak of a figure, a change that is told first; `span` is its usual range.

    The rows are of trends.signals or trends.count_flags, of one bucket and all platforms together.
    """
    changed = [row for row in rows if row.get("signal") or row.get("flag")]
    told = [row for row in changed if _is_told(trends, row)]
    if told:
        return Usual(_way(told[0], "down" if told[0].get("direction") == "down" else "up"), "", span)
    for row in rows:
        for signal in trends.told:
            if _cell(row) == (signal.bucket.phase, signal.family, signal.subject):
                way = _way(row, str(signal.row["direction"]))
                return Usual(way, "", span, (signal.platform, *signal.also))
    if changed:
        return Usual("few", "", span)
    tested = [row for row in rows if row["reason"] is None]
    if not tested:
        nearest = next((row for row in rows if usual_limits(row)), rows[0] if rows else {"reason": "none"})
        return Usual("untested", nearest["reason"], span)  # of several tests why the one with a range was none
    return Usual(next((way for row in tested if (way := _outside(row))), "usual"), "", span)


def _outside(row: Row) -> str:
    """`above` or `below` where a count lies outside its usual range, which may be chance: many are tested."""
    limits = usual_limits(row)
    if limits is None or row["observed"] is None or limits[0] <= row["observed"] <= limits[1]:
        return ""
    return _way(row, "above" if row["observed"] > limits[1] else "below")


def _cell(row: Row) -> tuple[str, str, str]:
    return row["phase"], row.get("family", "indications"), row.get("subject") or row["indication"]


def _is_told(trends: Trends, row: Row) -> bool:
    return trends.is_told(*_cell(row))


def _way(row: Row, way: str) -> str:
    """The way of the figure: more negative posts are less net sentiment."""
    return _OTHER_WAY[way] if row.get("family") == "sentiment" and row["subject"] == "negative" else way


def scaled(row: Row, shown: float | None, counted: float | None) -> Span | None:
    """The usual range of a tested cell in the unit in which `counted` of it are `shown`."""
    limits = usual_limits(row)
    if limits is None or shown is None or not counted:
        return None
    return limits[0] * shown / counted, limits[1] * shown / counted


def net_span(trends: Trends, bucket: Bucket) -> Span | None:
    """The usual range of net sentiment in percentage points, from those of its two shares.

    It is left only where one of the two is outside its own, so it holds at least as many such buckets as they do.
    """
    negative, positive = (trends.row(bucket, "sentiment", name) for name in ("negative", "positive"))
    if negative is None or positive is None or not positive["exposure"]:
        return None
    less, more = usual_limits(negative), usual_limits(positive)
    if less is None or more is None:
        return None
    return _per_cent(more[0] - less[1], positive["exposure"]), _per_cent(more[1] - less[0], positive["exposure"])


def net_without_copies(trends: Trends, bucket: Bucket) -> float | None:
    """Net sentiment in percentage points with every text counted once; none where copies are few.

    The tests count a text once, so a figure with copies would move where the tests see nothing.
    """
    rows = {name: trends.row(bucket, "sentiment", name) for name in ("positive", "negative")}
    if not all(rows.values()) or not any(copies_of(row) for row in rows.values() if row):
        return None
    positive, negative = (rows[name] or {} for name in ("positive", "negative"))
    exposure = positive["exposure"]
    return _per_cent(positive["observed"] - negative["observed"], exposure) if exposure else None


def share_without_copies(row: Row) -> float | None:
    """The same of a tested share, in per cent of the distinct texts."""
    return _per_cent(row["observed"], row["exposure"]) if copies_of(row) and row["exposure"] else None


def _per_cent(part: float, whole: float) -> float:
    return 100 * part / whole
