"""What a Facebook Page and its posts have to show: one reader a field, nothing where the object has no such value."""

from typing import Any

from flows.simulation.post_columns import ALBUM, LINK, PHOTO, TEXT, VIDEO
from flows.simulation.services.archive import DAY, Account, Item, graph_time
from flows.simulation.services.comments import FACEBOOK_FIELDS, facebook_thread, thread_size
from flows.simulation.services.graph_errors import Refused
from flows.simulation.services.graph_pages import limit_of
from flows.simulation.services.selection import Reader, Wanted, chosen, selected

MOST, DEFAULT_LIMIT = 100, 25
_REACTIONS = {"LOVE": 0.07, "WOW": 0.02, "HAHA": 0.05, "SAD": 0.02, "ANGRY": 0.02, "CARE": 0.01}
_KINDS = {PHOTO: "photo", VIDEO: "video", ALBUM: "album", LINK: "link"}
_STATUS = {
    PHOTO: "added_photos",
    VIDEO: "added_video",
    ALBUM: "added_photos",
    LINK: "shared_story",
    TEXT: "mobile_status_update",
}


def _photo(item: Item) -> str:
    return f"https://www.facebook.com/{item.account.number}/photos/a.{item.key - 7}/{item.key + 11}/?type=3"


def _attachments(item: Item, wanted: Wanted, _: float) -> dict[str, Any] | None:
    kind = _KINDS.get(item.media)
    if kind is None:
        return None
    url = "https://example.test/berita" if item.media == LINK else _photo(item)
    picture = {"height": 720, "src": f"https://scontent.example-cdn.test/{item.key}.jpg", "width": 720}
    attached: dict[str, Any] = {
        "media_type": kind,
        "type": kind if item.media != LINK else "share",
        "title": item.account.name,
        "url": url,
        "unshimmed_url": url,
        "target": {"id": str(item.key + 11), "url": url},
        "media": {"image": picture},
    }
    if item.media == ALBUM:
        attached["subattachments"] = {"data": [{"media_type": "photo", "type": "photo", "url": url}] * 2}
    return {"data": [chosen(attached, wanted)]}


def reaction_count(total: int, kind: str) -> int:
    """How many of a post's reactions are of a kind; the kinds add up to all."""
    if kind == "LIKE":
        return total - sum(int(total * share) for share in _REACTIONS.values())
    return int(total * _REACTIONS.get(kind, 0.0))


def _reactions(item: Item, wanted: Wanted, growth: float) -> dict[str, Any]:
    kind = wanted.modifiers.get("type", "NONE").upper()
    if kind not in {"NONE", "LIKE", *_REACTIONS}:
        raise Refused(100, f"(#100) Param type must be one of the reactions, not {kind}")
    total = int((item.likes or 0) * growth)
    answer: dict[str, Any] = {"data": []}
    if wanted.modifiers.get("summary"):
        answer["summary"] = {"total_count": total if kind == "NONE" else reaction_count(total, kind)}
        if wanted.modifiers["summary"] != "total_count":
            answer["summary"]["viewer_reaction"] = "NONE"
    return answer


def _comments(item: Item, wanted: Wanted, growth: float) -> dict[str, Any]:
    total = int((item.comments or 0) * growth)
    kind, order = wanted.modifiers.get("filter", "toplevel"), wanted.modifiers.get("order", "ranked")
    limit = limit_of(wanted.modifiers.get("limit"), DEFAULT_LIMIT, MOST)
    shown = facebook_thread(item, total if limit else 0, kind, order)[:limit]
    fields = wanted.inner or BARE_COMMENT
    body: dict[str, Any] = {
        "data": [selected(comment, fields, FACEBOOK_FIELDS, "Comment", growth) for comment in shown]
    }
    if wanted.modifiers.get("summary"):
        body["summary"] = {"order": order, "total_count": thread_size(total, kind), "can_comment": False}
    return body


def _shares(item: Item, _: Wanted, growth: float) -> dict[str, int] | None:
    count = int((item.shares or 0) * growth)
    return {"count": count} if count else None


POST_FIELDS: dict[str, Reader] = {
    "id": lambda item, *_: item.graph_id,
    "message": lambda item, *_: item.text,  # the text of the moment takes its place
    "story": lambda item, *_: f"{item.account.name} updated their status." if item.text is None else None,
    "created_time": lambda item, *_: graph_time(item.created),
    "updated_time": lambda item, *_: graph_time(item.created + (2 * DAY if item.is_edited else 60 * (item.salt % 50))),
    "permalink_url": lambda item, *_: f"https://www.facebook.com/{item.account.number}/posts/{item.post_id}",
    "status_type": lambda item, *_: _STATUS[item.media],
    "full_picture": lambda item, *_: (
        None if item.media == TEXT else f"https://scontent.example-cdn.test/{item.key}.jpg"
    ),
    "picture": lambda item, *_: None if item.media == TEXT else f"https://scontent.example-cdn.test/{item.key}s.jpg",
    "icon": lambda *_: "https://www.example-cdn.test/icon.gif",
    "from": lambda item, wanted, _: chosen({"name": item.account.name, "id": item.account.number}, wanted),
    "message_tags": lambda *_: None,
    "shares": _shares,
    "attachments": _attachments,
    "comments": _comments,
    "reactions": _reactions,
    "likes": _reactions,
    "is_published": lambda *_: True,
    "is_hidden": lambda *_: False,
    "is_expired": lambda *_: False,
    "parent_id": lambda *_: None,
    "properties": lambda *_: None,
    "place": lambda *_: None,
    "to": lambda *_: None,
}


def _engagement(page: Account, *_: Any) -> dict[str, Any]:
    likes = page.followers - 7
    return {"count": likes, "social_sentence": f"{likes:,} people like this."}


def _cover(page: Account, *_: Any) -> dict[str, Any]:
    number = str(int(page.number) + 13)
    source = f"https://scontent.example-cdn.test/{number}c.jpg"
    return {"cover_id": number, "offset_x": 0, "offset_y": 50, "source": source, "id": number}


def _picture(page: Account, *_: Any) -> dict[str, Any]:
    address = f"https://scontent.example-cdn.test/{page.number}p.jpg"
    return {"data": {"height": 50, "is_silhouette": False, "url": address, "width": 50}}


PAGE_FIELDS: dict[str, Reader] = {
    "id": lambda page, *_: page.number,
    "name": lambda page, *_: page.name,
    "username": lambda page, *_: None if page.handle == page.number else page.handle,
    "fan_count": lambda page, *_: page.followers - 7,
    "followers_count": lambda page, *_: page.followers,
    "link": lambda page, *_: f"https://www.facebook.com/{page.number}",
    "category": lambda *_: "Community",
    "category_list": lambda *_: [{"id": "2612", "name": "Community"}],
    "display_subtext": lambda *_: "Community",
    "verification_status": lambda *_: "not_verified",
    "engagement": _engagement,
    "cover": _cover,
    "picture": _picture,
    "global_brand_page_name": lambda page, *_: page.name,
    "is_published": lambda *_: True,
    "has_transitioned_to_new_page_experience": lambda *_: True,
    **dict.fromkeys(
        ("can_post", "is_community_page", "is_permanently_closed", "is_unclaimed", "is_verified"), lambda *_: False
    ),
    **dict.fromkeys(("checkins", "rating_count", "talking_about_count", "were_here_count"), lambda *_: 0),
    # What these Pages have not filled in.
    **dict.fromkeys(("about", "bio", "description", "description_html", "emails", "founded"), lambda *_: None),
    **dict.fromkeys(("general_info", "global_brand_root_id", "hours", "impressum", "location"), lambda *_: None),
    **dict.fromkeys(("mission", "overall_star_rating", "phone", "single_line_address", "website"), lambda *_: None),
}
BARE_POST = [Wanted("created_time"), Wanted("message"), Wanted("story"), Wanted("id")]
BARE_COMMENT = [Wanted("created_time"), Wanted("message"), Wanted("id")]
