"""TikTok's Research API: token, video query, comments, user info, batch compliance, and the daily quota."""

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import parse_qs
from zlib import crc32

import orjson

from flows.simulation.services import comments
from flows.simulation.services.archive import DAY, Catalogue, Item
from flows.simulation.services.compliance import Tasks
from flows.simulation.services.faults import Rule, altered
from flows.simulation.services.service import Answer, Call, Clock, Platform
from flows.simulation.services.tiktok_fields import USER_FIELDS, VIDEO_FIELDS
from flows.simulation.services.video_query import InvalidParams, VideoQuery, read_query, whole

CLIENT_KEY = "season-key"
CLIENT_SECRET = "season-secret"  # noqa: S105 - opens nothing but the simulated season
TOKEN_SECONDS = 7200
_SEARCHES_KEPT = 500
_OUTAGE = "Something is wrong. Please try again later."


@dataclass(slots=True)
class _Search:
    """A query's result: what it was asked, and its videos with decreasing id; None stands for one filtered out."""

    asked: bytes
    matches: list[Item | None]


class TikTok(Platform):
    """The Research API. Ids are bare integers, pages may be short, and every admitted call counts."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        super().__init__(catalogue, clock)
        self.by_time = sorted(catalogue.items, key=lambda item: item.created)
        self.times = [item.created for item in self.by_time]
        self.calls = {
            "/v2/research/video/query/": self._videos,
            "/v2/research/video/comment/list/": self._comments,
            "/v2/research/user/info/": self._user,
            "/v2/research/validation_task/create/": self._create_task,
            "/v2/research/validation_task_status/get/": self._task_status,
            "/v2/research/validation_task/download/": self._download,
        }
        self.reset()

    def reset(self) -> None:
        """Forgets tokens, searches, tasks and what was used of the quota."""
        self.tokens: dict[str, int] = {}
        self.used: Counter[int] = Counter()
        self.searches: dict[str, _Search] = {}
        self.cold: Counter[bytes] = Counter()
        self.tasks = Tasks()
        self.serial = 0

    def admit(self, call: Call) -> Answer | None:
        """Token, then quota: every call with a good token counts, also one that fails."""
        if call.kind == "token":
            return self._token(call)
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or self.tokens.get(token, 0) <= self.own_now:
            return self._error(401, "access_token_invalid")
        day = self.own_now // DAY
        self.used[day] += 1
        if self.used[day] > self.faults.option("quota", "limit"):
            return self._error(429, self.faults.option("quota", "code"))
        return None

    def answer(self, call: Call) -> Answer:
        """The endpoint's answer."""
        endpoint = self.calls.get(call.path if call.path.endswith("/") else f"{call.path}/")
        if endpoint is None or call.method != "POST":
            return self._error(404, "invalid_request", "Unsupported path or method")
        try:
            return endpoint(call)
        except InvalidParams as error:
            return self._error(400, "invalid_params", str(error))

    def failure(self, call: Call, rule: Rule) -> Answer:  # noqa: ARG002 - the platform's interface
        """A fault in TikTok's words."""
        options = rule.options
        if rule.name == "expired_token":
            self.tokens.clear()
        words = {
            "expired_token": (401, "access_token_invalid", ""),
            "permission_lost": (401, "scope_not_authorized", ""),
            "rate_limit": (429, "rate_limit_exceeded", ""),
            "server_error": (500, "internal_error", _OUTAGE),
            "passing_400": (400, "invalid_params", options.get("message", "")),
            "error_200": (200, options.get("code") or "internal_error", _OUTAGE),
        }
        if rule.name in words:
            return self._error(*words[rule.name])
        code = options["code"] or "internal_error"
        return self._error(options["status"] or 400, code, options["message"] or code)

    def _log_id(self) -> str:
        self.serial += 1
        moment = datetime.fromtimestamp(self.own_now, UTC)
        return f"{moment:%Y%m%d%H%M%S}{crc32(b'%d' % self.serial):08X}{self.serial:012X}"

    def _error(self, status: int, code: str, message: str = "") -> Answer:
        words = {
            "access_token_invalid": "The access token is invalid or not found in the request.",
            "daily_quota_limit_exceeded": "Daily quota limit exceeded",
            "rate_limit_exceeded": "The API rate limit was exceeded. Please try again later.",
            "scope_not_authorized": "The user did not authorize the scope required for completing this request.",
        }
        body: dict[str, Any] = {} if self.faults.is_on("error_only") else {"data": {}}
        body["error"] = {"code": code, "message": message or words.get(code, code), "log_id": self._log_id()}
        return Answer(status, body)

    def _good(self, data: dict[str, Any], **more: Any) -> Answer:
        return Answer(200, {"data": data, "error": {"code": "ok", "message": "", "log_id": self._log_id(), **more}})

    def _token(self, call: Call) -> Answer:
        for name in ("rate_limit", "server_error"):
            if (rule := self.fires(call, name)) is not None:
                return self.failure(call, rule)
        form = {key: values[-1] for key, values in parse_qs(call.body.decode(errors="replace")).items()}
        is_form = call.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        if (rule := self.faults.fires("token_failure", call.wording)) is not None:
            return self._no_token(rule.options["status"], rule.options["error"], "The token service refused.")
        if call.method != "POST" or not is_form:
            return self._no_token(400, "invalid_request", "Only `application/x-www-form-urlencoded` is accepted.")
        if form.get("grant_type") != "client_credentials":
            return self._no_token(400, "unsupported_grant_type", "Grant type is not supported by the server.")
        if (form.get("client_key"), form.get("client_secret")) != (CLIENT_KEY, CLIENT_SECRET):
            return self._no_token(401, "invalid_client", "Client key or secret is incorrect.")
        self.serial += 1
        token = f"clt.{crc32(b'token %d' % self.serial):08x}{self.serial:06}season"
        self.tokens[token] = self.own_now + TOKEN_SECONDS
        return Answer(200, {"access_token": token, "expires_in": TOKEN_SECONDS, "token_type": "Bearer"})

    def _no_token(self, status: int, error: str, description: str) -> Answer:
        return Answer(status, {"error": error, "error_description": description, "log_id": self._log_id()})

    def _fields(self, call: Call, known: frozenset[str]) -> list[str]:
        names = [name.strip() for name in call.query.get("fields", "").split(",") if name.strip()]
        if not names:
            raise InvalidParams("fields is required")
        for name in names:
            if name not in known:
                raise InvalidParams(f"Unsupported field {name}")
        return names

    def _body(self, call: Call) -> Mapping[str, Any]:
        try:
            body = json.loads(call.body)  # numbers of tasks need more than 64 bits
        except ValueError as error:
            raise InvalidParams("The body is not JSON") from error
        if not isinstance(body, dict):
            raise InvalidParams("The body is not an object")
        return body

    def _videos(self, call: Call) -> Answer:
        fields = self._fields(call, frozenset(VIDEO_FIELDS))
        body = self._body(call)
        query = read_query(body)
        if self.touches_outage(call, query.first_day.isoformat(), query.last_day.isoformat()):
            return self._error(500, "internal_error", _OUTAGE)
        asked = orjson.dumps([body["query"], body["start_date"], body["end_date"]], option=orjson.OPT_SORT_KEYS)
        if self.faults.is_on("cold_cache") and self.cold[asked] < self.faults.option("cold_cache", "failures"):
            self.cold[asked] += 1
            call.faults.append("cold_cache")
            return self._error(500, "internal_error", _OUTAGE)
        if query.is_random:
            items = self._here(self._matches(query))
            chosen = Random(crc32(asked) + self.serial).sample(items, min(query.count, len(items)))  # noqa: S311
            return self._page(call, chosen, [], fields, {"search_id": "", "cursor": 0, "has_more": False})
        search_id = query.search_id or self._start(call, asked, query)
        if query.search_id:
            self._check_page(call, query, asked)
        return self._search_page(call, query, search_id, fields)

    def _check_page(self, call: Call, query: VideoQuery, asked: bytes) -> None:
        """A page after the first: its search must be known and its own."""
        rule = self.fires(call, "invalid_search_id")
        if rule is not None and rule.options["forget"]:
            self.searches.pop(query.search_id, None)
        search = self.searches.get(query.search_id)
        if rule is not None or search is None or search.asked != asked:
            raise InvalidParams(f"Search Id {query.search_id} is invalid or expired")
        is_beyond = query.cursor > len(search.matches) + query.count and not self.faults.is_on("endless_pages")
        if is_beyond or self.fires(call, "invalid_cursor") is not None:
            raise InvalidParams("Invalid count or cursor")

    def _start(self, call: Call, asked: bytes, query: VideoQuery) -> str:
        matches = self._matches(query)
        if self.fires(call, "empty_pages") is not None:
            place = query.count if len(matches) > query.count else 0
            matches[place:place] = [None] * query.count
        if self.fires(call, "short_pages") is not None:
            matches = [item for one in matches for item in ((one, None) if one and one.salt % 2 else (one,))]
        self.serial += 1
        search_id = str((self.own_now << 32) + crc32(asked) % 2**31 + self.serial)
        self.searches[search_id] = _Search(asked, matches)
        if len(self.searches) > _SEARCHES_KEPT:
            del self.searches[next(iter(self.searches))]
        return search_id

    def _matches(self, query: VideoQuery) -> list[Item | None]:
        """The index: also videos that have gone since they were indexed, which pages then leave out."""
        first = int(datetime.combine(query.first_day, datetime.min.time(), UTC).timestamp())
        days = 0 if self.faults.is_on("end_date_exclusive") else 1
        last = int(datetime.combine(query.last_day, datetime.min.time(), UTC).timestamp()) + days * DAY
        window = self.by_time[bisect_left(self.times, first) : bisect_left(self.times, min(last, self.indexed + 1))]
        matches = [item for item in window if query.matches(item)]
        matches.sort(key=lambda item: -item.key)
        return [*matches]

    def _search_page(self, call: Call, query: VideoQuery, search_id: str, fields: list[str]) -> Answer:
        matches = self.searches[search_id].matches
        start, count = query.cursor, query.count
        following = start + count
        has_more = following < len(matches)
        items = matches[start:following]
        if not has_more and (rule := self.fires(call, "endless_pages")) is not None:
            has_more = True
            if rule.options["mode"] == "repeat":
                items = items or matches[-count:]
        if has_more and self.fires(call, "repeated_cursor") is not None:
            following = start
        if not matches:
            search_id = ""
        before = matches[max(start - count, 0) : start]
        envelope = {"search_id": search_id, "cursor": following, "has_more": has_more}
        return self._page(call, self._here(items), self._here(before), fields, envelope)

    def _here(self, items: list[Item | None]) -> list[Item]:
        return [item for item in items if item is not None and self.is_visible(item)]

    def _page(
        self, call: Call, items: list[Item], before: list[Item], fields: list[str], envelope: dict[str, Any]
    ) -> Answer:
        videos = altered(
            self.faults,
            call.wording,
            [self._video(item, fields) for item in items],
            [self._video(item, fields) for item in before[-10:]],
            ("like_count",),
        )
        if videos and "username" in videos[0] and self.fires(call, "nul_username") is not None:
            videos[0]["username"] += "\0"
        if self.fires(call, "video_id") is not None:
            videos = [{"video_id" if key == "id" else key: value for key, value in video.items()} for video in videos]
        return self._good({**envelope, "videos": videos})

    def _video(self, item: Item, fields: list[str]) -> dict[str, Any]:
        growth = self.growth(item)
        video = {}
        for name in fields:
            value = VIDEO_FIELDS[name](item, growth)
            if value is not None:
                video[name] = value
        if item.is_edited and "video_description" in video:
            video["video_description"] = item.text_at(self.clock.now) or ""
        return video

    def _comments(self, call: Call) -> Answer:
        """A page of the comments of a video, or of the replies to a comment."""
        fields = self._fields(call, frozenset(comments.TIKTOK_FIELDS))
        body = self._body(call)
        count, cursor = whole(body, "max_count", 10), whole(body, "cursor", 0)
        if not 1 <= count <= 100 or cursor < 0:
            raise InvalidParams("Invalid count or cursor")
        listed = self._thread(body)
        page = [
            {name: comments.TIKTOK_FIELDS[name](comment) for name in fields}
            for comment in reversed(listed[cursor : cursor + count])
        ]
        has_more = cursor + count < len(listed)
        return self._good({"comments": page, "cursor": cursor + len(page), "has_more": has_more})

    def _thread(self, body: Mapping[str, Any]) -> list[comments.Comment]:
        """The comments a request asks for; raises InvalidParams where they cannot be shown."""
        if "video_id" not in body and "comment_id" not in body:
            raise InvalidParams("video_id or comment_id is required")
        if "video_id" in body:
            item, place = self.catalogue.by_id.get(str(body["video_id"])), None
        else:
            item, place = comments.tiktok_place(self.catalogue.items, whole(body, "comment_id", 0)) or (None, None)
        if item is None or not self.is_visible(item):
            raise InvalidParams(f"video {body.get('video_id')} is invalid: cannot find the video")
        if comments.is_closed(item):
            raise InvalidParams("The comments of this video are not allowed to be disclosed")
        total = min(int((item.comments or 0) * self.growth(item)), comments.TIKTOK_REACH)
        return comments.thread(item, total) if place is None else comments.Comment(item, place, total).replies

    def _user(self, call: Call) -> Answer:
        fields = self._fields(call, frozenset(USER_FIELDS))
        handle = self._body(call).get("username")
        account = self.catalogue.accounts.get(str(handle))
        is_here = account is not None and account.is_here(self.clock.now)
        if account is None or (not is_here and account.gone == "account gone"):
            raise InvalidParams(f"username {handle} is invalid: cannot find the user")
        if not is_here:
            raise InvalidParams("API cannot return this user's information")
        videos = [item for item in account.items if self.is_visible(item)]
        return self._good({name: USER_FIELDS[name](account, videos) for name in fields})

    def _create_task(self, call: Call) -> Answer:
        task = self.tasks.create(call.headers.get("content-type", ""), call.body)
        answer = self._good({"task_id": task}, http_status_code=200)
        return answer._replace(body=json.dumps(answer.body).encode())

    def _task_status(self, call: Call) -> Answer:
        status = self.tasks.status(whole(self._body(call), "task_id", 0))
        return self._good({"task_status": status}, http_status_code=200)

    def _download(self, call: Call) -> Answer:
        ids = self.tasks.valid(whole(self._body(call), "task_id", 0), self._exists)
        return Answer(200, ids, "text/plain")

    def _exists(self, video_id: str) -> bool:
        item = self.catalogue.by_id.get(video_id)
        return item is not None and self.is_visible(item)
