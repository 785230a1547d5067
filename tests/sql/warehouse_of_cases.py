"""A small warehouse for tests of models and checks: rows of the base tables as dicts of text, the rest by default."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl

import sql
from flows import trends
from flows.store import models, tables, warehouse

SEEDS = {
    "topics": "SELECT unnest(['prices', 'infrastructure']) AS code",
    "indications": (
        "SELECT unnest(['hoax', 'money_politics']) AS code, unnest([true, false]) AS is_measured, "
        "CAST(NULL AS VARCHAR) AS only_in_phase"
    ),
    "places": "SELECT unnest(['3325080', '3325110']) AS code, 'district' AS kind",
}
_LISTS = ("hashtags", "topics", "indications", "districts", "files")
_POST = {
    "platform": "tiktok",
    "source": "zeeschuimer",
    "first_source": "zeeschuimer",
    "day": "2024-01-10",
    "sentiment": "neutral",
    "state": "live",
    "created_from": "record",
    "is_partial": "false",
    "edits": "0",
    "label_version": "rules-1",
    "hashtags": "",
    "topics": "",
    "indications": "",
    "districts": "",
    "class_probability": "0",
}
_LOG = {"platform": "tiktok", "source": "zeeschuimer", "query": "*", "planned": "1", "attempted": "1", "succeeded": "1"}
_REVIEW = {
    "platform": "tiktok",
    "stage": "reviewed",
    "file_id": "sheet-1",
    "line": "2",
    "landed_at": "2024-01-16 09:00:00+07",
    "position": "0",
}
_PUBLICATION = {
    "as_of": "2024-01-15 06:00:00+07",
    "label_version": "rules-1",
    "week": "2024-W02",
    "phase": "campaign",
    "platform": "tiktok",
    "table_name": "trends.weekly_platform",
    "key": "",
    "metric": "posts",
}
_CASE = {
    "code": "hoax",
    "receiver": "bawaslu",
    "week": "2024-W02",
    "phase": "campaign",
    "stage": "opened",
    "posts": "1",
    "opened_day": "2024-01-16",
    "hand_over_limit": "2024-01-17",
}
_CONDITION = {"as_of": "2024-01-15 06:00:00+07", "label_version": "rules-1"}

Row = Mapping[str, str]


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV, none when there is no such file."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def warehouse_of(  # noqa: PLR0917 - a table each
    posts: Iterable[Row] = (),
    collection: Iterable[Row] = (),
    reviews: Iterable[Row] = (),
    publications: Iterable[Row] = (),
    conditions: Iterable[Row] = (),
    cases: Iterable[Row] = (),
    label_quality: Iterable[Row] = (),
) -> warehouse.Connection:
    """An open warehouse in memory with the real calendar, two codes a taxonomy, and these rows of the base tables.

    A post's `copies` repeats it; `*` in `author_key` becomes the number of the copy. Lists are separated by `;`. A log
    row's `day` may be a span, as 2024-01-08..2024-01-14.
    """
    connection = warehouse.connect()
    connection.execute("SET threads = 1")
    models.load_seeds(connection, sql.SEEDS)
    for name, query in SEEDS.items():
        connection.execute(f"CREATE OR REPLACE TABLE seeds.{name} AS {query}")
    tables.write_runs(connection, [])
    _insert(connection, "base.posts", _numbered(posts))
    _insert(
        connection, "base.collection", [_LOG | dict(row) | {"day": day} for row in collection for day in _days(row)]
    )
    _insert(connection, "base.reviews", [_REVIEW | dict(row) for row in reviews])
    _insert(connection, "base.publications", [_PUBLICATION | dict(row) for row in publications])
    _insert(connection, "base.conditions", [_CONDITION | dict(row) for row in conditions])
    _insert(connection, "base.label_quality", list(label_quality))
    numbered = enumerate(cases, start=1)
    _insert(connection, "base.cases", [{"case_number": str(n)} | _CASE | dict(row) for n, row in numbered])
    if any(connection.execute("SELECT 1 FROM base.publications").fetchall()):
        connection.execute(_LANDED)
    return connection


# What a ledger of publications rests on: a file for every moment at which posts or a log landed, and what it showed.
_LANDED = """
INSERT INTO base.observations BY NAME
SELECT platform, post_id, first_landed_at AS observed_at, source, 'file of ' || first_landed_at AS file_id, 1 AS number,
    true AS is_first, false AS is_partial, if(edits > 0, 1, text_hash) AS text_hash
FROM base.posts
UNION ALL BY NAME
SELECT platform, post_id, gone_landed_at AS observed_at, source, 'file of ' || gone_landed_at AS file_id, 1 AS number,
    false AS is_first, false AS is_partial, 'removed' AS gone
FROM base.posts WHERE gone_landed_at IS NOT NULL
UNION ALL BY NAME
SELECT platform, post_id, last_seen_at AS observed_at, source, 'file of ' || last_seen_at AS file_id, 1 AS number,
    false AS is_first, false AS is_partial, text_hash
FROM base.posts WHERE edits > 0;
INSERT INTO base.loads BY NAME
SELECT DISTINCT file_id, 'posts' AS kind, platform, source, file_id AS file, observed_at AS landed_at, 1 AS bytes,
    1 AS records, 1 AS posts, 0 AS duplicates, 0 AS rejects, 0 AS position
FROM base.observations
UNION ALL BY NAME
SELECT DISTINCT 'log of ' || landed_at AS file_id, 'collection' AS kind, platform, source,
    'log of ' || landed_at AS file, landed_at, 1 AS bytes, 1 AS records, 0 AS posts,
    0 AS duplicates, 0 AS rejects, 0 AS position
FROM base.collection WHERE landed_at IS NOT NULL;
INSERT INTO base.conditions BY NAME
SELECT publication, min(sequence) AS sequence, min(as_of) AS as_of, max(loaded_until) AS loaded_until,
    min(label_version) AS label_version
FROM base.publications ANTI JOIN base.conditions USING (publication) GROUP BY publication
"""


def build(connection: warehouse.Connection, *names: str) -> None:
    """The models of these names and what they read, or every model of the repository; in one transaction."""
    built = models.read_models(sql.FOLDER)
    if names:
        built = models.needed(connection, built, names)
    with warehouse.transaction(connection):
        models.build(connection, built, trends.METHODS, is_lasting=False)


def _numbered(rows: Iterable[Row]) -> list[dict[str, str]]:
    copies = [(row, n) for row in rows for n in range(1, int(row.get("copies", "1")) + 1)]
    return [_post(row, copy, number) for number, (row, copy) in enumerate(copies, start=1)]


def _post(row: Row, copy: int, number: int) -> dict[str, str]:
    day = row.get("day", _POST["day"])
    seen = dict.fromkeys(("observed_at", "first_seen_at", "last_seen_at", "first_landed_at"), f"{day} 13:00:00+07")
    own = {"post_id": f"post-{number}", "created_at": f"{day} 12:00:00+07"}
    own["rank"] = f"{{'whole': true, 'position': 1, 'file_id': file-1, 'number': {number}}}"
    given = {name: value.replace("*", str(copy)) for name, value in row.items() if name != "copies"}
    return {**_POST, **own, **seen, **given}


def _days(row: Row) -> list[str]:
    first, _, last = row["day"].partition("..")
    span = pl.date_range(pl.lit(first).str.to_date(), pl.lit(last or first).str.to_date(), eager=True)
    return span.cast(pl.String).to_list()


def _insert(connection: warehouse.Connection, table: str, rows: list[dict[str, str]]) -> None:
    if rows:
        values = [{name: _value(name, text) for name, text in row.items()} for row in rows]
        connection.register("rows_of_case", pl.from_dicts(values, infer_schema_length=None).to_arrow())
        connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM rows_of_case")  # noqa: S608 - a name of ours


def _value(name: str, text: str) -> str | list[str] | None:
    if name in _LISTS:
        return [part for part in text.split(";") if part]
    return text if name == "key" else text or None
