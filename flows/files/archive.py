"""Zip archives: which of them are workbooks that can be read, and what the others are."""

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from flows import limits

ARCHIVE = b"PK\x03\x04"  # also of workbooks

SHARED_TEXTS = "xl/sharedStrings.xml"
_MOST_PARTS = 10_000
_HEAD, _BLOCK = 4096, 1 << 20
_SHEETS = "xl/worksheets/"
_TEXT = b"<si"  # begins one of them

# A part that tells what an archive is -> what it is, what to do.
_KINDS: tuple[tuple[str, str, str], ...] = (
    ("xl/workbook.bin", "an Excel binary workbook", "save it as .xlsx or as CSV (UTF-8) and give that"),
    ("content.xml", "an OpenDocument file", "save it as .xlsx or as CSV (UTF-8) and give that"),
    ("Index/Document.iwa", "an Apple Numbers or Pages document", "export it as CSV (UTF-8) and give that"),
    ("word/document.xml", "a Word document", "give the export itself"),
    ("ppt/presentation.xml", "a presentation", "give the export itself"),
)


def refusal(stream: BinaryIO) -> tuple[str, str] | None:
    """What an archive is and what to do instead, as two parts of a sentence; None for a workbook that can be read."""
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = {part.filename: part.file_size for part in archive.infolist()}
            if "xl/workbook.xml" in parts:
                return _unsafe(archive, parts)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
        return "a damaged workbook or zip archive", "copy or save it again"
    for name, what, remedy in _KINDS:
        if name in parts:
            return what, remedy
    return "a zip archive", "unpack it and give the files inside"


def _unsafe(archive: zipfile.ZipFile, parts: dict[str, int]) -> tuple[str, str] | None:
    """Why a workbook is not read; nothing is unpacked beyond the sizes that it declares."""
    smaller = "save its sheet as CSV (UTF-8) and give that"
    if len(parts) > _MOST_PARTS:
        return f"a workbook of {len(parts):,} parts, as no spreadsheet program makes it", smaller
    for size, limit in _sizes(archive, parts):
        if size > limit:
            return f"a workbook that unpacks to {size >> 20:,} MiB where {limit >> 20:,} are read", smaller
    for name in parts:
        if name.endswith((".xml", ".rels")):
            with archive.open(name) as part:
                if b"<!DOCTYPE" in part.read(_HEAD).upper():
                    return "a workbook that declares a document type, as no spreadsheet program does", smaller
    if SHARED_TEXTS in parts and _has_too_many(archive):
        return "a workbook of more different texts than its size explains", smaller
    return None


def _sizes(archive: zipfile.ZipFile, parts: dict[str, int]) -> Iterator[tuple[int, int]]:
    """(bytes, limit): of the whole workbook, of the texts that its cells share, of each part that describes it."""
    whole = sum(parts.values())
    packed = sum(part.compress_size for part in archive.infolist())
    yield whole, min(limits.SHEET_BYTES, max(limits.EXPANSION_FREE_BYTES, packed * limits.EXPANSION))
    yield parts.get(SHARED_TEXTS, 0), limits.SHARED_BYTES
    for name, size in parts.items():
        if name.endswith((".xml", ".rels")) and name != SHARED_TEXTS and not name.startswith(_SHEETS):
            yield size, limits.PART_BYTES


def _has_too_many(archive: zipfile.ZipFile) -> bool:
    """Whether the cells share so many texts that reading them would take long."""
    packed = sum(part.compress_size for part in archive.infolist())
    most = min(limits.SHARED_TEXTS, max(limits.SHARED_TEXTS // 10, packed))
    texts = 0
    with archive.open(SHARED_TEXTS) as part:
        while texts <= most and (block := part.read(_BLOCK)):
            texts += block.count(_TEXT)
    return texts > most
