"""What is flagged, confirmed and estimated stands apart everywhere; without reviews there is a reason and no number."""

import re

import polars as pl
import pytest

from reports.edition import Language
from reports.figures import charts, estimates
from reports.judging.lights import judge
from reports.reading.contract import checked_tables
from reports.reading.estimates import reviewed_bucket
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.tables.estimates import estimates_table
from reports.weekly.section import Report
from reports.weekly.sections.estimates import SECTION
from reports.wording.estimates import estimate_line, estimate_sentences
from reports.wording.words import Words
from tests.reports_fixture import edition, season
from tests.reports_fixture_tested import BURST, REVIEWED

QUIET = "2024-W03"


def trends_of(week: str = BURST, lang: Language = "id") -> Trends:
    of_week = edition(week, lang)
    return Trends(Facts(of_week, checked_tables(season(week), of_week.week)))


def test_a_sentence_has_the_three_numbers_each_under_its_own_name() -> None:
    first = estimate_sentences(trends_of().facts, Words("id"))[0]
    assert first.startswith("Penghinaan / kampanye hitam: diperkirakan ada 34 (21")
    assert "mesin mendeteksi 26" in first and "membenarkan 17" in first


def test_leaders_read_the_largest_class_in_one_line() -> None:
    line = estimate_line(trends_of().facts, Words("id"))
    assert line == "Perkiraan yang ada: Penghinaan / kampanye hitam 34 (21 s.d. 62)."


@pytest.mark.parametrize("lang", ["id", "en"])
def test_without_reviews_no_number_is_estimated_and_the_reader_learns_what_to_do(lang: Language) -> None:
    trends, words = trends_of(QUIET, lang), Words(lang)
    (told,) = estimate_sentences(trends.facts, words)
    assert words("estimate_reason_flags_not_reviewed") in told and QUIET in told
    assert not re.search(r"\d", told.replace(QUIET, ""))
    assert estimate_line(trends.facts, words) == words("brief_estimates_none")
    assert set(estimates_table(trends.facts, words).column("estimate")) == {words("estimate_reason_flags_not_reviewed")}
    assert "estimates" not in {picture.name for picture in charts.pictures(trends, words, (estimates.CHART,))}


def test_the_table_has_a_row_a_class_and_columns_of_their_own() -> None:
    table = estimates_table(trends_of().facts, Words("id"))
    assert len(table.rows) == len(REVIEWED) + 1
    assert table.column("flagged")[0] == "26" and table.column("confirmed")[0] == "17"
    assert table.column("estimate")[0].startswith("34 (21")
    headings = [column.heading for column in table.columns]
    assert len(set(headings)) == len(headings)


def test_where_nothing_is_estimated_the_upper_limit_is_said() -> None:
    trends = trends_of()
    frame = trends.facts.tables["trends.estimates"]
    none = frame.with_columns(flagged=pl.lit(0, pl.Int64), estimate=pl.lit(0.0), low=pl.lit(0.0)).filter(
        pl.col("reason").is_null()
    )
    facts = Facts(trends.facts.edition, {**trends.facts.tables, "trends.estimates": none})
    (told,) = estimate_sentences(facts, Words("id"))
    assert "62" in told and "Tidak berarti tidak ada" in told


def waiting(week: str) -> Trends:
    """The week after that of the burst: its posts are not reviewed yet, those of the week before are."""
    trends = trends_of(week)
    before = trends_of(BURST).facts.tables
    tables = {
        name: pl.concat([before[name], trends.facts.tables[name]])
        for name in ("trends.estimates", "trends.net_estimates")
    }
    return Trends(Facts(trends.facts.edition, {**trends.facts.tables, **tables}))


def test_until_the_week_is_reviewed_the_latest_reviewed_one_is_told_and_named() -> None:
    trends, words = waiting("2024-W06"), Words("id")
    first, second, *_ = estimate_sentences(trends.facts, words)
    assert first == (
        "Unggahan pekan 2024-W06 belum ditelaah dua orang, sebab lembar telaahnya terbit bersama ikhtisar ini. Angka "
        "berikut dari periode terakhir yang sudah ditelaah, 29 Januari – 4 Februari 2024."
    )
    assert second.startswith("Penghinaan / kampanye hitam: diperkirakan ada 34 (21")
    line = estimate_line(trends.facts, words)
    assert line.endswith("(29 Januari – 4 Februari 2024) 34 (21 s.d. 62).")
    table = estimates_table(trends.facts, words)
    assert table.column("bucket")[: len(REVIEWED)] == ["Kampanye, 29 Jan – 4 Feb 2024 (7 hari)"] * len(REVIEWED)
    (picture,) = charts.pictures(trends, words, (estimates.CHART,))
    assert len(picture.values) == len(REVIEWED) and "29 Januari – 4 Februari 2024" in picture.alt
    blocks = SECTION.blocks(Report(trends, words, judge(trends)))
    assert "Menurut dua penelaah atas 126 unggahan contoh" in repr(blocks)


def test_a_class_that_nobody_looked_at_does_not_make_a_week_a_reviewed_one() -> None:
    trends = waiting("2024-W06")
    frame = trends.facts.tables["trends.estimates"]
    unseen = frame.filter(week="2024-W06", indication="threat").with_columns(
        indication=pl.lit("hoax"), flagged=pl.lit(0, pl.Int64), estimate=pl.lit(0.0), low=pl.lit(0.0),
        high=pl.lit(9.0), reason=pl.lit(None, pl.String),
    )  # fmt: skip
    facts = Facts(trends.facts.edition, {**trends.facts.tables, "trends.estimates": pl.concat([frame, unseen])})
    assert str(reviewed_bucket(facts).week) == BURST


def test_the_chart_draws_three_marks_a_class() -> None:
    (picture,) = charts.pictures(trends_of(), Words("id"), (estimates.CHART,))
    assert picture.title.startswith("Penghinaan / kampanye hitam: 26 terdeteksi")
    assert len(picture.values) == len(REVIEWED)
    assert all("terdeteksi" in value and "dibenarkan" in value and "diperkirakan" in value for value in picture.values)


def test_the_section_says_what_the_numbers_are_before_it_gives_them() -> None:
    trends, words = trends_of(), Words("id")
    blocks = SECTION.blocks(Report(trends, words, judge(trends)))
    assert [block.kind for block in blocks] == ["paragraph", "bullets", "either"]
