"""What an import says of every file, what it declares to cover, and what a dry run would do."""

import gzip
import json
import os
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from flows import status
from flows.exits import Exit, InputRefusedError, UsageError
from flows.loading.imports import run_import
from flows.loading.pending import load_pending
from flows.loading.preview import run_preview
from flows.settings import Settings
from flows.store import runs, warehouse
from tests.exports import NOON, tiktok, write_lines
from tests.integration.test_loading import LANDED, rows

pytestmark = pytest.mark.usefixtures("only_marked_expectations")

WEEK = (date(2024, 1, 29), date(2024, 2, 4))
SHAPELESS = {"source_platform": "tiktok.com", "item_id": "1", "data": {"renamed": 1}, "timestamp_collected": 1}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", author_key="ab" * 32)  # type: ignore[arg-type]


def bring(settings: Settings, *paths: Path, covers: tuple[date, date] | None = WEEK) -> tuple[Exit, list[str]]:
    """(exit code, what was said) of an import; a refusal counts as its code."""
    said: list[str] = []
    try:
        return run_import(settings, list(paths), LANDED, covers, said.append), said
    except InputRefusedError as refusal:
        return refusal.exit_code, [*said, str(refusal)]


def declared(settings: Settings) -> set[tuple[str, int, str | None, str]]:
    """(source, succeeded, reason, status) of the declared days."""
    return {
        (row["source"], row["succeeded"], row["reason"], row["status"])
        for row in rows(
            settings,
            """SELECT source, succeeded, reason,
                CASE WHEN succeeded >= planned THEN 'observed' ELSE 'not' END AS status FROM base.collection""",
        )
    }


def cut(path: Path, lines: int) -> Path:
    """A packed file that ends in the middle of its last record."""
    content = "".join(json.dumps(tiktok(serial=n)) + "\n" for n in range(lines)).encode()
    path.write_bytes(gzip.compress(content, mtime=0)[: len(gzip.compress(content, mtime=0)) * 3 // 4])
    return path


def test_days_are_collected_where_every_file_was_read_to_its_end(settings: Settings, tmp_path: Path) -> None:
    code, _ = bring(settings, write_lines(tmp_path / "a.ndjson", [tiktok()]))
    assert code == Exit.DONE
    assert declared(settings) == {("zeeschuimer", 1, None, "observed")}


def test_a_packed_file_that_is_cut_off_declares_nothing_as_collected(settings: Settings, tmp_path: Path) -> None:
    _, said = bring(settings, cut(tmp_path / "a.ndjson.gz", 40))
    assert declared(settings) == {("zeeschuimer", 0, "a file is cut off", "not")}
    assert "not declared as collected: tiktok/zeeschuimer, 2024-01-29 to 2024-02-04 (a file is cut off)" in said


@pytest.mark.expectations
def test_one_file_set_aside_beside_a_good_one_takes_the_days_back(settings: Settings, tmp_path: Path) -> None:
    good = write_lines(tmp_path / "good.ndjson", [tiktok()])
    code, _ = bring(settings, good, write_lines(tmp_path / "bad.ndjson", [SHAPELESS] * 20))
    assert code == Exit.REFUSED
    assert declared(settings) == {("zeeschuimer", 0, "a file was set aside", "not")}
    assert len(rows(settings, "FROM base.posts")) == 1


@pytest.mark.expectations
def test_nothing_is_declared_where_every_file_was_set_aside(settings: Settings, tmp_path: Path) -> None:
    code, said = bring(settings, write_lines(tmp_path / "bad.ndjson", [SHAPELESS] * 20))
    assert code == Exit.REFUSED
    assert declared(settings) == set()
    assert any(line.startswith("nothing is declared as collected") for line in said)


@pytest.mark.expectations
def test_a_corrected_file_replaces_the_one_set_aside_and_gives_the_days(settings: Settings, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "export.ndjson", [SHAPELESS] * 20)
    bring(settings, path, covers=None)
    assert [row["file"] for row in rows(settings, "FROM base.set_aside")] == ["export.ndjson"]
    assert "set aside: " in status.as_text(settings)
    write_lines(path, [tiktok()])
    said: list[str] = []
    assert run_import(settings, [path], LANDED + timedelta(hours=1), WEEK, said.append) == Exit.DONE
    assert rows(settings, "FROM base.set_aside") == []
    assert declared(settings) == {("zeeschuimer", 1, None, "observed")}
    assert "set aside: " not in status.as_text(settings)


def test_the_next_step_is_told_but_not_to_who_publishes(settings: Settings, tmp_path: Path) -> None:
    said: list[str] = []
    for serial, publishes in enumerate((False, True)):
        path = write_lines(tmp_path / f"{serial}.ndjson", [tiktok(NOON + serial, serial=serial)])
        run_import(settings, [path], LANDED, None, said.append, publishes=publishes)
    spans = [line for line in said if line.startswith("  posts from ")]
    assert [line.endswith("; next: ronda weekly --week 2024-W05") for line in spans] == [True, False]


def test_a_known_file_still_says_what_it_covers(settings: Settings, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.ndjson", [tiktok()])
    bring(settings, path, covers=None)
    code, said = bring(settings, path)
    assert code == Exit.DONE
    assert any("1 known already" in line for line in said)
    assert declared(settings) == {("zeeschuimer", 1, None, "observed")}


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (date(2021, 1, 1), date(2023, 6, 1), "longer than two years"),
        (date(2009, 12, 31), date(2010, 1, 5), "before 2010"),
        (date(2024, 2, 4), date(2024, 1, 29), "ends before it begins"),
    ],
)
def test_a_span_that_cannot_be_meant_is_refused(
    settings: Settings, tmp_path: Path, first: date, last: date, sentence: str
) -> None:
    path = write_lines(tmp_path / "a.ndjson", [tiktok()])
    with pytest.raises(UsageError, match=sentence):
        run_import(settings, [path], LANDED, (first, last), print)
    assert not (settings.home / "landing").exists()


def test_files_of_systems_and_offices_are_left_out_and_counted(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "__MACOSX").mkdir(parents=True)
    write_lines(folder / "a.ndjson", [tiktok()])
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "~$laporan.docx", ".~lock.a.ods#", "__MACOSX/._a.ndjson"):
        (folder / name).write_bytes(b"\0")
    code, said = bring(settings, folder, covers=None)
    assert code == Exit.DONE
    assert "  6 files of operating systems and office programs left out" in said


def test_a_folder_of_junk_only_holds_no_files(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "Thumbs.db").write_bytes(b"\0")
    code, said = bring(settings, tmp_path / "in")
    assert (code, said[-1]) == (
        Exit.REFUSED,
        f"The folder {tmp_path / 'in'} holds no files but 1 of the system's own; "
        "give the folder or file of the exports.",
    )


def test_a_refused_file_beside_a_good_one_is_exit_3_and_the_good_one_is_loaded(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "page.html").write_text("<!doctype html><html></html>")
    code, said = bring(settings, tmp_path / "page.html", write_lines(tmp_path / "a.ndjson", [tiktok()]), covers=None)
    assert code == Exit.REFUSED
    assert any(line.startswith("refused: ") for line in said)
    assert len(rows(settings, "FROM base.posts")) == 1


def test_a_dry_run_says_what_would_come_of_it_and_writes_nothing(settings: Settings, tmp_path: Path) -> None:
    first = write_lines(tmp_path / "a.ndjson", [tiktok(), tiktok(), SHAPELESS])
    (tmp_path / "page.html").write_text("<!doctype html><html></html>")
    said: list[str] = []
    assert run_preview(settings, [first, tmp_path / "page.html"], LANDED, said.append) == Exit.REFUSED
    head, row, reason, refusal, last = said
    assert " ".join(head.split()) == "file format platform records posts duplicates rejects first day last day"
    assert row.split() == ["a.ndjson", "zeeschuimer", "tiktok", "3", "1", "1", "1", "2024-02-01", "2024-02-01"]
    assert reason == "  a.ndjson: 1 rejected: no id"
    assert refusal.startswith(f"refused: {tmp_path / 'page.html'} is a web page")
    assert last == "Nothing was written; without --dry-run this is imported."
    assert not settings.home.exists()


def test_a_dry_run_knows_what_is_loaded(settings: Settings, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.ndjson", [tiktok()])
    bring(settings, path, covers=None)
    said: list[str] = []
    assert run_preview(settings, [path], LANDED, said.append) == Exit.DONE
    assert said[1].split()[3:7] == ["1", "0", "1", "0"]


def test_counts_keep_what_a_later_record_does_not_carry_in_any_order_of_loading(
    settings: Settings, tmp_path: Path
) -> None:
    full = tiktok(stats={"diggCount": 11, "commentCount": 2, "shareCount": 1, "playCount": 100}, collected=NOON + 10)
    late = tiktok(stats={"playCount": 500}, collected=NOON + 20)
    later = tiktok(stats={"diggCount": 12, "playCount": 400}, collected=NOON + 15)
    expected = {"likes": 12, "comments": 2, "shares": 1, "views": 500}
    for order in ((full, late, later), (late, later, full), (later, full, late)):
        own = settings.model_copy(update={"home": tmp_path / f"home-{order.index(full)}"})
        for number, record in enumerate(order):
            path = write_lines(tmp_path / f"{number}.ndjson", [record])
            run_import(own, [path], LANDED + timedelta(minutes=number), None, lambda _: None)
        (post,) = rows(own, "FROM base.posts")
        assert {name: post[name] for name in expected} == expected


def test_files_without_a_time_of_capture_are_seen_at_their_own_time(settings: Settings, tmp_path: Path) -> None:
    old, new = ({"id": "1", "posted": "2024-02-01T05:00:00Z", "likes": likes} for likes in (100, 200))
    mapping = {"platform": "tiktok", "id": "id", "created_at": "posted", "likes": "likes"}
    own = settings.model_copy(update={"tables": Settings(tables={"t": mapping}).tables})  # type: ignore[dict-item]
    for name, record, day in (("a", new, 4), ("b", old, 2)):
        record["id"] = "7329720754184912996"
        path = write_lines(tmp_path / f"{name}.ndjson", [record])
        second = datetime(2024, 2, day).timestamp()  # noqa: DTZ001 - any zone will do

        os.utime(path, (second, second))
        run_import(own, [path], LANDED, None, lambda _: None)
    (post,) = rows(own, "FROM base.posts")
    assert post["likes"] == 200


@pytest.mark.expectations
def test_a_warehouse_made_anew_comes_to_the_same_tables(settings: Settings, tmp_path: Path) -> None:
    bad = write_lines(tmp_path / "bad.ndjson", [SHAPELESS] * 20)
    bring(settings, bad, write_lines(tmp_path / "a.ndjson", [tiktok()]))
    tables = ("posts", "observations", "rejects", "collection", "loads", "set_aside")
    before = {name: rows(settings, f"FROM base.{name} ORDER BY ALL") for name in tables}
    assert len(before["set_aside"]) == 1
    (settings.home / "warehouse.duckdb").unlink()
    with warehouse.exclusive(settings.home):
        load_pending(settings, runs.begin(settings.home, "test", {}))
    assert {name: rows(settings, f"FROM base.{name} ORDER BY ALL") for name in tables} == before
