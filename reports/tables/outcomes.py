"""Tables of what was tested, found, restated and reviewed, as rows of finished text."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl

from reports.reading.facts import Row
from reports.reading.outcomes import Signal, Trends
from reports.tables.weekly import Table, bucket_name, make_table
from reports.wording.counts import count_text
from reports.wording.sentences import q_text
from reports.wording.statements import baseline_text, ratio_text, subject_words, untested
from reports.wording.words import DASH, Words, clipped, platform_name

CORRECTIONS_SHOWN, TERMS_SHOWN, SLOPES_SHOWN = 40, 10, 12
COPIED_LENGTH = 140  # signs
CORRECTED_METRICS = ("posts", "detected")
SAMPLE = "sample"  # the origin of posts drawn at random
STAGES = ("detected", "reviewed", "indicated", "referred", "decided")


def signal_table(trends: Trends, words: Words) -> Table:
    """Every signal of the week with its test."""
    rows = [_signal_row(trends, words, signal) for signal in trends.signals]
    columns = ["signal", "bucket", "platform", "subject", "observed_units", "baseline", "ratio", "interval", "q"]
    numeric = [False, False, False, False, True, False, True, True, True]
    table = make_table(words, "signals", columns, 4, rows)
    if not trends.tested:
        table = replace(table, empty=words("table_empty_untested"))
    shares = (0.6, 1.5, 1.4, 1.8, 1.1, 2.3, 0.7, 1.3, 0.7)
    return replace(table, numeric=numeric, note=words("table_signals_note"), wide=5, shares=shares)


def _signal_row(trends: Trends, words: Words, signal: Signal) -> list[str]:
    row = signal.row
    places = [platform_name(words, name) for name in (signal.platform, *signal.also)]
    counts = [count_text(words, signal.platform, row[name]) for name in ("observed", "posts")]
    return [
        signal.key,
        bucket_name(words, signal.bucket),
        ", ".join(places),
        subject_words(trends, words, signal.family, signal.subject),
        words("signal_units", units=counts[0], posts=counts[1]),
        baseline_text(words, row),
        ratio_text(words, row),
        words.interval(row["ratio_low"], row["ratio_high"]),
        q_text(words, row["q"]),
    ]


def test_table(trends: Trends, words: Words) -> Table:
    """How many cells of each family were tested, and why the others were not."""
    columns = ["bucket", "family", "tests", "signals", "untested"]
    table = make_table(words, "tests", columns, 2, untested(trends, words))
    return replace(table, numeric=[False, False, True, True, False], wide=4, shares=(2.5, 1.0, 0.5, 0.7, 4.4))


def slope_table(trends: Trends, words: Words) -> Table:
    """The season's directions that survived their family's correction."""
    rows = []
    shown = [row for row in trends.slopes if row["platform"] == "all"]
    for row in shown[:SLOPES_SHOWN]:
        scale = {"share": 100.0}.get(row["unit"], 1.0)
        ends = [None if row[end] is None else row[end] * scale for end in ("slope_low", "slope_high")]
        rows.append(
            [
                subject_words(trends, words, row["family"], row["subject"]),
                words.known(f"unit_{row['unit']}", row["unit"]),
                words.number(row["buckets"]),
                words.decimal(row["slope"] * scale, 2, signed=True),
                words.interval(ends[0], ends[1], 2, signed=True),
                q_text(words, row["q"]),
            ]
        )
    columns = ["subject", "unit", "buckets", "slope", "interval", "q"]
    more = len(trends.slopes) - len(rows)
    note = words("table_slopes_note")
    if more:
        note += " " + words("table_slopes_more", count=words.number(more))
    return replace(make_table(words, "slopes", columns, 2, rows), note=note)


def term_table(trends: Trends, words: Words) -> Table:
    """Words and hashtags that are new or much more frequent this week; names of people are left out upstream."""
    rows = [
        [
            ", ".join(term_words(row) for row in same),
            *(_ends(words.number, [row[name] for row in same]) for name in ("posts", "authors")),
            *(_ends(words.decimal, [row[name] for row in same]) for name in ("expected", "score")),
            "\n".join(f"“{_short(post['text'] or '')}”" for post in trends.posts_of_term(same[0]["term"])) or DASH,
        ]
        for same in _phrases(trends.emerging)[:TERMS_SHOWN]
    ]
    columns = ["term", "posts", "authors", "expected", "score", "examples"]
    numeric = [False, True, True, True, True, False]
    table = make_table(words, "terms", columns, 1, rows)
    return replace(table, numeric=numeric, note=words("table_terms_note"), wide=5)


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


def copied_table(trends: Trends, words: Words) -> Table:
    """The texts that most posts of the week have in common: what somebody asked many accounts to post."""
    rows = [
        [
            f"“{_short(row['text'], COPIED_LENGTH)}”",
            words.number(row["posts"]),
            words.number(row["authors"]),
            ", ".join(platform_name(words, name) for name in row["platforms"]),
            words.days(row["first_day"], row["last_day"]),
        ]
        for row in trends.copied
    ]
    columns = ["copied_text", "posts", "authors", "platform", "days"]
    table = make_table(words, "copied", columns, 1, rows)
    numeric = [False, True, True, False, False]
    return replace(table, numeric=numeric, note=words("table_copied_note"), wide=0, shares=(4.0, 0.8, 0.8, 1.6, 1.4))


def term_words(row: Row) -> str:
    """A term as people write it: a hashtag with its sign."""
    term = str(row["term"])
    return f"#{term}" if row["kind"] == "hashtag" and not term.startswith("#") else term


def _short(text: str, limit: int = 90) -> str:
    return clipped(" ".join(text.split()), limit)


def view_table(trends: Trends, words: Words) -> Table:
    """View-weighted beside count-weighted, for each bucket and platform."""
    facts = trends.facts
    frame = facts.tables["trends.weekly_views"].filter(
        pl.col("week") == str(facts.edition.week), pl.col("dimension") == "platform"
    )
    found = {(row["phase"], row["platform"]): row for row in frame.iter_rows(named=True)}
    rows = []
    for bucket in facts.buckets:
        for name in ("all", *facts.platforms):
            row, counted = found.get((bucket.phase, name)), facts.measure(bucket, name)
            if row is None or counted is None or not row["views"]:
                continue
            net = counted["net_sentiment"]
            rows.append(
                [
                    bucket_name(words, bucket),
                    platform_name(words, name),
                    words.number(row["seen_posts"]),
                    words.number(row["views"]),
                    words.percent(row["top_share"]),
                    DASH if net is None else words.decimal(net * 100, signed=True),
                    DASH if row["net_sentiment"] is None else words.decimal(row["net_sentiment"] * 100, signed=True),
                ]
            )
    columns = ["bucket", "platform", "seen_posts", "views", "top_share", "net", "net_views"]
    shares = (2.4, 1.3, 1.0, 1.1, 1.1, 1.1, 1.3)
    return replace(make_table(words, "views", columns, 2, rows), note=words("table_views_note"), shares=shares)


def clock_table(trends: Trends, words: Words, overdue: bool = False) -> Table:
    """Unreviewed items whose internal limit falls before the next report, soonest first; or those that are overdue.

    The overdue are a table of their own, since their list grows every week in which nobody reviews.
    """
    today = trends.facts.edition.local.date()
    rows = []
    for item in trends.open_clocks:
        limit = item["hand_over_limit"]
        left = (limit - today).days
        if (left < 0) != overdue:
            continue
        rows.append(
            [
                words.day(limit),
                _left(words, left),
                platform_name(words, item["platform"]),
                str(item["post_id"]),
                labels(trends, item["indications"]) or DASH,
                words.day(item["first_seen_day"]) if item["first_seen_day"] else DASH,
                str(item["week"]),
            ]
        )
    columns = ["limit", "left", "platform", "post", "indication", "first_seen", "index_week"]
    shares = (1.1, 1.2, 0.9, 1.9, 2.4, 1.1, 0.9)
    table = replace(make_table(words, "clocks", columns, 7, rows), shares=shares, empty=words("clocks_none"))
    if overdue:
        return replace(table, caption=words("clocks_overdue", count=words.number(len(trends.overdue))))
    return replace(table, note=words("table_clocks_note"))


def _left(words: Words, days: int) -> str:
    if days == 0:
        return words("clock_today")
    return words("clock_passed", days=words.number(-days)) if days < 0 else words("clock_left", days=days)


def labels(trends: Trends, codes: list[str] | None) -> str:
    """Indications in the reader's words."""
    return "; ".join(trends.facts.label("indications", code) for code in codes or ())


def correction_table(trends: Trends, words: Words) -> Table:
    """Restated totals of the regency with their reasons: of this week first, then those of the latest edition.

    The workbook and the data files list every value.
    """
    found = trends.corrections.filter(
        pl.col("key") == "", pl.col("platform") == "all", pl.col("metric").is_in(CORRECTED_METRICS)
    )
    of_the_week = pl.col("week") == str(trends.facts.edition.week)
    shown = found.sort(of_the_week, descending=True, maintain_order=True).head(CORRECTIONS_SHOWN)
    rows = [_correction_row(words, row) for row in shown.iter_rows(named=True)]
    columns = ["publication", "index_week", "phase", "metric", "first_reported", "previous", "now_known", "reason"]
    table = make_table(words, "corrections", columns, 4, rows)
    notes = [words("table_corrections_note")]
    if found.height > len(rows):
        counts = {"shown": words.number(len(rows)), "count": words.number(found.height)}
        notes.append(words("table_corrections_cut", **counts))
    others = trends.corrections.height - found.height
    if others:
        notes.append(words("table_corrections_more", count=words.number(others)))
    shares = (1.1, 1.0, 1.9, 1.1, 1.2, 1.1, 1.1, 3.0)
    return replace(table, numeric=[*table.numeric[:-1], False], note=" ".join(notes), wide=7, shares=shares)


def _correction_row(words: Words, row: Row) -> list[str]:
    metric = words.known(f"metric_{row['metric']}", row["metric"])
    return [
        str(row["publication"]),
        str(row["week"]),
        words(f"phase_{row['phase']}"),
        metric,
        *(_value(words, row[name]) for name in ("first_reported", "previous", "now_known")),
        ", ".join(words.known(f"reason_{part}", part) for part in str(row["reason"] or DASH).split(", ")),
    ]


def _value(words: Words, value: float | None) -> str:
    if value is None:
        return DASH
    return words.number(int(value)) if float(value).is_integer() else words.decimal(value, 4)


def funnel_table(trends: Trends, words: Words) -> Table:
    """Where the items of the week stand: entered = passed on + closed + waiting, at every stage."""
    frame = trends.facts.tables["trends.funnel"].filter(pl.col("week") == str(trends.facts.edition.week))
    seen = {bucket: (trends.facts.measure(bucket) or {}).get("posts") for bucket in trends.facts.buckets}
    rows = []
    for bucket in trends.facts.buckets:
        part = frame.filter(pl.col("phase") == bucket.phase)
        for row in part.iter_rows(named=True):
            if row["origin"] == SAMPLE and not part.filter(pl.col("origin") == SAMPLE)["entered"].sum():
                continue  # nothing of the sample came back yet
            unseen = seen[bucket] is None and not row["entered"]  # a gap is no zero
            names = ("entered", "passed", "rejected", "waiting")
            counts = [DASH if unseen else words.number(row[name]) for name in names]
            stage = [words(f"origin_{row['origin']}"), words(f"stage_{row['stage']}")]
            rows.append([bucket_name(words, bucket), *stage, *counts])
    columns = ["bucket", "origin", "stage", "entered", "passed", "rejected", "waiting"]
    shares = (2.9, 2.0, 2.4, 0.7, 1.1, 0.8, 1.0)
    return replace(make_table(words, "funnel", columns, 3, rows), note=agreement_text(trends, words), shares=shares)


def agreement_text(trends: Trends, words: Words) -> str:
    """Krippendorff's alpha of all weeks, or that nobody coded the same posts yet."""
    rows = [row for row in trends.facts.tables["trends.agreement"].iter_rows(named=True) if row["week"] == "all"]
    if not rows or rows[0]["alpha"] is None:
        return words("agreement_none")
    row = rows[0]
    return words(
        "agreement",
        alpha=words.decimal(row["alpha"], 2),
        interval=words.interval(row["alpha_low"], row["alpha_high"], 2),
        posts=words.number(row["posts"]),
        coders=words.number(row["coders"]),
    )


def power_table(trends: Trends, words: Words) -> Table:
    """How large a burst of this week had to be to be found with 50, 80 and 95 per cent probability."""
    rows = []
    frame = trends.facts.tables["trends.signals"]
    frame = frame.filter(
        pl.col("week") == str(trends.facts.edition.week),
        pl.col("platform") == "all",
        pl.col("family") != "districts",
        pl.col("burst_95").is_not_null(),
    )
    for bucket in trends.facts.buckets:
        part = frame.filter(pl.col("phase") == bucket.phase).sort("family", "expected", "subject")
        for row in part.iter_rows(named=True):
            rows.append(
                [
                    bucket_name(words, bucket),
                    subject_words(trends, words, row["family"], row["subject"]),
                    words.decimal(row["expected"]),
                    *(words("burst", units=words.number(row[name])) for name in ("burst_50", "burst_80", "burst_95")),
                ]
            )
    columns = ["bucket", "subject", "expected", "burst_50", "burst_80", "burst_95"]
    return replace(make_table(words, "power", columns, 2, rows), note=words("table_power_note") if rows else "")
