"""Bytes to folded characters, on room that is used again.

Letters are lower case, without style, accents and invisible characters (`flows/labels/letters.py`). Runs of three
letters or more are one, and so is a doubled letter at the end of a word (`bangett`). A word of exactly three equal
letters stays: it is a name (PPP) or an abbreviation. Numbers have no marks between their thousands.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from flows.labels import letters as kinds
from flows.labels.compiled.compiling import (
    BRACKET,
    COMMA,
    FULL_STOP,
    LOWER_A,
    LOWER_Z,
    NINE,
    NOUGHT,
    UNDERLINE,
    ZERO,
)
from flows.labels.letters import read_letters
from flows.machine_code import compiled

LIMIT, LAST_LETTER = kinds.LIMIT, kinds.LAST_LETTER
SPACE, DIGIT, UNDERSCORE, LATIN, LETTER = kinds.SPACE, kinds.DIGIT, kinds.UNDERSCORE, kinds.LATIN, kinds.LETTER
FOLD, CHARACTER, ALIKE = range(3)  # columns of the letters; the second is what a folded character is
# Whole tokens that are known by their characters: ronda's own, and what the loader masks and the rules do not read.
URL, ACCOUNT, CONTESTANT = "_url_", "_akun_", "_calon_"
PEOPLE_WORD = "kelompoksara"  # what every ethnic group, religion and origin is read as
_FIXED = (URL, ACCOUNT, CONTESTANT, "[surel]", "[telepon]", "[nomor]", "[nomor identitas]")
OWN = 3  # of them
FIXED = np.zeros((len(_FIXED), 20), np.int32)
for _row, _token in enumerate(_FIXED):
    FIXED[_row, : len(_token)] = [ord(letter) for letter in _token]


def packed_letters() -> npt.NDArray[np.int32]:
    """The tables of `letters.read_letters` as one: a row a code point, then one for all others, then `many`."""
    letters = read_letters()
    rows = np.zeros((LIMIT + 1 + len(letters.many), 3), np.int32)
    rows[:LIMIT] = np.stack([letters.folds, letters.kinds.astype(np.int32), letters.alikes], axis=1)
    rows[LIMIT, CHARACTER] = kinds.LETTER
    rows[LIMIT + 1 :, FOLD] = letters.many
    return rows


@compiled
def is_word(points: Any, place: int, letters: Any) -> bool:
    """Whether the character is part of a word."""
    return bool(0 < letters[min(points[place], LIMIT), CHARACTER] < SPACE)


@compiled
def fixed_token(points: Any, place: int, count: int) -> int:
    """Which of the fixed tokens stands here, their number when none does."""
    for row in range(len(FIXED)):
        at = 0
        while FIXED[row, at] != 0 and place + at < count and points[place + at] == FIXED[row, at]:
            at += 1
        if FIXED[row, at] == 0:
            return row
    return len(FIXED)


@compiled
def _decode(data: Any, first: int, last: int, letters: Any, points: Any) -> Any:
    """Folds UTF-8 bytes to characters; gives how many, and whether all were ASCII."""
    count, at = NOUGHT, first
    is_plain = True
    while at < last:
        point = np.int64(data[at])
        at += 1
        if point >= 0x80:
            is_plain = False
            more = 1 if point < 0xE0 else (2 if point < 0xF0 else 3)
            point &= 0x3F >> more
            for _ in range(more):
                point = (point << 6) | (data[at] & 0x3F)
                at += 1
        folded: Any = np.int64(letters[min(point, LIMIT), FOLD])
        if point >= LIMIT:
            folded = point if point <= LAST_LETTER else -1
        if folded >= 0:
            points[count] = folded
            count += 1
        elif folded < -1:
            start = LIMIT - 1 - folded
            for n in range(start + 1, start + 1 + letters[start, FOLD]):
                points[count] = letters[n, FOLD]
                count += 1
    return count, is_plain


@compiled
def _fold_alikes(points: Any, count: int, letters: Any) -> None:
    """Letters that are drawn like Latin ones as these, in a text that has a Latin letter."""
    place = NOUGHT
    while place < count and not LOWER_A <= points[place] <= LOWER_Z:
        own = fixed_token(points, place, count) if points[place] == UNDERLINE else OWN
        place += 1
        while own < OWN and points[place] != UNDERLINE:
            place += 1
        place += 1 if own < OWN else 0
    if place < count:
        for n in range(count):
            if points[n] < LIMIT:
                points[n] = letters[points[n], ALIKE]


@compiled
def _shorten(points: Any, count: int, letters: Any) -> Any:
    """Repeated letters, in place; gives the new number of characters, and whether one is a digit."""
    kept, place, has_digit = NOUGHT, NOUGHT, False
    while place < count:
        point = points[place]
        end = place + 1
        if not LOWER_A <= point <= LOWER_Z:
            has_digit |= ZERO <= point <= NINE
        elif end < count and points[end] == point:
            while end < count and points[end] == point:
                end += 1
            run = end - place
            is_final = end == count or not is_word(points, end, letters)
            if run > 2:
                is_name = run == 3 and is_final and (kept == 0 or not is_word(points, kept - 1, letters))
                run = 3 if is_name else 1
            elif is_final and kept > 0 and LOWER_A <= points[kept - 1] <= LOWER_Z:
                run = 1
            for _ in range(run - 1):
                points[kept] = point
                kept += 1
        points[kept] = point
        kept += 1
        place = end
    return kept, has_digit


@compiled
def _join_thousands(points: Any, count: int, letters: Any) -> int:
    """Numbers without the marks between their thousands, in place; gives the new number of characters."""
    kept, place, digits = NOUGHT, NOUGHT, 0
    while place < count:
        end = at = place
        while (
            1 <= digits <= 3
            and at + 3 < count
            and (points[at] == FULL_STOP or points[at] == COMMA)
            and letters[min(points[at + 1], LIMIT), CHARACTER] == DIGIT
            and letters[min(points[at + 2], LIMIT), CHARACTER] == DIGIT
            and letters[min(points[at + 3], LIMIT), CHARACTER] == DIGIT
        ):
            at += 4
            if at == count or not (is_word(points, at, letters) or points[at] == UNDERLINE):
                end = at
        digits = digits + 1 if ZERO <= points[place] <= NINE else 0
        for n in range(place, max(end, place + 1)):
            if end == place or (points[n] != FULL_STOP and points[n] != COMMA):
                points[kept] = points[n]
                kept += 1
        place = max(end, place + 1)
    return int(kept)


@compiled
def _stands_alone(points: Any, count: int, letters: Any) -> bool:
    """Whether no character is read by what stands elsewhere in the text: a look-alike, or a mask that has a space."""
    for n in range(count):
        if points[n] == BRACKET or (points[n] < LIMIT and letters[points[n], ALIKE] != points[n]):
            return False
    return True


@compiled
def fold_text(data: Any, first: int, last: int, is_part: bool, letters: Any, points: Any) -> int:
    """The folded characters of the text, or of a part between spaces, in these bytes; gives how many there are.

    Negative for a part that cannot be read without the rest of its text.
    """
    count, is_plain = _decode(data, first, last, letters, points)
    if is_part and not _stands_alone(points, count, letters):
        return -1
    if not is_plain:
        _fold_alikes(points, count, letters)
    count, has_digit = _shorten(points, count, letters)
    if has_digit:
        count = _join_thousands(points, count, letters)
    return int(count)


@compiled
def latin_balance(points: Any, count: int, letters: Any) -> int:
    """How many more letters are Latin than are not."""
    balance = NOUGHT
    for n in range(count):
        kind = letters[min(points[n], LIMIT), CHARACTER]
        balance += 1 if kind == LATIN else (-1 if kind == LETTER else 0)
    return int(balance)
