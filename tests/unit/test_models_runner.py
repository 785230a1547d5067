"""The runner of SQL models: what it builds, what it writes down, and what it refuses."""

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

import sql
from flows.exits import UsageError
from flows.headers import ModelError, schema
from flows.store import models, warehouse
from flows.store.dependencies import dependencies

HEADER = """-- Days with posts.
--
-- Grain: day
-- Columns: day,
--   posts

"""
COLUMNS = """name,tables,type,unit,meaning_id,meaning_en
day,,DATE,-,Hari setempat,Local day
day,core.runs core.loads,DATE,-,Hari proses,Day of the run
posts,,BIGINT,posts,Jumlah unggahan,How many there are
x,,INTEGER,-,Bilangan,A number
"""
TABLES = "SELECT table_name FROM duckdb_tables() WHERE schema_name IN ('core', 'trends')"
QUERY = "SELECT day, count(*) AS posts FROM base.posts GROUP BY day"


@pytest.fixture
def connection() -> Iterator[warehouse.Connection]:
    opened = warehouse.connect()
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _explained(tmp_path: Path) -> None:
    (tmp_path / "columns.csv").write_text(COLUMNS, encoding="utf-8")


def _write(folder: Path, name: str, text: str) -> None:
    path = folder / f"{name.replace('.', '/')}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _single(name: str, query: str) -> str:
    return f"-- A test.\n--\n-- Grain: x\n-- Columns: x\n\n{query}\n"


def _build(connection: warehouse.Connection, folder: Path) -> None:
    models.build(connection, models.read_models(folder))


def test_a_model_becomes_a_table_with_its_descriptions(connection: warehouse.Connection, tmp_path: Path) -> None:
    _write(tmp_path, "core.days", HEADER + QUERY)
    _build(connection, tmp_path)
    comments = connection.execute(
        "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = 'days'"
    ).fetchall()
    assert comments == [("day", "Local day"), ("posts", "How many there are [posts]")]
    table = connection.execute("SELECT comment FROM duckdb_tables() WHERE table_name = 'days'").fetchone()
    assert table == ("Days with posts.",)


def test_computed_models_are_begun_first_and_taken_when_no_table_is_left_to_create(
    connection: warehouse.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def shared(method: models.Method, rows: pl.DataFrame) -> Callable[[], pl.DataFrame]:
        told.extend(("begun", *(name for (name,) in connection.execute(TABLES).fetchall())))
        return lambda: (told.append("taken"), method(rows))[1]

    monkeypatch.setattr(models, "shared", shared)
    _write(tmp_path, "core.a_apart", _single("a_apart", "SELECT 1 AS x"))
    _write(tmp_path, "core.z_read", _single("z_read", "SELECT 7 AS x"))
    computed = _single("twice", "SELECT x FROM core.z_read").replace("-- Grain", "-- Kind: computed\n-- Grain")
    _write(tmp_path, "trends.twice", computed)
    _write(tmp_path, "core.after", _single("after", "SELECT x FROM trends.twice"))
    models.build(connection, models.read_models(tmp_path), {"trends.twice": lambda rows: rows.select(pl.col("x") * 2)})
    assert told == ["begun", "z_read", "taken"]
    assert connection.execute("SELECT x FROM core.after UNION ALL SELECT x FROM core.a_apart").fetchall() == [
        (14,),
        (1,),
    ]


def test_models_are_built_after_what_they_read_and_can_be_rebuilt(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    _write(tmp_path, "core.a_last", _single("a_last", "SELECT x FROM trends.middle"))
    _write(tmp_path, "trends.middle", _single("middle", "WITH z AS (SELECT x FROM core.z_first) SELECT x FROM z"))
    _write(tmp_path, "core.z_first", _single("z_first", "SELECT 7 AS x"))
    read = models.read_models(tmp_path)
    assert [model.name for model in models.in_order(connection, read)] == ["z_first", "middle", "a_last"]
    told: list[tuple[str, list[tuple[int]]]] = []
    models.build(connection, read)
    models.build(
        connection, read, told=lambda now, each: told.append((each.name, now.sql(f"FROM {each.qualified}").fetchall()))
    )
    assert told == [(name, [(7,)]) for name in ("z_first", "middle", "a_last")]
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


LATE = """-- A test.
--
-- Grain: x
-- Columns: x,
--   core.days.* EXCLUDE
--   (day)

SELECT 1 AS x, * EXCLUDE (day) FROM core.days
"""


def test_a_header_may_list_the_columns_of_another_table_but_some(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    _write(tmp_path, "core.days", HEADER + QUERY)
    _write(tmp_path, "trends.late", LATE)
    _build(connection, tmp_path)
    assert [row[0] for row in connection.execute("DESCRIBE trends.late").fetchall()] == ["x", "posts"]
    _write(tmp_path, "trends.late", LATE.replace("day)", "night)"))
    with pytest.raises(ModelError, match=r'late\.sql leaves out "night", which days\.sql does not have'):
        models.read_models(tmp_path)
    _write(tmp_path, "trends.late", LATE.replace("core.days", "core.nights"))
    with pytest.raises(ModelError, match=r"columns of core\.nights, which does not exist"):
        models.read_models(tmp_path)


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
        (
            HEADER.replace("day,\n", "day | DATE,\n"),
            r'lists the column "day \| DATE"; put lower-case names',
        ),
        (HEADER.replace("posts\n", "likes\n"), r"column likes of core\.days is not in sql/columns\.csv; add a row"),
        (HEADER.split("-- Columns", maxsplit=1)[0] + "\n", "columns"),
    ],
)
def test_a_header_must_be_complete(tmp_path: Path, header: str, sentence: str) -> None:
    _write(tmp_path, "core.days", header + QUERY)
    with pytest.raises(ModelError, match=sentence):
        models.read_models(tmp_path)


def test_a_column_means_the_same_everywhere_but_where_a_row_names_the_table(tmp_path: Path) -> None:
    for name in ("core.days", "core.runs"):
        _write(tmp_path, name, HEADER + QUERY)
    days, runs = models.read_models(tmp_path)
    assert [column.meaning("id") for column in days.columns] == ["Hari setempat", "Jumlah unggahan"]
    assert [column.meaning("en") for column in runs.columns] == ["Day of the run", "How many there are"]
    assert [(column.name, column.type, column.unit) for column in runs.columns] == [
        ("day", "DATE", "-"),
        ("posts", "BIGINT", "posts"),
    ]


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("day,,DATE,-,Hari,Day", r"columns\.csv explains day of all tables twice"),
        ("day,core.loads,DATE,-,Hari,Day", r"columns\.csv explains day of core\.loads twice"),
        ("likes,,BIGINT,likes,Suka,", r"The row of likes in columns\.csv lacks a value"),
        ("likes,,BIGINT,likes,Suka,Likes,more", r"The row of likes in columns\.csv has a value too many"),
    ],
)
def test_a_damaged_dictionary_is_refused(tmp_path: Path, row: str, sentence: str) -> None:
    (tmp_path / "columns.csv").write_text(f"{COLUMNS}{row}\n", encoding="utf-8")
    _write(tmp_path, "core.days", HEADER + QUERY)
    with pytest.raises(ModelError, match=sentence):
        models.read_models(tmp_path)


def test_types_of_frames_are_those_of_the_dictionary() -> None:
    assert schema("base.reviews", ("line", "day", "landed_at")) == {
        "line": pl.Int64,
        "day": pl.Date,
        "landed_at": pl.Datetime("us", "UTC"),
    }
    assert list(schema("trends.agreement").items())[:2] == [("week", pl.String), ("coders", pl.Int64)]


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


def test_no_model_of_the_repository_shows_personal_data() -> None:
    columns = [column.name for model in models.read_models(sql.FOLDER) for column in model.columns]
    assert len(columns) > 100
    assert not [name for name in columns if name.endswith("_pi")]
