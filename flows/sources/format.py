"""What a source module gives: a `Format`.

`records` walks a decompressed stream and yields one `Record` per raw record, or a `Fault` where bytes could not be
read as one; it never raises for bad input and never holds more than one record (or one page) in memory.
`post` maps one raw record to a `Post` and raises `Rejected`; it is pure.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

from flows.post import Post, Reason


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


@dataclass(frozen=True, slots=True)
class Format:
    """One input format.

    `recognise` looks at the first decompressed bytes of a file (at most `reading.SAMPLE_BYTES`) and answers the
    platform ("tiktok", "facebook", "instagram", or "mixed" where records say it themselves), or None: not mine.
    """

    name: str
    recognise: Callable[[bytes], str | None]
    records: Callable[[BinaryIO], Iterator[Record | Fault]]
    post: Callable[[Any], Post]
