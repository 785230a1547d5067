"""A home that the first edition wrote opens with today's verbs, and its numbers go on."""

import hashlib
import io
import re
import shutil
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import zstandard

import sql
from flows.exits import Exit, UsageError
from flows.keeping import checking
from flows.keeping.backups import run_backup
from flows.loading.imports import run_import
from flows.loading.pending import load_pending
from flows.periods import Week
from flows.progress import unseen
from flows.publishing import ledger, publications
from flows.publishing.build import build_tables
from flows.publishing.state import Cause, state_numbers
from flows.settings import Settings
from flows.store import chain, warehouse
from flows.store.files import hash_file
from flows.store.runs import recorded
from tests.exports import tiktok, write_lines
from tests.integration.conftest import Ronda

pytestmark = pytest.mark.usefixtures("without_expectations")

FIXTURE = Path(__file__).parent / "homes" / "first_edition.tar.zst"
WEEK = "2024-W06"  # with a report, a second one of which would state other numbers

COLUMNS = ["week", "phase", "platform", "table", "metric", "value", "sequence"]


def unpack(folder: Path) -> Path:
    with FIXTURE.open("rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as stream:
        content = io.BytesIO(stream.read())
    with tarfile.open(fileobj=content) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def first_edition(tmp_path: Path) -> Iterator[Settings]:
    settings = Settings(home=unpack(tmp_path / "home"))
    settings.export()
    yield settings


def stated(home: Path) -> dict[str, str]:
    return {path.stem: hash_file(path) for path in ledger.publication_files(home)}


@pytest.mark.slow
def test_a_home_of_the_first_edition_publishes_with_the_next_number(tmp_path: Path, ronda: Ronda) -> None:
    home = unpack(tmp_path / "home")
    before, highest = stated(home), publications.publications(home)
    assert len(before) == 26
    looked = ronda(home, "check")
    damaged = [line.split()[0] for line in looked.stdout.splitlines() if " damaged: " in line]
    assert damaged == ["permissions"], looked.stdout  # the first edition left its files open to other accounts
    assert "An earlier ronda made the tables (number 0); the next run makes them anew." in looked.stdout
    done = ronda(home, "weekly", "--week", WEEK)
    assert done.returncode == 0, done.stderr
    assert "made anew, with number" in done.stderr
    assert f"{WEEK}, publication {highest[WEEK] + 1}:" in done.stdout
    after = stated(home)
    assert {name: after[name] for name in before} == before
    assert set(after) - set(before) == {f"{WEEK}-{highest[WEEK] + 1}"}
    looked = ronda(home, "check", "--read-data", "--repair")
    assert looked.returncode == 0, looked.stdout
    assert looked.stdout.count("repaired: ") == 1 and "It is corrected." in looked.stdout
    assert not (home / "warehouse.former.duckdb").exists()


@pytest.mark.slow
def test_the_numbers_first_reported_are_those_of_the_old_ledger(first_edition: Settings) -> None:
    home = first_edition.home
    weeks = publications.publications(home)
    said = pl.concat([pl.read_parquet(path, columns=COLUMNS) for path in ledger.publication_files(home)])
    said = said.filter(table="trends.weekly_platform", metric="posts", platform="all").drop_nulls("value")
    first = said.sort("sequence").unique(["week", "phase"], keep="first").sort("week", "phase")
    with warehouse.exclusive(home), recorded(home, "weekly", {}) as run:
        summary = load_pending(first_edition, run)
        assert (summary.posts, summary.held, summary.flaws) == (300, (), ())
        build_tables(first_edition)
    with warehouse.opened(home) as connection, warehouse.transaction(connection):
        rows = connection.execute(
            "SELECT week, phase, first_reported FROM trends.reported WHERE metric = 'posts' AND platform = 'all'"
            " AND table_name = 'trends.weekly_platform' ORDER BY ALL"
        ).fetchall()
        assert len(rows) >= 26
        assert rows == first.select("week", "phase", "value").rows()
        assert state_numbers(first_edition, connection, Week.parse(WEEK), Cause()) == weeks[WEEK] + 1
    assert {entry.kind for entry in chain.read(home)} >= {"adopted", "loaded", "published"}


def test_a_warehouse_of_a_newer_ronda_is_refused(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", author_key="ab" * 32)
    settings.export()
    settings.home.mkdir()
    number = warehouse.current_schema() + 1
    with warehouse.opened(settings.home) as connection:
        connection.execute("UPDATE base.schema SET number = ?", [number])
    with (
        pytest.raises(UsageError, match=f"by a newer ronda .*have number {number}") as refused,
        warehouse.opened(settings.home),
    ):
        pass
    assert refused.value.exit_code is Exit.USAGE
    said: list[str] = []
    assert checking.run_check(settings, said.append) is Exit.REFUSED
    assert any("A newer ronda made the tables" in line for line in said)
    assert (settings.home / "warehouse.duckdb").exists()


def test_a_warehouse_of_an_earlier_ronda_stays_until_all_that_landed_is_in_the_new_one(
    kept_home: Path, tmp_path: Path
) -> None:
    shutil.copytree(kept_home / "home", tmp_path / "home", symlinks=True)
    settings = Settings(home=tmp_path / "home", author_key="ab" * 32)
    settings.export()
    with warehouse.opened(settings.home) as connection:
        connection.execute("UPDATE base.schema SET number = number - 1")
    late = write_lines(tmp_path / "late.ndjson", [tiktok(serial=8)])
    run_import(settings, [late], datetime(2024, 2, 7, tzinfo=UTC), None, lambda _: None)
    assert warehouse.former(settings.home).exists()  # an import loads its own files only
    with recorded(settings.home, "weekly", {}) as run:
        assert load_pending(settings, run).posts == 5
    assert not warehouse.former(settings.home).exists()


def test_the_number_is_raised_with_every_change_of_the_base_tables() -> None:
    """Changed on purpose? Raise the number in sql/base/tables.sql and put the new digest here.

    How a column is packed is no change: a table that was packed otherwise is read as before.
    """
    declared = (sql.FOLDER / "base" / "tables.sql").read_text(encoding="utf-8")
    declared = re.sub(r" USING COMPRESSION \w+", "", declared)
    tables = re.findall(r"CREATE TABLE IF NOT EXISTS base\.\w+ \(\n(?:    .*\n)+\);", declared)
    digest = hashlib.sha256("\n".join(tables).encode()).hexdigest()[:16]
    assert (warehouse.current_schema(), digest) == (4, "aa6b4fb54779588c")


def test_a_home_of_the_first_edition_can_be_backed_up_as_it_is(first_edition: Settings, tmp_path: Path) -> None:
    said: list[str] = []
    assert run_backup(first_edition, tmp_path / "backup", said.append, unseen) is Exit.DONE, said
