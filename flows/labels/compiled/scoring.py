"""The features of one text: `reference.pieces`, as hashes that are scored or listed."""

from typing import Any

import numpy as np
import numpy.typing as npt

from flows.labels import reference, vocabulary
from flows.labels.compiled.compiling import (
    BLANK,
    CONTESTANT_TOKEN,
    END,
    EXCLAMATION,
    FIRST_MARK,
    GROUP_FAMILY,
    GROUPS_FAMILY,
    HASH_TOKEN,
    NEGATED_FAMILY,
    NINE,
    NOUGHT,
    PAIR_FAMILY,
    PAIR_PRIME,
    QUESTION,
    SPOKEN,
    START,
    TOKEN,
    TOKEN_KIND,
    TOKEN_ROLES,
    WINDOW_FAMILY,
    WINDOWS,
    WORD_FAMILY,
    ZERO,
    compiled,
    signed,
    spread,
)
from flows.labels.hashing import hash_word
from flows.labels.spelling import CONTESTANT

BOUNDARY, NEGATION, NEGATION_REACH = vocabulary.BOUNDARY, vocabulary.NEGATION, reference.NEGATION_REACH
START_KEY, END_KEY = signed(hash_word(reference.START)), signed(hash_word(reference.END))
CONTESTANT_KEY = signed(hash_word(CONTESTANT))
WINDOW_BITS = (1 << (8 * reference.WINDOW)) - 1
WIDTH = 16  # outputs that are added at once
BIAS = 128
LANES_HOLD = 256  # rows of bytes in a lane of 16 bits
LANES = 0x00FF00FF00FF00FF


@compiled
def list_words(tokens: Any, count: int, memo: Any, hashes: Any) -> int:
    """The hashes of the words, pairs and negated words of masked tokens; gives how many there are."""
    found, reach = 0, 0
    before = START_KEY
    for place in range(count):
        kind, roles = tokens[place, TOKEN_KIND], tokens[place, TOKEN_ROLES]
        is_mark = kind >= FIRST_MARK
        if is_mark or roles & BOUNDARY:
            reach = 0
        if kind == HASH_TOKEN or (is_mark and kind != EXCLAMATION and kind != QUESTION):
            continue
        spoken = memo[tokens[place, TOKEN], SPOKEN]
        if kind != CONTESTANT_TOKEN:
            hashes[found] = spread(spoken + WORD_FAMILY)
            found += 1
        if kind != CONTESTANT_TOKEN or before != START_KEY:
            hashes[found] = spread(spread(before * PAIR_PRIME + spoken) + PAIR_FAMILY)
            found += 1
        if reach > 0:
            hashes[found] = spread(spoken + NEGATED_FAMILY)
            found += 1
            reach -= 1
        if roles & NEGATION:
            reach = NEGATION_REACH
        before = spoken
    if before != CONTESTANT_KEY:
        hashes[found] = spread(spread(before * PAIR_PRIME + END_KEY) + PAIR_FAMILY)
        found += 1
    return found


@compiled
def list_groups(tokens: Any, count: int, groups: Any, hashes: Any) -> int:
    """The hashes of the groups of masked tokens, no more than there is room for; gives how many there are."""
    found, before = 0, 0
    for place in range(count):
        left = groups[place]
        while left != 0:
            group = left & -left
            left ^= group
            if tokens[place, TOKEN_KIND] != CONTESTANT_TOKEN and found < len(hashes):
                hashes[found] = spread(group + GROUP_FAMILY)
                found += 1
            earlier = before
            while earlier != 0 and found < len(hashes):
                one = earlier & -earlier
                earlier ^= one
                hashes[found] = spread(spread(one * PAIR_PRIME + group) + GROUPS_FAMILY)
                found += 1
        before = groups[place] if groups[place] != 0 else before
    return found


@compiled
def list_windows(octets: Any, start: int, end: int, hashes: Any) -> int:
    """The hashes of a word's windows of letters with the spaces beside it; gives how many there are."""
    window, found = BLANK, 0
    for at in range(start, end + 1):
        is_digit = ZERO <= octets[at] <= NINE
        window = ((window << 8) | (ZERO if is_digit else octets[at])) & WINDOW_BITS
        if at - start >= 2:
            hashes[found] = spread(window + WINDOW_FAMILY)
            found += 1
    return found


@compiled
def sum_rows(hashes: Any, start: int, end: int, matrix: Any, lanes: Any) -> None:
    """Adds the rows of hashes' buckets to `lanes`, no more than these hold before they are emptied.

    A row is sixteen bytes, each a weight plus `BIAS`, as two numbers; a lane is 16 bits of one of four numbers.
    """
    last = len(matrix) - 1
    one, two, three, four = lanes[0], lanes[1], lanes[2], lanes[3]
    for n in range(start, end):
        row = hashes[n] & last
        first, second = matrix[row, 0], matrix[row, 1]
        one += first & LANES
        two += (first >> 8) & LANES
        three += second & LANES
        four += (second >> 8) & LANES
    lanes[0], lanes[1], lanes[2], lanes[3] = one, two, three, four


@compiled
def _empty_lanes(lanes: Any, held: int, sums: Any) -> None:
    """Moves what lanes hold of so many rows to the sums of the outputs."""
    for number in range(4):
        for lane in range(4):
            sums[8 * (number // 2) + 2 * lane + number % 2] += ((lanes[number] >> 16 * lane) & 0xFFFF) - BIAS * held
        lanes[number] = 0


@compiled
def add_rows(hashes: Any, count: int, matrix: Any, lanes: Any, sums: Any) -> None:
    """Adds the rows of hashes' buckets to `sums`; `lanes` are empty before and after."""
    for start in range(0, count, LANES_HOLD):
        end = min(start + LANES_HOLD, count)
        sum_rows(hashes, start, end, matrix, lanes)
        _empty_lanes(lanes, end - start, sums)


@compiled
def add_windows(
    tokens: Any, count: int, memo: Any, pushes: Any, octets: Any, matrix: Any, hashes: Any, lanes: Any, sums: Any
) -> int:
    """Adds the rows of the windows of masked tokens to `sums`; gives how many windows there are."""
    found, held = NOUGHT, NOUGHT
    for place in range(count):
        slot = tokens[place, TOKEN]
        size = memo[slot, WINDOWS]
        found += size
        if held + size > LANES_HOLD:
            _empty_lanes(lanes, held, sums)
            held = NOUGHT
        if size > LANES_HOLD:
            list_windows(octets, tokens[place, START], tokens[place, END], hashes)
            add_rows(hashes, size, matrix, lanes, sums)
            continue
        for number in range(4):
            lanes[number] += pushes[slot, number]
        held += size
    _empty_lanes(lanes, held, sums)
    return int(found)


def packed(matrix: npt.NDArray[np.int8]) -> npt.NDArray[np.int64]:
    """Weights of up to `WIDTH` outputs in the form that `sum_rows` reads."""
    padded = np.zeros((len(matrix), WIDTH), np.int16)
    padded[:, : matrix.shape[1]] = matrix
    return (padded + BIAS).astype(np.uint8).view("<i8").astype(np.int64)
