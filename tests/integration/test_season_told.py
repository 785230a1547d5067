"""The season's truth is the test: every planted incident opens its week, and most other weeks are green."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.seeds import read_seed
from flows.simulation.plan import WEEKS
from flows.store import warehouse
from tests import said, season_judged
from tests.season_told import Told, boosted, edition_of, planted, told

pytestmark = pytest.mark.slow  # three minutes: the season arrives week by week, and every week is told and rendered
CODES = {row["code"] for row in read_seed("indications")} | {"copies"}
LONGEST = 25  # words of a sentence


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Iterator[warehouse.Connection]:
    home = tmp_path_factory.mktemp("told") / "home"
    season_judged.replay(home, "2023-W51", lambda _: None)
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
        rising = [subject for subject in week.subjects[:1] if subject not in CODES]
        assert set(rising) <= boosted(week.week), week


def test_one_failed_query_dims_no_light_of_the_collection(weeks: list[Told]) -> None:
    assert {week.week for week in weeks if week.collection != "green"} == {"2023-W42", "2023-W52"}


def test_first_sentences_are_short(weeks: list[Told]) -> None:
    for week in weeks:
        assert len(week.first.split(". ")[0].split()) <= LONGEST, week.first


def test_no_two_documents_of_a_week_state_a_number_in_two_ways(season: warehouse.Connection, tmp_path: Path) -> None:
    told_of = {week: said.stated(*edition_of(season, week), tmp_path / str(week))[2] for week in WEEKS}
    assert min(len(facts) for facts in told_of.values()) > 20
    assert {week: differing for week, facts in told_of.items() if (differing := said.contradictions(facts))} == {}
