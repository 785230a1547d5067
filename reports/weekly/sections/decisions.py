"""What is to be done until the next edition."""

from dataclasses import dataclass

from reports.tables.table import Column, Table, make_table
from reports.weekly.blocks import Block, Paragraph
from reports.weekly.section import Report, Section
from reports.wording.decisions import Decision, decisions
from reports.wording.words import Words


@dataclass(frozen=True)
class Decisions(Block):
    """What is to be done, by whom, by when, and what happens otherwise."""

    table: Table


def blocks(report: Report) -> list[Block]:
    """The tasks of the week, or that there is none."""
    words, edition = report.words, report.trends.facts.edition
    asked = decisions(report.trends, words)
    tasks: Block = Decisions(_table(words, asked)) if asked else Paragraph(words("decide_none"))
    of = words("decide_moment", day=words.day(edition.local.date()))
    return [Paragraph(of), tasks] if edition.is_late else [tasks]


def _table(words: Words, asked: list[Decision]) -> Table:
    columns = [Column(key, heading=words(f"decide_{key}")) for key in Decision._fields]
    rows = [decision._asdict() for decision in asked]
    return make_table(words, "decisions", columns, rows, caption=words("decide_caption"), stacked=True)


SECTION = Section("decisions", blocks)
