"""How far net sentiment by labels is from what people say, measured on real texts, and an interval that allows for it.

Where coders said the sentiment of drawn posts, the estimate from their reviews stands beside it. Elsewhere the interval
is widened on both sides by the largest bias measured on texts held out (method, section 10).
"""

from collections import defaultdict
from typing import NamedTuple

from flows.periods import Bucket
from reports.reading.estimates import net_of
from reports.reading.facts import Facts, Row
from reports.wording.label_quality import rows_of, test_set_text
from reports.wording.words import Words

_SIDES = {"positive": 1, "negative": -1}


def bias_of(facts: Facts) -> tuple[float, Row] | None:
    """The largest bias of net sentiment on real test sets, as a share, with a row of its test set; None: unknown."""
    sets: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(facts, "sentiment"):
        if row["is_real"] and row["posts"] and row["code"] in _SIDES:
            sets[row["test_set_id"]].append(row)
    measured = [(_bias(rows), rows[0]) for rows in sets.values() if len(rows) == len(_SIDES)]
    return max(measured, key=lambda each: (each[0], each[1]["test_set_id"]), default=None)


def _bias(rows: list[Row]) -> float:
    more = sum(_SIDES[row["code"]] * (row["flagged"] - row["positives"]) for row in rows)
    return float(abs(more) / rows[0]["posts"])


class Known(NamedTuple):
    """Limits of net sentiment in points that hold the error of labels, by coders or by the measured bias."""

    low: float
    high: float
    by_coders: bool


def known_of(facts: Facts, bucket: Bucket) -> Known | None:
    """The limits of a bucket: coders' where they said enough, else the widened ones; None where both are unknown."""
    coded, row = net_of(facts, bucket), facts.measure(bucket)
    if coded is not None:
        return Known(100 * coded["low"], 100 * coded["high"], by_coders=True)
    limits = _widened(facts, row)
    return limits and Known(100 * limits[0], 100 * limits[1], by_coders=False)


def direction_text(words: Words, known: Known | None) -> str:
    """Whether more is positive or negative for certain; without limits that hold the error of labels it never is."""
    told = words(f"net_direction_{_direction(known)}")
    is_theirs = known is not None and known.by_coders and _direction(known) != "unsure"
    return words("net_by_coders", direction=told) if is_theirs else told


def _direction(known: Known | None) -> str:
    if known is None or known.low <= 0 <= known.high:
        return "unsure"
    return "up" if known.low > 0 else "down"


def judged_text(facts: Facts, words: Words, bucket: Bucket, verdict: str) -> str:
    """A verdict on net sentiment with whether its direction is certain; the verdict alone where nothing is known."""
    row = facts.measure(bucket)
    if row is None or row["net_low"] is None:
        return verdict
    return words("net_judged", verdict=verdict, direction=direction_text(words, known_of(facts, bucket)))


def error_text(facts: Facts, words: Words, bucket: Bucket) -> str:
    """The limits with the error of labels and what they say of the direction; empty where they are not known."""
    known = known_of(facts, bucket)
    if known is None:
        return ""
    direction = words(f"net_direction_{_direction(known)}")
    if coded := net_of(facts, bucket):
        return words("net_with_error_coders", net=net_text(words, coded), direction=direction)
    return words("net_with_error", interval=words.interval(known.low, known.high, signed=True), direction=direction)


def net_note(facts: Facts, words: Words, bucket: Bucket) -> str:
    """What net sentiment of a bucket is worth: by reviews where there are any, else the widened interval."""
    return reviewed_text(facts, words, bucket) or widened_text(facts, words, facts.measure(bucket))


def reviewed_text(facts: Facts, words: Words, bucket: Bucket) -> str:
    """Net sentiment as coders read it, with its limits; empty where they said too little."""
    row = net_of(facts, bucket)
    if row is None:
        return ""
    direction = words(f"net_direction_{_direction(known_of(facts, bucket))}")
    return words("net_reviewed", net=net_text(words, row), reviewed=words.number(row["reviewed"]), direction=direction)


def net_text(words: Words, row: Row) -> str:
    """`+3,1 (−2,0 s.d. +8,2)` of a row of trends.net_estimates, in points."""
    return words(
        "estimate_value",
        estimate=words.decimal(100 * row["estimate"], signed=True),
        interval=words.interval(100 * row["low"], 100 * row["high"], signed=True),
    )


def widened_text(facts: Facts, words: Words, row: Row | None) -> str:
    """The interval of a row's net sentiment with the measured bias on both sides; empty where one is unknown."""
    bias, limits = bias_of(facts), _widened(facts, row)
    if limits is None or bias is None:
        return ""
    low, high = (100 * end for end in limits)
    return words(
        "net_widened",
        bias=words.decimal(100 * bias[0]),
        test_set=test_set_text(words, bias[1]),
        interval=words.interval(low, high, signed=True),
        direction=direction_text(words, Known(low, high, by_coders=False)),
    )


def _widened(facts: Facts, row: Row | None) -> tuple[float, float] | None:
    """The limits of a row of weekly_platform with the measured bias on both sides, as shares."""
    bias = bias_of(facts)
    if row is None or row["net_low"] is None or bias is None:
        return None
    return max(-1.0, row["net_low"] - bias[0]), min(1.0, row["net_high"] + bias[0])
