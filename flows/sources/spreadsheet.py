"""What spreadsheets do to values: the marks people put against it come off, and ids that lost digits are recognised.

A spreadsheet keeps 15 digits of a number and writes zeros for the rest; JavaScript and data frames keep numbers as
doubles (IEEE 754, 53 bits), whose last digits are rounded. One such id looks like any other, so a file is judged by all
its ids together: how many would look so by chance is known.
"""

import math
import re
from decimal import Decimal
from typing import NamedTuple

from flows.files.workbook import SHEET_DIGITS

LONG = 1 << 60  # from here on doubles are at least 256 apart; TikTok's ids and Instagram's media numbers are longer
MOST_BY_CHANCE = 1e-6

_ZEROS_BY_CHANCE = 1e-4  # of 19 digits and more
_DOUBLE_BY_CHANCE = 1 / 128  # one number in 256 is a double, and one is how the nearest double is written
_FEWEST = {"zeros": 2, "double": 3}  # distinct ids, before a pattern says anything
_TAIL = 10**6  # ids of one Facebook Page often share their last six digits, so that these count once
_FEWEST_SHORT = 3  # distinct ids of 16 to 18 digits, and zeros among their tails
_KEPT = 1000  # distinct values that are remembered; more of them say nothing new

# Blanks of every kind, and characters without width that come along when cells are copied from web pages.
_EDGES = re.compile(r"^[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]+|[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]+$")
_MARKED = re.compile(r"""=?"([^"]*)"|=([^"=]*)|'([^']*)'?""")


def bare(text: str) -> str:
    """A cell without outer blanks and without the marks that keep it a text: `="7329"`, `'7329`."""
    if text.isalnum() and text.isascii():
        return text
    text = _EDGES.sub("", text)
    if match := _MARKED.fullmatch(text):
        text = match[match.lastindex or 0]
    return _EDGES.sub("", text)


def ends_in_zeros(digits: str) -> bool:
    """Whether a number has only zeros after the digits that a spreadsheet keeps."""
    return len(digits) > SHEET_DIGITS and not digits[SHEET_DIGITS:].strip("0")


def is_double(digits: str) -> bool:
    """Whether a number is exactly a double, or how JavaScript writes one (its shortest digits, then zeros)."""
    number = int(digits)
    double = float(number)
    return int(double) == number or (digits.endswith("00") and int(Decimal(repr(double))) == number)


class Damage(NamedTuple):
    """Which ids of a file lost digits: those that look like so many others of it."""

    zeros: bool = False
    double: bool = False
    short: bool = False  # zeros of 16 to 18 digits
    alike: int = 0
    ids: int = 0

    def hit(self, value: object) -> bool:
        """Whether this id is one of them."""
        digits = _digits(value)
        if digits is None:
            return False
        if int(digits) < LONG:
            return self.short and ends_in_zeros(digits)
        return (self.zeros and ends_in_zeros(digits)) or (self.double and is_double(digits))

    def sentence(self) -> str:
        """What happened, to how many, and what to do."""
        return (
            f"{self.alike:,} of {self.ids:,} long ids have lost their last digits in a spreadsheet or a program that "
            "rounds numbers; export again and import that file as it is, without opening and saving it."
        )


class Ids:
    """The ids of a file, seen one after the other."""

    def __init__(self) -> None:
        self.long = 0
        self.alike = {"zeros": 0, "double": 0}
        self.seen: dict[str, set[str]] = {"zeros": set(), "double": set()}
        self.short: set[str] = set()
        self.short_rows = 0
        self.tails: dict[int, int] = {}  # last digits -> zeros a spreadsheet must have written
        self.is_short_whole = False  # one id of 16 to 18 digits has all of them

    def see(self, value: object) -> None:
        """Takes in one id as it is written; what is too short to be damaged, or no number, says nothing."""
        digits = _digits(value)
        if digits is None:
            return
        if int(digits) < LONG:
            self._see_short(digits)
            return
        self.long += 1
        if not is_double(digits):
            return
        for pattern in ("double", "zeros") if ends_in_zeros(digits) else ("double",):
            self.alike[pattern] += 1
            if len(self.seen[pattern]) < _KEPT:
                self.seen[pattern].add(digits)

    def _see_short(self, digits: str) -> None:
        self.short_rows += 1
        if not ends_in_zeros(digits):
            self.is_short_whole = True
        elif len(self.short) < _KEPT:
            self.short.add(digits)
            self.tails[int(digits) % _TAIL] = len(digits) - SHEET_DIGITS

    def damage(self) -> Damage | None:
        """What the ids say together; None when nothing is wrong with them."""
        by_chance = {"zeros": _ZEROS_BY_CHANCE, "double": _DOUBLE_BY_CHANCE}
        long = {
            pattern: len(self.seen[pattern]) >= _FEWEST[pattern]
            and chance(self.alike[pattern], self.long, by_chance[pattern]) < MOST_BY_CHANCE
            for pattern in by_chance
        }
        short = (
            not self.is_short_whole and len(self.short) >= _FEWEST_SHORT and sum(self.tails.values()) >= _FEWEST_SHORT
        )
        if not (short or any(long.values())):
            return None
        alike = self.alike["double"] if long["double"] else self.alike["zeros"] if long["zeros"] else 0
        return Damage(**long, short=short, alike=alike + short * self.short_rows, ids=self.long + self.short_rows)


def chance(hits: int, trials: int, rate: float) -> float:
    """A bound on the probability of so many hits or more: pairs of the binomial coefficient and the rate's power."""
    if hits == 0:
        return 1.0
    ways = math.lgamma(trials + 1) - math.lgamma(hits + 1) - math.lgamma(trials - hits + 1)
    return math.exp(min(0.0, ways + hits * math.log(rate)))


def _digits(value: object) -> str | None:
    """The digits of an id that has more than a spreadsheet keeps; None for every other value."""
    text = bare(value) if isinstance(value, str) else str(value) if type(value) is int else ""
    return text if len(text) > SHEET_DIGITS and text.isdecimal() and text.isascii() and len(text) <= 20 else None
