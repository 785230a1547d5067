"""Counts as texts under the disclosure rule of method §6: what is too small to be shown is "<5"."""

from collections.abc import Sequence

from reports.judging.disclosure import SMALLEST, is_small
from reports.wording.words import Words


def count_text(words: Words, platform: str, count: int) -> str:
    """A count as a text: of a single platform below 5 as "<5"."""
    return f"<{SMALLEST}" if is_small(platform, count) else words.number(count)


def shielded(counts: Sequence[int | None], words: Words) -> list[str]:
    """The counts of a total's parts as texts: below 5 as "<5", at least two hidden where any is, unknown as a dash."""
    texts = [f"<{SMALLEST}" if count is not None and count < SMALLEST else words.number(count) for count in counts]
    shown = [(count, number) for number, count in enumerate(counts) if count is not None and count >= SMALLEST]
    known = sum(count is not None for count in counts)
    if shown and known - len(shown) == 1:
        texts[min(shown)[1]] = words("suppressed")
    return texts
