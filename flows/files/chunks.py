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


def line_blocks(stream: BinaryIO, size: int = CHUNK_BYTES) -> Iterator[tuple[bytes, bool] | Fault]:
    """(whole lines, about so many bytes of them, whether a line feed ends the last) and faults, in order.

    The first line has no byte order mark any more. A fault is told no number: one for a line that is too long stands
    for that line, every other one ends the stream.
    """
    whole: list[bytes] = []
    gathered = 0  # bytes of what is whole
    rest: list[bytes] = []
    length = 0  # bytes of the line that is not complete yet
    mark = BOM

    def taken(*more: bytes) -> bytes:
        nonlocal whole, gathered, mark
        content = b"".join([*whole, *more])
        whole, gathered = [], 0
        content, mark = content.removeprefix(mark), b""
        return content

    while chunk := read_chunk(stream, 0):
        if isinstance(chunk, Fault):
            if whole:
                yield taken(), True
            yield chunk._replace(excerpt=b"".join(rest)[:EXCERPT_BYTES])
            return
        end = chunk.rfind(b"\n") + 1
        if end and length + (first := chunk.find(b"\n")) > LINE_BYTES:
            if whole:
                yield taken(), True
            yield too_long(0, rest[0])
            rest, length, mark = [], 0, b""
            chunk, end = chunk[first + 1 :], end - first - 1
        if end:
            whole += [*rest, chunk[:end]]
            gathered += length + end
            rest, length = [], 0
            chunk = chunk[end:]
        if chunk:
            length += len(chunk)
            if length <= LINE_BYTES:
                rest.append(chunk)
            else:  # keep the beginning only, for the excerpt
                rest = [(rest[0] if rest else chunk)[:EXCERPT_BYTES]]
        if gathered >= size:
            yield taken(), True
    if length > LINE_BYTES:
        if whole:
            yield taken(), True
        yield too_long(0, rest[0])
    elif rest:
        yield taken(*rest), False
    elif whole:
        yield taken(), True


def blocks(stream: BinaryIO) -> Iterator[tuple[int, list[bytes], bool] | Fault]:
    """(number of the first line, lines, whether they ended with a line feed) and faults, in order.

    Only the last block of a stream, of one line, can be unterminated. The first line has no byte order mark any more.
    """
    number = 1
    for part in line_blocks(stream):
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
