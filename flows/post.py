"""The Post: the one contract between the sources and everything after them.

A source turns each raw record into one `Post` or raises `Rejected` with a reason. Whatever a record does not carry
is None: absent is not zero.
"""

from enum import StrEnum
from typing import NamedTuple

PLATFORMS = ("tiktok", "facebook", "instagram")


class Reason(StrEnum):
    """Why a record is not a post of ours. The words are stored in `core.rejects` and printed in reports."""

    UNREADABLE = "unreadable record"
    TRUNCATED = "file ends inside this record"
    NOT_UTF8 = "invalid UTF-8"
    TOO_LONG = "record longer than the limit"
    WRONG_SHAPE = "fields of this format are missing"
    NOT_A_POST = "not a post"
    COMMENT = "a comment, not a post"
    ADVERTISEMENT = "an advertisement"
    NO_ID = "no id"
    ID_AS_NUMBER = "id damaged by a spreadsheet"
    NO_TIME = "no time"
    TIME_ZONE = "unknown time zone"
    TIME_OUT_OF_RANGE = "time out of range"
    UNKNOWN_PLATFORM = "platform is not watched"
    OUTSIDE_WINDOW = "outside the days asked for"
    REMOVAL_UNKNOWN = "removal of a post never seen"


# Many of these in one file mean that its source changed its shape.
SHAPE_REASONS = (Reason.UNREADABLE, Reason.WRONG_SHAPE, Reason.NO_ID)


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
