"""Facebook's Graph API: Pages, their posts in ranked order, single posts and their comments."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from flows.simulation.plan import FIRST_DAY
from flows.simulation.post_columns import ALBUM, LINK, PHOTO, TEXT, VIDEO
from flows.simulation.services.archive import DAY, Account, Catalogue, Item, graph_time
from flows.simulation.services.comments import facebook_comment
from flows.simulation.services.faults import altered
from flows.simulation.services.graph import GraphPlatform, Refused, limit_of, moment_of, read_cursor, write_cursor
from flows.simulation.services.selection import Reader, Wanted, chosen, read_fields, selected
from flows.simulation.services.service import Call, Clock

EDGES = ("feed", "posts", "published_posts")
MOST, DEFAULT_LIMIT = 100, 25
_SHUFFLED = 36 * 3600  # seconds by which ranking may move a post
_REACTIONS = {"LOVE": 0.07, "WOW": 0.02, "HAHA": 0.05, "SAD": 0.02, "ANGRY": 0.02, "CARE": 0.01}
_KINDS = {PHOTO: "photo", VIDEO: "video", ALBUM: "album", LINK: "link"}
_STATUS = {
    PHOTO: "added_photos",
    VIDEO: "added_video",
    ALBUM: "added_photos",
    LINK: "shared_story",
    TEXT: "mobile_status_update",
}
_LIKES = ("reactions", "like", "likes")


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
    found: dict[str, Any] = {"data": []}
    if wanted.modifiers.get("summary"):
        found["summary"] = {"total_count": total if kind == "NONE" else reaction_count(total, kind)}
        if wanted.modifiers["summary"] != "total_count":
            found["summary"]["viewer_reaction"] = "NONE"
    return found


def _comments(item: Item, wanted: Wanted, growth: float) -> dict[str, Any]:
    total = int((item.comments or 0) * growth)
    limit = limit_of(wanted.modifiers.get("limit"), DEFAULT_LIMIT, MOST)
    found: dict[str, Any] = {"data": [chosen(facebook_comment(item, n), wanted) for n in range(min(limit, total))]}
    if wanted.modifiers.get("summary"):
        counted = total if wanted.modifiers.get("filter") == "stream" else total - total // 4
        found["summary"] = {"order": "ranked", "total_count": counted, "can_comment": False}
    return found


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
PAGE_FIELDS: dict[str, Reader] = {
    "id": lambda page, *_: page.number,
    "name": lambda page, *_: page.name,
    "username": lambda page, *_: None if page.handle == page.number else page.handle,
    "fan_count": lambda page, *_: page.followers - 7,
    "followers_count": lambda page, *_: page.followers,
    "link": lambda page, *_: f"https://www.facebook.com/{page.number}",
    "category": lambda *_: "Community",
    "about": lambda *_: None,
    "verification_status": lambda *_: "not_verified",
}
_BARE_POST = [Wanted("created_time"), Wanted("message"), Wanted("story"), Wanted("id")]


class _Paging(NamedTuple):
    """Where a page lies: its cursors, its items, and what is around it."""

    before: str
    after: str
    items: Sequence[Item]
    has_more: bool
    is_first: bool


class Facebook(GraphPlatform):
    """Pages and posts."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        super().__init__(catalogue, clock)
        self.ranked: dict[str, list[Item]] = {}

    def node(self, call: Call, parts: list[str]) -> dict[str, Any]:
        """A Page, a post, or an edge of one of them."""
        fields = read_fields(call.query.get("fields", ""))
        item = self.catalogue.by_id.get(parts[0])
        edge = parts[1] if len(parts) == 2 else ""
        if item is not None:
            self._check_post(item, parts[0])
            if edge == "comments":
                return self._comment_page(call, item, fields)
            if len(parts) == 1:
                return self._post(item, fields or _BARE_POST)
            raise Refused(2500, f"Unknown path components: /{edge}")
        page = self.catalogue.by_number.get(parts[0]) or self.catalogue.accounts.get(parts[0])
        if page is None or not page.is_here(self.clock.now):
            raise self.missing(parts[0])
        if edge in EDGES:
            return self._posts(call, page, fields or _BARE_POST, edge)
        if len(parts) == 1:
            return selected(page, fields or [Wanted("name")], PAGE_FIELDS, "Page", 1.0)
        raise Refused(100, f"(#100) Tried accessing nonexisting field ({edge}) on node type (Page)")

    def _check_post(self, item: Item, post_id: str) -> None:
        if self.is_visible(item):
            return
        if item.gone == "private" and item.created <= self.indexed:
            raise Refused(10)
        raise self.missing(post_id)

    def _post(self, item: Item, fields: list[Wanted]) -> dict[str, Any]:
        found = selected(item, fields, POST_FIELDS, "Post", self.growth(item))
        if item.is_edited and "message" in found:
            found["message"] = item.text_at(self.clock.now)
        return found

    def _order(self, page: Account) -> list[Item]:
        """A Page's posts as its edges list them: the newest first, about."""
        if self.faults.is_on("chronological") or self.faults.is_on("time_paging"):
            return sorted(page.items, key=lambda item: (-item.created, -item.key))
        if page.number not in self.ranked:
            self.ranked[page.number] = sorted(
                page.items, key=lambda item: (-item.created + item.salt % _SHUFFLED, item.key)
            )
        return self.ranked[page.number]

    def _window(self, call: Call) -> tuple[int, int]:
        """The first second and the one after the last of what is asked for."""
        since, until = moment_of(call.query.get("since", "")), moment_of(call.query.get("until", ""))
        first = int(datetime.combine(FIRST_DAY, datetime.min.time(), UTC).timestamp()) - DAY
        if self.faults.is_on("ignore_window"):
            since = until = None
        return first if since is None else since, self.clock.now + 1 if until is None else until

    def _posts(self, call: Call, page: Account, fields: list[Wanted], edge: str) -> dict[str, Any]:
        limit = limit_of(call.query.get("limit"), DEFAULT_LIMIT, MOST)
        self.check_amount(call, limit)
        first, last = self._window(call)
        days = [datetime.fromtimestamp(second, UTC).date().isoformat() for second in (first, max(first, last - 1))]
        if self.touches_outage(call, days[0], days[1]):
            raise Refused(2)
        reach = self.faults.option("reach", "posts")
        found = [item for item in self._order(page) if first <= item.created < last][:reach]
        start, turn = self._place(call, found)
        if self.fires(call, "short_pages") is not None:
            limit = max(1, limit // 2)
        is_empty = self.fires(call, "empty_pages") is not None
        end = start if is_empty else start + limit
        items = found[start:end]
        following = write_cursor(items[-1].key if items else found[start - 1].key if start else 0, turn + is_empty)
        has_more = is_empty or end < len(found)
        if not has_more and (rule := self.fires(call, "endless_pages")) is not None:
            has_more = True
            following = write_cursor(found[-1].key if found else 0, turn + 1)
            if rule.options["mode"] == "repeat":
                items = items or found[-limit:]
        if has_more and self.fires(call, "repeated_cursor") is not None:
            following = call.query.get("after") or call.query.get("__paging_token") or write_cursor(0, 0)
        shown = [self._post(item, fields) for item in items if self.is_visible(item)]
        before = [self._post(item, fields) for item in found[max(start - 10, 0) : start] if self.is_visible(item)]
        data = altered(self.faults, call.wording, shown, before, _LIKES)
        page_of = _Paging(write_cursor(items[0].key, 0) if items else following, following, items, has_more, start == 0)
        body: dict[str, Any] = {"data": data}
        paging = self._paging(call, edge, page_of)
        if paging:
            body["paging"] = paging
        return body

    def _place(self, call: Call, found: Sequence[Item]) -> tuple[int, int]:
        """Where a page begins, and how many empty ones came before it: after the post its cursor points at."""
        text = call.query.get("__paging_token") or call.query.get("after", "")
        if not text:
            return 0, 0
        if self.fires(call, "invalid_cursor") is not None:
            raise Refused(100, "(#100) Invalid cursors values")
        parts = read_cursor(text)
        key, turn = int(parts[0]), int(parts[1])
        if not key:
            return 0, turn
        for place, item in enumerate(found):
            if item.key == key:
                if item.gone_at <= self.clock.now:
                    raise Refused(100, "(#100) Invalid cursor: the object it points at is gone")
                return place + 1, turn
        raise Refused(100, "(#100) The After Cursor specified exceeds the max limit supported by this endpoint")

    def _paging(self, call: Call, edge: str, page: _Paging) -> dict[str, Any]:
        """The `paging` of a page: with cursors, or by time where an edge has that form."""
        if self.faults.is_on("time_paging") and edge != "published_posts":
            return self._time_paging(call, page)
        back = self.link(call, after=None, before=page.before)
        if page.has_more:
            paging = {
                "cursors": {"before": page.before, "after": page.after},
                "next": self.link(call, after=page.after),
            }
            return paging if page.is_first else {**paging, "previous": back}
        form = self.faults.option("last_page", "form")
        if not page.items or form == "none":
            return {}
        if form == "cursors":
            return {"cursors": {"before": page.before, "after": page.after}}
        return {"cursors": {"before": page.before}, **({"previous": back} if form == "previous" else {})}

    def _time_paging(self, call: Call, page: _Paging) -> dict[str, Any]:
        newest = page.items[0].created if page.items else self.clock.now
        form = {"__previous": "1", "since": str(newest), "until": "", "__paging_token": page.before}
        paging = {"previous": self.link(call, after=None, **form)}
        if page.has_more:
            until = str(page.items[-1].created + 1) if page.items else call.query.get("until", "")
            onwards = {"until": until, "since": call.query.get("since", ""), "__previous": ""}
            paging["next"] = self.link(call, after=None, **onwards, __paging_token=page.after)
        return paging

    def _comment_page(self, call: Call, item: Item, fields: list[Wanted]) -> dict[str, Any]:
        total = int((item.comments or 0) * self.growth(item))
        limit = limit_of(call.query.get("limit"), DEFAULT_LIMIT, MOST)
        after = call.query.get("after", "")
        start = int(read_cursor(after)[0]) if after else 0
        wanted = Wanted("comments", inner=[*fields, Wanted("id")] if fields else [])
        places = range(start, min(start + limit, total))
        body: dict[str, Any] = {"data": [chosen(facebook_comment(item, place), wanted) for place in places]}
        if places:
            cursors = {"before": write_cursor(start), "after": write_cursor(places[-1] + 1)}
            body["paging"] = {"cursors": cursors}
            if places[-1] + 1 < total:
                body["paging"]["next"] = self.link(call, after=cursors["after"])
        if call.query.get("summary"):
            body["summary"] = {"order": "chronological", "total_count": total, "can_comment": False}
        return body
