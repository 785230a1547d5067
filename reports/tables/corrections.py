"""The table of what was restated since it was first published."""

import polars as pl

from reports.reading.facts import Row
from reports.reading.outcomes import Trends
from reports.tables.table import Cell, Column, Table, make_table
from reports.wording.words import DASH, Words

CORRECTIONS_SHOWN = 20
CORRECTED_METRICS = ("posts", "detected")
_VALUES = ("first_reported", "previous", "now_known")
_COLUMNS = (
    *(Column("publication", share=1.5), Column("index_week", share=1.3), Column("phase", share=1.5)),
    *(Column("metric", share=1.2), Column("first_reported", "number", 1.2), Column("previous", "number", 1.1)),
    *(Column("now_known", "number", 1.1), Column("reason", "long", 5.2)),
)


def correction_table(trends: Trends, words: Words) -> Table:
    """Restated totals of the regency with their reasons: of this week first, then those of the latest edition.

    The workbook and the data files list every value.
    """
    corrections = trends.corrections.filter(
        pl.col("key") == "", pl.col("platform") == "all", pl.col("metric").is_in(CORRECTED_METRICS)
    )
    of_the_week = pl.col("week") == str(trends.facts.edition.week)
    shown = corrections.sort(of_the_week, descending=True, maintain_order=True).head(CORRECTIONS_SHOWN)
    rows = [_row(words, row) for row in shown.iter_rows(named=True)]
    notes = [words("table_corrections_note")]
    if corrections.height > len(rows):
        counts = {"shown": words.number(len(rows)), "count": words.number(corrections.height)}
        notes.append(words("table_corrections_cut", **counts))
    others = trends.corrections.height - corrections.height
    if others:
        notes.append(words("table_corrections_more", count=words.number(others)))
    return make_table(words, "corrections", _COLUMNS, rows, note=" ".join(notes))


def _row(words: Words, row: Row) -> dict[str, Cell]:
    return {
        "publication": str(row["publication"]),
        "index_week": str(row["week"]),
        "phase": words(f"phase_{row['phase']}"),
        "metric": words.known(f"metric_{row['metric']}", row["metric"]),
        **{name: _value(words, row[name]) for name in _VALUES},
        "reason": _cause(words, row),
    }


def _cause(words: Words, row: Row) -> str:
    """Why a value changed: the kinds of causes, the files and versions behind them, and the reason that was given."""
    reasons = str(row["reason"] or DASH).split(", ")
    parts = [", ".join(words.known(f"reason_{reason}", reason) for reason in reasons)]
    if row["files"]:
        key = "correction_file" if row["files"] == 1 else "correction_files"
        parts.append(words(key, count=words.number(row["files"]), first=row["first_file"]))
    if row["labels_changed"]:
        parts.append(words("correction_labels", change=row["labels_changed"]))
    if row["seeds_changed"]:
        parts.append(words("correction_seeds", change=row["seeds_changed"]))
    if row["code_changed"]:
        parts.append(words("correction_code", change=row["code_changed"]))
    if row["given_reason"]:
        parts.append(words("correction_given", reason=row["given_reason"]))
    return "; ".join(parts)


def _value(words: Words, value: float | None) -> str:
    if value is None:
        return DASH
    return words.number(int(value)) if float(value).is_integer() else words.decimal(value, 4)
