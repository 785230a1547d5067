"""Weeks, phases and buckets of the election calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.exits import UsageError
from flows.periods import Bucket, Week, read_election, weeks_between
from flows.publishing.due import note_day, note_moment
from flows.settings import Settings

ELECTION = read_election()
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


@given(DAYS)
def test_a_week_holds_the_day_it_is_made_of(day: date) -> None:
    week = Week.of(day)
    assert day in week.days
    assert Week.parse(str(week)) == week
    assert week.shift(1).first_day == week.last_day + timedelta(days=1)


@pytest.mark.parametrize("text", ["", "2024", "2024-5", "2024-W00", "2024-W53", "2024-W54", "24-W05", "0000-W01", "x"])
def test_what_is_no_week_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"write it like 2024-W05"):
        Week.parse(text)


def test_a_year_of_53_weeks() -> None:
    assert Week.parse("2020-W53").last_day == date(2021, 1, 3)


@pytest.mark.parametrize(
    ("week", "buckets"),
    [
        ("2023-W47", [("pre_campaign", 7)]),
        ("2023-W48", [("pre_campaign", 1), ("campaign", 6)]),
        ("2024-W03", [("campaign", 7)]),  # rallies begin on its Sunday, inside the campaign
        ("2024-W06", [("campaign", 6), ("quiet", 1)]),
        ("2024-W07", [("quiet", 2), ("voting_day", 1), ("post_election", 4)]),
    ],
)
def test_a_week_is_split_where_the_phase_changes(week: str, buckets: list[tuple[str, int]]) -> None:
    assert [(bucket.phase, bucket.days) for bucket in ELECTION.buckets(Week.parse(week))] == buckets


@given(DAYS)
def test_buckets_of_a_week_cover_its_seven_days_once(day: date) -> None:
    buckets: list[Bucket] = ELECTION.buckets(Week.of(day))
    assert sum(bucket.days for bucket in buckets) == 7
    assert buckets[0].first_day == Week.of(day).first_day
    assert buckets[-1].last_day == Week.of(day).last_day


def test_rallies_are_allowed_on_the_last_21_days_of_the_campaign() -> None:
    rally = [day for day in (date(2023, 11, 28) + timedelta(n) for n in range(90)) if ELECTION.phase_of(day).is_rally]
    assert (rally[0], rally[-1], len(rally)) == (date(2024, 1, 21), date(2024, 2, 10), 21)


def test_days_to_the_vote() -> None:
    assert ELECTION.days_to_vote(date(2024, 2, 11)) == 3
    assert ELECTION.days_to_vote(date(2024, 2, 14)) == 0
    assert ELECTION.days_to_vote(date(2024, 2, 15)) == -1


def test_a_week_is_released_on_the_monday_after_it_at_six_local_time() -> None:
    assert ELECTION.release_moment(Week.parse("2024-W05")).isoformat() == "2024-02-05T06:00:00+07:00"


def test_the_last_complete_week_follows_local_midnight() -> None:
    sunday_evening = datetime(2024, 2, 4, 16, 59, 59, tzinfo=UTC)  # 23:59:59 in Batang
    assert str(ELECTION.last_complete_week(sunday_evening)) == "2024-W04"
    assert str(ELECTION.last_complete_week(sunday_evening + timedelta(seconds=1))) == "2024-W05"


@pytest.mark.parametrize(
    ("moment", "embargoed"),
    [
        ("2024-02-10T23:59:59+07:00", False),
        ("2024-02-11T00:00:00+07:00", True),
        ("2024-02-12T06:00:00+07:00", True),
        ("2024-02-14T14:59:59+07:00", True),
        ("2024-02-14T15:00:00+07:00", False),
    ],
)
def test_embargo_depends_on_the_moment_of_release(moment: str, embargoed: bool) -> None:
    assert ELECTION.is_embargoed(datetime.fromisoformat(moment)) is embargoed


def test_weeks_between_crosses_the_year_and_refuses_the_wrong_order() -> None:
    weeks = weeks_between(Week.parse("2023-W51"), Week.parse("2024-W02"))
    assert [str(week) for week in weeks] == ["2023-W51", "2023-W52", "2024-W01", "2024-W02"]
    with pytest.raises(UsageError, match="swap them"):
        weeks_between(Week.parse("2024-W02"), Week.parse("2023-W51"))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2024-02-11T06:00:00+07:00", None),  # yesterday was the last day of the campaign
        ("2024-02-12T06:00:00+07:00", date(2024, 2, 11)),
        ("2024-02-12T23:30:00+00:00", date(2024, 2, 12)),  # already the 13th in the regency
        ("2024-02-15T06:00:00+07:00", date(2024, 2, 14)),
        ("2024-02-16T06:00:00+07:00", None),
    ],
)
def test_the_daily_note_is_due_after_each_day_of_the_quiet_period_and_the_vote(moment: str, day: date | None) -> None:
    settings = Settings()
    assert note_day(settings, datetime.fromisoformat(moment)) == day
    if day:
        assert note_moment(settings, day).isoformat() == f"{day + timedelta(days=1)}T06:00:00+07:00"


def test_the_next_edition_is_never_one_whose_report_is_out_already() -> None:
    election, week = read_election(), Week.parse("2024-W02")
    default = election.release_moment(week)
    assert str(election.next_week(week, default)) == "2024-W03"
    assert str(election.next_week(week, default + timedelta(days=29))) == "2024-W07"
    assert str(election.next_week(week, default - timedelta(days=3))) == "2024-W03"
    before_the_hour = election.release_moment(Week.parse("2024-W05")) - timedelta(minutes=1)
    assert str(election.next_week(week, before_the_hour)) == "2024-W05"
