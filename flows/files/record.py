"""What reading a file yields: raw records, and faults where bytes are none."""

from typing import Any, NamedTuple

from flows.post import Reason


class Record(NamedTuple):
    """A raw record and its number in the file, from 1: the line of NDJSON and CSV, the element of a JSON array."""

    number: int
    raw: Any


class Fault(NamedTuple):
    """Bytes that are not a record, with the reason and the first bytes for the rejects table."""

    number: int
    reason: Reason
    detail: str
    excerpt: bytes
