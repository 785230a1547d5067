"""Folded characters to tokens, and what is known of each token, looked up once.

Tokens are lower-case words and numbers, the marks `. , ! ? :` and `#`, emoji, `_url_` and `_akun_`. Joining them with
spaces and spelling again changes nothing (but for a word in disguise, `disguises.py`).

Most words were met before. What depends on a token alone is kept in a row of `memo`, and so are, in `parts`, the tokens
of what stood between two spaces, by its bytes as they were typed: the first sixteen as they are, further ones as a
hash. A part with a character that is read by the rest of its text has none; then the whole text is spelled. Both are
emptied when they are full.
"""

from typing import Any

import numpy as np

from flows.labels import letters as kinds
from flows.labels import roles
from flows.labels.compiled.compiling import (
    ACCOUNT_TOKEN,
    APOSTROPHE,
    BLANK,
    BRACKET,
    CLOSE,
    COLON,
    COLUMNS,
    CONTESTANT_TOKEN,
    DASH,
    EMOJI_TOKEN,
    END,
    END_BRACKET,
    FNV_PRIME,
    FNV_START,
    FULL_STOP,
    HASH_SIGN,
    HASH_TOKEN,
    KEY,
    KIND,
    LOWER_A,
    LOWER_W,
    MAX_PHRASE,
    NINE,
    NO_TOKEN,
    NOTHING,
    NOUGHT,
    ONE_URL,
    OPEN,
    PAIR_PRIME,
    ROLES,
    ROW,
    SLASH,
    SPOKEN,
    START,
    STEM_START,
    TOPICS,
    UNDERLINE,
    URL_TOKEN,
    WORD,
    ZERO,
    find_rare,
    find_row,
    spread,
)
from flows.labels.compiled.letters import (
    CHARACTER,
    FIXED,
    FOLD,
    LIMIT,
    OWN,
    PEOPLE_WORD,
    SPACE,
    fixed_token,
    fold_text,
    is_word,
    latin_balance,
)
from flows.labels.compiled.scoring import WINDOWS
from flows.machine_code import compiled, inlined

MARK, HASH, AT, EMOJI, FLAG, UNDERSCORE = kinds.MARK, kinds.HASH, kinds.AT, kinds.EMOJI, kinds.FLAG, kinds.UNDERSCORE
MIN_STEM, MAX_STEM = 3, 24  # bytes of the beginning of a word that is looked up
LABEL_LETTERS, ADDRESS_LABELS = 63, 8  # of a web address: letters of a label, labels between the first and the last
NUMBER, SHORT_NUMBER, RUNNING_NUMBER = roles.NUMBER, roles.SHORT_NUMBER, roles.RUNNING_NUMBER
HOUR, MINUTE, YEAR, LEXICON = roles.HOUR, roles.MINUTE, roles.YEAR, roles.LEXICON
_SMILE, _FROWN, _TEAR = ord("🙂"), ord("🙁"), ord("😢")
_COM, _ID, _ME, _LY = (int.from_bytes(name.encode(), "big") for name in ("com", "id", "me", "ly"))
# Tokens of ronda's own stand at the beginning of the bytes, before those of the text.
# One, two and three fingers are running numbers; a people is an ethnic group, a religion or an origin.
OWN_OCTETS = f" _url_ _akun_ _calon_ ✌ {PEOPLE_WORD} ".encode()
OWN_PLACES = np.array([[1, 6], [7, 13], [14, 21], [22, 25], [26, 26 + len(PEOPLE_WORD)]])
OWN_KINDS = (URL_TOKEN, ACCOUNT_TOKEN, CONTESTANT_TOKEN, EMOJI_TOKEN, EMOJI_TOKEN)
# Columns of a part: its bytes, how many (0: an empty row), where its tokens are, how many, and what its letters are.
LOW, HIGH, SIZE, FIRST, COUNT, BALANCE = range(6)
PART_COLUMNS = 8
_WHOLE: Any = np.bool_(False)
_PART: Any = np.bool_(True)  # one kind of argument, for which a function is compiled once
TOKENS, OCTETS, PARTS, LISTED = range(4)  # of each how many are used


@compiled
def _skip(points: Any, place: int, count: int, letters: Any) -> int:
    """Where the label of a web address ends that begins here."""
    last = min(count, place + LABEL_LETTERS)
    while place < last and points[place] < 0x80 and (is_word(points, place, letters) or points[place] == DASH):
        place += 1
    return place


@compiled
def _address_end(points: Any, place: int, count: int, letters: Any) -> int:
    """Where the web address ends that begins here with a letter or digit, `place` when none does."""
    end = _skip(points, place, count, letters)
    if end == place or end + 1 >= count:
        return place
    found, is_open = place, False
    if points[end] == COLON:
        is_open = 2 <= end - place <= 8 and end + 2 < count and points[end + 1] == SLASH == points[end + 2]
        for n in range(place, end):
            is_open &= points[n] >= LOWER_A
        found = end if is_open else place
    is_web = end - place == 3 and points[place] == points[place + 1] == points[place + 2] == LOWER_W
    labels = 0
    while not is_open and labels <= ADDRESS_LABELS and end + 1 < count and points[end] == FULL_STOP:
        first = end + 1
        end = _skip(points, first, count, letters)
        if end == first:
            break
        labels += 1
        if is_web and labels == 1 and end + 1 < count and points[end] == FULL_STOP and points[end + 1] != BLANK:
            is_open, found = True, end
        name = 0
        for n in range(first, min(end, first + 4)):
            name = (name << 8) | points[n]
        is_end = end == count or not (is_word(points, end, letters) or points[end] == UNDERLINE)
        if is_end and (name == _COM or name == _ID or name == _ME or name == _LY):
            found = end
    if is_open or (place < found < count and points[found] == SLASH):
        while found < count and points[found] != BLANK:
            found += 1
    return found


@compiled
def _emoticon(points: Any, place: int, count: int) -> int:
    """How many characters the emoticon has that begins with this colon, 0 for none."""
    if points[place] != COLON or place + 1 >= count:
        return 0
    mouth = points[place + 1]
    length = 2
    is_tear = mouth == APOSTROPHE
    if (mouth == DASH or is_tear) and place + 2 < count:
        mouth = points[place + 2]
        length = 3
    return length if mouth == OPEN or (mouth == CLOSE and not is_tear) else 0


@compiled
def _number_roles(digits: int, number: int) -> int:
    """The roles of a number of so many digits; its value counts for two digits only."""
    told = NUMBER
    if digits <= 2:
        told |= SHORT_NUMBER
    if digits == 2:
        told |= RUNNING_NUMBER if 0 < number < 10 else 0
        told |= HOUR if number < 30 else 0
        told |= MINUTE if number < 60 else 0
    return told | YEAR if digits == 4 else told


@compiled
def _learn(memo: Any, token: Any, octets: Any, tables: Any) -> None:
    """Fills the row of a token, of which the key, the kind and the bytes stand there, with what is known of it."""
    rows = tables.rows
    key, kind, start, end = memo[token, KEY], memo[token, KIND], memo[token, START], memo[token, END]
    row = find_row(rows, key)
    for column in range(COLUMNS):
        memo[token, column] = rows[row, column]
    memo[token, KEY], memo[token, KIND], memo[token, START], memo[token, END] = key, kind, start, end
    memo[token, ROW] = row if rows[row, ROLES] & LEXICON else len(rows) - 1  # one row for all that is no term
    value: Any = FNV_START
    spoken: Any = FNV_START
    digits, number = 0, 0
    for at in range(start, end):
        octet = np.int64(octets[at])
        value = (value ^ octet) * FNV_PRIME
        if ZERO <= octet <= NINE:
            digits += 1
            number = 10 * number + octets[at] - ZERO
            octet = np.int64(ZERO)
        spoken = (spoken ^ octet) * FNV_PRIME
        if MIN_STEM <= at - start + 1 <= MAX_STEM:
            row = find_rare(tables, spread(STEM_START + value))
            if row < len(rows) - 1:
                memo[token, ROLES] |= rows[row, ROLES]
                for column in range(TOPICS, COLUMNS):
                    memo[token, column] |= rows[row, column]
    memo[token, SPOKEN] = spoken
    if digits == end - start:
        memo[token, ROLES] |= _number_roles(digits, number)


@compiled
def _token_of(room: Any, kind: Any, start: Any, stop: Any, tables: Any) -> Any:
    """The row of the memo of the token in these bytes, after which a space stands; a new one keeps them."""
    octets, memo, slots = room.octets, room.memo, room.slots
    key: Any = np.int64(FNV_START)
    for n in range(start, stop):
        key = (key ^ octets[n]) * FNV_PRIME
    last = len(slots) - 1
    slot = spread(key) & last
    while slots[slot] != NOTHING and memo[slots[slot], KEY] != key:
        slot = (slot + 1) & last
    if slots[slot] == NOTHING:
        token = room.used[TOKENS]
        slots[slot] = token
        memo[token, KEY], memo[token, KIND], memo[token, START], memo[token, END] = key, kind, start, stop
        _learn(memo, token, octets, tables)
        room.pushes[token, WINDOWS] = -1
        room.used[TOKENS] += 1
        room.used[OCTETS] = max(room.used[OCTETS], stop + 1)
    return slots[slot]


@compiled
def forget(room: Any, tables: Any) -> None:
    """Empties the memo of all but ronda's own tokens, which are its first."""
    room.slots[:] = NOTHING
    room.parts[:, SIZE] = 0
    room.used[:] = 0
    room.used[TOKENS] = ONE_URL
    for own in range(len(OWN_PLACES)):
        _token_of(room, np.int64(OWN_KINDS[own]), OWN_PLACES[own, 0], OWN_PLACES[own, 1], tables)
    room.used[OCTETS] = len(OWN_OCTETS)


@compiled
def _write(octets: Any, at: int, points: Any, place: int, end: int) -> int:
    """Characters as UTF-8; gives where the next one goes."""
    for n in range(place, end):
        point = points[n]
        if point < 0x80:
            octets[at] = point
            at += 1
            continue
        more = 1 if point < 0x800 else (2 if point < 0x10000 else 3)
        octets[at] = (0xF00 >> (more + 1) & 0xFF) | (point >> 6 * more)
        for rest in range(more - 1, -1, -1):
            at += 1
            octets[at] = 0x80 | ((point >> 6 * rest) & 0x3F)
        at += 1
    return at


@compiled
def _next_end(points: Any, place: int, count: int, letters: Any) -> Any:
    """What the token here is (NO_TOKEN: none), where it ends, and which of ronda's own it becomes (-1: none)."""
    point = points[place]
    kind = letters[min(point, LIMIT), CHARACTER]
    end = place + 1
    if 0 < kind < SPACE:
        while end < count and is_word(points, end, letters):
            end += 1
        if end < count and point < 0x80 and DASH <= points[end] <= COLON:
            address = _address_end(points, place, count, letters)
            if address > place:
                return URL_TOKEN, address, 0
        return WORD, end, -1
    if kind == MARK:
        length = _emoticon(points, place, count)
        if length > 0:
            return EMOJI_TOKEN, place + length, -1
        while end < count and letters[min(points[end], LIMIT), CHARACTER] == MARK and not _emoticon(points, end, count):
            end += 1
        return np.int64(point), end, -1
    if kind == EMOJI:
        return EMOJI_TOKEN, end, -1
    if kind == FLAG:
        is_pair = end < count and letters[min(points[end], LIMIT), CHARACTER] == FLAG
        return EMOJI_TOKEN, end + 1 if is_pair else end, -1
    if kind == HASH:
        while end < count and points[end] == HASH_SIGN:
            end += 1
        return HASH_TOKEN, end, -1
    if kind == AT:
        while end < count and (is_word(points, end, letters) or points[end] == UNDERLINE or points[end] == FULL_STOP):
            end += 1
        return ACCOUNT_TOKEN if end > place + 1 else NO_TOKEN, end, 1
    if kind == UNDERSCORE or point == BRACKET:
        fixed = fixed_token(points, place, count)
        while fixed < len(FIXED) and points[end] != UNDERLINE and points[end] != END_BRACKET:
            end += 1
        if fixed < OWN:
            return OWN_KINDS[fixed], end + 1, fixed
        return NO_TOKEN, end + 1 if fixed < len(FIXED) else end, -1
    return NO_TOKEN, end, -1


@compiled
def _spell(room: Any, data: Any, first: int, last: int, is_part: bool, tables: Any, tokens: Any, at: int) -> Any:
    """Writes the tokens of a text, or of a part between spaces, in these bytes from a place on, letter by letter.

    Gives where they end, before their beginning for a part that cannot be read without the rest of its text, and how
    many more letters are Latin than are not.
    """
    points, letters, octets = room.points, tables.letters, room.octets
    count = fold_text(data, first, last, is_part, letters, points)
    if count < 0:
        return at - 1, NOUGHT
    balance = latin_balance(points, count, letters)
    place = NOUGHT
    while place < count:
        here = place
        kind, place, own = _next_end(points, here, count, letters)
        if kind == NO_TOKEN:
            continue
        if own >= 0:
            tokens[at] = ONE_URL + own
        else:
            end = place
            if kind >= HASH_TOKEN:
                end = here + 1
            elif kind == EMOJI_TOKEN and points[here] == COLON:
                nose, mouth = points[here + 1], points[end - 1]
                points[here] = _TEAR if nose == APOSTROPHE else (_SMILE if mouth == CLOSE else _FROWN)
                end = here + 1
            start = room.used[OCTETS]
            stop = _write(octets, start, points, here, end)
            octets[stop] = BLANK
            tokens[at] = _token_of(room, kind, start, np.int64(stop), tables)
        at += 1
    return at, balance


@inlined
def _end_of(data: Any, place: int, last: int, letters: Any) -> int:
    """Where the part of a text ends that begins here: at a space."""
    while place < last and (data[place] > BLANK or letters[data[place], FOLD] != BLANK):
        place += 1
    return place


@compiled
def _learn_part(room: Any, row: Any, data: Any, first: int, last: int, tables: Any) -> None:
    """Fills the row of a part with its tokens: of one the token itself, of several where they begin in `listed`."""
    parts, at = room.parts, room.used[LISTED]
    end, balance = _spell(room, data, first, last, _PART, tables, room.listed, at)
    is_one = end - at == 1
    parts[row, COUNT], parts[row, FIRST], parts[row, BALANCE] = end - at, room.listed[at] if is_one else at, balance
    if end - at > 1:
        room.used[LISTED] = end


@compiled
def spell_text(room: Any, data: Any, first: int, last: int, tables: Any) -> Any:
    """Fills `room.typed` with the tokens of the text in these bytes, after which `MAX_PHRASE` empty ones stand.

    Gives how many there are, and how many more of its letters are Latin than are not.
    """
    parts, listed, typed = room.parts, room.listed, room.typed
    count, balance, at = NOUGHT, NOUGHT, first
    while at < last:
        start, at = at, _end_of(data, at, last, tables.letters)
        size = at - start
        at += 1
        if size == 0:
            continue
        low, high = NOUGHT, NOUGHT
        for n in range(start, start + min(size, 8)):
            low = (low << 8) | data[n]
        for n in range(start + 8, start + min(size, 16)):
            high = (high << 8) | data[n]
        for n in range(start + 16, start + size):
            high = (high ^ data[n]) * FNV_PRIME
        row = spread(low * PAIR_PRIME + high) & (len(parts) - 1)
        while parts[row, SIZE] != 0 and (
            parts[row, LOW] != low or parts[row, HIGH] != high or parts[row, SIZE] != size
        ):
            row = (row + 1) & (len(parts) - 1)
        if parts[row, SIZE] == 0:
            parts[row, LOW], parts[row, HIGH], parts[row, SIZE] = low, high, size
            room.used[PARTS] += 1
            _learn_part(room, row, data, start, start + size, tables)
        more = parts[row, COUNT]
        if more < 0:
            count, balance = _spell(room, data, first, last, _WHOLE, tables, typed, NOUGHT)
            break
        if more == 1:
            typed[count] = parts[row, FIRST]
        else:
            for n in range(more):
                typed[count + n] = listed[parts[row, FIRST] + n]
        count += more
        balance += parts[row, BALANCE]
    for n in range(count, count + MAX_PHRASE):
        typed[n] = NOTHING
    return count, balance
