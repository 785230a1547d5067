"""Open hand-over limits, and where the items of the week stand."""

from dataclasses import replace

from reports.tables.review import clock_table, funnel_table, overdue_table
from reports.weekly.blocks import Block, Folded, Sheet
from reports.weekly.section import Report, Section


def blocks(report: Report) -> list[Block]:
    """The limits that run; those that have passed can be opened on the page, print says where they are."""
    trends, words = report.trends, report.words
    running, overdue = clock_table(trends, words), overdue_table(trends, words)
    funnel = Sheet(funnel_table(trends, words))
    if not overdue.rows:
        return [Sheet(running), funnel]
    where = f"{running.note} {overdue.caption}; {words('clocks_overdue_where', file=trends.facts.edition.backlog)}"
    return [Sheet(running, on="page"), Sheet(replace(running, note=where), on="print"), Folded(overdue), funnel]


SECTION = Section("clocks", blocks, is_annex=True)
