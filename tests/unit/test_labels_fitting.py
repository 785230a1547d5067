"""The fit reaches its minimum, for frequent features and for rare ones."""

import numpy as np
import scipy.sparse

from flows.labels.fitting import Truth, fit, score


def test_nothing_pulls_at_the_fitted_coefficients() -> None:
    draws = np.random.default_rng(5)
    frequency = np.geomspace(0.9, 0.01, 40)
    rows = scipy.sparse.csr_matrix((draws.random((2_000, 40)) < frequency).astype(float))
    truth = (rows @ draws.standard_normal(40) + draws.standard_normal(2_000) > 0).astype(float)[:, None]
    coefficients = fit(rows, Truth(truth, np.ones_like(truth), is_choice=False), 0.5)
    slope = 1.0 / (1.0 + np.exp(-score(rows, coefficients))) - truth
    pulls = rows.T @ slope + 0.5 * coefficients[:-1]
    sizes = np.sqrt(rows.getnnz(axis=0))[:, None]
    assert float(np.abs(pulls / sizes).max()) < 0.05
    assert abs(float(slope.sum())) < 1.0
