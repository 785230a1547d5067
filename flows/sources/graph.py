"""Saved answers of the Graph API: Facebook Page posts, Instagram business discovery, hashtag and own media.

An answer is a page (`{"data": [...], "paging": ...}`), one object, objects keyed by their ids, or a Page or account
with such a page inside; a file holds one answer, an array of them, or one a line. Each object in an answer is one
record; what is no post (users, hashtags, insights, album children, comments, errors) is rejected with that reason.
`paging` URLs carry access tokens, which are masked when the file lands.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flows.post import Post, Reason, Rejected
from flows.sources.cells import as_dict
from flows.sources.counts import count
from flows.sources.fields import clean, handle, hashtags_in, instagram_code, instagram_seconds, shortcode, whole_id
from flows.sources.layout import OBJECTS, ZEESCHUIMER_KEYS, formats, names
from flows.sources.likeness import Likeness
from flows.sources.moments import iso_seconds
from flows.sources.one_record import OneRecord
from flows.sources.taking import Columnar, Inside, Taking

NAME = "graph"
# Edges that can stand inside the object that owns what they list.
OWN_EDGES = ("posts", "feed", "published_posts", "media")
INNER_EDGES = (*OWN_EDGES, "visitor_posts", "tagged", "tags", "recent_media", "top_media")
COMMENT_EDGES = frozenset({"comments", "replies"})

FACEBOOK_KEYS = frozenset({"created_time", "message", "story", "status_type", "permalink_url"})
INSTAGRAM_KEYS = frozenset({"caption", "media_product_type", "media_type", "permalink", "shortcode"})
FACEBOOK_COMMENT_KEYS = frozenset({"can_reply_privately", "comment_count", "like_count", "parent", "user_likes"})
# An album's child has none of these; see the children edge of an album.
INSTAGRAM_POST_KEYS = frozenset(
    {"caption", "children", "comments_count", "like_count", "media_product_type", "owner", "username", "view_count"}
)
# Keys that tell what an object is that is no post; the first that fits names it.
OTHER_OBJECTS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"product_id"}), "a product tag"),
    (frozenset({"period"}), "an insight"),
    (frozenset({"business_discovery"}), "an account without media"),
    (frozenset({"biography"}), "an account"),
    (frozenset({"followers_count"}), "an account"),
    (frozenset({"username"}), "an account"),
    (frozenset({"name"}), "a page, an account or a hashtag"),
    (frozenset({"id"}), "an id without a post"),
)

# A request without any of these asked for a part of the post only.
FACEBOOK_COUNTS = frozenset({"comments", "reactions", "shares"})
INSTAGRAM_COUNTS = frozenset({"comments_count", "like_count", "view_count"})

FACEBOOK_MEDIA = {"photo": "photo", "video": "video", "album": "album", "link": "link"}
STATUS_MEDIA = {"added_photos": "photo", "added_video": "video", "shared_story": "link", "mobile_status_update": "text"}
INSTAGRAM_MEDIA = {"IMAGE": "photo", "VIDEO": "video", "CAROUSEL_ALBUM": "album"}

FACEBOOK_ID = "([0-9]+)_([0-9]+)"  # of the Page and of its post
ID_MAP_KEY = re.compile(r"\d+(_\d+)*", re.ASCII)


# ---------------------------------------------------------------------------------------------- how to recognise it

_CURSOR = re.compile(r"(?<=[?&])(?:access_token|after|before)=[^&#]*")
_GRAPH_ID = re.compile(rb'"id"\s*:\s*"\d{10,}["/]')
_FACEBOOK_ID = re.compile(rb'"id"\s*:\s*"\d+_\d+')
_FOREIGN_KEYS = ZEESCHUIMER_KEYS | {"authorMeta", "creation_time", "mcl_url", "post_owner", "postId", "shortCode"}
_MEDIA_KEYS = frozenset({"comments_count", "media_product_type", "media_type", "permalink"})
# All that a media outside a page has; a table with columns of the same names has others too.
_MEDIA_FIELDS = INSTAGRAM_KEYS | INSTAGRAM_POST_KEYS | {"id", "ig_id", "media_url", "thumbnail_url", "timestamp"}
_PAGES_OF_OTHERS = (
    frozenset({"data", "id", "text", "timestamp"}),  # comments
    frozenset({"data", "id", "name", "period"}),  # insights
    frozenset({"data", "merchant_id", "product_id"}),  # product tags
)
_BARE_KEYS = frozenset({"data", "id", "name"})  # a hashtag, a Page
_ACCOUNT_KEYS = frozenset({"biography", "fan_count", "followers_count"})
_EMPTY_PAGE_KEYS = frozenset({"after", "before", "cursors", "data", "next", "paging", "previous"})


def recognise(sample: bytes) -> str | None:
    """The platform of a saved Graph API answer, "mixed" where it does not show; None: something else."""
    keys = names(sample)
    if keys & _FOREIGN_KEYS:
        return None
    is_facebook = "created_time" in keys and bool(_FACEBOOK_ID.search(sample) or "permalink_url" in keys)
    is_instagram = "business_discovery" in keys or any(keys >= page for page in _PAGES_OF_OTHERS)
    is_bare = False
    if _GRAPH_ID.search(sample):
        fields = {key for key in keys if not key.isdecimal()}  # without the ids of an answer keyed by ids
        is_medium = bool(fields & _MEDIA_KEYS) and ("data" in fields or fields <= _MEDIA_FIELDS)
        is_instagram = is_instagram or (is_medium and not (is_facebook and not fields & {"permalink", "shortcode"}))
        is_bare = bool(fields <= _BARE_KEYS or fields & _ACCOUNT_KEYS)
    if is_facebook != is_instagram:
        return "facebook" if is_facebook else "instagram"
    is_empty = "data" in keys and keys <= _EMPTY_PAGE_KEYS
    return "mixed" if is_facebook or is_bare or is_empty or keys >= {"error", "fbtrace_id"} else None


# ------------------------------------------------------------------------------------------------- how to read it


def elements(answer: Any, asked: list[str] | None = None) -> Iterator[dict[str, Any]]:
    """The objects of one answer as {object, edge, owner, asked}: where it stood, whose it is, the fields asked for.

    `edge` is None outside a page and "" in a page that does not name its edge. `asked` has the fields that are known
    to have been asked for, by the URL of the page before or after it, or because another object of the page has them;
    it is None where nothing tells any. The argument is what the page before named for its next one.
    """
    if not isinstance(answer, dict) or "error" in answer:
        yield _element(answer)
    elif isinstance(discovered := answer.get("business_discovery"), dict):
        yield from _unfold(discovered)
    elif answer and all(_is_keyed_by_id(key, value) for key, value in answer.items()):
        for value in answer.values():
            yield from _unfold(value)
    else:
        yield from _unfold(answer, asked)


def object_of(element: dict[str, Any]) -> Any:
    """The object an element of `elements` stands for, as it is in the answer."""
    return element["object"]


def _is_keyed_by_id(key: str, value: Any) -> bool:
    return isinstance(value, dict) and (value.get("id") == key or ID_MAP_KEY.fullmatch(key) is not None)


def _unfold(thing: dict[str, Any], asked: list[str] | None = None) -> Iterator[dict[str, Any]]:
    """The objects of a page, of the pages inside a Page or account, or the thing itself."""
    if isinstance(thing.get("data"), list):
        yield from _page(thing, asked_before=asked)
        return
    inner = _inner_pages(thing)
    for edge in inner:
        yield from _page(thing[edge], edge, thing if edge in OWN_EDGES else {})
    if not inner:
        yield _element(thing)


def _inner_pages(thing: Any) -> list[str]:
    return [edge for edge in INNER_EDGES if isinstance(as_dict(as_dict(thing).get(edge)).get("data"), list)]


def _is_alone(thing: Any) -> bool:
    return not _inner_pages(thing)


def _asked_next(answer: Any) -> list[str] | None:
    """The fields that the answer after this one was asked for, when this one is a page that names it."""
    url = as_dict(as_dict(answer).get("paging")).get("next")
    return _request(url)[1] if isinstance(url, str) else None


def _page(
    page: dict[str, Any],
    edge: str = "",
    owner: Mapping[str, Any] | None = None,
    asked_before: list[str] | None = None,
) -> Iterator[dict[str, Any]]:
    known = _known(page, edge, owner, asked_before)
    known["asked"] = known["asked"] or _present(page["data"])
    for thing in page["data"]:
        if _inner_pages(thing):  # Pages or accounts in a page, with their posts inside
            yield from _unfold(thing)
        else:
            yield {"object": thing} | known


def _known(
    page: dict[str, Any], edge: str, owner: Mapping[str, Any] | None, asked_before: list[str] | None
) -> dict[str, Any]:
    """What a page tells of its objects, without looking at them."""
    paging = as_dict(page.get("paging"))
    url = paging.get("next") or paging.get("previous")
    named, asked = _request(url) if isinstance(url, str) else ("", None)
    is_of_comments = "order" in as_dict(page.get("summary"))  # only comments are listed with an order
    edge = edge or named or ("comments" if is_of_comments else "")
    return {"edge": edge, "owner": _owner(owner), "asked": asked or asked_before}


def around(page: dict[str, Any], asked: list[str] | None = None) -> dict[str, Any] | None:
    """What is known of the objects of a page of posts; None where it is another one, or its objects have to tell."""
    if "error" in page or "business_discovery" in page:
        return None
    known = _known(page, "", None, asked)
    return known if known["asked"] and known["edge"] not in COMMENT_EDGES else None


def _request(url: str) -> tuple[str, list[str] | None]:
    """(edge, names of the requested fields) of a paging URL, and nothing else of it."""
    return _request_of(_CURSOR.sub("", url))


@lru_cache(maxsize=64)  # the pages of a walk differ in their cursors only
def _request_of(url: str) -> tuple[str, list[str] | None]:
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query)
    except ValueError:  # no URL
        return "", None
    asked = _outer_names(query["fields"][0]) if "fields" in query else None
    edge = parts.path.rstrip("/").rpartition("/")[2]
    return edge if edge.replace("_", "").isalpha() else "", asked


def _outer_names(fields: str) -> list[str]:
    """The names in a list of fields, without those inside them (`comments.limit(0){shares}` asks for no shares)."""
    while fields != (outer := re.sub(r"\{[^{}]*\}|\([^()]*\)", "", fields)):
        fields = outer
    return sorted({name.partition(".")[0].strip() for name in fields.split(",")} - {""})


def _present(things: list[Any]) -> list[str] | None:
    """The fields that some object of a page has, so that they were asked for of all; None where there are none."""
    return sorted({name for thing in things for name in as_dict(thing)}) or None


def _element(
    thing: Any, edge: str | None = None, owner: Mapping[str, Any] | None = None, asked: list[str] | None = None
) -> dict[str, Any]:
    return {"object": thing, "edge": edge, "owner": _owner(owner), "asked": asked}


def _owner(owner: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: (owner or {}).get(key) for key in ("id", "username", "name")}


# ---------------------------------------------------------------------------------------- how it becomes a Post


def post(raw: dict[str, Any]) -> Post:
    """One element as a Post; raises Rejected with what else it is."""
    thing, edge = raw["object"], raw["edge"]
    if not isinstance(thing, dict):
        raise Rejected(Reason.NOT_A_POST, "a value, not an object")
    if "error" in thing:
        raise Rejected(Reason.NOT_A_POST, _error(thing["error"]))
    if _is_comment(thing, edge):
        raise Rejected(Reason.COMMENT, "a comment of the Graph API")
    if thing.keys() & FACEBOOK_KEYS or re.fullmatch(FACEBOOK_ID, str(thing.get("id"))):
        return facebook_post(raw)
    if thing.keys() & INSTAGRAM_KEYS:
        return instagram_post(raw)
    kind = next((kind for keys, kind in OTHER_OBJECTS if thing.keys() >= keys), "an object of another kind")
    raise Rejected(Reason.NOT_A_POST, kind)


def facebook(take: Taking) -> Post:
    """A post of a Facebook Page, or columns of them. Likes are all reactions; comments count replies where asked."""
    page_id, post_id = take.groups("object.id", FACEBOOK_ID, otherwise=_id_alone)
    text = take.first(take.text("object.message"), take.text("object.story"))
    described = take.lines("object.attachments.data[].description")
    sender = take.has("object.from"), take.value("object.from.id"), take.value("object.from.username")
    owner = take.given("owner.id"), take.given("owner.username")
    attached = take.head("object.attachments.data[].media_type")
    return Post(
        platform="facebook",
        post_id=post_id,
        created_at=take.moment(iso_seconds, take.value("object.created_time")),
        author=take.each(_facebook_author, *sender, *owner, page_id, take.given("edge")),
        author_name=take.first(take.text("object.from.name"), take.given("owner.name", clean)),
        text=text,
        hashtags=take.hashtags_in(take.beside(text, described)),
        media_type=take.each(
            _facebook_media, attached, take.given("asked", _has_attachments), take.value("object.status_type")
        ),
        likes=take.count("object.reactions.summary.total_count"),
        comments=take.count_or("object.comments.summary.total_count", "object.comments.count"),
        # The API leaves `shares` out when there are none, so its absence is a zero, but only where it was asked for.
        shares=take.count_asked("object.shares.count", take.given("asked", _has_shares)),
        url=take.text("object.permalink_url"),
        is_partial=take.lacks(*(f"object.{name}" for name in sorted(FACEBOOK_COUNTS))),
    )


def _has_attachments(asked: list[str] | None) -> bool:
    return "attachments" in (asked or ())


def _has_shares(asked: list[str] | None) -> bool:
    return "shares" in (asked or ())


def facebook_post(raw: dict[str, Any]) -> Post:
    """A post of a Facebook Page. Raises Rejected."""
    return facebook(OneRecord(raw))


def instagram_post(raw: dict[str, Any]) -> Post:
    """A media of an Instagram professional account. Without a time it has the one its shortcode holds."""
    thing, edge, owner = raw["object"], raw["edge"], as_dict(raw["owner"])
    if edge == "children" or (edge == "" and not thing.keys() & INSTAGRAM_POST_KEYS):
        raise Rejected(Reason.NOT_A_POST, "a part of an album")
    if thing.get("media_product_type") == "AD":
        raise Rejected(Reason.ADVERTISEMENT, "media_product_type AD")
    url = clean(thing.get("permalink"))
    code = (instagram_code(url) if url else None) or shortcode(thing.get("shortcode"))
    created_at, created_from = _instagram_time(thing, code)
    text = clean(thing.get("caption"))
    return Post(
        platform="instagram",
        post_id=code or f"graph:{whole_id(thing.get('id'))}",
        created_at=created_at,
        created_from=created_from,
        author=_instagram_author(thing, owner),
        author_name=clean(owner.get("name")),
        text=text,
        hashtags=hashtags_in(text),
        media_type=INSTAGRAM_MEDIA.get(str(thing.get("media_type"))),
        likes=count(thing.get("like_count")),
        comments=count(thing.get("comments_count")),
        shares=count(thing.get("shares_count")),
        views=count(thing.get("view_count")),
        url=url,
        is_partial=not thing.keys() & INSTAGRAM_COUNTS,
    )


def _is_comment(thing: dict[str, Any], edge: str | None) -> bool:
    """Comments of both platforms; without their edge they are known by keys and URLs that posts do not have."""
    if edge in COMMENT_EDGES or "comment_id=" in str(thing.get("permalink_url")):
        return True
    if "created_time" in thing:
        return bool(thing.keys() & FACEBOOK_COMMENT_KEYS) or str(thing.get("id")).count("_") > 1
    return "text" in thing and not thing.keys() & (INSTAGRAM_KEYS | FACEBOOK_KEYS)


def _error(error: Any) -> str:
    """An error by its code and type; its message may hold a token."""
    code, kind = as_dict(error).get("code"), as_dict(error).get("type")
    words = [f"code {code}"] * isinstance(code, int) + [str(kind)] * (isinstance(kind, str) and kind.isalpha())
    return f"an error of the Graph API: {', '.join(words) or 'no code'}"


def _id_alone(raw: dict[str, Any]) -> tuple[None, str]:
    """(no page id, post id) of a post whose id does not name its Page."""
    thing = raw["object"]
    if not thing.keys() & {"message", "story", "status_type"}:
        raise Rejected(Reason.NOT_A_POST, "a photo, a video or an event, not its post")
    return None, whole_id(thing.get("id"))


def _facebook_author(  # noqa: PLR0913, PLR0917 - the sender, the owner, and where the post stood
    has_sender: bool, number: Any, name: Any, owner_id: Any, owner_name: Any, page_id: str | None, edge: str | None
) -> str | None:
    """The handle where one is known, else the id of the sender; a feed without senders may hold visitors' posts."""
    sender_id = str(number or (page_id if edge != "feed" and not has_sender else None) or "")
    is_owner = not has_sender or sender_id == str(owner_id)
    known = handle(name) or (handle(owner_name) if is_owner and edge != "feed" else None)
    return known or (f"id:{sender_id}" if sender_id.isdecimal() else None)


def _facebook_media(attached: str | None, has_asked: bool, status: Any) -> str | None:
    """The kind of the first attachment; without one that of the status, where attachments were not asked for."""
    if attached is not None:
        return FACEBOOK_MEDIA.get(attached)
    return "text" if has_asked else STATUS_MEDIA.get(str(status))


def _instagram_time(thing: dict[str, Any], code: str | None) -> tuple[int, str]:
    """(second, "record" or "id")."""
    from_code = instagram_seconds(code) if code else None
    if thing.get("timestamp") is None and from_code is not None:
        return from_code, "id"
    return iso_seconds(thing.get("timestamp")), "record"


def _instagram_author(thing: dict[str, Any], owner: dict[str, Any]) -> str | None:
    name = handle(thing.get("username")) or handle(owner.get("username"))
    number = str(as_dict(thing.get("owner")).get("id") or owner.get("id") or "")
    return name or (f"id:{number}" if number.isdecimal() else None)


LIKENESSES = (
    Likeness(
        "saved answers of the Graph API",
        (
            *(frozenset({"data"}), frozenset({"paging"}), frozenset({"id"})),
            *(frozenset({"created_time", "timestamp"}), FACEBOOK_KEYS | INSTAGRAM_KEYS),
        ),
    ),
)

COLUMNAR = Columnar(
    facebook,
    absent=tuple(f"object.{name}" for name in ("error", *sorted(FACEBOOK_COMMENT_KEYS))),
    without=(("object.permalink_url", "comment_id="),),
    inside=Inside("data", around, INNER_EDGES, _is_alone),
)

FORMATS = tuple(
    replace(form, holds_secrets=True)
    for form in formats(NAME, recognise, post, OBJECTS, inside=elements, carry=_asked_next, columnar=(COLUMNAR,))
)
