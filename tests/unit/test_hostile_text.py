"""What comes from outside acts nowhere: at every door its control characters are written out."""

import io
import logging
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import apprise
import pytest
from jinja2 import DictLoader

from flows import progress, status
from flows.exits import RondaError
from flows.progress import one_line, say, say_line, visible
from flows.publishing import notice
from flows.publishing.week import Published
from flows.settings import Settings
from flows.store.runs import recorded
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts
from reports.tables.workbook import workbook
from reports.typeset import plain
from reports.weekly.page import environment
from reports.wording.words import Words
from tests import reports_fixture as fixture
from tests.conftest import REPOSITORY

CLEAR_SCREEN, TITLE, EIGHT_BITS, TURNED, HIDDEN, NO_TEXT = (
    "\x1b[2J",
    "\x1b]0;x\x07",
    "\x9b2J",
    "\u202egpj",
    "\U000e0041",
    "\udcff",
)
HOSTILE = f"a{CLEAR_SCREEN}{TITLE}{EIGHT_BITS}{TURNED}{HIDDEN}{NO_TEXT}\u2028\u061c\x7fz"
ACTING = set(HOSTILE) - set("a[2J]0;xgpjz")


def acting(text: str) -> set[str]:
    """The characters of a text that would do something."""
    return ACTING & set(text)


def test_every_one_is_written_out_and_json_stays_what_it_is() -> None:
    assert acting(visible(HOSTILE)) == set()
    assert visible("\x1b\x9b\u202e\x7f\udcff") == "\\u001b\\u009b\\u202e\\u007f\\udcff"
    assert visible("\U000e0041") == "\\udb40\\udc41"
    assert visible("two\nlines\tand more: é 😀") == "two\nlines\tand more: é 😀"
    assert one_line("a\nronda: done") == "a\\nronda: done"


def test_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    say(HOSTILE)
    say_line(f"a\n{HOSTILE}")
    shown = capsys.readouterr().out
    assert acting(shown) == set()
    assert shown.count("\n") == 2


def test_the_log_and_the_traceback_of_an_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    made = logging.getLogRecordFactory()
    stream = io.StringIO()
    log = logging.Logger("outside")
    log.addHandler(logging.StreamHandler(stream))
    try:
        progress.guard_terminal()
        progress.guard_terminal()  # once is enough
        log.warning("a platform says %s", HOSTILE)
        error = RondaError(HOSTILE)
        log.error("it failed", exc_info=error)
        sys.excepthook(RondaError, error, None)
    finally:
        logging.setLogRecordFactory(made)
    assert "a platform says a\\u001b[2J" in stream.getvalue()
    assert "RondaError: a\\u001b[2J" in stream.getvalue()
    said = capsys.readouterr().err
    assert "RondaError: a\\u001b[2J" in said
    assert acting(stream.getvalue() + said) == set()


def test_status_and_the_records_of_runs(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    with pytest.raises(RondaError), recorded(tmp_path, "import", {}):
        raise RondaError(f"x\n{HOSTILE}".replace(NO_TEXT, ""))
    shown = status.as_text(settings)
    assert acting(shown) == set()
    assert "failed      RondaError: x\\na\\u001b[2J" in shown


def test_what_a_run_says_it_published(tmp_path: Path) -> None:
    told = notice.Notice(("a",), "link", "about", "state")
    published = Published("2024-W05", 1, tmp_path, (f"x\n{HOSTILE}",), told)
    assert acting(published.text + published.markdown) == set()
    assert "  x\\na" in published.text


def test_notices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(apprise.Apprise, "notify", lambda _, title, body: sent.extend((title, body)) or True)
    message = notice.Notice((f"t{HOSTILE}", f"b{HOSTILE}"), "link", "about", "state")
    settings = Settings(home=tmp_path, notify=("json://localhost",))  # type: ignore[arg-type]
    assert notice.send(settings, message) == 1
    assert [text[:2] for text in sent] == ["ta", "ba"]
    assert acting("".join(sent)) == set()


def test_pages() -> None:
    templates = environment(REPOSITORY / "reports" / "weekly").overlay(
        loader=DictLoader({"page": '<p title="{{ text }}">{{ text }} {{ text | held }}</p>{{ mark }}'})
    )
    page = templates.get_template("page").render(
        text=f"<b>{HOSTILE}", mark=Words("id")("weekly_title", week="1"), w=Words("id")
    )
    assert acting(page) == set()
    assert page.count("&lt;b&gt;a[kendali]") == 3


def test_documents() -> None:
    data = plain({"title": HOSTILE, "rows": [(HOSTILE,)]}, Words("id"))
    assert acting(data["title"] + data["rows"][0][0]) == set()
    assert data["title"].startswith("a[kendali]")


def test_workbooks() -> None:
    edition = fixture.edition()
    facts = Facts(replace(edition, office=HOSTILE), checked_tables(fixture.season(), edition.week))
    with zipfile.ZipFile(io.BytesIO(workbook(facts, Words("id"), HOSTILE))) as parts:
        texts = "".join(parts.read(name).decode() for name in parts.namelist())
    assert acting(texts) == set()
    assert texts.count("a[kendali][2J") == 4  # a cell, the comment and twice the author
