"""The header of a SQL file: its documentation, its contract and its data dictionary in one place.

    -- What a row is good for, in one or more paragraphs.
    --
    -- Kind: view
    -- Grain: week, platform
    -- Columns:
    --   week | VARCHAR | - | ISO week, as 2024-W06
    --   posts | BIGINT | posts | live posts; NULL where nothing was collected

The query follows the first line that is no comment.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from flows.exits import RondaError

FIELDS = ("Kind", "Grain", "Severity", "Gate", "Table", "In Indonesian", "Hint", "Hint in Indonesian", "Columns")
_FIELD = re.compile(rf"({'|'.join(FIELDS)}):\s*(.*)")


class ModelError(RondaError):
    """A model, a check or a seed is not what its file says."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column as a header declares it; unit is `-` when it has none."""

    name: str
    type: str
    unit: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Header:
    """A SQL file taken apart: its fields by name, its description, the columns it declares, and its query."""

    fields: dict[str, str]
    description: str
    columns: tuple[Column, ...]
    query: str


def read_header(path: Path) -> Header:
    """The header and query of a SQL file; what the header lacks is empty. Raises ModelError for a damaged column."""
    lines = path.read_text(encoding="utf-8").splitlines()
    length = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    fields: dict[str, str] = {}
    description: list[str] = []
    columns: list[Column] = []
    for line in (line[2:].removeprefix(" ").rstrip() for line in lines[:length]):
        field = _FIELD.fullmatch(line)
        if field:
            fields[field[1]] = field[2]
        elif "Columns" in fields and line.strip():
            columns.append(_read_column(path, line.strip()))
        elif not fields:
            description.append(line)
    return Header(fields, "\n".join(description).strip(), tuple(columns), "\n".join(lines[length:]).strip())


def _read_column(path: Path, row: str) -> Column:
    parts = [part.strip() for part in row.split("|", 3)]
    if len(parts) != 4 or not all(parts):
        raise ModelError(f'{path.name} declares "{row}"; a column is name | TYPE | unit | meaning.')
    return Column(*parts)
