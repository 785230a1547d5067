"""What a column means stands once: every column of every table is explained, and every explanation is of one."""

from collections.abc import Iterable

import pytest

import sql
from flows.headers import COLUMNS, column, read_columns
from flows.store import models, tables, warehouse
from reports.reading.contract import CONTRACT
from reports.tables.workbook import TABS
from tests.unit.test_reports_words import reserved_words

DICTIONARY = read_columns(sql.FOLDER / COLUMNS)
READ = models.read_models(sql.FOLDER, (*models.LAYERS, *models.NATIONAL))
MODELS = {model.qualified: [each.name for each in model.columns] for model in READ}


def _base() -> list[tuple[str, str, str]]:
    """Every column of the tables the models read, with its type, as the database has it."""
    connection = warehouse.connect()
    tables.write_runs(connection, [])
    return connection.execute(
        "SELECT 'base.' || table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'base' ORDER BY ALL"
    ).fetchall()


BASE = _base()


def _sheets() -> Iterable[tuple[str, str]]:
    """Every column the workbook explains."""
    for tab in TABS:
        yield from ((tab.table, name) for name in (*CONTRACT[tab.table].columns, "label"))


def _columns() -> set[tuple[str, str]]:
    named = {(table, name) for table, names in MODELS.items() for name in names}
    return named | {(table, name) for table, name, _ in BASE} | set(_sheets())


def test_there_are_tables_to_explain() -> None:
    assert len(MODELS) > 30 and len({table for table, _, _ in BASE}) > 10
    assert len(_columns()) > 500


def test_every_column_has_one_meaning_in_both_languages() -> None:
    for table, name in _columns():
        found = column(table, name)
        assert found.meaning("id")[0].isupper(), (table, name)
        assert found.meaning("id") != found.meaning("en"), (table, name)


def test_no_explanation_is_of_nothing() -> None:
    columns = _columns()
    used = {(table, name) if (table, name) in DICTIONARY else ("", name) for table, name in columns}
    assert sorted(set(DICTIONARY) - used) == []
    assert sorted(key for key in DICTIONARY if key[0] and key not in columns) == []


def test_a_row_for_some_tables_says_something_else_than_the_row_for_all() -> None:
    own = {key: each for key, each in DICTIONARY.items() if key[0]}
    assert len(own) > 50
    assert [key for key, each in own.items() if DICTIONARY.get(("", key[1])) == each] == []


def test_the_rows_are_in_the_order_of_their_names() -> None:
    names = [line.split(",")[0] for line in (sql.FOLDER / COLUMNS).read_text(encoding="utf-8").splitlines()[1:]]
    assert names == sorted(names)


@pytest.mark.parametrize("table", sorted({table for table, _, _ in BASE}))
def test_the_tables_of_the_loader_have_the_types_of_the_dictionary(table: str) -> None:
    real = {name: kind for each, name, kind in BASE if each == table}
    assert {name: column(table, name).type for name in real} == real


def test_no_indonesian_meaning_uses_a_word_that_is_reserved_for_decided_cases() -> None:
    assert reserved_words({f"{table}.{name}": each.meaning_id for (table, name), each in DICTIONARY.items()}) == {}
