"""JSON records: one a line, or the elements of an array."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO

import orjson

from flows import limits
from flows.files.chunks import BOM, EXCERPT_BYTES, LINE_BYTES, blocks, read_chunk, too_long
from flows.files.record import Fault, Record, ended, too_many_blanks
from flows.post import Reason


def _parsed(number: int, data: bytes, terminated: bool) -> Record | Fault | None:
    """What orjson refused, looked at again: None for blank, a Record after a fix, else the Fault.

    Fixed are NUL bytes (4CAT drops them too), and what the standard library reads and orjson does not: lone
    surrogates (browsers write them) and NaN (read as null).
    """
    data = data.replace(b"\0", b"")
    if not data.strip():
        return None
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        # A file cut off inside a character is truncated, not wrongly encoded.
        cut = not terminated and error.reason == "unexpected end of data"
        reason = Reason.TRUNCATED if cut else Reason.NOT_UTF8
        return Fault(number, reason, f"byte {error.start}", data[:EXCERPT_BYTES])
    try:
        return Record(number, json.loads(text, parse_constant=lambda _: None))
    except (ValueError, RecursionError) as error:
        reason = Reason.UNREADABLE if terminated else Reason.TRUNCATED
        return Fault(number, reason, str(error), data[:EXCERPT_BYTES])


def json_line(number: int, line: bytes, terminated: bool) -> Record | Fault | None:
    """The value of a line; None for a blank one."""
    try:
        return Record(number, orjson.loads(line))
    except orjson.JSONDecodeError:
        return _parsed(number, line, terminated)


@ended
def json_lines(stream: BinaryIO) -> Iterator[Record | Fault]:
    """One Record a non-blank line: any JSON value, integers exact up to 64 bits."""
    loads = orjson.loads
    blanks = 0
    for block in blocks(stream):
        if isinstance(block, Fault):
            yield block
            continue
        number, batch, terminated = block
        for line in batch:
            try:
                raw = loads(line)
            except orjson.JSONDecodeError:
                if (item := _parsed(number, line, terminated)) is not None:
                    blanks = 0
                    yield item
                elif (blanks := blanks + 1) > limits.BLANK_LINES:
                    yield too_many_blanks(number)
                    return
            else:
                blanks = 0
                yield Record(number, raw)
            number += 1


_BETWEEN = re.compile(rb"[^\s,]")
_REST_OF_SCALAR = re.compile(rb'[^\s,\[\]{}"]*+')
_REST_OF_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+("?)', re.DOTALL)
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+("?)|([{\[])|([}\]])', re.DOTALL)
_STRING, _OPEN, _CLOSE = 1, 2, 3


class Elements:
    """Finds where the elements of a JSON array, or of documents in a row, begin and end."""

    def __init__(self, *, in_array: bool = False, untouched: bool = True) -> None:
        self.buffer = b""
        self.position = 0  # everything before it is understood
        self.start: int | None = None  # of the element being read
        self.depth = 0
        self.in_string = False
        self.in_scalar = False
        self.in_array = in_array
        self.skipping = False  # the element is too long; its bytes are dropped
        self.untouched = untouched

    @property
    def settled(self) -> int:
        """How many bytes of the buffer are no longer needed."""
        return self.position if self.start is None or self.skipping else self.start

    def add(self, chunk: bytes) -> None:
        """Take more bytes, drop those no longer needed."""
        keep = self.settled
        if self.untouched:
            chunk = chunk.removeprefix(BOM)
            self.untouched = False
        self.buffer = self.buffer[keep:] + chunk.replace(b"\0", b"")
        self.position -= keep
        if self.start is not None:
            self.start = 0

    def _begin(self) -> bool:
        """Step to the next element; False when more bytes are needed."""
        while match := _BETWEEN.search(self.buffer, self.position):
            character = match[0]
            if (character == b"[" and not self.in_array) or (character == b"]" and self.in_array):
                self.in_array = not self.in_array
                self.position = match.end()
                continue
            self.start = self.position = match.start()
            self.in_scalar = character not in (b"{", b"[", b'"')
            self.position += self.in_scalar
            return True
        self.position = len(self.buffer)
        return False

    def _finish(self, ended: bool) -> bool:
        """Step to the end of the element; False when more bytes are needed."""
        if self.in_scalar:
            rest = _REST_OF_SCALAR.match(self.buffer, self.position)
            self.position = rest.end() if rest else self.position
            self.in_scalar = not ended and self.position == len(self.buffer)
            return not self.in_scalar
        if self.in_string:
            rest = _REST_OF_STRING.match(self.buffer, self.position)
            self.position = rest.end() if rest else self.position
            self.in_string = not (rest and rest[1])
            if self.in_string:
                return False
            if self.depth == 0:
                return True
        for match in _TOKEN.finditer(self.buffer, self.position):
            kind = match.lastindex
            if kind == _OPEN:
                self.depth += 1
                continue
            if kind == _CLOSE:
                self.depth -= 1
            elif not match[_STRING]:
                self.in_string = True
                self.position = match.end()
                return False
            if self.depth == 0:
                self.position = match.end()
                return True
        self.position = len(self.buffer)
        return False

    def excerpt(self) -> bytes:
        """The first bytes of the element being read, or of what follows the last one."""
        return self.buffer[self.position if self.start is None else self.start :][:EXCERPT_BYTES]

    def is_too_long(self) -> bool:
        """Whether the element being read is over the limit and not skipped yet."""
        return self.start is not None and not self.skipping and len(self.buffer) - self.start > LINE_BYTES

    def next(self, ended: bool) -> bytes | None:
        """The next element (what is left of it, when it is skipped), or None when more bytes are needed."""
        if self.start is None and not self._begin():
            return None
        if not self._finish(ended):
            return None
        element = self.buffer[self.start : self.position]
        self.start = None
        return element


def element_of(number: int, data: bytes) -> Record | Fault:
    """The value of an element."""
    try:
        return Record(number, orjson.loads(data))
    except orjson.JSONDecodeError:
        return _parsed(number, data, True) or Fault(number, Reason.UNREADABLE, "blank", data[:EXCERPT_BYTES])


def chunks_of(stream: BinaryIO) -> Iterator[bytes | Fault]:
    """The chunks of a stream, up to its end or the fault that ends it."""
    while chunk := read_chunk(stream, 0):
        yield chunk
        if isinstance(chunk, Fault):
            return


def elements_in(chunks: Iterable[bytes | Fault], elements: Elements, number: int) -> Iterator[Record | Fault]:
    """The elements that end in chunks and what is wrong with them, the first of which has a number."""
    for chunk in chain(chunks, (b"",)):
        if isinstance(chunk, Fault):
            yield chunk._replace(number=number, excerpt=elements.excerpt())
            return
        elements.add(chunk)
        while (element := elements.next(not chunk)) is not None:
            if not elements.skipping:
                yield element_of(number, element)
            elements.skipping = False
            number += 1
        if elements.is_too_long():
            yield too_long(number, elements.excerpt())
            elements.skipping = True
    if (elements.start is not None and not elements.skipping) or (elements.start is None and elements.in_array):
        yield Fault(number, Reason.TRUNCATED, "the JSON is not closed", elements.excerpt())


@ended
def json_elements(stream: BinaryIO) -> Iterator[Record | Fault]:
    """The elements of a JSON array, or JSON documents one after another; `number` counts them from 1.

    An array that ends early gives its complete elements and then one TRUNCATED fault. An element over `LINE_BYTES`
    is a TOO_LONG fault and the next one is read.
    """
    yield from elements_in(chunks_of(stream), Elements(), 1)
