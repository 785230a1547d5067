"""The clocks of a case: by which day what is due, and by which rule. Days are counted in calendar or in working days.

A working day is Monday to Friday and no holiday of the seed; that is all that stops a clock, since no rule pauses one
for another reason. The day on which a clock starts does not count. Each rule is a row of the seed `clocks`; the first
one, for the handing over, is the internal limit of the item itself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from flows.reviewing.cases import Case
from flows.seeds import read_seed

HAND_OVER = "hand_over"
_SATURDAY = 6
_STAGES = ("referred", "answered", "decided")  # what a clock can end with; a later one ends those of the earlier too


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the seed: what starts it, what ends it, and how long it runs."""

    code: str
    days: int
    is_working: bool
    starts: str
    ends: str
    law: str
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Due:
    """Something that a case waits for: by which day, by which rule; `rule` is None for the internal limit.

    `paused` are the holidays on which the clock stood still, each with its name.
    """

    day: date
    clock: str
    rule: Rule | None
    paused: Mapping[date, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of an election, with its holidays."""

    rules: Sequence[Rule]
    holidays: Mapping[date, str]

    def due(self, case: Case) -> list[Due]:
        """What an open case waits for, the soonest first."""
        if case.closed is not None:
            return []
        days = {
            "referred": case.day_of("case_referred"),
            "registration": case.day_of("case_answered", "registered"),
        }
        reached = {step.what.removeprefix("case_") for step in case.steps}
        ended = {stage for n, stage in enumerate(_STAGES) if reached.intersection(_STAGES[n:])}
        if case.outcome == "pending":
            ended.discard("decided")
        waits = [Due(case.limit, HAND_OVER, None)] if case.stage == "opened" else []
        for rule in self.rules:
            start = days.get(rule.starts)
            if start is not None and rule.ends not in ended:
                last = self.last_day(rule, start)
                waits.append(Due(last, rule.code, rule, self.paused(rule, start, last)))
        return sorted(waits, key=lambda each: (each.day, each.clock))

    def last_day(self, rule: Rule, start: date) -> date:
        """The last day of a rule that starts on a day."""
        if rule.is_working:
            return working_day(start, rule.days, self.holidays)
        return start + timedelta(days=rule.days)

    def paused(self, rule: Rule, start: date, last: date) -> dict[date, str]:
        """The holidays that a rule does not count between two days; weekends are none."""
        days = sorted(day for day in self.holidays if start < day < last and day.isoweekday() < _SATURDAY)
        return {day: self.holidays[day] for day in days} if rule.is_working else {}


def working_day(start: date, days: int, holidays: Collection[date]) -> date:
    """The day on which so many working days after a start are over."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= day.isoweekday() < _SATURDAY and day not in holidays
    return day


def read_rules(seeds: Path) -> Rules:
    """The rules and holidays of a folder of seeds."""
    rules = [
        Rule(
            row["code"],
            int(row["days"]),
            row["kind"] == "working",
            row["starts"],
            row.get("ends") or "",  # seeds of a regency may be of a version before
            row["law"],
            {lang: row[f"label_{lang}"] for lang in ("id", "en")},
        )
        for row in read_seed("clocks", seeds)
    ]
    return Rules(rules, {date.fromisoformat(row["day"]): row["name_id"] for row in read_seed("holidays", seeds)})
