"""The indicators as rows, and what is to be decided until the next edition."""

from dataclasses import dataclass

from reports.tables.table import Column, Table, make_table
from reports.weekly.blocks import Block, Heading, Paragraph
from reports.weekly.indicators import Group, Indicators
from reports.weekly.section import Report, Section
from reports.wording.decisions import Decision, decisions
from reports.wording.sentences import bucket_words
from reports.wording.words import Words

HEADS = ("indicator", "line", "now", "before", "usual", "judged")


@dataclass(frozen=True)
class Indicated(Block):
    """The rows by kind."""

    groups: list[Group]
    heads: list[str]


@dataclass(frozen=True)
class Decisions(Block):
    """What is to be decided, by whom it is received, and by when."""

    table: Table


def blocks(report: Report) -> list[Block]:
    """The rows, how to read them, and decisions where the week asks for any."""
    trends, words = report.trends, report.words
    rows = Indicators(trends, words)
    intro = words("indicators_intro", **bucket_words(words, rows.bucket))
    heads = [words(f"column_{name}") for name in HEADS]
    content: list[Block] = [Paragraph(intro, small=True, sticky=True), Indicated(rows.groups(), heads)]
    if asked := decisions(trends, words):
        content += [Heading(words("briefing_decide")), Decisions(_table(words, asked))]
    return content


def _table(words: Words, asked: list[Decision]) -> Table:
    columns = [Column(key, heading=words(f"decide_{key}")) for key in Decision._fields]
    rows = [decision._asdict() for decision in asked]
    return make_table(words, "decisions", columns, rows, caption=words("decide_caption"), stacked=True)


SECTION = Section("indicators", blocks, starts_page=True)
