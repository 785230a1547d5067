"""The rules of coding: what each coder said of each item, when it is locked, and who may say what next.

An item is coded by two people who do not know of each other. A coding can be taken back until its coder goes on to
another item, or `UNDO_SECONDS` have passed. An item is locked when both codings are settled in this way: only then may
anybody, a page or the pipeline, learn a code of it. Where they differ a third person decides.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flows.reviewing.log import Event

CODERS = 2  # of an item
AUDITED = 10  # one in so many items on which the coders agree is shown again to a third person
UNDO_SECONDS = 120.0
ASSIGNED_SECONDS = 3 * 86_400.0  # so long one of the places of an item is kept for whom it was assigned to


@dataclass(frozen=True, slots=True)
class Coding:
    """What one coder says of an item; its sentiment is empty where the coder left it out."""

    coder: str
    code: str
    moment: datetime
    number: int
    sentiment: str = ""


@dataclass(slots=True)
class Item:
    """What was done with an item so far."""

    codings: dict[str, Coding] = field(default_factory=dict)
    skipped: dict[str, datetime] = field(default_factory=dict)
    decision: Coding | None = None
    audit: Coding | None = None
    reason: str = ""
    assignee: str = ""
    assigned: datetime | None = None


_UNTOUCHED = Item()


@dataclass(slots=True)
class State:
    """What the log says, up to its event `number`."""

    number: int = 0
    items: dict[str, Item] = field(default_factory=dict)
    last: dict[str, tuple[int, str]] = field(default_factory=dict)  # coder -> number and item of the last step

    def follow(self, events: Iterable[Event]) -> None:
        """Goes on with the events behind."""
        for event in events:
            self.number = event.number
            _FOLLOW.get(event.what, _ignore)(self, event)

    def of(self, item: str) -> Item:
        """What was done with an item; nothing of one that nobody touched."""
        return self.items.get(item, _UNTOUCHED)

    def is_settled(self, coding: Coding, now: datetime) -> bool:
        """Whether a coding cannot be taken back any more."""
        went_on = self.last.get(coding.coder, (0, ""))[0] > coding.number
        return went_on or now - coding.moment >= timedelta(seconds=UNDO_SECONDS)

    def is_locked(self, item: str, now: datetime) -> bool:
        """Whether an item has all its codings, and none of them can be taken back."""
        codings = self.of(item).codings.values()
        return len(codings) >= CODERS and all(self.is_settled(coding, now) for coding in codings)

    def codes(self, item: str, now: datetime) -> Mapping[str, str]:
        """Coder -> code of an item that is locked; nothing of any other, whoever asks."""
        if not self.is_locked(item, now):
            return {}
        return {coder: coding.code for coder, coding in self.of(item).codings.items()}

    def agreed(self, item: str, now: datetime) -> str:
        """The code of an item that holds: what a third person decided, or both coders say; empty where none does."""
        done = self.of(item)
        if done.decision is not None:
            return done.decision.code
        codes = set(self.codes(item, now).values())
        return codes.pop() if len(codes) == 1 else ""

    def settles(self, now: datetime) -> datetime:
        """When the next coding is settled although its coder does not go on; far off where none can be taken back."""
        done = [(coder, item) for coder in self.last if (item := self.undoable(coder, now)) is not None]
        ends = [self.of(item).codings[coder].moment + timedelta(seconds=UNDO_SECONDS) for coder, item in done]
        return min(ends, default=datetime.max.replace(tzinfo=UTC))

    def is_disputed(self, item: str, now: datetime) -> bool:
        """Whether an item waits for a third person."""
        return len(set(self.codes(item, now).values())) > 1 and self.of(item).decision is None

    def is_audited(self, item: str, now: datetime) -> bool:
        """Whether an item is of those that a third person looks at again although its coders agree.

        By its own random number, so that nobody chooses and everybody can check which they are.
        """
        agreed = len(set(self.codes(item, now).values())) == 1
        return agreed and int(hashlib.sha256(item.encode()).hexdigest(), 16) % AUDITED == 0

    def kept_for(self, item: str, now: datetime) -> str:
        """For whom a place of an item is kept: its assignee who has not coded it, for some days; empty for nobody."""
        done = self.of(item)
        is_kept = (
            done.assignee and done.assigned is not None and now - done.assigned < timedelta(seconds=ASSIGNED_SECONDS)
        )
        return done.assignee if is_kept and done.assignee not in done.codings else ""

    def undoable(self, coder: str, now: datetime) -> str | None:
        """The item whose coding a coder may take back."""
        item = self.last.get(coder, (0, ""))[1]
        coding = self.of(item).codings.get(coder)
        return item if coding is not None and not self.is_settled(coding, now) else None


def _coding(event: Event) -> Coding:
    sentiment = event.after.get("sentiment", "")  # nobody was asked before
    return Coding(event.who, event.after["code"], event.moment, event.number, sentiment)


def _coded(state: State, event: Event) -> None:
    item = state.items.setdefault(event.subject, Item())
    item.codings[event.who] = _coding(event)
    item.skipped.pop(event.who, None)
    state.last[event.who] = (event.number, event.subject)


def _undone(state: State, event: Event) -> None:
    state.items[event.subject].codings.pop(event.who, None)
    state.last[event.who] = (event.number, "")


def _skipped(state: State, event: Event) -> None:
    item = state.items.setdefault(event.subject, Item())
    item.skipped[event.who] = event.moment
    if item.assignee == event.who:
        item.assignee, item.assigned = "", None
    state.last[event.who] = (event.number, "")


def _assigned(state: State, event: Event) -> None:
    item = state.items.setdefault(event.subject, Item())
    item.assignee, item.assigned = event.after.get("person", ""), event.moment
    item.skipped.pop(item.assignee, None)


def _decided(state: State, event: Event) -> None:
    item = state.items[event.subject]
    item.decision = _coding(event)
    item.reason = event.after["reason"]


def _audited(state: State, event: Event) -> None:
    state.items[event.subject].audit = _coding(event)


def _ignore(state: State, event: Event) -> None:
    """An event that says nothing of an item."""


_FOLLOW = {
    "coded": _coded,
    "undone": _undone,
    "skipped": _skipped,
    "assigned": _assigned,
    "unassigned": _assigned,
    "decided": _decided,
    "audited": _audited,
}
