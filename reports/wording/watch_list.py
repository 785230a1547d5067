"""What was watched: the accounts, keywords and tags that were planned, the version of that list, and what changed."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

from flows.periods import Week
from reports.reading.facts import Facts
from reports.wording.words import Words, platform_name

NAMES_SHOWN = 30  # of each list; all of them are in core.collection


class Query(NamedTuple):
    """One entry of the watch list, by the name the collection log gives it."""

    platform: str
    source: str
    name: str


def watched(facts: Facts, week: Week) -> list[Query]:
    """What was planned in a week, in a fixed order; empty when no plan was declared."""
    frame = facts.tables["core.collection"].filter(
        pl.col("day").is_between(week.first_day, week.last_day), pl.col("planned") > 0
    )
    return [Query(*row) for row in frame.select("platform", "source", "query").unique().sort(pl.all()).iter_rows()]


def version_of(queries: list[Query]) -> str:
    """A short hash of a watch list: another list, another version, and a break in the series."""
    return hashlib.sha256("\n".join("/".join(query) for query in queries).encode()).hexdigest()[:8]


def watch_text(facts: Facts, words: Words) -> str:
    """The watch list of the week by platform, and its version."""
    queries = watched(facts, facts.edition.week)
    if not queries:
        return words("declare_watch_unknown")
    by_platform = [
        words(
            "declare_watch_item",
            platform=platform_name(words, name),
            queries=_shown(names, words),
        )
        for name in facts.platforms
        if (names := list(dict.fromkeys(query.name for query in queries if query.platform == name)))
    ]
    return words("declare_watch_value", lists="; ".join(by_platform), version=version_of(queries))


def change_text(facts: Facts, words: Words) -> str:
    """What changed in the watch list against the week before."""
    now, before = (set(watched(facts, week)) for week in (facts.edition.week, facts.edition.week.shift(-1)))
    if not before or not now:
        return words("watch_no_before")
    if now == before:
        return words("watch_same", version=version_of(sorted(now)))
    changed = [sorted(query.name for query in part) for part in (now - before, before - now)]
    added, left = (_shown(each, words) for each in changed)
    return words("watch_changed", added=added or words("declare_none"), left=left or words("declare_none"))


def is_changed(facts: Facts) -> bool:
    """Whether the watch list is known to be another than in the week before."""
    now, before = (set(watched(facts, week)) for week in (facts.edition.week, facts.edition.week.shift(-1)))
    return bool(now) and bool(before) and now != before


def _shown(names: Sequence[str], words: Words) -> str:
    """The first names of a list in quotes, since the office gave them, and how many there are besides."""
    more = len(names) - NAMES_SHOWN
    shown = ", ".join(f"“{name}”" for name in names[:NAMES_SHOWN])
    return words("watch_more", names=shown, count=words.number(more)) if more > 0 else shown


def breaks(facts: Facts) -> tuple[date, ...]:
    """The days on which what extraction watches changed; its beginning is no change."""
    versions = facts.tables["core.watches"].sort("since").unique("version", keep="first", maintain_order=True)
    return tuple(versions["day"].to_list()[1:])


def break_text(facts: Facts, words: Words) -> str:
    """One sentence about the breaks of the series; empty when there is none."""
    days = breaks(facts)
    return words("watch_breaks", days=words.listed([words.day(day) for day in days])) if days else ""
