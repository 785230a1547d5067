"""The videos of the TikTok Research API, as posts; and answers that somebody saved (`{"data": {"videos": [...]}}`).

A file of saved answers holds one, an array of them, or one a line. Each video in them is one record; an answer that is
an error is rejected with its code.
"""

from collections.abc import Iterator
from typing import Any

from flows.post import Post, Reason, Rejected
from flows.sources.cells import as_dict, as_list, hashtag_list
from flows.sources.counts import count
from flows.sources.fields import after_upload, clean, handle, present, tiktok_seconds, whole_id
from flows.sources.layout import OBJECTS, ZEESCHUIMER_KEYS, formats, names
from flows.sources.likeness import Likeness
from flows.sources.moments import seconds

NAME, PLATFORM = "tiktok_answers", "tiktok"
LIST = "videos"
# Of an answer, also of one without videos.
ANSWER_KEYS = frozenset({"cursor", "has_more", "search_id", "error"})
OK = ("", "ok", None)

LIKENESSES = (
    Likeness(
        "saved answers of the TikTok Research API",
        (frozenset({"data"}), frozenset({LIST}), ANSWER_KEYS, frozenset({"create_time"}), frozenset({"id"})),
    ),
)


def recognise(sample: bytes) -> str | None:
    """The platform of a saved answer; None: something else."""
    keys = names(sample)
    is_answer = keys >= {"data", LIST} and (keys & ANSWER_KEYS or keys >= {"id", "create_time"})
    return PLATFORM if is_answer and not keys & ZEESCHUIMER_KEYS else None


def videos(answer: Any) -> Iterator[Any]:
    """The videos of an answer; what is none, or an error, as it is."""
    listed = as_dict(as_dict(answer).get("data")).get(LIST)
    if isinstance(listed, list) and (listed or _code(answer) in OK):
        yield from as_list(listed)
    else:
        yield answer


def _code(answer: Any) -> Any:
    return as_dict(as_dict(answer).get("error")).get("code")


def post(raw: Any) -> Post:
    """A video of the Research API; an id alone says that the video was still there. Raises Rejected."""
    if isinstance(raw, str):
        second = tiktok_seconds(raw)
        if second is None:
            raise Rejected(Reason.NO_TIME, "an id without a time")
        return Post("tiktok", whole_id(raw), second, created_from="id", is_partial=True)
    if not isinstance(raw, dict):
        raise Rejected(Reason.NOT_A_POST, "not an object")
    if "id" not in raw and _code(raw) not in OK:
        raise Rejected(Reason.NOT_A_POST, f"an error of the Research API: {str(_code(raw))[:80]}")
    post_id = whole_id(present(raw, "video_id" if "video_id" in raw else "id"))
    author = handle(raw.get("username"))
    is_timed = raw.get("create_time") is not None
    uploaded = tiktok_seconds(post_id)
    created = after_upload(uploaded, seconds(raw["create_time"])) if is_timed else uploaded
    if created is None:
        raise Rejected(Reason.NO_TIME)
    return Post(
        platform="tiktok",
        post_id=post_id,
        created_at=created,
        created_from="record" if is_timed else "id",
        author=author,
        text=clean(raw.get("video_description")),
        hashtags=hashtag_list(raw.get("hashtag_names")),
        media_type="video",
        likes=count(raw.get("like_count")),
        comments=count(raw.get("comment_count")),
        shares=count(raw.get("share_count")),
        views=count(raw.get("view_count")),
        url=f"https://www.tiktok.com/@{author}/video/{post_id}" if author else None,
    )


FORMATS = formats(NAME, recognise, post, OBJECTS, inside=videos)
