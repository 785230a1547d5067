"""Letters of all scripts and styles, folded to one form, as tables by code point.

What a letter becomes depends on the letter alone (compatibility form, lower case, no accents, no invisible
characters), with one exception: Greek and Cyrillic letters that are drawn like Latin ones are only taken for them in
a text that has a Latin letter, so a text in Cyrillic stays one. The compiled kernel (`compiled`) reads the tables.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

LIMIT = 0x20000  # code points from here on are letters (to LAST_LETTER) or nothing
LAST_LETTER = 0x323AF
DROPPED = "\x1f"  # stands for a character that is neither a word, a mark nor an emoji; it parts words like a space

_LETTERS = "abcdefghijklmnopqrstuvwxyz"

# Letters that are drawn like a Latin one and that no compatibility form folds.
_LOOK_ALIKES = {
    "a": "аαɑᴀ",
    "b": "вβʙ",
    "c": "сϲᴄ",
    "d": "ԁᴅ",
    "e": "еєεᴇ",
    "f": "ꜰ",
    "g": "ɡɢ",
    "h": "нһʜ",
    "i": "іιɪı",
    "j": "јᴊ",
    "k": "кκᴋ",
    "l": "ӏʟ",
    "m": "мᴍ",
    "n": "ηɴ",
    "o": "оοσᴏө",
    "p": "рρᴘ",
    "q": "ԛ",
    "r": "гʀ",
    "s": "ѕꜱς",
    "t": "тτᴛ",
    "u": "υᴜ",
    "v": "ѵνᴠ",
    "w": "ԝωᴡ",
    "x": "хχ",
    "y": "уγүʏ",
    "z": "ᴢ",
}
_ALIKE = {alike: latin for latin, drawn in _LOOK_ALIKES.items() for alike in drawn}
# Letters of other scripts are folded beside Latin letters only, Latin letters of another style always.
CONFUSABLES = {alike: latin for alike, latin in _ALIKE.items() if 0x370 <= ord(alike) < 0x530}
# Squared and circled capitals that have no compatibility form, and the sharp s.
_STYLED = (
    {chr(start + n): letter for start in (0x1F150, 0x1F170) for n, letter in enumerate(_LETTERS)}
    | {alike: latin for alike, latin in _ALIKE.items() if alike not in CONFUSABLES}
    | {"ß": "ss"}
)
_CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F]"
# Format characters, unassigned ones, accents, variation selectors, skin tones, the keycap, fillers that show nothing.
_INVISIBLE = (
    r"[\p{Cf}\p{Co}\p{Cn}\x{0300}-\x{036F}\x{FE00}-\x{FE0F}\x{1F3FB}-\x{1F3FF}\x{20E3}\x{115F}\x{1160}\x{3164}\x{FFA0}]"
)
_ROUNDS = 3  # after as many no letter changes any more (a test says so)

# What a folded character is.
OTHER, LATIN, LETTER, DIGIT, NUMBER, SPACE, MARK, HASH, EMOJI, FLAG, AT, UNDERSCORE = range(12)
WORD = frozenset((LATIN, LETTER, DIGIT, NUMBER))
_CLASSES = (  # the first that fits
    (r"^[0-9]$", DIGIT),
    (r"^[.,!?:]$", MARK),
    (r"^#$", HASH),
    (r"^@$", AT),
    (r"^_$", UNDERSCORE),
    (r"^\p{White_Space}$", SPACE),
    (r"^[\x{1F1E6}-\x{1F1FF}]$", FLAG),
    (r"^\p{Extended_Pictographic}$", EMOJI),
    (r"^[\p{Latin}&&\p{L}]$", LATIN),
    (r"^\p{L}$", LETTER),
    (r"^[\p{M}\p{N}]$", NUMBER),
)


class Letters(NamedTuple):
    """The tables, by code point below `LIMIT`.

    `folds` holds the one character a code point becomes, -1 for none, or -2 - n for `many[n + 1 : n + 1 + many[n]]`.
    `kinds` says what a folded character is; `alikes` the Latin letter it is drawn like, or itself.
    """

    folds: npt.NDArray[np.int32]
    many: npt.NDArray[np.int32]
    kinds: npt.NDArray[np.uint8]
    alikes: npt.NDArray[np.int32]


def _fold(texts: pl.Series) -> pl.Series:
    for _ in range(_ROUNDS):
        decomposed = texts.str.normalize("NFKD").str.to_lowercase().str.normalize("NFKD")
        visible = decomposed.str.replace_all(_INVISIBLE, "").str.normalize("NFKC")
        texts = visible.str.replace_many(_STYLED).str.to_lowercase()
    return texts


def _kinds(characters: pl.Series) -> npt.NDArray[np.uint8]:
    kinds = np.full(len(characters), OTHER, dtype=np.uint8)
    is_open = np.ones(len(characters), dtype=bool)
    for pattern, kind in _CLASSES:
        fits = is_open & characters.str.contains(pattern).to_numpy()
        kinds[fits] = kind
        is_open &= ~fits
    return kinds


def _shown(point: int, kinds: npt.NDArray[np.uint8]) -> int:
    if point >= LIMIT:
        return point
    if kinds[point] == SPACE:
        return ord(" ")
    return ord(DROPPED) if kinds[point] == OTHER and point >= ord("\x7f") else point


@cache
def read_letters() -> Letters:
    """The tables, made anew in a fraction of a second from the Unicode data of Polars."""
    points = np.array([n for n in range(LIMIT) if not 0xD800 <= n < 0xE000])
    plain = pl.Series([chr(n) for n in points])
    kinds = np.full(LIMIT, OTHER, dtype=np.uint8)
    kinds[points] = _kinds(plain)
    gone = plain.str.contains(f"{_CONTROL}|{_INVISIBLE}").to_numpy()
    folded = _fold(plain).to_list()
    folds = np.full(LIMIT, ord(DROPPED), dtype=np.int32)
    many: list[int] = []
    for point, is_gone, text in zip(points.tolist(), gone.tolist(), folded, strict=True):
        shown = [_shown(n, kinds) for n in map(ord, text)]
        if is_gone or not shown:
            folds[point] = -1
        elif len(shown) == 1:
            folds[point] = shown[0]
        else:
            folds[point] = -2 - len(many)
            many += [len(shown), *shown]
    alikes = np.arange(LIMIT, dtype=np.int32)
    for alike, latin in CONFUSABLES.items():
        alikes[ord(alike)] = ord(latin)
    return Letters(folds, np.array(many, dtype=np.int32), kinds, alikes)
