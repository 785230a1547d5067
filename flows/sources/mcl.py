"""Meta Content Library: the CSV of its web interface (dotted columns) and the same records as nested JSON.

Its ids are the library's own (`mcl:<id>`): they join with no other source. A reshare or a post in a group keeps its
writer (`post_owner`); `surface` is only where it appeared. `mcl_url` opens inside the library only, so it is no URL.
"""

import json
from functools import partial
from typing import Any

from flows.post import Post
from flows.sources.cells import as_dict, as_list, at, hashtag_list
from flows.sources.counts import count
from flows.sources.evidence import Places, study
from flows.sources.fields import clean, handle, hashtags_in, present, whole_id
from flows.sources.layout import ZEESCHUIMER_KEYS, formats, names
from flows.sources.likeness import Likeness
from flows.sources.moments import iso_seconds

FACEBOOK_NAMES = frozenset({"reaction_count", "share_count", "surface", "shared_post_id", "link_attachment"})
OWN_NAMES = frozenset({"mcl_url", "post_owner"})

MEDIA = {
    "album": "album",
    "carousel": "album",
    "igtv": "video",
    "image": "photo",
    "link": "link",
    "photo": "photo",
    "reel": "video",
    "status": "text",
    "video": "video",
}


def recognise(platform: str, sample: bytes) -> str | None:
    """`platform` when the columns or keys are the library's for it."""
    parts = {part for name in names(sample) for part in name.split(".")}
    if not parts & OWN_NAMES or not parts & {"creation_time", "statistics"} or parts & ZEESCHUIMER_KEYS:
        return None
    return platform if bool(parts & FACEBOOK_NAMES) == (platform == "facebook") else None


def post(platform: str, raw: Any) -> Post:
    """One post of the library; likes are all reactions on Facebook. An empty count is unknown."""
    raw = as_dict(raw)
    text = clean(at(raw, "text")) or None
    likes = "reaction_count" if platform == "facebook" else "like_count"
    return Post(
        platform=platform,
        post_id=f"mcl:{whole_id(present(raw, 'id'))}",
        created_at=iso_seconds(at(raw, "creation_time")),
        author=owner(raw),
        author_name=clean(at(raw, "post_owner.name")) or None,
        text=text,
        hashtags=hashtag_list(at(raw, "hashtags")) or hashtags_in(text),
        language=clean(at(raw, "lang")) or None,
        media_type=media_type(raw),
        likes=count(at(raw, f"statistics.{likes}")),
        comments=count(at(raw, "statistics.comment_count")),
        shares=count(at(raw, "statistics.share_count")),
        views=count(at(raw, "statistics.views")),
    )


def owner(raw: dict[str, Any]) -> str | None:
    """The handle of the writer, else the id."""
    number = str(at(raw, "post_owner.id") or "").strip()
    return handle(at(raw, "post_owner.username")) or (f"id:{number}" if number.isdecimal() else None)


def media_type(raw: dict[str, Any]) -> str | None:
    """The kind named by `content_type` ("photos", "reel"), else by the media in `multimedia` (JSON in a CSV cell)."""
    kind = str(at(raw, "content_type") or "").strip().lower()
    singular = "status" if kind in ("status", "statuses") else kind.removesuffix("s")
    if singular in MEDIA:
        return MEDIA[singular]
    media = at(raw, "multimedia")
    if isinstance(media, str):
        try:
            media = json.loads(media)
        except (ValueError, RecursionError):
            return None
    kinds = [MEDIA.get(str(as_dict(item).get("type")).lower()) for item in as_list(media)]
    return "album" if len(kinds) > 1 else kinds[0] if kinds else None


LIKENESSES = (
    Likeness(
        "an export of the Meta Content Library",
        (OWN_NAMES, *(frozenset({name}) for name in ("id", "creation_time", "statistics", "text"))),
    ),
)

_COUNTS = tuple(
    f"statistics.{name}" for name in ("reaction_count", "like_count", "comment_count", "share_count", "views")
)
_STUDY = partial(study, Places(ids=("id",), counts=_COUNTS))

FORMATS = tuple(
    form
    for platform in ("facebook", "instagram")
    for form in formats("mcl", partial(recognise, platform), partial(post, platform), platform=platform, study=_STUDY)
)
