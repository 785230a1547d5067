"""How long the models take: `python -m tests.benchmarks.bench_models [posts in millions ...]`, by default 1.

Posts are made in SQL: 26 weeks, three platforms, authors of six posts each (some hidden), 5 % without sentiment, about
one topic a post, a place in every fifth, indications in every two-thousandth, texts of three words, one copy
in 20. Prints what each model takes, and as a ratio of one plain scan that counts the same posts by day and platform.

On 30 November 2026, two cores that others used too, seconds of processor (before the posts of the same labels were
counted together): 1 million 5.3 (6.1), 10 million 19 to 22 (30 to 31). Of the 10 million: weekly_measures 4.0 (8.0),
review_turns 2.2 (2.4), emerging_terms 2.2 (4.8), incident_weeks 1.9 (4.5), signal_cells 1.6 (3.5), subject_counts 1.4
and repeated_texts 1.3 (new), signals 1.0 (1.3), weekly_views 0 (2.3). Peak memory 1.4 GB.
By the clock, alone on the machine, one run: 10 million 11.1 s (14.4; bar 12).

All models are built in one transaction, which two connections cannot share, and the queries of many posts use both
cores already; the methods written in Python work in the helper meanwhile. Nor are weeks without new posts left as they
were: of the 19 seconds of a week of 4,000 posts after 10 million it would save 6, since knowing which weeks changed
takes 1.6 and reading the posts of one week among all 3, for a second way to make every table; of a season nothing.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sql
from flows import trends
from flows.store import checks, models, tables, warehouse

_POSTS = """
INSERT INTO base.posts BY NAME
WITH seeds AS (
    SELECT
        (SELECT list(code ORDER BY code) FROM seeds.topics) AS topics,
        (SELECT list(code ORDER BY code) FROM seeds.indications) AS indications,
        (SELECT list(code ORDER BY code) FROM seeds.places WHERE kind = 'district') AS districts,
        (SELECT list('kata' || translate(CAST(i AS VARCHAR), '0123456789', 'abcdefghij')) FROM range(200) AS w(i))
            AS words
),
numbers AS (
    SELECT
        i,
        CAST(hash(i) // 2 AS BIGINT) AS h,
        CAST(hash(i + 1000000000) // 2 AS BIGINT) AS moment,
        CAST(hash(i * 3 + 5) // 2 AS BIGINT) AS label
    FROM range($posts) AS r(i)
),
drawn AS (
    SELECT *, moment % (178 * 86400) AS second, label // 4 % 1000 AS pick
    FROM numbers
)
SELECT
    ['tiktok', 'tiktok', 'facebook', 'instagram'][1 + h % 4] AS platform,
    'post-' || i AS post_id,
    'zeeschuimer' AS source,
    if(h % 50 = 0, NULL, md5(CAST(hash(i * 7) % ($posts // 6 + 1) AS VARCHAR))) AS author_key,
    TIMESTAMPTZ '2023-08-21 00:00:00+07' + to_seconds(second) AS created_at,
    'record' AS created_from,
    DATE '2023-08-21' + CAST(second // 86400 AS INTEGER) AS day,
    [] AS hashtags,
    words[1 + pick % 200] || ' ' || words[1 + label % 200] || ' ' || words[1 + moment % 200] AS text,
    'live' AS state,
    false AS is_partial,
    TIMESTAMPTZ '2024-02-15 00:00:00+07' AS observed_at,
    {'whole': true, 'observed_at': observed_at, 'landed_at': observed_at, 'position': 1, 'file_id': 'file-1',
        'number': i} AS rank,
    TIMESTAMPTZ '2024-02-15 00:00:00+07' AS first_seen_at,
    TIMESTAMPTZ '2024-02-15 00:00:00+07' AS last_seen_at,
    0 AS edits,
    if(h % 10 = 0, NULL, hash(i - i % 20 // 19)) AS unit_key,
    'zeeschuimer' AS first_source,
    TIMESTAMPTZ '2023-08-22 00:00:00+07' + to_days(CAST(second // 86400 AS INTEGER)) AS first_landed_at,
    moment % 10000 AS first_views,
    if(h % 20 = 0, NULL, ['negative', 'neutral', 'neutral', 'positive'][1 + moment % 4]) AS sentiment,
    CASE
        WHEN label % 4 = 0 THEN []
        WHEN label % 4 = 3 THEN [topics[1 + pick % len(topics)], topics[1 + (pick + 1) % len(topics)]]
        ELSE [topics[1 + pick % len(topics)]]
    END AS topics,
    if(label % 2000 = 1, [indications[1 + pick % len(indications)]], []) AS indications,
    if(h % 5 = 0, [districts[1 + pick % len(districts)]], []) AS districts,
    'rules-1' AS label_version,
    100 AS class_probability
FROM drawn, seeds
"""
_PLAN = """
INSERT INTO base.collection
SELECT DISTINCT platform, source, '*', day, 10, 10, 9 + CAST(hash(day) % 2 AS BIGINT), NULL, NULL FROM base.posts
"""
_FLOOR = "SELECT day, platform, count(*), count(sentiment), count(author_key) FROM base.posts GROUP BY day, platform"


def measure(posts: int, folder: Path) -> None:
    """Build every model over so many posts and print what it took."""
    connection = warehouse.connect(folder / f"{posts}.duckdb")
    connection.execute("SET threads = 2")
    models.load_seeds(connection, sql.SEEDS)
    tables.write_runs(connection, [])
    connection.execute(_POSTS, {"posts": posts})
    connection.execute(_PLAN)
    floor, _ = _seconds(lambda: connection.execute(_FLOOR).fetchall())
    print(f"{posts:,} posts; one scan by day and platform: {floor:.2f} s")

    def show(name: str, spent: tuple[float, float]) -> None:
        print(f"  {name:<26}{spent[0]:8.2f} s {spent[0] / floor:8.1f} x {spent[1]:8.2f} s of processor time")

    each = []
    with warehouse.transaction(connection):
        for model in models.in_order(connection, models.read_models(sql.FOLDER)):
            each.append(_seconds(lambda model=model: models.build(connection, [model], trends.METHODS)))
            show(model.qualified, each[-1])
    show("all models", (sum(wall for wall, _ in each), sum(worked for _, worked in each)))
    show("checks of the trends", _seconds(lambda: checks.run_checks(connection, sql.FOLDER / "checks", "trends")))
    show("grains", _seconds(lambda: checks.run_grains(connection, models.read_models(sql.FOLDER))))
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.1f} GB")
    connection.close()


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock and of the processor."""
    start, worked = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - worked


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for millions in sys.argv[1:] or ["1"]:
            measure(int(float(millions) * 1_000_000), Path(scratch))
