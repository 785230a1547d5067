"""What two people say at the desk comes into the tables at the next build, and nothing of it before both are done."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.desk import clock
from flows.desk.casework import Casework, Doing
from flows.desk.queue import Desk
from flows.loading import desk as door
from flows.settings import Settings
from flows.store import warehouse
from tests.desk_fixture import Post, publish

ZONE = ZoneInfo("Asia/Jakarta")


def rows(home: Path, moment: datetime) -> list[tuple[object, ...]]:
    """The reviews of the desk as a run at a moment takes them."""
    connection = warehouse.connect()
    for _ in range(2):  # a second run replaces what the first took
        door.load_reviews(connection, Settings(home=home), moment)
    taken = "SELECT post_id, coder, stage, code, day FROM base.reviews ORDER BY ALL"
    return connection.execute(taken).fetchall()


def test_locked_codings_become_reviews_of_every_copy(tmp_path: Path) -> None:
    publish(tmp_path, [Post("1", group="g"), Post("2", group="g")])
    desk = Desk(tmp_path)
    waiting, _ = desk.open("sri", clock.now().date())
    assert waiting is not None
    now = clock.now()
    desk.code("sri", waiting.item, "hoax", "catatan", "s:1")
    assert rows(tmp_path, now + timedelta(hours=1)) == []  # the second coder has not spoken yet
    desk.code("budi", waiting.item, "none", "", "b:1")
    assert rows(tmp_path, now) == []  # and may still take it back
    later = now + timedelta(hours=1)
    day = now.astimezone(ZONE).date()
    assert rows(tmp_path, later) == [
        (post_id, coder, "reviewed", code, day)
        for post_id in ("1", "2")
        for coder, code in (("budi", "none"), ("sri", "hoax"))
    ]


def test_the_sentiment_comes_with_the_code_and_without_one_nothing_is_said(tmp_path: Path) -> None:
    publish(tmp_path, [Post("1")])
    desk = Desk(tmp_path)
    waiting, _ = desk.open("sri", clock.now().date())
    assert waiting is not None
    now = clock.now()
    desk.code("sri", waiting.item, "hoax", "", "s:1", "negative")
    desk.code("budi", waiting.item, "none", "", "b:1")
    connection = warehouse.connect()
    door.load_reviews(connection, Settings(home=tmp_path), now + timedelta(hours=1))
    said = connection.execute("SELECT coder, code, sentiment FROM base.reviews ORDER BY ALL").fetchall()
    assert said == [("budi", "none", None), ("sri", "hoax", "negative")]


def test_a_case_is_told_of_every_post_and_as_one_case(tmp_path: Path) -> None:
    publish(
        tmp_path,
        [
            Post("1", group="g", outcome="indicated", code="hoax"),
            Post("2", group="g", outcome="indicated", code="hoax"),
        ],
    )
    settings = Settings(home=tmp_path)
    work = Casework(Desk(tmp_path), settings)
    work.open("lina", work.candidates()[0].name, "bawaslu", "lina:request-1")
    today = clock.now().astimezone(ZONE).date()

    def do(what: str, **facts: str) -> None:
        number = work.case(1).version
        work.act(Doing("lina", 1, number, f"lina:request-{number + 1}", "x"), what, facts)

    def case() -> tuple[object, ...]:
        connection = warehouse.connect()
        door.load_reviews(connection, settings, clock.now())
        return connection.execute(
            "SELECT stage, outcome, ended, posts, referred_day, due_clock FROM base.cases"
        ).fetchall()[0]

    assert rows(tmp_path, clock.now()) == []
    assert case() == ("opened", None, None, 2, None, "hand_over")
    do("case_referred", letter="1/2024", day="2024-02-05")
    assert [row[2] for row in rows(tmp_path, clock.now())] == ["referred", "referred"]
    assert case() == ("referred", None, None, 2, date(2024, 2, 5), "answer")
    do("case_closed", reason="no_answer")
    assert {row[2] for row in rows(tmp_path, clock.now())} == {"referred", "undecided"}
    do("case_reopened")
    for outcome in ("pending", "not_violation", "violation"):
        do("case_decided", outcome=outcome, day=today.isoformat())
        assert {row[2] for row in rows(tmp_path, clock.now())} == {"referred", outcome}
    assert case() == ("decided", "violation", None, 2, date(2024, 2, 5), None)


def test_a_case_opened_by_mistake_is_none(tmp_path: Path) -> None:
    publish(tmp_path, [Post("1", outcome="indicated", code="hoax")])
    work = Casework(Desk(tmp_path), Settings(home=tmp_path))
    work.open("lina", work.candidates()[0].name, "bawaslu", "lina:request-1")
    work.close(Doing("lina", 1, work.case(1).version, "lina:request-2", "x"), "mistake")
    connection = warehouse.connect()
    assert door.load_reviews(connection, Settings(home=tmp_path), clock.now()) == 0
    assert connection.execute("SELECT count(*) FROM base.cases").fetchall() == [(0,)]


def test_a_home_without_a_desk_has_no_reviews_of_it(tmp_path: Path) -> None:
    assert rows(tmp_path, datetime.now(UTC)) == []
