"""The plan of the season: days, streams, gaps, how many posts when, and what is planted where."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import fsum

import numpy as np
from numpy.random import PCG64, Generator
from numpy.typing import NDArray

from flows.periods import Election, Week, read_election, weeks_between

FIRST_DAY = date(2023, 8, 21)
LAST_DAY = date(2024, 2, 14)
WEEKS = tuple(weeks_between(Week.of(FIRST_DAY), Week.of(LAST_DAY)))
LAST_WEEK = len(WEEKS) - 1
DAYS = tuple(FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
LANDING_TIME = time(5, 0)

TIKTOK, INSTAGRAM, CROWDTANGLE, GRAPH = range(4)
STREAMS = (TIKTOK, INSTAGRAM, CROWDTANGLE, GRAPH)
PLATFORM = ("tiktok", "instagram", "facebook", "facebook")
SOURCE = ("zeeschuimer", "zeeschuimer", "crowdtangle", "graph")
FILE = ("tiktok.ndjson", "instagram.ndjson", "facebook-crowdtangle.csv", "facebook-graph.json")
_SHARE = (0.50, 0.185, 0.225, 0.09)
_WEEKDAY = (0.97, 0.94, 0.95, 0.98, 1.04, 1.10, 1.06)

# The random parts of the season: each has a generator of its own, from the seed and one of these numbers.
PLAN, AUTHORS, TAGS, NOISE, POSTS, HISTORY = range(6)


@dataclass(frozen=True, slots=True)
class Gap:
    """A planned collection that brought nothing: outage (attempted) or not attempted."""

    stream: int
    first_day: date
    last_day: date
    reason: str
    query: str = ""  # empty: all queries of the source, so that no post of the days exists

    def covers(self, day: date) -> bool:
        """Whether the day lies in the gap."""
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class Planted:
    """Posts of one group of templates, put among the posts of a week and stream on some of its days."""

    week: int
    stream: int
    days: tuple[int, ...]  # positions in DAYS
    group: str
    count: int
    burst: str | None = None


GAPS = (
    Gap(TIKTOK, date(2023, 10, 17), date(2023, 10, 18), "outage: login wall"),
    Gap(INSTAGRAM, date(2023, 12, 25), date(2023, 12, 31), "outage: account blocked"),
    Gap(CROWDTANGLE, date(2024, 1, 3), date(2024, 1, 5), "outage: dashboard error"),
    Gap(TIKTOK, date(2023, 9, 28), date(2023, 9, 28), "not attempted: holiday", "tag-batang"),
    Gap(GRAPH, date(2023, 11, 11), date(2023, 11, 12), "quota", "media-pages"),
    Gap(CROWDTANGLE, date(2023, 12, 9), date(2023, 12, 9), "not attempted: staff absent", "keywords"),
    Gap(INSTAGRAM, date(2024, 2, 9), date(2024, 2, 9), "not attempted: holiday", "local-accounts"),
)
# platform, source and query -> collections planned a day
QUERIES: dict[int, dict[str, int]] = {
    TIKTOK: {"keywords": 4, "tag-batang": 4, "local-accounts": 2},
    INSTAGRAM: {"tag-batang": 2, "local-accounts": 2},
    CROWDTANGLE: {"local-pages": 1, "keywords": 1},
    GRAPH: {"office-pages": 2, "media-pages": 2},
}
# name, group, stream, first day, days, posts
BURSTS = (
    ("money_politics_w05", "money_politics", TIKTOK, date(2024, 1, 30), 3, 24),
    ("money_politics_w05", "money_politics", CROWDTANGLE, date(2024, 1, 30), 3, 14),
    ("smear_w50", "insult", TIKTOK, date(2023, 12, 12), 3, 16),
    ("smear_w50", "hoax", TIKTOK, date(2023, 12, 13), 2, 8),
    ("smear_w50", "hoax", INSTAGRAM, date(2023, 12, 13), 2, 6),
    ("copy_paste_w02", "copypaste", TIKTOK, date(2024, 1, 10), 2, 90),
    ("copy_paste_w02", "copypaste", CROWDTANGLE, date(2024, 1, 10), 2, 50),
)
_RARE = {
    "insult": 3.0,
    "hoax": 2.0,
    "hate_speech": 1.0,
    "neutrality": 1.2,
    "incitement": 0.6,
    "threat": 0.6,
    "anti_state": 0.2,
}
_RARE_CAMPAIGN = {"money_politics": 1.6, "facility_misuse": 0.8, "prop_damage": 1.0}
_RARE_BEFORE = {"calls": 3.5}
_QUIET_CALLS = (
    ((date(2024, 2, 11), TIKTOK, 2), (date(2024, 2, 11), CROWDTANGLE, 1)),
    (
        (date(2024, 2, 12), TIKTOK, 2),
        (date(2024, 2, 12), INSTAGRAM, 1),
        (date(2024, 2, 13), TIKTOK, 1),
        (date(2024, 2, 13), CROWDTANGLE, 1),
    ),
)
_DEBATES = (date(2023, 12, 12), date(2023, 12, 22), date(2024, 1, 7), date(2024, 1, 21), date(2024, 2, 4))
_EMPTY_WEEKS = frozenset({2, 5, 9, 18})
RARE_LIMIT = 6


def generator(seed: int, *path: int) -> Generator:
    """The random generator of one part of the season; parts do not disturb each other."""
    return Generator(PCG64([seed, *path]))


def days_of(week: int) -> range:
    """Positions in DAYS of the days of a week."""
    return range(7 * week, min(7 * week + 7, len(DAYS)))


def midnight(day: date, election: Election) -> int:
    """Unix seconds at which a local day begins."""
    return int(datetime.combine(day, time(), election.zone).timestamp())


def landing(week: int) -> datetime:
    """When the batch of a week lands: the Monday after it, 05:00 local time."""
    return datetime.combine(WEEKS[week].last_day + timedelta(days=1), LANDING_TIME, read_election().zone)


def phase_key(day: date) -> str:
    """The column of topics.csv for a day: its phase, or "rally" when the campaign allows rallies."""
    phase = read_election().phase_of(day)
    return "rally" if phase.is_rally else phase.name


def is_down(stream: int, day: date) -> bool:
    """Whether nothing of this stream was collected for the day."""
    return any(gap.stream == stream and not gap.query and gap.covers(day) for gap in GAPS)


def _lost_share(stream: int, day: date) -> float:
    """Share of a day's posts missed because one of the queries brought nothing."""
    return fsum(0.8 / len(QUERIES[stream]) for gap in GAPS if gap.stream == stream and gap.query and gap.covers(day))


def daily_counts(posts: int, seed: int) -> NDArray[np.int64]:
    """Posts a day x stream, summing to `posts` exactly: growth to the vote, weekdays, debates, noise, gaps."""
    rng = generator(seed, PLAN)
    progress = np.arange(len(DAYS)) / (len(DAYS) - 1)
    level = np.exp(1.05 * progress**1.6) * rng.lognormal(0.0, 0.07, size=len(DAYS))
    level *= np.array([_WEEKDAY[day.weekday()] for day in DAYS])
    level *= np.array([1.22 if day in _DEBATES else 1.0 for day in DAYS])
    level[-1] *= 1.35
    weights = np.outer(level, _SHARE) * rng.lognormal(0.0, 0.05, size=(len(DAYS), len(STREAMS)))
    weights[:, TIKTOK] *= 1 + 0.15 * progress  # TikTok gains, Facebook loses
    weights[:, CROWDTANGLE] *= 1 - 0.10 * progress
    for stream in STREAMS:
        for number, day in enumerate(DAYS):
            weights[number, stream] *= 0.0 if is_down(stream, day) else 1 - _lost_share(stream, day)
    counts = rng.multinomial(posts, (weights / weights.sum()).ravel())
    return counts.reshape(weights.shape).astype(np.int64)


def _burst_plan(posts: int) -> list[Planted]:
    """The injected bursts; smaller in a season of less than 20,000 posts."""
    scale = min(1.0, posts / 20_000)
    planted = []
    for name, group, stream, first_day, length, count in BURSTS:
        first = (first_day - FIRST_DAY).days
        days = tuple(range(first, first + length))
        planted.append(Planted(first // 7, stream, days, group, max(1, round(count * scale)), name))
    return planted


def plant(posts: int, seed: int) -> list[Planted]:
    """Everything rare: 0 to 6 true indications a week (some weeks none), the quiet-period calls, the bursts."""
    rng = generator(seed, PLAN, 1)
    planted = _burst_plan(posts)
    for calls in _QUIET_CALLS:
        for day, stream, count in calls:
            number = (day - FIRST_DAY).days
            planted.append(Planted(number // 7, stream, (number,), "calls", count))
    for week in range(len(WEEKS)):
        days = [number for number in days_of(week) if phase_key(DAYS[number]) not in ("quiet", "voting_day")]
        phases = {phase_key(DAYS[number]) for number in days}
        busy = sum(p.count for p in planted if p.week == week and p.burst is None)
        rate = 1.1 if phases == {"pre_campaign"} else 2.6
        count = min(int(rng.poisson(rate)), RARE_LIMIT - busy)
        if week in _EMPTY_WEEKS or not days:
            continue
        for _ in range(count):
            number = days[int(rng.integers(0, len(days)))]
            extra = _RARE_BEFORE if phase_key(DAYS[number]) == "pre_campaign" else _RARE_CAMPAIGN
            weights = {**_RARE, **extra}
            group = list(weights)[
                int(np.searchsorted(np.cumsum(list(weights.values())), rng.random() * fsum(weights.values())))
            ]
            open_streams = [
                stream for stream in (TIKTOK, TIKTOK, INSTAGRAM, CROWDTANGLE) if not is_down(stream, DAYS[number])
            ]
            stream = open_streams[int(rng.integers(0, len(open_streams)))]
            planted.append(Planted(week, stream, (number,), group, 1))
    return planted


def edge_seconds() -> dict[int, tuple[bool, bool]]:
    """Days (positions) whose first or last second holds a post: edges of weeks and phases."""
    edges = {}
    for number, day in enumerate(DAYS):
        before, after = day - timedelta(days=1), day + timedelta(days=1)
        opens = day.weekday() == 0 or phase_key(before) != phase_key(day)
        closes = day.weekday() == 6 or phase_key(after) != phase_key(day)
        if opens or closes:
            edges[number] = (opens, closes)
    return edges


def collection_rows(week: int, seed: int) -> list[tuple[str, str, str, str, int, int, int, str]]:
    """The collection log of a week: platform, source, query, day, planned, attempted, succeeded, reason."""
    rng = generator(seed, PLAN, 2, week)
    rows = []
    for number in days_of(week):
        day = DAYS[number]
        for stream in STREAMS:
            for query, planned in QUERIES[stream].items():
                gap = next((g for g in GAPS if g.stream == stream and g.query in ("", query) and g.covers(day)), None)
                attempted = succeeded = planned
                reason = ""
                if gap is not None:
                    attempted = 0 if gap.reason.startswith("not attempted") else planned
                    succeeded, reason = 0, gap.reason
                elif planned > 2 and rng.random() < 0.04:
                    succeeded, reason = planned - 1, "rate limit"
                rows.append(
                    (PLATFORM[stream], SOURCE[stream], query, day.isoformat(), planned, attempted, succeeded, reason)
                )
    return rows
