"""Walks a stream in chunks and splits it into lines, in bounded memory and without raising for bad input."""

from collections.abc import Iterator
from typing import BinaryIO

from flows import limits
from flows.files.opening import CHUNK_BYTES, DamagedError
from flows.files.record import Fault
from flows.post import Reason

LINE_BYTES = limits.RECORD_BYTES
EXCERPT_BYTES = 256
BOM = b"\xef\xbb\xbf"


def read_chunk(stream: BinaryIO, number: int) -> bytes | Fault:
    """The next chunk, empty at the end; a Fault when a compressed stream breaks off."""
    try:
        return stream.read(CHUNK_BYTES)
    except EOFError as error:
        return Fault(number, Reason.TRUNCATED, str(error), b"")
    except DamagedError as error:
        return Fault(number, Reason.DAMAGED, str(error), b"")


def too_long(number: int, excerpt: bytes) -> Fault:
    return Fault(number, Reason.TOO_LONG, f"more than {LINE_BYTES // 1024**2} MiB", excerpt[:EXCERPT_BYTES])


class _Gathered:
    """The whole lines of some chunks, and the beginning of the line that is not complete yet."""

    def __init__(self) -> None:
        self._whole: list[bytes | memoryview] = []
        self._rest: list[bytes] = []
        self._length = 0  # bytes of the line that is not complete
        self._mark = BOM  # until the first line is taken
        self.size = 0  # bytes of what is whole

    @property
    def excerpt(self) -> bytes:
        """The first bytes of the line that is not complete."""
        return b"".join(self._rest)[:EXCERPT_BYTES]

    @property
    def has_rest(self) -> bool:
        """Whether there is a line that is not complete."""
        return bool(self._rest)

    def is_too_long(self, more: int = 0) -> bool:
        """Whether the line that is not complete has too many bytes, with so many more."""
        return self._length + more > LINE_BYTES

    def add(self, chunk: bytes) -> None:
        """Takes the next bytes."""
        if end := chunk.rfind(b"\n") + 1:
            self._whole += [*self._rest, memoryview(chunk)[:end]]
            self.size += self._length + end
            self._rest, self._length = [], 0
        if end < len(chunk):
            self._rest.append(chunk[end:])
            self._length += len(chunk) - end
        if self.is_too_long():  # keep the beginning only, for the excerpt
            self._rest = [self.excerpt]

    def drop_rest(self) -> None:
        """Forgets the line that is not complete."""
        self._rest, self._length, self._mark = [], 0, b""

    def take(self, *, with_rest: bool = False) -> bytes:
        """Gives what is whole, or everything."""
        content = b"".join([*self._whole, *(self._rest if with_rest else ())])
        content, self._mark = content.removeprefix(self._mark), b""
        self._whole, self.size = [], 0
        return content


def line_blocks(stream: BinaryIO, size: int) -> Iterator[tuple[bytes, bool] | Fault]:
    """(whole lines, about so many bytes of them, whether a line feed ends the last) and faults, in order.

    The first line has no byte order mark any more. A fault is told no number: one for a line that is too long stands
    for that line, every other one ends the stream.
    """
    lines = _Gathered()
    while chunk := read_chunk(stream, 0):
        is_fault = isinstance(chunk, Fault)
        end = 0 if isinstance(chunk, Fault) else chunk.find(b"\n") + 1
        is_too_long = end > 0 and lines.is_too_long(end - 1)
        if lines.size and (is_fault or is_too_long or lines.size >= size):
            yield lines.take(), True
        if isinstance(chunk, Fault):
            yield chunk._replace(excerpt=lines.excerpt)
            return
        if is_too_long:
            yield too_long(0, lines.excerpt)
            lines.drop_rest()
        lines.add(chunk[end:] if is_too_long else chunk)
    if lines.is_too_long():
        if lines.size:
            yield lines.take(), True
        yield too_long(0, lines.excerpt)
    elif lines.size or lines.has_rest:
        is_ended = not lines.has_rest
        yield lines.take(with_rest=True), is_ended


def blocks(stream: BinaryIO) -> Iterator[tuple[int, list[bytes], bool] | Fault]:
    """(number of the first line, lines, whether they ended with a line feed) and faults, in order.

    Only the last block of a stream, of one line, can be unterminated. The first line has no byte order mark any more.
    """
    number = 1
    for part in line_blocks(stream, 1):  # as they come
        if isinstance(part, Fault):
            yield part._replace(number=number)
            number += 1
            continue
        content, is_ended = part
        lines = content.split(b"\n")
        last = lines.pop()
        if lines:
            yield number, lines, True
        number += len(lines)
        if not is_ended:
            yield number, [last], False
