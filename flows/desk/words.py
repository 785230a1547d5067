"""What the pages say: the words of a language, and the choices of a coder."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from flows.seeds import read_seed
from flows.sources import reviews

_FOLDER = Path(__file__).parent
_KEYS = "123456789abcdefghijklmnopqrstuvwxyz"  # 0 is none


@dataclass(frozen=True, slots=True)
class Choice:
    """A code that an item can have, its key, and the articles of a day."""

    code: str
    key: str
    label: str
    description: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tone:
    """A sentiment that a coder may say of an item, and its key."""

    code: str
    key: str
    label: str


@cache
def words_of(lang: str) -> dict[str, str]:
    """Key -> words in a language."""
    return {row["key"]: row[lang] for row in read_seed("words", _FOLDER)}


@cache
def platforms() -> dict[str, tuple[str, str]]:
    """Platform -> its name, and the form of a post's address there."""
    return {row["platform"]: (row["name"], row["address"]) for row in read_seed("links", _FOLDER)}


@cache
def tones(seeds: Path, lang: str) -> tuple[Tone, ...]:
    """The sentiments in the order of the seed."""
    return tuple(Tone(row["code"], row["key"], row[f"label_{lang}"]) for row in read_seed("sentiments", seeds))


@cache
def choices(seeds: Path, lang: str, day: date) -> tuple[Choice, ...]:
    """The codes in the order of the seed, none first, with the articles that were in force on a day."""
    words = words_of(lang)
    articles: dict[str, list[str]] = {}
    for row in read_seed("articles", seeds):
        if (row["first_day"] or "0") <= day.isoformat() <= (row["last_day"] or "9"):
            articles.setdefault(row["code"], []).append(f"{row['article']} {row['law']}")
    none = Choice(reviews.NONE, "0", words["none_label"], words["none_description"], ())
    classes = [
        Choice(row["code"], key, row[f"label_{lang}"], row["description"], tuple(articles.get(row["code"], ())))
        for key, row in zip(_KEYS, read_seed("indications", seeds), strict=False)
    ]
    return (none, *classes)
