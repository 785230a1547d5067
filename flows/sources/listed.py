"""Records that stand in the lists of documents, such as the posts of saved pages, as columns."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, NamedTuple

import numpy as np
import orjson
import polars as pl

from flows.files.block import Block, Values
from flows.files.json_columns import Lines, Shape, scan_lines
from flows.files.json_lists import Document, json_documents, line_documents
from flows.files.json_records import element_of
from flows.files.json_scan import MISSING, Numbers
from flows.files.record import Fault, Record
from flows.sources.cells import at
from flows.sources.format import Format
from flows.sources.layout import Unfolding
from flows.sources.taking import Inside

_OBJECT = "object"  # under which a record has the object, beside what is known of its document


class _Page(NamedTuple):
    """A document whose objects are read at once: what is known of them, and what the document before it told."""

    document: Document
    known: dict[str, Any]
    value: dict[str, Any]  # without what is in its list
    carried: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class ListedBlock:
    """The objects of some documents."""

    lines: Lines
    known: tuple[dict[str, Any], ...]  # by document
    document: Numbers  # of each object

    @property
    def numbers(self) -> Numbers:
        """As `Block` says."""
        return self.lines.numbers

    @property
    def is_plain(self) -> pl.Series:
        """As `Block` says."""
        return self.lines.is_plain

    @property
    def content(self) -> int:
        """As `Block` says."""
        return self.lines.content

    def sizes(self) -> Numbers:
        """As `Block` says."""
        return self.lines.sizes()

    def field(self, path: str) -> Values:
        """As `Block` says."""
        return self.lines.field(_in_object(path))

    def elements(self, path: str) -> tuple[Numbers, Values]:
        """As `Block` says."""
        return self.lines.elements(_in_object(path))

    def given(self, path: str, rule: Callable[[Any], Any]) -> pl.Series:
        """As `Block` says."""
        values = [rule(at(known, path)) for known in self.known]
        return pl.Series(values, dtype=pl.String if not any(value is not None for value in values) else None).gather(
            self.document
        )

    def doubtful(self, inside: Inside) -> pl.Series:
        """The places of objects that may be no record, or no JSON."""
        has_others = [self.lines.field(name).kinds != MISSING for name in inside.others]
        return pl.Series(np.logical_or.reduce([~self.is_plain.to_numpy(), *has_others])).arg_true()

    def record(self, place: int) -> Record | Fault | None:
        """As `Block` says."""
        known = self.known[self.document[place]]
        return Record(int(self.numbers[place]), {_OBJECT: orjson.loads(self.lines.line(place))} | known)


def _in_object(path: str) -> str:
    return path.removeprefix(f"{_OBJECT}.")


def listed_blocks(
    form: Format, inside: Inside, stream: BinaryIO, paths: Sequence[str]
) -> Iterator[Block | Record | Fault]:
    """The records of a file of documents in blocks, in order, and those that come alone."""
    assert form.inside is not None  # noqa: S101 - its records stand in documents
    unfolding = Unfolding(form.inside, form.carry)
    shape = Shape.of((*map(_in_object, paths), *inside.others))
    documents = line_documents if form.layout == "lines" else json_documents
    for part in documents(stream, inside.name):
        if isinstance(part, Record | Fault):
            yield from unfolding.of(part)
            continue
        waiting = deque(part)
        while waiting:
            yield from _read(inside, unfolding, waiting, shape)


def _read(
    inside: Inside, unfolding: Unfolding, waiting: deque[Document], shape: Shape
) -> Iterator[Block | Record | Fault]:
    """The documents that can be read at once, as a block, and the one that ends them, object by object."""
    pages: list[_Page] = []
    for document in waiting:
        page = _page(inside, document, unfolding.carried)
        if page is None:
            break
        unfolding.note(page.value)
        pages.append(page)
    block = _block(pages, unfolding.number, shape)
    broken = next((place for place in block.doubtful(inside) if not _is_record(inside, block.lines.line(place))), None)
    if broken is not None:
        number = int(block.document[broken])
        unfolding.carried = pages[number].carried
        block = _block(pages[:number], unfolding.number, shape)
    unfolding.number += len(block.is_plain)
    if len(block.is_plain):
        yield block
    for _ in block.known:
        waiting.popleft()
    if waiting:
        yield from unfolding.of(element_of(0, waiting.popleft().content))


def _block(pages: Sequence[_Page], before: int, shape: Shape) -> ListedBlock:
    objects = [each for page in pages for each in page.document.objects]
    document = np.repeat(np.arange(len(pages)), [len(page.document.objects) for page in pages])
    lines = scan_lines(np.arange(before + 1, before + 1 + len(objects)), objects, shape)
    return ListedBlock(lines, tuple(page.known for page in pages), document)


def _page(inside: Inside, document: Document, carried: tuple[Any, ...]) -> _Page | None:
    """A document that can be read at once; None for any other."""
    if document.around is None:
        return None
    try:
        value = orjson.loads(document.around)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(value, dict) or value.get(inside.name) != []:
        return None
    known = inside.around(value, *carried)
    return None if known is None else _Page(document, known, value, carried)


def _is_record(inside: Inside, content: bytes) -> bool:
    try:
        return inside.is_record(orjson.loads(content))
    except orjson.JSONDecodeError:
        return False
