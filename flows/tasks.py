"""The steps as Prefect tasks: name, retries, time-out; the body of each is one call.

A step is retried only when it failed by accident: what a gate stopped or a person must change fails at once. Every step
is all or nothing, so a second try starts from the state before the first. Only plain values go in and out, so that a
task may run in another process: a run travels as its id.
"""

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
from prefect import task
from prefect.artifacts import create_markdown_artifact

from flows import crews, processes, progress, steps
from flows.collecting import gone, inbox, pull, refresh
from flows.exits import Exit
from flows.forgetting import expiry, removed
from flows.loading.summary import LoadSummary
from flows.periods import Week
from flows.publishing import elsewhere, note, notice
from flows.publishing import week as weeks
from flows.secret_blocks import unlocked_settings
from flows.settings import Language, Settings, is_served_run, load_settings
from flows.sources.pacing import Clock, SystemClock, VirtualClock
from flows.store import warehouse
from flows.store.runs import Run

_RETRIED: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": 5,
    "retry_condition_fn": crews.is_accident,
    "persist_result": False,
}
_PATIENCE = 1800.0  # seconds to wait for another run's load or publication


def _clock(now: str | None) -> Clock:
    return SystemClock() if now is None else VirtualClock(datetime.fromisoformat(now))


@contextmanager
def _answers(title: str) -> Iterator[pull.Observe]:
    """Counts the answers of platforms; how many there will be, only the platforms know."""
    numbers = itertools.count(1)
    with progress.step(title, "answers") as advance:
        advance(0, None)
        yield lambda *_: advance(next(numbers), None)


def end_with_server(flow: Any, flow_run: Any, state: Any) -> None:  # noqa: ARG001 - the shape Prefect asks for
    """As a flow begins: a run that `ronda serve` started ends and logs as that does."""
    if is_served_run():
        progress.guard_terminal()
        processes.end_with_starter()


def show(key: str, markdown: str) -> None:
    """Shows a text on the pages of the Prefect server; where that is gone, only this is missing."""
    try:
        create_markdown_artifact(key=key, markdown=progress.visible(markdown))
    except httpx.HTTPError as error:
        progress.note(f"The Prefect server does not show {key} ({type(error).__name__}); nothing else is missing.")


@task(name="Empty the inbox", timeout_seconds=1800, **_RETRIED)
def empty_inbox(now: str | None) -> inbox.Emptied:
    """What was put into the watched folder lands."""
    return inbox.empty(load_settings(), _clock(now), time.sleep)


# Without a time-out of its own: every request and every wait below it has one.
@task(name="Pull a source", task_run_name="Pull {source}", **_RETRIED)
def pull_source(source: str, now: str | None) -> list[pull.Pulled]:
    """Pages of one platform land, with the rows of its collected days; a second try goes on where the first stood."""
    with _answers(f"Pulling {source}") as observe:
        pulled = pull.pull(unlocked_settings(), source, _clock(now), observe=observe)
    return [replace(each, found=frozenset(), missing={}) for each in pulled]


@task(name="Look again", timeout_seconds=6 * 3600, **_RETRIED)
def look_again(now: str | None) -> refresh.Looked:
    """Stored posts are looked at again; a removal list of those that are gone lands."""
    settings, clock = unlocked_settings(), _clock(now)
    with warehouse.exclusive(settings.home, wait=_PATIENCE), warehouse.opened(settings.home) as connection:
        posts = gone.due(connection, clock.now(), settings.refresh_days, settings.retention_days)
    with _answers("Looking again at stored posts") as observe:
        return refresh.look_again(settings, clock, posts, observe)


@task(name="Forget what is gone", timeout_seconds=3600, **_RETRIED)
def forget(now: str | None) -> removed.Forgotten:
    """The whole home forgets what removed posts said, and who said it."""
    return removed.forget(load_settings(), _clock(now).now())


@task(name="Empty what has expired", timeout_seconds=6 * 3600, **_RETRIED)
def expire(as_of: str | None) -> tuple[Exit, list[str]]:
    """What is past its retention goes from the whole home, and a search proves it; what came of it, in lines."""
    said: list[str] = []
    return expiry.run(load_settings(), _clock(as_of).now(), said.append, dry_run=False), said


@task(name="Load what landed", timeout_seconds=3600, **_RETRIED)
def load_pending(run_id: str, platform: str | None, relabels: bool = True) -> LoadSummary:
    """New landing files become posts, duplicates and rejects; the landing and post gates decide."""
    with crews.lent(load_settings()):
        return steps.load_pending(run_id, platform, relabels)


@task(name="Build the tables", timeout_seconds=1800, **_RETRIED)
def build_tables(checked: tuple[str, Week] | None = None) -> int:
    """Rebuilds every core and trend table; gives their number. The gate of `checked`, a run's week, begins too."""
    return steps.build_tables(checked)


@task(name="Check the week", timeout_seconds=1800, **_RETRIED)
def check_week(run_id: str, week: Week) -> int:
    """The trend gate: suites and SQL checks; gives the number of warnings."""
    return steps.check_week(run_id, week)


@task(name="Publish the week", timeout_seconds=1800, **_RETRIED)
def publish_week(
    run_id: str, week: Week, as_of: datetime | None, lang: Language, given_reason: str | None = None
) -> weeks.Published:
    """Renders the reports of a week into a new release and swaps it in; the record keeps how long it took."""
    return steps.publish_week(run_id, week, as_of, lang, given_reason)


@task(name="State the week", timeout_seconds=1800, **_RETRIED)
def keep_week(run_id: str, week: Week, lang: Language, given_reason: str) -> weeks.Kept:
    """States a week and keeps what its pages are drawn from."""
    settings = load_settings().in_language(lang)
    return weeks.keep_week(settings, Run(settings.home, run_id), week, given_reason)


def has_more_workers() -> bool:
    """Whether the settings name more workers than the run and its helper."""
    return crews.Crew(load_settings()).is_larger


@task(name="Draw the weeks", **_RETRIED)
def draw_weeks(places: Sequence[str], folder: Path) -> None:
    """The pages of kept weeks, drawn into a folder by the workers of the settings."""
    settings = load_settings()
    with progress.step("Drawing weeks", "weeks") as advance:
        elsewhere.draw(settings, crews.Crew(settings), places, folder, lambda told: advance(told, len(places)))


@task(name="Release the week", timeout_seconds=1800, **_RETRIED)
def release_week(run_id: str, kept: weeks.Kept, lang: Language, drawn: Path) -> weeks.Published:
    """Makes a week whose pages are drawn the published one."""
    settings = load_settings().in_language(lang)
    return weeks.release_week(settings, Run(settings.home, run_id), kept, drawn)


@task(name="Publish the note", timeout_seconds=600, **_RETRIED)
def publish_note(day: date, as_of: datetime, lang: Language) -> note.Noted:
    """Renders the one-page note of a day into a new release and swaps it in."""
    return note.publish_note(load_settings().in_language(lang), day, as_of)


@task(name="Send the notice", timeout_seconds=120, persist_result=False)
def send_notice(message: notice.Notice) -> int:
    """Tells every address of the setting `notify`; gives how many took it. Not retried: a late notice helps nobody."""
    return notice.send(unlocked_settings(), message)


def tell(settings: Settings, message: notice.Notice) -> None:
    """Sends a notice where anybody asked for one; whatever becomes of it, the run goes on."""
    if settings.notify:
        send_notice(message, return_state=True)
