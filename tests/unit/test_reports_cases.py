"""What reports say of cases: nothing while there is none, tasks while something is due, decisions once there are."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl

import reports
from flows.headers import schema
from flows.periods import Week
from reports.briefing.briefing import _follow
from reports.figures.charts import pictures
from reports.figures.decided import CHART
from reports.letter.letter import Evidence, Letter, Office
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.wording.decisions import decisions
from reports.wording.words import Words
from tests import reports_fixture as invented

WEEK = "2024-W05"
WORDS = Words("id")
NAMES = ("cases", "referred", "answered", "decided", "violations", "not_violations", "pending", "closed")


def trends(due: list[tuple[int, str, date]], **counts: int) -> Trends:
    """A week with cases: (number, clock, day) of those that are due, and how many came how far."""
    cases = [
        {
            **dict.fromkeys(schema("core.cases")),
            **{"case_number": number, "code": "hoax", "receiver": "bawaslu", "week": WEEK, "phase": "campaign"},
            **{"stage": "referred", "posts": 1, "due_day": day, "due_clock": clock},
        }
        for number, clock, day in due
    ]
    counted = [{"week": WEEK, "phase": "campaign", "first_day": date(2024, 1, 29), **dict.fromkeys(NAMES, 0), **counts}]
    season = invented.season(WEEK)
    tables = {
        **season,
        "core.review_items": season["core.review_items"].with_columns(stage=pl.lit("reviewed")),
        "core.cases": pl.DataFrame(cases, schema=schema("core.cases"), orient="row"),
        "trends.weekly_cases": pl.DataFrame(counted, schema=schema("trends.weekly_cases"), orient="row"),
    }
    edition = invented.edition(WEEK)
    return Trends(Facts(edition, checked_tables(tables, Week.parse(WEEK))))


def test_what_is_due_is_a_task_for_the_office_and_its_receiver() -> None:
    known = trends(
        [(3, "answer", date(2024, 2, 9)), (4, "hand_over", date(2024, 2, 4)), (5, "follow_up", date(2024, 2, 12))]
    )
    tasks = {each.what: each for each in decisions(known, WORDS) if "berkas" in each.what}
    assert list(tasks) == [
        "Teruskan berkas 4 ke penerima.",
        "Tanyakan jawaban penerima atas berkas 3.",
        "Tanyakan putusan penerima atas berkas 5.",
    ]
    assert "Bawaslu Batang" in tasks["Teruskan berkas 4 ke penerima."].whom
    assert [each.what for each in decisions(trends([]), WORDS) if "berkas" in each.what] == []


def test_the_notice_names_what_is_due() -> None:
    due = trends([(3, "answer", date(2024, 2, 9)), (4, "hand_over", date(2024, 2, 4))]).due_cases
    assert reports.cases_told("id", due, date(2024, 2, 5)) == [
        "Berkas yang ditunggu: berkas 4: teruskan, 4 Februari 2024; berkas 3: tanyakan jawaban, 9 Februari 2024. "
        "Sudah lewat: 1."
    ]
    assert reports.cases_told("id", [], date(2024, 2, 5)) == []


def test_decided_is_the_only_count_of_violations_and_is_drawn_once_there_is_one() -> None:
    quiet, told = (
        trends([], cases=2, referred=1),
        trends([], cases=3, referred=3, decided=2, violations=1, not_violations=1),
    )
    assert "melanggar)" in _follow(told, WORDS) and "Berkas: 3 dibuat, 3 diteruskan" in _follow(told, WORDS)
    assert "Berkas" not in _follow(trends([]), WORDS)
    assert pictures(quiet, WORDS, [CHART]) == []
    (picture,) = pictures(told, WORDS, [CHART])
    assert picture.title == "1 dari 2 berkas yang diputus dinyatakan melanggar"
    assert "2024-W05: melanggar: 1" in picture.values


def test_a_letter_has_the_same_bytes_and_says_that_nothing_is_decided() -> None:
    moment = datetime(2024, 2, 4, 1, tzinfo=UTC)
    post = Evidence("1", "tiktok", moment, moment, "https://www.tiktok.com/@_/video/1", "ab" * 32, "\u202e<b> 😀 " * 40)
    office = Office("Diskominfo", "Kabupaten Batang", ZoneInfo("Asia/Jakarta"), "WIB")

    def letter(number: str, personal: bool = False) -> bytes:
        posts = [post] * 30
        written = Letter(
            *(number, "Berkas 1", date(2024, 2, 6), "Bawaslu Batang", personal, "Politik uang", ["280(1)j"], "#x", ""),
            *("", posts, [], "cd" * 32),
        )
        return reports.render_letter(written, office, "id", moment)

    assert letter("1/2024") == letter("1/2024")
    assert len({letter("1/2024"), letter(""), letter("", personal=True)}) == 3
