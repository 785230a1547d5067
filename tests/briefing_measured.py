"""How much a briefing says and how small it is printed."""

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from pypdf import PdfReader

from reports.edition import Edition

MOST_WORDS, SMALLEST_TYPE = 550, 8.0
_CHART = "+DejaVuSans"
_EDGES = re.compile(r"TERBATAS|Halaman \d dari \d|RESTRICTED|Page \d of \d|^EMBARGO")


def words_of_body(pages: Iterable[Any]) -> int:
    """The words of a briefing without the lines on the edges of its pages and without what stands in its chart."""
    text = " ".join(_printed(page) for page in pages)
    edges = [line for line in text.splitlines() if _EDGES.search(line)]
    return len(text.split()) - sum(len(line.split()) for line in edges)


def _printed(page: Any) -> str:
    """The text of a page in the faces of its sentences and headings; a chart has a face of its own."""
    pieces: list[str] = []

    def seen(text: str, _: Any, __: Any, font: Any, ___: float) -> None:
        pieces.append(re.sub(r"\S", "", text) if str((font or {}).get("/BaseFont", "")).endswith(_CHART) else text)

    page.extract_text(visitor_text=seen)
    return "".join(pieces)


def smallest_type(pages: Iterable[Any]) -> float:
    """The size of the smallest type, in points."""
    sizes: set[float] = set()

    def seen(text: str, _: Any, matrix: Sequence[float], __: Any, size: float) -> None:
        if text.strip():
            sizes.add(round(abs(matrix[3]) * size, 1))

    for page in pages:
        page.extract_text(visitor_text=seen)
    return min(sizes)


def flaws(pdf: bytes, edition: Edition) -> list[str]:
    """What is wrong with the measures of a briefing: its pages, its length, its type, versions on its first page."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    count, size, first = words_of_body(pages), smallest_type(pages), pages[0].extract_text()
    versions = (edition.label_version, edition.data_version, edition.code_version)
    return [
        *([f"{len(pages)} pages"] if len(pages) != 2 else []),
        *([f"{count} words"] if count > MOST_WORDS else []),
        *([f"type of {size} points"] if size < SMALLEST_TYPE else []),
        *(f"the version {each} on page 1" for each in versions if each in first),
    ]
