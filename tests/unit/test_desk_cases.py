"""Cases: from an agreed code to a decision, each step by one form, each once, each provable."""

import csv
import hashlib
import io
import re
import signal
import sqlite3
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from flows.desk import casework, clock
from flows.desk.casework import Casework, Doing
from flows.desk.queue import Desk, RefusedError
from flows.exits import LedgerDamagedError
from flows.forgetting import desk as forgetting
from flows.forgetting import holds
from flows.reviewing import cases, clocks, log, papers
from flows.settings import Settings
from flows.store import chain
from tests.conftest import REPOSITORY
from tests.desk_fixture import HOSTILE, Browser, Post, publish

pytestmark = pytest.mark.usefixtures("quick_passwords")

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
MONEY = [
    Post("7331013377777778601", "Coblos nomor 3, sembako <script>x</script> di balai desa", group="a"),
    Post("7331013377777778602", "Coblos nomor 3 sembako di balai desa", group="a"),
]
HONOUR = Post("7331013377777778603", "Calon itu maling")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home in which two coders agree that two posts are money politics and one touches somebody's honour."""
    home = tmp_path / "home"
    publish(home, [*MONEY, HONOUR])
    desk = Desk(home)
    start = datetime(2024, 2, 5, 3, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: start)
    for coder in ("sri", "budi"):
        for number in range(2):
            post, _ = desk.open(coder, clock.now().date())
            assert post is not None
            code = "insult" if post.posts[0][1] == HONOUR.post_id else "money_politics"
            desk.code(coder, post.item, code, "", f"{coder}:request-{number}")
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(minutes=5))
    return Settings(home=home)


def lead(settings: Settings, name: str = "lina") -> Browser:
    return Browser(settings, name, "lead")


def opened(browser: Browser) -> Browser:
    """The case of money politics, opened from the list."""
    page = browser.open("/berkas")
    start = page.index("Politik uang", page.index('id="menunggu"'))
    browser.page = page[start:]
    browser.send("/berkas/buka", **browser.form_to("/berkas/buka"), where="bawaslu")
    return browser


def step(browser: Browser, action: str, status: int = 200, **fields: str) -> str:
    return browser.send(f"/berkas/{action}", status, **browser.form_to(f"/berkas/{action}"), **fields)


def referred(browser: Browser) -> Browser:
    opened(browser)
    step(browser, "teruskan", letter="300/12/KOMINFO/2024", day="2024-02-05", story="Dibagikan di tiga grup.")
    return browser


def test_from_an_agreed_code_to_a_decision(settings: Settings) -> None:
    lina = referred(lead(settings))
    assert "diteruskan sebagai informasi awal" in lina.page and "300/12/KOMINFO/2024" in lina.page
    assert "2024-02-15" in lina.page  # five working days, over three holidays
    step(lina, "jawaban", day="2024-02-05", registered="2024-02-05", remark="Diregistrasi nomor 7.")
    assert "UU 7/2017 454(7)" in lina.page and "2024-02-12" in lina.page
    step(lina, "putusan", outcome="pending", day="2024-02-05", remark="Masih dikaji.")
    step(lina, "putusan", outcome="violation", day="2024-02-05", remark="Putusan nomor 9.")
    assert "diputus: melanggar" in lina.page
    step(lina, "tutup", ending="done", remark="Selesai.")
    assert "ditutup: melanggar (selesai)" in lina.page
    known = Desk(settings.home).cases().by_number[1]
    assert (known.stage, known.outcome, known.ended, len(known.steps)) == ("closed", "violation", "done", 6)
    assert log.verify(settings.home) and papers.damaged(settings.home) == []


def test_a_cluster_is_one_case_and_the_list_lets_it_go(settings: Settings) -> None:
    lina = lead(settings)
    assert "2 kiriman yang hampir sama" in lina.open("/berkas")
    opened(lina)
    assert "Kiriman dalam berkas (2)" in lina.page
    assert "Menunggu dibuatkan berkas (1)" in lina.open("/berkas")


def test_the_packet_verifies_and_one_changed_byte_fails(settings: Settings, tmp_path: Path) -> None:
    lina = opened(lead(settings))
    fields = lina.form_to("/berkas/lampiran")
    answer = lina.client.post("/berkas/lampiran", data=fields, files={"file": ("../../x<b>.png", PNG)})
    assert answer.status_code == 200 and "lampiran-01.png" in answer.text and "x&lt;b" not in answer.text
    lina.page = answer.text
    step(lina, "daring", state="online")
    step(lina, "teruskan", letter="1/2024", day="2024-02-05", story="")
    packed = lina.client.get("/berkas/1/paket.zip")
    assert packed.headers["content-disposition"].startswith("attachment")
    folder = tmp_path / "packet"
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert archive.read("surat.pdf") == lina.client.get("/berkas/1/surat.pdf").content
        archive.extractall(folder)
    assert (folder / "lampiran" / "lampiran-01.png").read_bytes() == PNG
    rows = list(csv.DictReader((folder / "unggahan.csv").open(encoding="utf-8")))
    assert [row["sha256_of_text"] for row in rows] == [hashlib.sha256(row["text"].encode()).hexdigest() for row in rows]
    verified = ["sha256sum", "-c", "--quiet", "SHA256SUMS"]
    assert subprocess.run(verified, cwd=folder, check=False).returncode == 0
    damaged = folder / "unggahan.csv"
    damaged.write_bytes(damaged.read_bytes().replace(b"balai", b"Balai", 1))
    assert subprocess.run(verified, cwd=folder, check=False, capture_output=True).returncode != 0
    told = Desk(settings.home).cases().by_number[1].last("case_referred")
    assert told is not None and told.facts["packet_sha256"] == hashlib.sha256(packed.content).hexdigest()


def test_honour_goes_to_the_person_concerned_alone(settings: Settings) -> None:
    day = date(2024, 2, 5)
    assert set(casework.receivers(settings, "insult", day)) == {"person_concerned"}
    lina = lead(settings)
    page = lina.open("/berkas")
    lina.page = page[page.index("Penghinaan") :]
    form = lina.form_to("/berkas/buka")
    assert "Penerima ini tidak berlaku" in lina.send("/berkas/buka", 409, **form, where="police")
    page = lina.send("/berkas/buka", **form, where="person_concerned")
    assert "menyangkut kehormatan" in page


def test_receivers_change_on_their_day(settings: Settings) -> None:
    before, after = (casework.receivers(settings, "hoax", date(2024, 10, day))["bawaslu"]["then"] for day in (20, 21))
    assert "Kominfo" in before and "Komdigi" in after


def test_a_stale_page_gets_what_changed_and_what_was_sent(settings: Settings) -> None:
    lina, wati = opened(lead(settings)), lead(settings, "wati")
    wati.open("/berkas/1")
    step(lina, "daring", state="gone")
    page = step(wati, "tutup", 409, ending="not_referred", remark="Sudah ditegur lisan.")
    assert "Berkas ini berubah" in page and "Sudah ditegur lisan." in page
    assert "lina memeriksa apakah masih daring" in page and "/berkas/1" in page
    assert Desk(settings.home).cases().by_number[1].stage == "opened"


def test_two_people_open_the_same_case_and_there_is_one(settings: Settings) -> None:
    lina, wati = lead(settings), lead(settings, "wati")
    for each in (lina, wati):
        each.page = each.open("/berkas")[each.page.index("Politik uang") :]
    forms = [each.form_to("/berkas/buka") for each in (lina, wati)]
    lina.send("/berkas/buka", **forms[0], where="bawaslu")
    lina.send("/berkas/buka", **forms[0], where="bawaslu")  # sent twice
    assert "sudah masuk berkas lain" in wati.send("/berkas/buka", 409, **forms[1], where="bawaslu")
    assert len(Desk(settings.home).cases().by_number) == 1


def test_a_repeated_letter_is_one_letter(settings: Settings) -> None:
    lina = opened(lead(settings))
    form = lina.form_to("/berkas/teruskan")
    for _ in range(2):
        lina.send("/berkas/teruskan", **form, letter="1/2024", day="2024-02-05")
    with log.reading(settings.home) as connection:
        assert connection is not None
        assert [each.kind for each in papers.of(connection, "case-1")] == ["letter", "packet"]


@pytest.mark.parametrize(
    ("action", "fields", "told"),
    [
        ("teruskan", {"letter": "", "day": "2024-02-05"}, "Isi nomor surat"),
        ("teruskan", {"letter": "1", "day": "2024-02-06"}, "Tanggal tidak dapat dipakai"),
        ("teruskan", {"letter": "1", "day": "5/2/2024"}, "Tanggal tidak dapat dipakai"),
        ("tutup", {"ending": "done", "remark": "x"}, "Pilih alasan yang sesuai"),
        ("tutup", {"ending": "not_referred", "remark": ""}, "Tulis penjelasannya"),
        ("tugas", {"person": "nobody"}, "tidak dapat menangani berkas"),
        ("lihat", {"remark": ""}, "Tulis untuk apa"),
    ],
)
def test_what_cannot_be_taken_is_a_sentence(settings: Settings, action: str, fields: dict[str, str], told: str) -> None:
    lina = opened(lead(settings))
    before = log.verify(settings.home)
    assert told in step(lina, action, 409, **fields)
    assert log.verify(settings.home) == before


@pytest.mark.parametrize(
    ("content", "status", "told"),
    [
        (b"<svg onload=alert(1)>", 409, "Hanya gambar PNG"),
        (PNG + b"\0" * 5_000_001, 413, "terlalu besar"),
        (b"", 409, "Hanya gambar PNG"),
    ],
)
def test_attachments_are_pictures_and_documents_of_a_size(
    settings: Settings, content: bytes, status: int, told: str
) -> None:
    lina = opened(lead(settings))
    answer = lina.client.post(
        "/berkas/lampiran", data=lina.form_to("/berkas/lampiran"), files={"file": ("a.png", content)}
    )
    assert answer.status_code == status and told in answer.text


def test_steps_that_do_not_fit_the_stage_are_refused(settings: Settings) -> None:
    opened(lead(settings))
    work = Casework(Desk(settings.home), settings)
    case = work.case(1)
    doing = Doing("lina", 1, case.version, "lina:request-9", "x")
    with pytest.raises(RefusedError, match="refused_stage"):
        work.decide(doing, "violation", "2024-02-05")
    with pytest.raises(RefusedError, match="refused_case"):
        work.case(2)


def test_a_mistaken_case_gives_its_posts_back(settings: Settings) -> None:
    lina = opened(lead(settings))
    step(lina, "tutup", ending="mistake", remark="Salah pilih.")
    assert "Menunggu dibuatkan berkas (2)" in lina.open("/berkas")
    opened(lina)
    assert "Berkas 2" in lina.page
    lina.open("/berkas/1")
    assert "sudah masuk berkas lain" in step(lina, "buka-lagi", 409, remark="Ternyata benar.")


def test_only_who_handles_cases_sees_them(settings: Settings) -> None:
    opened(lead(settings))
    wati = Browser(settings, "wati", "adjudicator")
    assert wati.client.get("/berkas/1").status_code == 200
    for name, role in (("ani", "coder"), ("ida", "coach"), ("adi", "admin")):
        each = Browser(settings, name, role)
        answers = [each.client.get(path).status_code for path in ("/berkas", "/berkas/1", "/berkas/1/surat.pdf")]
        assert answers == [403, 403, 403]


def test_codes_that_are_not_locked_are_in_no_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, MONEY)
    settings = Settings(home=tmp_path)
    desk = Desk(tmp_path)
    for coder in ("sri", "budi"):
        post, _ = desk.open(coder, clock.now().date())
        assert post is not None
        desk.code(coder, post.item, "money_politics", "", f"{coder}:request-1")
    work = Casework(desk, settings)
    assert work.candidates() == []  # either may still take it back
    later = clock.now() + timedelta(minutes=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert [each.code for each in work.candidates()] == ["money_politics"]


def test_what_a_sheet_brought_back_becomes_a_case_too(tmp_path: Path) -> None:
    publish(tmp_path, [each._replace(outcome="indicated", code="hoax") for each in MONEY])
    work = Casework(Desk(tmp_path), Settings(home=tmp_path))
    (candidate,) = work.candidates()
    assert (candidate.item, len(candidate.posts), candidate.limit) == ("", 2, date(2024, 2, 12))
    assert work.open("lina", candidate.name, "bawaslu", "lina:request-1") == 1
    assert work.candidates() == [] and len(work.keys(work.case(1))) == 2


def test_posts_of_an_open_case_are_held(settings: Settings) -> None:
    lina = opened(lead(settings))
    today = date(2025, 6, 1)
    assert holds.read(settings.home, today) == {("tiktok", each.post_id): "case 1 of the desk" for each in MONEY}
    step(lina, "tutup", ending="not_referred", remark="Sudah ditegur.")
    assert holds.read(settings.home, today) == {}


def test_the_private_side_is_shown_after_the_look_is_logged(settings: Settings) -> None:
    from flows.store import warehouse

    with warehouse.exclusive(settings.home), warehouse.opened(settings.home) as connection:
        stamp = "TIMESTAMPTZ '2024-02-04 08:00:00+07'"
        connection.execute(f"""
            INSERT INTO base.posts BY NAME SELECT 'tiktok' AS platform, '{MONEY[0].post_id}' AS post_id, 's' AS source,
            'Hubungi 0812' AS text_pi, '@sri' AS author_name_pi, 'javascript:alert(1)' AS url_pi,
            {stamp} AS created_at, 'record' AS created_from, DATE '2024-02-04' AS day, [] AS hashtags,
            'live' AS state, false AS is_partial, {stamp} AS observed_at, {stamp} AS first_seen_at,
            {stamp} AS last_seen_at, {stamp} AS first_landed_at, 's' AS first_source, 0 AS edits, [] AS topics,
            [] AS indications, [] AS districts, '1' AS label_version, 0 AS class_probability,
            {{'whole': true, 'observed_at': {stamp}, 'landed_at': {stamp}, 'position': 1, 'file_id': 'f', 'number': 1}}
            AS rank""")
    lina, wati = opened(lead(settings)), lead(settings, "wati")
    wati.open("/berkas/1")
    assert "Hubungi 0812" not in lina.page
    page = step(lina, "lihat", remark="Menulis surat.")
    assert "Hubungi 0812" in page and "@sri" in page and 'href="javascript' not in page
    assert "melihat teks asli dan akun" in wati.open("/berkas/1") and "Menulis surat." in wati.page
    lina.open("/berkas/1")
    with warehouse.exclusive(settings.home):
        assert "sedang dipakai" in step(lina, "lihat", 409, remark="Sekali lagi.")


def test_a_look_makes_no_page_stale(settings: Settings) -> None:
    lina, wati = opened(lead(settings)), lead(settings, "wati")
    wati.open("/berkas/1")
    step(lina, "lihat", remark="Menulis surat.")
    step(wati, "daring", state="online")


def test_a_log_that_is_cut_off_is_found_by_the_ledger(settings: Settings) -> None:
    referred(lead(settings))
    stated = chain.read(settings.home)
    log.require_stated(settings.home, stated)
    kept = log.snapshot(settings.home)
    count = log.verify(settings.home)
    step(opened_again(settings), "jawaban", day="2024-02-05", remark="Diterima.")
    log.state_head(settings.home)
    log.require_stated(settings.home, chain.read(settings.home))
    for path in settings.home.glob("desk.sqlite*"):
        path.unlink()
    (settings.home / "desk.sqlite").write_bytes(kept or b"")
    assert log.verify(settings.home) == count  # whole by itself
    with pytest.raises(LedgerDamagedError, match="was cut off"):
        log.require_stated(settings.home, chain.read(settings.home))
    (settings.home / "desk.sqlite").unlink()
    with pytest.raises(LedgerDamagedError, match="is gone"):
        log.require_stated(settings.home, chain.read(settings.home))


def opened_again(settings: Settings) -> Browser:
    wati = lead(settings, "wati")
    wati.open("/berkas/1")
    return wati


def test_a_changed_paper_or_remark_is_found(settings: Settings) -> None:
    referred(lead(settings))
    with log.writing(settings.home) as connection:
        connection.execute("UPDATE papers SET content = x'00' WHERE kind = 'letter'")
        connection.execute("UPDATE remarks SET text = 'lain'")
    assert papers.damaged(settings.home) == ["a remark of case-1", "surat.pdf of case-1"]


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2024, 2, 5), 1, date(2024, 2, 6)),
        (date(2024, 2, 5), 3, date(2024, 2, 12)),  # over two holidays and a weekend
        (date(2024, 2, 9), 1, date(2024, 2, 12)),
        (date(2023, 12, 22), 2, date(2023, 12, 28)),  # Christmas and the day after
        (date(2024, 2, 10), 14, date(2024, 3, 1)),
    ],
)
def test_working_days(start: date, days: int, last: date) -> None:
    assert clocks.working_day(start, days, clocks.read_rules(Settings().seeds).holidays) == last


def test_a_clock_says_on_which_holidays_it_stood_still_and_a_calendar_clock_never_does(settings: Settings) -> None:
    lina = opened(lead(settings))
    lina.send("/berkas/teruskan", **lina.form_to("/berkas/teruskan"), letter="1/2024", day="2024-02-05", story="x")
    days = "2024-02-08 Isra Mikraj, 2024-02-09 Cuti bersama Imlek, 2024-02-14 Pemungutan suara"
    assert f"5 hari kerja; berhenti pada hari libur: {days})" in lina.page
    rules = clocks.read_rules(settings.seeds)
    start, last = date(2024, 2, 9), date(2024, 2, 16)
    paused = {rule.code: list(rules.paused(rule, start, last)) for rule in rules.rules}
    assert paused["answer"] == [date(2024, 2, 14)] and paused["follow_up"] == []


def test_a_case_without_a_word_of_its_receiver_says_so(settings: Settings) -> None:
    lina = referred(lead(settings))
    step(lina, "tutup", ending="no_answer", remark="Sepuluh hari tanpa kabar.")
    assert "penerima tidak menjawab" in lina.page
    assert cases.read(_events(settings))


def _events(settings: Settings) -> list[log.Event]:
    with log.reading(settings.home) as connection:
        return log.events(connection)


def test_a_server_killed_in_the_middle_of_an_act_leaves_the_case_as_it_was(settings: Settings) -> None:
    lina = opened(lead(settings))
    form = lina.form_to("/berkas/teruskan")
    script = f"""
import os, signal
from datetime import UTC, datetime
from pathlib import Path
from flows.reviewing import log, papers
from flows.reviewing.log import Act
with log.writing(Path({str(settings.home)!r})) as connection:
    papers.put(connection, "case-1", "surat.pdf", "letter", ("lina", datetime.now(UTC), b"x"))
    log.append(connection, Act("lina", "case_referred", "case-1", "lina:{form["request"]}"), datetime.now(UTC))
    os.kill(os.getpid(), signal.SIGKILL)
"""
    before = log.verify(settings.home)
    assert subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, check=False).returncode == -signal.SIGKILL
    assert log.verify(settings.home) == before and papers.damaged(settings.home) == []
    lina.send("/berkas/teruskan", **form, letter="1/2024", day="2024-02-05")  # the same form, sent again
    assert "diteruskan sebagai informasi awal" in lina.page
    assert log.verify(settings.home) == before + 1


def test_a_full_disk_stores_nothing_and_says_so(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    lina = opened(lead(settings))
    form, before = lina.form_to("/berkas/teruskan"), log.verify(settings.home)
    real = log._opened

    def full(path: Path, mode: str = "rw") -> sqlite3.Connection:
        connection = real(path, mode)
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(log, "_opened", full)
        page = lina.send("/berkas/teruskan", 503, **form, letter="1/2024", day="2024-02-05", story="Tiga akun.")
    assert "Penyimpanan sedang penuh" in page and "Tiga akun." in page
    assert log.verify(settings.home) == before and papers.damaged(settings.home) == []
    lina.send("/berkas/teruskan", **form, letter="1/2024", day="2024-02-05")
    assert log.verify(settings.home) == before + 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_inert_in_a_case(settings: Settings, text: str) -> None:
    lina = referred(lead(settings))
    step(lina, "jawaban", day="2024-02-05", remark=f"{text} ")
    page = re.sub(r"<script src=\"/static/desk.js\" defer></script>", "", lina.page)
    assert "<script" not in page and "<img" not in page and "evil.example>" not in page


def test_an_erasure_takes_the_papers_of_a_closed_case_along(settings: Settings) -> None:
    lina = referred(lead(settings))
    step(lina, "tutup", ending="no_answer", remark="Tanpa kabar dari Pak Budi.")
    assert forgetting.forget_posts(settings.home, {("tiktok", MONEY[0].post_id)}) == 1
    with log.reading(settings.home) as connection:
        assert connection is not None
        assert papers.of(connection, "case-1") == [] and papers.remarks(connection, "case-1") == {}
    left = b"".join(path.read_bytes() for path in settings.home.glob("desk.sqlite*"))
    assert b"Pak Budi" not in left and b"%PDF" not in left
    assert log.verify(settings.home) and papers.damaged(settings.home) == []
    assert "Belum ada." in lina.open("/berkas/1")


def test_closed_cases_are_emptied_with_their_purpose_and_open_ones_are_not(settings: Settings) -> None:
    lina = referred(lead(settings))
    assert forgetting.expire(settings.home, {"cases"}) == {}
    step(lina, "tutup", ending="no_answer", remark="Tanpa kabar.")
    assert forgetting.expire(settings.home, {"cases"}) == {"papers and remarks of closed cases": 4}
