"""Instagram through the Graph API: media of watched professional accounts, and of watched hashtags.

Business discovery gives no `next`: the cursor is put back into the nested field, and its absence is the end. It lists
newest first; a look-back ends early only after two pages in a row that lie wholly before the days asked for. Hashtag
search sees the last 24 hours, costs one of 30 hashtags per 7 days and account, and may repeat the same cursor on every
page. Contract: Instagram Platform reference of business_discovery, ig_hashtag_search and recent_media (v26.0).
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flows.post import Rejected
from flows.sources import graph_answers
from flows.sources.cells import as_dict, as_list
from flows.sources.fields import instagram_code, iso_seconds
from flows.sources.http import Answer, Client, Request
from flows.sources.shape import Shape, ShapeChangedError, check_envelope
from flows.sources.walking import End, Gap, Progress, Step, Verdict, Walk, second_of

SOURCE, PLATFORM = "instagram_graph", "instagram"
PAGE_SIZE = 50
OLD_PAGES = 2
MEDIA = (
    *("id", "caption", "comments_count", "like_count", "view_count", "media_type", "media_product_type", "permalink"),
    "timestamp",
)
TAGGED = ("id", "caption", "comments_count", "like_count", "media_type", "permalink", "timestamp")
SHAPE = Shape(
    required={"id": (str,), "timestamp": (str,), "permalink": (str,)},
    expected=("comments_count", "media_type"),
    rare=frozenset((*MEDIA, "username", "children", "media_url")),
)
_NO_MEDIA = frozenset({"id", "username", "name", "followers_count", "media_count", "biography", "follows_count"})


@dataclass(frozen=True, slots=True)
class InstagramGraph:
    """The connector; `user_id` is the professional account that asks."""

    base: str
    version: str
    token: str = field(repr=False)
    app_secret: str | None = field(repr=False)
    user_id: str
    zone: Any
    source: str = SOURCE
    platform: str = PLATFORM
    page_budget: int = 500
    splits: bool = False

    def ready(self, client: Client) -> Answer | None:  # noqa: ARG002 - its token is given
        """Nothing to prepare."""
        return None

    def start(self, walk: Walk) -> Progress:
        """The first page; of a hashtag whose id is unknown, the search for it."""
        known = walk.target.get("hashtag_id")
        return Progress(cursor={"after": None, "old": 0, "id": known}, size=PAGE_SIZE)

    def request(self, walk: Walk, progress: Progress) -> Request:
        """The next page of an account or a hashtag."""
        cursor = progress.cursor
        if walk.kind != "hashtag":
            after = f"after({cursor['after']})." if cursor["after"] else ""
            fields = (
                f"business_discovery.username({walk.target['account']})"
                f"{{id,username,media.{after}limit({progress.size}){{{','.join(MEDIA)}}}}}"
            )
            return self._authorised(f"/{self.version}/{self.user_id}", {"fields": fields})
        if cursor["id"] is None:
            params = {"user_id": self.user_id, "q": walk.target["hashtag"]}
            return self._authorised(f"/{self.version}/ig_hashtag_search", params)
        following = {name: value for name, value in (cursor["after"] or {}).items() if name != "limit"}
        params = {"user_id": self.user_id, "fields": ",".join(TAGGED)} | following | {"limit": str(progress.size)}
        return self._authorised(self._edge(cursor["id"]), params)

    def judge(self, walk: Walk, answer: Answer, progress: Progress) -> Verdict:
        """As `graph_answers.judge`; an error of a hashtag search once the budget is used up is the spent budget."""
        body = graph_answers.parsed(answer)
        verdict = graph_answers.judge(self.source, answer, progress.size)
        if graph_answers.shrinks(body) and progress.size > graph_answers.SMALLEST_PAGE:
            progress.size = max(graph_answers.SMALLEST_PAGE, progress.size // 2)
        if walk.kind == "hashtag" and progress.cursor["id"] is None and "error" in as_dict(body):
            return self._refused_hashtag(walk, verdict, body)
        if walk.kind == "look" and verdict.kind == "end" and verdict.body is not None:
            return Verdict("page", None)
        if verdict.kind != "end" or verdict.end.stops_source:
            return verdict
        name = walk.target.get("account", walk.query)
        return Verdict(
            "end", end=End(verdict.end.gap, f"The Instagram account {name} {verdict.end.sentence}; check it.")
        )

    def read(self, walk: Walk, progress: Progress, body: Any) -> Step:
        """The media of a page and where it leads."""
        if walk.kind == "look" and body is None:
            progress.missing |= dict.fromkeys(walk.target["ids"], "account gone")
            return Step(None)
        if walk.kind != "hashtag":
            return self._discovered(walk, progress, body)
        if progress.cursor["id"] is None:
            return Step(progress.cursor | {"id": _hashtag_id(body)})
        check_envelope(body, "page", {"data": (list,)}, ("paging",) if body.keys() - {"data", "paging"} else ())
        SHAPE.check(body["data"], "data")
        following = graph_answers.next_params(body, self.base, self._edge(progress.cursor["id"]))
        return Step(progress.cursor | {"after": following} if following is not None else None, _keys(body["data"]))

    def rest(self, answer: Answer) -> float:
        """The usage headers slow the pace before the limit."""
        return graph_answers.rest(answer)

    def _discovered(self, walk: Walk, progress: Progress, body: Any) -> Step:
        check_envelope(body, "page", {"business_discovery": (dict,)}, ())
        account = body["business_discovery"]
        if "media" not in account:  # an account without any media has no such key
            if account.keys() - _NO_MEDIA:
                check_envelope(account, "business_discovery", {"media": (dict,)}, ())
            return _last(walk, progress, Step(None))
        media = account["media"]
        check_envelope(media, "business_discovery.media", {"data": (list,)}, ("paging",) if _strange(media) else ())
        SHAPE.check(media["data"], "business_discovery.media.data")
        keys = _keys(media["data"])
        before = second_of(walk.first_day - timedelta(days=1), self.zone)
        is_old = bool(keys) and all(second is not None and second < before for _, second in keys)
        old = progress.cursor["old"] + 1 if is_old else progress.cursor["old"] if not keys else 0
        after = as_dict(as_dict(media.get("paging")).get("cursors")).get("after")
        if after is None or old >= OLD_PAGES:
            return _last(walk, progress, Step(None, keys))
        return Step({"after": str(after), "old": old, "id": None}, keys)

    def _refused_hashtag(self, walk: Walk, verdict: Verdict, body: Any) -> Verdict:
        code = as_dict(body["error"]).get("code")
        if walk.target["counted"] >= walk.target["budget"] and code not in graph_answers.TOKENS:
            sentence = f"#{walk.target['hashtag']} is over the budget of hashtags per 7 days; watch fewer hashtags."
            return Verdict("end", end=End(Gap.QUOTA, sentence))
        if verdict.kind == "end" and verdict.end.gap in (Gap.SHAPE, Gap.PERMISSION):
            sentence = f"#{walk.target['hashtag']} cannot be searched (code {code}); watch another hashtag."
            return Verdict("end", end=End(Gap.QUOTA if code == 18 else Gap.PERMISSION, sentence))
        return verdict

    def _edge(self, hashtag_id: str) -> str:
        return f"/{self.version}/{hashtag_id}/recent_media"

    def _authorised(self, path: str, params: dict[str, str]) -> Request:
        return graph_answers.authorised(Request("GET", path, params), self.token, self.app_secret)


def _strange(media: dict[str, Any]) -> bool:
    return bool(media.keys() - {"data", "paging"})


def _keys(media: list[dict[str, Any]]) -> list[tuple[str, int | None]]:
    """(shortcode, else Graph id; second of publication) of each media."""
    keys: list[tuple[str, int | None]] = []
    for item in media:
        try:
            second = iso_seconds(item["timestamp"])
        except Rejected:
            second = None
        keys.append((instagram_code(item["permalink"]) or f"graph:{item['id']}", second))
    return keys


def _hashtag_id(body: dict[str, Any]) -> str:
    """The id in either of the two documented forms."""
    found = body.get("id") or next((as_dict(item).get("id") for item in as_list(body.get("data"))), None)
    if not isinstance(found, str):
        raise ShapeChangedError(f"the field data[].id is missing; found: {', '.join(sorted(body)) or 'nothing'}.")
    return found


def _last(walk: Walk, progress: Progress, step: Step) -> Step:
    """At the end of a look, what was looked for and not seen is gone."""
    if walk.kind == "look":
        seen = progress.lap | {key for key, _ in step.posts}
        progress.missing |= {post_id: "removed" for post_id in walk.target["ids"] if post_id not in seen}
    return step
