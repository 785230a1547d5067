"""The letter of a case: first information, with the facts, the evidence with hashes and times, and what is not known.

Nothing in it says that something is decided; a draft says so on every page. A case that touches somebody's honour is
told to that person, in words of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from reports.edition import Language
from reports.typeset import compile_pdf
from reports.wording.words import DASH, Words, platform_name

POSTS_SHOWN = 20
KINDS = ("office", "person")
FACTS = ("case", "class", "articles", "posts", "first_seen", "online")
HEADS = ("number", "platform", "posted", "captured", "proof")
UNKNOWN = ("writer", "subject", "event", "text", "truth")
LABELS = ("label_number", "label_class", "to", "facts", "story", "evidence", "texts", "captures", "unknown", "footer")


@dataclass(frozen=True)
class Office:
    """Who writes: the office, the regency, its time zone and what people call it."""

    name: str
    regency: str
    zone: ZoneInfo
    zone_label: str


@dataclass(frozen=True)
class Evidence:
    """A post or a capture as the letter lists it; times have a zone, `digest` is a SHA-256 in hexadecimal digits."""

    name: str
    platform: str
    posted_at: datetime | None
    captured_at: datetime
    link: str
    digest: str
    text: str


@dataclass(frozen=True)
class Letter:
    """What a letter says; `number` is empty in a draft. `articles` may apply: nobody has decided that they do."""

    number: str
    case: str
    day: date
    receiver: str
    is_personal: bool
    label: str
    articles: Sequence[str]
    story: str
    signed_by: str
    online: str
    posts: Sequence[Evidence]
    captures: Sequence[Evidence]
    list_digest: str


def write(letter: Letter, office: Office, lang: Language, as_of: datetime) -> bytes:
    """The letter as PDF/UA-1; the same bytes for the same facts."""
    words = Words(lang)
    data = _data(letter, office, words)
    return compile_pdf("letter/letter.typ", data, words, as_of.astimezone(office.zone))


def _data(letter: Letter, office: Office, words: Words) -> Mapping[str, Any]:
    kind = KINDS[letter.is_personal]
    subject = words(f"letter_subject_{kind}")
    known = {
        "case": letter.case,
        "class": words("letter_class", label=letter.label),
        "articles": "; ".join(letter.articles) or DASH,
        "posts": words("letter_posts", count=words.number(len(letter.posts))),
        "first_seen": _moments(_first(letter.posts), office, words),
        "online": letter.online or words("letter_not_checked"),
    }
    return {
        "lang": words.lang,
        "embargo": "",
        "draft": "" if letter.number else words("letter_draft"),
        "classification": words("letter_restricted"),
        "office": office.name,
        "regency": office.regency,
        "number": letter.number or words("letter_no_number"),
        "date": words.day(letter.day),
        "receiver": letter.receiver,
        "subject": subject,
        "opening": words(f"letter_opening_{kind}", office=office.name),
        "facts": [(words(f"letter_fact_{name}"), known[name]) for name in FACTS],
        "story": letter.story,
        "heads": [words(f"letter_head_{name}") for name in HEADS],
        "posts": [_row(number, post, office, words) for number, post in _shown(letter.posts)],
        "texts": _texts(letter, words),
        "captures": [_row(number, each, office, words) for number, each in enumerate(letter.captures, start=1)],
        "more": _more(letter, words),
        "unknown": [words(f"letter_unknown_{name}") for name in UNKNOWN],
        "closing": words(f"letter_closing_{kind}"),
        "signed_by": letter.signed_by or words("letter_signature"),
        "words": {f"letter_{name}": words(f"letter_{name}") for name in LABELS},
    }


def _shown(posts: Sequence[Evidence]) -> list[tuple[int, Evidence]]:
    return list(enumerate(posts[:POSTS_SHOWN], start=1))


def _texts(letter: Letter, words: Words) -> list[tuple[str, str]]:
    """What the listed posts say, each text once."""
    numbers: dict[str, list[str]] = {}
    for number, post in _shown(letter.posts):
        numbers.setdefault(post.text, []).append(str(number))
    return [(words("letter_text", number=", ".join(each)), text or DASH) for text, each in numbers.items()]


def _first(posts: Sequence[Evidence]) -> datetime | None:
    return min((post.captured_at for post in posts), default=None)


def _more(letter: Letter, words: Words) -> str:
    left = len(letter.posts) - POSTS_SHOWN
    if left <= 0:
        return words("letter_list", digest=letter.list_digest) if letter.list_digest else ""
    return words("letter_more", count=words.number(left), digest=letter.list_digest)


def _row(number: int | str, each: Evidence, office: Office, words: Words) -> list[str]:
    posted = _moments(each.posted_at, office, words)
    platform = platform_name(words, each.platform) if each.platform else words("letter_capture")
    proof = "\n".join((each.link or each.name, f"SHA-256 {each.digest}"))
    return [str(number), platform, posted, _moments(each.captured_at, office, words), proof]


def _moments(moment: datetime | None, office: Office, words: Words) -> str:
    """A moment in the time of the regency and in UTC."""
    if moment is None:
        return DASH
    local, utc = moment.astimezone(office.zone), moment.astimezone(UTC)
    return f"{words.short_day(local.date())}, {local:%H.%M} {office.zone_label} ({utc:%Y-%m-%d %H:%M} UTC)"
