"""Counts as people, platforms and spreadsheets write them: `1,204`, `1.204`, `12 000`, `1,2 rb`, `3.4K`, `1e+05`.

`1.204` can be nothing but 1204, since a count is whole; `1.000` can be 1000 or 1, and is read only where the other
values of its column (then of its file), the tool, or the mapping show which character parts the thousands.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from flows.sources.spreadsheet import bare

MAX_COUNT = 2**63 - 1
MOST_DIGITS = 24  # with the characters between them; what is longer is no count
MILLION, MILLIARD = 10**6, 10**9

# Suffix -> (what it multiplies by, language that writes it).
SUFFIXES: dict[str, tuple[int, str]] = {
    "rb": (1000, "id"),
    "rbu": (1000, "id"),
    "ribu": (1000, "id"),
    "jt": (MILLION, "id"),
    "jta": (MILLION, "id"),
    "juta": (MILLION, "id"),
    "miliar": (MILLIARD, "id"),
    "milyar": (MILLIARD, "id"),
    "k": (1000, "en"),
    "mn": (MILLION, "en"),
    "mio": (MILLION, "en"),
    "b": (MILLIARD, "en"),
    "bn": (MILLIARD, "en"),
}
M_IN = {"en": MILLION, "id": MILLIARD}  # the suffix M: million, miliar
# What tools and people write for "unknown"; no word is lost about it.
BLANKS = frozenset({"", "-", "--", "–", "—", "?", "n/a", "na", "nan", "nil", "none", "null", "-1", "tidak ada"})

_OTHER = {".": ",", ",": "."}
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f'\u2019", " "))
_NUMBER = re.compile(r"[≈~±]?\s*(\d[\d., ]*?)\s*([a-z]{1,6})?\.?\s*\+?", re.ASCII)
_SPACED = re.compile(r"\d{1,3}( \d{3})+(?=[.,]|$)", re.ASCII)
_GROUPED = re.compile(r"[1-9]\d{0,2}([.,])\d{3}(?:\1\d{3})*", re.ASCII)
_DECIMAL = re.compile(r"(\d+)([.,])(\d+)", re.ASCII)
_GROUPED_DECIMAL = re.compile(r"([1-9]\d{0,2}(?:([.,])\d{3})(?:\2\d{3})*)(?!\2)([.,])(\d+)", re.ASCII)
# Texts that can be read in one way only, all of which show the same: with several thousands, or others than "000".
SETTLED = r"^[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+|(?:\.[0-9]{3})+)$"
UNSETTLED = r"^[0-9]+[.,]000$"
_POWER = re.compile(r"(\d)(?:[.,](\d{1,17}))?e\+?(\d{1,2})", re.ASCII)


class Style(NamedTuple):
    """How numbers are written: the characters between thousands and before decimals, what the suffix M stands for.

    None is not known. `is_torn`: a program took thousands for decimals (2.500 for two and a half), so that nothing with
    decimals is a count.
    """

    group: str | None = None
    decimal: str | None = None
    m: int | None = None
    is_torn: bool = False


UNKNOWN = Style()
# How ronda.toml names them.
STYLES: dict[str, Style] = {"1.234,5": Style(".", ","), "1,234.5": Style(",", ".")}


class Reading(NamedTuple):
    """One way to read a number, and the characters it takes for granted; `number` is None for no whole one."""

    number: int | None
    group: str | None = None
    decimal: str | None = None
    m: int | None = None
    suffix: str | None = None

    def fits(self, style: Style, is_certain: bool) -> bool:
        """Whether a style allows this way; a `certain` one is the only one there is."""
        if style.m is not None and self.m not in (None, style.m):
            return False
        if self.group is not None and (style.group not in (None, self.group) or style.decimal == self.group):
            return False
        if self.decimal is None:
            return True
        if style.decimal not in (None, self.decimal) or style.group == self.decimal:
            return False
        if self.suffix is not None or self.group is not None:
            return True
        return not style.is_torn and (is_certain or style.group is None or style.decimal is not None)


def count(value: object, style: Style = UNKNOWN) -> int | None:
    """A count of likes, comments, shares or views; None when it is unknown.

    None, "", "N/A", negatives (platforms write -1 for hidden), fractions, booleans, what can be read in two ways under
    `style`, and what no 64-bit integer holds are unknown.
    """
    if type(value) is int:
        return value if 0 <= value <= MAX_COUNT else None
    if isinstance(value, str):
        if value.isdecimal() and value.isascii():
            return _whole(value)
        ways = readings(value)
        numbers = {way.number for way in ways if way.fits(style, is_certain=len(ways) == 1)}
        return numbers.pop() if len(numbers) == 1 else None
    if isinstance(value, float) and math.isfinite(value) and value.is_integer() and not style.is_torn:
        return count(int(value))
    return None


def _whole(digits: str) -> int | None:
    # 19 digits hold every 64-bit integer; longer strings are no counts
    return number if len(digits) <= 19 and (number := int(digits)) <= MAX_COUNT else None


def readings(text: str) -> tuple[Reading, ...]:
    """Every way in which a text can be a number: those that give a whole one, or all where none does."""
    text = bare(text).translate(_SPACES).lower()
    match = _NUMBER.fullmatch(text)
    if match is None:
        power = _POWER.fullmatch(text)
        return (_power(power),) if power else ()
    if len(match[1]) > MOST_DIGITS:
        return ()
    ways = tuple(_times(number, factor) for number in _numbers(match[1].strip()) for factor in _factors(match[2]))
    if any(way.decimal == "." for way in ways):  # a point before decimals is English, and so is its M
        ways = tuple(way for way in ways if way.m != MILLIARD)
    return tuple(way for way in ways if way.number is not None) or ways


def _factors(suffix: str | None) -> list[Reading]:
    """What a suffix can stand for, each as the reading of "1"; none when it is none."""
    if suffix is None:
        return [Reading(1)]
    if suffix == "m":
        return [Reading(times, m=times, suffix=suffix) for times in M_IN.values()]
    return [Reading(SUFFIXES[suffix][0], suffix=suffix)] if suffix in SUFFIXES else []


def _power(match: re.Match[str]) -> Reading:
    fraction, power = (match[2] or "").rstrip("0"), int(match[3])
    return Reading(_whole(match[1] + fraction.ljust(power, "0")) if len(fraction) <= power <= 18 else None)


class _Number(NamedTuple):
    value: Decimal
    group: str | None = None
    decimal: str | None = None


def _numbers(digits: str) -> Iterator[_Number]:
    """The numbers that digits with characters between them can be."""
    if match := _SPACED.match(digits):
        digits = match[0].replace(" ", "") + digits[match.end() :]
    if digits.isdecimal():
        yield _Number(Decimal(digits))
    if match := _GROUPED.fullmatch(digits):
        yield _Number(Decimal(digits.replace(match[1], "")), group=match[1])
    if match := _DECIMAL.fullmatch(digits):
        yield _Number(Decimal(f"{match[1]}.{match[3]}"), decimal=match[2])
    elif match := _GROUPED_DECIMAL.fullmatch(digits):
        whole = match[1].replace(match[2], "")
        yield _Number(Decimal(f"{whole}.{match[4]}"), group=match[2], decimal=match[3])


def _times(number: _Number, factor: Reading) -> Reading:
    product = number.value * (factor.number or 1)
    is_whole = product == product.to_integral_value() and product <= MAX_COUNT
    return factor._replace(number=int(product) if is_whole else None, group=number.group, decimal=number.decimal)


# ---------------------------------------------------------------------------------- what a column and a file show


class CountColumn:
    """The counts of one column, seen one after the other."""

    def __init__(self) -> None:
        self.groups: set[str] = set()
        self.decimals: set[str] = set()
        self.languages: set[str] = set()
        self.has_fractions = False
        self.doubtful: dict[str, int] = {}  # what can be read in two ways, and how often it came
        self.unread = 0  # texts that are no whole numbers

    def see(self, value: object, times: int = 1) -> None:
        """Takes in one value, which came so many times."""
        if isinstance(value, float) and math.isfinite(value):
            self.has_fractions = self.has_fractions or not value.is_integer()
        elif isinstance(value, str) and not (value.isdecimal() and value.isascii()):
            self._see_text(value, times)

    def _see_text(self, text: str, times: int) -> None:
        ways = readings(text)
        if len({way.number for way in ways}) > 1:
            self.doubtful[text.strip()] = self.doubtful.get(text.strip(), 0) + times
        elif not ways or ways[0].number is None:
            self.unread += times * (bare(text).lower() not in BLANKS)
        if len({(way.group, way.decimal) for way in ways}) == 1:
            self._learn(ways[0])
        self.languages.update(SUFFIXES[way.suffix][1] for way in ways if way.suffix in SUFFIXES)

    def _learn(self, way: Reading) -> None:
        if way.group:
            self.groups.add(way.group)
        if way.decimal and way.suffix is None:
            self.decimals.add(way.decimal)
            if way.number is None and way.group is None:
                self.has_fractions = True
        elif way.decimal:  # "1,2 rb" says what parts thousands, not that counts are written with decimals
            self.groups.add(_OTHER[way.decimal])

    @property
    def is_telling(self) -> bool:
        """Whether a value shows the characters."""
        return bool(self.groups or self.decimals)

    def doubts(self, style: Style, cure: str) -> Iterator[str]:
        """What stays unknown under a style, each as the rest of a sentence; `cure` is what to do about it."""
        torn = [text for text in self.doubtful if count(text, style) is None]
        if torn:
            ways = sorted({way.number for way in readings(torn[0]) if way.number is not None}, reverse=True)
            can_be = " or ".join(f"{number:,}" for number in ways)
            times = sum(self.doubtful[text] for text in torn)
            yield f"{times:,} such as {torn[0][:20]} can be {can_be} and stay unknown{cure}"
        if style.is_torn:
            yield "numbers with decimals are no counts and stay unknown; export them as whole numbers"
        if self.unread:
            yield f"{self.unread:,} are no whole numbers and stay unknown"


def style_of(columns: Iterable[CountColumn], usual: Style = UNKNOWN) -> Style:
    """How numbers are written in columns together; `usual` where they do not show it, nothing where they disagree."""
    seen = list(columns)
    groups = {character for column in seen for character in column.groups}
    decimals = {character for column in seen for character in column.decimals}
    languages = {language for column in seen for language in column.languages}
    m = M_IN[languages.pop()] if len(languages) == 1 else usual.m
    parted = groups | {_OTHER[character] for character in decimals}
    if not parted:
        return usual._replace(m=m)
    return Style(parted.pop(), decimals.pop() if decimals else None, m) if len(parted) == 1 else Style(m=m)


def styles_of(columns: Mapping[str, CountColumn], usual: Style = UNKNOWN) -> dict[str, Style]:
    """How the numbers of each column are written: as its own values show, else as those of the whole file do."""
    file = style_of(columns.values(), usual)
    return {name: _style(column, file) for name, column in columns.items()}


def stated(columns: Mapping[str, CountColumn], style: Style) -> dict[str, Style]:
    """The same where a person has stated the characters; what M stands for is still seen from the file."""
    return dict.fromkeys(columns, style._replace(m=style_of(columns.values()).m))


def _style(column: CountColumn, file: Style) -> Style:
    own = style_of([column]) if column.is_telling else file
    m = own.m if column.languages else file.m
    return own._replace(m=m, is_torn=column.has_fractions and not column.groups)
