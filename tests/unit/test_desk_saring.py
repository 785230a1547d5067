"""Saring sebelum sharing: what is said of a text, to whoever asks, and that nothing of it stays."""

import io
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import sql
from flows import cli
from flows.desk import saring, screening
from flows.desk.app import desk
from flows.labels import hoaxes
from flows.settings import Settings
from tests.desk_fixture import HOST

CALL = "Ayo coblos nomor 2, jangan lupa!"
QUIET, CAMPAIGN, EARLY = date(2024, 2, 12), date(2024, 1, 10), date(2023, 9, 4)
MARK = "kelapasawitmerdeka"


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    return TestClient(desk(Settings(home=tmp_path / "home")), base_url=HOST, headers={"origin": HOST})


def said(text: str, day: date) -> str:
    return "\n".join(screening.lines(screening.screen(text, day, sql.SEEDS, "id"), "id"))


def test_a_call_to_vote_is_judged_by_its_day() -> None:
    assert "Kampanye di masa tenang" in said(CALL, QUIET) and "278(2) UU 7/2017" in said(CALL, QUIET)
    assert "Kampanye di luar jadwal" in said(CALL, EARLY) and "492" in said(CALL, EARLY)
    allowed = said(CALL, CAMPAIGN)
    assert "Ini ajakan memilih. Pada fase ini" in allowed and "Tidak ada kata atau aturan" in allowed


def test_words_and_rules_are_told() -> None:
    told = said("dasar cina kafir, usir semua", CAMPAIGN)
    assert "Ujaran kebencian / SARA (terdeteksi otomatis, belum ditinjau)" in told
    assert "Kata yang kena aturan: “(suatu kelompok) kafir”" in told
    assert "280(1)c UU 7/2017" in told


def test_five_questions_stand_under_every_text() -> None:
    told = said("Banjir di Kec. Limpung", CAMPAIGN)
    assert [line[2:4] for line in told.splitlines() if line[2:3].isdigit()] == ["1.", "2.", "3.", "4.", "5."]
    assert "Teks ini menyebut Limpung." in told
    assert "Itu bukan bukti bahwa isinya benar." in told


def test_a_supplied_fact_check_is_named(tmp_path: Path) -> None:
    claim = "surat suara sudah tercoblos tujuh kontainer di pelabuhan"
    row = f"claim,url,published_on\n{claim},https://example.org/cek,2024-01-03\n"
    (tmp_path / "fact_checks.csv").write_text(row, encoding="utf-8")
    hoaxes.read_claims.cache_clear()
    found = screening.screen(f"Awas! {claim} kemarin malam", CAMPAIGN, tmp_path, "id")
    assert found.claim is not None and found.claim.published_on == "2024-01-03"
    told = "\n".join(screening.lines(found, "id"))
    assert "Hoaks / disinformasi" in told and "https://example.org/cek" in told and "2024-01-03" in told
    other = "\n".join(screening.lines(screening.screen("hari ini panas", CAMPAIGN, tmp_path, "id"), "id"))
    assert "Tidak mirip dengan satu pun dari 1 cek fakta" in other


def test_nobody_needs_an_account(client: TestClient) -> None:
    assert "Saring sebelum sharing" in client.get("/saring").text
    page = client.post("/saring", data={"text": f"{CALL} <b>x</b>", "day": QUIET.isoformat()}).text
    assert "Kampanye di masa tenang" in page and "&lt;b&gt;x&lt;/b&gt;" in page and "<b>x</b>" not in page
    english = client.post("/saring?lang=en", data={"text": CALL, "day": QUIET.isoformat()}).text
    assert "Campaign in the quiet period" in english
    assert "/saring" in client.get("/masuk").text


def files_with(folder: Path, mark: str) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and mark.encode() in path.read_bytes()]


def test_a_text_leaves_no_trace(
    tmp_path: Path, client: TestClient, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    for lang in ("id", "en"):
        answer = client.post("/saring", data={"text": f"{CALL} {MARK}", "lang": lang})
        assert answer.status_code == 200 and MARK in answer.text
        assert answer.headers["cache-control"] == "no-store" and "set-cookie" not in answer.headers
    assert client.post("/saring", data={"text": MARK * 500}).status_code == 400
    assert files_with(tmp_path, MARK) == []
    assert not (tmp_path / "home").exists(), "a desk that nobody logged in to has written nothing at all"
    assert MARK not in "".join(capfd.readouterr())
    (tmp_path / "proof").write_text(MARK)
    assert len(files_with(tmp_path, MARK)) == 1, "the search would find it"


@pytest.mark.parametrize(
    ("form", "status", "told"),
    [
        ({"text": ""}, 400, "Tempel dulu teksnya."),
        ({"text": "a" * (screening.CHARACTERS + 1)}, 400, "paling banyak 4000 karakter"),
        ({"text": CALL, "day": "besok"}, 400, "tidak dapat dibaca"),
        ({"text": CALL, "day": "0001-01-01"}, 400, "tidak dapat dibaca"),
        ({"text": CALL, "day": "9999-12-31"}, 400, "tidak dapat dibaca"),
    ],
)
def test_what_cannot_be_read_is_said(client: TestClient, form: dict[str, str], status: int, told: str) -> None:
    answer = client.post("/saring", data=form)
    assert answer.status_code == status and told in answer.text


def test_it_has_a_pace(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("flows.desk.saring.time.monotonic", lambda: clock[0])
    codes = [client.post("/saring", data={"text": "halo"}).status_code for _ in range(21)]
    assert codes == [200] * 20 + [429]
    assert "Terlalu sering" in client.post("/saring", data={"text": "halo"}).text
    clock[0] = 61.0
    assert client.post("/saring", data={"text": "halo"}).status_code == 200
    pace = saring.Pace()
    assert sum(pace.may(str(number)) for number in range(200)) == 120


def test_a_page_of_another_site_asks_nothing(client: TestClient) -> None:
    assert client.post("/saring", data={"text": CALL}, headers={"origin": "http://evil.example"}).status_code == 403
    del client.headers["origin"]
    assert client.post("/saring", data={"text": CALL}).status_code == 403


def test_the_verb_says_the_same_and_reads_what_is_piped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RONDA_HOME", str(tmp_path / "home"))
    assert cli.main(["saring", CALL, "--on", "2024-02-12"]) == 0
    assert "Kampanye di masa tenang" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{CALL}\n"))
    assert cli.main(["saring", "-", "--on", "2024-02-12"]) == 0
    assert "Kampanye di masa tenang" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert cli.main(["saring", "-"]) == 2
    assert cli.main(["saring", "a" * 5000]) == 2
    assert not (tmp_path / "home").exists()
