"""The sentences of the week, each with the query that recomputes its numbers."""

from dataclasses import dataclass

from reports.weekly.blocks import Block, Paragraph
from reports.weekly.section import Report, Section
from reports.wording.statement import Statement


@dataclass(frozen=True)
class Sentences(Block):
    """The sentences; `shown` are the groups of posts that one can lead to."""

    statements: list[Statement]
    shown: list[str]


@dataclass(frozen=True)
class Queries(Block):
    """The queries behind them."""

    statements: list[Statement]


def blocks(report: Report) -> list[Block]:
    """Sentences, then queries."""
    return [
        Sentences(report.statements, [group.key for group in report.groups]),
        Paragraph(report.words("method_queries_intro"), small=True, sticky=True),
        Queries(report.statements),
    ]


SECTION = Section("sentences", blocks, is_annex=True)
