"""From a flagged post to a decided case, in a real browser, and found in the next weekly report.

Every page is looked at in a wide and a narrow window: nothing of it may stand outside, and a picture of it is kept.
"""

import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import serving
from flows.desk import clock, people
from flows.reviewing import log, papers
from flows.settings import Settings
from tests.chromium import Chromium, Tab, chromium, installed
from tests.conftest import free_port
from tests.desk_fixture import PASSWORD
from tests.exports import NOON, tiktok, write_lines
from tests.faults.traces import WEEK, Home

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(installed() is None, reason="there is no Chromium"),
]
BRIBE = "serangan fajar bagi bagi amplop 100 ribu dari caleg, coblos nomor 2 ya <b>warga</b> #{}"
MOMENT = datetime(2024, 2, 6, 3, tzinfo=UTC)
NEXT_LANDED = datetime(2024, 2, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose week is published, with three near-identical posts on the review list."""
    settings = Settings(home=tmp_path / "home", author_key="ab" * 32, desk_port=free_port())  # type: ignore[arg-type]
    made = Home(settings, tmp_path)
    ordinary = [tiktok(NOON + n * 3600, serial=n, text=f"jalan {n} rusak", author=f"warga{n}") for n in range(20)]
    bribes = [tiktok(serial=900 + n, text=BRIBE.format(n), author=f"penyebar{n}") for n in range(3)]
    made.bring(write_lines(tmp_path / "export.ndjson", [*ordinary, *bribes]))
    made.publish()
    for name, role in (("sri", "coder"), ("budi", "coder"), ("lina", "lead"), ("ida", "coach")):
        people.add(settings.home, name, role, PASSWORD)
    monkeypatch.setattr("flows.reviewing.coding.UNDO_SECONDS", 0.0)
    monkeypatch.setattr(clock, "now", lambda: MOMENT)
    return made


@pytest.fixture
def browser(home: Home, tmp_path: Path) -> Iterator[Chromium]:
    with closing(serving.desk_site(home.settings)) as site, chromium(tmp_path / "browser") as running:
        site.start()
        yield running


class Person:
    """Somebody at the desk."""

    def __init__(self, browser: Chromium, home: Home, name: str) -> None:
        self.address = f"http://127.0.0.1:{home.settings.desk_port}"
        self._pictures = home.scratch / "pictures"
        self._pictures.mkdir(exist_ok=True)
        self.tab: Tab = browser.tab()
        self.tab.go(f"{self.address}/masuk")
        self.send("/masuk", name=name, password=PASSWORD)

    def go(self, path: str) -> str:
        self.tab.go(f"{self.address}{path}")
        return self.tab.text()

    def send(self, action: str, **fields: str) -> str:
        """Fills in the first form that leads to an address, and sends it."""
        form = f"document.querySelector('form[action=\"{action}\"]')"
        for name, value in fields.items():
            self.tab.run(f"{form}.elements[{json.dumps(name)}].value = {json.dumps(value)}")
        self.tab.send(f"{form}.requestSubmit()")
        return self.tab.text()

    def look(self, name: str) -> None:
        """A picture in both windows; nothing stands outside either."""
        for width in (1280, 390):
            self.tab.size(width, 900)
            self.tab.picture(self._pictures / f"{name}-{width}.png")
            assert self.tab.run("document.documentElement.scrollWidth") <= width, (name, width)
        self.tab.size(1280, 900)


def test_from_a_flag_to_a_decision_in_the_next_report(home: Home, browser: Chromium, tmp_path: Path) -> None:
    for name in ("sri", "budi"):
        coder = Person(browser, home, name)
        while "Menurut Anda kiriman ini apa?" in coder.tab.text():
            coder.send("/telaah", code="money_politics")
    lina = Person(browser, home, "lina")
    text = lina.go("/berkas")
    assert "Politik uang" in text and "3 kiriman yang hampir sama" in text
    assert lina.tab.run("document.querySelector('blockquote b')") is None
    lina.look("list")
    assert "Bawaslu Batang" in lina.send("/berkas/buka", where="bawaslu")
    lina.look("opened")
    lina.tab.run("document.querySelectorAll('details').forEach(each => { each.open = true })")
    lina.look("opened-all")
    lina.send("/berkas/daring", state="online")
    lina.send("/berkas/lihat", remark="Menulis surat.")
    assert "penyebar0" in lina.tab.text()
    lina.look("private")
    lina.go("/berkas/1")
    text = lina.send("/berkas/teruskan", letter="300/12/KOMINFO/2024", day="2024-02-06", story="Tiga akun.")
    assert "diteruskan sebagai informasi awal" in text and "jawaban penerima" in text
    lina.look("referred")
    lina.send("/berkas/jawaban", day="2024-02-06", registered="2024-02-06", remark="Nomor 7/REG.")
    lina.look("answered")
    text = lina.send("/berkas/putusan", outcome="violation", day="2024-02-06", remark="Putusan 9/2024.")
    assert "diputus: melanggar" in text
    lina.look("decided")
    lina.go("/periksa-ulang")
    lina.look("audit")
    lina.go("/kemajuan")
    lina.look("progress")
    lina.go("/catatan")
    lina.look("history")

    assert papers.damaged(home.path) == []
    with log.reading(home.path) as connection:
        assert connection is not None
        packed = papers.content(connection, "case-1", "paket.zip")
    packet = tmp_path / "packet"
    (tmp_path / "paket.zip").write_bytes(packed or b"")
    with zipfile.ZipFile(tmp_path / "paket.zip") as archive:
        archive.extractall(packet)
    subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=packet, check=True)
    written = b"".join(path.read_bytes() for path in packet.iterdir() if path.suffix in {".csv", ".json"})
    assert b"penyebar0" not in written

    later = [tiktok(NOON + (168 + n) * 3600, serial=100 + n, text=f"sawah {n}", author=f"warga{n}") for n in range(20)]
    home.bring(write_lines(tmp_path / "next.ndjson", later), at=NEXT_LANDED)
    home.publish(WEEK.shift(1))
    report = (home.path / "published" / str(WEEK.shift(1)) / "weekly.html").read_text(encoding="utf-8")
    assert "1 dari 1 berkas yang diputus dinyatakan melanggar" in re.sub(r"\s+", " ", report)
    assert home.rows("SELECT cases, referred, violations FROM trends.weekly_cases WHERE cases > 0") == [(1, 1, 1)]
    assert home.rows("SELECT passed FROM trends.funnel WHERE stage = 'decided' AND passed > 0") == [(3,)]


def test_the_pages_of_coaches(home: Home, browser: Chromium) -> None:
    ida = Person(browser, home, "ida")
    ida.go("/akun")
    ida.look("accounts-empty")
    rows = "tiktok,warga1,kantor,Desa Subah,0812,2023-10-02,surat 3/2023,kunjungan\n"
    rows += "tiktok,partai1,peserta,Partai Rekaan,,2023-11-27,KPU 12,KPU\n"
    header = "platform,akun,jenis,pemilik,kontak,tanggal_daftar,persetujuan,sumber\n"
    assert "tanggal daftar" in ida.send("/akun/impor", list=header + rows.replace("2023-10-02", "x"))
    ida.look("accounts-fault")
    text = ida.send("/akun/impor", list=header + rows)
    assert "didaftarkan setelah 2023-11-25" in text
    ida.look("accounts")
    ida.go("/akun/tiktok/warga1")
    ida.send("/pembinaan", subject="Netralitas", person="Pak Budi", agreed="Menghapus unggahan.", follow_up="letter")
    ida.look("account")
    ida.go("/pembinaan")
    ida.look("talks")
