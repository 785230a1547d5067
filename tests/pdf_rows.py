"""The rows of the page's tables, looked for in the PDF of the same week.

A PDF holds no table that could be taken apart, but its text runs cell by cell; so the letters and numbers of a row of
the page stand in it as one piece. Page and PDF show the same tables, but for what the page unfolds: lists of posts, and
rows of nothing but zeros.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from reports.wording.glyphs import printable
from reports.wording.words import Words
from tests import page_cells

_UNSEEN = re.compile(r"[^\w%<+−]+")  # white space, marks and what may be broken at
_ZERO = re.compile(r"[^1-9]*")


class Compared(NamedTuple):
    """How many tables stand in both documents, and the rows that only the page has though others of their table do."""

    tables: int
    alone: tuple[str, ...]


def compare(page: str, text: str, words: Words) -> Compared:
    """The page (HTML) against the text of the PDF."""
    printed, tables, alone = _squeezed(text), 0, list[str]()
    for table in page_cells.tables_of(page):
        missing = [row for row in _rows(table, words("column_line")) if _squeezed(printable(row, words)) not in printed]
        if table.rows and len(missing) < len(table.rows):
            tables += 1
            alone += [f"{table.caption}: {row}" for row in missing if not _ZERO.fullmatch(row)]
    return Compared(tables, tuple(alone))


def _rows(table: page_cells.Printed, drawn: str) -> Iterator[str]:
    """The cells of each row in one piece, without those that are a small chart."""
    charts = {place for place, name in enumerate(table.head) if name == drawn}
    for _, _, row in table.rows:
        yield " ".join(cell for place, cell in enumerate(row) if place not in charts)


def _squeezed(text: str) -> str:
    return _UNSEEN.sub("", text)
