"""Comments under the season's posts: as many as a post counts, the same whenever they are asked for."""

from typing import Any

from flows.simulation.services.archive import Item, graph_time

TIKTOK_REACH = 1000  # comments of a video that can be reached
TIKTOK_FIELDS = frozenset(("id", "video_id", "text", "like_count", "reply_count", "parent_comment_id", "create_time"))
_TEXTS = ("Semoga lancar 🙏", "", "info lengkapnya di mana?", "mantap", "hubungi 08*******21", "nderek nyimak")
_REPLY_EVERY = 4


def _text(item: Item, number: int) -> str:
    return _TEXTS[(item.salt + number) % len(_TEXTS)]


def _is_reply(number: int) -> bool:
    return number % _REPLY_EVERY == _REPLY_EVERY - 1


def is_closed(item: Item) -> bool:
    """Whether TikTok may not disclose the comments of a video."""
    return item.salt % 97 == 0


def tiktok_comment(item: Item, number: int) -> dict[str, Any]:
    """The comment at a place (from 0) under a video; every fourth answers the one before it."""
    moment = item.created + 45 + 61 * number

    def comment_id(place: int) -> int:
        return (item.created + 61 * place << 32) | (item.salt + place) % 2**32

    return {
        "id": comment_id(number),
        "video_id": item.key,
        "parent_comment_id": comment_id(number - 1) if _is_reply(number) else item.key,
        "text": _text(item, number),
        "like_count": item.salt % (number + 2),
        "reply_count": 1 if _is_reply(number + 1) else 0,
        "create_time": moment,
    }


def facebook_comment(item: Item, number: int) -> dict[str, Any]:
    """The comment at a place under a Page's post."""
    found = {
        "id": f"{item.post_id}_{item.key % 10**9 * 1000 + number}",
        "message": _text(item, number),
        "created_time": graph_time(item.created + 45 + 61 * number),
        "like_count": item.salt % (number + 2),
        "comment_count": 1 if _is_reply(number + 1) else 0,
        "permalink_url": f"https://www.facebook.com/{item.graph_id.replace('_', '/posts/')}?comment_id={number}",
    }
    if _is_reply(number):
        found["parent"] = {"id": f"{item.post_id}_{item.key % 10**9 * 1000 + number - 1}"}
    return found
