"""What the signals are worth: false discoveries, interval coverage and power, by simulation.

`python tests/benchmarks/simulate_signals.py [seasons]` prints a table for each null and for bursts, by default from 40
seasons each. A season here is 20 buckets of one phase on three platforms with the counts a regency has: eleven kinds of
indication at 0 to 6 a week, 18 topics, two sentiments, 15 kecamatan, two sources a platform.

Nulls (nothing happens, so every signal is false):
  poisson     independent posts
  clustered   every rare post brings so many more by other hands that are no copies: Poisson clusters of mean size 1.5,
              and topic and district shares that wander from week to week; volumes with common daily noise
  growth      volumes and exposures rise by 5 % a week, and independent posts
  outages     in a third of the buckets a source is down for one to three days, or a platform for all of them
  short       in a quarter of the buckets only four or five days lie in the phase
"""

import sys
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from math import sqrt

import numpy as np
import polars as pl

from flows.periods import read_seed
from flows.trends import signals
from flows.trends.distributions import Numbers, beta_quantile

PLATFORMS = {"facebook": 300, "instagram": 200, "tiktok": 550}  # posts of an ordinary week and source
SOURCES = {"facebook": ("crowdtangle", "graph"), "instagram": ("zeeschuimer",), "tiktok": ("zeeschuimer",)}
INDICATIONS = {f"kind_{number}": rate for number, rate in enumerate((4, 3, 2, 1.5, 1, 1, 0.6, 0.6, 0.4, 0.2, 0.1))}
TOPICS = {f"topic_{number}": share for number, share in enumerate(np.geomspace(0.15, 0.01, 18))}
DISTRICTS = {f"district_{number}": share for number, share in enumerate(np.geomspace(0.05, 0.004, 15))}
SENTIMENT = {"negative": 0.25, "positive": 0.3}
NULLS = ("poisson", "clustered", "growth", "outages", "short")
BUCKETS = 20
_Z = 1.959963984540054
_FIRST = date(2023, 8, 21)
_WEEKDAYS = np.array([0.97, 0.94, 0.95, 0.98, 1.04, 1.10, 1.06])


@dataclass(frozen=True, slots=True)
class Burst:
    """Extra posts of one kind on one platform in one bucket."""

    bucket: int
    platform: str
    kind: str
    size: int


def season(rng: np.random.Generator, null: str, burst: Burst | None = None) -> pl.DataFrame:
    """The rows of trends.signal_cells of one simulated season."""
    rows: list[tuple[object, ...]] = []
    for bucket in range(BUCKETS):
        first = _FIRST + timedelta(weeks=bucket)
        days = int(rng.integers(4, 6)) if null == "short" and rng.random() < 0.25 else 7
        common = rng.lognormal(0, 0.07, days) if null == "clustered" else np.ones(days)
        level = 1.05**bucket if null == "growth" else 1.0
        down = str(rng.choice(list(PLATFORMS))) if null == "outages" and rng.random() < 1 / 3 else ""
        lost = int(rng.integers(1, 4)) if rng.random() < 0.7 else days
        for platform, usual in PLATFORMS.items():
            shares = np.ones((len(SOURCES[platform]), days))
            if platform == down:
                shares[0, :lost] = 0
            means = usual / 7 * level * common * _WEEKDAYS[:days] * shares
            means *= np.array([1.0, 0.4])[: len(shares), None]
            counts = rng.poisson(means)
            total = int(counts.sum())
            reason = None if shares.mean() >= 0.7 else "not_collected" if total == 0 else "coverage_below_floor"
            spine = (first, str(first), "campaign", days, platform, reason, "v1")
            for source, of_source, seen in zip(SOURCES[platform], counts, shares, strict=True):
                rows += [
                    (*spine, "volumes", source, True, first + timedelta(days=day), int(of_source[day]),
                     int(of_source[day]), float(seen[day]))
                    for day in range(days)
                ]  # fmt: skip
            rows += _counts(rng, null, spine, total, burst if burst and burst.bucket == bucket else None)
    names = ("bucket", "week", "phase", "days", "platform", "reason", "series", "family", "subject", "is_measured")
    kinds = dict.fromkeys((*names, "day", "observed", "posts", "exposure"))
    return pl.DataFrame(rows, schema=list(kinds), orient="row", infer_schema_length=None)


def _counts(
    rng: np.random.Generator, null: str, spine: tuple[object, ...], total: int, burst: Burst | None
) -> list[tuple[object, ...]]:
    rows = []
    for family, subjects in (
        ("indications", {name: rate / 1050 / 2 for name, rate in INDICATIONS.items()}),
        ("topics", TOPICS),
        ("districts", DISTRICTS),
        ("sentiment", SENTIMENT),
    ):
        for name, share in subjects.items():
            if family == "indications":
                events = rng.poisson(share * total)
                count = events + int(rng.poisson(0.5 * events)) if null == "clustered" else events
                if burst and burst.platform == spine[4] and burst.kind == name:
                    count += burst.size
            else:
                wander = rng.lognormal(0, 0.08) if null == "clustered" else 1.0
                count = int(rng.binomial(total, min(1.0, share * wander)))
            rows.append((*spine, family, name, True, None, int(count), int(count), float(total)))
    return rows


def false_discoveries(null: str, seasons: int, seed: int = 1) -> pl.DataFrame:
    """By family: buckets judged, share of them with a false signal, share of cells, lowest p, interval coverage."""
    parts = []
    for number in range(seasons):
        rng = np.random.default_rng([seed, NULLS.index(null), number])
        found = signals.find(season(rng, null))
        parts.append(found.filter(pl.col("q").is_not_null()).with_columns(season=pl.lit(number)))
    cells = pl.concat(parts)
    inside = (pl.col("ratio_low") <= 1) & (pl.col("ratio_high") >= 1)
    by_bucket = cells.group_by("family", "season", "first_day").agg(pl.col("signal").any().alias("any"))
    rates = by_bucket.group_by("family").agg(pl.len().alias("buckets"), pl.col("any").mean().alias("false_discovery"))
    return (
        cells.group_by("family")
        .agg(
            pl.len().alias("cells"),
            pl.col("signal").mean().alias("false_cells"),
            (pl.col("p") <= 0.05).mean().alias("p_below_0.05"),
            inside.filter(pl.col("expected") >= 5).mean().alias("interval_coverage"),
            pl.col("dispersion").mean(),
        )
        .join(rates, on="family")
        .sort("family")
    )


def interval_coverage(draws: int = 4000, seed: int = 3) -> pl.DataFrame:
    """How often the intervals of the weekly tables hold the truth: over a grid of truths the lowest and the mean share.

    Garwood's limits are those of the seed; shares switch from Clopper-Pearson to Wilson at five, as the model does.
    """
    limits = np.array([[float(row["low"]), float(row["high"])] for row in read_seed("poisson_limits")])
    rng = np.random.default_rng(seed)
    counts = [np.mean(_inside(limits[rng.poisson(rate, draws)], rate)) for rate in np.geomspace(0.1, 200, 40)]
    rows = [("per_1000, Garwood", min(counts), float(np.mean(counts)))]
    for name, least, trials in (("share, Clopper-Pearson", 0.0, 60), ("share, Wilson", 5.0, 400)):
        shares = np.linspace(max(least, 0.3) / trials, min(0.5, 4 / trials if least == 0 else 0.5), 40)
        found = []
        for share in shares:
            drawn = rng.binomial(trials, share, draws)
            kept = drawn >= 5 if least else drawn < 5
            found.append(np.mean(_inside(np.array([_share_limits(int(k), trials) for k in drawn[kept]]), share)))
        rows.append((name, min(found), float(np.mean(found))))
    for trials in (100, 400, 2000):
        nets = []
        for positive, negative in ((0.3, 0.25), (0.5, 0.1), (0.1, 0.05), (0.2, 0.6)):
            drawn = rng.multinomial(trials, (positive, negative, 1 - positive - negative), draws)
            nets.append(np.mean(_inside(_net_limits(drawn[:, 0], drawn[:, 1], trials), positive - negative)))
        rows.append((f"net sentiment, n = {trials}", min(nets), float(np.mean(nets))))
    return pl.DataFrame(rows, schema=["interval", "lowest", "mean"], orient="row")


def _inside(limits: Numbers, truth: float) -> Numbers:
    return ((limits[:, 0] <= truth) & (truth <= limits[:, 1])).astype(float)


@cache
def _share_limits(count: int, trials: int) -> tuple[float, float]:
    if count < 5:
        high = beta_quantile(0.975, np.array([count + 1.0]), np.array([float(trials - count)]))[0]
        low = beta_quantile(0.025, np.array([float(count)]), np.array([trials - count + 1.0]))[0] if count else 0.0
        return float(low), float(high)
    middle, root = count + _Z**2 / 2, _Z * sqrt(count * (1 - count / trials) + _Z**2 / 4)
    return (middle - root) / (trials + _Z**2), (middle + root) / (trials + _Z**2)


def _net_limits(positive: Numbers, negative: Numbers, trials: int) -> Numbers:
    p1, p2 = (positive + 1) / (trials + 2), (negative + 1) / (trials + 2)
    width = _Z * np.sqrt((p1 + p2 - (p1 - p2) ** 2) / (trials + 2))
    return np.column_stack([p1 - p2 - width, p1 - p2 + width])


def power(null: str, seasons: int, seed: int = 2) -> pl.DataFrame:
    """Bursts of exactly the sizes that trends.power names, by the probability promised: share that was found."""
    rows: list[tuple[float, int, bool]] = []
    for number in range(seasons):
        for kind, platform in (("kind_0", "tiktok"), ("kind_2", "facebook"), ("kind_5", "tiktok")):
            for probability in ("50", "80", "95"):
                path = [seed, number, list(INDICATIONS).index(kind)]
                quiet = signals.find(season(np.random.default_rng(path), null))
                at = quiet.filter((pl.col("subject") == kind) & (pl.col("platform") == platform))
                size = at[f"burst_{probability}"][-1] or at[f"burst_{probability}"].drop_nulls().last()
                burst = Burst(BUCKETS - 1, platform, kind, int(size))
                loud = signals.find(season(np.random.default_rng(path), null, burst))
                hit = (pl.col("subject") == kind) & (pl.col("platform") == platform)
                rows.append((float(probability), int(size), bool(loud.filter(hit)["signal"][-1])))
    frame = pl.DataFrame(rows, schema=["promised", "size", "found"], orient="row")
    by_promise = frame.group_by("promised").agg(pl.len().alias("bursts"), pl.col("size").mean(), pl.col("found").mean())
    return by_promise.sort("promised")


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    pl.Config.set_tbl_cols(12)
    pl.Config.set_tbl_hide_dataframe_shape(True)
    print(interval_coverage())
    for name in NULLS:
        print(name, false_discoveries(name, wanted))
    print("power, poisson", power("poisson", max(3, wanted // 2)))
    print("power, clustered", power("clustered", max(3, wanted // 2)))
