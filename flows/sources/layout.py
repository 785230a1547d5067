"""Formats whose records come in several layouts, and what the first bytes of a file name."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Any, BinaryIO

from flows.files import csv_header
from flows.files.archive import ARCHIVE
from flows.files.csv_records import IsHeader
from flows.files.layout import HEADED, JSON, Layout, Reader, layout
from flows.files.record import Fault, Record
from flows.post import Post
from flows.sources.format import Format, Kind, Study, no_post
from flows.sources.redacting import Redactor
from flows.sources.taking import Columnar

Items = Iterator[Record | Fault]

# What a table and JSON are laid out as.
TABLE: tuple[Layout, ...] = ("csv", "sheet")
OBJECTS: tuple[Layout, ...] = ("lines", "documents")

# Keys that only Zeeschuimer and 4CAT write: one of them, and the file belongs to no other format.
ZEESCHUIMER_KEYS = frozenset({"__import_meta", "nav_index", "source_platform", "timestamp_collected"})

_KEY = re.compile(rb'"([\w@][\w@./ -]*)"\s*:')


@lru_cache(maxsize=2)  # every format asks it of the same sample
def names(sample: bytes) -> frozenset[str]:
    """The columns of a CSV header, or every key, at any depth, of the first bytes of JSON (broken off anywhere)."""
    if layout(sample) == "csv":
        return frozenset(csv_header(sample)[0])
    return frozenset(key.decode() for key in _KEY.findall(sample))


def formats(  # noqa: PLR0913 - the parts of a format
    name: str,
    recognise: Callable[[bytes], str | None],
    post: Callable[[Any], Post] = no_post,
    layouts: tuple[Layout, ...] = (*TABLE, *OBJECTS),
    *,
    platform: str | None = None,
    kind: Kind = "posts",
    entries: Callable[[Items], Items] | None = None,
    inside: Callable[..., Iterator[Any]] | None = None,
    carry: Callable[[Any], Any] | None = None,
    study: Study | None = None,
    columnar: tuple[Columnar, ...] = (),
) -> tuple[Format, ...]:
    """A Format for each layout that records of one kind come in.

    `recognise` sees the header of a table and what follows it, or the first bytes of JSON. `entries` turns the rows of
    a table into what is loaded of them; `inside` gives the records in one JSON value, where it holds several, with what
    `carry` took from the value before it; `study` fits the format to a file; `columnar` reads many lines at once.
    """
    parts: list[Format] = []
    for each in layouts:
        known = partial(_recognise_laid_out, each, recognise)
        is_header = partial(_is_header, recognise) if each in HEADED else None
        reader = JSON[each] if is_header is None else partial(_headed, each, is_header)
        if entries is not None:
            reader = partial(_entries, reader, entries)
        if inside is not None:
            reader = partial(_unfolded, reader, inside, carry)
        parts.append(
            Format(
                name,
                each,
                known,
                reader,
                post,
                kind=kind,
                platform=platform,
                inside=inside,
                carry=carry,
                study=study,
                is_by_line=each == "lines" and inside is None,
                columnar=columnar if _is_columnar(each, columnar) else (),
                is_header=is_header,
            )
        )
    return tuple(parts)


def _is_columnar(each: Layout, columnar: tuple[Columnar, ...]) -> bool:
    """Whether records in a layout can be read at once: lines and rows, or the objects inside of documents."""
    return each in (OBJECTS if any(way.inside for way in columnar) else ("lines", "csv"))


def _recognise_laid_out(expected: Layout, recognise: Callable[[bytes], str | None], sample: bytes) -> str | None:
    return recognise(sample.removeprefix(ARCHIVE)) if layout(sample) == expected else None


def _headed(kind: Layout, is_header: IsHeader, stream: BinaryIO) -> Items:
    return HEADED[kind](stream, is_header)


def _is_header(recognise: Callable[[bytes], str | None], sample: bytes) -> bool:
    """Whether a table that begins so is of a format."""
    return recognise(sample) is not None


def _entries(reader: Reader, entries: Callable[[Items], Items], stream: BinaryIO) -> Items:
    return entries(reader(stream))


class Unfolding:
    """The records of JSON values, numbered from 1 through a whole file."""

    def __init__(self, inside: Callable[..., Iterator[Any]], carry: Callable[[Any], Any] | None) -> None:
        self._inside, self._carry = inside, carry
        self.number = 0  # of the last record
        self.carried: tuple[Any, ...] = ()  # from the last value

    def of(self, part: Record | Fault) -> Items:
        """The records of one value."""
        if isinstance(part, Fault):
            self.number += 1
            yield part._replace(number=self.number, excerpt=Redactor().masked(part.excerpt)[0])
            return
        for raw in self._inside(part.raw, *self.carried):
            self.number += 1
            yield Record(self.number, raw)
        self.note(part.raw)

    def note(self, value: Any) -> None:
        """Takes from a value what the next one needs."""
        self.carried = () if self._carry is None else (self._carry(value),)


def _unfolded(
    reader: Reader, inside: Callable[..., Iterator[Any]], carry: Callable[[Any], Any] | None, stream: BinaryIO
) -> Items:
    unfolding = Unfolding(inside, carry)
    for part in reader(stream):
        yield from unfolding.of(part)
