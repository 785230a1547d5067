"""What the kernel's functions share: numbers and columns of their arrays, and the hash table of the vocabulary.

Every number is a signed integer of 64 bits: hashes wrap around as unsigned ones do, and no two kinds of integer meet.
What would be many arrays is one with named columns, because each array that is handed on costs time to compile, and
numbers that are handed on begin as `NOUGHT`, because for a plain 0 the function would be compiled once more.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from flows.machine_code import compiled


def signed(number: int) -> int:
    """A number of 64 bits as the signed integer of the same bits."""
    return number - (1 << 64) if number >> 63 else number


# FNV-1a of UTF-8 bytes, and the finaliser of MurmurHash3 to spread what comes of it.
FNV_START, FNV_PRIME = signed(0xCBF29CE484222325), 0x100000001B3
PAIR_PRIME = signed(0x9E3779B97F4A7C15)
_SPREAD_1, _SPREAD_2 = signed(0xFF51AFD7ED558CCD), signed(0xC4CEB9FE1A85EC53)
_HIGH = (1 << 31) - 1  # a shift by 33 leaves as many bits
# Added to a hash, so that no word, pair or window shares a bucket with another kind of feature by design.
WORD_FAMILY, PAIR_FAMILY, NEGATED_FAMILY = 0x1B873593, 0x2545F491, 0x4F6CDD1D
WINDOW_FAMILY, GROUP_FAMILY, GROUPS_FAMILY = 0x632BE5AB, 0x14057B7E, 0x7F4A7C15
STEM_START = signed(0x5851F42D * 0x9E3779B97F4A7C15 & (1 << 64) - 1)  # the hash of the beginning of a word is a pair's


def key_of(word: str) -> int:
    """The key of a token: the FNV-1a hash of its bytes."""
    value = FNV_START
    for octet in word.encode():
        value = signed((value ^ octet) * FNV_PRIME & (1 << 64) - 1)
    return value


# Characters by name: machine code for `ord` would have to be compiled at every place.
LOWER_A = ord("a")
LOWER_Z = ord("z")
ZERO = ord("0")
NINE = ord("9")
BLANK = ord(" ")
FULL_STOP = ord(".")
COMMA = ord(",")
COLON = ord(":")
SLASH = ord("/")
DASH = ord("-")
UNDERLINE = ord("_")
LOWER_W = ord("w")
APOSTROPHE = ord("'")
OPEN = ord("(")
CLOSE = ord(")")
BRACKET = ord("[")
END_BRACKET = ord("]")
HASH_SIGN = ord("#")
EXCLAMATION = ord("!")
QUESTION = ord("?")
NOUGHT: Any = np.int64(0)  # where a number begins that is handed on
SLOT_NUMBERS = 5  # of 64 bits each, for the slots of the cues

# Columns of what is known of a word or phrase (`rows`) and of a token that was met (`memo`). Only `memo` has what the
# token is, its hash with every digit as 0, where its bytes begin and end, and the row of the table. The first eight,
# which are read of every token, fill a line of the processor's cache.
(ROLES, BEGINS, KIND, SPOKEN, START, END, ROW, KEY, LONGEST, TOPICS, GROUPS, SLOTS) = range(12)
COLUMNS = 16
MAX_PHRASE = 6  # words
NEGATION_REACH = 3  # terms or words after a negation
# The first rows of the memo: no token, then ronda's own.
NOTHING: Any = np.int64(0)
ONE_URL, ONE_ACCOUNT, ONE_CONTESTANT, ONE_HAND, ONE_PEOPLE = (np.int64(number) for number in range(1, 6))
# What a token is; a mark is its own character.
NO_TOKEN, WORD, EMOJI_TOKEN, CONTESTANT_TOKEN, URL_TOKEN, ACCOUNT_TOKEN, HASH_TOKEN = range(7)
FIRST_MARK = ord("!")
# Columns of the lexicon.
WEIGHT, TURNING, STRENGTH, EMOJI_WEIGHT = range(4)


def bits_of(keys: list[int], size: int) -> npt.NDArray[np.uint8]:
    """The bits of `find_rare` of keys, in so many bytes (a power of two)."""
    bits = np.zeros(8 * size, np.uint8)
    bits[[(key >> 32) & (8 * size - 1) for key in keys]] = 1
    return np.packbits(bits, bitorder="little")


@compiled
def spread(number: int) -> int:
    """A number whose bits all depend on all bits of the given one."""
    number = (number ^ ((number >> 33) & _HIGH)) * _SPREAD_1
    number = (number ^ ((number >> 33) & _HIGH)) * _SPREAD_2
    return number ^ ((number >> 33) & _HIGH)


@compiled
def find_row(rows: Any, key: int) -> int:
    """The row of a key; for an unknown one the last, which is empty and, being one for all, stays in the cache."""
    last = len(rows) - 2
    row = key & last
    while rows[row, KEY] != key:
        if rows[row, KEY] == 0:
            return len(rows) - 1
        row = (row + 1) & last
    return row


@compiled
def find_rare(tables: Any, key: int) -> int:
    """The row of a phrase or of the beginning of a word; that most are unknown a bit of `rare` says, in the cache."""
    bit = (key >> 32) & (8 * len(tables.rare) - 1)
    if not (tables.rare[bit >> 3] >> (bit & 7)) & 1:
        return len(tables.rows) - 1
    return find_row(tables.rows, key)
