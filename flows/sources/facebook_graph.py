"""Facebook Pages through the Graph API: posts of watched Pages with reactions, comments and shares.

The edge is ranked, not sorted: an old post says nothing about what follows, so every walk goes on until `paging.next`
is absent. Contract: Graph API reference of the Page's published_posts edge, results paging, error and rate-limit
guides (v26.0). Needs a Page token, or the feature Page Public Content Access.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flows.post import Rejected
from flows.settings import Settings
from flows.sources import graph, graph_answers
from flows.sources.cells import as_dict
from flows.sources.fields import facebook_post_id
from flows.sources.http import Answer, Client, Request, checked_base
from flows.sources.moments import iso_seconds
from flows.sources.shape import Shape, check_envelope
from flows.sources.source import Access, Page, Source, Stored, Target, Watched, accounts, secret, shares
from flows.sources.walking import End, Gap, Progress, Step, Verdict, Walk, second_of

NAME, PLATFORM = "facebook_graph", "facebook"
PAGE_SIZE = 100
WINDOW_DAYS = 184  # documented advice: at most about six months a request
LOOKED_AT_ONCE = 200  # posts of one walk; one request each
MOST_LOOKS = 2_000  # a run; the longest unseen first
FIELDS = (
    "id,message,story,created_time,updated_time,permalink_url,status_type,from{id,name},shares,"
    "attachments{media_type,type,title,description,unshimmed_url},"
    "comments.filter(stream).summary(true).limit(0),reactions.summary(true).limit(0)"
)
ASKED = (
    *("id", "message", "story", "created_time", "updated_time", "permalink_url", "status_type", "from", "shares"),
    *("attachments", "comments", "reactions"),
)
SHAPE = Shape(
    required={"id": (str,), "created_time": (str,)},
    expected=("permalink_url", "comments", "reactions"),
    rare=frozenset(ASKED),
)
_PAGE_KEYS = frozenset({"paging"})
_MORE_KEYS = frozenset({"summary"})


@dataclass(frozen=True, slots=True)
class FacebookGraph:
    """The connector; `base` is the configured address, `zone` the regency's."""

    base: str
    version: str
    token: str = field(repr=False)
    app_secret: str | None = field(repr=False)
    zone: Any
    source: str = NAME
    page_budget: int = 2000
    splits: bool = False

    def ready(self, client: Client) -> Answer | None:  # noqa: ARG002 - its token is given
        """Nothing to prepare."""
        return None

    def start(self, walk: Walk) -> Progress:
        """The first page, or the first post to look at."""
        return Progress(cursor=0 if walk.kind == "look" else {}, size=PAGE_SIZE)

    def request(self, walk: Walk, progress: Progress) -> Request:
        """The next page of a Page's posts, or the next post to be looked at."""
        if walk.kind == "look":
            fields = (
                FIELDS if progress.cursor < len(walk.target["ids"]) else "id"
            )  # a Page has not the fields of a post
            return self._authorised(Request("GET", f"/{self.version}/{_looked_at(walk, progress)}", {"fields": fields}))
        params = {
            "fields": FIELDS,
            "since": str(second_of(walk.first_day, self.zone)),
            "until": str(second_of(walk.last_day + timedelta(days=1), self.zone)),
        } | progress.cursor
        return self._authorised(Request("GET", self._path(walk), params | {"limit": str(progress.size)}))

    def judge(self, walk: Walk, answer: Answer, progress: Progress) -> Verdict:
        """As `graph_answers.judge`; a page that is too much is asked for again with half as many posts."""
        body = graph_answers.parsed(answer)
        verdict = graph_answers.judge(self.source, answer, progress.size)
        if graph_answers.shrinks(body) and progress.size > graph_answers.SMALLEST_PAGE:
            progress.size = max(graph_answers.SMALLEST_PAGE, progress.size // 2)
        if walk.kind == "look" and _is_unavailable(verdict):
            return Verdict("page", None)
        return _named(walk, verdict)

    def read(self, walk: Walk, progress: Progress, body: Any) -> Step:
        """The posts of a page and the parameters of the next."""
        if walk.kind == "look":
            return _look(walk, progress, body)
        check_envelope(body, "page", {"data": (list,)}, _PAGE_KEYS if body.keys() - {"data"} - _MORE_KEYS else ())
        check_envelope(body.get("paging", {}), "paging", {}, ("next",) if _is_strange(body) else ())
        SHAPE.check(body["data"], "data")
        posts = [(str(item["id"]), _second(item["created_time"])) for item in body["data"]]
        following = graph_answers.next_params(body, self.base, self._path(walk))
        if following is not None:
            following.pop("limit", None)
        return Step(following, posts)

    def rest(self, answer: Answer) -> float:
        """The usage headers slow the pace before the limit."""
        return graph_answers.rest(answer)

    def _path(self, walk: Walk) -> str:
        return f"/{self.version}/{walk.target['account']}/published_posts"

    def _authorised(self, request: Request) -> Request:
        return graph_answers.authorised(request, self.token, self.app_secret)


def _is_strange(body: Mapping[str, Any]) -> bool:
    return bool(as_dict(body.get("paging")).keys() - {"cursors", "next", "previous"})


def _second(text: str) -> int | None:
    try:
        return iso_seconds(text)
    except Rejected:
        return None


def _named(walk: Walk, verdict: Verdict) -> Verdict:
    """A sentence about one Page names it."""
    end = verdict.end
    if verdict.kind != "end" or end.stops_source:
        return verdict
    sentence = f"The Facebook Page {walk.target.get('account', walk.query)} {end.sentence}; check it or unwatch it."
    return Verdict("end", end=End(end.gap, sentence))


def _is_unavailable(verdict: Verdict) -> bool:
    return verdict.kind == "end" and verdict.end.gap is Gap.PERMISSION and verdict.body is not None


# ------------------------------------------------------------------------------------------------ looking again


def _looked_at(walk: Walk, progress: Progress) -> str:
    """The posts of a look one after the other, then the Pages of those that are gone."""
    ids: list[str] = list(walk.target["ids"])
    place: int = progress.cursor
    return ids[place] if place < len(ids) else _owners(progress)[place - len(ids)]


def _owners(progress: Progress) -> list[str]:
    return sorted({post_id.partition("_")[0] for post_id in progress.missing})


def _look(walk: Walk, progress: Progress, body: Any) -> Step:
    ids: list[str] = list(walk.target["ids"])
    asked = _looked_at(walk, progress)
    is_post = progress.cursor < len(ids)
    if is_post and body is None:
        progress.missing[asked] = "unknown"
    elif not is_post:  # the Page is there, so its post was taken away; or the Page itself is gone
        reason = "account gone" if body is None else "removed"
        progress.missing |= {post_id: reason for post_id in progress.missing if post_id.startswith(f"{asked}_")}
    following = progress.cursor + 1
    posts = [(asked, _second(body.get("created_time", "")))] if is_post and body is not None else []
    # Each look asks for another object, so that the guard against endless pages has nothing to say.
    return Step(following if following < len(ids) + len(_owners(progress)) else None, posts)


def looks(posts: Sequence[Stored], watched: Watched) -> Iterator[tuple[str, Target]]:  # noqa: ARG001 - of any Page
    """Posts whose Page is known, the first `MOST_LOOKS` of them, in walks of `LOOKED_AT_ONCE`."""
    ids = [full for post in posts if (full := _graph_id(post)) is not None]
    for number, group in enumerate(shares(ids[:MOST_LOOKS], LOOKED_AT_ONCE)):
        yield f"look-{number}", {"ids": group}


def _graph_id(post: Stored) -> str | None:
    """`page_post`: the Page is named by the query that found the post, or by its address."""
    page = (post.query or "").removeprefix("account:")
    if not page.isdecimal() and post.url is not None and facebook_post_id(post.url) == post.post_id:
        page = post.url.partition("facebook.com/")[2].partition("/")[0]
    return f"{page}_{post.post_id}" if page.isdecimal() and post.post_id.isdecimal() else None


# ------------------------------------------------------------------------------------------------ the source


def _connect(settings: Settings) -> Access:
    base = checked_base(settings.graph_url, "graph_url")
    token, app_secret = secret(settings, "facebook_token"), graph_answers.app_secret(settings)
    connector = FacebookGraph(base, settings.graph_version, token, app_secret, settings.election.zone)
    return Access(base, graph_answers.limit(settings), connector)


def objects(page: Page, answer: Any) -> Iterator[Any]:  # noqa: ARG001 - the shape of all sources
    """The objects of an answer; the edge and the fields are those of our own request."""
    for element in graph.elements(answer):
        yield element | {"edge": element["edge"] or "published_posts", "asked": list(ASKED)}


def post_part(text: str) -> str:
    """The post of a Graph id `page_post`."""
    return text.rpartition("_")[2]


def forget(page: Page, ids: Collection[str]) -> bool:
    """Takes the number of the Page out of the question for one of its posts; whether there was one."""
    before, _, asked = str(page["request"]["url"]).rpartition("/")
    owner, _, post_id = asked.partition("_")
    if page["kind"] != "look" or not owner or post_id not in ids:
        return False
    page["request"]["url"] = f"{before}/{post_id}"
    return True


SOURCE = Source(
    name=NAME,
    platform=PLATFORM,
    credentials=("facebook_token",),
    connect=_connect,
    queries=accounts,
    window_days=WINDOW_DAYS,
    looks=looks,
    stored_id=post_part,
    objects=objects,
    post=graph.post,
    kept=("id", "created_time", "status_type", "shares", "reactions", "comments"),
    thing=graph.object_of,
    id_in=post_part,
    forget=forget,
)
