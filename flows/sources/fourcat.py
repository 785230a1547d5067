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
from flows.sources.evidence import Places, PlacesStudy
from flows.sources.fields import SHORTCODE, handle, hashtag, pk_to_shortcode, present, shortcode
from flows.sources.layout import TABLE, formats
from flows.sources.likeness import Likeness
from flows.sources.one_record import OneRecord
from flows.sources.taking import Columnar, Taking
from flows.sources.zeeschuimer import INSTAGRAM_ADDRESS, instagram_created

TIME = "unix_timestamp"
REQUIRED = frozenset(("id", "author", "body", TIME))
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


def is_yes(cell: str | None) -> bool:
    """Whether a cell says so."""
    return (cell or "").strip().lower() in YES


def is_no(cell: str | None) -> bool:
    """Whether it does not."""
    return not is_yes(cell)


def _known(row: Row) -> Row:
    """The row without the columns whose values it declares to be defaults, its time without blanks around it."""
    row = {**row, TIME: row.get(TIME, "").strip()}
    missing = row.get(DEFAULTS, "")
    if not missing.strip():
        return row
    names = {name.strip() for name in missing.split(",")}
    return {column: cell for column, cell in row.items() if column not in names}


def listed(cell: str | None) -> tuple[str, ...]:
    """The hashtags of a cell."""
    names = dict.fromkeys([hashtag(name) for name in (cell or "").split(",")])
    names.pop("", None)
    return tuple(names)


def tiktok(take: Taking) -> Post:
    """A row of TikTok, or columns of them."""
    post_id = take.tiktok_id("id")
    created_at, created_from = take.tiktok_time(post_id, TIME)
    author = take.handle("author")
    text = take.text("body")
    likes, comments, shares, views = (take.count(name) for name in ("likes", "comments", "shares", "plays"))
    return Post(
        platform="tiktok",
        post_id=post_id,
        created_at=created_at,
        created_from=created_from,
        author=author,
        author_name=take.word("author_full"),
        text=text,
        hashtags=take.tags("hashtags", listed, text),
        likes=likes,
        comments=comments,
        shares=shares,
        views=take.unless_zero(views, take.none_of(likes, comments, shares)),
        url=take.filled("https://www.tiktok.com/@{}/video/{}", author, post_id),
    )


def instagram(take: Taking) -> Post:
    """A row of Instagram, or columns of them."""
    (code,) = take.groups("id", f"({SHORTCODE})", otherwise=_odd_code)
    created_at, created_from = take.second(TIME, instagram_created, code)
    is_whole = take.each(is_no, take.value("partial_item"))
    likes = take.unless_zero(take.count("num_likes"), is_whole)
    text = take.text("body")
    return Post(
        platform="instagram",
        post_id=code,
        created_at=created_at,
        created_from=created_from,
        author=take.each(_instagram_author, take.value("author"), take.value("author_id")),
        author_name=take.word("author_fullname"),
        text=text,
        hashtags=take.hashtags_in(text),
        media_type=take.each(_instagram_media, take.value("media_type"), take.value("type")),
        likes=take.unless(take.each(is_yes, take.value("likes_hidden")), likes),
        comments=take.unless_zero(take.count("num_comments"), is_whole),
        views=take.unless_zero(take.count("play_count"), is_counted=False),
        url=take.filled(INSTAGRAM_ADDRESS, code),
        is_partial=take.each(is_yes, take.value("partial_item")),
    )


def _odd_code(row: Row) -> tuple[str]:
    return (shortcode(row.get("id")) or pk_to_shortcode(present(row, "id")),)


def _instagram_author(name: str | None, number: str | None) -> str | None:
    digits = (number or "").strip()
    return handle(name) or (f"id:{digits}" if digits else None)


def _instagram_media(kind: str | None, former: str | None) -> str | None:
    """The kind of medium; older tables have it in another column."""
    return INSTAGRAM_MEDIA.get((former if kind is None else kind) or "")


def _tiktok(row: Row) -> Post:
    return tiktok(OneRecord(row))


def _instagram(row: Row) -> Post:
    if row.get("type") == "comment":  # of the scraper 4CAT had before 2021
        raise Rejected(Reason.COMMENT)
    post = instagram(OneRecord(row))
    return post if post.text is not None else post._replace(hashtags=listed(row.get("hashtags")))


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


def _is_kind(kind: str, columns: tuple[str, ...]) -> bool:
    return _kind(columns) == kind


def is_foreign(sample: bytes) -> bool:
    """Whether the columns are those of 4CAT, but of a platform that is not watched."""
    columns, _ = csv_header(sample)
    return {*REQUIRED, "thread_id"} <= set(columns) and _kind(columns) is None


_WAYS = tuple(
    Columnar(
        mapping,
        equal=((DEFAULTS, ("", None)),),
        without=(("type", "comment"),) if kind == "instagram" else (),
        table=partial(_is_kind, kind),
    )
    for kind, mapping in (("tiktok", tiktok), ("instagram", instagram))
)
_COUNTS = ("likes", "comments", "shares", "plays", "num_likes", "num_comments", "play_count")
_STUDY = PlacesStudy(Places(ids=("id",), counts=_COUNTS))

LIKENESSES = (
    Likeness(
        "a 4CAT or Zeeschuimer CSV of TikTok or Instagram",
        (*(frozenset({name}) for name in sorted(REQUIRED)), frozenset().union(*(marks for marks, _ in KINDS[1:]))),
    ),
)

FORMATS = tuple(
    form
    for program in ("fourcat", "zeeschuimer")
    for form in formats(program, partial(recognise, program), post, TABLE, study=_STUDY, columnar=_WAYS)
)
