"""The sentences that a reader meets in the first minute, and those of them that are too long to be read once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass

from reports.briefing.briefing import told
from reports.judging.lights import judge
from reports.reading.outcomes import Trends
from reports.weekly.section import Report
from reports.weekly.sections import situation
from reports.wording.words import Words

LONGEST = 25  # words of a sentence
_ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-ZÀ-Þ\d“])")
_QUOTED = re.compile(r"“[^”]*”")  # what others wrote


def texts_of(value: object) -> list[str]:
    """Every text of some data, of tables cell by cell."""
    if isinstance(value, str):
        return [value]
    if is_dataclass(value) and not isinstance(value, type):
        return texts_of(asdict(value))
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in texts_of(each)]
    return [text for each in value for text in texts_of(each)] if isinstance(value, Sequence) else []


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return _ENDS.split(_QUOTED.sub("“”", text).replace("s.d. ", "s.d.\u00a0"))


def length(sentence: str) -> int:
    """How many words and numbers a sentence has."""
    return sum(bool(re.search(r"\w", word)) for word in sentence.split())


def too_long(texts: Iterable[str]) -> list[str]:
    """The sentences that nobody reads in one go."""
    return [each for text in texts for each in sentences(text) if length(each) > LONGEST]


def first_minute(trends: Trends, words: Words) -> list[str]:
    """All that the briefing and the situation page of a week say."""
    judgement = judge(trends)
    page = situation.blocks(Report(trends, words, judgement, []))
    return [text for part in (told(trends, words, judgement), page) for text in texts_of(part)]
