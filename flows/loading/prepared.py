"""From pieces of landed files to prepared rows: read, map to posts, check times, mask, hash authors, label.

Prepared rows are a function of the landed bytes, the author key, the seeds and the code. They are written as Parquet,
one part a batch, so that memory stays flat whatever the size of a file, and pieces are prepared side by side.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from flows import labels, limits
from flows.files.opening import position
from flows.files.record import Fault, too_many_rejects, whole_characters
from flows.headers import schema
from flows.loading import copies, pieces, privacy, reading
from flows.loading.counted import FileCounts, Prepared
from flows.loading.landing import Landed
from flows.loading.pieces import Piece
from flows.post import Post, Reason, Rejected, check
from flows.settings import Settings
from flows.sources.format import Format

BATCH_RECORDS = 50_000
_TOLD_RECORDS = 5_000  # between two words about how far it is
_EXCERPT_BYTES = 500
_LANGUAGE = "^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}$"  # as IETF BCP 47 has tags: id, jv, zh-Hans-TW

_POST_SCHEMA: dict[str, Any] = {
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
_REJECTED = ("file_id", "line", "reason", "detail", "raw_pi")


@dataclass(slots=True)
class Batch:
    """Up to `BATCH_RECORDS` posts, with the file and the record number of each."""

    files: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    characters: int = 0  # of their texts


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


def read_posts(form: Format, stream: BinaryIO, sight: Sight) -> Iterator[tuple[int, Post | Reject]]:
    """Every record of a stream as (number, post) or (number, reject without its file), in order.

    It ends with a reject where `limits.REJECTS_IN_A_ROW` rejects follow each other.
    """
    in_a_row = 0
    for number, item in _read_all(form, stream, sight):
        yield number, item
        in_a_row = 0 if isinstance(item, Post) else in_a_row + 1
        if in_a_row == limits.REJECTS_IN_A_ROW:
            last = too_many_rejects(number + 1)
            yield last.number, ("", last.number, last.reason, last.detail, "")
            return


def _read_all(form: Format, stream: BinaryIO, sight: Sight) -> Iterator[tuple[int, Post | Reject]]:
    for record in form.records(stream):
        if isinstance(record, Fault):
            yield record.number, _reject(record.number, record.reason, record.detail, record.excerpt)
            continue
        try:
            post = sight.date(form.post(record.raw))
            check(post, post.observed_at)
        except Rejected as verdict:
            is_ours = verdict.reason is not Reason.OUTSIDE_WINDOW  # what was not asked for is not kept
            yield record.number, _reject(record.number, verdict.reason, verdict.detail, record.raw if is_ours else "")
        else:
            yield record.number, post


def _columns(batch: Batch, key: bytes, zone: str, seeds: Path) -> pl.DataFrame:
    raw = pl.DataFrame(batch.posts, schema=_POST_SCHEMA, orient="row", infer_schema_length=None)
    masked, mentioned = privacy.masked_with_handles(raw["text"])
    frame = raw.with_columns(
        _moment(pl.col("created_at")),
        _moment(pl.col("observed_at")),
        pl.Series("number", batch.numbers, dtype=pl.Int64),
        pl.Series("file_id", batch.files, dtype=pl.String),
        pl.Series("source", batch.sources, dtype=pl.String),
        privacy.author_keys(raw["platform"], raw["author"], key).alias("author_key"),
        masked.alias("masked"),
        privacy.masked_tags(raw["hashtags"]),
        privacy.masked_queries(raw["query"], pl.Series(batch.sources, dtype=pl.String)),
        pl.when(pl.col("language").str.contains(_LANGUAGE)).then("language"),  # whatever stands there is published
        _handles(raw["author"], mentioned),
    ).with_columns(pl.col("created_at").dt.convert_time_zone(zone).dt.date().alias("day"))
    words = copies.read_words(frame["masked"])
    units = copies.unit_keys(frame["author_key"], words, privacy.unit_seed(key))
    groups = copies.text_groups(words, privacy.text_group_key(key))
    labelled = labels.label(frame["masked"], frame["created_at"], seeds).rename({"language": "language_found"})
    stored = {"text": "text_pi", "masked": "text", "author_name": "author_name_pi", "url": "url_pi"}
    return (
        frame.drop("author")
        .rename(stored)
        .hstack([*labelled.get_columns(), units, groups])
        .with_columns(pl.coalesce("language_found", "language").alias("language"))
        .drop("language_found")
    )


def _handles(authors: pl.Series, mentioned: list[list[str]]) -> pl.Series:
    """The accounts that each post names, as author or in its text; a number is no handle."""
    named = [
        [author, *others] if author and not author.startswith("id:") else others
        for author, others in zip(authors, mentioned, strict=True)
    ]
    return pl.Series("handles", named, dtype=pl.List(pl.String))


def _moment(seconds: pl.Expr) -> pl.Expr:
    return pl.from_epoch(seconds, "s").dt.cast_time_unit("us").dt.replace_time_zone("UTC")


class _Parts:
    """Collects posts and rejects of many files and writes them as Parquet parts of bounded size."""

    def __init__(self, settings: Settings, key: bytes, folder: Path, name: str) -> None:
        self._settings, self._key, self._folder, self._name = settings, key, folder, name
        self._batch = Batch()
        self._rejects: list[Reject] = []
        self.posts: list[Path] = []
        self.rejects: list[Path] = []

    def add_post(self, landed: Landed, number: int, post: Post) -> None:
        batch = self._batch
        batch.files.append(landed.file_id)
        batch.sources.append(landed.source)
        batch.numbers.append(number)
        batch.posts.append(post)
        batch.characters += len(post.text or "")
        if len(batch.posts) == BATCH_RECORDS or batch.characters > limits.BATCH_CHARACTERS:
            self._write_posts()

    def add_reject(self, landed: Landed, number: int, reject: Reject) -> None:
        self._rejects.append((landed.file_id, number, *reject[2:]))
        if len(self._rejects) == BATCH_RECORDS:
            self._write_rejects()

    def close(self) -> None:
        """Writes what is left."""
        if self._batch.posts:
            self._write_posts()
        if self._rejects:
            self._write_rejects()

    def _write_posts(self) -> None:
        path = self._folder / f"{self._name}-{len(self.posts):05d}-posts.parquet"
        zone = self._settings.election.zone.key
        _columns(self._batch, self._key, zone, self._settings.seeds).write_parquet(path, compression="lz4")
        self.posts.append(path)
        self._batch = Batch()

    def _write_rejects(self) -> None:
        path = self._folder / f"{self._name}-{len(self.rejects):05d}-rejects.parquet"
        rejects = pl.DataFrame(self._rejects, schema=schema("base.rejects", _REJECTED), orient="row")
        rejects.with_columns(privacy.masked(rejects["detail"])).write_parquet(path)  # details are published
        self.rejects.append(path)
        self._rejects = []


def prepare(  # noqa: PLR0913, PLR0917 - what to read, what with, where to, and who is told
    settings: Settings,
    bundle: Sequence[Piece],
    key: bytes,
    folder: Path,
    name: str,
    read: Callable[[int], None] | None = None,
) -> Prepared:
    """Prepares pieces of landed files of posts into Parquet parts called `name-…` in `folder`.

    A part of posts has the columns of `base.posts` that a record tells, with `file_id` and `number`, the line (or
    element) of the record in its file; a part of rejects those of `base.rejects`. Nothing else than the piece, the key,
    the seeds and the code decides what they hold, so that bundles can be prepared anywhere and in any order.

    Never raises for bad records. `read` is told now and then how many bytes were read since it was told last. Raises
    InputRefusedError for a file whose format is not there any more.
    """
    parts = _Parts(settings, key, folder, name)
    counted = [_prepare(settings, piece, parts, read) for piece in bundle]
    parts.close()
    return Prepared(tuple(counted), tuple(parts.posts), tuple(parts.rejects))


def _prepare(settings: Settings, piece: Piece, parts: _Parts, read: Callable[[int], None] | None) -> FileCounts:
    counts = FileCounts(piece.landed)
    form = reading.fitted(settings, piece.landed)
    counts.notes = form.notes
    told, before = 0, piece.first - 1  # the lines of the file before the piece
    with pieces.opened(settings, piece) as stream:
        for place, item in read_posts(form, stream, Sight.of(piece.landed)):
            number = before + place
            counts.records += 1
            counts.last = number
            if read and counts.records % _TOLD_RECORDS == 0:
                at = position(stream) - piece.start
                read(at - told)
                told = at
            if isinstance(item, Post):
                counts.accepted += 1
                counts.posts_in = (counts.posts_in[0] if counts.posts_in else number, number)
                parts.add_post(piece.landed, number, item)
            else:
                _, _, reason, detail, _ = item
                counts.note(reason, detail)
                parts.add_reject(piece.landed, number, item)
    if read:
        read(pieces.packed_bytes(settings, piece) - told)
    return counts
