"""Zip archives: which of them are workbooks that can be read, and what the others are."""

import zipfile
from typing import BinaryIO

ARCHIVE = b"PK\x03\x04"  # also of workbooks

MOST_BYTES = 256 << 20  # of all parts of a workbook, unpacked; they are read in a stream
MOST_SHARED = 128 << 20  # of the texts that its cells share, which are held in memory
SHARED_TEXTS = "xl/sharedStrings.xml"
_MOST_PARTS = 10_000
_HEAD = 4096

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
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError):
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
    for size, limit in ((sum(parts.values()), MOST_BYTES), (parts.get(SHARED_TEXTS, 0), MOST_SHARED)):
        if size > limit:
            return f"a workbook that unpacks to {size >> 20:,} MiB, more than {limit >> 20}", smaller
    for name in parts:
        if name.endswith((".xml", ".rels")):
            with archive.open(name) as part:
                if b"<!DOCTYPE" in part.read(_HEAD).upper():
                    return "a workbook that declares a document type, as no spreadsheet program does", smaller
    return None
