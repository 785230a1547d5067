"""Folded characters to tokens, and what is known of each token, looked up once.

Tokens are lower-case words and numbers, the marks `. , ! ? :` and `#`, emoji, `_url_` and `_akun_`. Joining them with
spaces and spelling again changes nothing (but for a word in disguise, `disguises.py`).

What depends on a token alone is kept in `memo`, a hash table by the token's hash that is emptied when it is full.
"""

from typing import Any

import numpy as np

from flows.labels import letters as kinds
from flows.labels import roles
from flows.labels.compiled.compiling import (
    ACCOUNT_TOKEN,
    APOSTROPHE,
    BEGINS,
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
    NOUGHT,
    OPEN,
    PRESET,
    ROLES,
    ROW,
    SLASH,
    SPOKEN,
    START,
    STEM_START,
    TOKEN,
    TOKEN_BEGINS,
    TOKEN_COLUMNS,
    TOKEN_KEY,
    TOKEN_KIND,
    TOKEN_ROLES,
    TOPICS,
    UNDERLINE,
    URL_TOKEN,
    WINDOWS,
    WORD,
    ZERO,
    find_row,
    spread,
)
from flows.labels.compiled.letters import CHARACTER, FIXED, LIMIT, OWN, PEOPLE_WORD, SPACE, fixed_token, is_word
from flows.labels.compiled.scoring import list_windows, sum_rows
from flows.machine_code import compiled

MARK, HASH, AT, EMOJI, FLAG, UNDERSCORE = kinds.MARK, kinds.HASH, kinds.AT, kinds.EMOJI, kinds.FLAG, kinds.UNDERSCORE
MIN_STEM, MAX_STEM = 3, 24  # bytes of the beginning of a word that is looked up
LABEL_LETTERS, ADDRESS_LABELS = 63, 8  # of a web address: letters of a label, labels between the first and the last
NUMBER, SHORT_NUMBER, RUNNING_NUMBER = roles.NUMBER, roles.SHORT_NUMBER, roles.RUNNING_NUMBER
HOUR, MINUTE, YEAR = roles.HOUR, roles.MINUTE, roles.YEAR
_SMILE, _FROWN, _TEAR = ord("🙂"), ord("🙁"), ord("😢")
_COM, _ID, _ME, _LY = (int.from_bytes(name.encode(), "big") for name in ("com", "id", "me", "ly"))
# Tokens of ronda's own stand at the beginning of the bytes, before those of the text.
# One, two and three fingers are running numbers; a people is an ethnic group, a religion or an origin.
OWN_OCTETS = f" _url_ _akun_ _calon_ ✌ {PEOPLE_WORD} ".encode()
OWN_PLACES = np.array([[1, 6], [7, 13], [14, 21], [22, 25], [26, 26 + len(PEOPLE_WORD)]])
OWN_KINDS = (URL_TOKEN, ACCOUNT_TOKEN, CONTESTANT_TOKEN, EMOJI_TOKEN)
CONTESTANT_PLACE, FINGERS_PLACE = 2, 3


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
def _learn(memo: Any, slot: Any, kind: Any, octets: Any, start: int, end: int, rows: Any) -> None:
    """Fills the row of a token with what is known of it."""
    row = find_row(rows, memo[slot, KEY])
    for column in range(KEY + 1, COLUMNS):
        memo[slot, column] = rows[row, column]
    memo[slot, ROW], memo[slot, KIND], memo[slot, WINDOWS] = row, kind, -1
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
            row = find_row(rows, spread(STEM_START + value))
            memo[slot, ROLES] |= rows[row, ROLES]
            for column in range(TOPICS, COLUMNS):
                memo[slot, column] |= rows[row, column]
    memo[slot, SPOKEN] = spoken
    if digits == end - start:
        memo[slot, ROLES] |= _number_roles(digits, number)


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
def spell_text(room: Any, count: int, tables: Any, windows: Any, is_scored: bool) -> int:
    """The tokens of folded characters after `PRESET` others, then `MAX_PHRASE` empty ones; gives how many there are.

    Each has a space before and after its bytes. `room.pushes` are the sums of the rows of `windows` of a token's
    windows of letters, if the text `is_scored`.
    """
    points, letters, octets, memo, tokens = room.points, tables.letters, room.octets, room.memo, room.typed
    at, number, place = NOUGHT + len(OWN_OCTETS), NOUGHT, NOUGHT
    last = len(memo) - 2
    while place < count or number < PRESET:
        own = CONTESTANT_PLACE + number
        kind, end = np.int64(CONTESTANT_TOKEN), place
        if number >= FINGERS_PLACE - CONTESTANT_PLACE:
            kind = np.int64(EMOJI_TOKEN)
        if number >= PRESET:
            kind, end, own = _next_end(points, place, count, letters)
        first, place = place, end
        if kind == NO_TOKEN:
            continue
        start = at
        if own >= 0:
            start, stop = OWN_PLACES[own, 0], OWN_PLACES[own, 1]
        else:
            if kind >= HASH_TOKEN:
                end = first + 1
            elif kind == EMOJI_TOKEN and points[first] == COLON:
                nose, mouth = points[first + 1], points[end - 1]
                points[first] = _TEAR if nose == APOSTROPHE else (_SMILE if mouth == CLOSE else _FROWN)
                end = first + 1
            stop = _write(octets, at, points, first, end)
            octets[stop] = BLANK
            at = stop + 1
        key = np.int64(FNV_START)
        for n in range(start, stop):
            key = (key ^ octets[n]) * FNV_PRIME
        slot = key & last
        while memo[slot, KEY] != key and memo[slot, KEY] != 0:
            slot = (slot + 1) & last
        if memo[slot, KEY] == 0:
            memo[slot, KEY] = key
            memo[last + 1, 0] += 1
            _learn(memo, slot, kind, octets, start, stop, tables.rows)
        if is_scored and memo[slot, WINDOWS] < 0:
            size = list_windows(octets, start, stop, number, room.features) if kind == WORD else NOUGHT
            memo[slot, WINDOWS] = size
            room.pushes[slot, :] = 0
            sum_rows(room.features, size, windows, room.pushes[slot])
        tokens[number, TOKEN], tokens[number, START], tokens[number, END] = slot, start, stop
        tokens[number, TOKEN_KEY], tokens[number, TOKEN_KIND] = key, kind
        tokens[number, TOKEN_ROLES], tokens[number, TOKEN_BEGINS] = memo[slot, ROLES], memo[slot, BEGINS]
        number += 1
    for n in range(number, number + MAX_PHRASE):
        for column in range(TOKEN_COLUMNS):
            tokens[n, column] = 0
    return int(number)
