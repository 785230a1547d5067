"""The two gates of a load: the shape of the files, then the loaded posts; verdicts are kept before a gate decides."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import polars as pl

import sql
from flows.exits import GateStoppedError
from flows.files.csv_records import RAGGED
from flows.loading.counted import FileCounts
from flows.loading.privacy import masked
from flows.post import Reason
from flows.processes import later
from flows.sources.fields import EMPTY, MISSING
from flows.store import checks, warehouse
from flows.store.runs import Run

if TYPE_CHECKING:
    from expectations.run import Verdict
    from expectations.suite import Suite

# A fault in one row of 2,000 is in the sample with a probability of 0.99995.
_CHECKED_ROWS = 20_000
# What stands in the reason and detail of most rejects of a file -> what to do; None: it may be a changed format.
_REMEDIES = (
    (RAGGED, "its rows do not fit its header; export it again"),
    (EMPTY, "export it again with the ids of the posts"),
    (MISSING, None),
    (str(Reason.NO_ID), "what stands in the place of the ids is none; export it again"),
    (str(Reason.UNREADABLE), "export it again"),
)


def landing_gate(run: Run, files: Sequence[FileCounts]) -> dict[str, str]:
    """The files whose shape stops them, by id, with the sentence that says so; the others go on.

    All files of a source are looked at together; only where that stops is each of them looked at alone.
    """
    from expectations.run import gate

    if not files:
        return {}
    verdicts = later(evaluated_sources, _frame(files))()
    run.add_verdicts([verdict.to_dict() for results in verdicts.values() for verdict in results])
    stopped: dict[str, str] = {}
    for source in (source for source, results in verdicts.items() if gate(results)):
        for item in (item for item in files if item.landed.source == source):
            (alone,) = later(evaluated_sources, _frame([item]))().values()
            if stop := gate(alone):
                stopped[item.landed.file_id] = explained(item) or stop.sentence()
    return stopped


def explained(item: FileCounts) -> str | None:
    """Why nearly no record of a file has a shape that is known, where its rejects say it; else None."""
    if not item.why:
        return None
    reasons: Counter[Reason] = Counter()
    for (reason, _), records in item.why.items():
        reasons[reason] += records
    reason, records = reasons.most_common(1)[0]
    details = Counter({detail: number for (each, detail), number in item.why.items() if each is reason and detail})
    detail = f" ({masked(pl.Series([details.most_common(1)[0][0]]))[0]})" if details else ""  # it is published
    remedy = next((remedy for mark, remedy in _REMEDIES if mark in f"{reason}{detail}"), None)
    if remedy is None:
        return None
    return f"{item.landed.file}: {records:,} of {item.records:,} records cannot be read: {reason}{detail}; {remedy}."


def evaluated(rows: pl.DataFrame, suite: "Suite", *, empty_is_valid: bool) -> "list[Verdict]":
    """The verdicts of a suite on rows; the helper of a run makes pandas of them, which the run itself never needs."""
    from expectations.run import validate

    return validate(warehouse.as_pandas(rows), suite, empty_is_valid=empty_is_valid)


def evaluated_sources(files: pl.DataFrame) -> "dict[str, list[Verdict]]":
    """The same of the landing suite, for each source of the files."""
    from expectations.run import validate_sources

    return validate_sources(warehouse.as_pandas(files))


def _frame(files: Sequence[FileCounts]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "source": item.landed.source,
                "file": item.landed.file,
                "records": item.records,
                "posts": item.accepted,
                "duplicates": 0,  # told apart from posts by the load
                "rejects": item.records - item.accepted,
                "unreadable": item.unreadable,
            }
            for item in files
        ]
    )


def row_gate(connection: warehouse.Connection, run: Run) -> None:
    """The SQL checks before a load is committed; raises GateStoppedError, which rolls the load back."""
    results = checks.run_checks(connection, sql.FOLDER / "checks", "posts")
    run.add_verdicts([result.to_dict() for result in results])
    checks.stop_on(results)


def posts_gate(connection: warehouse.Connection) -> Callable[[Run], None]:
    """The expectations of the loaded window, which the helper begins to evaluate.

    Gives what waits for them, and then raises GateStoppedError, which rolls the load back.
    """
    from expectations import posts as suites
    from expectations.run import gate

    rows = _window(connection, tuple(suites.COLUMNS), _CHECKED_ROWS)
    waiting = later(evaluated, rows, suites.suite(), empty_is_valid=not _has_posts(connection))

    def decide(run: Run) -> None:
        verdicts = waiting()
        run.add_verdicts([verdict.to_dict() for verdict in verdicts])
        if stop := gate(verdicts):
            named = gate(later(evaluated, rows, suites.suite(names_records=True), empty_is_valid=False)())
            raise GateStoppedError((named or stop).sentence())

    return decide


def _window(connection: warehouse.Connection, columns: Sequence[str], rows: int) -> pl.DataFrame:
    """The posts this load touched; above so many rows an even sample of them, always the same one.

    Beside the columns it has `record`, the file and the number of what brought the post. The rules that must hold for
    every row are SQL checks; they look at all of them.
    """
    names = ", ".join(f"posts.{column}" for column in columns)
    [(records, posts)] = connection.execute("SELECT count(*), approx_count_distinct(post_id) FROM stage").fetchall()
    return warehouse.query(
        connection,
        f"SELECT {names}, coalesce(stage_files.file, 'loaded before') || ':' || posts.rank.number AS record "  # noqa: S608
        "FROM base.posts AS posts SEMI JOIN stage USING (platform, post_id) "
        "LEFT JOIN stage_files ON stage_files.file_id = posts.rank.file_id "
        "WHERE hash(posts.post_id) % $one_in::UBIGINT = 0",  # a number of another kind makes it a slow one of 128 bits
        {"one_in": -(-posts // rows) if records > rows else 1},
    )


def _has_posts(connection: warehouse.Connection) -> bool:
    """Whether the load just made accepted any record."""
    return bool(connection.execute("SELECT 1 FROM stage LIMIT 1").fetchall())
