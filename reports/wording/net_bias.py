"""How far net sentiment by labels is from what people say, measured on real texts, and an interval that allows for it.

Nobody in the office reviews sentiment, so the interval is widened on both sides by the largest bias measured on texts
held out (method, section 10).
"""

from collections import defaultdict

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
