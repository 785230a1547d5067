"""How many posts of a class there are, from what people said of flagged posts and of a random part of the others.

Stratified double sampling (Neyman 1938, J Am Stat Assoc 33:101; Cochran 1977, Sampling Techniques, chapter 12). The
posts of a bucket are divided into those the labels flagged as the class and bands of others. Of each stratum some were
reviewed. What the rest holds is drawn from the beta-binomial that Jeffreys' prior and the reviews give:

T = x + BetaBin(N - n; x + 1/2, n - x + 1/2) of the flagged posts of the bucket
    + the sum over bands of x_b + BetaBin(N_b - n_b; X_b + 1/2, R_b - X_b + 1/2)

where X_b of R_b are pooled over the latest buckets of the same label version, since misses are few. The estimate is the
median of seeded draws, its limits are their 95 % quantiles. Pooled misses lag a jump: where the confirmed flags exceed
twice the mean of the pooled buckets before, the flags that are right are divided by the recall of those buckets: as so
many were caught, the missed ones are negative binomial.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from math import fsum
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from flows.headers import schema
from flows.method import METHOD
from flows.trends.distributions import Numbers, beta_quantile
from flows.trends.rounding import rounded

FLAGGED, NOT_COLLECTED = "flagged", "not_collected"
DIRECT, RATIO = "direct", "ratio"
_UNKNOWN = (None, None, None)

Row = dict[str, Any]


class Stratum(NamedTuple):
    """Posts of a part of a bucket, how many of them were reviewed, and how many of those are of the class."""

    posts: int
    reviewed: int
    confirmed: int


class Bucket(NamedTuple):
    """A bucket in the light of one class: the flagged posts, and the bands of the others by name."""

    flagged: Stratum
    bands: dict[str, Stratum]


class Limits(NamedTuple):
    """A median or a share with its 95 % limits."""

    value: float
    low: float
    high: float


class Estimate(NamedTuple):
    """How many posts of a class a bucket has, and by which form."""

    posts: Limits
    form: str


def generator(*names: str) -> np.random.Generator:
    """The draws of a bucket and class: always the same."""
    seed = int.from_bytes(blake2b(" ".join(names).encode(), digest_size=8).digest(), "big")
    return np.random.Generator(np.random.PCG64(seed))


def together(strata: Iterable[Stratum]) -> Stratum:
    """Several strata as one."""
    parts = list(strata)
    return Stratum(*(round(fsum(getattr(part, name) for part in parts)) for name in Stratum._fields))


def estimate(pool: Sequence[Bucket], rng: np.random.Generator) -> Estimate:
    """How many posts of the class the last bucket of a pool has.

    The buckets are in time order, all of the same bands; some posts of each band must have been reviewed.
    """
    bucket, before = pool[-1], pool[:-1]
    flagged = _drawn(bucket.flagged, bucket.flagged, rng)
    if _is_jump(bucket, before):
        missed = rng.negative_binomial(flagged + METHOD.prior_count, _recall_draws(before, rng))
        return Estimate(_limits(flagged + missed), RATIO)
    return Estimate(_limits(flagged + _missed(bucket, pool, rng)), DIRECT)


def precisions(flagged: Sequence[Stratum]) -> list[Limits | None]:
    """The share of flagged posts that are of the class, with Jeffreys' limits; None without reviews. All at once.

    Source: Brown, Cai & DasGupta 2001, Stat Sci 16:101.
    """
    a, b = np.array([_beta(seen) for seen in flagged]).reshape(-1, 2).T
    low, high = (beta_quantile(p, a, b).tolist() for p in (METHOD.limit_tail, 1 - METHOD.limit_tail))
    shares = [seen.confirmed / seen.reviewed if seen.reviewed else None for seen in flagged]
    return [
        None if share is None else Limits(share, min(least, share), max(most, share))
        for share, least, most in zip(shares, low, high, strict=True)
    ]


def recall(pool: Sequence[Bucket], rng: np.random.Generator) -> Limits | None:
    """The share of the posts of the class that were flagged, over a pool; None where no flag is known to be right."""
    if not together(bucket.flagged for bucket in pool).confirmed:
        return None
    return _limits(_recall_draws(pool, rng))


def _is_jump(bucket: Bucket, before: Sequence[Bucket]) -> bool:
    confirmed = together(each.flagged for each in before).confirmed
    if not before or not confirmed or any(not part.reviewed for part in _bands(before).values()):
        return False
    return bucket.flagged.confirmed > METHOD.estimate_jump * confirmed / len(before)


def _bands(pool: Sequence[Bucket]) -> dict[str, Stratum]:
    return {name: together(bucket.bands[name] for bucket in pool) for name in pool[-1].bands}


def _recall_draws(pool: Sequence[Bucket], rng: np.random.Generator) -> Numbers:
    flagged = together(bucket.flagged for bucket in pool)
    right = _drawn(flagged, flagged, rng)
    missed = _missed(Bucket(flagged, _bands(pool)), pool, rng)
    draws: Numbers = np.maximum(right, METHOD.prior_count) / np.maximum(right + missed, METHOD.prior_count)
    return draws


def _missed(bucket: Bucket, pool: Sequence[Bucket], rng: np.random.Generator) -> Numbers:
    pooled = _bands(pool)
    draws: Numbers = np.zeros(METHOD.estimate_draws)
    for name, part in bucket.bands.items():
        draws = draws + _drawn(part, pooled[name], rng)
    return draws


def _drawn(part: Stratum, known: Stratum, rng: np.random.Generator) -> Numbers:
    """Draws of the posts of the class in a stratum: those confirmed, and what the reviews let expect of the rest."""
    shares = rng.beta(*_beta(known), METHOD.estimate_draws)
    draws: Numbers = part.confirmed + rng.binomial(part.posts - part.reviewed, shares).astype(np.float64)
    return draws


def _beta(known: Stratum) -> tuple[float, float]:
    """What the reviews of a stratum say of its share of the class, as a beta distribution."""
    return known.confirmed + METHOD.prior_count, known.reviewed - known.confirmed + METHOD.prior_count


def _limits(draws: Numbers) -> Limits:
    low, high = np.quantile(draws, [METHOD.limit_tail, 1 - METHOD.limit_tail])
    return Limits(float(np.median(draws)), float(low), float(high))


class _Cell(NamedTuple):
    """A bucket and class on its way to a row."""

    facts: Row
    bucket: Bucket
    pool: Sequence[Bucket]


def find(strata: pl.DataFrame) -> pl.DataFrame:
    """The rows of trends.estimates (see its header) from the strata of every bucket and class."""
    cells = _cells(strata)
    shares = precisions([together(bucket.flagged for bucket in cell.pool) for cell in cells])
    rows = [_row(cell, share) for cell, share in zip(cells, shares, strict=True)]
    table = pl.DataFrame(rows, schema=schema("trends.estimates"), orient="row")
    return rounded(table).sort("first_day", "indication")


def _cells(strata: pl.DataFrame) -> list[_Cell]:
    """Every bucket of every class with the buckets it is pooled with: of the same label version, and collected."""
    cells: list[_Cell] = []
    pools: dict[tuple[str, str | None], list[Bucket]] = {}
    for _, parts in strata.sort("first_day", "indication").group_by("first_day", "indication", maintain_order=True):
        facts = parts.row(0, named=True)
        bands = {
            row["band"]: Stratum(row["posts"], row["reviewed"], row["confirmed"])
            for row in parts.sort("band").iter_rows(named=True)
        }
        bucket = Bucket(bands.pop(FLAGGED), bands)
        pool = pools.setdefault((facts["indication"], facts["label_version"]), [])
        if facts["status"] != "not_collected":
            pool.append(bucket)
        cells.append(_Cell(facts, bucket, pool[-METHOD.estimate_weeks :]))
    return cells


def _row(cell: _Cell, share: Limits | None) -> tuple[object, ...]:
    others = together(cell.bucket.bands.values())
    names = ("week", "phase", "indication", "first_day", "label_version")
    counts = (*cell.bucket.flagged, others.reviewed, others.confirmed)
    head = (*(cell.facts[name] for name in names), *counts)
    reason = _reason(cell)
    if reason == NOT_COLLECTED:
        return (*head, *_UNKNOWN, None, *_UNKNOWN, *_UNKNOWN, 0, reason)
    day, indication = str(cell.facts["first_day"]), cell.facts["indication"]
    found = None if reason else estimate(cell.pool, generator(day, indication))
    caught = None if reason else recall(cell.pool, generator(day, indication, "recall"))
    posts = (*found.posts, found.form) if found else (*_UNKNOWN, None)
    return (*head, *posts, *(share or _UNKNOWN), *(caught or _UNKNOWN), len(cell.pool), reason)


def _reason(cell: _Cell) -> str | None:
    """Why there is no estimate."""
    if cell.facts["status"] == NOT_COLLECTED:
        return NOT_COLLECTED
    if cell.bucket.flagged.posts and not cell.bucket.flagged.reviewed:
        return "flags_not_reviewed"
    if any(part.posts and not part.reviewed for part in _bands(cell.pool).values()):
        return "others_not_reviewed"
    return None
