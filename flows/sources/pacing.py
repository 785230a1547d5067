"""How fast a platform may be asked: clocks, back-off, and a token bucket and circuit breaker that survive restarts."""

import json
import os
import random
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

FIRST_WAIT = 2.0
LONGEST_WAIT = 120.0
_ACCOUNT_BYTES = 320
BREAKS_AFTER = 30  # failed requests in a row
FIRST_REST, LONGEST_REST = timedelta(hours=1), timedelta(hours=12)


class Clock(Protocol):
    """The moment, and the patience to wait: the wall's, or a virtual one for tests and simulations."""

    def now(self) -> datetime:
        """The moment, with its zone."""
        ...

    def sleep(self, seconds: float) -> None:
        """Returns so many seconds later."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The moment in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Waits."""
        time.sleep(seconds)


class VirtualClock:
    """A clock that only moves when somebody sleeps on it; nobody waits."""

    def __init__(self, start: datetime) -> None:
        self._moment = start.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """The virtual moment in UTC."""
        return self._moment

    def sleep(self, seconds: float) -> None:
        """Moves the moment on."""
        with self._lock:
            self._moment += timedelta(seconds=max(0.0, seconds))


def backoff(tries: int, jitter: Callable[[], float] = random.random) -> float:
    """Seconds before try number `tries` + 1: doubling from 2 s to 120 s, half of it by chance so that nobody marches
    in step ("equal jitter", M. Brooker, Exponential Backoff and Jitter, 2015)."""
    whole = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** max(0, tries - 1))
    return whole / 2 + whole / 2 * jitter()


@dataclass(frozen=True, slots=True)
class Limit:
    """Requests a second in the long run, how many at once, and how many a UTC day (None: no such rule)."""

    per_second: float
    burst: int = 1
    per_day: int | None = None


@dataclass(slots=True)
class _Account:
    """What a bucket holds and what the day has cost."""

    tokens: float
    at: str
    day: str
    spent: int = 0
    failures: int = 0  # requests in a row that were not answered, over all runs
    rests: int = 0  # times in a row the breaker opened
    opened_until: str | None = None


class DayQuotaSpent(Exception):  # noqa: N818 - a state of the platform, not a fault of the program
    """The requests of this UTC day are used up."""


class Pace:
    """A token bucket with a daily account and a circuit breaker, kept in a file: a restart neither refills the bucket
    nor forgets the day, nor asks a platform again that was found to be down.

    The breaker opens after `BREAKS_AFTER` failed requests in a row. When its rest is over one request is let through:
    an answer closes it, another failure opens it again for twice as long (M. Nygard, Release It!, 2007).
    """

    def __init__(self, path: Path, limit: Limit, clock: Clock) -> None:
        self._path, self._limit, self._clock = path, limit, clock
        self._account = self._read()
        self._file: int | None = None

    def take(self) -> None:
        """Waits for a token and counts the request before it is sent. Raises DayQuotaSpent."""
        account, limit = self._account, self._limit
        self._turn_day()
        if limit.per_day is not None and account.spent >= limit.per_day:
            raise DayQuotaSpent
        now = self._clock.now()
        elapsed = max(0.0, (now - datetime.fromisoformat(account.at)).total_seconds())
        tokens = min(float(limit.burst), account.tokens + elapsed * limit.per_second)
        if tokens < 1:
            self._clock.sleep((1 - tokens) / limit.per_second)
            now, tokens = self._clock.now(), 1.0
        account.tokens, account.at = tokens - 1, now.isoformat()
        self._turn_day()
        account.spent += 1
        self._save()

    @property
    def is_day_spent(self) -> bool:
        """Whether the account of this UTC day is used up."""
        self._turn_day()
        return self._limit.per_day is not None and self._account.spent >= self._limit.per_day

    def record(self, answered: bool) -> None:
        """Notes whether the request just sent was answered."""
        account = self._account
        if answered:
            if account.failures or account.opened_until:
                account.failures, account.rests, account.opened_until = 0, 0, None
                self._save()
            return
        account.failures += 1
        if account.failures >= BREAKS_AFTER:
            rest = min(LONGEST_REST, FIRST_REST * 2**account.rests)
            account.rests += account.rests < 8  # beyond it nothing gets longer
            account.opened_until = (self._clock.now().astimezone(UTC) + rest).isoformat(timespec="seconds")
        self._save()

    @property
    def opened_until(self) -> datetime | None:
        """Until when the platform is left alone; None while it may be asked."""
        return _open(self._account, self._clock.now())

    def _turn_day(self) -> None:
        today = self._clock.now().astimezone(UTC).date().isoformat()
        if self._account.day != today:
            self._account.day, self._account.spent = today, 0

    def _read(self) -> _Account:
        now = self._clock.now().astimezone(UTC)
        fresh = _Account(float(self._limit.burst), now.isoformat(), now.date().isoformat())
        return _read_account(self._path) or fresh

    def _save(self) -> None:
        """One small write in place, as long as the last: a killed process leaves the old state or the new."""
        content = json.dumps(asdict(self._account)).encode().ljust(_ACCOUNT_BYTES)
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o644)
        os.pwrite(self._file, content, 0)

    def close(self) -> None:
        """Lets go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _read_account(path: Path) -> _Account | None:
    """A kept account; None where it is absent or damaged (then the platform's own rules decide)."""
    try:
        kept = _Account(**json.loads(path.read_bytes()))
        datetime.fromisoformat(kept.at)
        datetime.fromisoformat(kept.opened_until or kept.at)
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return kept


def _open(account: _Account, now: datetime) -> datetime | None:
    until = datetime.fromisoformat(account.opened_until) if account.opened_until else None
    return until if until is not None and now < until else None
