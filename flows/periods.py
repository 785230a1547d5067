"""Weeks, phases and buckets of an election, and the moment a week is released.

A reporting bucket is ISO week x phase, in days of the regency's own time zone (method: a week that spans two phases
is two buckets). The calendar is a seed (`sql/seeds/calendar.csv`, `election.csv`): another election or regency is
another seed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

import sql
from flows.exits import UsageError
from flows.method import METHOD
from flows.seeds import read_facts, read_seed

_WEEK = re.compile(r"(\d{4})-W(\d{2})")
RELEASE_HOUR = time(METHOD.release_hour)


@dataclass(frozen=True, order=True, slots=True)
class Week:
    """An ISO week, Monday to Sunday; sorts in time order."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """`2024-W05` -> Week; raises UsageError for anything that is not a week of the calendar."""
        match = _WEEK.fullmatch(text.strip())
        if match is not None:
            week = cls(int(match[1]), int(match[2]))
            if 1 <= week.year < date.max.year and 1 <= week.number <= date(week.year, 12, 28).isocalendar().week:
                return week
        raise UsageError(f'"{text}" is not an ISO week; write it like 2024-W05.')

    @classmethod
    def of(cls, day: date) -> Self:
        """The week a day falls in."""
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @property
    def first_day(self) -> date:
        """Its Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Its Sunday."""
        return self.first_day + timedelta(days=6)

    @property
    def days(self) -> tuple[date, ...]:
        """Its seven days."""
        return tuple(self.first_day + timedelta(days=n) for n in range(7))

    def shift(self, weeks: int) -> "Week":
        """The week so many weeks later (earlier when negative)."""
        return Week.of(self.first_day + timedelta(weeks=weeks))

    def __str__(self) -> str:
        return f"{self.year:04d}-W{self.number:02d}"


def weeks_between(first: Week, last: Week) -> list[Week]:
    """All weeks from first to last, both included; raises UsageError when they are in the wrong order."""
    if last < first:
        raise UsageError(f"The first week {first} is after the last week {last}; swap them.")
    return [
        Week.of(first.first_day + timedelta(weeks=n)) for n in range((last.first_day - first.first_day).days // 7 + 1)
    ]


def urgency(limit: date, act_by: date, today: date) -> tuple[bool, int]:
    """The place of something that waits among others: what can still be done in time first, the fewest days first.

    `act_by` counts while it lies ahead, then the limit; what has passed its limit comes last, the latest of it first.
    """
    day = limit if act_by < today else act_by
    return limit < today, abs((day - today).days)


def is_before_vote(limit: date, act_by: date, today: date) -> bool:
    """Whether something that waits is to be acted on before its limit, since the vote comes first, and still can be."""
    return today <= act_by < limit


@dataclass(frozen=True, slots=True)
class Phase:
    """One row of the calendar seed; open ends are None."""

    name: str
    first_day: date | None
    last_day: date | None
    is_rally: bool
    is_campaign: bool  # calls to vote are lawful
    is_quiet: bool  # releases are embargoed
    has_note: bool  # its days have a daily note
    needs_attention: bool  # no bucket of it is green
    label_id: str
    label_en: str

    def covers(self, day: date) -> bool:
        """Whether the day lies in this phase."""
        return (self.first_day is None or self.first_day <= day) and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The unit of every trend: the days of one ISO week that lie in one phase."""

    week: Week
    phase: str
    first_day: date
    last_day: date

    @property
    def days(self) -> int:
        """Number of days, 1 to 7."""
        return (self.last_day - self.first_day).days + 1


@dataclass(frozen=True, slots=True)
class Election:
    """The calendar of one election in one regency."""

    name_id: str
    name_en: str
    regency: str
    regency_code: str
    office: str
    office_short: str
    voting_day: date
    zone: ZoneInfo
    zone_label: str
    embargo_end_hour: int
    phases: tuple[Phase, ...]

    def phase_of(self, day: date) -> Phase:
        """The phase a day lies in; raises UsageError when the calendar seed leaves the day out."""
        for phase in self.phases:
            if phase.covers(day):
                return phase
        raise UsageError(f"The calendar seed has no phase for {day}; add a row to sql/seeds/calendar.csv.")

    def buckets(self, week: Week) -> list[Bucket]:
        """The one or more buckets of a week, in time order."""
        buckets: list[Bucket] = []
        for day in week.days:
            phase = self.phase_of(day).name
            if buckets and buckets[-1].phase == phase:
                buckets[-1] = Bucket(week, phase, buckets[-1].first_day, day)
            else:
                buckets.append(Bucket(week, phase, day, day))
        return buckets

    def days_to_vote(self, day: date) -> int:
        """Days until voting day: 0 on it, negative after it."""
        return (self.voting_day - day).days

    def release_moment(self, week: Week) -> datetime:
        """The default `as_of` of a week: the Monday after it, at the release hour, local time."""
        return datetime.combine(week.last_day + timedelta(days=1), RELEASE_HOUR, self.zone)

    def next_week(self, week: Week, moment: datetime) -> Week:
        """The first week after one whose report comes out after a moment: late reissues exist."""
        following = max(week.shift(1), self.last_complete_week(moment))
        return following if self.release_moment(following) > moment else following.shift(1)

    def last_complete_week(self, moment: datetime) -> Week:
        """The latest week whose last day is over at this moment."""
        return Week.of(moment.astimezone(self.zone).date()).shift(-1)

    def is_embargoed(self, moment: datetime) -> bool:
        """Whether a release at this moment falls in the quiet period or before the polls' result hour (method §6)."""
        local = moment.astimezone(self.zone)
        quiet = any(phase.is_quiet and phase.covers(local.date()) for phase in self.phases)
        voting = local.date() == self.voting_day and local.hour < self.embargo_end_hour
        return quiet or voting


@cache
def phase_classes(folder: Path = sql.SEEDS) -> Mapping[str, str]:
    """The class of indications that exists only in one phase, by that phase."""
    return {row["only_in_phase"]: row["code"] for row in read_seed("indications", folder) if row["only_in_phase"]}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _phase(row: Mapping[str, str]) -> Phase:
    return Phase(
        name=row["phase"],
        first_day=_day(row["first_day"]),
        last_day=_day(row["last_day"]),
        is_rally=row["is_rally"] == "true",
        is_campaign=row["is_campaign"] == "true",
        is_quiet=row["is_quiet"] == "true",
        has_note=row["has_note"] == "true",
        needs_attention=row["needs_attention"] == "true",
        label_id=row["label_id"],
        label_en=row["label_en"],
    )


@cache
def read_election(folder: Path = sql.SEEDS) -> Election:
    """The election described by the seeds in a folder; raises UsageError when a row is missing or damaged."""
    facts = read_facts(folder)
    unwritten = [key for key, value in facts.items() if value.startswith("<")]
    if unwritten:
        raise UsageError(f"The election seed in {folder.name} is still a template ({unwritten[0]}); fill it in.")
    try:
        phases = tuple(_phase(row) for row in read_seed("calendar", folder))
        return Election(
            name_id=facts["name_id"],
            name_en=facts["name_en"],
            regency=facts["regency_id"],
            regency_code=facts["regency_code"],
            office=facts["office"],
            office_short=facts["office_short"],
            voting_day=date.fromisoformat(facts["voting_day"]),
            zone=ZoneInfo(facts["timezone"]),
            zone_label=facts["timezone_label"],
            embargo_end_hour=int(facts["embargo_end_hour"]),
            phases=phases,
        )
    except (KeyError, ValueError) as error:
        raise UsageError(
            f"The election seeds in {folder.name} are incomplete ({error}); see election.csv and calendar.csv."
        ) from error
