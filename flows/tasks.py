"""The steps as Prefect tasks: name, retries, time-out; the body of each is one call.

A step is retried only when it failed by accident: what a gate stopped or a person must mend fails at once. Every step
is all or nothing, so a second try starts from the state before the first.
"""

import time
from concurrent.futures import Executor
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from prefect import task
from pydantic import SecretStr

from flows import inbox, intake, notice, pull, refresh, steps
from flows.exits import RondaError, UsageError
from flows.periods import Week
from flows.settings import Language, Settings, load_settings
from flows.sources.pacing import Clock, SystemClock, VirtualClock
from flows.store import gone, warehouse
from flows.store.runs import Run


def _is_accident(task_: Any, run: Any, state: Any) -> bool:  # noqa: ARG001 - the shape Prefect asks for
    return not isinstance(state.result(raise_on_failure=False), RondaError)


_RETRIED: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": 5,
    "retry_condition_fn": _is_accident,
    "persist_result": False,
}


_BLOCK = "block:"
_PATIENCE = 1800.0  # seconds to wait for another run's load or publication


def _settings() -> Settings:
    """The settings, with the secrets that stand in Prefect secret blocks ("block:<name>") fetched from there."""
    settings = load_settings()
    fetched: dict[str, Any] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            fetched[name] = _unlocked(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], SecretStr):
            fetched[name] = tuple(_unlocked(each) for each in value)
    return settings.model_copy(update=fetched)


def _unlocked(given: SecretStr) -> SecretStr:
    """A secret as it is given, or the content of the block it names. Raises UsageError when there is no such block."""
    text = given.get_secret_value()
    if not text.startswith(_BLOCK):
        return given
    from prefect.blocks.system import Secret

    name = text.removeprefix(_BLOCK)
    try:
        block: Any = Secret.load(name)
    except ValueError as error:
        raise UsageError(
            f'There is no Prefect secret block "{name}"; create it (README, "Secrets") or mend the setting.'
        ) from error
    return SecretStr(str(block.get()))


def _clock(now: str | None) -> Clock:
    return SystemClock() if now is None else VirtualClock(datetime.fromisoformat(now))


@task(name="Empty the inbox", timeout_seconds=1800, **_RETRIED)
def empty_inbox(now: str | None) -> inbox.Emptied:
    """What was put into the watched folder lands."""
    return inbox.empty(_settings(), _clock(now), time.sleep)


# Without a time-out of its own: every request and every wait below it has one.
@task(name="Pull a source", task_run_name="Pull {source}", **_RETRIED)
def pull_source(source: str, now: str | None) -> list[pull.Pulled]:
    """Pages of one platform land, with the rows of its ledger; a second try goes on where the first stood."""
    done = pull.pull(_settings(), source, _clock(now))
    return [replace(each, found=frozenset(), missing={}) for each in done]


@task(name="Look again", timeout_seconds=6 * 3600, **_RETRIED)
def look_again(now: str | None) -> refresh.Looked:
    """Stored posts are looked at again; a removal list of those that are gone lands."""
    settings, clock = _settings(), _clock(now)
    with warehouse.exclusive(settings.home, wait=_PATIENCE), warehouse.opened(settings.home) as connection:
        posts = gone.due(connection, clock.now(), settings.refresh_days, settings.retention_days)
    return refresh.look_again(settings, clock, posts)


@task(name="Erase what is gone", timeout_seconds=3600, **_RETRIED)
def erase(now: str | None) -> refresh.Erased:
    """The landing forgets what removed posts said, and who said it."""
    return refresh.erase(_settings(), _clock(now).now())


@task(name="Load what landed", timeout_seconds=3600, **_RETRIED)
def load_pending(run: Run, platform: str | None) -> intake.LoadSummary:
    """New landing files become posts, duplicates and rejects; the landing and post gates decide."""
    return intake.load_pending(_settings(), run, platform)


@task(name="Build the tables", timeout_seconds=1800, **_RETRIED)
def build_tables() -> int:
    """Rebuilds every core and trend table; gives their number."""
    return steps.build_tables(_settings())


@task(name="Publish the tables", timeout_seconds=1800, **_RETRIED)
def publish_tables() -> None:
    """The published tables forget what is gone; the reports stay what they are until their week is published again."""
    settings = _settings()
    steps.build_tables(settings)
    steps.publish_tables(settings)


@task(name="Check the week", timeout_seconds=1800, **_RETRIED)
def check_week(run: Run, week: Week) -> int:
    """The trend gate: suites and SQL checks; gives the number of warnings."""
    return steps.check_week(_settings(), run, week)


@task(name="Publish the week", timeout_seconds=1800, **_RETRIED)
def publish_week(run: Run, week: Week, as_of: datetime | None, lang: Language, beside: Executor) -> steps.Published:
    """Renders the reports of a week into a new release and swaps it in."""
    return steps.publish_week(_settings().in_language(lang), run, week, as_of, beside)


@task(name="Publish the note", timeout_seconds=600, **_RETRIED)
def publish_note(day: date, as_of: datetime, lang: Language) -> steps.Noted:
    """Renders the one-page note of a day into a new release and swaps it in."""
    return steps.publish_note(_settings().in_language(lang), day, as_of)


@task(name="Send the notice", timeout_seconds=120, persist_result=False)
def send_notice(message: notice.Notice) -> int:
    """Tells every address of the setting `notify`; gives how many took it. Not retried: a late notice helps nobody."""
    return notice.send(_settings(), message)


def tell(settings: Settings, message: notice.Notice) -> None:
    """Sends a notice where anybody asked for one; whatever becomes of it, the run goes on."""
    if settings.notify:
        send_notice(message, return_state=True)
