"""The features of one text, by their hashes: words, pairs and negated words, windows of letters, groups of words.

Digits are all alike. A contestant or a people is no feature by itself, nor at the beginning or end of a text: only
beside another word. A group is a feature, and so is each with those of the last token before it that had any.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from flows.labels import roles
from flows.labels.compiled.compiling import (
    BLANK,
    CONTESTANT_TOKEN,
    END,
    EXCLAMATION,
    FIRST_MARK,
    GROUP_FAMILY,
    GROUPS_FAMILY,
    HASH_TOKEN,
    KIND,
    NEGATED_FAMILY,
    NEGATION_REACH,
    NINE,
    NOUGHT,
    PAIR_FAMILY,
    PAIR_PRIME,
    QUESTION,
    ROLES,
    SPOKEN,
    START,
    WINDOW_FAMILY,
    WORD,
    WORD_FAMILY,
    ZERO,
    key_of,
    spread,
)
from flows.labels.compiled.letters import CONTESTANT, PEOPLE_WORD
from flows.machine_code import compiled, inlined

BOUNDARY, NEGATION, PEOPLE = roles.BOUNDARY, roles.NEGATION, roles.PEOPLE
START_KEY, END_KEY, CONTESTANT_KEY = key_of("<"), key_of(">"), key_of(CONTESTANT)
PEOPLE_KEY = key_of(PEOPLE_WORD)
WINDOW = 4  # bytes
WINDOW_BITS = (1 << (8 * WINDOW)) - 1
WIDTH = 16  # outputs of a matrix
# Columns of a feature: its hash, whose lowest bits are its bucket, and what it is of which two things: of the places of
# two tokens, of a window the byte where it begins and the place of its token, of the bits of two groups.
FEATURE_COLUMNS = 4
HASH, FEATURE_KIND, FIRST, SECOND = range(FEATURE_COLUMNS)
WORD_FEATURE, PAIR_FEATURE, NEGATED_FEATURE, WINDOW_FEATURE, GROUP_FEATURE, GROUPS_FEATURE = range(6)


@compiled
def _add(features: Any, number: int, value: int, kind: int, first: int, second: int) -> int:
    """Lists a feature; gives how many there are."""
    features[number, HASH], features[number, FEATURE_KIND] = spread(value), kind
    features[number, FIRST], features[number, SECOND] = first, second
    return number + 1


@compiled
def list_words(tokens: Any, count: int, memo: Any, features: Any) -> int:
    """The words, pairs and negated words of masked tokens; gives how many there are."""
    found, reach = NOUGHT, 0
    before: Any = np.int64(START_KEY)
    last: Any = np.int64(-1)
    for place in range(count):
        token = tokens[place]
        kind, told = memo[token, KIND], memo[token, ROLES]
        is_mark = kind >= FIRST_MARK
        if is_mark or told & BOUNDARY:
            reach = 0
        if kind == HASH_TOKEN or (is_mark and kind != EXCLAMATION and kind != QUESTION):
            continue
        spoken = memo[token, SPOKEN]
        is_name = kind == CONTESTANT_TOKEN or (told & PEOPLE) != 0
        if not is_name:
            found = _add(features, found, spoken + WORD_FAMILY, WORD_FEATURE, place, place)
        if not is_name or before != START_KEY:
            pair = spread(before * PAIR_PRIME + spoken)
            found = _add(features, found, pair + PAIR_FAMILY, PAIR_FEATURE, last, place)
        if reach > 0:
            found = _add(features, found, spoken + NEGATED_FAMILY, NEGATED_FEATURE, place, place)
            reach -= 1
        if told & NEGATION:
            reach = NEGATION_REACH
        before, last = spoken, np.int64(place)
    if before != CONTESTANT_KEY and before != PEOPLE_KEY:
        pair = spread(before * PAIR_PRIME + END_KEY)
        found = _add(features, found, pair + PAIR_FAMILY, PAIR_FEATURE, last, count)
    return int(found)


@compiled
def list_groups(tokens: Any, count: int, memo: Any, groups: Any, features: Any) -> int:
    """The groups of masked tokens, no more than there is room for; gives how many there are."""
    found, before = NOUGHT, 0
    for place in range(count):
        left = groups[place]
        while left != 0:
            group = left & -left
            left ^= group
            is_name = memo[tokens[place], KIND] == CONTESTANT_TOKEN or (memo[tokens[place], ROLES] & PEOPLE) != 0
            if not is_name and found < len(features):
                found = _add(features, found, group + GROUP_FAMILY, GROUP_FEATURE, group, group)
            earlier = before
            while earlier != 0 and found < len(features):
                one = earlier & -earlier
                earlier ^= one
                both = spread(one * PAIR_PRIME + group)
                found = _add(features, found, both + GROUPS_FAMILY, GROUPS_FEATURE, one, group)
        before = groups[place] if groups[place] != 0 else before
    return int(found)


@compiled
def list_windows(octets: Any, start: int, end: int, place: int, features: Any) -> int:
    """The windows of letters of a word with the spaces beside it; gives how many there are."""
    window, found = BLANK, NOUGHT
    for at in range(start, end + 1):
        is_digit = ZERO <= octets[at] <= NINE
        window = ((window << 8) | (ZERO if is_digit else octets[at])) & WINDOW_BITS
        if at - start >= WINDOW - 2:
            found = _add(features, found, window + WINDOW_FAMILY, WINDOW_FEATURE, at - start - (WINDOW - 2), place)
    return int(found)


# Sums are packed: sixteen of 16 bits in four numbers of 64. A weight is a byte, 128 more than it is worth, and a row is
# two numbers of eight bytes, so that two additions and a shift are eight.
MOST_PACKED = 256  # rows that can be added up before a sum overflows
# What is kept of a word: four packed sums, and the number of its windows.
WINDOWS, PUSH_COLUMNS = 4, 8
_BIAS = 128
_EVERY_OTHER = 0x00FF00FF00FF00FF


@compiled
def _unpack(one: Any, two: Any, three: Any, four: Any, rows: int, sums: Any) -> None:
    """Adds the packed sums of so many rows to `sums`."""
    for n in range(4):
        shift = 16 * n
        sums[2 * n] += ((one >> shift) & 0xFFFF) - _BIAS * rows
        sums[2 * n + 1] += ((two >> shift) & 0xFFFF) - _BIAS * rows
        sums[2 * n + 8] += ((three >> shift) & 0xFFFF) - _BIAS * rows
        sums[2 * n + 9] += ((four >> shift) & 0xFFFF) - _BIAS * rows


@compiled
def _pack(features: Any, first: int, last: int, matrix: Any) -> Any:
    """The packed sums of the rows of the features' buckets, of no more than `MOST_PACKED`."""
    one, two, three, four = NOUGHT, NOUGHT, NOUGHT, NOUGHT
    for n in range(first, last):
        row = features[n, HASH] & (len(matrix) - 1)
        low, high = matrix[row, 0], matrix[row, 1]
        one += low & _EVERY_OTHER
        two += (low >> 8) & _EVERY_OTHER
        three += high & _EVERY_OTHER
        four += (high >> 8) & _EVERY_OTHER
    return one, two, three, four


@compiled
def add_rows(features: Any, count: int, matrix: Any, sums: Any) -> None:
    """Adds the rows of the features' buckets to `sums`."""
    for first in range(0, count, MOST_PACKED):
        last = min(first + MOST_PACKED, count)
        one, two, three, four = _pack(features, first, last, matrix)
        _unpack(one, two, three, four, last - first, sums)


@inlined
def add_windows(tokens: Any, count: int, room: Any, matrix: Any, sums: Any) -> int:
    """Adds the rows of the windows of masked tokens to `sums`; gives how many windows there are.

    The packed sums of a word are kept in `room.pushes` with the number of its windows (negative: not yet); those of a
    word that is too long for them are not.
    """
    found, waiting = NOUGHT, NOUGHT
    one, two, three, four = NOUGHT, NOUGHT, NOUGHT, NOUGHT
    pushes, memo = room.pushes, room.memo
    for place in range(count):
        token = tokens[place]
        size = pushes[token, WINDOWS]
        if size < 0 or size > MOST_PACKED:
            if memo[token, KIND] == WORD:
                size = list_windows(room.octets, memo[token, START], memo[token, END], place, room.features)
            size = max(size, NOUGHT)
            pushes[token, WINDOWS] = size
            if size > MOST_PACKED:
                add_rows(room.features, size, matrix, sums)
                found += size
                continue
            pushes[token, 0], pushes[token, 1], pushes[token, 2], pushes[token, 3] = _pack(
                room.features, NOUGHT, size, matrix
            )
        if waiting + size > MOST_PACKED:
            _unpack(one, two, three, four, waiting, sums)
            one, two, three, four = NOUGHT, NOUGHT, NOUGHT, NOUGHT
            waiting = NOUGHT
        one += pushes[token, 0]
        two += pushes[token, 1]
        three += pushes[token, 2]
        four += pushes[token, 3]
        waiting += size
        found += size
    _unpack(one, two, three, four, waiting, sums)
    return int(found)


def packed(matrix: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    """Weights of up to `WIDTH` outputs as `add_rows` reads them."""
    wide = np.full((len(matrix), WIDTH), _BIAS, np.uint8)
    wide[:, : matrix.shape[1]] = matrix.astype(np.int16) + _BIAS
    return wide.view("<i8").astype(np.int64, copy=False)
