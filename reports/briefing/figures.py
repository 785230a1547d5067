"""The four key figures: each with its value, its interval, last week's, and whether the change is more than noise."""

from collections.abc import Callable
from typing import NamedTuple

from flows.periods import Bucket
from reports.facts import Row
from reports.level import judge_buckets
from reports.sentences import MINIMUM_POSTS, per_day, zero_sentence
from reports.trends import Trends
from reports.words import DASH, Words

HIGH_CONFIDENCE, SIGNAL = 0.01, 0.05  # limits of q


class Value(NamedTuple):
    """A figure and what stands beside it: its interval, its unit, what it leaves out."""

    text: str
    more: str = ""


Cell = Callable[[Row | None, Words], Value]
Tests = tuple[tuple[str, str], ...]  # the tested cells (family, subject) that speak of a figure


def _posts(row: Row | None, words: Words) -> Value:
    if row is None or row["posts"] is None:
        return Value(DASH)
    return Value(words.number(row["posts"]), words("briefing_per_day", value=words.decimal(per_day(row))))


def _coverage(row: Row | None, words: Words) -> Value:
    if row is None or row["coverage"] is None:
        return Value(DASH, words("status_unknown"))
    return Value(words.percent(row["coverage"]), words(f"status_{row['status']}"))


def _net(row: Row | None, words: Words) -> Value:
    if row is None or row["net_sentiment"] is None or row["net_low"] is None:
        is_small = row is not None and row["labelled"] is not None and row["labelled"] < MINIMUM_POSTS
        return Value(DASH, words("net_below") if is_small else "")
    interval = words.interval(row["net_low"] * 100, row["net_high"] * 100, signed=True)
    return Value(words.decimal(row["net_sentiment"] * 100, signed=True), words("interval_95", interval=interval))


def _detected(row: Row | None, words: Words) -> Value:
    if row is None or row["detected"] is None:
        return Value(DASH)
    if not row["labelled"]:
        return Value(DASH, zero_sentence(words, 0, row["coverage"]))
    if not row["detected"]:
        return Value("0", zero_sentence(words, int(row["labelled"] or 0), row["coverage"]))
    return Value(words.number(row["detected"]), words("briefing_of_labelled", labelled=words.number(row["labelled"])))


_FIGURES: tuple[tuple[str, Cell, Tests], ...] = (
    ("briefing_figure_posts", _posts, (("volumes", "posts"),)),
    ("briefing_figure_net", _net, (("sentiment", "negative"), ("sentiment", "positive"))),
    ("briefing_figure_detected", _detected, ()),  # the measured classes are named by the seed
    ("briefing_figure_coverage", _coverage, ()),
)


def seen_buckets(trends: Trends) -> list[Bucket]:
    """The buckets of the week that were planned or brought posts; all of them where none was."""
    levels = judge_buckets(trends)
    return [found.bucket for found in levels if found.level] or [found.bucket for found in levels]


def key_figures(trends: Trends, words: Words) -> list[dict[str, object]]:
    """A row a figure, a cell a bucket: value, interval, the bucket before, direction and confidence."""
    rows: list[dict[str, object]] = []
    for key, cell, named in _FIGURES:
        cells = []
        tests = tuple(("indications", code) for code in sorted(trends.measured)) if cell is _detected else named
        for bucket in seen_buckets(trends):
            value = cell(trends.facts.measure(bucket), words)
            cells.append(
                {
                    "value": value.text,
                    "more": value.more,
                    "before": _before(trends, words, bucket, cell),
                    "change": _change(trends, words, bucket, tests),
                }
            )
        rows.append({"name": words(key), "cells": cells})
    return rows


def _before(trends: Trends, words: Words, bucket: Bucket, cell: Cell) -> str:
    earlier = trends.facts.previous(bucket)
    if earlier is None:
        return words("briefing_no_before")
    row = trends.facts.measure(earlier)
    value = cell(row, words)
    more = "" if cell is _detected and row is not None and not row["detected"] else value.more
    return words("briefing_before", value=f"{value.text} · {more}" if more else value.text)


def _change(trends: Trends, words: Words, bucket: Bucket, tests: Tests) -> str:
    rows = [row for family, subject in tests if (row := trends.row(bucket, family, subject))]
    if not tests:
        return ""
    found = [_found(words, row) for row in rows if row["signal"]]
    if found:
        return "; ".join(found)
    tested = [row for row in rows if row["reason"] is None]
    if tested:
        return words("change_none", q=words.decimal(min(row["q"] for row in tested), 2))
    reasons = list(dict.fromkeys(row["reason"] for row in rows))
    return words("change_untested", reason=words.known(f"signal_reason_{reasons[0]}", reasons[0]) if reasons else DASH)


def _found(words: Words, row: Row) -> str:
    level = "change_sure" if row["q"] <= HIGH_CONFIDENCE else "change_fair"
    ratio = words("signal_new") if row["ratio"] is None else words.decimal(row["ratio"])
    return words(
        "change_found",
        arrow="▲" if row["direction"] == "up" else "▼",
        name=words.known(f"change_{row['subject']}", ""),
        ratio=ratio,
        interval=words.interval(row["ratio_low"], row["ratio_high"]),
        confidence=words(level),
    ).replace("  ", " ")
