"""Fitting linear models: logistic regression with an L2 penalty, by L-BFGS (Liu & Nocedal 1989).

Beside its hashed features a text has a place in a latent space, in which texts lie near each other that speak of the
same things in other words. The place is a linear function of the features, so what is learned there is added to the
weights of the features, and the model stays one sum of weights.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import scipy.optimize
import scipy.sparse

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]
Sparse: TypeAlias = Any  # a scipy.sparse.csr_matrix, which has no types

_ITERATIONS = 100
_TOLERANCE = 1e-6
_FEWEST = 2  # texts of a feature, for it to have a weight
_COMMON = 5  # texts of a feature, for it to have a place in the latent space
_PASSES, _SPARE = 3, 20  # of the range finder: how often it is improved, and dimensions more than are kept


class Rows(NamedTuple):
    """Texts to fit: their features, and their places in the latent space (no columns: none is used)."""

    features: Sparse
    places: Singles

    def of(self, chosen: npt.NDArray[Any]) -> "Rows":
        """The same of the chosen texts."""
        return Rows(self.features[chosen], self.places[chosen])


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


class Coefficients(NamedTuple):
    """What a fit gives: of every feature, of every dimension of the latent space, and the biases, for each output."""

    features: Floats
    places: Floats
    biases: Floats

    def scores(self, rows: Rows) -> Floats:
        """The scores of texts, (text, output)."""
        return np.asarray(rows.features @ self.features + rows.places @ self.places + self.biases)


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


def fit(rows: Rows, truth: Truth, penalty: float, present: Floats | None = None) -> Coefficients:
    """The coefficients with the least penalised loss; with `present` scores, what is to be added to theirs."""
    used = np.flatnonzero(rows.features.getnnz(axis=0) >= _FEWEST)
    part = scipy.sparse.csr_matrix(rows.features[:, used], dtype=np.float32)
    turned = scipy.sparse.csr_matrix(part.T)
    outputs, count = truth.targets.shape[1], len(used)

    def loss(flat: Floats) -> tuple[float, Floats]:
        coefficients = flat.reshape(-1, outputs)
        singles = coefficients[:-1].astype(np.float32)
        scores = part @ singles[:count] + rows.places @ singles[count:] + coefficients[-1]
        value, slope = _losses(scores if present is None else scores + present, truth)
        value += penalty * float((coefficients[:-1] ** 2).sum()) / 2
        narrow = slope.astype(np.float32)
        steps = (
            np.concatenate([turned @ narrow, rows.places.T @ narrow]).astype(np.float64) + penalty * coefficients[:-1]
        )
        return value, np.concatenate([steps, slope.sum(axis=0)[None]]).ravel()

    solved = _minimise(loss, (count + rows.places.shape[1] + 1) * outputs).reshape(-1, outputs)
    whole = np.zeros((rows.features.shape[1], outputs))
    whole[used] = solved[:count]
    return Coefficients(whole, solved[count:-1], solved[-1])


def held_out(rows: Rows, truth: Truth, penalty: float, folds: npt.NDArray[np.int64]) -> tuple[Coefficients, Floats]:
    """Coefficients of all texts of which something is known, and every text's scores by a fit without its fold."""
    known = np.asarray((truth.weights > 0).any(axis=1))
    whole = fit(rows.of(known), truth.of(known), penalty)
    scores = whole.scores(rows)
    for fold in range(int(folds.max(initial=0)) + 1):
        inside = folds == fold
        use = known & ~inside
        if use.any() and inside.any():
            scores[inside] = fit(rows.of(use), truth.of(use), penalty).scores(rows.of(inside))
    return whole, scores


def latent_space(features: Sparse, dimensions: int, seed: int) -> Singles:
    """What each feature adds to a text's place in the latent space, (feature, dimension).

    The space is that of latent semantic analysis (Deerwester et al. 1990): the first singular vectors of the texts,
    each feature weighed by how few texts have it, found by a randomised range finder (Halko et al. 2011).
    """
    frequency = features.getnnz(axis=0)
    columns = np.flatnonzero(frequency >= _COMMON)
    rarity = np.log(features.shape[0] / frequency[columns]).astype(np.float32)
    texts = scipy.sparse.csr_matrix(features[:, columns] @ scipy.sparse.diags(rarity), dtype=np.float32)
    lengths = np.sqrt(np.asarray(texts.multiply(texts).sum(axis=1))).ravel()
    texts = scipy.sparse.csr_matrix(scipy.sparse.diags((1.0 / np.maximum(lengths, 1e-6)).astype(np.float32)) @ texts)
    turned = scipy.sparse.csr_matrix(texts.T)
    base = np.random.default_rng(seed).standard_normal((len(columns), dimensions + _SPARE)).astype(np.float32)
    for _ in range(_PASSES):
        base = np.linalg.qr(turned @ np.linalg.qr(texts @ base)[0])[0]
    seen = (texts @ base).astype(np.float64)
    turn = np.linalg.eigh(seen.T @ seen)[1][:, ::-1][:, :dimensions]
    space = np.zeros((features.shape[1], dimensions), np.float32)
    space[columns] = rarity[:, None] * (base @ turn.astype(np.float32)) / np.float32(lengths.mean())
    return space
