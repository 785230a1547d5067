"""Bytes to folded characters: `spelling.fold` and the thousands of numbers, on room that is used again."""

from typing import Any

from flows.labels import letters as kinds
from flows.labels.compiled.compiling import compiled

LIMIT, LAST_LETTER = kinds.LIMIT, kinds.LAST_LETTER
LATIN, LETTER, DIGIT, NUMBER = kinds.LATIN, kinds.LETTER, kinds.DIGIT, kinds.NUMBER
EMOJI, FLAG, UNDERSCORE = kinds.EMOJI, kinds.FLAG, kinds.UNDERSCORE
DROPPED = ord(kinds.DROPPED)
_OWN = ("_url_", "_akun_", "_calon_")
OWN_POINTS = tuple(tuple(ord(letter) for letter in token) for token in _OWN)
URL_POINTS, ACCOUNT_POINTS, CONTESTANT_POINTS = OWN_POINTS


@compiled
def kind_of(point: int, table: Any) -> int:
    """What a folded character is."""
    return int(table.kinds[point]) if point < LIMIT else LETTER


@compiled
def is_word(kind: int) -> bool:
    """Whether a character of this kind is part of a word."""
    return kind == LATIN or kind == DIGIT or kind == LETTER or kind == NUMBER


@compiled
def begins(points: Any, place: int, count: int, wanted: Any) -> bool:
    """Whether the wanted characters stand here."""
    if place + len(wanted) > count:
        return False
    for n in range(len(wanted)):
        if points[place + n] != wanted[n]:
            return False
    return True


@compiled
def _own_length(points: Any, place: int, count: int) -> int:
    """The length of one of ronda's own tokens here, 0 for none."""
    if begins(points, place, count, URL_POINTS):
        return len(URL_POINTS)
    if begins(points, place, count, ACCOUNT_POINTS):
        return len(ACCOUNT_POINTS)
    if begins(points, place, count, CONTESTANT_POINTS):
        return len(CONTESTANT_POINTS)
    return 0


@compiled
def _decode(data: Any, first: int, last: int, table: Any, points: Any) -> Any:
    """Folds UTF-8 bytes to characters; gives how many, and whether any is drawn like a Latin letter."""
    count = 0
    has_alike = False
    at = first
    while at < last:
        octet = int(data[at])
        if octet < 0x80:
            point, size = octet, 1
        elif octet < 0xE0:
            point, size = octet & 0x1F, 2
        elif octet < 0xF0:
            point, size = octet & 0x0F, 3
        else:
            point, size = octet & 0x07, 4
        for n in range(1, min(size, last - at)):
            point = (point << 6) | (int(data[at + n]) & 0x3F)
        at += size
        if point >= LIMIT:
            if point <= LAST_LETTER:
                points[count] = point
                count += 1
            continue
        folded = table.folds[point]
        if folded >= 0:
            points[count] = folded
            count += 1
            has_alike |= folded != table.alikes[folded] if folded < LIMIT else False
        elif folded < -1:
            start = -2 - folded
            for n in range(table.many[start]):
                one = table.many[start + 1 + n]
                points[count] = one
                count += 1
                has_alike |= one != table.alikes[one] if one < LIMIT else False
    return count, has_alike


@compiled
def _has_latin(points: Any, count: int) -> bool:
    place = 0
    while place < count:
        point = points[place]
        if ord("a") <= point <= ord("z"):
            return True
        own = _own_length(points, place, count) if point == ord("_") else 0
        place += max(own, 1)
    return False


@compiled
def _is_final(points: Any, place: int, count: int, table: Any) -> bool:
    """Whether no word goes on here."""
    if place >= count:
        return True
    kind = kind_of(points[place], table)
    return not is_word(kind)


@compiled
def _shorten_doubles(points: Any, count: int, table: Any) -> int:
    """A doubled letter after another one at the end of a word as one letter, in place; gives the new number."""
    kept = 0
    for place in range(count):
        point = points[place]
        if (
            kept >= 2
            and ord("a") <= point <= ord("z")
            and point == points[kept - 1]
            and ord("a") <= points[kept - 2] <= ord("z")
            and _is_final(points, place + 1, count, table)
        ):
            continue
        points[kept] = point
        kept += 1
    return kept


@compiled
def _shorten_runs(points: Any, count: int) -> int:
    """A run of three equal letters a to z or more as one letter, in place; gives the new number."""
    kept, place = 0, 0
    while place < count:
        point = points[place]
        run = 1
        if ord("a") <= point <= ord("z"):
            while place + run < count and points[place + run] == point:
                run += 1
        for _ in range(1 if run > 2 else run):
            points[kept] = point
            kept += 1
        place += run
    return kept


@compiled
def _is_digit(points: Any, place: int, count: int) -> bool:
    return place < count and ord("0") <= points[place] <= ord("9")


@compiled
def _number_end(points: Any, place: int, count: int, table: Any) -> int:
    """Where a number ends whose thousands from this mark on are parted by marks; `place` when they are not."""
    end, at = place, place
    while (
        at < count
        and (points[at] == ord(".") or points[at] == ord(","))
        and _is_digit(points, at + 1, count)
        and _is_digit(points, at + 2, count)
        and _is_digit(points, at + 3, count)
    ):
        at += 4
        kind = kind_of(points[at], table) if at < count else -1
        if not (is_word(kind) or kind == UNDERSCORE):
            end = at
    return end


@compiled
def _join_thousands(points: Any, count: int, table: Any) -> int:
    """Numbers without the marks between their thousands, in place; gives the new number of characters."""
    kept, place, digits = 0, 0, 0
    while place < count:
        point = points[place]
        if (point == ord(".") or point == ord(",")) and 1 <= digits <= 3:
            end = _number_end(points, place, count, table)
            while place < end:
                if points[place] != ord(".") and points[place] != ord(","):
                    points[kept] = points[place]
                    kept += 1
                place += 1
            if place == count:
                break
            point = points[place]
        digits = digits + 1 if ord("0") <= point <= ord("9") else 0
        points[kept] = point
        kept += 1
        place += 1
    return kept


@compiled
def fold_text(data: Any, first: int, last: int, table: Any, points: Any) -> int:
    """The folded characters of the text in these bytes; gives how many there are."""
    count, has_alike = _decode(data, first, last, table, points)
    if has_alike and _has_latin(points, count):
        for place in range(count):
            if points[place] < LIMIT:
                points[place] = table.alikes[points[place]]
    count = _shorten_doubles(points, _shorten_runs(points, count), table)
    return _join_thousands(points, count, table)
