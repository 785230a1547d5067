"""The features of one text: `reference.pieces`, as hashes that are scored or listed."""

from typing import Any

import numpy as np

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
MAX_GROUPS, MAX_PHRASE, STARTS_PHRASE = vocabulary.MAX_GROUPS, vocabulary.MAX_PHRASE, vocabulary.STARTS_PHRASE
WIDTH = 16  # outputs that are added at once
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
    bits = table.groups[tokens.rows[place]]
    if (table.roles[tokens.rows[place]] & np.uint32(STARTS_PHRASE)) != 0:
        value = tokens.hashes[place]
        for length in range(2, min(MAX_PHRASE, count - place) + 1):
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
        if bits == NO_BITS:
            continue
        for group in range(MAX_GROUPS):
            if (bits >> np.uint64(group)) & ONE_BIT == NO_BITS:
                continue
            if tokens.kinds[place] != CONTESTANT_TOKEN and found < len(hashes):
                hashes[found] = spread(np.uint64(group) + GROUP_FAMILY)
                found += 1
            for earlier in range(MAX_GROUPS):
                if (before >> np.uint64(earlier)) & ONE_BIT != NO_BITS and found < len(hashes):
                    hashes[found] = spread(np.uint64(earlier * MAX_GROUPS + group) + GROUPS_FAMILY)
                    found += 1
        before = bits
    return found


@compiled
def add_rows(hashes: Any, count: int, matrix: Any, sums: Any) -> None:
    """Adds the row of each hash's bucket to `sums`, whose `WIDTH` places must be 0."""
    last = np.uint64(matrix.shape[0] - 1)
    for n in range(count):
        row = hashes[n] & last
        for output in range(WIDTH):
            sums[output] += matrix[row, output]
