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

FIELDS = ("Kind", "Grain", "Severity", "Gate", "Table", "In Indonesian", "Hint", "Hint in Indonesian", "Columns")
_FIELD = re.compile(rf"({'|'.join(FIELDS)}):\s*(.*)")


@dataclass(frozen=True, slots=True)
class Header:
    """A SQL file taken apart: its fields by name, its description, the rows under `Columns:`, and its query."""

    fields: dict[str, str]
    description: str
    rows: tuple[str, ...]
    query: str


def read_header(path: Path) -> Header:
    """The header and query of a SQL file; what the header lacks is empty."""
    lines = path.read_text(encoding="utf-8").splitlines()
    length = next((n for n, line in enumerate(lines) if not line.startswith("--")), len(lines))
    fields: dict[str, str] = {}
    description: list[str] = []
    rows: list[str] = []
    for line in (line[2:].removeprefix(" ").rstrip() for line in lines[:length]):
        field = _FIELD.fullmatch(line)
        if field:
            fields[field[1]] = field[2]
        elif "Columns" in fields and line.strip():
            rows.append(line.strip())
        elif not fields:
            description.append(line)
    return Header(fields, "\n".join(description).strip(), tuple(rows), "\n".join(lines[length:]).strip())
