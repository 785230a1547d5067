"""Zeeschuimer NDJSON: what a researcher's browser received from TikTok and Instagram, one JSON object a line.

Two forms of a line are read: the envelope with the platform's object in `data`, and the flattened one that 4CAT
exports, where the envelope is in `__import_meta`. A file may mix platforms; every line says its own.

Text: a post without a caption (`caption: null`, empty `desc`) has the text ""; a record that does not carry the
field has None. Ads are told apart on Instagram only: TikTok's `isAd` marks promoted posts of real accounts.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from flows.post import Post, Reason, Rejected
from flows.sources.counts import count
from flows.sources.evidence import Places, study
from flows.sources.fields import (
    after_upload,
    clean,
    handle,
    hashtag,
    hashtags_in,
    instagram_seconds,
    pk_to_shortcode,
    present,
    shortcode,
    tiktok_seconds,
    whole_id,
)
from flows.sources.layout import OBJECTS, formats
from flows.sources.likeness import Likeness
from flows.sources.moments import MILLISECONDS_ABOVE, seconds

INSTAGRAM_MEDIA = {1: "photo", 2: "video", 8: "album"}
INSTAGRAM_AD_LINK = "https://www.facebook.com/ads/ig_redirect"
TIKTOK_NO_LANGUAGE = ("", "un")

Raw = dict[str, Any]


def _dict(value: object) -> Raw:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def observed_at(envelope: Raw) -> int | None:
    """When the browser last saw the item, in seconds; None when the envelope does not say."""
    value = envelope.get("last_updated") or envelope.get("timestamp_collected")
    if type(value) is int and value > MILLISECONDS_ABOVE:
        return value // 1000
    try:
        return seconds(value)
    except Rejected:
        return None


def tiktok_created(post_id: str, value: object) -> tuple[int, str]:
    """(seconds, where from) of a TikTok post: its own time, or its id's when it has none.

    Raises Rejected: NO_TIME, TIME_FORM, and TIME_OUT_OF_RANGE when it cannot have been posted then (`after_upload`).
    """
    from_id = tiktok_seconds(post_id)
    if value in (None, "", 0, "0"):
        if from_id is None:
            raise Rejected(Reason.NO_TIME, "createTime")
        return from_id, "id"
    created_at = value if type(value) is int and 0 < value < MILLISECONDS_ABOVE else seconds(value)
    return after_upload(from_id, created_at), "record"


def _tiktok_hashtags(data: Raw, text: str | None) -> tuple[str, ...]:
    """The platform's own list; where it is empty, the text's."""
    extras = data.get("textExtra")
    if type(extras) is not list:
        extras = []
    names = [entry["hashtagName"] for entry in extras if type(entry) is dict and entry.get("hashtagName")]
    for content in _list(data["contents"]) if "contents" in data else ():
        inner = _list(_dict(content).get("textExtra"))
        names += [entry["hashtagName"] for entry in inner if type(entry) is dict and entry.get("hashtagName")]
    if not names:
        return hashtags_in(text)
    normal = dict.fromkeys([hashtag(name) for name in names if type(name) is str])
    normal.pop("", None)
    return tuple(normal)


def _tiktok_text(data: Raw) -> str | None:
    """The description; of photo posts that have none there, the texts of their parts."""
    text = clean(data.get("desc"))
    if not text and (contents := _list(data.get("contents"))):
        parts = [clean(_dict(content).get("desc")) for content in contents]
        text = "\n".join(part for part in parts if part) or text
    return text


def _counter(stats: Raw, second: Raw, name: str) -> int | None:
    """A counter of `stats`, else the same of `statsV2` (strings)."""
    value = count(stats.get(name))
    return count(second.get(name)) if value is None and second else value


def _author(name: str | None, number: object) -> str | None:
    """The handle, or "id:<number>" where only that is known."""
    if name:
        return name
    return f"id:{number}" if number and isinstance(number, str | int) else None


def _tiktok(data: Raw, envelope: Raw) -> Post:
    post_id = whole_id(present(data, "id"))
    created_at, created_from = tiktok_created(post_id, data.get("createTime"))
    text = _tiktok_text(data)
    writer = data.get("author")
    if type(writer) is dict:
        author = handle(writer.get("uniqueId"))
        name = clean(writer.get("nickname"))
        number = writer.get("id")
    else:  # data embedded in a page's HTML name the author only
        author, name, number = handle(writer), clean(data.get("nickname")), data.get("authorId")
    stats = _dict(data.get("stats"))
    second = _dict(data.get("statsV2"))
    images = _list(_dict(data.get("imagePost")).get("images")) if "imagePost" in data else []
    language = clean(data.get("textLanguage"))
    return Post(
        platform="tiktok",
        post_id=post_id,
        created_at=created_at,
        created_from=created_from,
        observed_at=observed_at(envelope),
        author=_author(author, number),
        author_name=name,
        text=text,
        hashtags=_tiktok_hashtags(data, text),
        language=None if language in TIKTOK_NO_LANGUAGE else language,
        media_type=("album" if len(images) > 1 else "photo") if images else "video",
        likes=_counter(stats, second, "diggCount"),
        comments=_counter(stats, second, "commentCount"),
        shares=_counter(stats, second, "shareCount"),
        views=_counter(stats, second, "playCount"),
        url=f"https://www.tiktok.com/@{author}/video/{post_id}" if author else None,
    )


def instagram_created(code: str, value: object) -> tuple[int, str]:
    """(seconds, where from) of an Instagram post: its own time, or its shortcode's when it has none.

    Raises Rejected NO_TIME, TIME_FORM, TIME_OUT_OF_RANGE.
    """
    if value not in (None, "", 0, "0"):
        return seconds(value), "record"
    from_code = instagram_seconds(code)
    if from_code is None:
        raise Rejected(Reason.NO_TIME, "taken_at")
    return from_code, "id"


def instagram_url(code: str) -> str:
    """The public address of a shortcode."""
    return f"https://www.instagram.com/p/{code}/"


def _instagram_code(data: Raw, key: str) -> str:
    """The shortcode, or the one its media number stands for. Raises Rejected NO_ID, ID_AS_NUMBER."""
    if (code := shortcode(data.get(key))) is not None:
        return code
    return pk_to_shortcode(data.get("pk") or present(data, "id"))


def _instagram_media(data: Raw) -> str | None:
    kind = data.get("media_type")
    return INSTAGRAM_MEDIA.get(kind) if type(kind) is int else None


def _instagram_author(data: Raw) -> tuple[str | None, str | None]:
    """(handle or id, name) of the user, else the owner."""
    user, owner = _dict(data.get("user")), _dict(data.get("owner"))
    author = handle(user.get("username")) or handle(owner.get("username"))
    number = user.get("pk") or user.get("id") or owner.get("pk") or owner.get("id")
    name = clean(user.get("full_name"))
    return _author(author, number), name if name is not None else clean(owner.get("full_name"))


def _caption(data: Raw) -> str | None:
    """The caption, "" when the post has none, None when the record does not carry it."""
    if "caption" not in data:
        return None
    caption = data["caption"]
    if caption is None:
        return ""
    return clean(caption) if isinstance(caption, str) else clean(_dict(caption).get("text")) or ""


def _item_list(data: Raw, envelope: Raw) -> Post:
    code = _instagram_code(data, "code")
    created_at, created_from = instagram_created(code, data.get("taken_at"))
    author, name = _instagram_author(data)
    text = _caption(data)
    comments = count(data.get("comment_count"))
    if comments is None and isinstance(data.get("comments"), list):
        comments = len(data["comments"]) or None  # a preview; an empty one does not say that there are none
    plays = data.get("view_count")
    return Post(
        platform="instagram",
        post_id=code,
        created_at=created_at,
        created_from=created_from,
        observed_at=observed_at(envelope),
        author=author,
        author_name=name,
        text=text,
        hashtags=hashtags_in(text),
        media_type=_instagram_media(data),
        # With hidden likes the number is a teaser for the viewer, not a count.
        likes=None if data.get("like_and_view_counts_disabled") else count(data.get("like_count")),
        comments=comments,
        views=count(data.get("play_count") if plays is None else plays),
        url=instagram_url(code),
        is_partial=bool(data.get("_zs_partial")),
    )


def _polaris(data: Raw, envelope: Raw) -> Post:
    """A tile of a grid: no likes and comments, and the time only from the shortcode."""
    return _item_list(data, envelope)._replace(likes=None, comments=None, is_partial=True)


def _graph_media(data: Raw) -> str | None:
    kind = str(data["__typename"]).lower()
    if "sidecar" in kind or "edge_sidecar_to_children" in data:
        return "album"
    if "video" in kind or data.get("is_video"):
        return "video"
    return "photo" if "image" in kind else None


def _graph_legacy(data: Raw, envelope: Raw) -> Post:
    """The shape of Instagram's former web pages."""
    author, name = _instagram_author(data)
    text = None
    if "edge_media_to_caption" in data:
        edges = _list(_dict(data["edge_media_to_caption"]).get("edges"))
        text = clean(_dict(_dict(edges[0]).get("node")).get("text")) if edges else ""
    hidden = data.get("like_and_view_counts_disabled")
    code = _instagram_code(data, "shortcode")
    created_at, created_from = instagram_created(code, data.get("taken_at_timestamp"))
    return Post(
        platform="instagram",
        post_id=code,
        created_at=created_at,
        created_from=created_from,
        observed_at=observed_at(envelope),
        author=author,
        author_name=name,
        text=text,
        hashtags=hashtags_in(text),
        media_type=_graph_media(data),
        likes=None if hidden else count(_dict(data.get("edge_media_preview_like")).get("count")),
        comments=count(_dict(data.get("edge_media_preview_comment")).get("count")),
        views=count(data.get("video_view_count")),
        url=instagram_url(code),
        is_partial=bool(data.get("_zs_partial")),
    )


def _instagram(data: Raw, envelope: Raw) -> Post:
    if data.get("product_type") == "ad" or str(data.get("link") or "").startswith(INSTAGRAM_AD_LINK):
        raise Rejected(Reason.ADVERTISEMENT)
    kind = data.get("__typename")
    if isinstance(kind, str) and "polaris" in kind.lower():
        return _polaris(data, envelope)
    if kind and kind != "XDTMediaDict":
        return _graph_legacy(data, envelope)
    return _item_list(data, envelope)


def _tiktok_comment(data: Raw, envelope: Raw) -> Post:  # noqa: ARG001 - one signature for all
    raise Rejected(Reason.COMMENT, "tiktok-comments")


_PLATFORMS: dict[object, Callable[[Raw, Raw], Post]] = {
    "tiktok.com": _tiktok,
    "instagram.com": _instagram,
    "tiktok-comments": _tiktok_comment,
}


def post(raw: Any) -> Post:
    """The Post of one line, in either form. Raises Rejected."""
    if type(raw) is not dict:
        raise Rejected(Reason.WRONG_SHAPE, "not an object")
    if "__import_meta" in raw:
        data: Any = raw
        envelope = raw["__import_meta"]
    else:
        data, envelope = raw.get("data"), raw
    if type(data) is not dict or type(envelope) is not dict:
        raise Rejected(Reason.WRONG_SHAPE, "data")
    platform = envelope.get("source_platform")
    if type(platform) is not str:
        raise Rejected(Reason.WRONG_SHAPE, "source_platform")
    if (read := _PLATFORMS.get(platform)) is None:
        raise Rejected(Reason.UNKNOWN_PLATFORM, platform[:80])
    return read(data, envelope)


_SOURCE_PLATFORM = re.compile(rb'"source_platform"\s*:\s*"([^"\\]*)"')
_WATCHED = {b"tiktok.com": "tiktok", b"tiktok-comments": "tiktok", b"instagram.com": "instagram"}


def recognise(sample: bytes) -> str | None:
    """Objects that carry Zeeschuimer's envelope; "mixed" unless all in the sample are of one platform."""
    if b'"data"' not in sample and b'"__import_meta"' not in sample:
        return None
    platforms = {_WATCHED.get(name, "mixed") for name in _SOURCE_PLATFORM.findall(sample)}
    if not platforms:
        return None
    return platforms.pop() if len(platforms) == 1 else "mixed"


LIKENESSES = (
    Likeness(
        "an export of Zeeschuimer",
        (frozenset({"source_platform"}), frozenset({"data", "__import_meta"}), frozenset({"timestamp_collected"})),
    ),
)

# Zeeschuimer writes one object a line; people who load and save its files leave arrays and objects over several lines.
_STUDY = partial(study, Places(ids=("data.id", "id")))
FORMATS = formats("zeeschuimer", recognise, post, OBJECTS, study=_STUDY)
