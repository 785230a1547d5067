"""Training: corpora to weight files, the same bytes for the same texts.

Logistic regression with an L2 penalty, by L-BFGS (Liu & Nocedal 1989), on hashed features: three classes at once for
the sentiment, one against the rest for each indication. Half of the training posts are pairs of the own posts joined
to one, because real comments are longer and mix what they say. Probabilities are calibrated (Platt 1999; temperature
of Guo et al. 2017) on posts that the fitted fold had not seen, and thresholds are the lowest that hold a stated
precision there.
"""

import hashlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.optimize
import scipy.sparse

import sql
from flows.labels.calibration import calibrate_code, calibrate_sentiment
from flows.labels.corpora import SENTIMENTS, SHARE_ALIKE, fingerprint
from flows.labels.features import matrix
from flows.labels.indications import vote
from flows.labels.weights import BUCKETS, Weights, quantise

Floats = npt.NDArray[np.float64]
Sparse = scipy.sparse.csr_matrix

CODES = (
    *("hate_speech", "insult", "incitement", "threat", "anti_state", "money_politics", "facility_misuse", "neutrality"),
    *("prop_damage", "call_to_vote", "indodiscourse_hate"),
)
FOLDS = 5
SEED = 20240214
# How strongly each family of features counts before the penalty: words, windows, groups, and the lexicon's numbers.
SENTIMENT_SCALES = (1.0, 0.5, 0.0, 2.0)
CODE_SCALES = (1.0, 0.5, 0.7, 1.0)
SENTIMENT_PENALTY = 1.0  # 1 / (2 C)
CODE_PENALTY = 0.1
JOINED_WEIGHT = 0.5
SOURCE_WEIGHTS = {"smsa": 0.4, "nusax_indonesian": 1.0, "nusax_javanese": 1.0, "nusawrites": 0.3, "indodiscourse": 0.2}
_ITERATIONS = 150
_TOLERANCE = 1e-7
_JOINTS = (" ", ". ", ", ", " ... ", "\n")


class Posts(NamedTuple):
    """Posts to train on: their features, what is known of them, and how much each counts."""

    rows: Sparse
    sentiment: npt.NDArray[np.int64]  # place in SENTIMENTS, -1 unknown
    indications: list[frozenset[str] | None]  # None: unknown
    weights: Floats
    sources: npt.NDArray[np.str_]
    folds: npt.NDArray[np.int64]
    votes: pl.DataFrame


def _fold_of(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % FOLDS


def join_pairs(frame: pl.DataFrame, seed: int = SEED) -> pl.DataFrame:
    """As many posts as the frame has, each of two of the same fold joined; a praising one never with a blaming one."""
    chooser = random.Random(seed)  # noqa: S311 - for repeatable training, not for secrets
    rows = frame.select("text", "sentiment", "indications").rows()
    by_fold: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        by_fold.setdefault(_fold_of(row[0]), []).append(place)
    joined: list[tuple[str, str | None, str | None, int]] = []
    for place, (text, sentiment, codes) in enumerate(rows):
        fold = _fold_of(text)
        other, more, others = rows[chooser.choice(by_fold[fold])]
        if None in (sentiment, more, codes, others) or {sentiment, more} == {"negative", "positive"}:
            continue
        first, second = (text, other) if place % 2 else (other, text)
        both = ";".join(sorted({*codes.split(";"), *others.split(";")} - {""}))
        whole = sentiment if more == "neutral" else more
        joined.append((first + chooser.choice(_JOINTS) + second, whole, both, fold))
    return pl.DataFrame(
        joined, schema={"text": pl.String, "sentiment": pl.String, "indications": pl.String, "fold": pl.Int64}, orient="row"
    )


def _known(codes: str | None) -> frozenset[str] | None:
    return None if codes is None else frozenset(codes.split(";")) - {""}


def read_posts(frame: pl.DataFrame, seeds: Path = sql.SEEDS) -> Posts:
    """The training posts of corpora: their train splits, and joined pairs of the own ones (source `joined`)."""
    train = frame.filter(pl.col("split") == "train").with_columns(
        fold=pl.col("text").map_elements(_fold_of, return_dtype=pl.Int64)
    )
    own = train.filter(~pl.col("source").is_in(list(SOURCE_WEIGHTS)))
    joined = join_pairs(own).with_columns(source=pl.lit("joined"), split=pl.lit("train"))
    posts = pl.concat([train, joined.select(train.columns)])
    weights = [JOINED_WEIGHT if name == "joined" else SOURCE_WEIGHTS.get(name, 1.0) for name in posts["source"]]
    places = {name: place for place, name in enumerate(SENTIMENTS)}
    return Posts(
        rows=matrix(posts["text"], BUCKETS, seeds),
        sentiment=np.array([places.get(name, -1) for name in posts["sentiment"]]),
        indications=[_known(codes) for codes in posts["indications"]],
        weights=np.array(weights),
        sources=np.array(posts["source"].to_list()),
        folds=posts["fold"].to_numpy(),
        votes=vote(posts["text"], seeds),
    )


def _scaled(rows: Sparse, scales: tuple[float, ...]) -> tuple[Sparse, Floats]:
    """The rows with each family's columns multiplied, and the multipliers by column."""
    sizes = (*BUCKETS, rows.shape[1] - sum(BUCKETS))
    by_column = np.repeat(np.array(scales), sizes)
    return scipy.sparse.csr_matrix(rows @ scipy.sparse.diags(by_column)), by_column


def _minimise(loss: Callable[[Floats], tuple[float, Floats]], size: int) -> Floats:
    found = scipy.optimize.minimize(
        loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"maxiter": _ITERATIONS, "ftol": _TOLERANCE, "maxcor": 8}
    )
    return np.asarray(found.x, dtype=np.float64)


def fit(rows: Sparse, classes: npt.NDArray[np.int64], weights: Floats, count: int, penalty: float) -> Floats:
    """Coefficients of multinomial regression, shape (columns + 1, classes): the last row are the biases.

    With two classes only the second has coefficients, so that its score is the log-odds.
    """
    used = np.flatnonzero(rows.getnnz(axis=0))
    part = scipy.sparse.csr_matrix(rows[:, used])
    turned = scipy.sparse.csr_matrix(part.T)
    first = 1 if count == 2 else 0
    outputs = count - first
    truth = np.zeros((len(classes), count))
    truth[np.arange(len(classes)), classes] = 1.0

    def loss(flat: Floats) -> tuple[float, Floats]:
        coefficients = flat.reshape(len(used) + 1, outputs)
        found = np.zeros((len(classes), count))
        found[:, first:] = part @ coefficients[:-1] + coefficients[-1]
        found -= found.max(axis=1, keepdims=True)
        logarithm = found - np.log(np.exp(found).sum(axis=1, keepdims=True))
        slope = ((np.exp(logarithm) - truth) * weights[:, None])[:, first:]
        value = -(weights * logarithm[np.arange(len(classes)), classes]).sum()
        value += penalty * float((coefficients[:-1] ** 2).sum()) / 2
        gradient = np.concatenate([turned @ slope + penalty * coefficients[:-1], slope.sum(axis=0)[None]])
        return float(value), gradient.ravel()

    solved = _minimise(loss, (len(used) + 1) * outputs).reshape(len(used) + 1, outputs)
    whole = np.zeros((rows.shape[1] + 1, outputs))
    whole[used], whole[-1] = solved[:-1], solved[-1]
    return whole


def _held_out(
    posts: Posts, rows: Sparse, classes: npt.NDArray[np.int64], count: int, penalty: float
) -> tuple[Floats, Floats]:
    """Coefficients fitted on all posts of known class (-1: unknown), and scores of every post that was held out.

    Held out is the post's fold; posts of public corpora stay in every fit and are scored by the fit of all.
    """
    known = classes >= 0
    is_public = np.isin(posts.sources, list(SOURCE_WEIGHTS))
    whole = fit(rows[known], classes[known], posts.weights[known], count, penalty)
    scores = rows @ whole[:-1] + whole[-1]
    for fold in range(FOLDS):
        inside = posts.folds == fold
        use = known & ~inside
        if np.unique(classes[use]).size < count or not (inside & ~is_public).any():
            continue
        part = fit(rows[use], classes[use], posts.weights[use], count, penalty)
        scores[inside] = rows[inside] @ part[:-1] + part[-1]
    return whole, scores


class Fitted(NamedTuple):
    """Outputs with their unscaled coefficients and how they are calibrated."""

    names: tuple[str, ...]
    coefficients: Floats  # (columns + 1, outputs)
    calibration: dict[str, Any]


def fit_sentiment(posts: Posts, sources: set[str] | None = None) -> Fitted:
    """The sentiment, on posts of all sources or of those outside `sources`."""
    rows, scales = _scaled(posts.rows, SENTIMENT_SCALES)
    left_out = np.isin(posts.sources, sorted(sources or ()))
    classes = np.where(left_out, -1, posts.sentiment)
    whole, scores = _held_out(posts, rows, classes, len(SENTIMENTS), SENTIMENT_PENALTY)
    whole[:-1] *= scales[:, None]
    own = (classes >= 0) & ~np.isin(posts.sources, [*SOURCE_WEIGHTS, "joined"])
    return Fitted(SENTIMENTS, whole, {"sentiment": calibrate_sentiment(scores[own], classes[own])})


def fit_codes(posts: Posts) -> Fitted:
    """Every indication that the posts hold, one against the rest."""
    rows, scales = _scaled(posts.rows, CODE_SCALES)
    names, columns, calibration = [], [], {}
    own = ~np.isin(posts.sources, [*SOURCE_WEIGHTS, "joined"])
    for code in CODES:
        classes = np.array([_class_of(codes, code, source) for codes, source in zip(posts.indications, posts.sources, strict=True)])
        if not (classes == 1).any():
            continue
        whole, scores = _held_out(posts, rows, classes, 2, CODE_PENALTY)
        names.append(code)
        columns.append(whole)
        if code in posts.votes.columns:
            votes = posts.votes[code].to_numpy()
            background = np.isin(posts.sources, list(SOURCE_WEIGHTS)) & (classes != 1)
            calibration[code] = calibrate_code(
                code, scores[own, 0], votes[own], classes[own] == 1, scores[background, 0], votes[background]
            )
    joined = np.concatenate(columns, axis=1)
    joined[:-1] *= scales[:, None]
    return Fitted(tuple(names), joined, {"codes": calibration})


def _class_of(codes: frozenset[str] | None, code: str, source: str) -> int:
    """1 has it, 0 has it not, -1 unknown. IndoDiscourse's class is its own; its other posts have no indication."""
    if codes is None:
        return -1
    if source == "indodiscourse":
        if code == "indodiscourse_hate":
            return int(code in codes)
        return (1 if code == "hate_speech" else -1) if codes else 0
    return -1 if code == "indodiscourse_hate" else int(code in codes)


def to_weights(parts: list[Fitted], licence: str, corpora: dict[str, str]) -> Weights:
    """Fitted outputs as a weight file's content."""
    coefficients = np.concatenate([part.coefficients for part in parts], axis=1)
    edges = np.cumsum((0, *BUCKETS))
    pairs = [quantise(coefficients[first:last]) for first, last in zip(edges, edges[1:], strict=False)]
    numbers = coefficients[edges[-1] :]
    return Weights(
        licence=licence,
        corpora=corpora,
        outputs=tuple(name for part in parts for name in part.names),
        scales=tuple(scales for _, scales in pairs),
        dense=tuple(tuple(float(f"{n:.9g}") for n in row) for row in numbers[:-1]),
        biases=tuple(float(f"{n:.9g}") for n in numbers[-1]),
        matrices=tuple(quantised for quantised, _ in pairs),
        calibration={key: value for part in parts for key, value in part.calibration.items()},
    )


def train(frame: pl.DataFrame, seeds: Path = sql.SEEDS) -> tuple[Weights, Weights | None]:
    """The weights that may be MIT, and those that learned from share-alike corpora, where the frame has some."""
    posts = read_posts(frame, seeds)
    marks = fingerprint(frame.filter(pl.col("split") == "train"))
    own_marks = {name: mark for name, mark in marks.items() if name not in SHARE_ALIKE}
    codes = fit_codes(posts)
    own = to_weights([fit_sentiment(posts, {*SHARE_ALIKE, "nusawrites"}), codes], "MIT", own_marks)
    if own_marks == marks:
        return own, None
    shared = fit_sentiment(posts, {"nusawrites"})
    return own, to_weights([shared], "CC BY-SA 4.0", marks)
