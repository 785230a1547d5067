"""What a report is made from and what it leaves behind: the contract between the flow and the reports.

An `Edition` says which week is published and on which conditions, `Tables` holds the frames, a `WeekSummary` is what
the index and the manifest need to know of a published week.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, time
from typing import Literal, Self

import polars as pl

from flows.exits import RondaError
from flows.periods import Election, Week

Language = Literal["id", "en"]
Level = Literal["green", "amber", "grey"]
Tables = Mapping[str, pl.DataFrame]

PLATFORM_ORDER = ("all", "tiktok", "facebook", "instagram")

_MEASURES = (
    "first_day",
    "last_day",
    "days",
    "posts",
    "labelled",
    "authors",
    "negative",
    "neutral",
    "positive",
    "net_sentiment",
    "net_low",
    "net_high",
    "detected",
    "per_1000",
    "per_1000_low",
    "per_1000_high",
    "coverage",
    "status",
)

# table -> (columns that identify and order a row, other columns a report reads)
CONTRACT: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "trends.weekly_platform": (("week", "phase", "platform"), _MEASURES),
    "trends.weekly_topic": (
        ("week", "phase", "platform", "topic"),
        ("first_day", "last_day", "days", "posts", "share", "share_low", "share_high", "status"),
    ),
    "trends.weekly_indication": (
        ("week", "phase", "platform", "indication"),
        ("first_day", "last_day", "days", "posts", "status"),
    ),
    "trends.weekly_district": (
        ("week", "phase", "platform", "district"),
        ("first_day", "last_day", "days", "posts", "status"),
    ),
    "core.coverage": (
        ("platform", "source", "day"),
        ("planned", "attempted", "succeeded", "posts", "status", "reason"),
    ),
    "core.calendar": (("day",), ("week", "phase", "is_rally", "days_to_vote")),
    "core.loads": (
        ("landed_at", "file_id"),
        ("kind", "platform", "source", "file", "records", "posts", "duplicates", "rejects"),
    ),
    "reject_reasons": (("source", "reason"), ("records",)),
    "core.checks": (
        ("gate", "name", "run_id"),
        ("description", "severity", "verdict", "observed", "detail"),
    ),
    "evidence": (
        ("created_at", "platform", "post_id"),
        ("text", "indications", "topics", "districts", "likes", "comments", "shares", "views", "why"),
    ),
    "seeds.topics": (("code",), ("label_id", "label_en")),
    "seeds.indications": (("code",), ("label_id", "label_en")),
    "seeds.places": (("code",), ("name",)),
    "seeds.articles": ((), ()),
}


class TableRefusedError(RondaError):
    """A table given to the reports does not keep the contract."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One publication of one week.

    `as_of` is the moment of release, with its zone; embargo and every date printed derive from it. `publication`
    counts the publications of this week from 1. `coverage_floor` is a share, 0 to 1 (method §2).
    """

    week: Week
    as_of: datetime
    lang: Language
    election: Election
    office: str
    publication: int
    label_version: str
    data_version: str
    code_version: str
    coverage_floor: float

    @property
    def embargoed(self) -> bool:
        """Whether this release falls in the embargo (method §6)."""
        return self.election.is_embargoed(self.as_of)

    @property
    def local(self) -> datetime:
        """The moment of release in the regency's own time."""
        return self.as_of.astimezone(self.election.zone)

    @property
    def number(self) -> str:
        """The number a document of this edition carries."""
        return f"RONDA/{self.election.regency_code}/{self.week}/{self.publication}"


@dataclass(frozen=True, slots=True)
class WeekSummary:
    """What the index, the manifest and the notice say of a published week; plain values only."""

    week: str
    first_day: str
    last_day: str
    phases: tuple[str, ...]
    sentences: tuple[str, ...]
    level: Level
    level_reason: str
    counts: dict[str, int]  # posts, labelled, detected
    coverage: float | None
    embargoed: bool
    as_of: str
    publication: int
    lang: Language
    warnings: int = 0
    extra: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """The summary as one JSON text with sorted keys."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The summary written by `to_json`."""
        values = json.loads(text)
        values["phases"] = tuple(values["phases"])
        values["sentences"] = tuple(values["sentences"])
        return cls(**values)


def embargo_end(election: Election) -> datetime:
    """The moment the embargo of an election ends, in its own zone."""
    return datetime.combine(election.voting_day, time(election.embargo_end_hour), election.zone)


def _refuse(name: str, missing: Iterable[str], private: Iterable[str]) -> None:
    for column in private:
        raise TableRefusedError(
            f"The table {name} holds the private column {column}; no _pi column leaves the warehouse."
        )
    for column in missing:
        raise TableRefusedError(f"The table {name} has no column {column}; see reports/edition.py for the contract.")


def checked_tables(tables: Tables, week: Week) -> dict[str, pl.DataFrame]:
    """The tables of an edition in a fixed row order, without anything later than its week.

    A week's report never shows what came after the week, so publishing an old week again gives the same pages.
    Raises TableRefusedError when a table or column is missing or a column ends in `_pi`.
    """
    result = {}
    for name, (keys, others) in CONTRACT.items():
        if name not in tables:
            raise TableRefusedError(
                f"The table {name} was not given to the reports; see reports/edition.py for the contract."
            )
        frame = tables[name]
        _refuse(
            name,
            [column for column in (*keys, *others) if column not in frame.columns],
            [column for column in frame.columns if column.endswith("_pi")],
        )
        if name.startswith("trends."):
            frame = frame.filter(pl.col("week") <= str(week))
            keys = ("week", "first_day", *keys[1:])
        elif name in {"core.coverage", "core.calendar"}:
            frame = frame.filter(pl.col("day") <= week.last_day)
        result[name] = frame.sort(keys, nulls_last=True, maintain_order=True) if keys else frame
    return result
