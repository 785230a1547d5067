"""How far net sentiment by labels is from what people say, measured on real texts, and an interval that allows for it.

Where coders said the sentiment of drawn posts, the estimate from their reviews stands beside it. Elsewhere the interval
is widened on both sides by the largest bias measured on texts held out (method, section 10).
"""

from collections import defaultdict

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


def net_note(facts: Facts, words: Words, bucket: Bucket) -> str:
    """What net sentiment of a bucket is worth: by reviews where there are any, else the widened interval."""
    return reviewed_text(facts, words, bucket) or widened_text(facts, words, facts.measure(bucket))


def reviewed_text(facts: Facts, words: Words, bucket: Bucket) -> str:
    """Net sentiment as coders read it, with its limits; empty where they said too little."""
    row = net_of(facts, bucket)
    if row is None:
        return ""
    return words("net_reviewed", net=net_text(words, row), reviewed=words.number(row["reviewed"]))


def net_text(words: Words, row: Row) -> str:
    """`+3,1 (−2,0 s.d. +8,2)` of a row of trends.net_estimates, in points."""
    return words(
        "estimate_value",
        estimate=words.decimal(100 * row["estimate"], signed=True),
        interval=words.interval(100 * row["low"], 100 * row["high"], signed=True),
    )


def widened_text(facts: Facts, words: Words, row: Row | None) -> str:
    """The interval of a row's net sentiment with the measured bias on both sides; empty where one is unknown."""
    bias = bias_of(facts)
    if row is None or row["net_low"] is None or bias is None:
        return ""
    low, high = max(-1.0, row["net_low"] - bias[0]), min(1.0, row["net_high"] + bias[0])
    return words(
        "net_widened",
        bias=words.decimal(100 * bias[0]),
        test_set=test_set_text(words, bias[1]),
        interval=words.interval(100 * low, 100 * high, signed=True),
    )
