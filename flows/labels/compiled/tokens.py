"""Folded characters to tokens: `spelling.spell`, with the bytes, hashes and table rows of each token."""

from typing import Any

import numpy as np

from flows.labels import letters as kinds
from flows.labels.compiled.compiling import (
    ACCOUNT_TOKEN,
    CONTESTANT_TOKEN,
    EMOJI_TOKEN,
    FNV_PRIME,
    FNV_START,
    HASH_TOKEN,
    MARK_TOKEN,
    URL_TOKEN,
    WORD,
    compiled,
    find_row,
)
from flows.labels.compiled.letters import (
    ACCOUNT_POINTS,
    CONTESTANT_POINTS,
    EMOJI,
    FLAG,
    UNDERSCORE,
    URL_POINTS,
    begins,
    is_word,
    kind_of,
)

MARK, HASH, AT = kinds.MARK, kinds.HASH, kinds.AT
_MASKS = tuple(tuple(map(ord, mask)) for mask in ("[surel]", "[telepon]", "[nomor]", "[nomor identitas]"))
MAIL, PHONE, NUMBER, IDENTITY = _MASKS
_SMILE, _FROWN, _TEAR = ord("🙂"), ord("🙁"), ord("😢")


@compiled
def _is_label(point: int) -> bool:
    return ord("a") <= point <= ord("z") or ord("0") <= point <= ord("9") or point == ord("-")


@compiled
def _is_domain(points: Any, first: int, last: int) -> bool:
    """Whether the label is com, id, me or ly."""
    one, two = points[first], points[first + 1]
    if last - first == 2:
        return bool(
            (one == ord("i") and two == ord("d"))
            or (one == ord("m") and two == ord("e"))
            or (one == ord("l") and two == ord("y"))
        )
    return bool(last - first == 3 and one == ord("c") and two == ord("o") and points[first + 2] == ord("m"))


@compiled
def _skip_to_space(points: Any, place: int, count: int) -> int:
    while place < count and points[place] != ord(" "):
        place += 1
    return place


@compiled
def _address_end(points: Any, place: int, count: int, table: Any) -> int:
    """Where the web address ends that begins here, `place` when none does."""
    letters_end = place
    while letters_end < count and ord("a") <= points[letters_end] <= ord("z"):
        letters_end += 1
    if (
        2 <= letters_end - place <= 8
        and letters_end + 2 < count
        and points[letters_end] == ord(":")
        and points[letters_end + 1] == ord("/")
        and points[letters_end + 2] == ord("/")
    ):
        return int(_skip_to_space(points, letters_end, count))
    end = letters_end
    while end < count and _is_label(points[end]):
        end += 1
    if end >= count or points[end] != ord("."):
        return place
    is_web = end - place <= 2 and points[place] == ord("w") and points[end - 1] == ord("w")
    found, labels = place, 1
    while end + 1 < count and points[end] == ord(".") and _is_label(points[end + 1]):
        first = end + 1
        end = first
        while end < count and _is_label(points[end]):
            end += 1
        labels += 1
        if is_web and labels == 2 and end + 1 < count and points[end] == ord(".") and points[end + 1] != ord(" "):
            return int(_skip_to_space(points, end, count))
        kind = kind_of(points[end], table) if end < count else -1
        if _is_domain(points, first, end) and not (is_word(kind) or kind == UNDERSCORE):
            found = end
    if found > place and found < count and points[found] == ord("/"):
        return int(_skip_to_space(points, found, count))
    return found


@compiled
def _emoticon(points: Any, place: int, count: int) -> Any:
    """The emoji and the length of the emoticon here, 0 and 0 for none."""
    if points[place] != ord(":") or place + 1 >= count:
        return 0, 0
    second = points[place + 1]
    if second == ord(")"):
        return _SMILE, 2
    if second == ord("("):
        return _FROWN, 2
    if place + 2 < count:
        third = points[place + 2]
        if second == ord("-") and third == ord(")"):
            return _SMILE, 3
        if second == ord("-") and third == ord("("):
            return _FROWN, 3
        if second == ord("'") and third == ord("("):
            return _TEAR, 3
    return 0, 0


@compiled
def _write(octets: Any, at: int, point: int) -> int:
    """A character as UTF-8; gives where the next one goes."""
    if point < 0x80:
        octets[at] = point
        return at + 1
    if point < 0x800:
        octets[at] = 0xC0 | (point >> 6)
        octets[at + 1] = 0x80 | (point & 0x3F)
        return at + 2
    if point < 0x10000:
        octets[at] = 0xE0 | (point >> 12)
        octets[at + 1] = 0x80 | ((point >> 6) & 0x3F)
        octets[at + 2] = 0x80 | (point & 0x3F)
        return at + 3
    octets[at] = 0xF0 | (point >> 18)
    octets[at + 1] = 0x80 | ((point >> 12) & 0x3F)
    octets[at + 2] = 0x80 | ((point >> 6) & 0x3F)
    octets[at + 3] = 0x80 | (point & 0x3F)
    return at + 4


@compiled
def _keep(tokens: Any, number: int, kind: int, octets: Any, start: int, end: int, table: Any) -> None:
    """Sets a token to these bytes."""
    value, spoken = FNV_START, FNV_START
    digits = 0
    for at in range(start, end):
        octet = octets[at]
        value = (value ^ np.uint64(octet)) * FNV_PRIME
        if ord("0") <= octet <= ord("9"):
            digits += 1
            octet = np.uint8(ord("0"))
        spoken = (spoken ^ np.uint64(octet)) * FNV_PRIME
    tokens.kinds[number] = kind
    tokens.starts[number] = start
    tokens.ends[number] = end
    tokens.hashes[number] = value
    tokens.spoken[number] = spoken
    tokens.rows[number] = find_row(table, value)
    tokens.digits[number] = digits if digits == end - start else 0


@compiled
def _next_end(points: Any, place: int, count: int, kind: int, table: Any) -> Any:
    """The kind of the token here (-1: none), where it ends, and the character to write for it (0: those typed)."""
    point = points[place]
    if is_word(kind):
        end = _address_end(points, place, count, table) if point < 0x80 else place
        if end > place:
            return URL_TOKEN, end, 0
        end = place + 1
        while end < count and is_word(kind_of(points[end], table)):
            end += 1
        return WORD, end, 0
    if kind == MARK:
        emoji, length = _emoticon(points, place, count)
        if length > 0:
            return EMOJI_TOKEN, place + length, emoji
        end = place + 1
        while end < count and kind_of(points[end], table) == MARK and _emoticon(points, end, count)[1] == 0:
            end += 1
        return MARK_TOKEN, end, point
    if kind == EMOJI:
        return EMOJI_TOKEN, place + 1, 0
    if kind == FLAG:
        is_pair = place + 1 < count and kind_of(points[place + 1], table) == FLAG
        return EMOJI_TOKEN, place + 2 if is_pair else place + 1, 0
    if kind == HASH:
        end = place + 1
        while end < count and (points[end] == ord("#") or points[end] == ord(" ")):
            end += 1
        return HASH_TOKEN, end, point
    end = place + 1
    if kind == AT:
        while end < count:
            after = kind_of(points[end], table)
            if not (is_word(after) or after == UNDERSCORE or points[end] == ord(".")):
                break
            end += 1
        return ACCOUNT_TOKEN if end > place + 1 else -1, end, 0
    if kind == UNDERSCORE:
        if begins(points, place, count, URL_POINTS):
            return URL_TOKEN, place + len(URL_POINTS), 0
        if begins(points, place, count, ACCOUNT_POINTS):
            return ACCOUNT_TOKEN, place + len(ACCOUNT_POINTS), 0
        if begins(points, place, count, CONTESTANT_POINTS):
            return CONTESTANT_TOKEN, place + len(CONTESTANT_POINTS), 0
    if point == ord("["):
        if begins(points, place, count, MAIL):
            end = place + len(MAIL)
        elif begins(points, place, count, PHONE):
            end = place + len(PHONE)
        elif begins(points, place, count, NUMBER):
            end = place + len(NUMBER)
        elif begins(points, place, count, IDENTITY):
            end = place + len(IDENTITY)
    return -1, end, 0


@compiled
def _write_own(octets: Any, at: int, kind: int) -> int:
    if kind == URL_TOKEN:
        for point in URL_POINTS:
            octets[at] = point
            at += 1
    elif kind == ACCOUNT_TOKEN:
        for point in ACCOUNT_POINTS:
            octets[at] = point
            at += 1
    else:
        for point in CONTESTANT_POINTS:
            octets[at] = point
            at += 1
    return at


@compiled
def spell_text(points: Any, count: int, letters: Any, table: Any, octets: Any, tokens: Any) -> int:
    """The tokens of folded characters, each with a space before and after its bytes; gives how many there are."""
    octets[0] = ord(" ")
    at, number, place = 1, 0, 0
    while place < count:
        point = points[place]
        kind = kind_of(point, letters)
        if kind == 0 or point == ord(" "):
            if point != ord("["):
                place += 1
                continue
        token, end, written = _next_end(points, place, count, kind, letters)
        if token < 0:
            place = end
            continue
        start = at
        if token == URL_TOKEN or token == ACCOUNT_TOKEN or token == CONTESTANT_TOKEN:
            at = _write_own(octets, at, token)
        elif written > 0:
            at = _write(octets, at, written)
        else:
            for n in range(place, end):
                at = _write(octets, at, points[n])
        _keep(tokens, number, token, octets, start, at, table)
        octets[at] = ord(" ")
        at += 1
        number += 1
        place = end
    return number
