"""The four key figures: each with its value, its interval, last week's, and whether the change is more than noise."""

from collections.abc import Callable
from typing import NamedTuple

from flows.method import METHOD
from flows.periods import Bucket
from reports.judging.disclosure import is_small
from reports.judging.lights import judge_buckets
from reports.reading.facts import Row
from reports.reading.outcomes import Signal, Trends, copies_of
from reports.wording.sentences import class_counts, zero_sentence
from reports.wording.words import DASH, Words, platform_name

CLASSES_SHOWN = 3  # of the review list, by name


class Value(NamedTuple):
    """A figure and what stands beside it: its interval, its unit, what it leaves out."""

    text: str
    more: str = ""


Cell = Callable[[Row | None, Words], Value]
Tests = tuple[tuple[str, str], ...]  # the tested cells (family, subject) that speak of a figure


def _posts(row: Row | None, words: Words) -> Value:
    if row is None or row["posts"] is None:
        return Value(DASH)
    return Value(words.number(row["posts"]), words("briefing_per_day", value=words.decimal(row["per_day"])))


def _coverage(row: Row | None, words: Words) -> Value:
    if row is None or row["coverage"] is None:
        return Value(DASH, words("status_unknown"))
    return Value(words.percent(row["coverage"]), words(f"status_{row['status']}"))


def _net(row: Row | None, words: Words) -> Value:
    if row is None or row["net_sentiment"] is None or row["net_low"] is None:
        is_below = row is not None and row["labelled"] is not None and row["labelled"] < METHOD.net_posts
        return Value(DASH, words("net_below") if is_below else "")
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
    return [each.bucket for each in levels if each.lights] or [each.bucket for each in levels]


def key_figures(trends: Trends, words: Words) -> list[dict[str, object]]:
    """A row a figure, a cell a bucket: value, interval, the bucket before, direction and confidence."""
    rows: list[dict[str, object]] = []
    for key, cell, named in _FIGURES:
        cells = []
        is_detected = cell is _detected
        tests = tuple(("indications", code) for code in sorted(trends.facts.measured)) if is_detected else named
        for bucket in seen_buckets(trends):
            value = cell(trends.facts.measure(bucket), words)
            classes = _classes(trends, words, bucket) if is_detected else ""
            before = _before(trends, words, bucket, cell)
            change = _change(trends, words, bucket, tests)
            if change and before == words("briefing_no_before"):
                before = ""  # the line on the direction says why
            cells.append(
                {
                    "value": value.text,
                    "more": f"{value.more}: {classes}" if classes else value.more,
                    "before": before,
                    "change": change,
                }
            )
        rows.append({"name": words(key), "cells": cells})
    return rows


def _classes(trends: Trends, words: Words, bucket: Bucket) -> str:
    """What the review list of a bucket is made of, the largest classes by name."""
    row = trends.facts.measure(bucket)
    if row is None or not row["detected"]:
        return ""
    counts = [(code, count) for code, count in trends.facts.detected_in(bucket).items() if count]
    return class_counts(trends.facts, words, sorted(counts, key=lambda each: -each[1]), CLASSES_SHOWN)


def _before(trends: Trends, words: Words, bucket: Bucket, cell: Cell) -> str:
    earlier = trends.facts.previous(bucket)
    if earlier is None:
        reason = trends.facts.not_compared(bucket)
        if reason:
            return words("briefing_not_compared", reason=words.known(f"signal_reason_{reason}", reason))
        return words("briefing_no_before")
    row = trends.facts.measure(earlier)
    value = cell(row, words)
    more = "" if cell is _detected and row is not None and not row["detected"] else value.more
    return words("briefing_before", value=f"{value.text} · {more}" if more else value.text)


def _change(trends: Trends, words: Words, bucket: Bucket, tests: Tests) -> str:
    if not tests:
        return ""
    signals = [each for each in trends.signals if each.bucket == bucket and (each.family, each.subject) in tests]
    if signals:
        return "; ".join(_found(trends, words, signal) for signal in signals)
    rows = [row for family, subject in tests if (row := trends.row(bucket, family, subject))]
    tested = [row for row in rows if row["reason"] is None]
    if tested:
        key = "change_none_measured" if tests[0][0] == "indications" else "change_none"
        text = words(key, q=words.decimal(min(row["q"] for row in tested), 2))
        copies = max(copies_of(row) for row in tested)
        return f"{text}; {words('change_copies', count=words.number(copies))}" if copies else text
    reasons = list(dict.fromkeys(row["reason"] for row in rows))
    return words("change_untested", reason=words.known(f"signal_reason_{reasons[0]}", reasons[0]) if reasons else DASH)


def _found(trends: Trends, words: Words, signal: Signal) -> str:
    """A signal in a cell: its direction, what and where where that is not plain, by how much, how sure."""
    row = signal.row
    name = words.known(f"change_{signal.subject}", "")
    if signal.family == "indications":
        name = trends.facts.label("indications", signal.subject)
    if signal.platform != "all":
        places = words.listed([platform_name(words, place) for place in (signal.platform, *signal.also)])
        name = words("change_at", change=name, place=places)
    key = "change_found"
    if row["ratio"] is None:
        key = "change_new"
    elif is_small(signal.platform, row["observed"]):
        key = "change_hidden"
    return words(
        key,
        arrow="▲" if row["direction"] == "up" else "▼",
        name=name.strip(),
        ratio=words.decimal(row["ratio"]),
        interval=words.interval(row["ratio_low"], row["ratio_high"]),
        confidence=words("change_sure" if row["q"] <= METHOD.sure_q else "change_fair"),
    ).replace("  ", " ")
