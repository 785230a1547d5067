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
from flows.labels.cues import read_cues
from flows.labels.indications import Found
from flows.labels.reading import mask_contestants
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


@cache
def read_claims(seeds: Path = sql.SEEDS) -> Claims:
    """The operator's table; raises UsageError for a claim that is too short."""
    rows = read_seed("fact_checks", seeds)
    spoken = mask_contestants(pl.Series([row["claim"] for row in rows], dtype=pl.String), seeds)
    for row, text in zip(rows, spoken, strict=True):
        if len(text.split()) < MIN_WORDS:
            raise UsageError(
                f'The claim "{row["claim"]}" in fact_checks.csv is too short; give at least {MIN_WORDS} words.'
            )
    return Claims(tuple(row["url"] for row in rows), tuple(_pieces(text) for text in spoken))


def similarity(masked: pl.Series, seeds: Path = sql.SEEDS) -> tuple[npt.NDArray[np.float64], list[str | None]]:
    """Of each masked text the share of the best claim's pieces that it holds, and where that claim was checked."""
    claims = read_claims(seeds)
    shares = np.zeros(len(masked))
    urls: list[str | None] = [None] * len(masked)
    where: dict[str, list[int]] = {}
    for place, pieces in enumerate(claims.pieces):
        for piece in sorted(pieces):
            where.setdefault(piece, []).append(place)
    for row, text in enumerate(masked):
        hits: dict[int, int] = {}
        for piece in _pieces(text or ""):
            for place in where.get(piece, ()):
                hits[place] = hits.get(place, 0) + 1
        for place, count in sorted(hits.items()):
            share = count / len(claims.pieces[place])
            if share > shares[row]:
                shares[row], urls[row] = share, claims.urls[place]
    return shares, urls


def find_hoaxes(masked: pl.Series, seeds: Path = sql.SEEDS) -> Found:
    """Which masked texts repeat a checked claim; none without claims."""
    nothing = np.zeros(len(masked), dtype=bool)
    unknown = np.full(len(masked), np.nan)
    if not read_claims(seeds).urls:
        return Found(unknown, nothing, nothing, nothing)
    shares, _ = similarity(masked, seeds)
    is_reported = (
        masked.str.contains(read_cues(seeds)[_REPORTED_LIKE].exclude or "$^").fill_null(value=False).to_numpy()
    )
    flags = (shares >= SIMILARITY) & ~is_reported
    return Found(unknown, flags, flags, nothing)
