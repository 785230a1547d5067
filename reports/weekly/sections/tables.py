"""The tables of the week's numbers."""

from reports.tables import weekly
from reports.tables.official import official_table
from reports.weekly.blocks import Block, Sheet
from reports.weekly.section import Report, Section

TABLES = (
    weekly.volume_table,
    weekly.sentiment_table,
    weekly.detected_table,
    weekly.indication_table,
    weekly.topic_table,
    weekly.district_table,
    weekly.coverage_table,
    weekly.load_table,
    weekly.reject_table,
    weekly.view_table,
)
WITH_ZEROS = weekly.detected_table  # below it stands what a zero means


def blocks(report: Report) -> list[Block]:
    """Our tables, and the official counts last."""
    facts, words = report.facts, report.words
    ours = [Sheet(make(facts, words), report.zeros if make is WITH_ZEROS else ()) for make in TABLES]
    return [*ours, Sheet(official_table(report.trends, words))]


SECTION = Section("tables", blocks, is_annex=True)
