"""The checks of the tables: the rows they count, the grain of every model, and what they refuse."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.exits import GateStoppedError
from flows.headers import ModelError
from flows.store import checks, models, warehouse

CHECK = """-- There is no number below zero.
--
-- Severity: {severity}
-- Gate: {gate}
-- Table: numbers
-- In Indonesian: Tidak ada bilangan di bawah nol.
-- Hint: Somebody subtracted.
-- Hint in Indonesian: Ada yang mengurangi.

SELECT n, 'kata' AS word FROM seeds.numbers WHERE n < 0
"""


@pytest.fixture
def connection() -> Iterator[warehouse.Connection]:
    opened = warehouse.connect()
    yield opened
    opened.close()


def _write(folder: Path, name: str, text: str) -> None:
    path = folder / f"{name.replace('.', '/')}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def numbers(connection: warehouse.Connection, tmp_path: Path) -> warehouse.Connection:
    connection.execute("CREATE TABLE seeds.numbers AS SELECT -2 AS n UNION ALL SELECT -1 UNION ALL SELECT 4")
    _write(tmp_path, "checks.none_negative", CHECK.format(severity="stop", gate="posts"))
    _write(tmp_path, "checks.none_negative_later", CHECK.format(severity="warn", gate="trends"))
    return connection


def test_a_check_counts_the_rows_that_should_not_exist(numbers: warehouse.Connection, tmp_path: Path) -> None:
    [result] = checks.run_checks(numbers, tmp_path / "checks", "posts")
    assert not result.passed
    assert result.to_dict() == {
        "gate": "posts",
        "table": "numbers",
        "name": "none_negative",
        "severity": "stop",
        "outcome": "failed",
        "observed": "2 / n=-2, word=kata",
        "expected": "0",
        "failed_rows": 2,
        "description_id": "Tidak ada bilangan di bawah nol.",
        "description_en": "There is no number below zero.",
        "hint_id": "Ada yang mengurangi.",
        "hint_en": "Somebody subtracted.",
    }


def test_only_a_failed_check_of_severity_stop_stops(numbers: warehouse.Connection, tmp_path: Path) -> None:
    results = checks.run_checks(numbers, tmp_path / "checks")
    assert [result.severity for result in results] == ["stop", "warn"]
    checks.stop_on(results[1:])
    with pytest.raises(GateStoppedError, match=r"posts gate stopped: 2 rows .*n=-2.*none_negative"):
        checks.stop_on(results)
    numbers.execute("DELETE FROM seeds.numbers WHERE n < 0")
    passed = checks.run_checks(numbers, tmp_path / "checks")
    assert [result.to_dict()["outcome"] for result in passed] == ["passed", "passed"]
    checks.stop_on(passed)


def test_a_check_that_cannot_look_has_not_passed(connection: warehouse.Connection, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nothing was proven"):
        checks.run_checks(connection, tmp_path)
    _write(tmp_path, "checks.none_negative", CHECK.format(severity="stop", gate="posts"))
    with pytest.raises(ModelError, match="cannot run"):
        checks.run_checks(connection, tmp_path / "checks")
    with pytest.raises(ModelError, match="no checks of gate trends"):
        checks.run_checks(connection, tmp_path / "checks", "trends")


@pytest.mark.parametrize("field", ["Severity: stop", "Gate: posts", "Table: numbers", "Hint: Somebody subtracted."])
def test_a_check_without_its_header_is_refused(numbers: warehouse.Connection, tmp_path: Path, field: str) -> None:
    text = CHECK.format(severity="stop", gate="posts").replace(f"-- {field}\n", "")
    _write(tmp_path, "checks.none_negative", text)
    with pytest.raises(ModelError, match=r"header of none_negative\.sql lacks"):
        checks.run_checks(numbers, tmp_path / "checks")


GROUPS = """-- Groups of numbers.
--
-- {kind}Grain: {grain}
-- Columns: name, n

SELECT name, n FROM (VALUES {rows}) AS numbers(name, n)
"""


def _grain_of(
    connection: warehouse.Connection, folder: Path, rows: str, grain: str = "name, n", kind: str = ""
) -> list[checks.CheckResult]:
    columns = "name,tables,type,unit,meaning_id,meaning_en\nname,,VARCHAR,-,Nama,Name\nn,,INTEGER,-,Bilangan,Number\n"
    (folder / "columns.csv").write_text(columns, encoding="utf-8")
    _write(folder, "core.groups", GROUPS.format(rows=rows, grain=grain, kind=kind))
    built = models.read_models(folder)
    models.build(connection, built)
    return checks.run_grains(connection, built)


@pytest.mark.parametrize("kind", ["", "Kind: view\n-- "])
def test_a_table_with_two_rows_of_one_key_stops_with_its_name_and_the_row(
    connection: warehouse.Connection, tmp_path: Path, kind: str
) -> None:
    [result] = _grain_of(connection, tmp_path, "('a', 1), ('b', 2), ('b', 2), ('b', 2), ('c', 3), ('c', 3)", kind=kind)
    assert result.to_dict() == {
        "gate": "trends",
        "table": "groups",
        "name": "grain",
        "severity": "stop",
        "outcome": "failed",
        "observed": "2 / name=b, n=2, rows=3",
        "expected": "0",
        "failed_rows": 2,
        "description_id": "core.groups memuat satu baris untuk setiap name, n, dan tidak ada yang kosong.",
        "description_en": "core.groups has one row for each name, n, and none of them is missing.",
        "hint_id": result.hint_id,
        "hint_en": result.hint_en,
    }
    sentence = r"gate stopped: 2 rows .*\(name=b, n=2, rows=3\)\. core\.groups has one row .*See sql/core/groups\.sql"
    with pytest.raises(GateStoppedError, match=sentence):
        checks.stop_on([result])


@pytest.mark.parametrize(
    ("rows", "grain", "example"),
    [
        ("('a', 1), ('a', 2), ('b', 1)", "name, n", None),
        ("('a', 1), (NULL, 2)", "name, n", "name=None, n=2, rows=1"),
        ("('a', 1), ('a', NULL), ('b', NULL)", "name, n?", None),
        ("('a', 1), ('a', NULL), ('a', NULL)", "name, n?", "name=a, n=None, rows=2"),
        ("('a', 1), (NULL, NULL)", "name, n?", "name=None, n=None, rows=1"),
        ("('a', 1), ('a', 2)", "name", "name=a, rows=2"),
        ("('a', NULL), ('b', NULL)", "name?", None),
    ],
)
def test_no_part_of_a_key_is_missing_but_where_the_header_says_so(
    connection: warehouse.Connection, tmp_path: Path, rows: str, grain: str, example: str | None
) -> None:
    [result] = _grain_of(connection, tmp_path, f"{rows}, ('z', 9)", grain)
    assert (result.passed, result.example) == (example is None, example)


def test_a_table_that_has_no_grain_gets_no_verdict(connection: warehouse.Connection, tmp_path: Path) -> None:
    assert _grain_of(connection, tmp_path, "('a', 1), ('a', 1)", "none") == []
