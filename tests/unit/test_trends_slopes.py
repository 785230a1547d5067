"""The season's direction against SciPy and against the definitions, value by value."""

import numpy as np
import pytest
from scipy import stats

from flows.trends.slopes import slope_of


def test_the_slope_and_tau_are_theils_and_kendalls() -> None:
    rng = np.random.default_rng(4)
    times = np.arange(20.0)
    values = 0.3 * times + rng.normal(0, 2, 20)
    found = slope_of(times, values)
    assert found.slope == pytest.approx(stats.theilslopes(values, times).slope)
    assert found.tau == pytest.approx(stats.kendalltau(times, values).statistic)


def test_limits_are_sens() -> None:
    rng = np.random.default_rng(5)
    times = np.arange(24.0)
    values = rng.normal(0, 1, 24)
    reference = stats.theilslopes(values, times, alpha=0.95)
    found = slope_of(times, values)
    assert found.low == pytest.approx(reference.low_slope, abs=0.01)
    assert found.high == pytest.approx(reference.high_slope, abs=0.01)


def test_without_autocorrelation_the_test_is_mann_and_kendalls() -> None:
    # alternating residuals have negative autocorrelation: the variance is never made smaller than the textbook's
    values = np.array([1.0, 4, 2, 5, 3, 6, 4, 7, 5, 8])
    score = sum(np.sign(values[j] - values[i]) for i in range(10) for j in range(i + 1, 10))
    counts = np.unique(values, return_counts=True)[1]
    ties = sum(t * (t - 1) * (2 * t + 5) for t in counts)
    variance = (10 * 9 * 25 - ties) / 18
    expected = 2 * stats.norm.sf((abs(score) - 1) / variance**0.5)
    assert slope_of(np.arange(10.0), values).p == pytest.approx(expected, rel=1e-9)


def test_autocorrelation_makes_the_test_slower_to_see_a_trend() -> None:
    rng = np.random.default_rng(6)
    found = plain = 0
    for _ in range(300):
        noise = rng.normal(0, 1, 25)
        values = np.zeros(25)
        for place in range(1, 25):
            values[place] = 0.6 * values[place - 1] + noise[place]
        found += slope_of(np.arange(25.0), values).p <= 0.05
        plain += stats.kendalltau(np.arange(25.0), values).pvalue <= 0.05
    assert plain > 45  # a plain test calls many a wandering series a trend
    assert found < plain


def test_a_level_series_has_no_direction() -> None:
    found = slope_of(np.arange(9.0), np.full(9, 3.0))
    assert (found.slope, found.low, found.high, found.tau, found.p) == (0, 0, 0, 0, 1)


def test_the_last_bits_of_a_number_are_no_rise() -> None:
    equal = np.array([0.1 + 0.2, 0.3, 0.1 + 0.2, 0.3, 0.1 + 0.2, 0.1 + 0.2, 0.3, 0.1 + 0.2])
    found = slope_of(np.arange(8.0), equal)
    assert (found.tau, found.p) == (0, 1)


def test_a_straight_line_leaves_no_residuals_to_be_correlated() -> None:
    weeks = 738_000 / 7 + np.arange(9.0)  # as dates are: the last bits of the product are noise
    found = slope_of(weeks, 0.013 * np.arange(9.0))
    variance = 9 * 8 * 23 / 18
    assert found.p == pytest.approx(2 * stats.norm.sf(35 / variance**0.5), rel=1e-9)
