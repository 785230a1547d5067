"""From a landed file to prepared rows: read, map to posts, check times, mask, hash authors, label.

Prepared rows are a function of the landed bytes, the author key, the seeds and the code. They are written as Parquet,
one part a batch, so that memory stays flat whatever the size of a file, and files are prepared side by side.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from flows import labels, sources
from flows.post import Post, Reason, Rejected
from flows.settings import Settings
from flows.sources.format import Fault, Format
from flows.sources.reading import open_stream
from flows.store import landing, privacy
from flows.store.landing import Landed

BATCH_RECORDS = 50_000
_EXCERPT_BYTES = 500
_EARLIEST = int(datetime(2010, 1, 1, tzinfo=UTC).timestamp())
_LATEST = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())
_DAY_SECONDS = 86_400

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
_REJECT_SCHEMA: dict[str, Any] = {"line": pl.Int64, "reason": pl.String, "detail": pl.String, "raw_pi": pl.String}


@dataclass(slots=True)
class Batch:
    """Up to `BATCH_RECORDS` records of one file, as posts with their record numbers and rejects."""

    numbers: list[int] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    rejects: list[tuple[int, str, str, str]] = field(default_factory=list)

    @property
    def records(self) -> int:
        """How many records were read into this batch."""
        return len(self.posts) + len(self.rejects)


@dataclass(frozen=True, slots=True)
class Prepared:
    """What one landed file came to: how many records were read, how many of them are posts, how many have an unknown
    shape, and the Parquet parts with the posts and the rejects.
    """

    landed: Landed
    records: int
    accepted: int
    unreadable: int
    posts: tuple[Path, ...]
    rejects: tuple[Path, ...]


def _excerpt(raw: object) -> str:
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    return text[:_EXCERPT_BYTES].replace("\x00", "")


def batches(form: Format, stream: BinaryIO, landed_second: int | None) -> Iterator[Batch]:
    """The records of a stream in batches; times are checked against the moment of landing unless it is None."""
    records = form.records(stream)
    while chunk := list(islice(records, BATCH_RECORDS)):
        batch = Batch()
        for record in chunk:
            if isinstance(record, Fault):
                batch.rejects.append((record.number, record.reason, record.detail, _excerpt(record.excerpt)))
                continue
            try:
                post = form.post(record.raw)
                _check_time(post, landed_second)
            except Rejected as verdict:
                batch.rejects.append((record.number, verdict.reason, verdict.detail, _excerpt(record.raw)))
            else:
                batch.numbers.append(record.number)
                batch.posts.append(post)
        yield batch


def _check_time(post: Post, landed_second: int | None) -> None:
    """Accepted are times from 2010 to one day after the post was seen (design: a later one is a clock error)."""
    seen = post.observed_at or landed_second
    if post.created_at < _EARLIEST or (seen is not None and post.created_at > seen + _DAY_SECONDS):
        moment = datetime.fromtimestamp(post.created_at, UTC) if 0 <= post.created_at < _LATEST else post.created_at
        raise Rejected(Reason.TIME_OUT_OF_RANGE, str(moment))


def _columns(batch: Batch, landed: Landed, key: bytes, zone: str) -> pl.DataFrame:
    raw = pl.DataFrame(batch.posts, schema=_POST_SCHEMA, orient="row", infer_schema_length=None)
    landed_second = int(landed.landed_at.timestamp())
    frame = raw.with_columns(
        pl.from_epoch("created_at", "s").dt.cast_time_unit("us").dt.replace_time_zone("UTC"),
        pl.from_epoch(pl.col("observed_at").fill_null(landed_second), "s")
        .dt.cast_time_unit("us")
        .dt.replace_time_zone("UTC"),
        pl.Series("number", batch.numbers, dtype=pl.Int64),
        pl.lit(landed.file_id).alias("file_id"),
        pl.lit(landed.source).alias("source"),
        privacy.author_keys(raw["platform"], raw["author"], key).alias("author_key"),
        privacy.masked(raw["text"]).alias("masked"),
    ).with_columns(pl.col("created_at").dt.convert_time_zone(zone).dt.date().alias("day"))
    labelled = labels.label(frame["masked"], frame["created_at"]).rename({"language": "language_found"})
    public = {"text": "text_pi", "masked": "text", "author_name": "author_name_pi", "url": "url_pi"}
    return (
        frame.drop("author")
        .rename(public)
        .hstack(labelled.get_columns())
        .with_columns(pl.coalesce("language_found", "language").alias("language"))
        .drop("language_found")
    )


def prepare(settings: Settings, landed: Landed, key: bytes, folder: Path) -> Prepared:
    """Prepares one landed file of posts into Parquet parts in `folder`; never raises for bad records."""
    stem = landed.file_id[:32]
    zone = settings.election.zone.key
    posts: list[Path] = []
    rejects: list[Path] = []
    records = accepted = unreadable = 0
    stored = landing.stored_path(settings.home, landed)
    form, _ = sources.recognise(stored, settings)
    with open_stream(stored) as stream:
        for part, batch in enumerate(batches(form, stream, int(landed.landed_at.timestamp()))):
            records += batch.records
            accepted += len(batch.posts)
            unreadable += sum(reject[1] in (Reason.UNREADABLE, Reason.WRONG_SHAPE) for reject in batch.rejects)
            if batch.posts:
                posts.append(folder / f"{stem}-{part:05d}-posts.parquet")
                _columns(batch, landed, key, zone).write_parquet(posts[-1], compression="lz4")
            if batch.rejects:
                rejects.append(folder / f"{stem}-{part:05d}-rejects.parquet")
                frame = pl.DataFrame(batch.rejects, schema=_REJECT_SCHEMA, orient="row")
                frame.with_columns(pl.lit(landed.file_id).alias("file_id")).write_parquet(rejects[-1])
    return Prepared(landed, records, accepted, unreadable, tuple(posts), tuple(rejects))
