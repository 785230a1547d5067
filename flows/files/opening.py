"""Opens an input file, plain or compressed, by its first bytes and never by its name.

What cannot be read as text, Parquet or a workbook is refused with one sentence; text in UTF-16 is given as UTF-8. A
compressed stream that ends early gives every byte it has and then raises `EOFError`; one that is damaged raises
`DamagedError` (`chunks` turns both into faults).
"""

import codecs
import io
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

import zstandard

from flows import limits
from flows.exits import InputRefusedError
from flows.files import archive

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SAMPLE_BYTES = 262_144
CHUNK_BYTES = 262_144
HEAD_BYTES = 8192
# Compressed bytes unpacked in one step: few, since damage costs the content of its step, and since a Zstandard block
# of 4 bytes can hold 128 KiB of content.
PACKED_BYTES = 512
OWN_PACKED_BYTES = 16 << 10  # of what ronda packed itself, in frames, and proves before it reads it

PARQUET = b"PAR1"
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

# First bytes -> what it is, what to do. Order matters where one is the beginning of another.
REFUSED: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x05\x06", "an empty zip archive", "give the export itself"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Office document (XLS, DOC) or one with a password",
        "save it as .xlsx without a password, or as CSV (UTF-8), and give that",
    ),
    (b"BZh", "a bzip2 archive", "unpack it and give what is inside"),
    (b"\xfd7zXZ\x00", "an xz archive", "unpack it and give what is inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it and give what is inside"),
    (b"Rar!", "a RAR archive", "unpack it and give what is inside"),
    (b"%PDF", "a PDF document", "give the export itself"),
    (b"\x89PNG", "an image", "give the export itself"),
    (b"\xff\xd8\xff", "an image", "give the export itself"),
    (b"GIF8", "an image", "give the export itself"),
    (b"SQLite format 3", "a SQLite database", "export its table as CSV and give that"),
    (codecs.BOM_UTF32_LE, "text in UTF-32", "save it as UTF-8 and give that"),
    (codecs.BOM_UTF32_BE, "text in UTF-32", "save it as UTF-8 and give that"),
)
_NOT_TEXT = ("not text", "give an export as CSV, JSON, NDJSON, Parquet or .xlsx")
TEXT_CONTROLS = frozenset(b"\t\n\r\f\v\x1b")


class DamagedError(Exception):
    """The compressed bytes cannot be unpacked further."""


class _Decompressor(Protocol):
    """What zlib and zstandard have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _gzip() -> _Decompressor:
    return zlib.decompressobj(wbits=31)


def _zstd() -> _Decompressor:
    return zstandard.ZstdDecompressor().decompressobj()


COMPRESSIONS: tuple[tuple[bytes, Callable[[], _Decompressor]], ...] = (
    (b"\x1f\x8b", _gzip),
    (b"\x28\xb5\x2f\xfd", _zstd),
)


class _Unpacked(io.RawIOBase):
    """The content of a gzip or Zstandard file, members and frames joined, in bounded memory, up to `most` bytes."""

    def __init__(self, source: BinaryIO, begin: Callable[[], _Decompressor], most: int, step: int) -> None:
        self._source = source
        self._begin = begin
        self._step = step
        self._left = most
        self._member: _Decompressor | None = None  # None between two of them
        self._packed = b""
        self._ready = b""
        self._given = 0  # bytes of `_ready` that were read

    def _unpack(self) -> bytes:
        """The content of what is at hand; at the end of a member what follows is kept for the next."""
        if self._member is None:
            self._member = self._begin()
        try:
            content = self._member.decompress(self._packed)
        except (zlib.error, zstandard.ZstdError) as error:
            raise DamagedError(f"the compressed bytes are damaged ({error})") from error
        self._packed = b""
        if self._member.eof:
            self._packed = self._member.unused_data
            self._member = None
        return content

    def _fill(self) -> None:
        """Unpack until there is content to give; none is left at the true end only."""
        if self._given < len(self._ready):
            return
        self._ready, self._given = b"", 0
        while not self._ready:
            if self._left < 0:
                raise DamagedError(f"it unpacks to more than {limits.EXPANSION} times its size, as no export does")
            self._packed = self._packed or self._source.read(self._step)
            if not self._packed:
                if self._member is not None:
                    raise EOFError("the compressed file ends early")
                return
            if self._member is None:  # members may be padded with zeros
                self._packed = self._packed.lstrip(b"\0")
            if self._packed:
                content = self._unpack()
                self._ready = content[: self._left]
                self._left -= len(content)

    @property
    def position(self) -> int:
        """How many packed bytes were read."""
        return self._source.tell()

    def readable(self) -> bool:
        """Always."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Up to so many bytes of what is unpacked, all where none are said; none at the end.

        Raises EOFError, DamagedError.
        """
        if size < 0:
            return self.readall()
        self._fill()
        piece = self._ready[self._given : self._given + size]
        self._given += len(piece)
        return piece

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill a buffer in the same way."""
        view = memoryview(buffer).cast("B")
        piece = self.read(len(view))
        view[: len(piece)] = piece
        return len(piece)


class _Changed(io.RawIOBase):
    """The content of a stream, changed piece by piece; the last piece is empty."""

    def __init__(self, source: BinaryIO, change: Callable[[bytes], bytes]) -> None:
        self._source = source
        self._change = change
        self._ready = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill from what is changed; 0 at the end. Raises as the source and the change do."""
        while not self._ready:
            chunk = self._source.read(CHUNK_BYTES)
            self._ready = self._change(chunk)
            if not chunk:
                break
        view = memoryview(buffer).cast("B")
        piece = self._ready[: len(view)]
        self._ready = self._ready[len(piece) :]
        view[: len(piece)] = piece
        return len(piece)


def _as_utf8() -> Callable[[bytes], bytes]:
    """Changes UTF-16 to UTF-8, without its mark; halves of characters stay no UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-16")("surrogatepass")

    def change(chunk: bytes) -> bytes:
        try:
            return decoder.decode(chunk, final=not chunk).encode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            raise EOFError("the text in UTF-16 ends inside a character") from error

    return change


def _as_text(stream: BinaryIO, head: bytes) -> BinaryIO:
    """The text of a stream that begins with `head` in UTF-8; a carriage return ends a line where nothing else does."""
    if head.startswith(UTF16):
        stream, head = cast(BinaryIO, _Changed(stream, _as_utf8())), head.replace(b"\0", b"")
    if _ends_lines_by_returns(head):
        return cast(BinaryIO, _Changed(stream, lambda chunk: chunk.replace(b"\r", b"\n")))
    return stream


def _ends_lines_by_returns(head: bytes) -> bool:
    """Whether a text has the lines of old Macs."""
    return b"\r" in head.rstrip(b"\r") and b"\n" not in head


def has_plain_lines(head: bytes) -> bool:
    """Whether the lines of a content that begins with `head` are what stands between its line feeds, byte for byte."""
    return not head.startswith(UTF16) and not _ends_lines_by_returns(head[:HEAD_BYTES])


def _refusal(head: bytes) -> tuple[str, str] | None:
    """What these first bytes are and what to do instead, when they are nothing to read."""
    for magic, what, remedy in REFUSED:
        if head.startswith(magic):
            return what, remedy
    if head[257:262] == b"ustar":
        return "a tar archive", "unpack it and give the files inside"
    if head.startswith((PARQUET, archive.ARCHIVE)):
        return None
    start = head[:4096]
    if head.startswith(UTF16):
        start = start[: len(start) & ~1].decode("utf-16", "replace").encode()
        if start.startswith((PARQUET, archive.ARCHIVE)):  # bytes that were taken for text once
            return _NOT_TEXT
    controls = sum(1 for byte in start if byte < 32 and byte not in TEXT_CONTROLS)
    if controls * 10 > len(start):
        return _NOT_TEXT
    return None


def _packed_refusal(head: bytes) -> tuple[str, str] | None:
    """The same for the first bytes inside a compressed file."""
    if not head:
        return "compressed and nothing can be unpacked from it", "copy or export it again"
    if any(head.startswith(magic) for magic, _ in COMPRESSIONS):
        return "compressed twice", "unpack it once and give that"
    if head.startswith(PARQUET):
        return "compressed Parquet", "unpack it and give that"
    refusal = _refusal(head)
    return (f"compressed, and inside is {refusal[0]}", refusal[1]) if refusal else None


def read_head(stream: BinaryIO, size: int) -> bytes:
    """Up to `size` bytes; a compressed stream that ends early or is damaged gives what it has."""
    parts: list[bytes] = []
    missing = size
    while missing > 0:
        try:
            part = stream.read(missing)
        except (EOFError, DamagedError):
            break
        if not part:
            break
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def refuse(path: Path, what: str, remedy: str) -> InputRefusedError:
    """The sentence that says what a file is and what to do instead."""
    return InputRefusedError(f"{path} is {what}; {remedy}.")


def _unpacked(file: BinaryIO, head: bytes, content_bytes: int, step: int) -> BinaryIO | None:
    """The content of a compressed file that begins with `head`; None when it is not compressed."""
    begin = next((begin for magic, begin in COMPRESSIONS if head.startswith(magic)), None)
    if begin is None:
        return None
    most = max(most_content(os.fstat(file.fileno()).st_size), content_bytes)
    return cast(BinaryIO, _Unpacked(file, begin, most, step))


def most_content(packed_bytes: int) -> int:
    """How many bytes a file of so many bytes may hold, compressed, without being taken for a trap."""
    return max(limits.EXPANSION_FREE_BYTES, packed_bytes * limits.EXPANSION)


def position(stream: BinaryIO) -> int:
    """How many bytes of a compressed file a stream of `open_stream` has read; 0 for a plain file."""
    return stream.position if isinstance(stream, _Unpacked) else 0


@contextmanager
def open_stream(path: Path, content_bytes: int = 0, *, is_own: bool = False) -> Iterator[BinaryIO]:
    """The file's content, unpacked when it is gzip or Zstandard, in UTF-8 when it is text.

    What is compressed ends as damaged content does where it unpacks to more than `limits.EXPANSION` times its bytes,
    and to more than `content_bytes`, which the caller knows that it holds. `is_own`: ronda packed it.
    Raises InputRefusedError for an empty, missing or unreadable file, an archive or another binary; a workbook passes
    (then seekable), and Parquet that is not compressed.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputRefusedError(
            f"{path} cannot be opened ({error.strerror}); check the path and its rights."
        ) from error
    with file:
        start = head = file.read(HEAD_BYTES)
        if not head:
            raise refuse(path, "empty", "export it again")
        file.seek(0)
        step = OWN_PACKED_BYTES if is_own else PACKED_BYTES
        unpacked = _unpacked(file, start, content_bytes, step)
        if unpacked is not None:
            head = read_head(unpacked, HEAD_BYTES)
            file.seek(0)
        if refusal := _refusal(head) if unpacked is None else _packed_refusal(head):
            raise refuse(path, *refusal)
        stream = _unpacked(file, start, content_bytes, step) or file
        if head.startswith(archive.ARCHIVE):
            with _workbook(path, stream) as book:
                yield book
        else:
            yield stream if head.startswith(PARQUET) else _as_text(stream, head)


class _Until:
    """A file up to one of its bytes."""

    def __init__(self, file: BinaryIO, end: int) -> None:
        self._file = file
        self._left = end - file.tell()

    def read(self, size: int) -> bytes:
        """The next bytes; none at the end."""
        part = self._file.read(min(size, self._left))
        self._left -= len(part)
        return part

    def tell(self) -> int:
        """Where it is in the file."""
        return self._file.tell()


@contextmanager
def open_frames(path: Path, start: int, end: int, content_bytes: int) -> Iterator[BinaryIO]:
    """The content of some frames of a file that `frames.pack` wrote: those of the packed bytes from `start` to `end`.

    The whole file holds `content_bytes`, so that they hold no more.
    """
    with path.open("rb") as file:
        file.seek(start)
        yield cast(BinaryIO, _Unpacked(cast(BinaryIO, _Until(file, end)), _zstd, content_bytes, OWN_PACKED_BYTES))


@contextmanager
def _workbook(path: Path, stream: BinaryIO) -> Iterator[BinaryIO]:
    """A workbook as a stream that can go back. Raises InputRefusedError for any other archive."""
    with tempfile.TemporaryFile() as unpacked:
        book = stream
        if not stream.seekable():
            while chunk := read_head(stream, CHUNK_BYTES):
                unpacked.write(chunk)
                if unpacked.tell() > limits.SHEET_BYTES:
                    raise refuse(path, f"a compressed archive of more than {limits.SHEET_BYTES >> 20} MiB", "unpack it")
            unpacked.seek(0)
            book = cast(BinaryIO, unpacked)
        if refusal := archive.refusal(book):
            raise refuse(path, *refusal)
        book.seek(0)
        yield book
