"""The frames a report is made from: their columns, their order, and the refusal of any that breaks the contract."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import polars as pl

from flows.exits import RondaError
from flows.headers import header_of, schema
from flows.periods import Week
from reports.edition import Tables

# the same flag stands in the seed, which the signals read, and in what the labels say of themselves
_MEASURED = "The class {code} is measured on real text in {one}, but not in {other}; the two must agree."

ALL_WEEKS = "all"  # the week of a row that sums every week

_POST = ("text", "indications", "topics", "districts", "likes", "comments", "shares", "views")
_LABELLED = ("label_id", "label_en")


class Frame(NamedTuple):
    """What a frame must hold: the columns that order its rows, all columns a report reads, and their types if fixed."""

    order: tuple[str, ...]
    columns: tuple[str, ...]
    types: Mapping[str, Any] = {}


def _table(name: str, order: tuple[str, ...] = ()) -> Frame:
    """A table of the database, whole and as its header declares it; in the order of its grain unless one is given."""
    header = header_of(name)
    return Frame(order or header.grain, header.columns, schema(name))


def _counted(order: tuple[str, ...], *others: str) -> Frame:
    return Frame(order, (*order, *others))


CONTRACT: dict[str, Frame] = {
    **{
        f"trends.{name}": _table(f"trends.{name}")
        for name in ("weekly_platform", "weekly_topic", "weekly_indication", "weekly_district", "signals", "slopes")
    },
    "trends.count_flags": _table("trends.count_flags"),
    **{name: _table(name) for name in ("trends.estimates", "trends.net_estimates")},
    "trends.incident_weeks": _table("trends.incident_weeks"),
    "trends.emerging_terms": _table("trends.emerging_terms", ("week", "place")),
    **{f"trends.{name}": _table(f"trends.{name}") for name in ("weekly_views", "corrections", "reported")},
    "trends.funnel": _table("trends.funnel", ("week", "phase", "origin", "step")),
    **{name: _table(name) for name in ("trends.agreement", "trends.official", "core.label_quality")},
    "trends.weekly_cases": _table("trends.weekly_cases"),
    "core.cases": _table("core.cases"),
    "core.review_items": _table("core.review_items", ("hand_over_limit", "platform", "post_id")),
    **{name: _table(name) for name in ("core.collection", "core.coverage")},
    "core.watches": _table("core.watches", ("since", "platform")),
    "core.calendar": _table("core.calendar"),
    "core.loads": _table("core.loads", ("landed_at", "file_id")),
    "core.set_aside": _table("core.set_aside", ("landed_at", "file_id")),
    "reject_reasons": _counted(("source", "reason"), "records"),
    # the verdicts of one run, in the language of the edition
    "core.checks": _counted(("gate", "name", "run_id"), "description", "severity", "verdict", "observed", "detail"),
    "evidence": _counted(("created_at", "platform", "post_id"), *_POST, "why", "hand_over_limit", "stage"),
    "copied_texts": _counted((), "text", "posts", "authors", "platforms", "first_day", "last_day"),
    # of a copy that is gone only its account's number is left
    "copied_posts": _counted(("place", "created_at", "platform", "account"), "post_id"),
    "signal_posts": _counted(
        ("phase", "family", "subject", "signal_platform", "created_at", "platform", "post_id"), *_POST
    ),
    "seeds.topics": _counted(("code",), *_LABELLED),
    "seeds.indications": _counted(("code",), *_LABELLED, "is_measured", "receivers", "only_in_phase"),
    "seeds.receivers": _counted((), "code", "first_receiver", "then", "first_day", "last_day", "note"),
    "seeds.places": _counted(("code",), "name"),
    "seeds.articles": _counted(()),
    "seeds.official_sources": _counted(("series",), "publisher", "is_charted", *_LABELLED),
}

# the frames of a daily note; those that a weekly report also has keep the same columns
NOTE_CONTRACT: dict[str, Frame] = {
    "day_counts": _counted((), "day", "platform", "posts", "labelled", "detected", "reviewed"),
    "day_indications": _counted((), "day", "code", "posts"),
    **{
        name: CONTRACT[name]
        for name in (
            *("core.coverage", "core.review_items", "core.label_quality"),
            *("seeds.topics", "seeds.indications", "seeds.places", "seeds.receivers"),
        )
    },
}


class TableRefusedError(RondaError):
    """A table given to the reports does not keep the contract."""


def is_kept(tables: Tables) -> bool:
    """Whether tables keep `CONTRACT`."""
    try:
        for name, wanted in CONTRACT.items():
            accepted(name, tables, wanted)
    except TableRefusedError:
        return False
    return True


def accepted(name: str, tables: Tables, wanted: Frame) -> pl.DataFrame:
    """A table as it is wanted and without a private column; raises TableRefusedError where it is missing or not so."""
    if name not in tables:
        raise TableRefusedError(f"The table {name} was not given to the reports; see reports/reading/contract.py.")
    frame = tables[name]
    for column in frame.columns:
        if column.endswith("_pi"):
            raise TableRefusedError(
                f"The table {name} holds the private column {column}; no _pi column leaves the warehouse."
            )
    for column in wanted.columns:
        if column not in frame.columns:
            raise TableRefusedError(f"The table {name} has no column {column}; see reports/reading/contract.py.")
    for column, kind in wanted.types.items():
        if frame.schema[column] != kind:
            raise TableRefusedError(
                f"The column {column} of {name} is {frame.schema[column]} where sql/columns.csv says {kind}."
            )
    return frame


def checked_tables(tables: Tables, week: Week) -> dict[str, pl.DataFrame]:
    """The tables of an edition in a fixed row order, without the numbers of anything later than its week.

    A week's report never shows the numbers of later weeks, so publishing an old week again gives the same numbers. What
    people have still to do is of all weeks: `Trends.items` keeps to what was known when the edition came out.
    Raises TableRefusedError when a table or column is missing, of another type, or ends in `_pi`.
    """
    result = {}
    for name, wanted in CONTRACT.items():
        order = list(wanted.order)
        frame = accepted(name, tables, wanted)
        if name == "trends.official":
            frame = frame.filter(pl.col("as_of") <= week.last_day)
        elif name.startswith("trends."):
            frame = frame.filter((pl.col("week") <= str(week)) | (pl.col("week") == ALL_WEEKS))
        elif name in {"core.coverage", "core.calendar", "core.collection", "core.watches"}:
            frame = frame.filter(pl.col("day") <= week.last_day)
        if "first_day" in frame.columns and order[:1] == ["week"]:
            order = ["week", "first_day", *wanted.order[1:]]
        result[name] = frame.sort(order, nulls_last=True, maintain_order=True) if order else frame
    _refuse_difference(result["seeds.indications"], result["core.label_quality"])
    return result


def _refuse_difference(seed: pl.DataFrame, quality: pl.DataFrame) -> None:
    """A class has a rate and signals where the seed says so; the printed precision must say the same."""
    flags = dict(zip(seed["code"], seed["is_measured"].cast(pl.String).str.to_lowercase(), strict=True))
    for row in quality.filter(pl.col("family") == "indications").iter_rows(named=True):
        flag = flags.get(row["code"])
        if flag is not None and (flag == "true") != row["is_measured"]:
            names = ("seeds.indications", "core.label_quality")
            one, other = names if flag == "true" else names[::-1]
            raise TableRefusedError(_MEASURED.format(code=row["code"], one=one, other=other))
