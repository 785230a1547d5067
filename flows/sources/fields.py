"""Reads single values of raw records: counts, ids, times, texts, hashtags, and what ids and URLs tell.

Evidence for the forms and for the arithmetic of ids is in the platforms' exports themselves: a TikTok id holds its
second in the upper 32 bits, an Instagram shortcode is the media number in base64 and that number holds milliseconds.
"""

import math
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flows.post import Reason, Rejected

MAX_COUNT = 2**63 - 1
MAX_ID_DIGITS = 32
MILLISECONDS_ABOVE = 100_000_000_000

SHORTCODE_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SHORTCODE_LENGTH = 11  # of a public post; what follows it belongs to the private post's key
INSTAGRAM_EPOCH_MS = 1_314_220_021_721
TIKTOK_ID_LENGTHS = range(17, 21)
# Before it an id's upper bits are no time of TikTok's numbering.
TIKTOK_FIRST_SECOND = 1_388_534_400

_DIGIT = {character: value for value, character in enumerate(SHORTCODE_ALPHABET)}
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+")
_ZERO_FRACTION = re.compile(r"\d+\.0+")
_DAMAGED_ID = re.compile(r"[+-]?\d+([.,]\d*)?([eE][+-]?\d+)?")
_HASHTAG = re.compile(r"#(\w+)")


def count(value: object) -> int | None:
    """A count of likes, comments, shares or views; None when it is unknown.

    Whole numbers, their strings, thousands separators ("1,972,048") and a zero fraction (12.0) are read. None, "",
    "N/A", negatives (platforms write -1 for hidden), fractions, booleans, anything else and what no 64-bit integer
    holds are unknown.
    """
    if type(value) is int:
        return value if 0 <= value <= MAX_COUNT else None
    if isinstance(value, str):
        text = value.strip()
        if not text.isascii():
            return None
        if _GROUPED.fullmatch(text):
            text = text.replace(",", "")
        elif _ZERO_FRACTION.fullmatch(text):
            text = text.partition(".")[0]
        # 19 digits hold every 64-bit integer; longer strings are no counts
        return count(int(text)) if text.isdecimal() and len(text) <= 19 else None
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return count(int(value))
    return None


def whole_id(value: object) -> str:
    """A numeric id as its decimal string.

    Raises Rejected: ID_AS_NUMBER for a float or the traces a spreadsheet leaves ("7.61249E+18", "123.0"), NO_ID when
    it is absent, empty, zero or not a number at all.
    """
    if isinstance(value, str):
        text = value.strip()
        if text.isdecimal() and text.isascii() and len(text) <= MAX_ID_DIGITS and text.strip("0"):
            return text
        if not text.isdecimal() and _DAMAGED_ID.fullmatch(text):
            raise Rejected(Reason.ID_AS_NUMBER, text)
        raise Rejected(Reason.NO_ID, text[:80])
    if type(value) is int and value > 0:
        return str(value)
    if isinstance(value, float):
        raise Rejected(Reason.ID_AS_NUMBER, str(value))
    raise Rejected(Reason.NO_ID, "" if value is None else type(value).__name__)


def present(value: Any, name: str) -> Any:
    """The value that holds an id. Raises Rejected NO_ID, which names the field, when there is none."""
    if value is None or (isinstance(value, str) and not value.strip()):
        raise Rejected(Reason.NO_ID, f"{name} is empty or missing")
    return value


def seconds(value: object) -> int:
    """A Unix time in seconds from a number or numeric string; above 10^11 it is milliseconds.

    Raises Rejected: NO_TIME when absent, zero, empty or no number; TIME_OUT_OF_RANGE when beyond any date.
    """
    if type(value) is int:
        moment = value
    elif isinstance(value, float) and math.isfinite(value):
        moment = int(value)
    elif isinstance(value, str) and (text := value.strip()).isascii() and len(text) <= 20:
        whole = text.partition(".")[0] if _ZERO_FRACTION.fullmatch(text) else text
        moment = int(whole) if whole.isdecimal() else 0
    else:
        moment = 0
    if moment == 0:
        raise Rejected(Reason.NO_TIME, "" if value in (None, "") else str(value)[:80])
    if moment > MILLISECONDS_ABOVE:
        moment //= 1000
    if not 0 < moment <= MILLISECONDS_ABOVE:
        raise Rejected(Reason.TIME_OUT_OF_RANGE, str(value)[:80])
    return moment


def iso_seconds(value: object) -> int:
    """Unix seconds of an ISO 8601 time: offsets `+0000`, `+00:00`, `Z`, fractions; without a zone it is UTC.

    Raises Rejected NO_TIME when it is absent or no such time.
    """
    text = value.strip() if isinstance(value, str) else ""
    if text[4:5] != "-":  # also keeps the compact forms out, which numbers would match
        raise Rejected(Reason.NO_TIME, "" if value is None else str(value)[:80])
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Rejected(Reason.NO_TIME, text[:80]) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return math.floor(moment.timestamp())


def clean(text: object) -> str | None:
    """The text without NUL and lone surrogates; None when it is no text. An empty text stays empty."""
    if not isinstance(text, str):
        return None
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "ignore").decode()
    return text


def hashtag(text: str) -> str:
    """One hashtag as it is matched: NFKC, case folded, without "#", outer blanks and what `clean` removes."""
    if text.isascii():
        return text.replace("\0", "").strip().lstrip("#").lower()
    return unicodedata.normalize("NFKC", clean(text) or "").strip().lstrip("#").casefold()


def hashtags_in(text: str | None) -> tuple[str, ...]:
    """The hashtags of a text, normalised, in order, each once. Unlike 4CAT's, they may hold an underscore."""
    if not text:
        return ()
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    if "#" not in text:
        return ()
    return tuple(dict.fromkeys(_HASHTAG.findall(text.casefold())))


def handle(value: object) -> str | None:
    """A platform handle in lower case without "@" and blanks; None when there is none."""
    if isinstance(value, str):
        return (clean(value) or "").strip().lstrip("@").lower() or None
    return str(value) if type(value) is int else None


def tiktok_seconds(post_id: str) -> int | None:
    """The second in which TikTok gave out an id (up to two minutes before the post); None for ids that hold none."""
    if len(post_id) not in TIKTOK_ID_LENGTHS or not post_id.isdecimal():
        return None
    moment = int(post_id) >> 32
    return moment if moment >= TIKTOK_FIRST_SECOND else None


def shortcode(value: object) -> str | None:
    """An Instagram shortcode without the extra characters of private posts; None when it is none.

    Twelve digits and more are a media number (or a web id that begins with one), not a shortcode.
    """
    if not isinstance(value, str):
        return None
    text = value.strip()
    if len(text) > SHORTCODE_LENGTH and text[: SHORTCODE_LENGTH + 1].isdecimal():
        return None
    code = text[:SHORTCODE_LENGTH]
    return code if code and all(character in _DIGIT for character in code) else None


def instagram_seconds(code: str) -> int | None:
    """The second in which Instagram gave out the media number behind a shortcode; None for old, short codes."""
    short = shortcode(code)
    if short is None or len(short) < SHORTCODE_LENGTH - 1:  # shorter ones predate the numbering that holds a time
        return None
    number = 0
    for character in short:
        number = number * 64 + _DIGIT[character]
    return ((number >> 23) + INSTAGRAM_EPOCH_MS) // 1000


def pk_to_shortcode(pk: object) -> str:
    """The shortcode of an Instagram media number, or of the web id "number_user". Raises Rejected as `whole_id`."""
    number = int(whole_id(pk.partition("_")[0] if isinstance(pk, str) else pk))
    code = ""
    while number:
        number, rest = divmod(number, 64)
        code = SHORTCODE_ALPHABET[rest] + code
    return code


_TIKTOK_PATH = re.compile(r"tiktok\.com/.*?/?(?:video|photo|v)/(\d+)", re.ASCII)


def tiktok_id(url: str) -> str | None:
    """The id in a TikTok URL; None when it has none."""
    match = _TIKTOK_PATH.search(url)
    return match[1] if match else None


_INSTAGRAM_PATH = re.compile(r"instagr(?:am\.com|\.am)/(?:[\w.]+/)?(?:p|reel|reels|tv)/([\w-]+)", re.ASCII)


def instagram_code(url: str) -> str | None:
    """The shortcode in an Instagram URL: /p/, /reel/, /reels/, /tv/, also below a user name; None when none."""
    match = _INSTAGRAM_PATH.search(url)
    if match is None or match[1] == "audio" or "/share/" in match[0]:
        return None
    return shortcode(match[1])


_FACEBOOK_HOST = re.compile(r"(?:[\w-]+\.)*(?:facebook|fb)\.com", re.ASCII | re.IGNORECASE)
_FACEBOOK_ID = r"(\d+|pfbid\w+)"
_FACEBOOK_PATHS = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        rf"/(?:[^/]+/)*posts/(?:[^/]+/)*{_FACEBOOK_ID}/?",
        rf"/groups/[^/]+/permalink/{_FACEBOOK_ID}/?",
        rf"/(?:[^/]+/)*photos/(?:[^/]+/)*{_FACEBOOK_ID}/?",
        rf"/(?:[^/]+/)*videos/(?:[^/]+/)*{_FACEBOOK_ID}/?",
        rf"/reel/{_FACEBOOK_ID}/?",
        r"/\d+_(\d+)/?",
    )
)
_FACEBOOK_KEYS = ("story_fbid", "multi_permalinks", "fbid", "v")


def facebook_post_id(url: str) -> str | None:
    """The id in a Facebook URL or a Graph id (`page_post`): the post's, else the photo's or video's own.

    An opaque `pfbid…` is kept as it is (it differs from viewer to viewer). None for short links (`fb.watch`,
    `/share/`) and everything that is no post.
    """
    page, _, post = url.partition("_")
    if post.isdecimal() and page.isdecimal():
        return post
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
    except ValueError:  # what urlsplit takes for a broken IPv6 address
        return None
    if not _FACEBOOK_HOST.fullmatch(parts.hostname or ""):
        return None
    for pattern in _FACEBOOK_PATHS:
        if match := pattern.fullmatch(parts.path):
            return match[1]
    if parts.query:
        query = parse_qs(parts.query)
        for key in _FACEBOOK_KEYS:
            if re.fullmatch(_FACEBOOK_ID, value := query.get(key, [""])[0], re.ASCII):
                return value
    return None
