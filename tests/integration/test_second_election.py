"""Another election is another folder of seeds: a week of the regional election of 27 November 2024, published whole."""

import csv
import html
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from pypdf import PdfReader

import sql
from flows.loading.arrivals import land_paths
from flows.loading.pending import load_pending
from flows.periods import Week
from flows.publishing.build import build_tables
from flows.publishing.due import note_moment
from flows.publishing.note import publish_note
from flows.publishing.week import publish_week
from flows.settings import Settings, TableMapping
from flows.store.runs import recorded
from flows.store.warehouse import exclusive

pytestmark = pytest.mark.slow

PILKADA = sql.FOLDER / "seeds_pilkada_2024"
SPLIT, VOTE = Week.parse("2024-W47"), Week.parse("2024-W48")
FIRST, LAST = date(2024, 10, 14), date(2024, 12, 1)
MAPPING = TableMapping(
    platform="tiktok", id="nomor", created_at="waktu", author="akun", text="isi", timezone="Asia/Jakarta"
)
PER_DAY = 40


def write_exports(folder: Path) -> list[Path]:
    """Seven weeks of invented posts, every day alike, a call to vote in the quiet period, and their collection log."""
    folder.mkdir()
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    posts, log = folder / "unggahan.csv", folder / "collection.csv"
    with posts.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(["nomor", "waktu", "akun", "isi"])
        for place, day in enumerate(days):
            for number in range(PER_DAY):
                texts = (
                    "Jalan desa Subah bagus sekali",
                    "Harga beras naik terus",
                    "Debat calon bupati Batang tadi malam",
                )
                rows.writerow([f"7420000000000{place:03d}{number:03d}", f"{day} 10:{number:02d}:00", f"akun{number}",
                               f"{texts[number % 3]} nomor {place * PER_DAY + number}"])  # fmt: skip
        rows.writerow(
            ["7420000000000999001", "2024-11-25 09:00:00", "akun900", "Ayo coblos Faiz Suyono nomor 2, menangkan!"]
        )
    with log.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(["platform", "source", "query", "day", "planned", "attempted", "succeeded", "reason"])
        rows.writerows(["tiktok", "catatan", "*", day.isoformat(), 1, 1, 1, ""] for day in days)
    return [posts, log]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The published folder with the weeks of the quiet period and of the vote, and a daily note."""
    home = tmp_path_factory.mktemp("pilkada") / "home"
    settings = Settings(home=home, seeds=PILKADA, tables={"catatan": MAPPING})
    home.mkdir()
    (home / "secret.key").write_text("ef" * 32)
    with exclusive(home), recorded(home, "test", {}) as run:
        files = write_exports(home / "exports")
        land_paths(settings, files, datetime.fromisoformat("2024-12-02T05:00:00+07:00"))
        load_pending(settings, run)
        build_tables(settings)
        for week in (SPLIT, VOTE):
            publish_week(settings, run, week, settings.election.release_moment(week))
        publish_note(settings, date(2024, 11, 26), note_moment(settings, date(2024, 11, 26)))
    yield (home / "published").resolve()


def text_of(page: Path) -> str:
    found = re.sub(r"<style>.*?</style>|<script>.*?</script>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    found = re.sub(r"</?span[^>]*>", "", found)  # inside words and sentences
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found)).split())


def test_the_report_knows_its_election_its_phases_and_its_embargo(published: Path) -> None:
    split, vote = (text_of(published / str(week) / "weekly.html") for week in (SPLIT, VOTE))
    assert "Pilkada 2024" in split and "Pilkada 2024" in vote
    assert "Pemilu 2024" not in split + vote
    assert "(H-2)" in split
    assert "EMBARGO sampai 27 November 2024, 15.00 WIB" in split  # released on the second day of the quiet period
    assert "EMBARGO" not in vote
    for spell in ("Kampanye, 18–23 November 2024", "Masa tenang, 24 November 2024"):
        assert spell in split
    for spell in ("Masa tenang, 25–26 November 2024", "Hari pemungutan suara, 27 November 2024"):
        assert spell in vote
    assert "Setelah pemungutan suara" in vote


def test_its_briefing_has_two_pages_and_its_note_one(published: Path) -> None:
    for week in (SPLIT, VOTE):
        pages = PdfReader(published / str(week) / "briefing.pdf").pages
        assert len(pages) == 2
        assert "Pilkada 2024" in " ".join(page.extract_text() for page in pages)
    note = PdfReader(published / "daily" / "2024-11-26" / "note.pdf")
    assert len(note.pages) == 1
    assert "RONDA/3325/2024-11-26/1" in note.pages[0].extract_text()
    assert "daily/2024-11-26/note.pdf" in (published / "index.html").read_text(encoding="utf-8")


def test_its_call_to_vote_in_the_quiet_period_is_on_the_review_list(published: Path) -> None:
    with duckdb.connect(str(published / "ronda.duckdb"), read_only=True) as database:
        found = database.execute(
            "SELECT week, phase, indications FROM core.posts WHERE len(indications) > 0"
        ).fetchall()
    assert found == [("2024-W48", "quiet", ["quiet_period"])]


def test_its_campaign_weeks_are_tested_against_its_own_campaign(published: Path) -> None:
    query = "SELECT baseline_weeks FROM trends.signals WHERE week = '2024-W47' AND family = 'volumes' AND q IS NOT NULL"
    with duckdb.connect(str(published / "ronda.duckdb"), read_only=True) as database:
        weeks = [name for (names,) in database.execute(query).fetchall() for name in names]
        signals = database.execute("SELECT count(*) FROM trends.signals WHERE signal").fetchall()
    assert sorted(set(weeks)) == ["2024-W42", "2024-W43", "2024-W44", "2024-W45", "2024-W46"]
    assert signals == [(0,)]  # every day was alike


def test_the_published_database_holds_its_law_and_its_clocks(published: Path) -> None:
    with duckdb.connect(str(published / "ronda.duckdb"), read_only=True) as database:
        laws = {row[0] for row in database.execute("SELECT DISTINCT law FROM seeds.articles").fetchall()}
        clocks = dict(database.execute("SELECT code, law FROM seeds.clocks WHERE law IS NOT NULL").fetchall())
        left = database.execute("SELECT days_to_vote FROM core.calendar WHERE day = DATE '2024-11-24'").fetchall()
    assert "UU 10/2016" in laws and "UU 7/2017" not in laws
    assert all(law.startswith("UU 10/2016 134") for law in clocks.values())
    assert left == [(3,)]


def test_no_official_figure_of_another_election_is_shown(published: Path) -> None:
    with duckdb.connect(str(published / "ronda.duckdb"), read_only=True) as database:
        assert database.execute("SELECT count(*) FROM trends.official").fetchall() == [(0,)]
    vote = (published / str(VOTE) / "weekly.html").read_text(encoding="utf-8")
    assert "Belum ada angka resmi yang terbit" in vote and "Bawaslu RI: konten" not in vote and "Mafindo" not in vote
