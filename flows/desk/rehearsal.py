"""A desk at which people have worked: what the demo writes into the log of a simulated season.

Each scene goes on with what the one before wrote. The season is past, so the desk lives in it: its clock is set to a
moment of the season, and the work was done in the days after each post was seen.
"""

import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from flows.desk import clock, people, rehearsed_office
from flows.desk.backlog import Key, Waiting
from flows.desk.casework import Casework
from flows.desk.queue import Desk
from flows.desk.words import choices
from flows.labels.indications import CALL_TO_VOTE
from flows.reviewing import log
from flows.reviewing.log import Act
from flows.settings import Settings
from flows.simulation.coders import CODERS, NONE, THIRD

GUESTS = {
    "penelaah": "coder",
    "penelaah-dua": "coder",
    "penengah": "adjudicator",
    "ketua": "lead",
    "pembina": "coach",
    "pengelola": "admin",
}
COACH = "simulasi-d"
_AFTER_SEEN = timedelta(days=1)  # the work on a post begins
_HAND_OVER = timedelta(days=7)
_AHEAD = timedelta(days=1)
_STEP = timedelta(seconds=40)  # from one coding to the next
_RECENT = timedelta(days=14)  # after the limit of an item it is coded for sure
_LEFT_OUT, _HALF_DONE = 25, 10  # of the recent items one in so many nobody, or only one person, has coded
_UNDECIDED = 3  # of the disagreements one in so many still waits
_GIVEN = 3  # items that a guest finds as its own
_REASON = "Contoh: penengah membaca ulang teksnya."


@dataclass(frozen=True, slots=True)
class Stage:
    """What a scene plays on: the desk of a home, what is true of each post, and the moment."""

    settings: Settings
    desk: Desk
    codes: Sequence[str]
    truth: Mapping[Key, str]
    authors: Mapping[Key, str]
    now: datetime

    def past(self) -> list[Waiting]:
        """What waits at the desk although its limit has passed, or does with this day or the next."""
        return [one for one in self.desk.waiting() if one.limit <= self.now.date() + _AHEAD]


def truth_of(season: Path) -> tuple[dict[Key, str], dict[Key, str]]:
    """Post -> the code that is true of it, and post -> its author where it has a code, as the simulation knows."""
    columns = ["platform", "post_id", "indications", "author"]
    facts = pl.read_parquet(season / "truth" / "posts.parquet", columns=columns)
    codes, authors = {}, {}
    for platform, post_id, said, author in facts.iter_rows():
        code = next((code for code in said if code != CALL_TO_VOTE), NONE)
        codes[platform, post_id] = code
        if code != NONE:
            authors[platform, post_id] = author
    return codes, authors


def play(settings: Settings, season: Path, now: datetime) -> None:
    """Writes what made-up people did until a moment of the season; once in a home."""
    clock.set_to(now)
    names = [*(coder.name for coder in (*CODERS, THIRD)), COACH]
    with log.reading(settings.home) as connection:
        if names[0] in people.everybody(connection):
            return
    for name, role in zip(names, ("coder", "coder", "adjudicator", "coach"), strict=True):
        people.add(settings.home, name, role, secrets.token_urlsafe(24))
        people.close(settings.home, name)  # nobody logs in as somebody who is made up
    desk, codes = Desk(settings.home), [each.code for each in choices(settings.seeds, settings.lang, now.date())]
    stage = Stage(settings, desk, codes, *truth_of(season), now)
    for scene in SCENES:
        scene(stage)


def open_guests(home: Path) -> dict[str, str]:
    """Accounts for whoever tries the desk: name -> a password that holds until it is started again."""
    passwords = {name: secrets.token_urlsafe(12) for name in GUESTS}
    with log.reading(home) as connection:
        known = people.everybody(connection)
    for name, password in passwords.items():
        if name in known:
            people.renew(home, name, password)
        else:
            people.add(home, name, GUESTS[name], password)
    return passwords


def _codings(stage: Stage) -> None:
    """Two people coded what was seen more than a week ago, but for a few items; the rest waits for a newcomer."""
    done: list[tuple[datetime, str, str, str]] = []
    items: list[tuple[str, str, str]] = []
    for number, one in enumerate(stage.past()):
        is_recent = one.limit > stage.now.date() - _RECENT
        if is_recent and number % _LEFT_OUT == 0:
            continue
        item = secrets.token_hex(8)
        items += [(item, *key) for key in one.posts]
        seen = datetime.combine(one.limit, datetime.min.time(), stage.now.tzinfo) - _HAND_OVER
        begun = seen + _AFTER_SEEN + _STEP * (number % 1000)
        for coder in CODERS[: 1 if is_recent and number % _HALF_DONE == 1 else 2]:
            code = coder.say(one.name, stage.truth.get(one.posts[0], NONE), stage.codes)
            done.append((begun, coder.name, item, code))
            begun += timedelta(hours=3)
    with log.writing(stage.settings.home) as connection:
        connection.executemany("INSERT INTO items VALUES (?, ?, ?)", items)
        for moment, who, item, code in sorted(done):
            _log(connection, who, "coded", item, moment, code=code, note="")


def _decisions(stage: Stage) -> None:
    """A third person decided most disagreements."""
    state, done = stage.desk.state(), []
    for number, item in enumerate(item for item in state.items if state.is_disputed(item, stage.now)):
        if number % _UNDECIDED == 0:
            continue
        post = min(stage.desk.posts([item]))
        code = THIRD.say("/".join(post), stage.truth.get(post, NONE), stage.codes)
        last = max(coding.moment for coding in state.of(item).codings.values())
        done.append((last + _AFTER_SEEN, item, code))
    with log.writing(stage.settings.home) as connection:
        for moment, item, code in sorted(done):
            _log(connection, THIRD.name, "decided", item, moment, code=code, reason=_REASON)


def _cases(stage: Stage) -> None:
    """Some of what people agreed on became cases, one in each state; the others wait to become one."""
    rehearsed_office.cases(Casework(stage.desk, stage.settings), stage.settings, THIRD.name, stage.now)


def _office(stage: Stage) -> None:
    """The register with its talks, and what a lead gave to the guest who reviews."""
    reviewed = stage.desk.posts(stage.desk.state().items)
    rehearsed_office.keep_register(stage.settings, COACH, stage.authors, sorted(reviewed))
    rehearsed_office.give(stage.desk, THIRD.name, "penelaah", _GIVEN)


def _log(connection: sqlite3.Connection, who: str, what: str, subject: str, moment: datetime, **after: object) -> None:
    log.append(connection, Act(who, what, subject, secrets.token_hex(8), after=after), moment)


SCENES = (_codings, _decisions, _cases, _office)
