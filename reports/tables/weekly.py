"""The tables of a week as rows of finished text, in the reader's number format; HTML and PDF print the same ones."""

from dataclasses import dataclass, field, replace
from datetime import UTC, timedelta
from itertools import groupby

import polars as pl

from flows.method import METHOD
from flows.periods import Bucket
from reports.reading.facts import Facts, Row
from reports.wording.counts import shielded
from reports.wording.sentences import bucket_words, reason_words
from reports.wording.words import DASH, Words, platform_name


@dataclass(frozen=True)
class Table:
    """A caption, column heads, rows of text, which columns hold numbers (set right) and which one holds long texts.

    `shares` are the widths of the columns in print, relative to each other; without them they follow from the content.
    """

    name: str
    caption: str
    columns: list[str]
    rows: list[list[str]]
    numeric: list[bool] = field(default_factory=list)
    note: str = ""
    empty: str = ""  # what stands there instead of rows
    wide: int = -1  # the column that holds long texts, if any
    shares: tuple[float, ...] = ()


def make_table(words: Words, name: str, columns: list[str], texts: int, rows: list[list[str]]) -> Table:
    heads = [words.known(f"column_{column}", column) for column in columns]
    numeric = [number >= texts for number in range(len(columns))]
    empty = words.known(f"table_empty_{name}", words("table_empty"))
    return Table(name, words(f"table_{name}"), heads, rows, numeric, empty=empty)


def under_names(table: Table, place: int | None) -> tuple[list[int], list[tuple[str, list[list[str]]]]]:
    """The columns of a table but the one that names its rows (None: there is none), and the rows under each name."""
    kept = [number for number in range(len(table.columns)) if number != place]
    groups = groupby(table.rows, key=lambda row: "" if place is None else row[place])
    return kept, [(name, [[row[number] for number in kept] for row in rows]) for name, rows in groups]


def bucket_name(words: Words, bucket: Bucket) -> str:
    """`Kampanye, 5–10 Feb 2024 (6 hari)`."""
    key = "bucket_column_one" if bucket.days == 1 else "bucket_column"
    return words(key, count=bucket.days, **bucket_words(words, bucket))


def _by_platform(facts: Facts) -> list[tuple[Bucket, str, Row]]:
    names = ["all", *facts.platforms] if len(facts.platforms) != 1 else facts.platforms
    cells = [(bucket, name, facts.measure(bucket, name)) for bucket in facts.buckets for name in names]
    return [(bucket, name, row) for bucket, name, row in cells if row is not None]


def _coverage(words: Words, share: float | None) -> str:
    return words("unknown") if share is None else words.percent(share)


def volume_table(facts: Facts, words: Words) -> Table:
    """Posts, authors, coverage and status of each bucket and platform."""
    rows = [
        [
            bucket_name(words, bucket),
            platform_name(words, name),
            words(f"status_{row['status']}"),
            words.number(row["posts"]),
            words.number(row["labelled"]),
            words.number(row["authors"]),
            _coverage(words, row["coverage"]),
        ]
        for bucket, name, row in _by_platform(facts)
    ]
    columns = ["bucket", "platform", "status", "posts", "labelled", "authors", "coverage"]
    return make_table(words, "volume", columns, 3, rows)


def sentiment_table(facts: Facts, words: Words) -> Table:
    """Classes and net sentiment of each bucket and platform."""
    rows = []
    for bucket, name, row in _by_platform(facts):
        net = interval = DASH if row["labelled"] is None else words("net_below")
        if (row["labelled"] or 0) >= METHOD.net_posts and row["net_sentiment"] is not None:
            net = words.decimal(row["net_sentiment"] * 100, signed=True)
            ends = [None if row[end] is None else row[end] * 100 for end in ("net_low", "net_high")]
            interval = words.interval(ends[0], ends[1], signed=True)
        counts = [words.number(row[key]) for key in ("negative", "neutral", "positive")]
        rows.append([bucket_name(words, bucket), platform_name(words, name), *counts, net, interval])
    columns = ["bucket", "platform", "negative", "neutral", "positive", "net", "interval"]
    return make_table(words, "sentiment", columns, 2, rows)


def detected_table(facts: Facts, words: Words) -> Table:
    """Detected posts of each bucket and platform: the length of the review list, no rate (method §1).

    Totals of the regency are printed as they are, cells crossed with a platform below 5 are hidden (method §6).
    """
    cells = _by_platform(facts)
    detected: dict[tuple[str, str], str] = {}
    for bucket in facts.buckets:
        parts = [(name, row["detected"]) for each, name, row in cells if each == bucket and name != "all"]
        shown = shielded([count for _, count in parts], words) if len(facts.platforms) > 1 else []
        detected |= {(bucket.phase, name): text for (name, _), text in zip(parts, shown, strict=False)}
    rows = [
        [
            bucket_name(words, bucket),
            platform_name(words, name),
            detected.get((bucket.phase, name), words.number(row["detected"])),
            words.number(row["labelled"]),
        ]
        for bucket, name, row in cells
    ]
    note = f"{words('unreviewed_note')} {words('suppression_note')}"
    return replace(make_table(words, "detected", ["bucket", "platform", "detected", "labelled"], 2, rows), note=note)


def indication_table(facts: Facts, words: Words) -> Table:
    """Detected posts by class, most first in each bucket; a rate only for classes whose precision was measured."""
    seed = facts.tables["seeds.indications"]
    measured = {code for code, flag in zip(seed["code"], seed["is_measured"], strict=True) if str(flag) == "true"}
    frame = facts.tables["trends.weekly_indication"].filter(
        pl.col("week") == str(facts.edition.week), pl.col("platform") == "all"
    )
    found = {(row["phase"], row["indication"]): row for row in frame.iter_rows(named=True)}
    rows = []
    for bucket in facts.buckets:
        counts = {code: row for code, _ in facts.detected_by_indication if (row := found.get((bucket.phase, code)))}
        absent = {code for code in counts if facts.only_in_phase.get(code, bucket.phase) != bucket.phase}
        for code in sorted(counts, key=lambda code: (code in absent, -(counts[code]["posts"] or 0))):
            row, rate, interval = counts[code], words("review_list"), words("review_list")
            if code in measured:
                rate = words.decimal(row["per_1000"])
                interval = words.interval(row["per_1000_low"], row["per_1000_high"])
            cells = [words.number(row["posts"]), rate, interval] if code not in absent else [DASH] * 3
            rows.append([bucket_name(words, bucket), facts.label("indications", code), *cells])
    columns = ["bucket", "indication", "posts", "rate", "interval"]
    return make_table(words, "indications", columns, 2, rows)


def topic_table(facts: Facts, words: Words) -> Table:
    """Topics over all platforms with shares and intervals, largest first within each bucket."""
    frame = facts.tables["trends.weekly_topic"].filter(
        pl.col("week") == str(facts.edition.week), pl.col("platform") == "all", pl.col("posts") > 0
    )
    rows = []
    for bucket in facts.buckets:
        part = frame.filter(pl.col("phase") == bucket.phase).sort(["posts", "topic"], descending=[True, False])
        for row in part.iter_rows(named=True):
            ends = [None if row[end] is None else row[end] * 100 for end in ("share_low", "share_high")]
            cells = [words.number(row["posts"]), words.percent(row["share"], 1), words.interval(ends[0], ends[1])]
            rows.append([bucket_name(words, bucket), facts.label("topics", row["topic"]), *cells])
    return make_table(words, "topics", ["bucket", "topic", "posts", "share", "interval"], 2, rows)


def _place(facts: Facts, words: Words, code: str) -> str:
    return words("places_unknown") if code == "unknown" else facts.label("places", code)


def district_table(facts: Facts, words: Words) -> Table:
    """Posts that name a kecamatan, by bucket, small cells hidden."""
    places = facts.posts_by_district
    columns_of_texts = [
        shielded([counts[number] for _, counts in places], words) for number in range(len(facts.buckets))
    ]
    rows = [
        [_place(facts, words, code), *(texts[row] for texts in columns_of_texts)]
        for row, (code, _) in enumerate(places)
    ]
    columns = ["district", *(bucket_name(words, bucket) for bucket in facts.buckets)]
    shares = (1.4, *(1.0 for _ in facts.buckets))  # the names of the buckets are wider than their counts
    return replace(make_table(words, "districts", columns, 1, rows), note=words("suppression_note"), shares=shares)


def coverage_table(facts: Facts, words: Words) -> Table:
    """Planned, attempted and succeeded collections of the week by platform."""
    week = facts.edition.week
    rows = []
    for name in facts.platforms:
        seen = facts.collected(name, week.first_day, week.last_day)
        counts = [words.number(count) if seen.planned else DASH for count in seen]
        known = [row["posts"] for bucket in facts.buckets if (row := facts.measure(bucket, name))]
        posts = DASH if all(count is None for count in known) else words.number(facts.posts_of(name))
        rows.append([platform_name(words, name), *counts, _coverage(words, seen.coverage), posts])
    columns = ["platform", "planned", "attempted", "succeeded", "coverage", "posts"]
    return make_table(words, "coverage", columns, 1, rows)


def load_table(facts: Facts, words: Words) -> Table:
    """Files loaded up to this publication, by platform and source; posts + duplicates + rejects = records."""
    counts = ("records", "posts", "duplicates", "rejects")
    sums = (
        facts.tables["core.loads"]
        .filter(pl.col("kind") == "posts")
        .group_by("platform", "source")
        .agg(pl.len().alias("files"), pl.col(counts).sum())
        .sort("platform", "source")
    )
    rows = [
        [
            platform_name(words, row["platform"]),
            format_name(words, row["source"]),
            words.number(row["files"]),
            *(words.number(row[key]) for key in counts),
        ]
        for row in sums.iter_rows(named=True)
    ]
    table = make_table(words, "loads", ["platform", "source", "files", *counts], 2, rows)
    return replace(table, caption=f"{table.caption} {_loaded(facts, words)}")


def reject_table(facts: Facts, words: Words) -> Table:
    """Rejected records of all files by source and reason, most first."""
    frame = facts.tables["reject_reasons"].sort(["records", "source", "reason"], descending=[True, False, False])
    rows = [
        [format_name(words, row["source"]), reason_words(words, row["reason"]), words.number(row["records"])]
        for row in frame.iter_rows(named=True)
    ]
    table = make_table(words, "rejects", ["source", "reason", "records"], 2, rows)
    return replace(table, caption=f"{table.caption} {_loaded(facts, words)}")


def format_name(words: Words, source: str) -> str:
    """What readers call the format or list a file came in: `daftar hapus` for `removals`."""
    return words.known(f"format_{source}", source)


def _loaded(facts: Facts, words: Words) -> str:
    """The days on which the counted files came in, in brackets: not those of the week."""
    zone = facts.edition.election.zone
    landed = [moment.astimezone(zone).date() for moment in facts.tables["core.loads"]["landed_at"]]
    return words("loaded_days", days=words.days(min(landed), max(landed))) if landed else words("loaded_none")


def weekly_tables(facts: Facts, words: Words) -> list[Table]:
    """All tables of the weekly report, in reading order."""
    makers = (
        volume_table,
        sentiment_table,
        detected_table,
        indication_table,
        topic_table,
        district_table,
        coverage_table,
        load_table,
        reject_table,
    )
    return [make(facts, words) for make in makers]


def record_sums(facts: Facts, days: int | None = None) -> dict[str, int]:
    """Records, posts, duplicates and rejects of all post files, or of those landed in the days before release."""
    frame = facts.tables["core.loads"].filter(pl.col("kind") == "posts")
    if days is not None:
        until = facts.edition.as_of.astimezone(UTC)
        landed = pl.col("landed_at").dt.convert_time_zone("UTC")
        frame = frame.filter(landed > until - timedelta(days=days), landed <= until)
    sums = frame.select(pl.col("records", "posts", "duplicates", "rejects").sum())
    return {name: int(value or 0) for name, value in zip(sums.columns, sums.row(0), strict=True)}
