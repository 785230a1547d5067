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
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.optimize
import scipy.sparse

import sql
from flows.labels.calibration import (
    Scored,
    calibrate_code,
    calibrate_sentiment,
    code_probability,
    learned_classes,
    sentiment_confidence,
)
from flows.labels.corpora import SENTIMENTS, SHARE_ALIKE, decontaminate, fingerprint
from flows.labels.evaluation import binary, macro_f1, reliability
from flows.labels.features import matrix
from flows.labels.indications import silence, vote
from flows.labels.weights import BUCKETS, Weights, quantise

Floats = npt.NDArray[np.float64]
Sparse: TypeAlias = Any  # a scipy.sparse.csr_matrix, which has no types

HOSTILE = "indodiscourse_hate"  # an output of its own: IndoDiscourse's class is wider than `hate_speech`
HOSTILE_SCALES = (1.0, 0.25, 1.0, 1.0)
HOSTILE_PENALTY = 2.0
FOLDS = 3
SEED = 20240214
# How strongly each family of features counts before the penalty: words, windows, groups, and the lexicon's numbers.
SENTIMENT_SCALES = (1.0, 0.5, 0.3, 1.5)
CODE_SCALES = (1.0, 0.5, 0.7, 1.0)
SENTIMENT_PENALTY = 0.7  # 1 / (2 C)
CODE_PENALTY = 0.2
JOINED_WEIGHT = 0.5
SOURCE_WEIGHTS = {"smsa": 0.25, "nusax_indonesian": 0.7, "nusax_javanese": 1.5, "nusawrites": 0.3, "indodiscourse": 0.2}
HOSTILE_WEIGHT = 0.3  # of an IndoDiscourse post as hate speech, whose class there is wider
# The ordinary texts of a code: the public corpus that is about public affairs, as posts are; but it abounds in insults.
BACKGROUND = {"insult": tuple(SOURCE_WEIGHTS)}
_ITERATIONS = 100
_TOLERANCE = 1e-6
_JOINTS = (" ", ". ", ", ", " ... ", "\n")


class Posts(NamedTuple):
    """Posts to train on: their features, what is known of them, and how much each counts."""

    rows: Sparse
    sentiment: npt.NDArray[np.int64]  # place in SENTIMENTS, -1 unknown
    indications: list[frozenset[str] | None]  # None: unknown
    weights: Floats
    sources: npt.NDArray[np.str_]
    folds: npt.NDArray[np.int64]
    votes: dict[str, npt.NDArray[np.bool_]]
    silenced: dict[str, npt.NDArray[np.bool_]]  # an exclusion of the code matches: reporting, condemning, asking


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
        joined,
        schema={"text": pl.String, "sentiment": pl.String, "indications": pl.String, "fold": pl.Int64},
        orient="row",
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
        silenced=silence(posts["text"], seeds),
    )


def _scaled(rows: Sparse, scales: tuple[float, ...]) -> tuple[Sparse, Floats]:
    """The rows with each family's columns multiplied, and the multipliers by column."""
    sizes = (*BUCKETS, rows.shape[1] - sum(BUCKETS))
    by_column = np.repeat(np.array(scales), sizes)
    return scipy.sparse.csr_matrix(rows @ scipy.sparse.diags(by_column)), by_column


def _minimise(loss: Callable[[Floats], tuple[float, Floats]], size: int) -> Floats:
    minimum = scipy.optimize.minimize(
        loss,
        np.zeros(size),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _ITERATIONS, "ftol": _TOLERANCE, "maxcor": 8},
    )
    return np.asarray(minimum.x, dtype=np.float64)


class Truth(NamedTuple):
    """What is to be learned of some posts: targets (0 or 1) and weights of each output, 0 where nothing is known.

    With `is_choice` the outputs exclude each other and share one weight; else each is a question of its own.
    """

    targets: Floats
    weights: Floats
    is_choice: bool

    def of(self, chosen: npt.NDArray[np.bool_]) -> "Truth":
        """The same of the chosen posts."""
        return Truth(self.targets[chosen], self.weights[chosen], self.is_choice)


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


def fit(rows: Sparse, truth: Truth, penalty: float) -> Floats:
    """Coefficients of logistic regression, shape (columns + 1, outputs): the last row are the biases."""
    used = np.flatnonzero(rows.getnnz(axis=0))
    part = scipy.sparse.csr_matrix(rows[:, used], dtype=np.float32)
    turned = scipy.sparse.csr_matrix(part.T)
    outputs = truth.targets.shape[1]

    def loss(flat: Floats) -> tuple[float, Floats]:
        coefficients = flat.reshape(len(used) + 1, outputs)
        value, slope = _losses(part @ coefficients[:-1].astype(np.float32) + coefficients[-1], truth)
        value += penalty * float((coefficients[:-1] ** 2).sum()) / 2
        steps = (turned @ slope.astype(np.float32)).astype(np.float64) + penalty * coefficients[:-1]
        return value, np.concatenate([steps, slope.sum(axis=0)[None]]).ravel()

    solved = _minimise(loss, (len(used) + 1) * outputs).reshape(len(used) + 1, outputs)
    whole = np.zeros((rows.shape[1] + 1, outputs))
    whole[used], whole[-1] = solved[:-1], solved[-1]
    return whole


def _held_out(posts: Posts, rows: Sparse, truth: Truth, penalty: float) -> tuple[Floats, Floats]:
    """Coefficients fitted on all posts of which something is known, and every post's scores by a fit without it."""
    known = np.asarray((truth.weights > 0).any(axis=1))
    whole = fit(rows[known], truth.of(known), penalty)
    scores = rows @ whole[:-1] + whole[-1]
    for fold in range(FOLDS):
        inside = posts.folds == fold
        use = known & ~inside
        if use.any() and inside.any():
            part = fit(rows[use], truth.of(use), penalty)
            scores[inside] = rows[inside] @ part[:-1] + part[-1]
    return whole, scores


class Fitted(NamedTuple):
    """Outputs with their unscaled coefficients and how they are calibrated."""

    names: tuple[str, ...]
    coefficients: Floats  # (columns + 1, outputs)
    calibration: dict[str, Any]
    measured: dict[str, Any]  # on the own posts, each held out of its fit


def _balanced(posts: Posts) -> Floats:
    """The weights of posts, those of each source turned so that its sentiments count alike (King & Zeng 2001)."""
    weights = posts.weights.copy()
    for source in np.unique(posts.sources):
        inside = (posts.sources == source) & (posts.sentiment >= 0)
        counts = np.bincount(posts.sentiment[inside], minlength=len(SENTIMENTS))
        share = inside.sum() / (np.maximum(counts, 1) * max(1, (counts > 0).sum()))
        weights[inside] *= share[posts.sentiment[inside]]
    return weights


def fit_sentiment(posts: Posts, left_out: set[str]) -> Fitted:
    """The sentiment, on posts of all sources but some."""
    rows, scales = _scaled(posts.rows, SENTIMENT_SCALES)
    is_known = (posts.sentiment >= 0) & ~np.isin(posts.sources, sorted(left_out))
    targets = np.eye(len(SENTIMENTS))[posts.sentiment] * is_known[:, None]
    weights = np.repeat((_balanced(posts) * is_known)[:, None], len(SENTIMENTS), axis=1)
    whole, scores = _held_out(posts, rows, Truth(targets, weights, is_choice=True), SENTIMENT_PENALTY)
    whole[:-1] *= scales[:, None]
    own = is_known & ~np.isin(posts.sources, [*SOURCE_WEIGHTS, "joined"])
    truth, own_scores = posts.sentiment[own], scores[own]
    best = own_scores.argmax(axis=1)
    classes = {name: binary(truth == place, best == place) for place, name in enumerate(SENTIMENTS)}
    measured = {"macro_f1": round(macro_f1(truth, best), 4), "posts": len(truth), "classes": classes}
    calibration = calibrate_sentiment(own_scores, truth)
    measured["calibration"] = reliability(*sentiment_confidence(own_scores, truth, calibration["temperature"]))
    return Fitted(SENTIMENTS, whole, {"sentiment": calibration}, {"sentiment": measured})


def fit_codes(posts: Posts) -> Fitted:
    """Every indication that the posts hold, one against the rest."""
    rows, scales = _scaled(posts.rows, CODE_SCALES)
    codes_learned = tuple(learned_classes())
    classes = np.array(
        [
            [_class_of(codes, code, source) for code in codes_learned]
            for codes, source in zip(posts.indications, posts.sources, strict=True)
        ]
    )
    held = (classes == 1).any(axis=0)
    names, classes = tuple(np.array(codes_learned)[held].tolist()), classes[:, held]
    weights = posts.weights[:, None] * (classes >= 0)
    if "hate_speech" in names:
        column = names.index("hate_speech")
        weights[(posts.sources == "indodiscourse") & (classes[:, column] == 1), column] *= HOSTILE_WEIGHT
    whole, scores = _held_out(posts, rows, Truth((classes == 1).astype(float), weights, is_choice=False), CODE_PENALTY)
    whole[:-1] *= scales[:, None]
    own = ~np.isin(posts.sources, [*SOURCE_WEIGHTS, "joined"])
    calibration, measured = {}, {}
    for column, code in enumerate(names):
        if code in posts.votes:
            ordinary = np.isin(posts.sources, BACKGROUND.get(code, ("indodiscourse",))) & (classes[:, column] == 0)
            votes, code_scores, truth = posts.votes[code], scores[:, column], classes[:, column] == 1
            heard, ordinary = own & ~posts.silenced[code], ordinary & ~posts.silenced[code]
            calibration[code] = calibrate_code(
                code,
                Scored(code_scores[heard], votes[heard]),
                truth[heard],
                Scored(code_scores[ordinary], votes[ordinary]),
            )
            probability = code_probability(calibration[code], Scored(code_scores[own], votes[own]))
            limits = np.where(votes[own], calibration[code]["voted_threshold"], calibration[code]["threshold"])
            flags = (probability >= limits) & heard[own]
            measured[code] = binary(truth[own], flags) | {"calibration": reliability(probability, truth[own])}
    return Fitted(names, whole, {"codes": calibration}, {"codes": measured})


def _class_of(codes: frozenset[str] | None, code: str, source: str) -> int:
    """1 has it, 0 has it not, -1 unknown. IndoDiscourse's class is its own; its other posts have no indication."""
    if codes is None:
        return -1
    if source == "indodiscourse" and codes:
        return 1 if code == "hate_speech" else -1
    return int(code in codes)


def _contrast(rows: Sparse, truth: npt.NDArray[np.bool_]) -> Floats:
    """How unlike the two classes use each column: the root of the log-count ratio (Wang & Manning 2012), mean 1."""
    shares = []
    for side in (truth, ~truth):
        counts = rows[side].getnnz(axis=0) + 1.0
        shares.append(counts / counts.sum())
    ratio = np.sqrt(np.abs(np.log(shares[0] / shares[1])))
    return np.asarray(ratio / max(ratio[ratio > 0].mean(), 1e-12))


def fit_hostile(posts: Posts, tuning: tuple[Sparse, npt.NDArray[np.bool_]]) -> Fitted:
    """IndoDiscourse's own class, its bias chosen on that corpus' tuning split."""
    inside = np.flatnonzero(posts.sources == "indodiscourse")
    truth = np.array([HOSTILE in (posts.indications[place] or ()) for place in inside])
    rows, scales = _scaled(posts.rows[inside], HOSTILE_SCALES)
    contrast = _contrast(rows, truth)
    rows = scipy.sparse.csr_matrix(rows @ scipy.sparse.diags(contrast))
    known = Truth(truth[:, None].astype(float), np.ones((len(truth), 1)), is_choice=False)
    whole = fit(rows, known, HOSTILE_PENALTY)
    whole[:-1] *= (scales * contrast)[:, None]
    scores, hostile = (tuning[0] @ whole[:-1] + whole[-1])[:, 0], tuning[1].astype(np.int64)
    limits = [step / 20 for step in range(-10, 11)]
    if len(hostile):
        reached = np.array([macro_f1(hostile, (scores > limit).astype(np.int64)) for limit in limits])
        near = np.convolve(reached, np.ones(5) / 5, mode="same")  # one step's luck does not choose
        whole[-1] -= limits[int(near[2:-2].argmax()) + 2]
    return Fitted((HOSTILE,), whole, {}, {})


def to_weights(parts: list[Fitted], licence: str, corpora: dict[str, str]) -> Weights:
    """Fitted outputs as a weight file's content."""
    coefficients = np.concatenate([part.coefficients for part in parts], axis=1)
    edges = np.cumsum((0, *BUCKETS))
    pairs = [quantise(coefficients[first:last]) for first, last in pairwise(edges)]
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
        measured={key: value for part in parts for key, value in part.measured.items()},
    )


def output_scores(weights: Weights, texts: pl.Series, seeds: Path = sql.SEEDS) -> Floats:
    """The scores of every output of texts, from a weight file's content."""
    rows = matrix(texts, BUCKETS, seeds)
    parts = [
        numbers.astype(np.float64) * np.array(scale)
        for numbers, scale in zip(weights.matrices, weights.scales, strict=True)
    ]
    return np.asarray(rows @ np.concatenate([*parts, np.array(weights.dense)]) + np.array(weights.biases))


def validate(frame: pl.DataFrame, sentiment: Weights, own: Weights, seeds: Path = sql.SEEDS) -> dict[str, Any]:
    """Macro-F1 on the validation split of every public corpus of the frame."""
    result = {}
    valid = frame.filter(pl.col("split") == "valid")
    for (source,), rows in sorted(valid.group_by("source", maintain_order=True), key=lambda item: str(item[0])):
        if source == "indodiscourse":
            truth = (rows["indications"] != "").to_numpy().astype(np.int64)
            predicted = (output_scores(own, rows["text"], seeds)[:, own.outputs.index(HOSTILE)] > 0).astype(int)
        else:
            truth = np.array([SENTIMENTS.index(name) for name in rows["sentiment"]])
            columns = [sentiment.outputs.index(name) for name in SENTIMENTS]
            scores = output_scores(sentiment, rows["text"], seeds)[:, columns]
            predicted = np.where(np.isin(np.arange(3), truth), scores, -np.inf).argmax(axis=1)
        result[str(source)] = {"posts": len(truth), "macro_f1": round(macro_f1(truth, predicted), 4)}
    return result


def train(frame: pl.DataFrame, seeds: Path = sql.SEEDS) -> tuple[Weights, Weights | None]:
    """The weights that may be MIT, and those that learned from share-alike corpora, where the frame has some."""
    frame = decontaminate(frame)
    posts = read_posts(frame, seeds)
    marks = fingerprint(frame.filter(pl.col("split") == "train"))
    own_marks = {name: mark for name, mark in marks.items() if name not in SHARE_ALIKE}
    parts = [fit_sentiment(posts, {*SHARE_ALIKE, "nusawrites"}), fit_codes(posts)]
    if (posts.sources == "indodiscourse").any():
        tune = frame.filter((pl.col("source") == "indodiscourse") & (pl.col("split") == "tune"))
        parts.append(fit_hostile(posts, (matrix(tune["text"], BUCKETS, seeds), (tune["indications"] != "").to_numpy())))
    own = to_weights(parts, "MIT", own_marks)
    if own_marks == marks:
        return replace(own, measured=own.measured | {"validation": validate(frame, own, own, seeds)}), None
    shared = to_weights([fit_sentiment(posts, {"nusawrites"})], "CC BY-SA 4.0", marks)
    return own, replace(shared, measured=shared.measured | {"validation": validate(frame, shared, own, seeds)})
