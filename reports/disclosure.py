"""The disclosure rule of method §6: a cell crossed with a kecamatan or a platform that is below 5 shows "<5".

Where only one cell is hidden it could be computed from the total, so the next smallest is closed as well.
"""

from collections.abc import Sequence

from reports.words import Words

SMALLEST = 5


def shielded(counts: Sequence[int], words: Words) -> list[str]:
    """The counts of a total's parts as texts: below 5 as "<5", and at least two of them hidden where any is."""
    hidden = [number for number, count in enumerate(counts) if count < SMALLEST]
    texts = ["<5" if count < SMALLEST else words.number(count) for count in counts]
    if len(hidden) == 1 and len(counts) > 1:
        rest = [number for number in range(len(counts)) if number not in hidden]
        texts[min(rest, key=lambda number: (counts[number], number))] = words("suppressed")
    return texts
