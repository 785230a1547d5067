"""Another regency is another folder of seeds: a week of Kabupaten Buru, two hours east, published whole.

Its name is an ordinary word (to hunt). Nothing that is published or printed may name the regency, the zone or the
offices of the seeds that come with ronda.
"""

import csv
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl
import pytest
from pypdf import PdfReader

import sql
from flows import cli
from flows.exits import UsageError
from flows.labels import label
from flows.loading.imports import run_import
from flows.periods import Week
from flows.publishing import notice
from flows.publishing.build import build_tables
from flows.publishing.due import note_moment
from flows.publishing.note import publish_note
from flows.publishing.week import publish_week
from flows.seeds import read_facts, read_seed
from flows.settings import Settings, TableMapping
from flows.store import models, warehouse
from flows.store.runs import recorded
from flows.store.warehouse import exclusive
from tests.exports import tiktok_id

BURU = sql.FOLDER / "seeds_buru_2024"
WEEK = Week.parse("2024-W06")
FIRST, LAST, NOTE = date(2023, 12, 18), date(2024, 2, 11), date(2024, 2, 11)
LANDED = datetime(2024, 2, 11, 15, 30, tzinfo=UTC)  # half an hour into 12 February there
MAPPING = TableMapping(platform="tiktok", id="nomor", created_at="waktu", author="akun", text="isi", timezone="UTC")
TEXTS = (
    "Jalan di Namlea rusak lagi, kapan diperbaiki",
    "Harga beras di pasar naik terus",
    "Polisi buru pelaku pencurian, warga jangan buru-buru pulang",
    "Panen di Lolong Guba bagus sekali tahun ini",
)


def _id(moment: str, serial: int) -> str:
    """An id of TikTok whose upper bits are its time."""
    return tiktok_id(int(datetime.fromisoformat(moment).timestamp()), 990 + serial)


# Local midnight is 15:00 UTC.
AT_MIDNIGHT = (
    (_id("2024-02-05T14:59:59Z", 1), "2024-02-05T14:59:59Z", "Listrik padam menjelang tengah malam", date(2024, 2, 5)),
    (_id("2024-02-05T15:00:00Z", 2), "2024-02-05T15:00:00Z", "Listrik padam tepat tengah malam", date(2024, 2, 6)),
    (
        _id("2024-02-10T15:30:00Z", 3),
        "2024-02-10T15:30:00Z",
        "Ayo coblos Ganjar Mahfud nomor 3, menangkan!",
        date(2024, 2, 11),
    ),
    (
        _id("2024-02-04T14:59:59Z", 4),
        "2024-02-04T14:59:59Z",
        "Ayo coblos Prabowo Gibran nomor 2, menangkan!",
        date(2024, 2, 4),
    ),
)
PER_DAY = 24


class Made(NamedTuple):
    """A published home, its settings and everything that was printed on the way."""

    settings: Settings
    said: list[str]

    @property
    def published(self) -> Path:
        return (self.settings.home / "published").resolve()


def write_exports(folder: Path) -> list[Path]:
    """Eight weeks of invented posts at noon, some around local midnight, and their collection log."""
    folder.mkdir(parents=True)
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    posts, log = folder / "unggahan.csv", folder / "collection.csv"
    with posts.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(["nomor", "waktu", "akun", "isi"])
        for place, day in enumerate(days):
            for number in range(PER_DAY):
                text = f"{TEXTS[number % len(TEXTS)]} nomor {place * PER_DAY + number}"
                moment = f"{day}T03:{number:02d}:00Z"
                rows.writerow([_id(moment, number), moment, f"akun{number}", text])
        rows.writerows([number, moment, "akun900", text] for number, moment, text, _ in AT_MIDNIGHT)
    with log.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(["platform", "source", "query", "day", "planned", "attempted", "succeeded", "reason"])
        rows.writerows(["tiktok", "catatan", "*", day.isoformat(), 1, 1, 1, ""] for day in days)
    return [posts, log]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """The week before the vote and the note of a day of the quiet period."""
    home = tmp_path_factory.mktemp("regency") / "home"
    settings = Settings(home=home, seeds=BURU, tables={"catatan": MAPPING})
    home.mkdir()
    (home / "secret.key").write_text("ef" * 32)
    said: list[str] = []
    run_import(settings, write_exports(home / "exports"), LANDED, None, said.append)
    with exclusive(home), recorded(home, "test", {}) as run:
        build_tables(settings)
        week = publish_week(settings, run, WEEK, settings.election.release_moment(WEEK))
        note = publish_note(settings, NOTE, note_moment(settings, NOTE))
    told = (week.notice, note.notice, notice.failed(settings, "x"), notice.stopped(settings, str(WEEK), "x"))
    said += [week.text, week.markdown, note.text, *(f"{each.title}\n{each.body}" for each in told)]
    yield Made(settings, said)


# -- every text of every file ----------------------------------------------------------------------------------------


@cache
def pages(path: Path) -> tuple[str, ...]:
    """The text of every page, in one line each."""
    return tuple(" ".join(page.extract_text().split()) for page in PdfReader(path).pages)


def _pdf(path: Path) -> str:
    return f"{PdfReader(path).metadata} {' '.join(pages(path))}"


def _workbook(path: Path) -> str:
    with zipfile.ZipFile(path) as parts:
        return " ".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())


def _parquet(path: Path) -> str:
    return f"{pl.read_parquet_metadata(path)} {pl.read_parquet(path).write_ndjson()}"


def _database(path: Path) -> str:
    """The rows of every table, and every comment and definition."""
    with duckdb.connect(str(path), read_only=True) as database:
        names = database.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
        names += database.execute(
            "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        assert len(names) > 40
        texts = [database.execute(f"SELECT each::VARCHAR FROM {name} AS each").fetchall() for (name,) in names]  # noqa: S608
        for listed in ("duckdb_tables()", "duckdb_columns()", "duckdb_views()"):
            texts.append(database.execute(f"SELECT each::VARCHAR FROM {listed} AS each").fetchall())  # noqa: S608
    return " ".join(str(text) for rows in texts for (text,) in rows)


def _plain(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


READERS: dict[str, Callable[[Path], str]] = {
    ".pdf": _pdf,
    ".xlsx": _workbook,
    ".parquet": _parquet,
    ".duckdb": _database,
    **dict.fromkeys((".html", ".json", ".svg", ".png", ".sql"), _plain),
}


def strange() -> re.Pattern[str]:
    """The names of the seeds that come with ronda which another regency's output must not show."""
    shipped, ours = read_facts(), read_facts(BURU)
    assert all(shipped[key] != ours[key] for key in ("regency_id", "regency_code", "timezone", "timezone_label"))
    names = [row["name"] for row in read_seed("place_names") if row["kind"] == "name"]
    names += [row["name"] for row in read_seed("places") if row["grade"] == "distinct"]
    names += ["Jateng", "Jawa Tengah", shipped["timezone"]]
    return re.compile(f"(?i:{'|'.join(map(re.escape, names))})|\\b{shipped['timezone_label']}\\b")


def test_no_published_file_names_another_regency_or_its_zone(made: Made) -> None:
    paths = sorted(path for path in made.published.rglob("*") if path.is_file())
    assert {path.suffix for path in paths} == set(READERS)
    wrong = {
        str(path.relative_to(made.published)): found[0]
        for path in paths
        if (found := strange().search(READERS[path.suffix](path)))
    }
    assert wrong == {}


def test_the_words_that_are_looked_for_would_be_found(tmp_path: Path) -> None:
    frame = pl.DataFrame({"text": ["warga Batang"]})
    frame.write_parquet(tmp_path / "a.parquet")
    frame.clear().write_parquet(tmp_path / "b.parquet", metadata={"source": "06.00 WIB"})
    (tmp_path / "c.html").write_text("Asia/Jakarta")
    assert all(strange().search(READERS[path.suffix](path)) for path in tmp_path.iterdir())


def test_nothing_that_is_printed_or_kept_of_a_run_does(made: Made, capsys: pytest.CaptureFixture[str],
                                                        monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("RONDA_HOME", str(made.settings.home))
    monkeypatch.setenv("RONDA_SEEDS", str(BURU))
    for words in (["status"], ["status", "--json"], ["verify"], ["label", "explain", "Jalan di Namlea rusak"]):
        assert cli.main(words) == 0
    assert cli.main(["--help"]) == 0
    printed = capsys.readouterr()
    runs = [_plain(path) for path in (made.settings.home / "runs").rglob("*.json")]
    assert runs and "810401" in printed.out
    assert strange().findall("\n".join([*made.said, printed.out, printed.err, *runs])) == []


# -- its own days, zone, places and offices --------------------------------------------------------------------------


def test_posts_around_midnight_land_on_the_local_day(made: Made) -> None:
    with duckdb.connect(str(made.published / "ronda.duckdb"), read_only=True) as database:
        rows = database.execute(
            "SELECT post_id, day, week, phase, indications FROM core.posts "
            "WHERE list_contains(?, post_id) ORDER BY list_position(?, post_id)",
            [[number for number, *_ in AT_MIDNIGHT]] * 2,
        ).fetchall()
        seen = database.execute("SELECT DISTINCT first_seen_day FROM core.review_items").fetchall()
    assert [(number, day) for number, day, *_ in rows] == [(number, day) for number, _, _, day in AT_MIDNIGHT]
    assert [row[2:] for row in rows[2:]] == [
        ("2024-W06", "quiet", ["quiet_period"]),
        ("2024-W05", "campaign", []),
    ]
    assert seen == [(date(2024, 2, 12),)]


def test_its_zone_and_embargo_stand_on_every_page(made: Made) -> None:
    mark = "EMBARGO sampai 14 Februari 2024, 17.00 WIT"  # the hour is the nation's, two hours later on its clocks
    for name in (f"{WEEK}/weekly.pdf", f"{WEEK}/briefing.pdf", f"daily/{NOTE}/note.pdf"):
        assert pages(made.published / name) and all(mark in page for page in pages(made.published / name)), name
    written = re.sub(r"</?span[^>]*>", "", _plain(made.published / str(WEEK) / "weekly.html"))
    assert mark in written and "12 Februari 2024, 06.00 WIT" in written
    assert f"RONDA/8104/{WEEK}/1" in _pdf(made.published / str(WEEK) / "briefing.pdf")


def test_its_offices_receive_and_its_districts_are_counted(made: Made) -> None:
    with duckdb.connect(str(made.published / "ronda.duckdb"), read_only=True) as database:
        districts = dict(
            database.execute(
                "SELECT district, posts FROM trends.weekly_district WHERE week = '2024-W06' AND phase = 'campaign' "
                "AND platform = 'all' AND posts > 0"
            ).fetchall()
        )
    assert districts["810401"] == districts["810411"] == 6 * PER_DAY / len(TEXTS)
    briefing = _pdf(made.published / str(WEEK) / "briefing.pdf")
    assert "Bawaslu Buru" in briefing and "Diskominfo Kabupaten Buru" in briefing
    assert "Namlea" in _plain(made.published / str(WEEK) / "weekly.html")


@pytest.mark.parametrize(
    ("text", "districts"),
    [
        ("Jangan buru-buru, polisi buru pelaku", []),
        ("Warga buru diskon di pasar", []),
        ("Macet di Namlea", ["810401"]),
        ("Awas air buaya di sungai", []),
        ("Kec. Air Buaya, Kab. Buru", ["810402"]),
        ("Air Buaya, Buru: jembatan putus", ["810402"]),
        ("panen kayu putih #lolonggubaburu", ["810411"]),
        ("#kecfenaleisela banjir", ["810413"]),
        ("Kec. Air Buaya di Buru Selatan", []),
    ],
)
def test_an_ordinary_word_is_no_place(text: str, districts: list[str]) -> None:
    moment = pl.Series([datetime(2024, 2, 1, tzinfo=UTC)], dtype=pl.Datetime("us", "UTC"))
    assert label(pl.Series([text]), moment, BURU)["districts"].to_list() == [districts]


# -- what belongs to a regency is not inherited ----------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.stem for path in BURU.glob("*.csv") if path.stem != "election"))
def test_a_seed_of_another_regency_is_never_taken(name: str, tmp_path: Path) -> None:
    for path in BURU.glob("*.csv"):
        if path.stem != name:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(UsageError, match=rf"of another .*regency.* need a {name}\.csv of their own"):
        read_seed(name, tmp_path)
    with pytest.raises(UsageError, match=rf"{name}\.csv"):
        models.load_seeds(warehouse.connect(), tmp_path)


def test_what_belongs_to_the_nation_and_the_election_is_shared() -> None:
    for name in ("topics", "articles", "calendar", "contestants", "official_series"):
        assert read_seed(name, BURU) == read_seed(name)
