"""A search through every byte of a home, packed or not, for what should be gone from it.

Packed files, Parquet, Arrow, workbooks and databases are looked at twice: as the bytes they are, where freed blocks
may still hold a text, and as what they say.
"""

import gzip
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from flows.store import warehouse
from flows.store.files import all_paths

Reader = Callable[[Path], Iterator[bytes]]
_CHUNK = 1 << 22


def find(home: Path, words: Collection[str], more: Mapping[bytes, Reader] | None = None) -> dict[str, list[str]]:
    """Where words still stand: path relative to the home -> the words, for every file that holds one.

    `more` reads further kinds of files, told by their first bytes. The caller holds the warehouse, and nobody has its
    database open.
    """
    forms = {form.encode(): word for word in words if word for form in {word, json.dumps(word)[1:-1]}}
    if not forms:
        return {}
    pattern = re.compile(b"|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True)))
    longest = max(map(len, forms))
    seen: dict[str, list[str]] = {}
    for path in all_paths(home):
        if path.is_file() and not path.is_symlink():
            hits = {forms[hit] for part in readings(path, longest, more) for hit in pattern.findall(part)}
            if hits:
                seen[path.relative_to(home).as_posix()] = sorted(hits)
    return seen


def readings(path: Path, overlap: int, more: Mapping[bytes, Reader] | None = None) -> Iterator[bytes]:
    """Everything a file holds, in parts that overlap: its bytes, and what they stand for."""
    with path.open("rb") as stream:
        head = stream.read(16)
        stream.seek(0)
        yield from _parts(stream, overlap)
    for mark, reader in {**_READERS, **(more or {})}.items():
        if head.startswith(mark):
            yield from reader(path)
    if head[8:12] == b"DUCK":
        yield from (line.encode() for line in warehouse.everything(path))


def _parts(stream: BinaryIO, overlap: int) -> Iterator[bytes]:
    rest = b""
    while block := _block(stream):
        yield rest + block
        rest = (rest + block)[-overlap:]


def _block(stream: BinaryIO) -> bytes:
    """The next bytes; none where a packed stream breaks off."""
    try:
        return stream.read(_CHUNK)
    except (EOFError, OSError, zlib.error, zstandard.ZstdError):
        return b""


def _zstandard(path: Path) -> Iterator[bytes]:
    unpacker = zstandard.ZstdDecompressor()
    with path.open("rb") as packed, unpacker.stream_reader(packed, read_across_frames=True) as stream:
        yield from _parts(stream, 1 << 16)


def _gzip(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as stream:
        yield from _parts(stream, 1 << 16)  # type: ignore[arg-type] # reads as a file does


def _zip(path: Path) -> Iterator[bytes]:
    try:
        with zipfile.ZipFile(path) as book:
            yield from (book.read(name) for name in book.namelist())
    except zipfile.BadZipFile:  # its bytes were searched
        return


def _frame(read: str) -> Reader:
    def rows(path: Path) -> Iterator[bytes]:
        import polars as pl

        frame: Any = getattr(pl, read)(io.BytesIO(path.read_bytes()))
        for part in frame.iter_slices(50_000):
            yield json.dumps(part.rows(), ensure_ascii=False, default=str).encode()

    return rows


def _sqlite(path: Path) -> Iterator[bytes]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        yield from (text.encode() for text in all_strings(database))


def tables(database: sqlite3.Connection) -> list[str]:
    """The tables of a database."""
    return [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]


def all_strings(database: sqlite3.Connection) -> Iterator[str]:
    """Every text that a database holds."""
    for table in tables(database):
        for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - its own names
            yield from (value for value in row if isinstance(value, str))


_READERS: dict[bytes, Reader] = {
    b"\x28\xb5\x2f\xfd": _zstandard,
    b"\x1f\x8b": _gzip,
    b"PK\x03\x04": _zip,
    b"PAR1": _frame("read_parquet"),
    b"ARROW1": _frame("read_ipc"),
    b"SQLite format 3": _sqlite,
}
