"""The rules by words on the tokens of one text: `reference.mask`, `lexicon_score`, and what words tell."""

from typing import Any

import numpy as np

from flows.labels import reference, vocabulary
from flows.labels.compiled.compiling import (
    COLON,
    CONTESTANT_TOKEN,
    EMOJI_WEIGHT,
    FIRST_MARK,
    FULL_STOP,
    GROUPS,
    HASH_TOKEN,
    LONGEST,
    PAIR_PRIME,
    ROLES,
    ROW,
    SLOT_NUMBERS,
    SLOTS,
    STRENGTH,
    TOKEN,
    TOKEN_BEGINS,
    TOKEN_COLUMNS,
    TOKEN_DIGITS,
    TOKEN_KEY,
    TOKEN_KIND,
    TOKEN_ROLES,
    TOPICS,
    TURNING,
    URL_TOKEN,
    WEIGHT,
    compiled,
    find_row,
    spread,
)
from flows.labels.compiled.tokens import PRESET

NAME: Any = np.int64(vocabulary.NAME)  # the roles that are handed on, see `NOUGHT`
PAIR_NAME: Any = np.int64(vocabulary.PAIR_NAME)
PLACE: Any = np.int64(vocabulary.PLACE)
PLACE_BY_OFFICE: Any = np.int64(vocabulary.PLACE_BY_OFFICE)
PLACE_NUMBER = vocabulary.PLACE_NUMBER
NUMBER_WORD, NUMBER_SIGN, VOTE = vocabulary.NUMBER_WORD, vocabulary.NUMBER_SIGN, vocabulary.VOTE
CONTEST, TITLE, LEXICON, BOUNDARY = vocabulary.CONTEST, vocabulary.TITLE, vocabulary.LEXICON, vocabulary.BOUNDARY
COUNT, FINGERS = vocabulary.COUNT, vocabulary.FINGERS
INDONESIAN, JAVANESE, FOREIGN = vocabulary.INDONESIAN, vocabulary.JAVANESE, vocabulary.FOREIGN
OFFICE, TELLS_BITS, TELLS_GROUP = (
    vocabulary.OFFICE,
    vocabulary.TELLS_BITS,
    vocabulary.TELLS_GROUP,
)
MAY_NAME = vocabulary.NAME | CONTEST | NUMBER_WORD | VOTE  # of a token or the vote word before it
MAX_PHRASE = vocabulary.MAX_PHRASE
NEGATION_REACH, EMOJI_LIMIT, MIXED_SHARE = reference.NEGATION_REACH, reference.EMOJI_LIMIT, reference.MIXED_SHARE
NO_LANGUAGE, IN_INDONESIAN, IN_JAVANESE, IN_BOTH, IN_OTHER = range(5)
LANGUAGE_CODES = (None, "id", "jv", "mixed", "other")


@compiled
def _length(tokens: Any, place: int, role: int, memo: Any, table: Any) -> int:
    """How many tokens the longest term has that begins here and has the role, 0 for none."""
    longest = 1 if tokens[place, TOKEN_ROLES] & role else 0
    if tokens[place, TOKEN_BEGINS] & role:
        key = tokens[place, TOKEN_KEY]
        for length in range(2, memo[tokens[place, TOKEN], LONGEST] + 1):
            key = spread(key * PAIR_PRIME + tokens[place + length - 1, TOKEN_KEY])
            if table[find_row(table, key), ROLES] & role:
                longest = length
    return longest


@compiled
def may_name_place(tokens: Any, count: int, memo: Any, table: Any) -> bool:
    """Whether typed tokens are worth the places rule."""
    for place in range(PRESET, count):
        told = tokens[place, TOKEN_ROLES] | tokens[place, TOKEN_BEGINS]
        if told & PLACE and _length(tokens, place, PLACE, memo, table) > 0:
            return True
        if place > PRESET and told & PLACE_BY_OFFICE and _length(tokens, place, PLACE_BY_OFFICE, memo, table) > 0:
            before = place - 2 if tokens[place - 1, TOKEN_KIND] == FULL_STOP and place > PRESET + 1 else place - 1
            if tokens[before, TOKEN_ROLES] & OFFICE:
                return True
    return False


@compiled
def _drop_addresses(tokens: Any, count: int) -> int:
    """`reference._drop_addresses`, in place; gives the new number of tokens, with empty ones after them."""
    kept, place = PRESET, PRESET
    while place < count:
        one, two, three = (
            tokens[place, TOKEN_DIGITS],
            tokens[place + 1, TOKEN_DIGITS],
            tokens[place + 2, TOKEN_DIGITS],
        )
        mark = tokens[place + 1, TOKEN_KIND]
        is_clock = 200 <= one < 230 and (mark == FULL_STOP or mark == COLON) and 200 <= three < 260
        if is_clock or (0 < one < 300 and 0 < two < 300 and three == 400):
            place += 3
            continue
        if kept < place:
            for column in range(TOKEN_COLUMNS):
                tokens[kept, column] = tokens[place, column]
        kept += 1
        place += 1
        if tokens[kept - 1, TOKEN_ROLES] & PLACE_NUMBER:
            here = place + 1 if tokens[place, TOKEN_ROLES] & NUMBER_SIGN else place
            while tokens[here, TOKEN_KIND] == FULL_STOP or tokens[here, TOKEN_KIND] == COLON:
                here += 1
            if tokens[here, TOKEN_DIGITS] > 0:
                mark = tokens[here + 1, TOKEN_KIND]
                more = here + 2 if mark == FULL_STOP or mark == COLON else here + 1
                place = more + 1 if tokens[more, TOKEN_DIGITS] > 0 else here + 1
    for n in range(kept, min(kept + MAX_PHRASE, count)):
        for column in range(TOKEN_COLUMNS):
            tokens[n, column] = 0
    return int(kept)


@compiled
def _contestant_length(tokens: Any, place: int, memo: Any, table: Any) -> int:
    """How many tokens from here on name a contestant; 0 for none."""
    length = _length(tokens, place, NAME, memo, table)
    digits, kind, roles = tokens[place, TOKEN_DIGITS], tokens[place, TOKEN_KIND], tokens[place, TOKEN_ROLES]
    if length == 0 and (kind == CONTESTANT_TOKEN or 200 < digits < 210):
        length = 1
    if length == 0 and roles & CONTEST:
        length = _length(tokens, place + 1, PAIR_NAME, memo, table)
        length += 1 if length > 0 else 0
    if length == 0 and kind == HASH_TOKEN and 0 < tokens[place + 1, TOKEN_DIGITS] < 300:
        length = 2
    if length == 0 and roles & NUMBER_WORD:
        here = place + 1
        while here < place + 3 and tokens[here, TOKEN_KIND] == FULL_STOP:
            here += 1
        here += 1 if tokens[here, TOKEN_KIND] == HASH_TOKEN else 0
        if 0 < tokens[here, TOKEN_DIGITS] < 300 or tokens[here, TOKEN_ROLES] & COUNT:
            length = here + 1 - place
    if length == 0 and place > PRESET and tokens[place - 1, TOKEN_ROLES] & VOTE:
        length = 1 if 0 < digits < 300 else _length(tokens, place, PAIR_NAME, memo, table)
    return length


@compiled
def mask_tokens(tokens: Any, count: int, memo: Any, table: Any, masked: Any) -> int:
    """Fills `masked` with the tokens, every contestant as one; changes `tokens`. Gives the number of masked tokens."""
    count = _drop_addresses(tokens, count)
    kept, place = 0, PRESET
    while place < count:
        told = tokens[place, TOKEN_ROLES] | tokens[place, TOKEN_BEGINS]
        if place > PRESET:
            told |= tokens[place - 1, TOKEN_ROLES] & VOTE
        kind = tokens[place, TOKEN_KIND]
        length = 0
        if told & MAY_NAME or tokens[place, TOKEN_DIGITS] > 0 or kind == CONTESTANT_TOKEN or kind == HASH_TOKEN:
            length = _contestant_length(tokens, place, memo, table)
        source = place
        if length > 0:
            source = 0
            while kept > 0 and masked[kept - 1, TOKEN_ROLES] & TITLE:
                kept -= 1
        elif tokens[place, TOKEN_ROLES] & FINGERS:
            source = 1
        if length == 0 or kept == 0 or masked[kept - 1, TOKEN_KIND] != CONTESTANT_TOKEN:
            for column in range(TOKEN_COLUMNS):
                masked[kept, column] = tokens[source, column]
            kept += 1
        place += max(length, 1)
    for n in range(kept, kept + MAX_PHRASE):
        for column in range(TOKEN_COLUMNS):
            masked[n, column] = 0
    return kept


@compiled
def read_words(tokens: Any, count: int, memo: Any, table: Any, terms: Any, groups: Any, bits: Any) -> int:
    """What the words and phrases of masked tokens tell.

    Adds the bits of topics and slots to `bits`, fills `groups` with those of each token and `terms` with the rows of
    the lexicon's terms (negative: a boundary); gives how many terms there are.
    """
    number, ahead = 0, 0
    for place in range(count):
        slot = tokens[place, TOKEN]
        row, length = memo[slot, ROW], 1
        group = 0
        if tokens[place, TOKEN_ROLES] & (TELLS_BITS | TELLS_GROUP):
            group = memo[slot, GROUPS]
            bits[0] |= memo[slot, TOPICS]
            for column in range(SLOT_NUMBERS):
                bits[1 + column] |= memo[slot, SLOTS + column]
        is_mark = tokens[place, TOKEN_KIND] >= FIRST_MARK
        is_end = is_mark or (tokens[place, TOKEN_ROLES] & BOUNDARY) != 0
        if tokens[place, TOKEN_BEGINS] & (LEXICON | TELLS_BITS | TELLS_GROUP):
            key = tokens[place, TOKEN_KEY]
            for words in range(2, memo[slot, LONGEST] + 1):
                key = spread(key * PAIR_PRIME + tokens[place + words - 1, TOKEN_KEY])
                phrase = find_row(table, key)
                bits[0] |= table[phrase, TOPICS]
                for column in range(SLOT_NUMBERS):
                    bits[1 + column] |= table[phrase, SLOTS + column]
                group |= table[phrase, GROUPS]
                if table[phrase, ROLES] & LEXICON:
                    row, length = phrase, words
                    is_end = is_mark or (table[phrase, ROLES] & BOUNDARY) != 0
        groups[place] = group
        if place >= ahead:
            terms[number] = -row - 1 if is_end else row
            number += 1
            ahead = place + length
    return number


@compiled
def lexicon_score(terms: Any, number: int, lexicon: Any) -> float:
    """`reference.lexicon_score` of terms."""
    total, emoji = 0.0, 0.0
    for here in range(number):
        row = max(terms[here], -terms[here] - 1)
        emoji += lexicon[row, EMOJI_WEIGHT]
        weight = lexicon[row, WEIGHT]
        if weight == 0.0:
            continue
        for back in range(here - 1, max(here - NEGATION_REACH, 0) - 1, -1):
            if terms[back] < 0:
                break
            turning = lexicon[terms[back], TURNING]
            if turning != 1.0:
                weight *= turning
                break
        if here > 0:
            weight *= lexicon[max(terms[here - 1], -terms[here - 1] - 1), STRENGTH]
        if here + 1 < number:
            weight *= lexicon[max(terms[here + 1], -terms[here + 1] - 1), STRENGTH]
        total += weight
    return total + max(-EMOJI_LIMIT, min(EMOJI_LIMIT, emoji))


@compiled
def has_content(tokens: Any, count: int) -> bool:
    """Whether a typed token is a word, a number, a contestant or an emoji."""
    for place in range(PRESET, count):
        if tokens[place, TOKEN_KIND] < URL_TOKEN:
            return True
    return False


@compiled
def tell_language(tokens: Any, count: int, more_foreign: bool) -> int:
    """The language of masked tokens, as a place of `LANGUAGE_CODES`; also whether most letters are not Latin."""
    indonesian, javanese, other = 0, 0, 0
    for place in range(count):
        roles = tokens[place, TOKEN_ROLES]
        indonesian += 1 if roles & INDONESIAN else 0
        javanese += 1 if roles & JAVANESE else 0
        other += 1 if roles & FOREIGN else 0
    local = indonesian + javanese
    if more_foreign or other > local:
        return IN_OTHER
    if local == 0:
        return NO_LANGUAGE
    if min(indonesian, javanese) >= MIXED_SHARE * local:
        return IN_BOTH
    return IN_JAVANESE if javanese > indonesian else IN_INDONESIAN
