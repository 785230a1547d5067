"""ronda's own collection log: how often each query of each source was planned, tried and answered on a day.

CSV `platform,source,query,day,planned,attempted,succeeded,reason`. It holds no posts: its records are `CollectionDay`.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from flows.files import csv_header
from flows.files.record import Fault, Record
from flows.post import PLATFORMS, Reason, Rejected
from flows.sources.counts import count
from flows.sources.layout import TABLE, formats
from flows.sources.likeness import all_of

COLUMNS = frozenset(("platform", "source", "query", "day", "planned", "attempted", "succeeded", "reason"))
EVERY_QUERY = "*"


class CollectionDay(NamedTuple):
    """One query of one source on one local day; 0 <= succeeded <= attempted, planned >= 0."""

    platform: str
    source: str
    query: str
    day: date
    planned: int
    attempted: int
    succeeded: int
    reason: str | None  # why some did not succeed


def recognise(sample: bytes) -> str | None:
    """The platform, which each row names, when these are the first bytes of a collection log."""
    return "mixed" if set(csv_header(sample)[0]) == COLUMNS else None


def _number(row: dict[str, str], column: str) -> int:
    value = count(row[column])
    if value is None:
        raise Rejected(Reason.WRONG_SHAPE, f"{column} is {row[column][:80]!r}, not a whole number from 0")
    return value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Rejected(Reason.TIME_FORM if text else Reason.NO_TIME, f"day is {text[:80]!r}, not YYYY-MM-DD") from error


def collection_day(row: dict[str, str]) -> CollectionDay:
    """The entry of one row; an empty query stands for all. Raises Rejected."""
    if not COLUMNS.issubset(row):
        raise Rejected(Reason.WRONG_SHAPE, ", ".join(sorted(COLUMNS.difference(row))))
    platform, source = row["platform"].strip().lower(), row["source"].strip()
    if platform not in PLATFORMS:
        raise Rejected(Reason.UNKNOWN_PLATFORM, platform[:80])
    if not source:
        raise Rejected(Reason.WRONG_SHAPE, "source is empty")
    planned, attempted, succeeded = (_number(row, column) for column in ("planned", "attempted", "succeeded"))
    if succeeded > attempted:
        raise Rejected(Reason.WRONG_SHAPE, f"succeeded {succeeded} of attempted {attempted}")
    return CollectionDay(
        platform=platform,
        source=source,
        query=row["query"].strip() or EVERY_QUERY,
        day=_day(row["day"].strip()),
        planned=planned,
        attempted=attempted,
        succeeded=succeeded,
        reason=row["reason"].strip() or None,
    )


def _entry(record: Record) -> Record | Fault:
    try:
        return record._replace(raw=collection_day(record.raw))
    except Rejected as rejected:
        excerpt = ",".join(record.raw.values()).encode()[:256]
        return Fault(record.number, rejected.reason, rejected.detail, excerpt)


def records(rows: Iterator[Record | Fault]) -> Iterator[Record | Fault]:
    """The entries of the rows of a log, each a CollectionDay; a Fault for every row that is none."""
    for item in rows:
        yield item if isinstance(item, Fault) else _entry(item)


LIKENESSES = (all_of("a collection log of ronda", sorted(COLUMNS)),)

FORMATS = formats("collection", recognise, layouts=TABLE, kind="collection", entries=records)
FORMAT = FORMATS[0]  # what ronda writes itself
