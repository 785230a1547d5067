"""An invented season of report tables: outage, planned gap, split weeks, zero week, and imports of unknown coverage."""

import random
from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import exp, sqrt
from typing import Any

import polars as pl

from flows.headers import schema
from flows.method import METHOD
from flows.periods import Bucket, Week, phase_classes, read_election, weeks_between
from flows.seeds import read_seed
from reports.edition import Edition, Language, Tables
from reports.reading.contract import CONTRACT
from tests import reports_fixture_tested as tested

ELECTION = read_election()
FIRST, LAST = Week.parse("2023-W34"), Week.parse("2024-W07")
MEASURED = ("hate_speech", "insult")
OUTAGE, ZERO, GAP, PARTIAL = "2024-W02", "2023-W40", "2023-W43", "2023-W50"
PLATFORMS = {"tiktok": 0.5, "facebook": 0.33, "instagram": 0.17}
TOPICS = {
    "candidates": ("Peserta dan tokoh", "Candidates and figures", 0.21),
    "programme": ("Program dan janji", "Programmes and promises", 0.13),
    "logistics": ("Penyelenggaraan dan logistik pemilu", "Election logistics", 0.11),
    "prices": ("Harga dan bantuan sosial", "Prices and social aid", 0.1),
    "roads": ("Jalan dan infrastruktur", "Roads and infrastructure", 0.085),
    "religion": ("Agama dan budaya", "Religion and culture", 0.07),
    "youth": ("Pemilih muda", "Young voters", 0.05),
    "security": ("Ketertiban dan keamanan", "Public order", 0.04),
    "flood": ("Banjir rob dan cuaca", "Floods and weather", 0.02),
    "industry": ("Kawasan industri dan kerja", "Industry and jobs", 0.012),
}
INDICATIONS = {
    "hate_speech": ("Ujaran kebencian / SARA", "Hate speech"),
    "insult": ("Penghinaan / kampanye hitam", "Insult / black campaign"),
    "hoax": ("Hoaks / disinformasi", "Hoax / disinformation"),
    "incitement": ("Hasutan / adu domba", "Incitement"),
    "threat": ("Ancaman / kekerasan", "Threat / violence"),
    "money_politics": ("Politik uang", "Money politics"),
    "neutrality": ("Netralitas ASN, TNI, Polri, kepala/perangkat desa", "Neutrality of officials"),
    "quiet_period": ("Kampanye di masa tenang", "Campaign in the quiet period"),
}
PLACES = {"3325010": "Wonotunggal", "3325020": "Bandar", "3325080": "Limpung", "3325110": "Batang"}
COPIED_POSTS = {
    "place": pl.Int64, "created_at": pl.Datetime("us", "UTC"), "platform": pl.String, "account": pl.Int64,
    "post_id": pl.String,
}  # fmt: skip
HOSTILE = (
    "<script>document.title='broken'</script><img src=x onerror=alert(1)>",
    '=HYPERLINK("http://example.invalid","klik")',
    '#import "x": *; *bold* _miring_ $x$ @ref <label> `kode` \\ [kurung]',
    "urutan \u202edibalik\u202c dan \x00 kosong \ufdd0",
    "semangat \U0001f600\U0001f44d\U0001f3fd \U0001f1ee\U0001f1e9"
    " \ua9b2\ua9a4\ua995\ua9ab \u0627\u0644\u0633\u0644\u0627\u0645",
    "{{ 7 * 7 }} {% raw %} </style></table>",
    "katapanjangsekalitanpaspasi" * 12,
)


def edition(
    week: str = "2024-W05", lang: Language = "id", as_of: datetime | None = None, publication: int = 1
) -> Edition:
    """An edition of a week, released at its default moment."""
    parsed = Week.parse(week)
    return Edition(
        week=parsed,
        as_of=as_of or ELECTION.release_moment(parsed),
        lang=lang,
        election=ELECTION,
        office="Diskominfo Kabupaten Batang",
        publication=publication,
        label_version="a1b2c3d4",
        data_version="0f9e8d7c6b5a",
        code_version="0.1.0",
    )


def _garwood(count: int, exposure: int) -> tuple[float | None, float | None, float | None]:
    """Rate per 1,000 with an interval close enough to Garwood's for pictures (Byar's approximation)."""
    if not exposure:
        return None, None, None
    low = count * (1 - 1 / (9 * count) - 1.96 / (3 * sqrt(count))) ** 3 if count else 0.0
    up = count + 1
    high = up * (1 - 1 / (9 * up) + 1.96 / (3 * sqrt(up))) ** 3
    return tuple(round(value / exposure * 1000, 4) for value in (count, low, high))  # type: ignore[return-value]


def _measures(
    bucket: Bucket, platform: str, counts: dict[str, int], coverage: float | None, status: str
) -> dict[str, Any]:
    n, negative, positive = counts["labelled"], counts["negative"], counts["positive"]
    net = low = high = None
    if n >= 30:
        p1, p2 = (positive + 1) / (n + 2), (negative + 1) / (n + 2)
        half = 1.96 * sqrt((p1 + p2 - (p1 - p2) ** 2) / (n + 2))
        net, low, high = (positive - negative) / n, p1 - p2 - half, p1 - p2 + half
    rate, rate_low, rate_high = _garwood(counts["detected"], n)
    seen: dict[str, int | None] = dict(counts)
    if status == "not_collected":
        seen = dict.fromkeys(counts)
    return {
        "week": str(bucket.week),
        "phase": bucket.phase,
        "platform": platform,
        "first_day": bucket.first_day,
        "last_day": bucket.last_day,
        "days": bucket.days,
        **{key: seen[key] for key in ("posts", "labelled", "authors", "negative", "neutral", "positive")},
        "net_sentiment": net,
        "net_low": low,
        "net_high": high,
        "detected": seen["detected"],
        "per_1000": rate,
        "per_1000_low": rate_low,
        "per_1000_high": rate_high,
        "coverage": coverage,
        "status": status,
        "is_comparable": _reason(coverage, status) is None,
        "reason": _reason(coverage, status),
    }


def _reason(coverage: float | None, status: str) -> str | None:
    """Why a bucket is not compared, as core.buckets says it of one platform."""
    if status == "not_collected":
        return status
    if coverage is None:
        return "coverage_unknown"
    return "coverage_below_floor" if coverage < METHOD.coverage_floor else None


def _collected(platform: str, day: date) -> tuple[int, str | None]:
    week = str(Week.of(day))
    if day > ELECTION.voting_day:
        return 0, "not attempted"
    if week == OUTAGE and platform == "facebook":
        return 0, "outage"
    if week == GAP and day.weekday() < 5:
        return 0, "not attempted"
    if week == PARTIAL and platform == "tiktok":
        return 3, "quota"
    if week == "2024-W05" and platform == "instagram" and day.weekday() == 5:
        return 2, "quota"
    return 4, None


def _status(planned: int, succeeded: int) -> str:
    if not planned:
        return "unknown"
    if succeeded >= planned:
        return "observed"
    return "partial" if succeeded else "not_collected"


def _bucket_counts(rng: random.Random, bucket: Bucket, platform: str, share: float, seen: float) -> dict[str, int]:
    left = ELECTION.days_to_vote(bucket.first_day)
    daily = 240 * share * (1 + 1.6 * exp(-max(left, 0) / 45)) * rng.uniform(0.9, 1.1)
    posts = round(daily * bucket.days * seen)
    labelled = round(posts * 0.97)
    negative = round(labelled * rng.uniform(0.17, 0.23))
    positive = round(labelled * rng.uniform(0.24, 0.31))
    detected = 0 if str(bucket.week) == ZERO else sum(rng.random() < 0.004 for _ in range(labelled))
    return {
        "posts": posts,
        "labelled": labelled,
        "authors": round(posts * 0.71),
        "negative": negative,
        "positive": positive,
        "neutral": labelled - negative - positive,
        "detected": detected,
    }


def _platform_rows(rng: random.Random, bucket: Bucket, topics: list[Any], indications: list[Any]) -> list[Any]:
    rows = []
    everything: dict[str, int] = {}
    shares: dict[str, int] = {}
    planned = succeeded = 0
    for platform, share in PLATFORMS.items():
        days = [bucket.first_day + timedelta(days=n) for n in range(bucket.days)]
        got = sum(_collected(platform, day)[0] for day in days)
        planned, succeeded = planned + 4 * len(days), succeeded + got
        seen = got / (4 * len(days))
        counts = _bucket_counts(rng, bucket, platform, share, seen)
        rows.append(_measures(bucket, platform, counts, seen, _status(4 * len(days), got)))
        for key, value in counts.items():
            everything[key] = everything.get(key, 0) + value
        for topic, (_, _, base) in TOPICS.items():
            posts = round(counts["posts"] * base * rng.uniform(0.7, 1.4))
            shares[topic] = shares.get(topic, 0) + posts
            topics.append(_topic(rows[-1], topic, posts))
    rows.append(_measures(bucket, "all", everything, succeeded / planned, _status(planned, succeeded)))
    topics.extend(_topic(rows[-1], topic, posts) for topic, posts in shares.items())
    left = everything["detected"]
    for number, code in enumerate(INDICATIONS):
        part = left if number == len(INDICATIONS) - 1 else rng.randint(0, left // 2)
        left -= part
        rate, low, high = _garwood(part, everything["labelled"])
        found = {"posts": None if rows[-1]["posts"] is None else part, "indication": code}
        indications.append({**rows[-1], **found, "per_1000": rate, "per_1000_low": low, "per_1000_high": high})
    return rows


def _topic(row: dict[str, Any], topic: str, posts: int) -> dict[str, Any]:
    n = row["posts"]
    if n is None:
        return {**row, "posts": None, "topic": topic, "share": None, "share_low": None, "share_high": None}
    share = posts / n if n else None
    half = 1.96 * sqrt(share * (1 - share) / n) if share else 0.0
    low, high = (None, None) if share is None else (max(share - half, 0.0), min(share + half, 1.0))
    return {**row, "posts": posts, "topic": topic, "share": share, "share_low": low, "share_high": high}


def _evidence(week: Week, count: int) -> pl.DataFrame:
    texts = [
        *HOSTILE,
        *(
            f"Contoh unggahan karangan nomor {number} tentang jalan desa, kata @akun kemarin."
            for number in range(count)
        ),
    ][:count]
    codes = list(INDICATIONS)
    return pl.DataFrame(
        [
            {
                "platform": list(PLATFORMS)[number % 3],
                "post_id": f"72{number:017d}",
                "created_at": datetime(*week.first_day.timetuple()[:3], 5, tzinfo=UTC) + timedelta(hours=7 * number),
                "text": text,
                "indications": [codes[number % len(codes)]],
                "topics": ["roads"] if number % 2 else [],
                "districts": ["3325110"] if number % 3 else [],
                "likes": number * 17 if number % 4 else None,
                "comments": number,
                "shares": None,
                "views": 1234 * number,
                "why": "kata kunci: contoh",
                "hand_over_limit": week.last_day + timedelta(days=number % 9),
                "stage": "detected",
            }
            for number, text in enumerate(texts)
        ],
        schema=schema("core.posts", tested.POST) | schema("evidence", ("why", "hand_over_limit", "stage")),
    )


def _seeds() -> dict[str, pl.DataFrame]:
    def labels(entries: dict[str, Any]) -> pl.DataFrame:
        return pl.DataFrame([{"code": code, "label_id": row[0], "label_en": row[1]} for code, row in entries.items()])

    phases = {code: phase for phase, code in phase_classes().items()}
    return {
        "seeds.topics": labels(TOPICS),
        "seeds.indications": labels(INDICATIONS).with_columns(
            pl.col("code").is_in(MEASURED).cast(pl.String).alias("is_measured"),
            pl.when(pl.col("code") == "hate_speech")
            .then(pl.lit("bawaslu police"))
            .otherwise(pl.lit("bawaslu"))
            .alias("receivers"),
            pl.col("code").replace_strict(phases, default=None, return_dtype=pl.String).alias("only_in_phase"),
        ),
        "seeds.receivers": pl.DataFrame(read_seed("receivers")),
        "seeds.official_sources": pl.DataFrame(read_seed("official_sources")),
        "seeds.places": pl.DataFrame([{"code": code, "name": name} for code, name in PLACES.items()]),
        "seeds.articles": pl.DataFrame({"code": ["insult"], "article": ["UU 7/2017 pasal 280(1)c"]}),
    }


def label_quality() -> pl.DataFrame:
    """Invented precision and recall: two classes measured on real texts, one on invented texts, the rest not at all."""
    real = {"test_set_id": "600 komentar karangan", "test_set_en": "600 invented comments", "is_real": True}
    counts = {"posts": 600, "positives": 60, "flagged": 50, "correct": 31}
    shares = {
        **{"precision": 0.62, "precision_low": 0.482, "precision_high": 0.741},
        **{"recall": 0.5167, "recall_low": 0.393, "recall_high": 0.638},
    }
    rate = {"flags_per_1000": 4.3, "flag_posts": 27_000}
    rows: list[dict[str, Any]] = [
        {"family": "sentiment", "code": code, **real, **counts, **shares}
        for code in ("negative", "neutral", "positive")
    ]
    for code in (*INDICATIONS, "any"):
        row: dict[str, Any] = {"family": "indications", "code": code, "test_set_id": "", "test_set_en": ""}
        row |= {"is_real": False, "is_measured": code in MEASURED, **rate}
        if code in (*MEASURED, "any"):
            row |= {**real, **counts, **shares}
        if code == "hoax":
            row |= {"test_set_id": "korpus sendiri", "test_set_en": "own corpus", **counts, **shares}
        rows.append(row)
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.with_columns(pl.col("is_measured").fill_null(pl.col("is_real"))).sort("family", "code")


def own_quality(known: pl.DataFrame, code: str, reviews: int, right: int) -> pl.DataFrame:
    """What is known of the labels, with a class whose figures are the office's own."""
    share = right / reviews
    numbers = {"precision": share, "precision_low": share - 0.1, "precision_high": share + 0.1}
    counts = {"own_reviews": reviews, "flagged": reviews, "correct": right}
    is_it = pl.col("code") == code
    new = {name: pl.lit(value, known.schema[name]) for name, value in (numbers | counts | {"is_own": True}).items()}
    return known.with_columns(
        **{name: pl.when(is_it).then(value).otherwise(pl.col(name)) for name, value in new.items()},
        is_real=pl.col("is_real") | is_it,
    )


def _checks(failed: int) -> pl.DataFrame:
    rows: list[tuple[str | None, ...]] = [
        ("posts", "columns_present", "every column of the post is there", "stop", "passed", "24 of 24", None),
        ("posts", "ids_unique", "no post twice", "stop", "passed", "0", None),
        (
            "trends",
            "volume_plausible",
            "volume within a factor of four of the last bucket",
            "warn",
            "passed",
            "1.1",
            None,
        ),
        ("trends", "detected_share", "less than a tenth of posts detected", "warn", "passed", "0.004", None),
        ("landing", "facebook_shape", "fields of the export are known", "stop", "not_applicable", "0 records", None),
    ]
    rows += [
        ("trends", f"warning_{n}", "an invented warning", "warn", "failed", "7", "seven is odd") for n in range(failed)
    ]
    names = ("gate", "name", "description", "severity", "verdict", "observed", "detail")
    return pl.DataFrame(
        [{"run_id": "r1", **dict(zip(names, row, strict=True))} for row in rows], schema_overrides={"detail": pl.String}
    )


def _loads(week: Week) -> pl.DataFrame:
    landed = datetime(*(week.last_day + timedelta(days=1)).timetuple()[:3], tzinfo=UTC) - timedelta(hours=2)
    rows = [("tiktok", "zeeschuimer", 1300), ("facebook", "crowdtangle", 800), ("instagram", "zeeschuimer", 420)]
    return pl.DataFrame(
        [
            {
                "file_id": f"{number:064x}",
                "kind": "posts",
                "platform": platform,
                "source": source,
                "file": f"{platform}.ndjson",
                "landed_at": landed - timedelta(weeks=back),
                "records": records,
                "posts": records - 60,
                "duplicates": 50,
                "rejects": 10,
            }
            for number, (platform, source, records, back) in enumerate(
                (*row, back) for row in rows for back in range(3)
            )
        ]
    )


def season(week: str = "2024-W05", evidence: int = 24, failed: int = 0) -> Tables:
    """All tables of the invented season as they stand for a week's edition; the frames are made once."""
    return dict(_season(week, evidence, failed))


@cache
def _season(week: str, evidence: int, failed: int) -> Tables:
    rng = random.Random(42)  # noqa: S311 - invented numbers
    platforms: list[Any] = []
    topics: list[Any] = []
    indications: list[Any] = []
    coverage: list[Any] = []
    calendar: list[Any] = []
    for each in weeks_between(FIRST, LAST):
        for bucket in ELECTION.buckets(each):
            platforms += _platform_rows(rng, bucket, topics, indications)
        for day in each.days:
            phase = ELECTION.phase_of(day)
            calendar.append((day, str(each), phase.name, phase.is_rally, ELECTION.days_to_vote(day)))
            for platform in PLATFORMS:
                got, reason = _collected(platform, day)
                coverage.append((platform, "season", day, 4, 4, got, 30 * got, _status(4, got), reason))
    district = [
        {**row, "posts": None if row["posts"] is None else round(row["posts"] * 0.03 * (n + 1)), "district": code}
        for row in platforms
        for n, code in enumerate(PLACES)
    ]
    items = _evidence(Week.parse(week), 0 if week == ZERO else evidence)
    given = {
        **tested.tables(
            pl.DataFrame(platforms, infer_schema_length=None),
            pl.DataFrame(topics, infer_schema_length=None),
            items,
            Week.parse(week),
        ),
        "trends.weekly_platform": pl.DataFrame(platforms, infer_schema_length=None),
        "trends.weekly_topic": pl.DataFrame(topics, infer_schema_length=None),
        "trends.weekly_indication": pl.DataFrame(indications, infer_schema_length=None),
        "trends.weekly_district": pl.DataFrame(district, infer_schema_length=None),
        "core.coverage": _coverage(coverage),
        "core.calendar": pl.DataFrame(
            calendar, schema=["day", "week", "phase", "is_rally", "days_to_vote"], orient="row"
        ),
        "core.loads": _loads(Week.parse(week)),
        "core.set_aside": pl.DataFrame(schema=schema("core.set_aside")),
        "reject_reasons": pl.DataFrame({"source": ["zeeschuimer"], "reason": ["no time"], "records": [90]}),
        "core.checks": _checks(failed),
        "evidence": items,
        "copied_texts": _copied(Week.parse(week)),
        "copied_posts": pl.DataFrame(schema=COPIED_POSTS),
        "core.label_quality": label_quality().with_columns(own_reviews=pl.lit(0, pl.Int64), is_own=pl.lit(False)),
        **_seeds(),
    }
    return {name: whole(name, frame) for name, frame in given.items()}


def whole(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with every column that the table of this name has; those that a case does not care about are null."""
    types = CONTRACT[name].types
    absent = {column: pl.lit(None, kind) for column, kind in types.items() if column not in frame.columns}
    return (
        frame.with_columns(**absent).select(pl.col(column).cast(kind) for column, kind in types.items())
        if types
        else frame
    )


def _copied(week: Week) -> pl.DataFrame:
    """A text that many accounts posted, with what a page must not take for its own, and one that two posted."""
    rows = [
        ("Dukung pasar murah <b>sekarang</b> =1+1", 40, 31, ["facebook", "tiktok"], week.first_day, week.last_day),
        ("Terima kasih warga", 2, 2, ["tiktok"], week.first_day, week.first_day),
    ]
    return pl.DataFrame(rows, schema=["text", "posts", "authors", "platforms", "first_day", "last_day"], orient="row")


def _coverage(rows: list[Any]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=schema("core.coverage"), orient="row")


def imported(week: str = "2023-W41", platform: str = "tiktok", posts: int = 3) -> Tables:
    """A warehouse that holds one hand-made import of a single platform without a plan: coverage is unknown."""
    tables = dict(season(week, evidence=0))
    counts = dict.fromkeys(("posts", "labelled", "authors", "negative", "neutral", "positive", "detected"), 0)
    counts |= {"posts": posts, "labelled": posts, "authors": posts, "neutral": posts}
    rows, topics = [], []
    bucket = ELECTION.buckets(Week.parse(week))[0]
    for name in (platform, "all"):
        rows.append(_measures(bucket, name, counts, None, "unknown"))
        topics.append(_topic(rows[-1], "roads", 1))
    kept = {"trends.official"}
    empty = {
        name: frame.clear()
        for name, frame in tables.items()
        if (name.startswith("trends.") and name not in kept)
        or name in {"core.review_items", "signal_posts", "copied_texts", "copied_posts", "core.collection"}
    }
    days = [(platform, "zeeschuimer", day, None, None, None, 1, "unknown", None) for day in bucket.week.days[1:4]]
    return {
        **tables,
        **empty,
        "trends.weekly_platform": whole("trends.weekly_platform", pl.DataFrame(rows)),
        "trends.weekly_topic": whole("trends.weekly_topic", pl.DataFrame(topics)),
        "core.coverage": _coverage(days),
    }


def nothing(week: str = "2024-W05") -> Tables:
    """A warehouse without a single row: every table is there and empty."""
    return {name: frame if name.startswith("seeds.") else frame.clear() for name, frame in season(week).items()}
