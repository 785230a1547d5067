"""How right the labels are, as readers see it: a table, half a sentence after a signal, one sentence in the briefing.

A class that was never measured on real text is named as a review list wherever it stands, never as a count of what
happened; figures from invented texts are printed in the table only, and marked there.
"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from reports.facts import Facts, Row
from reports.tables import Table, make_table
from reports.words import DASH, Words

ANY = "any"  # the row of all indications together
SHARES = (1.8, 1.05, 1.45, 1.45, 2.3, 2.3, 1.2)  # of the columns in print
_COLUMNS = ("label_class", "use", "precision", "recall", "test_set", "cases", "flags")


def rows_of(facts: Facts, family: str) -> list[Row]:
    """What is known of the classes of a family, `any` last."""
    frame = facts.tables["core.label_quality"].filter(pl.col("family") == family)
    return sorted(frame.iter_rows(named=True), key=lambda row: (row["code"] == ANY, row["code"]))


def _test_set(words: Words, row: Row) -> str:
    return str(row[f"test_set_{words.lang}"])


def _share(words: Words, row: Row, name: str) -> str:
    """`62 % (48 s.d. 74)`; a dash where nothing was measured."""
    if row[name] is None:
        return DASH
    interval = words.interval(row[f"{name}_low"] * 100, row[f"{name}_high"] * 100, 0)
    return words("label_share", share=words.percent(row[name]), interval=interval)


def quality_text(facts: Facts, words: Words, code: str) -> str:
    """The measured precision and recall of a class with the name of its test set, or that they are not at hand."""
    row = next((row for row in rows_of(facts, "indications") if row["code"] == code), None)
    if row is None or not row["is_real"] or row["precision"] is None or row["recall"] is None:
        return words("quality_unknown")
    return words(
        "quality_known",
        precision=_share(words, row, "precision"),
        recall=_share(words, row, "recall"),
        test_set=_test_set(words, row),
    )


def _name(facts: Facts, words: Words, row: Row) -> str:
    if row["family"] == "sentiment":
        return words("label_sentiment", name=words(f"column_{row['code']}").lower())
    return words("label_any") if row["code"] == ANY else facts.label("indications", row["code"])


def _use(words: Words, row: Row) -> str:
    return words("label_measured") if row["is_measured"] else words("review_list")


def quality_table(facts: Facts, words: Words) -> Table:
    """Every class with its precision, recall, test set and how often it flags ordinary texts."""
    rows = []
    for row in (*rows_of(facts, "sentiment"), *rows_of(facts, "indications")):
        invented = "" if row["is_real"] or not _test_set(words, row) else words("label_invented")
        cases = DASH
        if row["posts"] is not None:
            counts = {name: words.number(row[name]) for name in ("positives", "flagged", "correct", "posts")}
            cases = words("label_cases", **counts)
        flags = DASH
        if row["flags_per_1000"] is not None:
            flags = words(
                "label_flags", rate=words.decimal(row["flags_per_1000"]), posts=words.number(row["flag_posts"])
            )
        shares = [_share(words, row, name) for name in ("precision", "recall")]
        test_set = " ".join(part for part in (_test_set(words, row) or DASH, invented) if part)
        rows.append([_name(facts, words, row), _use(words, row), *shares, test_set, cases, flags])
    table = make_table(words, "labels", list(_COLUMNS), len(_COLUMNS), rows)
    return replace(table, note=words("table_labels_note", version=facts.edition.label_version), wide=4, shares=SHARES)


def quality_sentence(facts: Facts, words: Words) -> str:
    """For the briefing: which classes were measured and how well, and that the others are review lists."""
    rows = [row for row in rows_of(facts, "indications") if row["code"] != ANY]
    measured = [row for row in rows if row["is_measured"] and row["precision"] is not None]
    unmeasured = len(rows) - len(measured)
    if not measured:
        return words("brief_quality_none", count=words.number(unmeasured)) if rows else words("brief_quality_unknown")
    named = _measured_names(facts, words, measured)
    text = words("brief_quality", classes=named, test_set=_test_set(words, measured[0]))
    return f"{text} {words('brief_quality_rest', count=words.number(unmeasured))}" if unmeasured else text


def _measured_names(facts: Facts, words: Words, rows: Sequence[Row]) -> str:
    items = [
        words(
            "brief_quality_item",
            name=_name(facts, words, row),
            precision=_share(words, row, "precision"),
            recall=_share(words, row, "recall"),
        )
        for row in rows
    ]
    return "; ".join(items)
