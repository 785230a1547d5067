"""The public database: what is published of the warehouse, and the proof that it is what was published."""

import os
from pathlib import Path

import sql
from flows.exits import UsageError
from flows.progress import Advance
from flows.publishing import releases
from flows.settings import Settings
from flows.store import tables, warehouse
from flows.store.runs import read_runs


def publish_tables(settings: Settings) -> None:
    """Publishes the tables as they are now known; the reports of the release stay what they are."""
    with (
        warehouse.opened(settings.home) as connection,
        releases.new_release(settings.home, to_group=settings.published_to_group) as release,
    ):
        place_database(settings, connection, release)


def place_database(settings: Settings, connection: warehouse.Connection, release: Path) -> None:
    """Writes `ronda.duckdb` of a release: every public table as the warehouse holds it; and `recipes.sql` for it.

    The run that publishes cannot know how it will end, and is not running for those who read it later: its outcome is
    `publishing`.
    """
    runs = read_runs(settings.home)
    for record in runs:
        if record["outcome"] == "running" and record["pid"] == os.getpid():
            record["outcome"] = "publishing"
    tables.write_runs(connection, runs)
    functions = sql.FUNCTIONS.read_text(encoding="utf-8")
    releases.write_public_database(connection, release / "ronda.duckdb", tables.public_tables(connection), functions)
    releases.place_file(release, sql.RECIPES.name, sql.RECIPES.read_bytes())


def verify(settings: Settings, checked: Advance, hashed: Advance) -> list[str]:
    """One line a published table with its rows and a hash of its content, whatever the order of its rows.

    Records of runs, loads, checks and publications are left out: they differ from run to run. Raises UsageError when
    nothing is published, and when a published file is not the one its manifest names. `checked` is told the files that
    were read, then `hashed` the tables.
    """
    release = releases.published_folder(settings.home)
    if release is None:
        raise UsageError("Nothing is published yet; publish a week with `ronda weekly --week 2024-W05`.")
    damaged = releases.damaged_files(release, checked)
    if damaged:
        raise UsageError(f"{damaged[0]} in {release} is not the file that was published; publish the week again.")
    return tables.table_hashes(release / "ronda.duckdb", hashed)
