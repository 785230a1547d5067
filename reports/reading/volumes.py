"""Posts a day of every bucket, over the days that were collected: a day without collection is no day without posts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

DayStatus = Mapping[tuple[str, date], tuple[str, str]]

SEEN = frozenset({"observed", "partial", "unknown"})  # status of a day that may have brought posts


def collected_days(row: Mapping[str, Any], day_status: DayStatus) -> int:
    """The days of a platform's bucket on which anything was collected; all of them where no plan was declared."""
    if row["status"] == "unknown":
        return int(row["days"])
    days = pl.date_range(row["first_day"], row["last_day"], eager=True)
    status = [day_status.get((row["platform"], day), ("", ""))[0] for day in days]
    seen = sum(state in SEEN for state in status)
    return seen or (int(row["days"]) if row["posts"] else 0)


def daily(frame: pl.DataFrame, day_status: DayStatus) -> pl.DataFrame:
    """The rows of weekly_platform with `per_day`: posts over the collected days, null where there is none.

    The days without collection differ by platform, so the rate of platform `all` is the sum of the platforms' rates
    (exposure = observed source-days, method §4).
    """
    rates: dict[tuple[str, str, str], float] = {}
    for row in frame.filter(pl.col("platform") != "all").iter_rows(named=True):
        days = collected_days(row, day_status)
        if days and row["posts"] is not None:
            rates[row["week"], row["phase"], row["platform"]] = row["posts"] / days
    totals: dict[tuple[str, str], float] = {}
    for (week, phase, _), rate in rates.items():
        totals[week, phase] = totals.get((week, phase), 0.0) + rate
    keys = frame.select("week", "phase", "platform").iter_rows()
    values = [totals.get(key[:2]) if key[2] == "all" else rates.get(key) for key in keys]
    return frame.with_columns(pl.Series("per_day", values, dtype=pl.Float64))
