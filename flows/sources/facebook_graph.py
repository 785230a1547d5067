"""Facebook Pages through the Graph API: posts of watched Pages with reactions, comments and shares.

The edge is ranked, not sorted: an old post says nothing about what follows, so every walk goes on until `paging.next`
is absent. Contract: Graph API reference of the Page's published_posts edge, results paging, error and rate-limit
guides (v26.0). Needs a Page token, or the feature Page Public Content Access.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flows.settings import Settings
from flows.sources import facebook_looks, graph, graph_answers
from flows.sources.cells import as_dict
from flows.sources.fields import facebook_post_id
from flows.sources.graph_errors import Refusal
from flows.sources.http import Answer, Client, Request, checked_base
from flows.sources.shape import Shape, check_envelope
from flows.sources.source import Access, Page, Source, Stored, Target, Watched, accounts, secret, shares
from flows.sources.walking import End, Gap, Progress, Step, Verdict, Walk, second_of

NAME, PLATFORM = "facebook_graph", "facebook"
PAGE_SIZE = 100
EDGE = "/published_posts"
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
    proof: str | None = field(repr=False)
    zone: Any
    source: str = NAME
    page_budget: int = 2000
    splits: bool = False

    def ready(self, client: Client) -> Answer | None:  # noqa: ARG002 - its token is given
        """Nothing to prepare."""
        return None

    def start(self, walk: Walk) -> Progress:
        """The first page, or the first post to look at."""
        return Progress(cursor=tuple(walk.target["ids"]) if walk.kind == "look" else {}, size=PAGE_SIZE)

    def request(self, walk: Walk, progress: Progress) -> Request:
        """The next page of a Page's posts, or the next post to be looked at."""
        if walk.kind == "look":
            name = facebook_looks.asked(progress)
            if facebook_looks.is_post(name):
                return self._authorised(f"/{self.version}/{name}", {"fields": FIELDS})
            return self._authorised(self._edge(name), {"fields": "id", "limit": "1"})
        params = {
            "fields": FIELDS,
            "since": str(second_of(walk.first_day, self.zone)),
            "until": str(second_of(walk.last_day + timedelta(days=1), self.zone)),
        } | progress.cursor
        return self._authorised(self._edge(_page(walk, progress)), params | {"limit": str(progress.size)})

    def judge(self, walk: Walk, answer: Answer, progress: Progress) -> Verdict:
        """As `graph_answers.judge`; a refusal ends the walk of the Page, but a Page that has another id is followed."""
        name = facebook_looks.asked(progress) if walk.kind == "look" else _page(walk, progress)
        verdict = graph_answers.judge(self.source, facebook_looks.who(name), answer, progress)
        if walk.kind == "look":
            return facebook_looks.judged(verdict)
        is_moved = isinstance(verdict.body, Refusal) and verdict.body.row.concern == "moved"
        return Verdict("page", verdict.body, verdict.end) if is_moved else verdict

    def read(self, walk: Walk, progress: Progress, body: Any) -> Step:
        """The posts of a page and the parameters of the next."""
        if walk.kind == "look":
            return facebook_looks.read(walk, progress, body)
        if isinstance(body, Refusal):
            return _moved(walk, progress, body)
        check_envelope(body, "page", {"data": (list,)}, _PAGE_KEYS if body.keys() - {"data"} - _MORE_KEYS else ())
        check_envelope(body.get("paging", {}), "paging", {}, ("next",) if _is_strange(body) else ())
        SHAPE.check(body["data"], "data")
        posts = [(str(item["id"]), facebook_looks.second(item["created_time"])) for item in body["data"]]
        following = graph_answers.next_params(body, self.base, self._edge(_page(walk, progress)))
        if following is not None:
            following.pop("limit", None)
        return Step(following, posts)

    def rest(self, answer: Answer) -> float:
        """The usage headers slow the pace before the limit."""
        return graph_answers.rest(answer)

    def _edge(self, page: str) -> str:
        return f"/{self.version}/{page}{EDGE}"

    def _authorised(self, path: str, params: dict[str, str]) -> Request:
        return graph_answers.authorised(Request("GET", path, params), self.token, self.proof)


def _page(walk: Walk, progress: Progress) -> str:
    """The id a watched Page has now, as far as the platform said."""
    page = str(walk.target["account"])
    while page in progress.moved:
        page = progress.moved[page]
    return page


def _moved(walk: Walk, progress: Progress, refusal: Refusal) -> Step:
    """From the first page of the Page's new id; what cannot be followed ends."""
    page = _page(walk, progress)
    sentence = refusal.sentence(walk.source, facebook_looks.who(page))
    if refusal.to is None or refusal.to == page or refusal.to in progress.moved:
        return Step(None, end=End(Gap.MOVED, sentence))
    progress.moved[page] = refusal.to
    progress.remarks[page] = sentence
    return Step({})


def _is_strange(body: Mapping[str, Any]) -> bool:
    return bool(as_dict(body.get("paging")).keys() - {"cursors", "next", "previous"})


# ------------------------------------------------------------------------------------------------ looking again


def looks(posts: Sequence[Stored], watched: Watched) -> Iterator[tuple[str, Target]]:  # noqa: ARG001 - of any Page
    """Posts whose Page is known, the first `MOST_LOOKS` of them, in walks of `LOOKED_AT_ONCE`.

    `others` are ids under the Page that a post's address names, where the post was found under another one.
    """
    names = [found for post in posts if (found := _graph_ids(post))]
    for number, group in enumerate(shares(names[:MOST_LOOKS], LOOKED_AT_ONCE)):
        others = {first: more[0] for first, *more in group if more}
        yield f"look-{number}", {"ids": [first for first, *_ in group], "others": others}


def _graph_ids(post: Stored) -> list[str]:
    """`page_post`, once or twice: the Page is named by the query that found the post, and by the post's address."""
    pages = [(post.query or "").removeprefix("account:")]
    if post.url is not None and facebook_post_id(post.url) == post.post_id:
        pages.append(post.url.partition("facebook.com/")[2].partition("/")[0])
    named = dict.fromkeys(page for page in pages if page.isdecimal())
    return [f"{page}_{post.post_id}" for page in named] if post.post_id.isdecimal() else []


# ------------------------------------------------------------------------------------------------ the source


def _connect(settings: Settings) -> Access:
    base = checked_base(settings.graph_url, "graph_url")
    token = secret(settings, "facebook_token")
    proof = graph_answers.proof(settings, token)
    connector = FacebookGraph(base, settings.graph_version, token, proof, settings.election.zone)
    return Access(base, graph_answers.limit(settings), connector, (proof,) if proof else ())


def objects(page: Page, answer: Any) -> Iterator[Any]:
    """The posts of an answer; the edge and the fields are those of our own request. A list of a look is no record."""
    if page["kind"] == "look" and page["request"]["url"].endswith(EDGE):
        return
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
