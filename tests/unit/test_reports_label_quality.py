"""How right the labels are is printed with every figure that rests on them; what was not measured is a review list."""

import io
import re

import openpyxl
import polars as pl
import pytest
from pypdf import PdfReader

from flows.labels.quality import OF_THE_OFFICE
from flows.method import METHOD
from reports.briefing.briefing import briefing, briefing_pictures
from reports.edition import Language, Tables
from reports.figures import charts, indications
from reports.judging.lights import judge
from reports.reading.contract import CONTRACT, TableRefusedError, checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.tables.label_quality import quality_table
from reports.tables.workbook import workbook
from reports.wording.label_quality import quality_sentence, quality_text, well_measured
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
    assert text.startswith(
        "Ujaran kebencian / SARA: mesin menemukan 5 dari 10 (3 s.d. 7), 6 dari 10 tandanya benar (4 s.d. 8). Penghinaan"
    )
    assert text.endswith("6 jenis lain belum terukur: hanya daftar telaah.")
    assert "panjang daftar telaah" in quality_sentence(facts_of(without_quality()), words)
    trends = Trends(facts_of(invented.season(WEEK)))
    reader = PdfReader(io.BytesIO(briefing(trends, words, judge(trends), briefing_pictures(trends, words))))
    assert len(reader.pages) == 2
    assert "Diuji pada 600 komentar karangan, sebagai batas atas." in re.sub(
        r"\s+", " ", reader.pages[1].extract_text()
    )


def with_cases(code: str, **counts: int) -> dict[str, pl.DataFrame]:
    """The invented measures with other counts of a class."""
    tables = dict(invented.season(WEEK))
    is_it = pl.col("code") == code
    tables["core.label_quality"] = tables["core.label_quality"].with_columns(
        pl.when(is_it).then(pl.lit(value)).otherwise(pl.col(name)).alias(name) for name, value in counts.items()
    )
    return tables


@pytest.mark.parametrize("counts", [{"flagged": 3}, {"positives": METHOD.measured_cases - 1}])
def test_a_class_of_few_test_cases_is_named_as_one_that_cannot_be_judged(counts: dict[str, int]) -> None:
    facts, words = facts_of(with_cases("hate_speech", **counts)), Words("id")
    whole = {"positives": 60, "flagged": 50} | counts
    told = quality_sentence(facts, words)
    assert (
        "Ujaran kebencian / SARA: kasus uji terlalu sedikit "
        f"({whole['positives']}; {whole['flagged']} ditandai). Diuji pada"
    ) in told
    assert told.startswith("Penghinaan / kampanye hitam: mesin menemukan 5")  # the one that can be judged first
    assert quality_text(facts, words, "hate_speech").startswith("Kasus uji jenis ini terlalu sedikit")
    row = next(row for row in quality_table(facts, words).rows if row["label_class"] == "Ujaran kebencian / SARA")
    few = f"terlalu sedikit kasus ({next(iter(counts.values()))})"
    assert row["use"] == "kasus uji terlalu sedikit" and few in {row["precision"], row["recall"]}
    assert well_measured(facts) == {"insult"}


def test_a_share_below_one_in_ten_is_no_zero_of_ten() -> None:
    tables = with_cases("insult")
    share = pl.when(pl.col("code") == "insult").then(0.03).otherwise(pl.col("recall")).alias("recall")
    tables["core.label_quality"] = tables["core.label_quality"].with_columns(share)
    assert "mesin menemukan kurang dari 1 dari 10 (3 s.d." in quality_sentence(facts_of(tables), Words("id"))


@pytest.mark.parametrize(
    ("also", "flagged", "says"),
    [
        (0, 50, "ketepatannya pada lampiran"),
        (3, 50, "ketepatan terukur hanya untuk Penghinaan / kampanye hitam"),
        (0, 3, "ketepatan belum terukur"),
    ],
)
def test_the_chart_of_the_review_list_says_of_which_classes_the_precision_is_known(
    also: int, flagged: int, says: str
) -> None:
    tables = with_cases("insult", flagged=flagged)
    is_also = (pl.col("indication") == "money_politics") & (pl.col("week") == WEEK)
    observed = pl.when(is_also).then(pl.lit(also)).otherwise(pl.col("observed")).alias("observed")
    tables["trends.count_flags"] = tables["trends.count_flags"].with_columns(observed)
    (picture,) = charts.pictures(Trends(facts_of(tables)), Words("id"), (indications.CHART,))
    assert picture.subtitle == f"Teks berbeda tiap pekan, terdeteksi otomatis; {says}"


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
