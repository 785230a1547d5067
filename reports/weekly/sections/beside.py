"""Two weeks side by side; on the page a reader picks which earlier week stands beside this one."""

from dataclasses import dataclass

from reports.tables.beside import Beside, beside
from reports.weekly.blocks import Block, Paragraph
from reports.weekly.section import Report, Section


@dataclass(frozen=True)
class SideBySide(Block):
    """The tables, and the numbers of every week that can stand beside this one."""

    beside: Beside


def blocks(report: Report) -> list[Block]:
    """The tables after how to read them, or that there is no earlier week."""
    words = report.words
    compared = beside(report.facts, words)
    intro = words("beside_none")
    if compared.weeks:
        week, days = next(iter(compared.weeks.items()))
        intro = words("beside_intro", now=compared.days, week=week, days=days)
        if compared.uneven:
            intro = f"{intro} {compared.uneven}"
    return [Paragraph(intro, small=True, sticky=True), SideBySide(compared)]


SECTION = Section("beside", blocks)
