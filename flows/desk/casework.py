"""What is done with cases. Every act looks at the case again under the right to write, and is refused on a stale page.

Nothing is lost and nothing happens twice: an act, its remark and its papers are one transaction, and a request that was
logged before changes nothing. Every refusal is a sentence's key.
"""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from flows.desk import clock, packet, published
from flows.desk.backlog import Key
from flows.desk.packet import Contents, Handing
from flows.desk.published import Shown
from flows.desk.queue import Desk, RefusedError, make_item
from flows.reviewing import log, papers
from flows.reviewing.cases import ENDS_AFTER, ENDS_BEFORE, OUTCOMES, PERSON_CONCERNED, PREFIX, Case
from flows.reviewing.log import Act
from flows.seeds import read_seed
from flows.settings import Settings
from flows.sources import reviews

_OPEN = ("opened", "referred", "answered", "decided")
# Act -> the stages of a case in which it may be done.
STAGES: Mapping[str, tuple[str, ...]] = {
    "case_assigned": _OPEN,
    "case_checked": _OPEN,
    "case_seen": (*_OPEN, "closed"),
    "case_joined": ("opened",),
    "case_attached": ("opened",),
    "case_referred": ("opened",),
    "case_answered": ("referred", "answered"),
    "case_decided": ("referred", "answered", "decided"),
    "case_closed": _OPEN,
    "case_reopened": ("closed",),
}
# A post that was seen today may be checked, referred or answered today; typing errors of a year are refused.
_EARLIEST_DAYS = 400
_LETTER_NUMBER, _SIGNED = 80, 120  # characters
ONLINE = ("online", "gone", "unclear")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may become a case: a code that people agreed on, and its posts; `item` is empty where the desk has none."""

    item: str
    code: str
    posts: tuple[Shown, ...]

    @property
    def name(self) -> str:
        """What a form calls it."""
        return self.item or "/".join(self.posts[0].key)

    @property
    def limit(self) -> date | None:
        """The soonest internal hand-over limit of its posts."""
        return min((post.limit for post in self.posts if post.limit), default=None)


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does something to which case, on a page that showed its event `seen`, in which request."""

    person: str
    number: int
    seen: int
    request: str
    remark: str = ""


Papers = Callable[[sqlite3.Connection, Case], Mapping[str, Any]]


def receivers(settings: Settings, code: str, day: date) -> Mapping[str, Mapping[str, str]]:
    """Who may receive a case of a code on a day: code of the receiver -> its row of the seed.

    What touches somebody's honour goes to that person alone.
    """
    return _receivers(settings.seeds, code, day)


@cache
def _receivers(seeds: Path, code: str, day: date) -> Mapping[str, Mapping[str, str]]:
    rows = {row["code"]: row for row in read_seed("indications", seeds)}
    allowed = rows[code]["receivers"].split() if code in rows else []
    if PERSON_CONCERNED in allowed:
        allowed = [PERSON_CONCERNED]
    return {
        row["code"]: row
        for row in read_seed("receivers", seeds)
        if row["code"] in allowed and (row["first_day"] or "0") <= day.isoformat() <= (row["last_day"] or "9")
    }


class Casework:
    """The cases of a home."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self._desk, self._settings, self._home = desk, settings, settings.home

    @property
    def home(self) -> Path:
        """Where the log lies."""
        return self._home

    def candidates(self) -> list[Candidate]:
        """What waits to become a case, soonest limit first; what a sheet brought back too."""
        state, taken = self._desk.state(), self._desk.cases().items
        codes = {item: code for item, code in self._desk.agreed().items() if code != reviews.NONE and item not in taken}
        keys = self._desk.keyed(codes)
        posts: dict[str, list[Shown]] = {item: [] for item in codes}
        for post in published.of_keys(self._desk.release, keys):
            posts[keys[post.key]].append(post)
        waiting = [Candidate(item, codes[item], tuple(some)) for item, some in posts.items() if some]
        known = self._desk.keyed({*(item for item, done in state.items.items() if done.codings), *taken})
        for group in published.indicated(self._desk.release):
            if some := tuple(post for post in group if post.key not in known):
                waiting.append(Candidate("", some[0].code, some))
        return sorted(waiting, key=lambda each: (each.limit or date.max, each.posts[0].created_at, each.name))

    def posts(self, case: Case) -> list[Shown]:
        """The posts of a case that are published."""
        return published.of_keys(self._desk.release, self.keys(case))

    def keys(self, case: Case) -> list[Key]:
        """The posts of a case."""
        return self._desk.posts(case.items)

    def case(self, number: int) -> Case:
        """A case. Raises RefusedError for one that was never opened."""
        case = self._desk.cases().by_number.get(number)
        if case is None:
            raise RefusedError("refused_case")
        return case

    def open(self, person: str, name: str, receiver: str, request: str) -> int:
        """Makes a case of a candidate; gives its number, of the same request the same one. Raises RefusedError."""
        found = {each.name: each for each in self.candidates()}.get(name)
        with log.writing(self._home) as connection:
            if log.was_logged(connection, request):
                return _opened_by(connection, request)
            _, cases = self._desk.follow(connection)
            if found is None or self._is_taken(found):
                raise RefusedError("refused_candidate")
            if receiver not in receivers(self._settings, found.code, self.today()):
                raise RefusedError("refused_receiver")
            item = found.item or make_item(connection, [post.key for post in found.posts])
            number = max(cases.by_number, default=0) + 1
            first = found.posts[0]
            facts = {
                "item": item,
                "code": found.code,
                "receiver": receiver,
                "week": first.week,
                "phase": first.phase,
                "limit": (found.limit or self.today()).isoformat(),
            }
            log.append(connection, Act(person, "case_opened", f"{PREFIX}{number}", request, after=facts), clock.now())
        return number

    def _is_taken(self, found: Candidate) -> bool:
        """Whether somebody else made a case of it meanwhile."""
        return (
            found.item in self._desk.cases().items
            if found.item
            else bool(self._desk.items_of([post.key for post in found.posts]))
        )

    def join(self, doing: Doing, name: str) -> None:
        """Takes another candidate of the same code into a case that was not handed over yet."""
        found = {each.name: each for each in self.candidates()}.get(name)

        def joined(connection: sqlite3.Connection, case: Case) -> Mapping[str, Any]:
            if found is None or self._is_taken(found):
                raise RefusedError("refused_candidate")
            if found.code != case.code:
                raise RefusedError("refused_other_code")
            return {"item": found.item or make_item(connection, [post.key for post in found.posts])}

        self.act(doing, "case_joined", {}, joined)

    def act(self, doing: Doing, what: str, facts: Mapping[str, Any], also: Papers | None = None) -> None:
        """Does one thing to a case; `also` writes what belongs to it and gives more facts. Raises RefusedError."""
        moment = clock.now()
        with log.writing(self._home) as connection:
            if log.was_logged(connection, doing.request):
                return
            _, cases = self._desk.follow(connection)
            case = cases.by_number.get(doing.number)
            if case is None:
                raise RefusedError("refused_case")
            if case.version != doing.seen:
                raise RefusedError("refused_stale")
            if case.stage not in STAGES[what]:
                raise RefusedError("refused_stage")
            more = also(connection, case) if also is not None else {}
            act = Act(doing.person, what, case.subject, doing.request, {"stage": case.stage}, {**facts, **more})
            log.append(connection, papers.with_remark(connection, act, doing.remark), moment)

    def contents(self, case: Case) -> tuple[Contents, dict[str, bytes]]:
        """What the letter and the packet of a case are made from, and its captures by name. Raises RefusedError."""
        with log.reading(self._home) as connection:
            assert connection is not None  # noqa: S101 - the case stands there
            kept = [each for each in papers.of(connection, case.subject) if each.kind == papers.CAPTURE]
            captures = {each.name: papers.content(connection, case.subject, each.name) or b"" for each in kept}
        rows = receivers(self._settings, case.code, self.today())
        if case.receiver not in rows:
            raise RefusedError("refused_receiver")
        return Contents(case, self.posts(case), kept, rows[case.receiver]), captures

    def refer(self, doing: Doing, number: str, day: str, signed: str) -> None:
        """Hands a case over by a letter of a number and a day; letter and packet are kept as they left."""
        if not number or len(number) > _LETTER_NUMBER or len(signed) > _SIGNED:
            raise RefusedError("refused_letter")
        sent_on, moment = self.day(day), clock.now().replace(microsecond=0)
        handing = Handing(number, sent_on, doing.remark, signed, moment)
        contents, captures = self.contents(self.case(doing.number))
        if not contents.posts and not contents.captures:
            raise RefusedError("refused_evidence")
        pdf = packet.letter(self._settings, contents, handing, self._settings.lang)
        packed = packet.pack(contents, handing, pdf, captures)

        def sent(connection: sqlite3.Connection, now: Case) -> Mapping[str, Any]:
            made = (doing.person, moment)
            return {
                "letter_sha256": papers.put(connection, now.subject, packet.LETTER, papers.LETTER, (*made, pdf)),
                "packet_sha256": papers.put(connection, now.subject, "paket.zip", papers.PACKET, (*made, packed)),
            }

        self.act(doing, "case_referred", {"letter": number, "day": sent_on.isoformat()}, sent)
        log.state_head(self._home)

    def answer(self, doing: Doing, day: str, registered: str) -> None:
        """Notes what the receiver answered, and when it registered what it was told."""
        facts = {"day": self.day(day).isoformat()}
        if registered:
            facts["registered"] = self.day(registered).isoformat()
        if not doing.remark:
            raise RefusedError("refused_remark")
        self.act(doing, "case_answered", facts)

    def decide(self, doing: Doing, outcome: str, day: str) -> None:
        """Notes what the receiver decided."""
        if outcome not in OUTCOMES:
            raise RefusedError("refused_outcome")
        if not doing.remark:
            raise RefusedError("refused_remark")
        self.act(doing, "case_decided", {"outcome": outcome, "day": self.day(day).isoformat()})

    def close(self, doing: Doing, reason: str) -> None:
        """Ends a case, for a reason that its stage allows."""
        case = self.case(doing.number)
        if reason not in (ENDS_BEFORE if case.stage == "opened" else ENDS_AFTER):
            raise RefusedError("refused_ending")
        if not doing.remark:
            raise RefusedError("refused_remark")
        self.act(doing, "case_closed", {"reason": reason, "day": self.today().isoformat()})

    def reopen(self, doing: Doing) -> None:
        """Opens a case again that was closed too early; one whose items went into another stays closed."""
        if not doing.remark:
            raise RefusedError("refused_remark")

        def free(_: sqlite3.Connection, case: Case) -> Mapping[str, Any]:
            if case.is_mistaken and set(case.items) & self._desk.cases().items.keys():
                raise RefusedError("refused_candidate")
            return {}

        self.act(doing, "case_reopened", {}, free)

    def day(self, text: str) -> date:
        """A day as it is typed, not in the future and not years ago. Raises RefusedError."""
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise RefusedError("refused_day") from None
        if not self.today() - timedelta(days=_EARLIEST_DAYS) <= day <= self.today():
            raise RefusedError("refused_day")
        return day

    def today(self) -> date:
        """The day that it is in the regency."""
        return clock.now().astimezone(self._settings.election.zone).date()


def _opened_by(connection: sqlite3.Connection, request: str) -> int:
    (subject,) = connection.execute("SELECT subject FROM events WHERE request = ?", [request]).fetchone()
    return int(str(subject).removeprefix(PREFIX) or 0)
