"""Reads single values of raw records: ids, texts, hashtags, and what ids and URLs tell.

Evidence for the forms and for the arithmetic of ids is in the platforms' exports themselves: a TikTok id holds its
second in the upper 32 bits, an Instagram shortcode is the media number in base64 and that number holds milliseconds.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flows.files.workbook import SHEET_DIGITS
from flows.post import Reason, Rejected
from flows.sources.spreadsheet import bare

MAX_ID_DIGITS = 32
ID_PREFIXES = ("graph:", "mcl:", "pfbid")  # of ids that are no bare numbers or shortcodes
EMPTY, MISSING = "is empty", "is missing"  # of the field that holds an id, in the detail of a reject

SHORTCODE_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
SHORTCODE = r"[A-Za-z0-9_\-]{11}"  # as nearly all are
SHORTCODE_LENGTH = 11  # of a public post; what follows it belongs to the private post's key
INSTAGRAM_EPOCH_MS = 1_314_220_021_721
TIKTOK_ID_LENGTHS = range(17, 21)
# Before it an id's upper bits are no time of TikTok's numbering.
TIKTOK_FIRST_SECOND = 1_388_534_400
DAY_SECONDS = 86_400
# A video is uploaded before it is posted: by seconds, by days or weeks where it was scheduled. Clocks differ a little.
LONGEST_SCHEDULE = 60 * DAY_SECONDS
LONGEST_BEFORE_UPLOAD = DAY_SECONDS

_DIGIT = {character: value for value, character in enumerate(SHORTCODE_ALPHABET)}
_DAMAGED_ID = re.compile(r"[+-]?\d+([.,]\d*)?([eE][+-]?\d+)?|\d{1,3}([., ]\d{3})+", re.ASCII)
_ZERO_FRACTION = re.compile(r"(\d{4,})[.,]0+", re.ASCII)
_HASHTAG = re.compile(r"#(\w+)")


def whole_id(value: object) -> str:
    """A numeric id as its decimal string, also from a cell that keeps a spreadsheet off it (`="7329"`, `'7329`).

    A zero fraction ("1234.0", 1234.0) is taken off a number whose digits a spreadsheet and a double keep. Raises
    Rejected: ID_AS_NUMBER for any other float or the traces a spreadsheet leaves ("7.61249E+18", "7.612.495"), NO_ID
    when it is absent, empty, zero or not a number at all.
    """
    if isinstance(value, str):
        text = bare(value)
        if text.isdecimal() and text.isascii() and len(text) <= MAX_ID_DIGITS and text.strip("0"):
            return text
        if (match := _ZERO_FRACTION.fullmatch(text)) and len(match[1]) <= SHEET_DIGITS and match[1].strip("0"):
            return match[1]
        if not text.isdecimal() and _DAMAGED_ID.fullmatch(text):
            raise Rejected(Reason.ID_AS_NUMBER, text)
        raise Rejected(Reason.NO_ID, text[:80])
    if type(value) is int and value > 0:
        return str(value)
    if isinstance(value, float):
        if value.is_integer() and 0 < value < 10**SHEET_DIGITS:
            return str(int(value))
        raise Rejected(Reason.ID_AS_NUMBER, str(value))
    raise Rejected(Reason.NO_ID, "" if value is None else type(value).__name__)


def present(raw: Mapping[str, Any], name: str) -> Any:
    """The value of a field that holds an id. Raises Rejected NO_ID, which names the field, when there is none."""
    value = raw.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        raise Rejected(Reason.NO_ID, f"{name} {EMPTY if name in raw else MISSING}")
    return value


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
    """The second in which TikTok gave out an id, at the upload of a video; None for ids that hold none.

    A video is posted seconds to two minutes later; one that was scheduled, days or weeks later.
    """
    if len(post_id) not in TIKTOK_ID_LENGTHS or not post_id.isdecimal():
        return None
    moment = int(post_id) >> 32
    return moment if moment >= TIKTOK_FIRST_SECOND else None


def after_upload(uploaded_at: int | None, created_at: int) -> int:
    """The second in which a TikTok video was posted, where it can be: from a day before its upload to 60 days after.

    `uploaded_at` is what its id tells (`tiktok_seconds`). Raises Rejected TIME_OUT_OF_RANGE.
    """
    if uploaded_at is None or fits_upload(uploaded_at, created_at):
        return created_at
    raise Rejected(
        Reason.TIME_OUT_OF_RANGE, f"posted {as_utc(created_at)}, but the id says it was uploaded {as_utc(uploaded_at)}"
    )


def fits_upload(uploaded_at: Any, created_at: Any) -> Any:
    """Whether a video that was uploaded in a second can have been posted in another; of numbers, or of columns."""
    later = created_at - uploaded_at
    return (later >= -LONGEST_BEFORE_UPLOAD) & (later <= LONGEST_SCHEDULE)


def as_utc(second: int) -> str:
    """A second as it is told in a reject: `2024-02-01T05:00:00Z`, or the number where it is no time."""
    try:
        return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):
        return str(second)


def shortcode(value: object) -> str | None:
    """An Instagram shortcode without the extra characters of private posts; None when it is none.

    Twelve digits and more are a media number (or a web id that begins with one), not a shortcode.
    """
    if not isinstance(value, str):
        return None
    text = bare(value)
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


def stored_id(platform: str, value: str) -> str:
    """The key of a post as ronda stores it, from a list that names posts. Raises Rejected NO_ID, ID_AS_NUMBER."""
    text = bare(value)
    if text.startswith(ID_PREFIXES):
        return text
    if platform == "instagram":
        return shortcode(text) or pk_to_shortcode(text)
    if platform == "facebook":  # a Graph id is "page_post"
        text = text.rpartition("_")[2]
    return whole_id(text)


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
# Addresses as nearly all are, with the id of a post; of every other one the functions below tell.
FACEBOOK_URL = (
    r"^https://(?:www|web|m)\.facebook\.com"
    r"/(?:[A-Za-z0-9_.\-]+/(?:posts|videos)|groups/[A-Za-z0-9_.\-]+/(?:posts|permalink)|reel)/([0-9]{10,32})/?$"
)
INSTAGRAM_URL = rf"^https://www\.instagram\.com/(?:p|reel|tv)/({SHORTCODE})/?$"
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
