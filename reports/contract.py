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

# table -> (columns that identify and order a row, other columns a report reads)
CONTRACT: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "trends.weekly_platform": (("week", "phase", "platform"), _MEASURES),
    "trends.weekly_topic": (
        ("week", "phase", "platform", "topic"),
        ("first_day", "last_day", "days", "posts", "share", "share_low", "share_high", "status"),
    ),
    "trends.weekly_indication": (
        ("week", "phase", "platform", "indication"),
        ("first_day", "last_day", "days", "posts", "status"),
    ),
    "trends.weekly_district": (
        ("week", "phase", "platform", "district"),
        ("first_day", "last_day", "days", "posts", "status"),
    ),
    "core.coverage": (
        ("platform", "source", "day"),
        ("planned", "attempted", "succeeded", "posts", "status", "reason"),
    ),
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
        ("text", "indications", "topics", "districts", "likes", "comments", "shares", "views", "why"),
    ),
    "seeds.topics": (("code",), ("label_id", "label_en")),
    "seeds.indications": (("code",), ("label_id", "label_en")),
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
        if name.startswith("trends."):
            frame = frame.filter(pl.col("week") <= str(week))
            order = ["week", "first_day", *keys[1:]]
        elif name in {"core.coverage", "core.calendar"}:
            frame = frame.filter(pl.col("day") <= week.last_day)
        result[name] = frame.sort(order, nulls_last=True, maintain_order=True) if order else frame
    return result
