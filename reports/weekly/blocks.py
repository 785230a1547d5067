"""The blocks a section of the weekly report can be made of; page and print know how to set each kind.

Each kind has a macro in `blocks.html.j2` and a function in `blocks.typ` that bear its name. What only one section needs
is defined beside that section, in the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from reports.tables.table import Table


@dataclass(frozen=True, kw_only=True)
class Block:
    """Any of them; `on` is where it stands."""

    on: Literal["both", "page", "print"] = "both"

    @property
    def kind(self) -> str:
        """The name of its macro and its function."""
        return type(self).__name__.lower()


@dataclass(frozen=True)
class Paragraph(Block):
    """A text of its own; a sticky one stays with what follows it in print."""

    text: str
    small: bool = False
    sticky: bool = False


@dataclass(frozen=True)
class Heading(Block):
    """A heading below that of the section."""

    text: str


@dataclass(frozen=True)
class Bullets(Block):
    """A list of texts."""

    texts: Sequence[str]


@dataclass(frozen=True)
class Definitions(Block):
    """Names, each with what is said of it."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Sheet(Block):
    """A table, and texts that stand below it."""

    table: Table
    remarks: Sequence[str] = ()


@dataclass(frozen=True)
class Sheets(Block):
    """Tables that follow on each other."""

    tables: Sequence[Table]


@dataclass(frozen=True)
class Either(Block):
    """A table, or a sentence where it has no row."""

    table: Table
    otherwise: str


@dataclass(frozen=True)
class Folded(Block):
    """A table on the page that a reader opens by its caption; print does without it."""

    table: Table
    on: Literal["both", "page", "print"] = field(default="page", kw_only=True)


@dataclass(frozen=True)
class Together(Block):
    """Blocks that print keeps on one page."""

    blocks: Sequence[Block]
