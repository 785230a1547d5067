"""JSON documents with a list of objects inside, such as the pages of an interface, taken apart in blocks."""

from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, NamedTuple

import numpy as np

from flows import limits
from flows.files import block
from flows.files.chunks import BOM, blocks
from flows.files.json_records import Elements, chunks_of, elements_in, json_line
from flows.files.list_scan import BEGIN, COUNT, END, FIRST, LIST, LIST_END, outline
from flows.files.record import Fault, Record, too_many_blanks


class Document(NamedTuple):
    """A value of a file: its bytes; with one list of objects alone, those without what is in it, and the objects.

    Nothing of it was parsed: it may be no JSON.
    """

    content: bytes
    around: bytes | None = None
    objects: tuple[bytes, ...] = ()


def json_documents(stream: BinaryIO, name: str) -> Iterator[list[Document] | Record | Fault]:
    """The values of a JSON array, or documents one after another, with their lists of a name, in blocks.

    What the end of the stream, a fault or its size leaves unfinished comes value by value, as from `json_elements`.
    """
    chunks = chunks_of(stream)
    elements = Elements()
    rest, number = b"", 1
    while len(rest) <= block.CHUNK_BYTES:
        gathered, size, fault = [rest], 0, None
        for chunk in chunks:
            if isinstance(chunk, Fault):
                fault = chunk
                break
            gathered.append(chunk.removeprefix(BOM) if elements.untouched else chunk)
            elements.untouched = False
            size += len(chunk)
            if size >= block.CHUNK_BYTES:
                break
        documents, rest, elements.in_array = _taken_apart(b"".join(gathered), name, elements.in_array)
        number += len(documents)
        yield documents
        if fault is not None or not size:
            chunks = iter([fault] if fault else [])
            break
    yield from elements_in(chain([rest], chunks), elements, number)


def line_documents(stream: BinaryIO, name: str) -> Iterator[list[Document] | Record | Fault]:
    """The values of lines, one a line, with their lists of a name, in blocks; what is no value comes alone."""
    documents: list[Document] = []
    size = blanks = 0
    for part in blocks(stream):
        if isinstance(part, Fault):
            yield documents
            yield part
            documents, size = [], 0
            continue
        number, lines, terminated = part
        for line in lines:
            item: Document | Record | Fault | None = _document(line, name) if terminated else None
            item = item or json_line(number, line, terminated)
            number += 1
            if item is None:
                blanks += 1
                if blanks > limits.BLANK_LINES:
                    yield documents
                    yield too_many_blanks(number - 1)
                    return
                continue
            blanks = 0
            if isinstance(item, Document):
                documents.append(item)
                size += len(line)
            if not isinstance(item, Document) or size >= block.CHUNK_BYTES:
                yield documents
                documents, size = [], 0
            if not isinstance(item, Document):
                yield item
    yield documents


def _document(line: bytes, name: str) -> Document | None:
    """The value of a line, where it is one with a list of objects."""
    values, _, _ = _taken_apart(line, name, is_in_array=False, most=2)
    is_line = len(values) == 1 and values[0].around is not None and values[0].content == line.strip(b" \t\r")
    return values[0]._replace(content=line) if is_line else None


def compile_outline() -> None:
    """Compiles the outline, or reads it from where it is kept, so that no document waits for it."""
    _taken_apart(b"[]", "a", is_in_array=False)


def _taken_apart(
    content: bytes, name: str, is_in_array: bool, most: int = limits.TOGETHER
) -> tuple[list[Document], bytes, bool]:
    """(the whole documents, what is left, whether that stands in an array)."""
    content = content.replace(b"\0", b"")
    values = np.empty((most, 6), np.int64)
    objects = np.empty((content.count(b"{") + content.count(b"["), 2), np.int64)
    names = np.frombuffer(name.encode(), np.uint8)
    count, end, is_in_array = outline(np.frombuffer(content, np.uint8), is_in_array, names, values, objects)
    spans = objects[: values[count - 1, FIRST] + values[count - 1, COUNT] if count else 0].tolist()
    documents = []
    for value in values[:count].tolist():
        whole = content[value[BEGIN] : value[END]]
        if value[LIST] < 0:
            documents.append(Document(whole))
            continue
        around = content[value[BEGIN] : value[LIST]] + content[value[LIST_END] : value[END]]
        inside = tuple(content[begin:stop] for begin, stop in spans[value[FIRST] : value[FIRST] + value[COUNT]])
        documents.append(Document(whole, around, inside))
    return documents, content[end:], is_in_array
