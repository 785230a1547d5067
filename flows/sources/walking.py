"""A walk: one query over some days, asked page by page until the platform itself says that it is over.

Where a walk stands is a pure function of the answers it got so far (`advance`). The answers are kept, one line each,
before they are read; so a run that was killed folds them again and goes on at the request that was not answered yet.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, Protocol

from flows.sources.http import Answer, Client, Request
from flows.sources.pacing import DayQuotaSpent, backoff
from flows.sources.shape import ShapeChangedError

MAX_TRIES = 6
STALE_PAGES = 4  # pages with posts of which none is new: the paging goes round in circles
EMPTY_PAGES = 30
MAX_RESTARTS = 1
WEEK = 7


class Gap(StrEnum):
    """Why a planned day was not collected; the words of the coverage ledger."""

    QUOTA = "quota"
    PERMISSION = "permission"
    TOKEN = "token expired"  # noqa: S105 - a reason
    SHAPE = "shape changed"
    OUTAGE = "outage"
    GONE = "account gone"
    MOVED = "account moved"
    REFUSED = "request refused"


@dataclass(frozen=True, slots=True)
class Walk:
    """What is to be asked. `query` is its name in the coverage ledger, `target` what the connector needs to ask it."""

    source: str
    platform: str
    query: str
    kind: Literal["posts", "hashtag", "look"]
    first_day: date
    last_day: date
    target: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Names the walk among those of one plan."""
        return f"{self.kind}|{self.query}|{self.first_day}|{self.last_day}"

    @property
    def days(self) -> list[date]:
        """Its local days."""
        return [self.first_day + timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1)]


@dataclass(frozen=True, slots=True)
class End:
    """How a walk ended: complete (`gap` None), or not, with the reason and a sentence a person can act on."""

    gap: Gap | None
    sentence: str = ""
    stops_source: bool = False
    is_split: bool = False


COMPLETE = End(None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means. `again`: ask the same once more, up to `times` times, then `then` (`page`: read `body`)."""

    kind: Literal["page", "again", "restart", "end"]
    body: Any = None
    end: End = COMPLETE
    times: int = MAX_TRIES
    wait: float | None = None
    then: Literal["end", "restart", "split", "page"] = "end"


@dataclass(frozen=True, slots=True)
class Step:
    """What a page says: where to go on (None: the platform said this was the last page), and its posts' ids, times.

    `is_listed`: the next request is another one of a given list, which cannot be endless. `end` is how a walk ended
    that does not go on.
    """

    cursor: Any
    posts: Sequence[tuple[str, int | None]] = ()
    is_listed: bool = False
    end: End = COMPLETE


@dataclass(slots=True)
class Progress:
    """Where a walk stands."""

    cursor: Any = None
    size: int = 100
    pages: int = 0
    tries: int = 0
    restarts: int = 0
    stale: int = 0
    empty: int = 0
    sent: int = 0
    began: datetime | None = None
    wait: float = 0.0
    seen: dict[str, int | None] = field(default_factory=dict)
    lap: set[str] = field(default_factory=set)  # ids of this pass
    moved: dict[str, str] = field(default_factory=dict)  # id of an account -> the id it has now
    remarks: dict[str, str] = field(default_factory=dict)  # sentences for a person, each said once
    missing: dict[str, str] = field(default_factory=dict)  # of looks: id -> reason class
    refused: dict[str, str] = field(default_factory=dict)  # of looks: id -> reason class it has if it is gone, or empty
    is_vouched: bool = False  # of looks: what was listed shows that a refusal is no lost permission
    skipped: int = 0  # objects in a row that were passed over
    end: End | None = None


class Connector(Protocol):
    """One source of pages. Everything but `ready` is pure."""

    @property
    def source(self) -> str:
        """Its name in the landing and the ledger."""
        ...

    @property
    def page_budget(self) -> int:
        """Pages after which a walk is taken for endless."""
        ...

    @property
    def splits(self) -> bool:
        """Whether a window that cannot be answered is asked for day by day."""
        ...

    def ready(self, client: Client) -> Answer | None:
        """Gets a token where one is needed; the answer that refused it, else None."""
        ...

    def start(self, walk: Walk) -> Progress:
        """Where a walk begins."""
        ...

    def request(self, walk: Walk, progress: Progress) -> Request:
        """The next request."""
        ...

    def judge(self, walk: Walk, answer: Answer, progress: Progress) -> Verdict:
        """What an answer means."""
        ...

    def read(self, walk: Walk, progress: Progress, body: Any) -> Step:
        """Where a page leads. Raises ShapeChangedError."""
        ...

    def rest(self, answer: Answer) -> float:
        """Seconds to rest because the platform says its limit is near."""
        ...


def advance(connector: Connector, walk: Walk, progress: Progress, answer: Answer) -> None:
    """Takes one answer into account; afterwards `progress.end` is set, or the next request can be made."""
    progress.wait = 0.0
    progress.sent += 1
    if progress.began is None:
        progress.began = answer.asked_at
    verdict = connector.judge(walk, answer, progress)
    if verdict.kind == "page":
        _turn(connector, walk, progress, verdict.body)
    elif verdict.kind == "end":
        progress.end = verdict.end
    elif verdict.kind == "restart":
        _restart(connector, walk, progress, verdict)
    else:
        progress.tries += 1
        if progress.tries <= verdict.times:
            progress.wait = backoff(progress.tries) if verdict.wait is None else verdict.wait
        elif verdict.then == "page":
            _turn(connector, walk, progress, verdict.body)
        elif verdict.then == "restart":
            _restart(connector, walk, progress, verdict)
        else:
            is_split = verdict.then == "split" and connector.splits and walk.last_day > walk.first_day
            progress.end = replace(verdict.end, is_split=is_split)


def _turn(connector: Connector, walk: Walk, progress: Progress, body: Any) -> None:
    try:
        step = connector.read(walk, progress, body)
    except ShapeChangedError as changed:
        progress.end = End(Gap.SHAPE, f"{walk.source}: {changed}", stops_source=True)
        return
    progress.tries = 0
    progress.pages += 1
    fresh = {post_id for post_id, _ in step.posts} - progress.lap
    progress.lap |= fresh
    progress.seen.update(step.posts)
    progress.stale = 0 if fresh or not step.posts else progress.stale + 1
    progress.empty = 0 if step.posts else progress.empty + 1
    progress.cursor = step.cursor
    if step.cursor is None:
        progress.end = step.end
    elif step.is_listed:
        return
    elif progress.stale >= STALE_PAGES and progress.restarts < MAX_RESTARTS:
        _restart(connector, walk, progress, Verdict("restart"))
    elif _is_endless(connector, progress):
        read = f"{progress.pages} read"
        endless = f"{walk.source}: the pages of {walk.query} do not end ({read}); it is asked again later."
        progress.end = End(Gap.OUTAGE, endless)


def _is_endless(connector: Connector, progress: Progress) -> bool:
    return progress.stale >= STALE_PAGES or progress.empty >= EMPTY_PAGES or progress.pages >= connector.page_budget


def _restart(connector: Connector, walk: Walk, progress: Progress, verdict: Verdict) -> None:
    """From the beginning, because the place in the list was lost; what was seen stays seen."""
    if progress.restarts >= MAX_RESTARTS:
        is_split = connector.splits and walk.last_day > walk.first_day
        progress.end = End(verdict.end.gap, verdict.end.sentence, is_split=is_split)
        return
    progress.cursor = connector.start(walk).cursor
    progress.restarts += 1
    progress.lap.clear()
    progress.tries = progress.stale = progress.empty = progress.pages = 0
    progress.began = None
    progress.wait = backoff(1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A walk that is over. `began` is when its last pass began, None when nothing was sent.

    Of a look: `missing` is gone for its reason; what was `refused` may be gone or closed to us, which is not known.
    """

    walk: Walk
    end: End
    began: datetime | None
    sent: int
    seen: Mapping[str, int | None]
    missing: Mapping[str, str]
    refused: frozenset[str] = frozenset()
    remarks: tuple[str, ...] = ()
    is_vouched: bool = False


def parts_of(walk: Walk) -> list[Walk]:
    """A walk that a server could not answer as a whole, by weeks, and a week by days; newest first."""
    size = WEEK if len(walk.days) > WEEK else 1
    days = walk.days[::-1]
    return [
        replace(walk, first_day=part[-1], last_day=part[0])
        for n in range(0, len(days), size)
        if (part := days[n : n + size])
    ]


def follow(  # noqa: PLR0913, PLR0917 - a plan, where it stands, and where it is kept
    connector: Connector,
    client: Client,
    plan: Iterable[Walk],
    kept: Mapping[str, Sequence[Answer]],
    keep: Callable[[Walk, Answer], None],
    patience: float = 7200.0,
) -> Iterator[Outcome]:
    """Goes all walks of a plan, each from where the kept answers left it; `keep` stores an answer before it is read.

    A token that is refused, a spent quota and a changed shape stop the source: the walks after it end without a
    request, for the same reason. `patience` bounds the seconds a run waits for one source in all.
    """
    stopped: End | None = None
    queue = deque(plan)
    while queue:
        walk = queue.popleft()
        progress = connector.start(walk)
        for answer in kept.get(walk.key, ()):
            advance(connector, walk, progress, answer)
        while progress.end is None and stopped is None:
            if until := client.pace.opened_until:
                resting = f"{walk.source} does not answer and is left alone until {until:%Y-%m-%d %H:%M} UTC"
                stopped = End(Gap.OUTAGE, f"{resting}; nothing to do unless it lasts for days.", True)
            elif progress.wait > patience:
                stopped = End(Gap.QUOTA, f"{walk.source} is over its rate limit; it is asked again later.", True)
            else:
                patience -= progress.wait
                client.clock.sleep(progress.wait)
                try:
                    answer = connector.ready(client) or client.send(connector.request(walk, progress))
                except DayQuotaSpent:
                    stopped = End(Gap.QUOTA, f"{walk.source}: the requests of this UTC day are used up.", True)
                    continue
                keep(walk, answer)
                client.pace.record(answer.status is not None and answer.status < 500)
                advance(connector, walk, progress, answer)
                if rest := connector.rest(answer):
                    patience -= rest
                    client.clock.sleep(rest)
        end = progress.end or stopped
        assert end is not None  # noqa: S101 - the loop above ends with one of them
        if end.is_split:
            queue.extendleft(reversed(parts_of(walk)))
            continue
        if end.stops_source:
            stopped = stopped or end
        yield Outcome(
            walk,
            end,
            progress.began,
            progress.sent,
            progress.seen,
            progress.missing,
            frozenset(progress.refused),
            tuple(progress.remarks.values()),
            progress.is_vouched,
        )


def second_of(day: date, zone: Any) -> int:
    """The Unix second at which a local day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def utc_days(first: date, last: date) -> tuple[date, date]:
    """The UTC dates that local days touch wherever the regency lies, with a day of overlap at the end.

    Platforms that take dates disagree with their users on whether the last one counts.
    """
    return first - timedelta(days=1), last + timedelta(days=1)


def moment_of(second: int) -> datetime:
    """A Unix second as a moment in UTC."""
    return datetime.fromtimestamp(second, UTC)
