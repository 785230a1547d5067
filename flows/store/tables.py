"""Reads of the warehouse for those who come after the models: frames for checks and reports, hashes for engineers."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.headers import schema
from flows.periods import Week
from flows.post import SHAPE_REASONS
from flows.progress import Advance
from flows.store.warehouse import Connection, as_tables, connect, query

if TYPE_CHECKING:
    import polars as pl

PUBLIC_SCHEMAS = ("core", "trends", "seeds")  # the seeds let anybody run the trend queries again
DRAWS = "core.draws"
# Differ from run to run and are therefore no part of "the same numbers".
RUN_RECORDS = frozenset({"core.runs", "core.loads", "core.checks", "core.publications"})


def trend(connection: Connection, name: str) -> "pl.DataFrame":
    """A trend table, all weeks."""
    return query(connection, f"SELECT * FROM trends.{name}")  # noqa: S608 - a name of ours


def posts_of_week(connection: Connection, columns: Sequence[str], week: Week) -> "pl.DataFrame":
    """The posts of one week, as facts (without personal columns)."""
    names = ", ".join(columns)
    return query(
        connection,
        f"SELECT {names} FROM base.posts WHERE day BETWEEN ? AND ?",  # noqa: S608 - names of ours
        [week.first_day, week.last_day],
    )


def files_of_week(connection: Connection, week: Week) -> "pl.DataFrame":
    """The loaded files that brought posts of one week, with their counts; `unreadable` are rejects for their shape."""
    return query(
        connection,
        """
        SELECT source, file, records, posts, duplicates, rejects, (
            SELECT count(*) FROM base.rejects
            WHERE base.rejects.file_id = files.file_id AND list_contains($shape, reason)) AS unreadable
        FROM base.loads AS files
        WHERE file_id IN (
            SELECT seen.file_id FROM (FROM base.observations WHERE gone IS NULL) AS seen SEMI JOIN (
                SELECT platform, post_id FROM base.posts WHERE day BETWEEN $first AND $last) USING (platform, post_id))
        ORDER BY landed_at, position""",
        {"shape": [str(reason) for reason in SHAPE_REASONS], "first": week.first_day, "last": week.last_day},
    )


def weeks_with_data(connection: Connection) -> list[Week]:
    """Weeks that have posts or a collection log, in order."""
    rows = connection.execute("""
        SELECT DISTINCT week FROM core.calendar SEMI JOIN (
            SELECT day FROM base.posts UNION ALL SELECT day FROM base.collection) USING (day)
        ORDER BY week""").fetchall()
    return [Week.parse(row[0]) for row in rows]


def data_version(connection: Connection) -> str:
    """A short hash of everything that was loaded."""
    rows = connection.execute("SELECT file_id FROM base.loads ORDER BY file_id").fetchall()
    return hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()[:12]


def loaded_files(connection: Connection) -> dict[str, datetime]:
    """Every file that is loaded, by its id, with the moment it landed."""
    return dict(connection.execute("SELECT file_id, landed_at FROM base.loads ORDER BY ALL").fetchall())


def label_versions(connection: Connection) -> dict[str, str]:
    """The label versions of the posts of each week, in one text where there are several."""
    rows = connection.execute("""
        WITH labelled AS (SELECT DISTINCT day, label_version FROM base.posts WHERE state = 'live')
        SELECT strftime(day, '%G-W%V') AS week, string_agg(DISTINCT label_version, ' ' ORDER BY label_version)
        FROM labelled GROUP BY week ORDER BY week""").fetchall()
    return dict(rows)


def draw_of_week(connection: Connection, week: Week) -> str | None:
    """The draw of a week's review sample as its publication keeps it: a line a stratum; None where there is no post."""
    rows = connection.execute(
        f"SELECT label_version, stratum, posts, drawn, last_turn FROM {DRAWS} WHERE week = ? ORDER BY ALL",  # noqa: S608
        [str(week)],
    ).fetchall()
    return "\n".join(" ".join(map(str, row)) for row in rows) or None


def corrections_since(connection: Connection, since: Mapping[str, int]) -> "pl.DataFrame":
    """The values of each week that are others than after a publication, the largest changes first.

    `since` gives for each week how many publications, of all weeks, the change is counted from. Columns: week,
    table_name, key, platform, phase, metric, previous, now_known, reason.
    """
    return query(
        connection,
        """
        WITH since AS (SELECT unnest(?) AS week, unnest(?) AS sequence)
        SELECT
            week, table_name, key, platform, phase, metric,
            first(previous ORDER BY corrections.sequence) AS previous,
            last(now_known ORDER BY corrections.sequence) AS now_known,
            string_agg(DISTINCT reason, ', ' ORDER BY reason) AS reason
        FROM trends.corrections AS corrections
        JOIN since USING (week)
        WHERE corrections.sequence > since.sequence
        GROUP BY week, table_name, key, platform, phase, metric
        HAVING first(previous ORDER BY corrections.sequence) IS DISTINCT FROM
            last(now_known ORDER BY corrections.sequence)
        ORDER BY abs(coalesce(last(now_known ORDER BY corrections.sequence), 0)
            - coalesce(first(previous ORDER BY corrections.sequence), 0)) DESC, 1, 2, 3, 4, 5, 6""",
        [list(since), list(since.values())],
    )


def conditions(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """What each week was published under, oldest publication first: sequence, seeds, label_version, code_version."""
    frame = query(
        connection,
        "SELECT week, sequence, seeds, label_version, code_version FROM core.publications ORDER BY week, number",
    )
    said: dict[str, list[dict[str, Any]]] = {}
    for row in frame.iter_rows(named=True):
        said.setdefault(row["week"], []).append(row)
    return said


def other_labels(connection: Connection, version: str) -> int:
    """How many posts have labels of another version than this."""
    rows = connection.execute(
        "SELECT count(*) FROM base.posts WHERE label_version <> ? AND state = 'live'", [version]
    ).fetchall()
    return int(rows[0][0])


def write_runs(connection: Connection, records: Sequence[Mapping[str, Any]]) -> None:
    """Run records and their verdicts as base.runs and base.checks, from the files that outlive the database."""
    import polars as pl

    runs = [
        {
            **{name: record[name] for name in ("run_id", "verb", "outcome", "message")},
            "parameters": "; ".join(f"{name}={value}" for name, value in record["parameters"].items()),
            **{name: record[name] and datetime.fromisoformat(record[name]) for name in ("started_at", "ended_at")},
        }
        for record in records
    ]
    checks = [
        {"run_id": record["run_id"], "table_name": verdict["table"], **verdict}
        for record in records
        for verdict in record["verdicts"]
    ]
    for name, rows in (("runs", runs), ("checks", checks)):
        frame = pl.DataFrame(rows, schema=schema(f"core.{name}"), strict=False)
        with as_tables(connection, records=frame):
            connection.execute(f"CREATE OR REPLACE TABLE base.{name} AS FROM records")


def write_watches(connection: Connection, history: Sequence[Mapping[str, Any]]) -> None:
    """The versions of what was watched as base.watches, from the files of the ledger; registered accounts unnamed."""
    import polars as pl

    rows: list[dict[str, Any]] = []
    before: dict[str, set[str]] = {}
    for version in history:
        for platform, lists in version["lists"].items():
            names = {f"{kind.removesuffix('s')}:{name}" for kind, each in lists.items() for name in each}
            rows.append(
                {
                    "version": version["version"],
                    "since": datetime.fromisoformat(version["since"]),
                    "platform": platform,
                    **{kind: len(lists.get(kind, ())) for kind in ("keywords", "hashtags")},
                    "accounts": len(lists.get("accounts", ())) + version.get("registered", {}).get(platform, 0),
                    "added": sorted(names - before.get(platform, set())),
                    "dropped": sorted(before.get(platform, set()) - names),
                }
            )
            before[platform] = names
    declared = query(connection, "FROM base.watches LIMIT 0").schema
    connection.execute("DELETE FROM base.watches")
    with as_tables(connection, versions=pl.DataFrame(rows, schema=declared)):
        connection.execute("INSERT INTO base.watches BY NAME FROM versions")


def write_label_quality(connection: Connection, measured: "pl.DataFrame") -> None:
    """What the labels know of themselves as base.label_quality, whose columns it must have; replaces what was there."""
    connection.execute("DELETE FROM base.label_quality")
    with as_tables(connection, measured=measured):
        connection.execute("INSERT INTO base.label_quality BY NAME SELECT * FROM measured")


def public_tables(connection: Connection) -> list[tuple[str, str]]:
    """(schema, name) of every table and view that is published."""
    return connection.execute(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN ? ORDER BY ALL",
        [PUBLIC_SCHEMAS],
    ).fetchall()


def table_hashes(database: Path, advance: Advance) -> list[str]:
    """One line a table: name, rows, and a hash over all rows that does not depend on their order.

    `advance` is told the tables that were read.
    """
    lines = []
    connection = connect(database, read_only=True)
    try:
        listed = public_tables(connection)
        for number, (schema, name) in enumerate(listed):
            advance(number, len(listed))
            if f"{schema}.{name}" in RUN_RECORDS:
                continue
            rows, total = connection.execute(
                f"SELECT count(*), coalesce(sum(md5_number_lower(CAST(rows AS VARCHAR))::HUGEINT), 0) "  # noqa: S608
                f"FROM {schema}.{name} AS rows"
            ).fetchone() or (0, 0)
            digest = hashlib.sha256(f"{rows}:{total}".encode()).hexdigest()[:16]
            lines.append(f"{digest}  {schema}.{name}  {rows:,} rows")
    finally:
        connection.close()
    return lines


def published_state(database: Path) -> dict[str, list[Any]]:
    """What a release knows: the files it was made from, its weeks, what they were stated under, its missing days."""
    connection = connect(database, read_only=True)
    try:
        loaded = [row[0] for row in connection.execute("SELECT file_id FROM core.loads").fetchall()]
        weeks = connection.execute("""
            SELECT week, coalesce(sum(posts), 0)::BIGINT, sum(succeeded) / nullif(sum(planned), 0)
            FROM trends.weekly_platform WHERE platform = 'all' GROUP BY week ORDER BY week""").fetchall()
        missing = connection.execute("""
            WITH gaps AS (
                SELECT *, day - CAST(row_number() OVER (
                    PARTITION BY platform, source, reason ORDER BY day) AS INTEGER) AS block
                FROM core.coverage WHERE status = 'not_collected')
            SELECT platform, source, reason, count(*), min(day)::VARCHAR, max(day)::VARCHAR
            FROM gaps GROUP BY platform, source, reason, block ORDER BY min(day), platform, source""").fetchall()
        stated = []
        if ("core", "publications") in public_tables(connection):  # a release of an earlier version has none
            stated = connection.execute("""
                SELECT week, arg_max_null(label_version, number), arg_max_null(seeds, number)
                FROM core.publications GROUP BY week ORDER BY week""").fetchall()
    finally:
        connection.close()
    return {
        "loaded": loaded,
        "stated": [dict(zip(("week", "label_version", "seeds"), row, strict=True)) for row in stated],
        "weeks": [dict(zip(("week", "posts", "coverage"), row, strict=True)) for row in weeks],
        "missing": [
            dict(zip(("platform", "source", "reason", "days", "first_day", "last_day"), row, strict=True))
            for row in missing
        ],
    }
