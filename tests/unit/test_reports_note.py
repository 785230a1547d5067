"""The daily note: one page of counts on each day of the quiet period and the vote, in permitted words, marked."""

import io
import re
from collections.abc import Iterable
from datetime import date, datetime

import polars as pl
import pytest
from pypdf import PdfReader

from reports.edition import Edition, Language, Tables
from reports.note.note import moment_of, note
from reports.reading.contract import NOTE_CONTRACT, TableRefusedError
from tests import reports_fixture as invented
from tests.unit.test_reports_words import FORBIDDEN

DAYS = [date(2024, 2, day) for day in (11, 12, 13, 14)]


def tables(detected: Iterable[int] = (2, 0, 7), reviewed: int = 0) -> Tables:
    """Counts of the four days, the same each day, with so many detected on each platform, at most so many reviewed."""
    season = invented.season("2024-W07")
    rows = [
        {
            "day": day,
            "platform": name,
            "posts": 100 * place,
            "labelled": 90 * place,
            "detected": count,
            "reviewed": min(count, reviewed),
        }
        for day in DAYS
        for place, (name, count) in enumerate(zip(invented.PLATFORMS, detected, strict=True), start=1)
    ]
    classes = [{"day": day, "code": "quiet_period", "posts": sum(detected)} for day in DAYS if sum(detected)]
    return {
        **{name: season[name] for name in NOTE_CONTRACT if name in season},
        "day_counts": pl.DataFrame(rows),
        "day_indications": pl.DataFrame(classes, schema={"day": pl.Date, "code": pl.String, "posts": pl.Int64}),
    }


def edition(day: date, lang: Language = "id", as_of: datetime | None = None) -> Edition:
    week = str(invented.Week.of(day))
    return invented.edition(week, lang, as_of or moment_of(invented.edition(week), day))


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    assert len(pages) == 1
    return re.sub(r"\s+", " ", pages[0].extract_text())


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_each_day_has_one_page_with_its_number_days_and_gaps(day: date) -> None:
    pdf, lines, numbers = note(edition(day), day, tables())
    text = text_of(pdf)
    for part in (f"RONDA/3325/{day}/1", "TERBATAS", "Klasifikasi", "Hanya jumlah", "Kampanye di masa tenang"):
        assert part in text
    assert f"Terkumpul 600 unggahan dari TikTok, Facebook, dan Instagram pada {day.day} Februari 2024" in text
    assert "9 dari 540 unggahan berlabel masuk daftar telaah" in text
    assert str(day.day) in lines[0]
    assert numbers["indications"] == {"quiet_period": 9}


def test_the_note_of_the_vote_comes_out_after_the_embargo_and_the_others_are_marked() -> None:
    mark = "EMBARGO sampai 14 Februari 2024, 15.00 WIB"
    for day in DAYS[:3]:
        pdf, lines, _ = note(edition(day), day, tables())
        assert mark in text_of(pdf)
        assert lines[0].startswith(mark)
    pdf, lines, _ = note(edition(DAYS[3]), DAYS[3], tables())
    assert "EMBARGO" not in text_of(pdf) + lines[0]
    same_day = edition(DAYS[3], as_of=datetime(2024, 2, 14, 12, tzinfo=invented.ELECTION.zone))
    assert mark in text_of(note(same_day, DAYS[3], tables())[0])


def test_cells_crossed_with_a_platform_are_shielded_and_totals_are_not() -> None:
    text = text_of(note(edition(DAYS[0]), DAYS[0], tables())[0])
    assert "Semua platform 600 100 % 540 9" in text
    assert "TikTok 100 100 % 90 <5" in text
    assert "Facebook 200 100 % 180 <5" in text
    assert "Instagram 300 100 % 270 7" in text


def test_no_platform_has_fewer_than_five_where_all_of_them_together_have_none() -> None:
    text = text_of(note(edition(DAYS[0]), DAYS[0], tables((0, 0, 0)))[0])
    assert "TikTok 100 100 % 90 0" in text
    assert "<5" not in text


def test_zero_is_worded_in_full_and_no_reserved_word_is_used() -> None:
    text = text_of(note(edition(DAYS[1]), DAYS[1], tables((0, 0, 0)))[0])
    assert "Dari 540 unggahan yang terkumpul" in text and "tidak ada yang terdeteksi" in text
    assert "Tidak berarti tidak ada." in text
    assert re.findall(rf"\b({'|'.join(FORBIDDEN)})\b", text, re.IGNORECASE) == []


@pytest.mark.parametrize(
    ("reviewed", "stage"),
    [
        (0, "terdeteksi otomatis, belum ditinjau"),
        (2, "terdeteksi otomatis; 4 dari 9 sudah ditinjau"),
        (7, "terdeteksi otomatis, sudah ditinjau"),
    ],
)
def test_a_note_says_how_many_of_its_posts_were_reviewed(reviewed: int, stage: str) -> None:
    text = text_of(note(edition(DAYS[1]), DAYS[1], tables(reviewed=reviewed))[0])
    assert f"9 dari 540 unggahan berlabel masuk daftar telaah ({stage};" in text


def test_unknown_coverage_and_gaps_are_said() -> None:
    given = dict(tables())
    coverage = given["core.coverage"].filter(pl.col("day") <= DAYS[1])
    none = [pl.lit(None, pl.Int64).alias(name) for name in ("planned", "attempted", "succeeded")]
    given["core.coverage"] = coverage.with_columns(*none, pl.lit("unknown").alias("status"))
    text = text_of(note(edition(DAYS[1]), DAYS[1], given)[0])
    assert "(cakupan tidak diketahui)" in text
    outage = pl.when(pl.col("platform") == "facebook").then(0).otherwise(pl.col("succeeded")).alias("succeeded")
    given["core.coverage"] = coverage.with_columns(outage)
    text = text_of(note(edition(DAYS[1]), DAYS[1], given)[0])
    assert re.search(r"Facebook 12 Februari 2024 terkumpul sebagian|Facebook 12 Februari 2024 tidak dikumpulkan", text)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_a_note_speaks_of_the_gaps_of_its_own_day_alone(day: date) -> None:
    text = text_of(note(edition(day), day, tables())[0])
    assert "Semua pengumpulan yang direncanakan hari tersebut berhasil." in text
    assert "tidak dikumpulkan" not in text


def test_a_note_made_again_later_announces_the_report_that_is_still_to_come() -> None:
    late = edition(DAYS[0], as_of=datetime(2024, 2, 15, 6, tzinfo=invented.ELECTION.zone))
    text = text_of(note(late, DAYS[0], tables())[0])
    assert "Ikhtisar pekan 2024-W07 terbit" in text
    assert "Ikhtisar pekan 2024-W06 terbit" not in text


def test_the_next_note_is_announced_until_the_last_one() -> None:
    assert "Catatan 12 Februari 2024 terbit 13 Februari 2024, 06.00 WIB" in text_of(
        note(edition(DAYS[0]), DAYS[0], tables())[0]
    )
    last = text_of(note(edition(DAYS[3]), DAYS[3], tables())[0])
    assert "Catatan 15 Februari" not in last
    assert "Ikhtisar pekan 2024-W07 terbit 19 Februari 2024, 06.00 WIB" in last


def test_the_english_note_holds_no_indonesian_words_of_ours() -> None:
    text = text_of(note(edition(DAYS[0], "en"), DAYS[0], tables())[0])
    assert "Daily Note" in text
    assert re.findall(r"\b(unggahan|cakupan|terdeteksi|pekan)\b", text) == []


def test_the_same_counts_give_the_same_bytes() -> None:
    first, second = (note(edition(DAYS[0]), DAYS[0], tables())[0] for _ in range(2))
    assert first == second


def test_a_private_column_is_refused() -> None:
    given = dict(tables())
    given["day_counts"] = given["day_counts"].with_columns(name_pi=pl.lit("x"))
    with pytest.raises(TableRefusedError, match="name_pi"):
        note(edition(DAYS[0]), DAYS[0], given)
