"""Incidents: the evidence of many weeks joined into matters that people follow, numbered and judged.

Evidence of one thread (the same subject and direction, or the same copied text) is one incident while it comes back
within the weeks of the method; after them it is another. Numbers run through a year in the order in which incidents
were first seen, so that a number once given stays when later weeks arrive.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from flows.headers import schema
from flows.method import METHOD

KINDS = ("case", "copies", "count_flag", "signal")  # in the order of how much they ask for a look
OPEN, EXPLAINED, FALSE_DETECTION = "open", "explained", "false_detection"

Row = dict[str, Any]


@dataclass(slots=True)
class _Incident:
    """A matter on its way through the weeks."""

    name: str
    kind: str
    opened: date
    last_day: date


@dataclass(slots=True)
class _Register:
    """What is known so far: the latest incident of each thread, numbers given, words that drove false detections."""

    latest: dict[str, _Incident] = field(default_factory=dict)
    given: Counter[str] = field(default_factory=Counter)
    harmless: set[tuple[str, str]] = field(default_factory=set)

    def incident(self, row: Row) -> _Incident:
        """The incident a row is evidence of."""
        known = self.latest.get(row["thread"])
        if known is None or row["first_day"] - known.last_day > timedelta(weeks=METHOD.incident_weeks):
            year = row["week"].partition("-")[0]
            self.given[year] += 1
            name = f"{year}-{self.given[year]:02d}"
            known = self.latest[row["thread"]] = _Incident(name, row["kind"], row["first_seen"], row["first_day"])
        known.last_day = row["first_day"]
        return known

    def status(self, row: Row) -> str:
        """How a row stands: a false detection stays one for its subject and the word that drove it."""
        word = row["driving_words"][0] if row["driving_words"] else ""
        is_of_one_word = (row["word_share"] or 0.0) >= METHOD.driving_share
        is_false = (row["harmless_share"] or 0.0) >= METHOD.driving_share
        is_false |= row["coded"] >= METHOD.situation_texts and row["coded"] == row["dismissed"]
        is_false |= is_of_one_word and (row["subject"], word) in self.harmless
        if is_false and row["kind"] != "copies":
            if is_of_one_word:
                self.harmless.add((row["subject"], word))
            return FALSE_DETECTION
        return EXPLAINED if row["event_day"] is not None else OPEN


def find(evidence: pl.DataFrame) -> pl.DataFrame:
    """The rows of trends.incident_weeks (see its header) from the evidence of every bucket."""
    ordered = sorted(
        evidence.iter_rows(named=True),
        key=lambda row: (row["first_day"], KINDS.index(row["kind"]), -row["posts"], row["first_seen"], row["thread"]),
    )
    register = _Register()
    rows = []
    for row in ordered:
        incident, status = register.incident(row), register.status(row)
        is_told = row["texts"] >= METHOD.situation_texts or row["kind"] == "copies"
        rows.append(
            row
            | {
                "incident": incident.name,
                "opened": incident.opened,
                "status": status,
                "situation": is_told and status != FALSE_DETECTION,
            }
        )
    columns = schema("trends.incident_weeks")
    table = pl.DataFrame([[row[name] for name in columns] for row in rows], schema=columns, orient="row")
    return table.sort("incident", "first_day")
