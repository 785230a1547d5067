"""The promises of the method, by simulation: run with `-m slow`. The script beside it prints the tables."""

import polars as pl
import pytest
from scipy import stats

from tests.benchmarks import simulate_estimates
from tests.benchmarks import simulate_signals as simulation

pytestmark = pytest.mark.slow
SEASONS = 12


@pytest.mark.parametrize("null", list(simulation.NULLS))
def test_false_discoveries_are_at_most_nominal(null: str) -> None:
    for row in simulation.false_discoveries(null, SEASONS).iter_rows(named=True):
        # beyond the 99 % point of so many buckets at a rate of 5 %, chance is no excuse
        most = stats.binom.ppf(0.99, row["buckets"], 0.05) / row["buckets"]
        assert row["buckets"] >= 100
        assert row["false_discovery"] <= most, row
        if row["interval_coverage"] is not None:
            assert row["interval_coverage"] >= 0.93, row


@pytest.mark.parametrize("null", ["poisson", "clustered"])
def test_bursts_of_the_published_size_are_found(null: str) -> None:
    for row in simulation.power(null, 4).iter_rows(named=True):
        least = stats.binom.ppf(0.01, row["bursts"], row["promised"] / 100) / row["bursts"]
        assert row["found"] >= least, row


def test_intervals_cover_what_they_promise() -> None:
    found = simulation.interval_coverage()
    exact = found.filter(pl.col("interval").str.contains("Garwood|Clopper"))
    assert exact["lowest"].min() >= 0.94  # 0.95 less the error of 4,000 draws
    band = found.filter(pl.col("interval").str.contains("Wilson|net"))
    assert band["mean"].min() >= 0.93 and band["mean"].max() <= 0.97


@pytest.mark.parametrize("truth", simulate_estimates.TRUTHS)
@pytest.mark.parametrize("is_banded", [False, True])
def test_estimates_hold_the_truth_of_steady_weeks(truth: int, is_banded: bool) -> None:
    found = simulate_estimates.measured(simulate_estimates.Case(truth, is_banded=is_banded), 200)
    assert found["held"] >= stats.binom.ppf(0.01, 200, 0.95) / 200
    assert found["held"] > found["counted"]  # than the flags with their counting error
