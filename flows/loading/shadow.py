"""A text as a person reads it, for the masks: the same words and numbers, whatever characters they were typed with.

Characters that nobody sees are dropped, and digits, letters, dashes, spaces, dots and "@" of every script and style
become the plain ones. A mask looks for what it hides in this shadow and cuts it out of the text itself. What stands
between the digits of a number, or before a mention, is thus said here once.
"""

import re
import unicodedata
from typing import NamedTuple

# Default_Ignorable_Code_Point of Unicode, which the standard library does not tell.
_IGNORABLE_SPANS = (
    *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),
    *((0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
_UNSEEN = frozenset(("Cc", "Cf", "Co", "Mc", "Me", "Mn"))  # marks of letters as well: a keycap is a digit with two
_BY_CHARACTER = (
    dict.fromkeys("\n\r\v\f\u0085\u2028\u2029", "\n")
    | dict.fromkeys("\t\u2800", " ")  # braille without a dot is a blank
    # What is drawn like a dash, and dots in the middle, which part digits but end a handle.
    | dict.fromkeys("\u00b7\u02d7\u2022\u2027\u2043\u2212\u2219\u22c5\u30fb\uff65", "-")
    | dict.fromkeys("\u2024\u3002\uff61", ".")
)
_BY_CATEGORY = {"Zs": " ", "Pd": "-", "Pc": "_"}
_STYLED_LETTER = re.compile(r"LATIN (?:CAPITAL|SMALL) LETTER ([A-Z])$")  # squared ones have no compatibility form
_LARGEST_NUMBER = 100  # that one character stands for, as ⑩


def _is_ignorable(point: int) -> bool:
    return any(first <= point <= last for first, last in _IGNORABLE_SPANS)


def _number(character: str) -> str | None:
    """The digits a character stands for: of every script, raised, circled, or several in one."""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    number = unicodedata.numeric(character, -1.0) if unicodedata.category(character) == "No" else -1.0
    return str(int(number)) if 0 <= number < _LARGEST_NUMBER and number.is_integer() else None


def _fold(character: str) -> str:
    category = unicodedata.category(character)
    plain = _BY_CHARACTER.get(character) or _BY_CATEGORY.get(category)
    if plain is not None:
        return plain
    if category in _UNSEEN or _is_ignorable(ord(character)):
        return ""
    number = _number(character)
    return _letter(character, category) if number is None else number


def _letter(character: str, category: str) -> str:
    """A letter or sign without its style."""
    plain = unicodedata.normalize("NFKC", character)
    if plain.isascii() and (len(plain) == 1 or plain.isalnum()):
        return plain
    letter = _STYLED_LETTER.search(unicodedata.name(character, "")) if category == "So" else None
    return letter[1] if letter else character


class _Folds(dict[int, str]):
    """What a code point becomes; worked out when it is first met."""

    def __missing__(self, point: int) -> str:
        self[point] = fold = _fold(chr(point))
        return fold


_FOLDS = _Folds()


class Part(NamedTuple):
    """What a mask hides, the word that takes its place, and the handle that it names, if it does."""

    start: int
    end: int
    word: str
    handle: str | None = None


class _Widths(dict[int, str]):
    """How many characters a code point becomes, as a digit."""

    def __missing__(self, point: int) -> str:
        self[point] = width = str(len(_FOLDS[point]))
        return width


_WIDTHS = _Widths()


class Shadow(NamedTuple):
    """The shadow of a text, and the places in the text that its characters come from (None: the same ones)."""

    text: str
    original: str
    places: list[int] | None

    def place(self, part: Part) -> Part:
        """A part of the shadow as the part of the text that it comes from, with the unseen within it and its marks."""
        if self.places is None:
            return part
        end = self.places[part.end - 1] + 1
        while end < len(self.original) and unicodedata.category(self.original[end])[0] == "M":
            end += 1
        return Part(self.places[part.start], end, part.word, part.handle)


def cast(text: str) -> Shadow:
    """The shadow of a text."""
    if text.isascii() and text.isprintable():
        return Shadow(text, text, None)
    widths = text.translate(_WIDTHS)
    is_same = widths.count("1") == len(text)
    places = None if is_same else [place for place, width in enumerate(widths) for _ in range(int(width))]
    return Shadow(text.translate(_FOLDS), text, places)
