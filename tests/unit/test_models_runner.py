"""The runner of SQL models and checks: what it builds, what it writes down, and what it refuses."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import sql
from flows.exits import GateStoppedError, UsageError
from flows.store import models, warehouse
from flows.store.dependencies import dependencies
from flows.store.headers import ModelError

HEADER = """-- Days with posts.
--
-- Grain: day
-- Columns:
--   day | DATE | - | local day
--   posts | BIGINT | posts | how many there are

"""
QUERY = "SELECT day, count(*) AS posts FROM base.posts GROUP BY day"


@pytest.fixture
def connection() -> Iterator[warehouse.Connection]:
    opened = warehouse.connect()
    yield opened
    opened.close()


def _write(folder: Path, name: str, text: str) -> None:
    path = folder / f"{name.replace('.', '/')}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _single(name: str, query: str) -> str:
    return f"-- A test.\n--\n-- Grain: x\n-- Columns:\n--   x | INTEGER | - | a number\n\n{query}\n"


def _build(connection: warehouse.Connection, folder: Path) -> None:
    models.build(connection, models.read_models(folder))


def test_a_model_becomes_a_table_with_its_descriptions(connection: warehouse.Connection, tmp_path: Path) -> None:
    _write(tmp_path, "core.days", HEADER + QUERY)
    _build(connection, tmp_path)
    comments = connection.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'days'"
    ).fetchall()
    assert comments == [("day", "local day"), ("posts", "how many there are [posts]")]
    table = connection.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'days'").fetchone()
    assert table == ("Days with posts.",)


def test_models_are_built_after_what_they_read_and_can_be_rebuilt(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    _write(tmp_path, "core.a_last", _single("a_last", "SELECT x FROM trends.middle"))
    _write(tmp_path, "trends.middle", _single("middle", "WITH z AS (SELECT x FROM core.z_first) SELECT x FROM z"))
    _write(tmp_path, "core.z_first", _single("z_first", "SELECT 7 AS x"))
    read = models.read_models(tmp_path)
    assert [model.name for model in models.in_order(connection, read)] == ["z_first", "middle", "a_last"]
    models.build(connection, read)
    models.build(connection, read)
    assert connection.execute("SELECT x FROM core.a_last").fetchall() == [(7,)]


def test_a_table_may_become_a_view_and_back(connection: warehouse.Connection, tmp_path: Path) -> None:
    for kind in ("table", "view", "table"):
        _write(tmp_path, "core.days", HEADER.replace("-- Grain", f"-- Kind: {kind}\n-- Grain") + QUERY)
        _build(connection, tmp_path)
        found = connection.execute(
            "SELECT table_type FROM information_schema.tables WHERE table_name = 'days'"
        ).fetchone()
        assert found == ("VIEW" if kind == "view" else "BASE TABLE",)


def test_a_failing_model_leaves_the_tables_of_before(connection: warehouse.Connection, tmp_path: Path) -> None:
    _write(tmp_path, "core.first", _single("first", "SELECT 1 AS x"))
    _build(connection, tmp_path)
    _write(tmp_path, "core.first", _single("first", "SELECT 2 AS x"))
    _write(tmp_path, "core.second", _single("second", "SELECT CAST('one' AS INTEGER) AS x FROM core.first"))
    with pytest.raises(ModelError, match=r"core\.second cannot be built"), warehouse.transaction(connection):
        _build(connection, tmp_path)
    assert connection.execute("SELECT x FROM core.first").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("SELECT x FROM core.other", "in a circle"),
        ("SELECT x FROM core.nowhere", r"reads core\.nowhere, which does not exist"),
        ("SELECT x FROM posts", "without its schema"),
        ("SELECT $1 AS x", "takes a parameter"),
        ("SELECT 1 AS x; SELECT 2 AS x", "holds 2 statements"),
        ("DROP TABLE base.posts", "not a SELECT"),
        ("SELEC 1 AS x", "not a SELECT"),
        ("SELECT 1 AS y", r"declares \('x', 'INTEGER'\) where its query gives \('y', 'INTEGER'\)"),
        ("SELECT 'one' AS x", "declares .* where its query gives .*VARCHAR"),
        ("SELECT 1 AS x, 2 AS y", "declares 1 columns where its query gives 2 columns"),
    ],
)
def test_the_runner_refuses(connection: warehouse.Connection, tmp_path: Path, query: str, sentence: str) -> None:
    _write(tmp_path, "core.mine", _single("mine", query))
    _write(tmp_path, "core.other", _single("other", "SELECT x FROM core.mine"))
    with pytest.raises(ModelError, match=sentence):
        _build(connection, tmp_path)


def test_columns_in_another_order_than_the_header_are_refused(connection: warehouse.Connection, tmp_path: Path) -> None:
    swapped = QUERY.replace("day, count(*) AS posts", "count(*) AS posts, day")
    _write(tmp_path, "core.days", HEADER + swapped)
    with pytest.raises(ModelError, match=r"core\.days declares"):
        _build(connection, tmp_path)


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (HEADER.replace("-- Days with posts.\n", ""), "needs a description"),
        (HEADER.replace("-- Grain: day\n", ""), "grain"),
        (HEADER.replace("Grain: day", "Grain: week"), '"week", which is no column'),
        (HEADER.replace("-- Grain", "-- Kind: index\n-- Grain"), "kind table, view or computed"),
        (HEADER.replace(" | how many there are", ""), r"a column is name \| TYPE \| unit \| meaning"),
        (HEADER.split("--   day", maxsplit=1)[0] + "\n", "columns"),
    ],
)
def test_a_header_must_be_complete(tmp_path: Path, header: str, sentence: str) -> None:
    _write(tmp_path, "core.days", header + QUERY)
    with pytest.raises(ModelError, match=sentence):
        models.read_models(tmp_path)


def test_a_folder_without_models_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no models"):
        models.read_models(tmp_path)


@pytest.mark.parametrize(
    ("query", "tables"),
    [
        ("SELECT * FROM base.posts AS p JOIN core.calendar USING (day)", {"base.posts", "core.calendar"}),
        ("SELECT t FROM core.posts AS p, unnest(p.topics) AS u(t)", {"core.posts"}),
        ("SELECT 1 WHERE 1 IN (SELECT n FROM seeds.a) UNION ALL FROM seeds.b", {"seeds.a", "seeds.b"}),
        ("WITH posts AS (FROM base.posts), more AS (FROM posts) SELECT * FROM more", {"base.posts"}),
        ("WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT * FROM n", set()),
    ],
)
def test_dependencies_come_from_the_query(connection: warehouse.Connection, query: str, tables: set[str]) -> None:
    assert dependencies(connection, query, "core.test") == tables


def test_seeds_are_text_and_empty_is_null(connection: warehouse.Connection, tmp_path: Path) -> None:
    (tmp_path / "things.csv").write_text('code,label_id,note\n007,"a, ""b""",\nkosong,,""\n', encoding="utf-8")
    models.load_seeds(connection, tmp_path)
    assert connection.execute("FROM seeds.things").fetchall() == [("007", 'a, "b"', None), ("kosong", None, None)]
    (tmp_path / "things.csv").write_text("code\n1\n", encoding="utf-8")
    models.load_seeds(connection, tmp_path)
    assert connection.execute("FROM seeds.things").fetchall() == [("1",)]


@pytest.mark.parametrize("content", ["", "code;label\na;b\n", "Code,Label\na,b\n", "code,label\na,b,c\n"])
def test_a_damaged_seed_is_refused_by_name(connection: warehouse.Connection, tmp_path: Path, content: str) -> None:
    (tmp_path / "things.csv").write_text(content, encoding="utf-8")
    with pytest.raises(UsageError, match=r"things\.csv"):
        models.load_seeds(connection, tmp_path)


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
def numbers(connection: warehouse.Connection, tmp_path: Path) -> warehouse.Connection:
    connection.execute("CREATE TABLE seeds.numbers AS SELECT -2 AS n UNION ALL SELECT -1 UNION ALL SELECT 4")
    _write(tmp_path, "checks.none_negative", CHECK.format(severity="stop", gate="posts"))
    _write(tmp_path, "checks.none_negative_later", CHECK.format(severity="warn", gate="trends"))
    return connection


def test_a_check_counts_the_rows_that_should_not_exist(numbers: warehouse.Connection, tmp_path: Path) -> None:
    [result] = models.run_checks(numbers, tmp_path / "checks", "posts")
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
    results = models.run_checks(numbers, tmp_path / "checks")
    assert [result.severity for result in results] == ["stop", "warn"]
    models.stop_on(results[1:])
    with pytest.raises(GateStoppedError, match=r"posts gate stopped: 2 rows .*n=-2.*none_negative"):
        models.stop_on(results)
    numbers.execute("DELETE FROM seeds.numbers WHERE n < 0")
    passed = models.run_checks(numbers, tmp_path / "checks")
    assert [result.to_dict()["outcome"] for result in passed] == ["passed", "passed"]
    models.stop_on(passed)


def test_a_check_that_cannot_look_has_not_passed(connection: warehouse.Connection, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nothing was proven"):
        models.run_checks(connection, tmp_path)
    _write(tmp_path, "checks.none_negative", CHECK.format(severity="stop", gate="posts"))
    with pytest.raises(ModelError, match="cannot run"):
        models.run_checks(connection, tmp_path / "checks")
    with pytest.raises(ModelError, match="no checks of gate trends"):
        models.run_checks(connection, tmp_path / "checks", "trends")


@pytest.mark.parametrize("field", ["Severity: stop", "Gate: posts", "Table: numbers", "Hint: Somebody subtracted."])
def test_a_check_without_its_header_is_refused(numbers: warehouse.Connection, tmp_path: Path, field: str) -> None:
    text = CHECK.format(severity="stop", gate="posts").replace(f"-- {field}\n", "")
    _write(tmp_path, "checks.none_negative", text)
    with pytest.raises(ModelError, match=r"header of none_negative\.sql lacks"):
        models.run_checks(numbers, tmp_path / "checks")


def test_the_data_dictionary_is_the_headers(tmp_path: Path) -> None:
    _write(tmp_path, "core.days", HEADER + QUERY)
    rows = models.data_dictionary(models.read_models(tmp_path))
    assert [row["column"] for row in rows] == ["day", "posts"]
    assert rows[1] == {
        "table": "core.days",
        "kind": "table",
        "grain": "day",
        "description": "Days with posts.",
        "column": "posts",
        "type": "BIGINT",
        "unit": "posts",
        "meaning": "how many there are",
    }


def test_no_model_of_the_repository_shows_personal_data() -> None:
    columns = models.data_dictionary(models.read_models(sql.FOLDER))
    assert len(columns) > 100
    assert not [row["column"] for row in columns if row["column"].endswith("_pi")]
