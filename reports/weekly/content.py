"""The weekly report as plain data, before any layout: page and print set this content, so they say the same things.

To add a section, write its module and name it here.
"""

from dataclasses import dataclass
from string import ascii_uppercase

from reports.weekly.section import Report, Section, Written
from reports.weekly.sections import (
    beside,
    changes,
    charts,
    clocks,
    corrections,
    decisions,
    declaration,
    estimates,
    evidence,
    indicators,
    limits,
    method,
    quality,
    sentences,
    situation,
    tables,
    terms,
)
from reports.wording.reissue import reissue_text
from reports.wording.sentences import embargo_mark, embargo_text

SECTIONS: tuple[Section, ...] = (  # in reading order, those of the annex last
    situation.SECTION,
    decisions.SECTION,
    indicators.SECTION,
    beside.SECTION,
    charts.SECTION,
    estimates.SECTION,
    changes.SECTION,
    clocks.SECTION,
    evidence.SECTION,
    tables.SECTION,
    declaration.SECTION,
    corrections.SECTION,
    quality.SECTION,
    method.SECTION,
    sentences.SECTION,
    limits.SECTION,
    terms.SECTION,
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
    reissue: str
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
        reissue=reissue_text(report.facts, words),
        sections=[written(section, report) for section in SECTIONS],
    )


def written(section: Section, report: Report) -> Written:
    """A section of an edition; those of the annex are lettered in their order."""
    heading = report.words(f"section_{section.name}")
    if section.is_annex:
        place = [each.name for each in SECTIONS if each.is_annex].index(section.name)
        heading = f"{ascii_uppercase[place]}. {heading}"
    return Written(section.name, heading, section.blocks(report), section.is_annex)


def _subtitle(report: Report) -> str:
    words, edition = report.words, report.facts.edition
    election, week = edition.election, edition.week
    return words(
        "weekly_subtitle" if edition.days_to_vote >= 0 else "weekly_subtitle_after",
        regency=election.regency,
        days=words.days(week.first_day, week.last_day),
        election=edition.election_name,
        release=words.day(edition.local.date()),
        countdown=words.countdown(edition.days_to_vote),
    )
