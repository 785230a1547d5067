"""Every expectation on landed files passes on healthy files and notices the one thing it is there for."""

from typing import Any

import pandas as pd
import pytest

from expectations.landed_files import suite
from expectations.run import Outcome, gate, validate


def file(name: str | None, **counts: int | None) -> dict[str, object]:
    """A file of a hundred records, ninety of them posts, unless counts say otherwise."""
    return {"file": name, "records": 100, "posts": 90, "duplicates": 6, "rejects": 4, "unreadable": 1} | counts


def frame(*files: dict[str, object]) -> pd.DataFrame:
    """A healthy file and these."""
    return pd.DataFrame([file("baik.ndjson"), *files])


SPOILED: dict[str, dict[str, object]] = {
    "file_named": file(None),
    "records_counted": file("a", records=None),
    "posts_counted": file("a", posts=None),
    "duplicates_counted": file("a", duplicates=None),
    "rejects_counted": file("a", rejects=None),
    "unreadable_counted": file("a", unreadable=None),
    "records_not_negative": file("a", records=-1),
    "posts_not_negative": file("a", posts=-1),
    "duplicates_not_negative": file("a", duplicates=-1),
    "rejects_not_negative": file("a", rejects=-1),
    "unreadable_not_negative": file("a", unreadable=-1),
    "records_accounted_for": file("a", posts=89),
    "unreadable_within_rejects": file("a", unreadable=5),
    "shape_known": file("a", posts=5, duplicates=0, rejects=95, unreadable=95),
    "shape_mostly_known": file("a", posts=80, duplicates=0, rejects=20, unreadable=20),
    "rejects_minority": file("a", posts=40, duplicates=0, rejects=60, unreadable=0),
    "records_present": file("a", records=0, posts=0, duplicates=0, rejects=0, unreadable=0),
    "duplicates_not_all": file("a", posts=0, duplicates=100, rejects=0, unreadable=0),
}


def test_every_expectation_has_data_that_trips_it() -> None:
    assert set(SPOILED) == {each.name for each in suite("zeeschuimer").expectations}


def test_every_expectation_evaluates_and_passes_on_healthy_files() -> None:
    verdicts = validate(frame(file("lain.csv")), suite("crowdtangle"), empty_is_valid=False)
    assert {verdict.name: verdict.outcome for verdict in verdicts if verdict.outcome is not Outcome.PASSED} == {}
    assert {(verdict.gate, verdict.table) for verdict in verdicts} == {("landing", "crowdtangle")}


@pytest.mark.parametrize("name", SPOILED)
def test_expectation_notices(name: str, verdict_of: Any) -> None:
    verdict = verdict_of(frame(SPOILED[name]), suite("zeeschuimer"), name)
    assert (verdict.outcome, verdict.failed_rows) == (Outcome.FAILED, 1)


def test_a_changed_format_stops_the_source_and_names_the_file() -> None:
    stop = gate(validate(frame(SPOILED["shape_known"]), suite("zeeschuimer"), empty_is_valid=False))
    assert stop is not None
    assert [verdict.name for verdict in stop.verdicts] == ["shape_known"]
    assert stop.verdicts[0].observed == "1 / 2: a"
    assert "changed its format" in stop.sentence()
    assert "mengubah formatnya" in stop.sentence("id")


def test_a_tenth_of_unknown_records_does_not_stop() -> None:
    verdicts = validate(frame(SPOILED["shape_mostly_known"]), suite("zeeschuimer"), empty_is_valid=False)
    assert [verdict.name for verdict in verdicts if verdict.is_breach] == ["shape_mostly_known"]
    assert gate(verdicts) is None


def test_a_file_without_records_has_no_shares(verdict_of: Any) -> None:
    empty = pd.DataFrame([SPOILED["records_present"]])
    assert verdict_of(empty, suite("graph"), "shape_known").outcome is Outcome.NOT_APPLICABLE
