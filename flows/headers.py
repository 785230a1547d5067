"""What every table of `sql/` holds: the header of its file, and the columns that the names in it stand for.

    -- What a row is good for, in one or more paragraphs.
    --
    -- Kind: view
    -- Grain: week, platform
    -- Columns: week, platform, posts,
    --   labelled

Among the columns `trends.weekly_measures.* EXCLUDE (a, b)` stands for those of that table but a and b, as in a query.
The query follows the first line that is no comment. The type, unit and meaning of a column stand once, in
`sql/columns.csv`; a row that names tables in `tables` holds for those, the one that names none for all others.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import sql
from flows.exits import RondaError

if TYPE_CHECKING:
    import polars as pl

FIELDS = ("Kind", "Grain", "Severity", "Gate", "Table", "In Indonesian", "Hint", "Hint in Indonesian", "Columns")
COLUMNS = "columns.csv"
_FIELD = re.compile(rf"({'|'.join(FIELDS)}):\s*(.*)")
_NAME = re.compile(r"[a-z][a-z0-9_]*\??")
_OF_ANOTHER = re.compile(r"([a-z_]+)\.([a-z_]+)\.\* EXCLUDE \(([^)]*)\)")


class ModelError(RondaError):
    """A model, a check or a seed is not what its file says."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its DuckDB type, its unit (`-` when it has none), and what it means in both languages."""

    name: str
    type: str
    unit: str
    meaning_id: str
    meaning_en: str

    def meaning(self, lang: Literal["id", "en"]) -> str:
        """What the column means, in a language."""
        return self.meaning_id if lang == "id" else self.meaning_en


Dictionary = Mapping[tuple[str, str], Column]  # (table, name); the table is empty where no other row of the name holds


@dataclass(frozen=True, slots=True)
class Header:
    """A SQL file taken apart: its fields by name, its description, its grain and columns by name, and its query.

    Columns of the grain that `?` marks in the file may be NULL.
    """

    fields: dict[str, str]
    description: str
    grain: tuple[str, ...]
    may_be_null: frozenset[str]
    columns: tuple[str, ...]
    query: str


def read_header(path: Path) -> Header:
    """The header and query of a SQL file; what the header lacks is empty. Raises ModelError for a damaged column."""
    lines = path.read_text(encoding="utf-8").splitlines()
    length = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    fields: dict[str, str] = {}
    description: list[str] = []
    for line in (line[2:].removeprefix(" ").rstrip() for line in lines[:length]):
        field = _FIELD.fullmatch(line)
        if field:
            fields[field[1]] = field[2]
        elif "Columns" in fields:
            fields["Columns"] += f" {line.strip()}"
        elif not fields:
            description.append(line)
    stated = fields.get("Grain", "")
    grain = _names(path, "" if stated == "none" else stated)
    return Header(
        fields=fields,
        description="\n".join(description).strip(),
        grain=tuple(name.removesuffix("?") for name in grain),
        may_be_null=frozenset(name[:-1] for name in grain if name.endswith("?")),
        columns=_names(path, _OF_ANOTHER.sub(lambda named: _of_another(path, named), fields.get("Columns", ""))),
        query="\n".join(lines[length:]).strip(),
    )


def _of_another(path: Path, named: re.Match[str]) -> str:
    """The columns of another table without those that are excluded, as a header lists them."""
    other = path.parent.parent / named[1] / f"{named[2]}.sql"
    if not other.is_file():
        raise ModelError(f"{path.name} lists the columns of {named[1]}.{named[2]}, which does not exist; fix its name.")
    columns = read_header(other).columns
    excluded = [name.strip() for name in named[3].split(",")]
    if unknown := [name for name in excluded if name not in columns]:
        raise ModelError(f'{path.name} leaves out "{unknown[0]}", which {other.name} does not have; take it out.')
    return ", ".join(name for name in columns if name not in excluded)


def _names(path: Path, text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if not _NAME.fullmatch(name):
            raise ModelError(f'{path.name} lists the column "{name}"; put lower-case names with commas between them.')
    return names


def read_columns(path: Path) -> Dictionary:
    """Every column by table and name. Raises ModelError for a row that lacks something or stands twice."""
    columns: dict[tuple[str, str], Column] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            tables = row.pop("tables").split()
            if None in row:
                raise ModelError(f"The row of {row['name']} in {path.name} has a value too many; quote its commas.")
            if not all(row.values()):
                raise ModelError(f"The row of {row['name']} in {path.name} lacks a value; complete it.")
            for table in tables or [""]:
                if (table, row["name"]) in columns:
                    raise ModelError(f"{path.name} explains {row['name']} of {table or 'all tables'} twice; keep one.")
                columns[table, row["name"]] = Column(**row)
    return columns


@cache
def _dictionary() -> Dictionary:
    return read_columns(sql.FOLDER / COLUMNS)


def column(table: str, name: str, dictionary: Dictionary | None = None) -> Column:
    """A column of a table; raises ModelError for one that nobody has explained."""
    known = dictionary or _dictionary()
    row = known.get((table, name)) or known.get(("", name))
    if row is None:
        raise ModelError(f"The column {name} of {table} is not in sql/{COLUMNS}; add a row that explains it.")
    return row


@cache
def header_of(table: str) -> Header:
    """The header of a model of the repository, as `trends.signals`."""
    return read_header(sql.FOLDER / f"{table.replace('.', '/')}.sql")


def schema(table: str, names: Iterable[str] | None = None) -> "dict[str, pl.DataType | type[pl.DataType]]":
    """The Polars types of columns of a table by name; without names, of a model as its header lists them."""
    import polars as pl

    types: dict[str, pl.DataType | type[pl.DataType]] = {
        "BIGINT": pl.Int64,
        "BOOLEAN": pl.Boolean,
        "DATE": pl.Date,
        "DOUBLE": pl.Float64,
        "INTEGER": pl.Int32,
        "TIMESTAMP WITH TIME ZONE": pl.Datetime("us", "UTC"),
        "UBIGINT": pl.UInt64,
        "VARCHAR": pl.String,
        "VARCHAR[]": pl.List(pl.String),
    }
    wanted = header_of(table).columns if names is None else names
    return {name: types[column(table, name).type] for name in wanted}
