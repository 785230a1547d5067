"""What is flagged, confirmed and estimated stands apart everywhere; without reviews there is a reason and no number."""

import re

import polars as pl
import pytest

from reports.edition import Language
from reports.figures import charts, estimates
from reports.judging.lights import judge
from reports.reading.contract import checked_tables
from reports.reading.estimates import reviewed_bucket, rows_of
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.tables.estimates import estimates_table
from reports.weekly.section import Report
from reports.weekly.sections.estimates import SECTION
from reports.wording.estimates import estimate_line, estimate_sentences, estimate_text
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
    assert first.endswith(
        "mesin mendeteksi 26; dua penelaah membaca 26 di antaranya dan membenarkan 17; "
        "pada 100 unggahan contoh lainnya mereka menemukan 1 yang luput."
    )


def test_leaders_read_the_largest_class_in_one_line() -> None:
    line = estimate_line(trends_of().facts, Words("id"))
    assert line == "Menurut telaah, Penghinaan / kampanye hitam diperkirakan ada 34 (21 s.d. 62) unggahan."


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
    zeros = {name: pl.lit(0, pl.Int64) for name in ("flagged", "reviewed", "confirmed", "missed")}
    none = frame.filter(pl.col("reason").is_null()).with_columns(**zeros, estimate=pl.lit(0.0), low=pl.lit(0.0))
    facts = Facts(trends.facts.edition, {**trends.facts.tables, "trends.estimates": none})
    (told,) = estimate_sentences(facts, Words("id"))
    assert "62" in told and "Tidak berarti tidak ada" in told
    assert estimate_line(facts, Words("id")) == (
        "Menurut telaah, tidak ada jenis yang ditemukan; yang luput paling banyak 62 unggahan tiap jenis."
    )
    (picture,) = charts.pictures(Trends(facts), Words("id"), (estimates.CHART,))
    assert picture.title == "Penelaah tidak menemukan satu jenis pun; yang luput paling banyak 62 unggahan tiap jenis"


def unseen(flagged: int, low: float) -> Facts:
    """The week of the burst, in which coders saw no hoax, though reviews of other weeks let expect many."""
    trends = trends_of()
    changes = {"flagged": flagged, "reviewed": flagged, "estimate": 40.0, "low": low, "high": 94.0}
    frame = trends.facts.tables["trends.estimates"].with_columns(
        pl.when(pl.col("indication") == "hoax").then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        for name, value in changes.items()
    )
    return Facts(trends.facts.edition, {**trends.facts.tables, "trends.estimates": frame})


def test_nobody_reads_a_number_of_a_class_that_was_neither_flagged_nor_seen() -> None:
    facts, words = unseen(0, 2.0), Words("id")
    assert estimate_line(facts, words).startswith("Menurut telaah, Penghinaan")
    *_, told = estimate_sentences(facts, words)
    assert told == (
        "Hoaks / disinformasi: tidak ditemukan; mesin tidak mendeteksi satu pun; pada 100 unggahan contoh lainnya "
        "mereka tidak menemukan yang luput; menurut telaah sampai 8 periode, yang luput 2 s.d. 94 unggahan."
    )
    table = estimates_table(facts, words)
    cells = dict(zip(table.column("indication"), table.column("estimate"), strict=True))
    assert cells["Hoaks / disinformasi"] == "tidak ditemukan; luput 2 s.d. 94"
    (picture,) = charts.pictures(Trends(facts), words, (estimates.CHART,))
    assert picture.title.startswith("Penghinaan") and "40" not in "".join(picture.values)


@pytest.mark.parametrize("lang", ["id", "en"])
def test_flags_that_coders_did_not_confirm_are_no_zero_confirmed_of_zero(lang: Language) -> None:
    words = Words(lang)
    for flagged, key, missed in (
        (0, "none", words.interval(1, 94, 0)),
        (3, "wrong", words("estimate_at_most", high=94)),
    ):
        *_, told = estimate_sentences(unseen(flagged, 0.0 if flagged else 1.0), words)
        assert words(f"estimates_flags_{key}", flagged=flagged, reviewed=flagged) in told
        assert words("estimates_may_miss", missed=missed) in told


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
    assert line.endswith("diperkirakan ada 34 (21 s.d. 62) unggahan pada 29 Januari – 4 Februari 2024.")
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
    told = [row for row in rows_of(facts, facts.buckets[0]) if row["indication"] == "hoax"]
    assert [(row["estimate"], estimate_text(Words("id"), row)) for row in told] == [(None, "belum ditelaah")]
    assert "Hoaks / disinformasi" not in estimates_table(facts, Words("id")).column("indication")[len(REVIEWED) :]


def test_the_chart_draws_three_marks_a_class() -> None:
    (picture,) = charts.pictures(trends_of(), Words("id"), (estimates.CHART,))
    assert picture.title.startswith("Penghinaan / kampanye hitam: 26 terdeteksi")
    assert len(picture.values) == len(REVIEWED)
    assert all("terdeteksi" in value and "dibenarkan" in value and "perkiraan" in value for value in picture.values)


def test_the_section_says_what_the_numbers_are_before_it_gives_them() -> None:
    trends, words = trends_of(), Words("id")
    blocks = SECTION.blocks(Report(trends, words, judge(trends)))
    assert [block.kind for block in blocks] == ["paragraph", "bullets", "either"]
