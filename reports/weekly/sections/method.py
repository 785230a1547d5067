"""How the numbers were made, how large a change had to be to be found, the constants, the query of each sentence."""

from reports.tables.changes import power_table
from reports.tables.constants import constant_table
from reports.weekly.blocks import Block, Bullets, Folded, Heading, Paragraph, Sheet
from reports.weekly.section import Report, Section
from reports.wording.cards import certainty_rules
from reports.wording.lights import light_rules

METHODS = 12  # sentences


def blocks(report: Report) -> list[Block]:
    """The methods, the rules of the lights, the four words of certainty, the power of the tests, the constants."""
    words, zone = report.words, report.facts.edition.election.zone_label
    return [
        Bullets([words(f"method_{number}", zone=zone) for number in range(1, METHODS + 1)]),
        Heading(words("light_rules")),
        Bullets(light_rules(words)),
        Heading(words("certainty_rules")),
        Bullets(certainty_rules(words)),
        Sheet(power_table(report.trends, words)),
        Folded(constant_table(words)),
        Paragraph(words("constants_pdf"), small=True, on="print"),
    ]


SECTION = Section("method", blocks, is_annex=True)
