"""The compiled loops over many texts, and the tables they read.

Numba keeps machine code by the source of the outermost function only; the digest of all the kernel's sources is
therefore part of the loops, so that a change in any of them is compiled anew.
"""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import sql
from flows.labels.compiled.compiling import (
    CONTESTANT_TOKEN,
    FINGERS_TOKEN,
    Room,
    Table,
    Tokens,
    kept,
    stem_slot,
)
from flows.labels.compiled.letters import CONTESTANT_POINTS, fold_text
from flows.labels.compiled.rules import (
    SLOT_NUMBERS,
    find_bits,
    has_content,
    lexicon_score,
    mask_tokens,
    may_name_place,
    tell_language,
)
from flows.labels.compiled.scoring import add_rows, list_features, list_groups
from flows.labels.compiled.tokens import spell_text
from flows.labels.hashing import hash_stem, hash_words
from flows.labels.reference import FINGERS
from flows.labels.vocabulary import Entry, read_vocabulary

FINGERS_OCTETS = tuple(FINGERS.encode())
_POINTS_PER_BYTE = 6  # an Arabic ligature of three bytes unfolds to eighteen letters
_BYTES_PER_POINT = 5  # four bytes and a space
_SPARE = 64
_SOURCES = ("batch", "compiling", "letters", "rules", "scoring", "tokens")


def room_for(longest: int) -> Room:
    """Room for texts of up to so many bytes."""
    points = _POINTS_PER_BYTE * longest + _SPARE

    def tokens() -> Tokens:
        return Tokens(
            kinds=np.zeros(points, np.uint8),
            starts=np.zeros(points, np.int32),
            ends=np.zeros(points, np.int32),
            hashes=np.zeros(points, np.uint64),
            spoken=np.zeros(points, np.uint64),
            rows=np.zeros(points, np.int32),
            digits=np.zeros(points, np.int32),
        )

    return Room(
        points=np.zeros(points, np.int32),
        octets=np.zeros(_BYTES_PER_POINT * points, np.uint8),
        typed=tokens(),
        masked=tokens(),
        terms=np.zeros(points, np.int32),
    )


@cache
def read_table(seeds: Path = sql.SEEDS) -> Table:
    """The vocabulary of a folder of seeds as arrays."""
    vocabulary = read_vocabulary(seeds)
    known = [(hash_words(key), entry) for key, entry in vocabulary.entries.items()]
    known += [(hash_stem(stem), entry) for stem, entry in vocabulary.stems.items()]
    size = 1 << (4 * len(known)).bit_length()
    keys, slots = np.zeros(size, np.uint64), np.zeros(size, np.int32)
    for row, (key, _) in enumerate(known, start=1):
        slot = key & (size - 1)
        while slots[slot]:
            slot = (slot + 1) & (size - 1)
        keys[slot], slots[slot] = key, row
    starts = np.zeros(4096, np.uint8)
    for stem in vocabulary.stems:
        starts[stem_slot(*stem.encode()[:3])] = 1
    entries = [Entry(), *(entry for _, entry in known)]

    def column(field: str, kind: type[np.generic]) -> npt.NDArray[Any]:
        return np.array([getattr(entry, field) for entry in entries], dtype=kind)

    return Table(
        keys,
        slots,
        roles=column("roles", np.uint32),
        begins=column("begins", np.uint32),
        longest=column("longest", np.uint8),
        weights=column("weight", np.float64),
        turnings=column("turning", np.float64),
        strengths=column("strength", np.float64),
        emoji=column("emoji", np.float64),
        topics=column("topics", np.uint64),
        slots_of=np.array(
            [[entry.slots >> 64 * n & (1 << 64) - 1 for n in range(SLOT_NUMBERS)] for entry in entries], np.uint64
        ),
        groups=column("groups", np.uint64),
        stem_starts=starts,
    )


@cache
def _digest() -> str:
    folder = Path(__file__).parent
    digest = hashlib.sha256()
    for path in (*(folder / f"{name}.py" for name in _SOURCES), *(folder.parent / n for n in _TABLES)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


_TABLES = ("hashing.py", "letters.py", "reference.py", "vocabulary.py")  # whose constants are compiled in


@cache
def write_loop() -> Callable[..., int]:
    """Normalised texts as bytes; with `is_masked` also their contestants masked."""
    sources = _digest()

    def write(
        data: Any, offsets: Any, letters: Any, table: Any, room: Any, is_masked: bool, written: Any, ends: Any
    ) -> int:
        """Writes ` word word ` for every text; gives the bytes needed, of which no more than there is room for."""
        at = 0
        for row in range(len(offsets) - 1):
            count = fold_text(data, offsets[row], offsets[row + 1], letters, room.points)
            number = spell_text(room.points, count, letters, table, room.octets, room.typed)
            tokens = room.typed
            if is_masked:
                number = mask_tokens(room.typed, number, room.octets, table, room.masked)
                tokens = room.masked
            for n in range(number):
                size = tokens.ends[n] - tokens.starts[n]
                if tokens.kinds[n] == CONTESTANT_TOKEN:
                    size = len(CONTESTANT_POINTS)
                elif tokens.kinds[n] == FINGERS_TOKEN:
                    size = len(FINGERS_OCTETS)
                if at + size + 2 <= len(written):
                    written[at] = ord(" ")
                    for k in range(size):
                        if tokens.kinds[n] == CONTESTANT_TOKEN:
                            written[at + 1 + k] = CONTESTANT_POINTS[k]
                        elif tokens.kinds[n] == FINGERS_TOKEN:
                            written[at + 1 + k] = FINGERS_OCTETS[k]
                        else:
                            written[at + 1 + k] = room.octets[tokens.starts[n] + k]
                at += size + 1
            if at + 1 <= len(written):
                written[at] = ord(" ")
            at += 1
            ends[row] = at
        return at if sources else 0

    return kept(write)


@cache
def feature_loop() -> Callable[..., int]:
    """The features of texts as lists of hashes."""
    sources = _digest()

    def listing(
        data: Any, offsets: Any, letters: Any, table: Any, room: Any, found: Any, ends: Any, lexicon: Any
    ) -> int:
        """Fills `found[family]` with hashes, `ends[row, family]` with where those of each text end."""
        words, windows, groups = 0, 0, 0
        for row in range(len(offsets) - 1):
            count = fold_text(data, offsets[row], offsets[row + 1], letters, room.points)
            number = spell_text(room.points, count, letters, table, room.octets, room.typed)
            number = mask_tokens(room.typed, number, room.octets, table, room.masked)
            lexicon[row] = lexicon_score(room.masked, number, table, room.terms)
            more, parts = list_features(room.masked, number, room.octets, table, found[0, words:], found[1, windows:])
            words, windows = words + more, windows + parts
            groups += list_groups(room.masked, number, table, found[2, groups:])
            ends[row, 0], ends[row, 1], ends[row, 2] = words, windows, groups
        return len(sources)

    return kept(listing)


@cache
def label_loop() -> Callable[..., int]:
    """Everything that is computed for every text."""
    sources = _digest()

    def labelling(
        data: Any, offsets: Any, letters: Any, table: Any, room: Any, hashes: Any, matrices: Any, sums: Any, found: Any
    ) -> int:
        """Fills `sums` and `found` for every text.

        `sums[row, family]` are the sums of the rows of `matrices` of words, windows and groups.
        """
        for row in range(len(offsets) - 1):
            count = fold_text(data, offsets[row], offsets[row + 1], letters, room.points)
            number = spell_text(room.points, count, letters, table, room.octets, room.typed)
            found.has_content[row] = has_content(room.typed, number)
            found.may_name_place[row] = may_name_place(room.typed, number, room.octets, table)
            number = mask_tokens(room.typed, number, room.octets, table, room.masked)
            found.lexicon[row] = lexicon_score(room.masked, number, table, room.terms)
            found.topics[row] = find_bits(room.masked, number, room.octets, table, found.slots[row])
            found.languages[row] = tell_language(room.masked, number, room.points, count, table, letters)
            words, windows = list_features(room.masked, number, room.octets, table, hashes[0], hashes[1])
            groups = list_groups(room.masked, number, table, hashes[2])
            found.counts[row, 0], found.counts[row, 1], found.counts[row, 2] = words, windows, groups
            add_rows(hashes[0], words, matrices[0], sums[row, 0])
            add_rows(hashes[1], windows, matrices[1], sums[row, 1])
            add_rows(hashes[2], groups, matrices[2], sums[row, 2])
        return len(sources)

    return kept(labelling)
