"""Counts as texts under the disclosure rule of method §6: what is too small to be shown says only so, as "<5"."""

from collections.abc import Sequence

from flows.method import METHOD
from reports.judging.disclosure import is_small
from reports.wording.words import Words

SMALL = f"<{METHOD.smallest_cell}"


def count_text(words: Words, platform: str, count: int) -> str:
    """A count as a text: a small one of a single platform as "<5"."""
    return SMALL if is_small(platform, count) else words.number(count)


def shielded(counts: Sequence[int | None], words: Words) -> list[str]:
    """The counts of the parts of a total: a small one as "<5", at least two hidden where any is, unknown as a dash.

    Where the total is 0 its parts are told by it, and are 0.
    """
    if not any(counts):
        return [words.number(count) for count in counts]
    least = METHOD.smallest_cell
    texts = [SMALL if count is not None and count < least else words.number(count) for count in counts]
    shown = [(count, number) for number, count in enumerate(counts) if count is not None and count >= least]
    known = sum(count is not None for count in counts)
    if shown and known - len(shown) == 1:
        texts[min(shown)[1]] = words("suppressed")
    return texts
