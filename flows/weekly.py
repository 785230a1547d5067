"""The weekly flow; what it does stands in `flows.steps.weekly`."""

from datetime import UTC, datetime

from prefect import flow, runtime

from flows import steps, tasks
from flows.settings import Language


def scheduled_moment() -> datetime:
    """The moment this run was scheduled for, so that a late run does the week it was meant for."""
    scheduled = runtime.flow_run.scheduled_start_time
    return scheduled if isinstance(scheduled, datetime) else datetime.now(UTC)


@flow(
    name="weekly",
    flow_run_name="weekly-{week}",
    log_prints=False,
    validate_parameters=False,
    on_running=[tasks.end_with_server],
)
def weekly(week: str | None = None, as_of: str | None = None, lang: Language = "id") -> str:
    """Loads what landed, rebuilds and checks the trends, publishes the week; returns where the reports are.

    Without a week it publishes every complete week that is due, so that a missed run is caught up.
    """
    return steps.weekly(tasks, week, as_of, lang, scheduled_moment)
