"""The reference of ronda, rendered from what the code itself says: settings, tables, SQL checks, expectations.

`python -m flows.dictionary` writes it to `sql/DICTIONARY.md`; a test keeps the two equal.
"""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from pydantic.fields import FieldInfo

import sql
from expectations import estimates, landed_files, posts, trend_tables
from expectations.suite import Suite
from flows.headers import Column, column
from flows.post import PLATFORMS
from flows.settings import Settings, TableMapping, Watch, WatchedPlatform
from flows.store import checks, models, tables

TARGET = sql.FOLDER / "DICTIONARY.md"

_INTRODUCTION = """# Dictionary

Written by `python -m flows.dictionary` from the headers of the SQL files, `sql/columns.csv`, the suites and the
settings. Do not edit. `sql/columns.csv` says in Indonesian too what each column means.
"""
_FUNCTION = re.compile(r"((?:^-- .*\n)+)CREATE MACRO (\S+\([a-z_]*\)) AS", re.MULTILINE)
_DECLARATION = re.compile(r"((?:^-- .*\n)+)CREATE TABLE IF NOT EXISTS (base\.\w+) \(\n((?:    .*\n)+)\);", re.MULTILINE)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [header, tuple("---" for _ in header), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def settings_section() -> str:
    """Every setting with its environment variable, default and meaning."""
    rows = [
        (f"`{name}`", f"`RONDA_{name.upper()}`", f"`{_default(field)}`", field.description or "")
        for name, field in Settings.model_fields.items()
        if name != "tables"
    ]
    mapping = ", ".join(f"`{name}`" for name in TableMapping.model_fields)
    note = f"`[tables.<name>]` in `ronda.toml` maps the columns of a table of your own; its keys: {mapping}."
    lists = [(f"`watch.{name}`", _default(field), field.description or "") for name, field in _watch_fields()]
    watch = _table(("in ronda.toml", "default", "meaning"), lists)
    settings = _table(("in ronda.toml", "environment", "default", "meaning"), rows)
    return f"## Settings\n\n{settings}\n\n{watch}\n\n{note}"


def _watch_fields() -> list[tuple[str, FieldInfo]]:
    """What can stand under `[watch]` and `[watch.<platform>]`."""
    own = [(name, field) for name, field in Watch.model_fields.items() if name not in PLATFORMS]
    return own + [(f"<platform>.{name}", field) for name, field in WatchedPlatform.model_fields.items()]


def _default(field: FieldInfo) -> str:
    if field.default_factory is not None:
        return "none"
    return "sql/seeds" if field.default == sql.SEEDS else str(field.default)


def tables_section() -> str:
    """Every public table with its grain and columns."""
    parts = ["## Tables of published/ronda.duckdb"]
    parts += [_model(model) for model in models.read_models(sql.FOLDER) if model.schema in tables.PUBLIC_SCHEMAS]
    return "\n\n".join(parts)


def national_section() -> str:
    """Every table of the national database with its grain and columns."""
    about = "Written by `ronda fleet`, from the published Parquet tables of its regencies."
    parts = [f"## Tables of published/national.duckdb\n\n{about}"]
    return "\n\n".join([*parts, *map(_model, models.read_models(sql.FOLDER, models.NATIONAL))])


def _model(model: models.Model) -> str:
    grain = ", ".join(f"{name} (may be NULL)" if name in model.may_be_null else name for name in model.grain)
    about = f"{model.description}\n\nOne row a {grain}." if grain else model.description
    return _columns(model.qualified, about, model.columns)


def functions_section() -> str:
    """Every function of the published database, with what it gives."""
    written = _FUNCTION.findall(sql.FUNCTIONS.read_text(encoding="utf-8"))
    rows = [(f"`{name}`", about.replace("-- ", "").strip()) for about, name in written]
    about = "Instead of a code in a query: what does not exist is an error that names what does. See `recipes.sql`."
    return f"## Functions of published/ronda.duckdb\n\n{about}\n\n{_table(('function', 'gives'), rows)}"


def facts_section() -> str:
    """Every table and view that is not published, with its columns."""
    declared = (sql.FOLDER / "base" / "tables.sql").read_text(encoding="utf-8")
    parts = ["## Tables of warehouse.duckdb, from which they are made"]
    for about, table, body in _DECLARATION.findall(declared):
        names = re.findall(r'^    "?(\w+)', body, flags=re.MULTILINE)
        parts.append(_columns(table, about.replace("-- ", "").strip(), [column(table, name) for name in names]))
    parts += [_model(model) for model in models.read_models(sql.FOLDER) if model.schema not in tables.PUBLIC_SCHEMAS]
    return "\n\n".join(parts)


def _columns(table: str, about: str, columns: Sequence[Column]) -> str:
    rows = [(f"`{each.name}`", each.type, each.unit, each.meaning_en) for each in columns]
    return f"### {table}\n\n{about}\n\n{_table(('column', 'type', 'unit', 'meaning'), rows)}"


def checks_section() -> str:
    """Every SQL check and every expectation with its gate and severity."""
    rows = [
        (f"`{name}`", header.fields["Gate"], header.fields["Table"], header.fields["Severity"], header.description)
        for name, header in checks.read_checks(sql.FOLDER / "checks")
    ]
    suites: tuple[Suite, ...] = (
        landed_files.suite("<source>"),
        posts.suite(),
        trend_tables.weekly_platform(),
        trend_tables.weekly_topic(),
        trend_tables.weekly_indication(),
        trend_tables.weekly_district(),
        trend_tables.emerging_terms(),
        estimates.suite(),
    )
    expected = [
        (f"`{each.name}`", suite.gate, suite.table, each.severity, f"{each.description_en} ({each.rule.expected})")
        for suite in suites
        for each in suite.expectations
    ]
    header = ("name", "gate", "table", "severity", "rule")
    grain = f"Every table with a grain is checked for it too (`{checks.GRAIN}`, gate trends, severity stop)."
    return f"## SQL checks\n\n{grain}\n\n{_table(header, rows)}\n\n## Expectations\n\n{_table(header, expected)}"


def glossary_section() -> str:
    """The words of the house, each with its one meaning."""
    with (sql.FOLDER / "glossary.csv").open(encoding="utf-8", newline="") as lines:
        rows = [(row["term"], row["meaning"]) for row in csv.DictReader(lines)]
    return f"## Glossary\n\n{_table(('term', 'meaning'), sorted(rows))}"


def render() -> str:
    """The whole reference as Markdown."""
    parts = (
        *(_INTRODUCTION.strip(), glossary_section(), settings_section(), tables_section()),
        *(functions_section(), national_section(), facts_section()),
        checks_section(),
    )
    return "\n\n".join(parts) + "\n"


def main(target: Path = TARGET) -> None:
    """Writes the reference."""
    target.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
