"""The Post: the one contract between the sources and everything after them.

A source turns each raw record into one `Post` or raises `Rejected` with a reason. Whatever a record does not carry
is None: absent is not zero.
"""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple, get_args

from flows import limits
from flows.method import METHOD

Platform = Literal["tiktok", "facebook", "instagram"]
PLATFORMS: tuple[str, ...] = get_args(Platform)
EARLIEST = datetime(METHOD.earliest_year, 1, 1, tzinfo=UTC)
_EARLIEST = EARLIEST.timestamp()
_AHEAD = METHOD.days_ahead * 86_400  # seconds
_LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
# What an id of a platform looks like; a row number or a rounded float does not. Tables that were imported by hand may
# bring any id Facebook or Instagram show, but a number of fewer than ten digits is no post of either. RE2, as the gate.
POST_IDS = {
    "tiktok": r"^[0-9]{15,20}$",
    "facebook": r"^(?:mcl:)?(?:[0-9]{10,128}|[0-9]{0,64}[A-Za-z_\-][A-Za-z0-9_\-]{2,127})$",
    "instagram": (
        r"^(?:(?:graph|mcl):[0-9]{3,24}|[0-9]{10,64}|[A-Za-z_\-][A-Za-z0-9_\-]{4,63}"
        r"|[0-9]{1,3}[A-Za-z_\-][A-Za-z0-9_\-]{3,63}|[0-9]{4,63}[A-Za-z_\-][A-Za-z0-9_\-]{0,63})$"
    ),
}
_POST_ID = {platform: re.compile(pattern) for platform, pattern in POST_IDS.items()}


class Reason(StrEnum):
    """Why a record is not a post of ours. The words are stored in `core.rejects` and printed in reports."""

    UNREADABLE = "unreadable record"
    TRUNCATED = "file ends inside this record"
    DAMAGED = "file cannot be read from this record on"
    NOT_UTF8 = "invalid UTF-8"
    TOO_LONG = "record longer than the limit"
    WRONG_SHAPE = "fields of this format are missing"
    NOT_A_POST = "not a post"
    COMMENT = "a comment, not a post"
    ADVERTISEMENT = "an advertisement"
    NO_ID = "no id"
    ID_UNLIKELY = "not an id of this platform"
    ID_AS_NUMBER = "id damaged by a spreadsheet"
    NO_TIME = "no time"
    TIME_FORM = "time in an unknown form"
    TIME_ZONE = "unknown time zone"
    TIME_OUT_OF_RANGE = "time out of range"
    UNKNOWN_PLATFORM = "platform is not watched"
    OUTSIDE_WINDOW = "outside the days asked for"
    REMOVAL_UNKNOWN = "removal of a post never seen"
    ERASED = "erased on request"


# What people can do about a file with such records.
REMEDIES = {
    Reason.UNREADABLE: "export it again",
    Reason.TRUNCATED: "download or copy it again",
    Reason.DAMAGED: "download or export it again",
    Reason.NOT_UTF8: 'save it as UTF-8 (in Excel "CSV UTF-8") and give that',
    Reason.TOO_LONG: "a quotation mark is never closed, or the export is damaged; export it again",
    Reason.ID_AS_NUMBER: "export it again and do not save it with a spreadsheet, which keeps 15 digits of a number",
}
# Many of these in one file mean that its source changed its shape.
SHAPE_REASONS = (Reason.UNREADABLE, Reason.WRONG_SHAPE, Reason.NO_ID)
# These say that the end of a file is missing: what came after cannot be known.
CUT_REASONS = (Reason.TRUNCATED, Reason.DAMAGED)


class Rejected(Exception):  # noqa: N818 - a verdict on a record, not a failure of the program
    """A record that is no post: `reason` from the table above, `detail` names the field or value."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason = reason
        self.detail = detail


class Post(NamedTuple):
    """One post as one source saw it at one moment.

    Times are Unix seconds UTC; counts are whole numbers, None when unknown. `author` is the platform handle in lower
    case without "@", or "id:<number>" where only an id is known; it is hashed with a key at load and never stored.
    `created_from` is "id" when the time was taken from the post's id because the record had none.
    `observed_at` is None when the record does not say when it was collected (then: when its file landed).
    `is_partial` marks a record its source knows to be incomplete; a full observation is never replaced by one.
    `gone` is the reason class of a removal notice ("removed", "private", "account gone", "unknown"), else None.
    """

    platform: str
    post_id: str
    created_at: int
    created_from: str = "record"
    observed_at: int | None = None
    author: str | None = None
    author_name: str | None = None
    text: str | None = None
    hashtags: tuple[str, ...] = ()
    language: str | None = None
    media_type: str | None = None  # photo, video, album, link, text
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    views: int | None = None
    url: str | None = None
    query: str | None = None
    is_partial: bool = False
    gone: str | None = None


def is_in_time(created_at: Any, seen_at: Any) -> Any:
    """Whether a post that was seen in a second can have been made in another; of numbers, or of columns."""
    return (created_at >= _EARLIEST) & (created_at <= seen_at + _AHEAD)


def check(post: Post, seen_at: int | None) -> None:
    """The rule every post keeps, whatever its source; the gate after the load checks the same.

    Its id looks like one of its platform (`POST_IDS`), its time lies between the earliest year and a day after
    `seen_at` (Unix seconds; None where nothing says when it was seen), its counts are not negative, its words are not
    longer than any platform has them. Raises Rejected.
    """
    words = (post.text, post.author, post.author_name, post.url, post.query, post.language, *post.hashtags)
    if (characters := sum(map(len, filter(None, words)))) > limits.TEXT_CHARACTERS:
        raise Rejected(Reason.TOO_LONG, f"its words have {characters:,} characters")
    if not _POST_ID[post.platform].match(post.post_id):
        raise Rejected(Reason.ID_UNLIKELY, f"{post.post_id[:80]!r} on {post.platform}")
    if not is_in_time(post.created_at, _LATEST - _AHEAD if seen_at is None else seen_at):
        is_date = 0 <= post.created_at < _LATEST
        moment = datetime.fromtimestamp(post.created_at, UTC) if is_date else post.created_at
        raise Rejected(Reason.TIME_OUT_OF_RANGE, str(moment))
    for name in ("likes", "comments", "shares", "views"):
        value = getattr(post, name)
        if value is not None and value < 0:
            raise Rejected(Reason.WRONG_SHAPE, f"{name} is {value}")
