"""CSV exports of 4CAT (`,`) and of Zeeschuimer (`;`): TikTok posts, TikTok comments and Instagram posts.

(4CAT's NDJSON export is Zeeschuimer's own record, flattened, and is read by `zeeschuimer`.)

Both write a default where they know nothing. 4CAT lists the columns in `missing_fields`, and these become None.
Zeeschuimer does not say, so only what cannot be true is None: zeros of rows marked `partial_item`, 0 plays of an
Instagram post or of a video that was liked, and -1. The time is always `unix_timestamp`: `timestamp` is sometimes in
the server's own zone.
"""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from flows.files import csv_header
from flows.post import Post, Reason, Rejected
from flows.sources.counts import count
from flows.sources.evidence import Places, study
from flows.sources.fields import clean, handle, hashtag, hashtags_in, pk_to_shortcode, present, shortcode, whole_id
from flows.sources.layout import TABLE, formats
from flows.sources.likeness import Likeness
from flows.sources.taking import tiktok_created
from flows.sources.zeeschuimer import instagram_created, instagram_url

REQUIRED = frozenset(("id", "author", "body", "unix_timestamp"))
DEFAULTS = "missing_fields"  # the column in which 4CAT, and nobody else, lists what it did not know
# A column of the left kind makes the row of the right kind, first match first.
KINDS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset(("is_sticky", "comment_url", "is_liked_by_post_author", "post_body")), "comment"),
    (frozenset(("tiktok_url", "plays", "challenges", "is_duet", "music_name")), "tiktok"),
    (frozenset(("num_likes", "num_comments", "partial_item", "usertags", "likes_hidden")), "instagram"),
)
INSTAGRAM_MEDIA = {"photo": "photo", "picture": "photo", "video": "video", "mixed": "album"}
YES = ("yes", "true", "1")

Row = dict[str, str]


@lru_cache(maxsize=64)
def _kind(columns: tuple[str, ...]) -> str | None:
    return next((kind for marks, kind in KINDS if any(mark in columns for mark in marks)), None)


def _is_yes(row: Row, column: str) -> bool:
    return row.get(column, "").strip().lower() in YES


def _known(row: Row) -> Row:
    """The row without the columns whose values it declares to be defaults."""
    missing = row.get(DEFAULTS, "")
    if not missing.strip():
        return row
    names = {name.strip() for name in missing.split(",")}
    return {column: cell for column, cell in row.items() if column not in names}


def _listed(row: Row, text: str | None) -> tuple[str, ...]:
    """The hashtags of the column of that name, else of the text."""
    names = dict.fromkeys([hashtag(name) for name in row.get("hashtags", "").split(",")])
    names.pop("", None)
    return tuple(names) or hashtags_in(text)


def _tiktok(row: Row) -> Post:
    post_id = whole_id(present(row, "id"))
    created_at, created_from = tiktok_created(post_id, row.get("unix_timestamp", "").strip())
    author = handle(row.get("author"))
    text = clean(row.get("body"))
    likes, comments, shares, views = (count(row.get(name)) for name in ("likes", "comments", "shares", "plays"))
    return Post(
        platform="tiktok",
        post_id=post_id,
        created_at=created_at,
        created_from=created_from,
        author=author,
        author_name=clean(row.get("author_full")) or None,
        text=text,
        hashtags=_listed(row, text),
        likes=likes,
        comments=comments,
        shares=shares,
        views=None if views == 0 and (likes or comments or shares) else views,
        url=f"https://www.tiktok.com/@{author}/video/{post_id}" if author else None,
    )


def _instagram(row: Row) -> Post:
    if row.get("type") == "comment":  # of the scraper 4CAT had before 2021
        raise Rejected(Reason.COMMENT)
    code = shortcode(row.get("id")) or pk_to_shortcode(present(row, "id"))
    created_at, created_from = instagram_created(code, row.get("unix_timestamp", "").strip())
    is_partial = _is_yes(row, "partial_item")

    def number(column: str) -> int | None:
        value = count(row.get(column))
        return None if value == 0 and is_partial else value

    author, author_id = handle(row.get("author")), row.get("author_id", "").strip()
    text = clean(row.get("body"))
    return Post(
        platform="instagram",
        post_id=code,
        created_at=created_at,
        created_from=created_from,
        author=author or (f"id:{author_id}" if author_id else None),
        author_name=clean(row.get("author_fullname")) or None,
        text=text,
        hashtags=hashtags_in(text) if text is not None else _listed(row, None),
        media_type=INSTAGRAM_MEDIA.get(row.get("media_type", row.get("type", ""))),
        likes=None if _is_yes(row, "likes_hidden") else number("num_likes"),
        comments=number("num_comments"),
        views=count(row.get("play_count")) or None,
        url=instagram_url(code),
        is_partial=is_partial,
    )


def _comment(row: Row) -> Post:  # noqa: ARG001 - one signature for all
    raise Rejected(Reason.COMMENT)


_KINDS: dict[str | None, Callable[[Row], Post]] = {"comment": _comment, "tiktok": _tiktok, "instagram": _instagram}


def post(raw: Any) -> Post:
    """The Post of one row. Raises Rejected."""
    read = _KINDS.get(_kind(tuple(raw)))
    if read is None:
        raise Rejected(Reason.WRONG_SHAPE, "neither TikTok's nor Instagram's columns")
    return read(_known(raw))


def recognise(program: str, sample: bytes) -> str | None:
    """The platform when the header is that of a program; a spreadsheet may have changed the delimiter of 4CAT's."""
    columns, delimiter = csv_header(sample)
    is_zeeschuimer = delimiter == ";" and DEFAULTS not in columns
    if is_zeeschuimer != (program == "zeeschuimer") or not REQUIRED.issubset(columns):
        return None
    kind = _kind(columns)
    return "tiktok" if kind == "comment" else kind


def is_foreign(sample: bytes) -> bool:
    """Whether the columns are those of 4CAT, but of a platform that is not watched."""
    columns, _ = csv_header(sample)
    return {*REQUIRED, "thread_id"} <= set(columns) and _kind(columns) is None


_COUNTS = ("likes", "comments", "shares", "plays", "num_likes", "num_comments", "play_count")
_STUDY = partial(study, Places(ids=("id",), counts=_COUNTS))

LIKENESSES = (
    Likeness(
        "a 4CAT or Zeeschuimer CSV of TikTok or Instagram",
        (*(frozenset({name}) for name in sorted(REQUIRED)), frozenset().union(*(marks for marks, _ in KINDS[1:]))),
    ),
)

FORMATS = tuple(
    form
    for program in ("fourcat", "zeeschuimer")
    for form in formats(program, partial(recognise, program), post, TABLE, study=_STUDY)
)
