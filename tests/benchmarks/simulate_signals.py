"""What the signals are worth: false discoveries, interval coverage and power, by simulation.

`python -m tests.benchmarks.simulate_signals [seasons]` writes `reports/METHOD-CHECKS.md`, by default from 40 seasons of
each null and half as many of each burst. A season here is 20 buckets of one phase on three platforms with the counts a
regency has: eleven kinds of indication at 0 to 6 a week and insults at 31 in 1,000 posts, 18 topics, two sentiments, 15
kecamatan, four sources.
"""

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from flows.method import FAMILIES, METHOD
from flows.seeds import read_seed
from flows.store import warehouse
from flows.trends import signals
from flows.trends.distributions import Numbers, beta_quantile
from tests import season_judged
from tests.benchmarks import simulate_estimates

PLATFORMS = {"facebook": 300, "instagram": 200, "tiktok": 550}  # posts of an ordinary week and source
SOURCES = {"facebook": ("crowdtangle", "graph"), "instagram": ("zeeschuimer",), "tiktok": ("zeeschuimer",)}
INDICATIONS = {f"kind_{number}": rate for number, rate in enumerate((4, 3, 2, 1.5, 1, 1, 0.6, 0.6, 0.4, 0.2, 0.1))}
INDICATIONS["insult"] = 32.6  # 31 flags in 1,000 posts, as on real comments
TOPICS = {f"topic_{number}": share for number, share in enumerate(np.geomspace(0.15, 0.01, 18))}
DISTRICTS = {f"district_{number}": share for number, share in enumerate(np.geomspace(0.05, 0.004, 15))}
SENTIMENT = {"negative": 0.25, "positive": 0.3}


@dataclass(frozen=True, slots=True)
class Null:
    """A season in which nothing happens, so that every signal is false: what it is like, in words and in numbers.

    `variances` are the variances of counts of indications over their means, in turn by class: 1 is Poisson's. `news` is
    how many times as much there is of everything but posts in one week of six. `drift` is how many times as much there
    is of every second class at the end of the season as at its start.
    """

    words: str
    is_clustered: bool = False
    growth: float = 1.0
    outages: float = 0.0
    short: float = 0.0
    variances: tuple[float, ...] = (1.0,)
    news: float = 1.0
    drift: float = 1.0


NULLS: Mapping[str, Null] = {
    "poisson": Null("independent posts"),
    "clustered": Null(
        "every rare post brings on average half a post more by other hands that is no copy; shares of topics, "
        "districts and sentiment wander by 8 % from week to week; volumes have a common daily noise of 7 %",
        is_clustered=True,
    ),
    "growth": Null("volumes and exposures rise by 5 % a week", growth=1.05),
    "outages": Null(
        "in a third of the buckets a source is down for one to three days, or a platform for all of them", outages=1 / 3
    ),
    "short": Null("in a quarter of the buckets only four or five days lie in the phase", short=0.25),
    "negative_binomial": Null(
        "counts of indications are negative binomial, of a variance twice the mean in every class", variances=(2.0,)
    ),
    "heterogeneous": Null(
        "classes differ: in turn of a variance that is once, twice and four times the mean, which one dispersion a "
        "family cannot follow",
        variances=(1.0, 2.0, 4.0),
    ),
    "news": Null(
        "in one week of six there is news, and half as much again of every class on all platforms at once", news=1.5
    ),
    "trend": Null("every second class doubles over the season, week by week, and nobody posts more", drift=2.0),
    "messy": Null(
        "all of these together: clusters, growth by 2 % a week, outages, short buckets, classes that differ, news and "
        "trends",
        is_clustered=True,
        growth=1.02,
        outages=0.2,
        short=0.15,
        variances=(1.0, 2.0, 4.0),
        news=1.3,
        drift=1.5,
    ),
}
PAGE = Path(__file__).parents[2] / "reports" / "METHOD-CHECKS.md"
BUCKETS = 20
_Z = METHOD.normal_quantile
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
    world = NULLS[null]
    for bucket in range(BUCKETS):
        first = _FIRST + timedelta(weeks=bucket)
        days = int(rng.integers(4, 6)) if world.short and rng.random() < world.short else 7
        common = rng.lognormal(0, 0.07, days) if world.is_clustered else np.ones(days)
        level = world.growth**bucket
        down = str(rng.choice(list(PLATFORMS))) if world.outages and rng.random() < world.outages else ""
        news = world.news if world.news > 1 and rng.random() < 1 / 6 else 1.0
        rates = {
            name: rate / 1050 / 2 * news * (world.drift ** (bucket / (BUCKETS - 1)) if number % 2 else 1.0)
            for number, (name, rate) in enumerate(INDICATIONS.items())
        }
        lost = int(rng.integers(1, 4)) if rng.random() < 0.7 else days
        for platform, usual in PLATFORMS.items():
            shares = np.ones((len(SOURCES[platform]), days))
            if platform == down:
                shares[0, :lost] = 0
            means = usual / 7 * level * common * _WEEKDAYS[:days] * shares
            means *= np.array([1.0, 0.4])[: len(shares), None]
            counts = rng.poisson(means)
            total = int(counts.sum())
            reason = (
                None
                if shares.mean() >= METHOD.coverage_floor
                else "not_collected"
                if total == 0
                else "coverage_below_floor"
            )
            spine = (first, str(first), "campaign", days, platform, reason, "v1")
            for source, of_source, seen in zip(SOURCES[platform], counts, shares, strict=True):
                rows += [
                    (*spine, "volumes", source, True, first + timedelta(days=day), int(of_source[day]),
                     int(of_source[day]), float(seen[day]))
                    for day in range(days)
                ]  # fmt: skip
            rows += _counts(rng, world, spine, total, rates, burst if burst and burst.bucket == bucket else None)
    names = ("bucket", "week", "phase", "days", "platform", "reason", "series", "family", "subject", "is_measured")
    kinds = dict.fromkeys((*names, "day", "observed", "posts", "exposure"))
    cells = pl.DataFrame(rows, schema=list(kinds), orient="row", infer_schema_length=None)
    return cells.with_columns(pl.lit(None, pl.String).alias("only_in_phase"))


def _counts(  # noqa: PLR0917 - what a season is like and where in it we are
    rng: np.random.Generator,
    world: Null,
    spine: tuple[object, ...],
    total: int,
    rates: Mapping[str, float],
    burst: Burst | None,
) -> list[tuple[object, ...]]:
    rows = []
    for family, subjects in (
        ("indications", rates),
        ("topics", TOPICS),
        ("districts", DISTRICTS),
        ("sentiment", SENTIMENT),
    ):
        for number, (name, share) in enumerate(subjects.items()):
            if family == "indications":
                variance = world.variances[number % len(world.variances)]
                count = events(rng, share * total, variance)
                if world.is_clustered:
                    count += int(rng.poisson(0.5 * count))
                if burst and burst.platform == spine[4] and burst.kind == name:
                    count += burst.size
            else:
                wander = rng.lognormal(0, 0.08) if world.is_clustered else 1.0
                count = int(rng.binomial(total, min(1.0, share * wander)))
            rows.append((*spine, family, name, True, None, int(count), int(count), float(total)))
    return rows


def events(rng: np.random.Generator, mean: float, variance: float) -> int:
    """A count of a mean, and of so many times as much variance: Poisson's, or the negative binomial's."""
    if variance == 1 or not mean:
        return int(rng.poisson(mean))
    return int(rng.negative_binomial(mean / (variance - 1), 1 / variance))


def false_discoveries(null: str, seasons: int, seed: int = 1) -> pl.DataFrame:
    """By family: buckets judged, share of them with a false signal, share of cells, lowest p, interval coverage."""
    parts = []
    for number in range(seasons):
        rng = np.random.default_rng([seed, list(NULLS).index(null), number])
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


def beyond_chance(row: Mapping[str, Any], sure: float) -> bool:
    """Whether a family signalled falsely in more buckets than a rate of one in twenty explains, as sure as that."""
    most = stats.binom.ppf(sure, row["buckets"], METHOD.signal_q)
    return bool(round(row["false_discovery"] * row["buckets"]) > most)


def _promise(found: pl.DataFrame) -> str:
    """In which families there are more than one bucket in twenty, beyond chance: a doubt counts as a breach."""
    broken = [row["family"] for row in found.iter_rows(named=True) if beyond_chance(row, 0.9)]
    if not broken:
        return "At most one bucket in twenty: no family has more than chance explains."
    return f"At most one bucket in twenty: **not so** in {', '.join(broken)}; nothing is promised there."


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
    rows: list[tuple[int, int, bool]] = []
    for number in range(seasons):
        for kind, platform in (("kind_0", "tiktok"), ("kind_2", "facebook"), ("kind_5", "tiktok")):
            path = [seed, number, list(INDICATIONS).index(kind)]
            cell = (pl.col("subject") == kind) & (pl.col("platform") == platform)
            quiet = signals.find(season(np.random.default_rng(path), null)).filter(cell)
            for probability in ("50", "80", "95"):
                named = quiet[f"burst_{probability}"].drop_nulls()
                if named.is_empty():  # so rare all season that the report names no size
                    continue
                size = int(named[-1])
                burst = Burst(BUCKETS - 1, platform, kind, size)
                loud = signals.find(season(np.random.default_rng(path), null, burst)).filter(cell)
                rows.append((int(probability), size, bool(loud["signal"][-1])))
    frame = pl.DataFrame(rows, schema=["promised", "size", "found"], orient="row")
    by_promise = frame.group_by("promised").agg(pl.len().alias("bursts"), pl.col("size").mean(), pl.col("found").mean())
    return by_promise.sort("promised")


def table_lines(frame: pl.DataFrame, heads: Mapping[str, str]) -> list[str]:
    """The lines of a Markdown table: shares with three decimals, counts whole, unknown empty."""
    lines = ["| " + " | ".join(heads.values()) + " |", "|" + "---|" * len(heads)]
    for row in frame.select(*heads).iter_rows():
        cells = ["" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value) for value in row]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


_NULL_HEADS = {
    "family": "family",
    "buckets": "buckets tested",
    "false_discovery": "buckets with a false signal",
    "cells": "cells tested",
    "false_cells": "cells signalled",
    "p_below_0.05": "cells with p ≤ 0.05",
    "interval_coverage": "ratio intervals that hold 1 (expected ≥ 5)",
    "dispersion": "mean dispersion",
}
_POWER_HEADS = {
    "promised": "promised, %",
    "size": "mean burst, posts",
    "bursts": "bursts planted",
    "found": "found in their bucket",
}


def _season_lines() -> list[str]:
    """The planted bursts and outages of the simulated season, judged on predicted and on true labels."""
    bursts: list[tuple[object, ...]] = []
    outages: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        season_folder = season_judged.replay(home, "2023-W51", lambda _: None)
        with warehouse.opened(home) as connection:
            for labels in ("predicted", "true"):
                with season_judged.judged(connection, season_folder, labels == "true") as found:
                    bursts += [(labels, *row) for row in season_judged.planted(found)]
                    outages += [(labels, *row) for row in season_judged.false_alarms(found)]
    names = ("labels", "week", "platform", "subject", "observed", "expected", "found with 95 %", "found in its bucket")
    alarms = ("labels", "week", "platform", "signals of volume")
    return [
        *table_lines(pl.DataFrame(bursts, schema=list(names), orient="row"), {name: name for name in names}),
        "",
        *table_lines(pl.DataFrame(outages, schema=list(alarms), orient="row"), {name: name for name in alarms}),
    ]


def _beside_detectors() -> list[str]:
    """The comparison with the R package surveillance; where that is not installed, as the page has it."""
    from tests.benchmarks import compare_surveillance

    if compare_surveillance.is_installed():
        return compare_surveillance.lines()
    _, head, rest = PAGE.read_text(encoding="utf-8").partition("## Beside detectors of outbreaks")
    return f"{head}{rest}".splitlines()


def document(seasons: int) -> str:
    """The Markdown page of every result."""
    levels = ", ".join(f"{family.name} {family.level:g}" for family in FAMILIES.values())
    lines = [
        "# What the tests and intervals of the reports are worth",
        "",
        f"Written by `python -m tests.benchmarks.simulate_signals {seasons}`; do not edit. The method is named in the",
        "headers of `sql/trends` and the modules of `flows/trends`, where each formula carries its source; every",
        "formula is held against SciPy or a published example by `tests/unit/test_trend_methods.py` and",
        "`tests/unit/test_trends_*.py`. Here: invented seasons of 20 weeks, three platforms, 1,050 posts a week. The",
        "season of `ronda demo` itself, with its planted bursts and outages, is judged on true and on predicted labels",
        "by `tests/integration/test_trends_season.py`.",
        "",
        "## Intervals",
        "",
        "The share of 4,000 draws whose 95 % interval held the truth: the lowest and the mean over a grid of truths.",
        "The exact intervals (Garwood, Clopper–Pearson) promise at least 0.95 everywhere and over-cover as printed;",
        "Wilson shares of five posts or more and net sentiment from n = 100 promise 0.93 to 0.97 on average.",
        "",
        *table_lines(interval_coverage(), {"interval": "interval", "lowest": "lowest", "mean": "mean"}),
        "",
        "## False signals",
        "",
        "Nothing happens in these seasons, so every signal is false. Benjamini–Hochberg within a family and bucket, at",
        f"its level ({levels}),",
        "promises that at most one bucket in twenty has any. A family is named where it has more than that rate would,",
        "by chance, give nine times in ten.",
    ]
    for null, world in NULLS.items():
        found = false_discoveries(null, seasons)
        lines += ["", f"### {null}: {world.words}", "", *table_lines(found, _NULL_HEADS), "", _promise(found)]
    lines += [
        "",
        "## Power",
        "",
        "Bursts of an indication of exactly the size that the power table of the report names for 50, 80 and 95 %",
        "probability, planted in the last bucket. A size is a whole number of posts and is reckoned at the strictest",
        "threshold of its family, so that more is found than promised. Smaller bursts are reported as likely missed.",
    ]
    for null in ("poisson", "clustered"):
        lines += ["", f"### {null}", "", *table_lines(power(null, max(3, seasons // 2)), _POWER_HEADS)]
    lines += [
        "",
        "## The simulated season",
        "",
        f"A season of {season_judged.POSTS:,} posts as it arrived, every class taken as measured. Observed and",
        "expected are texts that differ; the size is what the power table named beforehand. Then its outages.",
        "",
        *_season_lines(),
        "",
        *simulate_estimates.lines(),
        "",
        *_beside_detectors(),
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    PAGE.write_text(document(wanted), encoding="utf-8")
