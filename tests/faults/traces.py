"""What is left of a post in a home after it had to go: every byte of every file is searched, packed or not.

A home has three people who shall be forgotten, in every place where a post comes to stand; one is removed, one erased,
and all expire.
"""

import io
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pypdf

from flows.forgetting import erasure, expiry, removed, search
from flows.loading.imports import run_import
from flows.loading.pending import load_pending
from flows.periods import Week
from flows.publishing.build import build_tables
from flows.publishing.database import publish_tables
from flows.publishing.week import publish_week
from flows.settings import Settings
from flows.store import warehouse
from flows.store.runs import recorded
from tests.exports import NOON, removals, tiktok, tiktok_id, write_lines
from tests.faults.outcome import Outcome, Scale

LANDED = datetime(2024, 2, 5, tzinfo=UTC)
LATER = datetime(2024, 2, 20, tzinfo=UTC)
PAST = datetime(2025, 3, 1, tzinfo=UTC)  # a year and two weeks after voting day
WEEK = Week.parse("2024-W05")
_ORDINARY = 30


@dataclass(frozen=True)
class Person:
    """Somebody with one post, by what may be searched for."""

    serial: int
    word: str
    handle: str
    name: str

    @property
    def post_id(self) -> str:
        """Of the post."""
        return tiktok_id(NOON, self.serial)

    @property
    def text(self) -> str:
        """A text that is detected and so printed as an example."""
        return f"serangan fajar di {self.word} bagi bagi amplop 100 ribu dari caleg, coblos nomor 2 ya {self.word}"

    @property
    def said(self) -> tuple[str, ...]:
        """What names the person or says what was said; the id is a key and stays in a tombstone."""
        return (self.word, self.handle, self.name)


REMOVED = Person(901, "zqxjkvawan", "penandaqz77", "Qzxandra Wqvelia")
ERASED = Person(902, "wqvzkhujan", "tertandawq88", "Vwqendra Zxhalim")
OTHER = Person(903, "xkvqzhangin", "tertanyaxk99", "Xkvandi Qwzarta")
PEOPLE = (REMOVED, ERASED, OTHER)


def videos(*people: Person) -> list[dict[str, Any] | str]:
    """Their posts, one line of an export each."""
    lines = []
    for person in people:
        video = tiktok(serial=person.serial, text=person.text, author=person.handle)
        video["data"]["author"]["nickname"] = person.name
        lines.append(video)
    return lines


@dataclass
class Home:
    """A home in which the posts of three people stand everywhere, beside ordinary ones."""

    settings: Settings
    scratch: Path

    @property
    def path(self) -> Path:
        """The home."""
        return self.settings.home

    def bring(self, *paths: Path, at: datetime = LANDED) -> list[str]:
        """Imports files; gives what was said."""
        said: list[str] = []
        run_import(self.settings, list(paths), at, None, said.append)
        return said

    def publish(self, week: Week = WEEK) -> None:
        """Publishes a week as the weekly flow does."""
        with warehouse.exclusive(self.path), recorded(self.path, "weekly", {}) as run:
            load_pending(self.settings, run)
            build_tables(self.settings)
            publish_week(self.settings, run, week)

    def left(self, *words: str) -> dict[str, list[str]]:
        """Where words still stand."""
        return search.find(self.path, words, {b"%PDF": _pdf})

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the warehouse."""
        with warehouse.opened(self.path) as connection:
            return connection.execute(query).fetchall()

    def remove(self, *people: Person) -> None:
        """A removal list of some posts comes in."""
        listed = [("tiktok", person.post_id, LATER.isoformat(), "removed") for person in people]
        self.bring(removals(self.scratch / "gone.csv", listed), at=LATER)


def _pdf(path: Path) -> Iterator[bytes]:
    for page in pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages:
        yield page.extract_text().encode()


def make_home(folder: Path) -> Home:
    """A home after a publication of a week, with a review sheet that came back and everything that quotes a post."""
    settings = Settings(home=folder / "home", author_key="ab" * 32)  # type: ignore[arg-type]
    settings.export()
    home = Home(settings, folder)
    ordinary = [
        tiktok(NOON + hour * 3600, serial=hour, text=f"jalan {hour} di desa rusak sekali", author=f"warga{hour}")
        for hour in range(_ORDINARY)
    ]
    cut = json.dumps(videos(REMOVED)[0])[:-40]  # the same post once more, cut off: a reject with an excerpt
    home.bring(write_lines(folder / "export.ndjson", [*ordinary, *videos(*PEOPLE), cut]))
    home.publish()
    home.bring(review_sheet(home))
    with warehouse.exclusive(home.path):
        build_tables(settings)
        publish_tables(settings)  # of two releases the older is kept
    plant(home)
    return home


def review_sheet(home: Home) -> Path:
    """The review sheet of the publication as it comes back: every row coded, with a note that quotes the post."""
    path = home.scratch / "back.xlsx"
    book = openpyxl.load_workbook(home.path / "review" / f"{WEEK}-1.xlsx")
    sheet = book["ronda-review"]
    names = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        cells = dict(zip(names, row, strict=True))
        cells["kode"].value, cells["penelaah"].value = "none", "ani"
        cells["catatan"].value = f"dibaca: {cells['teks (disamarkan)'].value}"
    book.save(path)
    return path


def plant(home: Home) -> None:
    """Puts posts where a fault may have brought them: run records, notices, refused files, the history of flows."""
    quoted = "; ".join(f"{person.post_id}: {person.text}" for person in PEOPLE)
    with recorded(home.path, "weekly", {}) as run:
        run.note(held=[f"record {quoted} cannot be read"])
    (home.path / "told.json").write_text(json.dumps({"a": {"state": f"stopped {quoted}", "until": None}}))
    (home.path / "inbox" / "refused").mkdir(parents=True, exist_ok=True)
    for person in PEOPLE:
        (home.path / "inbox" / "refused" / f"{person.serial}.txt").write_text(f"{person.post_id} {person.text}")
    (home.path / "prefect" / "storage").mkdir(parents=True, exist_ok=True)
    (home.path / "prefect" / "storage" / "result").write_text(json.dumps({"result": quoted}))
    with closing(sqlite3.connect(home.path / "prefect" / "prefect.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE flow_run (id CHAR(36), state_type VARCHAR(9))")
        database.execute("INSERT INTO flow_run VALUES ('a', 'COMPLETED'), ('b', 'RUNNING')")
        database.execute("CREATE TABLE log (flow_run_id CHAR(36), name VARCHAR, message VARCHAR, state JSON)")
        database.execute("INSERT INTO log VALUES ('a', 'flow', ?, ?)", [quoted, json.dumps({"message": quoted})])
        database.execute("CREATE TABLE gone (message VARCHAR)")
        database.execute("INSERT INTO gone VALUES (?)", [quoted])
        database.execute("DELETE FROM gone")  # a freed page keeps it
        database.commit()


Trial = Callable[[Home], dict[str, list[str]]]


def remove(home: Home) -> dict[str, list[str]]:
    """A removal list names one post."""
    home.remove(REMOVED)
    with warehouse.exclusive(home.path):
        removed.forget(home.settings, LATER)
    return home.left(*REMOVED.said)


def erase(home: Home) -> dict[str, list[str]]:
    """One person asks to be erased; then the same export comes in once more, and a later one of the same posts."""
    request = erasure.read_request([], f"@{ERASED.handle}", "tiktok", None)
    erasure.run(home.settings, request, LATER, lambda _: None, dry_run=False)
    home.bring(write_lines(home.scratch / "again.ndjson", [*videos(*PEOPLE), tiktok(NOON + 99, serial=701)]), at=LATER)
    return home.left(*ERASED.said)


def expire(home: Home) -> dict[str, list[str]]:
    """A year after the vote everything is past its retention."""
    expiry.run(home.settings, PAST, lambda _: None, dry_run=False)
    return home.left(*(word for person in PEOPLE for word in person.said))


TRIALS: dict[str, Trial] = {"removal": remove, "erasure": erase, "expiry": expire}


def run(folder: Path, scale: Scale) -> list[Outcome]:
    """Every trial on a home of its own: what of the words of the forgotten stands anywhere in it afterwards."""
    first = make_home(folder / "first")
    outcomes = []
    for name, trial in TRIALS.items():
        copy = folder / name
        shutil.copytree(first.scratch, copy, symlinks=True)
        before = len(first.left(*(word for person in PEOPLE for word in person.said)))
        left = trial(Home(first.settings.model_copy(update={"home": copy / "home"}), copy))
        became = "; ".join(f"{path}: {', '.join(words)}" for path, words in left.items())
        told = became or f"the words stood in {before} files before and in none after"
        outcomes.append(Outcome(f"{name}, searched byte by byte", before, 0, 0, len(left), told))
    return outcomes
