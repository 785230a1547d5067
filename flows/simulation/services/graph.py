"""What Facebook and Instagram share: version, token, refusals, usage headers and paging links of the Graph API."""

import hashlib
import hmac
import re
from abc import abstractmethod
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from zlib import crc32

import orjson

from flows.simulation.services.archive import Catalogue, Item
from flows.simulation.services.faults import Rule
from flows.simulation.services.graph_errors import Refused, error_row, missing, refusal
from flows.simulation.services.selection import BadExpression, UnknownField
from flows.simulation.services.service import Answer, Call, Clock, Platform

TOKEN = "season-token"  # noqa: S105 - opens nothing but the simulated season
APP_SECRET = "season-app-secret"  # noqa: S105
PROOF = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
NEWEST, OLDEST = 26, 21
_VERSION = re.compile(r"v(\d+)\.0")
_HOUR = 3600
_ERROR_TIME = "%A, %d-%b-%y %H:%M:%S GMT"
_TOO_MUCH = "Please reduce the amount of data you're asking for, then retry your request"
_HEADERS = {"app": "X-App-Usage", "page": "X-Page-Usage", "business": "X-Business-Use-Case-Usage"}
_BUSINESS = {"facebook": ("pages", 80001), "instagram": ("instagram", 80002)}


class GraphPlatform(Platform):
    """The Graph API without its nodes."""

    def __init__(self, catalogue: Catalogue, clock: Clock) -> None:
        super().__init__(catalogue, clock)
        self.reset()

    def reset(self) -> None:
        """Forgets the calls counted against limits."""
        self.calls: deque[int] = deque()
        self.serial = 0

    @abstractmethod
    def node(self, call: Call, parts: list[str]) -> dict[str, Any]:
        """The object or page at a path (without its version); raises Refused, BadExpression or UnknownField."""

    def admit(self, call: Call) -> Answer | None:
        """The token, and the limit the usage headers tell of."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        token = call.query.get("access_token") or (token if scheme.lower() == "bearer" else "")
        self._version(call)
        if not token:
            return self.error(104)
        if token != TOKEN:
            return self.error(190, "Invalid OAuth access token - Cannot parse access token")
        if call.query.get("appsecret_proof", PROOF) != PROOF:
            return self.error(100, "(#100) Invalid appsecret_proof provided in the API argument")
        self.calls.append(self.own_now)
        while self.calls[0] <= self.own_now - _HOUR:
            self.calls.popleft()
        return self._usage(call)

    def answer(self, call: Call) -> Answer:
        """The node's answer, or the error it amounts to."""
        try:
            parts = self._parts(call)
            self.check_object(call, parts[0])
            return Answer(200, self.node(call, parts))
        except Refused as refused:
            return self.error(refused.code, refused.message, **refused.more)
        except BadExpression as error:
            return self.error(2500, str(error))
        except UnknownField as error:
            return self.error(100, str(error))

    def _parts(self, call: Call) -> list[str]:
        """The path without its version; raises Refused for what no node can answer."""
        parts = [part for part in call.path.split("/") if part]
        if parts and (match := _VERSION.fullmatch(parts[0])) is not None:
            parts = parts[1:]
            if int(match[1]) > NEWEST:
                raise Refused(2500, f"Unknown path components: {call.path}")
        for name in ("date_format", "ids"):
            if name in call.query:
                raise Refused(100, f"(#100) The parameter {name} is no longer supported")
        if call.method != "GET" or not parts:
            raise Refused(100, f"Unsupported {call.method.lower()} request.", error_subcode=33)
        return parts

    def failure(self, call: Call, rule: Rule) -> Answer:
        """A fault in the Graph API's words."""
        options = rule.options
        plain = {
            "expired_token": lambda: self.error(190, self._expired(), error_subcode=463),
            "permission_lost": lambda: self.error(10),
            "rate_limit": lambda: self.error(4, status=429),
            "server_error": lambda: self.error(2),
            "error_200": lambda: self.error(options["code"] or 1, status=200),
            "throttle": lambda: self.error(options["code"]),
        }
        if rule.name == "throttle":
            self._usage_header(call, "business", 100, options["minutes"])
        if rule.name in plain:
            return plain[rule.name]()
        more: dict[str, Any] = {} if options["subcode"] is None else {"error_subcode": options["subcode"]}
        if options["is_transient"] is not None:
            more["is_transient"] = options["is_transient"]
        return self.error(options["code"], options["message"] or "", status=options["status"], **more)

    def error(self, code: int, message: str = "", *, status: int | None = None, **more: Any) -> Answer:
        """An error by its code."""
        row = error_row(code)
        self.serial += 1
        body: dict[str, Any] = {"message": message or row.message, "type": more.pop("type", row.kind), "code": code}
        if row.is_transient is not None:
            body["is_transient"] = row.is_transient
        body.update(more, fbtrace_id=f"A{crc32(b'%d' % self.serial):08x}{self.serial:014x}")
        return Answer(status or row.status, {"error": body})

    def check_object(self, call: Call, name: str) -> None:
        """Refuses a Page, post, media or account by the name it is asked by, when that is switched on."""
        said = self.faults.option("refused", "objects")
        if name in said and self.fires(call, "refused") is not None:
            raise refusal(said[name], name)

    def unseen(self, call: Call, item: Item) -> Refused:
        """What is said of a post that is not to be seen: not yet, no longer, or not by us."""
        is_gone = item.created <= self.indexed and item.gone_at <= self.clock.now
        if is_gone and (rule := self.fires(call, "gone_as")) is not None:
            return refusal(rule.options["as"], item.graph_id)
        return Refused(10) if is_gone and item.gone == "private" else missing(item.graph_id)

    def check_amount(self, call: Call, limit: int) -> None:
        """Refuses a limit above what can be answered at once, when that is switched on."""
        if not self.faults.is_on("reduce_data") or limit <= self.faults.option("reduce_data", "above"):
            return
        if (rule := self.fires(call, "reduce_data")) is None:
            return
        if rule.options["in_user_message"]:
            raise Refused(1, "An unknown error occurred", error_subcode=99, error_user_msg=_TOO_MUCH)
        raise Refused(1, _TOO_MUCH)

    def link(self, call: Call, **changes: str | None) -> str:
        """The absolute address of another page of what was asked, with the token; None leaves a parameter out.

        The app's proof is in it where it was sent, and always where that is switched on.
        """
        proof = {"appsecret_proof": PROOF} if self.faults.is_on("link_secrets") else {}
        query = {**call.query, "access_token": TOKEN, **proof, **changes}
        host = call.headers.get("host", "")
        return f"http://{host}{call.path}?" + urlencode(
            {key: value for key, value in query.items() if value is not None}
        )

    def _version(self, call: Call) -> None:
        match = _VERSION.match(call.path.lstrip("/"))
        asked = int(match[1]) if match else OLDEST
        call.answer_headers["facebook-api-version"] = f"v{min(max(asked, OLDEST), NEWEST)}.0"

    def _expired(self) -> str:
        ended, now = (datetime.fromtimestamp(self.own_now - ago, UTC).strftime(_ERROR_TIME) for ago in (_HOUR, 0))
        return f"Error validating access token: Session has expired on {ended}. The current time is {now}."

    def _usage(self, call: Call) -> Answer | None:
        """The usage headers, and the limit's error when all is used up."""
        rule = self.faults.rules.get("usage")
        if rule is None or self.faults.fires("usage", call.wording) is None:
            return None
        options = rule.options
        percent = options["percent"]
        if percent is None:
            percent = 100 * len(self.calls) // (options["budget"] or 200)
        if rule.seen > options["hidden"]:
            self._usage_header(call, options["kind"], percent, options["minutes"], options["form"])
        if percent < 100:
            return None
        call.faults.append("usage")
        return self.error(4 if options["kind"] == "app" else _BUSINESS[self.name][1])

    def _usage_header(self, call: Call, kind: str, percent: int, minutes: int, form: str = "full") -> None:
        usage: dict[str, Any] = {"call_count": percent, "total_cputime": percent // 4, "total_time": percent // 3}
        if form == "missing":
            del usage["total_cputime"], usage["total_time"]
        value: Mapping[str, Any] = usage
        if kind == "business":
            entry = {"type": _BUSINESS[self.name][0], **usage, "estimated_time_to_regain_access": minutes}
            value = {"102938475610293": [entry]}
        text = orjson.dumps(value).decode()
        call.answer_headers[_HEADERS[kind]] = text[: len(text) // 2] + "%%" if form == "garbage" else text
