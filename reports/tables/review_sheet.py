"""The review sheet: posts to look at, with empty columns for what a coder says; it comes back by `ronda import`.

Unlike everything else here it names the post's address, so it goes to people who review and is never published.
"""

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
import xlsxwriter

from reports.edition import Edition
from reports.wording.glyphs import legible
from reports.wording.words import Words, clipped

_TEXT_LIMIT = 32_000
# What opens by a click: an address of the platforms themselves. Others came in with an export and stay text.
_OPENS = re.compile(r"https://(?:[a-z]+\.)?(?:tiktok|facebook|instagram)\.com/[!-~]{1,1000}")
_MOST_LINKS = 65_530  # of a worksheet
GUIDE_LINES = 6
_WIDTHS = {
    "post_id": 22,
    "link": 40,
    "text": 70,
    "why": 34,
    "limit": 14,
    "code": 18,
    "sentiment": 12,
    "stage": 22,
    "note": 40,
}


def review_workbook(  # noqa: PLR0913 - what the sheet holds, and which it is
    edition: Edition,
    posts: pl.DataFrame,
    headings: Mapping[str, str],
    choices: Mapping[str, Sequence[str]],
    name: str,
    *,
    of_all_weeks: bool = False,
) -> bytes:
    """The XLSX file: one row a post; the same inputs give the same bytes.

    `headings` are the columns of the sheet in order with their titles; those that `posts` lacks stay empty for the
    coder, with a list to choose from where `choices` has one. `name` is the sheet's name, by which it is recognised.
    Addresses of the platforms open by a click. The title and the guide are those of the week, or `of_all_weeks`.
    """
    words = Words(edition.lang)
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, {"in_memory": True})
    book.set_properties(
        {
            "title": words("backlog_title" if of_all_weeks else "review_title", week=str(edition.week)),
            "author": legible(edition.office, words),
            "created": edition.local.replace(tzinfo=None),
        }
    )
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    empty = book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#FFF8E1", "border": 1})
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    for column, (key, title) in enumerate(headings.items()):
        sheet.write_string(0, column, legible(title, words), head)
        sheet.set_column(column, column, _WIDTHS.get(key, 12))
        values = posts[key].to_list() if key in posts.columns else [""] * posts.height
        for row, value in enumerate(values, start=1):
            text = value.isoformat() if isinstance(value, date) else value or ""
            look = plain if key in posts.columns else empty
            if key == "link" and row <= _MOST_LINKS and _OPENS.fullmatch(text):
                sheet.write_url(row, column, text, string=text)
            else:
                sheet.write_string(row, column, legible(clipped(text, _TEXT_LIMIT), words), look)
        if key in choices and posts.height:
            sheet.data_validation(1, column, posts.height, column, {"validate": "list", "source": list(choices[key])})
    _add_guide(book, words, plain, "backlog_guide" if of_all_weeks else "review_guide_1")
    book.close()
    return memory.getvalue()


def _add_guide(book: Any, words: Words, plain: Any, first: str) -> None:
    guide = book.add_worksheet(words("review_guide"))
    guide.set_column(0, 0, 110)
    lines = [words(first), *(words(f"review_guide_{number}") for number in range(2, GUIDE_LINES + 1))]
    for row, line in enumerate(lines):
        guide.write_string(row, 0, line, plain)
