"""The season's truth is the test: every planted incident opens its week, and most other weeks are green."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from flows.periods import Week
from flows.publishing import releases
from flows.seeds import read_seed
from flows.settings import Settings
from flows.simulation.plan import WEEKS
from flows.store import tables, warehouse
from reports.briefing.briefing import briefing, briefing_pictures
from reports.judging.lights import judge
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.wording.words import Words
from tests import briefing_measured, cells, known_faults, page_cells, pdf_rows, said, season_judged, sentences
from tests.season_told import Told, boosted, edition_of, planted, told

SENTIMENTS = {"negative", "positive"}
pytestmark = pytest.mark.slow  # five minutes: the season arrives week by week, and every week is told and rendered
CODES = {row["code"] for row in read_seed("indications")} | {"copies"}
REVIEWED = ("2023-W41", "2023-W50", "2024-W05", "2024-W06")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("told") / "home"
    season_judged.replay(home, "2023-W51", lambda _: None)
    return home


@pytest.fixture(scope="module")
def season(home: Path) -> Iterator[warehouse.Connection]:
    with warehouse.opened(home) as connection:
        yield connection


@pytest.fixture(scope="module")
def weeks(season: warehouse.Connection) -> list[Told]:
    return told(season)


def test_every_planted_incident_is_named_first_and_its_week_is_amber_or_red(weeks: list[Told]) -> None:
    assert {week.week: week.subjects[:1] for week in weeks if week.planted} == planted()
    for week in weeks:
        if week.planted:
            assert week.content in ("amber", "red"), week
            assert week.first[0].isdigit(), week  # how many, before anything else


def test_at_least_half_of_the_other_weeks_are_green(weeks: list[Told]) -> None:
    others = [week.content for week in weeks if not week.planted]
    assert len(others) == len(weeks) - len(planted()) > 20
    assert others.count("green") * 2 >= len(others)


def test_no_week_leads_to_an_act_that_was_not_planted(weeks: list[Told]) -> None:
    for week in weeks:
        assert set(week.subjects) & CODES == set(week.planted), week


def test_a_topic_that_opens_a_week_did_rise_in_it(weeks: list[Told]) -> None:
    for week in weeks:
        rising = [subject for subject in week.subjects[:1] if subject not in CODES | SENTIMENTS]
        assert set(rising) <= boosted(week.week), week


def test_the_season_plants_no_change_of_sentiment_and_chance_opens_one_week_with_it_at_most(weeks: list[Told]) -> None:
    opened = [week for week in weeks if set(week.subjects[:1]) & SENTIMENTS]
    assert len(opened) <= 1  # of some 25 weeks, with one false finding in twenty allowed for


def test_one_failed_query_dims_no_light_of_the_collection(weeks: list[Told]) -> None:
    assert {week.week for week in weeks if week.collection != "green"} == {"2023-W42", "2023-W52"}


def flaws(
    connection: warehouse.Connection,
    week: Week,
    folder: Path,
    as_of: datetime | None = None,
    database: Path | None = None,
) -> tuple[int, list[str]]:
    """How many numbers the documents of a week state, and all that is wrong with them."""
    edition, tables = edition_of(connection, week, as_of=as_of)
    reader, texts, facts = said.stated(edition, tables, folder)
    trends, words = reader.trends, reader.words
    page = (folder / "weekly.html").read_text(encoding="utf-8")
    found = [
        *page_cells.Page(trends, words, page).cells(),
        *cells.of_workbook((folder / "tables.xlsx").read_bytes(), words, str(week)),
        *cells.of_data_files(folder / "data", str(week)),
        *(cells.of_database(database, str(week)) if database else []),
    ]
    return len(facts), [
        *cells.alone(found, "weekly.html"),
        *said.contradictions(facts),
        *cells.disagreeing(found),
        *known_faults.all_of(texts, page, trends, words),
        *pdf_rows.compare(page, texts["weekly.pdf"], words).alone,
        *sentences.too_long(sentences.first_minute(trends, words)),
        *briefing_measured.flaws((folder / "briefing.pdf").read_bytes(), edition),
    ]


def test_no_week_states_a_number_in_two_ways_or_more_than_a_reader_takes_in(
    season: warehouse.Connection, tmp_path: Path
) -> None:
    database = tmp_path / "ronda.duckdb"
    releases.write_public_database(season, database, tables.public_tables(season))
    told_of = {week: flaws(season, week, tmp_path / str(week), database=database) for week in WEEKS}
    assert min(count for count, _ in told_of.values()) > 20
    assert {str(week): wrong for week, (_, wrong) in told_of.items() if wrong} == {}


def test_an_english_briefing_is_as_short_as_ours(season: warehouse.Connection) -> None:
    words = Words("en")
    for week in WEEKS:
        edition, frames = edition_of(season, week, "en")
        trends = Trends(Facts(edition, checked_tables(frames, week)))
        assert sentences.too_long(sentences.first_minute(trends, words)) == [], week
        pdf = briefing(trends, words, judge(trends), briefing_pictures(trends, words))
        assert briefing_measured.flaws(pdf, edition) == [], week


def test_a_season_that_was_reviewed_agrees_with_itself_and_calls_nothing_unreviewed(
    season: warehouse.Connection, home: Path, tmp_path: Path
) -> None:
    with season_judged.reviewed(season, home / "season"):
        for name in REVIEWED:
            week = Week.parse(name)
            later = Settings().election.release_moment(week.shift(1))  # published again, with what was reviewed since
            assert flaws(season, week, tmp_path / name, later)[1] == [], name
            edition, frames = edition_of(season, week, as_of=later)
            trends = Trends(Facts(edition, checked_tables(frames, week)))
            assert known_faults.is_reviewed(trends) and trends.open_items == []
