"""The second door of reviews: what people decided at the desk joins what came back on sheets, anew at every run.

The log is the truth, so its rows are replaced each time. Only items that both coders have finished are taken: what is
published never tells one coder what the other said.
"""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from flows.headers import schema
from flows.loading import privacy
from flows.reviewing import log
from flows.reviewing.coding import Coding, State
from flows.store.warehouse import Connection, as_tables

FILE = "desk"  # what stands in the place of a sheet
_SAID = ("platform", "post_id", "code", "stage", "coder", "day", "note_pi", "file_id", "line", "landed_at", "position")


def load_reviews(connection: Connection, home: Path, zone: ZoneInfo, now: datetime) -> int:
    """Puts the reviews of the desk into base.reviews, inside the caller's transaction; gives the number of rows."""
    connection.execute("DELETE FROM base.reviews WHERE file_id = ?", [FILE])
    rows = _rows(home, zone, now)
    said = pl.DataFrame(rows, schema=schema("base.reviews", _SAID), orient="row")
    said = said.with_columns(privacy.masked(said["coder"]))
    with as_tables(connection, said=said):
        connection.execute("INSERT INTO base.reviews BY NAME FROM said")
    return len(rows)


def _rows(home: Path, zone: ZoneInfo, now: datetime) -> list[tuple[Any, ...]]:
    state = State()
    with log.reading(home) as connection:
        if connection is None:
            return []
        state.follow(log.events(connection))
        posts = connection.execute("SELECT item, platform, post_id FROM items ORDER BY platform, post_id").fetchall()
    rows = []
    for item, platform, post_id in posts:
        if not state.is_locked(item, now):
            continue
        done = state.of(item)
        said = [("reviewed", coding) for coding in done.codings.values()]
        said += [("adjudicated", done.decision)] if done.decision is not None else []
        rows += [_row(platform, post_id, stage, coding, zone) for stage, coding in said]
    return rows


def _row(platform: str, post_id: str, stage: str, coding: Coding, zone: ZoneInfo) -> tuple[Any, ...]:
    day = coding.moment.astimezone(zone).date()
    return (platform, post_id, coding.code, stage, coding.coder, day, None, FILE, coding.number, coding.moment, 0)
