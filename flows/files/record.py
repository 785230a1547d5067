"""What reading a file yields: raw records, and faults where bytes are none."""

from collections.abc import Sequence
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


_SHOWN = 5


def named(faults: Sequence[Fault], count: int) -> str:
    """The first of `count` faults as part of a sentence: `line 3 (3 cells under 2 columns), and 7 more`."""
    shown = [f"line {each.number} ({each.detail or each.reason})" for each in faults[:_SHOWN]]
    more = f", and {count - len(shown):,} more" if count > len(shown) else ""
    return f"{', '.join(shown)}{more}"
