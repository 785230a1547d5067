"""Instagram's Graph API: business discovery, the asker's own account, hashtag search, and single media."""

from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from flows.simulation.post_columns import ALBUM
from flows.simulation.services.archive import DAY, USER_ID, Account, Catalogue, Item
from flows.simulation.services.comments import INSTAGRAM_BARE, INSTAGRAM_FIELDS, thread
from flows.simulation.services.faults import altered
from flows.simulation.services.graph import GraphPlatform
from flows.simulation.services.graph_errors import Refused, missing
from flows.simulation.services.graph_pages import Page, asked_page, limit_of, moment_of, page_of, write_cursor
from flows.simulation.services.instagram_fields import BARE, HASHTAG_FIELDS, MEDIA_FIELDS, USER_FIELDS
from flows.simulation.services.selection import Reader, Wanted, read_fields, selected
from flows.simulation.services.service import Call, Clock

MOST, DEFAULT_LIMIT = 100, 25
MOST_SMALL, DEFAULT_SMALL = 50, 25  # of a hashtag's media, and of comments
MOST_SEARCHED, DEFAULT_SEARCHED = 30, 25
WEEK = 7 * DAY
_CONSTANT = write_cursor("tetap")
_LIKES = ("like_count",)


def hashtag_id(name: str) -> str:
    """The id of a hashtag: the same always and for all."""
    return str(17_843_800_000_000_000 + crc32(name.lower().encode()))


class Instagram(GraphPlatform):
    """Professional accounts and hashtags."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        super().__init__(catalogue, clock)
        self.hashtags = {hashtag_id(tag): tag for tag in catalogue.by_tag}
        self.own = catalogue.by_number[USER_ID]

    def reset(self) -> None:
        """Forgets calls, the hashtags asked for, and where in them the asker is."""
        super().reset()
        self.asked: dict[str, int] = {}
        self.places: dict[str, int] = {}

    def node(self, call: Call, parts: list[str]) -> dict[str, Any]:
        """The asking account with business discovery, a hashtag or its media, one media, or an edge of one of them."""
        fields = read_fields(call.query.get("fields", ""))
        edge = parts[1] if len(parts) == 2 else ""
        if parts == ["ig_hashtag_search"]:
            return self._search(call, fields)
        if parts[0] == USER_ID:
            return self._own(call, edge, fields) if edge else self._user(call, self.own, fields or BARE, is_own=True)
        if parts[0] in self.hashtags:
            if edge in ("recent_media", "top_media"):
                return self._hashtag_media(call, parts[0], fields, edge)
            return self._hashtag(parts[0], fields)
        item = self.catalogue.by_id.get(parts[0])
        if item is None:
            raise missing(parts[0])
        if not self.is_visible(item):
            raise self.unseen(call, item)
        if len(parts) == 1:
            return self._media(item, fields or BARE, MEDIA_FIELDS)
        if item.account is self.own and edge == "comments":
            return self._comments(call, item, fields or INSTAGRAM_BARE)
        raise missing(parts[0])

    # ------------------------------------------------------------------------------------------ accounts

    def _user(self, call: Call, account: Account, fields: list[Wanted], *, is_own: bool) -> dict[str, Any]:
        """The fields of an account; only of the own one that of another through business discovery."""
        special = {"media", "media_count", *(["business_discovery"] if is_own else [])}
        plain = [one for one in fields if one.name not in special]
        shown = selected(account, plain, USER_FIELDS, "IGUser", 1.0)
        for one in fields:
            if one.name == "media_count":
                shown["media_count"] = sum(map(self.is_visible, account.items))
            elif one.name == "media":
                shown["media"] = self._media_inside(call, account, one)
            elif one.name in special:
                shown["business_discovery"] = self._discovered(call, one)
        return shown

    def _discovered(self, call: Call, wanted: Wanted) -> dict[str, Any]:
        handle = wanted.modifiers.get("username", "")
        self.check_object(call, handle)
        account = self.catalogue.accounts.get(handle)
        if account is None or not account.is_here(self.clock.now):
            words = f"The user with username: {handle} cannot be found."
            raise Refused(110, error_subcode=2207013, error_user_title="Cannot find User", error_user_msg=words)
        return self._user(call, account, wanted.inner, is_own=False)

    def _media_inside(self, call: Call, account: Account, wanted: Wanted) -> dict[str, Any]:
        """A page of an account's media inside the account: there is never a `next`."""
        page, data = self._media_page(call, account.items, wanted.modifiers, wanted.inner or BARE)
        cursors = {} if page.is_first else {"before": page.before}
        if page.has_more:
            cursors["after"] = page.after
        return {"data": data, **({"paging": {"cursors": cursors}} if cursors else {})}

    def _media_page(
        self, call: Call, items: list[Item], asked: dict[str, str], fields: list[Wanted]
    ) -> tuple[Page[Item], list[dict[str, Any]]]:
        """A page of media, the newest first: which, and what they show. `asked` holds limit, window and cursors."""
        place = asked_page(self, call, asked, DEFAULT_LIMIT, MOST)
        self.check_amount(call, place.limit)
        since, until = moment_of(asked.get("since", "")), moment_of(asked.get("until", ""))
        first, last = since or 0, self.indexed + 1 if until is None else until
        day, end_day = (datetime.fromtimestamp(second, UTC).date().isoformat() for second in (first, last))
        if self.touches_outage(call, day, end_day):
            raise Refused(2)
        listed = [item for item in items if first <= item.created < min(last, self.indexed + 1)]
        page = page_of(self, call, listed, lambda item: item.key, place)
        shown = [self._media(item, fields, MEDIA_FIELDS) for item in page.items if self.is_visible(item)]
        earlier = [self._media(item, fields, MEDIA_FIELDS) for item in page.earlier]
        return page, altered(self.faults, call.wording, shown, earlier, _LIKES)

    def _media(self, item: Item, fields: list[Wanted], readers: dict[str, Reader]) -> dict[str, Any]:
        shown = selected(item, fields, readers, "Media", self.growth(item))
        if item.is_edited and "caption" in shown:
            shown["caption"] = item.text_at(self.clock.now)
        return shown

    # ------------------------------------------------------------------------------------------- own edges

    def _own(self, call: Call, edge: str, fields: list[Wanted]) -> dict[str, Any]:
        """An edge of the asking account: its media, media in which it is tagged, or the hashtags it searched."""
        if edge == "media":
            page, data = self._media_page(call, self.own.items, call.query, fields or BARE)
            return {"data": data, **self._linked(call, page)}
        if edge == "tags":
            return {"data": []}  # no text of the season names an account
        if edge == "recently_searched_hashtags":
            place = asked_page(self, call, call.query, DEFAULT_SEARCHED, MOST_SEARCHED)
            tags = page_of(self, call, self._recent(), int, place)
            return {"data": [self._hashtag(tag, fields) for tag in tags.items], **self._linked(call, tags)}
        raise Refused(2500, f"Unknown path components: /{edge}")

    def _linked(self, call: Call, page: Page[Any]) -> dict[str, Any]:
        """The `paging` of an edge with links; the last page has none to a next."""
        if not page.items and not page.has_more:
            return {}
        paging: dict[str, Any] = {"cursors": {"before": page.before, "after": page.after}}
        if page.has_more:
            paging["next"] = self.link(call, before=None, after=page.after)
        if not page.is_first:
            paging["previous"] = self.link(call, after=None, before=page.before)
        return {"paging": paging}

    def _comments(self, call: Call, item: Item, fields: list[Wanted]) -> dict[str, Any]:
        """A page of the comments of an own media, the newest first; replies only inside what they answer."""
        growth = self.growth(item)
        listed = thread(item, int((item.comments or 0) * growth), with_replies=False)[::-1]
        place = asked_page(self, call, call.query, DEFAULT_SMALL, MOST_SMALL)
        page = page_of(self, call, listed, lambda comment: comment.place + 1, place)
        data = [selected(comment, fields, INSTAGRAM_FIELDS, "IGComment", growth) for comment in page.items]
        if not page.has_more:
            return {"data": data}
        following = self.link(call, before=None, after=page.after)
        return {"data": data, "paging": {"cursors": {"after": page.after}, "next": following}}

    # -------------------------------------------------------------------------------------------- hashtags

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
        return {"data": [self._hashtag(tag, fields)]}

    def _hashtag(self, tag: str, fields: list[Wanted]) -> dict[str, Any]:
        name = {"name": self.hashtags[tag]} if any(one.name == "name" for one in fields) else {}
        return {"id": tag, **name}

    def _hashtag_media(self, call: Call, tag: str, fields: list[Wanted], edge: str) -> dict[str, Any]:
        """A page of a hashtag's media. `after` is always the same: the platform knows where the asker is."""
        self._count_hashtag(call, tag)
        limit = limit_of(call.query.get("limit"), DEFAULT_SMALL, MOST_SMALL)
        self.check_amount(call, limit)
        now = self.clock.now
        listed = [
            item
            for item in self.catalogue.by_tag.get(self.hashtags[tag], ())
            if item.created <= self.indexed and (edge == "top_media" or item.created > now - DAY)
        ]
        listed.sort(key=lambda item: -(item.likes or 0) if edge == "top_media" else item.salt % 7200 - item.created)
        place = f"{tag} {edge}"
        start = self.places.get(place, 0) if call.query.get("after") else 0
        if self.fires(call, "short_pages") is not None:
            limit = max(1, limit // 2)
        end = start if self.fires(call, "empty_pages") is not None else start + limit
        items = listed[start:end]
        has_more = end < len(listed)
        if not has_more and (rule := self.fires(call, "endless_pages")) is not None:
            has_more = True
            if rule.options["mode"] == "repeat":
                items = items or listed[-limit:]
        if has_more and self.fires(call, "repeated_cursor") is not None:
            end = start
        call.commit = lambda: self.places.__setitem__(place, end)
        shown = [self._hashtag_item(item, fields or BARE) for item in items if self.is_visible(item)]
        before = [self._hashtag_item(item, fields or BARE) for item in listed[max(start - 10, 0) : start]]
        body: dict[str, Any] = {"data": altered(self.faults, call.wording, shown, before, _LIKES)}
        if has_more:
            body["paging"] = {"cursors": {"after": _CONSTANT}, "next": self.link(call, after=_CONSTANT)}
        return body

    def _hashtag_item(self, item: Item, fields: list[Wanted]) -> dict[str, Any]:
        shown = self._media(item, fields, HASHTAG_FIELDS)
        if item.media == ALBUM:
            shown.pop("media_url", None)
        return shown
