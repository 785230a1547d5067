"""The pages of review: the next item of a coder, and what a third person decides."""

from collections.abc import Collection
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from flows.desk import clock
from flows.desk.backlog import Waiting
from flows.desk.guard import Asked
from flows.desk.queue import RefusedError
from flows.desk.room import CODERS, DECIDERS, Page, Room, request_of, to
from flows.desk.words import platforms, tones
from flows.periods import is_before_vote

SPLIT_REASONS = ("text", "meaning", "subject")
_UNLIKE = 30  # near-duplicates that are shown one by one


def queue(room: Room, asked: Asked) -> Response:
    """The next item of a coder."""
    return _queue(room, asked)


def _queue(room: Room, asked: Asked, links: Collection[str] = ()) -> Response:
    today = room.today()
    post, others = room.desk.open(asked.me, today)
    state, moment, waiting = room.desk.state(), clock.now(), room.desk.waiting()
    left = [one for one in waiting if len(state.of(one.item).codings) < 2]
    return room.page(
        asked,
        "queue",
        "queue",
        **_shown(room, asked, post),
        others=others,
        published=room.desk.is_published(),
        waiting=len(left),
        passed=sum(one.limit < today for one in left),
        given=sum(state.kept_for(one.item, moment) == asked.me for one in left),
        is_given=post is not None and state.kept_for(post.item, moment) == asked.me,
        mine=sum(asked.me in item.codings for item in state.items.values()),
        undoable=state.undoable(asked.me, moment) is not None,
        can_look=True,
        links=links,
    )


def _shown(room: Room, asked: Asked, post: Waiting | None) -> dict[str, Any]:
    day = room.today()
    facts: dict[str, Any] = {"post": post, "platform": "", "left": 0, "vote_first": False, "posted": ""}
    facts["reasons"] = SPLIT_REASONS
    if post is not None:
        unlike = [each for each in post.others if each.text != post.text]  # the very same text is no mistake
        facts |= {
            "unlike": unlike[:_UNLIKE],
            "unlike_count": len(unlike),
            "platform": platforms()[post.posts[0][0]][0],
            "left": (post.limit - day).days,
            "vote_first": is_before_vote(post.limit, post.act_by, day),
            "posted": room.local(post.created_at),
        }
        day = post.created_at.astimezone(room.zone).date()
    return facts | {"classes": room.choices(asked, day), "tones": tones(room.settings.seeds, asked.lang)}


def _code(room: Room, asked: Asked) -> str:
    code = asked.form.get("code", "")
    if code not in {each.code for each in room.choices(asked, room.today())}:
        raise RefusedError("refused_code")
    return code


def _sentiment(room: Room, asked: Asked) -> str:
    sentiment = asked.form.get("sentiment", "")
    if sentiment and sentiment not in {each.code for each in tones(room.settings.seeds, asked.lang)}:
        raise RefusedError("refused_form")
    return sentiment


def code(room: Room, asked: Asked) -> Response:
    """Takes a coding."""
    form, chosen, sentiment = asked.form, _code(room, asked), _sentiment(room, asked)
    room.desk.code(asked.me, form.get("item", ""), chosen, form.get("note", ""), request_of(asked), sentiment)
    return to("/telaah")


def skip(room: Room, asked: Asked) -> Response:
    """Hands an item on."""
    reason = asked.form.get("reason", "")
    if reason not in {"heavy", "unclear", "known"}:
        raise RefusedError("refused_form")
    room.desk.skip(asked.me, asked.form.get("item", ""), reason, request_of(asked))
    return to("/telaah")


def undo(room: Room, asked: Asked) -> Response:
    """Takes the last coding back."""
    room.desk.undo(asked.me, request_of(asked))
    return to("/telaah")


def look(room: Room, asked: Asked) -> Response:
    """The addresses of the open item's posts, after the look is logged."""
    posts = room.desk.look(asked.me, asked.form.get("item", ""), request_of(asked))
    links = [platforms()[platform][1].format(post_id=quote(post_id)) for platform, post_id in posts]
    return _queue(room, asked, links)


def split(room: Room, asked: Asked) -> Response:
    """Takes a post out of the item that it was joined to by mistake."""
    form, role = asked.form, asked.session.person.role if asked.session is not None else ""
    platform, _, post_id = form.get("post", "").partition("/")
    reason = form.get("reason", "")
    if reason not in SPLIT_REASONS:
        raise RefusedError("refused_form")
    item = form.get("item", "")
    if role in CODERS and not room.desk.holds(asked.me, item):
        raise RefusedError("refused_unknown")
    room.desk.split(asked.me, item, (platform, post_id), reason, request_of(asked))
    case = form.get("case", "")
    return to(f"/berkas/{case}" if case.isdecimal() else "/telaah" if role in CODERS else "/selisih")


def disputes(room: Room, asked: Asked) -> Response:
    """The oldest disagreement that this person may decide; the two codes without names."""
    items = room.desk.disputed(asked.me)
    item = items[0] if items else ""
    facts = _shown(room, asked, room.desk.text_of(item) if item else None)
    labels = {each.code: each.label for each in facts["classes"]}
    said = sorted(labels[code] for code in room.desk.state().codes(item, clock.now()).values())
    return room.page(asked, "disputes", "disputes", **facts, item=item, said=said, waiting=len(items))


def decide(room: Room, asked: Asked) -> Response:
    """Takes the decision of a third person."""
    form = asked.form
    chosen, sentiment = _code(room, asked), _sentiment(room, asked)
    room.desk.decide(asked.me, form.get("item", ""), chosen, form.get("reason", ""), request_of(asked), sentiment)
    return to("/selisih")


ROUTES = (
    Page("/telaah", queue, CODERS, menu="queue", refusal="refused_blind"),
    Page("/telaah", code, CODERS, "POST", refusal="refused_blind"),
    Page("/lewati", skip, CODERS, "POST", refusal="refused_blind"),
    Page("/batal", undo, CODERS, "POST", refusal="refused_blind"),
    Page("/buka", look, CODERS, "POST", refusal="refused_blind"),
    Page("/pisah", split, (*CODERS, *DECIDERS), "POST"),
    Page("/selisih", disputes, DECIDERS, menu="disputes"),
    Page("/selisih", decide, DECIDERS, "POST"),
)
