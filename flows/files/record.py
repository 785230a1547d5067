"""What reading a file yields: raw records, and faults where bytes are none."""

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, Literal, NamedTuple, ParamSpec

from flows import limits
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


class Elsewhere(NamedTuple):
    """Records with their fields in other places: those where a text or an object stands in the field `sign`.

    `at` tells the place of each field.
    """

    sign: str
    stands: Literal["text", "object"]
    at: Callable[[str], str]


_SHOWN = 5
_NAMES, _LONGEST = 6, 40  # names of columns, characters of each
_P = ParamSpec("_P")


def ended(reader: Callable[_P, Iterator[Record | Fault]]) -> Callable[_P, Iterator[Record | Fault]]:
    """A reader that ends with a Fault where `limits.REJECTS_IN_A_ROW` faults follow each other."""

    @wraps(reader)
    def read(*args: _P.args, **kwargs: _P.kwargs) -> Iterator[Record | Fault]:
        in_a_row = 0
        for item in reader(*args, **kwargs):
            yield item
            in_a_row = in_a_row + 1 if isinstance(item, Fault) else 0
            if in_a_row == limits.REJECTS_IN_A_ROW:
                yield too_many_rejects(item.number + 1)
                return

    return read


def too_many_rejects(number: int) -> Fault:
    """The Fault that ends the reading of a file none of whose records could be used for long."""
    return Fault(number, Reason.DAMAGED, f"{limits.REJECTS_IN_A_ROW:,} records in a row cannot be used", b"")


def too_many_blanks(number: int) -> Fault:
    """The Fault that ends the reading of a file that goes on with nothing but blank lines."""
    return Fault(number, Reason.DAMAGED, f"more than {limits.BLANK_LINES:,} blank lines", b"")


def whole_characters(text: str) -> str:
    """A text with question marks for halves of characters (lone surrogates), which JSON can hold and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def named(faults: Sequence[Fault], count: int) -> str:
    """The first of `count` faults as part of a sentence: `line 3 (3 cells under 2 columns), and 7 more`."""
    shown = [f"line {each.number} ({each.detail or each.reason})" for each in faults[:_SHOWN]]
    more = f", and {count - len(shown):,} more" if count > len(shown) else ""
    return f"{', '.join(shown)}{more}"


def listed(names: Sequence[str]) -> str:
    """The first of the names of columns as part of a sentence, each short and on one line: `id, waktu, …`."""
    shown = [" ".join(name.split())[:_LONGEST] for name in names[:_NAMES]]
    return ", ".join(shown) + (", …" if len(names) > _NAMES else "")
