"""Known answers for the intervals of the trend tables, from SciPy and from published examples.

The models are asked, not a copy of their formulas: each case is a bucket of a small warehouse.
"""

import csv
import math
from datetime import date

import pytest
from scipy.stats import beta, binomtest, chi2

import sql
from flows.store.warehouse import Connection
from tests.sql.warehouse_of_cases import build, warehouse_of


def _day_of_week(number: int) -> str:
    """A day of week 1 to 52 of 2022, all before the campaign."""
    return date.fromisocalendar(2022, number, 3).isoformat()


def _measures(connection: Connection, subject: str, *columns: str) -> list[tuple[float, ...]]:
    return connection.execute(
        f"SELECT {', '.join(columns)} FROM trends.weekly_measures "  # noqa: S608 - names of this file
        "WHERE subject = ? AND platform = 'tiktok' ORDER BY week",
        [subject],
    ).fetchall()


def _seed_row(count: int) -> tuple[float, float]:
    with (sql.SEEDS / "poisson_limits.csv").open(encoding="utf-8", newline="") as lines:
        row = next(row for row in csv.DictReader(lines) if row["count"] == str(count))
    return float(row["low"]), float(row["high"])


def test_the_seed_of_poisson_limits_is_garwoods_for_every_count() -> None:
    # Garwood 1936: half the 2.5 % point of chi-square with 2k degrees, half the 97.5 % point with 2k + 2. To renew the
    # seed, write these values with 15 digits.
    with (sql.SEEDS / "poisson_limits.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [int(row["count"]) for row in rows] == list(range(1001))
    for count, row in enumerate(rows):
        assert float(row["low"]) == pytest.approx(chi2.ppf(0.025, 2 * count) / 2 if count else 0.0, rel=1e-12)
        assert float(row["high"]) == pytest.approx(chi2.ppf(0.975, 2 * count + 2) / 2, rel=1e-12)


def test_nothing_seen_gives_the_upper_bound_of_the_method() -> None:
    assert _seed_row(0) == pytest.approx((0.0, 3.7), abs=0.02)


def test_published_limits_of_a_count_of_ten() -> None:
    # Exact 95 % limits of an observed 10, as in every table of the Poisson distribution: 4.7954 and 18.3904.
    assert _seed_row(10) == pytest.approx((4.7954, 18.3904), abs=5e-5)


def test_rates_beyond_the_seed_are_byars_and_close_to_exact() -> None:
    count = 1500
    connection = warehouse_of([{"indications": "hoax", "copies": str(count)}, {"copies": "500"}])
    build(connection, "trends.weekly_measures")
    [(low, high)] = _measures(connection, "all", "per_1000_low", "per_1000_high")
    z = 1.959963984540054
    byar_low = count * (1 - 1 / (9 * count) - z / (3 * math.sqrt(count))) ** 3
    assert low == pytest.approx(byar_low / 2, abs=1e-5)
    assert low == pytest.approx(chi2.ppf(0.025, 2 * count) / 2 / 2, rel=1e-5)
    assert high == pytest.approx(chi2.ppf(0.975, 2 * count + 2) / 2 / 2, rel=1e-5)


@pytest.fixture(scope="module")
def shares() -> list[tuple[float, ...]]:
    """Topic shares of weeks with so many of so many posts: (posts, bucket, share, low, high)."""
    cases = [(0, 1), (1, 1), (0, 7), (1, 7), (4, 9), (3, 60), (4, 400), (4, 4), (5, 5), (5, 60), (37, 50), (150, 400)]
    rows = []
    for week, (posts, bucket) in enumerate(cases, start=1):
        rows.append({"day": _day_of_week(week), "topics": "prices", "copies": str(posts)})
        rows.append({"day": _day_of_week(week), "copies": str(bucket - posts)})
    connection = warehouse_of(rows)
    build(connection, "trends.weekly_measures")
    found = _measures(connection, "prices", "posts", "share", "share_low", "share_high")
    return [(posts, bucket, *row[1:]) for (posts, bucket), row in zip(cases, found, strict=True) if row[0] == posts]


def test_shares_of_five_posts_or_more_are_wilsons(shares: list[tuple[float, ...]]) -> None:
    frequent = [row for row in shares if row[0] >= 5]
    assert len(frequent) == 4
    for posts, bucket, share, low, high in frequent:
        wilson = binomtest(int(posts), int(bucket)).proportion_ci(method="wilson")
        assert (share, low, high) == pytest.approx((posts / bucket, wilson.low, wilson.high), abs=1e-8)


def test_rarer_shares_are_clopper_pearsons(shares: list[tuple[float, ...]]) -> None:
    rare = [row for row in shares if row[0] < 5]
    assert len(rare) == 8
    for posts, bucket, share, low, high in rare:
        exact_low = beta.ppf(0.025, posts, bucket - posts + 1) if posts else 0.0
        exact_high = beta.ppf(0.975, posts + 1, bucket - posts) if posts < bucket else 1.0
        assert (share, low, high) == pytest.approx((posts / bucket, exact_low, exact_high), abs=2e-9)


@pytest.mark.parametrize(
    ("positive", "negative", "neutral", "low", "high"),
    [
        # Bonett and Price (2012), the example of statpsych::ci.pairs.prop1 with counts 125, 82, 92.
        (125, 82, 92, 0.05011508, 0.23559920),
        (125, 92, 82, 0.01407230, 0.20519680),
        (82, 92, 125, -0.11952594, 0.05308076),
    ],
)
def test_net_sentiment_gives_the_published_bonett_price_interval(
    positive: int, negative: int, neutral: int, low: float, high: float
) -> None:
    counts = {"positive": positive, "negative": negative, "neutral": neutral}
    connection = warehouse_of(
        {"author_key": f"{sentiment}-*", "sentiment": sentiment, "copies": str(copies)}
        for sentiment, copies in counts.items()
    )
    build(connection, "trends.weekly_measures")
    [row] = _measures(connection, "all", "net_sentiment", "net_low", "net_high", "design_effect")
    assert row == pytest.approx(((positive - negative) / 299, low, high, 1.0), abs=1e-6)


def test_the_design_effect_is_the_clustered_over_the_simple_variance() -> None:
    # Authors with (positive, negative, neutral) posts; reference computed from the definition, post by post.
    authors = [(6, 0, 1), (0, 5, 0), (3, 3, 3), (1, 0, 0), (0, 1, 4), (7, 1, 0)]
    rows = [
        {"author_key": f"author-{number}", "sentiment": sentiment, "copies": str(copies)}
        for number, author in enumerate(authors)
        for sentiment, copies in zip(("positive", "negative", "neutral"), author, strict=True)
    ]
    connection = warehouse_of(rows)
    build(connection, "trends.weekly_measures")
    [(design_effect,)] = _measures(connection, "all", "design_effect")

    posts = [value for p, n, u in authors for value in [1] * p + [-1] * n + [0] * u]
    mean = sum(posts) / len(posts)
    simple = sum((value - mean) ** 2 for value in posts) / (len(posts) - 1) / len(posts)
    residuals = [p - n - mean * (p + n + u) for p, n, u in authors]
    clustered = len(authors) / (len(authors) - 1) * sum(value**2 for value in residuals) / len(posts) ** 2
    assert design_effect == pytest.approx(clustered / simple, abs=1e-6)
    assert design_effect > 1


def test_authors_who_balance_themselves_never_narrow_the_interval() -> None:
    rows = [
        {"author_key": f"author-{number}", "sentiment": sentiment}
        for number in range(20)
        for sentiment in ("positive", "negative")
    ]
    connection = warehouse_of(rows)
    build(connection, "trends.weekly_measures")
    assert _measures(connection, "all", "net_sentiment", "design_effect") == [(0.0, 1.0)]
