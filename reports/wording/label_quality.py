"""How right the labels are, in words: half a sentence after a signal, one sentence in the briefing.

A class that was never measured on real text is named as a review list wherever it stands, never as a count of what
happened; figures from invented texts are printed in the table only, and marked there.
"""

from math import ceil, floor

import polars as pl

from flows.method import METHOD
from reports.reading.facts import Facts, Row
from reports.wording.words import DASH, Words

ANY = "any"  # the row of all indications together
_CASES = {"precision": "flagged", "recall": "positives"}  # the posts that a share is of


def rows_of(facts: Facts, family: str) -> list[Row]:
    """What is known of the classes of a family, `any` last."""
    frame = facts.tables["core.label_quality"].filter(pl.col("family") == family)
    return sorted(frame.iter_rows(named=True), key=lambda row: (row["code"] == ANY, row["code"]))


def test_set_text(words: Words, row: Row) -> str:
    """What a class was measured on: the office's own reviews, or a test set, empty where there is none.

    A test set of indications is rich in them, so that its figures are upper bounds and named so.
    """
    if row["is_own"]:
        return words("label_own", count=words.number(row["own_reviews"]))
    name = str(row[f"test_set_{words.lang}"])
    return words("label_most", test_set=name) if name and row["is_real"] and row["family"] != "sentiment" else name


def is_few(row: Row, *names: str) -> bool:
    """Whether a measured class has too few cases for its shares (all of them, or those named) to say anything."""
    return any((row[_CASES[name]] or 0) < METHOD.measured_cases for name in names or _CASES)


def well_measured(facts: Facts) -> set[str]:
    """The indications whose precision and recall are known, on real texts or by the office, from enough cases."""
    return {row["code"] for row in rows_of(facts, "indications") if _is_measured(row) and not is_few(row)} - {ANY}


def _is_measured(row: Row) -> bool:
    return bool(row["is_measured"] or row["is_own"]) and row["precision"] is not None


def share_text(words: Words, row: Row, name: str) -> str:
    """`62 % (48 s.d. 74)`; that the cases are too few; a dash where nothing was measured."""
    if row[name] is None:
        return DASH
    if is_few(row, name):
        return words("label_few", count=words.number(row[_CASES[name]]))
    return words("label_share", share=words.percent(row[name]), interval=_interval(words, row, name))


def _interval(words: Words, row: Row, name: str) -> str:
    return words.interval(row[f"{name}_low"] * 100, row[f"{name}_high"] * 100, 0)


def class_name(facts: Facts, words: Words, row: Row) -> str:
    """What readers call a class."""
    if row["family"] == "sentiment":
        return words("label_sentiment", name=words(f"column_{row['code']}").lower())
    return words("label_any") if row["code"] == ANY else facts.label("indications", row["code"])


def quality_text(facts: Facts, words: Words, code: str) -> str:
    """The measured precision and recall of a class with the name of its test set, or that they are not at hand."""
    row = next((row for row in rows_of(facts, "indications") if row["code"] == code), None)
    if row is None or not row["is_real"] or row["precision"] is None:
        return words("quality_unknown")
    if is_few(row):
        return words("quality_few")
    return words(
        "quality_known",
        precision=share_text(words, row, "precision"),
        recall=share_text(words, row, "recall"),
        test_set=test_set_text(words, row),
    )


def quality_sentence(facts: Facts, words: Words) -> str:
    """For the briefing: how right each measured class is, which has too few cases, and that others are review lists."""
    rows = [row for row in rows_of(facts, "indications") if row["code"] != ANY]
    measured = [row for row in rows if _is_measured(row)]
    unmeasured = len(rows) - len(measured)
    if not measured:
        return words("brief_quality_none", count=words.number(unmeasured)) if rows else words("brief_quality_unknown")
    named = " ".join(_measured(facts, words, row) for row in sorted(measured, key=is_few))
    tests = list(dict.fromkeys(test_set_text(words, row) for row in measured))
    text = words("brief_quality", classes=named, test_set=words.listed(tests))
    return f"{text} {words('brief_quality_rest', count=words.number(unmeasured))}" if unmeasured else text


def _measured(facts: Facts, words: Words, row: Row) -> str:
    """How many of ten there are the machine catches, and how many of ten flags are right, with their limits."""
    name = class_name(facts, words, row)
    if is_few(row):
        counts = {key: words.number(row[key]) for key in ("positives", "flagged")}
        return words("brief_quality_few", name=name, **counts)
    return words(
        "brief_quality_item",
        name=name,
        caught=_in_ten(words, row["recall"]),
        caught_span=_span_in_ten(words, row, "recall"),
        right=_in_ten(words, row["precision"]),
        right_span=_span_in_ten(words, row, "precision"),
    )


def _in_ten(words: Words, share: float) -> str:
    return words.number(round(share * 10)) if round(share * 10) else words("in_ten_less")


def _span_in_ten(words: Words, row: Row, name: str) -> str:
    """The limits of a share in parts of ten, rounded outwards."""
    return words.interval(floor(row[f"{name}_low"] * 10), ceil(row[f"{name}_high"] * 10), 0)
