"""How many posts of each class there are, by reviews: beside what was flagged and what was confirmed, never mixed."""

from reports.reading.estimates import reviewed_bucket
from reports.tables.estimates import estimates_table
from reports.weekly.blocks import Block, Bullets, Either, Paragraph
from reports.weekly.section import Report, Section
from reports.wording.estimates import estimate_sentences
from reports.wording.net_bias import reviewed_text


def blocks(report: Report) -> list[Block]:
    """What the three numbers are, a sentence for the largest classes and for net sentiment, and the table of all."""
    facts, words = report.facts, report.words
    table = estimates_table(facts, words)
    net = reviewed_text(facts, words, reviewed_bucket(facts))
    return [
        Paragraph(words("estimates_intro"), small=True, sticky=True),
        Bullets([*estimate_sentences(facts, words), *([net] if net else [])]),
        Either(table, words("table_empty")),
    ]


SECTION = Section("estimates", blocks)
