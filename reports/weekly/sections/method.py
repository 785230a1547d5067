"""How the numbers were made, how large a change had to be to be found, the constants, the query of each sentence."""

from dataclasses import dataclass

from reports.tables.changes import power_table
from reports.tables.constants import constant_table
from reports.weekly.blocks import Block, Bullets, Heading, Paragraph, Sheet
from reports.weekly.section import Report, Section
from reports.wording.lights import light_rules
from reports.wording.statement import Statement

METHODS = 12  # sentences


@dataclass(frozen=True)
class Queries(Block):
    """The sentences of the week, each with the query that recomputes its numbers."""

    statements: list[Statement]


def blocks(report: Report) -> list[Block]:
    """The methods, the rules of the lights, the power of the tests, the constants, the queries."""
    words, zone = report.words, report.facts.edition.election.zone_label
    return [
        Bullets([words(f"method_{number}", zone=zone) for number in range(1, METHODS + 1)]),
        Heading(words("light_rules")),
        Bullets(light_rules(words)),
        Sheet(power_table(report.trends, words)),
        Sheet(constant_table(words)),
        Heading(words("method_queries")),
        Paragraph(words("method_queries_intro"), sticky=True),
        Queries(report.statements),
    ]


SECTION = Section("method", blocks)
