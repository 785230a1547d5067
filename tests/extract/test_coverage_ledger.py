"""Silence is believed only on good grounds: the ledger of what was collected, and what was not."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows import status
from flows.collecting import collected_days
from flows.collecting.collected_days import Known
from flows.publishing.build import build_tables
from flows.sources.pacing import BREAKS_AFTER
from flows.sources.walking import COMPLETE, End, Gap, Outcome, Walk
from flows.store import warehouse
from tests.extract.watching import NOW, TODAY, Watching, days, load

pytestmark = pytest.mark.usefixtures("without_expectations")

ZONE = ZoneInfo("Asia/Jakarta")
FIRST = date(2024, 1, 1)


def walk(first: date, last: date, kind: str = "posts") -> Walk:
    return Walk("facebook_graph", "facebook", "account:1", kind, first, last)  # type: ignore[arg-type]


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE)


def seen(posts: dict[date, int]) -> dict[str, int | None]:
    return {f"{day}-{n}": int(at(day).timestamp()) + n for day, count in posts.items() for n in range(count)}


def outcome(
    first: date, last: date, posts: dict[date, int], end: End = COMPLETE, began: datetime | None = None
) -> Outcome:
    return Outcome(walk(first, last), end, began or at(last + timedelta(days=1)), 1, seen(posts), {})


def rows_of(known: Known, *outcomes: Outcome, today: date | None = None) -> dict[date, tuple[int, int, str | None]]:
    last = max(each.walk.last_day for each in outcomes)
    rows = collected_days.settle(known, outcomes, ZONE, today or last + timedelta(days=1))
    return {row.day: (row.attempted, row.succeeded, row.reason) for row in rows}


def test_a_day_is_collected_when_the_walk_is_complete_and_began_after_it() -> None:
    last = FIRST + timedelta(days=2)
    rows = rows_of(Known(), outcome(FIRST, last, {FIRST: 3, last: 1}, began=at(last, 9)))
    assert rows == {
        FIRST: (1, 1, None),
        FIRST + timedelta(days=1): (1, 1, "empty"),
        last: (1, 0, "day not over"),
    }


@pytest.mark.parametrize("gap", list(Gap))
def test_a_walk_that_broke_off_collects_nothing(gap: Gap) -> None:
    rows = rows_of(Known(), outcome(FIRST, FIRST, {FIRST: 3}, End(gap)))
    assert rows == {FIRST: (1, 0, str(gap))}


def test_a_walk_that_was_never_begun_was_not_attempted() -> None:
    never = Outcome(walk(FIRST, FIRST), End(Gap.QUOTA), None, 0, {}, {})
    assert rows_of(Known(), never) == {FIRST: (0, 0, "quota")}


def test_what_was_collected_stays_collected_when_a_later_look_back_fails() -> None:
    known = Known()
    rows_of(known, outcome(FIRST, FIRST, {FIRST: 3}))
    assert rows_of(known, outcome(FIRST, FIRST, {}, End(Gap.OUTAGE))) == {FIRST: (1, 1, None)}


def test_a_sudden_fall_to_nothing_is_not_believed() -> None:
    known = Known()
    busy = days(FIRST, FIRST + timedelta(days=20))
    rows_of(known, outcome(busy[0], busy[-1], dict.fromkeys(busy, 5)))
    silent = days(FIRST + timedelta(days=21), FIRST + timedelta(days=23))
    rows = rows_of(known, outcome(silent[0], silent[-1], {}))
    assert set(rows.values()) == {(1, 0, "fall to nothing")}
    assert known.flagged == {"account:1": silent}


def test_the_silence_of_a_quiet_account_is_believed() -> None:
    known = Known()
    past = days(FIRST, FIRST + timedelta(days=20))
    rows_of(known, outcome(past[0], past[-1], dict.fromkeys(past[::7], 1)))
    silent = days(FIRST + timedelta(days=21), FIRST + timedelta(days=27))
    assert set(rows_of(known, outcome(silent[0], silent[-1], {})).values()) == {(1, 1, "empty")}


def test_an_answer_in_which_all_that_was_known_is_gone_proves_no_new_silence() -> None:
    known = Known()
    past = days(FIRST, FIRST + timedelta(days=6))
    rows_of(known, outcome(past[0], past[-1], dict.fromkeys(past, 1)))
    new = past[-1] + timedelta(days=1)
    rows = rows_of(known, outcome(past[0], new, {}))
    assert rows[new] == (1, 0, "fall to nothing")
    assert rows[past[0]] == (1, 1, None)


def test_days_are_due_in_the_look_back_and_until_they_were_collected() -> None:
    known = Known({"q": {FIRST + timedelta(days=n): 1 for n in range(40) if n != 5}})
    today = FIRST + timedelta(days=40)
    assert known.due("q", today, 14, None) == [FIRST + timedelta(days=5), *days(today - timedelta(days=13), today)]
    assert known.due("new", today, 3, None) == days(today - timedelta(days=2), today)
    assert known.due("new", today, 3, FIRST)[0] == FIRST


def test_a_hashtag_day_is_collected_when_no_hour_of_it_went_unseen() -> None:
    known = Known()
    day = FIRST
    for hours in (0, 20, 40, 70):  # the last one comes too late for the evening of the second day
        moment = datetime(2024, 1, 1, 1, tzinfo=ZONE) + timedelta(hours=hours)
        polled = Outcome(walk(moment.date(), moment.date(), "hashtag"), COMPLETE, moment, 2, {}, {})
        rows = collected_days.settle(known, [polled], ZONE, moment.date())
    found = {row.day: row.succeeded for row in rows}
    assert found == {day: 1, day + timedelta(days=1): 0, day + timedelta(days=2): 0}


def test_a_ledger_is_kept_and_a_damaged_one_is_none(tmp_path: Path) -> None:
    known = Known({"q": {FIRST: 3}}, {"h": [datetime(2024, 1, 1, tzinfo=UTC)]}, {"q": [FIRST]})
    path = tmp_path / "ledger.json"
    collected_days.write_known(path, known)
    assert collected_days.read_known(path) == known
    path.write_text("{half")
    assert collected_days.read_known(path) == Known()


@pytest.mark.parametrize("platform", ["facebook", "instagram", "tiktok"])
def test_an_empty_answer_for_a_busy_account_is_never_observed_as_nothing(watching: Watching, platform: str) -> None:
    watching.pull(platform, now=NOW - timedelta(days=6))
    watching.services.reset(platform)
    watching.services.clock(datetime(2023, 1, 1, tzinfo=UTC))  # before any post: the platform shows nothing
    watching.pull(platform)
    rows = watching.ledger(platform)
    for query, day in rows:
        new = TODAY - timedelta(days=6) <= day < TODAY
        if new and watching.posts_of(query, platform, day):
            assert rows[query, day]["succeeded"] == "0", (query, day, rows[query, day])
            assert rows[query, day]["reason"] == "fall to nothing"


@pytest.mark.slow
def test_a_sudden_silence_is_a_day_not_collected_in_the_tables_and_a_line_in_the_status(watching: Watching) -> None:
    watching.pull("facebook", now=NOW - timedelta(days=6))
    watching.services.reset("facebook")
    watching.services.clock(datetime(2023, 1, 1, tzinfo=UTC))  # before any post: the platform shows nothing
    watching.pull("facebook")
    settings = watching.settings()
    load(settings)
    build_tables(settings)
    query = "SELECT * FROM core.collection WHERE reason = 'fall to nothing'"
    with warehouse.opened(settings.home) as connection:
        silent = warehouse.query(connection, query).to_dicts()
        charted = warehouse.query(connection, "SELECT * FROM core.coverage WHERE reason LIKE '%fall%'").to_dicts()
    assert silent
    assert {row["status"] for row in silent} <= {"partial", "not_collected"}, "partial where posts came in otherwise"
    assert {row["status"] for row in charted} <= {"partial", "not_collected"}
    flagged = {each["query"] for each in status.gather(settings)["to_look_at"]}
    assert flagged == {row["query"] for row in silent}
    shown = status.as_text(settings)
    assert all(f"facebook_graph {query}: sudden silence" in shown for query in flagged)


def test_empty_is_believed_only_after_the_last_page(watching: Watching) -> None:
    """Empty pages that say there is more are no answer; an empty last page is one."""
    account = next(each for each in watching.accounts("facebook") if each.items)
    quiet = {"since": NOW.date() + timedelta(days=40), "facebook": {"accounts": [account.number]}}
    later = NOW + timedelta(days=60)
    watching.services.clock(later)
    watching.services.faults("facebook", endless_pages="empty")
    watching.pull("facebook", now=later, watch=quiet)
    assert {row["reason"] for row in watching.ledger("facebook").values()} == {"outage"}
    watching.services.reset("facebook")
    watching.services.clock(later)
    watching.pull("facebook", now=later + timedelta(hours=4), watch=quiet)
    rows = watching.ledger("facebook")
    assert {row["reason"] for (_, day), row in rows.items() if day < max(day for _, day in rows)} == {"empty"}


def test_a_source_that_is_down_is_left_alone_by_later_runs_and_the_status_says_until_when(watching: Watching) -> None:
    moment = datetime.now(UTC)
    watching.services.faults("facebook", server_error=True)
    watching.pull("facebook", now=moment)
    asked = len(watching.services.requests("facebook"))
    assert asked >= BREAKS_AFTER
    shown = status.as_text(watching.settings())
    assert "facebook_graph does not answer and is left alone until" in shown
    done = watching.pull("facebook", now=moment + timedelta(minutes=30))
    assert len(watching.services.requests("facebook")) == asked, "not one request"
    assert done.failure is not None
    assert "is left alone until" in done.failure
    assert {row["reason"] for row in watching.ledger("facebook").values()} == {"outage"}
    watching.pull("facebook", now=moment + timedelta(hours=20))
    assert len(watching.services.requests("facebook")) == asked + 1, "one is let through"
    watching.services.reset("facebook")
    watching.services.clock(moment + timedelta(days=2))
    assert watching.pull("facebook", now=moment + timedelta(days=2)).failure is None
    assert "left alone" not in status.as_text(watching.settings())


def test_silences_are_shown_span_by_span(watching: Watching) -> None:
    flagged = {"keywords": [FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=40)]}
    collected_days.write_known(watching.home / "extract" / "ledger" / "tiktok_research.json", Known(flagged=flagged))
    found = [(each["first_day"], each["last_day"]) for each in status.gather(watching.settings())["to_look_at"]]
    assert found == [("2024-01-01", "2024-01-02"), ("2024-02-10", "2024-02-10")]
