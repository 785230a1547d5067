"""What the report cannot say."""

from reports.weekly.blocks import Block, Bullets, Paragraph, Together
from reports.weekly.section import Report, Section

LIMITS = 5  # sentences


def blocks(report: Report) -> list[Block]:
    """The limits and, in print, that some glyphs are named instead of shown."""
    limits = Bullets([report.words(f"limit_{number}") for number in range(1, LIMITS + 1)])
    return [Together([limits, Paragraph(report.words("glyph_note"), small=True, on="print")])]


SECTION = Section("limits", blocks, is_annex=True)
