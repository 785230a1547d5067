"""What Facebook and Instagram share of the Graph API: how it is asked, what its answers mean, where a page leads.

Errors are told by their code, subcode and text, even at HTTP 200 (see `graph_errors`); what is no JSON, and what is
none of ours to know at 429 or 5xx, is passing trouble.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from flows.settings import Settings
from flows.sources.cells import as_dict, as_list
from flows.sources.graph_errors import Refusal, refusal_in
from flows.sources.http import Answer, Request
from flows.sources.pacing import Limit
from flows.sources.shape import ShapeChangedError
from flows.sources.walking import End, Gap, Progress, Verdict

OFFICIAL_HOST = "graph.facebook.com"
LIMIT_MINUTES = 60
SLOW_FROM, PAUSE_FROM = 75, 95
SMALLEST_PAGE = 5
_CREDENTIALS = frozenset({"access_token", "appsecret_proof"})


def limit(settings: Settings) -> Limit:
    """How fast one platform of the Graph API may be asked."""
    return Limit(settings.graph_requests_per_second, burst=5)


def parsed(answer: Answer) -> Any:
    """The JSON of a body; None when it is none."""
    try:
        return orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError):
            return None


def proof(settings: Settings, token: str) -> str | None:
    """The proof that goes with a token where the app demands one: its HMAC-SHA256 under the app secret, as hex."""
    secret = settings.graph_app_secret
    return hmac.new(secret.get_secret_value().encode(), token.encode(), hashlib.sha256).hexdigest() if secret else None


def authorised(request: Request, token: str, proof: str | None) -> Request:
    """The request with the token in a header, where no address and no log can show it."""
    params = {**request.params, **({"appsecret_proof": proof} if proof else {})}
    return Request(request.method, request.path, params, headers={"Authorization": f"Bearer {token}"})


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


def judge(source: str, who: str, answer: Answer, progress: Progress) -> Verdict:
    """The verdict on any answer to a question about one object, `who` names it. See `graph_errors` for the errors.

    A page that is too much is asked for again with half as many posts (`progress.size`). The body of a verdict on an
    error is its Refusal.
    """
    body = parsed(answer)
    if answer.status is None or not isinstance(body, dict):
        return passing(source, answer)
    refusal = refusal_in(body)
    if refusal is None:
        return Verdict("page", body) if answer.status < 400 else passing(source, answer)
    if not refusal.is_known and (answer.status >= 500 or answer.status == 429):
        return passing(source, answer)
    return _refused(source, who, answer, progress, refusal)


def _refused(source: str, who: str, answer: Answer, progress: Progress, refusal: Refusal) -> Verdict:
    concern = refusal.row.concern
    end = End(refusal.row.gap, refusal.sentence(source, who), stops_source=concern in ("pace", "source"))
    if concern == "pace":
        return Verdict("again", refusal, end, times=2, wait=retry_after(answer) or 60.0 * regain_minutes(answer))
    if concern == "size" and progress.size > SMALLEST_PAGE:
        progress.size = max(SMALLEST_PAGE, progress.size // 2)
        return Verdict("again", refusal, times=99, wait=1.0)
    if concern in ("moment", "size"):
        return Verdict("again", refusal, end, wait=retry_after(answer), then="split")
    return Verdict("restart" if concern == "place" else "end", refusal, end)


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
