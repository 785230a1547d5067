"""The invented season's tested tables: a burst, its posts, an official series, corrections, reviews and clocks."""

from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any

import polars as pl

from flows.headers import schema
from flows.periods import Week
from flows.seeds import read_seed

BURST = "2024-W05"  # a topic on TikTok and everywhere, a class of indications everywhere
POST = (
    *("platform", "post_id", "created_at", "text", "indications", "topics", "districts"),
    *("likes", "comments", "shares", "views"),
)
_COUNTED = ("money_politics", "neutrality")
_SIGNAL = schema("trends.signals")


def _cell(
    row: dict[str, Any], family: str, subject: str, past: list[dict[str, Any]], posts: int | None
) -> dict[str, Any]:
    base = {key: row[key] for key in ("week", "phase", "platform", "first_day", "days")}
    empty = dict.fromkeys(_SIGNAL) | base | {"family": family, "subject": subject, "signal": False}
    if row["status"] == "not_collected" or posts is None:
        return empty | {"reason": "not_collected"}
    seen = empty | {
        "observed": round(posts * 0.8),
        "posts": posts,
        "exposure": float(row["labelled"]),
    }
    if row["coverage"] is None or row["coverage"] < 0.7:
        return seen | {"reason": "coverage_unknown" if row["coverage"] is None else "coverage_below_floor"}
    if subject in _COUNTED:
        return seen | {"reason": "not_measured"}
    if row["days"] < 4:
        return seen | {"reason": "bucket_too_short"}
    if len(past) < 4:
        return seen | {"reason": "no_baseline"}
    found = row["week"] == BURST and (
        (family, subject) == ("topics", "flood")
        or ((family, subject, row["platform"]) == ("indications", "insult", "all"))
    )
    expected = max(round(posts * 0.8 / (2.6 if found else 1.05), 2), 0.2)
    ratio = posts * 0.8 / expected
    return seen | {
        "expected": expected,
        "usual_low": int(expected * 0.6),
        "usual_high": ceil(expected * 1.5),
        "ratio": ratio,
        "ratio_low": ratio * 0.7,
        "ratio_high": ratio * 1.5,
        "p": 0.0004 if found else 0.3,
        "q": 0.004 if found else 0.61,
        "signal": found,
        "direction": "up" if found else None,
        "baseline_weeks": [each["week"] for each in past[-8:]],
        "baseline_buckets": len(past[-8:]),
        "baseline_observed": round(expected * 8),
        "baseline_exposure": float(row["labelled"] * 8),
        "dispersion": 1.2,
        "tests": 40,
        "burst_50": 6,
        "burst_80": 9,
        "burst_95": 12,
    }


def _signals(platforms: pl.DataFrame, topics: pl.DataFrame) -> pl.DataFrame:
    by_topic = {
        (row["week"], row["phase"], row["platform"], row["topic"]): row["posts"] for row in topics.iter_rows(named=True)
    }
    names = sorted(set(topics["topic"]))
    cells: list[dict[str, Any]] = []
    history: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in platforms.sort("first_day", "platform").iter_rows(named=True):
        past = history.setdefault((row["phase"], row["platform"]), [])
        cells.append(_cell(row, "volumes", "posts", past, row["posts"]))
        cells += [_cell(row, "sentiment", name, past, row[name]) for name in ("negative", "positive")]
        for name in names:
            cells.append(_cell(row, "topics", name, past, by_topic[row["week"], row["phase"], row["platform"], name]))
        if row["platform"] == "all":
            cells += [
                _cell(row, "indications", name, past, row["detected"] if name == "insult" else 0)
                for name in ("hate_speech", "insult", *_COUNTED)
            ]
        if row["days"] >= 4 and row["status"] == "observed":
            past.append(row)
    return pl.DataFrame(cells, schema=_SIGNAL)


def _flags(signals: pl.DataFrame) -> pl.DataFrame:
    """The counts of the unmeasured classes, compared where anything else could be; none of them is a flag."""
    names = list(schema("trends.count_flags"))
    counted = signals.filter(pl.col("subject").is_in(_COUNTED)).rename({"subject": "indication"}).drop("reason")
    reasons = signals.filter(pl.col("subject") == "insult").select("week", "phase", "platform", "reason")
    return (
        counted.join(reasons, on=["week", "phase", "platform"])
        .with_columns(flag=pl.lit(False), is_weak=pl.lit(False))
        .with_columns(expected=pl.when(pl.col("reason").is_null()).then(0.4))
        .with_columns(usual_low=pl.when(pl.col("expected") > 0).then(0))
        .with_columns(usual_high=pl.when(pl.col("expected") > 0).then(2))
        .cast({"usual_low": pl.Int64, "usual_high": pl.Int64})
        .select(names)
    )


def incident(week: str, **changes: Any) -> pl.DataFrame:
    """One row of trends.incident_weeks: 35 posts of one class, far above what is usual, unless it is changed."""
    row: dict[str, Any] = dict.fromkeys(schema("trends.incident_weeks"))
    first = Week.parse(week).first_day
    row |= {"incident": "2024-01", "week": week, "phase": "campaign", "kind": "count_flag", "family": "indications"}
    row |= {"subject": "money_politics", "platform": "all", "direction": "up", "first_day": first}
    row |= {
        "first_seen": first,
        "last_seen": first + timedelta(days=2),
        "opened": first,
        "posts": 35,
        "texts": 35,
        "online": 33,
    }
    row |= {"accounts": 34, "platforms": ["facebook", "tiktok"], "views": 3000, "observed": 35, "expected": 0.91}
    row |= {"q": 0.0, "is_weak": False, "driving_words": ["amplop", "coblos"], "word_share": 0.5, "stage": "detected"}
    return pl.DataFrame([row | {"status": "open", "situation": True} | changes], schema=schema("trends.incident_weeks"))


def _incidents(signals: pl.DataFrame) -> pl.DataFrame:
    """The incidents of the burst: a topic and a class of indications."""
    rows = [incident(BURST).clear()]
    found = signals.filter(pl.col("signal") & (pl.col("platform") == "all"))
    for number, row in enumerate(found.iter_rows(named=True), start=1):
        is_class = row["family"] == "indications"
        changes = {name: row[name] for name in ("phase", "family", "subject", "observed", "expected", "posts", "q")}
        words = ["rob", "jalan"] if not is_class else ["bodoh"]
        rows.append(
            incident(
                row["week"], incident=f"2024-{number:02d}", kind="signal", texts=row["observed"], accounts=21,
                platforms=["tiktok"], driving_words=words, stage="detected" if is_class else None, **changes,
            )
        )  # fmt: skip
    return pl.concat(rows)


def _posts(week: Week) -> pl.DataFrame:
    rows = [
        {
            "phase": "campaign",
            "family": "topics",
            "subject": "flood",
            "signal_platform": "all",
            "platform": "tiktok",
            "post_id": f"73{number:017d}",
            "created_at": datetime(*week.first_day.timetuple()[:3], 8, tzinfo=UTC) + timedelta(hours=number),
            "text": f"Karangan: air rob naik lagi di gang nomor {number}, jalan tergenang.",
            "indications": [],
            "topics": ["flood"],
            "districts": ["3325110"],
            "likes": 3 * number,
            "comments": 1,
            "shares": None,
            "views": 90 * number,
        }
        for number in range(12 if str(week) == BURST else 0)
    ]
    own = {**dict.fromkeys(("phase", "family", "subject", "signal_platform"), pl.String)}
    return pl.DataFrame(rows, schema=own | schema("core.posts", POST))


def _items(evidence: pl.DataFrame, week: Week) -> pl.DataFrame:
    return evidence.select(
        "platform",
        "post_id",
        pl.lit(str(week)).alias("week"),
        pl.lit("campaign").alias("phase"),
        "indications",
        pl.col("indications").list.head(0).alias("codes"),
        (pl.col("hand_over_limit") - pl.duration(days=7)).alias("first_seen_day"),
        "hand_over_limit",
        pl.col("hand_over_limit").alias("act_by"),
        "stage",
        pl.lit("unreviewed").alias("outcome"),
        pl.lit("live").alias("state"),
        pl.lit(True).alias("is_detected"),
        pl.lit(True).alias("is_open"),
    )


def _official() -> pl.DataFrame:
    rows = [
        {
            "series": row["series"],
            "publisher": "Bawaslu RI",
            "instrument": "konten internet hasil kajian",
            "unit": "konten",
            "stage": "hasil kajian Bawaslu",
            "scope": "nasional, kumulatif",
            "as_of": date.fromisoformat(row["as_of"]),
            "metric": metric,
            "value": int(row[metric]),
        }
        for row in read_seed("official_series")
        for metric in ("total", "hate")
    ]
    return pl.DataFrame(rows)


def _reported(platforms: pl.DataFrame) -> pl.DataFrame:
    return platforms.filter((pl.col("platform") == "all") & pl.col("posts").is_not_null()).select(
        "week",
        "phase",
        "platform",
        pl.lit("trends.weekly_platform").alias("table_name"),
        pl.lit("").alias("key"),
        pl.lit("posts").alias("metric"),
        (pl.col("posts") * 0.985).round().alias("first_reported"),
        pl.col("posts").cast(pl.Float64).alias("now_known"),
    )


def _corrections(reported: pl.DataFrame, week: Week) -> pl.DataFrame:
    moment = datetime(*week.first_day.timetuple()[:3], tzinfo=UTC)
    return (
        reported.filter(pl.col("week") < str(week))
        .tail(5)
        .with_columns(
            (pl.col("week") + "-2").alias("publication"),
            pl.col("first_reported").alias("previous"),
            pl.Series(
                "reason",
                ["late", "removed", "late, removed", "backfilled", "relabelled"][
                    : min(5, reported.filter(pl.col("week") < str(week)).height)
                ],
            ),
            pl.lit(moment).dt.convert_time_zone("UTC").dt.cast_time_unit("us").alias("corrected_at"),
            pl.lit("removals of January").alias("given_reason"),
            pl.lit(2, pl.Int64).alias("files"),
            pl.lit("tiktok.ndjson").alias("first_file"),
            pl.lit("labels-3-a -> labels-3-b").alias("labels_changed"),
            pl.lit("places=1a2b3c4d").alias("seeds_changed"),
            pl.lit("0.1.0 -> 0.2.0").alias("code_changed"),
        )
    )


# Class -> flagged, reviewed, confirmed, sampled, missed, estimate, low, high, form.
REVIEWED = {
    "insult": (26, 26, 17, 100, 1, 34.0, 21.0, 62.0, "ratio"),
    "hate_speech": (9, 9, 4, 100, 0, 6.0, 4.0, 15.0, "ratio"),
    "hoax": (3, 3, 0, 100, 0, 0.0, 0.0, 10.0, "direct"),
}


def _estimates(platforms: pl.DataFrame, week: Week) -> pl.DataFrame:
    """Three classes of the burst were reviewed, and one nobody looked at; of other weeks nothing."""
    names = ("flagged", "reviewed", "confirmed", "sampled", "missed", "estimate", "low", "high", "form")
    waiting = (7, 0, 0, 0, 0, None, None, None, None)
    rows = []
    for row in platforms.filter(week=str(week), platform="all").iter_rows(named=True):
        base = {key: row[key] for key in ("week", "phase", "first_day")}
        for code, counts in ({**REVIEWED, "threat": waiting} if str(week) == BURST else {"threat": waiting}).items():
            reason = "flags_not_reviewed" if counts is waiting else None
            rows.append(base | {"indication": code, "reason": reason, **dict(zip(names, counts, strict=True))})
    return pl.DataFrame(rows, schema_overrides=dict.fromkeys(("estimate", "low", "high"), pl.Float64))


def _net_estimates(platforms: pl.DataFrame, week: Week) -> pl.DataFrame:
    """Coders said the sentiment of drawn posts of the week of the burst, and of no other."""
    rows = []
    for row in platforms.filter(week=str(week), platform="all").iter_rows(named=True):
        known = {"estimate": -0.062, "low": -0.171, "high": 0.047, "label_weight": 0.7, "reviewed": 126, "reason": None}
        unknown = dict.fromkeys(known) | {"reviewed": 0, "reason": "not_reviewed"}
        base = {key: row[key] for key in ("week", "phase", "first_day")}
        rows.append(base | (known if str(week) == BURST else unknown))
    numbers = dict.fromkeys(("estimate", "low", "high", "label_weight"), pl.Float64)
    return pl.DataFrame(rows, schema_overrides=numbers | {"reason": pl.String})


def tables(
    platforms: pl.DataFrame, topics: pl.DataFrame, evidence: pl.DataFrame, week: Week
) -> dict[str, pl.DataFrame]:
    """Every tested table of the season for an edition of a week."""
    reported = _reported(platforms)
    watch = [
        ("tiktok", "zeeschuimer", "kata kunci"),
        ("facebook", "crowdtangle", "halaman lokal"),
        ("instagram", "zeeschuimer", "tagar batang"),
    ]
    days = [week.first_day + timedelta(days=number) for number in range(-7, 7)]
    signals = _signals(platforms, topics)
    return {
        "trends.signals": signals,
        "trends.count_flags": _flags(signals),
        "trends.incident_weeks": _incidents(signals),
        "trends.estimates": _estimates(platforms, week),
        "trends.net_estimates": _net_estimates(platforms, week),
        "trends.slopes": pl.DataFrame(
            [
                {
                    **{"week": str(week), "platform": "all", "family": "volumes", "subject": "posts", "buckets": 9},
                    **{
                        "first_week": "2023-W49",
                        "slope": 14.2,
                        "slope_low": 6.1,
                        "slope_high": 21.4,
                        "tau": 0.7,
                        "p": 0.004,
                    },
                    **{"q": 0.02, "direction": "up", "unit": "posts_per_day", "reason": None},
                }
            ]
        ),
        "trends.emerging_terms": pl.DataFrame(
            [
                {
                    "week": str(week),
                    "place": 1,
                    "term": "rob",
                    "kind": "word",
                    "posts": 31,
                    "authors": 22,
                    "expected": 4.1,
                    "score": 5.2,
                    "examples": ["tiktok/730"],
                },
                {
                    "week": str(week),
                    "place": 2,
                    "term": "banjirbatang",
                    "kind": "hashtag",
                    "posts": 12,
                    "authors": 9,
                    "expected": 0.4,
                    "score": 3.9,
                    "examples": ["tiktok/731"],
                },
            ]
        ),
        "trends.weekly_views": pl.DataFrame(
            [
                {
                    "week": row["week"],
                    "phase": row["phase"],
                    "platform": row["platform"],
                    "dimension": "platform",
                    "subject": "all",
                    "seen_posts": row["posts"],
                    "views": (row["posts"] or 0) * 310,
                    "share": 1.0,
                    "net_sentiment": 0.12,
                    "top_share": 0.08,
                }
                for row in platforms.iter_rows(named=True)
            ],
            infer_schema_length=None,
        ),
        "trends.corrections": _corrections(reported, week),
        "trends.reported": reported,
        "trends.funnel": pl.DataFrame(
            [
                {
                    "week": str(week),
                    "phase": "campaign",
                    "origin": "detected",
                    "step": step,
                    "stage": stage,
                    "entered": entered,
                    "passed": passed,
                    "rejected": closed,
                    "waiting": entered - passed - closed,
                }
                for step, (stage, entered, passed, closed) in enumerate(
                    (
                        ("detected", 24, 6, 0),
                        ("reviewed", 6, 2, 3),
                        ("indicated", 2, 1, 0),
                        ("referred", 1, 0, 0),
                        ("decided", 0, 0, 0),
                    ),
                    start=1,
                )
            ]
        ),
        "trends.agreement": pl.DataFrame(
            {"week": ["all"], "coders": [2], "posts": [40], "alpha": [0.71], "alpha_low": [0.52], "alpha_high": [0.86]}
        ),
        "trends.official": _official(),
        "core.review_items": _items(evidence, week),
        "core.cases": pl.DataFrame(schema=schema("core.cases")),
        "trends.weekly_cases": pl.DataFrame(schema=schema("trends.weekly_cases")),
        "core.watches": pl.DataFrame(schema=schema("core.watches")),
        "core.collection": pl.DataFrame(
            [(*each, day, 4, 4) for each in watch for day in days],
            schema=schema("core.collection", ("platform", "source", "query", "day", "planned", "succeeded")),
            orient="row",
        ),
        "signal_posts": _posts(week),
    }
