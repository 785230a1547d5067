"""Words in disguise: digits for letters, letters parted by spaces or points, and letters masked with a star.

g0bl0k        a digit between letters that is drawn like one
g o b l o k   four letters or more, each alone, with the same single space, point or dash between them
g*bl*k        stars between letters, where a word of abuse or hostility of the cues seed fits
"""

import re
from functools import cache

import polars as pl

from flows.labels.cues import read_group_words

MAYBE = r"[A-Za-z][013457][A-Za-z]|[A-Za-z]\*|(?:^|[^0-9A-Za-z])(?:[A-Za-z][ .\-]){3}"  # of what may need rewriting
_GROUPS = ("slur", "mild", "camp", "degrade", "kill")  # whose words are masked
_DRAWN = str.maketrans("013457", "oieast")
_NUMBERED = r"(?i:no|ke|di|nomer|nomor|paslon|sd|smp|sma)[0-9]"  # what numbers are written after without a space
_COUNTED = r"[0-9](?i:x|th|thn|rb|jt|kg|km)(?![A-Za-z])"
_DIGITS = re.compile(
    rf"(?<![0-9A-Za-z])(?=[A-Za-z0-9]{{5,14}}(?![A-Za-z0-9]))(?!{_NUMBERED}|[A-Za-z]+{_COUNTED})"
    r"[A-Za-z]+(?:[013457][A-Za-z]+)+(?![0-9A-Za-z])"
)
_SPACED = re.compile(r"(?<![0-9A-Za-z])[A-Za-z](?P<part>[ .\-])[A-Za-z](?:(?P=part)[A-Za-z]){2,}(?![0-9A-Za-z])")
_MASKED = re.compile(r"(?<![0-9A-Za-z*])[A-Za-z]+(?:\*{1,3}[A-Za-z]+)+(?![0-9A-Za-z*])")
_FEWEST = 3  # letters of a masked word that are not masked
_LONGEST = 20  # letters of a spaced word; more are a drawing


@cache
def _masked_words() -> tuple[str, ...]:
    groups = read_group_words()
    words = frozenset().union(*(groups.get(name, frozenset()) for name in _GROUPS))
    return tuple(sorted((word for word in words if word.isalpha()), reverse=True))  # anjing before anjeng


@cache
def _unmasked(masked: str) -> str:
    """The only word that fits, or the first of several; the same when none does."""
    if sum(letter != "*" for letter in masked) < _FEWEST:
        return masked
    pattern = re.compile(masked.replace("*", "[a-z]"))
    return next((word for word in _masked_words() if pattern.fullmatch(word)), masked)


def _joined(spaced: str) -> str:
    letters = re.sub(r"[ .\-]", "", spaced)
    return letters if len(letters) <= _LONGEST else spaced


def undisguise(text: str) -> str:
    """The text with words in disguise as they would be typed; all else stays."""
    text = _MASKED.sub(lambda word: _unmasked(word[0].lower()), text)
    text = _SPACED.sub(lambda word: _joined(word[0]), text)
    return _DIGITS.sub(lambda word: word[0].translate(_DRAWN), text)


def undisguised(texts: pl.Series) -> pl.Series:
    """The same for texts, of which few need it."""
    rows = texts.str.contains(MAYBE).fill_null(value=False).arg_true()
    if not len(rows):
        return texts
    return texts.clone().scatter(rows, pl.Series([undisguise(text) for text in texts.gather(rows)], dtype=pl.String))
