"""The incidents of a week: what people follow over weeks, as the evidence of this week shows it."""

from dataclasses import dataclass

import polars as pl

from flows.periods import Bucket, Week
from reports.reading.facts import Facts, Row

KINDS = ("case", "copies", "count_flag", "signal")  # in the order in which readers meet them
COPIES = "copies"


@dataclass(frozen=True)
class Incident:
    """One incident with its place in the week: `I1` is the first that readers meet."""

    key: str
    bucket: Bucket
    row: Row

    @property
    def kind(self) -> str:
        """Which source its evidence of this week is of."""
        return str(self.row["kind"])

    @property
    def subject(self) -> str:
        """What it is about: a code of its family."""
        return str(self.row["subject"])

    @property
    def is_open(self) -> bool:
        """Whether nothing explains it: no known event, no false detection."""
        return bool(self.row["status"] == "open")


def incidents_of(facts: Facts) -> list[Incident]:
    """The incidents that the situation of a week names: open ones first, then by source and size."""
    buckets = {bucket.phase: bucket for bucket in facts.buckets}
    rows = [row for row in told_in(facts, facts.edition.week) if row["phase"] in buckets]
    return [Incident(f"I{number}", buckets[row["phase"]], row) for number, row in enumerate(rows, start=1)]


def told_in(facts: Facts, week: Week) -> list[Row]:
    """The rows of trends.incident_weeks that the situation of a week names, the most important first."""
    frame = facts.tables["trends.incident_weeks"]
    frame = frame.filter((pl.col("week") == str(week)) & pl.col("situation"))
    return sorted(
        frame.iter_rows(named=True),
        key=lambda row: (row["status"] != "open", KINDS.index(row["kind"]), -_excess(row), row["incident"]),
    )


def _excess(row: Row) -> float:
    """How many times what is usual was seen, whether more or less; the posts where nothing is usual."""
    if not row["expected"]:
        return float(row["posts"])
    ratio = (row["observed"] or 0) / row["expected"]
    return float(max(ratio, 1 / ratio)) if ratio else 1.0


def own_precision(facts: Facts) -> dict[str, float]:
    """The precision of each class by the office's own reviews, where there are enough of them."""
    own = facts.tables["core.label_quality"].filter("is_own")
    return dict(own.select("code", "precision").iter_rows())
