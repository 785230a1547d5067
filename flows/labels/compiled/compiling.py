"""How the kernel's functions are compiled, and the numbers they share."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

from flows.labels import hashing

Function = TypeVar("Function", bound=Callable[..., Any])


# The kernel makes no arrays, so it needs none of numba's counting of references, which would cost most of its time.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


def compiled(function: Function) -> Function:
    """The function as machine code that runs without the interpreter's lock; compiled when it is first called."""
    return cast(Function, numba.njit(**_OPTIONS)(function))


def kept(function: Function) -> Function:
    """The same, kept for the next process where a folder for it can be written."""
    try:
        return cast(Function, numba.njit(**_OPTIONS, cache=True)(function))
    except RuntimeError:  # no folder that numba may write: every process compiles for itself
        return compiled(function)


FNV_START = np.uint64(hashing.FNV_START)
FNV_PRIME = np.uint64(hashing.FNV_PRIME)
PAIR_PRIME = np.uint64(hashing.PAIR_PRIME)
SPREAD_1 = np.uint64(hashing.SPREAD_1)
SPREAD_2 = np.uint64(hashing.SPREAD_2)
HALF = np.uint64(33)
WORD_FAMILY, PAIR_FAMILY, NEGATED_FAMILY, WINDOW_FAMILY, GROUP_FAMILY, GROUPS_FAMILY, STEM_FAMILY = (
    np.uint64(number) for number in hashing.FAMILIES.values()
)

Points = npt.NDArray[np.int32]
Octets = npt.NDArray[np.uint8]


class Table(NamedTuple):
    """The vocabulary as a hash table: `slots` holds the row of each key in `keys` (row 0: nothing known)."""

    keys: npt.NDArray[np.uint64]
    slots: npt.NDArray[np.int32]
    roles: npt.NDArray[np.uint32]
    begins: npt.NDArray[np.uint32]
    longest: npt.NDArray[np.uint8]
    weights: npt.NDArray[np.float64]
    turnings: npt.NDArray[np.float64]
    strengths: npt.NDArray[np.float64]
    emoji: npt.NDArray[np.float64]
    topics: npt.NDArray[np.uint64]
    slots_of: npt.NDArray[np.uint64]  # four numbers of 64 bits each
    groups: npt.NDArray[np.uint64]
    stem_starts: npt.NDArray[np.uint8]  # by `stem_slot` of the first three bytes: whether a stem may begin so


class Tokens(NamedTuple):
    """Room for the tokens of one text: what each is, where its bytes are, its hashes and its row of the table."""

    kinds: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    hashes: npt.NDArray[np.uint64]
    spoken: npt.NDArray[np.uint64]  # the hash with every digit as 0
    rows: npt.NDArray[np.int32]
    digits: npt.NDArray[np.int32]  # length of a number, 0 for other tokens


# What a token is.
WORD, MARK_TOKEN, HASH_TOKEN, EMOJI_TOKEN, URL_TOKEN, ACCOUNT_TOKEN, CONTESTANT_TOKEN, FINGERS_TOKEN = range(8)


class Room(NamedTuple):
    """Room for one text at a time: folded characters, bytes, tokens as typed and as masked, lexicon terms."""

    points: Points
    octets: Octets
    typed: Tokens
    masked: Tokens
    terms: npt.NDArray[np.int32]


@compiled
def spread(number: Any) -> Any:
    """See `hashing.spread`."""
    number = (number ^ (number >> HALF)) * SPREAD_1
    number = (number ^ (number >> HALF)) * SPREAD_2
    return number ^ (number >> HALF)


@compiled
def hash_pair(first: Any, second: Any) -> Any:
    """See `hashing.hash_pair`."""
    return spread(first * PAIR_PRIME + second)


@compiled
def find_row(table: Any, key: Any) -> int:
    """The row of a key, 0 when it is not in the table."""
    last = np.uint64(len(table.keys) - 1)
    slot = key & last
    while table.slots[slot] != 0:
        if table.keys[slot] == key:
            return int(table.slots[slot])
        slot = (slot + np.uint64(1)) & last
    return 0


@compiled
def stem_slot(first: int, second: int, third: int) -> int:
    """Three bytes as a place of `Table.stem_starts`."""
    return (first * 961 + second * 31 + third) & 4095
