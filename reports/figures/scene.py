"""The scene of the charts: the words, the week they are about, and the window they show."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from flows.periods import Election, Week
from reports.reading.facts import PLATFORMS, Facts
from reports.wording.sentences import coverage_words, embargo_mark
from reports.wording.watch_list import breaks
from reports.wording.words import Words, platform_name

WINDOW_WEEKS, SHORTEST_WINDOW = 26, 4


@dataclass(frozen=True)
class Scene:
    """What a chart needs beside its data: the words, the calendar, the window shown and the week it is about."""

    words: Words
    election: Election
    week: Week
    first_day: date
    last_day: date
    source: str  # the line printed under every chart: embargo, coverage of the week, office
    platforms: tuple[str, ...] = ()  # those with anything in the window
    breaks: tuple[date, ...] = ()  # days on which what is watched changed

    def platform(self, name: str) -> str:
        """The reader's name of a platform."""
        return platform_name(self.words, name)

    def short(self, name: str) -> str:
        """The name of a platform where there is little room."""
        return self.words.known(f"short_{name}", self.platform(name))


def scene_of(facts: Facts, words: Words) -> Scene:
    """The window of the charts: up to 26 weeks that end with the edition's, from the first of them with any data."""
    week = facts.edition.week
    earliest = week.shift(1 - WINDOW_WEEKS)
    known = facts.tables["trends.weekly_platform"]["week"].unique().sort().to_list()
    seen = [each for text in known if earliest <= (each := Week.parse(text)) <= week]
    first = min([*seen[:1], week.shift(1 - SHORTEST_WINDOW)])
    coverage = coverage_words(words, facts.coverage)
    source = words("chart_source", office=facts.edition.office, week=str(week), coverage=coverage)
    mark = embargo_mark(facts.edition, words)
    return Scene(
        words=words,
        election=facts.edition.election,
        week=week,
        first_day=first.first_day,
        last_day=week.last_day,
        source=f"{mark}. {source}" if mark else source,
        platforms=_platforms_since(first.first_day, facts),
        breaks=tuple(day for day in breaks(facts) if first.first_day <= day <= week.last_day),
    )


def _platforms_since(day: date, facts: Facts) -> tuple[str, ...]:
    has_any = (pl.col("posts") > 0) | (pl.col("status") != "unknown")
    rows = facts.tables["trends.weekly_platform"].filter(pl.col("first_day") >= day, has_any)
    seen = set(rows["platform"]) | {platform for platform, each in facts.day_status if each >= day}
    return tuple(name for name in PLATFORMS if name in seen)
