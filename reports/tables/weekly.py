"""The tables of the week's numbers: volume, sentiment, detections, topics, districts, collection, files, views."""

import polars as pl

from flows.method import METHOD
from flows.periods import Bucket
from reports.reading.facts import Facts, Row
from reports.reading.weeks import main_bucket
from reports.tables.table import Cell, Column, Table, make_table
from reports.wording.net_bias import net_note
from reports.wording.reviewing import review_words
from reports.wording.sentences import bucket_name, reason_words
from reports.wording.words import DASH, Words, platform_name

BUCKET, PLATFORM = Column("bucket", "bucket"), Column("platform")


def _by_platform(facts: Facts) -> list[tuple[Bucket, str, Row]]:
    names = ["all", *facts.platforms] if len(facts.platforms) != 1 else facts.platforms
    cells = [(bucket, name, facts.measure(bucket, name)) for bucket in facts.buckets for name in names]
    return [(bucket, name, row) for bucket, name, row in cells if row is not None]


def _row(words: Words, bucket: Bucket, name: str, row: Row) -> Row:
    """A row of weekly_platform with the reader's names of its bucket and platform."""
    return {**row, "bucket": bucket_name(words, bucket), "platform": platform_name(words, name)}


def _coverage(words: Words, share: float | None) -> str:
    return words("unknown") if share is None else words.percent(share)


def volume_table(facts: Facts, words: Words) -> Table:
    """Posts, authors, coverage and status of each bucket and platform."""
    columns = (
        *(BUCKET, PLATFORM, Column("status")),
        *(Column(key, "number") for key in ("posts", "labelled", "authors", "coverage")),
    )
    rows = [
        {
            **_row(words, bucket, name, row),
            "status": words(f"status_{row['status']}"),
            "coverage": _coverage(words, row["coverage"]),
        }
        for bucket, name, row in _by_platform(facts)
    ]
    return make_table(words, "volume", columns, rows)


def sentiment_table(facts: Facts, words: Words) -> Table:
    """Classes and net sentiment of each bucket and platform."""
    counted = ("negative", "neutral", "positive", "net", "interval")
    rows = [{**_row(words, bucket, name, row), **_net(words, row)} for bucket, name, row in _by_platform(facts)]
    note = net_note(facts, words, main_bucket(facts, facts.edition.week))
    columns = (BUCKET, PLATFORM, *(Column(key, "number") for key in counted))
    return make_table(words, "sentiment", columns, rows, note=note)


def _net(words: Words, row: Row) -> dict[str, str]:
    if (row["labelled"] or 0) < METHOD.net_posts or row["net_sentiment"] is None:
        return dict.fromkeys(("net", "interval"), DASH if row["labelled"] is None else words("net_below"))
    ends = [None if row[end] is None else row[end] * 100 for end in ("net_low", "net_high")]
    return {
        "net": words.decimal(row["net_sentiment"] * 100, signed=True),
        "interval": words.interval(ends[0], ends[1], signed=True),
    }


def detected_table(facts: Facts, words: Words) -> Table:
    """Detected posts of each bucket and platform: the length of the review list, no rate (method §1).

    Totals of the regency are printed as they are, cells crossed with a platform below 5 are hidden (method §6).
    """
    columns = (BUCKET, PLATFORM, Column("detected", "parts"), Column("labelled", "number"))
    rows = []
    for bucket, name, row in _by_platform(facts):
        is_part = name != "all" and len(facts.platforms) > 1
        detected = row["detected"] if is_part else words.number(row["detected"])
        rows.append({**_row(words, bucket, name, row), "detected": detected})
    note = f"{words('unreviewed_note')} {words('suppression_note')}"
    caption = words("table_detected", stage=review_words(facts, words))
    return make_table(words, "detected", columns, rows, caption=caption, note=note)


def indication_table(facts: Facts, words: Words) -> Table:
    """Detected posts by class, most first in each bucket; a rate only for classes whose precision was measured."""
    frame = facts.tables["trends.weekly_indication"].filter(
        pl.col("week") == str(facts.edition.week), pl.col("platform") == "all"
    )
    by_key = {(row["phase"], row["indication"]): row for row in frame.iter_rows(named=True)}
    rows: list[dict[str, Cell]] = []
    for bucket in facts.buckets:
        counts = {code: row for code, _ in facts.detected_by_indication if (row := by_key.get((bucket.phase, code)))}
        absent = {code for code in counts if facts.only_in_phase.get(code, bucket.phase) != bucket.phase}
        for code in sorted(counts, key=lambda code: (code in absent, -(counts[code]["posts"] or 0))):
            row = counts[code]
            numbers = {**row, **_rate(words, row, code in facts.measured)}
            if code in absent:
                numbers = dict.fromkeys(numbers)
            names = {"bucket": bucket_name(words, bucket), "indication": facts.label("indications", code)}
            rows.append({**numbers, **names})
    counted = (Column("posts", "number"), Column("rate", "decimal"), Column("interval", "number"))
    caption = words("table_indications", stage=review_words(facts, words))
    return make_table(words, "indications", (BUCKET, Column("indication"), *counted), rows, caption=caption)


def _rate(words: Words, row: Row, is_measured: bool) -> dict[str, Cell]:
    if not is_measured:
        return dict.fromkeys(("rate", "interval"), words("review_list"))
    return {"rate": row["per_1000"], "interval": words.interval(row["per_1000_low"], row["per_1000_high"])}


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
            rows.append(
                {
                    **row,
                    "bucket": bucket_name(words, bucket),
                    "topic": facts.label("topics", row["topic"]),
                    "share": words.percent(row["share"], 1),
                    "interval": words.interval(ends[0], ends[1]),
                }
            )
    counted = (Column(key, "number") for key in ("posts", "share", "interval"))
    return make_table(words, "topics", (BUCKET, Column("topic"), *counted), rows)


def district_table(facts: Facts, words: Words) -> Table:
    """Posts that name a kecamatan, by bucket, small cells hidden; the names of buckets are wider than their counts."""
    columns = (
        Column("district", share=1.4),
        *(Column(bucket.phase, "parts", 1.0, bucket_name(words, bucket)) for bucket in facts.buckets),
    )
    phases = [bucket.phase for bucket in facts.buckets]
    rows = [
        {"district": _place(facts, words, code), **dict(zip(phases, counts, strict=True))}
        for code, counts in facts.posts_by_district
    ]
    return make_table(words, "districts", columns, rows, note=words("suppression_note"))


def _place(facts: Facts, words: Words, code: str) -> str:
    return words("places_unknown") if code == "unknown" else facts.label("places", code)


def coverage_table(facts: Facts, words: Words) -> Table:
    """Planned, attempted and succeeded collections of the week by platform."""
    week = facts.edition.week
    rows: list[dict[str, Cell]] = []
    for name in facts.platforms:
        seen = facts.collected(name, week.first_day, week.last_day)
        known = [row["posts"] for bucket in facts.buckets if (row := facts.measure(bucket, name))]
        rows.append(
            {
                **(seen._asdict() if seen.planned else dict.fromkeys(seen._fields)),
                "platform": platform_name(words, name),
                "coverage": _coverage(words, seen.coverage),
                "posts": None if all(count is None for count in known) else facts.posts_of(name),
            }
        )
    counted = (Column(key, "number") for key in ("planned", "attempted", "succeeded", "coverage", "posts"))
    return make_table(words, "coverage", (PLATFORM, *counted), rows)


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
        {
            **row,
            "platform": platform_name(words, row["platform"]),
            "source": format_name(words, row["source"]),
        }
        for row in sums.iter_rows(named=True)
    ]
    columns = (PLATFORM, Column("source"), *(Column(key, "number") for key in ("files", *counts)))
    return make_table(words, "loads", columns, rows, caption=f"{words('table_loads')} {_loaded(facts, words)}")


def reject_table(facts: Facts, words: Words) -> Table:
    """Rejected records of all files by source and reason, most first."""
    frame = facts.tables["reject_reasons"].sort(["records", "source", "reason"], descending=[True, False, False])
    rows = [
        {**row, "source": format_name(words, row["source"]), "reason": reason_words(words, row["reason"])}
        for row in frame.iter_rows(named=True)
    ]
    columns = (Column("source"), Column("reason"), Column("records", "number"))
    return make_table(words, "rejects", columns, rows, caption=f"{words('table_rejects')} {_loaded(facts, words)}")


def format_name(words: Words, source: str) -> str:
    """What readers call the format or list a file came in: `daftar hapus` for `removals`."""
    return words.known(f"format_{source}", source)


def _loaded(facts: Facts, words: Words) -> str:
    """The days on which the counted files came in, in brackets: not those of the week."""
    zone = facts.edition.election.zone
    landed = [moment.astimezone(zone).date() for moment in facts.tables["core.loads"]["landed_at"]]
    return words("loaded_days", days=words.short_days(min(landed), max(landed))) if landed else words("loaded_none")


def view_table(facts: Facts, words: Words) -> Table:
    """View-weighted beside count-weighted, for each bucket and platform."""
    frame = facts.tables["trends.weekly_views"].filter(
        pl.col("week") == str(facts.edition.week), pl.col("dimension") == "platform"
    )
    by_key = {(row["phase"], row["platform"]): row for row in frame.iter_rows(named=True)}
    rows: list[dict[str, Cell]] = []
    for bucket in facts.buckets:
        for name in ("all", *facts.platforms):
            row, counted = by_key.get((bucket.phase, name)), facts.measure(bucket, name)
            if row is None or counted is None or not row["views"]:
                continue
            rows.append(
                {
                    **_row(words, bucket, name, row),
                    "top_share": words.percent(row["top_share"]),
                    "net": _points(words, counted["net_sentiment"]),
                    "net_views": _points(words, row["net_sentiment"]),
                }
            )
    columns = (
        *(Column("bucket", "bucket", 2.4), Column("platform", share=1.3)),
        *(Column("seen_posts", "number", 1.0), Column("views", "number", 1.1), Column("top_share", "number", 1.1)),
        *(Column("net", "number", 1.1), Column("net_views", "number", 1.3)),
    )
    return make_table(words, "views", columns, rows, note=words("table_views_note"))


def _points(words: Words, net: float | None) -> str:
    return DASH if net is None else words.decimal(net * 100, signed=True)
