"""The pages that show how the work stands: progress and agreement, and who did what."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from flows.desk import clock, people
from flows.desk.guard import Asked
from flows.desk.room import Page, Room
from flows.desk.words import words_of
from flows.exits import RondaError
from flows.method import METHOD
from flows.reviewing.cases import PREFIX
from flows.reviewing.coding import State
from reports.wording.words import Words

_LOGGED = ("lead", "admin")
_LINES = 500  # of the log on one page
_DIGITS = 7  # of the number of a page
_LEAST_FOR_ALPHA = 30


def progress(room: Room, asked: Asked) -> Response:
    """How much is done by whom, and how far locked first codings agree."""
    from flows.trends import agreement

    words, names = words_of(asked.lang), Words(asked.lang)
    state, moment = room.desk.state(), clock.now()
    pairs = [list(codes.values()) for item in state.items if (codes := state.codes(item, moment))]
    same = sum(len(set(codes)) == 1 for codes in pairs)
    waiting = [one for one in room.desk.waiting() if len(state.of(one.item).codings) < 2]
    half = sum(len(item.codings) == 1 for item in state.items.values())
    coders = Counter(name for item in state.items.values() for name in item.codings)
    disputed = sum(state.is_disputed(item, moment) for item in state.items)
    alpha = words["too_few"].format(count=len(pairs), least=_LEAST_FOR_ALPHA)
    if len(pairs) >= _LEAST_FOR_ALPHA:
        value = agreement.alpha(pairs)
        alpha = (
            words["alpha_undefined"] if value is None else f"{names.decimal(value, 2)} (n = {names.number(len(pairs))})"
        )
    shares = {"same": names.number(same), "all": names.number(len(pairs))}
    shares["percent"] = names.percent(same / len(pairs) if pairs else None)
    return room.page(
        asked,
        "progress",
        "progress",
        numbers=[
            ("waiting_count", names.number(len(waiting))),
            ("half_count", names.number(half)),
            ("locked_count", names.number(len(pairs))),
            ("disputed_count", names.number(disputed)),
        ],
        agreed=words["agree_count"].format(**shares),
        alpha=alpha,
        audited=_audited(state, words),
        coders=[(name, names.number(count)) for name, count in sorted(coders.items())],
        **_published(room, asked),
    )


_AGREEMENT = """
SELECT week, coders, posts, alpha, alpha_low, alpha_high FROM trends.agreement ORDER BY week DESC LIMIT 1 + ?
"""
# The latest bucket, of those with reviewed flags of a class where there are any; its figures pool the buckets before.
_PRECISION = """
SELECT indication, week, reviewed, pooled_buckets,
    precision, precision_low, precision_high, recall, recall_low, recall_high
FROM trends.estimates
WHERE precision IS NOT NULL
QUALIFY row_number() OVER (PARTITION BY indication ORDER BY reviewed > 0 DESC, first_day DESC) = 1
ORDER BY indication
"""


def _published(room: Room, asked: Asked) -> dict[str, Any]:
    """Agreement by week as it was published; and, but for coders, how often the flags were right in this office."""
    words, names = words_of(asked.lang), Words(asked.lang)
    role = asked.session.person.role if asked.session is not None else ""
    try:
        weeks = room.desk.release.rows(_AGREEMENT, [METHOD.estimate_weeks])
        classes = [] if role == "coder" else room.desk.release.rows(_PRECISION)
    except RondaError:
        return {"weeks": [], "precision": []}
    labels = {each.code: each.label for each in room.choices(asked, room.today())}
    agreed = [
        {
            "week": words["every_week"] if week == "all" else week,
            "numbers": [names.number(coders), names.number(posts)],
            "alpha": names.decimal(alpha, 2),
            "interval": names.interval(low, high, 2),
        }
        for week, coders, posts, alpha, low, high in weeks
    ]
    right = [
        {
            "label": labels[code],
            "week": week,
            "numbers": [names.number(reviewed), names.number(buckets)],
            "shares": [
                f"{names.percent(share)} ({names.interval(100 * low, 100 * high, 0)})" if share is not None else "–"
                for share, low, high in (each[:3], each[3:])
            ],
        }
        for code, week, reviewed, buckets, *each in classes
    ]
    return {"weeks": agreed, "precision": right}


def _audited(state: State, words: Mapping[str, str]) -> str:
    """How often a third person said what two coders agree on."""
    pairs = [(item.audit.code, next(iter(item.codings.values())).code) for item in state.items.values() if item.audit]
    if not pairs:
        return words["audit_none"]
    return words["audit_count"].format(same=sum(one == other for one, other in pairs), all=len(pairs))


def history(room: Room, asked: Asked) -> Response:
    """Who did what, the last first; codes only of locked items. Of one person, day or item, if asked."""
    state, moment, words = room.desk.state(), clock.now(), words_of(asked.lang)
    query = asked.request.query_params
    who, day, subject = (query.get(name, "").strip() for name in ("who", "day", "subject"))
    events = room.desk.events()
    everybody = sorted({each.who for each in events})
    if who:
        events = [each for each in events if each.who == who]
    if subject:
        events = [each for each in events if each.subject == subject]
    if day:
        events = [each for each in events if room.local(each.moment).startswith(day)]
    number = query.get("page", "1")
    place = min(int(number), 100_000) if number.isdecimal() and number.isascii() and len(number) < _DIGITS else 1
    last = max(0, len(events) - (max(place, 1) - 1) * _LINES)
    labels = {each.code: each.label for each in room.choices(asked, moment.date())}
    unseen = set(room.desk.to_audit(asked.me))  # who is to look again must not know what was said
    lines = [
        {
            "moment": room.local(each.moment),
            "who": each.who,
            "what": " ".join((words.get(f"did_{each.what}", each.what), each.after.get("person", ""))).strip(),
            "subject": each.subject,
            "case": words["case_name"].format(number=each.subject.removeprefix(PREFIX))
            if each.subject.startswith(PREFIX)
            else "",
            "code": labels.get(each.after.get("code", ""), "")
            if state.is_locked(each.subject, moment) and each.subject not in unseen
            else "",
        }
        for each in reversed(events[max(0, last - _LINES) : last])
    ]
    asked_for = {"who": who, "day": day, "subject": subject}
    return room.page(
        asked,
        "history",
        "history",
        lines=lines,
        asked_for=asked_for,
        everybody=everybody,
        total=len(events),
        older=f"?{urlencode({**asked_for, 'page': place + 1})}" if last > _LINES else "",
    )


ROUTES = (
    Page("/kemajuan", progress, people.ROLES, menu="progress"),
    Page("/catatan", history, _LOGGED, menu="history"),
)
