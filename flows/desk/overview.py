"""The pages that show how the work stands: progress and agreement, and who did what."""

from collections import Counter

from starlette.responses import Response

from flows.desk import clock, people
from flows.desk.guard import Asked
from flows.desk.room import Page, Room
from flows.desk.words import words_of
from flows.reviewing import log

_LOGGED = ("lead", "admin")
_LINES = 500  # of the log on one page
_LEAST_FOR_ALPHA = 30


def progress(room: Room, asked: Asked) -> Response:
    """How much is done by whom, and how far locked first codings agree."""
    from flows.trends import agreement

    words, state, moment = words_of(asked.lang), room.desk.state(), clock.now()
    pairs = [list(codes.values()) for item in state.items if (codes := state.codes(item, moment))]
    same = sum(len(set(codes)) == 1 for codes in pairs)
    waiting = [one for one in room.desk.waiting() if len(state.of(one.item).codings) < 2]
    half = sum(len(item.codings) == 1 for item in state.items.values())
    disputed = sum(state.is_disputed(item, moment) for item in state.items)
    alpha = words["too_few"].format(count=len(pairs), least=_LEAST_FOR_ALPHA)
    if len(pairs) >= _LEAST_FOR_ALPHA:
        value = agreement.alpha(pairs)
        alpha = words["alpha_undefined"] if value is None else f"{value:.2f} (n = {len(pairs)})"
    percent = round(100 * same / len(pairs)) if pairs else "–"
    return room.page(
        asked,
        "progress",
        "progress",
        numbers=[
            ("waiting_count", len(waiting)),
            ("half_count", half),
            ("locked_count", len(pairs)),
            ("disputed_count", disputed),
        ],
        agreed=words["agree_count"].format(same=same, all=len(pairs), percent=percent),
        alpha=alpha,
        coders=sorted(Counter(name for item in state.items.values() for name in item.codings).items()),
    )


def history(room: Room, asked: Asked) -> Response:
    """Who did what, the last first; codes only of items that are locked."""
    state, moment = room.desk.state(), clock.now()
    with log.reading(room.desk.home) as connection:
        events = log.events(connection)[-_LINES:]
    labels = {each.code: each.label for each in room.choices(asked, moment.date())}
    lines = [
        {
            "moment": room.local(each.moment),
            "who": each.who,
            "what": each.what,
            "subject": each.subject,
            "code": labels.get(each.after.get("code", ""), "") if state.is_locked(each.subject, moment) else "",
        }
        for each in reversed(events)
    ]
    return room.page(asked, "history", "history", lines=lines)


ROUTES = (
    Page("/kemajuan", progress, people.ROLES, menu="progress"),
    Page("/catatan", history, _LOGGED, menu="history"),
)
