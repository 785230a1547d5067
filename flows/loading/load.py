"""The load: prepared rows become facts of the warehouse, all of them or none.

Every record ends as exactly one of: a post (its key was never seen), a duplicate (its key was seen, even when it
updates metrics or text, or removes the post) or a reject with a reason. The latest observation of a post wins; a
partial one never replaces a full one, and a record fills or replaces only the fields that it carries. Files may come
in any order.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from flows.loading import statements
from flows.loading.landing import Landed
from flows.loading.sheets import CollectionDays, ReviewLines, load_collection, load_reviews
from flows.store.warehouse import Connection

_HELD_RECORDS = 50_000  # of a load, which then take some 50 MB


class SheetFault(Protocol):
    """A row of a collection log or review sheet that could not be used (see `flows.sources.format.Fault`)."""

    @property
    def number(self) -> int: ...
    @property
    def reason(self) -> str: ...
    @property
    def detail(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything one load brings.

    `files` of posts with the number of records their reader found; Parquet parts with their prepared posts and
    rejects (rows of files that are not in `files` are left out); collection logs and review sheets with the rows of
    theirs that cannot be used. `set_apart` takes out what was erased for good.
    """

    files: Sequence[tuple[Landed, int]]
    posts: Sequence[Path]
    rejects: Sequence[Path]
    logs: Sequence[CollectionDays]
    reviews: Sequence[ReviewLines]
    sheet_faults: Sequence[tuple[Landed, SheetFault]]
    set_apart: Callable[[Connection], None] | None = None


def loaded_ids(connection: Connection) -> set[str]:
    """The files that were loaded before."""
    return {row[0] for row in connection.execute("SELECT file_id FROM base.loads").fetchall()}


def _name_files(connection: Connection, batch: Batch) -> None:
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE stage_files (
            file_id VARCHAR, kind VARCHAR, platform VARCHAR, source VARCHAR, file VARCHAR, landed_at TIMESTAMPTZ,
            bytes BIGINT, records BIGINT, position BIGINT, load_order BIGINT)""")
    faults = Counter(landed.file_id for landed, _ in batch.sheet_faults)
    counted = list(batch.files)
    landed = [*(log.landed for log in batch.logs), *(sheet.landed for sheet in batch.reviews)]
    counted += [(item, faults[item.file_id]) for item in landed]
    rows = [
        (it.file_id, it.kind, it.platform, it.source, it.file, it.landed_at, it.bytes, records, it.position, order)
        for order, (it, records) in enumerate(sorted(counted, key=lambda pair: pair[0].order))
    ]
    if rows:
        connection.executemany("INSERT INTO stage_files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _load_rejects(connection: Connection, batch: Batch) -> None:
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE rejected (
            file_id VARCHAR, line BIGINT, reason VARCHAR, detail VARCHAR, raw_pi VARCHAR)""")
    if batch.rejects:
        parts = [str(path) for path in batch.rejects]
        connection.execute(
            "INSERT INTO rejected BY NAME FROM read_parquet($parts) SEMI JOIN stage_files USING (file_id)",
            {"parts": parts},
        )
    if batch.sheet_faults:
        connection.executemany(
            "INSERT INTO rejected (file_id, line, reason, detail) VALUES (?, ?, ?, ?)",
            [(landed.file_id, fault.number, str(fault.reason), fault.detail) for landed, fault in batch.sheet_faults],
        )


def load(connection: Connection, batch: Batch, zone: str, hide: Callable[[Connection], object] | None = None) -> None:
    """Loads a batch inside the caller's transaction.

    `zone` names the local days of rejects. `hide` fills the table `hidden` (platform, post_id, shown, hashtags) for
    posts of the view `arriving`.
    """
    _name_files(connection, batch)
    _load_rejects(connection, batch)
    if batch.posts:
        connection.execute("SET VARIABLE parts = $parts", {"parts": [str(path) for path in batch.posts]})
        connection.execute("CREATE OR REPLACE TEMP TABLE left_out (file_id VARCHAR, number BIGINT)")
        connection.execute("""
            CREATE OR REPLACE TEMP TABLE hidden (
                platform VARCHAR, post_id VARCHAR, shown VARCHAR, hashtags VARCHAR[])""")
        records = sum(counted for _, counted in batch.files)
        connection.execute(statements.HELD_STAGE if records <= _HELD_RECORDS else statements.STAGE)
        if batch.set_apart is not None:
            batch.set_apart(connection)
        for statement in statements.STEPS:
            connection.execute(statement)
        if hide is not None:
            hide(connection)
        for statement in statements.LAST_STEPS:
            connection.execute(statement)
    else:
        connection.execute(statements.NO_STAGE)
    connection.execute(statements.REJECTS, {"zone": zone})
    load_collection(connection, batch.logs)
    load_reviews(connection, batch.reviews)
    connection.execute(statements.LOADS)


def summarise(connection: Connection) -> dict[str, Any]:
    """Counts of the load just made: files, records, posts, duplicates, rejects, reasons, span of the posts."""
    row = connection.execute("""
        SELECT count(*), coalesce(sum(records), 0)::BIGINT, coalesce(sum(posts), 0)::BIGINT,
            coalesce(sum(duplicates), 0)::BIGINT, coalesce(sum(rejects), 0)::BIGINT
        FROM base.loads SEMI JOIN stage_files USING (file_id)""").fetchone()
    reasons = connection.execute("SELECT reason, count(*) FROM rejected GROUP BY ALL ORDER BY ALL").fetchall()
    span = connection.execute(
        "SELECT min(day), max(day) FROM base.posts SEMI JOIN stage USING (platform, post_id)"
    ).fetchone()
    assert row is not None and span is not None  # noqa: S101 - aggregates give one row
    return dict(zip(("files", "records", "posts", "duplicates", "rejects"), row, strict=True)) | {
        "reasons": tuple(reasons),
        "first_day": span[0],
        "last_day": span[1],
    }
