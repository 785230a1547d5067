"""What was restated since it was first published."""

from reports.tables.corrections import correction_table
from reports.weekly.blocks import Block, Either
from reports.weekly.section import Report, Section


def blocks(report: Report) -> list[Block]:
    """The table, or that there is nothing in it."""
    return [Either(correction_table(report.trends, report.words), report.words("corrections_none"))]


SECTION = Section("corrections", blocks, is_annex=True)
