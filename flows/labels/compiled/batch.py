"""The compiled loop over many texts, and the room it works in.

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

from flows.labels.compiled.compiling import BLANK, COLUMNS, END, KEY, KIND, PAIR_PRIME, START, STEM_START, WORD, spread
from flows.labels.compiled.letters import packed_letters
from flows.labels.compiled.phrases import Phrases, add_phrases, list_steps, no_phrases
from flows.labels.compiled.rules import (
    COUNTS,
    FACTS,
    HAS_CONTENT,
    LANGUAGE,
    MAY_NAME_PLACE,
    NAMES,
    copy_tokens,
    drop_addresses,
    has_content,
    lexicon_score,
    mask_tokens,
    may_name_place,
    read_words,
    tell_language,
    told_roles,
)
from flows.labels.compiled.scoring import (
    FEATURE_COLUMNS,
    WIDTH,
    add_windows,
    list_groups,
    list_windows,
    list_words,
    padded,
    sum_rows,
)
from flows.labels.compiled.tokens import LISTED, OCTETS, OWN_OCTETS, PART_COLUMNS, PARTS, TOKENS, forget, spell_text
from flows.labels.keeping import kept_arrays
from flows.labels.roles import BEGIN, LEXICON, as_rule
from flows.machine_code import compiled, folder_of, kept

Numbers = npt.NDArray[np.int64]

# What the loop gives of texts, each with what the one before it does but for the keys and the sums: the texts as typed,
# in the spelling of the rules; the keys of terms; the texts with contestants masked, and what their words tell; the
# sums of weights; the features.
SPELL, KEYS, READ, SCORE, LIST = range(5)
FAMILIES = 3  # of features: words, windows, groups
_POINTS_PER_BYTE = 6  # an Arabic ligature of three bytes unfolds to eighteen letters
_BYTES_PER_POINT = 5  # four bytes and a space
MOST_DETECTORS = 1 << 10  # of phrases
_FEATURES_PER_POINT = 3  # words, pairs and negated words; the windows are fewer
_FEATURES_PER_BYTE = 24  # of a text, at most, of any family
_WRITTEN_PER_BYTE = 2  # of a text, at first
_SPARE = 64
_MEMO = 100_000  # tokens that are kept at least
_PARTS = 1 << 17  # parts of texts that are kept, but for a quarter of them
_KEPT_PER_TOKEN = 16  # bytes
_LINE = 64  # bytes of a line of the processor's cache
_LONGEST = 4096  # bytes of the longest text for which the room is kept
_COMPILED_TOO = ("letters.py", "roles.py")  # whose constants the kernel holds


class Tables(NamedTuple):
    """What the loop looks up: letters, the vocabulary as a hash table with its numbers of the lexicon, and patterns.

    `rows` is a row a key (0: empty) with its facts, and one that stays empty.
    """

    letters: npt.NDArray[np.int32]
    rows: Numbers
    lexicon: npt.NDArray[np.float64]
    addresses: Numbers
    contestants: Numbers
    places: Numbers


class Matrices(NamedTuple):
    """The weights of each family of features, a row a bucket, and the detectors of phrases."""

    words: npt.NDArray[np.int8]
    windows: npt.NDArray[np.int8]
    groups: npt.NDArray[np.int8]
    phrases: Phrases


class Output(NamedTuple):
    """What the loop writes, by text, as far as its mode gives it.

    `facts` has the columns of `HAS_CONTENT` and so on. Texts are bytes, and where each ends; `typed` are in `SPELL`
    all, else those that may name a place, and empty ones. `keys` are those of a term and of the beginning of a word.
    `features` of each family are rows of hash, kind and parts (`scoring.py`), and where those of each text end; `steps`
    are the rows of a text's words for the detectors of phrases, between two that are none.
    """

    facts: Numbers
    lexicon: npt.NDArray[np.float64]
    sums: npt.NDArray[np.int32]
    phrases: Numbers
    keys: Numbers
    typed: npt.NDArray[np.uint8]
    typed_ends: Numbers
    masked: npt.NDArray[np.uint8]
    masked_ends: Numbers
    features: Numbers
    feature_ends: Numbers
    steps: Numbers
    step_ends: Numbers


class _Room(NamedTuple):
    """What the loop works on for texts up to a length, and from `octets` on what it keeps from one call to the next.

    That is the bytes of tokens, what tokens tell (`memo`, and where a token's key is, `index`), the sums of their
    windows and how many these are, the parts of texts with their tokens, and how many of each are used.
    """

    points: npt.NDArray[np.int32]
    typed: Numbers
    masked: Numbers
    terms: Numbers
    groups: Numbers
    features: Numbers
    found: npt.NDArray[np.int16]
    octets: npt.NDArray[np.uint8]
    memo: Numbers
    index: Numbers
    pushes: npt.NDArray[np.int32]
    windows: Numbers
    parts: Numbers
    listed: Numbers
    used: Numbers


def lines(rows: int, columns: int) -> Numbers:
    """Zeros, the first row at the beginning of a line of the cache."""
    octets = np.zeros(rows * columns * 8 + _LINE, np.uint8)
    start = -octets.ctypes.data % _LINE
    return octets[start : start + rows * columns * 8].view(np.int64).reshape(rows, columns)


def kept_folder() -> Path | None:
    """Where the machine code of the loop lies, and what is kept beside it; None where nothing is kept."""
    return folder_of(_loop())


@cache
def no_tables() -> Tables:
    """Tables without words, for what needs none."""
    none = as_rule([])
    letters = kept_arrays(kept_folder(), "letters", "", lambda: {"letters": packed_letters()})["letters"]
    return Tables(letters, lines(2, COLUMNS), np.zeros((2, 4)), none, none, none)


@cache
def no_matrices() -> Matrices:
    """Matrices for a loop that scores nothing."""
    return Matrices(*(padded(np.zeros((1, WIDTH), np.int8)),) * 3, no_phrases())


def _output_of(mode: int, texts: int, size: int, written: int, phrased: int) -> Output:
    """Room for what the loop writes in this mode of so many texts of so many bytes, `written` as texts.

    `phrased` is the number of outputs that the detectors of phrases add to.
    """
    read, scored, listed = mode >= READ, texts * (mode == SCORE), texts * (mode == LIST)
    features = _FEATURES_PER_BYTE * (size + 8 * texts) + _SPARE if mode == LIST else 0
    return Output(
        facts=np.zeros((texts * read, FACTS), np.int64),
        lexicon=np.zeros(texts * read),
        sums=np.zeros((scored, FAMILIES, WIDTH), np.int32),
        phrases=np.zeros((scored, phrased), np.int64),
        keys=np.zeros((texts * (mode == KEYS), 2), np.int64),
        typed=np.zeros(written, np.uint8),
        typed_ends=np.zeros(texts, np.int64),
        masked=np.zeros(written * read, np.uint8),
        masked_ends=np.zeros(texts * read, np.int64),
        features=np.zeros((FAMILIES, features, FEATURE_COLUMNS), np.int64),
        feature_ends=np.zeros((listed, FAMILIES), np.int64),
        steps=np.zeros(features, np.int64),
        step_ends=np.zeros(listed, np.int64),
    )


class _Kept(threading.local):
    """The room of each thread, with the vocabulary and the weights that its memo was made from."""

    room: _Room | None = None
    rows: Numbers | None = None
    windows: npt.NDArray[np.int8] | None = None


_kept = _Kept()


def _new_room(longest: int) -> _Room:
    points = _POINTS_PER_BYTE * longest + _SPARE
    memo = _MEMO + points
    octets = np.zeros(_KEPT_PER_TOKEN * memo + _BYTES_PER_POINT * points, np.uint8)
    octets[: len(OWN_OCTETS)] = list(OWN_OCTETS)
    return _Room(
        points=np.zeros(points, np.int32),
        typed=np.zeros(points, np.int64),
        masked=np.zeros(points, np.int64),
        terms=np.zeros(points, np.int64),
        groups=np.zeros(points, np.int64),
        features=np.zeros((_FEATURES_PER_POINT * points, FEATURE_COLUMNS), np.int64),
        found=np.zeros(MOST_DETECTORS, np.int16),
        octets=octets,
        memo=lines(memo, COLUMNS),
        index=np.zeros(1 << (2 * memo).bit_length(), np.int64),
        pushes=np.zeros((memo, WIDTH), np.int32),
        windows=np.zeros(memo, np.int64),
        parts=lines(max(_PARTS, 1 << longest.bit_length()), PART_COLUMNS),
        listed=np.zeros(2 * memo, np.int64),
        used=np.zeros(4, np.int64),
    )


def _room_for(longest: int, rows: Numbers, windows: npt.NDArray[np.int8] | None) -> _Room:
    """The thread's own room, a new one when the vocabulary or the weights (None: of no account) changed."""
    if longest > _LONGEST:
        return _new_room(longest)
    is_other = _kept.rows is not rows or (windows is not None and _kept.windows is not windows)
    if _kept.room is None or is_other:
        _kept.room = _new_room(_LONGEST)
    _kept.rows = rows
    _kept.windows = _kept.windows if windows is None else windows
    return _kept.room


def run_loop(
    mode: int,
    data: npt.NDArray[np.uint8],
    offsets: Numbers,
    tables: Tables | None = None,
    matrices: Matrices | None = None,
) -> Output:
    """Runs the loop over texts: UTF-8 bytes, and where each begins and ends, both read-only."""
    tables, matrices = tables or no_tables(), matrices or no_matrices()
    longest, size, count = int(np.diff(offsets).max(initial=0)), int(offsets[-1] - offsets[0]), len(offsets) - 1
    room = _room_for(longest, tables.rows, matrices.windows if mode == SCORE else None)
    written = _WRITTEN_PER_BYTE * size + 2 * count + 1
    while True:
        output = _output_of(mode, count, size, written, len(matrices.phrases.worths))
        needed = compiled_loop()(mode, data, offsets, tables, matrices, room, output)
        if needed <= written:
            return output
        written = needed


@cache
def compiled_loop() -> Callable[..., int]:
    """The loop, compiled or read from where it is kept; one process compiles, others wait for what it keeps.

    No vocabulary and no weights are read for it.
    """
    data, offsets = np.zeros(0, np.uint8), np.zeros(1, np.int64)
    for array in (data, offsets):
        array.flags.writeable = False  # as those of texts are
    with _alone():
        loop = _loop()
        loop(SCORE, data, offsets, no_tables(), no_matrices(), _new_room(0), _output_of(SCORE, 0, 0, 0, 0))
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
    for path in (*sorted(folder.glob("*.py")), *(folder.parent / name for name in _COMPILED_TOO)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@compiled
def _has_room(room: Any, size: int) -> bool:
    """Whether what is kept of a text of so many bytes still has room."""
    points = _POINTS_PER_BYTE * size + _SPARE
    return bool(
        room.used[TOKENS] + points <= len(room.memo)
        and room.used[OCTETS] + _BYTES_PER_POINT * points <= len(room.octets)
        and room.used[PARTS] + size <= len(room.parts) * 3 // 4
        and room.used[LISTED] + points <= len(room.listed)
    )


@compiled
def _write(room: Any, tokens: Any, count: int, written: Any, at: int) -> int:
    """Writes tokens with a space on each side, as far as there is room; gives where they end."""
    octets, memo = room.octets, room.memo
    for n in range(count):
        start = memo[tokens[n], START] - 1  # the space before it
        size = memo[tokens[n], END] - start
        if at + size <= len(written):
            for place in range(size):
                written[at + place] = octets[start + place]
        at += size
    if at < len(written):
        written[at] = BLANK
    return at + 1


@compiled
def _list_features(room: Any, count: int, rows: Any, output: Any, row: int) -> None:
    """Every feature of masked tokens, after those of the texts before, and the steps of phrases."""
    at = output.step_ends[row - 1] if row > 0 else 0
    output.step_ends[row] = at + list_steps(room.masked, count, room.memo, rows, output.steps[at:]) + 1
    ends = output.feature_ends
    for family in range(FAMILIES):
        ends[row, family] = ends[row - 1, family] if row > 0 else 0
    singles = list_words(room.masked, count, room.memo, room.features)
    more = list_groups(room.masked, count, room.memo, room.groups, room.features[singles:])
    for n in range(singles + more):
        family = 0 if n < singles else 2
        for column in range(FEATURE_COLUMNS):
            output.features[family, ends[row, family], column] = room.features[n, column]
        ends[row, family] += 1
    for place in range(count):
        token = room.masked[place]
        if room.memo[token, KIND] == WORD:
            start, end = room.memo[token, START], room.memo[token, END]
            ends[row, 1] += list_windows(room.octets, start, end, place, output.features[1, ends[row, 1] :])


@compiled
def _score(room: Any, count: int, matrices: Any, sums: Any, phrased: Any, counts: Any) -> None:
    """Adds the weights of the features and phrases of masked tokens, and counts the features."""
    counts[0] = list_words(room.masked, count, room.memo, room.features)
    sum_rows(room.features, counts[0], matrices.words, sums[0])
    end = list_steps(room.masked, count, room.memo, matrices.phrases.rows, room.terms)  # the terms have been read
    add_phrases(room.terms, end, matrices.phrases, room.found, phrased)
    counts[2] = list_groups(room.masked, count, room.memo, room.groups, room.features)
    sum_rows(room.features, counts[2], matrices.groups, sums[2])
    counts[1] = add_windows(room, count, matrices.windows, sums[1])


@compiled
def _key_text(room: Any, count: int, keys: Any) -> None:
    """The keys of typed tokens as a term and as the beginning of a word."""
    key = room.memo[room.typed[0], KEY]
    keys[1] = spread(STEM_START + key)
    for n in range(1, count):
        key = spread(key * PAIR_PRIME + room.memo[room.typed[n], KEY])
    keys[0] = key


@cache
def _loop() -> Callable[..., int]:
    """The loop over texts, compiled once for all that it can do. It gives the bytes that its texts need as written."""
    sources = _digest()

    def read_texts(mode: int, data: Any, offsets: Any, tables: Any, matrices: Any, room: Any, output: Any) -> int:
        memo = room.memo
        typed_at, masked_at = 0, 0
        for row in range(len(offsets) - 1):
            first, last = offsets[row], offsets[row + 1]
            if room.used[TOKENS] == 0 or not _has_room(room, last - first):
                forget(room, tables.rows)
            count, balance = spell_text(room, data, first, last, tables)
            if mode == KEYS:
                _key_text(room, count, output.keys[row])
                continue
            told = told_roles(room.typed, count, memo)
            may_name = mode == SPELL
            if mode != SPELL and told & tables.places[0, BEGIN]:
                may_name = may_name_place(room.typed, count, memo, tables)
            if may_name:
                typed_at = _write(room, room.typed, count, output.typed, typed_at)
            output.typed_ends[row] = typed_at
            if mode == SPELL:
                continue
            facts = output.facts[row]
            facts[HAS_CONTENT], facts[MAY_NAME_PLACE] = has_content(room.typed, count, memo), may_name
            if told & tables.addresses[0, BEGIN]:
                count = drop_addresses(room.typed, count, memo, tables)
            if told & (tables.contestants[0, BEGIN] | NAMES):
                count = mask_tokens(room, count, tables)
            else:
                copy_tokens(room, count)
            masked_at = _write(room, room.masked, count, output.masked, masked_at)
            output.masked_ends[row] = masked_at
            terms = read_words(room, count, tables.rows, facts)
            if told & LEXICON:
                output.lexicon[row] = lexicon_score(room.terms, terms, tables.lexicon)
            facts[LANGUAGE] = tell_language(room.masked, count, memo, balance < 0)
            if mode == SCORE:
                _score(room, count, matrices, output.sums[row], output.phrases[row], facts[COUNTS:])
            elif mode == LIST:
                _list_features(room, count, matrices.phrases.rows, output, row)
        return max(typed_at, masked_at) if sources else 0

    return kept(read_texts)
