"""One sentence of the week, and how what it is about is named."""

from dataclasses import dataclass

from flows.method import FAMILIES
from reports.reading.outcomes import Trends
from reports.wording.words import Words


@dataclass(frozen=True)
class Statement:
    """What is said of one matter: `key` names its query in the annex, `group` the posts behind it (empty: none).

    `lead` is the sentence of it that can stand as the headline of the week; all of it where none is given.
    """

    key: str
    text: str
    query: str
    group: str = ""
    lead: str = ""


def subject_words(trends: Trends, words: Words, family: str, subject: str) -> str:
    """What a cell is about, in the reader's words: `Topik Banjir rob`, `Unggahan bersentimen negatif`."""
    facts = trends.facts
    seed = FAMILIES[family].subjects
    name = facts.label(seed, subject) if seed else words.known(f"class_{subject}", subject)
    return words(f"subject_{family}", name=name)
