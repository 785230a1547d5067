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


def blocks(stream: BinaryIO) -> Iterator[tuple[int, list[bytes], bool] | Fault]:
    """(number of the first line, lines, whether they ended with a line feed) and faults, in order.

    Only the last block of a stream, of one line, can be unterminated. The first line has no byte order mark any more.
    """
    number = 1
    pending: list[bytes] = []
    size = 0  # bytes of the line that is not complete yet
    while chunk := read_chunk(stream, number):
        if isinstance(chunk, Fault):
            yield chunk._replace(excerpt=b"".join(pending)[:EXCERPT_BYTES])
            return
        complete = chunk.split(b"\n")
        rest = complete.pop()
        if complete and pending:
            size += len(complete[0])
            pending.append(complete[0])
            if size > LINE_BYTES:
                yield too_long(number, pending[0])
                del complete[0]
                number += 1
            else:
                complete[0] = b"".join(pending)
            pending, size = [], 0
        if complete:
            if number == 1:
                complete[0] = complete[0].removeprefix(BOM)
            yield number, complete, True
            number += len(complete)
        if rest:
            size += len(rest)
            if size <= LINE_BYTES:
                pending.append(rest)
            else:  # keep the beginning only, for the excerpt
                pending = [(pending[0] if pending else rest)[:EXCERPT_BYTES]]
    if size > LINE_BYTES:
        yield too_long(number, pending[0])
    elif pending:
        last = b"".join(pending)
        yield number, [last.removeprefix(BOM) if number == 1 else last], False
