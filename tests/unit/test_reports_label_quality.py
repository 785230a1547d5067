"""How right the labels are is printed with every figure that rests on them; what was not measured is a review list."""

import io
import re

import openpyxl
import polars as pl
import pytest
from pypdf import PdfReader

from flows.labels.quality import OF_THE_OFFICE
from reports.briefing.briefing import briefing, briefing_pictures
from reports.edition import Language, Tables
from reports.judging.lights import judge
from reports.reading.contract import CONTRACT, TableRefusedError, checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.tables.label_quality import quality_table
from reports.tables.workbook import workbook
from reports.wording.label_quality import quality_sentence, quality_text
from reports.wording.sentences import source_line
from reports.wording.words import THIN, Words
from tests import reports_fixture as invented

WEEK = "2024-W05"


def facts_of(tables: Tables, lang: Language = "id") -> Facts:
    edition = invented.edition(WEEK, lang)
    return Facts(edition, checked_tables(tables, edition.week))


def without_quality() -> Tables:
    tables = dict(invented.season(WEEK))
    tables["core.label_quality"] = tables["core.label_quality"].clear()
    return tables


def test_the_invented_measures_fill_the_whole_table() -> None:
    assert {*invented.label_quality().columns, *OF_THE_OFFICE} == set(CONTRACT["core.label_quality"].columns)


def test_every_class_has_a_row_with_its_use_and_only_measured_figures_are_unmarked() -> None:
    table = quality_table(facts_of(invented.season(WEEK)), Words("id"))
    rows = {row["label_class"]: list(row.values())[1:] for row in table.rows}
    assert len(rows) == 3 + len(invented.INDICATIONS) + 1
    share, recall = f"62{THIN}% (48 s.d. 74)", f"52{THIN}% (39 s.d. 64)"
    measured = rows["Ujaran kebencian / SARA"]
    assert measured[:4] == ["terukur", share, recall, "600 komentar karangan, sebagai batas atas"]
    assert measured[4] == "60 menurut penelaah, 50 ditandai, 31 keduanya, dari 600"
    assert measured[5] == "4,3 (27.000 unggahan nyata)"
    assert rows["Hoaks / disinformasi"][0] == "daftar telaah"
    assert rows["Hoaks / disinformasi"][3] == "korpus sendiri (teks karangan, bukan ukuran di lapangan)"
    assert rows["Politik uang"][:5] == ["daftar telaah", "–", "–", "–", "–"]
    assert list(rows)[-1] == "Sedikitnya satu indikasi"
    assert "Versi label a1b2c3d4" in table.note and "bukan ukuran kejadian" in table.note


def test_a_signal_says_how_right_its_class_is_and_invented_figures_say_nothing_of_it() -> None:
    facts, words = facts_of(invented.season(WEEK)), Words("id")
    assert quality_text(facts, words, "insult") == (
        f"Ketepatan terukur 62{THIN}% (48 s.d. 74), kelengkapan 52{THIN}% (39 s.d. 64) pada 600 komentar karangan, "
        "sebagai batas atas; selangnya belum memperhitungkan salah deteksi."
    )
    for code in ("hoax", "money_politics"):
        assert quality_text(facts, words, code).startswith("Ketepatan jenis ini belum terukur pada teks nyata")


def test_own_reviews_take_the_place_of_the_test_set_wherever_the_figure_stands() -> None:
    tables = dict(invented.season(WEEK))
    tables["core.label_quality"] = invented.own_quality(tables["core.label_quality"], "insult", 120, 90)
    facts, words = facts_of(tables), Words("id")
    own = "telaah kantor sendiri (120 unggahan)"
    assert f"75{THIN}%" in quality_text(facts, words, "insult") and own in quality_text(facts, words, "insult")
    assert own in quality_sentence(facts, words) and "600 komentar karangan, sebagai batas atas" in quality_sentence(
        facts, words
    )
    row = next(row for row in quality_table(facts, words).rows if row["test_set"] == own)
    assert row["cases"] == "120 ditandai dan ditelaah, 90 dibenarkan"
    assert Trends(facts).own_precision == {"insult": 0.75}


def test_the_briefing_names_what_was_measured_and_how_many_classes_were_not() -> None:
    words = Words("id")
    text = quality_sentence(facts_of(invented.season(WEEK)), words)
    assert text.startswith(f"Ujaran kebencian / SARA: tepat 62{THIN}% (48 s.d. 74), menangkap 52")
    assert text.endswith("6 jenis lain belum terukur: jumlahnya daftar telaah, bukan ukuran kejadian.")
    assert "panjang daftar telaah" in quality_sentence(facts_of(without_quality()), words)
    trends = Trends(facts_of(invented.season(WEEK)))
    reader = PdfReader(io.BytesIO(briefing(trends, words, judge(trends), briefing_pictures(trends, words))))
    assert len(reader.pages) == 2
    assert "Diuji pada 600 komentar karangan, sebagai batas atas." in re.sub(
        r"\s+", " ", reader.pages[1].extract_text()
    )


def test_the_workbook_has_a_sheet_of_it() -> None:
    facts, words = facts_of(invented.season(WEEK)), Words("id")
    book = openpyxl.load_workbook(io.BytesIO(workbook(facts, words, source_line(facts, words))), read_only=True)
    rows = list(book["Label"].iter_rows(values_only=True))
    assert rows[0][:2] == ("family", "code")
    assert len(rows) == 1 + invented.label_quality().height


def test_a_class_that_is_measured_here_and_not_there_is_refused() -> None:
    tables = dict(invented.season(WEEK))
    changed = pl.when(pl.col("code") == "insult").then(False).otherwise(pl.col("is_measured")).alias("is_measured")
    tables["core.label_quality"] = tables["core.label_quality"].with_columns(changed)
    with pytest.raises(TableRefusedError, match=r"insult is measured .* in seeds\.indications, but not in core"):
        facts_of(tables)


def test_the_english_table_is_english() -> None:
    table = quality_table(facts_of(invented.season(WEEK), "en"), Words("en"))
    text = " ".join(cell for row in table.rows for cell in row.values())
    assert "review list" in text and "600 invented comments" in text
    assert re.findall(r"\b(ketepatan|daftar|unggahan|menurut)\b", text) == []
