"""How far coders agree: Krippendorff's alpha for nominal codes, with bootstrap limits.

Source: Krippendorff 2011, Computing Krippendorff's alpha-reliability. Alpha is 1 - observed over expected disagreement
of all pairs of codes given to the same post by different coders; posts coded once say nothing about it.
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from flows.headers import schema
from flows.method import METHOD

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


def _alpha(counts: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> float | None:
    """Alpha of a table of units x codes."""
    sizes = counts.sum(axis=1)
    totals = counts.sum(axis=0)
    everything = totals.sum()
    agreements = float(((counts * (counts - 1)).sum(axis=1) / (sizes - 1)).sum())
    expected = float((totals * (totals - 1)).sum()) / (everything - 1)
    if everything - expected <= 0:
        return None
    return float(1 - (everything - agreements) / (everything - expected))


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
    rng = np.random.Generator(np.random.PCG64(_SEED))
    drawn = [_alpha(counts[rng.integers(0, len(counts), len(counts))]) for _ in range(METHOD.alpha_draws)]
    known = [value for value in drawn if value is not None]
    if len(known) < METHOD.alpha_draws // 2:
        return None, None
    low, high = np.quantile(known, [METHOD.limit_tail, 1 - METHOD.limit_tail])
    return round(float(low), 6), round(float(high), 6)
