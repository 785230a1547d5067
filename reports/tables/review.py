"""The tables of what people do with what was detected: the limits that run, and where the items of the week stand."""

from reports.reading.facts import Row
from reports.reading.outcomes import Trends
from reports.tables.table import Cell, Column, Table, make_table
from reports.wording.decisions import receivers
from reports.wording.sentences import bucket_name
from reports.wording.words import DASH, Words, platform_name

SAMPLE = "sample"  # the origin of posts drawn at random
CLOCKS = (
    *(Column("limit", share=1.1), Column("left", share=1.5), Column("platform", share=0.9), Column("post", share=1.7)),
    *(Column("indication", share=1.9), Column("receiver", share=1.7)),
    *(Column("first_seen", share=1.0), Column("index_week", share=0.9)),
)


def clock_table(trends: Trends, words: Words) -> Table:
    """Unreviewed items that are to be acted on before the next report, the most urgent first."""
    rows = [_clock_row(trends, words, item) for item in trends.due]
    empty, note = words("clocks_none"), words("table_clocks_note", day=words.day(trends.facts.edition.local.date()))
    return make_table(words, "clocks", CLOCKS, rows, note=note, empty=empty, stacked=True)


def overdue_table(trends: Trends, words: Words) -> Table:
    """Those whose limit has passed: a table of their own, since their list grows in every week without reviews."""
    rows = [_clock_row(trends, words, item) for item in trends.overdue]
    caption = words("clocks_overdue", count=words.number(len(rows)))
    return make_table(words, "clocks", CLOCKS, rows, caption=caption, empty=words("clocks_none"), stacked=True)


def _clock_row(trends: Trends, words: Words, item: Row) -> dict[str, Cell]:
    limit = item["hand_over_limit"]
    indications = [trends.facts.label("indications", code) for code in item["indications"] or ()]
    return {
        "limit": words.short_day(limit),
        "left": _left(trends, words, item),
        "platform": platform_name(words, item["platform"]),
        "post": str(item["post_id"]),
        "indication": "; ".join(indications) or DASH,
        "receiver": receivers(trends, words, list(item["indications"] or ())),
        "first_seen": words.short_day(item["first_seen_day"]) if item["first_seen_day"] else DASH,
        "index_week": str(item["week"]),
    }


def _left(trends: Trends, words: Words, item: Row) -> str:
    """How many days are left; of what the vote comes before, that it does."""
    days = (item["hand_over_limit"] - trends.facts.edition.local.date()).days
    if trends.is_before_vote(item):
        return words("clock_before_vote", day=words.short_day(item["act_by"]))
    if days == 0:
        return words("clock_today")
    return words("clock_passed", days=words.number(-days)) if days < 0 else words("clock_left", days=days)


def funnel_table(trends: Trends, words: Words) -> Table:
    """Where the items of the week stand: entered = passed on + closed + waiting, at every stage."""
    counted = (("entered", 0.7), ("passed", 1.1), ("rejected", 0.8), ("waiting", 1.0))
    columns = (
        *(Column("bucket", "bucket", 2.9), Column("origin", share=2.0), Column("stage", share=2.4)),
        *(Column(key, "number", share) for key, share in counted),
    )
    facts = trends.facts
    frame = facts.tables["trends.funnel"]
    week = [row for row in frame.iter_rows(named=True) if row["week"] == str(facts.edition.week)]
    rows: list[dict[str, Cell]] = []
    for bucket in facts.buckets:
        part = [row for row in week if row["phase"] == bucket.phase]
        is_sampled = any(row["entered"] for row in part if row["origin"] == SAMPLE)
        is_seen = (facts.measure(bucket) or {}).get("posts") is not None
        for row in part:
            if row["origin"] == SAMPLE and not is_sampled:
                continue  # nothing of the sample came back yet
            is_known = is_seen or row["entered"]  # a gap is no zero
            rows.append(
                {
                    "bucket": bucket_name(words, bucket),
                    "origin": words(f"origin_{row['origin']}"),
                    "stage": words("funnel_detected" if row["step"] == 1 else f"stage_{row['stage']}"),
                    **{key: row[key] if is_known else None for key, _ in counted},
                }
            )
    return make_table(words, "funnel", columns, rows, note=agreement_text(trends, words))


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
