"""The queue: who gets which item next, and whose coding is taken. Every refusal is a sentence's key.

Everything that decides is looked at again under the right to write, so that two requests at once are one after another.
"""

import hashlib
import secrets
import sqlite3
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from flows.desk import backlog, clock
from flows.desk.backlog import Key, Waiting
from flows.desk.release import Release
from flows.reviewing import log
from flows.reviewing.cases import Cases
from flows.reviewing.coding import CODERS, State
from flows.reviewing.log import Act, Event

LEASE_SECONDS = 15 * 60.0


class RefusedError(Exception):
    """What was asked for cannot be taken; its text is the key of the sentence."""


class Desk:
    """The desk of a home, as one process sees it: what is published, and what its log says so far."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.release = Release(home)
        self._lock = threading.RLock()
        self._events: list[Event] = []
        self._state = State()
        self._cases = Cases()
        self._items: dict[Key, str] = {}
        self._posts: dict[str, list[Key]] = {}
        self._read: tuple[int, int] | None = None
        self._waiting: list[Waiting] = []
        self._head: tuple[int, int] | None = None  # of the log, as far as it was read
        self._agreed: tuple[Mapping[str, str], datetime] | None = None  # and until when that is so
        self._known: list[Waiting] | None = None  # the same with its items, until either changes

    def state(self) -> State:
        """What the log says now."""
        with log.reading(self.home) as connection:
            return self._followed(connection)

    def cases(self) -> Cases:
        """The cases that the log knows now."""
        self.state()
        return self._cases

    def events(self) -> Sequence[Event]:
        """Everything that the log says now, in order."""
        with log.reading(self.home) as connection, self._lock:
            self._followed(connection)
            return tuple(self._events)

    def follow(self, connection: sqlite3.Connection | None) -> tuple[State, Cases]:
        """What the log says by an open connection: inside a transaction nobody changes it before the answer."""
        return self._followed(connection), self._cases

    def posts(self, items: Collection[str]) -> list[Key]:
        """The posts of some items, as far as nobody had to forget them."""
        with self._lock:
            return [key for item in items for key in self._posts.get(item, ())]

    def keyed(self, items: Collection[str]) -> dict[Key, str]:
        """The posts of some items, each with its item."""
        with self._lock:
            return {key: item for key, item in self._items.items() if item in items}

    def items_of(self, posts: Collection[Key]) -> set[str]:
        """The items that some posts are in."""
        with self._lock:
            return {self._items[key] for key in posts if key in self._items}

    def _followed(self, connection: sqlite3.Connection | None) -> State:
        with self._lock:
            there = log.head(connection)
            if connection is None or there == self._head:
                return self._state
            if there[0] != self._state.number:
                events = log.events(connection, self._state.number)
                self._events += events
                self._state.follow(events)
                self._cases.follow(events)
                self._agreed = None
            if self._head is None or there[1] != self._head[1]:
                rows = connection.execute("SELECT platform, post_id, item FROM items").fetchall()
                self._items, self._known = {(platform, post_id): item for platform, post_id, item in rows}, None
                self._posts = _by_item(self._items.items())
            self._head = there
            return self._state

    def agreed(self) -> Mapping[str, str]:
        """Item -> the code that holds, where one does; derived once a log, and again when a coding settles."""
        state, moment = self.state(), clock.now()
        with self._lock:
            if self._agreed is None or moment >= self._agreed[1]:
                codes = {item: code for item in state.items if (code := state.agreed(item, moment))}
                self._agreed = codes, state.settles(moment)
            return self._agreed[0]

    def waiting(self) -> list[Waiting]:
        """What is published as waiting, soonest limit first, with its items."""
        with self._lock:
            if (there := self.release.stamp) != self._read:
                self._waiting, self._read, self._known = backlog.read(self.release), there, None
            if self._known is None:
                self._known = backlog.with_items(self._waiting, self._items)
            return self._known

    def is_published(self) -> bool:
        """Whether there is anything that could wait."""
        return self.release.stamp is not None

    def open(self, coder: str, today: date) -> tuple[Waiting | None, bool]:
        """The next item of a coder, leased to nobody else than it may be; and whether others have what is left.

        First comes what was given to this coder; then the order is that of `periods.urgency` and, within a day, each
        coder's own: no two see the same one. `today` is the day in the regency.
        """
        moment = clock.now()
        with log.writing(self.home) as connection:
            state = self._followed(connection)
            connection.execute("DELETE FROM leases WHERE until < ?", [moment.timestamp()])
            leases = _by_item(connection.execute("SELECT coder, item FROM leases").fetchall())
            left = [
                one
                for one in self.waiting()
                if coder not in state.of(one.item).codings and len(state.of(one.item).codings) < CODERS
            ]
            free = [
                one
                for one in left
                if not one.item or _taken(state, leases.get(one.item, ()), one.item, coder, moment) < CODERS
            ]
            if not free:
                return None, bool(left)
            turns = [(*_turn(state, leases, one.item, coder), one.urgency(today)) for one in free]
            first = min(turns)
            chosen = min(
                (one for one, turn in zip(free, turns, strict=True) if turn == first),
                key=lambda one: _shuffled(coder, one),
            )
            item = chosen.item or self._make(connection, chosen)
            until = moment.timestamp() + LEASE_SECONDS
            connection.execute("INSERT OR REPLACE INTO leases VALUES (?, ?, ?)", [item, coder, until])
        return next(one for one in self.waiting() if one.item == item), False

    def _make(self, connection: sqlite3.Connection, waiting: Waiting) -> str:
        item = make_item(connection, waiting.posts)
        self._items |= dict.fromkeys(waiting.posts, item)
        self._posts[item] = list(waiting.posts)
        self._known = self._head = None  # read anew, whether the transaction holds or not
        return item

    def code(  # noqa: PLR0913, PLR0917 - what a form says
        self, coder: str, item: str, code: str, note: str, request: str, sentiment: str = ""
    ) -> None:
        """Takes a coding; the same request again changes nothing. Raises RefusedError."""
        moment = clock.now()
        with log.writing(self.home) as connection:
            if log.was_logged(connection, request):
                return
            state = self._followed(connection)
            self._require_mine(connection, state, coder, item, moment)
            act = Act(coder, "coded", item, request, after={"code": code, "note": note, "sentiment": sentiment})
            log.append(connection, act, moment)
            connection.execute("DELETE FROM leases WHERE item = ? AND coder = ?", [item, coder])

    def _require_mine(
        self, connection: sqlite3.Connection, state: State, coder: str, item: str, moment: datetime
    ) -> None:
        if item not in set(self._items.values()):
            raise RefusedError("refused_unknown")
        codings = state.of(item).codings
        if coder in codings:
            raise RefusedError("refused_own")
        rows = connection.execute(
            "SELECT coder FROM leases WHERE item = ? AND until >= ?", [item, moment.timestamp()]
        ).fetchall()
        held = [who for (who,) in rows]
        is_full = coder not in held and _taken(state, held, item, coder, moment) >= CODERS
        if len(codings) >= CODERS or is_full:
            raise RefusedError("refused_third")

    def skip(self, coder: str, item: str, reason: str, request: str) -> None:
        """Hands an item on to others, without a question."""
        with log.writing(self.home) as connection:
            state = self._followed(connection)
            if coder in state.of(item).codings:
                raise RefusedError("refused_own")
            if item not in set(self._items.values()):
                raise RefusedError("refused_unknown")
            log.append(connection, Act(coder, "skipped", item, request, after={"reason": reason}), clock.now())
            connection.execute("DELETE FROM leases WHERE item = ? AND coder = ?", [item, coder])

    def assign(self, lead: str, names: Collection[str], coder: str, request: str) -> None:
        """Gives items that wait, by their names, to a coder; to nobody where `coder` is empty. All of them, or none.

        Raises RefusedError for one that needs no coding any more, or none by this coder.
        """
        moment = clock.now()
        with log.writing(self.home) as connection:
            if log.was_logged(connection, request):
                return
            state = self._followed(connection)
            chosen = [one for one in self.waiting() if one.name in names]
            if not chosen or len(chosen) < len(names):
                raise RefusedError("refused_assigned")
            for one in chosen:
                codings = state.of(one.item).codings
                if len(codings) >= CODERS or coder in codings:
                    raise RefusedError("refused_assigned")
            for number, one in enumerate(chosen):
                item = one.item or self._make(connection, one)
                what, after = ("assigned", {"person": coder}) if coder else ("unassigned", {})
                before, sent = {"person": state.of(item).assignee}, f"{request}-{number}" if number else request
                log.append(connection, Act(lead, what, item, sent, before, after), moment)

    def undo(self, coder: str, request: str) -> None:
        """Takes back the last coding of a coder, and opens its item again."""
        moment = clock.now()
        with log.writing(self.home) as connection:
            state = self._followed(connection)
            item = state.undoable(coder, moment)
            if item is None:
                if log.was_logged(connection, request):
                    return
                raise RefusedError("refused_undo")
            before = {"code": state.of(item).codings[coder].code}
            log.append(connection, Act(coder, "undone", item, request, before=before), moment)
            until = moment.timestamp() + LEASE_SECONDS
            connection.execute("INSERT OR REPLACE INTO leases VALUES (?, ?, ?)", [item, coder, until])

    def disputed(self, person: str) -> list[str]:
        """The items that wait for a third person, and this one may decide."""
        state, moment = self.state(), clock.now()
        return [
            item for item in state.items if state.is_disputed(item, moment) and person not in state.of(item).codings
        ]

    def decide(  # noqa: PLR0913, PLR0917 - what a form says
        self, person: str, item: str, code: str, reason: str, request: str, sentiment: str = ""
    ) -> None:
        """Takes the decision of a third person, who may say that both were wrong. Raises RefusedError."""
        moment = clock.now()
        with log.writing(self.home) as connection:
            if log.was_logged(connection, request):
                return
            state = self._followed(connection)
            if person in state.of(item).codings:
                raise RefusedError("refused_own_dispute")
            if not state.is_disputed(item, moment):
                raise RefusedError("refused_decided")
            if not reason:
                raise RefusedError("refused_reason")
            codes = dict(state.codes(item, moment))
            after = {"code": code, "reason": reason, "sentiment": sentiment}
            act = Act(person, "decided", item, request, before=codes, after=after)
            log.append(connection, act, moment)

    def to_audit(self, person: str) -> list[str]:
        """The items on which two coders agree that this person may look at again: one in ten, not of its own coding."""
        state, moment = self.state(), clock.now()
        return [
            item
            for item, done in state.items.items()
            if done.audit is None and person not in done.codings and state.is_audited(item, moment)
        ]

    def audit(self, person: str, item: str, code: str, note: str, request: str) -> None:
        """Takes what a third person says of an item without knowing what the two said. Raises RefusedError."""
        moment = clock.now()
        with log.writing(self.home) as connection:
            if log.was_logged(connection, request):
                return
            state = self._followed(connection)
            done = state.of(item)
            if person in done.codings:
                raise RefusedError("refused_own_dispute")
            if done.audit is not None or not state.is_audited(item, moment):
                raise RefusedError("refused_decided")
            said = sorted(set(state.codes(item, moment).values()))
            act = Act(person, "audited", item, request, before={"code": said[0]}, after={"code": code, "note": note})
            log.append(connection, act, moment)

    def look(self, person: str, item: str, request: str) -> list[Key]:
        """The posts of an item for one who opens them on their platform, which is logged."""
        with log.writing(self.home) as connection:
            self._followed(connection)
            posts = [key for key, its in self._items.items() if its == item]
            if not posts:
                raise RefusedError("refused_unknown")
            log.append(connection, Act(person, "looked", item, request, after={"posts": len(posts)}), clock.now())
        return posts

    def holds(self, coder: str, item: str) -> bool:
        """Whether an item is open at a coder."""
        query = "SELECT 1 FROM leases WHERE item = ? AND coder = ? AND until >= ?"
        with log.reading(self.home) as connection:
            if connection is None:
                return False
            return connection.execute(query, [item, coder, clock.now().timestamp()]).fetchone() is not None

    def split(self, person: str, item: str, post: Key, reason: str, request: str) -> None:
        """Takes a post out of an item that it was joined to by mistake: it waits anew, as an item of its own.

        What was said of the item does not hold for it any more. Raises RefusedError for the only post of an item, and
        for one of a case that was handed over.
        """
        with log.writing(self.home) as connection:
            if log.was_logged(connection, request):
                return
            _, cases = self.follow(connection)
            posts = self._posts.get(item, [])
            if post not in posts or len(posts) == 1:
                raise RefusedError("refused_split")
            if (case := cases.items.get(item)) is not None and case.stage != "opened":
                raise RefusedError("refused_split_sent")
            own = secrets.token_hex(8)
            connection.execute("UPDATE items SET item = ? WHERE platform = ? AND post_id = ?", [own, *post])
            facts = {"item": own, "reason": reason}
            act = Act(person, "split", item, request, before={"posts": len(posts)}, after=facts)
            log.append(connection, act, clock.now())

    def text_of(self, item: str) -> Waiting | None:
        """An item as it is published; None where it is not waiting there any more."""
        return next((one for one in self.waiting() if one.item == item), None)


def make_item(connection: sqlite3.Connection, posts: Collection[Key]) -> str:
    """A new item of some posts, in which nothing says what they are."""
    item = secrets.token_hex(8)
    connection.executemany("INSERT INTO items VALUES (?, ?, ?)", [(item, *key) for key in posts])
    return item


def _by_item(pairs: Iterable[tuple[Any, str]]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each, item in pairs:
        found.setdefault(item, []).append(each)
    return found


def _taken(state: State, leases: Collection[str], item: str, coder: str, moment: datetime) -> int:
    """How many of the places of an item somebody else than a coder has: coded, open in a browser, or kept."""
    kept = state.kept_for(item, moment)
    return len({*state.of(item).codings, *leases, *([kept] if kept else [])} - {coder})


def _turn(state: State, leases: Mapping[str, Collection[str]], item: str, coder: str) -> tuple[bool, bool, bool]:
    """What comes before the limit: an item that is open at this coder, one not handed on, one that was assigned."""
    done = state.of(item)
    return coder not in leases.get(item, ()), coder in done.skipped, done.assignee != coder


def _shuffled(coder: str, one: Waiting) -> str:
    return hashlib.sha256(f"{coder}\n{one.name}".encode()).hexdigest()
