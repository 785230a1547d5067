"""Times as tools and people write them, as Unix seconds.

Numbers are Unix seconds or milliseconds, or a spreadsheet's count of days where a whole column is such. Words may be
ISO 8601, `30/01/2024 10.00`, `5 Februari 2024 pukul 14.30 WITA`, `Mon, 05 Feb 2024 14:30:00 +0700`. Whether 05/02 is in
February or in May is never guessed: the other days of the column show it, or the setting `time_format` says it.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple

from flows.post import Reason, Rejected
from flows.sources.spreadsheet import bare
from flows.sources.zones import NO_ZONES, Zones, zone_of

MILLISECONDS_ABOVE = 100_000_000_000
YEARS = range(1970, 2101)
SHORT_YEARS = range(2010, 2100)  # of which the last two digits are written; no watched platform's post is older
SERIAL_DAYS = range(36_526, 73_051)  # a spreadsheet's days of the years 2000 to 2099
SPREADSHEET_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock

MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan",
            "februari february pebruari feb peb",
            "maret march mar",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu agt ags aug",
            "september sept sep",
            "oktober october okt oct",
            "november nopember nov nop",
            "desember december des dec",
        ),
        start=1,
    )
    for name in names.split()
}
_ENGLISH = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
# Words around a date that tell nothing more.
_FILLERS = frozenset(
    {
        *("senin", "selasa", "rabu", "kamis", "jumat", "jum'at", "sabtu", "minggu", "ahad"),
        *("sen", "sel", "rab", "kam", "jum", "sab", "min"),
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        *("mon", "tue", "tues", "wed", "thu", "thur", "thurs", "fri", "sat", "sun"),
        *("tanggal", "tgl", "pukul", "pkl", "jam", "at", "on"),
    }
)

_HALVES = ("am", "pm")

_ZERO_FRACTION = re.compile(r"\d+\.0+", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?", re.ASCII)
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_NUMERIC = re.compile(r"(?<!\d)(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?!\d)", re.ASCII)
_DAY_MONTH = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?[ .\-/]*({_MONTH})[ .,\-/]*(\d{{4}})(?!\d)", re.ASCII)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.?[ -]+(\d{{1,2}})(?:st|nd|rd|th)?[ ,]+(\d{{4}})(?!\d|:)", re.ASCII)
_CTIME = re.compile(rf"\b({_MONTH}) +(\d{{1,2}}) +(\d\d?:\d\d:\d\d.*?) +(\d{{4}})$", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[t ]?(\d\d)(\d\d)(\d\d)?)?", re.ASCII)
_CLOCK = re.compile(
    r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:[.,]\d+)?)?\s*(am|pm|a\.m\.|p\.m\.)?\s*"
    r"((?:utc|gmt)?[+-]\d{1,2}(?::?\d\d)?|[a-z]{1,5})?",
    re.ASCII,
)
_WORD = re.compile(r"[a-z']+", re.ASCII)

_Finder = Callable[[str], re.Match[str] | None]
_Meaning = Callable[[re.Match[str]], tuple[dict[str, date], str]]  # days by order, and what is left of the text


class Written(NamedTuple):
    """A written time taken apart: the day by each order of its numbers, the clock, the zone it names."""

    days: Mapping[str, date]  # "dmy", "mdy", "ymd", or CERTAIN
    clock: time
    zone: str | None


class Form(NamedTuple):
    """How the times of a column are written: the orders of day, month and year that fit all, or days of a sheet."""

    orders: frozenset[str] = frozenset()
    is_serial: bool = False
    pattern: str | None = None  # of strptime, as the mapping says


FREE = Form()
CERTAIN = "certain"  # the order of a day that can be read in one way only: its month is a word, or its year comes first


def unknown_form(value: object, hint: str = "") -> Rejected:
    """The verdict on a time that is there and cannot be read."""
    return Rejected(Reason.TIME_FORM, f"{str(value)[:60]}{hint}")


def seconds(value: object) -> int:
    """A Unix time in seconds from a number or numeric string; above 10^11 it is milliseconds.

    Raises Rejected: NO_TIME when absent, zero or empty; TIME_FORM when no number; TIME_OUT_OF_RANGE when beyond any
    date.
    """
    if type(value) is int:
        moment = value
    elif isinstance(value, float) and math.isfinite(value):
        moment = int(value)
    elif isinstance(value, str) and (text := bare(value)).isascii() and len(text) <= 20:
        whole = text.partition(".")[0] if _ZERO_FRACTION.fullmatch(text) else text
        if text and not whole.isdecimal():
            raise unknown_form(text)
        moment = int(whole or 0)
    elif is_blank(value):
        moment = 0
    else:
        raise unknown_form(value)
    if moment == 0:
        raise Rejected(Reason.NO_TIME)
    if moment > MILLISECONDS_ABOVE:
        moment //= 1000
    if not 0 < moment <= MILLISECONDS_ABOVE:
        raise Rejected(Reason.TIME_OUT_OF_RANGE, str(value)[:80])
    return moment


def iso_seconds(value: object) -> int:
    """Unix seconds of a time whose year comes first: offsets, `Z`, zone names, fractions; without a zone it is UTC.

    Raises Rejected: NO_TIME when it is absent, TIME_FORM when it is no such time, TIME_ZONE.
    """
    if is_blank(value):
        raise Rejected(Reason.NO_TIME)
    text = bare(value) if isinstance(value, str) else ""
    if text[4:5] not in ("-", "/"):  # also keeps the compact forms out, which numbers would match
        raise unknown_form(value)
    return written_second(text, FREE, UTC, NO_ZONES)


def is_blank(value: object) -> bool:
    """Whether a cell says nothing."""
    if isinstance(value, str):
        return not bare(value)
    return value is None or (isinstance(value, float) and math.isnan(value))


def moment(value: Any, form: Form, zone: tzinfo, zones: Zones) -> int:
    """Unix seconds of a cell in the form of its column; a time that names no zone is in `zone`.

    Raises Rejected: NO_TIME, TIME_FORM, TIME_ZONE, TIME_OUT_OF_RANGE.
    """
    if is_blank(value):
        raise Rejected(Reason.NO_TIME)
    if isinstance(value, str):
        text = bare(value)
        if form.pattern is not None:
            return _by_pattern(text, form.pattern, zone)
        if form.is_serial and _SERIAL.fullmatch(text):
            return _of_serial(float(text.replace(",", ".")), zone)
        if not _is_number(text):
            return written_second(text, form, zone, zones)
    elif form.is_serial and _is_serial(value):
        return _of_serial(value, zone)
    return seconds(value)


def _is_serial(value: Any) -> bool:
    """Whether a cell can be a spreadsheet's count of days."""
    if isinstance(value, str):
        return _SERIAL.fullmatch(value) is not None and int(value[:5]) in SERIAL_DAYS
    return isinstance(value, int | float) and math.isfinite(value) and int(value) in SERIAL_DAYS


def _is_number(text: str) -> bool:
    return (text.isdecimal() and len(text) != len("20240130")) or _ZERO_FRACTION.fullmatch(text) is not None


def _of_serial(days: float, zone: tzinfo) -> int:
    wall = SPREADSHEET_EPOCH + timedelta(seconds=round(days * 86_400))
    return math.floor(wall.replace(tzinfo=zone).timestamp())


def is_pattern(pattern: str) -> bool:
    """Whether a pattern of strptime tells a whole day."""
    day = datetime(2024, 1, 30, tzinfo=UTC)
    try:
        return datetime.strptime(day.strftime(pattern), pattern).date() == day.date()  # noqa: DTZ007
    except ValueError:
        return False


def _by_pattern(text: str, pattern: str, zone: tzinfo) -> int:
    months = _ENGLISH if "%B" in pattern else [name[:3] for name in _ENGLISH]
    english = _WORD.sub(lambda word: months[MONTHS[word[0]] - 1] if word[0] in MONTHS else word[0], text.lower())
    try:
        moment = datetime.strptime(english, pattern)  # noqa: DTZ007 - the zone of the mapping follows
    except ValueError as error:
        raise unknown_form(text, f" is not in the time_format {pattern}") from error
    return math.floor((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())


def written_second(text: str, form: Form, zone: tzinfo | None, zones: Zones) -> int:
    """Unix seconds of a time in words; `zone` None: it has to name its own. Raises Rejected."""
    moment = _iso(text, zone, zones) if text[4:5] == "-" else None
    if moment is None or (moment.tzinfo is None and zone is None):
        moment = _assembled(text, form, zone, zones)
    if moment.year not in YEARS:
        raise Rejected(Reason.TIME_OUT_OF_RANGE, text[:60])
    return math.floor((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())


def _iso(text: str, zone: tzinfo | None, zones: Zones) -> datetime | None:
    """The time of an ISO text, also before the name of a zone; None where it is none. Raises Rejected TIME_ZONE."""
    head, _, name = text.rpartition(" ")
    is_named = name.isalpha() and name.lower() not in _HALVES
    try:
        moment = datetime.fromisoformat(head if is_named else text)
    except ValueError:
        return None
    return moment.replace(tzinfo=zone_of(name, moment, zones, zone)) if is_named else moment


def _assembled(text: str, form: Form, zone: tzinfo | None, zones: Zones) -> datetime:
    parts = taken_apart(text)
    if parts is None:
        raise unknown_form(text)
    days = possible_days(parts.days, form)
    if len(days) > 1:
        raise unknown_form(text, f" can be {_either(days)}")
    moment = datetime.combine(days.pop(), parts.clock)
    if parts.zone is not None:
        return moment.replace(tzinfo=zone_of(parts.zone, moment, zones, zone))
    if zone is None:
        raise Rejected(Reason.TIME_ZONE, f"{text[:40]}: no zone given")
    return moment


def possible_days(days: Mapping[str, date], form: Form) -> set[date]:
    """The days a written one can be in the form of its column."""
    return {day for order, day in days.items() if order in form.orders} or set(days.values())


def _either(days: set[date]) -> str:
    return " or ".join(f"{day:%d %B %Y}" for day in sorted(days))


def taken_apart(text: str) -> Written | None:
    """The parts of a time in words or numbers with other characters between; None for an unknown form."""
    text = re.sub(r"\([^)]*\)|[|•]", " ", " ".join(text.lower().split()))
    for pattern, named in _PATTERNS:
        if match := pattern(text):
            days, rest = named(match)
            rest = f"{text[: match.start()]} {rest} {text[match.end() :]}"
            return _with_clock(days, rest) if days else None
    return None


def _with_clock(days: Mapping[str, date], rest: str) -> Written | None:
    words = _WORD.sub(lambda word: "" if word[0] in _FILLERS else word[0], rest)
    rest = re.sub(r"^t(?=\d)", "", words.strip(" ,-"))
    if not rest:
        return Written(days, time(), None)
    match = _CLOCK.fullmatch(rest)
    if match is None:
        return None
    hour, half = int(match[1]), (match[4] or "").replace(".", "")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * (half == "pm")
    try:
        clock = time(hour, int(match[2]), int(match[3] or 0))
    except ValueError:
        return None
    return Written(days, clock, match[5].upper() if match[5] else None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _numeric(match: re.Match[str]) -> tuple[dict[str, date], str]:
    """The days that three numbers can be: the year is the one of four digits, or the first or last of two each."""
    first, middle, last = match[1], match[3], match[4]
    if len(first) == 4:
        calendar_day = _day(int(first), int(middle), int(last)) if len(last) <= 2 else None
        return ({CERTAIN: calendar_day} if calendar_day else {}), ""
    orders = {"ymd": (first, middle, last), "dmy": (last, middle, first), "mdy": (last, first, middle)}
    days: dict[str, date] = {}
    for order, (year, month, day) in orders.items():
        if len(year) not in (2, 4) or len(day) > 2 or len(month) > 2:
            continue
        calendar_day = _day(int(year) + 2000 * (len(year) == 2), int(month), int(day))
        if calendar_day is not None and (len(year) == 4 or calendar_day.year in SHORT_YEARS):
            days[order] = calendar_day
    return days, ""


def _named(year: str, month: str, day: str, rest: str = "") -> tuple[dict[str, date], str]:
    calendar_day = _day(int(year), MONTHS[month], int(day))
    return ({CERTAIN: calendar_day} if calendar_day else {}), rest


def _compact(match: re.Match[str]) -> tuple[dict[str, date], str]:
    calendar_day = _day(int(match[1]), int(match[2]), int(match[3]))
    clock = ":".join(part for part in match.group(4, 5, 6) if part)
    return ({CERTAIN: calendar_day} if calendar_day and calendar_day.year in YEARS else {}), clock


_PATTERNS: tuple[tuple[_Finder, _Meaning], ...] = (
    (_COMPACT.fullmatch, _compact),
    (_CTIME.search, lambda match: _named(match[4], match[1], match[2], match[3])),
    (_DAY_MONTH.search, lambda match: _named(match[3], match[2], match[1])),
    (_MONTH_DAY.search, lambda match: _named(match[3], match[1], match[2])),
    (_NUMERIC.search, _numeric),
)


# ------------------------------------------------------------------------------------------ what a column shows


class TimeColumn:
    """The times of one column, seen one after the other."""

    def __init__(self) -> None:
        self.serial = self.other = 0
        self.orders: frozenset[str] | None = None  # those that fit all; None before a day was seen
        self.doubtful: dict[frozenset[str], tuple[int, str]] = {}  # days by their orders: how many, and the first

    def see(self, value: object) -> None:
        """Takes in one value."""
        if is_blank(value):
            return
        text = bare(value) if isinstance(value, str) else ""
        is_serial = _is_serial(text or value)
        self.serial += is_serial
        self.other += not is_serial
        if text and not is_serial and (parts := taken_apart(text)) is not None:
            orders = frozenset(parts.days) - {CERTAIN}
            if orders:
                self.orders = orders if self.orders is None else self.orders & orders
            if len(set(parts.days.values())) > 1:
                times, first = self.doubtful.get(orders, (0, text))
                self.doubtful[orders] = times + 1, first

    def form(self) -> Form:
        """How the times are written; no order where two contradict each other."""
        return Form(self.orders or frozenset(), is_serial=self.serial > 0 and self.other == 0)

    def doubts(self, cure: str) -> Iterator[str]:
        """What stays unknown, as the rest of a sentence; `cure` is what to do about it."""
        orders = self.form().orders
        left = [(times, first) for each, (times, first) in self.doubtful.items() if len(orders & each or each) > 1]
        if left and (parts := taken_apart(left[0][1])) is not None:
            can_be = _either(possible_days(parts.days, self.form()))
            yield f"{sum(times for times, _ in left):,} such as {left[0][1][:30]} can be {can_be}{cure}"
