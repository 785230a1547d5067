"""Last night's backup brings a desk back on a blank machine: people log in, cases go on, the report comes out again."""

import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from flows.desk import clock, people
from flows.desk.app import desk
from flows.desk.casework import Casework, Doing
from flows.desk.queue import Desk
from flows.exits import Exit
from flows.keeping import backups, rebuilding, restoring
from flows.progress import unseen
from flows.reviewing import log, papers, register
from flows.settings import Settings
from flows.store import warehouse
from tests.desk_fixture import HOST, PASSWORD
from tests.exports import NOON, tiktok, write_lines
from tests.faults.traces import WEEK, Home

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_expectations")]

MOMENT = datetime(2024, 2, 6, 3, tzinfo=UTC)
SECONDS = 15 * 60  # within which an office is at work again
ACCOUNTS = """platform,akun,jenis,pemilik,kontak,tanggal_daftar,persetujuan,sumber
tiktok,desa1,kantor,Desa,,2023-10-02,surat,kunjungan
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home at whose desk every post was coded and a case was handed over, with a register."""
    monkeypatch.setattr(people, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    settings = Settings(home=tmp_path / "home", author_key="ab" * 32)  # type: ignore[arg-type]
    settings.export()
    made = Home(settings, tmp_path)
    bribes = [tiktok(serial=900 + n, text=f"bagi bagi amplop {n} dari caleg, coblos nomor {n}") for n in range(2)]
    posts = [tiktok(NOON + n * 3600, serial=n, text=f"jalan {n} rusak") for n in range(20)]
    made.bring(write_lines(tmp_path / "export.ndjson", [*posts, *bribes]))
    made.publish()
    for name, role in (("sri", "coder"), ("budi", "coder"), ("lina", "lead")):
        people.add(settings.home, name, role, PASSWORD)
    monkeypatch.setattr(clock, "now", lambda: MOMENT)
    there = Desk(settings.home)
    for coder in ("sri", "budi"):
        while (waiting := there.open(coder, clock.now().date())[0]) is not None:
            code = "money_politics" if "amplop" in waiting.text else "none"
            there.code(coder, waiting.item, code, "", f"{coder}:{waiting.item}")
    monkeypatch.setattr(clock, "now", lambda: MOMENT + timedelta(minutes=5))
    work = Casework(there, settings)
    candidate = work.candidates()[0]
    number = work.open("lina", candidate.name, "bawaslu", "lina:1")
    work.refer(Doing("lina", number, work.case(number).version, "lina:2", "Cerita."), "300/1/2024", "2024-02-06", "")
    with log.writing(settings.home) as connection:
        register.take(connection, register.read_list(ACCOUNTS)[0], "ida", "ida:1", MOMENT)
    return made


def test_last_nights_backup_is_a_desk_again_within_fifteen_minutes(home: Home, tmp_path: Path) -> None:
    settings, said = home.settings, []
    before, count = desk_facts(settings), log.verify(home.path)
    assert backups.run_backup(settings, tmp_path / "backup", said.append, unseen) is Exit.DONE
    shutil.rmtree(home.path)
    started = time.monotonic()
    assert restoring.run_restore(settings, tmp_path / "backup", None, said.append, unseen) is Exit.DONE, said
    with warehouse.exclusive(home.path):
        rebuilding.rebuild(settings)
    home.publish()
    client = TestClient(desk(settings), base_url=HOST, headers={"origin": HOST}, follow_redirects=True)
    page = client.post("/masuk", data={"name": "lina", "password": PASSWORD}).text
    assert time.monotonic() - started < SECONDS
    assert "lina" in page and "300/1/2024" in client.get("/berkas/1").text
    assert "diteruskan" in client.get("/berkas").text
    assert log.verify(home.path) == count + 1  # the log-in
    assert papers.damaged(home.path) == []
    assert desk_facts(settings) == before
    report = (home.path / "published" / str(WEEK) / "weekly.html").read_text(encoding="utf-8")
    assert "terindikasi" in report
    assert home.rows("SELECT cases, referred FROM trends.weekly_cases WHERE cases > 0") == [(1, 1)]


def desk_facts(settings: Settings) -> tuple[object, ...]:
    """What an office would miss: its items, cases with their papers, register."""
    there = Desk(settings.home)
    state, cases = there.state(), there.cases()
    with log.reading(settings.home) as connection:
        assert connection is not None
        kept = [(each, papers.content(connection, "case-1", each.name)) for each in papers.of(connection, "case-1")]
        return state.items, cases.by_number, kept, register.read(connection), people.everybody(connection)
