"""How far coders agree: Krippendorff's alpha for nominal codes, with bootstrap limits.

Source: Krippendorff 2011, Computing Krippendorff's alpha-reliability. Alpha is 1 - observed over expected disagreement
of all pairs of codes given to the same post by different coders; posts coded once say nothing about it.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from flows.headers import schema
from flows.method import METHOD
from flows.trends.distributions import Numbers

_SEED = 5

EVERY_WEEK = "all"


def alpha(units: Sequence[Sequence[str]]) -> float | None:
    """Krippendorff's nominal alpha of the codes each unit was given; None when no two codes can be compared.

    When every code is the same there is nothing to disagree about, and alpha is undefined too.
    """
    paired = [codes for codes in units if len(codes) > 1]
    codes = sorted({code for unit in paired for code in unit})
    if len(codes) < 2:
        return None
    counts = np.array([[unit.count(code) for code in codes] for unit in map(list, paired)], dtype=np.float64)
    return _alpha(counts)


def _alpha(counts: Numbers) -> float | None:
    """Alpha of a table of units x codes."""
    totals = counts.sum(axis=0)
    everything = float(totals.sum())
    expected = float(_pairs(totals))
    if everything - expected <= 0:
        return None
    return 1 - (everything - float(_agreements(counts).sum())) / (everything - expected)


def _agreements(counts: Numbers) -> Numbers:
    """The pairs of codes of each unit that agree, over how many others each of its codes has."""
    agreements: Numbers = (counts * (counts - 1)).sum(axis=1) / (counts.sum(axis=1) - 1)
    return agreements


def _pairs(totals: Numbers) -> Numbers:
    """The same of codes drawn by chance, of one total a code."""
    pairs: Numbers = (totals * (totals - 1)).sum(axis=-1) / (totals.sum(axis=-1) - 1)
    return pairs


def find(codes: pl.DataFrame) -> pl.DataFrame:
    """The rows of trends.agreement (see its header) from week, platform, post_id, coder and code of every review."""
    groups = [
        (EVERY_WEEK, codes),
        *((str(week), rows) for (week,), rows in codes.group_by("week", maintain_order=True)),
    ]
    rows = [(week, *_agreement(group)) for week, group in groups if len(group)]
    return pl.DataFrame(rows, schema=schema("trends.agreement"), orient="row").sort("week")


def _agreement(codes: pl.DataFrame) -> tuple[int, int, float | None, float | None, float | None]:
    units = codes.group_by("platform", "post_id", maintain_order=True).agg(pl.col("code").sort())["code"].to_list()
    paired = sorted(unit for unit in units if len(unit) > 1)
    estimate = alpha(paired)
    low, high = (None, None) if estimate is None else _limits(paired)
    return codes["coder"].n_unique(), len(paired), None if estimate is None else round(estimate, 6), low, high


def _limits(paired: list[list[str]]) -> tuple[float | None, float | None]:
    """Percentile limits over posts drawn with replacement, always the same draws."""
    names = sorted({code for unit in paired for code in unit})
    counts = np.array([[unit.count(name) for name in names] for unit in paired], dtype=np.float64)
    facts = np.column_stack([counts, _agreements(counts)])
    rng, size = np.random.Generator(np.random.PCG64(_SEED)), len(counts)
    often = (np.bincount(rng.integers(0, size, size), minlength=size) for _ in range(METHOD.alpha_draws))
    drawn = np.array([each @ facts for each in often])
    totals, agreements = drawn[:, :-1], drawn[:, -1]
    everything = totals.sum(axis=1)
    possible = everything - _pairs(totals)
    is_known = possible > 0
    known = 1 - (everything - agreements)[is_known] / possible[is_known]
    if len(known) < METHOD.alpha_draws // 2:
        return None, None
    low, high = np.quantile(known, [METHOD.limit_tail, 1 - METHOD.limit_tail])
    return round(float(low), 6), round(float(high), 6)
