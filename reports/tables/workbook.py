"""The workbook of a week: one sheet a table, a first sheet that explains every column and its unit.

Every text is written as a text, so a post that looks like a formula stays a post; dates are dates, unknown is empty.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
import xlsxwriter

from flows import headers
from flows.periods import Week
from reports.edition import Edition, Language
from reports.reading.facts import Facts
from reports.wording.glyphs import legible
from reports.wording.sentences import embargo_mark
from reports.wording.words import Words, clipped, platform_name

TEXT_LIMIT = 32_000  # a cell holds 32,767 characters
WEEKS = 53  # of a year, the last one that of the report
_WIDTHS: Mapping[str, int] = {
    "text": 60,
    "why": 40,
    "description": 60,
    "detail": 50,
    "file_id": 20,
    "file": 30,
    "label": 34,
}


def _all(_: Week) -> pl.Expr:
    return pl.lit(True)


def _of_the_week(week: Week) -> pl.Expr:
    return pl.col("week") == str(week)


def _of_a_year(week: Week) -> pl.Expr:
    return pl.col("week").is_between(pl.lit(str(week.shift(1 - WEEKS))), pl.lit(str(week)))


def _days_of_a_year(week: Week) -> pl.Expr:
    return pl.col("day").is_between(week.shift(1 - WEEKS).first_day, week.last_day)


def _of_no_subject(_: Week) -> pl.Expr:
    return pl.col("key") == ""


@dataclass(frozen=True)
class Subjects:
    """What a long sheet shows of its table: the code, where its name stands, and its rates."""

    key: str
    seed: str
    rates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tab:
    """One sheet: its title is the word `sheet_<name>`; the data files hold all rows and columns of its table."""

    name: str
    table: str
    rows: Callable[[Week], pl.Expr] = _all
    subjects: Subjects | None = None
    is_read: bool = False  # by people who review: with words for its columns and codes, as the documents have them

    def frame(self, facts: Facts, words: Words) -> pl.DataFrame:
        """What the sheet shows of an edition."""
        frame = facts.tables[self.table].filter(self.rows(facts.edition.week))
        if self.is_read:
            return _in_words(frame, facts, words)
        if self.subjects is None:
            return frame
        key, seed = self.subjects.key, self.subjects.seed
        labels = pl.Series("label", [facts.label(seed, str(code)) for code in frame[key]], dtype=pl.String)
        days = ("first_day", "last_day", "days", "posts")
        shown = ("week", "phase", "platform", key, "label", *days, *self.subjects.rates, "status")
        return frame.with_columns(labels).select(shown)

    def head(self, column: str, words: Words) -> str:
        """What stands over a column: its name in the database, which analysts know, or a word."""
        return words(f"column_{_HEADS.get(column, column)}") if self.is_read else column


_HEADS = {
    **{"created_at": "time", "indications": "indication", "topics": "topic", "districts": "district"},
    "hand_over_limit": "limit",
}
_LABELS = {"indications": "indications", "topics": "topics", "districts": "places"}  # columns of codes and their seeds


def _in_words(frame: pl.DataFrame, facts: Facts, words: Words) -> pl.DataFrame:
    """The frame with the reader's names of platforms, stages and everything that has a label."""

    def labels(column: str, seed: str) -> pl.Series:
        texts = [
            "; ".join(facts.label(seed, code) for code in codes or ()) or None for codes in frame[column].to_list()
        ]
        return pl.Series(column, texts, pl.String)

    return frame.with_columns(
        pl.Series("platform", [platform_name(words, name) for name in frame["platform"]], pl.String),
        pl.Series("stage", [words.known(f"stage_{stage}", stage) for stage in frame["stage"]], pl.String),
        *(labels(column, seed) for column, seed in _LABELS.items()),
    )


_SHARES = ("share", "share_low", "share_high")
_RATES = ("per_1000", "per_1000_low", "per_1000_high")
TABS = (
    Tab("volume", "trends.weekly_platform", _of_a_year),
    Tab("incidents", "trends.incident_weeks", _of_the_week),
    Tab("signals", "trends.signals", _of_the_week),
    Tab("slopes", "trends.slopes", _of_the_week),
    Tab("terms", "trends.emerging_terms", _of_the_week),
    Tab("topics", "trends.weekly_topic", _of_a_year, Subjects("topic", "topics", _SHARES)),
    Tab("indications", "trends.weekly_indication", _of_a_year, Subjects("indication", "indications", _RATES)),
    Tab("estimates", "trends.estimates", _of_a_year),
    Tab("net_estimates", "trends.net_estimates", _of_a_year),
    Tab("districts", "trends.weekly_district", _of_a_year, Subjects("district", "places")),
    Tab("views", "trends.weekly_views", _of_the_week),
    Tab("corrections", "trends.corrections", _of_no_subject),
    Tab("funnel", "trends.funnel", _of_a_year),
    Tab("official", "trends.official"),
    Tab("coverage", "core.coverage", _days_of_a_year),
    Tab("loads", "core.loads"),
    Tab("rejects", "reject_reasons"),
    Tab("labels", "core.label_quality"),
    Tab("checks", "core.checks"),
    Tab("evidence", "evidence", is_read=True),
)


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


Frames = Mapping[Tab, pl.DataFrame]  # what each sheet shows


def _about(sheet: Any, pen: _Pen, edition: Edition, words: Words, source: str) -> int:
    """Writes what the workbook is; gives the next row."""
    for column, width in enumerate((18, 22, 90)):
        sheet.set_column(column, column, width)
    links = words("post_links", sheet=edition.review_sheet)
    lines = [edition.number, source, words("about_intro"), links, words("unreviewed_note"), words("limit_2")]
    if mark := embargo_mark(edition, words):
        lines.insert(0, mark)
    pen.text(sheet, (0, 0), words("weekly_title", week=str(edition.week)), "title")
    for row, line in enumerate(lines, start=1):
        pen.text(sheet, (row, 0), line)
    return len(lines) + 2


def _explain(sheet: Any, pen: _Pen, row: int, words: Words, meanings: Sequence[tuple[str, str, str]]) -> None:
    """Writes what the columns of all sheets mean, from a row on."""
    heads = [words(key) for key in ("about_sheet", "about_column", "about_meaning")]
    for column, text in enumerate(heads):
        pen.text(sheet, (row, column), text, "head")
    for down, cells in enumerate(meanings, start=row + 1):
        for column, text in enumerate(cells):
            pen.text(sheet, (down, column), text)


def _meanings(frames: Frames, words: Words, zone: str) -> list[tuple[str, str, str]]:
    """Sheet, column and meaning of every column."""
    return [
        (words(f"sheet_{tab.name}"), tab.head(name, words), _meaning(tab.table, name, words.lang, zone))
        for tab, frame in frames.items()
        for name in frame.columns
    ]


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
    about = {name: legible(text, words) for name, text in about.items()}
    book.set_properties({**about, "created": edition.local.replace(tzinfo=None)})
    pen = _Pen(book, facts, words)
    frames = {tab: tab.frame(facts, words) for tab in TABS}
    first = book.add_worksheet(words("sheet_about"))
    row = _about(first, pen, edition, words, source)
    _explain(first, pen, row, words, _meanings(frames, words, edition.election.zone_label))
    for tab, frame in frames.items():
        heads = [tab.head(name, words) for name in frame.columns]
        _fill(book.add_worksheet(words(f"sheet_{tab.name}")), frame, heads, pen)
    book.close()
    return memory.getvalue()


def _fill(sheet: Any, frame: pl.DataFrame, heads: Sequence[str], pen: _Pen) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, max(frame.height, 1), frame.width - 1)
    for column, (name, head) in enumerate(zip(frame.columns, heads, strict=True)):
        pen.text(sheet, (0, column), head, "head")
        sheet.set_column(column, column, _WIDTHS.get(name, 14))
    for row, values in enumerate(frame.iter_rows(), start=1):
        for column, value in enumerate(values):
            if value is not None:
                pen.value(sheet, (row, column), value)
