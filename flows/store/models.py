"""The runner of the SQL models and checks: it reads the files of `sql/`, orders them by their own queries, builds them.

A model file is one SELECT under a header (see `flows.store.headers`): description, `Kind:` (view or computed; left
out: a table), `Grain:` (the columns that identify a row, or none) and `Columns:`, each a row of name, type, unit and
meaning. The runner refuses a header that disagrees with the query and writes it into the database as comments. The
query of a computed model gives the rows its method starts from: a function of `flows.trends`, handed in by the caller.

A check file is one SELECT of the rows that should not exist, under `Severity:` (stop, warn), `Gate:` (posts: before a
load commits, reads base and seeds only; trends: after the models are built), `Table:` (what is checked) and, for
readers, `In Indonesian:`, `Hint:` and `Hint in Indonesian:`.
"""

import csv
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import polars as pl

import sql
from flows.exits import GateStoppedError, UsageError
from flows.method import SEEDS
from flows.periods import seed_path
from flows.store.dependencies import dependencies
from flows.store.headers import Column, Header, ModelError, read_header
from flows.store.warehouse import Connection, DatabaseError, literal, query

LAYERS = ("core", "trends")
COMPUTED = "computed"
KINDS = ("table", "view", COMPUTED)
SEVERITIES = ("stop", "warn")
GATES = ("posts", "trends")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_BATCH = 10_000

Method = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Model:
    """One table or view of the warehouse: its header and its query."""

    schema: str
    name: str
    kind: str
    grain: tuple[str, ...]
    description: str
    columns: tuple[Column, ...]
    query: str

    @property
    def qualified(self) -> str:
        """`schema.name`."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict of one check: how many rows exist that should not, and the first of them as text."""

    name: str
    table: str
    severity: str
    gate: str
    violations: int
    example: str | None
    description_id: str
    description_en: str
    hint_id: str
    hint_en: str

    @property
    def passed(self) -> bool:
        """Whether no such row exists."""
        return self.violations == 0

    def to_dict(self) -> dict[str, str | int | None]:
        """The verdict in the words of `core.checks`."""
        return {
            "gate": self.gate,
            "table": self.table,
            "name": self.name,
            "severity": self.severity,
            "outcome": "passed" if self.passed else "failed",
            "observed": f"{self.violations} / {self.example}" if self.example else "0",
            "expected": "0",
            "failed_rows": self.violations,
            "description_id": self.description_id,
            "description_en": self.description_en,
            "hint_id": self.hint_id,
            "hint_en": self.hint_en,
        }


def load_seeds(connection: Connection, folder: Path) -> None:
    """Every CSV of a folder as table `seeds.<name>`, all columns VARCHAR, empty = NULL; replaces what was there.

    A seed the folder does not have is that of the general election (see `flows.periods.seed_path`). Raises UsageError
    for a file whose name or header is not usable, and for another method than that of ronda.
    """
    for name in sorted(SEEDS):
        if seed_path(name, folder).read_bytes() != seed_path(name).read_bytes():
            raise UsageError(f"{folder.name} has another {name}.csv, but the method is the same everywhere; remove it.")
    names = {path.stem for path in (*sql.SEEDS.glob("*.csv"), *folder.glob("*.csv"))}
    for path in (seed_path(name, folder) for name in sorted(names)):
        with path.open(encoding="utf-8", newline="") as lines:
            header = next(csv.reader(lines), [])
        if not _NAME.fullmatch(path.stem) or not header or not all(_NAME.fullmatch(name) for name in header):
            raise UsageError(f"The seed {path.name} needs a lower-case name and header; mend the first line.")
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in header)
        try:
            connection.execute(
                f"CREATE OR REPLACE TABLE seeds.{path.stem} AS SELECT * FROM read_csv(?, header = true, delim = ',', "  # noqa: S608
                f"quote = '\"', escape = '\"', nullstr = '', auto_detect = false, columns = {{{columns}}})",
                [str(path)],
            )
        except DatabaseError as error:
            raise UsageError(f"The seed {path.name} cannot be read: {_sentence(error)}; mend the file.") from error


def read_models(folder: Path) -> list[Model]:
    """The models of `<folder>/core` and `<folder>/trends`, by name; raises ModelError for a header that is not one."""
    paths = [path for layer in LAYERS for path in sorted((folder / layer).glob("*.sql"))]
    if not paths:
        raise ModelError(f"There are no models in {folder}; the installation is incomplete.")
    return [_read_model(path) for path in paths]


def build(
    connection: Connection,
    models: Sequence[Model],
    methods: Mapping[str, Method] | None = None,
    *,
    with_comments: bool = True,
) -> None:
    """Build every model in the order of its dependencies, inside the caller's transaction, with its comments.

    Tables that are soon built again do without comments, which take a third of the time. `methods` are the functions of
    the computed models, by qualified name. Raises ModelError for a cycle, a table or a method that does not exist, a
    query that fails or a header that disagrees with it.
    """
    ordered = in_order(connection, models)
    existing = _relations(connection)
    for model in reversed(ordered):
        if model.qualified in existing:
            connection.execute(f"DROP {existing[model.qualified]} {model.qualified}")
    for model in ordered:
        try:
            _create(connection, model, methods or {})
        except DatabaseError as error:
            raise ModelError(
                f"The model {model.qualified} cannot be built: {_sentence(error)}; mend its file."
            ) from error
        _compare_columns(connection, model)
        if with_comments:
            _write_comments(connection, model)


def _create(connection: Connection, model: Model, methods: Mapping[str, Method]) -> None:
    if model.kind != COMPUTED:
        connection.execute(f"CREATE {model.kind} {model.qualified} AS {model.query}")
        return
    if model.qualified not in methods:
        raise ModelError(
            f"The model {model.qualified} is computed, but no method has its name; add it to flows.trends."
        )
    connection.register("computed_rows", methods[model.qualified](query(connection, model.query)).to_arrow())
    connection.execute(f"CREATE TABLE {model.qualified} AS FROM computed_rows")
    connection.unregister("computed_rows")


def needed(connection: Connection, models: Sequence[Model], names: Iterable[str]) -> list[Model]:
    """The models of these names and every model they read, directly or through others."""
    by_name = {model.qualified: model for model in models}
    wanted, found = list(names), dict[str, Model]()
    while wanted:
        name = wanted.pop()
        if name in by_name and name not in found:
            found[name] = by_name[name]
            wanted.extend(dependencies(connection, by_name[name].query, name))
    return list(found.values())


def in_order(connection: Connection, models: Sequence[Model]) -> list[Model]:
    """The models, each after those its query reads; raises ModelError for a cycle or a table that does not exist."""
    by_name = {model.qualified: model for model in models}
    existing = _relations(connection)
    graph: dict[str, set[str]] = {}
    for model in sorted(models, key=lambda model: model.qualified):
        read = dependencies(connection, model.query, model.qualified)
        missing = sorted(name for name in read if name not in by_name and name not in existing)
        if missing:
            raise ModelError(f"The model {model.qualified} reads {missing[0]}, which does not exist; mend its query.")
        graph[model.qualified] = read & by_name.keys()
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise ModelError(f"The models read each other in a circle ({' > '.join(error.args[1])}); break it.") from error


def read_checks(folder: Path) -> list[tuple[str, Header]]:
    """Name and header of every check in a folder, by name."""
    return [(path.stem, _check_header(path)) for path in sorted(folder.glob("*.sql"))]


def run_checks(connection: Connection, folder: Path, gate: str | None = None) -> list[CheckResult]:
    """The verdict of every check in a folder, or of those of one gate, by name.

    Raises ModelError when there is none to run or one cannot run: a check that did not look has not passed.
    """
    checks = read_checks(folder)
    results = [_run_check(connection, *check) for check in checks if gate in (None, check[1].fields["Gate"])]
    if not results:
        raise ModelError(f"There are no checks{f' of gate {gate}' if gate else ''} in {folder}; nothing was proven.")
    return results


def stop_on(results: Sequence[CheckResult]) -> None:
    """The gate of the checks: raises GateStoppedError for the first broken one that stops."""
    for result in results:
        if not result.passed and result.severity == "stop":
            raise GateStoppedError(
                f"The {result.gate} gate stopped: {result.violations} rows exist that should not ({result.example}). "
                f"{result.description_en} {result.hint_en} See sql/checks/{result.name}.sql."
            )


def data_dictionary(models: Sequence[Model]) -> list[dict[str, str]]:
    """One row a column: table, kind, grain, description, column, type, unit, meaning; in the order of the headers."""
    return [
        {
            "table": model.qualified,
            "kind": model.kind,
            "grain": ", ".join(model.grain),
            "description": model.description,
            "column": column.name,
            "type": column.type,
            "unit": column.unit,
            "meaning": column.meaning,
        }
        for model in models
        for column in model.columns
    ]


def _read_model(path: Path) -> Model:
    header = read_header(path)
    columns = header.columns
    kind = header.fields.get("Kind", "table")
    stated = header.fields.get("Grain", "")
    grain = () if stated == "none" else tuple(part.strip() for part in stated.split(","))
    if not header.description or not columns or kind not in KINDS:
        raise ModelError(
            f"The header of {path.name} needs a description, columns, and kind table, view or computed; complete it."
        )
    unknown = sorted(set(grain) - {column.name for column in columns})
    if unknown:
        raise ModelError(f'The grain of {path.name} names "{unknown[0]}", which is no column; mend the header.')
    return Model(path.parent.name, path.stem, kind, grain, header.description, columns, header.query)


def _check_header(path: Path) -> Header:
    header = read_header(path)
    fields = header.fields
    missing = [name for name in ("Table", "In Indonesian", "Hint", "Hint in Indonesian") if not fields.get(name)]
    if missing or not header.description or fields.get("Severity") not in SEVERITIES or fields.get("Gate") not in GATES:
        raise ModelError(
            f"The header of {path.name} lacks a description, a severity, a gate, a table or its hints; complete it."
        )
    return header


def _run_check(connection: Connection, name: str, header: Header) -> CheckResult:
    dependencies(connection, header.query, f"The check {name}")
    try:
        cursor = connection.execute(header.query)
        first = cursor.fetchone()
        names = [column[0] for column in cursor.description or []]
        violations = 0 if first is None else 1 + sum(map(len, iter(lambda: cursor.fetchmany(_BATCH), [])))
    except DatabaseError as error:
        raise ModelError(f"The check {name} cannot run: {_sentence(error)}; mend its query.") from error
    example = None if first is None else ", ".join(f"{key}={value}" for key, value in zip(names, first, strict=True))
    fields = header.fields
    return CheckResult(
        name=name,
        table=fields["Table"],
        severity=fields["Severity"],
        gate=fields["Gate"],
        violations=violations,
        example=example,
        description_id=fields["In Indonesian"],
        description_en=" ".join(header.description.split()),
        hint_id=fields["Hint in Indonesian"],
        hint_en=fields["Hint"],
    )


def _relations(connection: Connection) -> dict[str, str]:
    """Every table and view of the database -> TABLE or VIEW."""
    rows = connection.execute(
        "SELECT table_schema || '.' || table_name, if(table_type = 'VIEW', 'VIEW', 'TABLE') "
        "FROM information_schema.tables WHERE table_catalog = current_database()"
    ).fetchall()
    return dict(rows)


def _compare_columns(connection: Connection, model: Model) -> None:
    rows = connection.execute(f"DESCRIBE {model.qualified}").fetchall()
    real = [(row[0], row[1]) for row in rows]
    declared = [(column.name, column.type) for column in model.columns]
    if real != declared:
        at = next((n for n, pair in enumerate(zip(declared, real, strict=False)) if pair[0] != pair[1]), -1)
        said, found = (declared[at], real[at]) if at >= 0 else (f"{len(declared)} columns", f"{len(real)} columns")
        raise ModelError(
            f"The header of {model.qualified} declares {said} where its query gives {found}; make them agree."
        )


def _write_comments(connection: Connection, model: Model) -> None:
    kind = "VIEW" if model.kind == "view" else "TABLE"
    connection.execute(f"COMMENT ON {kind} {model.qualified} IS {literal(model.description)}")
    for column in model.columns:
        unit = "" if column.unit == "-" else f" [{column.unit}]"
        connection.execute(f'COMMENT ON COLUMN {model.qualified}."{column.name}" IS {literal(column.meaning + unit)}')


def _sentence(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".")
