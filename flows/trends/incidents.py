"""Incidents: the evidence of many weeks joined into matters that people follow, numbered and judged.

Evidence of one thread (the same subject and direction, or the same copied text) is one incident while it comes back
within the weeks of the method; after them it is another. Numbers run through a year in the order in which incidents
became known, so that a number once given stays when later weeks arrive and older posts are confirmed.
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
    opened: date
    first_day: date
    last_day: date

    def is_near(self, day: date) -> bool:
        """Whether evidence of a bucket belongs to it."""
        gap = timedelta(weeks=METHOD.incident_weeks)
        return self.first_day - gap <= day <= self.last_day + gap

    def add(self, row: Row) -> None:
        """Takes a row among its evidence."""
        self.opened = min(self.opened, row["first_seen"])
        self.first_day = min(self.first_day, row["first_day"])
        self.last_day = max(self.last_day, row["first_day"])


@dataclass(slots=True)
class _Register:
    """What is known so far: the incidents of each thread, numbers given, words that drove false detections."""

    threads: dict[str, list[_Incident]] = field(default_factory=dict)
    given: Counter[str] = field(default_factory=Counter)
    harmless: set[tuple[str, str]] = field(default_factory=set)

    def incident(self, row: Row) -> _Incident:
        """The incident a row is evidence of."""
        known = self.threads.setdefault(row["thread"], [])
        near = next((incident for incident in known if incident.is_near(row["first_day"])), None)
        if near is None:
            year = row["week"].partition("-")[0]
            self.given[year] += 1
            near = _Incident(f"{year}-{self.given[year]:02d}", row["first_seen"], row["first_day"], row["first_day"])
            known.append(near)
        near.add(row)
        return near

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
    ordered = sorted(evidence.iter_rows(named=True), key=_order)
    register = _Register()
    judged = [(row, register.incident(row), register.status(row)) for row in ordered]
    rows = []
    for row, incident, status in judged:
        is_told = row["texts"] >= METHOD.situation_texts or row["kind"] == "copies"
        situation = is_told and status != FALSE_DETECTION
        added = {"incident": incident.name, "opened": incident.opened, "status": status, "situation": situation}
        rows.append(row | added)
    columns = schema("trends.incident_weeks")
    table = pl.DataFrame([[row[name] for name in columns] for row in rows], schema=columns, orient="row")
    return table.sort("incident", "first_day")


def _order(row: Row) -> tuple[date, bool, int, int, date, str]:
    """The order in which evidence became known: a case of a day after what that day's release brought."""
    place = KINDS.index(row["kind"])
    return (row["known_day"], row["kind"] == "case", place, -row["posts"], row["first_day"], row["thread"])
