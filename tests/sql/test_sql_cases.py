"""Every folder `<model>/<case>` is a test: base_<table>.csv in, expected.csv out.

Only the columns of expected.csv are compared, and only the rows whose grain values all occur in it, so that a case
shows what it is about. Empty is NULL.
"""

from pathlib import Path

import pytest

import sql
from flows.store import models
from tests.sql.warehouse_of_cases import build, read_rows, warehouse_of

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/expected.csv"))
MODELS = {model.name: model for model in models.read_models(sql.FOLDER)}


def test_there_are_cases_for_every_computed_model() -> None:
    computed = {model.name for model in MODELS.values() if model.kind == "table"} - {"weekly_measures"}
    assert computed == {case.parent.name for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.name}")
def test_a_model_gives_the_expected_rows(case: Path) -> None:
    model = MODELS[case.parent.name]
    expected = read_rows(case / "expected.csv")
    tables = ("posts", "collection", "reviews", "publications", "conditions", "cases", "label_quality")
    connection = warehouse_of(*(read_rows(case / f"base_{name}.csv") for name in tables))
    build(connection, model.qualified)

    columns = list(expected[0])
    rows = connection.execute(f"SELECT {', '.join(columns)} FROM {model.qualified}").fetchall()  # noqa: S608
    actual = [dict(zip(columns, map(_text, row), strict=True)) for row in rows]
    grain = [name for name in model.grain if name in columns]
    shown = {name: {row[name] for row in expected} for name in grain}
    actual = [row for row in actual if all(row[name] in shown[name] for name in grain)]

    doubles = {column.name for column in model.columns if column.type == "DOUBLE"} & set(columns)
    assert [_numbers(row, doubles) for row in actual] == [_approximately(_numbers(row, doubles)) for row in expected]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _numbers(row: dict[str, str], doubles: set[str]) -> dict[str, object]:
    return {name: float(text) if text and name in doubles else text for name, text in row.items()}


def _approximately(row: dict[str, object]) -> dict[str, object]:
    return {name: pytest.approx(value, abs=1e-5) if isinstance(value, float) else value for name, value in row.items()}
