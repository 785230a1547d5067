"""The situation page: how sure, against what is usual, what became of last week's incidents; two weeks side by side."""

import io
from datetime import date

import polars as pl
import pytest
from pypdf import PdfReader

from reports.figures.chart import Picture
from reports.judging.certainty import certainty
from reports.judging.lights import judge
from reports.judging.usual import usual_of
from reports.reading.outcomes import Trends
from reports.tables.beside import beside
from reports.weekly.content import weekly_content
from reports.weekly.document import weekly_document
from reports.weekly.indicators import Indicators
from reports.weekly.section import Report
from reports.weekly.sections import charts
from reports.wording.cards import before, cards, review_due
from reports.wording.counts import shielded
from reports.wording.quantities import amount
from reports.wording.reviewing import review_words
from reports.wording.words import DASH, Words
from tests import reports_fixture as invented
from tests import reports_fixture_tested as tested
from tests.unit.test_reports_lights import facts_of, with_incident

WORDS = Words("id")


def trends(week: str, **changes: object) -> Trends:
    return Trends(facts_of(week, with_incident(week, **changes)))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"stage": "indicated"}, "sure"),
        ({"kind": "case"}, "sure"),
        ({"kind": "copies", "family": "copies", "stage": None, "expected": None, "q": None}, "strong"),
        ({"kind": "signal", "family": "topics", "subject": "flood", "stage": None, "q": 0.004}, "strong"),
        ({"kind": "signal", "family": "topics", "subject": "flood", "stage": None, "q": 0.04}, "fair"),
        ({"q": 0.0001}, "fair"),  # a class whose precision nobody measured
        ({"is_weak": True, "q": 0.0001}, "weak"),
        ({"platform": "tiktok", "platforms": ["tiktok"]}, "weak"),
    ],
)
def test_how_sure_an_incident_is_follows_from_who_looked_and_what_passed(changes: dict[str, object], word: str) -> None:
    shown = trends("2024-W04", **changes)
    assert certainty(shown, shown.incidents[0]).word == word


def test_a_card_says_how_much_how_sure_how_far_and_who_does_what_by_when() -> None:
    (card,) = cards(trends("2024-W04"), WORDS)
    said = dict(card.lines)
    assert (card.name, card.amount) == ("Politik uang", "35 unggahan, biasanya sekitar 1.")
    assert said["Seberapa pasti"] == "cukup (jumlahnya jelas, isinya belum ditelaah)"
    assert said["Menyebar"] == "34 akun pada Facebook dan TikTok; 3.000 tayangan"
    assert said["Masih daring"].startswith("33 dari 35 unggahan")
    assert said["Langkah"].startswith("Penelaah menelaahnya paling lambat ") and "(H-" in said["Langkah"]
    page_one = " ".join([card.amount, *said.values()])
    assert "q " not in page_one and "s.d." not in page_one  # no test and no interval on the first page


def test_the_same_amount_is_the_same_phrase() -> None:
    assert amount(WORDS, {"observed": 31, "posts": 31, "expected": 1.29}) == "31 unggahan, biasanya sekitar 1"
    assert amount(WORDS, {"observed": 897, "posts": 918, "expected": 589.4}) == "897 teks berbeda, biasanya sekitar 589"
    assert amount(WORDS, {"observed": 6, "posts": 6, "expected": 0.2}) == "6 unggahan, biasanya kurang dari 1"


def test_last_weeks_incidents_are_told_with_what_became_of_them() -> None:
    rows = [
        tested.incident("2024-W03", incident="2024-01"),
        tested.incident("2024-W03", incident="2024-02", subject="hoax"),
        tested.incident("2024-W04", incident="2024-01", observed=50, posts=50),
    ]
    tables = {**invented.season("2024-W04"), "trends.incident_weeks": pl.concat(rows)}
    goes_on, over = before(Trends(facts_of("2024-W04", tables)), WORDS)
    assert goes_on.startswith(
        "Politik uang (2024-01), 35 unggahan, biasanya sekitar 1: berlanjut, pekan ini 50 unggahan"
    )
    assert "(2024-02)" in over and "pekan ini" in over and "unggahan baru" in over


def test_what_waits_is_counted_until_the_next_edition() -> None:
    shown = trends("2024-W04")
    assert shown.next_release == date(2024, 2, 5)
    assert "5 Februari 2024 (H-9)" in review_due(shown, WORDS)


def test_a_list_that_was_reviewed_is_not_called_unreviewed() -> None:
    tables = dict(invented.season("2024-W04"))
    items = tables["core.review_items"]
    assert review_words(facts_of("2024-W04", tables), WORDS) == "terdeteksi otomatis, belum ditinjau"
    tables["core.review_items"] = items.with_columns(coders=pl.lit(2, items.schema["coders"]), is_open=pl.lit(False))
    assert review_words(facts_of("2024-W04", tables), WORDS) == "terdeteksi otomatis, sudah ditinjau"


def test_parts_of_nothing_are_nothing() -> None:
    assert shielded([0, 0, 0], WORDS) == ["0", "0", "0"]
    assert shielded([0, None], WORDS) == ["0", DASH]
    assert shielded([0, 6, 7], WORDS) == ["<5", "disamarkan", "7"]


def test_two_weeks_stand_beside_each_other_and_hidden_cells_have_no_change() -> None:
    compared = beside(trends("2024-W05").facts, WORDS)
    assert next(iter(compared.weeks)) == "2024-W04" and len(compared.weeks) == 8
    topics, _, districts = compared.tables
    changes = [topics.change["2024-W04"][code] for code, _ in topics.rows]
    sizes = [abs(float(text.replace("−", "-").replace(",", "."))) for text in changes if text != DASH]
    assert sizes == sorted(sizes, reverse=True)
    for week, cells in districts.before.items():
        for code, cell in cells.items():
            if not cell[:1].isdigit() or not districts.now[code][:1].isdigit():
                assert districts.change[week][code] == DASH


def test_every_indicator_has_a_verdict_and_a_line() -> None:
    groups = Indicators(trends("2024-W05"), WORDS).groups()
    assert [group.name for group in groups][:2] == ["Pengumpulan", "Sentimen"]
    for row in (row for group in groups for row in group.rows):
        assert row.verdict and row.svg.startswith("<svg") and row.now in row.says


def test_counts_of_weeks_of_unequal_days_are_not_subtracted() -> None:
    compared = beside(trends("2024-W06").facts, WORDS)  # six days of the campaign beside seven
    topics, classes, districts = compared.tables
    assert compared.uneven == "Jumlah tidak dikurangkan bila jumlah harinya berbeda: pekan ini 6 hari, 2024-W05 7 hari."
    assert {classes.change["2024-W05"][code] for code, _ in classes.rows} == {DASH}
    assert {districts.change["2024-W05"][code] for code, _ in districts.rows} == {DASH}
    assert set(topics.change["2024-W05"].values()) != {DASH}
    assert not beside(trends("2024-W05").facts, WORDS).uneven


def test_an_indicator_says_what_its_test_says() -> None:
    shown = trends("2024-W05", kind="signal", family="topics", subject="flood", stage=None, platform="tiktok")
    tables = dict(shown.facts.tables)
    is_flood = (pl.col("family") == "topics") & (pl.col("subject") == "flood") & (pl.col("week") == "2024-W05")
    everywhere = is_flood & (pl.col("platform") == "all")
    tables["trends.signals"] = tables["trends.signals"].with_columns(signal=pl.col("signal") & ~everywhere)
    alone = Trends(facts_of("2024-W05", tables))
    row = alone.row(alone.facts.buckets[0], "topics", "flood")
    assert row is not None
    verdict = usual_of(alone, [row], None)
    assert (verdict.verdict, set(verdict.platforms)) == ("up", {"tiktok", "facebook", "instagram"})
    few = Trends(facts_of("2024-W05", with_incident("2024-W05", situation=False)))
    changed = few.row(few.facts.buckets[0], "indications", "insult")
    assert changed is not None and changed["signal"]
    assert usual_of(few, [changed], None).verdict == "few"
    calm = {**row, "subject": "other", "signal": False}
    assert usual_of(alone, [{**calm, "observed": calm["usual_high"] + 1}], None).verdict == "above"
    assert usual_of(alone, [{**calm, "observed": calm["usual_high"]}], None).verdict == "usual"
    negative = {**calm, "family": "sentiment", "subject": "negative", "observed": calm["usual_high"] + 1}
    assert usual_of(alone, [negative], None).verdict == "below"  # more negative posts are less net sentiment
    young = {**calm, "reason": "no_baseline", "usual_low": None, "usual_high": None}
    assert usual_of(alone, [young], None)[:2] == ("untested", "no_baseline")
    assert usual_of(alone, [young, {**calm, "reason": "too_rare"}], None)[:2] == ("untested", "too_rare")
    assert usual_of(alone, [], None)[:2] == ("untested", "none")


def test_a_card_whose_count_is_not_that_of_the_tables_says_so() -> None:
    shown = trends("2024-W05")
    now = shown.known_now(shown.incidents[0])
    online = dict(cards(shown, WORDS)[0].lines)["Masih daring"]
    assert now is not None and now != 35
    assert online == f"33 dari 35 unggahan; tabel memuat {now}, yang kini tercatat"


def test_a_chart_that_claims_what_the_first_one_claims_stands_in_its_place() -> None:
    drawn = [Picture(name, title, "", "", b"") for name, title in (("leading", "A"), ("topics", "B"), ("volume", "A"))]
    shown = trends("2024-W05")
    (block,) = charts.blocks(Report(shown, WORDS, judge(shown), drawn))
    assert isinstance(block, charts.Charts)
    assert [picture.name for picture in block.pictures] == ["volume", "topics"]


def test_five_cards_last_weeks_five_and_what_was_not_seen_fit_the_first_page() -> None:
    texts = ["satu", "dua", "tiga"]
    rows = [
        tested.incident(week, incident=f"2024-{number:02d}", subject=subject, driving_words=texts, district="3325110")
        for week in ("2024-W03", "2024-W04")
        for number, subject in enumerate(
            ("insult", "hoax", "hate_speech", "threat", "neutrality", "incitement"), start=1
        )
    ]
    tables = {**invented.season("2024-W04"), "trends.incident_weeks": pl.concat(rows)}
    shown = Trends(facts_of("2024-W04", tables))
    content = weekly_content(Report(shown, WORDS, judge(shown)))
    pages = PdfReader(io.BytesIO(weekly_document(content, WORDS, shown.facts.edition.local))).pages
    first, second = (" ".join(page.extract_text().split()) for page in pages[:2])
    assert "Situasi" in first and "Yang tidak terlihat" in first and "1 peristiwa lain ada pada lampiran." in first
    assert "Indikator" in second and "Putusan" in second
    assert "s.d." not in first and " q " not in first
    assert any("Lampiran" in page.extract_text() and "A. Peristiwa" in page.extract_text() for page in pages[3:9])
