"""Saring sebelum sharing: a page for whoever is about to share a text. No account, and nothing is kept or logged.

The pace of one address and of all is held in memory only, as moments without what was asked.
"""

import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from weakref import WeakKeyDictionary

from starlette.responses import Response

from flows.desk import screening
from flows.desk.guard import Asked
from flows.desk.queue import RefusedError
from flows.desk.room import Page, Room
from flows.desk.words import words_of

_SECONDS = 60.0
_OF_ONE, _OF_ALL = 20, 120  # texts in so many seconds
_DAYS = timedelta(days=3660)  # before and after today that a day may lie


class Pace:
    """How often texts are screened: each address and all together, over the last minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: deque[tuple[float, str]] = deque()

    def may(self, address: str) -> bool:
        """Whether one more text of an address is taken now."""
        now = time.monotonic()
        with self._lock:
            while self._all and now - self._all[0][0] > _SECONDS:
                self._all.popleft()
            if len(self._all) >= _OF_ALL or sum(who == address for _, who in self._all) >= _OF_ONE:
                return False
            self._all.append((now, address))
            return True


_PACES: WeakKeyDictionary[Room, Pace] = WeakKeyDictionary()


def form(room: Room, asked: Asked) -> Response:
    """The form."""
    return _page(room, asked)


def screened(room: Room, asked: Asked) -> Response:
    """What is said of a text, which is forgotten with the answer."""
    text, day = asked.form.get("text", ""), _day(room, asked)
    if not text:
        return _page(room, asked, told="saring_empty", status=400)
    if len(text) > screening.CHARACTERS:
        return _page(room, asked, told="saring_too_long", status=400)
    if not _PACES.setdefault(room, Pace()).may(asked.request.client.host if asked.request.client is not None else ""):
        return _page(room, asked, text, told="saring_too_fast", status=429)
    words, found = words_of(asked.lang), screening.screen(text, day, room.settings.seeds, asked.lang)
    flags = [(flag.label, list(screening.why(flag, words))) for flag in found.flags]
    said = {"found": found, "flags": flags, "resembling": list(screening.resembling(found, words))}
    return _page(room, asked, text, day=day, said=said, districts=found.districts)


def _day(room: Room, asked: Asked) -> date:
    today = room.today()
    if not asked.form.get("day"):
        return today
    try:
        day = date.fromisoformat(asked.form["day"])
    except ValueError:
        raise RefusedError("refused_form") from None
    if abs(day - today) > _DAYS:
        raise RefusedError("refused_form")
    return day


def _page(  # noqa: PLR0913 - what one page shows
    room: Room,
    asked: Asked,
    text: str = "",
    *,
    day: date | None = None,
    said: Mapping[str, object] | None = None,
    districts: Sequence[str] = (),
    told: str = "",
    status: int = 200,
) -> Response:
    return room.page(
        asked,
        "saring",
        "saring",
        status,
        text=text,
        day=day or room.today(),
        said=said,
        questions=list(screening.questions(districts, words_of(asked.lang))),
        told=told,
        most=screening.CHARACTERS,
    )


ROUTES = (
    Page("/saring", form, (), menu="saring"),
    Page("/saring", screened, (), "POST"),
)
