"""Facebook's Graph API: Pages, their posts in ranked order, single posts and their comments."""

from datetime import UTC, datetime
from typing import Any

from flows.simulation.plan import FIRST_DAY
from flows.simulation.services.archive import DAY, Account, Catalogue, Item
from flows.simulation.services.comments import FACEBOOK_FIELDS, facebook_thread
from flows.simulation.services.facebook_fields import (
    BARE_COMMENT,
    BARE_POST,
    DEFAULT_LIMIT,
    MOST,
    PAGE_FIELDS,
    POST_FIELDS,
)
from flows.simulation.services.faults import altered
from flows.simulation.services.graph import GraphPlatform
from flows.simulation.services.graph_errors import Refused, missing
from flows.simulation.services.graph_pages import (
    Asked,
    Page,
    asked_page,
    moment_of,
    page_of,
    read_cursor,
    write_cursor,
)
from flows.simulation.services.selection import Wanted, read_fields, selected
from flows.simulation.services.service import Call, Clock

EDGES = ("feed", "posts", "published_posts")
_SHUFFLED = 36 * 3600  # seconds by which ranking may move a post
_LIKES = ("reactions", "like", "likes")


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
            if not self.is_visible(item):
                raise self.unseen(call, item)
            if edge == "comments":
                return self._comment_page(call, item, fields or BARE_COMMENT)
            if len(parts) == 1:
                return self._post(item, fields or BARE_POST)
            raise Refused(2500, f"Unknown path components: /{edge}")
        page = self.catalogue.by_number.get(parts[0]) or self.catalogue.accounts.get(parts[0])
        if page is None or not page.is_here(self.clock.now):
            raise missing(parts[0])
        if edge in EDGES:
            return self._posts(call, page, fields or BARE_POST, edge)
        if len(parts) == 1:
            return selected(page, fields or [Wanted("name")], PAGE_FIELDS, "Page", 1.0)
        raise Refused(100, f"(#100) Tried accessing nonexisting field ({edge}) on node type (Page)")

    def _post(self, item: Item, fields: list[Wanted]) -> dict[str, Any]:
        shown = selected(item, fields, POST_FIELDS, "Post", self.growth(item))
        if item.is_edited and "message" in shown:
            shown["message"] = item.text_at(self.clock.now)
        return shown

    def _order(self, page: Account) -> list[Item]:
        """A Page's posts as its edges list them: the newest first, about."""
        if self.faults.is_on("chronological") or self.faults.is_on("time_paging"):
            return sorted(page.items, key=lambda item: (-item.created, -item.key))
        if page.number not in self.ranked:
            self.ranked[page.number] = sorted(
                page.items, key=lambda item: (-item.created + item.salt % _SHUFFLED, item.key)
            )
        return self.ranked[page.number]

    def _window(self, since: int | None, until: int | None) -> tuple[int, int]:
        """The first second and the one after the last of what is asked for."""
        first = int(datetime.combine(FIRST_DAY, datetime.min.time(), UTC).timestamp()) - DAY
        if self.faults.is_on("ignore_window"):
            since = until = None
        return first if since is None else since, self.clock.now + 1 if until is None else until

    def _posts(self, call: Call, page: Account, fields: list[Wanted], edge: str) -> dict[str, Any]:
        asked, since, until = self._asked(call)
        self.check_amount(call, asked.limit)
        first, last = self._window(since, until)
        days = [datetime.fromtimestamp(second, UTC).date().isoformat() for second in (first, max(first, last - 1))]
        if self.touches_outage(call, days[0], days[1]):
            raise Refused(2)
        reach = self.faults.option("reach", "posts")
        listed = [item for item in self._order(page) if first <= item.created < last][:reach]
        if any(item.key == asked.key and asked.issued < item.gone_at <= self.clock.now for item in listed):
            raise Refused(100, "(#100) Invalid cursor: the object it points at is gone")
        part = page_of(self, call, listed, lambda item: item.key, asked)
        shown, earlier = (
            [self._post(item, fields) for item in some if self.is_visible(item)] for some in (part.items, part.earlier)
        )
        body: dict[str, Any] = {"data": altered(self.faults, call.wording, shown, earlier, _LIKES)}
        if self.faults.is_on("time_paging") and edge != "published_posts":
            return {**body, "paging": self._time_paging(call, part, since, until)}
        paging = self._paging(call, part)
        return {**body, "paging": paging} if paging else body

    def _asked(self, call: Call) -> tuple[Asked, int | None, int | None]:
        """Which page is asked for, and since and until when: the window of a page by time is in its token."""
        query = call.query
        token = query.get("__paging_token", "")
        if not token:
            asked = asked_page(self, call, query, DEFAULT_LIMIT, MOST)
            return asked, moment_of(query.get("since", "")), moment_of(query.get("until", ""))
        side = "before" if query.get("__previous") == "1" else "after"
        asked = asked_page(self, call, {**query, "after": "", "before": "", side: token}, DEFAULT_LIMIT, MOST)
        since, until = (*read_cursor(token)[3:5], "", "")[:2]
        return asked, moment_of(since), moment_of(until)

    def _paging(self, call: Call, page: Page[Any]) -> dict[str, Any]:
        """The `paging` of a page with cursors; on the last page in the form that is switched on."""
        back = {} if page.is_first else {"previous": self.link(call, after=None, before=page.before)}
        if page.has_more:
            cursors = {"before": page.before, "after": page.after}
            return {"cursors": cursors, "next": self.link(call, before=None, after=page.after), **back}
        form = self.faults.option("last_page", "form")
        if not page.items or form == "none":
            return {}
        if form == "cursors":
            return {"cursors": {"before": page.before, "after": page.after}}
        return {"cursors": {"before": page.before}, **(back if form == "previous" else {})}

    def _time_paging(self, call: Call, page: Page[Item], since: int | None, until: int | None) -> dict[str, Any]:
        """The `paging` of a page by time, on the first page too with a way back."""
        window = ["" if moment is None else moment for moment in (since, until)]
        newest = page.items[0].created if page.items else self.clock.now
        back = {"__previous": "1", "since": str(newest), "until": ""}
        token = write_cursor(*read_cursor(page.before)[:3], *window)
        paging = {"previous": self.link(call, after=None, before=None, **back, __paging_token=token)}
        if page.has_more:
            oldest = str(page.items[-1].created + 1) if page.items else call.query.get("until", "")
            onwards = {"until": oldest, "since": str(window[0]), "__previous": ""}
            token = write_cursor(*read_cursor(page.after)[:3], *window)
            paging["next"] = self.link(call, after=None, before=None, **onwards, __paging_token=token)
        return paging

    def _comment_page(self, call: Call, item: Item, fields: list[Wanted]) -> dict[str, Any]:
        """A page of a post's comments; `stream` lists them by time, `toplevel` ranked, unless an order is asked for."""
        growth = self.growth(item)
        kind = call.query.get("filter", "toplevel")
        order = call.query.get("order", "chronological" if kind == "stream" else "ranked")
        listed = facebook_thread(item, int((item.comments or 0) * growth), kind, order)
        asked = asked_page(self, call, call.query, DEFAULT_LIMIT, MOST)
        part = page_of(self, call, listed, lambda comment: comment.place + 1, asked)
        shown = [selected(comment, fields, FACEBOOK_FIELDS, "Comment", growth) for comment in part.items]
        body: dict[str, Any] = {"data": shown}
        if paging := self._paging(call, part):
            body["paging"] = paging
        if call.query.get("summary"):
            body["summary"] = {"order": order, "total_count": len(listed), "can_comment": False}
        return body
