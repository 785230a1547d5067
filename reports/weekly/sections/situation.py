"""What was seen this week: the level of attention with its reasons, the sentences of the week, what must be decided."""

from dataclasses import dataclass

from reports.edition import Level
from reports.tables.table import Column, Table, make_table
from reports.weekly.blocks import Block, Heading, Paragraph
from reports.weekly.section import Report, Section
from reports.wording.decisions import Decision, decisions
from reports.wording.sentences import level_rule, level_words
from reports.wording.statements import Statement, bucket_levels, level_sentence
from reports.wording.words import Words


@dataclass(frozen=True)
class Situation(Block):
    """The level of the week and of each bucket where it has several, and the sentences of the week.

    `shown` are the groups of posts that a sentence can lead to.
    """

    level: Level
    title: str
    reasons: str
    levels: list[str]
    statements: list[Statement]
    shown: list[str]


@dataclass(frozen=True)
class Decisions(Block):
    """What is to be decided, by whom it is received, and by when."""

    table: Table


def blocks(report: Report) -> list[Block]:
    """The level and sentences, the rule of the level, and decisions where the week asks for any."""
    trends, words, judgement = report.trends, report.words, report.judgement
    situation = Situation(
        level=judgement.level,
        title=f"{words('level_title')}: {level_words(words, judgement.level)}.",
        reasons=level_sentence(trends, words, judgement),
        levels=bucket_levels(trends, words),
        statements=report.statements,
        shown=[group.key for group in report.groups],
    )
    content: list[Block] = [situation, Paragraph(level_rule(words), small=True)]
    if asked := decisions(trends, words):
        content += [Heading(words("briefing_decide")), Decisions(_table(words, asked))]
    return content


def _table(words: Words, asked: list[Decision]) -> Table:
    columns = [Column(key, heading=words(f"decide_{key}")) for key in Decision._fields]
    rows = [decision._asdict() for decision in asked]
    return make_table(words, "decisions", columns, rows, caption=words("decide_caption"), stacked=True)


SECTION = Section("situation", blocks)
