"""The compiled loop over many texts, and the tables it reads.

Numba keeps machine code by the source of the outermost function only; the digest of all the kernel's sources is
therefore part of the loop, so that a change in any of them is compiled anew.
"""

import fcntl
import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

import sql
from flows.labels.compiled.compiling import (
    BEGINS,
    COLUMNS,
    EMOJI_WEIGHT,
    END,
    GROUPS,
    KEY,
    LONGEST,
    ROLES,
    SLOT_NUMBERS,
    SLOTS,
    START,
    STRENGTH,
    TOKEN_COLUMNS,
    TOKEN_KIND,
    TOPICS,
    TURNING,
    WEIGHT,
    WORD,
    kept,
)
from flows.labels.compiled.letters import CHARACTER, LIMIT, fold_text, packed_letters
from flows.labels.compiled.rules import (
    has_content,
    lexicon_score,
    mask_tokens,
    may_name_place,
    read_words,
    tell_language,
)
from flows.labels.compiled.scoring import WIDTH, add_rows, add_windows, list_groups, list_windows, list_words, packed
from flows.labels.compiled.tokens import OWN_OCTETS, PRESET, spell_text
from flows.labels.hashing import hash_stem, hash_words
from flows.labels.letters import LATIN, LETTER
from flows.labels.vocabulary import Entry, read_vocabulary

Numbers = npt.NDArray[np.int64]

# What the loop is to do: labels, the normalised texts, these with contestants masked, or lists of features.
LABEL, WRITE, WRITE_MASKED, LIST = range(4)
# Columns of what is found of each text, after the sums of the three families of features.
HAS_CONTENT, MAY_NAME_PLACE, LANGUAGE, COUNTS = (3 * WIDTH + n for n in range(4))
FOUND_COLUMNS = COUNTS + 3
_POINTS_PER_BYTE = 6  # an Arabic ligature of three bytes unfolds to eighteen letters
_BYTES_PER_POINT = 5  # four bytes and a space
_FEATURES_PER_POINT = 3  # words, pairs and negated words; the windows are fewer
_SPARE = 64
_MEMO = 1 << 17  # tokens that are kept at least
_LINE = 64  # bytes of a line of the processor's cache
_LONGEST = 4096  # bytes of the longest text for which the room is kept
_FULL = 5, 8  # the share of the memo from which it is emptied
_SOURCES = ("batch", "compiling", "letters", "rules", "scoring", "tokens")
_TABLES = ("hashing.py", "letters.py", "reference.py", "spelling.py", "vocabulary.py")  # whose constants are compiled


class Table(NamedTuple):
    """The vocabulary as a hash table: a row a key (0: empty) with its facts, and its numbers of the lexicon."""

    rows: Numbers
    lexicon: npt.NDArray[np.float64]


class Found(NamedTuple):
    """What the loop writes. For each text: the bits of topics and slots, the numbers of `HAS_CONTENT` and so on, the
    lexicon's score. Of `WRITE` the bytes, of `LIST` the features' hashes of each family, and where each text's end.
    """

    bits: Numbers
    numbers: npt.NDArray[np.int32]
    lexicon: npt.NDArray[np.float64]
    written: npt.NDArray[np.uint8]
    listed: Numbers
    ends: Numbers


def found_of(texts: int, mode: int, size: int = 0) -> Found:
    """Room for what the loop writes in this mode of so many texts; `size` bytes, or hashes of each family."""
    is_label, is_list = mode == LABEL, mode == LIST
    return Found(
        bits=np.zeros((texts if is_label or is_list else 0, 1 + SLOT_NUMBERS), np.int64),
        numbers=np.zeros((texts if is_label else 0, FOUND_COLUMNS), np.int32),
        lexicon=np.zeros(texts if is_label or is_list else 0),
        written=np.zeros(0 if is_label or is_list else size, np.uint8),
        listed=np.zeros((3, size if is_list else 0), np.int64),
        ends=np.zeros((0 if is_label else texts, 3), np.int64),
    )


@cache
def read_letters_table() -> npt.NDArray[np.int32]:
    """See `packed_letters`."""
    return packed_letters()


@cache
def no_weights() -> tuple[Numbers, ...]:
    """Matrices for a loop that scores nothing."""
    return (packed(np.zeros((1, WIDTH), np.int8)),) * 3


@cache
def read_table(seeds: Path = sql.SEEDS) -> Table:
    """The vocabulary of a folder of seeds as arrays."""
    vocabulary = read_vocabulary(seeds)
    known = [(hash_words(key), entry) for key, entry in vocabulary.entries.items()]
    known += [(hash_stem(stem), entry) for stem, entry in vocabulary.stems.items()]
    size = 1 << (2 * len(known)).bit_length()
    rows, lexicon = _lines(size + 1, COLUMNS).view(np.uint64), np.zeros((size + 1, 4))
    lexicon[:] = _numbers(Entry())
    for key, entry in known:
        row = key & (size - 1)
        while rows[row, KEY]:
            row = (row + 1) & (size - 1)
        rows[row, [KEY, ROLES, BEGINS, LONGEST]] = np.array([key, entry.roles, entry.begins, entry.longest], np.uint64)
        rows[row, [TOPICS, GROUPS]] = np.array([entry.topics, entry.groups], np.uint64)
        parts = [entry.slots >> 64 * n & (1 << 64) - 1 for n in range(SLOT_NUMBERS)]
        rows[row, SLOTS : SLOTS + SLOT_NUMBERS] = np.array(parts, np.uint64)
        lexicon[row] = _numbers(entry)
    return Table(rows.view(np.int64), lexicon)


def _numbers(entry: Entry) -> list[float]:
    numbers = {WEIGHT: entry.weight, TURNING: entry.turning, STRENGTH: entry.strength, EMOJI_WEIGHT: entry.emoji}
    return [numbers[column] for column in range(len(numbers))]


def _lines(rows: int, columns: int) -> Numbers:
    """Noughts, the first row at the beginning of a line of the cache."""
    octets = np.zeros(rows * columns * 8 + _LINE, np.uint8)
    start = -octets.ctypes.data % _LINE
    return octets[start : start + rows * columns * 8].view(np.int64).reshape(rows, columns)


class _Room(NamedTuple):
    """What the loop works on for texts up to a length. The memo holds what tokens tell, from one call to the next."""

    points: npt.NDArray[np.int32]
    octets: npt.NDArray[np.uint8]
    typed: Numbers
    masked: Numbers
    notes: Numbers
    hashes: Numbers
    memo: Numbers
    pushes: Numbers


class _Kept(threading.local):
    """The room of each thread, with the vocabulary and the weights that its memo was made from."""

    room: _Room | None = None
    table: Numbers | None = None
    windows: Numbers | None = None


_kept = _Kept()


def _new_room(longest: int) -> _Room:
    points = _POINTS_PER_BYTE * longest + _SPARE
    memo = max(_MEMO, 1 << (longest + _SPARE).bit_length())
    octets = np.zeros(_BYTES_PER_POINT * points, np.uint8)
    octets[: len(OWN_OCTETS)] = list(OWN_OCTETS)
    return _Room(
        points=np.zeros(points, np.int32),
        octets=octets,
        typed=_lines(points, TOKEN_COLUMNS),
        masked=_lines(points, TOKEN_COLUMNS),
        notes=np.zeros((4, points), np.int64),
        hashes=np.zeros(_FEATURES_PER_POINT * points, np.int64),
        memo=_lines(memo + 1, COLUMNS),
        pushes=_lines(memo + 1, 4),
    )


def _room_for(longest: int, table: Numbers, windows: Numbers | None) -> _Room:
    """The thread's own room, its memo emptied when the vocabulary or the weights (None: of no account) changed."""
    if longest > _LONGEST:
        return _new_room(longest)
    if _kept.room is None:
        _kept.room = _new_room(_LONGEST)
    elif _kept.table is not table or (windows is not None and _kept.windows is not windows):
        _kept.room.memo[:, KEY] = 0
    _kept.table = table
    _kept.windows = _kept.windows if windows is None else windows
    return _kept.room


def run_loop(
    mode: int,
    data: npt.NDArray[np.uint8],
    offsets: Numbers,
    table: Table,
    matrices: tuple[Numbers, ...],
    found: Found,
) -> int:
    """Runs the loop over texts (UTF-8 bytes, and where each begins and ends); gives the bytes that `WRITE` needs."""
    longest = int(np.diff(offsets).max(initial=0))
    room = _room_for(longest, table.rows, matrices[1] if mode == LABEL else None)
    return int(compiled_loop()(mode, data, offsets, read_letters_table(), *table, *matrices, *room, *found))


@cache
def compiled_loop() -> Callable[..., int]:
    """The loop, compiled or read from where it is kept; one process compiles, others wait for what it keeps.

    No vocabulary and no weights are read for it.
    """
    nothing = Table(_lines(2, COLUMNS), np.zeros((2, 4)))
    data, offsets = np.zeros(0, np.uint8), np.zeros(1, np.int64)
    for array in (data, offsets):
        array.flags.writeable = False  # as those of texts are
    room, found = _new_room(0), found_of(0, LABEL)
    with _alone():
        loop = _loop()
        loop(LABEL, data, offsets, read_letters_table(), *nothing, *no_weights(), *room, *found)
    return loop


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time. The lock is on this file; on a file system without locks every process compiles."""
    with Path(__file__).open("rb") as file:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@cache
def _digest() -> str:
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in (*(folder / f"{name}.py" for name in _SOURCES), *(folder.parent / n for n in _TABLES)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _loop() -> Callable[..., int]:
    """The loop over texts, compiled once for all that it can do."""
    sources = _digest()

    def read_texts(
        mode: int,
        data: Any,
        offsets: Any,
        letters: Any,
        table: Any,
        lexicon: Any,
        words: Any,
        windows: Any,
        group_weights: Any,
        points: Any,
        octets: Any,
        typed: Any,
        masked: Any,
        notes: Any,
        hashes: Any,
        memo: Any,
        pushes: Any,
        bits: Any,
        numbers: Any,
        scores: Any,
        written: Any,
        listed: Any,
        ends: Any,
    ) -> int:
        size, is_label = len(memo) - 1, mode == LABEL
        terms, groups, ends_of, lanes = notes[0], notes[1], notes[2], notes[3]
        at = 0
        for family in range(3):
            ends_of[family] = 0
        for row in range(len(offsets) - 1):
            if memo[size, 0] + offsets[row + 1] - offsets[row] > size * _FULL[0] // _FULL[1]:
                memo[:, KEY] = 0
            length, is_plain = fold_text(data, offsets[row], offsets[row + 1], letters, points)
            count = spell_text(points, length, letters, table, memo, pushes, windows, hashes, octets, typed, is_label)
            tokens, first = typed, PRESET
            if is_label:
                numbers[row, HAS_CONTENT] = has_content(typed, count)
                numbers[row, MAY_NAME_PLACE] = may_name_place(typed, count, memo, table)
            if mode != WRITE:
                count = mask_tokens(typed, count, memo, table, masked)
                tokens, first = masked, 0
            if mode == WRITE or mode == WRITE_MASKED:
                for n in range(first, count + 1):
                    start, end = (tokens[n, START] - 1, tokens[n, END]) if n < count else (0, 1)
                    for place in range(start, end):
                        if at < len(written):
                            written[at] = octets[place]
                        at += 1
                ends[row, 0] = at
                continue
            number = read_words(masked, count, memo, table, terms, groups, bits[row])
            scores[row] = lexicon_score(terms, number, lexicon)
            parts = 0
            if mode == LIST:
                for n in range(count):
                    if masked[n, TOKEN_KIND] == WORD:
                        parts += list_windows(octets, masked[n, START], masked[n, END], listed[1][ends_of[1] + parts :])
            else:
                parts = add_windows(masked, count, memo, pushes, octets, windows, hashes, lanes, numbers[row, WIDTH:])
            singles = list_words(masked, count, memo, hashes)
            more = list_groups(masked, count, groups, hashes[singles:])
            if mode == LIST:
                for n in range(singles + more):
                    family = 0 if n < singles else 2
                    listed[family, ends_of[family]] = hashes[n]
                    ends_of[family] += 1
                ends_of[1] += parts
                for family in range(3):
                    ends[row, family] = ends_of[family]
                continue
            add_rows(hashes, singles, words, lanes, numbers[row])
            add_rows(hashes[singles:], more, group_weights, lanes, numbers[row, 2 * WIDTH :])
            numbers[row, COUNTS], numbers[row, COUNTS + 1], numbers[row, COUNTS + 2] = singles, parts, more
            latin, foreign = 0, 0
            if not is_plain:
                for n in range(length):
                    latin += letters[min(points[n], LIMIT), CHARACTER] == LATIN
                    foreign += letters[min(points[n], LIMIT), CHARACTER] == LETTER
            numbers[row, LANGUAGE] = tell_language(masked, count, foreign > latin)
        return at if sources else 0

    return kept(read_texts)
