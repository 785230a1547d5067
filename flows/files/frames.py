"""Packs a stream in frames that can be unpacked each by itself, so that one file is read in pieces side by side.

A frame begins, where it can, with a line that begins an object. Frames joined are a Zstandard file like any other, of
the same bytes whatever the number of threads. Each frame has a checksum of its content, by which unpacking proves it.
"""

import hashlib
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO, NamedTuple

import numpy as np
import zstandard

from flows.files.opening import has_plain_lines

FRAME_BYTES = 8 << 20
_LEVEL = 3
_OBJECT, _LINE_FEED = b"\n{", ord("\n")


class Packed(NamedTuple):
    """What came of packing: the sha256 of the content and of the packed bytes, and where these can be cut.

    A cut is where a frame begins with a whole line, the first frame left out: the packed bytes before it, and the
    number of the line, from 1. What is not cut at the lines of objects, such as tables and texts in UTF-16, has none.
    """

    content: str
    packed: str
    cuts: tuple[tuple[int, int], ...]


def pack(parts: Iterable[bytes], out: BinaryIO) -> Packed:
    """Writes parts of a content packed; a frame is hashed and compressed beside the next one."""
    content, written = hashlib.sha256(), hashlib.sha256()
    cuts: list[tuple[int, int]] = []
    start, line = 0, 1
    waiting: deque[tuple[Future[tuple[bytes, int]], Future[None], bool]] = deque()

    def write() -> None:
        nonlocal start, line
        compressed, hashed, begins_line = waiting.popleft()
        packed, lines = compressed.result()
        hashed.result()
        if begins_line:
            cuts.append((start, line))
        written.update(packed)
        out.write(packed)
        start += len(packed)
        line += lines

    with ThreadPoolExecutor(os.cpu_count() or 1) as threads, ThreadPoolExecutor(1) as hashing:
        for frame, begins_line in _frames(parts):
            waiting.append((threads.submit(_compressed, frame), hashing.submit(content.update, frame), begins_line))
            if len(waiting) > (os.cpu_count() or 1):
                write()
        while waiting:
            write()
    return Packed(content.hexdigest(), written.hexdigest(), tuple(cuts))


def _compressed(content: memoryview) -> tuple[bytes, int]:
    lines = np.count_nonzero(np.frombuffer(content, np.uint8) == _LINE_FEED)
    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(content), int(lines)


def _frames(parts: Iterable[bytes]) -> Iterator[tuple[memoryview, bool]]:
    """The content in frames, and whether each begins a line of an object in the midst of the content."""
    gathered: list[bytes] = []
    size, begins_line = 0, False
    is_plain: bool | None = None
    for part in parts:
        gathered.append(part)
        size += len(part)
        if size < FRAME_BYTES:
            continue
        content = b"".join(gathered)
        is_plain = has_plain_lines(content) if is_plain is None else is_plain
        end = content.rfind(_OBJECT) + 1 if is_plain else 0
        frame = memoryview(content)[: end if end > 1 else None]
        yield frame, begins_line
        gathered, size, begins_line = [content[len(frame) :]], len(content) - len(frame), end > 1
    if size or not begins_line:
        yield memoryview(b"".join(gathered)), begins_line
