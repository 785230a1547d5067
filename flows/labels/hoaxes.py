"""Known hoaxes: texts that repeat a claim which a published fact-check found false.

The table `sql/seeds/fact_checks.csv` (claim, url, published_on) is the operator's; ronda ships it empty, and without
a row no text is a hoax. A text matches a claim when it holds at least `SIMILARITY` of the claim's words and pairs of
neighbouring words, counted once each (containment: Broder 1997), contestants masked, and no word of reporting or
asking. Claims of fewer than `MIN_WORDS` words are refused: they would match by chance.
"""

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

import sql
from flows.exits import UsageError
from flows.labels.compiled.batch import read_table
from flows.labels.cues import read_cues
from flows.labels.indications import Found
from flows.labels.text import Buffers, buffers, written
from flows.seeds import read_seed

SIMILARITY = 0.6
MIN_WORDS = 5
_REPORTED_LIKE = "money_politics"  # whose exclusions are the words of reporting, asking and refusing


class Claims(NamedTuple):
    """Published claims: where each was checked, and its words and pairs."""

    urls: tuple[str, ...]
    pieces: tuple[frozenset[str], ...]


def _pieces(masked: str) -> frozenset[str]:
    words = [word for word in masked.split(" ") if word and word not in ".,!?:#"]
    return frozenset(words) | {f"{first} {second}" for first, second in pairwise(words)}


def _masked(texts: Buffers, seeds: Path) -> pl.Series:
    return written(texts, read_table(seeds), is_masked=True)


@cache
def read_claims(seeds: Path = sql.SEEDS) -> Claims:
    """The operator's table; raises UsageError for a claim that is too short."""
    rows = read_seed("fact_checks", seeds)
    spoken = _masked(buffers(pl.Series([row["claim"] for row in rows], dtype=pl.String)), seeds)
    for row, text in zip(rows, spoken, strict=True):
        if len(text.split()) < MIN_WORDS:
            raise UsageError(
                f'The claim "{row["claim"]}" in fact_checks.csv is too short; give at least {MIN_WORDS} words.'
            )
    return Claims(tuple(row["url"] for row in rows), tuple(_pieces(text) for text in spoken))


def similarity(texts: pl.Series, seeds: Path = sql.SEEDS) -> tuple[npt.NDArray[np.float64], list[str | None]]:
    """Of each text the share of the best claim's pieces that it holds, and where that claim was checked."""
    claims = read_claims(seeds)
    shares = np.zeros(len(texts))
    urls: list[str | None] = [None] * len(texts)
    where: dict[str, list[int]] = {}
    for place, pieces in enumerate(claims.pieces):
        for piece in sorted(pieces):
            where.setdefault(piece, []).append(place)
    for row, text in enumerate(_masked(buffers(texts), seeds)):
        hits: dict[int, int] = {}
        for piece in _pieces(text or ""):
            for place in where.get(piece, ()):
                hits[place] = hits.get(place, 0) + 1
        for place, count in sorted(hits.items()):
            share = count / len(claims.pieces[place])
            if share > shares[row]:
                shares[row], urls[row] = share, claims.urls[place]
    return shares, urls


def find_hoaxes(texts: Buffers, seeds: Path = sql.SEEDS) -> Found:
    """Which texts repeat a checked claim; none without claims."""
    count = len(texts.is_null)
    nothing = np.zeros(count, dtype=bool)
    if not read_claims(seeds).urls:
        return Found(np.full(count, np.nan), nothing, nothing, nothing)
    masked = _masked(texts, seeds)
    shares, _ = similarity(masked, seeds)
    is_reported = (
        masked.str.contains(read_cues(seeds)[_REPORTED_LIKE].exclude or "$^").fill_null(value=False).to_numpy()
    )
    flags = (shares >= SIMILARITY) & ~is_reported
    return Found(np.full(count, np.nan), flags, flags, nothing)
