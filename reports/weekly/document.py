"""The weekly report as PDF: the same content as the HTML page, the review list cut to what a printed list can carry."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from reports.figures.chart import Picture
from reports.tables.table import Column, Table, under_names
from reports.typeset import compile_pdf
from reports.weekly.content import Content
from reports.weekly.evidence import DETECTED, Flagged, Listing
from reports.wording.words import Words, clipped

EVIDENCE_ROWS, SIGNAL_ROWS, TEXT_LIMIT = 60, 20, 280  # of the rows, those kept for signals where there are any
SHORTEST, LONGEST, LONG_TEXTS = 8, 40, 80  # characters of a cell by which the widths of columns are reckoned
TABLES = ("clocks", "overdue", "funnel", "corrections", "labels", "power", "constants")
_WORDS = (
    "section_situation",
    "section_changes",
    "section_clocks",
    "section_corrections",
    "briefing_decide",
    "corrections_none",
    "clocks_overdue_where",
    "method_queries",
    "method_queries_intro",
    "note_marks",
    "section_declaration",
    "section_charts",
    "section_tables",
    "section_evidence",
    "evidence_list_above",
    "section_quality",
    "section_method",
    "section_limits",
    "level_title",
    "quality_intro",
    "quality_empty",
    "quality_pdf",
    "section_labels",
    "labels_none",
    "glyph_note",
)


@dataclass(frozen=True)
class Head:
    """The head of a column in print, whether it is set right, and its share of the width (0: what it needs)."""

    heading: str
    number: bool
    width: float


@dataclass(frozen=True)
class Printed:
    """A table as it is set: rows under the name of their bucket, which is empty where they have none."""

    name: str
    caption: str
    columns: list[Head]
    groups: list[tuple[str, list[list[str]]]]
    note: str
    empty: str


def printed(table: Table) -> Printed:
    """A table for print: a first column of buckets becomes a head over the rows of each, repeated on every page."""
    first = table.columns[0]
    kept, groups = under_names(table, first if first.kind == "bucket" else None)
    return Printed(
        name=table.name,
        caption=table.caption,
        columns=[Head(column.heading, column.is_number, _width(table, column)) for column in kept],
        groups=groups,
        note=table.note,
        empty=table.empty,
    )


def _width(table: Table, column: Column) -> float:
    """Its share; where no column has one, that of a text by its longest line, while numbers need little."""
    if column.is_number or any(each.share for each in table.columns):
        return column.share
    lines = [len(line) for cell in table.column(column.key) for line in cell.split("\n")]
    return float(min(max([*lines, SHORTEST]), LONG_TEXTS if column.kind == "long" else LONGEST))


def cut(listings: Sequence[Listing]) -> list[Listing]:
    """What print can carry: the review list first, the rest shared evenly by the signals, spread over their days."""
    review = [listing for listing in listings if listing.key == DETECTED]
    signals = [listing for listing in listings if listing.key != DETECTED]
    kept = min(SIGNAL_ROWS, sum(len(listing.posts) for listing in signals))
    result = [replace(listing, posts=listing.posts[: EVIDENCE_ROWS - kept]) for listing in review]
    left = EVIDENCE_ROWS - sum(len(listing.posts) for listing in result)
    shown: dict[str, list[Flagged]] = {}
    for place, listing in enumerate(sorted(signals, key=lambda each: len(each.posts))):
        count = min(len(listing.posts), left // (len(signals) - place))
        left -= count
        shown[listing.key] = [listing.posts[number * len(listing.posts) // count] for number in range(count)]
    return result + [replace(listing, posts=shown[listing.key]) for listing in signals]


def _listed(listing: Listing, words: Words) -> dict[str, Any]:
    """A list of posts as a table: of posts behind a signal the caption says why they are here."""
    columns = ["post", "text", "why", "about"] if listing.key == DETECTED else ["post", "text", "about"]
    counts = words("evidence_list_counts", shown=words.number(len(listing.posts)), count=listing.count)
    rows = []
    for post in listing.posts:
        limit = f"\n{words('why_limit', limit=post.limit)}" if post.sort_limit else ""
        cells = {
            "post": f"{post.time}\n{post.platform}\n{post.post_id}",
            "text": clipped(post.text, TEXT_LIMIT),
            "why": post.why + limit,
            "about": f"{post.topics}\n{post.districts}\n{post.responses}",
        }
        rows.append([cells[column] for column in columns])
    return {
        "caption": f"{listing.caption} {counts}" if rows else listing.caption,
        "columns": [words(f"column_{column}") for column in columns],
        "rows": rows,
    }


def weekly_document(content: Content, drawn: Sequence[Picture], words: Words, as_of: datetime) -> bytes:
    """The PDF of the weekly report."""
    listings = cut(content.listings)
    shown = sum(len(listing.posts) for listing in listings)
    reasons = content.level_reasons
    tables = {name: printed(getattr(content, name)) for name in TABLES}
    data = asdict(replace(content, evidence=[], listings=[])) | {
        **{name: asdict(table) for name, table in tables.items()},
        "change_tables": [asdict(printed(table)) for table in content.change_tables],
        "tables": [asdict(printed(table)) for table in content.tables],
        "level_sentence": f"{reasons[:1].upper()}{reasons[1:]}.",
        "charts": [{"svg": each.svg, "alt": each.alt} for each in drawn],
        "decision_columns": [words(f"decide_{name}") for name in ("what", "whom", "until")],
        "listings": [_listed(listing, words) for listing in listings],
        "review_empty": all(listing.key != DETECTED for listing in listings),
        "evidence_cut": words("evidence_shown") if len(content.evidence) > shown else "",
        "gate_columns": [words(f"column_{name}") for name in ("check", "verdict", "severity", "observed", "detail")],
        "words": {key: words(key) for key in _WORDS} | {"page_of": words("page_of", page="#", pages="#")},
    }
    return compile_pdf("weekly/document.typ", data, words, as_of)
