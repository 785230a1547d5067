"""What is left of a record when its post is gone: that it was there, when, and its counts; not what it said, nor who.

Only records in lines (landed pages, NDJSON exports) can be replaced one by one; a tombstone is read like any record.
"""

from collections.abc import Callable, Collection, Iterator
from typing import Any

import orjson

from flows.post import Post, Rejected
from flows.sources import facebook_graph, instagram_graph, tiktok_research
from flows.sources.cells import as_dict, as_list
from flows.sources.fields import instagram_code
from flows.sources.pages import body_of

Key = tuple[str, str]  # platform, post id

_KEPT_OF_PAGES = {
    tiktok_research.SOURCE: (
        *("id", "video_id", "create_time", "region_code", "view_count", "like_count", "comment_count", "share_count"),
        "video_duration",
    ),
    facebook_graph.SOURCE: ("id", "created_time", "status_type", "shares", "reactions", "comments"),
    instagram_graph.SOURCE: (
        *("id", "timestamp", "permalink", "comments_count", "like_count", "view_count", "media_type"),
        "media_product_type",
    ),
}
# Of other records: every number but those that name people, and the words that say what and when it is.
_PEOPLE = frozenset(
    {
        *("author", "authorStats", "authorMeta", "user", "owner", "ownerId", "coauthor_producers", "usertags", "from"),
        *("caption", "text", "desc", "message", "textExtra", "challenges", "hashtags", "mentions", "location", "music"),
        *("edge_media_to_caption", "video", "videoMeta", "musicMeta", "contents", "user_agent", "source_platform_url"),
    }
)
_WORDS = frozenset(
    {
        *("id", "item_id", "code", "pk", "shortcode", "shortCode", "postId", "cid", "aweme_id", "source_platform"),
        *("createTime", "createTimeISO", "created_time", "create_time", "taken_at", "timestamp", "time", "__typename"),
        *("media_type", "product_type", "type", "collectCount", "diggCount", "commentCount", "shareCount", "playCount"),
        *("repostCount", "nav_index"),
    }
)


def bare(value: Any, name: str = "") -> Any:
    """A record without what was said and by whom; None where nothing is left."""
    if isinstance(value, dict):
        kept = {key: bare(item, key) for key, item in value.items() if key not in _PEOPLE}
        return {key: item for key, item in kept.items() if item is not None}
    if isinstance(value, list):
        return None
    if isinstance(value, str):
        return value if name in _WORDS else None
    return value


def erase_in_page(line: bytes, gone: Collection[Key]) -> bytes | None:
    """A landed page with tombstones in the place of what is gone; None when it holds none of it."""
    page = orjson.loads(line)
    if page["status"] != 200 or page["encoding"] != "text":
        return None
    try:
        answer = orjson.loads(body_of(page))
    except orjson.JSONDecodeError:
        return None
    changed = False
    for items in _lists(answer):
        for place, item in enumerate(items):
            reason = as_dict(item)
            if reason and "tombstone" not in item and (page["platform"], _id(page["platform"], item)) in gone:
                items[place] = {name: item[name] for name in _KEPT_OF_PAGES[page["source"]] if name in item}
                items[place]["tombstone"] = True
                changed = True
    if not changed:
        return None
    page["body"] = orjson.dumps(answer).decode()
    return orjson.dumps(page) + b"\n"


def _lists(answer: Any) -> Iterator[list[Any]]:
    top = as_dict(answer)
    yield as_list(top.get("data"))
    yield as_list(as_dict(top.get("data")).get("videos"))
    yield as_list(as_dict(as_dict(top.get("business_discovery")).get("media")).get("data"))


def _id(platform: str, item: dict[str, Any]) -> str:
    if platform == "facebook":
        return str(item.get("id")).rpartition("_")[2]
    if platform == "instagram":
        return instagram_code(str(item.get("permalink"))) or f"graph:{item.get('id')}"
    return str(item.get("id", item.get("video_id")))


def erase_in_line(line: bytes, gone: Collection[Key], post: Callable[[Any], Post]) -> bytes | None:
    """A line of an NDJSON export as a tombstone; None when its post is not gone or it is none."""
    try:
        raw = orjson.loads(line)
        found = post(raw)
    except (orjson.JSONDecodeError, Rejected):
        return None
    if (found.platform, found.post_id) not in gone or "tombstone" in raw:
        return None
    left = as_dict(bare(raw))
    return orjson.dumps(left | {"tombstone": True}) + b"\n"
