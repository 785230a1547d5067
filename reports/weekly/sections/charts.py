"""The charts, each with its claim and its own words on how to read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.figures.chart import Picture
from reports.weekly.blocks import Block
from reports.weekly.section import Report, Section


@dataclass(frozen=True)
class Charts(Block):
    """Pictures, one below the other or side by side."""

    pictures: Sequence[Picture]


def blocks(report: Report) -> list[Block]:
    """All charts of the edition; one that claims the same as the first stands in its place."""
    first, others = report.pictures[:1], report.pictures[1:]
    same = [picture for picture in others for leading in first if picture.title == leading.title]
    return [Charts([*(same or first), *(picture for picture in others if picture not in same)])]


SECTION = Section("charts", blocks)
