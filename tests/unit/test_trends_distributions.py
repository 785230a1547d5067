"""Every distribution against SciPy, every formula against its published example."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from flows.trends.distributions import (
    Predictive,
    beta_cdf,
    beta_quantile,
    discovery_rates,
    rate_ratio_limits,
    share_ratio_limits,
    t_quantile,
    t_upper,
)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.01, 3000), st.floats(1.01, 30), st.floats(-4, 8))
def test_the_negative_binomial_is_scipys(mean: float, widening: float, distance: float) -> None:
    variance = mean * widening
    size = mean**2 / (variance - mean)
    reference = stats.nbinom(size, size / (size + mean))
    count = max(0, round(mean + distance * variance**0.5))
    found = Predictive.negative_binomial(mean, variance)
    assert found.at_least(count) == pytest.approx(reference.sf(count - 1), rel=1e-6, abs=1e-12)
    assert found.at_most(count) == pytest.approx(reference.cdf(count), rel=1e-6, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5000), st.floats(0.001, 0.6), st.floats(50, 50_000), st.floats(-4, 8))
def test_the_beta_binomial_is_scipys(trials: int, share: float, concentration: float, distance: float) -> None:
    reference = stats.betabinom(trials, share * concentration, (1 - share) * concentration)
    count = min(trials, max(0, round(trials * share + distance * reference.std())))
    found = Predictive.beta_binomial(trials, share, concentration)
    assert found.at_least(count) == pytest.approx(reference.sf(count - 1), rel=1e-5, abs=1e-9)
    assert found.at_most(count) == pytest.approx(reference.cdf(count), rel=1e-5, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.05, 3000), st.floats(1.01, 30), st.sampled_from([0.025, 0.05]))
def test_the_usual_range_leaves_out_no_more_than_the_tail_on_either_side(
    mean: float, widening: float, tail: float
) -> None:
    found = Predictive.negative_binomial(mean, mean * widening)
    low, high = found.usual(tail)
    assert low <= mean + 1 and high >= low
    assert low == 0 or found.at_most(low - 1) <= tail + 1e-9
    assert found.at_most(low) > tail - 1e-9
    assert found.at_least(high + 1) <= tail + 1e-9 < found.at_least(high) + 2e-9


def test_gamma_poisson_of_the_method_is_the_negative_binomial_with_its_moments() -> None:
    # shape = baseline count + 0.5, rate = baseline exposure (method section 4): 6 in 8 buckets before, one bucket now
    shape, scale = 6.5, 1 / 8
    found = Predictive.negative_binomial(shape * scale, shape * scale * (1 + scale))
    reference = stats.nbinom(shape, 1 / (1 + scale))
    for count in range(12):
        assert found.at_least(count) == pytest.approx(reference.sf(count - 1), rel=1e-12)


def test_critical_and_reached_bound_the_tail() -> None:
    found = Predictive.negative_binomial(3.0, 4.5)
    critical = found.critical(0.01)
    assert found.at_least(critical) <= 0.01 < found.at_least(critical - 1)
    sure = found.reached(0.95)
    assert found.at_least(sure) >= 0.95 > found.at_least(sure + 1)
    assert found.at_least(0) == 1.0


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 1), st.floats(0.3, 4000), st.floats(0.3, 4000))
def test_the_incomplete_beta_function_is_scipys(x: float, a: float, b: float) -> None:
    found = beta_cdf(np.array([x]), np.array([a]), np.array([b]))[0]
    assert found == pytest.approx(stats.beta.cdf(x, a, b), abs=1e-9)


def test_quantiles_are_scipys() -> None:
    a, b = np.array([0.5, 3.0, 2000.0]), np.array([0.5, 9.0, 5000.0])
    assert beta_quantile(0.025, a, b) == pytest.approx(stats.beta.ppf(0.025, a, b), rel=1e-9)
    for upper, freedom in ((0.025, 2), (0.00625, 6), (0.5, 4)):
        assert t_quantile(upper, freedom) == pytest.approx(stats.t.ppf(1 - upper, freedom), rel=1e-6, abs=1e-6)
        assert t_upper(1.7, freedom) == pytest.approx(stats.t.sf(1.7, freedom), rel=1e-9)
    assert t_upper(-1.7, 5) == pytest.approx(stats.t.sf(-1.7, 5), rel=1e-9)


def test_the_ratio_of_two_rates_has_the_exact_conditional_limits() -> None:
    # 11 in 1 against 20 in 8 units of exposure: Clopper-Pearson of 11 in 31, turned into a ratio of rates
    low, high = rate_ratio_limits(np.array([11.0]), np.array([20.0]), np.array([1 / 8]), np.array([1.0]))
    exact = stats.binomtest(11, 31).proportion_ci(method="exact")
    assert low[0] == pytest.approx(exact.low / (1 - exact.low) * 8, rel=1e-6)
    assert high[0] == pytest.approx(exact.high / (1 - exact.high) * 8, rel=1e-6)


def test_dispersion_widens_the_limits_and_nothing_seen_has_a_lower_limit_of_zero() -> None:
    one = rate_ratio_limits(np.array([11.0]), np.array([20.0]), np.array([0.125]), np.array([1.0]))
    two = rate_ratio_limits(np.array([11.0]), np.array([20.0]), np.array([0.125]), np.array([2.0]))
    assert two[0][0] < one[0][0] and two[1][0] > one[1][0]
    assert rate_ratio_limits(np.array([0.0]), np.array([20.0]), np.array([0.125]), np.array([1.0]))[0][0] == 0


def test_the_ratio_of_two_shares_has_katzs_limits() -> None:
    now, before = (30.0, 1000.0), (120.0, 8000.0)
    katz = stats.contingency.relative_risk(30, 1000, 120, 8000).confidence_interval()
    found = share_ratio_limits(now, before, expected=15.0, dispersion=1.0)
    assert found == pytest.approx((katz.low, katz.high), rel=1e-9)
    wider = share_ratio_limits(now, before, expected=15.0, dispersion=2.0)
    assert found and wider and wider[0] < found[0] < found[1] < wider[1]
    assert share_ratio_limits(now, before, expected=0.0, dispersion=1.0) is None


def test_discovery_rates_are_benjamini_and_hochbergs() -> None:
    p = np.array([0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
                  0.6528, 0.7590, 1.0])  # fmt: skip
    found = discovery_rates(p)
    assert found == pytest.approx(stats.false_discovery_control(p))
    assert int((found <= 0.05).sum()) == 4  # the example of the paper: four rejections
    assert len(discovery_rates(np.array([]))) == 0
