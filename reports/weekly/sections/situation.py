"""What was seen this week: the two lights with their reasons, the sentences of the week, what must be decided."""

from dataclasses import dataclass

from reports.tables.table import Column, Table, make_table
from reports.weekly.blocks import Block, Heading, Paragraph
from reports.weekly.section import Report, Section
from reports.wording.decisions import Decision, decisions
from reports.wording.lights import bucket_lights, lights_said
from reports.wording.statement import Statement
from reports.wording.words import Words


@dataclass(frozen=True)
class Situation(Block):
    """The lights of the week and of each bucket where it has several, and the sentences of the week.

    `shown` are the groups of posts that a sentence can lead to.
    """

    lights: list[dict[str, str]]
    buckets: list[str]
    statements: list[Statement]
    shown: list[str]


@dataclass(frozen=True)
class Decisions(Block):
    """What is to be decided, by whom it is received, and by when."""

    table: Table


def blocks(report: Report) -> list[Block]:
    """The lights and sentences, and decisions where the week asks for any."""
    trends, words = report.trends, report.words
    situation = Situation(
        lights=lights_said(trends, words, report.judgement),
        buckets=bucket_lights(trends, words),
        statements=report.statements,
        shown=[group.key for group in report.groups],
    )
    content: list[Block] = [situation, Paragraph(words("light_rule_below"), small=True)]
    if asked := decisions(trends, words):
        content += [Heading(words("briefing_decide")), Decisions(_table(words, asked))]
    return content


def _table(words: Words, asked: list[Decision]) -> Table:
    columns = [Column(key, heading=words(f"decide_{key}")) for key in Decision._fields]
    rows = [decision._asdict() for decision in asked]
    return make_table(words, "decisions", columns, rows, caption=words("decide_caption"), stacked=True)


SECTION = Section("situation", blocks)
