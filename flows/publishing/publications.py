"""The ledger: what every publication stated, immutable and kept for ever.

`ledger/publications/<week>-<n>.parquet` holds every number of its week and, of weeks published before, every number
that had changed since it was last stated: a release shows all weeks, so a publication states them all. With the landing
these are the facts that cannot be rebuilt; `base.publications` is loaded from them and trends.corrections reads it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
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
# Not part of what a publication says of its week: where it stands in the ledger, and what led to it.
_OWN = ["sequence", "loaded_until", "restates", "run_id", "given_reason", "files", "draw"]
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
FILE_ID = 32  # the letters of a landed file's id that the ledger keeps, as the landing does


@dataclass(frozen=True, slots=True)
class Release:
    """The conditions of a publication: its moment, the landing of the last file it knew, versions by name.

    `labels` are the label versions of the posts of each week, where they are not those of `facts`; `seeds` is
    `name=version name=version`; `files` says of every loaded file, by its id, when it landed; `draw` is the draw of the
    week's review sample (`tables.draw_of_week`).
    """

    as_of: datetime
    loaded_until: datetime | None
    facts: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)
    seeds: str | None = None
    files: Mapping[str, datetime] = field(default_factory=dict)
    run_id: str | None = None
    given_reason: str | None = None
    draw: str | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """What a publication says: of which week, its place in the ledger, its numbers, the files it was the first to know.

    Publications of earlier versions do not say which files they knew (None), only until when files had landed.
    """

    week: str
    sequence: int
    numbers: "pl.DataFrame"
    files: frozenset[str] | None
    loaded_until: datetime


def seeds_text(versions: Mapping[str, str]) -> str:
    """The versions of seeds as the ledger keeps them: `name=version name=version`."""
    return " ".join(f"{name}={version}" for name, version in versions.items())


def seeds_of(text: str | None) -> dict[str, str]:
    """`seeds_text` taken apart; empty where it was not kept."""
    pairs = [pair.partition("=") for pair in (text or "").split()]
    return {name: version for name, _, version in pairs}


def changed_seeds(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The names of seeds that differ; none where one side was not kept."""
    if not before or not after:
        return []
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def numbers(connection: Connection) -> "pl.DataFrame":
    """Every number the weekly tables state, in no order: one row a bucket x table x platform x key x metric."""
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
    return pl.concat(parts)


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
    if last is not None and last.equals(own.select(last.columns)):
        return number
    number, sequence = ledger.last_number(home, str(week), entries) + 1, ledger.next_sequence(entries)
    until = release.loaded_until.astimezone(UTC) if release.loaded_until else None
    said = _all_said(folder)
    written = (
        pl.concat([own.with_columns(restates=pl.lit(False)), _restated(said, week, stated, own, release)])
        .with_columns(
            pl.lit(sequence, pl.Int64).alias("sequence"),
            pl.lit(until, pl.Datetime("us", "UTC")).alias("loaded_until"),
            pl.lit(release.run_id, pl.String).alias("run_id"),
            pl.lit(release.given_reason, pl.String).alias("given_reason"),
            # once: a list of files beside every number would outweigh the numbers
            *(
                pl.when(pl.int_range(pl.len()) == 0).then(pl.lit(text, pl.String)).alias(name)
                for name, text in (("files", _new_files(said, release)), ("draw", release.draw))
            ),
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
    if last is None or not last.drop("as_of").equals(own.select(last.columns).drop("as_of")):
        return None
    return datetime.fromisoformat(last["as_of"][0]) if len(last) else None


def _own(week: Week, stated: "pl.DataFrame", release: Release) -> "pl.DataFrame":
    """What a publication says of its week: the numbers, and the conditions beside each."""
    import polars as pl

    own = stated.filter(pl.col("week") == str(week)).sort(NUMBER)
    return own.with_columns(
        pl.lit(release.as_of.isoformat()).alias("as_of"),
        *(pl.lit(value).alias(name) for name, value in release.facts.items()),
        pl.lit(release.seeds, pl.String).alias("seeds"),
    )


def _last(home: Path, week: Week) -> "tuple[int, pl.DataFrame | None]":
    """The number of the last publication of a week (0: none) and what it said of it, in the columns it had then."""
    import polars as pl

    number = publications(home).get(str(week), 0)
    if not number:
        return 0, None
    written = pl.read_parquet(home / "ledger" / "publications" / f"{week}-{number}.parquet")
    return number, written.filter(~pl.col("restates")).drop(_OWN, strict=False)


def _new_files(said: Sequence[_Said], release: Release) -> str:
    """The files that are loaded and that no publication knew so far, by landing: ids with a space between."""
    known = frozenset[str]().union(*(each.files for each in said if each.files is not None))
    until = max((each.loaded_until for each in said if each.files is None), default=_BEFORE_ALL)
    return " ".join(
        file_id[:FILE_ID]
        for file_id, moment in sorted(release.files.items(), key=lambda item: (item[1], item[0]))
        if file_id[:FILE_ID] not in known and moment > until
    )


def _restated(
    said: Sequence[_Said], week: Week, stated: "pl.DataFrame", own: "pl.DataFrame", release: Release
) -> "pl.DataFrame":
    """The numbers of other published weeks that are not what was last stated of them, in the columns of `own`."""
    import polars as pl

    if not said:
        return own.clear().with_columns(restates=pl.lit(True))
    last = pl.concat([each.numbers for each in said]).unique(NUMBER, keep="last").rename({"value": "said"})
    published = list({each.week for each in said} - {str(week)})
    changed = (
        stated.filter(pl.col("week").is_in(published))
        .join(last, on=NUMBER, how="left")
        .filter(pl.col("value").ne_missing(pl.col("said")))
        .drop("said")
    )
    conditions = own.drop(*NUMBER, "value").head(1)  # the same beside every number
    restated = changed.join(conditions, how="cross").select(own.columns).with_columns(restates=pl.lit(True))
    if "label_version" in restated.columns:  # a week restated keeps the labels of its own posts
        labels = pl.col("week").replace_strict(release.labels, default=pl.col("label_version"), return_dtype=pl.String)
        restated = restated.with_columns(label_version=labels)
    return restated.sort(NUMBER)


def _all_said(folder: Path) -> list[_Said]:
    """What all publications say, in the order of the ledger."""
    said = (_said(path, path.stat().st_mtime_ns) for path in files_in(folder, ".parquet"))
    return sorted(said, key=lambda each: each.sequence)


@lru_cache(maxsize=64)
def _said(path: Path, _changed: int) -> _Said:
    """What a publication says; read once by a run that states many weeks."""
    import polars as pl

    written = pl.read_parquet(path)
    texts = written["files"].drop_nulls() if "files" in written.columns else None
    return _Said(
        week=path.stem.rsplit("-", 1)[0],
        sequence=int(written["sequence"][0]) if len(written) else 0,
        numbers=written.select(*NUMBER, "value"),
        files=None if texts is None else frozenset(file_id for text in texts for file_id in text.split()),
        loaded_until=max(written["loaded_until"].drop_nulls().unique(), default=_BEFORE_ALL),
    )


def publications(home: Path) -> dict[str, int]:
    """How often each week was published."""
    counts: dict[str, int] = {}
    for path in ledger.publication_files(home):
        week, number = path.stem.rsplit("-", 1)
        counts[week] = max(counts.get(week, 0), int(number))
    return counts


# Publications of earlier versions lack the columns that came later: those are NULL.
_KEPT = """
(
    SELECT
        CAST(NULL AS VARCHAR) AS run_id, CAST(NULL AS VARCHAR) AS given_reason, CAST(NULL AS VARCHAR) AS seeds,
        CAST(NULL AS VARCHAR) AS files, CAST(NULL AS VARCHAR) AS draw
    WHERE false
    UNION ALL BY NAME
    SELECT *, parse_filename(filename, true) AS publication
    FROM read_parquet($paths, filename = true, union_by_name = true)
)
"""
_LOAD_CONDITIONS = f"""
INSERT INTO base.conditions BY NAME
SELECT
    publication,
    any_value(sequence) AS sequence,
    CAST(any_value(as_of) AS TIMESTAMPTZ) AS as_of,
    any_value(loaded_until) AS loaded_until,
    any_value(run_id) AS run_id,
    any_value(given_reason) AS given_reason,
    any_value(code_version) AS code_version,
    any_value(label_version) FILTER (NOT restates) AS label_version,
    any_value(seeds) AS seeds,
    list_filter(string_split(any_value(files), ' '), lambda file_id: file_id <> '') AS files,
    any_value(draw) AS draw
FROM {_KEPT}
GROUP BY publication
ORDER BY sequence
"""  # noqa: S608 - a query of ours
_LOAD_NUMBERS = f"""
INSERT INTO base.publications BY NAME
SELECT
    kept.publication, conditions.sequence, conditions.as_of, conditions.loaded_until, kept.label_version,
    kept.week, kept.phase, kept.platform, kept."table" AS table_name, kept."key", kept.metric, kept.value
FROM {_KEPT} AS kept
JOIN base.conditions AS conditions ON kept.publication = conditions.publication
"""  # noqa: S608


def load_publications(connection: Connection, home: Path) -> None:
    """Replaces base.publications and base.conditions by what the ledger holds."""
    connection.execute("DELETE FROM base.publications")
    connection.execute("DELETE FROM base.conditions")
    _add(connection, ledger.publication_files(home))


def add_publications(connection: Connection, home: Path) -> None:
    """Adds to base.publications and base.conditions what was stated since they were loaded."""
    loaded = {name for (name,) in connection.execute("SELECT publication FROM base.conditions").fetchall()}
    paths = ledger.publication_files(home)
    if loaded <= {path.stem for path in paths}:
        _add(connection, [path for path in paths if path.stem not in loaded])
    else:
        load_publications(connection, home)


def _add(connection: Connection, paths: Sequence[Path]) -> None:
    if not paths:
        return
    read = {"paths": [str(path) for path in paths]}
    connection.execute(_LOAD_CONDITIONS, read)
    connection.execute(_LOAD_NUMBERS, read)
