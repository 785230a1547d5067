"""The ledger: what every publication stated, immutable and kept for ever.

`ledger/publications/<week>-<n>.parquet` holds every number of its week and, of weeks published before, every number
that had changed since it was last stated: a release shows all weeks, so a publication states them all. With the landing
these are the facts that cannot be rebuilt; `base.publications` is loaded from them and trends.corrections reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flows.periods import Week
from flows.publishing import ledger
from flows.store import chain
from flows.store.files import draft_beside, files_in, hash_file, make_folder, settle
from flows.store.warehouse import Connection, query

if TYPE_CHECKING:  # `ronda status` reads the ledger's names and no frame
    import polars as pl

MEASURES: dict[str, str | None] = {
    "trends.weekly_platform": None,
    "trends.weekly_topic": "topic",
    "trends.weekly_indication": "indication",
    "trends.weekly_district": "district",
}
NUMBER = ["week", "phase", "platform", "table", "key", "metric"]
_NOT_MEASURES = {"first_day", "last_day", "status", "reason", "week", "phase", "platform"}
_OWN = ["sequence", "loaded_until", "restates"]  # not part of what a publication says of its week


@dataclass(frozen=True, slots=True)
class Release:
    """The conditions of a publication: its moment, the landing of the last file it knew, versions by name."""

    as_of: datetime
    loaded_until: datetime | None
    facts: Mapping[str, str]


def numbers(connection: Connection) -> "pl.DataFrame":
    """Every number the weekly tables state: one row a bucket x table x platform x key x metric."""
    import polars as pl

    parts = []
    for table, key in MEASURES.items():
        frame = query(connection, f"SELECT * FROM {table}")  # noqa: S608 - a name of ours
        skipped = _NOT_MEASURES | {key}
        metrics = [name for name, kind in frame.schema.items() if name not in skipped and kind.is_numeric()]
        parts.append(
            frame.select(
                "week",
                "phase",
                "platform",
                pl.lit(table).alias("table"),
                (pl.col(key) if key else pl.lit("")).alias("key"),
                *(pl.col(name).cast(pl.Float64) for name in metrics),
            ).unpivot(metrics, index=["week", "phase", "platform", "table", "key"], variable_name="metric")
        )
    return pl.concat(parts).sort(NUMBER)


def loaded_until(connection: Connection) -> datetime | None:
    """When the last file that is loaded landed."""
    moment: datetime | None = connection.execute("SELECT max(landed_at) FROM base.loads").fetchall()[0][0]
    return moment


def record_publication(home: Path, week: Week, stated: "pl.DataFrame", release: Release) -> int:
    """The number of this publication of a week; a new one is written only when its numbers or conditions are new.

    `stated` are the numbers of all weeks; of earlier publications' weeks those that changed are written along.
    """
    import polars as pl

    folder = home / "ledger" / "publications"
    make_folder(folder)
    entries = ledger.settle(home)
    own = _own(week, stated, release)
    number, last = _last(home, week)
    if last is not None and last.equals(own):
        return number
    number, sequence = ledger.last_number(home, str(week), entries) + 1, ledger.next_sequence(entries)
    until = release.loaded_until.astimezone(UTC) if release.loaded_until else None
    written = (
        pl.concat([own.with_columns(restates=pl.lit(False)), _restated(folder, week, stated, own)])
        .with_columns(
            pl.lit(sequence, pl.Int64).alias("sequence"),
            pl.lit(until, pl.Datetime("us", "UTC")).alias("loaded_until"),
        )
        .select(*own.columns, *_OWN)
    )
    path = folder / f"{week}-{number}.parquet"
    written.write_parquet(draft_beside(path))
    settle(draft_beside(path), path)
    chain.append(home, [chain.Note("published", path.stem, hash_file(path), {ledger.SEQUENCE: sequence})])
    return number


def stated_before(home: Path, week: Week, stated: "pl.DataFrame", release: Release) -> datetime | None:
    """The moment of the last publication of a week, when it stated these very numbers under the same versions."""
    _, last = _last(home, week)
    own = _own(week, stated, release)
    if last is None or not last.drop("as_of").equals(own.drop("as_of")):
        return None
    return datetime.fromisoformat(last["as_of"][0]) if len(last) else None


def _own(week: Week, stated: "pl.DataFrame", release: Release) -> "pl.DataFrame":
    """What a publication says of its week: the numbers, and the conditions beside each."""
    import polars as pl

    return stated.filter(pl.col("week") == str(week)).with_columns(
        pl.lit(release.as_of.isoformat()).alias("as_of"),
        *(pl.lit(value).alias(name) for name, value in release.facts.items()),
    )


def _last(home: Path, week: Week) -> "tuple[int, pl.DataFrame | None]":
    """The number of the last publication of a week (0: none) and what it said of it."""
    import polars as pl

    number = publications(home).get(str(week), 0)
    if not number:
        return 0, None
    written = pl.read_parquet(home / "ledger" / "publications" / f"{week}-{number}.parquet")
    return number, written.filter(~pl.col("restates")).drop(_OWN)


def _restated(folder: Path, week: Week, stated: "pl.DataFrame", own: "pl.DataFrame") -> "pl.DataFrame":
    """The numbers of other published weeks that are not what was last stated of them, in the columns of `own`."""
    import polars as pl

    before = files_in(folder, ".parquet")
    if not before:
        return own.clear().with_columns(restates=pl.lit(True))
    said = pl.concat([pl.read_parquet(path, columns=[*NUMBER, "value", "sequence"]) for path in before])
    last = said.sort("sequence").unique(NUMBER, keep="last").rename({"value": "said"}).drop("sequence")
    published = list({path.stem.rsplit("-", 1)[0] for path in before} - {str(week)})
    changed = (
        stated.filter(pl.col("week").is_in(published))
        .join(last, on=NUMBER, how="left")
        .filter(pl.col("value").ne_missing(pl.col("said")))
        .drop("said")
    )
    conditions = own.drop(*NUMBER, "value").unique()
    return changed.join(conditions, how="cross").select(own.columns).with_columns(restates=pl.lit(True)).sort(NUMBER)


def publications(home: Path) -> dict[str, int]:
    """How often each week was published."""
    counts: dict[str, int] = {}
    for path in ledger.publication_files(home):
        week, number = path.stem.rsplit("-", 1)
        counts[week] = max(counts.get(week, 0), int(number))
    return counts


def load_publications(connection: Connection, home: Path) -> None:
    """Replaces base.publications by what the ledger holds."""
    connection.execute("DELETE FROM base.publications")
    paths = ledger.publication_files(home)
    if not paths:
        return
    connection.execute(
        """
        INSERT INTO base.publications BY NAME
        SELECT
            regexp_extract(filename, '([^/]+)\\.parquet$', 1) AS publication,
            sequence, CAST(as_of AS TIMESTAMPTZ) AS as_of, loaded_until, label_version,
            week, phase, platform, "table" AS table_name, "key", metric, value
        FROM read_parquet($paths, filename = true)""",
        {"paths": [str(path) for path in paths]},
    )
