"""The workbook of a week: one sheet a table, a first sheet that explains every column and its unit.

Every text is written as a text, so a post that looks like a formula stays a post; dates are dates, unknown is empty.
"""

import io
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl
import xlsxwriter

from reports.edition import embargo_end
from reports.facts import Facts
from reports.glyphs import legible
from reports.weekly.page import clipped
from reports.words import Words

TEXT_LIMIT = 32_000  # a cell holds 32,767 characters
SHEETS: Mapping[str, str] = {
    "volume": "trends.weekly_platform",
    "topics": "trends.weekly_topic",
    "indications": "trends.weekly_indication",
    "districts": "trends.weekly_district",
    "coverage": "core.coverage",
    "loads": "core.loads",
    "rejects": "reject_reasons",
    "checks": "core.checks",
    "evidence": "evidence",
}
_LABELS = {"topics": ("topic", "topics"), "indications": ("indication", "indications"), "districts": ("district", "places")}
_WIDTHS = {"text": 60, "why": 40, "description": 60, "detail": 50, "file_id": 20, "file": 30, "label": 34}


def _frame(facts: Facts, sheet: str) -> pl.DataFrame:
    frame = facts.tables[SHEETS[sheet]]
    if sheet in _LABELS:
        key, seed = _LABELS[sheet]
        labels = pl.Series("label", [facts.label(seed, str(code)) for code in frame[key]], dtype=pl.String)
        place = frame.get_column_index(key) + 1
        frame = frame.with_columns(labels).select(*frame.columns[:place], "label", *frame.columns[place:])
    return frame


def _write(sheet: Any, row: int, column: int, value: Any, formats: Mapping[str, Any], words: Words, zone: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value.astimezone(zone).replace(tzinfo=None), formats["moment"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["day"])
    else:
        text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
        sheet.write_string(row, column, legible(clipped(text, TEXT_LIMIT), words))


def _about(book: Any, sheet: Any, facts: Facts, words: Words, source: str, formats: Mapping[str, Any]) -> None:
    edition = facts.edition
    zone = edition.election.zone_label
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 22)
    sheet.set_column(2, 2, 90)
    lines = [words("weekly_title", week=str(edition.week)), edition.number, source]
    if edition.embargoed:
        lines.append(words("embargo_mark", moment=words.moment(embargo_end(edition.election), zone)))
    lines += [words("about_intro"), words("unreviewed_note"), words("limit_2")]
    row = 0
    for number, line in enumerate(lines):
        sheet.write_string(row, 0, line, formats["title"] if number == 0 else formats["line"])
        row += 1
    row += 1
    for column, key in enumerate(("about_sheet", "about_column", "about_meaning")):
        sheet.write_string(row, column, words(key), formats["head"])
    for name in SHEETS:
        for column in _frame(facts, name).columns:
            row += 1
            sheet.write_string(row, 0, words(f"sheet_{name}"))
            sheet.write_string(row, 1, column)
            meaning = words.known(f"meaning_{name}_{column}", words.known(f"meaning_{column}", ""))
            sheet.write_string(row, 2, meaning.replace("{zone}", zone))


def workbook(facts: Facts, words: Words, source: str) -> bytes:
    """The XLSX file of an edition; the same inputs give the same bytes."""
    edition = facts.edition
    memory = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    book = xlsxwriter.Workbook(memory, options)
    comments = source
    book.set_properties(
        {
            "title": words("weekly_title", week=str(edition.week)),
            "author": edition.office,
            "comments": comments,
            "created": edition.local.replace(tzinfo=None),
        }
    )
    formats = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "line": book.add_format({}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    }
    _about(book, book.add_worksheet(words("sheet_about")), facts, words, source, formats)
    for name in SHEETS:
        frame = _frame(facts, name)
        sheet = book.add_worksheet(words(f"sheet_{name}"))
        sheet.freeze_panes(1, 0)
        for column, head in enumerate(frame.columns):
            sheet.write_string(0, column, head, formats["head"])
            sheet.set_column(column, column, _WIDTHS.get(head, 14))
        for row, values in enumerate(frame.iter_rows(), start=1):
            for column, value in enumerate(values):
                _write(sheet, row, column, value, formats, words, edition.election.zone)
        if frame.width:
            sheet.autofilter(0, 0, max(frame.height, 1), frame.width - 1)
        sheet.set_landscape()
        sheet.repeat_rows(0)
    book.close()
    return memory.getvalue()
