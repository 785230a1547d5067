"""What an Instagram account and its media have to show: one reader a field, nothing where there is no such value."""

from typing import Any

from flows.simulation.post_columns import ALBUM, VIDEO
from flows.simulation.services.archive import USER_ID, Item, graph_time
from flows.simulation.services.selection import Reader, Wanted

_TYPES = {VIDEO: "VIDEO", ALBUM: "CAROUSEL_ALBUM"}


def _count(name: str) -> Reader:
    def reader(item: Item, _: Wanted, growth: float) -> int | None:
        value = getattr(item, name)
        return None if value is None else int(value * growth)

    return reader


def _children(item: Item, wanted: Wanted, _: float) -> dict[str, Any] | None:
    if item.media != ALBUM:
        return None
    parts = [
        {
            "id": str(int(item.graph_id) + 1 + number),
            "media_type": "IMAGE",
            "media_url": f"https://scontent.example-cdn.test/{item.post_id}-{number}.jpg",
        }
        for number in range(2 + item.salt % 3)
    ]
    keys = {"id", *(one.name for one in wanted.inner)}
    return {"data": [{key: value for key, value in part.items() if key in keys} for part in parts]}


def _media_url(item: Item, *_: Any) -> str | None:
    if item.salt % 40 == 0:
        return None  # flagged for copyright
    return f"https://scontent.example-cdn.test/{item.post_id}.{'mp4' if item.media == VIDEO else 'jpg'}"


MEDIA_FIELDS: dict[str, Reader] = {
    "id": lambda item, *_: item.graph_id,
    "caption": lambda item, *_: item.text,  # the text of the moment takes its place
    "comments_count": _count("comments"),
    "like_count": _count("likes"),
    "view_count": _count("views"),
    "media_type": lambda item, *_: _TYPES.get(item.media, "IMAGE"),
    "media_product_type": lambda item, *_: "REELS" if item.media == VIDEO else "FEED",
    "media_url": _media_url,
    "thumbnail_url": lambda item, *_: (
        f"https://scontent.example-cdn.test/{item.post_id}t.jpg" if item.media == VIDEO else None
    ),
    "permalink": lambda item, *_: f"https://www.instagram.com/{'reel' if item.media == VIDEO else 'p'}/{item.post_id}/",
    "timestamp": lambda item, *_: graph_time(item.created),
    "username": lambda item, *_: item.account.handle,
    "owner": lambda item, *_: {"id": item.account.number},
    "children": _children,
    # Of own media only.
    "ig_id": lambda item, *_: str(item.key) if item.account.number == USER_ID else None,
    "shortcode": lambda item, *_: item.post_id if item.account.number == USER_ID else None,
    **dict.fromkeys(("is_shared_to_feed", "media_audio_type"), lambda *_: None),
    **dict.fromkeys(("reposts_count", "saved_count", "shares_count"), lambda *_: None),
}
_NOT_UNDER_HASHTAGS = frozenset({"username", "owner", "media_product_type", "view_count", "thumbnail_url"})
HASHTAG_FIELDS = {name: reader for name, reader in MEDIA_FIELDS.items() if name not in _NOT_UNDER_HASHTAGS}
USER_FIELDS: dict[str, Reader] = {
    "id": lambda account, *_: account.number,
    "username": lambda account, *_: account.handle,
    "name": lambda account, *_: account.name,
    "biography": lambda *_: None,
    "website": lambda *_: None,
    "followers_count": lambda account, *_: account.followers,
    "follows_count": lambda account, *_: account.followers % 911,
    "profile_picture_url": lambda *_: "https://scontent.example-cdn.test/profil.jpg",
}
BARE = [Wanted("id")]
