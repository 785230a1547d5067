"""A week's files: the same bytes twice, safe whatever a post says, marked while embargoed, in permitted words."""

import hashlib
import html
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from pypdf import PdfReader

import reports
from reports.briefing.briefing import briefing, briefing_pictures
from reports.edition import Language, Tables, WeekSummary
from reports.figures.charts import CHARTS
from reports.judging.lights import judge
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.render import summarise
from reports.wording.sentences import source_line
from reports.wording.words import Words
from tests import briefing_measured
from tests import reports_fixture as invented
from tests.unit.test_reports_words import FORBIDDEN


def drawn_charts(folder: Path) -> set[str]:
    return {path.stem for path in (folder / "charts").iterdir()}


EXPECTED = {"weekly.html", "weekly.pdf", "briefing.pdf", "tables.xlsx", "charts", "data"}
AGAIN = """
import sys
from pathlib import Path
from typing import Any
import reports
from flows import processes
from tests import briefing_measured
from tests import reports_fixture as invented
tables = invented.season("2024-W06", failed=1)
with processes.helper():
    reports.render_week(invented.edition("2024-W06"), tables, Path(sys.argv[1]), processes.shared)
"""


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def pdf_pages(pdf: bytes) -> str:
    """The text of a PDF."""
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


@cache
def pdf_text(path: Path) -> str:
    return pdf_pages(path.read_bytes())


def briefing_of(week: str, tables: Tables, lang: Language = "id") -> bytes:
    edition, words = invented.edition(week, lang), Words(lang)
    trends = Trends(Facts(edition, checked_tables(tables, edition.week)))
    return briefing(trends, words, judge(trends), briefing_pictures(trends, words))


def rendered(folder: Path, week: str, tables: Tables, lang: Language = "id") -> WeekSummary:
    return reports.render_week(invented.edition(week, lang), tables, folder)


@pytest.fixture(scope="module")
def embargoed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of 2024-W06, released in the quiet period, with hostile posts in the review list."""
    folder = tmp_path_factory.mktemp("w06")
    rendered(folder, "2024-W06", invented.season("2024-W06", failed=1))
    return folder


@pytest.fixture(scope="module")
def zero(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a week without a detection."""
    folder = tmp_path_factory.mktemp("zero")
    rendered(folder, invented.ZERO, invented.season(invented.ZERO))
    return folder


def test_a_week_is_published_as_these_files(embargoed: Path) -> None:
    assert {path.name for path in embargoed.iterdir()} == EXPECTED
    names = {path.name for path in (embargoed / "charts").iterdir()}
    assert names == {f"{name}.{kind}" for name in drawn_charts(embargoed) for kind in ("png", "svg")}
    assert {chart.name for chart in CHARTS} - drawn_charts(embargoed) == {"copies", "decided", "estimates"}
    assert "volume.svg" in names


def test_the_summary_survives_the_manifest(tmp_path: Path) -> None:
    summary = WeekSummary.from_dict(
        {
            "week": "2024-W05",
            "first_day": "2024-01-29",
            "last_day": "2024-02-04",
            "phases": ["campaign"],
            "sentences": ["Satu."],
            **{"content": "green", "content_reason": ""},
            **{"collection": "amber", "collection_reason": "sebagian"},
            "counts": {"posts": 1},
            "coverage": 1.0,
            "embargoed": False,
            "as_of": "2024-02-05T06:00:00+07:00",
            "publication": 1,
            "lang": "id",
            "warnings": 0,
        }
    )
    reports.render_index({summary.week: summary}, tmp_path, invented.edition())
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert 'href="2024-W05/weekly.html"' in page
    assert "Satu." in page
    assert 'href="recipes.sql"' in page
    assert page.index('badge-green">hijau') < page.index('badge-amber">kuning') and "sebagian" in page


def test_a_manifest_of_a_week_with_one_level_still_stands_in_the_index() -> None:
    former = dict.fromkeys(("week", "first_day", "last_day", "level", "level_reason", "as_of", "lang"), "x")
    rest = {"phases": [], "sentences": [], "counts": {}, "coverage": None, "embargoed": False}
    summary = WeekSummary.from_dict({**former, **rest, "publication": 1, "warnings": 0})
    assert (summary.content, summary.collection) == ("grey", "grey")


def test_every_artefact_of_an_embargoed_release_is_marked(embargoed: Path, tmp_path: Path) -> None:
    mark = "EMBARGO sampai 14 Februari 2024, 15.00 WIB"
    assert mark in (embargoed / "weekly.html").read_text(encoding="utf-8")
    assert mark in pdf_text(embargoed / "weekly.pdf")
    assert mark in pdf_text(embargoed / "briefing.pdf")
    cells = openpyxl.load_workbook(embargoed / "tables.xlsx", read_only=True).worksheets[0].iter_rows(values_only=True)
    assert any(mark in str(cell) for row in cells for cell in row)
    for path in (embargoed / "data").iterdir():
        assert pl.read_parquet_metadata(path)["embargoed"] == "true", path.name
    edition = invented.edition("2024-W06")
    trends = Trends(Facts(edition, checked_tables(invented.season("2024-W06"), edition.week)))
    summary = summarise(trends, Words("id"), judge(trends))
    assert summary.embargoed
    reports.render_index({summary.week: summary}, tmp_path, invented.edition("2024-W06"))
    assert mark in (tmp_path / "index.html").read_text(encoding="utf-8")
    after = invented.edition("2024-W07")
    reports.render_index({summary.week: summary}, tmp_path, after)
    assert mark not in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_a_release_outside_the_embargo_carries_no_mark(zero: Path) -> None:
    assert "EMBARGO" not in (zero / "weekly.html").read_text(encoding="utf-8")
    assert "EMBARGO" not in pdf_text(zero / "briefing.pdf")
    assert pl.read_parquet_metadata(zero / "data" / "coverage.parquet")["embargoed"] == "false"


def test_the_moment_of_release_decides_the_embargo_not_the_week() -> None:
    tables = invented.season("2024-W04")
    moment = datetime(2024, 2, 13, 9, 0, tzinfo=invented.ELECTION.zone)
    edition = invented.edition("2024-W04", as_of=moment)
    facts = Facts(edition, checked_tables(tables, edition.week))
    assert summarise(Trends(facts), Words("id"), judge(Trends(facts))).embargoed
    assert "EMBARGO" in source_line(facts, Words("id"))


def test_zero_is_worded_in_full_and_never_as_an_absence(zero: Path) -> None:
    for text in (
        html.unescape((zero / "weekly.html").read_text(encoding="utf-8")),
        pdf_text(zero / "weekly.pdf"),
        pdf_text(zero / "briefing.pdf"),
    ):
        assert re.search(
            r"Dari [\d.]+ unggahan yang terkumpul \(cakupan rencana 100.%\) tidak ada yang terdeteksi", text
        )
        assert "yang luput dari deteksi belum dihitung. Tidak berarti tidak ada." in text


def test_reserved_words_do_not_appear_in_what_readers_get(zero: Path) -> None:
    pattern = re.compile(rf"\b({'|'.join(FORBIDDEN)})\b", re.IGNORECASE)
    page = re.sub(r"<[^>]+>|data:[^\"]+", " ", (zero / "weekly.html").read_text(encoding="utf-8"))
    page = page.split("</style>")[-1]
    for text in (page, pdf_text(zero / "weekly.pdf"), pdf_text(zero / "briefing.pdf")):
        assert pattern.findall(text) == []


def test_every_picture_has_an_alternative_text_that_states_the_finding(embargoed: Path) -> None:
    page = html.unescape((embargoed / "weekly.html").read_text(encoding="utf-8"))
    described = re.findall(r'<svg role="img" aria-label="([^"]+)"', page)
    assert len(described) == len(drawn_charts(embargoed)) - 1  # all posts a day stand once, by platform
    assert page.count("<figcaption><strong>") == len(described)  # the claim is text, and is not drawn a second time
    charts = re.findall(r'<svg role="img" aria-label.*?</svg>', page, re.DOTALL)
    claims = re.findall(r"<figcaption><strong>([^<]+)", page)
    assert not any(f">{claim}<" in chart for claim, chart in zip(claims, charts, strict=True))
    assert not any(re.search(r"<path d=\"[^\"]*\d\.\d{3}", chart) for chart in charts)  # no digits that nobody sees
    assert all("2024-W06" in text for text in described)
    assert any("TikTok 1.879 unggahan" in text for text in described)
    assert any("Ujaran kebencian / SARA" in text for text in described)


def test_hostile_posts_stay_text_in_the_page(embargoed: Path) -> None:
    page = (embargoed / "weekly.html").read_text(encoding="utf-8")
    assert page.count("<script>") == 1
    assert "&lt;script&gt;document.title" in page
    assert "<img src=x" not in page
    assert "{{ 7 * 7 }} {% raw %} &lt;/style&gt;" in page
    assert "\u202e" not in page
    assert "\x00" not in page


def test_the_page_asks_for_nothing_outside_itself(embargoed: Path) -> None:
    page = (embargoed / "weekly.html").read_text(encoding="utf-8")
    addresses = re.findall(r"(?:src|href)=\"([^\"]+)\"", page)
    assert addresses
    assert [address[:60] for address in addresses if not address.startswith(("#", "data:"))] == []
    assert "default-src 'none'" in page


def test_hostile_posts_stay_text_in_the_pdf(embargoed: Path) -> None:
    text = pdf_text(embargoed / "weekly.pdf")
    assert '#import "x": *; *bold* _miring_ $x$ @ref <label>' in text
    assert "urutan [arah]dibalik[arah] dan [kendali] kosong [kendali]" in text
    assert "[emoji] [aksara Jawa]" in text


def test_hostile_posts_stay_text_in_the_workbook(embargoed: Path) -> None:
    book = openpyxl.load_workbook(embargoed / "tables.xlsx")
    cells = [cell for row in book["Telaah"].iter_rows() for cell in row]
    formula = next(cell for cell in cells if str(cell.value).startswith("=HYPERLINK("))
    assert formula.data_type == "s"
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d", "b"}
    assert [cell.hyperlink for cell in cells if cell.hyperlink] == []


def test_the_workbook_keeps_dates_as_dates_and_unknown_empty(embargoed: Path) -> None:
    sheet = openpyxl.load_workbook(embargoed / "tables.xlsx")["Volume"]
    head = [cell.value for cell in sheet[1]]
    assert sheet.freeze_panes == "A2"
    first = dict(zip(head, sheet[2], strict=True))
    assert isinstance(first["first_day"].value, datetime)
    assert first["week"].value == "2023-W34"
    gaps = [dict(zip(head, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)]
    outage = next(row for row in gaps if row["week"] == invented.OUTAGE and row["platform"] == "facebook")
    assert (outage["posts"], outage["per_1000"], outage["status"]) == (None, None, "not_collected")


def test_data_files_hold_the_tables_up_to_the_week_and_no_private_column(embargoed: Path) -> None:
    frames = {path.stem: pl.read_parquet(path) for path in (embargoed / "data").glob("*.parquet")}
    assert {"weekly_platform", "weekly_topic", "weekly_indication", "weekly_district", "coverage"} <= frames.keys()
    assert frames["weekly_platform"]["week"].max() == "2024-W06"
    assert [name for frame in frames.values() for name in frame.columns if name.endswith("_pi")] == []


@pytest.mark.parametrize(
    ("week", "made"),
    [
        pytest.param("2023-W34", partial(invented.season, "2023-W34"), marks=pytest.mark.slow),
        (invented.OUTAGE, partial(invented.season, invented.OUTAGE, evidence=200, failed=9)),
        pytest.param("2023-W48", partial(invented.season, "2023-W48"), marks=pytest.mark.slow),
        ("2024-W07", partial(invented.season, "2024-W07")),
        ("2023-W41", invented.imported),
        pytest.param("2026-W06", partial(invented.imported, "2026-W06", "facebook", 60), marks=pytest.mark.slow),
        ("2024-W05", invented.nothing),
    ],
    ids=["first", "outage", "split", "vote", "import", "long-after", "nothing"],
)
def test_the_briefing_of_any_week_has_two_a4_pages_and_names_its_parts(week: str, made: Callable[[], Tables]) -> None:
    reader = PdfReader(io.BytesIO(briefing_of(week, made())))
    assert [tuple(round(float(side)) for side in page.mediabox[2:]) for page in reader.pages] == [(595, 842)] * 2
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))
    for part in (f"RONDA/3325/{week}/1", "TERBATAS", "Penyusun", "Dasar", "Klasifikasi", "Belum dicatat sistem"):
        assert part in text
    assert "Isi:" in text and "Mutu pengumpulan:" in text
    assert "pekan lalu" in text and "biasanya" in text
    assert briefing_measured.words_of_body(reader.pages) <= briefing_measured.MOST_WORDS


def test_a_week_that_needs_the_most_words_still_has_two_pages() -> None:
    tables = dict(invented.season("2024-W07", failed=9))
    nothing = pl.when(pl.col("detected") > 0).then(0).otherwise(pl.col("detected")).alias("detected")
    tables["trends.weekly_platform"] = tables["trends.weekly_platform"].with_columns(nothing)
    moment = datetime(2024, 2, 14, 10, 0, tzinfo=invented.ELECTION.zone)
    edition, words = invented.edition("2024-W07", as_of=moment), Words("id")
    trends = Trends(Facts(edition, checked_tables(tables, edition.week)))
    pdf = briefing(trends, words, judge(trends), briefing_pictures(trends, words))
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 2


def test_the_index_shows_every_language_of_a_week_and_of_a_note_with_its_publication(tmp_path: Path) -> None:
    edition, words = invented.edition("2024-W06"), Words("id")
    trends = Trends(Facts(edition, checked_tables(invented.season("2024-W06"), edition.week)))
    summary = summarise(trends, words, judge(trends))
    known = {"2024-W06": replace(summary, publication=3), "en/2024-W06": replace(summary, lang="en", publication=2)}
    notes = {"daily/2024-02-11/note.pdf": "2024-02-11", "en/daily/2024-02-11/note.pdf": "2024-02-11"}
    reports.render_index(known, tmp_path, edition, notes)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.count('<tr role="row" data-level') == 1
    assert 'href="en/2024-W06/weekly.html"' in page and "Bahasa Inggris (penerbitan ke-2)" in page
    assert 'href="en/daily/2024-02-11/note.pdf">Minggu, 11 Februari 2024 (Bahasa Inggris)</a>' in page


def test_pdfs_are_tagged_titled_and_in_the_reader_s_language(embargoed: Path) -> None:
    for name, title in (("weekly.pdf", "Ikhtisar Mingguan"), ("briefing.pdf", "Lembar Pimpinan")):
        reader = PdfReader(embargoed / name)
        root: Any = reader.trailer["/Root"]
        assert root["/Lang"] == "id"
        assert root["/MarkInfo"]["/Marked"]
        assert reader.metadata is not None
        assert title in str(reader.metadata.title)
        assert "pdfuaid" in str(root["/Metadata"].get_object().get_data())


def test_pdfs_use_only_fonts_that_ship_in_packages(embargoed: Path) -> None:
    fonts: set[str] = set()
    for name in ("weekly.pdf", "briefing.pdf"):
        pages: Any = PdfReader(embargoed / name).pages
        for page in pages:
            fonts |= {str(font.get_object()["/BaseFont"]) for font in page["/Resources"].get("/Font", {}).values()}
    assert fonts
    assert [font for font in fonts if not re.search("LibertinusSerif|DejaVuSans", font)] == []


def test_an_english_briefing_holds_no_indonesian_words_of_ours() -> None:
    reader = PdfReader(io.BytesIO(briefing_of("2024-W05", invented.season(), "en")))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert "Briefing for Leadership" in text
    assert re.findall(r"\b(unggahan|cakupan|terdeteksi|pekan)\b", text) == []


@pytest.fixture(scope="module")
def burst() -> str:
    """The text of the briefing of the week with a burst."""
    reader = PdfReader(io.BytesIO(briefing_of("2024-W05", invented.season("2024-W05"))))
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in reader.pages))


def test_the_briefing_says_what_to_do_for_whom_and_by_when_and_names_no_account(burst: str) -> None:
    assert re.search(r"Telaah \d+ unggahan terdeteksi otomatis", burst)
    assert "Diskominfo; bila terindikasi: Bawaslu Batang; Tim Siber Polres Batang" in burst
    assert "5 Februari 2024" in burst
    assert "(H-9)" in burst and "(H-10)" not in burst
    assert "@akun" not in burst


def test_the_rules_of_the_lights_stand_in_the_report(burst: str) -> None:
    assert "Isi: merah bila" not in burst
    assert "biasanya" in burst and "Yang harus dilakukan" in burst


@pytest.mark.parametrize("week", ["2024-W05", "2024-W06"])
def test_a_briefing_is_short_and_legible_and_its_first_page_without_versions(week: str) -> None:
    assert briefing_measured.flaws(briefing_of(week, invented.season(week)), invented.edition(week)) == []


def test_png_and_svg_are_dated_by_the_edition(embargoed: Path) -> None:
    from PIL import Image

    with Image.open(io.BytesIO((embargoed / "charts" / "volume.png").read_bytes())) as picture:
        assert picture.info["Creation Time"] == "2024-02-12T06:00:00+07:00"
    assert "2024-02-12T06:00:00+07:00" in (embargoed / "charts" / "volume.svg").read_text(encoding="utf-8")


@pytest.mark.slow
def test_other_processes_elsewhere_on_earth_write_the_same_bytes(embargoed: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/New_York", "LC_ALL": "C"}
    repository = Path(reports.__file__).parent.parent
    subprocess.run([sys.executable, "-c", AGAIN, str(tmp_path)], cwd=repository, env=environment, check=True)
    assert hashes(tmp_path) == hashes(embargoed)
