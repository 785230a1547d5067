"""The coverage ledger: which day of which query was collected, and why not. A low number is never a quiet week here.

A day counts as collected when a walk over it ended where the platform said it ends, and began after the day was over.
An empty day is believed on the same terms, unless the query's own history makes it incredible: then it is `fall to
nothing`, not collected, until a person has looked. What was collected once stays collected, whatever fails later.
"""

import csv
import io
import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flows.method import METHOD
from flows.sources.collection import CollectionDay
from flows.sources.walking import End, Gap, Outcome, Walk, moment_of, second_of
from flows.store.files import write_whole

# Poisson: where m posts are expected, none comes with a chance of e^-m.
INCREDIBLE = math.log(METHOD.silence_odds)
EMPTY, FALL, TODAY = "empty", "fall to nothing", "day not over"
_HASHTAG_SIGHT = timedelta(hours=24)


@dataclass(slots=True)
class Known:
    """What is known of a source: query -> collected day -> posts, and hashtag query -> moments it was asked."""

    days: dict[str, dict[date, int]] = field(default_factory=dict)
    polls: dict[str, list[datetime]] = field(default_factory=dict)
    flagged: dict[str, list[date]] = field(default_factory=dict)

    def due(self, query: str, today: date, look_back: int, since: date | None) -> list[date]:
        """The days to ask for: those of the look-back, and every earlier one that was not collected."""
        known = self.days.get(query, {})
        begin = today - timedelta(days=look_back - 1)
        first = min(since or min(known, default=begin), begin)
        every = [first + timedelta(days=n) for n in range((today - first).days + 1)]
        return [day for day in every if day >= begin or day not in known]


def read_known(path: Path) -> Known:
    """The ledger of a source; empty when there is none or it is damaged (then the days are asked for again)."""
    try:
        facts = json.loads(path.read_bytes())
        return Known(
            {
                query: {date.fromisoformat(day): posts for day, posts in days.items()}
                for query, days in facts["days"].items()
            },
            {query: [datetime.fromisoformat(each) for each in polls] for query, polls in facts["polls"].items()},
            {query: [date.fromisoformat(each) for each in days] for query, days in facts["flagged"].items()},
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return Known()


def write_known(path: Path, known: Known) -> None:
    """Keeps the ledger of a source."""
    facts = {
        "days": {query: {day.isoformat(): posts for day, posts in days.items()} for query, days in known.days.items()},
        "polls": {query: [each.isoformat() for each in polls] for query, polls in known.polls.items()},
        "flagged": {query: [day.isoformat() for day in days] for query, days in known.flagged.items() if days},
    }
    write_whole(path, json.dumps(facts).encode())


def settle(known: Known, outcomes: Iterable[Outcome], zone: ZoneInfo, today: date) -> list[CollectionDay]:
    """Takes the outcomes of a run into the ledger; gives its rows of the collection log.

    A query that was asked by several walks has one row a day. Looks at single posts say nothing about days.
    """
    rows: list[CollectionDay] = []
    for outcome in outcomes:
        if outcome.walk.kind == "hashtag":
            rows += _poll(known, outcome, zone, today)
        elif outcome.walk.kind == "posts":
            rows += _walked(known, outcome, zone)
    return rows


def _walked(known: Known, outcome: Outcome, zone: ZoneInfo) -> list[CollectionDay]:
    walk = outcome.walk
    counts = Counter(moment_of(second).astimezone(zone).date() for second in outcome.seen.values() if second)
    collected = known.days.setdefault(walk.query, {})
    is_complete = outcome.end.gap is None and outcome.began is not None
    over = [day for day in walk.days if is_complete and _is_over(day, outcome.began, zone)]
    fresh = {day: counts[day] for day in over if day not in collected}
    incredible = _incredible(collected, fresh)
    vanished = sum(collected[day] for day in over if day in collected)
    if vanished and not counts:  # all that was there is gone: more likely the answer is none
        incredible = {day for day, posts in fresh.items() if not posts}
    for day in over:
        if day not in incredible:
            collected[day] = max(counts[day], collected.get(day, 0))
    flagged = set(known.flagged.get(walk.query, ())) - set(over)
    known.flagged[walk.query] = sorted(flagged | incredible)
    attempted = int(outcome.sent > 0)
    rows = []
    for day in walk.days:
        if day in collected:
            reason = None if collected[day] else EMPTY
            rows.append(CollectionDay(walk.platform, walk.source, walk.query, day, 1, 1, 1, reason))
            continue
        reason = FALL if day in incredible else TODAY if is_complete else str(outcome.end.gap or Gap.OUTAGE)
        rows.append(CollectionDay(walk.platform, walk.source, walk.query, day, 1, attempted, 0, reason))
    return rows


def _is_over(day: date, began: datetime | None, zone: ZoneInfo) -> bool:
    return began is not None and began.timestamp() >= second_of(day + timedelta(days=1), zone)


def _incredible(collected: dict[date, int], counts: dict[date, int]) -> set[date]:
    """Days without a post that the query's own history before them makes incredible."""
    history = collected | {day: posts for day, posts in counts.items() if posts}
    doubtful: set[date] = set()
    for run in _silences(counts):
        earlier = (run[0] - timedelta(days=n) for n in range(1, METHOD.silence_days + 1))
        before = [history[day] for day in earlier if day in history]
        if len(before) >= METHOD.silence_known_days and sum(before) / len(before) * len(run) > INCREDIBLE:
            doubtful |= set(run)
    return doubtful


def _silences(counts: dict[date, int]) -> list[list[date]]:
    runs: list[list[date]] = []
    for day in sorted(counts):
        if counts[day]:
            continue
        if runs and (day - runs[-1][-1]).days == 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs


def _poll(known: Known, outcome: Outcome, zone: ZoneInfo, today: date) -> list[CollectionDay]:
    """A hashtag shows its last 24 hours; a day is collected when the moments it was asked leave no hour unseen."""
    walk = outcome.walk
    polls = known.polls.setdefault(walk.query, [])
    if outcome.end.gap is None and outcome.began is not None:
        polls.append(outcome.began)
        polls.sort()
    first = min((moment.astimezone(zone).date() for moment in polls), default=today)
    rows = []
    for day in (first + timedelta(days=n) for n in range((today - first).days + 1)):
        is_seen = _is_seen(polls, second_of(day, zone), second_of(day + timedelta(days=1), zone))
        reason = TODAY if day == today and outcome.end.gap is None else str(outcome.end.gap or Gap.OUTAGE)
        facts = (1, 1, 1, None) if is_seen else (1, int(outcome.sent > 0 or day < today), 0, reason)
        rows.append(CollectionDay(walk.platform, walk.source, walk.query, day, *facts))
    horizon = moment_of(second_of(today - timedelta(days=METHOD.silence_days), zone))
    known.polls[walk.query] = [moment for moment in polls if moment >= horizon]
    return rows


def _is_seen(polls: Sequence[datetime], begin: int, end: int) -> bool:
    reached = float(begin)
    for moment in polls:
        second = moment.timestamp()
        if second - _HASHTAG_SIGHT.total_seconds() <= reached:
            reached = max(reached, second)
    return reached >= end


def as_log(rows: Iterable[CollectionDay]) -> bytes:
    """Rows as a collection log, which lands and loads like any other."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CollectionDay._fields)
    for row in sorted(rows, key=lambda each: (each.platform, each.source, each.query, each.day)):
        values: list[Any] = [*row]
        values[-1] = row.reason or ""
        writer.writerow(values)
    return out.getvalue().encode()


def refused(walk: Walk) -> Outcome:
    """The outcome of a walk that the budget of the platform does not allow."""
    sentence = f"{walk.query} is over the budget of hashtags per 7 days; watch fewer hashtags."
    return Outcome(walk, End(Gap.QUOTA, sentence), None, 0, {}, {})
