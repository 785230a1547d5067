"""How a file of CSV or JSON is laid out, seen from its first bytes, and the reader for each layout."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Any, BinaryIO

from flows.files import BOM, csv_header, csv_rows, json_elements, json_lines
from flows.files.record import Fault, Record
from flows.post import Post
from flows.sources.format import Format, Layout

Reader = Callable[[BinaryIO], Iterator[Record | Fault]]

READERS: dict[Layout, Reader] = {
    "csv": partial(csv_rows, delimiter=None),
    "lines": json_lines,
    "documents": json_elements,
}

# Keys that only Zeeschuimer and 4CAT write: one of them, and the file belongs to no other format.
ZEESCHUIMER_KEYS = frozenset({"__import_meta", "nav_index", "source_platform", "timestamp_collected"})

_KEY = re.compile(rb'"([\w@][\w@./ -]*)"\s*:')


def layout(sample: bytes) -> Layout:
    """`lines` for a JSON object a line, `documents` for an array or an object over several lines, else `csv`."""
    text = sample.removeprefix(BOM).lstrip()
    if not text.startswith((b"{", b"[")):
        return "csv"
    below = text.partition(b"\n")[2].lstrip() or b"{"
    return "lines" if text.startswith(b"{") and below.startswith(b"{") else "documents"


@lru_cache(maxsize=2)  # every format asks it of the same sample
def names(sample: bytes) -> frozenset[str]:
    """The columns of a CSV header, or every key, at any depth, of the first bytes of JSON (broken off anywhere)."""
    if layout(sample) == "csv":
        return frozenset(csv_header(sample)[0])
    return frozenset(key.decode() for key in _KEY.findall(sample))


def formats(  # noqa: PLR0913 - the parts of a format
    name: str,
    recognise: Callable[[bytes], str | None],
    post: Callable[[Any], Post],
    layouts: tuple[Layout, ...] = tuple(READERS),
    *,
    unfold: Callable[[Reader, BinaryIO], Iterator[Record | Fault]] | None = None,
    platform: str | None = None,
) -> tuple[Format, ...]:
    """A Format for each layout that records of one kind come in; `unfold` turns what a reader yields into records."""
    readers = {each: partial(unfold, READERS[each]) if unfold else READERS[each] for each in layouts}
    return tuple(
        Format(name, each, partial(_recognise_laid_out, each, recognise), reader, post, platform=platform)
        for each, reader in readers.items()
    )


def _recognise_laid_out(expected: Layout, recognise: Callable[[bytes], str | None], sample: bytes) -> str | None:
    return recognise(sample) if layout(sample) == expected else None
