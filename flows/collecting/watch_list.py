"""What is watched, as walks: accounts, keywords and hashtags become named queries, and days become windows.

The list has a version, a hash of everything in it: when it changes, the series it feeds changes with it.
"""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from flows.exits import UsageError
from flows.periods import read_seed
from flows.post import PLATFORMS
from flows.settings import Settings
from flows.sources import facebook_graph, instagram_graph, tiktok_research
from flows.sources.walking import Walk

ACCOUNTS_A_QUERY = 50
HASHTAG_BUDGET = 30
HASHTAG_WINDOW = timedelta(days=7)
_ACCOUNT = re.compile(r"[\w.\-]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched on one platform; each list in its own order, nothing twice."""

    accounts: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is watched there."""
        return not (self.accounts or self.keywords or self.hashtags)


def read_watched(settings: Settings) -> dict[str, Watched]:
    """What is watched on each platform: the seeds `accounts` and `keywords`, then `[watch.*]` of ronda.toml.

    Raises UsageError for a name that cannot be one.
    """
    found: dict[str, Watched] = {}
    accounts = read_seed("accounts", settings.seeds) if _has(settings.seeds, "accounts") else []
    words = read_seed("keywords", settings.seeds) if _has(settings.seeds, "keywords") else []
    for platform in PLATFORMS:
        more = getattr(settings.watch, platform)
        ours = [row for row in words if row["platform"] in ("", platform)]
        found[platform] = Watched(
            _names((row["account"] for row in accounts if row["platform"] == platform), more.accounts, _account),
            _names((row["text"] for row in ours if row["kind"] == "keyword"), more.keywords, _keyword),
            _names((row["text"] for row in ours if row["kind"] == "hashtag"), more.hashtags, _hashtag),
        )
    return found


def _has(seeds: Path, name: str) -> bool:
    return (seeds / f"{name}.csv").is_file()


def _names(first: Iterator[str], more: Sequence[str], clean: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clean(name) for name in (*first, *more)))


def _account(name: str) -> str:
    text = name.strip().lstrip("@").lower()
    if not _ACCOUNT.fullmatch(text):
        raise UsageError(f'"{name}" cannot be an account; write its handle or number in ronda.toml or accounts.csv.')
    return text


def _keyword(text: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise UsageError("A keyword to watch is empty; remove it from ronda.toml or keywords.csv.")
    return words


def _hashtag(text: str) -> str:
    tag = text.strip().lstrip("#").lower()
    if not tag or not all(character.isalnum() or character == "_" for character in tag):
        raise UsageError(f'"{text}" cannot be a hashtag to watch; write letters, digits and "_" only.')
    return tag


def version(watched: Mapping[str, Watched]) -> str:
    """A short hash of everything that is watched; the order says nothing."""
    plain = {
        platform: {name: sorted(getattr(each, name)) for name in ("accounts", "keywords", "hashtags")}
        for platform, each in watched.items()
    }
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def queries(platform: str, watched: Watched) -> dict[str, dict[str, Any]]:
    """The queries of one platform by their name in the coverage ledger, with what is needed to ask them."""
    if platform == tiktok_research.PLATFORM:
        return _tiktok_queries(watched)
    return {f"account:{account}": {"account": account} for account in watched.accounts}


def _tiktok_queries(watched: Watched) -> dict[str, dict[str, Any]]:
    """Words are searched among accounts registered in Indonesia; a watched account is asked wherever it registered."""
    condition = tiktok_research.condition
    here = [condition("region_code", ["ID"])]
    found: dict[str, dict[str, Any]] = {}
    if watched.keywords:
        words = [condition("keyword", [word]) for word in watched.keywords]
        found["keywords"] = {"query": {"and": here, "or": words}}
    if watched.hashtags:
        found["hashtags"] = {"query": {"and": here, "or": [condition("hashtag_name", list(watched.hashtags))]}}
    shares = [
        list(watched.accounts[start : start + ACCOUNTS_A_QUERY])
        for start in range(0, len(watched.accounts), ACCOUNTS_A_QUERY)
    ]
    for number, share in enumerate(shares, 1):
        name = "accounts" if len(shares) == 1 else f"accounts-{number}"
        found[name] = {"query": {"and": [condition("username", share)]}}
    return found


def windows(days: Collection[date], size: int) -> list[tuple[date, date]]:
    """Days as windows of consecutive days, at most `size` long, newest first."""
    found: list[tuple[date, date]] = []
    for day in sorted(days, reverse=True):
        first, last = found[-1] if found else (None, None)
        if first is not None and last is not None and (first - day).days == 1 and (last - day).days < size:
            found[-1] = (day, last)
        else:
            found.append((day, day))
    return found


_WINDOWS = {
    tiktok_research.SOURCE: tiktok_research.WINDOW_DAYS,
    facebook_graph.SOURCE: facebook_graph.WINDOW_DAYS,
    instagram_graph.SOURCE: 10_000,  # an account is paged from its newest media down
}


def walks(source: str, platform: str, watched: Watched, due: Callable[[str], Collection[date]]) -> list[Walk]:
    """The walks of a source; `due` gives the days a query has to be asked for."""
    made: list[Walk] = []
    for query, target in queries(platform, watched).items():
        for first, last in windows(due(query), _WINDOWS[source]):
            made.append(Walk(source, platform, query, "posts", first, last, target))
    return sorted(made, key=lambda walk: walk.last_day, reverse=True)


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


def hashtag_walks(
    hashtags: Sequence[str], budget: HashtagBudget, now: datetime, today: date
) -> tuple[list[Walk], list[str]]:
    """(walks, hashtags that are over the budget); those that cost nothing come first, then the order of the list."""
    made: list[Walk] = []
    over: list[str] = []
    running = budget.running(now)
    for hashtag in sorted(hashtags, key=lambda each: each not in running):
        if not budget.is_free(hashtag, now):
            over.append(hashtag)
            continue
        budget.count(hashtag, now)
        target: dict[str, Any] = {"hashtag": hashtag, "hashtag_id": budget.ids.get(hashtag)}
        target |= {"counted": len(budget.running(now)), "budget": HASHTAG_BUDGET}
        walk_of = ("instagram_graph", "instagram", f"hashtag:{hashtag}", "hashtag")
        made.append(Walk(*walk_of, today - timedelta(days=1), today, target))  # type: ignore[arg-type]
    return made, over
