"""The words of the report and what they mean."""

from reports.weekly.blocks import Block, Definitions
from reports.weekly.section import Report, Section

TERMS = (
    *("indication", "detected", "review_list", "incident", "signal", "usual", "expected", "bucket", "coverage"),
    *("net", "texts", "copies", "baseline", "precision", "interval", "q", "limit", "hidden", "light", "countdown"),
)


def blocks(report: Report) -> list[Block]:
    """Each word with its meaning."""
    words = report.words
    return [Definitions([(words(f"term_{name}"), words(f"term_{name}_means")) for name in TERMS])]


SECTION = Section("terms", blocks, is_annex=True)
