"""The scene of the charts: the week they are about, the window they show, and how its days lie on the axis."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from flows.periods import Election, Week, weeks_between
from reports.reading.facts import PLATFORMS, Facts
from reports.wording.sentences import coverage_words, source_line
from reports.wording.watch_list import breaks
from reports.wording.words import Words, platform_name

WINDOW_WEEKS, SHORTEST_WINDOW = 26, 8
NARROWEST = 5  # days, the width at which a shorter bucket is drawn


@dataclass(frozen=True)
class Scene:
    """What a chart needs beside its data: the words, the calendar, the window shown and the week it is about."""

    words: Words
    election: Election
    week: Week
    first_day: date
    last_day: date
    source: str  # the line printed under every chart: coverage of the week, embargo, origin and versions
    platforms: tuple[str, ...] = ()  # those with anything in the window
    breaks: tuple[date, ...] = ()  # days on which what is watched changed

    @property
    def series(self) -> list[str]:
        """The platforms as series, after `all` where it says more than they do."""
        return list(self.platforms) if len(self.platforms) == 1 else ["all", *self.platforms]

    @cached_property
    def starts(self) -> dict[date, float]:
        """Where each day of the window begins on the axis, and where the last one ends.

        A day is one wide, but a bucket is never narrower than NARROWEST days: else a single day could not be seen.
        """
        starts, at = {}, 0.0
        for week in weeks_between(Week.of(self.first_day), Week.of(self.last_day)):
            for bucket in self.election.buckets(week):
                width = max(bucket.days, NARROWEST) / bucket.days
                for number in range(bucket.days):
                    starts[bucket.first_day + timedelta(days=number)] = at + number * width
                at += bucket.days * width
        starts[self.last_day + timedelta(days=1)] = at
        return starts

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
    coverage = words("source_coverage", week=str(week), coverage=coverage_words(words, facts.coverage))
    return Scene(
        words=words,
        election=facts.edition.election,
        week=week,
        first_day=first.first_day,
        last_day=week.last_day,
        source=f"{coverage} {source_line(facts, words)}",
        platforms=_platforms_since(first.first_day, facts),
        breaks=tuple(day for day in breaks(facts) if first.first_day <= day <= week.last_day),
    )


def _platforms_since(day: date, facts: Facts) -> tuple[str, ...]:
    has_any = (pl.col("posts") > 0) | (pl.col("status") != "unknown")
    rows = facts.tables["trends.weekly_platform"].filter(pl.col("first_day") >= day, has_any)
    seen = set(rows["platform"]) | {platform for platform, each in facts.day_status if each >= day}
    return tuple(name for name in PLATFORMS if name in seen)
