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

# the same flag stands in the seed, which the signals read, and in what the labels say of themselves
_MEASURED = "The class {code} is measured on real text in {one}, but not in {other}; the two must agree."

_POST = ("text", "indications", "topics", "districts", "likes", "comments", "shares", "views")

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
    "core.label_quality": (
        ("family", "code"),
        (
            *("test_set_id", "test_set_en", "is_real", "is_measured", "posts", "positives", "flagged", "correct"),
            *("precision", "precision_low", "precision_high", "recall", "recall_low", "recall_high"),
            *("flags_per_1000", "flag_posts"),
        ),
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
    "copied_texts": ((), ("text", "posts", "authors", "platforms", "first_day", "last_day")),
    "signal_posts": (("phase", "family", "subject", "signal_platform", "created_at", "platform", "post_id"), _POST),
    "seeds.topics": (("code",), ("label_id", "label_en")),
    "seeds.indications": (("code",), ("label_id", "label_en", "is_measured", "receivers", "only_in_phase")),
    "seeds.receivers": ((), ("code", "first_receiver", "then", "first_day", "last_day", "note")),
    "seeds.places": (("code",), ("name",)),
    "seeds.articles": ((), ()),
}


# the frames of a daily note; those that a weekly report also has keep the same columns
NOTE_CONTRACT: dict[str, tuple[str, ...]] = {
    "day_counts": ("day", "platform", "posts", "labelled", "detected"),
    "day_indications": ("day", "code", "posts"),
    **{
        name: tuple(column for part in CONTRACT[name] for column in part)
        for name in (
            *("core.coverage", "core.review_items", "core.label_quality"),
            *("seeds.topics", "seeds.indications", "seeds.places", "seeds.receivers"),
        )
    },
}


class TableRefusedError(RondaError):
    """A table given to the reports does not keep the contract."""


def refused(name: str, tables: Tables, columns: Iterable[str]) -> pl.DataFrame:
    """A table with these columns and no private one; raises TableRefusedError where it is missing or breaks that."""
    if name not in tables:
        raise TableRefusedError(f"The table {name} was not given to the reports; see reports/reading/contract.py.")
    frame = tables[name]
    for column in frame.columns:
        if column.endswith("_pi"):
            raise TableRefusedError(
                f"The table {name} holds the private column {column}; no _pi column leaves the warehouse."
            )
    for column in columns:
        if column not in frame.columns:
            raise TableRefusedError(f"The table {name} has no column {column}; see reports/reading/contract.py.")
    return frame


def checked_tables(tables: Tables, week: Week) -> dict[str, pl.DataFrame]:
    """The tables of an edition in a fixed row order, without anything later than its week.

    A week's report never shows what came after the week, so publishing an old week again gives the same pages.
    Raises TableRefusedError when a table or column is missing or a column ends in `_pi`.
    """
    result = {}
    for name, (keys, others) in CONTRACT.items():
        order = list(keys)
        frame = refused(name, tables, (*keys, *others))
        if name == "trends.official":
            frame = frame.filter(pl.col("as_of") <= week.last_day)
        elif name.startswith("trends.") or name == "core.review_items":
            frame = frame.filter((pl.col("week") <= str(week)) | (pl.col("week") == ALL_WEEKS))
        elif name in {"core.coverage", "core.calendar", "core.collection", "core.watches"}:
            frame = frame.filter(pl.col("day") <= week.last_day)
        if "first_day" in frame.columns and order[:1] == ["week"]:
            order = ["week", "first_day", *keys[1:]]
        result[name] = frame.sort(order, nulls_last=True, maintain_order=True) if order else frame
    _refuse_difference(result["seeds.indications"], result["core.label_quality"])
    return result


def _refuse_difference(seed: pl.DataFrame, quality: pl.DataFrame) -> None:
    """A class has a rate and signals where the seed says so; the printed precision must say the same."""
    flags = dict(zip(seed["code"], seed["is_measured"].cast(pl.String).str.to_lowercase(), strict=True))
    for row in quality.filter(pl.col("family") == "indications").iter_rows(named=True):
        given = flags.get(row["code"])
        if given is not None and (given == "true") != row["is_measured"]:
            names = ("seeds.indications", "core.label_quality")
            one, other = names if given == "true" else names[::-1]
            raise TableRefusedError(_MEASURED.format(code=row["code"], one=one, other=other))
