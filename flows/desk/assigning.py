"""The page on which a lead gives items to coders.

Like the queue it tells neither flag nor class: what somebody gets was chosen by its text and its limit alone.
"""

from urllib.parse import urlencode

from starlette.responses import Response

from flows.desk import clock, people
from flows.desk.guard import Asked
from flows.desk.queue import RefusedError
from flows.desk.room import CODERS, Page, Room, request_of, to
from flows.desk.words import platforms
from flows.reviewing import coding, log

_LEADS = ("lead",)
_SHOWN = 20  # of what waits on a page; a form has 24 fields
_TICK = "butir-"  # field of a ticked item
_DIGITS = 5  # of the number of a page


def _coders(room: Room) -> list[str]:
    with log.reading(room.desk.home) as connection:
        known = people.everybody(connection)
    return sorted(name for name, (role, is_open) in known.items() if is_open and role in CODERS)


def listing(room: Room, asked: Asked) -> Response:
    """What waits for coders, the most urgent first, with whom it was given to; of a word, if asked."""
    words, number = (asked.request.query_params.get(name, "").strip() for name in ("q", "hal"))
    state, moment, today = room.desk.state(), clock.now(), room.today()
    left = [
        one
        for one in room.desk.waiting()
        if len(state.of(one.item).codings) < coding.CODERS and words.lower() in one.text.lower()
    ]
    left.sort(key=lambda one: one.urgency(today))
    place = int(number) if number.isdecimal() and number.isascii() and len(number) < _DIGITS and int(number) else 1
    first = (place - 1) * _SHOWN
    rows = [
        {
            "post": one,
            "platform": platforms()[one.posts[0][0]][0],
            "late": one.limit < today,
            "done": len(state.of(one.item).codings),
            "kept_for": state.kept_for(one.item, moment),
        }
        for one in left[first : first + _SHOWN]
    ]

    def turned(page: int) -> str:
        return f"?{urlencode({'q': words, 'hal': page})}"

    return room.page(
        asked,
        "assigning",
        "assigning",
        rows=rows,
        waiting=len(left),
        asked_for=words,
        coders=_coders(room),
        before=turned(place - 1) if place > 1 else "",
        after=turned(place + 1) if first + _SHOWN < len(left) else "",
        days=round(coding.ASSIGNED_SECONDS / 86_400),
        least=coding.CODERS,
    )


def take(room: Room, asked: Asked) -> Response:
    """Gives the ticked items to a coder, or back to everybody."""
    person = asked.form.get("person", "")
    names = {value for name, value in asked.form.items() if name.startswith(_TICK)}
    if not names:
        raise RefusedError("refused_none_ticked")
    if person and person not in _coders(room):
        raise RefusedError("refused_coder")
    room.desk.assign(asked.me, names, person, request_of(asked))
    return to("/bagi")


ROUTES = (
    Page("/bagi", listing, _LEADS, menu="assigning"),
    Page("/bagi", take, _LEADS, "POST"),
)
