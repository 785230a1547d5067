"""Every word a reader sees, and how numbers and dates are written in each language.

The words are rows of `words.csv`: key, formal Bahasa Indonesia (the default), English. `{method.<name>}` in a text is a
constant of the method, the other names in brackets are values of the moment.
Numbers follow the language: 12.345 and 3,7 in Indonesian, 12,345 and 3.7 in English.
"""

import csv
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path

from flows.method import Constant, read_constants
from reports.edition import Language

_FOLDER = Path(__file__).parent
_MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_LONG_MONTHS = {
    "id": (
        "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()  # noqa: SIM905
    ),
    "en": "January February March April May June July August September October November December".split(),  # noqa: SIM905
}
_WEEKDAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTH_NAMES = "|".join(sorted({name for names in (*_MONTHS.values(), *_LONG_MONTHS.values()) for name in names}))
DATE = rf"\b\d{{1,2}}(?:–\d{{1,2}})? (?:{_MONTH_NAMES})\b(?: \d{{4}})?"  # 5–11 Feb 2024; of a longer spell each end
_HELD = re.compile(rf"\d %|{DATE}")
_CONSTANT = re.compile(r"\{method\.(\w+)\}")
MINUS = "\u2212"
DASH = "\u2013"
THIN = "\u00a0"


@cache
def read_words(lang: Language) -> Mapping[str, str]:
    """All words of a language by key."""
    with (_FOLDER / "words.csv").open(encoding="utf-8", newline="") as lines:
        return {row["key"]: row[lang] for row in csv.DictReader(lines)}


class Words:
    """The words, numbers and dates of one language."""

    def __init__(self, lang: Language) -> None:
        self.lang = lang
        self._decimal, self._thousands = (",", ".") if lang == "id" else (".", ",")
        constants = {each.name: self.constant(each) for each in read_constants()}
        self._texts = {
            key: _CONSTANT.sub(lambda match: constants[match[1]], text) for key, text in read_words(lang).items()
        }

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of a key with its values filled in; raises KeyError for a key that does not exist."""
        return self._texts[key].format(**values)

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def known(self, key: str, otherwise: str) -> str:
        """The text of a key where there is one, else the given text (for names that come from data)."""
        return self._texts.get(key, otherwise)

    def number(self, value: int | None) -> str:
        """A whole number: 12.345; a dash for unknown."""
        if value is None:
            return DASH
        return f"{value:,}".replace(",", self._thousands).replace("-", MINUS)

    def decimal(self, value: float | None, places: int = 1, signed: bool = False) -> str:
        """A decimal number: 3,7; with `signed` also a plus sign; a dash for unknown."""
        if value is None:
            return DASH
        text = f"{value:+,.{places}f}" if signed else f"{value:,.{places}f}"
        if not text.strip("+-0.,"):  # a rounded zero has no sign
            text = text.lstrip("+-")
        swap = str.maketrans({",": self._thousands, ".": self._decimal, "-": MINUS})
        return text.translate(swap)

    def percent(self, share: float | None, places: int = 0) -> str:
        """A share 0 to 1 as per cent: 96 % in Indonesian, 96% in English; never rounded up to 100 or down to 0."""
        if share is None:
            return DASH
        value = share * 100
        if 0 < value < 100 and round(value, places) in (0, 100):
            places = 1
            value = min(max(value, 0.1), 99.9)
        return self.decimal(value, places) + (THIN + "%" if self.lang == "id" else "%")

    def constant(self, constant: Constant) -> str:
        """A constant of the method: 0,05; 70 % for a share; 20.000; a year as it is."""
        if constant.unit == "year":
            return constant.value
        if constant.unit == "share":
            return self.percent(float(constant.value))
        return self.decimal(float(constant.value), len(constant.value.partition(".")[2]))

    def interval(self, low: float | None, high: float | None, places: int = 1, signed: bool = False) -> str:
        """The two ends of an interval: 3,2 s.d. 9,7 (English: 3.2 to 9.7)."""
        if low is None or high is None:
            return DASH
        return self("interval", low=self.decimal(low, places, signed), high=self.decimal(high, places, signed))

    def day(self, day: date) -> str:
        """12 Februari 2024."""
        return f"{day.day} {self._long_month(day)} {day.year}"

    def short_day(self, day: date) -> str:
        """12 Feb 2024, for axes and cells of tables."""
        return f"{day.day} {self.month(day)} {day.year}"

    def long_day(self, day: date) -> str:
        """Senin, 12 Februari 2024."""
        return f"{_WEEKDAYS[self.lang][day.weekday()]}, {self.day(day)}"

    def weekday(self, number: int) -> str:
        """The name of a weekday, 0 is Monday."""
        return _WEEKDAYS[self.lang][number]

    def month(self, day: date) -> str:
        """The short name of a day's month."""
        return _MONTHS[self.lang][day.month - 1]

    def _long_month(self, day: date) -> str:
        return _LONG_MONTHS[self.lang][day.month - 1]

    def days(self, first: date, last: date) -> str:
        """5–11 Februari 2024; 29 Januari – 4 Februari 2024; one day alone where both are equal."""
        return self._spell(first, last, self._long_month)

    def short_days(self, first: date, last: date) -> str:
        """5–11 Feb 2024; 29 Jan – 4 Feb 2024, for axes and cells of tables."""
        return self._spell(first, last, self.month)

    def bare_days(self, first: date, last: date) -> str:
        """5–11 Feb; 29 Jan – 4 Feb, where the year is said nearby."""
        end = f"{last.day} {self.month(last)}"
        if first == last:
            return end
        return f"{first.day}{DASH}{end}" if first.month == last.month else self._from(first, self.month, end)

    def _from(self, first: date, month: Callable[[date], str], end: str) -> str:
        return f"{first.day} {month(first)} {DASH} {end}"

    def _spell(self, first: date, last: date, month: Callable[[date], str]) -> str:
        end = f"{last.day} {month(last)} {last.year}"
        if first == last:
            return end
        if first.year != last.year:
            return f"{first.day} {month(first)} {first.year} {DASH} {end}"
        if first.month != last.month:
            return self._from(first, month, end)
        return f"{first.day}{DASH}{end}"

    def moment(self, moment: datetime, zone_label: str) -> str:
        """12 Februari 2024, 06.00 and the label of the zone; the moment must already be in the regency's zone."""
        return f"{self.day(moment.date())}, {self.hour(moment, zone_label)}"

    def short_moment(self, moment: datetime, zone_label: str) -> str:
        """12 Feb 2024, 06.00 and the label of the zone, for cells of tables."""
        return f"{self.short_day(moment.date())}, {self.hour(moment, zone_label)}"

    def hour(self, moment: datetime, zone_label: str) -> str:
        """06.00 and the label of the zone."""
        mark = "." if self.lang == "id" else ":"
        return f"{moment.hour:02d}{mark}{moment.minute:02d} {zone_label}"

    def countdown(self, days_to_vote: int) -> str:
        """H-3, hari-H, H+2: days to the vote as Indonesian offices write them (English D-3)."""
        letter = "H" if self.lang == "id" else "D"
        if days_to_vote == 0:
            return self("voting_day_itself")
        return f"{letter}{'-' if days_to_vote > 0 else '+'}{abs(days_to_vote)}"

    def listed(self, items: list[str], joint: str = "and") -> str:
        """a; a dan b; a, b, dan c; with another joint a atau b."""
        if len(items) < 2:
            return "".join(items)
        if len(items) == 2:
            return f"{items[0]} {self(joint)} {items[1]}"
        return f"{', '.join(items[:-1])}, {self(joint)} {items[-1]}"


_PLATFORM_NAMES = {"tiktok": "TikTok", "facebook": "Facebook", "instagram": "Instagram"}


def capitalised(text: str) -> str:
    """The text with its first letter as a capital, the rest as it is."""
    return f"{text[:1].upper()}{text[1:]}"


def held(text: str) -> str:
    """The text with spaces inside its dates and before its per cents at which no line is broken."""
    return _HELD.sub(lambda found: found[0].replace(" ", THIN), text)


def clipped(text: str, limit: int) -> str:
    """The text, cut at a limit with a mark that it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def platform_name(words: Words, platform: str) -> str:
    """TikTok for `tiktok`, `Semua platform` for `all`; anything else as it is."""
    return _PLATFORM_NAMES.get(platform) or words.known(f"platform_{platform}", platform)
