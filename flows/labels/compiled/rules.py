"""The rules by words on the tokens of one text: `reference.mask`, `lexicon_score`, and what words tell."""

from typing import Any

import numpy as np

from flows.labels import reference, vocabulary
from flows.labels.compiled.compiling import (
    ACCOUNT_TOKEN,
    CONTESTANT_TOKEN,
    FINGERS_TOKEN,
    FNV_PRIME,
    FNV_START,
    HASH_TOKEN,
    MARK_TOKEN,
    STEM_FAMILY,
    URL_TOKEN,
    compiled,
    find_row,
    hash_pair,
    stem_slot,
)
from flows.labels.compiled.letters import LATIN, LETTER, kind_of
from flows.labels.hashing import hash_word
from flows.labels.spelling import CONTESTANT

NAME, PAIR_NAME, PLACE_NUMBER = vocabulary.NAME, vocabulary.PAIR_NAME, vocabulary.PLACE_NUMBER
NUMBER_WORD, NUMBER_SIGN, VOTE = vocabulary.NUMBER_WORD, vocabulary.NUMBER_SIGN, vocabulary.VOTE
CONTEST, TITLE, LEXICON, BOUNDARY = vocabulary.CONTEST, vocabulary.TITLE, vocabulary.LEXICON, vocabulary.BOUNDARY
COUNT, FINGERS = vocabulary.COUNT, vocabulary.FINGERS
INDONESIAN, JAVANESE, FOREIGN = vocabulary.INDONESIAN, vocabulary.JAVANESE, vocabulary.FOREIGN
PLACE, OFFICE, TELLS_BITS = vocabulary.PLACE, vocabulary.OFFICE, vocabulary.TELLS_BITS
MIN_STEM = vocabulary.MIN_STEM
SLOT_NUMBERS = vocabulary.MAX_SLOTS // 64
NEGATION_REACH, EMOJI_LIMIT, MIXED_SHARE = reference.NEGATION_REACH, reference.EMOJI_LIMIT, reference.MIXED_SHARE
CONTESTANT_HASH, FINGERS_HASH = np.uint64(hash_word(CONTESTANT)), np.uint64(hash_word(reference.FINGERS))
BATANG_HASH = np.uint64(hash_word(reference.BATANG))
NO_LANGUAGE, IN_INDONESIAN, IN_JAVANESE, IN_BOTH, IN_OTHER = range(5)
LANGUAGE_CODES = (None, "id", "jv", "mixed", "other")


@compiled
def _copy(source: Any, number: int, target: Any, place: int) -> None:
    target.kinds[place] = source.kinds[number]
    target.starts[place] = source.starts[number]
    target.ends[place] = source.ends[number]
    target.hashes[place] = source.hashes[number]
    target.spoken[place] = source.spoken[number]
    target.rows[place] = source.rows[number]
    target.digits[place] = source.digits[number]


@compiled
def _set_own(target: Any, place: int, kind: int, value: Any, table: Any) -> None:
    """A token of ronda's own, which has no bytes in the text."""
    target.kinds[place] = kind
    target.starts[place] = 0
    target.ends[place] = 0
    target.hashes[place] = value
    target.spoken[place] = value
    target.rows[place] = find_row(table, value)
    target.digits[place] = 0


@compiled
def _has(tokens: Any, place: int, count: int, table: Any, role: int) -> bool:
    return place < count and (table.roles[tokens.rows[place]] & np.uint32(role)) != 0


@compiled
def _first(tokens: Any, place: int, octets: Any) -> int:
    return int(octets[tokens.starts[place]])


@compiled
def _is_mark(tokens: Any, place: int, count: int, octets: Any, one: int, other: int) -> bool:
    """Whether the token is one of two marks."""
    if place >= count or tokens.kinds[place] != MARK_TOKEN:
        return False
    mark = _first(tokens, place, octets)
    return mark == one or mark == other


@compiled
def _is_number(tokens: Any, place: int, count: int, longest: int) -> bool:
    return place < count and 1 <= tokens.digits[place] <= longest


@compiled
def _is_clock(tokens: Any, place: int, count: int, octets: Any) -> bool:
    """Hours and minutes (`07 . 30`)."""
    return (
        place + 2 < count
        and tokens.digits[place] == 2
        and tokens.digits[place + 2] == 2
        and _is_mark(tokens, place + 1, count, octets, ord("."), ord(":"))
        and _first(tokens, place, octets) <= ord("2")
        and _first(tokens, place + 2, octets) <= ord("5")
    )


@compiled
def _after_address(tokens: Any, place: int, count: int, octets: Any, table: Any) -> int:
    here = place
    if _has(tokens, here, count, table, NUMBER_SIGN):
        here += 1
    while _is_mark(tokens, here, count, octets, ord("."), ord(":")):
        here += 1
    if not _is_number(tokens, here, count, 1_000_000):
        return place
    here += 1
    more = here + 1 if _is_mark(tokens, here, count, octets, ord("."), ord(":")) else here
    return more + 1 if _is_number(tokens, more, count, 1_000_000) else here


@compiled
def _drop_addresses(tokens: Any, count: int, octets: Any, table: Any) -> int:
    """`reference.drop_addresses`, in place; gives the new number of tokens."""
    kept, place = 0, 0
    while place < count:
        if _has(tokens, place, count, table, PLACE_NUMBER):
            _copy(tokens, place, tokens, kept)
            kept += 1
            place = _after_address(tokens, place + 1, count, octets, table)
        elif _is_clock(tokens, place, count, octets) or (
            _is_number(tokens, place, count, 2)
            and _is_number(tokens, place + 1, count, 2)
            and place + 2 < count
            and tokens.digits[place + 2] == 4
        ):
            place += 3
        else:
            _copy(tokens, place, tokens, kept)
            kept += 1
            place += 1
    return kept


@compiled
def phrase_length(tokens: Any, place: int, count: int, table: Any, role: int) -> int:
    """The longest phrase of two words or more that begins here and has the role, 0 for none."""
    if place >= count or (table.begins[tokens.rows[place]] & np.uint32(role)) == 0:
        return 0
    value = tokens.hashes[place]
    longest = 0
    for length in range(2, min(int(table.longest[tokens.rows[place]]), count - place) + 1):
        value = hash_pair(value, tokens.hashes[place + length - 1])
        if (table.roles[find_row(table, value)] & np.uint32(role)) != 0:
            longest = length
    return longest


@compiled
def _pair_length(tokens: Any, place: int, count: int, table: Any) -> int:
    longest = phrase_length(tokens, place, count, table, PAIR_NAME)
    if longest > 0:
        return int(longest)
    return 1 if _has(tokens, place, count, table, PAIR_NAME) else 0


@compiled
def _contestant_length(tokens: Any, place: int, count: int, octets: Any, table: Any) -> int:
    if tokens.kinds[place] == CONTESTANT_TOKEN:
        return 1
    length = phrase_length(tokens, place, count, table, NAME)
    if length > 0:
        return int(length)
    if _has(tokens, place, count, table, NAME):
        return 1
    if tokens.digits[place] == 2:
        start = tokens.starts[place]
        if octets[start] == ord("0") and octets[start + 1] != ord("0"):
            return 1
    if _has(tokens, place, count, table, CONTEST):
        length = _pair_length(tokens, place + 1, count, table)
        if length > 0:
            return 1 + length
    if tokens.kinds[place] == HASH_TOKEN and _is_number(tokens, place + 1, count, 2):
        return 2
    if _has(tokens, place, count, table, NUMBER_WORD):
        here = place + 1
        while here < place + 3 and _is_mark(tokens, here, count, octets, ord("."), ord(".")):
            here += 1
        if here < count and tokens.kinds[here] == HASH_TOKEN:
            here += 1
        if _is_number(tokens, here, count, 2) or _has(tokens, here, count, table, COUNT):
            return here + 1 - place
    return 0


@compiled
def mask_tokens(tokens: Any, count: int, octets: Any, table: Any, masked: Any) -> int:
    """Fills `masked` with the tokens, every contestant as one; changes `tokens`. Gives the number of masked tokens."""
    count = _drop_addresses(tokens, count, octets, table)
    kept, place = 0, 0
    while place < count:
        length = _contestant_length(tokens, place, count, octets, table)
        if length == 0 and place > 0 and _has(tokens, place - 1, count, table, VOTE):
            is_number = _is_number(tokens, place, count, 2)
            length = 1 if is_number else _pair_length(tokens, place, count, table)
        if length == 0:
            if _has(tokens, place, count, table, FINGERS):
                _set_own(masked, kept, FINGERS_TOKEN, FINGERS_HASH, table)
            else:
                _copy(tokens, place, masked, kept)
            kept += 1
            place += 1
            continue
        while kept > 0 and _has(masked, kept - 1, kept, table, TITLE):
            kept -= 1
        if kept == 0 or masked.kinds[kept - 1] != CONTESTANT_TOKEN:
            _set_own(masked, kept, CONTESTANT_TOKEN, CONTESTANT_HASH, table)
            kept += 1
        place += length
    return kept


@compiled
def is_boundary(tokens: Any, place: int, table: Any) -> bool:
    """Whether a token ends the reach of a negation."""
    return bool(tokens.kinds[place] == MARK_TOKEN or (table.roles[tokens.rows[place]] & np.uint32(BOUNDARY)) != 0)


@compiled
def lexicon_score(tokens: Any, count: int, table: Any, terms: Any) -> float:
    """`reference.lexicon_score` of masked tokens; `terms` is room for as many rows (negative: a boundary)."""
    number, place = 0, 0
    while place < count:
        length = phrase_length(tokens, place, count, table, LEXICON)
        row = int(tokens.rows[place])
        is_end = is_boundary(tokens, place, table)
        if length > 0:
            value = tokens.hashes[place]
            for n in range(1, length):
                value = hash_pair(value, tokens.hashes[place + n])
            row = find_row(table, value)
            is_end = (table.roles[row] & np.uint32(BOUNDARY)) != 0
        terms[number] = -row - 1 if is_end else row
        number += 1
        place += max(length, 1)
    total, emoji = 0.0, 0.0
    for here in range(number):
        row = terms[here] if terms[here] >= 0 else -terms[here] - 1
        emoji += table.emoji[row]
        weight = table.weights[row]
        if weight == 0.0:
            continue
        for back in range(1, NEGATION_REACH + 1):
            if here < back or terms[here - back] < 0:
                break
            turning = table.turnings[terms[here - back]]
            if turning != 1.0:
                weight *= turning
                break
        if here > 0:
            before = terms[here - 1]
            weight *= table.strengths[before if before >= 0 else -before - 1]
        if here + 1 < number:
            after = terms[here + 1]
            weight *= table.strengths[after if after >= 0 else -after - 1]
        total += weight
    return float(total + max(-EMOJI_LIMIT, min(EMOJI_LIMIT, emoji)))


@compiled
def _add_slots(table: Any, row: int, slots: Any) -> None:
    for number in range(SLOT_NUMBERS):
        slots[number] |= table.slots_of[row, number]


@compiled
def find_bits(tokens: Any, count: int, octets: Any, table: Any, slots: Any) -> Any:
    """The bits of topics of masked tokens; adds those of slots of the cues to `slots`."""
    topics = np.uint64(0)
    for place in range(count):
        row = tokens.rows[place]
        if row != 0:
            topics |= table.topics[row]
            _add_slots(table, row, slots)
            if (table.begins[row] & np.uint32(TELLS_BITS)) != 0:
                value = tokens.hashes[place]
                for length in range(2, min(int(table.longest[row]), count - place) + 1):
                    value = hash_pair(value, tokens.hashes[place + length - 1])
                    longer = find_row(table, value)
                    topics |= table.topics[longer]
                    _add_slots(table, longer, slots)
        start, end = tokens.starts[place], tokens.ends[place]
        if end - start < MIN_STEM:
            continue
        if table.stem_starts[stem_slot(int(octets[start]), int(octets[start + 1]), int(octets[start + 2]))] == 0:
            continue
        value = FNV_START
        for at in range(start, end):
            value = (value ^ np.uint64(octets[at])) * FNV_PRIME
            if at - start + 1 >= MIN_STEM:
                row = find_row(table, hash_pair(STEM_FAMILY, value))
                topics |= table.topics[row]
                _add_slots(table, row, slots)
    return topics


@compiled
def may_name_place(tokens: Any, count: int, octets: Any, table: Any) -> bool:
    """Whether typed tokens are worth the places rule."""
    for place in range(count):
        if _has(tokens, place, count, table, PLACE) or phrase_length(tokens, place, count, table, PLACE) > 0:
            return True
        if tokens.hashes[place] == BATANG_HASH and place > 0:
            before = place - 1
            if place > 1 and _is_mark(tokens, before, count, octets, ord("."), ord(".")):
                before = place - 2
            if _has(tokens, before, count, table, OFFICE):
                return True
    return False


@compiled
def has_content(tokens: Any, count: int) -> bool:
    """Whether a token is a word, a number, a contestant or an emoji."""
    for place in range(count):
        kind = tokens.kinds[place]
        if kind not in (URL_TOKEN, ACCOUNT_TOKEN, MARK_TOKEN, HASH_TOKEN):
            return True
    return False


@compiled
def tell_language(tokens: Any, count: int, points: Any, length: int, table: Any, letters: Any) -> int:
    """The language of masked tokens, as a place of `LANGUAGE_CODES`."""
    indonesian, javanese, other = 0, 0, 0
    for place in range(count):
        roles = table.roles[tokens.rows[place]]
        indonesian += 1 if (roles & np.uint32(INDONESIAN)) != 0 else 0
        javanese += 1 if (roles & np.uint32(JAVANESE)) != 0 else 0
        other += 1 if (roles & np.uint32(FOREIGN)) != 0 else 0
    latin, foreign = 0, 0
    for place in range(length):
        kind = kind_of(points[place], letters)
        latin += 1 if kind == LATIN else 0
        foreign += 1 if kind == LETTER else 0
    local = indonesian + javanese
    if foreign > latin or other > local:
        return IN_OTHER
    if local == 0:
        return NO_LANGUAGE
    if min(indonesian, javanese) >= MIXED_SHARE * local:
        return IN_BOTH
    return IN_JAVANESE if javanese > indonesian else IN_INDONESIAN
