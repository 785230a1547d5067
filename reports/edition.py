"""What a report is made from and what it leaves behind: the contract between the flow and the reports.

An `Edition` says which week is published and on which conditions, `Tables` holds the frames, a `WeekSummary` is what
the index and the manifest need to know of a published week. The columns of the frames are in `contract.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, Literal, Self

from flows.periods import Election, Week

if TYPE_CHECKING:
    import polars as pl

Language = Literal["id", "en"]
Level = Literal["green", "amber", "red", "grey"]
Tables = Mapping[str, "pl.DataFrame"]

PLATFORM_ORDER = ("all", "tiktok", "facebook", "instagram")


@dataclass(frozen=True, slots=True)
class Edition:
    """One publication of one week.

    `as_of` is the moment of release, with its zone; embargo and every date printed derive from it. `publication`
    counts the publications of this week from 1.
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

    @property
    def embargoed(self) -> bool:
        """Whether this release falls in the embargo (method §6)."""
        return self.election.is_embargoed(self.as_of)

    @property
    def local(self) -> datetime:
        """The moment of release in the regency's own time."""
        return self.as_of.astimezone(self.election.zone)

    @property
    def next_week(self) -> Week:
        """The week of the next edition: never one whose report is out already when this one is released."""
        return self.election.next_week(self.week, self.as_of)

    @property
    def next_release(self) -> datetime:
        """The moment at which the next edition comes out."""
        return self.election.release_moment(self.next_week)

    @property
    def days_to_vote(self) -> int:
        """Days from the release to the vote: the one countdown that the documents of an edition print of themselves."""
        return self.election.days_to_vote(self.local.date())

    @property
    def election_name(self) -> str:
        """The election in the edition's language."""
        return self.election.name_id if self.lang == "id" else self.election.name_en

    @property
    def is_late(self) -> bool:
        """Whether the report of a later week was due already: what there is to do is not of this week alone."""
        return self.next_week != self.week.shift(1)

    @property
    def review_sheet(self) -> str:
        """The name of the workbook in which coders review this week."""
        return f"{self.week}-{self.publication}.xlsx"

    @property
    def backlog_start(self) -> str:
        """How the name of the workbook of all that waits begins: enough to find it, without a version."""
        return f"backlog-{self.week}-{self.publication}"

    @property
    def backlog(self) -> str:
        """The name of the workbook of all that waits, of all weeks, when this edition came out."""
        return f"{self.backlog_start}-{self.data_version}.xlsx"

    @property
    def number(self) -> str:
        """The number a document of this edition carries."""
        return f"RONDA/{self.election.regency_code}/{self.week}/{self.publication}"


# of a manifest written when a week had one level and no situation: not known until it is published again
_BEFORE_LIGHTS: Mapping[str, str] = {
    **{"content": "grey", "collection": "grey"},
    **{"content_reason": "", "collection_reason": "", "situation": ""},
}


@dataclass(frozen=True, slots=True)
class WeekSummary:
    """What the index, the manifest and the notice say of a published week; plain values only."""

    week: str
    first_day: str
    last_day: str
    phases: tuple[str, ...]
    sentences: tuple[str, ...]
    situation: str  # as the briefing has it
    content: Level
    content_reason: str
    collection: Level
    collection_reason: str
    counts: dict[str, int]  # posts, labelled, detected
    coverage: float | None
    embargoed: bool
    as_of: str
    publication: int
    lang: Language
    warnings: int

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The summary whose `dataclasses.asdict` was kept in a manifest (lists where JSON has no tuples)."""
        lists = {name: tuple(values[name]) for name in ("phases", "sentences")}
        known = {name: value for name, value in values.items() if name in cls.__dataclass_fields__}
        return cls(**{**_BEFORE_LIGHTS, **known, **lists})


def embargo_end(election: Election) -> datetime:
    """The moment the embargo of an election ends, in its own zone."""
    return datetime.combine(election.voting_day, time(election.embargo_end_hour), election.zone)
