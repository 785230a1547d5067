"""The faults of the stand-ins: which there are, and when each of them fires.

A fault is switched on by its name with `true` (every request it concerns), a number (its main option, most often
"every n-th"), or an object of options. These say when it fires, counted over the requests it concerns since it was set:

    every: n      every n-th            first: n      the first n           at: [n, ...]  exactly these, from 1
    from: n       the n-th and later    times: n      at most n times       rate: 0.2     by chance, from "seed"
    match: text   only requests whose address or body holds the text
    on: "data" (default), "token" or "all"

The same switches and requests give the same faults.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from flows.simulation.services.graph_errors import SAYINGS, refusal

WHEN = frozenset({"every", "first", "at", "from", "times", "rate", "match", "on"})
GRAPH_PLATFORMS = ("facebook", "instagram")
EVERYWHERE = ("tiktok", *GRAPH_PLATFORMS)


class Switch(NamedTuple):
    """One fault: where it exists, the option a bare value sets, its options with their defaults, what it does."""

    platforms: tuple[str, ...]
    main: str
    options: Mapping[str, object]
    meaning: str
    check: Callable[[Mapping[str, Any]], object] | None = None


def _check_refused(options: Mapping[str, Any]) -> None:
    """Every object has an answer that exists; raises ValueError."""
    if not isinstance(options["objects"], Mapping) or not options["objects"]:
        raise ValueError('refused needs {"objects": {id or name: what is said}}')
    for name, said in options["objects"].items():
        refusal(said, name)


SWITCHES: dict[str, Switch] = {
    "latency": Switch(EVERYWHERE, "seconds", {"seconds": 0.5}, "waits before it answers"),
    "drop_connection": Switch(
        EVERYWHERE, "every", {"within": False}, "closes the connection without an answer, or within one"
    ),
    "html_error": Switch(EVERYWHERE, "every", {"status": 502}, "a gateway's HTML page with this status"),
    "server_error": Switch(EVERYWHERE, "every", {}, "HTTP 500 in the platform's own words"),
    "rate_limit": Switch(
        EVERYWHERE, "every", {"retry_after": None, "as_date": False}, "HTTP 429, with Retry-After where it is given"
    ),
    "error": Switch(
        EVERYWHERE,
        "code",
        {"code": None, "subcode": None, "status": None, "message": None, "is_transient": None},
        "the platform's error of this code",
    ),
    "error_200": Switch(EVERYWHERE, "code", {"code": None}, "an error body with HTTP 200"),
    "expired_token": Switch(EVERYWHERE, "every", {}, "the token is no longer valid (TikTok: until a new one is got)"),
    "permission_lost": Switch(EVERYWHERE, "from", {}, "the permission is gone"),
    "refused": Switch(
        GRAPH_PLATFORMS,
        "objects",
        {"objects": {}},
        "objects (Pages, posts, media, accounts, with their edges) by the id or name they are asked by -> what is said"
        f" of them: {', '.join(SAYINGS)}, a code, or for a Page with a new id {{as: migrated, to: id}}",
        _check_refused,
    ),
    "gone_as": Switch(
        GRAPH_PLATFORMS,
        "as",
        {"as": "gone"},
        "what is said of every deleted or private post, as for refused; without it 100/33, and 10 of a private one",
        lambda options: refusal(options["as"], "1"),
    ),
    "outage_days": Switch(EVERYWHERE, "days", {"days": ()}, "HTTP 500 for every window that touches one of the days"),
    "truncated": Switch(EVERYWHERE, "every", {}, "HTTP 200 with JSON cut in the middle"),
    "slow_drip": Switch(EVERYWHERE, "seconds", {"seconds": 0.05, "bytes": 64}, "so many bytes, a pause, so many bytes"),
    "endless_body": Switch(EVERYWHERE, "every", {}, "a body that never ends"),
    "changed_shape": Switch(
        EVERYWHERE,
        "field",
        {"field": None, "change": "rename", "to": None},
        "a field renamed, dropped, or of another type (change: rename, drop, type), wherever it is in the answer",
    ),
    "repeated_cursor": Switch(EVERYWHERE, "every", {}, "the cursor to the next page leads to this page again"),
    "endless_pages": Switch(
        EVERYWHERE, "mode", {"mode": "empty"}, "there is always a next page: empty, or the last one again (repeat)"
    ),
    "empty_pages": Switch(EVERYWHERE, "every", {}, "a page without items, with more to come"),
    "short_pages": Switch(EVERYWHERE, "every", {}, "a page of half its items, with more to come"),
    "duplicates": Switch(EVERYWHERE, "every", {"size": 3}, "items of the page before, and two of this page, once more"),
    "reordered": Switch(EVERYWHERE, "every", {}, "the items of a page in another order"),
    "omit_likes": Switch(EVERYWHERE, "nth", {"nth": 1}, "every n-th item lacks its likes"),
    "clock_skew": Switch(EVERYWHERE, "seconds", {"seconds": 7200}, "the platform's own clock is ahead (Date, tokens)"),
    "index_delay": Switch(EVERYWHERE, "hours", {"hours": 48}, "posts appear so many hours after they were made"),
    "steady_counts": Switch(EVERYWHERE, "every", {}, "posts show their final counts at once"),
    "quota": Switch(
        ("tiktok",),
        "limit",
        {"limit": 1000, "code": "daily_quota_limit_exceeded"},
        "requests a UTC day, and the code after them",
    ),
    "passing_400": Switch(
        ("tiktok",),
        "every",
        {"message": "Something went wrong. Please try again later."},
        "HTTP 400 invalid_params that is no fault of the request and passes, with this message",
    ),
    "cold_cache": Switch(("tiktok",), "failures", {"failures": 3}, "a new query fails so often before it succeeds"),
    "invalid_search_id": Switch(
        ("tiktok",), "every", {"forget": False}, "a page after the first is refused: its search id, once or for good"
    ),
    "invalid_cursor": Switch(EVERYWHERE, "every", {}, "a page after the first is refused: its cursor"),
    "nul_username": Switch(("tiktok",), "every", {}, "U+0000 at the end of the first username of a page"),
    "video_id": Switch(("tiktok",), "every", {}, "items have video_id instead of id"),
    "end_date_exclusive": Switch(("tiktok",), "every", {}, "videos of the end date are not found"),
    "token_failure": Switch(
        ("tiktok",), "status", {"status": 401, "error": "invalid_client"}, "no token is given; the status is disputed"
    ),
    "error_only": Switch(("tiktok",), "every", {}, "errors come without data"),
    "link_secrets": Switch(
        GRAPH_PLATFORMS, "every", {}, "paging links hold the app's proof beside the token, also where it was not sent"
    ),
    "throttle": Switch(
        GRAPH_PLATFORMS, "code", {"code": 4, "minutes": 5}, "a rate limit's error and the minutes until access returns"
    ),
    "usage": Switch(
        GRAPH_PLATFORMS,
        "percent",
        {"percent": None, "budget": None, "hidden": 0, "kind": "app", "minutes": 0, "form": "full"},
        "usage headers: a percentage, or calls against an hourly budget; kind app, page or business; form full,"
        " missing or garbage",
    ),
    "reduce_data": Switch(
        GRAPH_PLATFORMS, "above", {"above": 25, "in_user_message": False}, "a limit above this is too much data"
    ),
    "last_page": Switch(
        ("facebook",), "form", {"form": "cursors"}, "paging of the last page: cursors, before, previous or none"
    ),
    "time_paging": Switch(("facebook",), "every", {}, "next carries until and __paging_token instead of after"),
    "chronological": Switch(("facebook",), "every", {}, "posts by time instead of ranked"),
    "ignore_window": Switch(("facebook",), "every", {}, "since and until change nothing"),
    "reach": Switch(("facebook",), "posts", {"posts": 600}, "posts a Page's edges give at most"),
    "hashtag_limit": Switch(
        ("instagram",), "limit", {"limit": 30, "code": 18, "subcode": 2207034}, "hashtags in seven days, and the error"
    ),
    "hashtag_bare": Switch(("instagram",), "every", {}, "hashtag search answers a bare id"),
}


@dataclass(slots=True)
class Rule:
    """One fault as switched on."""

    name: str
    when: dict[str, Any]
    options: dict[str, Any]
    seed: int
    seen: int = 0
    fired: int = 0

    def fires(self) -> bool:
        """Counts one more request it concerns and says whether it fires on it."""
        self.seen += 1
        when, number = self.when, self.seen
        chances: dict[str, Callable[[Any], bool]] = {
            "every": lambda n: number % n == 0,
            "first": lambda n: number <= n,
            "at": lambda numbers: number in numbers,
            "from": lambda n: number >= n,
            "rate": lambda share: Random(f"{self.seed}:{self.name}:{number}").random() < share,  # noqa: S311
        }
        is_due = all(chances[key](value) for key, value in when.items() if key in chances)
        if not is_due or self.fired >= when.get("times", self.fired + 1):
            return False
        self.fired += 1
        return True


def rule_of(name: str, value: object, platform: str, seed: int) -> Rule:
    """The rule a switch's value means; raises ValueError for what does not exist."""
    switch = SWITCHES.get(name)
    if switch is None or platform not in switch.platforms:
        known = ", ".join(sorted(key for key, other in SWITCHES.items() if platform in other.platforms))
        raise ValueError(f"{platform} has no fault {name!r}; it has {known}")
    settings: dict[str, Any] = {}
    if isinstance(value, Mapping):
        settings = dict(value)
    elif value is not True:
        settings = {switch.main: value}
    unknown = set(settings) - WHEN - set(switch.options)
    if unknown:
        raise ValueError(f"{name} has no option {', '.join(sorted(unknown))}; it has {', '.join(switch.options)}")
    options = {**switch.options, **{key: item for key, item in settings.items() if key in switch.options}}
    if switch.check is not None:
        switch.check(options)
    return Rule(name, {key: item for key, item in settings.items() if key in WHEN}, options, seed)


@dataclass(slots=True)
class Faults:
    """The faults of one platform that are switched on."""

    platform: str
    rules: dict[str, Rule] = field(default_factory=dict)

    def switch(self, values: Mapping[str, Any]) -> None:
        """Replaces all faults by these; `false` and `null` are off. Raises ValueError and changes nothing."""
        seed = int(values.get("seed", 0))
        self.rules = {
            name: rule_of(name, value, self.platform, seed)
            for name, value in values.items()
            if name != "seed" and value is not None and value is not False
        }

    def fires(self, name: str, wording: str = "", kind: str = "data") -> Rule | None:
        """The rule, when it fires on a request of this kind with this address and body; else None."""
        rule = self.rules.get(name)
        if rule is None or rule.when.get("on", "data") not in (kind, "all"):
            return None
        if str(rule.when.get("match", "")) not in wording:
            return None
        return rule if rule.fires() else None

    def option(self, name: str, option: str) -> Any:
        """An option's value: as switched on, else its default."""
        rule = self.rules.get(name)
        return SWITCHES[name].options[option] if rule is None else rule.options[option]

    def is_on(self, name: str) -> bool:
        """Whether it is switched on at all; for what is a property of the platform and not of a request."""
        return name in self.rules


def reshaped(value: Any, rule: Rule) -> Any:
    """An answer in which a field, wherever it is, is renamed, dropped, or of another type."""
    name, change = rule.options["field"], rule.options["change"]
    if isinstance(value, list):
        return [reshaped(item, rule) for item in value]
    if not isinstance(value, dict):
        return value
    fields = {}
    for key, item in value.items():
        if key != name:
            fields[key] = reshaped(item, rule)
        elif change == "rename":
            fields[rule.options["to"] or f"{name}_v2"] = reshaped(item, rule)
        elif change == "type":
            fields[key] = "changed" if isinstance(item, dict | list) else {"value": item}
    return fields


def altered(
    faults: Faults, wording: str, items: list[dict[str, Any]], before: list[dict[str, Any]], likes: tuple[str, ...]
) -> list[dict[str, Any]]:
    """A page's items after the faults that concern items; `before` are those of the page before."""
    if (rule := faults.fires("duplicates", wording)) is not None:
        items = before[-rule.options["size"] :] + items + items[:2]
    if (rule := faults.fires("omit_likes", wording)) is not None:
        nth = rule.options["nth"]
        items = [
            {key: value for key, value in item.items() if key not in likes} if number % nth == 0 else item
            for number, item in enumerate(items, start=1)
        ]
    if (rule := faults.fires("reordered", wording)) is not None:
        items = list(items)
        Random(f"{rule.seed}:{rule.seen}").shuffle(items)  # noqa: S311
    return items
