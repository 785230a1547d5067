"""The workbook of a week: one sheet a table, a first sheet that explains every column and its unit.

Every text is written as a text, so a post that looks like a formula stays a post; dates are dates, unknown is empty.
"""

import io
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl
import xlsxwriter

from flows import headers
from reports.edition import Language
from reports.reading.facts import Facts
from reports.wording.glyphs import legible
from reports.wording.sentences import embargo_mark
from reports.wording.words import Words, clipped

TEXT_LIMIT = 32_000  # a cell holds 32,767 characters
SHEETS: Mapping[str, str] = {
    "volume": "trends.weekly_platform",
    "signals": "trends.signals",
    "slopes": "trends.slopes",
    "terms": "trends.emerging_terms",
    "topics": "trends.weekly_topic",
    "indications": "trends.weekly_indication",
    "districts": "trends.weekly_district",
    "views": "trends.weekly_views",
    "corrections": "trends.corrections",
    "funnel": "trends.funnel",
    "official": "trends.official",
    "coverage": "core.coverage",
    "loads": "core.loads",
    "rejects": "reject_reasons",
    "labels": "core.label_quality",
    "checks": "core.checks",
    "evidence": "evidence",
}
# The data files hold all weeks, keys and columns.
_OF_THE_WEEK = frozenset({"signals", "slopes", "terms", "views"})
_OF_A_YEAR = frozenset({"volume", "topics", "indications", "districts", "funnel"})
WEEKS = 53  # of such a year, the last one that of the report
# The sheets by subject are long, so they show some columns only: the code, where its name stands, and its rates.
_BY_SUBJECT = {
    "topics": ("topic", "topics", ("share", "share_low", "share_high")),
    "indications": ("indication", "indications", ("per_1000", "per_1000_low", "per_1000_high")),
    "districts": ("district", "places", ()),
}
_WIDTHS: Mapping[str, int] = {
    "text": 60,
    "why": 40,
    "description": 60,
    "detail": 50,
    "file_id": 20,
    "file": 30,
    "label": 34,
}


def _frame(facts: Facts, sheet: str) -> pl.DataFrame:
    frame = facts.tables[SHEETS[sheet]]
    if sheet in _OF_THE_WEEK:
        frame = frame.filter(pl.col("week") == str(facts.edition.week))
    last, first = facts.edition.week, facts.edition.week.shift(1 - WEEKS)
    if sheet in _OF_A_YEAR:
        frame = frame.filter(pl.col("week").is_between(pl.lit(str(first)), pl.lit(str(last))))
    if sheet == "coverage":
        frame = frame.filter(pl.col("day").is_between(first.first_day, last.last_day))
    if sheet == "corrections":
        frame = frame.filter(pl.col("key") == "")
    if sheet in _BY_SUBJECT:
        key, seed, rates = _BY_SUBJECT[sheet]
        labels = pl.Series("label", [facts.label(seed, str(code)) for code in frame[key]], dtype=pl.String)
        shown = ("week", "phase", "platform", key, "label", "first_day", "last_day", "days", "posts", *rates, "status")
        frame = frame.with_columns(labels).select(shown)
    return frame


class _Pen:
    """Writes values of any kind into the cells of one sheet: a text always as a text."""

    def __init__(self, book: xlsxwriter.Workbook, facts: Facts, words: Words) -> None:
        self._words = words
        self._legible: dict[str, str] = {}  # most texts of a table are the same few names
        self._zone = facts.edition.election.zone
        self.formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "plain": book.add_format({}),
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }

    def text(self, sheet: Any, cell: tuple[int, int], text: str, look: str = "plain") -> None:
        """A text of ours or of a post."""
        if text not in self._legible:
            self._legible[text] = legible(clipped(text, TEXT_LIMIT), self._words)
        sheet.write_string(*cell, self._legible[text], self.formats[look])

    def value(self, sheet: Any, cell: tuple[int, int], value: Any) -> None:
        """A known value of a frame; times are local."""
        if isinstance(value, bool):
            sheet.write_boolean(*cell, value)
        elif isinstance(value, (int, float)):
            sheet.write_number(*cell, value)
        elif isinstance(value, datetime):
            sheet.write_datetime(*cell, value.astimezone(self._zone).replace(tzinfo=None), self.formats["moment"])
        elif isinstance(value, date):
            sheet.write_datetime(*cell, value, self.formats["day"])
        else:
            self.text(sheet, cell, "; ".join(map(str, value)) if isinstance(value, list) else str(value))


def _about(sheet: Any, pen: _Pen, facts: Facts, words: Words, source: str) -> None:
    edition = facts.edition
    zone = edition.election.zone_label
    for column, width in enumerate((18, 22, 90)):
        sheet.set_column(column, column, width)
    lines = [edition.number, source, words("about_intro"), words("unreviewed_note"), words("limit_2")]
    if mark := embargo_mark(edition, words):
        lines.insert(0, mark)
    pen.text(sheet, (0, 0), words("weekly_title", week=str(edition.week)), "title")
    for row, line in enumerate(lines, start=1):
        pen.text(sheet, (row, 0), line)
    row = len(lines) + 2
    for column, key in enumerate(("about_sheet", "about_column", "about_meaning")):
        pen.text(sheet, (row, column), words(key), "head")
    for name in SHEETS:
        for head in _frame(facts, name).columns:
            row += 1
            for place, text in enumerate(
                (words(f"sheet_{name}"), head, _meaning(SHEETS[name], head, words.lang, zone))
            ):
                pen.text(sheet, (row, place), text)


def _meaning(table: str, head: str, lang: Language, zone: str) -> str:
    """What a column means; moments are written in local time."""
    explained = headers.column(table, head)
    return explained.meaning(lang) + (f" ({zone})" if explained.type.startswith("TIMESTAMP") else "")


def workbook(facts: Facts, words: Words, source: str) -> bytes:
    """The XLSX file of an edition; the same inputs give the same bytes."""
    edition = facts.edition
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True, "nan_inf_to_errors": True})
    about = {"title": words("weekly_title", week=str(edition.week)), "author": edition.office, "comments": source}
    book.set_properties({**about, "created": edition.local.replace(tzinfo=None)})
    pen = _Pen(book, facts, words)
    _about(book.add_worksheet(words("sheet_about")), pen, facts, words, source)
    for name in SHEETS:
        frame = _frame(facts, name)
        sheet = book.add_worksheet(words(f"sheet_{name}"))
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(frame.height, 1), frame.width - 1)
        for column, head in enumerate(frame.columns):
            pen.text(sheet, (0, column), head, "head")
            sheet.set_column(column, column, _WIDTHS.get(head, 14))
        for row, values in enumerate(frame.iter_rows(), start=1):
            for column, value in enumerate(values):
                if value is not None:
                    pen.value(sheet, (row, column), value)
    book.close()
    return memory.getvalue()
