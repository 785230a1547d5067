"""The backfill flow: past weeks published again, in order, with a reason that is kept."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from prefect import flow

from flows import progress, steps, tasks
from flows.exits import GateStoppedError, UsageError
from flows.periods import Week, weeks_between
from flows.publishing import due, notice
from flows.publishing.comparing import restated
from flows.publishing.state import fingerprint
from flows.publishing.week import Kept
from flows.settings import Language, Settings, load_settings
from flows.store.runs import Run, recorded, unfinished
from flows.store.warehouse import exclusive


@dataclass(frozen=True, slots=True)
class Backfilled:
    """What became of each week, a line each, and the weeks that a gate stopped, in sentences."""

    text: str
    stops: tuple[str, ...]


@flow(
    name="backfill",
    flow_run_name="backfill-{first}-{last}",
    validate_parameters=False,
    on_running=[tasks.end_with_server],
)
def backfill(  # noqa: PLR0913, PLR0917 - the options of a verb
    first: str, last: str, reason: str, platform: str | None = None, lang: Language = "id", relabel: bool = False
) -> Backfilled:
    """Loads what landed meanwhile (of one platform, or all) and publishes the weeks again.

    Says of every week whether its numbers changed, or why it stays as published. Posts keep the labels they have unless
    it relabels. Safe to repeat: a week whose numbers did not change keeps its publication, and nobody is told of it
    again; after an interruption the same backfill goes on where it stood. Raises UsageError where nothing is known of
    any of the weeks.
    """
    settings = load_settings()
    weeks = weeks_between(Week.parse(first), Week.parse(last))
    if not reason.strip():
        raise UsageError("A backfill needs a reason; give one with --reason.")
    parameters = {"first": first, "last": last, "reason": reason, "platform": platform or "all", "lang": lang}
    parameters["relabel"] = str(relabel)
    with (
        exclusive(settings.home),
        recorded(settings.home, "backfill", parameters) as run,
        steps.helper(),
        progress.step("Publishing weeks again", "weeks") as advance,
    ):
        loaded = tasks.load_pending(run.run_id, platform, relabel)
        tasks.build_tables()
        known, unknown = due.known_and_unknown(settings, weeks)
        before = unfinished(settings.home, run, fingerprint(settings))
        lines, stops = loaded.untaken, list[str]()
        publishing = _Publishing(settings, run, lang, reason)
        with publishing.drawn_elsewhere([week for week in known if str(week) not in before]):
            for number, week in enumerate(known):
                advance(number, len(known))
                if str(week) in before:
                    lines.append(f"{week}: publication {before[str(week)]}, made before the interruption")
                    continue
                try:
                    lines.append(publishing.publish(week))
                except GateStoppedError as stop:
                    stays = due.publication_number(settings, week)
                    lines.append(f"{week}: stays {f'publication {stays}' if stays else 'unpublished'}; {stop}")
                    stops.append(f"{week}: {stop}")
                    tasks.tell(settings, notice.stopped(settings, str(week), str(stop)))
        lines += [f"{week}: skipped; {due.NOTHING_KNOWN}" for week in unknown]
        tasks.show("backfill", f"# Backfill\n\n{reason}\n\n" + "\n".join(f"- {x}" for x in lines))
        if stops:
            run.end("stopped", stops[0])
        lines.append(f"Reports: {settings.home / 'published' / 'index.html'}")
        return Backfilled("\n".join(lines), tuple(stops))


class _Publishing:
    """The weeks of a backfill on their way out: one by one, or drawn by more workers before they are released."""

    def __init__(self, settings: Settings, run: Run, lang: Language, reason: str) -> None:
        self._settings, self._run, self._lang, self._reason = settings, run, lang, reason
        self._before: dict[Week, int] = {}
        self._kept: dict[Week, Kept | GateStoppedError] = {}
        self._drawn: Path | None = None

    @contextmanager
    def drawn_elsewhere(self, weeks: Sequence[Week]) -> Iterator[None]:
        """Where more workers are: states these weeks in order and has their pages drawn, before any is released."""
        if not tasks.has_more_workers():
            yield
            return
        for week in weeks:
            self._before[week] = due.publication_number(self._settings, week)
            try:
                tasks.check_week(self._run.run_id, week)
                self._kept[week] = tasks.keep_week(self._run.run_id, week, self._lang, self._reason)
            except GateStoppedError as stop:
                self._kept[week] = stop
        with tempfile.TemporaryDirectory(dir=self._settings.home, prefix=".drawn-") as folder:
            self._drawn = Path(folder)
            places = [place for each in self._kept.values() if isinstance(each, Kept) for place in each.places.values()]
            tasks.draw_weeks(places, self._drawn)
            yield

    def publish(self, week: Week) -> str:
        """Publishes a week unless a gate stops it, or stopped it before; says in one line what became of it."""
        before = self._before.get(week, due.publication_number(self._settings, week))
        kept = self._kept.get(week)
        if isinstance(kept, GateStoppedError):
            raise kept
        if kept is not None and self._drawn is not None:
            published = tasks.release_week(self._run.run_id, kept, self._lang, self._drawn)
        else:
            tasks.check_week(self._run.run_id, week)
            published = tasks.publish_week(self._run.run_id, week, None, self._lang, self._reason)
        tasks.tell(self._settings, published.notice)
        if published.publication == before:
            return f"{week}: stays publication {before}; its numbers and what they rest on are unchanged"
        return f"{week}: publication {published.publication}; {restated(self._settings, week, published.publication)}"
