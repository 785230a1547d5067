"""The weekly run as a table of contents, and its steps as one process takes them where no Prefect is needed.

`flows.tasks` has the same steps as tasks of Prefect. Either way a step is all or nothing, so that a run that was
stopped is begun again by the same command.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import Protocol

import reports
from expectations import run as quality
from flows import processes, progress
from flows.exits import GateStoppedError
from flows.loading import pending
from flows.loading.summary import LoadSummary
from flows.periods import Week
from flows.publishing import build, check, due, notice
from flows.publishing import week as weeks
from flows.settings import Language, Settings, load_settings
from flows.store.runs import Run, recorded
from flows.store.warehouse import exclusive


class Teller(Protocol):
    """Who tells people what became of a run."""

    def tell(self, settings: Settings, message: notice.Notice) -> None: ...


class Steps(Teller, Protocol):
    """Who takes the steps of a weekly run: this module, or the tasks of Prefect."""

    def show(self, key: str, markdown: str) -> None: ...
    @property
    def load_pending(self) -> Callable[[str, str | None], LoadSummary]: ...
    @property
    def build_tables(self) -> Callable[[tuple[str, Week] | None], int]: ...
    @property
    def check_week(self) -> Callable[[str, Week], int]: ...
    @property
    def publish_week(self) -> Callable[[str, Week, datetime | None, Language], weeks.Published]: ...


@contextmanager
def telling_stops(steps: Teller, settings: Settings, week: str) -> Iterator[None]:
    """Tells people when a gate stops what is inside."""
    try:
        yield
    except GateStoppedError as stop:
        steps.tell(settings, notice.stopped(settings, week, str(stop)))
        raise


def weekly(steps: Steps, week: str | None, as_of: str | None, lang: Language, now: Callable[[], datetime]) -> str:
    """Loads what landed, rebuilds and checks the trends, publishes the week; returns where the reports are.

    Without a week it publishes every complete week that is due at the moment `now`, so that a missed run is caught up.
    """
    settings = load_settings().in_language(lang)
    asked = Week.parse(week) if week else None
    with (
        exclusive(settings.home),
        recorded(settings.home, "weekly", {"week": week or "due", "lang": lang}) as run,
        helper(),
    ):
        with telling_stops(steps, settings, week or ""):
            loaded = steps.load_pending(run.run_id, None)
            steps.build_tables((run.run_id, asked) if asked else None)
        published = []
        for one in [asked] if asked else due.due_weeks(settings, now()):
            due.require_data(settings, one)
            with telling_stops(steps, settings, str(one)):
                steps.check_week(run.run_id, one)
                moment = datetime.fromisoformat(as_of) if as_of else None
                published.append(steps.publish_week(run.run_id, one, moment, lang))
            steps.show(f"week-{one}".lower(), published[-1].markdown)
            steps.tell(settings, published[-1].notice)
        said = [item.text for item in published] or ["Every complete week is published; nothing is due."]
        return "\n".join([*loaded.untaken, *said])


# -- without Prefect ---------------------------------------------------------------------------------------------------


def by_hand(*, week: str | None = None, as_of: str | None = None, lang: Language = "id") -> str:
    """The weekly run in this process, without a Prefect server, which takes longer to start than the week's load."""
    return weekly(_ALONE, week, as_of, lang, lambda: datetime.now(UTC))


def load_pending(run_id: str, platform: str | None, relabels: bool = True) -> LoadSummary:
    """New landing files become posts, duplicates and rejects; the landing and post gates decide."""
    settings = load_settings()
    with progress.step("Reading what landed", "bytes") as advance:
        return pending.load_pending(settings, Run(settings.home, run_id), platform, advance=advance, relabels=relabels)


def build_tables(checked: tuple[str, Week] | None = None) -> int:
    """Rebuilds every core and trend table; gives their number. The gate of `checked`, a run's week, begins too."""
    settings = load_settings()
    if checked is None:
        return build.build_tables(settings)
    run_id, week = checked
    return build.build_tables(settings, check.begin(settings, Run(settings.home, run_id), week))


def check_week(run_id: str, week: Week) -> int:
    """The trend gate: suites and SQL checks; gives the number of warnings."""
    settings = load_settings()
    return check.check_week(settings, Run(settings.home, run_id), week)


def publish_week(
    run_id: str, week: Week, as_of: datetime | None, lang: Language, given_reason: str | None = None
) -> weeks.Published:
    """Renders the reports of a week into a new release and swaps it in; the record keeps how long it took."""
    settings, started = load_settings().in_language(lang), time.monotonic()
    run = Run(settings.home, run_id)
    published = weeks.publish_week(settings, run, week, as_of, given_reason)
    run.add_counts({weeks.MILLISECONDS: round(1000 * (time.monotonic() - started))})
    return published


def helper() -> AbstractContextManager[None]:
    """A second process as long as a run lasts: expectations, computed tables and a part of the drawing are its work."""
    return processes.helper(quality.make_ready, reports.make_ready)


class _Alone:
    """The steps as they stand here. Nobody is told anything but who waits for the command."""

    load_pending = staticmethod(load_pending)
    build_tables = staticmethod(build_tables)
    check_week = staticmethod(check_week)
    publish_week = staticmethod(publish_week)

    def show(self, key: str, markdown: str) -> None:
        """There are no pages of a server to show it on."""

    def tell(self, settings: Settings, message: notice.Notice) -> None:
        """There is no address to send it to."""


_ALONE = _Alone()
