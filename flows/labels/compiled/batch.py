"""The compiled loop over many texts, and the room it works in.

Numba keeps machine code by the source of the outermost function only; the digest of all the kernel's sources is
therefore part of the loop, so that a change in any of them is compiled anew.
"""

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from flows.labels.compiled.compiling import (
    BLANK,
    COLUMNS,
    END,
    KEY,
    KIND,
    NOUGHT,
    PAIR_PRIME,
    START,
    STEM_START,
    WORD,
    bits_of,
    spread,
)
from flows.labels.compiled.letters import packed_letters
from flows.labels.compiled.phrases import Phrases, add_phrases, list_steps, no_phrases
from flows.labels.compiled.room import BLOCK, SPARE, has_room, lines, new_room, room_for
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
    add_rows,
    add_windows,
    list_groups,
    list_windows,
    list_words,
    packed,
)
from flows.labels.compiled.tokens import TOKENS, forget, spell_text
from flows.labels.keeping import kept_arrays
from flows.labels.roles import BEGIN, LEXICON, as_rule
from flows.machine_code import compiled, folder_of, kept

Numbers = npt.NDArray[np.int64]

# What the loop gives of texts, each with what the one before it does but for the keys and the sums: the texts as typed,
# in the spelling of the rules; the keys of terms; the texts with contestants masked, and what their words tell; the
# sums of weights; the features.
SPELL, KEYS, READ, SCORE, LIST = range(5)
FAMILIES = 3  # of features: words, windows, groups
_FEATURES_PER_BYTE = 24  # of a text, at most, of any family
_WRITTEN_PER_BYTE = 2  # of a text, at first
_COMPILED_TOO = ("letters.py", "roles.py")  # whose constants the kernel holds


class Tables(NamedTuple):
    """What the loop looks up: letters, the vocabulary as a hash table with its numbers of the lexicon, and patterns.

    `rows` is a row a key (0: empty) with its facts, and one that stays empty; `rare` has a bit for each key of a phrase
    or of the beginning of a word.
    """

    letters: npt.NDArray[np.int32]
    rows: Numbers
    rare: npt.NDArray[np.uint8]
    lexicon: npt.NDArray[np.float64]
    addresses: Numbers
    contestants: Numbers
    places: Numbers


class Matrices(NamedTuple):
    """The weights of each family of features, a row a bucket, and the detectors of phrases."""

    words: Numbers
    windows: Numbers
    groups: Numbers
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


def kept_folder() -> Path | None:
    """Where the machine code of the loop lies, and what is kept beside it; None where nothing is kept."""
    return folder_of(_loop())


@cache
def no_tables() -> Tables:
    """Tables without words, for what needs none."""
    none = as_rule([])
    letters = kept_arrays(kept_folder(), "letters", "", lambda: {"letters": packed_letters()})["letters"]
    return Tables(letters, lines(2, COLUMNS), bits_of([], 1), np.zeros((2, 4)), none, none, none)


@cache
def no_matrices() -> Matrices:
    """Matrices for a loop that scores nothing."""
    return Matrices(*(packed(np.zeros((1, WIDTH), np.int8)),) * 3, no_phrases())


def _output_of(mode: int, texts: int, size: int, written: int, phrased: int) -> Output:
    """Room for what the loop writes in this mode of so many texts of so many bytes, `written` as texts.

    `phrased` is the number of outputs that the detectors of phrases add to.
    """
    read, scored, listed = mode >= READ, texts * (mode == SCORE), texts * (mode == LIST)
    features = _FEATURES_PER_BYTE * (size + 8 * texts) + SPARE if mode == LIST else 0
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
    room = room_for(longest, tables.rows, matrices.windows if mode == SCORE else None)
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
        loop(SCORE, data, offsets, no_tables(), no_matrices(), new_room(0), _output_of(SCORE, 0, 0, 0, 0))
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
def _write(tokens: Any, count: int, memo: Any, octets: Any, written: Any, at: int) -> int:
    """Writes tokens with a space on each side, as far as there is room; gives where they end."""
    for n in range(count):
        start = memo[tokens[n], START] - 1  # the space before it
        size = memo[tokens[n], END] - start
        if at + size <= len(written):
            for place in range(size):
                written[at + place] = octets[start + place]
        at += size
    if at < len(written):
        written[at] = BLANK
    return int(at + 1)


@compiled
def _list_features(tokens: Any, count: int, room: Any, groups: Any, rows: Any, output: Any, row: int) -> None:
    """Every feature of masked tokens, after those of the texts before, and the steps of phrases."""
    at = output.step_ends[row - 1] if row > 0 else 0
    output.step_ends[row] = at + list_steps(tokens, count, room.memo, rows, output.steps[at:]) + 1
    ends = output.feature_ends
    for family in range(FAMILIES):
        ends[row, family] = ends[row - 1, family] if row > 0 else 0
    singles = list_words(tokens, count, room.memo, room.features)
    more = list_groups(tokens, count, room.memo, groups, room.features[singles:])
    for n in range(singles + more):
        family = 0 if n < singles else 2
        for column in range(FEATURE_COLUMNS):
            output.features[family, ends[row, family], column] = room.features[n, column]
        ends[row, family] += 1
    for place in range(count):
        token = tokens[place]
        if room.memo[token, KIND] == WORD:
            start, end = room.memo[token, START], room.memo[token, END]
            ends[row, 1] += list_windows(room.octets, start, end, place, output.features[1, ends[row, 1] :])


@compiled
def _score(room: Any, first: int, texts: int, matrices: Any, output: Any) -> None:
    """Adds the weights of the features and phrases of the texts of a block, and counts the features.

    One part of the model after the other reads all texts, so that its weights are in the cache.
    """
    features, memo, phrases = room.features, room.memo, matrices.phrases
    for n in range(texts):
        tokens, count = room.masked[room.starts[n] :], room.starts[n + 1] - room.starts[n]
        facts, sums = output.facts[first + n, COUNTS:], output.sums[first + n]
        facts[0] = list_words(tokens, count, memo, features)
        add_rows(features, facts[0], matrices.words, sums[0])
    for n in range(texts):
        tokens, count = room.masked[room.starts[n] :], room.starts[n + 1] - room.starts[n]
        facts, sums = output.facts[first + n, COUNTS:], output.sums[first + n]
        facts[1] = add_windows(tokens, count, room, matrices.windows, sums[1])
        rest = features[facts[0] :]  # as many as in a list, after the words
        facts[2] = list_groups(tokens, count, memo, room.groups[room.starts[n] :], rest)
        add_rows(rest, facts[2], matrices.groups, sums[2])
    for n in range(texts):
        tokens, count = room.masked[room.starts[n] :], room.starts[n + 1] - room.starts[n]
        end = list_steps(tokens, count, memo, phrases.rows, room.terms)  # the terms have been read
        add_phrases(room.terms, end, phrases, room.found, output.phrases[first + n])


@compiled
def _key_text(room: Any, count: int, keys: Any) -> None:
    """The keys of typed tokens as a term and as the beginning of a word."""
    key = room.memo[room.typed[0], KEY]
    keys[1] = spread(STEM_START + key)
    for n in range(1, count):
        key = spread(key * PAIR_PRIME + room.memo[room.typed[n], KEY])
    keys[0] = key


@compiled
def _read(room: Any, count: int, balance: int, tables: Any, output: Any, row: int, at: int, ends: Any) -> int:
    """What the words of typed tokens tell; writes the masked ones from a place on, and gives how many there are.

    `ends` are those of the texts that are written, typed and masked.
    """
    memo, typed, facts = room.memo, room.typed, output.facts[row]
    masked, groups = room.masked[at:], room.groups[at:]
    told = told_roles(typed, count, memo)
    facts[HAS_CONTENT] = has_content(typed, count, memo)
    if told & tables.places[0, BEGIN] and may_name_place(typed, count, memo, tables):
        facts[MAY_NAME_PLACE] = 1
        ends[0] = _write(typed, count, memo, room.octets, output.typed, ends[0])
    if told & tables.addresses[0, BEGIN]:
        count = drop_addresses(typed, count, memo, tables)
    if told & (tables.contestants[0, BEGIN] | NAMES):
        count = mask_tokens(typed, count, masked, memo, tables)
    else:
        copy_tokens(typed, count, masked)
    ends[1] = _write(masked, count, memo, room.octets, output.masked, ends[1])
    output.typed_ends[row], output.masked_ends[row] = ends[0], ends[1]
    terms = read_words(masked, count, room, groups, tables, facts)
    if told & LEXICON:
        output.lexicon[row] = lexicon_score(room.terms, terms, tables.lexicon)
    facts[LANGUAGE] = tell_language(masked, count, memo, balance < 0)
    return int(count)


@cache
def _loop() -> Callable[..., int]:
    """The loop over texts, compiled once for all that it can do. It gives the bytes that its texts need as written."""
    sources = _digest()

    def read_texts(mode: int, data: Any, offsets: Any, tables: Any, matrices: Any, room: Any, output: Any) -> int:
        row, texts, ends = NOUGHT, len(offsets) - 1, room.ends
        ends[:] = 0
        while row < texts:
            if room.used[TOKENS] == 0 or not has_room(room, NOUGHT, offsets[row + 1] - offsets[row]):
                forget(room, tables)
            first, at = row, NOUGHT
            while row < texts and row - first < BLOCK and has_room(room, at, offsets[row + 1] - offsets[row]):
                count, balance = spell_text(room, data, offsets[row], offsets[row + 1], tables)
                if mode == KEYS:
                    _key_text(room, count, output.keys[row])
                elif mode == SPELL:
                    written = output.typed
                    ends[0] = _write(room.typed, count, room.memo, room.octets, written, ends[0])
                    output.typed_ends[row] = ends[0]
                else:
                    count = _read(room, count, balance, tables, output, row, at, ends)
                    if mode == LIST:
                        tokens, groups = room.masked[at:], room.groups[at:]
                        _list_features(tokens, count, room, groups, matrices.phrases.rows, output, row)
                    at += count
                row += 1
                room.starts[row - first] = at
            if mode == SCORE:
                _score(room, first, row - first, matrices, output)
        return max(ends[0], ends[1]) if sources else 0

    return kept(read_texts)
