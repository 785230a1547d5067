"""The runner of the SQL models: it reads the files of `sql/`, orders them by their own queries and builds them.

A model file is one SELECT under a header (see `flows.headers`): description, `Kind:` (view or computed; left out: a
table), `Grain:` (the columns that identify a row, or none; `?` marks one that may be NULL) and `Columns:`, the names in
order, which `sql/columns.csv` explains. The runner refuses a header that disagrees with the query and writes it into
the database as comments; `flows.store.checks` proves the grain. The query of a computed model gives the rows its method
starts from: a function of `flows.trends`, handed in by the caller.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import polars as pl

import sql
from flows.exits import UsageError
from flows.headers import COLUMNS, Column, Dictionary, ModelError, column, read_columns, read_header
from flows.method import SEEDS
from flows.processes import shared
from flows.seeds import seed_path
from flows.store.dependencies import dependencies
from flows.store.warehouse import Connection, DatabaseError, as_tables, literal, query

LAYERS = ("base", "core", "trends")
NATIONAL = ("nation",)  # made from what many homes published, in a database of its own
DECLARED = "tables.sql"  # of base: the tables of the loader, no model
COMPUTED = "computed"
KINDS = ("table", "view", COMPUTED)
_NAME = re.compile(r"[a-z][a-z0-9_]*")

Method = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Model:
    """One table or view of the warehouse: its header and its query."""

    schema: str
    name: str
    kind: str
    grain: tuple[str, ...]
    may_be_null: frozenset[str]
    description: str
    columns: tuple[Column, ...]
    query: str

    @property
    def qualified(self) -> str:
        """`schema.name`."""
        return f"{self.schema}.{self.name}"


def load_seeds(connection: Connection, folder: Path) -> None:
    """Every CSV of a folder as table `seeds.<name>`, all columns VARCHAR, empty = NULL; replaces what was there.

    A seed the folder does not have is the shipped one, where it may be (see `flows.seeds.seed_path`). Raises UsageError
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
            raise UsageError(f"The seed {path.name} needs a lower-case name and header; fix the first line.")
        columns = ", ".join(f"'{name}': 'VARCHAR'" for name in header)
        try:
            connection.execute(
                f"CREATE OR REPLACE TABLE seeds.{path.stem} AS SELECT * FROM read_csv(?, header = true, delim = ',', "  # noqa: S608
                f"quote = '\"', escape = '\"', nullstr = '', auto_detect = false, columns = {{{columns}}})",
                [str(path)],
            )
        except DatabaseError as error:
            raise UsageError(f"The seed {path.name} cannot be read: {first_line(error)}; fix the file.") from error


def read_models(folder: Path, layers: Sequence[str] = LAYERS) -> list[Model]:
    """The models of some layers of a folder, by name.

    Raises ModelError for a header that is not one, or that names a column `<folder>/columns.csv` does not explain.
    """
    paths = [path for layer in layers for path in sorted((folder / layer).glob("*.sql")) if path.name != DECLARED]
    if not paths:
        raise ModelError(f"There are no models in {folder}; the installation is incomplete.")
    dictionary = read_columns(folder / COLUMNS)
    return [_read_model(path, dictionary) for path in paths]


def build(
    connection: Connection,
    models: Sequence[Model],
    methods: Mapping[str, Method] | None = None,
    *,
    is_lasting: bool = True,
    told: Callable[[Connection, Model], None] | None = None,
) -> None:
    """Build every model in the order of its dependencies, inside the caller's transaction, with its comments.

    `told` hears of each once it is there.

    Tables that are read once and gone are not `is_lasting`: they do without comments and without the comparison with
    their headers, which take a third of the time. `methods` are the functions of the computed models, by qualified
    name. Raises ModelError for a cycle, a table or a method that does not exist, a query that fails or a header that
    disagrees with it.
    """
    existing = _relations(connection)
    graph = _graph(connection, models, existing)
    _drop(connection, _sorted(graph), existing)
    for model in _created(connection, graph, {model.qualified: model for model in models}, methods or {}):
        if is_lasting:
            _compare_columns(connection, model)
            _write_comments(connection, model)
        if told is not None:
            told(connection, model)


def _drop(connection: Connection, names: Sequence[str], existing: Mapping[str, str]) -> None:
    for name in reversed(names):
        if name in existing:
            connection.execute(f"DROP {existing[name]} {name}")


def _created(
    connection: Connection, graph: Mapping[str, set[str]], by_name: Mapping[str, Model], methods: Mapping[str, Method]
) -> Iterator[Model]:
    """Creates each model once those it reads are there; while the helper computes rows, tables are created here.

    When none is left, the last rows that were begun are computed here, if the helper has not come to them.
    """
    first = _read_by_computed(graph, by_name)
    tables, begun = deque[Model](), list[tuple[Model, Callable[[], pl.DataFrame]]]()
    steps = TopologicalSorter(graph)
    steps.prepare()
    while steps.is_active():
        for model in (by_name[name] for name in steps.get_ready()):
            if model.kind == COMPUTED:
                begun.append((model, _begin(connection, model, methods)))
            else:
                (tables.appendleft if model.qualified in first else tables.append)(model)
        model, rows = (tables.popleft(), None) if tables else begun.pop()
        _create(connection, model, rows)
        yield model
        steps.done(model.qualified)


def _read_by_computed(graph: Mapping[str, set[str]], by_name: Mapping[str, Model]) -> set[str]:
    """The models that computed ones read, directly or through others."""
    waiting = [name for name, model in by_name.items() if model.kind == COMPUTED]
    read = set[str]()
    while waiting:
        new = graph[waiting.pop()] - read
        read |= new
        waiting.extend(new)
    return read


def _begin(connection: Connection, model: Model, methods: Mapping[str, Method]) -> Callable[[], pl.DataFrame]:
    """What gives the rows of a computed model."""
    if model.qualified not in methods:
        raise ModelError(
            f"The model {model.qualified} is computed, but no method has its name; add it to flows.trends."
        )
    with _told(model):
        return shared(methods[model.qualified], query(connection, model.query))


def _create(connection: Connection, model: Model, rows: Callable[[], pl.DataFrame] | None) -> None:
    with _told(model):
        if rows is None:
            connection.execute(f"CREATE {model.kind} {model.qualified} AS {model.query}")
            return
        with as_tables(connection, computed_rows=rows()):
            connection.execute(f"CREATE TABLE {model.qualified} AS FROM computed_rows")


@contextmanager
def _told(model: Model) -> Iterator[None]:
    """An error of the database inside says which model it is about."""
    try:
        yield
    except DatabaseError as error:
        raise ModelError(f"The model {model.qualified} cannot be built: {first_line(error)}; fix its file.") from error


def needed(connection: Connection, models: Sequence[Model], names: Iterable[str]) -> list[Model]:
    """The models of these names and every model they read, directly or through others."""
    by_name = {model.qualified: model for model in models}
    wanted, chosen = list(names), dict[str, Model]()
    while wanted:
        name = wanted.pop()
        if name in by_name and name not in chosen:
            chosen[name] = by_name[name]
            wanted.extend(dependencies(connection, by_name[name].query, name))
    return list(chosen.values())


def in_order(connection: Connection, models: Sequence[Model]) -> list[Model]:
    """The models, each after those its query reads; raises ModelError for a cycle or a table that does not exist."""
    by_name = {model.qualified: model for model in models}
    return [by_name[name] for name in _sorted(_graph(connection, models, _relations(connection)))]


def _graph(connection: Connection, models: Sequence[Model], existing: Collection[str]) -> dict[str, set[str]]:
    """Each model with those its query reads; raises ModelError for a table that does not exist."""
    names = {model.qualified for model in models}
    graph: dict[str, set[str]] = {}
    for model in sorted(models, key=lambda model: model.qualified):
        read = dependencies(connection, model.query, model.qualified)
        missing = sorted(name for name in read if name not in names and name not in existing)
        if missing:
            raise ModelError(f"The model {model.qualified} reads {missing[0]}, which does not exist; fix its query.")
        graph[model.qualified] = read & names
    return graph


def _sorted(graph: Mapping[str, set[str]]) -> list[str]:
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise ModelError(f"The models read each other in a circle ({' > '.join(error.args[1])}); break it.") from error


def _read_model(path: Path, dictionary: Dictionary) -> Model:
    header = read_header(path)
    kind = header.fields.get("Kind", "table")
    if not header.description or not header.fields.get("Grain") or not header.columns or kind not in KINDS:
        raise ModelError(
            f"The header of {path.name} needs a description, a grain, columns, and kind table, view or computed; "
            "complete it."
        )
    unknown = sorted(set(header.grain) - set(header.columns))
    if unknown:
        raise ModelError(f'The grain of {path.name} names "{unknown[0]}", which is no column; fix the header.')
    schema = path.parent.name
    return Model(
        schema=schema,
        name=path.stem,
        kind=kind,
        grain=header.grain,
        may_be_null=header.may_be_null,
        description=header.description,
        columns=tuple(column(f"{schema}.{path.stem}", name, dictionary) for name in header.columns),
        query=header.query,
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
    declared = [(each.name, each.type) for each in model.columns]
    if real != declared:
        at = next((n for n, pair in enumerate(zip(declared, real, strict=False)) if pair[0] != pair[1]), -1)
        said, computed = (declared[at], real[at]) if at >= 0 else (f"{len(declared)} columns", f"{len(real)} columns")
        raise ModelError(
            f"The header of {model.qualified} declares {said} where its query gives {computed}; make them agree."
        )


def _write_comments(connection: Connection, model: Model) -> None:
    kind = "VIEW" if model.kind == "view" else "TABLE"
    connection.execute(f"COMMENT ON {kind} {model.qualified} IS {literal(model.description)}")
    for each in model.columns:
        unit = "" if each.unit == "-" else f" [{each.unit}]"
        connection.execute(f'COMMENT ON COLUMN {model.qualified}."{each.name}" IS {literal(each.meaning_en + unit)}')


def first_line(error: Exception) -> str:
    """What an error of the database says first, as part of a sentence."""
    return str(error).splitlines()[0].rstrip(".")
