"""TikTok through the Research API: videos by account, keyword and hashtag; and whether known videos still exist.

Paging goes by `cursor` and `search_id` of the latest answer; pages may be short or empty while `has_more` is true. A
`search_id` may be refused right after it was given, a cursor in mid-walk, and the server fails often: each is asked
again, then the window begins anew, then it is asked day by day. Days are UTC there, so windows overlap by a day.
Contract: Research API reference of video/query, user/info and the batch compliance calls; client access tokens.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flows.settings import Settings
from flows.sources import tiktok_errors, tiktok_videos
from flows.sources.cells import as_dict, as_list
from flows.sources.graph_answers import parsed, retry_after
from flows.sources.http import Answer, Client, Request, checked_base
from flows.sources.pacing import Limit
from flows.sources.shape import Shape, ShapeChangedError, check_envelope
from flows.sources.source import Access, Page, Source, Stored, Target, Watched, secret, shares
from flows.sources.tiktok_errors import USER_PATH
from flows.sources.walking import End, Gap, Progress, Step, Verdict, Walk, utc_days

NAME, PLATFORM = "tiktok_research", "tiktok"
PAGE_SIZE = 100
WINDOW_DAYS = 28  # with a day of overlap at both ends at most the 30 days a query may span
LOOKED_AT_ONCE = 10_000
ACCOUNTS_A_QUERY = 50
REGION = "ID"
FIELDS = (
    *("id", "username", "create_time", "region_code", "video_description", "hashtag_names", "view_count"),
    *("like_count", "comment_count", "share_count", "voice_to_text", "video_duration", "favorites_count"),
    *("video_label", "is_stem_verified"),
)
SHAPE = Shape(
    required={"id": (int, str), "create_time": (int,)},
    expected=("username", "video_description", "view_count", "like_count", "comment_count", "share_count"),
    rare=frozenset(FIELDS),
    aliases={"video_id": "id", "favourites_count": "favorites_count"},
)
TOKEN_PATH, QUERY_PATH = "/v2/oauth/token/", "/v2/research/video/query/"
TASK_PATH = "/v2/research/validation_task/create/"
STATUS_PATH = "/v2/research/validation_task_status/get/"
DOWNLOAD_PATH = "/v2/research/validation_task/download/"


@dataclass(slots=True)
class TikTokResearch:
    """The connector. The token is fetched when needed, held in memory only and renewed when it is refused.

    The quota is of UTC days; `zone` and `zone_label` are the regency's, for the sentence that says when it goes on.
    """

    client_key: str = field(repr=False)
    client_secret: str = field(repr=False)
    zone: ZoneInfo
    zone_label: str
    source: str = NAME
    page_budget: int = 400
    splits: bool = True
    _token: str | None = field(default=None, repr=False)
    _until: datetime | None = None

    def ready(self, client: Client) -> Answer | None:
        """A token that is valid for another minute; the answer that brought none."""
        now = client.clock.now()
        if self._token is not None and self._until is not None and now < self._until:
            return None
        form = {
            "client_key": self.client_key,
            "client_secret": self.client_secret,
            "grant_type": "client_credentials",
        }
        answer, body = client.fetch(Request("POST", TOKEN_PATH, form=form, headers={"Cache-Control": "no-cache"}))
        try:
            grant = as_dict(json.loads(body))
        except ValueError:
            return answer
        token, lasts = grant.get("access_token"), grant.get("expires_in")
        if not isinstance(token, str) or "error" in grant:
            return answer
        client.redactor.add(token)
        self._token = token
        self._until = now + timedelta(seconds=max(60.0, float(lasts if isinstance(lasts, int) else 7200) - 60))
        return None

    def start(self, walk: Walk) -> Progress:
        """The first page, or the list of videos to be looked at."""
        return Progress(cursor={"stage": "create"} if walk.kind == "look" else {}, size=PAGE_SIZE)

    def request(self, walk: Walk, progress: Progress) -> Request:
        """The next page of a search, or the next call of a look."""
        headers = {"Authorization": f"Bearer {self._token}"}
        if walk.kind == "look":
            return _look_request(walk, progress, headers)
        first, last = utc_days(walk.first_day, walk.last_day)
        body = {
            "query": walk.target["query"],
            "start_date": f"{first:%Y%m%d}",
            "end_date": f"{last:%Y%m%d}",
            "max_count": progress.size,
        } | progress.cursor
        return Request("POST", QUERY_PATH, {"fields": ",".join(FIELDS)}, json=body, headers=headers)

    def judge(self, walk: Walk, answer: Answer, progress: Progress) -> Verdict:
        """The verdict on any answer; see `tiktok_errors` for the errors."""
        if walk.kind == "look" and answer.status == 200 and answer.request["url"].endswith(DOWNLOAD_PATH):
            body = parsed(answer)
            if not (isinstance(body, dict) and "error" in body):
                return Verdict("page", answer.body.decode("utf-8", "replace"))
        body = _whole(answer) if walk.kind == "look" else parsed(answer)
        if answer.status is None or not isinstance(body, dict):
            return self._passing(answer, progress)
        if answer.request["url"].endswith(TOKEN_PATH):
            return self._no_token(body)
        error = as_dict(body.get("error"))
        if answer.status == 200 and error.get("code", "") in ("ok", ""):
            return Verdict("page", body)
        verdict = tiktok_errors.verdict(self.source, answer, error, progress.tries, self._renewal(answer))
        if verdict.end.gap is Gap.TOKEN:
            self._token = None
        return verdict

    def read(self, walk: Walk, progress: Progress, body: Any) -> Step:
        """The videos of a page and where the search goes on."""
        if walk.kind == "look":
            return _look(walk, progress, body)
        check_envelope(body, "answer", {"data": (dict,)}, ())
        data = body["data"]
        known = ("cursor", "has_more", "search_id", "videos")
        check_envelope(data, "data", {}, known if data.keys() - set(known) else ())
        videos = as_list(data.get("videos"))
        SHAPE.check(videos, "data.videos")
        posts = [(str(item.get("id", item.get("video_id"))), item["create_time"]) for item in videos]
        if data.get("has_more") is not True:
            return Step(None, posts)
        if not isinstance(data.get("cursor"), int):
            raise ShapeChangedError(
                f"the field data.cursor is missing though data.has_more is true; found: {', '.join(sorted(data))}."
            )
        search = data.get("search_id")
        return Step({"cursor": data["cursor"]} | ({"search_id": str(search)} if search else {}), posts)

    def rest(self, answer: Answer) -> float:  # noqa: ARG002 - TikTok announces no limit
        """Never."""
        return 0.0

    def _passing(self, answer: Answer, progress: Progress) -> Verdict:
        what = answer.failure or f"HTTP {answer.status}"
        end = End(
            Gap.OUTAGE, f"{self.source} does not answer properly: {what}; nothing to do unless it lasts for days."
        )
        is_torn = answer.status == 200 and progress.tries == 0  # a body cut short is usually whole the next time
        return Verdict("again", end=end, wait=0.0 if is_torn else retry_after(answer), then="split")

    def _renewal(self, answer: Answer) -> str:
        """When the requests of the next UTC day begin, on the regency's clock."""
        tomorrow = answer.fetched_at.astimezone(UTC).date() + timedelta(days=1)
        return f"{datetime.combine(tomorrow, time(), UTC).astimezone(self.zone):%H:%M} {self.zone_label}"

    def _no_token(self, grant: dict[str, Any]) -> Verdict:
        code = str(grant.get("error", "no access_token"))
        sentence = f"{self.source}: TikTok gives no token ({code}); check RONDA_TIKTOK_CLIENT_KEY and its secret."
        end = End(Gap.PERMISSION, sentence, stops_source=True)
        is_final = code in ("invalid_client", "unauthorized_client", "access_denied", "invalid_scope")
        return Verdict("end", end=end) if is_final else Verdict("again", end=end, times=5)


def _whole(answer: Answer) -> Any:
    """The JSON of a body with numbers of any size (a task's is larger than 64 bits); None when it is none."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


# ------------------------------------------------------------------------------------------------ looking again


def _look_request(walk: Walk, progress: Progress, headers: dict[str, str]) -> Request:
    """Create a task, ask for it until it is done, fetch the ids that are still there; then the missing ones' owners."""
    cursor = progress.cursor
    stage = cursor["stage"]
    if stage == "create":
        ids = "\n".join(walk.target["ids"]) + "\n"
        upload = ("file_data", ids.encode())
        return Request("POST", TASK_PATH, form={"category": "video"}, upload=upload, headers=headers)
    if stage == "owner":
        name = {"username": cursor["names"][0]}
        return Request("POST", USER_PATH, {"fields": "is_verified"}, json=name, headers=headers, is_private=True)
    path = STATUS_PATH if stage == "status" else DOWNLOAD_PATH
    return Request("POST", path, json={"task_id": cursor["task"]}, headers=headers)


def _look(walk: Walk, progress: Progress, body: Any) -> Step:
    cursor = progress.cursor
    if cursor["stage"] == "create":
        task = as_dict(body.get("data")).get("task_id")
        if not isinstance(task, int | str) or isinstance(task, bool):
            raise ShapeChangedError("the field data.task_id is missing from the answer to a validation task.")
        return Step({"stage": "status", "task": str(task)}, is_listed=True)
    if cursor["stage"] == "status":
        status = as_dict(body.get("data")).get("task_status")
        if status == "Failed":
            raise ShapeChangedError("the validation task failed; the list of ids was not accepted.")
        progress.wait = 0.0 if status == "Completed" else 15.0
        return Step(cursor | {"stage": "download" if status == "Completed" else "status"}, is_listed=True)
    owners = walk.target["owners"]
    if cursor["stage"] == "download":
        there = set(re.findall(r"\d+", body))
        progress.missing |= {post_id: "unknown" for post_id in walk.target["ids"] if post_id not in there}
        names = sorted({owners[post_id] for post_id in progress.missing if owners.get(post_id)})
        progress.seen.update((post_id, None) for post_id in walk.target["ids"] if post_id in there)
        return Step({"stage": "owner", "names": names} if names else None, is_listed=True)
    name, *names = cursor["names"]
    reason = body if isinstance(body, str) else "removed"
    progress.missing |= {post_id: reason for post_id in progress.missing if owners.get(post_id) == name}
    return Step({"stage": "owner", "names": names} if names else None, is_listed=True)


# ------------------------------------------------------------------------------------------------ what to ask


def condition(name: str, values: list[str]) -> dict[str, Any]:
    """One condition of a query; several values are one of them."""
    return {"operation": "IN" if len(values) > 1 else "EQ", "field_name": name, "field_values": values}


def queries(watched: Watched) -> dict[str, Target]:
    """Words are searched among accounts registered in Indonesia; a watched account is asked wherever it registered."""
    here = [condition("region_code", [REGION])]
    asked: dict[str, Target] = {}
    if watched.keywords:
        words = [condition("keyword", [word]) for word in watched.keywords]
        asked["keywords"] = {"query": {"and": here, "or": words}}
    if watched.hashtags:
        asked["hashtags"] = {"query": {"and": here, "or": [condition("hashtag_name", list(watched.hashtags))]}}
    groups = shares(watched.accounts, ACCOUNTS_A_QUERY)
    for number, group in enumerate(groups, 1):
        name = "accounts" if len(groups) == 1 else f"accounts-{number}"
        asked[name] = {"query": {"and": [condition("username", group)]}}
    return asked


def looks(posts: Sequence[Stored], watched: Watched) -> Iterator[tuple[str, Target]]:  # noqa: ARG001 - any account
    """Lists of ids, each with the owners that their addresses name."""
    for number, group in enumerate(shares(posts, LOOKED_AT_ONCE)):
        owners = {post.post_id: _owner(post.url) for post in group}
        yield f"look-{number}", {"ids": [post.post_id for post in group], "owners": owners}


def _owner(url: str | None) -> str | None:
    return (url or "").partition("tiktok.com/@")[2].partition("/")[0] or None


def _connect(settings: Settings) -> Access:
    base = checked_base(settings.tiktok_url, "tiktok_url")
    limit = Limit(settings.tiktok_requests_per_second, burst=5, per_day=settings.tiktok_requests_per_day)
    key, key_secret = (secret(settings, name) for name in SOURCE.credentials)
    election = settings.election
    return Access(base, limit, TikTokResearch(key, key_secret, election.zone, election.zone_label))


# ------------------------------------------------------------------------------------------------ what it says


def listed(page: Page, body: bytes) -> list[str] | None:
    """The ids of the videos that are still there, however they are separated; None for any other page."""
    is_list = page["kind"] == "look" and str(page["request"]["url"]).endswith(DOWNLOAD_PATH)
    return re.findall(r"\d+", body.decode("utf-8", "replace")) if is_list else None


def objects(page: Page, answer: Any) -> Iterator[Any]:
    """The videos of an answer; the other answers of a look hold none."""
    if page["kind"] != "look":
        yield from as_list(as_dict(answer.get("data")).get("videos"))


SOURCE = Source(
    name=NAME,
    platform=PLATFORM,
    credentials=("tiktok_client_key", "tiktok_client_secret"),
    connect=_connect,
    queries=queries,
    window_days=WINDOW_DAYS,
    looks=looks,
    objects=objects,
    listed=listed,
    post=tiktok_videos.post,
    kept=(
        *("id", "video_id", "create_time", "region_code", "view_count", "like_count", "comment_count", "share_count"),
        *("favorites_count", "video_duration"),
    ),
    id_in=str,
)
