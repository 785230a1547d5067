"""The indicators as rows."""

from dataclasses import dataclass

from reports.weekly.blocks import Block, Paragraph
from reports.weekly.indicators import Group, Indicators
from reports.weekly.section import Report, Section
from reports.wording.sentences import bucket_head, bucket_words
from reports.wording.words import DASH

HEADS = ("indicator", "line", "now", "before", "usual", "judged")  # those of the two weeks where they are whole


@dataclass(frozen=True)
class Indicated(Block):
    """The rows by kind; `is_before` is whether any has a figure of the week before, without which none is drawn."""

    groups: list[Group]
    heads: list[str]
    is_before: bool


def blocks(report: Report) -> list[Block]:
    """How to read the rows, and the rows."""
    trends, words = report.trends, report.words
    rows = Indicators(trends, words)
    intro = words("indicators_intro", **bucket_words(words, rows.bucket))
    heads = {name: words(f"column_{name}") for name in HEADS}
    earlier = trends.facts.previous(rows.bucket)
    heads["now"] = bucket_head(words, rows.bucket, heads["now"])
    if earlier:
        heads["before"] = bucket_head(words, earlier, heads["before"])
    groups = rows.groups()
    is_before = any(row.before != DASH for group in groups for row in group.rows)
    if not is_before:
        del heads["before"]
    return [Paragraph(intro, small=True, sticky=True), Indicated(groups, list(heads.values()), is_before)]


SECTION = Section("indicators", blocks)
