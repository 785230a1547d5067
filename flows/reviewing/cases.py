"""The rules of cases: what an office handles after people agreed on a code, from the first day to the last.

A case has one item or more, one receiver, and stages in this order: opened, referred, answered, decided, closed. What
it holds is told by its events alone. A case that was opened by mistake gives its items back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flows.reviewing.log import Event

PREFIX = "case-"
OUTCOMES = ("pending", "not_violation", "violation")  # of a decision
# How a case can end: without being handed over, by mistake, without a word of the receiver, or done.
ENDS_BEFORE, ENDS_AFTER = ("not_referred", "mistake"), ("no_answer", "done")
PERSON_CONCERNED = "person_concerned"
SEEN = "case_seen"  # somebody looked at what is private, which changes nothing


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a case."""

    number: int
    what: str
    who: str
    moment: datetime
    request: str
    facts: Mapping[str, Any]

    @property
    def day(self) -> date | None:
        """The day that the event names, where it names one."""
        return date.fromisoformat(self.facts["day"]) if self.facts.get("day") else None


@dataclass(slots=True)
class Case:
    """What the log says of one case."""

    number: int
    items: list[str]
    code: str
    receiver: str
    week: str
    phase: str
    limit: date
    steps: list[Step]

    @property
    def subject(self) -> str:
        """What the log calls it."""
        return f"{PREFIX}{self.number}"

    @property
    def version(self) -> int:
        """The number of its last event; a page that shows another one is out of date."""
        return max(step.number for step in self.steps if step.what != SEEN)

    def last(self, *what: str) -> Step | None:
        """Its last event of some kinds."""
        return next((step for step in reversed(self.steps) if step.what in what), None)

    def day_of(self, what: str, fact: str = "day") -> date | None:
        """The day that its last event of a kind names."""
        step = self.last(what)
        return date.fromisoformat(step.facts[fact]) if step is not None and step.facts.get(fact) else None

    @property
    def closed(self) -> Step | None:
        """How it ended; None while it is open."""
        step = self.last("case_closed", "case_reopened")
        return step if step is not None and step.what == "case_closed" else None

    @property
    def ended(self) -> str:
        """Why it ended; empty while it is open."""
        return str(self.closed.facts["reason"]) if self.closed is not None else ""

    @property
    def outcome(self) -> str:
        """What the receiver decided, by its last word; empty while it decided nothing."""
        step = self.last("case_decided")
        return str(step.facts["outcome"]) if step is not None else ""

    @property
    def assignee(self) -> str:
        """Who looks after it; whoever opened it, at first."""
        step = self.last("case_assigned")
        return str(step.facts["person"]) if step is not None else self.steps[0].who

    @property
    def online(self) -> Step | None:
        """The last look whether its posts are still online."""
        return self.last("case_checked")

    @property
    def stage(self) -> str:
        """How far it has come."""
        if self.closed is not None:
            return "closed"
        reached = {step.what for step in self.steps}
        stages = ("decided", "answered", "referred")
        return next((stage for stage in stages if f"case_{stage}" in reached), "opened")

    @property
    def is_mistaken(self) -> bool:
        """Whether it should never have been opened."""
        return self.ended == "mistake"


@dataclass(slots=True)
class Cases:
    """Every case that the log knows, by number."""

    by_number: dict[int, Case] = field(default_factory=dict)

    def follow(self, events: Iterable[Event]) -> None:
        """Goes on with the events behind."""
        for event in events:
            if event.subject.startswith(PREFIX):
                self._add(event)

    def _add(self, event: Event) -> None:
        number, facts = int(event.subject.removeprefix(PREFIX)), event.after
        step = Step(event.number, event.what, event.who, event.moment, event.request, facts)
        if event.what == "case_opened":
            limit = date.fromisoformat(facts["limit"])
            known = (facts["item"],), facts["code"], facts["receiver"], facts["week"], facts["phase"]
            items, code, receiver, week, phase = known
            self.by_number[number] = Case(number, list(items), code, receiver, week, phase, limit, [step])
            return
        case = self.by_number[number]
        case.steps.append(step)
        if event.what == "case_joined":
            case.items.append(facts["item"])

    @property
    def items(self) -> dict[str, Case]:
        """Item -> the case it is in; those that were opened by mistake hold none."""
        return {item: case for case in self.by_number.values() if not case.is_mistaken for item in case.items}


def read(events: Iterable[Event]) -> Cases:
    """The cases of a whole log."""
    cases = Cases()
    cases.follow(events)
    return cases
