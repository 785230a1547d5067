"""Incidents: from which evidence, under which number, how long, and when a false detection closes them for good."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from flows.headers import schema
from flows.store.warehouse import Connection
from flows.trends import count_flags, incidents
from tests.sql.warehouse_of_cases import build, warehouse_of
from tests.unit.test_trends_signals import cells

FIRST = date(2024, 1, 1)
EVIDENCE = schema("trends.incident_weeks") | {
    "thread": pl.String, "known_day": pl.Date, "harmless_share": pl.Float64, "coded": pl.Int64, "dismissed": pl.Int64,
}  # fmt: skip


def evidence(number: int, **changes: Any) -> dict[str, Any]:
    """One row of evidence in a week of 2024, by its number."""
    day = FIRST + timedelta(weeks=number - 1)
    row = dict.fromkeys(EVIDENCE) | {
        "week": f"2024-W{number:02d}", "phase": "campaign", "kind": "count_flag", "family": "indications",
        "subject": "insult", "thread": "insult up", "first_day": day, "first_seen": day, "last_seen": day, "posts": 20,
        "texts": 20, "coded": 0, "dismissed": 0, "driving_words": ["gundul", "lapangan"], "word_share": 0.5,
    }  # fmt: skip
    known = changes.get("first_day", day) + timedelta(weeks=1)
    return row | {"known_day": known} | changes


def found(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return incidents.find(pl.DataFrame(rows, schema=EVIDENCE)).to_dicts()


def names(*rows: dict[str, Any]) -> list[str]:
    return [row["incident"] for row in found(*rows)]


# -- one matter over weeks ---------------------------------------------------------------------------------------------


def test_a_matter_that_comes_back_within_two_weeks_is_the_same_incident() -> None:
    assert names(evidence(5), evidence(7), evidence(10)) == ["2024-01", "2024-01", "2024-02"]


def test_other_subjects_have_other_numbers_and_later_weeks_change_none() -> None:
    rows = [evidence(5), evidence(5, thread="copies 7", kind="copies", subject="copies", posts=140), evidence(6)]
    assert [(row["incident"], row["kind"]) for row in found(*rows[:2])] == [
        ("2024-01", "copies"),
        ("2024-02", "count_flag"),
    ]
    assert found(*rows)[:2] == found(*rows[:2])


def test_numbers_begin_anew_with_the_year_and_the_incident_keeps_the_day_it_opened() -> None:
    late = evidence(1, week="2023-W52", first_day=date(2023, 12, 25), first_seen=date(2023, 12, 26))
    rows = found(late, evidence(1, thread="other"), evidence(2))
    assert [row["incident"] for row in rows] == ["2023-01", "2023-01", "2024-01"]
    assert [row["opened"] for row in rows[:2]] == [date(2023, 12, 26)] * 2


def test_a_case_that_is_confirmed_later_changes_no_number_and_joins_the_matter_it_is_of() -> None:
    flag, later = evidence(5), evidence(8, thread="threat up")
    case = {"kind": "case", "known_day": date(2024, 3, 1), "texts": 1, "posts": 1}
    rows = found(flag, later, evidence(4, **case), evidence(2, thread="hoax up", **case))
    assert [(row["week"], row["incident"]) for row in rows] == [
        ("2024-W04", "2024-01"), ("2024-W05", "2024-01"), ("2024-W08", "2024-02"), ("2024-W02", "2024-03"),
    ]  # fmt: skip
    assert {row["opened"] for row in rows if row["incident"] == "2024-01"} == {FIRST + timedelta(weeks=3)}


# -- what is told ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "status", "is_told"),
    [
        ({}, "open", True),
        ({"texts": 4}, "open", False),
        ({"texts": 1, "kind": "copies"}, "open", True),  # many accounts, one text
        ({"event_day": date(2024, 2, 1)}, "explained", True),
        ({"harmless_share": 0.8}, "false_detection", False),
        ({"harmless_share": 0.79}, "open", True),
        ({"coded": 5, "dismissed": 5}, "false_detection", False),
        ({"coded": 6, "dismissed": 5}, "open", True),
        ({"coded": 4, "dismissed": 4}, "open", True),
    ],
)
def test_the_status_of_evidence(changes: Mapping[str, Any], status: str, is_told: bool) -> None:
    (row,) = found(evidence(5, **changes))
    assert (row["status"], row["situation"]) == (status, is_told)


def test_a_false_detection_is_not_raised_again_for_its_word_and_subject() -> None:
    closed = evidence(5, coded=5, dismissed=5, word_share=0.9)
    again = found(closed, evidence(9, word_share=0.85), evidence(12, word_share=0.85, driving_words=["bodoh"]))
    assert [row["status"] for row in again] == ["false_detection", "false_detection", "open"]
    other = found(closed, evidence(9, word_share=0.85, subject="threat", thread="threat up"))
    assert other[1]["status"] == "open"


# -- counts of classes that are not judged -----------------------------------------------------------------------------


def flags(
    counts: list[int], is_measured: bool = False, phases: Mapping[int, str] | None = None
) -> list[dict[str, Any]]:
    phase = phases or {}
    rows = cells(counts).with_columns(is_measured=pl.lit(is_measured))
    days = rows["bucket"].unique().sort().to_list()
    named = {day: phase.get(number, "pre_campaign") for number, day in enumerate(days)}
    rows = rows.with_columns(phase=pl.col("bucket").replace_strict(named, return_dtype=pl.String))
    return count_flags.find(rows).filter(platform="tiktok").to_dicts()


def test_a_jump_of_an_unmeasured_class_is_a_flag_and_one_above_nothing_is_none() -> None:
    rows = flags([1, 0, 2, 1, 1, 31, 2])
    assert [row["flag"] for row in rows] == [False] * 5 + [True, False]
    assert rows[5]["expected"] == pytest.approx(1.0)
    assert "2023-W41" not in rows[6]["baseline_weeks"]  # a flag is no part of a later baseline
    assert [row["reason"] for row in rows[:4]] == ["no_baseline"] * 4


def test_a_young_phase_is_compared_with_the_one_before_and_says_so() -> None:
    campaign = dict.fromkeys(range(6, 12), "campaign")
    rows = flags([1, 0, 2, 1, 1, 0, 1, 18, 1, 0, 2, 1], phases=campaign)
    assert [row["flag"] for row in rows].index(True) == 7
    assert [row["is_weak"] for row in rows[6:]] == [True] * 5 + [False]  # four of its own phase, one a flag, then five


def test_a_measured_class_is_counted_only_while_its_baseline_is_weak() -> None:
    rows = flags([1, 0, 2, 1, 1, 0, 1, 18], is_measured=True, phases={6: "campaign", 7: "campaign"})
    assert [(row["first_day"] >= date(2023, 10, 16), row["flag"]) for row in rows] == [(True, False), (True, True)]


def test_a_decline_is_no_flag() -> None:
    assert not any(row["flag"] for row in flags([40, 41, 39, 40, 42, 38, 0]))


# -- where evidence comes from -----------------------------------------------------------------------------------------


def rows_of(connection: Connection, columns: str) -> list[tuple[Any, ...]]:
    build(connection, "trends.incident_weeks")
    return connection.execute(f"SELECT {columns} FROM trends.incident_weeks ORDER BY ALL").fetchall()  # noqa: S608


def copied(accounts: int, **changes: str) -> dict[str, str]:
    text = "Beras naik terus tapi petani tetap susah"
    return {
        "author_key": f"{changes.get('day', 'a')}-*",
        "unit_key": "7",
        "text": text,
        "copies": str(accounts),
    } | changes


def test_one_text_by_ten_accounts_is_a_copy_cluster_and_by_nine_is_none() -> None:
    assert rows_of(warehouse_of(posts=[copied(9)]), "kind") == []
    (row,) = rows_of(warehouse_of(posts=[copied(10)]), "kind, accounts, posts, online, texts, status, situation")
    assert row == ("copies", 10, 10, 10, 1, "open", True)


def test_ten_accounts_count_within_72_hours_and_not_beyond() -> None:
    def posts(last: str) -> list[dict[str, str]]:
        return [
            copied(5, day="2024-01-09", created_at="2024-01-09 12:00:00+07"),
            copied(5, day="2024-01-12", created_at=last),
        ]

    assert len(rows_of(warehouse_of(posts=posts("2024-01-12 12:00:00+07")), "kind")) == 1
    assert rows_of(warehouse_of(posts=posts("2024-01-12 12:00:01+07")), "kind") == []


def test_one_account_that_repeats_itself_is_no_cluster() -> None:
    assert rows_of(warehouse_of(posts=[copied(30, author_key="a")]), "kind") == []


def test_words_that_everybody_uses_drive_it_least() -> None:
    others = [{"author_key": "b-*", "text": "Beras di pasar", "copies": "20"}]
    ((words, share),) = rows_of(warehouse_of(posts=[copied(12), *others]), "driving_words, word_share")
    assert (words, share) == (["petani", "tetap", "beras"], 1.0)  # the rest are function words


def test_what_two_coders_confirmed_is_an_incident_without_any_test() -> None:
    post = {"post_id": "p1", "indications": "money_politics", "author_key": "a"}
    review = {"post_id": "p1", "code": "money_politics"}
    one = warehouse_of(posts=[post], reviews=[{**review, "coder": "A"}])
    assert rows_of(one, "kind") == []
    two = warehouse_of(posts=[post], reviews=[{**review, "coder": "A"}, {**review, "coder": "B"}])
    assert rows_of(two, "kind, subject, posts, stage, situation") == [("case", "money_politics", 1, "indicated", False)]
