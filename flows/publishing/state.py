"""The statement of a week: its numbers, its moment of release and the versions they were made with, in the ledger."""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.metadata import version

import sql
from flows import labels, trends
from flows.periods import Week
from flows.publishing import publications
from flows.seeds import seed_versions
from flows.settings import Settings
from flows.store import checks, models, tables, warehouse

FROM_LEDGER = frozenset({"trends.corrections", "trends.reported"})  # know of a publication once it is stated


def code_version() -> str:
    """The version of ronda that made a report."""
    return version("ronda")


@dataclass(frozen=True, slots=True)
class Cause:
    """What leads to a publication: a run, and the reason it was given (`ronda backfill --reason`)."""

    run_id: str | None = None
    given_reason: str | None = None


def release_facts(
    settings: Settings,
    connection: warehouse.Connection,
    as_of: datetime,
    week: Week | None = None,
    cause: Cause = Cause(),
) -> publications.Release:
    """The conditions of a release at a moment: the files it knows, the versions it is made with, what led to it.

    Its label version is that of the posts of the week; without a week or posts, that of the labels as they are.
    """
    labelled = tables.label_versions(connection)
    labels_now = labels.label_version(settings.seeds)
    return publications.Release(
        as_of,
        publications.loaded_until(connection),
        {"label_version": labelled.get(str(week), labels_now), "code_version": code_version()},
        labels=labelled,
        seeds=publications.seeds_text(seed_versions(settings.seeds)),
        files=tables.loaded_files(connection),
        run_id=cause.run_id,
        given_reason=cause.given_reason,
        draw=tables.draw_of_week(connection, week) if week else None,
    )


@cache
def _models() -> tuple[models.Model, ...]:
    return tuple(models.read_models(sql.FOLDER))


def state_numbers(settings: Settings, connection: warehouse.Connection, week: Week, cause: Cause) -> int:
    """States the numbers of a week in the ledger, without a report; gives the number of the publication.

    Inside the caller's transaction, which may be undone afterwards: what is stated lies in the ledger. Only the tables
    that are stated are rebuilt; gates and reports come with `check_week` and `publish_week`.
    """
    stated = models.needed(connection, _models(), (*publications.MEASURES, tables.DRAWS))
    models.build(connection, stated, trends.METHODS, is_lasting=False)
    release = release_facts(settings, connection, settings.election.release_moment(week), week, cause)
    return publications.record_publication(settings.home, week, publications.numbers(connection), release)


@dataclass(frozen=True, slots=True)
class Stated:
    """A publication of a week: its number, and the conditions it was stated under."""

    publication: int
    release: publications.Release


def state_week(
    settings: Settings, connection: warehouse.Connection, week: Week, as_of: datetime | None, cause: Cause
) -> Stated:
    """States every number of a week in the ledger (`state_in_ledger`) and rebuilds the tables that know of it."""
    stated = state_in_ledger(settings, connection, week, as_of, cause)
    read_ledger(settings, connection)
    return stated


def state_in_ledger(
    settings: Settings, connection: warehouse.Connection, week: Week, as_of: datetime | None, cause: Cause
) -> Stated:
    """States every number of a week in the ledger.

    Without a moment of release it is that of the last publication, where nothing has changed since; else the Monday
    after the week, or the landing of the last file where that is later.
    """
    numbers = publications.numbers(connection)
    release = release_facts(settings, connection, as_of or settings.election.release_moment(week), week, cause)
    if as_of is None:
        known = publications.stated_before(settings.home, week, numbers, release)
        latest = max(release.as_of, _full_minute(release.loaded_until or release.as_of))
        release = replace(release, as_of=(known or latest).astimezone(settings.election.zone))
    return Stated(publications.record_publication(settings.home, week, numbers, release), release)


def read_ledger(settings: Settings, connection: warehouse.Connection) -> None:
    """Rebuilds the tables that know of publications, in one transaction."""
    with warehouse.transaction(connection):
        publications.add_publications(connection, settings.home)
        restated = [model for model in _models() if model.qualified in FROM_LEDGER]
        models.build(connection, restated, trends.METHODS)
        checks.stop_on(checks.run_grains(connection, restated))


def fingerprint(settings: Settings) -> str:
    """A short hash of all that publications now rest on: files, labels, seeds, code."""
    with warehouse.opened(settings.home) as connection:
        release = release_facts(settings, connection, datetime.min.replace(tzinfo=UTC))
    parts = (sorted(release.files), sorted(release.labels.items()), release.seeds, sorted(release.facts.items()))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _full_minute(moment: datetime) -> datetime:
    """The first full minute that is not before a moment."""
    minute = moment.replace(second=0, microsecond=0)
    return minute if minute == moment else minute + timedelta(minutes=1)
