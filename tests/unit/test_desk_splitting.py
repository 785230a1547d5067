"""A near-duplicate that was joined by mistake is split off: a reason, an event, an item of its own that waits anew."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.desk import clock
from flows.desk.queue import Desk, RefusedError
from flows.reviewing import log
from flows.settings import Settings
from tests.desk_fixture import Browser, Post, publish

pytestmark = pytest.mark.usefixtures("quick_passwords")
START = datetime(2024, 2, 5, 3, tzinfo=UTC)
COPIES = [
    Post("1", "Pak Lurah bagi sembako", group="g"),
    Post("2", "Pak Lurah bagi sembako", group="g"),
    Post("3", "Pak Lurah TIDAK bagi sembako", group="g"),
]
DENIAL = ("tiktok", "3")


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment, which only a test moves."""
    moments = [START]
    monkeypatch.setattr("flows.desk.clock.now", lambda: moments[-1])
    return moments


def coded(home: Path, now: list[datetime]) -> tuple[Desk, str]:
    """A desk at which two coders agreed on the joined item, and that item."""
    publish(home, COPIES)
    desk = Desk(home)
    item = ""
    for coder in ("sri", "budi"):
        waiting, _ = desk.open(coder, clock.now().date())
        assert waiting is not None
        item = waiting.item
        desk.code(coder, item, "money_politics", "", f"{coder}:1")
    now.append(now[-1] + timedelta(minutes=5))
    return desk, item


def test_what_is_split_off_waits_anew_with_its_own_text(tmp_path: Path, now: list[datetime]) -> None:
    desk, item = coded(tmp_path, now)
    desk.split("lina", item, DENIAL, "meaning", "lina:1")
    desk.split("lina", item, DENIAL, "meaning", "lina:1")  # sent twice
    assert desk.state().number == 3
    kept, split = sorted(desk.waiting(), key=lambda one: one.name)
    assert (kept.item, [key[1] for key in kept.posts]) == (item, ["1", "2"])
    assert (split.posts, split.text) == ((DENIAL,), "Pak Lurah TIDAK bagi sembako")
    assert desk.state().codes(item, now[-1]).keys() == {"sri", "budi"} and desk.state().of(split.item).codings == {}
    waiting, _ = desk.open("sri", clock.now().date())
    assert waiting is not None and waiting.item == split.item
    event = desk.events()[-1]
    assert (event.what, event.subject, event.after) == ("split", item, {"item": split.item, "reason": "meaning"})
    assert "TIDAK" not in str(event) and "tiktok" not in str(event)
    publish(tmp_path, [*COPIES, Post("4", "Pak Lurah bagi sembako", group="g")])
    assert sorted(len(one.posts) for one in desk.waiting()) == [1, 1, 2]  # what comes later joins neither
    anew = Desk(tmp_path)
    assert anew.state() == desk.state() and anew.waiting() == desk.waiting()


def test_the_last_post_stays_and_so_does_one_of_a_case_that_was_handed_over(
    tmp_path: Path, now: list[datetime]
) -> None:
    desk, item = coded(tmp_path, now)
    for post in (("tiktok", "9"), ("tiktok", "")):
        with pytest.raises(RefusedError, match="refused_split"):
            desk.split("lina", item, post, "text", f"lina:{post[1]}")
    desk.split("lina", item, ("tiktok", "2"), "text", "lina:1")
    desk.split("lina", item, DENIAL, "text", "lina:2")
    with pytest.raises(RefusedError, match="refused_split"):
        desk.split("lina", item, ("tiktok", "1"), "text", "lina:3")


def test_a_coder_splits_what_is_open_and_is_told_no_code(tmp_path: Path) -> None:
    publish(tmp_path, COPIES)
    settings = Settings(home=tmp_path)
    sri, budi, lina = Browser(settings, "sri"), Browser(settings, "budi"), Browser(settings, "lina", "lead")
    assert "Lihat 1 kiriman lain yang teksnya tidak persis sama" in sri.page and "TIDAK" in sri.page
    form = sri.form_to("/pisah")
    assert form["post"] == "tiktok/3"
    assert "tidak dapat dibaca" in sri.send("/pisah", 400, **form, reason="lain")
    page = sri.send("/pisah", **form, reason="meaning")
    assert "Lihat 1 kiriman lain" not in page and "Kiriman yang sama: 2." in page
    other = {**budi.form_to("/telaah"), "post": "tiktok/2", "reason": "text"}
    assert "tidak dikenal" in budi.send("/pisah", 409, **{**other, "item": "0" * 16})
    assert "memisahkan satu kiriman" in lina.open("/catatan")
    assert log.verify(tmp_path) > 4


def test_a_post_leaves_a_case_until_it_is_handed_over(tmp_path: Path, now: list[datetime]) -> None:
    coded(tmp_path, now)
    settings = Settings(home=tmp_path)
    lina = Browser(settings, "lina", "lead")
    lina.open("/berkas")
    lina.send("/berkas/buka", **lina.form_to("/berkas/buka"), where="bawaslu")
    assert lina.page.count('action="/pisah"') == 2
    first = lina.form_to("/pisah")
    page = lina.send("/pisah", **{**first, "post": "tiktok/3"}, reason="meaning")
    assert "(2)</h2>" in page and "TIDAK" not in page
    lina.send("/berkas/teruskan", **lina.form_to("/berkas/teruskan"), letter="1/2024", day="2024-02-05", story="x")
    assert 'action="/pisah"' not in lina.page
    told = lina.send("/pisah", 409, **{**first, "request": "b" * 16, "post": "tiktok/2"}, reason="text")
    assert "sudah diteruskan" in told
