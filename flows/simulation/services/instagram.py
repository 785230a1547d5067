"""Instagram's Graph API: business discovery, hashtag search, and single media."""

from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from flows.simulation.post_columns import ALBUM, VIDEO
from flows.simulation.services.archive import DAY, Account, Catalogue, Item, graph_time
from flows.simulation.services.faults import altered
from flows.simulation.services.graph import GraphPlatform, Refused, limit_of, moment_of, read_cursor, write_cursor
from flows.simulation.services.selection import Reader, Wanted, read_fields, selected
from flows.simulation.services.service import Call, Clock

USER_ID = "17841400000000001"  # the professional account that asks
MOST, DEFAULT_LIMIT = 100, 25
MOST_HASHTAG, DEFAULT_SEARCHED = 50, 25
WEEK = 7 * DAY
_CONSTANT = write_cursor("tetap")
_TYPES = {VIDEO: "VIDEO", ALBUM: "CAROUSEL_ALBUM"}
_LIKES = ("like_count",)


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
    **dict.fromkeys(("ig_id", "shortcode", "is_shared_to_feed", "media_audio_type"), lambda *_: None),
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
_BARE = [Wanted("id")]


def hashtag_id(name: str) -> str:
    """The id of a hashtag: the same always and for all."""
    return str(17_843_800_000_000_000 + crc32(name.lower().encode()))


class Instagram(GraphPlatform):
    """Professional accounts and hashtags."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        super().__init__(catalogue, clock)
        self.hashtags = {hashtag_id(tag): tag for tag in catalogue.by_tag}

    def reset(self) -> None:
        """Forgets calls, the hashtags asked for, and where in them the asker is."""
        super().reset()
        self.asked: dict[str, int] = {}
        self.places: dict[str, int] = {}

    def node(self, call: Call, parts: list[str]) -> dict[str, Any]:
        """The asking account with business discovery, a hashtag or its media, or one media."""
        fields = read_fields(call.query.get("fields", ""))
        edge = parts[1] if len(parts) == 2 else ""
        if parts == ["ig_hashtag_search"]:
            return self._search(call, fields)
        if parts[0] == USER_ID:
            if edge == "recently_searched_hashtags":
                return {"data": [{"id": tag} for tag in self._recent()]}
            return self._discoveries(call, fields)
        if parts[0] in self.hashtags:
            if edge in ("recent_media", "top_media"):
                return self._hashtag_media(call, parts[0], fields, edge)
            name = self.hashtags[parts[0]]
            return {"id": parts[0], **({"name": name} if any(one.name == "name" for one in fields) else {})}
        item = self.catalogue.by_id.get(parts[0])
        if item is None or len(parts) > 1 or item.created > self.indexed:
            raise self.missing(parts[0])
        if not self.is_visible(item):
            if item.gone == "private":
                raise Refused(10)
            raise self.missing(parts[0])
        return self._media(item, fields or _BARE, MEDIA_FIELDS)

    def _media(self, item: Item, fields: list[Wanted], readers: dict[str, Reader]) -> dict[str, Any]:
        found = selected(item, fields, readers, "Media", self.growth(item))
        if item.is_edited and "caption" in found:
            found["caption"] = item.text_at(self.clock.now)
        return found

    def _discoveries(self, call: Call, fields: list[Wanted]) -> dict[str, Any]:
        body: dict[str, Any] = {}
        for wanted in fields:
            if wanted.name == "business_discovery":
                body["business_discovery"] = self._discovered(call, wanted)
            elif wanted.name != "id":
                body[wanted.name] = {"username": "pemantau.batang", "name": "Pemantau"}.get(wanted.name)
        return {**body, "id": USER_ID}

    def _discovered(self, call: Call, wanted: Wanted) -> dict[str, Any]:
        handle = wanted.modifiers.get("username", "")
        account = self.catalogue.accounts.get(handle)
        if account is None or not account.is_here(self.clock.now):
            words = f"The user with username: {handle} cannot be found."
            raise Refused(110, error_subcode=2207013, error_user_title="Cannot find User", error_user_msg=words)
        plain = [one for one in wanted.inner if one.name not in ("media", "media_count")]
        found = selected(account, plain, USER_FIELDS, "IGUser", 1.0)
        for one in wanted.inner:
            if one.name == "media_count":
                found["media_count"] = sum(map(self.is_visible, account.items))
            elif one.name == "media":
                found["media"] = self._media_page(call, account, one)
        return found

    def _media_page(self, call: Call, account: Account, wanted: Wanted) -> dict[str, Any]:
        """A page of an account's media, the newest first; there is never a `next`."""
        asked = wanted.modifiers
        limit = limit_of(asked.get("limit"), DEFAULT_LIMIT, MOST)
        self.check_amount(call, limit)
        since, until = moment_of(asked.get("since", "")), moment_of(asked.get("until", ""))
        first, last = since or 0, self.indexed + 1 if until is None else until
        day, end_day = (datetime.fromtimestamp(second, UTC).date().isoformat() for second in (first, last))
        if self.touches_outage(call, day, end_day):
            raise Refused(2)
        found = [item for item in account.items if first <= item.created < min(last, self.indexed + 1)]
        after = asked.get("after", "")
        if after and self.fires(call, "invalid_cursor") is not None:
            raise Refused(100, "(#100) Invalid cursors values")
        key, turn = map(int, read_cursor(after)) if after else (0, 0)
        start = sum(item.key >= key for item in found) if key else 0
        if self.fires(call, "short_pages") is not None:
            limit = max(1, limit // 2)
        is_empty = self.fires(call, "empty_pages") is not None
        end = start if is_empty else start + limit
        items = found[start:end]
        following = write_cursor(items[-1].key if items else key, turn + is_empty)
        has_more = is_empty or end < len(found)
        if not has_more and (rule := self.fires(call, "endless_pages")) is not None:
            has_more, following = True, write_cursor(found[-1].key if found else 0, turn + 1)
            if rule.options["mode"] == "repeat":
                items = items or found[-limit:]
        if has_more and self.fires(call, "repeated_cursor") is not None:
            following = after or write_cursor(0, 0)
        fields = wanted.inner or _BARE
        shown = [self._media(item, fields, MEDIA_FIELDS) for item in items if self.is_visible(item)]
        before = [self._media(item, fields, MEDIA_FIELDS) for item in found[max(start - 10, 0) : start]]
        page: dict[str, Any] = {"data": altered(self.faults, call.wording, shown, before, _LIKES)}
        cursors = {"before": write_cursor(items[0].key if items else key, turn)} if start else {}
        if has_more:
            cursors["after"] = following
        if cursors:
            page["paging"] = {"cursors": cursors}
        return page

    def _recent(self) -> list[str]:
        """The hashtags that count: those asked for within seven days, by when they were."""
        now = self.own_now
        self.asked = {tag: second for tag, second in self.asked.items() if second > now - WEEK}
        return list(self.asked)

    def _count_hashtag(self, call: Call, tag: str) -> None:
        if call.query.get("user_id") != USER_ID:
            raise Refused(100, "(#100) The parameter user_id is required")
        if tag in self._recent():
            return
        if len(self.asked) >= self.faults.option("hashtag_limit", "limit"):
            option = self.faults.option
            raise Refused(option("hashtag_limit", "code"), error_subcode=option("hashtag_limit", "subcode"))
        self.asked[tag] = self.own_now

    def _search(self, call: Call, fields: list[Wanted]) -> dict[str, Any]:
        name = call.query.get("q", "").lower()
        if not name or not name.replace("_", "").isalnum():
            raise Refused(100, "(#100) Invalid parameter: q")
        tag = hashtag_id(name)
        self._count_hashtag(call, tag)
        self.hashtags[tag] = name
        if self.fires(call, "hashtag_bare") is not None:
            return {"id": tag}
        return {"data": [{"id": tag, **({"name": name} if any(one.name == "name" for one in fields) else {})}]}

    def _hashtag_media(self, call: Call, tag: str, fields: list[Wanted], edge: str) -> dict[str, Any]:
        """A page of a hashtag's media. `after` is always the same: the platform knows where the asker is."""
        self._count_hashtag(call, tag)
        limit = limit_of(call.query.get("limit"), DEFAULT_LIMIT, MOST_HASHTAG)
        self.check_amount(call, limit)
        now = self.clock.now
        found = [
            item
            for item in self.catalogue.by_tag.get(self.hashtags[tag], ())
            if item.created <= self.indexed and (edge == "top_media" or item.created > now - DAY)
        ]
        found.sort(key=lambda item: -(item.likes or 0) if edge == "top_media" else item.salt % 7200 - item.created)
        place = f"{tag} {edge}"
        start = self.places.get(place, 0) if call.query.get("after") else 0
        if self.fires(call, "short_pages") is not None:
            limit = max(1, limit // 2)
        end = start if self.fires(call, "empty_pages") is not None else start + limit
        items = found[start:end]
        has_more = end < len(found)
        if not has_more and (rule := self.fires(call, "endless_pages")) is not None:
            has_more = True
            if rule.options["mode"] == "repeat":
                items = items or found[-limit:]
        if has_more and self.fires(call, "repeated_cursor") is not None:
            end = start
        call.commit = lambda: self.places.__setitem__(place, end)
        shown = [self._hashtag_item(item, fields or _BARE) for item in items if self.is_visible(item)]
        before = [self._hashtag_item(item, fields or _BARE) for item in found[max(start - 10, 0) : start]]
        body: dict[str, Any] = {"data": altered(self.faults, call.wording, shown, before, _LIKES)}
        if has_more:
            body["paging"] = {"cursors": {"after": _CONSTANT}, "next": self.link(call, after=_CONSTANT)}
        return body

    def _hashtag_item(self, item: Item, fields: list[Wanted]) -> dict[str, Any]:
        found = self._media(item, fields, HASHTAG_FIELDS)
        if item.media == ALBUM:
            found.pop("media_url", None)
        return found
