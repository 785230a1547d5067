"""The rules by words on the tokens of one text: contestants masked, the lexicon's score, and what words tell."""

from typing import Any

from flows.labels import roles
from flows.labels.compiled.compiling import (
    BEGINS,
    CONTESTANT_TOKEN,
    EMOJI_WEIGHT,
    FIRST_MARK,
    GROUPS,
    KEY,
    KIND,
    LONGEST,
    MAX_PHRASE,
    NEGATION_REACH,
    NOTHING,
    NOUGHT,
    ONE_CONTESTANT,
    ONE_HAND,
    ONE_PEOPLE,
    PAIR_PRIME,
    ROLES,
    ROW,
    SLOT_NUMBERS,
    SLOTS,
    STRENGTH,
    TOPICS,
    TURNING,
    URL_TOKEN,
    WEIGHT,
    find_rare,
    spread,
)
from flows.labels.compiled.matching import BEGIN, match, may_begin
from flows.machine_code import compiled, inlined

TITLE, FINGERS, LEXICON, BOUNDARY = roles.TITLE, roles.FINGERS, roles.LEXICON, roles.BOUNDARY
INDONESIAN, JAVANESE, FOREIGN = roles.INDONESIAN, roles.JAVANESE, roles.FOREIGN
TELLS_BITS, TELLS_GROUP = roles.TELLS_BITS, roles.TELLS_GROUP
PEOPLE, PARTY_NAME, PARTY_WORD = roles.PEOPLE, roles.PARTY_NAME, roles.PARTY_WORD
NAMES = FINGERS | PEOPLE | PARTY_NAME  # what is masked beside the contestants that patterns find
EMOJI_LIMIT = 2.0  # ten equal emoji say no more than one strong one
MIXED_SHARE = 0.25  # of the function words, the lesser language's share from which a text is mixed
NO_LANGUAGE, IN_INDONESIAN, IN_JAVANESE, IN_BOTH, IN_OTHER = range(5)
LANGUAGE_CODES = (None, "id", "jv", "mixed", "other")
# What is told of a text, by column.
HAS_CONTENT, MAY_NAME_PLACE, LANGUAGE, COUNTS, TOPICS_TOLD, SLOTS_TOLD = 0, 1, 2, 3, 6, 7
FACTS = SLOTS_TOLD + SLOT_NUMBERS


@inlined
def told_roles(tokens: Any, count: int, memo: Any) -> int:
    """The roles that any of the tokens has or begins: what none has, no rule need look for."""
    told = NOUGHT
    for place in range(count):
        told |= memo[tokens[place], ROLES] | memo[tokens[place], BEGINS]
    return int(told)


@compiled
def may_name_place(tokens: Any, count: int, memo: Any, tables: Any) -> bool:
    """Whether typed tokens are worth the places rule."""
    begin = tables.places[0, BEGIN]
    for place in range(count):
        if may_begin(begin, memo, tokens[place]) and match(tables.places, tokens, place, memo, tables) > 0:
            return True
    return False


@compiled
def _clear(tokens: Any, first: int, last: int) -> None:
    for n in range(first, last):
        tokens[n] = NOTHING


@compiled
def drop_addresses(tokens: Any, count: int, memo: Any, tables: Any) -> int:
    """Leaves out the numbers of streets and schools, times and dates, in place; gives the new number of tokens."""
    begin = tables.addresses[0, BEGIN]
    kept, place = NOUGHT, NOUGHT
    while place < count:
        length = NOUGHT
        if may_begin(begin, memo, tokens[place]):
            length = match(tables.addresses, tokens, place, memo, tables)
        if length == 0:
            tokens[kept] = tokens[place]
            kept += 1
        place += max(length, 1)
    _clear(tokens, kept, min(kept + MAX_PHRASE, count))
    return int(kept)


@compiled
def mask_tokens(tokens: Any, count: int, masked: Any, memo: Any, tables: Any) -> int:
    """Fills `masked` with the tokens, every contestant as one, whatever name, party, number or titles it has.

    Gives the number of masked tokens, after which empty ones stand.
    """
    is_party_talk = False
    for n in range(count):
        is_party_talk |= (memo[tokens[n], ROLES] & PARTY_WORD) != 0
    begin = tables.contestants[0, BEGIN]
    kept, place = NOUGHT, NOUGHT
    while place < count:
        token = tokens[place]
        told = memo[token, ROLES]
        length = NOUGHT
        if may_begin(begin, memo, token):
            length = match(tables.contestants, tokens, place, memo, tables)
        if is_party_talk and told & PARTY_NAME:
            length = max(length, 1)
        if length > 0:
            token = ONE_CONTESTANT
            while kept > 0 and memo[masked[kept - 1], ROLES] & TITLE:
                kept -= 1
        elif told & FINGERS:
            token = ONE_HAND
        elif told & PEOPLE:
            token = ONE_PEOPLE
        if length == 0 or kept == 0 or memo[masked[kept - 1], KIND] != CONTESTANT_TOKEN:
            masked[kept] = token
            kept += 1
        place += max(length, 1)
    _clear(masked, kept, kept + MAX_PHRASE)
    return int(kept)


@inlined
def copy_tokens(tokens: Any, count: int, masked: Any) -> None:
    """Fills `masked` with tokens of which none is of a contestant or a people, and the empty ones after them."""
    for place in range(count + MAX_PHRASE):
        masked[place] = tokens[place]


@inlined
def read_words(tokens: Any, count: int, room: Any, groups: Any, tables: Any, facts: Any) -> int:
    """What the words and phrases of masked tokens tell.

    Adds the bits of topics and slots to `facts`, fills `groups` with those of each token and `room.terms` with the rows
    of the lexicon's terms (negative: a boundary); gives how many terms there are.
    """
    memo, rows = room.memo, tables.rows
    number, ahead = NOUGHT, 0
    for place in range(count):
        token = tokens[place]
        told, begun = memo[token, ROLES], memo[token, BEGINS]
        row, length = memo[token, ROW], 1
        group = NOUGHT
        if told & (TELLS_BITS | TELLS_GROUP):
            group = memo[token, GROUPS]
            facts[TOPICS_TOLD] |= memo[token, TOPICS]
            for column in range(SLOT_NUMBERS):
                facts[SLOTS_TOLD + column] |= memo[token, SLOTS + column]
        is_mark = memo[token, KIND] >= FIRST_MARK
        is_end = is_mark or (told & BOUNDARY) != 0
        if begun & (LEXICON | TELLS_BITS | TELLS_GROUP):
            key = memo[token, KEY]
            for words in range(2, memo[token, LONGEST] + 1):
                key = spread(key * PAIR_PRIME + memo[tokens[place + words - 1], KEY])
                phrase = find_rare(tables, key)
                if phrase == len(rows) - 1:
                    continue
                facts[TOPICS_TOLD] |= rows[phrase, TOPICS]
                for column in range(SLOT_NUMBERS):
                    facts[SLOTS_TOLD + column] |= rows[phrase, SLOTS + column]
                group |= rows[phrase, GROUPS]
                if rows[phrase, ROLES] & LEXICON:
                    row, length = phrase, words
                    is_end = is_mark or (rows[phrase, ROLES] & BOUNDARY) != 0
        groups[place] = group
        if place >= ahead:
            room.terms[number] = -row - 1 if is_end else row
            number += 1
            ahead = place + length
    return int(number)


@compiled
def lexicon_score(terms: Any, number: int, lexicon: Any) -> float:
    """The summed weight of terms.

    A negation turns and shortens, a prohibition silences the weights of the next three terms, words of degree change
    those beside them, and marks and "but" words end their reach.
    """
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


@inlined
def has_content(tokens: Any, count: int, memo: Any) -> bool:
    """Whether a typed token is a word, a number, a contestant or an emoji."""
    for place in range(count):
        if memo[tokens[place], KIND] < URL_TOKEN:
            return True
    return False


@inlined
def tell_language(tokens: Any, count: int, memo: Any, more_foreign: bool) -> int:
    """The language of masked tokens, as a place of `LANGUAGE_CODES`; also whether most letters are not Latin."""
    indonesian, javanese, other = 0, 0, 0
    for place in range(count):
        roles = memo[tokens[place], ROLES]
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
