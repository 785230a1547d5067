"""The indicators as rows."""

from dataclasses import dataclass

from reports.weekly.blocks import Block, Paragraph
from reports.weekly.indicators import Group, Indicators
from reports.weekly.section import Report, Section
from reports.wording.sentences import bucket_head, bucket_words

HEADS = ("indicator", "line", "now", "before", "usual", "judged")  # those of the two weeks where they are whole


@dataclass(frozen=True)
class Indicated(Block):
    """The rows by kind."""

    groups: list[Group]
    heads: list[str]


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
    return [Paragraph(intro, small=True, sticky=True), Indicated(rows.groups(), list(heads.values()))]


SECTION = Section("indicators", blocks)
