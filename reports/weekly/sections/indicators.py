"""The indicators as rows."""

from dataclasses import dataclass

from reports.weekly.blocks import Block, Paragraph
from reports.weekly.indicators import Group, Indicators
from reports.weekly.section import Report, Section
from reports.wording.sentences import bucket_words

HEADS = ("indicator", "line", "now", "before", "usual", "judged")


@dataclass(frozen=True)
class Indicated(Block):
    """The rows by kind."""

    groups: list[Group]
    heads: list[str]


def blocks(report: Report) -> list[Block]:
    """How to read the rows, and the rows."""
    trends, words = report.trends, report.words
    rows = Indicators(trends, words)
    intro = words("indicators_intro", **bucket_words(words, rows.bucket))
    heads = [words(f"column_{name}") for name in HEADS]
    return [Paragraph(intro, small=True, sticky=True), Indicated(rows.groups(), heads)]


SECTION = Section("indicators", blocks)
