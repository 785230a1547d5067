"""Everything the rules look up by word, phrase or beginning of a word, from the seeds, in one table.

The compiled kernel reads it as a hash table (`tables.py`). A key is the normalised words of a term; a stem is the
beginning of a word (`banjir*` in the taxonomy of topics).
"""

import itertools
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import sql
from flows.exits import UsageError
from flows.labels.compiled.compiling import MAX_PHRASE, SLOT_NUMBERS
from flows.labels.compiled.letters import CONTESTANT
from flows.labels.compiled.tokens import MAX_STEM, MIN_STEM
from flows.labels.cues import read_cues, read_group_words
from flows.labels.roles import (
    BOUNDARY,
    FOREIGN,
    INDONESIAN,
    JAVANESE,
    LEXICON,
    NAME,
    NEGATION,
    PEOPLE,
    PLACE,
    PLACE_BY_OFFICE,
    TELLS_BITS,
    TELLS_GROUP,
    read_roles,
)
from flows.labels.text import Key, spell
from flows.labels.topics import read_patterns
from flows.seeds import read_seed

MAX_GROUPS = 64
MAX_SLOTS = 64 * SLOT_NUMBERS

_NAME_SUFFIX_FROM = 5  # letters of a name from which it may take a suffix
_LANGUAGES = {"id": INDONESIAN, "jv": JAVANESE, "other": FOREIGN}
_PLACE_JOINED = ("kec{}", "kecamatan{}", "desa{}")


class Entry(NamedTuple):
    """What is known of one key. Multipliers are 1 and all else 0 where nothing is."""

    roles: int = 0
    begins: int = 0  # the roles of phrases that begin with this word
    longest: int = 0  # words of the longest of them
    weight: float = 0.0  # of the sentiment lexicon, -3 to 3
    turning: float = 1.0  # multiplies the weights that follow
    strength: float = 1.0  # multiplies the weights beside it
    emoji: float = 0.0
    topics: int = 0  # bit n: the n-th topic of the seed
    slots: int = 0  # bit n: a word of the n-th slot of the cues
    groups: int = 0  # bit n: one of the words of the n-th group


class Meanings(NamedTuple):
    """What the bits of `topics` and `groups` stand for.

    A text may match the cue rule of a code when its bits of `slots` hold all those of one of the code's `needs`.
    """

    topics: tuple[str, ...]
    needs: dict[str, tuple[int, ...]]
    groups: tuple[str, ...]


class Vocabulary(NamedTuple):
    """The table, and what its bits stand for."""

    entries: dict[Key, Entry]
    stems: dict[str, Entry]
    meanings: Meanings


class _Builder:
    """Collects what several seeds say of the same key."""

    def __init__(self) -> None:
        self.entries: dict[Key, Entry] = {}
        self.stems: dict[str, Entry] = {}

    def add(self, key: Key, roles: int = 0, **values: Any) -> None:
        if not 1 <= len(key) <= MAX_PHRASE:
            raise UsageError(f'The term "{" ".join(key)}" of a seed has {len(key)} words; give it 1 to {MAX_PHRASE}.')
        before = self.entries.get(key, Entry())
        entry = before._replace(roles=before.roles | roles, **values)
        self.entries[key] = entry._replace(
            roles=entry.roles
            | (TELLS_BITS if entry.topics or entry.slots else 0)
            | (TELLS_GROUP if entry.groups else 0)
        )
        if len(key) > 1:
            first = self.entries.get(key[:1], Entry())
            begins, longest = first.begins | self.entries[key].roles, max(first.longest, len(key))
            self.entries[key[:1]] = first._replace(begins=begins, longest=longest)

    def add_bits(self, key: Key, field: str, bits: int) -> None:
        self.add(key, **{field: getattr(self.entries.get(key, Entry()), field) | bits})

    def add_stem(self, stem: str, field: str, bits: int) -> None:
        if not MIN_STEM <= len(stem.encode()) <= MAX_STEM:
            raise UsageError(f'Give the pattern "{stem}*" of a seed {MIN_STEM} to {MAX_STEM} letters before its "*".')
        before = self.stems.get(stem, Entry(roles=TELLS_BITS))
        self.stems[stem] = before._replace(**{field: getattr(before, field) | bits})


def _add_roles(builder: _Builder) -> None:
    roles = read_roles()
    for role, bit in roles.bits.items():
        for key in spell(roles.words.get(role, ())):
            builder.add(key, bit)


def _add_names(builder: _Builder, seeds: Path) -> None:
    keys = set(spell(row["name"] for row in read_seed("contestants", seeds)))
    single = sorted(key[0] for key in keys if len(key) == 1 and len(key[0]) >= _NAME_SUFFIX_FROM)
    joined = {(first + second,) for first in single for second in single if first != second}
    with_suffix = {(name + suffix,) for name in single for suffix in read_roles().suffixes["name"]}
    for key in sorted(keys | joined | with_suffix):
        builder.add(key, NAME)
    for key in spell(row["name"] for row in read_seed("peoples", seeds)):
        builder.add(key, PEOPLE)


def _add_lexicon(builder: _Builder, seeds: Path) -> None:
    fields = {"sentiment": "weight", "negation": "turning", "prohibition": "turning", "emoji": "emoji"}
    fields |= {"intensifier": "strength", "diminisher": "strength"}
    rows = read_seed("lexicon", seeds)
    keys = spell(row["term"] for row in rows)
    for row, key in zip(rows, keys, strict=True):
        if row["role"] == "sentiment":
            *first, last = key
            for suffix in read_roles().suffixes["sentiment"]:
                builder.add((*first, last + suffix), LEXICON, weight=float(row["weight"]))
    for row, key in zip(rows, keys, strict=True):
        roles = LEXICON | (NEGATION if row["role"] in ("negation", "prohibition") else 0)
        if row["role"] == "boundary":
            builder.add(key, roles | BOUNDARY)
        elif row["role"] in fields:
            builder.add(key, roles, **{fields[row["role"]]: float(row["weight"])})
        else:
            raise UsageError(f'The term "{row["term"]}" has the unknown role "{row["role"]}" in lexicon.csv.')


def _add_places(builder: _Builder, seeds: Path) -> None:
    rows = read_seed("places", seeds) + read_seed("place_names", seeds)
    keys = spell(row["name"] for row in rows)
    regencies = ["".join(key) for row, key in zip(rows, keys, strict=True) if row["kind"] == "name"]
    joined = (*_PLACE_JOINED, *(f"{{}}{regency}" for regency in regencies))
    for row, key in zip(rows, keys, strict=True):
        if row["kind"] == "landmark":
            builder.add(key, PLACE)
        elif row["kind"] in ("district", "spelling", "village"):
            builder.add(key, PLACE_BY_OFFICE if row["grade"] == "regency_name" else PLACE)
            for form in joined:
                builder.add((form.format("".join(key)),), PLACE)


def _add_topics(builder: _Builder, seeds: Path) -> tuple[str, ...]:
    patterns = read_patterns(seeds)
    for place, (code, terms) in enumerate(patterns.items()):
        for term, key in zip(terms, spell(term.removesuffix("*") for term in terms), strict=True):
            if not term.endswith("*"):
                builder.add_bits(key, "topics", 1 << place)
            elif len(key) == 1:
                builder.add_stem(key[0], "topics", 1 << place)
            else:
                raise UsageError(f'The pattern "{term}" of the topic "{code}" is not one word; leave out its "*".')
    return tuple(patterns)


def _add_slots(builder: _Builder, seeds: Path) -> dict[str, tuple[int, ...]]:
    places: dict[frozenset[str], int] = {}
    needs = {}
    for code, cues in read_cues(seeds).items():
        for slot in itertools.chain.from_iterable(cues.needs):
            if slot in places:
                continue
            places[slot] = len(places)
            for term in sorted(slot):
                words = tuple(term.strip().split(" "))
                if term.endswith(" "):
                    builder.add_bits(words, "slots", 1 << places[slot])
                elif len(words) == 1:
                    builder.add_stem(words[0], "slots", 1 << places[slot])
                else:
                    raise UsageError(f'"{term.strip()}*" of cues.csv is not one word; leave out its "*".')
        needs[code] = tuple(sum(1 << places[slot] for slot in set(pattern)) for pattern in cues.needs)
    if len(places) > MAX_SLOTS:
        raise UsageError(f"sql/seeds/cues.csv has {len(places)} different slots; keep at most {MAX_SLOTS}.")
    return needs


def _polarity(entry: Entry) -> str | None:
    """The group of a term of the lexicon by its weight or role."""
    if entry.roles & NEGATION:
        return "negation" if entry.turning else "prohibition"
    if entry.roles & BOUNDARY:
        return "boundary"
    for value, name in ((entry.weight, "word"), (entry.emoji, "emoji")):
        if value:
            return f"{name}_{'good' if value > 0 else 'bad'}{'_strong' if abs(value) > 2 else ''}"
    return None if entry.strength == 1.0 else "degree"


def _add_groups(builder: _Builder, seeds: Path) -> tuple[str, ...]:
    """Words that mean alike for the model: the groups of the cues seed, the lexicon by polarity, the contestants."""
    members: dict[str, set[Key]] = {"contestant": {(CONTESTANT,)}}
    for name, words in read_group_words(seeds).items():
        members.setdefault(name, set()).update(spell(words))
    for key, entry in builder.entries.items():
        if (polarity := _polarity(entry)) is not None:
            members.setdefault(polarity, set()).add(key)
    names = tuple(sorted(members))
    if len(names) > MAX_GROUPS:
        raise UsageError(
            f"sql/seeds/cues.csv has too many groups of words; keep at most {MAX_GROUPS} with the lexicon."
        )
    for place, name in enumerate(names):
        for key in sorted(members[name]):
            builder.add_bits(key, "groups", 1 << place)
    return names


@cache
def read_vocabulary(seeds: Path = sql.SEEDS) -> Vocabulary:
    """The table of a folder of seeds; raises UsageError when a term is empty, too long or of an unknown role."""
    builder = _Builder()
    _add_roles(builder)
    functions = read_seed("function_words", seeds)
    for row, key in zip(functions, spell(row["word"] for row in functions), strict=True):
        builder.add(key, _LANGUAGES[row["language"]])
    _add_names(builder, seeds)
    _add_lexicon(builder, seeds)
    _add_places(builder, seeds)
    topics = _add_topics(builder, seeds)
    needs = _add_slots(builder, seeds)
    groups = _add_groups(builder, seeds)
    return Vocabulary(builder.entries, builder.stems, Meanings(topics, needs, groups))
