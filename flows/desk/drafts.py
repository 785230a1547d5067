"""What was sent when a session was over: kept for its person alone until the next log-in, then sent or thrown away."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.responses import Response

from flows.desk import people
from flows.desk.guard import COOKIE, Asked
from flows.desk.room import Page, Room, to
from flows.desk.words import words_of
from flows.reviewing import log

_KEPT_SECONDS = 7 * 86_400
# Fields that nobody typed.
_HIDDEN = frozenset({"token", "request", "item", "case", "seen", "name", "talk", "butir", "post"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A form that was not taken: where it was sent, and its fields."""

    path: str
    form: Mapping[str, str]


def keep(room: Room, asked: Asked) -> bool:
    """Keeps what was sent from a session that is over; whether it was."""
    if asked.request.method != "POST" or asked.files or "request" not in asked.form:
        return False
    person = people.former(room.desk.home, asked.request.cookies.get(COOKIE, ""), asked.form.get("token", ""))
    if person is None or asked.request.url.path not in {page.path for page in room.forms}:
        return False
    fields = {name: value for name, value in asked.form.items() if name != "token"}
    row = (person, asked.request.url.path, json.dumps(fields), time.time())
    with log.writing(room.desk.home) as connection:
        connection.execute("INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?)", row)
    return True


def waiting(home: Path, person: str) -> Draft | None:
    """The draft of a person; one that was taken meanwhile, or is too old, is thrown away."""
    with log.reading(home) as connection:
        if connection is None:
            return None
        row = connection.execute("SELECT path, form, moment FROM drafts WHERE person = ?", [person]).fetchone()
        if row is None:
            return None
        form = json.loads(row[1])
        is_over = time.time() - row[2] > _KEPT_SECONDS
        if not is_over and not log.was_logged(connection, f"{person}:{form['request']}"):
            return Draft(row[0], form)
    throw(home, person)
    return None


def throw(home: Path, person: str) -> None:
    """Throws the draft of a person away."""
    with log.writing(home) as connection:
        connection.execute("DELETE FROM drafts WHERE person = ?", [person])


def resume(room: Room, asked: Asked) -> Response:
    """What was not taken, to be sent now or thrown away."""
    draft = waiting(room.desk.home, asked.me)
    if draft is None:
        return to("/")
    words = words_of(asked.lang)
    named = {each.code: each.label for each in room.choices(asked, room.today())}
    typed = [value for name, value in draft.form.items() if value and name.partition("-")[0] not in _HIDDEN]
    shown = [named.get(value, value) for value in typed]
    what = words.get(f"draft_{draft.path.strip('/').replace('/', '_').replace('-', '_')}", words["draft_other"])
    return room.page(asked, "resume", "resume", draft=draft, shown=shown, what=what)


def discard(room: Room, asked: Asked) -> Response:
    """Throws it away."""
    throw(room.desk.home, asked.me)
    return to("/")


ROUTES = (
    Page("/lanjut", resume, people.ROLES),
    Page("/lanjut", discard, people.ROLES, "POST"),
)
