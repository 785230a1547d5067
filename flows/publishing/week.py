"""A week published: what is known is loaded and stated, rendered beside the other weeks, and released by one rename."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

import reports
from flows import processes
from flows.periods import Week
from flows.progress import one_line
from flows.publishing import editions, frames, notice, releases, review
from flows.publishing.database import place_database
from flows.publishing.site import edition_of, place_index
from flows.publishing.state import Cause, state_week
from flows.settings import Settings
from flows.store import warehouse
from flows.store.runs import Run

MILLISECONDS = "publishing_ms"  # the count of a run that says how long its last week took to be published
_DRAWING: list[Executor] = []  # the process that draws beside this one, while a flow lends it


@dataclass(frozen=True, slots=True)
class Published:
    """Where the report of a week is, and what it says in a few lines."""

    week: str
    publication: int
    folder: Path
    sentences: tuple[str, ...]
    notice: notice.Notice

    @property
    def text(self) -> str:
        """For a terminal."""
        lines = [f"{self.week}, publication {self.publication}:", *(f"  {sentence}" for sentence in self.sentences)]
        names = ("weekly.html", "weekly.pdf", "briefing.pdf", "tables.xlsx")
        return "\n".join(map(one_line, [*lines, *(f"  {self.folder / name}" for name in names)]))

    @property
    def markdown(self) -> str:
        """For the orchestrator's page."""
        points = "\n".join(f"- {one_line(sentence)}" for sentence in self.sentences)
        report = (self.folder / "weekly.html").as_uri()
        return f"# {self.week}\n\n{points}\n\nPublication {self.publication}: [{report}]({report})\n"


@contextmanager
def drawing_process() -> Iterator[None]:
    """A second process for as long as the block lasts, in which `publish_week` draws a part of the charts."""
    with processes.pool(1) as pool:
        pool.submit(reports.make_ready)  # imports what drawing takes at once
        _DRAWING.append(pool)
        try:
            yield
        finally:
            _DRAWING.remove(pool)


def publish_week(
    settings: Settings, run: Run, week: Week, as_of: datetime | None = None, given_reason: str | None = None
) -> Published:
    """Renders a week's reports into a new release and makes it the published one.

    Without a moment of release it is that of the last publication, where nothing has changed since; else the Monday
    after the week, or the landing of the last file where that is later: no report is older than what it knows.
    """
    with warehouse.opened(settings.home) as connection:
        stated = state_week(settings, connection, week, as_of, Cause(run.run_id, given_reason))
        edition = edition_of(settings, connection, stated.release, week=week, publication=stated.publication)
        read = frames.report_frames(connection, week, settings.lang, run.verdicts_of_week)
        read["evidence"] = review.with_reasons(settings, read["evidence"])
        editions.keep(settings.home, edition, read)
        summary = _release(settings, connection, edition, read)
        review.write_sheet(settings, connection, edition)
        waiting = review.write_backlog(settings, connection, edition)
    run.note(published=run.facts.get("published", {}) | {str(week): stated.publication})
    texts = (*reports.published_texts(summary, edition), waiting)
    told = notice.published(settings, str(week), stated.publication, texts)
    folder = settings.home / "published" / str(week)
    return Published(str(week), stated.publication, folder, (*summary.sentences, waiting), told)


def _release(
    settings: Settings, connection: warehouse.Connection, edition: reports.Edition, read: dict[str, pl.DataFrame]
) -> reports.WeekSummary:
    """Renders into a new release, with the public database beside the pages: the disk works while they are drawn."""
    beside = _DRAWING[-1] if _DRAWING else None
    summaries: list[reports.WeekSummary] = []

    def render(folder: Path) -> None:
        summaries.append(reports.render_week(edition, read, folder, beside))
        releases.write_manifest(folder, asdict(summaries[0]))

    with (
        releases.new_release(settings.home, to_group=settings.published_to_group) as release,
        ThreadPoolExecutor(1) as disk,
    ):
        placed = disk.submit(place_database, settings, connection, release)
        releases.place_folder(release, str(edition.week), render)
        place_index(release, edition)
        releases.point_latest(release)
        placed.result()
    return summaries[0]
