"""The pages of the desk: who may see what, what a form may do, and that no page tells a code before both are done."""

import io
import re
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from flows import cli
from flows.desk import clock, people
from flows.desk.app import PAGES, desk
from flows.exits import UsageError
from flows.reviewing import log
from flows.settings import Settings
from tests.desk_fixture import HOST, HOSTILE, PASSWORD, Browser, Post, publish

pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    publish(tmp_path, [Post("1", "satu"), Post("2", "dua")])
    return Settings(home=tmp_path)


def test_two_people_code_and_go_on(settings: Settings) -> None:
    sri, budi = Browser(settings, "sri"), Browser(settings, "budi")
    assert "Menurut Anda kiriman ini apa?" in sri.page
    seen = sri.text
    sri.code("money_politics")
    assert sri.text != seen
    assert "Batalkan pilihan terakhir saya" in sri.page
    sri.code("none")
    assert "Tidak ada lagi yang menunggu Anda." in sri.page
    budi.code("none")
    assert log.verify(settings.home) > 5


@pytest.mark.parametrize(("day", "is_told"), [(12, True), (13, True), (14, False)])
def test_a_post_of_the_quiet_period_is_to_be_looked_at_before_the_vote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, day: int, is_told: bool
) -> None:
    publish(tmp_path, [Post("1", limit=date(2024, 2, 19), act_by=date(2024, 2, 13), phase="quiet")])
    moment = datetime(2024, 2, day, 3, tzinfo=UTC)
    monkeypatch.setattr("flows.desk.clock.now", lambda: moment)
    page = Browser(Settings(home=tmp_path), "sri").page
    assert "2024-02-19" in page
    assert ("sebelum pemungutan suara, paling lambat 2024-02-13" in page) == is_told


def test_the_tone_of_a_post_may_be_said_with_its_code(settings: Settings) -> None:
    sri = Browser(settings, "sri")
    assert re.findall(r'name="sentiment" value="(\w*)" data-key="(.)"', sri.page) == [
        ("negative", "-"),
        ("neutral", "="),
        ("positive", "+"),
    ]
    sri.send("/telaah", 400, **sri.form, code="none", sentiment="senang")
    sri.open("/telaah")
    sri.send("/telaah", **sri.form, code="none", sentiment="positive")
    sri.code("hoax")
    with log.reading(settings.home) as connection:
        said = [event.after["sentiment"] for event in log.events(connection, what=["coded"])]
    assert said == ["positive", ""]


def test_no_page_tells_a_code_before_both_are_done(settings: Settings) -> None:
    sri, budi, lina = Browser(settings, "sri"), Browser(settings, "budi"), Browser(settings, "lina", "lead")
    label = "Perusakan alat peraga"
    before = {path: budi.open(path).count(label) for path in ("/telaah", "/kemajuan")}
    sri.code("prop_damage")
    sri.code("prop_damage")  # the first one is settled now, and the other coder has said nothing
    assert {path: budi.open(path).count(label) for path in before} == before
    assert label not in lina.open("/catatan")
    assert label not in lina.open("/selisih")
    assert label not in lina.open("/kemajuan")


def test_disagreements_reach_a_third_person(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    people_there = [Browser(settings, "sri"), Browser(settings, "budi")]
    wati = Browser(settings, "wati", "adjudicator")
    for one, code in zip(people_there, ("hoax", "insult"), strict=True):
        one.open()
        one.code(code), one.code(code)
    later = clock.now() + timedelta(minutes=3)
    monkeypatch.setattr("flows.desk.clock.now", lambda: later)
    page = wati.open("/selisih")
    assert "Hoaks / disinformasi" in page and "Menunggu orang ketiga: <b>2</b>" in page
    form = {name: wati.hidden(name) for name in ("token", "request", "item")}
    assert "Tulis alasannya." in wati.send("/selisih", 409, **form, code="none", reason="")
    wati.send("/selisih", **form, code="none", reason="satire")
    assert "Menunggu orang ketiga: <b>1</b>" in wati.page
    assert "0 dari 2 sama (0\u00a0%)" in wati.open("/kemajuan")
    assert "baru 2 dari 30" in wati.page


def test_a_stale_page_is_told_and_shows_what_was_sent(settings: Settings) -> None:
    sri = Browser(settings, "sri")
    stale = sri.form
    sri.code("none")
    page = sri.send("/telaah", 409, **{**stale, "request": "anotherone"}, code="hoax", note="penting")
    assert "Anda sudah menelaah butir ini" in page
    assert "penting" in page and "Hoaks / disinformasi" in page


def test_a_repeated_form_counts_once(settings: Settings) -> None:
    sri = Browser(settings, "sri")
    form = sri.form
    for _ in range(2):
        sri.send("/telaah", **form, code="none")
    assert "Sudah Anda telaah: <b>1</b>" in sri.page


def test_the_address_is_shown_after_the_look_is_logged(settings: Settings) -> None:
    sri, lina = Browser(settings, "sri"), Browser(settings, "lina", "lead")
    assert "tiktok.com" not in sri.page
    assert "https://www.tiktok.com/@_/video/" in sri.send("/buka", **sri.form)
    assert "membuka kiriman asli" in lina.open("/catatan")


def test_every_page_asks_who_it_is(settings: Settings) -> None:
    stranger = TestClient(desk(settings), base_url=HOST, headers={"origin": HOST})
    for path in ("/", "/selisih", "/kemajuan", "/catatan"):
        answer = stranger.get(path)
        assert answer.status_code == 401 and 'name="password"' in answer.text
    assert stranger.get("/tidak-ada").status_code == 404


def posts_of(app: object) -> list[str]:
    """Every address that takes a form."""
    while not hasattr(app, "routes"):
        app = app._app  # type: ignore[attr-defined]
    return [each.path for each in app.routes if isinstance(each, Route) and "POST" in (each.methods or ())]


def test_every_form_refuses_a_missing_token_and_a_foreign_origin(settings: Settings) -> None:
    sri = Browser(settings, "sri")
    paths = posts_of(desk(settings))
    assert len(paths) > 6
    before = log.verify(settings.home)
    for path in paths:
        fields = {**sri.form, "code": "none", "reason": "heavy"}
        assert sri.client.post(path, data=fields, headers={"origin": "http://evil.example"}).status_code == 403
        if path not in {"/masuk", "/saring"}:
            assert sri.client.post(path, data={**fields, "token": ""}).status_code == 403
            assert sri.client.post(path, data={**fields, "token": "x"}).status_code == 403
    answer = sri.client.post("/masuk", data={"name": "sri", "password": PASSWORD}, headers={"host": "evil.example"})
    assert answer.status_code == 421
    del sri.client.headers["origin"]
    assert sri.client.post("/masuk", data={"name": "sri", "password": PASSWORD}).status_code == 403
    assert log.verify(settings.home) == before


def test_roles_see_their_own_pages(settings: Settings) -> None:
    sri, wati, coach = (
        Browser(settings, "sri"),
        Browser(settings, "wati", "adjudicator"),
        Browser(settings, "ani", "coach"),
    )
    assert [sri.client.get(path).status_code for path in ("/selisih", "/catatan")] == [403, 403]
    assert [wati.client.get(path).status_code for path in ("/selisih", "/catatan")] == [200, 403]
    assert [coach.client.get(path).status_code for path in ("/selisih", "/catatan", "/kemajuan")] == [403, 403, 200]
    token = wati.open("/kemajuan") and wati.hidden("token")
    assert wati.client.post("/telaah", data={"token": token, "item": sri.form["item"]}).status_code == 403


def test_whoever_sees_a_flag_is_no_blind_coder(settings: Settings) -> None:
    sri, lina = Browser(settings, "sri"), Browser(settings, "lina", "lead")
    for role in people.ROLES:
        may_open = {each.path for module in PAGES for each in module.ROUTES if role in each.roles}
        assert not {"/telaah", "/jelajah"} <= may_open, role
        assert {"/telaah", "/jelajah"} & may_open, role
    before = log.verify(settings.home)
    token = lina.open("/bagi") and lina.hidden("token")
    assert "/telaah" not in lina.page
    item = {"token": token, "request": "a" * 16, "item": sri.form["item"]}
    refused = {"/telaah": {"code": "none"}, "/lewati": {"reason": "heavy"}, "/batal": {}, "/buka": {}}
    for path, more in refused.items():
        assert "kedua penelaah menilai tanpa mengetahuinya" in lina.send(path, 403, **item, **more)
    assert lina.client.get("/telaah").status_code == 403
    assert log.verify(settings.home) == before
    assert "bukan penelaah" in lina.send("/bagi", 409, **item, **{"person": "lina", "butir-1": "tiktok/1"})


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_inert(settings: Settings, text: str) -> None:
    publish(settings.home, [Post("1", text)])
    sri = Browser(settings, "sri")
    page = re.sub(r"<script src=\"/static/desk.js\" defer></script>", "", sri.page)
    assert "<script" not in page and "<img" not in page and "evil.example>" not in page
    page = sri.send("/telaah", 409, **{**sri.form, "item": text}, code="none", note=text)
    assert text not in page or not {"<", ">", '"', "'"} & set(text)


def test_answers_forbid_what_pages_do_not_need(settings: Settings) -> None:
    client = TestClient(desk(settings), base_url=HOST)
    for path in ("/masuk", "/static/desk.js", "/tidak-ada"):
        headers = client.get(path).headers
        assert "script-src 'self'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-frame-options"] == "DENY"
    sri = Browser(settings, "sri")
    cookie = sri.client.post("/masuk", data={"name": "sri", "password": PASSWORD}, follow_redirects=False).headers
    assert {"HttpOnly", "SameSite=strict"} <= {part.strip() for part in cookie["set-cookie"].split(";")}


def test_who_fails_too_often_waits_and_so_does_who_is_nobody(settings: Settings) -> None:
    client = TestClient(desk(settings), base_url=HOST, headers={"origin": HOST})
    people.add(settings.home, "sri", "coder", PASSWORD)
    for name in ("sri", "nobody"):
        codes = [client.post("/masuk", data={"name": name, "password": "salah"}).status_code for _ in range(6)]
        assert codes == [403] * 5 + [429]
    assert client.post("/masuk", data={"name": "sri", "password": PASSWORD}).status_code == 429


def test_a_session_ends_when_it_is_not_used_or_the_account_closes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sri, budi = Browser(settings, "sri"), Browser(settings, "budi")
    people.close(settings.home, "budi")
    assert budi.client.get("/").status_code == 401
    real = time.time
    monkeypatch.setattr("flows.desk.people.time.time", lambda: real() + people.IDLE_SECONDS + 5)
    answer = sri.client.post("/telaah", data={**sri.form, "code": "none"})
    assert answer.status_code == 401 and "disimpan sebagai konsep" in answer.text


def test_what_was_sent_from_a_lost_session_waits_for_its_person(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    sri, budi = Browser(settings, "sri"), Browser(settings, "budi")
    form, real = sri.form, time.time
    monkeypatch.setattr("flows.desk.people.time.time", lambda: real() + people.IDLE_SECONDS + 5)
    answer = sri.client.post("/telaah", data={**form, "code": "none", "note": "satire <b>"})
    assert answer.status_code == 401 and "disimpan sebagai konsep" in answer.text
    assert "disimpan" not in sri.client.post("/telaah", data={**form, "token": "x", "code": "hoax"}).text
    budi.send("/masuk", name="budi", password=PASSWORD)
    assert "satire" not in budi.page and 'action="/lanjut"' not in budi.page
    page = sri.send("/masuk", name="sri", password=PASSWORD)
    assert "satire &lt;b&gt;" in page and "Tidak ada yang perlu ditindaklanjuti" in page
    sri.send("/telaah", **{**sri.form, **{name: sri.hidden(name) for name in ("request", "note", "code")}})
    assert "Sudah Anda telaah: <b>1</b>" in sri.page
    assert "Lanjutkan konsep" not in sri.open("/lanjut")  # it was taken, and is no draft any more


def test_a_draft_is_thrown_away_when_its_person_wants_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sri, real = Browser(settings, "sri"), time.time
    monkeypatch.setattr("flows.desk.people.time.time", lambda: real() + people.IDLE_SECONDS + 5)
    sri.client.post("/telaah", data={**sri.form, "code": "none"})
    sri.send("/masuk", name="sri", password=PASSWORD)
    sri.send("/lanjut", token=sri.hidden("token"))
    assert "Lanjutkan konsep" not in sri.open("/lanjut")


def test_log_out_ends_the_session_in_the_store(settings: Settings) -> None:
    sri = Browser(settings, "sri")
    cookie = sri.client.cookies["ronda_desk"]
    sri.send("/keluar", token=sri.hidden("token"))
    assert people.session_of(settings.home, cookie) is None


@pytest.mark.parametrize(
    ("name", "role", "password", "told"),
    [
        ("Sri Rahayu", "coder", PASSWORD, "cannot be a name"),
        ("sri", "boss", PASSWORD, "no role"),
        ("sri", "coder", "pendek", "6 characters"),
    ],
)
def test_accounts_that_cannot_be_are_refused(tmp_path: Path, name: str, role: str, password: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        people.add(tmp_path, name, role, password)


def test_a_name_is_used_once(tmp_path: Path) -> None:
    people.add(tmp_path, "sri", "coder", PASSWORD)
    people.close(tmp_path, "sri")
    with pytest.raises(UsageError, match="was an account"):
        people.add(tmp_path, "sri", "lead", PASSWORD)
    assert not any(PASSWORD.encode() in path.read_bytes() for path in tmp_path.iterdir())


def test_a_lost_password_is_renewed_by_a_verb_and_its_sessions_end(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sri = Browser(settings, "sri")
    monkeypatch.setenv("RONDA_HOME", str(settings.home))
    monkeypatch.setattr("sys.stdin", io.StringIO("sandi yang lain sekali\n"))
    assert cli.main(["desk", "user", "renew", "sri"]) == 0
    assert "sri has another password" in capsys.readouterr().out
    assert sri.client.get("/telaah").status_code == 401
    assert people.log_in(settings.home, "sri", PASSWORD) is None
    assert people.log_in(settings.home, "sri", "sandi yang lain sekali") is not None
    monkeypatch.setattr("sys.stdin", io.StringIO("pendek\n"))
    assert cli.main(["desk", "user", "renew", "sri"]) == 2
    monkeypatch.setattr("sys.stdin", io.StringIO("sandi yang lain sekali\n"))
    assert cli.main(["desk", "user", "renew", "budi"]) == 2
    assert "no open account budi" in capsys.readouterr().err


def test_forms_that_are_too_long_or_no_text_are_refused(settings: Settings) -> None:
    sri = Browser(settings, "sri")
    assert sri.client.post("/telaah", content=b"note=" + b"x" * 20_000).status_code == 400
    assert sri.client.post("/telaah", content=b"note=%ff").status_code == 400


def test_english_by_option(settings: Settings) -> None:
    sri = Browser(settings, "sri")
    assert "What is this post?" in sri.open("/?lang=en")
    assert "What is this post?" in sri.open("/")


def test_a_damaged_log_is_said_in_a_sentence(settings: Settings) -> None:
    sri = Browser(settings, "sri")
    form = sri.form
    for path in settings.home.glob("desk.sqlite*"):
        path.write_bytes(b"not a database" * 300)
    assert "belum tersimpan" in sri.send("/telaah", 503, **form, code="none")
