"""The tables of what was tested and found: signals, tests, slopes, emerging words, copied texts, power."""

from collections.abc import Callable
from typing import Any

import polars as pl

from flows.method import FAMILIES
from reports.reading.facts import Row
from reports.reading.outcomes import Signal, Trends
from reports.tables.table import Cell, Column, Table, make_table
from reports.wording.counts import count_text
from reports.wording.sentences import bucket_name, bucket_words, q_text
from reports.wording.statement import subject_words
from reports.wording.statements import baseline_text, ratio_interval, ratio_text
from reports.wording.words import DASH, Words, clipped, platform_name

TERMS_SHOWN, SLOPES_SHOWN = 10, 12
EXAMPLE_LENGTH, COPIED_LENGTH = 90, 140  # characters


def signal_table(trends: Trends, words: Words) -> Table:
    """Every signal of the week with its test."""
    columns = (
        *(Column("signal", share=0.6), Column("bucket", "bucket", 1.5), Column("platform", share=1.4)),
        *(Column("subject", share=1.8), Column("observed_units", "number", 1.1), Column("baseline", "long", 2.3)),
        *(Column("ratio", "number", 0.7), Column("interval", "number", 1.3), Column("q", "number", 0.7)),
    )
    rows = [_signal_row(trends, words, signal) for signal in trends.signals]
    empty = "" if trends.tested else words("table_empty_untested")
    return make_table(words, "signals", columns, rows, note=words("table_signals_note"), empty=empty)


def _signal_row(trends: Trends, words: Words, signal: Signal) -> dict[str, Cell]:
    row = signal.row
    units, posts = (count_text(words, signal.platform, row[name]) for name in ("observed", "posts"))
    return {
        "signal": signal.key,
        "bucket": bucket_name(words, signal.bucket),
        "platform": ", ".join(platform_name(words, name) for name in (signal.platform, *signal.also)),
        "subject": subject_words(trends, words, signal.family, signal.subject),
        "observed_units": words("signal_units", units=units, posts=posts),
        "baseline": baseline_text(words, row),
        "ratio": ratio_text(words, row),
        "interval": ratio_interval(words, row),
        "q": q_text(words, row["q"]),
    }


def test_table(trends: Trends, words: Words) -> Table:
    """How many cells of each family were tested in each bucket, and why the others were not."""
    columns = (
        *(Column("bucket", "bucket", 2.5), Column("family", share=1.0)),
        *(Column("tests", "number", 0.5), Column("signals", "number", 0.7), Column("untested", "long", 4.4)),
    )
    rows: list[dict[str, Cell]] = []
    for bucket in trends.facts.buckets:
        families = trends.families(bucket)
        for family in FAMILIES:
            reasons = [
                words("reason_count", reason=words.known(f"signal_reason_{reason}", reason), count=words.number(count))
                for reason, count in families[family].reasons
            ]
            rows.append(
                {
                    "bucket": words("bucket_inline", **bucket_words(words, bucket)),
                    "family": words(f"family_{family}"),
                    "tests": families[family].tested,
                    "signals": families[family].signals,
                    "untested": "; ".join(reasons),
                }
            )
    return make_table(words, "tests", columns, rows)


def slope_table(trends: Trends, words: Words) -> Table:
    """The season's directions that survived their family's correction."""
    columns = (
        *(Column("subject"), Column("unit")),
        *(Column(key, "number") for key in ("buckets", "slope", "interval", "q")),
    )
    shown = [row for row in trends.slopes if row["platform"] == "all"][:SLOPES_SHOWN]
    note = words("table_slopes_note")
    if more := len(trends.slopes) - len(shown):
        note += " " + words("table_slopes_more", count=words.number(more))
    return make_table(words, "slopes", columns, [_slope_row(trends, words, row) for row in shown], note=note)


def _slope_row(trends: Trends, words: Words, row: Row) -> dict[str, Cell]:
    scale = {"share": 100.0}.get(row["unit"], 1.0)
    low, high = (None if row[end] is None else row[end] * scale for end in ("slope_low", "slope_high"))
    return {
        "subject": subject_words(trends, words, row["family"], row["subject"]),
        "unit": words.known(f"unit_{row['unit']}", row["unit"]),
        "buckets": row["buckets"],
        "slope": words.decimal(row["slope"] * scale, 2, signed=True),
        "interval": words.interval(low, high, 2, signed=True),
        "q": q_text(words, row["q"]),
    }


def term_table(trends: Trends, words: Words) -> Table:
    """Words and hashtags that are new or much more frequent this week; names of people are left out upstream."""
    columns = (
        *(Column("term"), *(Column(key, "number") for key in ("posts", "authors", "expected", "score"))),
        Column("examples", "long"),
    )
    rows = [
        {
            "term": ", ".join(term_words(row) for row in same),
            **{name: _ends(words.number, [row[name] for row in same]) for name in ("posts", "authors")},
            **{name: _ends(words.decimal, [row[name] for row in same]) for name in ("expected", "score")},
            "examples": _examples(trends, same[0]["term"]) or DASH,
        }
        for same in _phrases(trends.emerging)[:TERMS_SHOWN]
    ]
    return make_table(words, "terms", columns, rows, note=words("table_terms_note"))


def _examples(trends: Trends, term: str) -> str:
    return "\n".join(_quoted(post["text"] or "") for post in trends.posts_of_term(term))


def _phrases(terms: list[Row]) -> list[list[Row]]:
    """Terms with the same example posts together, since they are words of one phrase; in the order of the first."""
    phrases: dict[frozenset[str], list[Row]] = {}
    for row in terms:
        phrases.setdefault(frozenset(row["examples"] or ()) or frozenset([row["term"]]), []).append(row)
    return list(phrases.values())


def _ends(written: Callable[[Any], str], values: list[Any]) -> str:
    """One value, or the least and the greatest of several: `14–19`."""
    ends = list(dict.fromkeys(written(value) for value in (min(values), max(values))))
    return DASH.join(ends)


def term_words(row: Row) -> str:
    """A term as people write it: a hashtag with its sign."""
    term = str(row["term"])
    return f"#{term}" if row["kind"] == "hashtag" and not term.startswith("#") else term


def _quoted(text: str, limit: int = EXAMPLE_LENGTH) -> str:
    return f"“{clipped(' '.join(text.split()), limit)}”"


def copied_table(trends: Trends, words: Words) -> Table:
    """The texts that most posts of the week have in common: what somebody asked many accounts to post."""
    columns = (
        *(Column("copied_text", "long", 4.0), Column("posts", "number", 0.8), Column("authors", "number", 0.8)),
        *(Column("platform", share=1.6), Column("days", share=1.4)),
    )
    rows = [
        {
            **row,
            "copied_text": _quoted(row["text"], COPIED_LENGTH),
            "platform": ", ".join(platform_name(words, name) for name in row["platforms"]),
            "days": words.short_days(row["first_day"], row["last_day"]),
        }
        for row in trends.copied
    ]
    return make_table(words, "copied", columns, rows, note=words("table_copied_note"))


def power_table(trends: Trends, words: Words) -> Table:
    """How large a burst of this week had to be to be found with 50, 80 and 95 per cent probability."""
    bursts = ("burst_50", "burst_80", "burst_95")
    columns = (
        *(Column("bucket", "bucket"), Column("subject"), Column("expected", "decimal")),
        *(Column(key, "number") for key in bursts),
    )
    frame = trends.facts.tables["trends.signals"]
    frame = frame.filter(
        pl.col("week") == str(trends.facts.edition.week),
        pl.col("platform") == "all",
        pl.col("family") != "districts",
        pl.col("burst_95").is_not_null(),
    )
    rows = [
        {
            "bucket": bucket_name(words, bucket),
            "subject": subject_words(trends, words, row["family"], row["subject"]),
            "expected": row["expected"],
            **{key: words("burst", units=words.number(row[key])) for key in bursts},
        }
        for bucket in trends.facts.buckets
        for row in _of_phase(frame, bucket.phase)
    ]
    return make_table(words, "power", columns, rows, note=words("table_power_note") if rows else "")


def _of_phase(frame: pl.DataFrame, phase: str) -> list[Row]:
    part = frame.filter(pl.col("phase") == phase).sort("family", "expected", "subject")
    return list(part.iter_rows(named=True))
