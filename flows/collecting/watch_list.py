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
from flows.store.watch_history import forget_accounts, note_watch


def read_watched(settings: Settings) -> dict[str, Watched]:
    """What is watched on each platform: seeds `accounts` and `keywords`, `[watch.*]`, and the register of the desk.

    Raises UsageError for a name that cannot be one.
    """
    watched: dict[str, Watched] = {}
    words = read_seed("keywords", settings.seeds) if _has(settings.seeds, "keywords") else []
    public, registered = public_accounts(settings), register.watched(settings.home)
    for platform in PLATFORMS:
        more = getattr(settings.watch, platform)
        ours = [row for row in words if row["platform"] in ("", platform)]
        watched[platform] = Watched(
            _names(iter(public[platform]), registered[platform], _account),
            _names((row["text"] for row in ours if row["kind"] == "keyword"), more.keywords, _keyword),
            _names((row["text"] for row in ours if row["kind"] == "hashtag"), more.hashtags, _hashtag),
        )
    return watched


def public_accounts(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Platform -> the accounts that the seeds and the settings name: all that are watched but for the register's."""
    rows = read_seed("accounts", settings.seeds) if _has(settings.seeds, "accounts") else []
    return {
        platform: _names(
            (row["account"] for row in rows if row["platform"] == platform),
            getattr(settings.watch, platform).accounts,
            _account,
        )
        for platform in PLATFORMS
    }


def forget_registered(settings: Settings, account: tuple[str, str] | None = None) -> int:
    """Takes the register's accounts, or one of them, out of the history of what was watched; how many names went.

    What the seeds or the settings name stays.
    """
    public = public_accounts(settings)
    return forget_accounts(
        settings.home,
        lambda platform, name: name not in public.get(platform, ()) and account in {None, (platform, name)},
    )


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


def note(home: Path, watched: Mapping[str, Watched], since: datetime, public: Mapping[str, Collection[str]]) -> bool:
    """Notes in the ledger what is watched from a moment on; False when it is what was watched before.

    Accounts that are not `public` are the register's: they are counted and not named, since the ledger keeps for ever.
    """
    lists = {
        platform: {
            "accounts": sorted(set(each.accounts).intersection(public[platform])),
            "keywords": sorted(each.keywords),
            "hashtags": sorted(each.hashtags),
        }
        for platform, each in watched.items()
    }
    registered = {platform: len(set(each.accounts).difference(public[platform])) for platform, each in watched.items()}
    return note_watch(home, version(watched), lists, since, registered)


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
