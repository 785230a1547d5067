"""Erasing and expiring in a home that published nothing yet: landing, warehouse, ledger, and what comes in again."""

import shutil
from pathlib import Path

import pytest

from flows.exits import Exit
from flows.forgetting import erasure, expiry, removed
from flows.loading import landing
from flows.publishing import ledger
from flows.settings import Settings
from flows.store import chain, files, warehouse
from tests.exports import NOON, tiktok, write_lines
from tests.faults.traces import ERASED, LATER, OTHER, PAST, PEOPLE, Home, videos

pytestmark = pytest.mark.usefixtures("without_expectations")


def home_in(folder: Path) -> Home:
    settings = Settings(home=folder / "home", author_key="ab" * 32)  # type: ignore[arg-type]
    settings.export()
    return Home(settings, folder)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, without_expectations: None) -> Path:
    """A folder with a home in which three people among others are loaded."""
    made = home_in(tmp_path_factory.mktemp("people"))
    ordinary = [tiktok(NOON + n, serial=n, text=f"jalan {n} rusak", author=f"warga{n}") for n in range(5)]
    made.bring(write_lines(made.scratch / "a.ndjson", [*ordinary, *videos(*PEOPLE)]))
    return made.scratch


@pytest.fixture
def home(loaded: Path, tmp_path: Path) -> Home:
    """The same home for one test."""
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True, symlinks=True)
    return home_in(tmp_path)


def erase(home: Home, *posts: str, author: str | None = None) -> Exit:
    request = erasure.read_request(posts, author, "tiktok" if author else None, None)
    return erasure.run(home.settings, request, LATER, lambda _: None, dry_run=False)


def test_an_author_is_erased_and_stays_erased_with_posts_that_come_in_later(home: Home) -> None:
    assert erase(home, author=f"@{ERASED.handle}") == Exit.DONE
    assert home.left(*ERASED.said) == {}
    other = tiktok(NOON + 9, serial=950, text="serangan fajar lagi dari orang itu", author=ERASED.handle)
    home.bring(write_lines(home.scratch / "b.ndjson", [*videos(*PEOPLE), other]), at=LATER)
    assert home.left(*ERASED.said, "lagi dari orang itu") == {}
    assert home.rows("SELECT file, line, detail, raw_pi FROM base.rejects ORDER BY ALL") == [
        ("a.ndjson", 7, None, None),
        ("b.ndjson", 2, None, None),
        ("b.ndjson", 4, None, None),
    ]
    assert home.rows("SELECT count(*) FROM base.posts") == [(7,)]
    query = "SELECT file, records, posts, duplicates, rejects FROM base.loads ORDER BY ALL"
    known = home.rows(query)
    assert known == [("a.ndjson", 8, 7, 0, 1), ("b.ndjson", 4, 0, 2, 2)]
    (home.path / "warehouse.duckdb").unlink()
    home.bring(home.scratch / "a.ndjson", home.scratch / "b.ndjson", at=LATER)
    assert home.rows(query) == known
    assert home.left(*ERASED.said) == {}


def test_an_erasure_is_proven_without_its_content(home: Home) -> None:
    assert erase(home, f"tiktok/{ERASED.post_id}") == Exit.DONE
    entries = [entry for entry in chain.read(home.path) if entry.kind == "erased"]
    assert {entry.subject.split("/")[0] for entry in entries} == {
        "erasures",
        landing.landed_files(home.path)[0].file_id,
    }
    (stated,) = [entry.facts for entry in entries if entry.subject.startswith("erasures/")]
    assert stated["landed_records"] == 1
    said = b"".join(path.read_bytes() for path in files.all_paths(home.path / "ledger") if path.is_file()).decode()
    assert [word for word in (*ERASED.said, ERASED.post_id) if word in said] == []


class KilledError(BaseException):
    """Stands for SIGKILL."""


def kill(*_: object, **__: object) -> None:
    raise KilledError


@pytest.mark.parametrize(
    "step", ["_empty_landing", "_close", "sheets.blank", "records.overwrite", "rows.delete", "warehouse.compact"]
)
def test_an_erasure_that_was_killed_is_ended_by_the_next_daily_run(
    home: Home, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(f"flows.forgetting.erasure.{step}", kill)
        with pytest.raises(KilledError):
            erase(home, f"tiktok/{ERASED.post_id}")
    if step == "warehouse.compact":
        warehouse.compact(home.path)
    assert expiry.run(home.settings, LATER, lambda _: None, dry_run=False) == Exit.DONE
    assert home.left(*ERASED.said) == {}
    assert (ERASED.post_id,) not in home.rows("SELECT post_id FROM base.posts")


def test_what_expired_is_gone_and_the_rows_stay(home: Home) -> None:
    counts = home.rows("SELECT count(*), count(DISTINCT author_key), count(DISTINCT unit_key) FROM base.posts")
    labels = home.rows("SELECT post_id, sentiment, indications FROM base.posts ORDER BY ALL")
    said: list[str] = []
    assert expiry.run(home.settings, PAST, said.append, dry_run=False) == Exit.DONE, said
    assert home.left(*(word for person in PEOPLE for word in person.said), "warga3") == {}
    assert landing.landed_files(home.path) == []
    known = home.rows("SELECT count(*), count(DISTINCT author_key), count(DISTINCT unit_key) FROM base.posts")
    assert known == counts
    assert home.rows("SELECT post_id, sentiment, indications FROM base.posts ORDER BY ALL") == labels
    again: list[str] = []
    assert expiry.run(home.settings, PAST, again.append, dry_run=False) == Exit.DONE
    assert len(expiry.records_of(home.settings)) == 1, "nothing new, nothing recorded"
    home.bring(write_lines(home.scratch / "b.ndjson", videos(OTHER)), at=PAST)
    assert home.left(OTHER.word)
    assert home.rows("SELECT count(*) FROM base.posts") == [counts[0][:1]]
    assert expiry.run(home.settings, PAST, again.append, dry_run=False) == Exit.DONE
    assert home.left(OTHER.word) == {}


def test_keys_of_texts_that_several_posts_have_go_with_the_texts(home: Home) -> None:
    with warehouse.opened(home.path) as connection:
        connection.execute("CREATE TABLE base.repeated_texts AS SELECT unit_key, 2 AS posts FROM base.posts")
    assert expiry.run(home.settings, PAST, lambda _: None, dry_run=False) == Exit.DONE
    assert home.rows("SELECT table_name FROM duckdb_tables() WHERE table_name = 'repeated_texts'") == []


def test_a_dry_run_of_the_retention_writes_nothing(home: Home) -> None:
    before = {path: path.stat().st_mtime_ns for path in files.all_paths(home.path)}
    said: list[str] = []
    assert expiry.run(home.settings, PAST, said.append, dry_run=True) == Exit.DONE
    assert said[0] == "posts: kept until 2025-02-13, would be emptied"
    assert {path: path.stat().st_mtime_ns for path in files.all_paths(home.path)} == before


def test_a_removal_that_is_imported_is_gone_from_the_landing_at_once(home: Home) -> None:
    home.remove(OTHER)
    assert home.left(OTHER.word)
    with warehouse.exclusive(home.path):
        forgotten = removed.forget(home.settings, LATER)
    assert forgotten.sentence() == "1 records erased in 1 files of the landing"
    assert home.left(*OTHER.said) == {}


def test_a_record_of_what_expired_is_proven_as_publications_are(home: Home) -> None:
    assert expiry.run(home.settings, PAST, lambda _: None, dry_run=False) == Exit.DONE
    (path,) = files.files_in(home.path / "ledger" / "expiries", ".json")
    entries = chain.read(home.path)
    assert ledger.flaws(home.path, entries) == []
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"remains": []', b'"remains": [1]'))
    (flaw,) = ledger.flaws(home.path, entries)
    assert flaw.startswith(f"expiries/{path.stem} in the ledger is not what was stated")
    path.unlink()
    (flaw,) = ledger.flaws(home.path, entries)
    assert flaw.startswith(f"expiries/{path.stem} is gone from the ledger")
    path.with_name("20250302T000000000000.json").write_bytes(content)  # of a run that was killed before it said so
    path.write_bytes(content)
    assert set(ledger.stated_contents(ledger.settle(home.path))) == {
        f"expiries/{path.stem}",
        "expiries/20250302T000000000000",
    }
