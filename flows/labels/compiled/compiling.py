"""How the kernel's functions are compiled, the arrays they share, and the hash table of the vocabulary.

Every number is a signed integer of 64 bits: hashes wrap around as unsigned ones do, and no two kinds of integer meet.
What would be many arrays is one with named columns, because each array that is handed on costs time to compile, and
numbers that are handed on begin as `NOUGHT`, because for a plain 0 the function would be compiled once more.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from flows.labels import hashing

Function = TypeVar("Function", bound=Callable[..., Any])

# The kernel makes no arrays, so it needs none of numba's counting of references, which would cost most of its time.
_compile = cast(Any, numba.njit)  # numba's own types know only some of its options
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


def compiled(function: Function) -> Function:
    """The function as machine code, to be called by other compiled functions only."""
    return cast(Function, _compile(**_OPTIONS, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function))


def kept(function: Function) -> Function:
    """The same for Python, without the interpreter's lock, kept for the next process where a folder can be written."""
    try:
        return cast(Function, _compile(**_OPTIONS, no_cfunc_wrapper=True, cache=True)(function))
    except RuntimeError:  # no folder that numba may write: every process compiles for itself
        return cast(Function, _compile(**_OPTIONS, no_cfunc_wrapper=True)(function))


def signed(number: int) -> int:
    """A number of 64 bits as the signed integer of the same bits."""
    return number - (1 << 64) if number >> 63 else number


FNV_START, FNV_PRIME = signed(hashing.FNV_START), signed(hashing.FNV_PRIME)
PAIR_PRIME = signed(hashing.PAIR_PRIME)
_SPREAD_1, _SPREAD_2 = signed(hashing.SPREAD_1), signed(hashing.SPREAD_2)
_HIGH = (1 << 31) - 1  # a shift by 33 leaves as many bits
WORD_FAMILY, PAIR_FAMILY, NEGATED_FAMILY, WINDOW_FAMILY, GROUP_FAMILY, GROUPS_FAMILY, STEM_FAMILY = (
    hashing.FAMILIES.values()
)
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
SLOT_NUMBERS = 4  # of 64 bits each, for the slots of the cues

# Columns of what is known of a word or phrase (`table`) and of a token that was met (`memo`). Only `memo` has the hash
# with every digit as 0, the row of the table, what the token is, `TOKEN_DIGITS`, and the number of windows of letters.
# The first eight, which are read of every token, fill a line of the processor's cache.
(KEY, ROLES, BEGINS, SPOKEN, ROW, KIND, DIGITS, WINDOWS, LONGEST, TOPICS, GROUPS, SLOTS) = range(12)
COLUMNS = 16
# Columns of the tokens of one text. `TOKEN_DIGITS` is 0 for a token that is no number, else a hundred times its
# length, and for one or two digits their value (`07` is 207).
TOKEN, START, END, TOKEN_KEY, TOKEN_ROLES, TOKEN_BEGINS, TOKEN_KIND, TOKEN_DIGITS = range(8)
TOKEN_COLUMNS = 8
# What a token is; a mark is its own character.
NO_TOKEN, WORD, EMOJI_TOKEN, CONTESTANT_TOKEN, URL_TOKEN, ACCOUNT_TOKEN, HASH_TOKEN = range(7)
FIRST_MARK = ord("!")
# Columns of the lexicon.
WEIGHT, TURNING, STRENGTH, EMOJI_WEIGHT = range(4)


@compiled
def spread(number: int) -> int:
    """See `hashing.spread`."""
    number = (number ^ ((number >> 33) & _HIGH)) * _SPREAD_1
    number = (number ^ ((number >> 33) & _HIGH)) * _SPREAD_2
    return number ^ ((number >> 33) & _HIGH)


@compiled
def find_row(table: Any, key: int) -> int:
    """The row of a key; for an unknown one the last, which is empty and, being one for all, stays in the cache."""
    last = len(table) - 2
    row = key & last
    while table[row, KEY] != key:
        if table[row, KEY] == 0:
            return len(table) - 1
        row = (row + 1) & last
    return row
