"""How right the labels are, as a table: every class with what it was measured on; invented texts are marked."""

from reports.reading.facts import Facts, Row
from reports.tables.table import Cell, Column, Table, make_table
from reports.wording.label_quality import class_name, is_few, rows_of, share_text, test_set_text
from reports.wording.words import DASH, Words

_COUNTS = ("positives", "flagged", "correct", "posts")
_COLUMNS = (
    *(Column("label_class", share=1.8), Column("use", share=1.05)),
    *(Column("precision", share=1.45), Column("recall", share=1.45)),
    *(Column("test_set", "long", 2.3), Column("cases", share=2.3), Column("flags", share=1.2)),
)


def quality_table(facts: Facts, words: Words) -> Table:
    """Every class with its precision, recall, test set and how often it flags ordinary texts."""
    measured = (*rows_of(facts, "sentiment"), *rows_of(facts, "indications"))
    note = words("table_labels_note", version=facts.edition.label_version)
    return make_table(words, "labels", _COLUMNS, [_row(facts, words, row) for row in measured], note=note)


def _use(words: Words, row: Row) -> str:
    if not row["is_measured"]:
        return words("review_list")
    return words("label_measured_few" if row["precision"] is not None and is_few(row) else "label_measured")


def _row(facts: Facts, words: Words, row: Row) -> dict[str, Cell]:
    test_set = test_set_text(words, row)
    invented = words("label_invented") if test_set and not row["is_real"] else ""
    cases = flags = DASH
    if row["is_own"]:
        cases = words("label_cases_own", **{name: words.number(row[name]) for name in ("flagged", "correct")})
    elif row["posts"] is not None:
        cases = words("label_cases", **{name: words.number(row[name]) for name in _COUNTS})
    if row["flags_per_1000"] is not None:
        rate = words.decimal(row["flags_per_1000"])
        flags = words("label_flags", rate=rate, posts=words.number(row["flag_posts"]))
    return {
        "label_class": class_name(facts, words, row),
        "use": _use(words, row),
        **{name: share_text(words, row, name) for name in ("precision", "recall")},
        "test_set": " ".join(part for part in (test_set or DASH, invented) if part),
        "cases": cases,
        "flags": flags,
    }
