"""ronda's own review sheet, filled in by people: what each coder says of a post.

It leaves as the sheet `ronda-review` of a workbook and comes back as that workbook, saved by any spreadsheet program,
or as a CSV of the sheet. A row that nobody filled in says nothing; one with a code and no coder is a fault. It holds no
posts: its records are `Review`.
"""

import re
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from flows.files import csv_header
from flows.files.record import Fault, Record
from flows.post import PLATFORMS, Reason, Rejected
from flows.seeds import read_seed
from flows.sources.evidence import refuse_damaged
from flows.sources.fields import stored_id
from flows.sources.format import Format
from flows.sources.layout import TABLE
from flows.sources.layout import formats as formats_of
from flows.sources.spreadsheet import Ids
from flows.sources.tombstone import Key

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
    "sentiment": ("sentimen", "sentiment"),
    "stage": ("tahap", "stage"),
    "coder": ("penelaah", "coder"),
    "day": ("tanggal", "date"),
    "note": ("catatan", "note"),
}
NONE = "none"
DECIDED = ("code", "sentiment", "stage", "coder", "day")
_FILLED = (*DECIDED, "note")
_HEADINGS = {heading: column for column, headings in COLUMNS.items() for heading in headings}
_SPREADSHEET_EPOCH = date(1899, 12, 30)


class Review(NamedTuple):
    """What one coder says of one post; `day` as written in the sheet, `sentiment` of those who say it."""

    line: int
    platform: str
    post_id: str
    code: str
    stage: str
    coder: str
    day: date | None
    note: str | None
    sentiment: str | None = None


def formats(seeds: Path) -> tuple[Format, ...]:
    """The formats of review sheets; the seeds say which codes and stages there are."""
    return formats_of("review", recognise, layouts=TABLE, kind="review", entries=partial(records, seeds))


def bare(raw: dict[str, str], gone: Collection[Key], blank: Any, *, goes_whole: bool) -> dict[str, Any] | None:
    """What is left of a row about a post that is gone: what its coder decided, or nothing; None for other rows."""
    row = _named(raw)
    platform = row.get("platform", "").lower()
    try:
        key = (platform, stored_id(platform, row.get("post_id", "")))
    except Rejected:
        key = (platform, row.get("post_id", ""))
    if key not in gone:
        return None
    kept = () if goes_whole else ("platform", "post_id", *DECIDED)
    return {
        heading: value if _HEADINGS.get(heading.strip().lower()) in kept else blank for heading, value in raw.items()
    }


def recognise(sample: bytes) -> str | None:
    """The platform, which each row names, when the header is that of the sheet."""
    columns = {_HEADINGS.get(heading.strip().lower()) for heading in csv_header(sample)[0]}
    return "mixed" if {"platform", "post_id", "code", "coder"} <= columns else None


def records(seeds: Path, rows: Iterator[Record | Fault]) -> Iterator[Record | Fault]:
    """The filled rows of a sheet, each a Review; a Fault for every one that cannot be used."""
    codes = {row["code"] for row in read_seed("indications", seeds)} | {NONE}
    stages, sentiments = _by_word("review_stages", seeds), _by_word("sentiments", seeds)
    named = [item if isinstance(item, Fault) else (item.number, _named(item.raw)) for item in rows]
    ids = Ids()
    for item in named:
        ids.see(None if isinstance(item, Fault) else item[1].get("post_id"))
    damage = ids.damage()
    for item in named:
        if isinstance(item, Fault):
            yield item
            continue
        number, row = item
        if any(row.get(column) for column in _FILLED if column != "note"):
            try:
                refuse_damaged(damage, [row.get("post_id")])
                yield Record(number, _review(number, row, codes, stages, sentiments))
            except Rejected as rejected:
                excerpt = f"{row.get('platform')},{row.get('post_id')}".encode()
                yield Fault(number, rejected.reason, rejected.detail, excerpt)


def _by_word(seed: str, seeds: Path) -> dict[str, str]:
    """The codes of a seed by every word that a coder may write for one."""
    return {
        word.strip().lower(): row["code"]
        for row in read_seed(seed, seeds)
        for word in (row["code"], row["label_id"], row["label_en"])
    }


def _review(
    line: int, row: dict[str, str], codes: set[str], stages: dict[str, str], sentiments: dict[str, str]
) -> Review:
    platform = row.get("platform", "").lower()
    if platform not in PLATFORMS:
        raise Rejected(Reason.UNKNOWN_PLATFORM, platform[:80])
    post_id = stored_id(platform, row.get("post_id", ""))
    code, stage = row.get("code", "").lower(), row.get("stage", "").lower() or "reviewed"
    if code not in codes:
        raise Rejected(Reason.WRONG_SHAPE, f"code is {code[:80]!r}, not one of the indications or {NONE}")
    if stage not in stages:
        raise Rejected(Reason.WRONG_SHAPE, f"stage is {stage[:80]!r}, not one of review_stages")
    sentiment = row.get("sentiment", "").lower()
    if sentiment and sentiment not in sentiments:
        known = ", ".join(dict.fromkeys(sentiments.values()))
        raise Rejected(Reason.WRONG_SHAPE, f"sentiment is {sentiment[:80]!r}, none of {known}; it may be empty")
    if not row.get("coder"):
        raise Rejected(Reason.WRONG_SHAPE, "coder is empty")
    day, note = _day(row.get("day", "")), row.get("note") or None
    return Review(
        line, platform, post_id, code, stages[stage], row["coder"].lower(), day, note, sentiments.get(sentiment)
    )


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
        raise Rejected(Reason.TIME_FORM, f"date is {text[:80]!r}, not YYYY-MM-DD") from error


def by_column(raw: dict[str, str]) -> dict[str, tuple[str, str]]:
    """A row of the sheet as column -> (its heading as it is written, value)."""
    named = {_HEADINGS.get(heading.strip().lower(), heading): (heading, value) for heading, value in raw.items()}
    return {column: (heading, value.strip()) for column, (heading, value) in named.items()}


def _named(raw: dict[str, str]) -> dict[str, str]:
    """A row of the sheet by the names of its columns, whatever the language of their headings."""
    return {_HEADINGS.get(heading.strip().lower(), ""): value.strip() for heading, value in raw.items()}
