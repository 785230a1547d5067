"""Exports of Apify actors: clockworks/tiktok-scraper, apify/instagram-scraper, apify/facebook-posts-scraper and kin.

JSON arrays, JSON lines, and CSV whose columns name the nested keys with "/" (older tools: "."), whole or as the
overview of a dataset, which leaves ids out: then they are read from the address of a post. The formats have no version
and keys come and go: only the id and the time of a post are required. When it was collected is not said.
"""

import re
from base64 import b64decode
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import unquote

from flows.post import Post, Reason, Rejected
from flows.sources.cells import as_dict, as_list, hashtag_list
from flows.sources.counts import count
from flows.sources.evidence import Places, PlacesStudy
from flows.sources.fields import (
    after_upload,
    clean,
    facebook_post_id,
    handle,
    hashtags_in,
    instagram_code,
    instagram_seconds,
    pk_to_shortcode,
    present,
    shortcode,
    tiktok_id,
    tiktok_seconds,
    whole_id,
)
from flows.sources.layout import ZEESCHUIMER_KEYS, formats, names
from flows.sources.likeness import Likeness
from flows.sources.moments import iso_seconds, seconds

INSTAGRAM_MEDIA = {"Image": "photo", "Video": "video", "Sidecar": "album"}
UNDETERMINED = frozenset({"", "un"})

# An item of an actor has one key of each of its groups; the CSV column `authorMeta/name` counts as `authorMeta`.
ACTOR_KEYS: dict[str, tuple[frozenset[str], ...]] = {
    "tiktok": (frozenset({"authorMeta", "webVideoUrl"}), frozenset({"createTime", "createTimeISO", "diggCount"})),
    "instagram": (frozenset({"shortCode"}), frozenset({"displayUrl", "likesCount", "ownerId", "ownerUsername"})),
    "facebook": (
        frozenset({"feedbackId", "legacyId", "postId", "topLevelUrl"}),
        frozenset({"facebookUrl", "pageName", "topReactionsCount"}),
    ),
}
# Counts and the keys under which the actors of a platform give them; the first with a number counts.
COUNT_KEYS: dict[str, dict[str, tuple[str, ...]]] = {
    "tiktok": {
        "likes": ("diggCount",),
        "comments": ("commentCount",),
        "shares": ("shareCount",),
        "views": ("playCount",),
    },
    "instagram": {
        "likes": ("likesCount",),
        "comments": ("commentsCount",),
        "shares": ("sharesCount", "reshareCount"),
        "views": ("videoPlayCount", "videoViewCount", "igPlayCount"),
    },
    "facebook": {
        "likes": ("likes", "reactionsCount", "likesCount"),
        "comments": ("comments", "commentsCount"),
        "shares": ("shares", "sharesCount"),
        "views": ("viewsCount", "playCount"),
    },
}
# The overview of a dataset leaves the id out; then it stands in `url`, where these are beside it.
OVERVIEW_KEYS: dict[str, frozenset[str]] = {
    "instagram": frozenset({"likesCount", "commentsCount", "ownerUsername"}),
    "facebook": frozenset({"facebookUrl", "pageName"}),
}
POST_URLS = {
    "instagram": re.compile(rb"instagram\.com(?:\\?/[\w.]+)?\\?/(?:p|reel|reels|tv)\\?/[\w-]+"),
    "facebook": re.compile(
        rb"facebook\.com\\?/[^\s\",;]*(?:posts|permalink|videos|photos|reel|story_fbid|fbid)[^\s\",;]*(?:\d{6,}|pfbid)"
    ),
}
ERROR_KEYS = frozenset({"error", "errorDescription"})

_SEPARATOR = re.compile(r"[/.]")
_FEEDBACK = re.compile(rb"feedback:(?:\d+_)?(\d+)")
_TAG_PAGE = re.compile(r"/explore/tags/([^/?#]+)")


def recognise(platform: str, sample: bytes) -> str | None:
    """`platform` when the keys or columns are those of its actor; a file of errors only is told by its URLs."""
    keys = {_SEPARATOR.split(name)[0] for name in names(sample)}
    if keys & ZEESCHUIMER_KEYS:
        return None
    owners = [each for each in ACTOR_KEYS if _is_of_actor(each, keys, sample)]
    if keys >= ERROR_KEYS and not owners:
        return platform if f"{platform}.com".encode() in sample else None
    return platform if platform in owners else None


def _is_of_actor(platform: str, keys: set[str], sample: bytes) -> bool:
    if all(keys & group for group in ACTOR_KEYS[platform]):
        return True
    overview = OVERVIEW_KEYS.get(platform)
    is_overview = overview is not None and "url" in keys and len(keys & overview) >= 2
    return is_overview and POST_URLS[platform].search(sample) is not None


def item(raw: Any) -> dict[str, Any]:
    """One item with its keys nested and without blank cells. Raises Rejected for an item that reports an error."""
    whole = nested(raw) if isinstance(raw, dict) else {}
    if whole.get("error"):
        raise Rejected(Reason.NOT_A_POST, f"Apify error: {str(whole['error'])[:80]}")
    return whole


def nested(raw: dict[str, Any]) -> dict[str, Any]:
    """`{"authorMeta/name": "a", "hashtags/0/name": "b"}` as `{"authorMeta": {"name": "a"}, "hashtags": [{...}]}`."""
    if not any(_SEPARATOR.search(key) for key in raw):
        return raw
    tree: dict[str, Any] = {}
    for key, value in raw.items():
        *path, last = _SEPARATOR.split(key)
        if value == "":
            continue
        branch = tree
        for name in path:
            inner = branch.setdefault(name, {})
            branch = inner if isinstance(inner, dict) else {}
        branch[last] = value
    return {key: _with_lists(value) for key, value in tree.items()}


def _with_lists(value: Any) -> Any:
    """Objects whose keys are all numbers ("0", "1") as lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(part) for key, part in value.items()}
    if inner and all(key.isdecimal() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def tiktok_post(raw: Any) -> Post:
    """One item of clockworks/tiktok-scraper; `authorMeta.name` is the handle."""
    video = item(raw)
    from_url = None if video.get("id") else tiktok_id(_text(video, "webVideoUrl") or "")
    post_id = from_url or whole_id(present(video, "id"))
    created_at, created_from = _time(post_id, tiktok_seconds, video, "createTime", "createTimeISO")
    after_upload(tiktok_seconds(post_id), created_at)
    author, text = as_dict(video.get("authorMeta")), _text(video, "text")
    tags = [as_dict(tag).get("name") for tag in as_list(video.get("hashtags"))]
    language = _text(video, "textLanguage")
    return Post(
        platform="tiktok",
        post_id=post_id,
        created_at=created_at,
        created_from=created_from,
        author=_author(author.get("name"), author.get("id")),
        author_name=_text(author, "nickName"),
        text=text,
        hashtags=hashtag_list(tags) or hashtags_in(text),
        language=None if language in UNDETERMINED else language,
        media_type="album" if _is_yes(video.get("isSlideshow")) else "video",
        **counted("tiktok", video),
        url=_text(video, "webVideoUrl"),
        query=_tag(as_dict(video.get("searchHashtag")).get("name")) or _text(video, "searchQuery"),
    )


def instagram_post(raw: Any) -> Post:
    """One item of apify/instagram-scraper; -1 likes are hidden ones."""
    media = item(raw)
    url = _text(media, "url")
    code = shortcode(media.get("shortCode")) or instagram_code(url or "")
    code = code or pk_to_shortcode(present(media, "id"))
    created_at, created_from = _time(code, instagram_seconds, media, "timestamp")
    text = _text(media, "caption")
    tag_page = _TAG_PAGE.search(_text(media, "inputUrl") or "")
    return Post(
        platform="instagram",
        post_id=code,
        created_at=created_at,
        created_from=created_from,
        author=_author(media.get("ownerUsername"), media.get("ownerId")),
        author_name=_text(media, "ownerFullName"),
        text=text,
        hashtags=hashtag_list(media.get("hashtags")) or hashtags_in(text),
        media_type=INSTAGRAM_MEDIA.get(str(media.get("type"))),
        **counted("instagram", media),
        url=url,
        query=_tag(unquote(tag_page[1])) if tag_page else None,
    )


def facebook_post(raw: Any) -> Post:
    """One item of apify/facebook-posts-scraper, or of the groups scraper, whose counts have other names.

    `likes` are all reactions (`topReactionsCount` counts their kinds).
    """
    page_post = item(raw)
    user, text = as_dict(page_post.get("user")), _text(page_post, "text")
    created_at, _ = _time("", lambda _: None, page_post, "timestamp", "time")
    return Post(
        platform="facebook",
        post_id=facebook_id(page_post),
        created_at=created_at,
        author=_author(page_post.get("pageName"), user.get("id")),
        author_name=_text(user, "name"),
        text=text,
        hashtags=hashtags_in(text),
        media_type=_facebook_media(page_post),
        **counted("facebook", page_post),
        url=_text(page_post, "topLevelUrl") or _text(page_post, "url"),
    )


def counted(platform: str, raw: dict[str, Any]) -> dict[str, Any]:
    """The counts of an item, None where none of its keys has a number."""
    return {
        name: next((number for key in keys if (number := count(raw.get(key))) is not None), None)
        for name, keys in COUNT_KEYS[platform].items()
    }


def facebook_id(page_post: dict[str, Any]) -> str:
    """`postId` (of groups: `legacyId`), else the id inside `feedbackId`, else the one in a URL. Raises Rejected."""
    written = page_post.get("postId") or page_post.get("legacyId")
    if written not in (None, "") and not str(written).startswith("pfbid"):
        return whole_id(written)
    feedback = page_post.get("feedbackId")
    if isinstance(feedback, str) and feedback.isascii():
        try:
            decoded = b64decode(feedback)
        except ValueError:
            decoded = b""
        if match := _FEEDBACK.match(decoded):
            return match[1].decode()
    post_ids = (facebook_post_id(url) for key in ("topLevelUrl", "url") if (url := _text(page_post, key)))
    if post_id := next(filter(None, post_ids), None):
        return post_id
    raise Rejected(Reason.NO_ID, "no postId, feedbackId or URL with an id")


def _facebook_media(page_post: dict[str, Any]) -> str | None:
    if _is_yes(page_post.get("isVideo")):
        return "video"
    media = as_list(page_post.get("media"))
    if media:
        return "album" if len(media) > 1 else "photo"
    return "link" if _text(page_post, "link") else None


def _time(
    post_id: str, seconds_in_id: Callable[[str], int | None], raw: dict[str, Any], *names: str
) -> tuple[int, str]:
    """(second, "record" or "id"): the first field that is there, numbers or ISO; the id's when none is."""
    value = next((raw[name] for name in names if raw.get(name) not in (None, "")), None)
    if value is None and (from_id := seconds_in_id(post_id)) is not None:
        return from_id, "id"
    is_iso = isinstance(value, str) and "-" in value[1:]
    return (iso_seconds(value) if is_iso else seconds(value)), "record"


def _text(raw: dict[str, Any], name: str) -> str | None:
    return clean(raw.get(name)) or None


def _author(name: Any, number: Any) -> str | None:
    digits = str(number or "")
    return handle(name) or (f"id:{digits}" if digits.isdecimal() else None)


def _tag(name: Any) -> str | None:
    return f"#{name.lstrip('#')}" if isinstance(name, str) and name.strip("# ") else None


def _is_yes(value: Any) -> bool:
    return value is True or str(value).lower() == "true"


LIKENESSES = tuple(
    Likeness(f"an Apify dataset of {name}", (*groups, *texts))
    for name, groups, texts in (
        ("TikTok", ACTOR_KEYS["tiktok"], (frozenset({"text"}), frozenset({"id", "webVideoUrl"}))),
        ("Instagram", ACTOR_KEYS["instagram"], (frozenset({"caption"}), frozenset({"timestamp"}))),
        ("Facebook", ACTOR_KEYS["facebook"], (frozenset({"text"}), frozenset({"time", "timestamp"}))),
    )
)

_POSTS: dict[str, Callable[[Any], Post]] = {
    "tiktok": tiktok_post,
    "instagram": instagram_post,
    "facebook": facebook_post,
}
_IDS = {"tiktok": ("id",), "instagram": (), "facebook": ("postId", "legacyId")}


def _places(platform: str) -> Places:
    return Places(ids=_IDS[platform], counts=tuple(key for keys in COUNT_KEYS[platform].values() for key in keys))


FORMATS = tuple(
    form
    for platform, post in _POSTS.items()
    for form in formats(
        "apify", partial(recognise, platform), post, platform=platform, study=PlacesStudy(_places(platform))
    )
)
