"""A week published: what is known is loaded and stated, rendered beside the other weeks, and released by one rename."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import get_args

import polars as pl

import reports
from flows import processes
from flows.periods import Week
from flows.progress import one_line
from flows.publishing import editions, frames, notice, releases, review
from flows.publishing.database import place_database
from flows.publishing.site import edition_of, place_index, place_pages
from flows.publishing.state import Cause, state_week
from flows.settings import Language, Settings
from flows.store import warehouse
from flows.store.runs import Run

MILLISECONDS = "publishing_ms"  # the count of a run that says how long its last week took to be published


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
        places = places_to_render(settings, edition)
        drawn = {}
        for lang, place in places.items():
            read = frames.report_frames(connection, week, lang, run.verdicts_of_week)
            read["evidence"] = review.with_reasons(settings.in_language(lang), read["evidence"])
            drawn[place] = (replace(edition, lang=lang), read)
            editions.keep(settings.home, place, *drawn[place])
        summary = _release(settings, connection, drawn)[places[settings.lang]]
        review.write_sheet(settings, connection, edition)
        waiting = review.write_backlog(settings, connection, edition)
        cases = review.cases_due(connection, edition)
    run.note(published=run.facts.get("published", {}) | {str(week): stated.publication})
    texts = (*reports.published_texts(summary, edition), waiting, *cases)
    told = notice.published(settings, places[settings.lang], stated.publication, texts)
    folder = settings.home / "published" / places[settings.lang]
    return Published(str(week), stated.publication, folder, (*summary.sentences, waiting, *cases), told)


def places_to_render(settings: Settings, edition: reports.Edition) -> dict[Language, str]:
    """The folders to render, by language: that which is asked for, and those that would fall behind it.

    A week has its own folder in the language of the home; in another language it stands beside it. What stands there
    already with an older publication is made again from the same numbers, so that the two never disagree.
    """
    release, week = releases.published_folder(settings.home), str(edition.week)
    known = releases.places_of(release) if release else []
    places = {}
    for lang in get_args(Language):
        place = releases.place_of(release, week, lang, settings.own_lang)
        said = releases.read_summary(release, place) if release and place in known else None
        is_behind = said is not None and said.get("publication", 0) < edition.publication
        is_missing = place == week and place not in known
        if lang == settings.lang or is_behind or is_missing:
            places[lang] = place
    return places


def _release(
    settings: Settings,
    connection: warehouse.Connection,
    drawn: dict[str, tuple[reports.Edition, dict[str, pl.DataFrame]]],
) -> dict[str, reports.WeekSummary]:
    """Renders into a new release, with the public database beside the pages: the disk works while they are drawn."""
    beside = processes.helping()
    with (
        releases.new_release(settings.home, to_group=settings.published_to_group) as release,
        ThreadPoolExecutor(1) as disk,
    ):
        placed = disk.submit(place_database, settings, connection, release)
        summaries = {place: place_pages(release, place, *made, beside) for place, made in drawn.items()}
        place_index(settings, release, next(iter(drawn.values()))[0])
        releases.point_latest(release)
        placed.result()
    return summaries
