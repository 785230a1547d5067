"""Sentiment by lexicon: Indonesian, Javanese, slang and emoji, with negation and intensity.

The lexicon (`sql/seeds/lexicon.csv`) gives every term a weight from -3 to 3. A negation (`tidak`, `gak`, `ora`,
`dudu`, `bukan`, `belum` ...) turns and shortens the weight of the next three words, a prohibition or a call against
something (`jangan`, `tolak`, `lawan`) silences it, an intensifier beside a word strengthens it; punctuation and
"but" words end their reach. The score is s / sqrt(s^2 + 8), as in VADER (Hutto & Gilbert 2014) with another constant.

The rules read words, not meaning: sarcasm, irony and praise of one side by attacking another are read wrongly, and
on 600 annotated election comments the macro-F1 is 0.55 (`tests/benchmarks/bench_labels.py`).
"""

from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

import sql
from flows.labels.tokens import BOUNDARY, Floats, Tokens, look_up, sum_by_text
from flows.periods import read_seed

LABELLED_FROM = 0.75  # of the summed weights; a single word of weight 1 carries a text
SCORE_SOFTNESS = 8.0
EMOJI_LIMIT = 2.0  # ten equal emoji say no more than one strong one
NEGATION_REACH = 3
SUFFIXES = ("nya", "lah", "kah", "pun", "2")
_MARKS = (BOUNDARY, ",", "!", "?", ":")

_ROLES = ("sentiment", "emoji", "negation", "prohibition", "intensifier", "diminisher", "boundary")


@cache
def _weights(role: str, seeds: Path) -> dict[str, float]:
    rows = {row["term"]: float(row["weight"]) for row in read_seed("lexicon", seeds) if row["role"] == role}
    terms = {term.replace(" ", "_"): weight for term, weight in rows.items()}
    if role != "sentiment":
        return terms
    return {term + suffix: weight for suffix in SUFFIXES for term, weight in terms.items()} | terms


@cache
def sentiment_words(seeds: Path = sql.SEEDS) -> frozenset[str]:
    """Every word that `judge_sentiment` looks up."""
    return frozenset(_MARKS).union(*(_weights(role, seeds) for role in _ROLES))


@cache
def _phrases(seeds: Path) -> dict[str, str]:
    terms = [row["term"] for row in read_seed("lexicon", seeds) if " " in row["term"]]
    return {f" {term}": " " + term.replace(" ", "_") for term in terms}


def join_phrases(padded: pl.Series, seeds: Path = sql.SEEDS) -> pl.Series:
    """Padded texts in which every term of several words is one word (`gak_jelas`)."""
    return padded.str.replace_many(_phrases(seeds), leftmost=True)


def _back(numbers: Floats, steps: int, fill: float) -> Floats:
    """The numbers of the words so many places earlier."""
    return np.concatenate([np.full(min(steps, len(numbers)), fill), numbers[:-steps]])


def _negated(multiplier: Floats, ends: npt.NDArray[np.bool_]) -> Floats:
    """For each word the multiplier of the nearest negation within reach before it, 1 without one."""
    result = np.ones_like(multiplier)
    is_open = np.ones(len(multiplier), dtype=bool)
    for steps in range(1, NEGATION_REACH + 1):
        is_open &= ~_back(ends.astype(float), steps, 1.0).astype(bool)
        before = _back(multiplier, steps, 1.0)
        use = is_open & (before != 1.0)
        result[use] = before[use]
        is_open &= ~use
    return result


def scores(tokens: Tokens, seeds: Path = sql.SEEDS) -> Floats:
    """The summed weight of each text of joined phrases, 0 where no term of the lexicon occurs."""
    tables = {role: _weights(role, seeds) for role in _ROLES}
    weight = look_up(tokens, tables["sentiment"])
    turning = look_up(tokens, tables["prohibition"] | tables["negation"], default=1.0)
    strength = look_up(tokens, tables["diminisher"] | tables["intensifier"], default=1.0)
    ends = look_up(tokens, dict.fromkeys((*_MARKS, *tables["boundary"]), 1.0)).astype(bool)
    after = np.concatenate([strength[1:], [1.0]]) if len(strength) else strength
    weight = weight * _negated(turning, ends) * _back(strength, 1, 1.0) * after
    emoji = sum_by_text(tokens, look_up(tokens, tables["emoji"]))
    return sum_by_text(tokens, weight) + np.clip(emoji, -EMOJI_LIMIT, EMOJI_LIMIT)


def judge_sentiment(tokens: Tokens, has_content: pl.Series, seeds: Path = sql.SEEDS) -> pl.DataFrame:
    """Columns `sentiment` and `sentiment_score` (-1..1, four decimals); null where there is nothing to label."""
    total = scores(tokens, seeds)
    frame = pl.DataFrame({"total": total, "has_content": has_content})
    score = (pl.col("total") / (pl.col("total").pow(2) + SCORE_SOFTNESS).sqrt()).round(4)
    label = (
        pl.when(pl.col("total") >= LABELLED_FROM)
        .then(pl.lit("positive"))
        .when(pl.col("total") <= -LABELLED_FROM)
        .then(pl.lit("negative"))
        .otherwise(pl.lit("neutral"))
    )
    return frame.select(
        pl.when("has_content").then(label).alias("sentiment"),
        pl.when("has_content").then(score).alias("sentiment_score"),
    )
