"""What the reports of every week of a season say first, beside what was planted in it."""

import csv
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import polars as pl

from flows import simulation
from flows.periods import Week
from flows.publishing import frames
from flows.settings import Settings
from flows.simulation.plan import BURSTS, FIRST_DAY, WEEKS
from flows.store import warehouse
from reports.edition import Edition, Language
from reports.judging.lights import judge
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.wording.statements import headline
from reports.wording.words import Words

# the class or source by which each planted burst must be named, and the week it lies in
NAMED = {"money_politics": "money_politics", "insult": "insult", "copypaste": "copies"}

_SPOKEN = {"peringatan HUT TNI": "security", "pelantikan KPPS": "election_logistics"}


class Told(NamedTuple):
    """A week: both lights, its first sentence, the subjects of its incidents in order, what was planted."""

    week: str
    content: str
    collection: str
    first: str
    subjects: tuple[str, ...]
    planted: tuple[str, ...]


def planted() -> dict[str, tuple[str, ...]]:
    """The subjects of the bursts of each week that the labels know; a hoax is known by a fact-check only."""
    weeks: dict[str, dict[str, None]] = {}
    for _, group, _, day, *_ in BURSTS:
        if group in NAMED:
            week = WEEKS[(day - FIRST_DAY).days // 7]
            weeks.setdefault(str(week), {})[NAMED[group]] = None
    return {week: tuple(subjects) for week, subjects in weeks.items()}


def told(connection: warehouse.Connection) -> list[Told]:
    """Every week of the season as its report would tell it at its default release."""
    truth = planted()
    return [_week(connection, week, truth.get(str(week), ())) for week in WEEKS]


def edition_of(
    connection: warehouse.Connection, week: Week, lang: Language = "id", as_of: datetime | None = None
) -> tuple[Edition, dict[str, pl.DataFrame]]:
    """What a week's report is made of, at its default release or another moment."""
    election = Settings().election
    tables = frames.report_frames(connection, week, lang, [])
    tables["evidence"] = tables["evidence"].with_columns(why=pl.lit(""))
    moment = as_of or election.release_moment(week)
    return Edition(week, moment, lang, election, "Diskominfo", 1, "1abe15", "da7a5e1", "9.9.9"), tables


def _week(connection: warehouse.Connection, week: Week, truth: tuple[str, ...]) -> Told:
    edition, tables = edition_of(connection, week)
    trends = Trends(Facts(edition, checked_tables(tables, week)))
    lights = judge(trends)
    first = headline(trends, Words("id"))[0]
    subjects = tuple(incident.subject for incident in trends.incidents)
    return Told(str(week), lights.content.level, lights.collection.level, first, subjects, truth)


def boosted(week: str) -> set[str]:
    """The topics that the season makes rise in a week, by their weight or by what its moments speak of."""
    with (Path(simulation.__file__).parent / "weeks.csv").open(encoding="utf-8", newline="") as lines:
        row = next(row for row in csv.DictReader(lines) if row["week"] == week)
    topics = {boost.partition(":")[0] for boost in row["boosts"].split()}
    return topics | {topic for moment, topic in _SPOKEN.items() if moment in row["moments"]}
