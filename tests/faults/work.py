"""The work that is disturbed: two imports, the tables, a statement and a publication, as the verbs do them.

As a process: `python -m tests.faults.work HOME EXPORTS`; it prints a line when its work begins.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from flows.loading.imports import run_import
from flows.loading.pending import load_pending
from flows.periods import Week
from flows.progress import unseen
from flows.publishing import database
from flows.publishing.build import build_tables
from flows.publishing.state import Cause, state_numbers
from flows.settings import Settings
from flows.store import warehouse
from flows.store.runs import recorded
from tests.exports import removals, tiktok, tiktok_id, write_lines

WEEK = Week.parse("2024-W05")
LANDED = datetime(2024, 2, 5, 3, tzinfo=UTC)
NOON = 1_706_763_600


def settings_of(home: Path) -> Settings:
    """The settings of a home, told to the libraries."""
    settings = Settings(home=home, author_key="ab" * 32)
    settings.export()
    return settings


def write_exports(folder: Path) -> Path:
    """Two exports and a removal list."""
    for number in (1, 2):
        write_lines(folder / f"{number}.ndjson", [tiktok(serial=10 * number + each) for each in range(8)])
    removals(folder / "removals.csv", [("tiktok", tiktok_id(NOON, 11), "2024-02-05T01:00:00Z", "deleted")])
    return folder


def work(settings: Settings, exports: Path) -> None:
    """Does it; safe to repeat."""
    for path in sorted(exports.iterdir()):
        run_import(settings, [path], LANDED, None, lambda _: None)
    with warehouse.exclusive(settings.home):
        with recorded(settings.home, "weekly", {}) as run:
            load_pending(settings, run)
        build_tables(settings)
        with warehouse.opened(settings.home) as connection, warehouse.transaction(connection):
            state_numbers(settings, connection, WEEK, Cause())
        build_tables(settings)
        database.publish_tables(settings)


def published(settings: Settings) -> list[str]:
    """The hashes of what is published."""
    return database.verify(settings, unseen, unseen)


if __name__ == "__main__":
    own = settings_of(Path(sys.argv[1]))
    print("working", flush=True)
    work(own, Path(sys.argv[2]))
