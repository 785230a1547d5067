"""The national tables: what many homes published, rolled up from their Parquet files into one database and one page.

It reads what readers see and nothing else: no warehouse, no landing, no personal data.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

import reports
import sql
from flows.exits import RondaError, UsageError
from flows.periods import Election
from flows.publishing import releases
from flows.settings import Settings
from flows.store import models, warehouse

DATABASE, PAGE = "national.duckdb", "index.html"
_REGENCIES = dict.fromkeys(("regency_code", "regency", "timezone", "state", "told"), pl.String)
_WEEKS: dict[str, Any] = {
    **dict.fromkeys(("regency_code", "week"), pl.String),
    **dict.fromkeys(("first_day", "last_day"), pl.Date),
    "publication": pl.String,
    "released_at": pl.Datetime("us", "UTC"),
    "is_embargoed": pl.Boolean,
    **dict.fromkeys(("content", "collection"), pl.String),
    "coverage": pl.Float64,
    **dict.fromkeys(("posts", "labelled", "detected"), pl.Int64),
}
TABLES = ("weekly_platform", "weekly_topic", "weekly_indication", "incident_weeks")


@dataclass(frozen=True, slots=True)
class Regency:
    """A regency of a fleet: where its home is, its facts, and what stopped it in this run, if anything did."""

    home: Path
    election: Election
    told: str = ""


def roll_up(settings: Settings, regencies: Sequence[Regency]) -> Path:
    """Publishes `national.duckdb` and its overview in the fleet's own home, in one rename; gives the page's place.

    A regency whose release cannot be read is named in the tables, and the others are rolled up without it.
    """
    facts, weeks, parts = [], [], dict[str, list[pl.DataFrame]]({name: [] for name in TABLES})
    for regency in regencies:
        told, published, tables = _read(regency)
        facts.append(told)
        weeks += published
        for name, frame in tables.items():
            parts[name].append(frame)
    if not weeks:
        raise UsageError("Nothing is published in any home of the fleet; run it once data has come in.")
    frames = {"regencies": pl.DataFrame(facts, _REGENCIES), "weeks": pl.DataFrame(weeks, _WEEKS)}
    frames |= {name: pl.concat(each, how="diagonal_relaxed") for name, each in parts.items()}
    connection = warehouse.connect()
    try:
        return _publish(settings, connection, frames)
    finally:
        connection.close()


def _publish(settings: Settings, connection: warehouse.Connection, frames: Mapping[str, pl.DataFrame]) -> Path:
    connection.execute("CREATE SCHEMA published; CREATE SCHEMA nation")
    for name, frame in frames.items():
        with warehouse.as_tables(connection, rows=frame):
            connection.execute(f"CREATE TABLE published.{name} AS FROM rows")
    built = models.read_models(sql.FOLDER, models.NATIONAL)
    models.build(connection, built)
    page = reports.render_national(
        warehouse.query(connection, "FROM nation.regencies ORDER BY regency_code"),
        warehouse.query(connection, "FROM nation.weeks ORDER BY regency_code, week"),
        settings.lang,
    )
    with releases.new_release(settings.home, to_group=settings.published_to_group) as release:
        releases.write_public_database(connection, release / DATABASE, [(each.schema, each.name) for each in built])
        releases.place_file(release, PAGE, page.encode())
    return settings.home / "published" / PAGE


def _read(regency: Regency) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, pl.DataFrame]]:
    """The row of a regency, those of its weeks, and the tables of its last report; of one that cannot be read, why."""
    election = regency.election
    facts = {
        "regency_code": election.regency_code,
        "regency": election.regency,
        "timezone": election.zone.key,
        "state": "published",
        "told": regency.told or None,
    }
    try:
        release = releases.published_folder(regency.home)
        places = releases.weeks_of(release) if release else []
        if release is None or not places:
            return facts | {"state": "nothing_published"}, [], {}
        weeks = [_week(release, place, election) for place in places]
        return facts, weeks, {name: _table(release / places[-1], name, election) for name in TABLES}
    except (RondaError, OSError, ValueError, KeyError, PolarsError) as error:
        why = " ".join(str(error).split()).rstrip(".")
        told = f"{regency.home} ({type(error).__name__}: {why}); look at it with `ronda check`"
        return facts | {"state": "unreadable", "told": told}, [], {}


def _week(release: Path, place: str, election: Election) -> dict[str, Any]:
    summary = json.loads((release / place / releases.MANIFEST).read_bytes())["summary"]
    return {
        "regency_code": election.regency_code,
        "week": summary["week"],
        "first_day": datetime.fromisoformat(summary["first_day"]).date(),
        "last_day": datetime.fromisoformat(summary["last_day"]).date(),
        "publication": f"{summary['week']}-{summary['publication']}",
        "released_at": datetime.fromisoformat(summary["as_of"]).astimezone(UTC),
        "is_embargoed": summary["embargoed"],
        "content": summary["content"],
        "collection": summary["collection"],
        "coverage": summary["coverage"],
        **summary["counts"],
    }


def _table(folder: Path, name: str, election: Election) -> pl.DataFrame:
    frame = pl.read_parquet(folder / "data" / f"{name}.parquet")
    return frame.select(pl.lit(election.regency_code).alias("regency_code"), pl.all())
