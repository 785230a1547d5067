"""A section of the weekly report describes itself: its name, by which it is headed and found, and what it holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from reports.figures.chart import Picture
from reports.judging.lights import Judgement
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.weekly.blocks import Block
from reports.weekly.posts import Flagged, Group, groups_of, posts_to_review
from reports.wording.sentences import bucket_words, zero_sentence
from reports.wording.statement import Statement
from reports.wording.statements import statements
from reports.wording.words import Words


@dataclass(frozen=True)
class Report:
    """What the sections of an edition are written from; what several of them say is said once."""

    trends: Trends
    words: Words
    judgement: Judgement
    pictures: Sequence[Picture] = ()

    @property
    def facts(self) -> Facts:
        """The tables."""
        return self.trends.facts

    @cached_property
    def statements(self) -> list[Statement]:
        """The sentences of the week."""
        return statements(self.trends, self.words)

    @cached_property
    def posts(self) -> list[Flagged]:
        """The posts a person can look at."""
        return posts_to_review(self.trends, self.words)

    @cached_property
    def groups(self) -> list[Group]:
        """What a reader can choose from these posts."""
        return groups_of(self.trends, self.words, self.posts)

    @cached_property
    def zeros(self) -> list[str]:
        """A sentence for each bucket in which nothing was detected."""
        texts = []
        for bucket in self.facts.buckets:
            row = self.facts.measure(bucket)
            if row is None or not row["detected"]:
                labelled, coverage = (int(row["labelled"] or 0), row["coverage"]) if row else (0, None)
                zero = zero_sentence(self.words, labelled, coverage)
                texts.append(self.words("sentence_zero", zero=zero, **bucket_words(self.words, bucket)))
        return texts


@dataclass(frozen=True)
class Section:
    """One section: its heading is the word `section_<name>`, its anchor on the page its name."""

    name: str
    blocks: Callable[[Report], list[Block]]
    is_annex: bool = False


@dataclass(frozen=True)
class Written:
    """A section of an edition as both page and print set it."""

    name: str
    heading: str
    blocks: list[Block]
    is_annex: bool
