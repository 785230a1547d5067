"""The vocabulary and the letters as the arrays that the compiled kernel looks things up in."""

import json
from functools import cache
from itertools import chain
from pathlib import Path

import numpy as np
import polars as pl

import sql
from flows.labels.compiled.batch import KEYS, Tables, kept_folder, no_tables, run_loop
from flows.labels.compiled.compiling import (
    BEGINS,
    COLUMNS,
    GROUPS,
    KEY,
    LONGEST,
    ROLES,
    SLOT_NUMBERS,
    SLOTS,
    TOPICS,
    bits_of,
)
from flows.labels.compiled.room import lines
from flows.labels.keeping import Arrays, kept_arrays
from flows.labels.roles import read_roles
from flows.labels.text import buffers
from flows.labels.version import label_version
from flows.labels.vocabulary import Entry, Meanings, read_vocabulary

_NUMBER = (1 << 64) - 1  # the bits of one
_BITS = 1 << 15  # bytes of the bits of phrases and beginnings, of which most are 0


def _facts(entry: Entry) -> list[int]:
    """The columns of an entry after its key."""
    facts = [0] * COLUMNS
    facts[ROLES], facts[BEGINS], facts[LONGEST] = entry.roles, entry.begins, entry.longest
    facts[TOPICS], facts[GROUPS] = entry.topics, entry.groups
    for number in range(SLOT_NUMBERS):
        facts[SLOTS + number] = entry.slots >> 64 * number & _NUMBER
    return facts


def _weights(entry: Entry) -> tuple[float, ...]:
    """The columns of the lexicon: `WEIGHT`, `TURNING`, `STRENGTH`, `EMOJI_WEIGHT`."""
    return entry.weight, entry.turning, entry.strength, entry.emoji


def _keys(terms: list[str]) -> tuple[list[int], list[int]]:
    """The keys of terms, and those of them as beginnings of words."""
    typed = buffers(pl.Series(terms, dtype=pl.String))
    keys = run_loop(KEYS, typed.data, typed.offsets).keys
    return keys[:, 0].view(np.uint64).tolist(), keys[:, 1].view(np.uint64).tolist()


def _made(seeds: Path) -> Arrays:
    """The rows that are filled, with the keys and facts of each and its numbers of the lexicon, and the meanings."""
    vocabulary = read_vocabulary(seeds)
    keys, _ = _keys([" ".join(key) for key in vocabulary.entries])
    _, stems = _keys(list(vocabulary.stems))
    size = 1 << (2 * (len(keys) + len(stems))).bit_length()
    places: dict[int, int] = {}
    for key in chain(keys, stems):
        row = key & (size - 1)
        while row in places:
            row = (row + 1) & (size - 1)
        places[row] = key
    entries = [*vocabulary.entries.values(), *vocabulary.stems.values()]
    facts = np.array([_facts(entry) for entry in entries], np.uint64)
    facts[:, KEY] = list(places.values())
    return {
        "size": np.array([size]),
        "places": np.array(list(places), np.int64),
        "rare": bits_of(
            [key for key, words in zip(keys, vocabulary.entries, strict=True) if len(words) > 1] + stems, _BITS
        ),
        "facts": facts.view(np.int64),
        "lexicon": np.array([_weights(entry) for entry in entries]),
        "meanings": np.frombuffer(json.dumps(vocabulary.meanings).encode(), np.uint8),
    }


@cache
def _kept(seeds: Path) -> Arrays:
    return kept_arrays(kept_folder(), "vocabulary", label_version(seeds), lambda: _made(seeds))


@cache
def read_tables(seeds: Path = sql.SEEDS) -> Tables:
    """The tables of a folder of seeds."""
    made, patterns = _kept(seeds), read_roles().patterns
    size = int(made["size"][0])
    rows, lexicon = lines(size + 1, COLUMNS), np.tile(np.array(_weights(Entry())), (size + 1, 1))
    rows[made["places"]] = made["facts"]
    lexicon[made["places"]] = made["lexicon"]
    return Tables(
        no_tables().letters,
        rows,
        made["rare"],
        lexicon,
        patterns["address"],
        patterns["contestant"],
        patterns["place"],
    )


@cache
def read_meanings(seeds: Path = sql.SEEDS) -> Meanings:
    """What the bits of the tables of a folder of seeds stand for."""
    topics, needs, groups = json.loads(_kept(seeds)["meanings"].tobytes())
    return Meanings(tuple(topics), {code: tuple(bits) for code, bits in needs.items()}, tuple(groups))
