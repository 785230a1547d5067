"""The daily flow of the quiet period and voting day: what landed, and one page about yesterday."""

from datetime import date, datetime

from prefect import flow

from flows import tasks
from flows.publishing import due
from flows.settings import Language, load_settings
from flows.steps import telling_stops
from flows.store.runs import recorded
from flows.store.warehouse import exclusive
from flows.weekly import scheduled_moment


@flow(
    name="daily",
    flow_run_name="daily-{day}",
    log_prints=False,
    validate_parameters=False,
    on_running=[tasks.end_with_server],
)
def daily(day: str | None = None, as_of: str | None = None, lang: Language = "id") -> str:
    """Loads what landed, rebuilds the tables, publishes the note of a day; returns what it says and where it is.

    Without a day it is yesterday's, and nothing happens when yesterday was no day of the quiet period or of the vote.
    """
    settings = load_settings().in_language(lang)
    noted = date.fromisoformat(day) if day else due.note_day(settings, scheduled_moment())
    if noted is None:
        return "Yesterday was neither in the quiet period nor voting day; no daily note is due."
    with exclusive(settings.home), recorded(settings.home, "daily", {"day": str(noted), "lang": lang}) as run:
        with telling_stops(tasks, settings, ""):
            loaded = tasks.load_pending(run.run_id, None)
            tasks.build_tables()
        moment = datetime.fromisoformat(as_of) if as_of else due.note_moment(settings, noted)
        published = tasks.publish_note(noted, moment, lang)
        tasks.tell(settings, published.notice)
        return "\n".join([*loaded.untaken, published.text])
