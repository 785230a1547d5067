"""The second door of reviews: what people decided at the desk joins what came back on sheets, anew at every run.

The log is the truth, so its rows are replaced each time. Only items that both coders have finished are taken: what is
published never tells one coder what the other said. Cases come the same way.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from flows.headers import schema
from flows.loading import privacy
from flows.reviewing import cases, clocks, log
from flows.reviewing.cases import Case, Cases, Step
from flows.reviewing.coding import State
from flows.settings import Settings
from flows.store.warehouse import Connection, as_tables

FILE = "desk"  # what stands in the place of a sheet
_Post = tuple[str, str, str]  # item, platform, post_id
_SAID = (
    *("platform", "post_id", "code", "stage", "coder", "sentiment", "day", "note_pi"),
    *("file_id", "line", "landed_at", "position"),
)


def load_reviews(connection: Connection, settings: Settings, now: datetime) -> int:
    """Puts the reviews and the cases of the desk into base.reviews and base.cases, inside the caller's transaction.

    How far a case has come is said of each of its posts too, as a sheet says it. Gives the number of rows.
    """
    connection.execute("DELETE FROM base.reviews WHERE file_id = ?", [FILE])
    connection.execute("DELETE FROM base.cases")
    with log.reading(settings.home) as reading:
        if reading is None:
            return 0
        events = log.events(reading)
        posts = reading.execute("SELECT item, platform, post_id FROM items ORDER BY platform, post_id").fetchall()
    zone = settings.election.zone
    state, known = State(), cases.read(events)
    state.follow(events)
    rows = [*_codings(state, posts, zone, now), *_stages(known, posts, zone)]
    said = pl.DataFrame(rows, schema=schema("base.reviews", _SAID), orient="row")
    said = said.with_columns(privacy.masked(said["coder"]))
    handled = pl.DataFrame(_cases(known, posts, settings), schema=schema("core.cases"), orient="row")
    with as_tables(connection, said=said, handled=handled):
        connection.execute("INSERT INTO base.reviews BY NAME FROM said")
        connection.execute("INSERT INTO base.cases BY NAME FROM handled")
    return len(rows)


def _codings(state: State, posts: Sequence[_Post], zone: ZoneInfo, now: datetime) -> Iterator[tuple[Any, ...]]:
    for item, platform, post_id in posts:
        if not state.is_locked(item, now):
            continue
        done = state.of(item)
        said = [("reviewed", coding) for coding in done.codings.values()]
        said += [("adjudicated", done.decision)] if done.decision is not None else []
        for stage, coding in said:
            said_of = (platform, post_id, coding.code, stage, coding.coder, coding.sentiment or None)
            yield _row(said_of, coding.moment, coding.number, zone)


def _stages(known: Cases, posts: Sequence[_Post], zone: ZoneInfo) -> Iterator[tuple[Any, ...]]:
    """The last word on each post of a case: not handed over, handed over, decided, or ended without a decision."""
    of_items = known.items
    for item, platform, post_id in posts:
        if (case := of_items.get(item)) is None:
            continue
        for stage, step in _words(case):
            yield _row((platform, post_id, case.code, stage, step.who, None), step.moment, step.number, zone)


def _words(case: Case) -> Iterator[tuple[str, Step]]:
    referred, decided = case.last("case_referred"), case.last("case_decided")
    if referred is not None:
        yield "referred", referred
    if decided is not None:
        yield case.outcome, decided
    if case.closed is not None and decided is None:
        yield "undecided" if referred is not None else "closed", case.closed


def _row(
    said: tuple[str, str, str, str, str, str | None], moment: datetime, number: int, zone: ZoneInfo
) -> tuple[Any, ...]:
    return (*said, moment.astimezone(zone).date(), None, FILE, number, moment, 0)


def _cases(known: Cases, posts: Sequence[_Post], settings: Settings) -> list[tuple[Any, ...]]:
    """Every case that was not opened by mistake, as core.cases has it."""
    rules, zone = clocks.read_rules(settings.seeds), settings.election.zone
    sizes = Counter(item for item, _, _ in posts)
    rows = []
    for case in known.by_number.values():
        if case.is_mistaken:
            continue
        opened, closed = case.steps[0].moment, case.closed
        due = rules.due(case)[:1]
        rows.append(
            (
                *(case.number, case.code, case.receiver, case.week, case.phase, case.stage),
                *(case.outcome or None, case.ended or None, sum(sizes[item] for item in case.items)),
                *(opened.astimezone(zone).date(), case.limit),
                *(case.day_of("case_referred"), case.day_of("case_answered")),
                *(case.day_of("case_answered", "registered"), case.day_of("case_decided")),
                closed.moment.astimezone(zone).date() if closed is not None else None,
                *(due[0].day if due else None, due[0].clock if due else None),
            )
        )
    return rows
