"""What is watched, as walks: accounts, keywords and hashtags become named queries, and days become windows.

The list has a version, a hash of everything in it: when it changes, the series it feeds changes with it.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from flows.exits import UsageError
from flows.post import PLATFORMS
from flows.reviewing import register
from flows.seeds import read_seed
from flows.settings import Settings
from flows.sources.source import Source, Watched
from flows.sources.walking import Walk
from flows.store.watch_history import note_watch


def read_watched(settings: Settings) -> dict[str, Watched]:
    """What is watched on each platform: seeds `accounts` and `keywords`, `[watch.*]`, and the register of the desk.

    Raises UsageError for a name that cannot be one.
    """
    watched: dict[str, Watched] = {}
    accounts = read_seed("accounts", settings.seeds) if _has(settings.seeds, "accounts") else []
    words = read_seed("keywords", settings.seeds) if _has(settings.seeds, "keywords") else []
    registered = register.watched(settings.home)
    for platform in PLATFORMS:
        more = getattr(settings.watch, platform)
        ours = [row for row in words if row["platform"] in ("", platform)]
        seeded = (row["account"] for row in accounts if row["platform"] == platform)
        watched[platform] = Watched(
            _names(seeded, (*more.accounts, *registered[platform]), _account),
            _names((row["text"] for row in ours if row["kind"] == "keyword"), more.keywords, _keyword),
            _names((row["text"] for row in ours if row["kind"] == "hashtag"), more.hashtags, _hashtag),
        )
    return watched


def _has(seeds: Path, name: str) -> bool:
    return (seeds / f"{name}.csv").is_file()


def _names(first: Iterator[str], more: Sequence[str], clean: Callable[[str], str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(clean(name) for name in (*first, *more)))


def _account(name: str) -> str:
    text = name.strip().lstrip("@").lower()
    if not register.ACCOUNT.fullmatch(text):
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


def note(home: Path, watched: Mapping[str, Watched], since: datetime) -> bool:
    """Notes in the ledger what is watched from a moment on; False when it is what was watched before."""
    lists = {
        platform: {name: sorted(getattr(each, name)) for name in ("accounts", "keywords", "hashtags")}
        for platform, each in watched.items()
    }
    return note_watch(home, version(watched), lists, since)


def windows(days: Collection[date], size: int) -> list[tuple[date, date]]:
    """Days as windows of consecutive days, at most `size` long, newest first."""
    spans: list[tuple[date, date]] = []
    for day in sorted(days, reverse=True):
        first, last = spans[-1] if spans else (None, None)
        if first is not None and last is not None and (first - day).days == 1 and (last - day).days < size:
            spans[-1] = (day, last)
        else:
            spans.append((day, day))
    return spans


def walks(source: Source, watched: Watched, due: Callable[[str], Collection[date]]) -> list[Walk]:
    """The walks of a source; `due` gives the days a query has to be asked for."""
    planned = [
        Walk(source.name, source.platform, query, "posts", first, last, target)
        for query, target in source.queries(watched).items()
        for first, last in windows(due(query), source.window_days)
    ]
    return sorted(planned, key=lambda walk: walk.last_day, reverse=True)
