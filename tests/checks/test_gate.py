"""What Great Expectations gets wrong by itself, and what a gate makes of verdicts."""

import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd
import pytest

from expectations import estimates, landed_files, posts, trend_tables
from expectations.run import Outcome, Verdict, gate, highest_breach, validate
from expectations.suite import Expectation, Gate, Rule, Severity, Suite, at_least, one_of, present

REPOSITORY = Path(__file__).parents[2]
SUITES = [
    landed_files.suite("zeeschuimer"),
    posts.suite(),
    trend_tables.weekly_platform(),
    trend_tables.weekly_topic(),
    trend_tables.weekly_indication(),
    trend_tables.weekly_district(),
    trend_tables.emerging_terms(),
    estimates.suite(),
]
# Words that only a decided case may carry (method, words of the stages).
FORBIDDEN = {"temuan", "laporan", "pelanggaran", "pelaku", "terbukti", "rawan", "aman", "nihil"}


def expectation(rule: Rule, severity: Severity = Severity.INFO, name: str = "a") -> Expectation:
    return Expectation(name, rule, severity, "Uji.", "Test.", "Petunjuk.", "Hint.")


def suite(*expectations: Expectation) -> Suite:
    return Suite(Gate.POSTS, "t", {"x": "any"}, expectations)


def frame(*values: object) -> pd.DataFrame:
    return pd.DataFrame({"x": pd.Series(list(values), dtype=object)})


def outcomes(verdicts: list[Verdict]) -> dict[str, str]:
    return {verdict.name: str(verdict.outcome) for verdict in verdicts}


def test_a_failed_informational_expectation_does_not_stop() -> None:
    verdicts = validate(frame(1, None), suite(expectation(present("x"))), empty_is_valid=False)
    assert outcomes(verdicts)["a"] == "failed"
    assert highest_breach(verdicts) is Severity.INFO
    assert gate(verdicts) is None


def test_the_gate_takes_the_highest_failed_severity() -> None:
    mixed = suite(
        expectation(present("x"), Severity.STOP, "held"),
        expectation(at_least("x", 2), Severity.INFO, "info"),
        expectation(at_least("x", 3), Severity.WARN, "warn"),
    )
    verdicts = validate(frame(1), mixed, empty_is_valid=False)
    assert highest_breach(verdicts) is Severity.WARN
    assert gate(verdicts) is None
    stopping = replace(mixed, expectations=(*mixed.expectations, expectation(at_least("x", 4), Severity.STOP, "stop")))
    stop = gate(validate(frame(1), stopping, empty_is_valid=False))
    assert stop is not None
    assert [verdict.name for verdict in stop.verdicts] == ["stop"]


def test_no_breach_lets_everything_through() -> None:
    verdicts = validate(frame(1), suite(expectation(present("x"), Severity.STOP)), empty_is_valid=False)
    assert highest_breach(verdicts) is None
    assert gate(verdicts) is None


def test_an_informational_expectation_that_crashes_stops() -> None:
    """Text cannot be compared with a number; the message of the crash, which may quote the text, is not kept."""
    verdicts = validate(frame("rahasia", "x"), suite(expectation(at_least("x", 0))), empty_is_valid=False)
    stop = gate(verdicts)
    assert stop is not None
    assert (stop.verdicts[0].outcome, stop.verdicts[0].severity) == (Outcome.CRASHED, Severity.STOP)
    assert stop.verdicts[0].observed.endswith("Error")
    assert "rahasia" not in json.dumps([verdict.to_dict() for verdict in verdicts])


def test_an_expectation_on_a_column_that_nobody_prepared_crashes() -> None:
    verdicts = validate(frame(1), suite(expectation(present("y"))), empty_is_valid=False)
    assert outcomes(verdicts)["a"] == "crashed"
    assert gate(verdicts) is not None


def test_a_suite_without_expectations_stops() -> None:
    verdicts = validate(frame(1), suite(), empty_is_valid=True)
    assert outcomes(verdicts) == {"suite": "crashed"}
    assert gate(verdicts) is not None


def test_a_suite_that_looked_at_nothing_stops() -> None:
    """Row expectations pass on a column without values."""
    verdicts = validate(frame(None, None), suite(expectation(one_of("x", [1]))), empty_is_valid=False)
    assert outcomes(verdicts) == {"columns": "passed", "rows": "passed", "a": "not_applicable", "suite": "crashed"}
    assert gate(verdicts) is not None


@pytest.mark.parametrize("checked", SUITES, ids=lambda checked: checked.table)
def test_no_rows_stop_unless_the_coverage_allows_them(checked: Suite) -> None:
    empty = pd.DataFrame({column: [] for column in checked.columns})
    unexpected = validate(empty, checked, empty_is_valid=False)
    stop = gate(unexpected)
    assert stop is not None
    assert [verdict.name for verdict in stop.verdicts] == ["rows"]
    allowed = validate(empty, checked, empty_is_valid=True)
    assert gate(allowed) is None
    assert outcomes(allowed) == {"columns": "passed", "rows": "not_applicable"} | {
        each.name: "not_applicable" for each in checked.expectations
    }


@pytest.mark.parametrize("checked", SUITES, ids=lambda checked: checked.table)
def test_a_frame_without_the_columns_stops_even_when_it_is_empty(checked: Suite) -> None:
    column = next(iter(checked.columns))
    stop = gate(validate(pd.DataFrame({"other": []}), checked, empty_is_valid=True))
    assert stop is not None
    assert stop.verdicts[0].name == "columns"
    assert f"{column} ∄" in stop.verdicts[0].observed


def test_a_column_with_another_kind_of_values_stops() -> None:
    checked = Suite(Gate.POSTS, "t", {"x": "number"}, (expectation(present("x")),))
    stop = gate(validate(frame("satu", 2), checked, empty_is_valid=False))
    assert stop is not None
    assert stop.verdicts[0].observed == "x: object ≠ number"


def test_a_gate_without_verdicts_is_refused() -> None:
    with pytest.raises(ValueError, match="without verdicts"):
        gate([])


def test_a_name_is_given_once_a_suite() -> None:
    with pytest.raises(ValueError, match="twice"):
        suite(expectation(present("x")), expectation(at_least("x", 0)))


def test_verdicts_are_plain_data() -> None:
    (_, _, verdict) = validate(frame(1), suite(expectation(present("x"))), empty_is_valid=False)
    stored = json.loads(json.dumps(verdict.to_dict()))
    assert list(stored) == [field.name for field in fields(Verdict)]
    assert stored["gate"] == "posts"
    assert stored["observed"] == "0 / 1"
    assert stored["failed_rows"] == 0


@pytest.mark.parametrize("checked", SUITES, ids=lambda checked: checked.table)
def test_every_expectation_explains_itself_in_both_languages(checked: Suite) -> None:
    for each in checked.expectations:
        for sentence in (each.description_id, each.description_en, each.hint_id, each.hint_en):
            assert sentence[0].isupper(), each.name
            assert sentence.endswith("."), each.name
        assert not FORBIDDEN & set(f"{each.description_id} {each.hint_id}".lower().replace(".", " ").split()), each.name


_ALONE = """
import socket, sys
def refuse(*arguments, **options):
    raise OSError("no network")
socket.socket.connect = socket.getaddrinfo = refuse
from expectations import posts, run, trend_tables
assert not {"great_expectations", "pandas"} & set(sys.modules), "heavy imports at start"
import warnings
show_warning = warnings.showwarning
import pandas as pd
frame = pd.DataFrame({column: [None] for column in trend_tables.weekly_platform().columns})
verdicts = run.validate(frame, trend_tables.weekly_platform(), empty_is_valid=False)
assert run.gate(verdicts) is not None
assert warnings.showwarning is show_warning, "warnings were redirected"
print(len(verdicts))
"""


def test_a_validation_needs_no_network_writes_no_file_and_prints_nothing(tmp_path: Path) -> None:
    surroundings = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    folders = {name: str(tmp_path) for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    run = subprocess.run(
        [sys.executable, "-c", _ALONE],
        cwd=tmp_path,
        env=surroundings | folders,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    expected = len(trend_tables.weekly_platform().expectations) + 2
    assert (run.returncode, run.stdout.strip(), run.stderr) == (0, str(expected), "")
    assert list(tmp_path.iterdir()) == []
