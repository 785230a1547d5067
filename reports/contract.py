"""The frames a report is made from: their columns, their order, and the refusal of any that breaks the contract."""

from collections.abc import Iterable

import polars as pl

from flows.exits import RondaError
from flows.periods import Week
from reports.edition import Tables

_MEASURES = (
    "first_day",
    "last_day",
    "days",
    "posts",
    "labelled",
    "authors",
    "negative",
    "neutral",
    "positive",
    "net_sentiment",
    "net_low",
    "net_high",
    "detected",
    "per_1000",
    "per_1000_low",
    "per_1000_high",
    "coverage",
    "status",
)

_POST = ("text", "indications", "topics", "districts", "likes", "comments", "shares", "views")

OPTIONAL = frozenset({"label_quality"})  # measured precision and recall by class; shown when given
ALL_WEEKS = "all"  # the week of a row that sums every week

# table -> (columns that identify and order a row, other columns a report reads)
CONTRACT: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "trends.weekly_platform": (("week", "phase", "platform"), _MEASURES),
    "trends.weekly_topic": (
        ("week", "phase", "platform", "topic"),
        ("first_day", "last_day", "days", "posts", "share", "share_low", "share_high", "status"),
    ),
    "trends.weekly_indication": (
        ("week", "phase", "platform", "indication"),
        ("first_day", "last_day", "days", "posts", "per_1000", "per_1000_low", "per_1000_high", "status"),
    ),
    "trends.weekly_district": (
        ("week", "phase", "platform", "district"),
        ("first_day", "last_day", "days", "posts", "status"),
    ),
    "trends.signals": (
        ("week", "phase", "platform", "family", "subject"),
        (
            *("first_day", "days", "observed", "posts", "exposure", "expected", "ratio", "ratio_low", "ratio_high"),
            *("p", "q", "signal", "direction", "reason", "baseline_weeks", "baseline_buckets", "baseline_observed"),
            *("baseline_exposure", "tests", "burst_50", "burst_80", "burst_95"),
        ),
    ),
    "trends.slopes": (
        ("week", "platform", "family", "subject"),
        ("buckets", "first_week", "slope", "slope_low", "slope_high", "q", "direction", "unit", "reason"),
    ),
    "trends.emerging_terms": (
        ("week", "place"),
        ("term", "kind", "posts", "authors", "expected", "score", "examples"),
    ),
    "trends.weekly_views": (
        ("week", "phase", "platform", "dimension", "subject"),
        ("seen_posts", "views", "share", "net_sentiment", "top_share"),
    ),
    "trends.corrections": (
        ("publication", "week", "phase", "platform", "table_name", "key", "metric"),
        ("first_reported", "previous", "now_known", "reason", "corrected_at"),
    ),
    "trends.reported": (
        ("week", "phase", "platform", "table_name", "key", "metric"),
        ("first_reported", "now_known"),
    ),
    "trends.funnel": (("week", "phase", "origin", "step"), ("stage", "entered", "passed", "rejected", "waiting")),
    "trends.agreement": (("week",), ("coders", "posts", "alpha", "alpha_low", "alpha_high")),
    "trends.official": (
        ("series", "as_of", "metric"),
        ("publisher", "instrument", "unit", "stage", "scope", "value"),
    ),
    "core.review_items": (
        ("hand_over_limit", "platform", "post_id"),
        ("week", "indications", "codes", "first_seen_day", "stage", "outcome", "is_detected", "is_open"),
    ),
    "core.collection": (("platform", "source", "query", "day"), ("planned", "succeeded")),
    "core.coverage": (
        ("platform", "source", "day"),
        ("planned", "attempted", "succeeded", "posts", "status", "reason"),
    ),
    "core.watches": (("since", "platform"), ("version", "day")),
    "core.calendar": (("day",), ("week", "phase", "is_rally", "days_to_vote")),
    "core.loads": (
        ("landed_at", "file_id"),
        ("kind", "platform", "source", "file", "records", "posts", "duplicates", "rejects"),
    ),
    "reject_reasons": (("source", "reason"), ("records",)),
    "core.checks": (
        ("gate", "name", "run_id"),
        ("description", "severity", "verdict", "observed", "detail"),
    ),
    "evidence": (
        ("created_at", "platform", "post_id"),
        (*_POST, "why", "hand_over_limit", "stage"),
    ),
    "signal_posts": (("phase", "family", "subject", "signal_platform", "created_at", "platform", "post_id"), _POST),
    "seeds.topics": (("code",), ("label_id", "label_en")),
    "seeds.indications": (("code",), ("label_id", "label_en", "is_measured", "receivers")),
    "seeds.receivers": ((), ("code", "first_receiver", "then", "first_day", "last_day", "note")),
    "seeds.places": (("code",), ("name",)),
    "seeds.articles": ((), ()),
}


class TableRefusedError(RondaError):
    """A table given to the reports does not keep the contract."""


def _refuse(name: str, missing: Iterable[str], private: Iterable[str]) -> None:
    for column in private:
        raise TableRefusedError(
            f"The table {name} holds the private column {column}; no _pi column leaves the warehouse."
        )
    for column in missing:
        raise TableRefusedError(f"The table {name} has no column {column}; see reports/contract.py.")


def checked_tables(tables: Tables, week: Week) -> dict[str, pl.DataFrame]:
    """The tables of an edition in a fixed row order, without anything later than its week.

    A week's report never shows what came after the week, so publishing an old week again gives the same pages.
    Raises TableRefusedError when a table or column is missing or a column ends in `_pi`.
    """
    result = {}
    for name, (keys, others) in CONTRACT.items():
        order = list(keys)
        if name not in tables:
            raise TableRefusedError(f"The table {name} was not given to the reports; see reports/contract.py.")
        frame = tables[name]
        _refuse(
            name,
            [column for column in (*keys, *others) if column not in frame.columns],
            [column for column in frame.columns if column.endswith("_pi")],
        )
        if name == "trends.official":
            frame = frame.filter(pl.col("as_of") <= week.last_day)
        elif name.startswith("trends.") or name == "core.review_items":
            frame = frame.filter((pl.col("week") <= str(week)) | (pl.col("week") == ALL_WEEKS))
        elif name in {"core.coverage", "core.calendar", "core.collection", "core.watches"}:
            frame = frame.filter(pl.col("day") <= week.last_day)
        if "first_day" in frame.columns and order[:1] == ["week"]:
            order = ["week", "first_day", *keys[1:]]
        result[name] = frame.sort(order, nulls_last=True, maintain_order=True) if order else frame
    return result | {name: tables[name] for name in OPTIONAL if name in tables}
