"""Numbers of people in the shadow of a text: telephone, identity and account numbers, however they are grouped.

A number is read as groups of digits with what stands between them. What is written like an amount, a date or a time is
left alone, and so is every number whose groups fit none of the rules. Lengths: ITU-T E.164 and the national numbering
plan for telephones; sixteen digits with a date of birth for identity and family cards (NIK, KK), fifteen for taxpayers.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from flows.loading.shadow import Part

IDENTITY, TELEPHONE, ACCOUNT = "[nomor identitas]", "[telepon]", "[nomor]"

_RUN = re.compile(r"[0-9](?:[ .\-_()]{0,4}[0-9])*")
_GROUP = re.compile("[0-9]+")
_FEWEST_DIGITS, _MOST_DIGITS = 8, 20  # of a number in groups
_CONTEXT = 32  # characters before a number that can say what it is
_MONEY_BEFORE = re.compile(r"(?:(?<![a-z])(?:rp|idr|usd)|\$)[ .]{0,2}\Z", re.IGNORECASE)
_COUNTED_AFTER = re.compile(r" ?(?:rupiah|perak|suara)(?![a-z])", re.IGNORECASE)
_TELEPHONE_BEFORE = re.compile(  # and neither a number nor what was masked in between
    r"(?<![a-z\[])(?:wa|whats?app?|hp|tel|te?le?pon|te?lpn?|phone|call|cp|hub|hubungi|sms|kontak|contact)(?![a-z])"
    r"[^0-9\n@\[\x1f]{0,12}\Z",
    re.IGNORECASE,
)
_BANK = "bank|bca|bri|bni|btn|bsi|bpd|mandiri|ovo|gopay|shopeepay|linkaja|seabank|va"
_ACCOUNT_BEFORE = re.compile(  # and no other word in between: "rek" also means "friends"
    rf"(?<![a-z])(?:norek|rek|rekening|{_BANK})(?![a-z])[^a-z0-9\n@\[\x1f]{{0,12}}"
    rf"(?:(?:no|nomor|rek|rekening|a/?n|{_BANK})[^a-z0-9\n@\[\x1f]{{1,4}}){{0,3}}\Z",
    re.IGNORECASE,
)
_YEAR = re.compile("(?:19|20)[0-9]{2}")
_MOBILE = re.compile("(?P<prefix>0*62|0+)?8[1-9][0-9]{6,10}")
_MOBILE_START = re.compile("(?:0*62|0+)8[1-9]")
_AREA = re.compile("0[2-79][0-9]{1,2}")
_PROVINCE = "1[1-9]|21|3[1-6]|5[1-3]|6[1-5]|7[1-6]|8[12]|9[1-7]"  # codes of the Ministry of Home Affairs
_BIRTH = re.compile(f"(?:{_PROVINCE})[0-9]{{4}}(?:[04][1-9]|[1256][0-9]|[37][01])(?:0[1-9]|1[0-2])[0-9]{{6}}")
_BIRTH_BORDERS = frozenset((2, 4, 6, 8, 10, 12))  # province, regency, district, day, month and year end there
_TAXPAYER = [2, 3, 3, 1, 3, 3]


class Run(NamedTuple):
    """Groups of digits that stand together: the places of their first digits, and what is between them."""

    shadow: str
    starts: list[int]
    groups: list[str]
    gaps: list[str]  # one fewer than groups

    def before(self, place: int) -> str:
        """What stands before a group."""
        start = self.starts[place]
        return self.shadow[max(0, start - _CONTEXT) : start]

    def end(self, place: int) -> int:
        """Where a group ends."""
        return self.starts[place] + len(self.groups[place])

    def gap_before(self, place: int) -> str:
        return self.gaps[place - 1] if place else ""

    def gap_after(self, place: int) -> str:
        return self.gaps[place] if place < len(self.gaps) else ""


def find_numbers(shadow: str) -> Iterator[Part]:
    """The numbers of people in a shadow, in order."""
    for match in _RUN.finditer(shadow):
        if match.end() - match.start() < _FEWEST_DIGITS:
            continue
        groups = list(_GROUP.finditer(shadow, match.start(), match.end()))
        gaps = [shadow[one.end() : two.start()] for one, two in pairwise(groups)]
        yield from _judge(Run(shadow, [group.start() for group in groups], [group[0] for group in groups], gaps))


def _judge(run: Run) -> Iterator[Part]:
    ordinary = [*_ordinary(run), True]
    place = 0
    while place < len(run.groups):
        if ordinary[place]:
            place += 1
            continue
        last = place
        while last < place + _MOST_DIGITS and not ordinary[last]:
            last += 1
        length = 0
        for word, length_of in _RULES:
            if length := length_of(run, place, last):
                yield _cut(run, place, place + length - 1, word)
                break
        place += max(length, 1)


def _cut(run: Run, place: int, last: int, word: str) -> Part:
    """The number of these groups, with the plus and the bracket before it."""
    start, end = run.starts[place], run.end(last)
    opened = run.shadow.count(")", start, end) - run.shadow.count("(", start, end)
    while word == TELEPHONE and start and run.shadow[start - 1] in ("+(" if opened > 0 else "+"):
        start -= 1
        opened -= run.shadow[start] == "("
    return Part(start, end, word)


# --------------------------------------------------------------------------------------------- ordinary numbers


def _ordinary(run: Run) -> list[bool]:
    """Which groups are part of an amount, a date or a time."""
    ordinary = [False] * len(run.groups)
    place = 0
    while place < len(run.groups):
        length = max(_amount(run, place), _date(run, place), _time(run, place))
        ordinary[place : place + length] = [True] * length
        place += max(length, 1)
    return ordinary


def _amount(run: Run, place: int) -> int:
    """How many groups from here on are one amount: thousands with dots, or anything beside a word for money."""
    groups, gaps = run.groups, run.gaps
    if groups[place][0] == "0" or run.gap_before(place) == ".":
        return 0
    last = place
    while last < len(gaps) and gaps[last] == ".":
        last += 1
    length = last - place + 1
    is_thousands = (
        length > 1 and len(groups[place]) <= 3 and all(len(group) == 3 for group in groups[place + 1 : last + 1])
    )
    if length > 1 and not is_thousands:
        return 0
    if _MONEY_BEFORE.search(run.before(place)):
        return length
    if _may_be_mobile(run, place, last):
        return 0
    is_counted = not place and len(groups[place]) >= 10 and _COUNTED_AFTER.match(run.shadow, run.end(place))
    return length if is_thousands or is_counted else 0


def _may_be_mobile(run: Run, place: int, last: int) -> bool:
    """Whether what may be an amount is rather the number of a mobile telephone, as 62.812.345.678."""
    mobile = _MOBILE.fullmatch("".join(run.groups[place : last + 1]))
    return mobile is not None and (mobile["prefix"] == "62" or bool(_TELEPHONE_BEFORE.search(run.before(place))))


def _date(run: Run, place: int) -> int:
    """3 where a date with a year of four digits stands, as 17-08-2023, 17.8.2023 or 2023-08-17."""
    if place + 2 >= len(run.groups) or run.gaps[place] not in ("-", ".") or run.gaps[place] != run.gaps[place + 1]:
        return 0
    if run.gaps[place] in (run.gap_before(place), run.gap_after(place + 2)):
        return 0
    one, two, three = run.groups[place : place + 3]
    if _YEAR.fullmatch(one):
        one, three = three, one
    is_date = _YEAR.fullmatch(three) and len(one) <= 2 and len(two) <= 2 and int(one) <= 31 and int(two) <= 12
    return 3 if is_date else 0


def _time(run: Run, place: int) -> int:
    """2 where a time stands, as 07.30."""
    if place + 1 >= len(run.groups) or run.gaps[place] != ".":
        return 0
    if "." in (run.gap_before(place), run.gap_after(place + 1)):
        return 0
    hour, minute = run.groups[place : place + 2]
    return 2 if len(hour) == len(minute) == 2 and int(hour) <= 24 and int(minute) < 60 else 0


# ----------------------------------------------------------------------------------------------- numbers of people


def _lengths_to(groups: list[str], most: int) -> int:
    """How many of the groups have together no more than so many digits."""
    count, digits = 0, 0
    while count < len(groups) and digits + len(groups[count]) <= most:
        digits += len(groups[count])
        count += 1
    return count


def _identity(run: Run, place: int, last: int) -> int:
    groups = run.groups[place:last]
    if [len(group) for group in groups[: len(_TAXPAYER)]] == _TAXPAYER:
        return len(_TAXPAYER)
    count = _lengths_to(groups, 16)
    groups = groups[:count]
    number = "".join(groups)
    if len(number) != 16 or len(set(number)) == 1:
        return 0
    gaps = run.gaps[place : place + count - 1]
    is_card = {len(group) for group in groups} == {4} and not any(len(gap) > 1 for gap in gaps)
    if count == 1 or (is_card and not _YEAR.fullmatch(groups[0])):
        return count
    borders = {sum(len(group) for group in groups[:n]) for n in range(1, count)}
    is_even = len({len(group) for group in groups}) == 1
    return count if _BIRTH.fullmatch(number) and (is_even or borders <= _BIRTH_BORDERS) else 0


def _telephone(run: Run, place: int, last: int) -> int:
    most = _lengths_to(run.groups[place:last], _MOST_DIGITS)
    before = run.before(place)
    is_asked = bool(_TELEPHONE_BEFORE.search(before))
    for count in range(most, 0, -1):
        groups, gaps = run.groups[place : place + count], run.gaps[place : place + count - 1]
        lengths = [len(group) for group in groups]
        if count > 1 and lengths[-1] <= 2 < lengths[-2] and sum(lengths[:-1]) >= 11:
            continue  # the number was whole before: this is another
        is_international = before.rstrip("(").endswith("+") and groups[0][0] != "0" and 8 <= sum(lengths) <= 15
        if is_international or _is_mobile(groups, gaps, is_asked) or _is_landline(groups, gaps, before):
            return count
    return 0


def _is_mobile(groups: list[str], gaps: list[str], is_asked: bool) -> bool:
    mobile = _MOBILE.fullmatch("".join(groups))
    if mobile is None or is_asked:
        return mobile is not None
    if mobile["prefix"] is None:
        lengths = [len(group) for group in groups]
        in_groups = len(groups) > 1 and lengths[0] == 3 and min(lengths) >= 3 and max(lengths) in (4, 5)
        return in_groups and set(gaps) == {"-"} and not all(map(_YEAR.fullmatch, groups[1:]))
    if len(groups) == 1:
        return True
    is_short = mobile["prefix"].endswith("62") and len(mobile[0]) - len(mobile["prefix"]) < 9
    return not is_short and _is_grouped(groups, mobile["prefix"])


def _is_grouped(groups: list[str], prefix: str) -> bool:
    """Whether the digits of a mobile telephone with its prefix stand in groups as people write them."""
    lengths = [len(group) for group in groups]
    head, inner = lengths[0], lengths[1:-1]
    if set(lengths) in ({1}, {2}):
        return head == 1 or sum(lengths) > 10
    if set(lengths) == {3} and all(group[0] == "0" for group in groups):
        return False  # a list of polling stations
    if groups[0] == prefix:
        return lengths[1] >= 3 or 2 not in inner
    return head >= 4 or (head == 3 and 2 not in inner) or (head == 2 and lengths[1] >= 7)


def _is_landline(groups: list[str], gaps: list[str], before: str) -> bool:
    if len(groups) == 1 or not _AREA.fullmatch(groups[0]):
        return False
    digits = sum(len(group) for group in groups[1:])
    if before.endswith("(") and gaps[0].startswith(")"):
        return 5 <= digits <= 8
    is_number = (7 if len(groups[0]) == 3 else 6) <= digits <= 8 and min(map(len, groups[1:])) >= 3
    return is_number and groups[1][0] != "0" and not all(map(_YEAR.fullmatch, groups[1:]))


def _long_number(run: Run, place: int, _: int) -> int:
    """A number of ten digits or more, whatever it is; not one digit repeated, which is a shout."""
    return int(len(run.groups[place]) >= 10 and len(set(run.groups[place])) > 1)


def _account(run: Run, place: int, last: int) -> int:
    """A number after the word for an account or the name of a bank."""
    if not _ACCOUNT_BEFORE.search(run.before(place)):
        return 0
    if _MOBILE_START.match(run.groups[place]) and _telephone(run, place, last):
        return 0
    count = _lengths_to(run.groups[place:last], _MOST_DIGITS)
    groups = run.groups[place : place + count]
    is_spaced = count > 1 and len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    is_number = sum(map(len, groups)) >= _FEWEST_DIGITS and not is_spaced and not all(map(_YEAR.fullmatch, groups))
    return count if is_number else 0


_RULES = ((IDENTITY, _identity), (ACCOUNT, _account), (TELEPHONE, _telephone), (ACCOUNT, _long_number))
