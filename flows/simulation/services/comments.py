"""Comments under the season's posts: as many as a post counts, the same whenever they are asked for.

A comment is known by its post and its place (from 0, in order of time); every fourth answers the one before it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flows.simulation.services.archive import Item, graph_time
from flows.simulation.services.graph_errors import Refused
from flows.simulation.services.selection import Reader, Wanted, selected

TIKTOK_REACH = 1000  # comments of a video that can be reached
_TEXTS = ("Semoga lancar 🙏", "", "info lengkapnya di mana?", "mantap", "hubungi 08*******21", "nderek nyimak")
_REPLY_EVERY = 4
_SECONDS_APART = 61


@dataclass(frozen=True, slots=True)
class Comment:
    """The comment at a place under a post that shows so many comments in all."""

    item: Item
    place: int
    total: int

    @property
    def is_reply(self) -> bool:
        """Whether it answers the one before it."""
        return self.place % _REPLY_EVERY == _REPLY_EVERY - 1

    @property
    def replies(self) -> list["Comment"]:
        """The comments that answer it: one or none."""
        following = Comment(self.item, self.place + 1, self.total)
        return [following] if following.is_reply and following.place < self.total else []

    @property
    def parent(self) -> "Comment":
        """The comment it answers, when it is a reply."""
        return Comment(self.item, self.place - 1, self.total)

    @property
    def text(self) -> str:
        """What it says; empty where it is a sticker."""
        return _TEXTS[(self.item.salt + self.place) % len(_TEXTS)]

    @property
    def likes(self) -> int:
        """How many like it."""
        return self.item.salt % (self.place + 2)

    @property
    def second(self) -> int:
        """When it was written."""
        return self.item.created + 45 + _SECONDS_APART * self.place

    @property
    def tiktok_id(self) -> int:
        """Its number on TikTok."""
        return (self.item.created + _SECONDS_APART * self.place << 32) | (self.item.salt + self.place) % 2**32

    @property
    def facebook_id(self) -> str:
        """Its id on Facebook."""
        return f"{self.item.post_id}_{self.item.key % 10**9 * 1000 + self.place}"

    @property
    def instagram_id(self) -> str:
        """Its id on Instagram."""
        return f"{int(self.item.graph_id) * 1000 + self.place}"


def thread(item: Item, total: int, *, with_replies: bool = True) -> list[Comment]:
    """The comments of a post in order of time."""
    every = (Comment(item, place, total) for place in range(total))
    return [comment for comment in every if with_replies or not comment.is_reply]


# ------------------------------------------------------------------------------------------------- TikTok


TIKTOK_FIELDS: dict[str, Callable[[Comment], Any]] = {
    "id": lambda comment: comment.tiktok_id,
    "video_id": lambda comment: comment.item.key,
    "parent_comment_id": lambda comment: comment.parent.tiktok_id if comment.is_reply else comment.item.key,
    "text": lambda comment: comment.text,
    "like_count": lambda comment: comment.likes,
    "reply_count": lambda comment: len(comment.replies),
    "create_time": lambda comment: comment.second,
}


def is_closed(item: Item) -> bool:
    """Whether TikTok may not disclose the comments of a video."""
    return item.salt % 97 == 0


def tiktok_place(items: Iterable[Item], comment_id: int) -> tuple[Item, int] | None:
    """The video and the place of the comment with an id; None where there cannot be one."""
    for item in items:
        place, rest = divmod((comment_id >> 32) - item.created, _SECONDS_APART)
        if not rest and 0 <= place < TIKTOK_REACH and Comment(item, place, place + 1).tiktok_id == comment_id:
            return item, place
    return None


# ---------------------------------------------------------------------------------------------- Graph API


FACEBOOK_FIELDS: dict[str, Reader] = {
    "id": lambda comment, *_: comment.facebook_id,
    "message": lambda comment, *_: comment.text,
    "created_time": lambda comment, *_: graph_time(comment.second),
    "like_count": lambda comment, *_: comment.likes,
    "comment_count": lambda comment, *_: len(comment.replies),
    "permalink_url": lambda comment, *_: (
        f"https://www.facebook.com/{comment.item.graph_id.replace('_', '/posts/')}?comment_id={comment.place}"
    ),
    "parent": lambda comment, *_: {"id": comment.parent.facebook_id} if comment.is_reply else None,
    **dict.fromkeys(("is_hidden", "is_private", "user_likes"), lambda *_: False),
    **dict.fromkeys(("can_comment", "can_hide", "can_like", "can_remove", "can_reply_privately"), lambda *_: False),
    **dict.fromkeys(("attachment", "from", "message_tags", "object"), lambda *_: None),
}
_ORDERS: dict[str, Callable[[list[Comment]], list[Comment]]] = {
    "ranked": lambda comments: sorted(comments, key=lambda comment: (-comment.likes, comment.place)),
    "chronological": lambda comments: comments,
    "reverse_chronological": lambda comments: comments[::-1],
}
_FILTERS = ("toplevel", "stream")


def thread_size(total: int, kind: str) -> int:
    """How many of so many comments a `filter` lets through."""
    return total if kind == "stream" else total - total // _REPLY_EVERY


def facebook_thread(item: Item, total: int, kind: str, order: str) -> list[Comment]:
    """The comments of a post by `filter` (without replies, or a stream with them) and `order`; raises Refused."""
    if kind not in _FILTERS:
        raise Refused(100, f"(#100) Param filter must be one of {{{', '.join(_FILTERS)}}}")
    if order not in _ORDERS:
        raise Refused(100, f"(#100) Param order must be one of {{{', '.join(_ORDERS)}}}")
    return _ORDERS[order](thread(item, total, with_replies=kind == "stream"))


def _replies(comment: Comment, wanted: Wanted, growth: float) -> dict[str, Any] | None:
    fields = wanted.inner or INSTAGRAM_BARE
    shown = [selected(reply, fields, INSTAGRAM_FIELDS, "IGComment", growth) for reply in comment.replies]
    return {"data": shown} if shown else None


INSTAGRAM_FIELDS: dict[str, Reader] = {
    "id": lambda comment, *_: comment.instagram_id,
    "text": lambda comment, *_: comment.text,
    "timestamp": lambda comment, *_: graph_time(comment.second),
    "like_count": lambda comment, *_: comment.likes,
    "username": lambda comment, *_: f"warga{(comment.item.salt + comment.place) % 9973}",
    "hidden": lambda *_: False,
    "parent_id": lambda comment, *_: comment.parent.instagram_id if comment.is_reply else None,
    "media": lambda comment, *_: {"id": comment.item.graph_id},
    "replies": _replies,
}
INSTAGRAM_BARE = [Wanted("id"), Wanted("text"), Wanted("timestamp")]
