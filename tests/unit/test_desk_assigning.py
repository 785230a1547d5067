"""A lead gives items to coders: they come first there, a place is kept for some days, and nothing tells a flag."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows.desk import clock
from flows.desk.queue import Desk, RefusedError
from flows.reviewing import coding, log
from flows.settings import Settings
from tests.desk_fixture import Browser, Post, publish

pytestmark = pytest.mark.usefixtures("quick_passwords")
START = datetime(2024, 2, 5, 3, tzinfo=UTC)
SOON, LATE = date(2024, 2, 6), date(2024, 2, 12)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The moment, which only a test moves."""
    moments = [START]
    monkeypatch.setattr("flows.desk.clock.now", lambda: moments[-1])
    return moments


def next_of(desk: Desk, coder: str) -> str:
    waiting, _ = desk.open(coder, clock.now().date())
    return waiting.name if waiting is not None else ""


def desk_of(home: Path) -> Desk:
    publish(home, [Post("1", limit=SOON), Post("2", limit=LATE), Post("3", limit=LATE)])
    return Desk(home)


def test_what_is_given_comes_first_and_a_place_is_kept(tmp_path: Path, now: list[datetime]) -> None:
    desk = desk_of(tmp_path)
    desk.assign("lina", {"tiktok/3"}, "sri", "lina:1")
    desk.assign("lina", {"tiktok/3"}, "sri", "lina:1")  # sent twice
    assert next_of(desk, "sri") == "tiktok/3"
    item = next(one.item for one in desk.waiting() if one.name == "tiktok/3")
    desk.code("budi", item, "none", "", "budi:1")
    with pytest.raises(RefusedError, match="refused_third"):
        desk.code("tono", item, "none", "", "tono:1")  # the other place is for sri
    assert {next_of(desk, "tono") for _ in range(2)} == {"tiktok/1"}
    desk.code("sri", item, "hoax", "", "sri:1")
    assert desk.state().kept_for(item, now[-1]) == ""
    assert [event.what for event in desk.events()] == ["assigned", "coded", "coded"]


def test_a_place_is_kept_for_some_days_or_until_it_is_handed_on_or_taken_back(
    tmp_path: Path, now: list[datetime]
) -> None:
    desk = desk_of(tmp_path)
    desk.assign("lina", {"tiktok/1", "tiktok/2", "tiktok/3"}, "sri", "lina:1")
    items = {one.name: one.item for one in desk.waiting()}
    assert {desk.state().kept_for(item, now[-1]) for item in items.values()} == {"sri"}
    desk.skip("sri", items["tiktok/1"], "heavy", "sri:1")
    desk.assign("lina", {"tiktok/2"}, "", "lina:2")
    assert [desk.state().kept_for(items[f"tiktok/{number}"], now[-1]) for number in (1, 2, 3)] == ["", "", "sri"]
    desk.assign("lina", {"tiktok/1"}, "sri", "lina:3")  # although it was handed on
    assert next_of(desk, "sri") == "tiktok/1"
    now.append(START + timedelta(seconds=coding.ASSIGNED_SECONDS))
    assert {desk.state().kept_for(item, now[-1]) for item in items.values()} == {""}
    assert Desk(tmp_path).state() == desk.state()


def test_what_needs_no_coding_is_not_given_and_nothing_of_the_rest(tmp_path: Path, now: list[datetime]) -> None:
    desk = desk_of(tmp_path)
    for name in ("sri", "budi"):
        assert next_of(desk, name) == "tiktok/1"
        item = next(one.item for one in desk.waiting() if one.name == "tiktok/1")
        desk.code(name, item, "none", "", f"{name}:1")
    for names, coder in (({"tiktok/1", "tiktok/2"}, "tono"), ({"tiktok/9"}, "tono"), (set[str](), "tono")):
        with pytest.raises(RefusedError, match="refused_assigned"):
            desk.assign("lina", names, coder, f"lina:{len(names)}{coder}")
    assert next_of(desk, "sri") != "tiktok/1"
    mine = next(one for one in desk.waiting() if one.item and one.name != "tiktok/1")
    desk.code("sri", mine.item, "none", "", "sri:2")
    with pytest.raises(RefusedError, match="refused_assigned"):
        desk.assign("lina", {mine.name}, "sri", "lina:9")  # has coded it
    assert not any(event.what == "assigned" for event in desk.events())


def test_the_pages_of_giving_and_getting_tell_no_flag(tmp_path: Path) -> None:
    posts = [Post("1", "satu"), Post("2", "dua"), Post("3", "tiga", outcome="one_coder", code="hoax")]
    publish(tmp_path, posts)
    settings = Settings(home=tmp_path)
    lina = Browser(settings, "lina", "lead")
    assert "baru ada 0 akun penelaah" in lina.open("/bagi")
    sri = Browser(settings, "sri")
    page = lina.open("/bagi")
    assert re.findall(r'name="butir-\d+" value="([^"]+)"', page) == ["tiktok/1", "tiktok/2", "tiktok/3"]
    assert "Hoaks" not in page
    assert re.findall(r'value="(tiktok/\d)"', lina.open("/bagi?q=DUA")) == ["tiktok/2"]
    form = {name: lina.hidden(name) for name in ("token", "request")}
    told = {"person": "sri", "butir-1": "tiktok/2"}
    assert "Belum ada yang dicentang" in lina.send("/bagi", 409, **form, person="sri")
    assert "bukan penelaah" in lina.send("/bagi", 409, **form, **{**told, "person": "lain"})
    assert "<td>sri</td>" in lina.send("/bagi", **form, **told)
    sri.code("none")  # what was open already
    assert sri.text == "dua" and "Ketua memberikan kiriman ini" in sri.page
    assert "Khusus untuk Anda: <b>1</b>" in sri.page
    assert "detected" not in sri.page and "terdeteksi" not in sri.page.split("<fieldset>")[0]
    sri.code("none")
    assert sri.text == "tiga" and "Ketua memberikan" not in sri.page
    assert sri.client.get("/bagi").status_code == 403
    assert "memberikan butir kepada sri" in lina.open("/catatan")
    assert log.verify(tmp_path) > 4
