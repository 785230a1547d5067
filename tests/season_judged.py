"""The simulated season as it arrives week by week, and what the signals make of its planted bursts and outages."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

import sql
from flows import demo, simulation, trends
from flows.labels.indications import CALL_TO_VOTE
from flows.loading.imports import run_import
from flows.publishing.build import build_tables
from flows.seeds import read_seed
from flows.settings import Settings
from flows.simulation.coders import SHEET, Drawn, returned
from flows.sources import reviews
from flows.store import models, warehouse

POSTS = 20_000
# (week, platform, subject): 24 posts on TikTok and 14 on Facebook from 30 January to 1 February, all worded differently
BURSTS = [("2024-W05", platform, "money_politics") for platform in ("tiktok", "facebook", "all")]
OUTAGES = [("2023-W42", "tiktok"), ("2023-W52", "instagram"), ("2024-W01", "facebook")]
MEASURED = "UPDATE seeds.indications SET is_measured = 'true'"
TRUTH = """
    UPDATE base.posts SET sentiment = truth.sentiment, topics = truth.topics, districts = truth.districts,
        indications = list_filter(truth.indications, lambda code: code <> 'call_to_vote'), label_version = 'truth'
    FROM read_parquet($truth) AS truth
    WHERE base.posts.platform = truth.platform AND base.posts.post_id = truth.post_id"""

# Two coders who are right say what the season knows of every post that was drawn.
CODED = """
    INSERT INTO base.reviews BY NAME
    SELECT posts.platform, posts.post_id, coder, 'reviewed' AS stage,
        coalesce(list_filter(truth.indications, lambda code: code <> 'call_to_vote')[1], 'none') AS code,
        'sheet' AS file_id, 1 AS line, posts.first_seen_at AS landed_at, 0 AS position
    FROM core.samples AS samples
    JOIN core.posts AS posts ON samples.platform = posts.platform AND samples.post_id = posts.post_id
    JOIN read_parquet($truth) AS truth ON posts.platform = truth.platform AND posts.post_id = truth.post_id
    CROSS JOIN (SELECT unnest(['A', 'B']) AS coder)"""
SAMPLED = """
    SELECT samples.week, samples.platform, samples.post_id,
        coalesce(list_filter(truth.indications, lambda code: code <> 'call_to_vote')[1], 'none') AS code,
        truth.sentiment
    FROM core.samples AS samples
    JOIN read_parquet(?) AS truth ON samples.platform = truth.platform AND samples.post_id = truth.post_id
    ORDER BY ALL"""
TRUE_COUNTS = """
    SELECT posts.bucket AS first_day, indication, count(*) AS truth
    FROM core.posts AS posts
    JOIN read_parquet(?) AS truth ON posts.platform = truth.platform AND posts.post_id = truth.post_id
    CROSS JOIN unnest(truth.indications) AS each(indication)
    WHERE posts.state = 'live' AND posts.text IS NOT NULL
    GROUP BY ALL"""

TRUE_NETS = """
    SELECT posts.bucket AS first_day, avg(CAST(coalesce(sentiments.value, '0') AS DOUBLE)) AS truth,
        avg((posts.sentiment = 'positive')::DOUBLE - (posts.sentiment = 'negative')::DOUBLE) AS by_labels
    FROM core.posts AS posts
    JOIN read_parquet(?) AS truth ON posts.platform = truth.platform AND posts.post_id = truth.post_id
    LEFT JOIN seeds.sentiments AS sentiments ON truth.sentiment = sentiments.code
    WHERE posts.state = 'live' AND posts.sentiment_score IS NOT NULL
    GROUP BY ALL"""


def coded(home: Path, folder: Path, copy: Path) -> Settings:
    """A copy of a home in which two coders, who err as often as is known, returned the sheets of every week.

    They come in as those of people do, by `ronda import`; a third person decides where the two differ.
    """
    shutil.copytree(home, copy, symlinks=True)
    settings = Settings(home=copy)
    with warehouse.opened(copy) as connection:
        drawn = warehouse.query(connection, SAMPLED, [str(folder / "truth" / "posts.parquet")])
    codes = [row["code"] for row in read_seed("indications") if row["code"] != CALL_TO_VOTE]
    sentiments = [row["code"] for row in read_seed("sentiments")]
    said = list(returned((Drawn(*row[1:]) for row in drawn.iter_rows()), codes, sentiments))
    sheet = copy / "sheet.csv"
    heads = [reviews.COLUMNS[column][1] for column in SHEET]
    pl.DataFrame(said, schema=heads, orient="row").write_csv(sheet)
    run_import(settings, [sheet], datetime(2024, 2, 26, tzinfo=UTC), None, lambda _: None)
    build_tables(settings)
    return settings


def estimated(settings: Settings, folder: Path) -> pl.DataFrame:
    """The estimates of a home, each with the truth of its bucket and class."""
    truth = str(folder / "truth" / "posts.parquet")
    with warehouse.opened(settings.home) as connection:
        found = warehouse.query(connection, "FROM trends.estimates WHERE estimate IS NOT NULL")
        counts = warehouse.query(connection, TRUE_COUNTS, [truth])
    return found.join(counts, on=["first_day", "indication"], how="left").with_columns(pl.col("truth").fill_null(0))


def net_estimated(settings: Settings, folder: Path) -> pl.DataFrame:
    """Net sentiment by reviews of a home, bucket by bucket, with the truth of its labelled posts."""
    with warehouse.opened(settings.home) as connection:
        found = warehouse.query(connection, "FROM trends.net_estimates WHERE estimate IS NOT NULL")
        truth = warehouse.query(connection, TRUE_NETS, [str(folder / "truth" / "posts.parquet")])
    return found.join(truth, on="first_day")


def replay(home: Path, half: str, then: Callable[[warehouse.Connection], None]) -> Path:
    """Writes a season below a home and replays it; calls `then` once the week `half` had arrived. Gives its folder."""
    settings, folder = Settings(home=home), home / "season"
    demo._fresh_home(settings, folder)
    batches = simulation.write_season(folder, posts=POSTS).batches
    middle = next(number for number, batch in enumerate(batches) if batch.week == half) + 1
    for part in (batches[:middle], batches[middle:]):
        demo._Demo(settings, folder).replay(part)
        build_tables(settings)
        if part[-1].week == half:
            with warehouse.opened(home) as connection:
                then(connection)
    return folder


@contextmanager
def reviewed(connection: warehouse.Connection, folder: Path) -> Iterator[None]:
    """The season with every flagged post and the sample reviewed by two coders who are right; undone at the end."""
    connection.execute("BEGIN TRANSACTION")
    connection.execute(CODED, {"truth": str(folder / "truth" / "posts.parquet")})
    models.build(connection, models.read_models(sql.FOLDER), trends.METHODS)
    try:
        yield
    finally:
        connection.execute("ROLLBACK")


@contextmanager
def judged(connection: warehouse.Connection, folder: Path, is_true: bool) -> Iterator[pl.DataFrame]:
    """The season's signals with every class taken as measured, on true or on predicted labels; undone at the end."""
    connection.execute("BEGIN TRANSACTION")
    connection.execute(MEASURED)
    if is_true:
        connection.execute(TRUTH, {"truth": str(folder / "truth" / "posts.parquet")})
    models.build(connection, models.read_models(sql.FOLDER), trends.METHODS)
    try:
        yield warehouse.query(connection, "FROM trends.signals")
    finally:
        connection.execute("ROLLBACK")


def planted(signals: pl.DataFrame) -> list[tuple[str, str, str, int, float, int, bool]]:
    """Of every burst: week, platform, subject, observed, expected, the size found with 95 %, and if it was."""
    rows = []
    for week, platform, subject in BURSTS:
        at = (pl.col("week") == week) & (pl.col("subject") == subject) & (pl.col("platform") == platform)
        row = signals.filter(at).row(0, named=True)
        is_found = row["signal"] and row["direction"] == "up"
        rows.append((week, platform, subject, row["observed"], row["expected"], row["burst_95"], is_found))
    return rows


def false_alarms(signals: pl.DataFrame) -> list[tuple[str, str, int]]:
    """Of every outage: week, platform, and how many signals of volume it raised there and on all platforms."""
    rows = []
    for week, platform in OUTAGES:
        at = (pl.col("week") == week) & pl.col("platform").is_in([platform, "all"]) & (pl.col("family") == "volumes")
        rows.append((week, platform, signals.filter(at)["signal"].sum()))
    return rows
