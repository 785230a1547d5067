"""The desk of the demo: made-up people have worked at it, with the errors that are known of them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from flows.desk import clock, people, rehearsal
from flows.desk.queue import Desk
from flows.exits import UsageError
from flows.reviewing import clocks, log, papers, register
from flows.settings import Settings
from flows.simulation.coders import CODERS, NONE, THIRD, Coder
from tests.desk_fixture import Post, publish

pytestmark = pytest.mark.usefixtures("quick_passwords")

NOW = datetime(2024, 2, 19, 1, tzinfo=UTC)
CODES = ["none", "hoax", "insult", "threat"]
POSTS = 120


@pytest.fixture(autouse=True)
def real_clock() -> Iterator[None]:
    """The clock is set back."""
    yield
    clock.set_to(datetime.now(UTC))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with posts of an old, the last and the next week, every third of them a hoax."""
    limits = [date(2024, 1, 8), date(2024, 2, 12), date(2024, 2, 25)]
    publish(tmp_path, [Post(f"p{number}", limit=limits[number % 3]) for number in range(POSTS)])
    truth = tmp_path / "season" / "truth"
    truth.mkdir(parents=True)
    codes = [["call_to_vote", "hoax"] if number // 3 % 3 == 0 else ["call_to_vote"] for number in range(POSTS)]
    frame = {"platform": ["tiktok"] * POSTS, "post_id": [f"p{number}" for number in range(POSTS)]}
    authors = [f"Warga.{number}" for number in range(POSTS)]
    pl.DataFrame(frame | {"indications": codes, "author": authors}).write_parquet(truth / "posts.parquet")
    return Settings(home=tmp_path)


def play(settings: Settings) -> Desk:
    rehearsal.play(settings, settings.home / "season", NOW)
    return Desk(settings.home)


def test_coders_err_as_often_as_is_known() -> None:
    posts = [str(number) for number in range(4000)]
    for coder in (*CODERS, THIRD):
        missed = sum(coder.say(post, "hoax", CODES) != "hoax" for post in posts) / len(posts)
        imagined = sum(coder.say(post, NONE, CODES) != NONE for post in posts) / len(posts)
        assert abs(missed - coder.missed) < 0.02 and abs(imagined - coder.imagined) < 0.005
    assert [CODERS[0].say(post, "hoax", CODES) for post in posts] == [
        Coder("simulasi-a", 0.08, 0.0).say(post, "hoax", CODES) for post in posts
    ]


def test_work_was_done_and_some_is_left(settings: Settings) -> None:
    desk = play(settings)
    state, waiting = desk.state(), desk.waiting()
    done = {one.name: len(state.of(one.item).codings) for one in waiting}
    old = [count for one in waiting if one.limit == date(2024, 1, 8) for count in [done[one.name]]]
    assert set(old) == {2}, "what is long past is done"
    assert {done[one.name] for one in waiting if one.limit == date(2024, 2, 12)} == {0, 1, 2}
    assert {done[one.name] for one in waiting if one.limit == date(2024, 2, 25)} == {0}
    said = [desk.state().codes(item, clock.now()) for item in state.items]
    right = sum("hoax" in set(codes.values()) for codes in said)
    assert 15 < right < 30
    assert log.verify(settings.home) > 100
    moments = [event.moment for event in events(settings) if event.what in {"coded", "decided"}]
    assert max(moments) < NOW and min(moments) > datetime(2024, 1, 1, tzinfo=UTC)


def events(settings: Settings) -> list[log.Event]:
    with log.reading(settings.home) as connection:
        return log.events(connection)


def test_disagreements_were_decided_but_for_some(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    careless = (Coder("simulasi-a", 0.5, 0.3), Coder("simulasi-b", 0.5, 0.3))
    monkeypatch.setattr(rehearsal, "CODERS", careless)
    desk = play(settings)
    decided = [item for item in desk.state().items.values() if item.decision is not None]
    open_ones = desk.disputed("tamu")
    assert len(decided) > len(open_ones) > 3
    assert all(item.decision.coder == THIRD.name and item.reason for item in decided if item.decision is not None)


def test_cases_stand_in_every_state_and_the_register_has_rows(settings: Settings) -> None:
    limits = [NOW.date() + timedelta(days=5 - days) for days in range(90)]
    publish(settings.home, [Post(f"p{number}", limit=limits[number % 90]) for number in range(POSTS)])
    codes = [["hoax"], ["insult"], ["money_politics"]]
    facts = pl.read_parquet(settings.home / "season" / "truth" / "posts.parquet")
    said = pl.Series("indications", [codes[number % 3] for number in range(POSTS)])
    facts.with_columns(said).write_parquet(settings.home / "season" / "truth" / "posts.parquet")
    desk = play(settings)
    cases = list(desk.cases().by_number.values())
    assert {case.stage for case in cases} == {"opened", "referred", "answered", "decided", "closed"}
    assert {case.outcome for case in cases} == {"", "pending", "violation", "not_violation"}
    assert {case.ended for case in cases if case.ended} == {"mistake", "no_answer", "not_referred", "done"}
    assert all(step.moment <= clock.now() for case in cases for step in case.steps)
    due = [each.clock for case in cases for each in clocks.read_rules(settings.seeds).due(case)]
    assert {"hand_over", "answer", "follow_up", "follow_up_longest"} <= set(due)
    assert papers.damaged(settings.home) == []
    of_honour = [case for case in cases if case.receiver == "person_concerned"]
    assert [(case.code, case.stage) for case in of_honour] == [("insult", "referred")]
    with log.reading(settings.home) as connection:
        accounts, talks = register.read(connection), register.talks(connection)
    assert {each.kind for each in accounts} == {"office", "contestant"}
    assert {each.account for each in accounts} <= {f"warga.{number}" for number in range(POSTS)}
    found = register.findings(accounts, settings.election, settings.seeds, NOW.date())
    assert {each.told for each in found} <= {"register_late", "register_open"}
    assert talks
    given = [one.name for one in desk.waiting() if desk.state().kept_for(one.item, clock.now()) == "penelaah"]
    assert len(given) == rehearsal._GIVEN
    assert "penelaah" in rehearsal.GUESTS


def test_it_is_played_once_and_nobody_logs_in_as_who_is_made_up(settings: Settings) -> None:
    play(settings)
    before = len(events(settings))
    play(settings)
    assert len(events(settings)) == before
    with log.reading(settings.home) as connection:
        known = people.everybody(connection)
    assert {name: is_open for name, (_, is_open) in known.items()} == dict.fromkeys(
        ("simulasi-a", "simulasi-b", "simulasi-c", "simulasi-d"), False
    )


def test_guests_have_a_new_password_each_time(settings: Settings) -> None:
    first, second = rehearsal.open_guests(settings.home), rehearsal.open_guests(settings.home)
    assert first.keys() == second.keys() == rehearsal.GUESTS.keys()
    assert not set(first.values()) & set(second.values())
    assert people.log_in(settings.home, "ketua", first["ketua"]) is None
    assert people.log_in(settings.home, "ketua", second["ketua"]) is not None
    with pytest.raises(UsageError, match="no open account"):
        people.renew(settings.home, "nobody", "kata sandi untuk uji")


def test_the_clock_goes_on_from_the_season() -> None:
    clock.set_to(NOW)
    assert timedelta(0) <= clock.now() - NOW < timedelta(seconds=5)
