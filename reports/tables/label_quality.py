"""How right the labels are, as a table: every class with what it was measured on; invented texts are marked."""

from dataclasses import replace

from reports.reading.facts import Facts, Row
from reports.tables.weekly import Table, make_table
from reports.wording.label_quality import class_name, rows_of, share_text, test_set_text
from reports.wording.words import DASH, Words

SHARES = (1.8, 1.05, 1.45, 1.45, 2.3, 2.3, 1.2)  # of the columns in print
_COLUMNS = ("label_class", "use", "precision", "recall", "test_set", "cases", "flags")


def _use(words: Words, row: Row) -> str:
    return words("label_measured") if row["is_measured"] else words("review_list")


def quality_table(facts: Facts, words: Words) -> Table:
    """Every class with its precision, recall, test set and how often it flags ordinary texts."""
    rows = []
    for row in (*rows_of(facts, "sentiment"), *rows_of(facts, "indications")):
        invented = "" if row["is_real"] or not test_set_text(words, row) else words("label_invented")
        cases = DASH
        if row["posts"] is not None:
            counts = {name: words.number(row[name]) for name in ("positives", "flagged", "correct", "posts")}
            cases = words("label_cases", **counts)
        flags = DASH
        if row["flags_per_1000"] is not None:
            flags = words(
                "label_flags", rate=words.decimal(row["flags_per_1000"]), posts=words.number(row["flag_posts"])
            )
        shares = [share_text(words, row, name) for name in ("precision", "recall")]
        test_set = " ".join(part for part in (test_set_text(words, row) or DASH, invented) if part)
        rows.append([class_name(facts, words, row), _use(words, row), *shares, test_set, cases, flags])
    table = make_table(words, "labels", list(_COLUMNS), len(_COLUMNS), rows)
    return replace(table, note=words("table_labels_note", version=facts.edition.label_version), wide=4, shares=SHARES)
