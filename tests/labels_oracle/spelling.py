"""The spelling of the kernel, plainly: a text as the words, marks and emoji it consists of, however they were typed."""

import re
from functools import cache
from typing import NamedTuple

import numpy as np

from flows.labels.compiled.letters import ACCOUNT, CONTESTANT, URL
from flows.labels.compiled.tokens import ADDRESS_LABELS, LABEL_LETTERS
from flows.labels.disguises import undisguise
from flows.labels.letters import DROPPED, EMOJI, FLAG, LAST_LETTER, LIMIT, Letters, read_letters
from flows.labels.text import unescape

OWN = (URL, ACCOUNT, CONTESTANT)

_EMOTICONS = {":)": "🙂", ":-)": "🙂", ":(": "🙁", ":-(": "🙁", ":'(": "😢"}
# What the loader puts in the place of numbers and addresses of people.
_MASK = r"\[(?:surel|telepon|nomor|nomor identitas)\]"


def _fold_letter(letter: str, letters: Letters) -> str:
    point = ord(letter)
    if point >= LIMIT:
        return letter if point <= LAST_LETTER else ""
    if 0xD800 <= point < 0xE000:
        return DROPPED
    folded = int(letters.folds[point])
    if folded == -1:
        return ""
    if folded >= 0:
        return chr(folded)
    start = -2 - folded
    return "".join(chr(n) for n in letters.many[start + 1 : start + 1 + letters.many[start]])


def _fold_alike(letter: str, letters: Letters) -> str:
    return chr(letters.alikes[ord(letter)]) if ord(letter) < LIMIT else letter


def fold(text: str, letters: Letters) -> str:
    """Lower-case letters without style, accents and invisible characters.

    Runs of three letters or more are one, and so is a doubled letter at the end of a word (`bangett`). A word of
    exactly three equal letters stays: it is a name (PPP) or an abbreviation.
    """
    folded = "".join(_fold_letter(letter, letters) for letter in text)
    if re.search("[a-z]", re.sub("|".join(OWN), "", folded)):
        folded = "".join(_fold_alike(letter, letters) for letter in folded)
    single = _patterns().run.sub(lambda run: run["name"] or run["letter"], folded)
    return _patterns().final_double.sub(r"\1\2", single)


def _characters(points: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> str:
    return "".join(re.escape(chr(point)) for point in points.tolist())


class _Patterns(NamedTuple):
    """What a run of three letters or more, a doubled letter at the end of a word, a number with marks between its
    thousands, and a token are.
    """

    run: re.Pattern[str]
    final_double: re.Pattern[str]
    thousands: re.Pattern[str]
    token: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    kinds = read_letters().kinds
    flags = _characters(np.flatnonzero(kinds == FLAG))
    emoji = _characters(np.flatnonzero(kinds == EMOJI))
    word = rf"(?:[a-z0-9]|[^\x00-\x7f{flags}{emoji}])"
    label = f"[a-z0-9-]{{1,{LABEL_LETTERS}}}"
    first = f"[a-z0-9][a-z0-9-]{{0,{LABEL_LETTERS - 1}}}"
    emoticon = "|".join(re.escape(drawn) for drawn in _EMOTICONS)
    token = re.compile(
        rf"""
        (?P<url> [a-z]{{2,8}}://[^ ]*
               | www\.{label}\.[^ ]+
               | {first}(?:\.{label}){{0,{ADDRESS_LABELS}}}\.(?:com|id|me|ly)(?![-_]|{word})(?:/[^ ]*)? )
      | (?P<mask> {_MASK.replace(" ", "[ ]")} )
      | (?P<account> @(?:{word}|[_.])+ )
      | (?P<own> {"|".join(OWN)} )
      | (?P<emoticon> {emoticon} )
      | (?P<word> {word}+ )
      | (?P<mark> [.,!?:] )(?:(?!{emoticon})[.,!?:])*
      | (?P<hash> [#]+ )
      | (?P<emoji> [{flags}]{{1,2}} | [{emoji}] )
        """,
        re.VERBOSE,
    )
    return _Patterns(
        re.compile(rf"(?<!{word})(?P<name>([a-z])\2\2)(?!{word})|(?P<letter>[a-z])(?P=letter){{2,}}"),
        re.compile(rf"([a-z])(?!\1)([a-z])\2(?!{word})"),
        re.compile(rf"(?<![0-9])([0-9]{{1,3}})((?:[.,][0-9]{{3}})+)(?!_|{word})"),
        token,
    )


def join_thousands(folded: str) -> str:
    """Numbers without the marks between their thousands."""
    return _patterns().thousands.sub(lambda number: number[1] + re.sub("[.,]", "", number[2]), folded)


def spell(text: str, letters: Letters) -> list[str]:
    """The tokens of a text. A lone surrogate parts words like any other character."""
    plain = join_thousands(fold(undisguise(unescape(text)), letters))
    named = {"url": URL, "account": ACCOUNT, "hash": "#"}
    tokens = []
    for match in _patterns().token.finditer(plain):
        kind = match.lastgroup or ""
        if kind == "emoticon":
            tokens.append(_EMOTICONS[match[0]])
        elif kind != "mask":
            tokens.append(named.get(kind, match[kind]))
    return tokens
