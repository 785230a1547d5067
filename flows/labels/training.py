"""Training: corpora to weight files, the same bytes for the same texts.

Three classes at once for the sentiment, one against the rest for each indication (`fitting.py`), on hashed features.
What weighs most are real posts of the subject that were coded; the sentiment learns what words have in common from
those that were not (`neighbours.py`), and leaves out what they say at one origin alone. To the scores of the sentiment
and of insult those of detectors of phrases are added, which learn from posts of the subject alone, real and own
(`detectors.py`). Probabilities are calibrated (Platt 1999; temperature of Guo et al. 2017) on posts that the fitted
fold had not seen, real ones where there are enough, and thresholds are the lowest that hold a stated precision there.
"""

import hashlib
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse
from threadpoolctl import threadpool_limits

import sql
from flows.labels.calibration import (
    Scored,
    calibrate_code,
    calibrate_sentiment,
    code_probability,
    learned_classes,
    sentiment_confidence,
)
from flows.labels.corpora import CODED, PUBLIC, REAL, SENTIMENTS, SHARE_ALIKE, UNCODED, decontaminate, fingerprint
from flows.labels.detectors import Phrased, known_words, learn_detectors, read_phrases, score_phrases
from flows.labels.evaluation import binary, macro_f1, reliability
from flows.labels.features import matrix, read_words
from flows.labels.fitting import Floats, Sparse, Truth, apart, fit, held_out
from flows.labels.indications import silence, vote
from flows.labels.neighbours import Vectors, fold, learn_vectors, widen
from flows.labels.phrases import Stored, store
from flows.labels.reading import phrase_scores
from flows.labels.weights import BUCKETS, Weights, quantise

HOSTILE = "indodiscourse_hate"  # an output of its own: IndoDiscourse's class is wider than `hate_speech`
HOSTILE_SCALES = (1.0, 0.25, 1.0, 1.0)
HOSTILE_PENALTY = 2.0
FOLDS = 3
# How strongly each family counts before the penalty: words, windows, groups, the lexicon's numbers.
SENTIMENT_SCALES = (1.0, 1.0, 0.6, 1.0)
CODE_SCALES = (1.0, 0.7, 0.7, 1.0)
SENTIMENT_PENALTY = 0.6  # 1 / (2 C)
APART = 2.0  # how strongly the words of one origin count, beside those of all, before the penalty
BALANCE = 0.5  # 0: a sentiment counts by its posts, 1: every sentiment alike
CODE_PENALTY = 0.2
# How much a post of a source counts in the sentiment, and in the indications; one of an operator counts 1.
SENTIMENT_WEIGHTS = {"own": 0.5, **dict.fromkeys(REAL, 1.0), "smsa": 0.06, "nusax_indonesian": 0.3}
SENTIMENT_WEIGHTS |= {"nusax_javanese": 1.0, "nusawrites": 0.0, "indodiscourse": 0.0}
CODE_WEIGHTS = {**dict.fromkeys(REAL, 1.0), "nusawrites": 0.3, "indodiscourse": 0.2}
HOSTILE_WEIGHT = 0.1  # of an IndoDiscourse post as hate speech, whose class there is wider
# The ordinary texts of a code: of the corpora that are about public affairs, as posts are.
BACKGROUND = ("indodiscourse", *REAL)
# What the detectors of phrases find out, beside the sentiment, and how much their scores count beside the linear ones.
ASKED = ("insult",)
PHRASE_WEIGHTS = SENTIMENT_WEIGHTS | {"own": 0.2}
PHRASE_SHARES = (*(0.5,) * len(SENTIMENTS), *(0.6,) * len(ASKED))
HASTY = frozenset(("call_to_vote", "incitement", "threat"))  # not looked for with care in the posts of `CODED`
_ENOUGH = 50  # real posts with a code, for its thresholds to be chosen on real posts alone


class Posts(NamedTuple):
    """Posts to train on: their features, what is known of them, and how much each counts."""

    rows: Sparse
    sentiment: npt.NDArray[np.int64]  # place in SENTIMENTS, -1 unknown
    indications: list[frozenset[str] | None]  # None: unknown
    sources: npt.NDArray[np.str_]
    origins: npt.NDArray[np.str_]
    folds: npt.NDArray[np.int64]
    phrases: Phrased
    votes: dict[str, npt.NDArray[np.bool_]]
    silenced: dict[str, npt.NDArray[np.bool_]]  # an exclusion of the code matches: reporting, condemning, asking


def _fold_of(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % FOLDS


def _known(codes: str | None) -> frozenset[str] | None:
    return None if codes is None else frozenset(codes.split(";")) - {""}


def read_posts(frame: pl.DataFrame, vectors: Vectors, seeds: Path = sql.SEEDS) -> Posts:
    """The training posts of corpora: their train splits."""
    posts = frame.filter(pl.col("split") == "train")
    places = {name: place for place, name in enumerate(SENTIMENTS)}
    return Posts(
        rows=matrix(posts["text"], BUCKETS, seeds),
        sentiment=np.array([places.get(name, -1) for name in posts["sentiment"]]),
        indications=[_known(codes) for codes in posts["indications"]],
        sources=np.array(posts["source"].to_list()),
        origins=np.array(posts["origin"].to_list()),
        folds=np.array([_fold_of(text) for text in posts["text"]]),
        phrases=read_phrases(posts["text"], known_words(vectors)[1], seeds),
        votes=vote(posts["text"], seeds),
        silenced=silence(posts["text"], seeds),
    )


def read_vectors(frame: pl.DataFrame, seeds: Path = sql.SEEDS) -> Vectors:
    """What words mean in the real posts of the subject, coded or not; all zeros without such posts."""
    real = pl.col("source").is_in(REAL) & (pl.col("split") == "train")
    texts = frame.filter(real | (pl.col("split") == UNCODED))["text"]
    return learn_vectors(read_words(texts, BUCKETS[0], seeds), BUCKETS[0])


def _own(posts: Posts) -> npt.NDArray[np.bool_]:
    """Which posts are of the own corpus or of an operator."""
    return ~np.isin(posts.sources, [corpus.name for corpus in PUBLIC])


def of_other_origins(sources: npt.NDArray[np.str_], origins: npt.NDArray[np.str_]) -> npt.NDArray[np.bool_]:
    """Which posts are of the subject, but of another origin than those to come: real ones and own ones.

    Not an operator's, since posts to come are of the same origin; and none where there is one origin only, since
    nothing tells there what holds at others.
    """
    chosen = np.isin(sources, ("own", *REAL))
    return chosen & (len(np.unique(origins[chosen])) > 1)


def _scaled(rows: Sparse, scales: tuple[float, ...]) -> tuple[Sparse, Floats]:
    """The rows with each family's columns multiplied, and the multipliers by column."""
    sizes = (*BUCKETS, rows.shape[1] - sum(BUCKETS))
    by_column = np.repeat(np.array(scales), sizes)
    return scipy.sparse.csr_matrix(rows @ scipy.sparse.diags(by_column)), by_column


class Fitted(NamedTuple):
    """Outputs with their unscaled coefficients and how they are calibrated."""

    names: tuple[str, ...]
    coefficients: Floats  # (columns + 1, outputs)
    calibration: dict[str, Any]
    measured: dict[str, Any]  # on the own posts, each held out of its fit


def _balanced(posts: Posts, by_source: dict[str, float]) -> Floats:
    """The weights of posts, those of each source turned towards its sentiments counting alike (King & Zeng 2001)."""
    weights = np.zeros(len(posts.sources))
    for source in np.unique(posts.sources):
        inside = (posts.sources == source) & (posts.sentiment >= 0)
        counts = np.bincount(posts.sentiment[inside], minlength=len(SENTIMENTS))
        share = (inside.sum() / (np.maximum(counts, 1) * max(1, (counts > 0).sum()))) ** BALANCE
        weights[inside] = by_source.get(source, 1.0) * share[posts.sentiment[inside]]
    return weights


def _sentiment_measures(scores: Floats, truth: npt.NDArray[np.int64], temperature: float) -> dict[str, Any]:
    best = scores.argmax(axis=1)
    classes = {name: binary(truth == place, best == place) for place, name in enumerate(SENTIMENTS)}
    measured = {"macro_f1": round(macro_f1(truth, best), 4), "posts": len(truth), "classes": classes}
    return measured | {"calibration": reliability(*sentiment_confidence(scores, truth, temperature))}


class Heard(NamedTuple):
    """Detectors of phrases, if there are any, and the scores that they add to every post, each held out of its fit."""

    stored: Stored | None
    scores: Floats  # (post, output): SENTIMENTS, ASKED


def fit_phrases(posts: Posts, vectors: Vectors) -> Heard:
    """The detectors of phrases, on real posts of the subject, own ones and an operator's; none without vectors."""
    outputs = (*SENTIMENTS, *ASKED)
    scores = np.zeros((len(posts.sources), len(outputs)))
    known, _ = known_words(vectors)
    learned = np.isin(posts.sources, REAL) | _own(posts)
    if not len(known) or not learned.any():
        return Heard(None, scores)
    weights = (_balanced(posts, PHRASE_WEIGHTS) * learned)[:, None]
    choice = Truth(np.eye(len(SENTIMENTS))[posts.sentiment] * (weights > 0), weights, is_choice=True)
    classes = np.array([[_class_of(codes, code, "") for code in ASKED] for codes in posts.indications])
    asked = Truth((classes == 1).astype(float), ((classes >= 0) & learned[:, None]).astype(float), is_choice=False)
    shares = np.array(PHRASE_SHARES)
    for place in range(FOLDS):
        inside = posts.folds == place
        seen = np.flatnonzero(~inside)
        part = learn_detectors(posts.phrases.of(seen), choice.of(seen), asked.of(seen), vectors[known])
        scores[inside] = score_phrases(part, posts.phrases.of(np.flatnonzero(inside))) * shares
    whole = learn_detectors(posts.phrases, choice, asked, vectors[known])
    whole = whole._replace(worths=whole.worths * shares, shifts=whole.shifts * shares)
    for numbers in (whole.worths, whole.shifts[None]):  # the choice stays; its reasons are told against the others
        numbers[:, : len(SENTIMENTS)] -= numbers[:, : len(SENTIMENTS)].mean(axis=1, keepdims=True)
    return Heard(store(outputs, known, whole), scores)


def fit_sentiment(posts: Posts, left_out: set[str], vectors: Vectors, heard: Heard) -> Fitted:
    """The sentiment, on posts of all sources but some, with what words mean (`neighbours.py`).

    What words say at one origin of the subject alone is learned apart, and does not serve: posts to come are of
    another. Of corpora about other matters everything serves, lest too little of theirs be learned.
    """
    rows, scales = _scaled(posts.rows, SENTIMENT_SCALES)
    aside = APART * apart(rows[:, : BUCKETS[0]], posts.origins, of_other_origins(posts.sources, posts.origins))
    rows = widen(rows, vectors)
    weights = _balanced(posts, SENTIMENT_WEIGHTS) * ~np.isin(posts.sources, sorted(left_out))
    targets = np.eye(len(SENTIMENTS))[posts.sentiment] * (weights > 0)[:, None]
    truth = Truth(targets, np.repeat(weights[:, None], len(SENTIMENTS), axis=1), is_choice=True)
    whole, scores = held_out(rows, truth, SENTIMENT_PENALTY, posts.folds, aside)
    scores += heard.scores[:, : len(SENTIMENTS)]
    sets = {"own": _own(posts) & (posts.sentiment >= 0)}
    sets |= {name: posts.sources == name for name in REAL if (posts.sources == name).any()}
    real = np.isin(posts.sources, REAL)
    held = real if real.any() else sets["own"]
    calibration = calibrate_sentiment(scores[held], posts.sentiment[held])
    measured = {
        name: _sentiment_measures(scores[inside], posts.sentiment[inside], calibration["temperature"])
        for name, inside in sets.items()
    }
    whole = fold(whole, vectors)
    whole[:-1] *= scales[:, None]
    return Fitted(SENTIMENTS, whole, {"sentiment": calibration}, {"sentiment": measured})


def fit_codes(posts: Posts, heard: Heard) -> Fitted:
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
    weights = np.array([CODE_WEIGHTS.get(source, 1.0) for source in posts.sources])[:, None] * (classes >= 0)
    if "hate_speech" in names:
        column = names.index("hate_speech")
        weights[(posts.sources == "indodiscourse") & (classes[:, column] == 1), column] *= HOSTILE_WEIGHT
    whole, scores = held_out(
        rows, Truth((classes == 1).astype(float), weights, is_choice=False), CODE_PENALTY, posts.folds
    )
    for place, code in enumerate(ASKED, len(SENTIMENTS)):
        if code in names:
            scores[:, names.index(code)] += heard.scores[:, place]
    calibration, measured = {}, {}
    for column, code in enumerate(names):
        if code in posts.votes:
            calibration[code], measured[code] = _threshold(posts, code, scores[:, column], classes[:, column])
    whole[:-1] *= scales[:, None]
    return Fitted(names, whole, {"codes": calibration}, {"codes": measured})


def _threshold(
    posts: Posts, code: str, scores: Floats, classes: npt.NDArray[np.int64]
) -> tuple[dict[str, float], dict[str, Any]]:
    """The calibration of a code on held-out posts, and what it measures there."""
    votes, truth, silenced = posts.votes[code], classes == 1, posts.silenced[code]
    real = np.isin(posts.sources, REAL) & (classes >= 0)
    is_real = code not in HASTY and bool((real & truth).sum() >= _ENOUGH)
    judged = real if is_real else _own(posts) & (classes >= 0)
    heard, ordinary = judged & ~silenced, np.isin(posts.sources, BACKGROUND) & (classes == 0) & ~silenced
    how = calibrate_code(
        code, Scored(scores[heard], votes[heard]), truth[heard], Scored(scores[ordinary], votes[ordinary])
    )
    probability = code_probability(how, Scored(scores[judged], votes[judged]))
    limits = np.where(votes[judged], how["voted_threshold"], how["threshold"])
    measures = binary(truth[judged], (probability >= limits) & heard[judged])
    return how, measures | {"is_real": is_real, "calibration": reliability(probability, truth[judged])}


def _class_of(codes: frozenset[str] | None, code: str, source: str) -> int:
    """1 has it, 0 has it not, -1 unknown. IndoDiscourse's class is its own; its other posts have no indication."""
    if codes is None:
        return -1
    if source == "indodiscourse" and codes:
        return 1 if code == "hate_speech" else -1
    if source in CODED and code in HASTY and code not in codes:
        return -1
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


def to_weights(parts: list[Fitted], licence: str, corpora: dict[str, str], phrases: Stored | None) -> Weights:
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
        phrases=phrases,
        calibration={key: value for part in parts for key, value in part.calibration.items()},
        measured={key: value for part in parts for key, value in part.measured.items()},
    )


def output_scores(weights: Weights, texts: pl.Series, seeds: Path = sql.SEEDS, phrases: Stored | None = None) -> Floats:
    """The scores of every output of texts, from a weight file's content; `phrases` are another file's detectors."""
    rows, detectors = matrix(texts, BUCKETS, seeds), phrases or weights.phrases
    parts = [
        numbers.astype(np.float64) * np.array(scale)
        for numbers, scale in zip(weights.matrices, weights.scales, strict=True)
    ]
    scores = np.asarray(rows @ np.concatenate([*parts, np.array(weights.dense)]) + np.array(weights.biases))
    if detectors is not None:
        heard = [place for place, output in enumerate(detectors.outputs) if output in weights.outputs]
        columns = [weights.outputs.index(detectors.outputs[place]) for place in heard]
        scores[:, columns] += phrase_scores(detectors, texts, BUCKETS[0], seeds)[:, heard]
    return scores


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
            scores = output_scores(sentiment, rows["text"], seeds, own.phrases)[:, columns]
            predicted = np.where(np.isin(np.arange(3), truth), scores, -np.inf).argmax(axis=1)
        result[str(source)] = {"posts": len(truth), "macro_f1": round(macro_f1(truth, predicted), 4)}
    return result


def train(frame: pl.DataFrame, seeds: Path = sql.SEEDS) -> tuple[Weights, Weights | None]:
    """The weights that may be MIT, and those that learned from share-alike corpora, where the frame has some.

    On one thread of BLAS, since how many add up decides the last bits of a sum.
    """
    with threadpool_limits(limits=1, user_api="blas"):
        return _train(frame, seeds)


def _train(frame: pl.DataFrame, seeds: Path) -> tuple[Weights, Weights | None]:
    frame = decontaminate(frame)
    vectors = read_vectors(frame, seeds)
    posts = read_posts(frame, vectors, seeds)
    heard = fit_phrases(posts, vectors)
    marks = fingerprint(frame.filter(pl.col("split").is_in(("train", UNCODED))))
    own_marks = {name: mark for name, mark in marks.items() if name not in SHARE_ALIKE}
    parts = [fit_sentiment(posts, set(SHARE_ALIKE), vectors, heard), fit_codes(posts, heard)]
    if (posts.sources == "indodiscourse").any():
        tune = frame.filter((pl.col("source") == "indodiscourse") & (pl.col("split") == "tune"))
        parts.append(fit_hostile(posts, (matrix(tune["text"], BUCKETS, seeds), (tune["indications"] != "").to_numpy())))
    own = to_weights(parts, "MIT", own_marks, heard.stored)
    if own_marks == marks:
        return replace(own, measured=own.measured | {"validation": validate(frame, own, own, seeds)}), None
    shared = to_weights([fit_sentiment(posts, set(), vectors, heard)], "CC BY-SA 4.0", marks, None)
    return own, replace(shared, measured=shared.measured | {"validation": validate(frame, shared, own, seeds)})
