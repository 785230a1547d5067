"""What Facebook and Instagram share of the Graph API: how it is asked, what its answers mean, where a page leads.

Errors are told by `error.code`, even at HTTP 200. The order of the questions is that of the platform's error guide:
is it JSON, is there an error, is it a limit, a token, passing trouble, a permission, or final.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from flows.settings import Settings
from flows.sources.cells import as_dict, as_list
from flows.sources.http import Answer, Request
from flows.sources.pacing import Limit
from flows.sources.shape import ShapeChangedError
from flows.sources.walking import End, Gap, Verdict

OFFICIAL_HOST = "graph.facebook.com"
LIMITS = frozenset({4, 17, 32, 341, 613, 80001, 80002})
TOKENS = frozenset({102, 190})
PASSING = frozenset({1, 2})
UNAVAILABLE = frozenset({(100, 33), (110, 2207013)})
BLOCKED = 368
LIMIT_MINUTES = 60
SLOW_FROM, PAUSE_FROM = 75, 95
SMALLEST_PAGE = 5
_LESS = re.compile(r"reduce the amount of data", re.IGNORECASE)
_CREDENTIALS = frozenset({"access_token", "appsecret_proof"})


def limit(settings: Settings) -> Limit:
    """How fast one platform of the Graph API may be asked."""
    return Limit(settings.graph_requests_per_second, burst=5)


def app_secret(settings: Settings) -> str | None:
    """The app secret where the app demands a proof with every token."""
    return settings.graph_app_secret.get_secret_value() if settings.graph_app_secret else None


def parsed(answer: Answer) -> Any:
    """The JSON of a body; None when it is none."""
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            return None


def authorised(request: Request, token: str, app_secret: str | None) -> Request:
    """The request with the token in a header, where no address and no log can show it."""
    proof = (
        {"appsecret_proof": hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()}
        if app_secret
        else {}
    )
    return Request(
        request.method,
        request.path,
        {**request.params, **proof},
        headers={"Authorization": f"Bearer {token}"},
    )


def passing(source: str, answer: Answer) -> Verdict:
    """No usable answer: worth asking again, then an outage."""
    what = answer.failure or f"HTTP {answer.status} ({answer.headers.get('content-type', 'no content type')})"
    sentence = f"{source} does not answer properly: {what}; nothing to do unless it lasts for days."
    return Verdict("again", end=End(Gap.OUTAGE, sentence), wait=retry_after(answer), then="split")


def retry_after(answer: Answer) -> float | None:
    """Seconds the server asks to wait, given as such or as a date; None when it does not say."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    begin = answer.headers.get("date")  # the server's own clock, which may be wrong, measures its own dates
    try:
        now = parsedate_to_datetime(begin) if begin else answer.fetched_at
    except ValueError:
        now = answer.fetched_at
    return max(0.0, (moment - now).total_seconds())


def judge(source: str, answer: Answer, size: int) -> Verdict:  # noqa: PLR0911 - one way out a kind of error
    """The verdict on any answer; `size` is the page size asked for (see `shrinks`)."""
    body = parsed(answer)
    if answer.status is None or not isinstance(body, dict):
        return passing(source, answer)
    error = body.get("error")
    if error is None:
        return Verdict("page", body) if answer.status < 400 else passing(source, answer)
    error = as_dict(error)
    code, subcode = error.get("code"), error.get("error_subcode")
    said = f"code {code}" + (f"/{subcode}" if subcode else "")
    if code in LIMITS:
        end = End(Gap.QUOTA, f"{source} is over its rate limit ({said}); it is asked again later.", stops_source=True)
        return Verdict("again", end=end, times=2, wait=retry_after(answer) or 60.0 * regain_minutes(answer))
    if code in TOKENS:
        sentence = f"The access token of {source} is no longer valid ({said}); renew it in the settings."
        return Verdict("end", end=End(Gap.TOKEN, sentence, stops_source=True))
    if shrinks(body) and size > SMALLEST_PAGE:
        return Verdict("again", wait=1.0, times=99)
    if code in PASSING or error.get("is_transient") is True:
        sentence = f"{source} reports a passing fault ({said}); nothing to do unless it lasts for days."
        return Verdict("again", end=End(Gap.OUTAGE, sentence), wait=retry_after(answer), then="split")
    if code == BLOCKED:
        sentence = f"{source} is blocked by the platform ({said}); an operator must look at the app's page."
        return Verdict("end", end=End(Gap.PERMISSION, sentence, stops_source=True))
    if (code, subcode) in UNAVAILABLE:
        return Verdict("end", body, End(Gap.PERMISSION, f"is not there or not open to us ({said})"))
    if code == 10 or (isinstance(code, int) and 200 <= code < 300):
        return Verdict("end", end=End(Gap.PERMISSION, f"may not be read with this token ({said})"))
    if answer.status >= 500 or answer.status == 429:
        return passing(source, answer)
    if code == 100 and "cursor" in str(error.get("message", "")).lower():
        # The post it pointed at is gone, or the paging went too deep.
        end = End(Gap.OUTAGE, f"{source}: the platform lost its place in a list ({said}); it is asked again later.")
        return Verdict("restart", end=end)
    sentence = f"{source} does not understand the request any more ({said}); ronda needs an update."
    return Verdict("end", end=End(Gap.SHAPE, sentence, stops_source=True))


def shrinks(body: Any) -> bool:
    """Whether the answer asks for smaller pages."""
    error = as_dict(as_dict(body).get("error"))
    return any(_LESS.search(str(error.get(name, ""))) for name in ("message", "error_user_msg"))


def _usages(answer: Answer) -> list[dict[str, Any]]:
    """The usage objects of all headers; what cannot be read is left out, as the platform advises."""
    usages: list[dict[str, Any]] = []
    for name in ("x-app-usage", "x-page-usage", "x-business-use-case-usage"):
        try:
            value = json.loads(answer.headers.get(name, "null"))
        except ValueError:
            continue
        if name == "x-business-use-case-usage":
            usages += [as_dict(item) for items in as_dict(value).values() for item in as_list(items)]
        else:
            usages.append(as_dict(value))
    return usages


def regain_minutes(answer: Answer) -> float:
    """Minutes until access comes back: what the headers say, else an hour."""
    said = [item.get("estimated_time_to_regain_access") for item in _usages(answer)]
    minutes = max((value for value in said if isinstance(value, (int, float))), default=0)
    return float(minutes) if minutes > 0 else float(LIMIT_MINUTES)


def rest(answer: Answer) -> float:
    """Seconds to rest before the next request: none below 75 % of the limit, more and more up to 95 %, then a pause."""
    shares = [
        value
        for item in _usages(answer)
        for name in ("call_count", "total_time", "total_cputime")
        if isinstance(value := item.get(name), (int, float)) and not isinstance(value, bool)
    ]
    share = max(shares, default=0)
    if share >= PAUSE_FROM:
        return 300.0
    return max(0.0, (share - SLOW_FROM + 1) * 1.0)


def next_params(page: Mapping[str, Any], base: str, path: str) -> dict[str, str] | None:
    """The parameters of `paging.next` without its credentials, to be asked at our own address; None on the last page.

    Raises ShapeChangedError when it leads to another host or another object: a token is never sent there.
    """
    following = as_dict(page.get("paging")).get("next")
    if following is None:
        return None
    if not isinstance(following, str):
        raise ShapeChangedError("the field paging.next is not an address.")
    parts, ours = urlsplit(following), urlsplit(base)
    if parts.netloc not in {ours.netloc, OFFICIAL_HOST}:
        raise ShapeChangedError(f"the field paging.next leads to another host ({parts.netloc}); it is not followed.")
    if parts.path.rstrip("/").rpartition("/")[2] != path.rstrip("/").rpartition("/")[2]:
        raise ShapeChangedError("the field paging.next leads to another edge; it is not followed.")
    return {name: value for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in _CREDENTIALS}
