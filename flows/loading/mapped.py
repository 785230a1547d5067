"""From raw records to posts: mapped, dated, checked; what is no post is a reject with its reason.

The records of a format that can be read as columns are; those that are not plain (`flows.sources.taking`), and those of
every other format, go one by one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import polars as pl

from flows import limits
from flows.files.record import Fault, Record, too_many_rejects, whole_characters
from flows.loading.landing import Landed
from flows.post import Post, Reason, Rejected, check
from flows.sources.format import Format

FRAME_RECORDS = 5_000  # that are mapped one by one
_EXCERPT_BYTES = 500

POST_SCHEMA: dict[str, Any] = {
    "platform": pl.String,
    "post_id": pl.String,
    "created_at": pl.Int64,
    "created_from": pl.String,
    "observed_at": pl.Int64,
    "author": pl.String,
    "author_name": pl.String,
    "text": pl.String,
    "hashtags": pl.List(pl.String),
    "language": pl.String,
    "media_type": pl.String,
    "likes": pl.Int64,
    "comments": pl.Int64,
    "shares": pl.Int64,
    "views": pl.Int64,
    "url": pl.String,
    "query": pl.String,
    "is_partial": pl.Boolean,
    "gone": pl.String,
}
FRAME_SCHEMA = {"number": pl.Int64, **POST_SCHEMA}


Reject = tuple[str, int, Reason, str, str]


def _reject(number: int, reason: Reason, detail: str, raw: object) -> Reject:
    """A reject without its file, with the beginning of the record."""
    return ("", number, reason, whole_characters(detail), _excerpt(raw))


def _excerpt(raw: object) -> str:
    try:
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    except RecursionError:  # Python writes out fewer levels than the parser reads
        text = "(nested too deeply to be shown)"
    return whole_characters(text[:_EXCERPT_BYTES].replace("\x00", ""))


@dataclass(frozen=True, slots=True)
class Sight:
    """When the records of a file were seen that do not say so themselves, in Unix seconds.

    `modified`: the file's own time, after which nothing was written into it; `landed`: it came in. Neither is known of
    a file that is only looked at.
    """

    modified: int | None = None
    landed: int | None = None

    @classmethod
    def of(cls, landed: Landed) -> "Sight":
        """Of a landed file."""
        modified = int(landed.modified_at.timestamp()) if landed.modified_at else None
        return cls(modified, int(landed.landed_at.timestamp()))

    def date(self, post: Post) -> Post:
        """The post with the moment it was seen: its own, else the file's, never after the landing.

        A file that is older than its post was copied with a wrong time, and is dated by its landing.
        """
        seen = post.observed_at
        if seen is None and self.modified is not None and self.modified >= post.created_at:
            seen = self.modified
        known = [second for second in (seen, self.landed) if second is not None]
        return post._replace(observed_at=min(known, default=None))

    def date_all(self, seen: pl.Expr, created_at: pl.Expr) -> pl.Expr:
        """The same of many posts, by the columns of a frame."""
        modified, landed = (pl.lit(second, dtype=pl.Int64) for second in (self.modified, self.landed))
        of_file = pl.when(modified >= created_at).then(modified)
        return pl.min_horizontal(pl.coalesce(seen.cast(pl.Int64), of_file), landed).alias("observed_at")


class Mapped(NamedTuple):
    """Some records of a file: posts by the names of `Post`, with the `number` of each, and rejects with theirs."""

    posts: pl.DataFrame
    rejects: list[tuple[int, Reject]]
    last: int  # the number of the last record

    @classmethod
    def of(cls, items: Sequence[tuple[int, Post | Reject]]) -> "Mapped":
        """Of records that were mapped one by one, in order."""
        posts = [(number, *item) for number, item in items if isinstance(item, Post)]
        rejects = [(number, item) for number, item in items if not isinstance(item, Post)]
        frame = pl.DataFrame(posts, schema=FRAME_SCHEMA, orient="row", infer_schema_length=None)
        return cls(frame, rejects, items[-1][0] if items else 0)


class Share(NamedTuple):
    """Which of some equal parts of a file is read, from 0, of how many bytes the whole has.

    Its beginning is found by going through what stands before it, so that a file needs no place where it can be cut.
    """

    number: int
    parts: int
    content: int

    def of(self, place: int) -> int:
        """The number of the part that begins at, or holds, a byte."""
        return min(place * self.parts // max(self.content, 1), self.parts - 1)


WHOLE = Share(0, 1, 1)


def read_frames(form: Format, stream: BinaryIO, sight: Sight, share: Share = WHOLE) -> Iterator[Mapped]:
    """Every record of a stream, some thousands at a time; it ends where `read_posts` does.

    Of a share of it, the records of that; what is read one by one all belongs to the first.
    """
    if form.columnar:
        from flows.loading.lines import BlocksReader  # compiled code, which only large reading needs

        yield from BlocksReader(form, sight).read(stream, share)
        return
    if share.number:
        return
    items: list[tuple[int, Post | Reject]] = []
    for item in read_posts(form, stream, sight):
        items.append(item)
        if len(items) == FRAME_RECORDS:
            yield Mapped.of(items)
            items = []
    yield Mapped.of(items)


def last_reject(number: int) -> tuple[int, Reject]:
    last = too_many_rejects(number)
    return last.number, ("", last.number, last.reason, last.detail, "")


def read_posts(form: Format, stream: BinaryIO, sight: Sight) -> Iterator[tuple[int, Post | Reject]]:
    """Every record of a stream as (number, post) or (number, reject without its file), in order.

    It ends with a reject where `limits.REJECTS_IN_A_ROW` rejects follow each other.
    """
    in_a_row = 0
    for record in form.records(stream):
        item = map_record(form, record, sight)
        yield record.number, item
        in_a_row = 0 if isinstance(item, Post) else in_a_row + 1
        if in_a_row == limits.REJECTS_IN_A_ROW:
            yield last_reject(record.number + 1)
            return


def map_record(form: Format, record: Record | Fault, sight: Sight) -> Post | Reject:
    """The post of a record, or the reject without its file."""
    if isinstance(record, Fault):
        return _reject(record.number, record.reason, record.detail, record.excerpt)
    try:
        post = sight.date(form.post(record.raw))
        check(post, post.observed_at)
    except Rejected as verdict:
        is_ours = verdict.reason is not Reason.OUTSIDE_WINDOW  # what was not asked for is not kept
        return _reject(record.number, verdict.reason, verdict.detail, record.raw if is_ours else "")
    return post
