"""The promises of the method, by simulation: run with `-m slow`. The script beside it prints the tables."""

import polars as pl
import pytest
from scipy import stats

from tests.benchmarks import compare_surveillance
from tests.benchmarks import simulate_estimates as estimates
from tests.benchmarks import simulate_signals as simulation

pytestmark = pytest.mark.slow
SEASONS = 12
# Null -> the families in which one bucket in twenty is not promised, as reports/METHOD-CHECKS.md says.
BROKEN = dict.fromkeys(("heterogeneous", "messy"), frozenset({"indications"}))


@pytest.mark.parametrize("null", list(simulation.NULLS))
def test_false_discoveries_are_what_the_page_says(null: str) -> None:
    broken = BROKEN.get(null, frozenset())
    for row in simulation.false_discoveries(null, SEASONS).iter_rows(named=True):
        assert row["buckets"] >= 100
        if row["family"] not in broken:
            assert not simulation.beyond_chance(row, 0.99), row
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


def least(trials: int) -> float:
    """The share of so many intervals of 94 % below which chance is no excuse."""
    return float(stats.binom.ppf(0.01, trials, estimates.PROMISED) / trials)


@pytest.mark.parametrize("jump", estimates.JUMPS)
@pytest.mark.parametrize("truth", estimates.TRUTHS)
def test_estimates_hold_the_truth_before_and_after_a_jump(truth: int, jump: int) -> None:
    for lie in (estimates.TOLD, estimates.UNTOLD):
        found = estimates.measured(estimates.Case(truth, jump, lie=lie), 200)
        assert found["held"] >= least(200), (lie, found)
        if jump == 1:
            assert found["held"] > found["counted"]  # than the flags with their counting error


@pytest.mark.parametrize("truth", estimates.TRUTHS)
def test_estimates_hold_where_coders_err_each_by_himself(truth: int) -> None:
    for share in (0.005**2, 0.02**2):
        assert estimates.measured(estimates.Case(truth, agreed_wrong=share), 200)["held"] >= least(200)
    shared = estimates.measured(estimates.Case(truth, agreed_wrong=0.02), 200)
    assert shared["held"] < estimates.PROMISED  # as the page says


def test_net_sentiment_by_reviews_holds_the_truth_where_counted_labels_do_not() -> None:
    found = estimates.moods(200)
    assert found["held"].min() >= least(200), found
    angry = found.filter(mood="angry")
    assert angry["counted"].max() < 0.5 < angry["weight"].min()
    assert found.filter(labels="see nothing")["weight"].abs().max() < 0.1
    assert angry.sort("drawn")["half"].is_sorted(descending=True)


def test_reviews_buy_width() -> None:
    few, usual, many = (
        estimates.measured(estimates.Case(12, sample=sample), 100)["width"] for sample in (50, 100, 200)
    )
    assert few > usual > many


@pytest.mark.parametrize("variance", [1.0, 2.0])
def test_it_rings_no_more_often_than_others_and_finds_what_they_find(variance: float) -> None:
    if not compare_surveillance.is_installed():
        pytest.skip("R with the package surveillance is not installed")
    found = {row["detector"]: row for row in compare_surveillance.compared(variance, 2).iter_rows(named=True)}
    cell, signal = (found[name] for name in compare_surveillance.OURS.values())
    ears = found[compare_surveillance.DETECTORS["ears"]]
    assert signal["false_rare"] <= cell["false_rare"] <= ears["false_rare"] + 0.02
    farrington = found[compare_surveillance.DETECTORS["farrington"]]
    assert cell["found_rare"] >= max(0.6, farrington["found_rare"] - 0.15)
