"""One in ten of the items on which two coders agree, shown again to a third person who does not know what they said."""

from typing import Any

from starlette.responses import Response

from flows.desk import published
from flows.desk.guard import Asked
from flows.desk.queue import RefusedError
from flows.desk.room import Page, Room, request_of, to
from flows.desk.words import platforms

_AUDITORS = ("lead",)


def next_one(room: Room, asked: Asked) -> Response:
    """The next item to look at again; one whose posts are published no more is passed over."""
    items = room.desk.to_audit(asked.me)
    for item in items:
        posts = published.of_keys(room.desk.release, room.desk.posts([item]))
        if posts:
            day = posts[0].created_at.astimezone(room.zone).date()
            facts: dict[str, Any] = {
                "item": item,
                "post": posts[0],
                "platform": platforms()[posts[0].platform][0],
                "posted": room.local(posts[0].created_at),
                "classes": room.choices(asked, day),
            }
            return room.page(asked, "audit", "audit", waiting=len(items), **facts)
    return room.page(asked, "audit", "audit", waiting=0, item="")


def take(room: Room, asked: Asked) -> Response:
    """Takes what the third person says."""
    form = asked.form
    code = form.get("code", "")
    if code not in {each.code for each in room.choices(asked, room.today())}:
        raise RefusedError("refused_code")
    room.desk.audit(asked.me, form.get("item", ""), code, form.get("note", ""), request_of(asked))
    return to("/periksa-ulang")


ROUTES = (
    Page("/periksa-ulang", next_one, _AUDITORS, menu="audit"),
    Page("/periksa-ulang", take, _AUDITORS, "POST"),
)
