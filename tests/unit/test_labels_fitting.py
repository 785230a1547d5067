"""The fit reaches its minimum, for frequent features and for rare ones; what one origin says is learned apart."""

import numpy as np
import scipy.sparse

from flows.labels.fitting import Truth, apart, fit, held_out, score


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


def test_the_features_of_each_origin_have_columns_of_their_own() -> None:
    rows = scipy.sparse.csr_matrix([[1.0, 2.0], [3.0, 0.0], [0.0, 4.0]])
    origins = np.array(["x", "y", "x"])
    assert apart(rows, origins, np.ones(3, bool)).toarray().tolist() == [[1, 2, 0], [0, 0, 3], [0, 4, 0]]
    assert apart(rows, origins, origins == "x").toarray().tolist() == [[1, 2], [0, 0], [0, 4]]


def test_what_a_feature_says_at_one_origin_alone_is_not_kept() -> None:
    """The first feature decides everywhere; the second does so at the larger origin, and the contrary at another."""
    draws = np.random.default_rng(6)
    origins = np.repeat(["large", "small", "third"], [2_000, 400, 400])
    features = (draws.random((2_800, 2)) < 0.5).astype(float)
    turn = np.where(origins == "large", 2.0, -2.0)
    truth = (2.0 * features[:, 0] + turn * features[:, 1] - 1 + draws.logistic(size=2_800) > 0).astype(float)
    rows, known = scipy.sparse.csr_matrix(features), Truth(truth[:, None], np.ones((2_800, 1)), is_choice=False)
    folds = np.arange(2_800) % 2
    mixed, _ = held_out(rows, known, 0.5, folds)
    kept, scores = held_out(rows, known, 0.5, folds, 2.0 * apart(rows, origins, np.ones(2_800, bool)))
    assert kept.shape == mixed.shape == (3, 1)
    assert mixed[1, 0] > 0.5
    assert abs(kept[1, 0]) < abs(mixed[1, 0])
    assert kept[0, 0] > 0.5
    assert np.allclose(scores, score(rows, kept), atol=1.0)
