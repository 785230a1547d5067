"""Words, numbers and dates: both languages whole, forbidden words absent, zero worded as the method says."""

import re
import string
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from flows.post import Reason
from flows.seeds import read_seed
from reports.edition import Language
from reports.wording.sentences import zero_sentence
from reports.wording.words import MINUS, THIN, Words, held, read_words
from tests.reports_fixture import ELECTION

FORBIDDEN = ("temuan", "laporan", "pelanggaran", "pelaku", "terbukti", "rawan", "aman", "nihil pelanggaran")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_hold_the_same_keys_with_the_same_gaps_to_fill() -> None:
    indonesian, english = read_words("id"), read_words("en")
    assert indonesian.keys() == english.keys()
    different = [key for key in indonesian if fields(indonesian[key]) != fields(english[key])]
    assert different == []


def reserved_words(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts that use a word which is reserved for decided cases."""
    pattern = re.compile(rf"\b({'|'.join(FORBIDDEN)})(nya|lah|kah)?\b", re.IGNORECASE)
    return {key: text for key, text in texts.items() if pattern.search(text)}


def test_no_indonesian_template_uses_a_word_that_is_reserved_for_decided_cases() -> None:
    assert reserved_words({"a": "Laporan mingguan", "b": "amanat"}) == {"a": "Laporan mingguan"}
    assert reserved_words(read_words("id")) == {}


def test_negative_campaigning_and_criticism_are_only_named_to_set_them_apart() -> None:
    named = [key for key, text in read_words("id").items() if "kampanye hitam" in text.lower()]
    assert named == ["limit_5"]


def test_every_reject_reason_has_words() -> None:
    assert [reason for reason in Reason if f"reason_{reason}" not in read_words("id")] == []


def test_every_official_count_has_words() -> None:
    counts = read_seed("official_counts") + read_seed("regency_counts")
    metrics = {row["metric"] for row in counts} | set(read_seed("official_series")[0])
    named = metrics - {"series", "as_of", "campaign_day"}
    assert sorted(metric for metric in named if f"official_{metric}" not in read_words("id")) == []


@pytest.mark.parametrize(
    ("lang", "number", "decimal", "share", "span"),
    [
        ("id", "12.345", f"{MINUS}1.234,5", f"96{THIN}%", "3,2 s.d. 9,7"),
        ("en", "12,345", f"{MINUS}1,234.5", "96%", "3.2 to 9.7"),
    ],
)
def test_numbers_follow_the_language(lang: Language, number: str, decimal: str, share: str, span: str) -> None:
    words = Words(lang)
    assert words.number(12345) == number
    assert words.decimal(-1234.5) == decimal
    assert words.percent(0.96) == share
    assert words.interval(3.2, 9.7) == span


def test_unknown_is_a_dash_and_a_rounded_zero_has_no_sign() -> None:
    words = Words("id")
    assert (words.number(None), words.decimal(None), words.percent(None)) == ("–", "–", "–")
    assert words.decimal(-0.04, signed=True) == "0,0"


def test_a_share_is_never_rounded_up_to_all_or_down_to_nothing() -> None:
    words = Words("id")
    assert words.percent(0.9999) == f"99,9{THIN}%"
    assert words.percent(0.0001) == f"0,1{THIN}%"
    assert words.percent(1.0) == f"100{THIN}%"


def test_dates_are_written_as_indonesian_offices_write_them() -> None:
    words = Words("id")
    assert words.day(date(2024, 5, 5)) == "5 Mei 2024"
    assert words.days(date(2024, 2, 5), date(2024, 2, 11)) == "5–11 Februari 2024"
    assert words.short_days(date(2024, 2, 5), date(2024, 2, 11)) == "5–11 Feb 2024"
    assert words.days(date(2024, 1, 29), date(2024, 2, 4)) == "29 Januari – 4 Februari 2024"
    assert words.days(date(2023, 12, 25), date(2024, 1, 1)) == "25 Desember 2023 – 1 Januari 2024"
    assert words.long_day(date(2024, 2, 12)) == "Senin, 12 Februari 2024"
    moment = datetime(2024, 2, 12, 6, 0, tzinfo=ZoneInfo("Asia/Jakarta"))
    assert words.moment(moment, ELECTION.zone_label) == "12 Februari 2024, 06.00 WIB"
    assert [words.countdown(days) for days in (3, 0, -2)] == ["H-3", "hari-H", "H+2"]


def test_zero_is_worded_with_its_bound_and_its_coverage() -> None:
    assert zero_sentence(Words("id"), 2412, 0.96) == (
        f"Dari 2.412 unggahan yang terkumpul (cakupan rencana 96{THIN}%) tidak ada yang terdeteksi. Batas atas 95 %: "
        "1,5 per 1.000 unggahan; yang luput dari deteksi belum dihitung. Tidak berarti tidak ada."
    )


def test_zero_of_unknown_coverage_says_so_and_too_few_posts_have_no_bound() -> None:
    text = zero_sentence(Words("id"), 3, None)
    assert "(cakupan tidak diketahui)" in text
    assert "lebih dari 1.000 per 1.000" in text
    assert "deteksi tidak dapat dinilai" in zero_sentence(Words("id"), 0, 0.9)


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("titik gelap: 5–10 Feb 2024", "titik gelap: 5–10~Feb~2024"),
        ("29 Januari – 4 Februari 2024", "29~Januari – 4~Februari~2024"),  # whole it would be too long for a column
        ("12 May, 96 % of 3 marks", "12~May, 96~% of 3 marks"),
        ("Pemilu 2024", "Pemilu 2024"),
    ],
)
def test_a_date_is_not_broken_over_two_lines(text: str, joined: str) -> None:
    assert held(text) == joined.replace("~", THIN)
