"""The weekly report as plain data, before any layout: page and print set this content, so they say the same things.

To add a section, write its module and name it here.
"""

from dataclasses import dataclass

from reports.weekly.section import Report, Section, Written
from reports.weekly.sections import (
    changes,
    charts,
    clocks,
    corrections,
    declaration,
    evidence,
    limits,
    method,
    quality,
    situation,
    tables,
)
from reports.wording.sentences import embargo_mark, embargo_text

SECTIONS: tuple[Section, ...] = (  # in reading order
    situation.SECTION,
    changes.SECTION,
    declaration.SECTION,
    charts.SECTION,
    tables.SECTION,
    clocks.SECTION,
    evidence.SECTION,
    corrections.SECTION,
    quality.SECTION,
    method.SECTION,
    limits.SECTION,
)


@dataclass(frozen=True)
class Content:
    """Everything the weekly report says: its head, and its sections."""

    lang: str
    title: str
    subtitle: str
    number: str
    office: str
    embargo: str
    embargo_text: str
    sections: list[Written]


def weekly_content(report: Report) -> Content:
    """The content of an edition's weekly report."""
    words, edition = report.words, report.facts.edition
    return Content(
        lang=edition.lang,
        title=words("weekly_title", week=str(edition.week)),
        subtitle=_subtitle(report),
        number=edition.number,
        office=edition.office,
        embargo=embargo_mark(edition, words),
        embargo_text=embargo_text(edition, words),
        sections=[written(section, report) for section in SECTIONS],
    )


def written(section: Section, report: Report) -> Written:
    """A section of an edition."""
    return Written(section.name, report.words(f"section_{section.name}"), section.blocks(report))


def _subtitle(report: Report) -> str:
    words, edition = report.words, report.facts.edition
    election, week = edition.election, edition.week
    left = election.days_to_vote(week.last_day)
    return words(
        "weekly_subtitle" if left >= 0 else "weekly_subtitle_after",
        regency=election.regency,
        days=words.days(week.first_day, week.last_day),
        election=edition.election_name,
        countdown=words.countdown(left),
    )
