"""ronda's own review sheet, filled in by people: what each coder says of a post.

It leaves as the sheet `ronda-review` of a workbook and comes back as that workbook, saved by any spreadsheet program,
or as a CSV of the sheet. A row that nobody filled in says nothing; one with a code and no coder is a fault. It holds no
posts: its records are `Review`.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple
from xml.etree import ElementTree

from flows.files.csv_records import csv_header, csv_rows
from flows.files.opening import ARCHIVE
from flows.files.record import Fault, Record
from flows.periods import read_seed
from flows.post import PLATFORMS, Reason, Rejected
from flows.sources.format import Format

SHEET = "ronda-review"
# Column -> its headings in the sheet, in Indonesian and English.
COLUMNS = {
    "platform": ("platform", "platform"),
    "post_id": ("id unggahan", "post id"),
    "week": ("pekan", "week"),
    "link": ("tautan", "link"),
    "text": ("teks (disamarkan)", "text (masked)"),
    "why": ("alasan ditandai", "why flagged"),
    "limit": ("batas internal penyerahan", "internal hand-over limit"),
    "code": ("kode", "code"),
    "stage": ("tahap", "stage"),
    "coder": ("penelaah", "coder"),
    "day": ("tanggal", "date"),
    "note": ("catatan", "note"),
}
NONE = "none"
_FILLED = ("code", "stage", "coder", "day", "note")
_HEADINGS = {heading: column for column, headings in COLUMNS.items() for heading in headings}
_MOST_BYTES = 64 << 20  # of one unpacked part of a workbook
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINKS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SPREADSHEET_EPOCH = date(1899, 12, 30)
_CELL = re.compile(r"([A-Z]+)\d+")


class Review(NamedTuple):
    """What one coder says of one post; `day` as written in the sheet."""

    line: int
    platform: str
    post_id: str
    code: str
    stage: str
    coder: str
    day: date | None
    note: str | None


def formats(seeds: Path) -> tuple[Format, ...]:
    """The format of review sheets; the seeds say which codes and stages there are."""
    read = partial(records, seeds)
    return (Format("review", "sheet", recognise, read, kind="review", recognise_file=recognise_file),)


def recognise_file(path: Path) -> str | None:
    """The platform, which each row names, when a file is a workbook with a sheet of this name."""
    try:
        with path.open("rb") as stream:
            if stream.read(len(ARCHIVE)) != ARCHIVE:
                return None
        with zipfile.ZipFile(path) as archive:
            return "mixed" if _sheet_path(archive) is not None else None
    except (OSError, zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError):
        return None


def recognise(sample: bytes) -> str | None:
    """The same for the first bytes of a CSV of the sheet."""
    columns = {_HEADINGS.get(heading.strip().lower()) for heading in csv_header(sample)[0]}
    return "mixed" if {"platform", "post_id", "code", "coder"} <= columns else None


def records(seeds: Path, stream: BinaryIO) -> Iterator[Record | Fault]:
    """The filled rows of a sheet, each a Review; a Fault for every one that cannot be used."""
    content = stream.read()
    codes = {row["code"] for row in read_seed("indications", seeds)} | {NONE}
    stages = {
        word.strip().lower(): row["code"]
        for row in read_seed("review_stages", seeds)
        for word in (row["code"], row["label_id"], row["label_en"])
    }
    for line, row in _workbook_rows(content) if content.startswith(ARCHIVE) else _csv_rows(content):
        if isinstance(row, Fault):
            yield row
        elif any(row.get(column) for column in _FILLED if column != "note"):
            try:
                yield Record(line, _review(line, row, codes, stages))
            except Rejected as rejected:
                excerpt = f"{row.get('platform')},{row.get('post_id')}".encode()
                yield Fault(line, rejected.reason, rejected.detail, excerpt)


def _review(line: int, row: dict[str, str], codes: set[str], stages: dict[str, str]) -> Review:
    platform, post_id = row.get("platform", "").lower(), row.get("post_id", "")
    if platform not in PLATFORMS:
        raise Rejected(Reason.UNKNOWN_PLATFORM, platform[:80])
    if not post_id:
        raise Rejected(Reason.NO_ID)
    code, stage = row.get("code", "").lower(), row.get("stage", "").lower() or "reviewed"
    if code not in codes:
        raise Rejected(Reason.WRONG_SHAPE, f"code is {code[:80]!r}, not one of the indications or {NONE}")
    if stage not in stages:
        raise Rejected(Reason.WRONG_SHAPE, f"stage is {stage[:80]!r}, not one of review_stages")
    if not row.get("coder"):
        raise Rejected(Reason.WRONG_SHAPE, "coder is empty")
    day, note = _day(row.get("day", "")), row.get("note") or None
    return Review(line, platform, post_id, code, stages[stage], row["coder"].lower(), day, note)


def _day(text: str) -> date | None:
    """The day of a cell: as 2024-02-12, 12/02/2024, or a spreadsheet's count of days."""
    if not text:
        return None
    try:
        if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}", text):
            day, month, year = (int(part) for part in re.split(r"[/.-]", text))
            return date(year, month, day)
        if re.fullmatch(r"\d{5}(\.\d+)?", text):
            return _SPREADSHEET_EPOCH + timedelta(days=int(float(text)))
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise Rejected(Reason.NO_TIME, f"date is {text[:80]!r}, not YYYY-MM-DD") from error


def _csv_rows(content: bytes) -> Iterator[tuple[int, dict[str, str] | Fault]]:
    for item in csv_rows(io.BytesIO(content), None):
        if isinstance(item, Fault):
            yield item.number, item
        else:
            named = {_HEADINGS.get(heading.strip().lower(), ""): value.strip() for heading, value in item.raw.items()}
            yield item.number, named


def _workbook_rows(content: bytes) -> Iterator[tuple[int, dict[str, str] | Fault]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        path = _sheet_path(archive)
        shared = _shared_texts(archive)
        sheet = _parse(archive, path or "")
    columns: dict[str, str] = {}
    for number, row in enumerate(sheet.iter(f"{_MAIN}row"), start=1):
        line = int(row.get("r", number))
        cells = {_place(cell): _text(cell, shared).strip() for cell in row.iter(f"{_MAIN}c")}
        if not columns:
            columns = {place: _HEADINGS[text.lower()] for place, text in cells.items() if text.lower() in _HEADINGS}
            continue
        yield line, {columns[place]: text for place, text in cells.items() if place in columns}


def _place(cell: ElementTree.Element) -> str:
    found = _CELL.match(cell.get("r", ""))
    return found[1] if found else ""


def _text(cell: ElementTree.Element, shared: list[str]) -> str:
    if cell.get("t") == "inlineStr":
        return "".join(part.text or "" for part in cell.iter(f"{_MAIN}t"))
    value = cell.find(f"{_MAIN}v")
    text = "" if value is None else value.text or ""
    return shared[int(text)] if cell.get("t") == "s" and text else text


def _shared_texts(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    items = _parse(archive, "xl/sharedStrings.xml").iter(f"{_MAIN}si")
    return ["".join(part.text or "" for part in item.iter(f"{_MAIN}t")) for item in items]


def _sheet_path(archive: zipfile.ZipFile) -> str | None:
    """Where the review sheet lies in a workbook; None when it has none."""
    if "xl/workbook.xml" not in archive.namelist():
        return None
    sheets = _parse(archive, "xl/workbook.xml").iter(f"{_MAIN}sheet")
    link = next((sheet.get(f"{_LINKS}id") for sheet in sheets if sheet.get("name") == SHEET), None)
    targets = _parse(archive, "xl/_rels/workbook.xml.rels")
    target = next((item.get("Target", "") for item in targets if item.get("Id") == link), None)
    return None if not target else target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _parse(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """One part of a workbook; raises ValueError when it is too large or declares entities."""
    if archive.getinfo(name).file_size > _MOST_BYTES:
        raise ValueError(f"{name} is larger than {_MOST_BYTES >> 20} MB")
    content = archive.read(name)
    if b"<!DOCTYPE" in content:
        raise ValueError(f"{name} declares a document type")
    return ElementTree.fromstring(content)  # noqa: S314 - without a DTD there are no entities to expand
