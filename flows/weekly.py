"""The weekly flow: a week, read as a table of contents."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from prefect import flow, runtime

from flows import tasks
from flows.exits import GateStoppedError
from flows.periods import Week
from flows.publishing import due, notice
from flows.settings import Language, Settings, load_settings
from flows.store.runs import recorded
from flows.store.warehouse import exclusive


def scheduled_moment() -> datetime:
    """The moment this run was scheduled for, so that a late run does the week it was meant for."""
    scheduled = runtime.flow_run.scheduled_start_time
    return scheduled if isinstance(scheduled, datetime) else datetime.now(UTC)


@contextmanager
def telling_stops(settings: Settings, week: str) -> Iterator[None]:
    """Tells people when a gate stops what is inside."""
    try:
        yield
    except GateStoppedError as stop:
        tasks.tell(settings, notice.stopped(settings, week, str(stop)))
        raise


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
    settings = load_settings().in_language(lang)
    asked = Week.parse(week) if week else None
    with (
        exclusive(settings.home),
        recorded(settings.home, "weekly", {"week": week or "due", "lang": lang}) as run,
        tasks.helper(),
    ):
        with telling_stops(settings, week or ""):
            loaded = tasks.load_pending(run.run_id, None)
            tasks.build_tables((run.run_id, asked) if asked else None)
        weeks = [asked] if asked else due.due_weeks(settings, scheduled_moment())
        published = []
        for one in weeks:
            due.require_data(settings, one)
            with telling_stops(settings, str(one)):
                tasks.check_week(run.run_id, one)
                moment = datetime.fromisoformat(as_of) if as_of else None
                published.append(tasks.publish_week(run.run_id, one, moment, lang))
            tasks.show(f"week-{one}".lower(), published[-1].markdown)
            tasks.tell(settings, published[-1].notice)
        said = [item.text for item in published] or ["Every complete week is published; nothing is due."]
        return "\n".join([*loaded.untaken, *said])
