"""The steps as Prefect tasks: name, retries, time-out; the body of each is one call.

A step is retried only when it failed by accident: what a gate stopped or a person must mend fails at once. Every step
is all or nothing, so a second try starts from the state before the first.
"""

from datetime import datetime
from typing import Any

from prefect import task

from flows import intake, notice, steps
from flows.exits import RondaError
from flows.periods import Week
from flows.settings import Language, load_settings
from flows.store.runs import Run


def _is_accident(task_: Any, run: Any, state: Any) -> bool:  # noqa: ARG001 - the shape Prefect asks for
    return not isinstance(state.result(raise_on_failure=False), RondaError)


_RETRIED: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": 5,
    "retry_condition_fn": _is_accident,
    "persist_result": False,
}


@task(name="Load what landed", timeout_seconds=3600, **_RETRIED)
def load_pending(run: Run, platform: str | None) -> intake.LoadSummary:
    """New landing files become posts, duplicates and rejects; the landing and post gates decide."""
    return intake.load_pending(load_settings(), run, platform)


@task(name="Build the tables", timeout_seconds=1800, **_RETRIED)
def build_tables() -> int:
    """Rebuilds every core and trend table; gives their number."""
    return steps.build_tables(load_settings())


@task(name="Check the week", timeout_seconds=1800, **_RETRIED)
def check_week(run: Run, week: Week) -> int:
    """The trend gate: suites and SQL checks; gives the number of warnings."""
    return steps.check_week(load_settings(), run, week)


@task(name="Publish the week", timeout_seconds=1800, **_RETRIED)
def publish_week(run: Run, week: Week, as_of: datetime, lang: Language) -> steps.Published:
    """Renders the reports of a week into a new release and swaps it in."""
    return steps.publish_week(load_settings(), run, week, as_of, lang)


@task(name="Send the notice", timeout_seconds=120, persist_result=False)
def send_notice(message: notice.Notice) -> int:
    """Tells every address of the setting `notify`; gives how many took it. Not retried: a late notice helps nobody."""
    return notice.send(load_settings(), message)
