"""The room the loop works in: what it writes for one text or block after the other, and what it keeps of all."""

import threading
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from flows.labels.compiled.compiling import COLUMNS
from flows.labels.compiled.scoring import FEATURE_COLUMNS, PUSH_COLUMNS
from flows.labels.compiled.tokens import LISTED, OCTETS, OWN_OCTETS, PART_COLUMNS, PARTS, TOKENS
from flows.machine_code import inlined

Numbers = npt.NDArray[np.int64]

_POINTS_PER_BYTE = 6  # an Arabic ligature of three bytes unfolds to eighteen letters
_BYTES_PER_POINT = 5  # four bytes and a space
MOST_DETECTORS = 1 << 10  # of phrases
_FEATURES_PER_POINT = 3  # words, pairs and negated words; the windows are fewer
SPARE = 64
_MEMO = 100_000  # tokens that are kept at least
BLOCK, _TOKENS = 2_000, 30_000  # texts that are scored together, and their tokens, at most
_PARTS = 1 << 17  # parts of texts that are kept, but for a quarter of them
_KEPT_PER_TOKEN = 16  # bytes
_LINE = 64  # bytes of a line of the processor's cache
_LONGEST = 4096  # bytes of the longest text for which the room is kept


class Room(NamedTuple):
    """What the loop works on for texts up to a length, and from `octets` on what it keeps from one call to the next.

    That is the bytes of tokens, what tokens tell (`memo`, and where a token's key is, `slots`), the sums of their
    windows, the parts of texts with their tokens, and how many of each are used.
    """

    points: npt.NDArray[np.int32]
    typed: Numbers
    masked: Numbers
    terms: Numbers
    groups: Numbers
    features: Numbers
    found: npt.NDArray[np.int16]
    starts: Numbers
    ends: Numbers
    octets: npt.NDArray[np.uint8]
    memo: Numbers
    slots: Numbers
    pushes: Numbers
    parts: Numbers
    listed: Numbers
    used: Numbers


def lines(rows: int, columns: int) -> Numbers:
    """Zeros, the first row at the beginning of a line of the cache."""
    octets = np.zeros(rows * columns * 8 + _LINE, np.uint8)
    start = -octets.ctypes.data % _LINE
    return octets[start : start + rows * columns * 8].view(np.int64).reshape(rows, columns)


class _Kept(threading.local):
    """The room of each thread, with the vocabulary and the weights that its memo was made from."""

    room: Room | None = None
    rows: Numbers | None = None
    windows: Numbers | None = None


_kept = _Kept()


def new_room(longest: int) -> Room:
    points = _POINTS_PER_BYTE * longest + SPARE
    memo = _MEMO + points
    octets = np.zeros(_KEPT_PER_TOKEN * memo + _BYTES_PER_POINT * points, np.uint8)
    octets[: len(OWN_OCTETS)] = list(OWN_OCTETS)
    return Room(
        points=np.zeros(points, np.int32),
        typed=np.zeros(points, np.int64),
        masked=np.zeros(points + _TOKENS, np.int64),
        terms=np.zeros(points, np.int64),
        groups=np.zeros(points + _TOKENS, np.int64),
        features=np.zeros((_FEATURES_PER_POINT * points, FEATURE_COLUMNS), np.int64),
        found=np.zeros(MOST_DETECTORS, np.int16),
        starts=np.zeros(BLOCK + 1, np.int64),
        ends=np.zeros(2, np.int64),
        octets=octets,
        memo=lines(memo, COLUMNS),
        slots=np.zeros(1 << (2 * memo).bit_length(), np.int64),
        pushes=lines(memo, PUSH_COLUMNS),
        parts=lines(max(_PARTS, 1 << (2 * longest).bit_length()), PART_COLUMNS),
        listed=np.zeros(2 * memo, np.int64),
        used=np.zeros(4, np.int64),
    )


def room_for(longest: int, rows: Numbers, windows: Numbers | None) -> Room:
    """The thread's own room, a new one when the vocabulary or the weights (None: of no account) changed."""
    if longest > _LONGEST:
        return new_room(longest)
    is_other = _kept.rows is not rows or (windows is not None and _kept.windows is not windows)
    if _kept.room is None or is_other:
        _kept.room = new_room(_LONGEST)
    _kept.rows = rows
    _kept.windows = _kept.windows if windows is None else windows
    return _kept.room


@inlined
def has_room(room: Any, at: int, size: int) -> bool:
    """Whether there is room for a text of so many bytes, in the memo and after so many tokens of its block."""
    points = _POINTS_PER_BYTE * size + SPARE
    return bool(
        at + points <= len(room.masked)
        and room.used[TOKENS] + points <= len(room.memo)
        and room.used[OCTETS] + _BYTES_PER_POINT * points <= len(room.octets)
        and room.used[PARTS] + size <= len(room.parts) * 3 // 4
        and room.used[LISTED] + points <= len(room.listed)
    )
