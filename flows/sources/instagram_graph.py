"""Instagram through the Graph API: media of watched professional accounts, and of watched hashtags.

Business discovery gives no `next`: the cursor is put back into the nested field, and its absence is the end. It lists
newest first; a look-back ends early only after two pages in a row that lie wholly before the days asked for. Hashtag
search sees the last 24 hours, costs one of 30 hashtags per 7 days and account, and may repeat the same cursor on every
page. Contract: Instagram Platform reference of business_discovery, ig_hashtag_search and recent_media (v26.0).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flows.post import Rejected
from flows.settings import Settings
from flows.sources import graph, graph_answers
from flows.sources.cells import as_dict, as_list
from flows.sources.fields import instagram_code
from flows.sources.graph_errors import Refusal
from flows.sources.http import Answer, Client, Request, checked_base
from flows.sources.moments import iso_seconds
from flows.sources.shape import Shape, ShapeChangedError, check_envelope
from flows.sources.source import Access, Page, Source, Stored, Target, Watched, accounts, secret
from flows.sources.walking import End, Gap, Progress, Step, Verdict, Walk, second_of

NAME, PLATFORM = "instagram_graph", "instagram"
PAGE_SIZE = 50
OLD_PAGES = 2
FIRST_MEDIA = "2010-10-06"  # the platform began
WINDOW_DAYS = 10_000  # an account is paged from its newest media down
HASHTAG_BUDGET = 30
HASHTAG_WINDOW = timedelta(days=7)
SEARCH_EDGE = "/ig_hashtag_search"
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
    proof: str | None = field(repr=False)
    user_id: str
    zone: Any
    source: str = NAME
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
            return self._authorised(f"/{self.version}{SEARCH_EDGE}", params)
        following = {name: value for name, value in (cursor["after"] or {}).items() if name != "limit"}
        params = {"user_id": self.user_id, "fields": ",".join(TAGGED)} | following | {"limit": str(progress.size)}
        return self._authorised(self._edge(cursor["id"]), params)

    def judge(self, walk: Walk, answer: Answer, progress: Progress) -> Verdict:
        """As `graph_answers.judge`: a refusal is that of the account or hashtag, unless it names who asks."""
        verdict = graph_answers.judge(self.source, _who(walk), answer, progress)
        refusal = verdict.body
        if not isinstance(refusal, Refusal):
            return verdict
        if _is_spent(walk, progress) and verdict.end.gap is not Gap.TOKEN:
            sentence = f"{_who(walk)} is over the budget of hashtags per 7 days; watch fewer hashtags."
            return Verdict("end", refusal, End(Gap.QUOTA, sentence))
        if refusal.row.account and self.user_id in refusal.words:
            return self._not_us(refusal)
        if walk.kind == "look" and verdict.kind == "end" and not verdict.end.stops_source:
            if refusal.row.account:
                return Verdict("page", refusal)
            progress.refused |= dict.fromkeys(walk.target["ids"], "")
        return verdict

    def read(self, walk: Walk, progress: Progress, body: Any) -> Step:
        """The media of a page and where it leads."""
        if isinstance(body, Refusal):
            progress.missing |= dict.fromkeys(walk.target["ids"], body.row.account)
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
        before = second_of(_first_day(walk) - timedelta(days=1), self.zone)
        is_old = bool(keys) and all(second is not None and second < before for _, second in keys)
        old = progress.cursor["old"] + 1 if is_old else progress.cursor["old"] if not keys else 0
        after = as_dict(as_dict(media.get("paging")).get("cursors")).get("after")
        if after is None or old >= OLD_PAGES:
            return _last(walk, progress, Step(None, keys))
        return Step({"after": str(after), "old": old, "id": None}, keys)

    def _not_us(self, refusal: Refusal) -> Verdict:
        sentence = (
            f"The account {self.user_id} that asks Instagram is not there or not open to the token ({refusal.said});"
            " check instagram_user_id and the token."
        )
        return Verdict("end", refusal, End(Gap.PERMISSION, sentence, stops_source=True))

    def _edge(self, hashtag_id: str) -> str:
        return f"/{self.version}/{hashtag_id}/recent_media"

    def _authorised(self, path: str, params: dict[str, str]) -> Request:
        return graph_answers.authorised(Request("GET", path, params), self.token, self.proof)


def _who(walk: Walk) -> str:
    target = walk.target
    return (
        f"The hashtag #{target['hashtag']}" if walk.kind == "hashtag" else f"The Instagram account {target['account']}"
    )


def _is_spent(walk: Walk, progress: Progress) -> bool:
    """Whether a hashtag is searched for that used up the budget: then any error says so."""
    is_search = walk.kind == "hashtag" and progress.cursor["id"] is None
    return is_search and walk.target["counted"] >= walk.target["budget"]


def _first_day(walk: Walk) -> date:
    """The first day that matters: of a look that of the oldest media looked for."""
    return date.fromisoformat(walk.target.get("since", FIRST_MEDIA)) if walk.kind == "look" else walk.first_day


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
    """The id a search found. Raises ShapeChangedError."""
    number = _searched(body)
    if number is None:
        raise ShapeChangedError(f"the field data[].id is missing; found: {', '.join(sorted(body)) or 'nothing'}.")
    return number


def _searched(body: dict[str, Any]) -> str | None:
    """The id in either of the two documented forms; None when it is in neither."""
    number = body.get("id") or next((as_dict(item).get("id") for item in as_list(body.get("data"))), None)
    return number if isinstance(number, str) else None


def _last(walk: Walk, progress: Progress, step: Step) -> Step:
    """At the end of a look, what was looked for and not seen is gone."""
    if walk.kind == "look":
        seen = progress.lap | {key for key, _ in step.posts}
        progress.missing |= {post_id: "removed" for post_id in walk.target["ids"] if post_id not in seen}
    return step


# ------------------------------------------------------------------------------------------------ hashtags


@dataclass(slots=True)
class HashtagBudget:
    """The hashtags one account asked for in the last 7 days, and the ids of all it ever asked for.

    A hashtag costs one of 30 when it is first asked for; asking again within 7 days costs nothing and does not
    prolong its time.
    """

    counted: dict[str, datetime]
    ids: dict[str, str]

    def is_free(self, hashtag: str, now: datetime) -> bool:
        """Whether a hashtag may be asked for."""
        running = self.running(now)
        return hashtag in running or len(running) < HASHTAG_BUDGET

    def running(self, now: datetime) -> set[str]:
        """The hashtags that count at a moment."""
        return {hashtag for hashtag, since in self.counted.items() if now - since < HASHTAG_WINDOW}

    def count(self, hashtag: str, now: datetime) -> None:
        """Notes that a hashtag is about to be asked for."""
        if hashtag not in self.running(now):
            self.counted[hashtag] = now


def hashtag_walks(hashtags: Sequence[str], budget: HashtagBudget, now: datetime, today: date) -> list[Walk]:
    """One walk a hashtag: those that cost nothing first, then the order of the list; at the end, marked as refused,
    those over the budget."""
    walks: list[Walk] = []
    over: list[Walk] = []
    running = budget.running(now)
    for hashtag in sorted(hashtags, key=lambda each: each not in running):
        target: dict[str, Any] = {"hashtag": hashtag}
        if budget.is_free(hashtag, now):
            budget.count(hashtag, now)
            target |= {"hashtag_id": budget.ids.get(hashtag)}
            target |= {"counted": len(budget.running(now)), "budget": HASHTAG_BUDGET}
            walks.append(_hashtag_walk(hashtag, today - timedelta(days=1), today, target))
        else:
            over.append(_hashtag_walk(hashtag, today, today, target | {"refused": str(Gap.QUOTA)}))
    return walks + over


def _hashtag_walk(hashtag: str, first: date, last: date, target: Target) -> Walk:
    return Walk(NAME, PLATFORM, f"hashtag:{hashtag}", "hashtag", first, last, target)


def polls(watched: Watched, memory: dict[str, Any], now: datetime, today: date) -> list[Walk]:
    """The hashtags within the budget; those over it are walks that may not be asked. `memory` holds the budget."""
    if not watched.hashtags:
        return []
    counted = {name: datetime.fromisoformat(moment) for name, moment in memory.get("counted", {}).items()}
    budget = HashtagBudget(counted, memory.get("ids", {}))
    walks = hashtag_walks(watched.hashtags, budget, now, today)
    memory["counted"] = {name: moment.isoformat() for name, moment in budget.counted.items()}
    memory["ids"] = budget.ids
    return walks


def learn(memory: dict[str, Any], answer: Answer) -> None:
    """The ids of hashtags never change; each is searched for once."""
    if answer.status != 200 or not answer.request["url"].endswith(SEARCH_EDGE):
        return
    number = _searched(as_dict(graph_answers.parsed(answer)))
    if number is not None:
        memory.setdefault("ids", {})[answer.request["params"]["q"]] = number


# ------------------------------------------------------------------------------------------------ the source


def _connect(settings: Settings) -> Access:
    base = checked_base(settings.instagram_url or settings.graph_url, "instagram_url")
    token, user = secret(settings, "instagram_token"), str(settings.instagram_user_id)
    proof = graph_answers.proof(settings, token)
    connector = InstagramGraph(base, settings.graph_version, token, proof, user, settings.election.zone)
    return Access(base, graph_answers.limit(settings), connector, (proof,) if proof else ())


def looks(posts: Sequence[Stored], watched: Watched) -> Iterator[tuple[str, Target]]:
    """One walk a watched account that the stored media were found by, back to the oldest of them."""
    by_account: dict[str, list[Stored]] = {}
    for post in posts:
        account = (post.query or "").removeprefix("account:")
        if account in watched.accounts:
            by_account.setdefault(account, []).append(post)
    for account, media in by_account.items():
        since = min(post.created_at for post in media).astimezone(UTC).date().isoformat()
        yield f"look-{account}", {"account": account, "ids": [post.post_id for post in media], "since": since}


def objects(page: Page, answer: Any) -> Iterator[Any]:
    """The media of an answer; none of the search for a hashtag's id, nor of an account without media."""
    if page["request"]["url"].endswith(SEARCH_EDGE):
        return
    for element in graph.elements(answer):
        if element["edge"] is not None or "media" in element["object"]:
            yield element | {"edge": element["edge"] or "published_posts", "asked": None}


def id_in(text: str) -> str | None:
    """The key of the media that an address or a Graph id stands for."""
    return instagram_code(text) if text.startswith("http") else f"graph:{text}"


SOURCE = Source(
    name=NAME,
    platform=PLATFORM,
    credentials=("instagram_token", "instagram_user_id"),
    connect=_connect,
    queries=accounts,
    window_days=WINDOW_DAYS,
    polls=polls,
    learn=learn,
    memory="hashtags",
    looks=looks,
    objects=objects,
    post=graph.post,
    kept=(
        *("id", "timestamp", "permalink", "comments_count", "like_count", "view_count", "media_type"),
        "media_product_type",
    ),
    thing=graph.object_of,
    id_in=id_in,
)
