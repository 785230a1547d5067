"""From pieces of landed files to prepared rows: read, map to posts, check times, mask, hash authors, label.

Prepared rows are a function of the landed bytes, the author key, the seeds and the code. They are written as Parquet,
one part a batch, so that memory stays flat whatever the size of a file, and pieces are prepared side by side.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from flows import labels, limits
from flows.files.opening import position
from flows.headers import schema
from flows.loading import copies, pieces, privacy, reading
from flows.loading.counted import FileCounts, Prepared
from flows.loading.landing import Landed
from flows.loading.mapped import Reject, Sight, read_frames
from flows.loading.pieces import Piece
from flows.post import Reason
from flows.settings import Settings

BATCH_RECORDS = 50_000
_LANGUAGE = "^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,3}$"  # as IETF BCP 47 has tags: id, jv, zh-Hans-TW

_REJECTED = ("file_id", "line", "reason", "detail", "raw_pi")


def _columns(raw: pl.DataFrame, key: bytes, zone: str, seeds: Path) -> pl.DataFrame:
    masked, mentioned = privacy.masked_with_handles(raw["text"])
    frame = raw.with_columns(
        _moment(pl.col("created_at")),
        _moment(pl.col("observed_at")),
        privacy.author_keys(raw["platform"], raw["author"], key).alias("author_key"),
        masked.alias("masked"),
        privacy.text_hashes(raw["text"], key),
        privacy.masked_tags(raw["hashtags"]),
        privacy.masked_queries(raw["query"], raw["source"]),
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
        .with_columns(pl.when(pl.col("text") != pl.col("masked")).then("text"))
        .rename(stored)
        .hstack([*labelled.get_columns(), units, groups])
        .with_columns(pl.coalesce("language_found", "language").alias("language"))
        .drop("language_found")
    )


def _handles(authors: pl.Series, mentioned: Mapping[int, Sequence[str]]) -> pl.Series:
    """The accounts that each post names, as author or in its text (by its place); a number is no handle."""
    is_handle = (authors != "") & ~authors.str.starts_with("id:")
    own = pl.select(pl.when(is_handle).then(authors).alias("handles").reshape((-1, 1)).arr.to_list().list.drop_nulls())
    lists = own.to_series()
    places = np.arange(len(authors))
    places[list(mentioned)] = np.arange(len(mentioned)) + len(authors)
    both = [[*lists[place], *others] for place, others in mentioned.items()]
    return pl.concat([lists, pl.Series(both, dtype=pl.List(pl.String))]).gather(places)


def _moment(seconds: pl.Expr) -> pl.Expr:
    return pl.from_epoch(seconds, "s").dt.cast_time_unit("us").dt.replace_time_zone("UTC")


class _Parts:
    """Collects posts and rejects of many pieces and writes them as Parquet parts of bounded size."""

    def __init__(self, settings: Settings, key: bytes, folder: Path, name: str) -> None:
        self._settings, self._key, self._folder, self._name = settings, key, folder, name
        self._frames: list[pl.DataFrame] = []
        self._size = self._bytes = 0  # of the posts that wait, and of their texts
        self._rejects: list[tuple[str, int, Reason, str, str]] = []
        self.posts: list[Path] = []
        self.rejects: list[Path] = []

    def add_posts(self, landed: Landed, posts: pl.DataFrame) -> None:
        if posts.is_empty():
            return
        told = pl.lit(landed.file_id).alias("file_id"), pl.lit(landed.source).alias("source")
        self._frames.append(posts.with_columns(*told))
        self._size += len(posts)
        self._bytes += int(posts["text"].str.len_bytes().sum())
        if self._size >= BATCH_RECORDS or self._bytes > limits.BATCH_CHARACTERS:
            self._write_posts()

    def add_reject(self, landed: Landed, number: int, reject: Reject) -> None:
        self._rejects.append((landed.file_id, number, *reject[2:]))
        if len(self._rejects) == BATCH_RECORDS:
            self._write_rejects()

    def close(self) -> None:
        """Writes what is left."""
        if self._frames:
            self._write_posts()
        if self._rejects:
            self._write_rejects()

    def _write_posts(self) -> None:
        path = self._folder / f"{self._name}-{len(self.posts):05d}-posts.parquet"
        zone = self._settings.election.zone.key
        _columns(pl.concat(self._frames), self._key, zone, self._settings.seeds).write_parquet(path, compression="lz4")
        self.posts.append(path)
        self._frames, self._size, self._bytes = [], 0, 0

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
    form = reading.fitted(settings, piece.landed, piece.evidence)
    counts.notes = form.notes
    told, before = 0, piece.first - 1  # the lines of the file before the piece
    with pieces.opened(settings, piece) as stream:
        for posts, rejects, last in read_frames(form, stream, Sight.of(piece.landed), piece.share):
            numbered = posts.with_columns(pl.col("number") + before)
            counts.add(numbered["number"], len(rejects), before + last)
            parts.add_posts(piece.landed, numbered)
            for place, reject in rejects:
                _, _, reason, detail, _ = reject
                counts.note(reason, detail)
                parts.add_reject(piece.landed, before + place, reject)
            if read:
                at = max(position(stream) - piece.start, told)
                read(at - told)
                told = at
    if read:
        read(pieces.packed_bytes(settings, piece) - told)
    return counts
