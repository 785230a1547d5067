"""Zeeschuimer NDJSON: what a researcher's browser received from TikTok and Instagram, one JSON object a line.

Two forms of a line are read: the envelope with the platform's object in `data`, and the flattened one that 4CAT
exports, where the envelope is in `__import_meta`. A file may mix platforms; every line says its own.

Text: a post without a caption (`caption: null`, empty `desc`) has the text ""; a record that does not carry the
field has None. Ads are told apart on Instagram only: TikTok's `isAd` marks promoted posts of real accounts.
"""

import re
from collections.abc import Callable
from typing import Any

from flows.files.record import Elsewhere
from flows.post import Post, Reason, Rejected
from flows.sources.counts import count
from flows.sources.evidence import Places, PlacesStudy
from flows.sources.fields import (
    SHORTCODE,
    clean,
    handle,
    hashtags_in,
    instagram_seconds,
    pk_to_shortcode,
    present,
    shortcode,
)
from flows.sources.layout import OBJECTS, formats
from flows.sources.likeness import Likeness
from flows.sources.moments import seconds
from flows.sources.one_record import OneRecord
from flows.sources.taking import Columnar, Taking

INSTAGRAM_MEDIA = {1: "photo", 2: "video", 8: "album"}
INSTAGRAM_AD_LINK = "https://www.facebook.com/ads/ig_redirect"
INSTAGRAM_ADDRESS = "https://www.instagram.com/p/{}/"
TIKTOK_NO_LANGUAGE = ("", "un")
_SEEN = ("last_updated", "timestamp_collected")

Raw = dict[str, Any]


def _dict(value: object) -> Raw:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def observed_at(envelope: Raw) -> int | None:
    """When the browser last saw the item, in seconds; None when the envelope does not say."""
    return OneRecord(envelope).observed_at(*_SEEN)


def tiktok(take: Taking) -> Post:
    """A TikTok video in its envelope, of one record or of columns."""
    post_id = take.tiktok_id("data.id")
    created_at, created_from = take.tiktok_time(post_id, "data.createTime")
    text = take.text("data.desc")
    author = take.handle("data.author.uniqueId")
    return Post(
        platform="tiktok",
        post_id=post_id,
        created_at=created_at,
        created_from=created_from,
        observed_at=take.observed_at(*_SEEN),
        author=take.account(author, "data.author.id"),
        author_name=take.text("data.author.nickname"),
        text=text,
        hashtags=take.hashtags("data.textExtra[].hashtagName", text),
        language=take.text("data.textLanguage", unknown=TIKTOK_NO_LANGUAGE),
        media_type=take.by_number("data.imagePost.images[]", ("video", "photo", "album")),
        likes=take.count("data.stats.diggCount", "data.statsV2.diggCount"),
        comments=take.count("data.stats.commentCount", "data.statsV2.commentCount"),
        shares=take.count("data.stats.shareCount", "data.statsV2.shareCount"),
        views=take.count("data.stats.playCount", "data.statsV2.playCount"),
        url=take.filled("https://www.tiktok.com/@{}/video/{}", author, post_id),
    )


def _tiktok(data: Raw, envelope: Raw) -> Post:
    return tiktok(OneRecord({**envelope, "data": _usual(data)}))


def _usual(data: Raw) -> Raw:
    """A video's object in the shape that nearly all have."""
    if type(data.get("author")) is not dict:  # data embedded in a page's HTML name the author only
        writer = {"uniqueId": data.get("author"), "nickname": data.get("nickname"), "id": data.get("authorId")}
        data = {**data, "author": writer}
    if contents := [_dict(part) for part in _list(data.get("contents"))]:  # parts of a photo post
        said = [clean(part.get("desc")) for part in contents]
        text = clean(data.get("desc")) or "\n".join(part for part in said if part) or data.get("desc")
        named = [entry for part in (data, *contents) for entry in _list(part.get("textExtra"))]
        data = {**data, "desc": text, "textExtra": named}
    return data


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
    return INSTAGRAM_ADDRESS.format(code)


def _instagram_code(data: Raw, key: str) -> str:
    """The shortcode, or the one its media number stands for. Raises Rejected NO_ID, ID_AS_NUMBER."""
    if (code := shortcode(data.get(key))) is not None:
        return code
    return pk_to_shortcode(data.get("pk") or present(data, "id"))


def _instagram_author(user: Any, owner: Any, number: Any) -> str | None:
    """The handle of the user, else the owner's, else "id:<number>"."""
    name = handle(user) or handle(owner)
    if name:
        return name
    return f"id:{number}" if number and isinstance(number, str | int) else None


def _author(take: Taking) -> Any:
    names = take.value("data.user.username"), take.value("data.owner.username")
    numbers = (take.value(f"data.{who}.{key}") for who in ("user", "owner") for key in ("pk", "id"))
    return take.each(_instagram_author, *names, take.first(*numbers))


def _author_name(take: Taking) -> Any:
    return take.known(take.text("data.user.full_name"), take.text("data.owner.full_name"))


def instagram(take: Taking) -> Post:
    """An Instagram post in its envelope, of one record or of columns."""
    (code,) = take.groups("data.code", f"({SHORTCODE})", otherwise=_odd_code)
    created_at, created_from = take.second("data.taken_at", instagram_created, code)
    text = take.text_in("data.caption", "text")
    return Post(
        platform="instagram",
        post_id=code,
        created_at=created_at,
        created_from=created_from,
        observed_at=take.observed_at(*_SEEN),
        author=_author(take),
        author_name=_author_name(take),
        text=text,
        hashtags=take.hashtags_in(text),
        media_type=take.named("data.media_type", INSTAGRAM_MEDIA),
        # With hidden likes the number is a teaser for the viewer, not a count.
        likes=take.unless(take.is_true("data.like_and_view_counts_disabled"), take.count("data.like_count")),
        # The list is a preview; an empty one does not say that there are none.
        comments=take.count_or_number("data.comment_count", "data.comments"),
        views=take.count_or("data.view_count", "data.play_count", is_null_known=False),
        url=take.filled(INSTAGRAM_ADDRESS, code),
        is_partial=take.is_true("data._zs_partial"),
    )


def _odd_code(raw: Raw) -> tuple[str]:
    return (_instagram_code(raw["data"], "code"),)


def _item_list(data: Raw, envelope: Raw) -> Post:
    return instagram(OneRecord({**envelope, "data": data}))


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
    take = OneRecord({"data": data})
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
        author=_author(take),
        author_name=_author_name(take),
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


_FLATTENED = "__import_meta"  # what holds the envelope of a flattened record
# Where data embedded in a page's HTML name the author.
_IN_PAGE = {
    "data.author.uniqueId": "data.author",
    "data.author.nickname": "data.nickname",
    "data.author.id": "data.authorId",
}


def _flattened(path: str) -> str:
    """Where a flattened record has a field: its data beside what holds the envelope."""
    return path.removeprefix("data.") if path.startswith("data.") else f"{_FLATTENED}.{path}"


_FLAT = Elsewhere(_FLATTENED, "object", _flattened)
COLUMNAR = (
    Columnar(
        tiktok,
        equal=(("source_platform", ("tiktok.com",)),),
        absent=(_FLATTENED, "data.contents"),
        elsewhere=(_FLAT, Elsewhere("data.author", "text", lambda path: _IN_PAGE.get(path, path))),
    ),
    Columnar(
        instagram,
        equal=(("source_platform", ("instagram.com",)), ("data.__typename", ("XDTMediaDict", "", None))),
        absent=(_FLATTENED,),
        without=(("data.product_type", "ad"), ("data.link", INSTAGRAM_AD_LINK)),
        elsewhere=(_FLAT,),
    ),
)

_PLATFORMS: dict[object, Callable[[Raw, Raw], Post]] = {
    "tiktok.com": _tiktok,
    "instagram.com": _instagram,
    "tiktok-comments": _tiktok_comment,
}


def post(raw: Any) -> Post:
    """The Post of one line, in either form. Raises Rejected."""
    if not isinstance(raw, dict):
        raise Rejected(Reason.WRONG_SHAPE, "not an object")
    if _FLATTENED in raw:
        data: Any = raw
        envelope = raw[_FLATTENED]
    else:
        data, envelope = raw.get("data"), raw
    if not isinstance(data, dict) or not isinstance(envelope, dict):
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
_STUDY = PlacesStudy(Places(ids=("data.id", "id")))
FORMATS = formats("zeeschuimer", recognise, post, OBJECTS, study=_STUDY, columnar=COLUMNAR)
