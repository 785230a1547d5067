"""Fitting linear models: logistic regression with an L2 penalty, by L-BFGS (Liu & Nocedal 1989)."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.optimize
import scipy.sparse

Floats = npt.NDArray[np.float64]
Sparse: TypeAlias = Any  # a scipy.sparse.csr_matrix, which has no types

_ITERATIONS = 60
_TOLERANCE = 1e-6
_CURVATURE = 0.2  # of the loss by a score, about: the share times the share of the others
_FEWEST = 2  # texts of a feature, for it to have a weight


class Truth(NamedTuple):
    """What is to be learned of some texts: targets (0 or 1) and weights of each output, 0 where nothing is known.

    With `is_choice` the outputs exclude each other and share one weight; else each is a question of its own.
    """

    targets: Floats
    weights: Floats
    is_choice: bool

    def of(self, chosen: npt.NDArray[Any]) -> "Truth":
        """The same of the chosen texts."""
        return Truth(self.targets[chosen], self.weights[chosen], self.is_choice)


def _minimise(loss: Callable[[Floats], tuple[float, Floats]], size: int) -> Floats:
    minimum = scipy.optimize.minimize(
        loss,
        np.zeros(size),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _ITERATIONS, "ftol": _TOLERANCE, "maxcor": 8},
    )
    return np.asarray(minimum.x, dtype=np.float64)


def _losses(scores: Floats, truth: Truth) -> tuple[float, Floats]:
    """The weighted negative log-likelihood of scores, and its slope by score."""
    if truth.is_choice:
        scores = scores - scores.max(axis=1, keepdims=True)
        logarithm = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return -float((truth.weights * truth.targets * logarithm).sum()), truth.weights * (
            np.exp(logarithm) - truth.targets
        )
    margin = np.where(truth.targets > 0, scores, -scores)
    slope = truth.weights * (1.0 / (1.0 + np.exp(-np.clip(scores, -50.0, 50.0))) - truth.targets)
    return float((truth.weights * np.logaddexp(0.0, -margin)).sum()), slope


def _steps(rows: Sparse, truth: Truth, penalty: float) -> Floats:
    """How far each coefficient goes in one step: the less, the more texts its feature has (Jacobi preconditioning).

    Without it the frequent features are learned first and the rare ones only after hundreds of rounds.
    """
    curvature = np.append(rows.multiply(rows).T @ truth.weights.max(axis=1), truth.weights.max(axis=1).sum())
    return np.asarray(1.0 / np.sqrt(penalty + _CURVATURE * curvature))[:, None]


def fit(rows: Sparse, truth: Truth, penalty: float, present: Floats | None = None) -> Floats:
    """Coefficients with the least penalised loss, shape (columns + 1, outputs): the last row are the biases.

    With the `present` scores of the texts, the coefficients are what is to be added to those that gave them.
    """
    used = np.flatnonzero(rows.getnnz(axis=0) >= _FEWEST)
    part = scipy.sparse.csr_matrix(rows[:, used], dtype=np.float32)
    turned = scipy.sparse.csr_matrix(part.T)
    outputs = truth.targets.shape[1]
    steps_of = _steps(part, truth, penalty)

    def loss(flat: Floats) -> tuple[float, Floats]:
        coefficients = flat.reshape(len(used) + 1, outputs) * steps_of
        scores = part @ coefficients[:-1].astype(np.float32) + coefficients[-1]
        value, slope = _losses(scores if present is None else scores + present, truth)
        value += penalty * float((coefficients[:-1] ** 2).sum()) / 2
        steps = (turned @ slope.astype(np.float32)).astype(np.float64) + penalty * coefficients[:-1]
        return value, (np.concatenate([steps, slope.sum(axis=0)[None]]) * steps_of).ravel()

    solved = _minimise(loss, (len(used) + 1) * outputs).reshape(len(used) + 1, outputs) * steps_of
    whole = np.zeros((rows.shape[1] + 1, outputs))
    whole[used], whole[-1] = solved[:-1], solved[-1]
    return whole


def score(rows: Sparse, coefficients: Floats) -> Floats:
    """The scores of texts, (text, output)."""
    return np.asarray(rows @ coefficients[:-1] + coefficients[-1])


def apart(rows: Sparse, origins: npt.NDArray[Any], chosen: npt.NDArray[np.bool_]) -> Sparse:
    """The features of the chosen texts once more, those of each origin in columns of its own.

    Beside the rows themselves they take up what a feature says at one origin only; what it says at every one is left to
    the rows (Daumé III 2007; with an L2 penalty the mean of a hierarchy, Finkel & Manning 2009).
    """
    cells = rows.tocoo()
    inside = chosen[cells.row]
    texts = cells.row[inside]
    places = np.unique(origins, return_inverse=True)[1][texts] * rows.shape[1] + cells.col[inside]
    used, columns = np.unique(places, return_inverse=True)
    return scipy.sparse.csr_matrix((cells.data[inside], (texts, columns)), shape=(rows.shape[0], len(used)))


def held_out(
    rows: Sparse, truth: Truth, penalty: float, folds: npt.NDArray[np.int64], aside: Sparse | None = None
) -> tuple[Floats, Floats]:
    """Coefficients of all texts of which something is known, and every text's scores by a fit without its fold.

    Features `aside` are learned with the others and then thrown away: no coefficient and no score has them.
    """
    known = np.asarray((truth.weights > 0).any(axis=1))
    wide = rows if aside is None else scipy.sparse.csr_matrix(scipy.sparse.hstack([rows, aside]))

    def learned(use: npt.NDArray[np.bool_]) -> Floats:
        coefficients = fit(wide[use], truth.of(use), penalty)
        return np.concatenate([coefficients[: rows.shape[1]], coefficients[-1:]])

    whole = learned(known)
    scores = score(rows, whole)
    for fold in range(int(folds.max(initial=0)) + 1):
        inside = folds == fold
        use = known & ~inside
        if use.any() and inside.any():
            scores[inside] = score(rows[inside], learned(use))
    return whole, scores
