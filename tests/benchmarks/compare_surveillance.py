"""The signals of ronda beside detectors of outbreaks of the R package surveillance, on the same invented counts.

`python -m tests.benchmarks.compare_surveillance` prints the section of `reports/METHOD-CHECKS.md` that
`simulate_signals` writes where R is installed; elsewhere the page keeps what it had. Compared are Farrington Flexible
(Noufaily et al. 2013, Stat Med 32:1206), the Bayes detector and EARS C1 (Hoehle 2007, Comput Stat 22:571; Salmon,
Schumacher & Hoehle 2016, J Stat Softw 70(10)), each one-sided at the same level in a single cell.
"""

import shutil
import subprocess
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from flows.method import METHOD
from flows.trends import signals
from flows.trends.distributions import Numbers
from tests.benchmarks.simulate_signals import INDICATIONS, events, table_lines

RSCRIPT = shutil.which("Rscript")
DETECTORS = {"farrington": "Farrington Flexible", "bayes": "Bayes", "ears": "EARS C1"}
OURS = {"p": "ronda, p in its cell", "signal": "ronda, signal (q of its family)"}
SIZES = {"rare": 5, "common": 14}  # posts of the planted burst
COMMON = 5.0  # a week, from which a class is common
WEEKS, JUDGED, POSTS, LEVEL = 104, 8, 1050, METHOD.signal_q
_RECENT = 30  # weeks that ronda sees; it compares with eight
_FIRST = date(2021, 1, 4)


class Invented(NamedTuple):
    """Counts and exposures, each of week x series, of which the last week has a burst; the mean count of a series."""

    counts: Numbers
    posts: Numbers
    means: Numbers


def is_installed() -> bool:
    """Whether there is R with the package."""
    said = RSCRIPT and subprocess.run([RSCRIPT, "-e", "library(surveillance)"], capture_output=True, check=False)
    return bool(said and said.returncode == 0)


def invented(variance: float, seasons: int, seed: int = 4) -> Invented:
    """So many seasons of every class; counts of so many times Poisson's variance."""
    rng = np.random.default_rng([seed, round(10 * variance)])
    means = np.tile(np.array(list(INDICATIONS.values())) / 2, seasons)
    posts = rng.poisson(POSTS, (WEEKS, seasons)).repeat(len(INDICATIONS), axis=1)
    counts = np.array(
        [[events(rng, mean * size / POSTS, variance) for mean, size in zip(means, row, strict=True)] for row in posts]
    )
    counts[-1] += np.where(means < COMMON, SIZES["rare"], SIZES["common"])
    return Invented(counts, posts, means)


def alarms(of: Invented) -> dict[str, Numbers]:
    """Of each detector, week x series of the judged weeks: whether it rang."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("counts", "posts"):
            values = getattr(of, name)
            pl.DataFrame(values, schema=[f"s{number}" for number in range(values.shape[1])]).write_csv(
                Path(folder) / f"{name}.csv"
            )
        script = Path(__file__).with_name("surveillance.R")
        subprocess.run([str(RSCRIPT), str(script), folder, str(JUDGED), str(LEVEL)], check=True)
        rang = {
            name: pl.read_csv(Path(folder) / f"{name}.csv", null_values="NA").fill_null(0).to_numpy() > 0
            for name in DETECTORS
        }
    return _ours(of) | rang


def _ours(of: Invented) -> dict[str, Numbers]:
    classes = len(INDICATIONS)
    found = [_judged(of, slice(first, first + classes)) for first in range(0, of.counts.shape[1], classes)]
    return {name: np.concatenate([each[name] for each in found], axis=1) for name in OURS}


def _judged(of: Invented, part: slice) -> dict[str, Numbers]:
    """One season as ronda judges it: a platform, a family, the latest weeks."""
    names = list(INDICATIONS)
    spine = ("campaign", 7, "tiktok", None, "v1", "indications")
    rows = [
        (
            _FIRST + timedelta(weeks=week),
            f"{week:03}",
            *spine,
            name,
            True,
            None,
            int(count),
            int(count),
            float(posts),
            None,
        )
        for week in range(WEEKS - _RECENT, WEEKS)
        for name, count, posts in zip(names, of.counts[week, part], of.posts[week, part], strict=True)
    ]
    columns = ("bucket", "week", "phase", "days", "platform", "reason", "series", "family", "subject", "is_measured")
    more = ("day", "observed", "posts", "exposure", "only_in_phase")
    cells = pl.DataFrame(rows, schema=[*columns, *more], orient="row", infer_schema_length=None)
    kinds = {"reason": pl.String, "only_in_phase": pl.String, "day": pl.Date}
    found = signals.find(cells.cast(kinds)).filter(platform="tiktok")  # type: ignore[arg-type]
    is_up = pl.col("observed") > pl.col("expected")
    found = found.with_columns(rang=(pl.col("p") <= LEVEL) & is_up, loud=pl.col("signal") & is_up)
    weeks = [f"{week:03}" for week in range(WEEKS - JUDGED, WEEKS)]
    return {
        name: np.array(
            [
                found.filter(week=week)
                .sort(pl.col("subject").replace_strict(names, list(range(len(names)))))[column]
                .fill_null(value=False)
                .to_list()
                for week in weeks
            ]
        )
        for name, column in (("p", "rang"), ("signal", "loud"))
    }


def compared(variance: float, seasons: int) -> pl.DataFrame:
    """By detector: share of quiet cells in which it rang, and of bursts that it found, rare and common classes."""
    of = invented(variance, seasons)
    is_rare = of.means < COMMON
    rows = []
    for name, rang in alarms(of).items():
        quiet, burst = rang[:-1], rang[-1]
        rows.append(
            {
                "detector": {**OURS, **DETECTORS}[name],
                "false_rare": float(quiet[:, is_rare].mean()),
                "false_common": float(quiet[:, ~is_rare].mean()),
                "found_rare": float(burst[is_rare].mean()),
                "found_common": float(burst[~is_rare].mean()),
            }
        )
    return pl.DataFrame(rows)


def lines(seasons: int = 6) -> list[str]:
    """The section of the page."""
    rare, common = SIZES.values()
    heads = {
        "detector": "detector",
        "false_rare": "false alarms, rare classes",
        "false_common": "false alarms, insults (16 a week)",
        "found_rare": f"bursts of {rare} found, rare classes",
        "found_common": f"bursts of {common} found, insults",
    }
    texts = []
    for variance, name in ((1.0, "Poisson counts"), (2.0, "Counts of twice Poisson's variance")):
        texts += ["", f"### {name}", "", *table_lines(compared(variance, seasons), heads)]
    return [
        "## Beside detectors of outbreaks",
        "",
        f"The same counts of {seasons} invented pairs of years, judged in their last {JUDGED} weeks by",
        f"`surveillance` of R and by ronda, each in its cell at a level of {LEVEL}; a burst lies in the last week.",
        "Farrington Flexible sees the same weeks of the year before, which a season before an election does not have;",
        "Bayes, EARS and ronda see eight weeks. What ronda prints as a signal passes the false discovery rate of its",
        "family too, and so rings less often and finds fewer bursts.",
        *texts,
    ]


if __name__ == "__main__":
    print("\n".join(lines()))
