"""What the steps after the load do, free of the orchestrator; the flows call them through tasks.

A step takes settings, weeks and moments and gives counts and paths; frames and connections stay inside it.
"""

from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

import reports
import sql
from flows import labels, notice, processes, trends
from flows.exits import GateStoppedError, UsageError
from flows.periods import RELEASE_HOUR, Week, read_seed, weeks_between
from flows.settings import Settings
from flows.sources import reviews
from flows.store import ledger, models, publish, sheets, tables, warehouse
from flows.store.landing import write_private
from flows.store.runs import Run, read_runs
from flows.store.watched import read_watch

NOTED_PHASES = frozenset({"quiet", "voting_day"})  # their days have a daily note
FROM_LEDGER = frozenset({"trends.corrections", "trends.reported"})  # know of a publication once it is stated


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
        return "\n".join([*lines, *(f"  {self.folder / name}" for name in names)])

    @property
    def markdown(self) -> str:
        """For the orchestrator's page."""
        points = "\n".join(f"- {sentence}" for sentence in self.sentences)
        report = (self.folder / "weekly.html").as_uri()
        return f"# {self.week}\n\n{points}\n\nPublication {self.publication}: [{report}]({report})\n"


@dataclass(frozen=True, slots=True)
class Noted:
    """Where the note of a day is, and what it says in three lines."""

    day: str
    folder: Path
    lines: tuple[str, str, str]
    notice: notice.Notice

    @property
    def text(self) -> str:
        """For a terminal."""
        return "\n".join([f"{self.day}:", *(f"  {line}" for line in self.lines), f"  {self.folder / 'note.pdf'}"])


def code_version() -> str:
    """The version of ronda that made a report."""
    return version("ronda")


def build_tables(settings: Settings) -> int:
    """Rebuilds every core and trend table in one transaction; gives their number."""
    built = models.read_models(sql.FOLDER)
    with warehouse.opened(settings.home) as connection, warehouse.transaction(connection):
        models.load_seeds(connection, settings.seeds)
        tables.write_runs(connection, read_runs(settings.home))
        tables.write_watches(connection, read_watch(settings.home))
        tables.write_label_quality(connection, labels.label_quality(settings.seeds))
        ledger.load_publications(connection, settings.home)
        models.build(connection, built, trends.METHODS)
    return len(built)


def _release(settings: Settings, connection: warehouse.Connection, as_of: datetime) -> ledger.Release:
    versions = {"label_version": labels.label_version(settings.seeds), "code_version": code_version()}
    return ledger.Release(as_of, ledger.loaded_until(connection), versions)


def state_numbers(settings: Settings, connection: warehouse.Connection, week: Week) -> int:
    """States the numbers of a week in the ledger, without a report; gives the number of the publication.

    Inside the caller's transaction. Only the tables that are stated are rebuilt; gates and reports come with
    `check_week` and `publish_week`.
    """
    stated = models.needed(connection, models.read_models(sql.FOLDER), ledger.MEASURES)
    models.build(connection, stated, trends.METHODS, with_comments=False)
    release = _release(settings, connection, settings.election.release_moment(week))
    return ledger.record_publication(settings.home, week, ledger.numbers(connection), release)


def _weeks_with_data(settings: Settings) -> list[Week]:
    with warehouse.opened(settings.home) as connection:
        return tables.weeks_with_data(connection)


def require_data(settings: Settings, week: Week) -> None:
    """Raises UsageError when nothing at all is known of a week, naming the weeks that can be published."""
    weeks = _weeks_with_data(settings)
    if week in weeks:
        return
    if not weeks:
        raise UsageError("There are no posts yet; bring some in with `ronda import PATH`, or try `ronda demo`.")
    raise UsageError(
        f"Nothing is known of {week}: neither posts nor a collection log. Data run from {weeks[0]} to {weeks[-1]}; "
        "choose one of those with --week."
    )


def due_weeks(settings: Settings, moment: datetime) -> list[Week]:
    """Complete weeks after the last published one that something is known of, oldest first.

    Before the first publication only the last complete week is due. Raises UsageError when nothing is due and the
    last complete week is unknown, because then collection has stopped without a word.
    """
    last = settings.election.last_complete_week(moment)
    published = [Week.parse(week) for week in publish.reported_weeks(settings.home)]
    if published and max(published) >= last:
        return []
    weeks = set(_weeks_with_data(settings))
    first = max(published).shift(1) if published else last
    due = [week for week in weeks_between(first, last) if week in weeks]
    if not due:
        require_data(settings, last)
    return due


def publication_number(settings: Settings, week: Week) -> int:
    """How often a week was published so far."""
    return ledger.publications(settings.home).get(str(week), 0)


def check_week(settings: Settings, run: Run, week: Week) -> int:
    """The trend gate of a week; gives the number of breaches that are printed in the report.

    The files that brought posts of the week, those posts and the trend tables go through their suites, then every SQL
    check runs. Raises GateStoppedError when a breach stops; the last good release stays in place.
    """
    from expectations import posts as post_suites
    from expectations import trends as trend_suites
    from expectations.run import gate, validate, validate_sources

    week_posts = post_suites.suite()
    suites = (
        trend_suites.weekly_platform(str(week)),
        trend_suites.weekly_topic(),
        trend_suites.weekly_indication(),
        trend_suites.weekly_district(),
    )
    with warehouse.opened(settings.home) as connection:
        files = tables.files_of_week(connection, week)
        verdicts = [verdict for found in validate_sources(files).values() for verdict in found]
        frame = tables.posts_of_week(connection, tuple(week_posts.columns), week)
        verdicts += validate(frame, week_posts, empty_is_valid=True)
        for suite in suites:
            verdicts += validate(tables.trend(connection, suite.table), suite, empty_is_valid=False)
        results = models.run_checks(connection, sql.FOLDER / "checks", "trends")
    run.start_week(str(week))
    run.add_verdicts([verdict.to_dict() for verdict in verdicts] + [result.to_dict() for result in results])
    if stop := gate(verdicts):
        raise GateStoppedError(stop.sentence())
    models.stop_on(results)
    return sum(not result.passed for result in results) + sum(verdict.is_breach for verdict in verdicts)


def drawing_process() -> Executor:
    """A process for `publish_week` that draws beside this one; it imports what that takes at once."""
    pool = processes.pool(1)
    pool.submit(reports.make_ready)
    return pool


def publish_week(
    settings: Settings, run: Run, week: Week, as_of: datetime | None = None, beside: Executor | None = None
) -> Published:
    """Renders a week's reports into a new release and makes it the published one; `beside` draws a part of them.

    Without a moment of release it is that of the last publication, where nothing has changed since; else the Monday
    after the week, or the landing of the last file where that is later: no report is older than what it knows.
    """
    with warehouse.opened(settings.home) as connection:
        numbers = ledger.numbers(connection)
        release_facts = _release(settings, connection, as_of or settings.election.release_moment(week))
        if as_of is None:
            known = ledger.stated_before(settings.home, week, numbers, release_facts)
            latest = max(release_facts.as_of, _full_minute(release_facts.loaded_until or release_facts.as_of))
            release_facts = replace(release_facts, as_of=(known or latest).astimezone(settings.election.zone))
        publication = ledger.record_publication(settings.home, week, numbers, release_facts)
        with warehouse.transaction(connection):
            ledger.load_publications(connection, settings.home)
            restated = [model for model in models.read_models(sql.FOLDER) if model.qualified in FROM_LEDGER]
            models.build(connection, restated, trends.METHODS)
        edition = _edition(settings, connection, release_facts, week=week, publication=publication)
        frames = tables.report_frames(connection, week, settings.lang, run.verdicts_of_week)
        frames["evidence"] = _with_reasons(settings, frames["evidence"])
        with publish.new_release(settings.home) as release, ThreadPoolExecutor(1) as disk:
            # The disk works while pages are drawn.
            placed = disk.submit(_place_database, settings, connection, release)
            summaries: list[reports.WeekSummary] = []

            def render(folder: Path) -> None:
                summaries.append(reports.render_week(edition, frames, folder, beside))
                publish.write_manifest(folder, asdict(summaries[0]))

            publish.place_folder(release, str(week), render)
            _place_index(release, edition)
            publish.point_latest(release)
            placed.result()
        _write_review(settings, connection, edition)
    told = notice.published(settings, str(week), publication, reports.published_texts(summaries[0], edition))
    return Published(str(week), publication, settings.home / "published" / str(week), summaries[0].sentences, told)


def _full_minute(moment: datetime) -> datetime:
    """The first full minute that is not before a moment."""
    minute = moment.replace(second=0, microsecond=0)
    return minute if minute == moment else minute + timedelta(minutes=1)


def _edition(
    settings: Settings, connection: warehouse.Connection, release: ledger.Release, **which: Any
) -> reports.Edition:
    facts: dict[str, Any] = {**release.facts, **which}
    return reports.Edition(
        as_of=release.as_of,
        lang=settings.lang,
        election=settings.election,
        office=settings.office,
        data_version=tables.data_version(connection),
        coverage_floor=settings.election.coverage_floor,
        **facts,
    )


def _place_index(release: Path, edition: reports.Edition) -> None:
    known = [reports.WeekSummary.from_dict(each["summary"]) for each in publish.read_manifests(release)]
    reports.render_index(known, release, edition, publish.read_notes(release))


def note_day(settings: Settings, moment: datetime) -> date | None:
    """The day before a moment, where it lies in the quiet period or is voting day; None on any other."""
    day = moment.astimezone(settings.election.zone).date() - timedelta(days=1)
    return day if settings.election.phase_of(day).name in NOTED_PHASES else None


def note_moment(settings: Settings, day: date) -> datetime:
    """The default moment of release of a day's note: the hour of the weekly report, the next morning."""
    return datetime.combine(day + timedelta(days=1), RELEASE_HOUR, settings.election.zone)


def publish_note(settings: Settings, day: date, as_of: datetime) -> Noted:
    """Renders the one-page note of a day into a new release; the weekly reports in it stay what they are.

    Raises UsageError for a day outside the quiet period and voting day.
    """
    if settings.election.phase_of(day).name not in NOTED_PHASES:
        raise UsageError(f"{day} is neither in the quiet period nor voting day; only those days have a note.")
    with warehouse.opened(settings.home) as connection:
        release_facts = _release(settings, connection, as_of)
        edition = _edition(settings, connection, release_facts, week=Week.of(day), publication=1)
        frames = tables.note_frames(connection)
        with publish.new_release(settings.home) as release:
            said: list[tuple[str, str, str]] = []

            def render(folder: Path) -> None:
                numbers, lines = reports.render_note(edition, day, frames, folder)
                said.append(lines)
                publish.write_manifest(folder, numbers)

            publish.place_folder(release, f"{publish.DAILY}/{day}", render)
            _place_index(release, edition)
            _place_database(settings, connection, release)
    folder = settings.home / "published" / publish.DAILY / str(day)
    return Noted(str(day), folder, said[0], notice.noted(settings, str(day), said[0]))


def _with_reasons(settings: Settings, posts: pl.DataFrame) -> pl.DataFrame:
    """Posts with a column `why`: for each indication who spoke for it, rules or the model, and its strongest words."""
    lang = settings.lang
    names = {row["code"]: row[f"label_{lang}"] for row in read_seed("indications", settings.seeds)}
    found = labels.reasons(posts["text"], posts["indications"], settings.seeds)
    why = [reports.why_flagged(lang, [(names[each.code], each.spoke, each.words) for each in some]) for some in found]
    return posts.with_columns(pl.Series("why", why, dtype=pl.String))


def _write_review(settings: Settings, connection: warehouse.Connection, edition: reports.Edition) -> None:
    """Writes the review sheet of a publication, which only its owner can read; one that is there is left alone."""
    path = settings.home / "review" / f"{edition.week}-{edition.publication}.xlsx"
    if path.exists():
        return
    posts = sheets.posts_to_review(connection, edition.week)
    posts = _with_reasons(settings, posts)
    column = 0 if edition.lang == "id" else 1
    headings = {key: titles[column] for key, titles in reviews.COLUMNS.items()}
    stages = [row[f"label_{edition.lang}"] for row in read_seed("review_stages", settings.seeds)]
    codes = [row["code"] for row in read_seed("indications", settings.seeds)]
    choices = {"code": [*codes, reviews.NONE], "stage": stages}
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, reports.render_review(edition, posts, headings, choices, reviews.SHEET))


def publish_tables(settings: Settings) -> None:
    """Publishes the tables as they are now known; the reports of the release stay what they are."""
    with warehouse.opened(settings.home) as connection, publish.new_release(settings.home) as release:
        _place_database(settings, connection, release)


def _place_database(settings: Settings, connection: warehouse.Connection, release: Path) -> None:
    tables.write_runs(connection, read_runs(settings.home))
    publish.write_public_database(connection, release / "ronda.duckdb", tables.public_tables(connection))


def stopped_notice(settings: Settings, week: str, reason: str) -> notice.Notice:
    """What people are told when a gate stopped a week (empty: the loading, before any week)."""
    return notice.stopped(settings, week, reports.stopped_texts(week, reason, settings.lang))


def verify(settings: Settings) -> list[str]:
    """One line a published table with its rows and a hash of its content, whatever the order of its rows.

    Run, load and check records are left out: they differ from run to run. Raises UsageError when nothing is
    published, and when a published file is not the one its manifest names.
    """
    release = publish.published_folder(settings.home)
    if release is None:
        raise UsageError("Nothing is published yet; publish a week with `ronda weekly --week 2024-W05`.")
    damaged = publish.damaged_files(release)
    if damaged:
        raise UsageError(f"{damaged[0]} in {release} is not the file that was published; publish the week again.")
    return tables.table_hashes(release / "ronda.duckdb")
