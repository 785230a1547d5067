"""The features of one text: `reference.pieces`, as hashes that are scored or listed."""

from typing import Any

import numpy as np
import numpy.typing as npt

from flows.labels import reference, vocabulary
from flows.labels.compiled.compiling import (
    CONTESTANT_TOKEN,
    GROUP_FAMILY,
    GROUPS_FAMILY,
    HASH_TOKEN,
    MARK_TOKEN,
    NEGATED_FAMILY,
    PAIR_FAMILY,
    WINDOW_FAMILY,
    WORD,
    WORD_FAMILY,
    compiled,
    find_row,
    hash_pair,
    spread,
)
from flows.labels.compiled.rules import CONTESTANT_HASH, is_boundary
from flows.labels.hashing import hash_word

NEGATION, NEGATION_REACH = vocabulary.NEGATION, reference.NEGATION_REACH
START_HASH, END_HASH = np.uint64(hash_word(reference.START)), np.uint64(hash_word(reference.END))
_SPOKEN_MARKS = (ord("!"), ord("?"))
EXCLAMATION, QUESTION = _SPOKEN_MARKS
EIGHT = np.uint64(8)
WINDOW_BITS = np.uint64((1 << (8 * reference.WINDOW)) - 1)
NO_BITS, ONE_BIT = np.uint64(0), np.uint64(1)
TELLS_GROUP = vocabulary.TELLS_GROUP
WIDTH = 16  # outputs that are added at once
BIAS = 128
LANES_HOLD = 256  # rows of bytes in a lane of 16 bits
LANES, LANE = np.uint64(0x00FF00FF00FF00FF), np.uint64(0xFFFF)
BLANK, ZERO = np.uint64(ord(" ")), np.uint64(ord("0"))


@compiled
def list_features(tokens: Any, count: int, octets: Any, table: Any, words: Any, windows: Any) -> Any:
    """Fills `words` and `windows` with the hashes of masked tokens' features; gives how many of each there are."""
    found, parts, reach = 0, 0, 0
    before = START_HASH
    for place in range(count):
        kind = tokens.kinds[place]
        if is_boundary(tokens, place, table):
            reach = 0
        if kind == HASH_TOKEN:
            continue
        if kind == MARK_TOKEN:
            mark = octets[tokens.starts[place]]
            if mark != EXCLAMATION and mark != QUESTION:
                continue
        spoken = tokens.spoken[place]
        if kind != CONTESTANT_TOKEN:
            words[found] = spread(spoken + WORD_FAMILY)
            found += 1
        if kind != CONTESTANT_TOKEN or before != START_HASH:
            words[found] = spread(hash_pair(before, spoken) + PAIR_FAMILY)
            found += 1
        if reach > 0:
            words[found] = spread(spoken + NEGATED_FAMILY)
            found += 1
            reach -= 1
        if (table.roles[tokens.rows[place]] & np.uint32(NEGATION)) != 0:
            reach = NEGATION_REACH
        if kind == WORD:
            window = BLANK
            start, end = tokens.starts[place], tokens.ends[place]
            for at in range(start, end + 1):
                octet = np.uint64(octets[at])
                if ord("0") <= octets[at] <= ord("9"):
                    octet = ZERO
                window = ((window << EIGHT) | octet) & WINDOW_BITS
                if at - start >= 2:
                    windows[parts] = spread(window + WINDOW_FAMILY)
                    parts += 1
        before = spoken
    if count == 0 or before != CONTESTANT_HASH:
        words[found] = spread(hash_pair(before, END_HASH) + PAIR_FAMILY)
        found += 1
    return found, parts


@compiled
def _groups_at(tokens: Any, place: int, count: int, table: Any) -> Any:
    row = tokens.rows[place]
    bits = table.groups[row]
    if (table.begins[row] & np.uint32(TELLS_GROUP)) != 0:
        value = tokens.hashes[place]
        for length in range(2, min(int(table.longest[row]), count - place) + 1):
            value = hash_pair(value, tokens.hashes[place + length - 1])
            bits |= table.groups[find_row(table, value)]
    return bits


@compiled
def list_groups(tokens: Any, count: int, table: Any, hashes: Any) -> int:
    """Fills `hashes` with those of the groups of masked tokens, no more than there is room for; gives how many."""
    found = 0
    before = NO_BITS
    for place in range(count):
        bits = _groups_at(tokens, place, count, table)
        left = bits
        while left != NO_BITS:
            group = left & (~left + ONE_BIT)
            left ^= group
            if tokens.kinds[place] != CONTESTANT_TOKEN and found < len(hashes):
                hashes[found] = spread(group + GROUP_FAMILY)
                found += 1
            earlier = before
            while earlier != NO_BITS and found < len(hashes):
                one = earlier & (~earlier + ONE_BIT)
                earlier ^= one
                hashes[found] = spread(hash_pair(one, group) + GROUPS_FAMILY)
                found += 1
        if bits != NO_BITS:
            before = bits
    return found


@compiled
def add_rows(hashes: Any, count: int, matrix: Any, sums: Any) -> None:
    """Adds the row of each hash's bucket to `sums`, whose `WIDTH` places must be 0.

    A row is sixteen bytes, each a weight plus `BIAS`, as two numbers of 64 bits. Eight lanes of 16 bits are added at
    once; after `LANES_HOLD` rows, before one could overflow, they are emptied into the sums.
    """
    last = np.uint64(matrix.shape[0] - 1)
    at = 0
    while at < count:
        end = min(count, at + LANES_HOLD)
        rows = end - at
        even, odd, more_even, more_odd = NO_BITS, NO_BITS, NO_BITS, NO_BITS
        while at < end:
            row = hashes[at] & last
            first, second = matrix[row, 0], matrix[row, 1]
            even += first & LANES
            odd += (first >> EIGHT) & LANES
            more_even += second & LANES
            more_odd += (second >> EIGHT) & LANES
            at += 1
        for lane in range(4):
            shift = np.uint64(16 * lane)
            sums[2 * lane] += np.int32((even >> shift) & LANE) - BIAS * rows
            sums[2 * lane + 1] += np.int32((odd >> shift) & LANE) - BIAS * rows
            sums[8 + 2 * lane] += np.int32((more_even >> shift) & LANE) - BIAS * rows
            sums[8 + 2 * lane + 1] += np.int32((more_odd >> shift) & LANE) - BIAS * rows


def packed(matrix: npt.NDArray[np.int8]) -> npt.NDArray[np.uint64]:
    """Weights of up to `WIDTH` outputs in the form that `add_rows` reads."""
    padded = np.zeros((len(matrix), WIDTH), np.int16)
    padded[:, : matrix.shape[1]] = matrix
    return np.ascontiguousarray((padded + BIAS).astype("<u1")).view("<u8").astype(np.uint64)
