"""How a count is said against what is usual: the same fact is the same phrase in every document."""

from collections.abc import Mapping
from typing import Any, Literal

from reports.wording.words import Words

Evidence = Mapping[str, Any]  # a row with observed, posts and expected


def counted(words: Words, row: Evidence) -> str:
    """`31 unggahan`, or `897 teks berbeda` where copies of a text are counted once."""
    key = "incident_posts" if row["observed"] == row["posts"] else "incident_texts"
    return words(key, observed=words.number(row["observed"]))


def usual(words: Words, expected: float | None) -> str:
    """`biasanya sekitar 39`; of what is hardly ever seen that it is less than one; empty where nothing is known."""
    if expected is None:
        return ""
    rounded = round(expected)
    return words("incident_usual" if rounded else "incident_usual_none", usual=words.number(max(rounded, 1)))


def part_of(count: int, total: int) -> Literal["all", "some", "none"]:
    """Which of three words says how much of a total that is not nothing."""
    return "all" if count == total else "some" if count else "none"


def amount(words: Words, row: Evidence) -> str:
    """`31 unggahan, biasanya sekitar 1`."""
    return ", ".join(filter(None, (counted(words, row), usual(words, row["expected"]))))
