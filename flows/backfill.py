"""The backfill flow: past weeks published again, in order, with a reason that is kept."""

from prefect import flow

from flows import progress, tasks
from flows.exits import UsageError
from flows.periods import Week, weeks_between
from flows.publishing import due
from flows.publishing.week import drawing_process
from flows.settings import Language, load_settings
from flows.store.runs import recorded
from flows.store.warehouse import exclusive


@flow(
    name="backfill",
    flow_run_name="backfill-{first}-{last}",
    validate_parameters=False,
    on_running=[tasks.end_with_server],
)
def backfill(first: str, last: str, reason: str, platform: str | None = None, lang: Language = "id") -> str:
    """Loads what landed meanwhile (of one platform, or all) and publishes the weeks again.

    Says of every week whether its numbers changed. Safe to repeat: a week whose numbers did not change keeps its
    publication, and nobody is told of it again.
    """
    settings = load_settings()
    weeks = weeks_between(Week.parse(first), Week.parse(last))
    if not reason.strip():
        raise UsageError("A backfill needs a reason; give one with --reason.")
    parameters = {"first": first, "last": last, "reason": reason, "platform": platform or "all", "lang": lang}
    with (
        exclusive(settings.home),
        recorded(settings.home, "backfill", parameters) as run,
        drawing_process(),
        progress.step("Publishing weeks again", "weeks") as advance,
    ):
        loaded = tasks.load_pending(run.run_id, platform)
        tasks.build_tables()
        for week in weeks:
            due.require_data(settings, week)
        lines = []
        for number, week in enumerate(weeks):
            advance(number, len(weeks))
            before = due.publication_number(settings, week)
            tasks.check_week(run.run_id, week)
            published = tasks.publish_week(run.run_id, week, None, lang)
            change = "unchanged" if published.publication == before else f"publication {published.publication}"
            lines.append(f"{week}: {change}")
            tasks.tell(settings, published.notice)
        tasks.show("backfill", f"# Backfill\n\n{reason}\n\n" + "\n".join(f"- {x}" for x in lines))
        return "\n".join([*loaded.untaken, *lines, f"Reports: {settings.home / 'published' / 'index.html'}"])
