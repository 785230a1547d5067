"""Incidents and changes with their tests: what was found, what was not tested, directions, words, copies."""

from reports.tables.changes import copied_table, signal_table, slope_table, term_table, test_table
from reports.tables.incidents import incident_table
from reports.weekly.blocks import Block, Sheets
from reports.weekly.section import Report, Section

TABLES = (incident_table, signal_table, test_table, slope_table, copied_table, term_table)


def blocks(report: Report) -> list[Block]:
    """The tables, one after another."""
    return [Sheets([make(report.trends, report.words) for make in TABLES])]


SECTION = Section("changes", blocks, is_annex=True)
