"""A week published: what is known is loaded and stated, rendered beside the other weeks, and released by one rename."""

import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import get_args

import polars as pl

import reports
from flows.periods import Week
from flows.progress import one_line
from flows.publishing import editions, evidence, frames, notice, releases, review
from flows.publishing.database import place_database
from flows.publishing.site import draw_pages, edition_of, place_index
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


@dataclass(frozen=True, slots=True)
class Kept:
    """A week that is stated: what its pages are drawn from is kept (`editions`), under its places in the release."""

    publication: int
    edition: reports.Edition
    places: Mapping[Language, str]


def publish_week(
    settings: Settings, run: Run, week: Week, as_of: datetime | None = None, given_reason: str | None = None
) -> Published:
    """Renders a week's reports into a new release and makes it the published one.

    Without a moment of release it is that of the last publication, where nothing has changed since; else the Monday
    after the week, or the landing of the last file where that is later: no report is older than what it knows.
    """
    with warehouse.opened(settings.home) as connection:
        kept, drawn = _keep(settings, connection, run, week, as_of, given_reason)
        return _release(settings, connection, run, kept, lambda place, to: draw_pages(to, *drawn[place]))


def keep_week(settings: Settings, run: Run, week: Week, given_reason: str | None) -> Kept:
    """States a week and keeps what its pages are drawn from; `release_week` makes it the published one."""
    with warehouse.opened(settings.home) as connection:
        return _keep(settings, connection, run, week, None, given_reason)[0]


def release_week(settings: Settings, run: Run, kept: Kept, drawn: Path) -> Published:
    """Makes a kept week the published one, whose pages were drawn elsewhere: into its places below a folder."""

    def copy(place: str, folder: Path) -> None:
        shutil.copytree(drawn / place, folder, dirs_exist_ok=True)

    with warehouse.opened(settings.home) as connection:
        return _release(settings, connection, run, kept, copy)


def _keep(  # noqa: PLR0913, PLR0917 - what a publication rests on
    settings: Settings,
    connection: warehouse.Connection,
    run: Run,
    week: Week,
    as_of: datetime | None,
    given_reason: str | None,
) -> tuple[Kept, dict[str, tuple[reports.Edition, dict[str, pl.DataFrame]]]]:
    """States a week and keeps its editions; gives them too, by place."""
    reasons = review.reasons(settings, evidence.detected_posts(connection, week))
    stated = state_week(settings, connection, week, as_of, Cause(run.run_id, given_reason))
    edition = edition_of(settings, connection, stated.release, week=week, publication=stated.publication)
    places = places_to_render(settings, edition)
    drawn, spoken = {}, reasons()
    for lang, place in places.items():
        read = frames.report_frames(connection, week, lang, run.verdicts_of_week)
        read["evidence"] = review.with_reasons(settings.in_language(lang), read["evidence"], spoken)
        drawn[place] = (replace(edition, lang=lang), read)
        editions.keep(settings.home, place, *drawn[place])
    return Kept(stated.publication, edition, places), drawn


def _release(
    settings: Settings,
    connection: warehouse.Connection,
    run: Run,
    kept: Kept,
    draw: Callable[[str, Path], None],
) -> Published:
    """Puts the pages of a week, which `draw` draws for a place into a folder, and the database into a new release."""
    edition, own = kept.edition, kept.places[settings.lang]
    with (
        releases.new_release(settings.home, to_group=settings.published_to_group) as release,
        ThreadPoolExecutor(1) as disk,
    ):
        placed = disk.submit(place_database, settings, connection, release)  # the disk works while pages are drawn
        for place in kept.places.values():
            releases.place_folder(release, place, partial(draw, place))
        place_index(settings, release, edition)
        releases.point_latest(release)
        summary = reports.WeekSummary.from_dict(releases.read_summary(release, own))
        placed.result()
    review.write_sheet(settings, connection, edition)
    waiting = review.write_backlog(settings, connection, edition)
    cases = review.cases_due(connection, edition)
    run.note(published=run.facts.get("published", {}) | {str(edition.week): kept.publication})
    texts = (*reports.published_texts(summary, edition), waiting, *cases)
    told = notice.published(settings, own, kept.publication, texts)
    folder = settings.home / "published" / own
    return Published(str(edition.week), kept.publication, folder, (*summary.sentences, waiting, *cases), told)


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
