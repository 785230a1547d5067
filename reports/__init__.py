"""From tables to what people read: charts, weekly report, briefing, workbook, data files and the index of weeks.

Start in `render.py`; the input contract is `edition.py` and `contract.py`. Everything here is a function of its inputs:
no clock, no environment, no network, and the same inputs give the same bytes.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.edition import Edition, Language, Tables, WeekSummary

if TYPE_CHECKING:
    import polars as pl

    from reports.letter.letter import Letter, Office
    from reports.render import Begin

__all__ = [
    "Edition",
    "Tables",
    "WeekSummary",
    "are_complete",
    "backlog_told",
    "cases_told",
    "make_ready",
    "published_texts",
    "render_index",
    "render_letter",
    "render_national",
    "render_note",
    "render_review",
    "render_week",
    "stopped_texts",
    "why_flagged",
]


def make_ready() -> None:
    """Imports what drawing takes, which takes a second."""
    from reports import render  # noqa: F401


def are_complete(tables: Tables) -> bool:
    """Whether tables keep the contract of a week's report; those that an earlier version of ronda kept may not."""
    from reports.reading import contract

    return contract.is_kept(tables)


def render_week(edition: Edition, tables: Tables, folder: Path, begin: "Begin | None" = None) -> WeekSummary:
    """Every file of a week's publication, written into a folder; see `render.render_week`."""
    from reports import render

    return render.render_week(edition, tables, folder, begin or render.when_asked)


def render_note(
    edition: Edition, day: date, tables: Tables, folder: Path
) -> tuple[dict[str, object], tuple[str, str, str]]:
    """`note.pdf` of a day of the quiet period or of voting day; see `note.note.write_note`."""
    from reports.note import note

    return note.write_note(edition, day, tables, folder)


def render_letter(letter: "Letter", office: "Office", lang: Language, as_of: datetime) -> bytes:
    """The letter with which a case is handed over; see `letter.letter.write`."""
    from reports.letter import letter as letters

    return letters.write(letter, office, lang, as_of)


def render_index(
    summaries: Mapping[str, WeekSummary], folder: Path, edition: Edition, notes: Mapping[str, str] | None = None
) -> None:
    """`index.html` over all published weeks and daily notes; see `index.render_index`."""
    from reports.site import index

    index.render_index(summaries, folder, edition, notes or {})


def render_national(regencies: "pl.DataFrame", weeks: "pl.DataFrame", lang: Language) -> str:
    """The overview over the regencies of a fleet, as HTML; see `overview.render_national`."""
    from reports.national import overview

    return overview.render_national(regencies, weeks, lang)


def render_review(  # noqa: PLR0913 - as the function it calls
    edition: Edition,
    posts: "pl.DataFrame",
    headings: Mapping[str, str],
    choices: Mapping[str, Sequence[str]],
    name: str,
    *,
    of_all_weeks: bool = False,
) -> bytes:
    """A review sheet as a workbook; see `review_sheet.review_workbook`."""
    from reports.tables import review_sheet

    return review_sheet.review_workbook(edition, posts, headings, choices, name, of_all_weeks=of_all_weeks)


def backlog_told(lang: Language, path: str, limits: Sequence[tuple[date, date]], drawn: int, today: date) -> str:
    """What to do first, and in which workbook; see `sentences.backlog_told`."""
    from reports.wording import sentences

    return sentences.backlog_told(lang, path, limits, drawn, today)


def cases_told(lang: Language, due: Sequence[dict[str, Any]], today: date) -> list[str]:
    """Which cases of the desk wait for what until when; see `decisions.cases_told`."""
    from reports.wording import decisions

    return decisions.cases_told(lang, due, today)


def why_flagged(lang: Language, reasons: Sequence[tuple[str, str, Sequence[str]]]) -> str:
    """Why a post is on the review list, as a text; see `sentences.why_flagged`."""
    from reports.wording import sentences

    return sentences.why_flagged(lang, reasons)


def published_texts(summary: WeekSummary, edition: Edition) -> tuple[str, str]:
    """The first two lines of the notice of a published week; see `sentences.published_texts`."""
    from reports.wording import sentences

    return sentences.published_texts(summary, edition)


def stopped_texts(week: str, reason: str, lang: Language) -> tuple[str, str, str]:
    """The three lines of the notice of a week that a gate stopped; see `sentences.stopped_texts`."""
    from reports.wording import sentences

    return sentences.stopped_texts(week, reason, lang)
