"""Meta Content Library: the CSV of its web interface (dotted columns) and the same records as nested JSON.

Its ids are the library's own (`mcl:<id>`): they join with no other source. A reshare or a post in a group keeps its
writer (`post_owner`); `surface` is only where it appeared. `mcl_url` opens inside the library only, so it is no URL.
"""

import json
from dataclasses import replace
from functools import partial
from typing import Any

from flows.post import Post
from flows.sources.cells import as_dict, as_list, hashtag_list
from flows.sources.evidence import Places, PlacesStudy
from flows.sources.fields import handle, present, whole_id
from flows.sources.layout import ZEESCHUIMER_KEYS, formats, names
from flows.sources.likeness import Likeness
from flows.sources.moments import iso_seconds
from flows.sources.one_record import OneRow
from flows.sources.taking import Columnar, Taking

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


def mapped(platform: str, take: Taking) -> Post:
    """A post of the library, or columns of them; likes are all reactions on Facebook. An empty count is unknown."""
    (number,) = take.groups("id", "([1-9][0-9]{0,31})", otherwise=_odd_id)
    text = take.word("text")
    likes = "reaction_count" if platform == "facebook" else "like_count"
    return Post(
        platform=platform,
        post_id=take.filled("mcl:{}", number),
        created_at=take.moment(iso_seconds, take.value("creation_time")),
        author=take.each(owner, take.value("post_owner.username"), take.value("post_owner.id")),
        author_name=take.word("post_owner.name"),
        text=text,
        hashtags=take.tags("hashtags", hashtag_list, text),
        language=take.word("lang"),
        media_type=take.each(media_type, take.value("content_type"), take.value("multimedia")),
        likes=take.count(f"statistics.{likes}"),
        comments=take.count("statistics.comment_count"),
        shares=take.count("statistics.share_count"),
        views=take.count("statistics.views"),
    )


def _odd_id(raw: dict[str, Any]) -> tuple[str]:
    return (whole_id(present(raw, "id")),)


def post(platform: str, raw: Any) -> Post:
    """One post of the library. Raises Rejected."""
    return mapped(platform, OneRow(as_dict(raw)))


def owner(name: Any, number: Any) -> str | None:
    """The handle of the writer, else the id."""
    digits = str(number or "").strip()
    return handle(name) or (f"id:{digits}" if digits.isdecimal() else None)


def media_type(kind: Any, media: Any) -> str | None:
    """The kind named by `content_type` ("photos", "reel"), else by the media in `multimedia` (JSON in a CSV cell)."""
    kind = str(kind or "").strip().lower()
    singular = "status" if kind in ("status", "statuses") else kind.removesuffix("s")
    if singular in MEDIA:
        return MEDIA[singular]
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
_STUDY = PlacesStudy(Places(ids=("id",), counts=_COUNTS))

# As JSON its fields may be nested or have the names of columns; only a table has them in one way.
FORMATS = tuple(
    replace(form, columnar=form.columnar if form.layout == "csv" else ())
    for platform in ("facebook", "instagram")
    for form in formats(
        "mcl",
        partial(recognise, platform),
        partial(post, platform),
        platform=platform,
        study=_STUDY,
        columnar=(Columnar(partial(mapped, platform)),),
    )
)
