"""What two people say at the desk comes into the tables at the next build, and nothing of it before both are done."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from flows.desk import clock
from flows.desk.queue import Desk
from flows.loading import desk as door
from flows.store import warehouse
from tests.desk_fixture import Post, publish

ZONE = ZoneInfo("Asia/Jakarta")


def rows(home: Path, moment: datetime) -> list[tuple[object, ...]]:
    """The reviews of the desk as a run at a moment takes them."""
    connection = warehouse.connect()
    for _ in range(2):  # a second run replaces what the first took
        door.load_reviews(connection, home, ZONE, moment)
    taken = "SELECT post_id, coder, stage, code, day FROM base.reviews ORDER BY ALL"
    return connection.execute(taken).fetchall()


def test_locked_codings_become_reviews_of_every_copy(tmp_path: Path) -> None:
    publish(tmp_path, [Post("1", group="g"), Post("2", group="g")])
    desk = Desk(tmp_path)
    waiting, _ = desk.open("sri")
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


def test_a_home_without_a_desk_has_no_reviews_of_it(tmp_path: Path) -> None:
    assert rows(tmp_path, datetime.now(UTC)) == []
