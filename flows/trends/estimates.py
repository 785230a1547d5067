"""How many posts of a class there are, from what people said of flagged posts and of a random part of the others.

Stratified double sampling (Neyman 1938, J Am Stat Assoc 33:101; Cochran 1977, Sampling Techniques, chapter 12). The
posts of a bucket are divided into those the labels flagged as the class and bands of others. Of each stratum some were
reviewed. What the rest holds is drawn from the posterior that a prior and the reviews give. Misses are few, so that
those of a band are pooled over the latest buckets of the same label version, X of R reviewed posts. Two forms:

direct  T = x + BetaBin(N - n; x + 1/2, n - x + 1/2) of the flagged posts of the bucket
            + the sum over B bands of x_b + BetaBin(N_b - n_b; X_b + 1/(2B), R_b - X_b + 1/2)
ratio   the same of the flagged posts, which are right F times
            + the sum over bands of x_b + Poisson(rho_b F' (N_b - n_b) / N_b)

Jeffreys' half a post before anybody looked is divided over the bands in which posts are left: if each had it, a class
of which there is nothing would have one and a half. rho_b = Gamma(X_b + 1/2) / sum over the pooled buckets of F n_b /
N_b is how many posts of the class a band has for each right flag, and F' = Gamma(F + 1/2) what the right flags say of
the bucket. The direct form takes the bucket to be like those it is pooled with and lags a rise or a fall; the ratio
form takes only the recall of each band to be the same, and needs flags that are right to rest on. It is taken from
`estimate_flags` confirmed ones on, below which the direct form is wide enough. The estimate is the median of seeded
draws, its limits are their 95 % quantiles; where no miss was ever seen, the lower one is what the flags alone hold.
What the intervals hold is simulated in `tests/benchmarks/simulate_estimates.py`.
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

FLAGGED, FLAGGED_PART = "flagged", "flagged_part"  # all of the posts were to be reviewed, or a part
NOT_COLLECTED = "not_collected"
DIRECT, RATIO = "direct", "ratio"
_UNKNOWN = (None, None, None)

Row = dict[str, Any]


class Stratum(NamedTuple):
    """Posts of a part of a bucket, how many of them were reviewed, and how many of those are of the class."""

    posts: int
    reviewed: int
    confirmed: int


class Bucket(NamedTuple):
    """A bucket in the light of one class: the strata of flagged posts, and the bands of the others, by name."""

    flags: dict[str, Stratum]
    bands: dict[str, Stratum]

    @property
    def flagged(self) -> Stratum:
        """All flagged posts."""
        return together(self.flags.values())

    @property
    def right(self) -> float:
        """How many flagged posts are of the class, as far as the reviews tell."""
        return fsum(each.posts * each.confirmed / each.reviewed for each in self.flags.values() if each.reviewed)


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

    The buckets are in time order, all of the same strata; some posts of each band must have been reviewed.
    """
    bucket = pool[-1]
    right = _right(bucket, rng)
    if together(each.flagged for each in pool).confirmed >= METHOD.estimate_flags:
        return Estimate(_limits(right + _missed_by_ratio(bucket, pool, right, rng)), RATIO)
    posts = _limits(right + _missed(bucket, pool, rng))
    if not together(_bands(pool).values()).confirmed:
        posts = posts._replace(low=min(posts.low, _limits(right).low))
    return Estimate(posts, DIRECT)


def precisions(flagged: Sequence[Sequence[Stratum]]) -> list[Limits | None]:
    """The share of flagged posts that are of the class, with Jeffreys' limits; None without reviews. All at once.

    Strata of which other shares were reviewed weigh as their posts do, and count as many reviews as that leaves (Kish
    1965, Survey Sampling, section 11.7). Source of the limits: Brown, Cai & DasGupta 2001, Stat Sci 16:101.
    """
    seen = [_weighed([part for part in strata if part.reviewed]) for strata in flagged]
    a, b = (np.array(seen).reshape(-1, 2) + METHOD.prior_count).T
    low, high = (beta_quantile(p, a, b).tolist() for p in (METHOD.limit_tail, 1 - METHOD.limit_tail))
    shares = [right / (right + wrong) if right + wrong else None for right, wrong in seen]
    return [
        None if share is None else Limits(share, min(least, share), max(most, share))
        for share, least, most in zip(shares, low, high, strict=True)
    ]


def _weighed(strata: Sequence[Stratum]) -> tuple[float, float]:
    """How many reviews said right and wrong, where each stands for as many posts as the others."""
    if len(strata) < 2:
        whole = together(strata)
        return whole.confirmed, whole.reviewed - whole.confirmed
    weights = [part.posts / part.reviewed for part in strata]
    posts = fsum(part.posts for part in strata)
    right = fsum(weight * part.confirmed for weight, part in zip(weights, strata, strict=True)) / posts
    reviews = posts**2 / fsum(weight * part.posts for weight, part in zip(weights, strata, strict=True))
    return right * reviews, (1 - right) * reviews


def recall(pool: Sequence[Bucket], rng: np.random.Generator) -> Limits | None:
    """The share of the posts of the class that were flagged, over a pool; None where no flag is known to be right."""
    if not together(bucket.flagged for bucket in pool).confirmed:
        return None
    return _limits(_recall_draws(pool, rng))


def _bands(pool: Sequence[Bucket]) -> dict[str, Stratum]:
    return {name: together(bucket.bands[name] for bucket in pool) for name in (pool[-1].bands if pool else ())}


def _flags(pool: Sequence[Bucket]) -> dict[str, Stratum]:
    return {name: together(bucket.flags[name] for bucket in pool) for name in (pool[-1].flags if pool else ())}


def _recall_draws(pool: Sequence[Bucket], rng: np.random.Generator) -> Numbers:
    whole = Bucket(_flags(pool), _bands(pool))
    right = _right(whole, rng)
    missed = _missed(whole, pool, rng)
    draws: Numbers = np.maximum(right, METHOD.prior_count) / np.maximum(right + missed, METHOD.prior_count)
    return draws


def _right(bucket: Bucket, rng: np.random.Generator) -> Numbers:
    draws: Numbers = np.zeros(METHOD.estimate_draws)
    for part in bucket.flags.values():
        draws = draws + _drawn(part, part, METHOD.prior_count, rng)
    return draws


def _missed(bucket: Bucket, pool: Sequence[Bucket], rng: np.random.Generator) -> Numbers:
    pooled = _bands(pool)
    prior = METHOD.prior_count / max(1, len([part for part in bucket.bands.values() if part.posts > part.reviewed]))
    draws: Numbers = np.zeros(METHOD.estimate_draws)
    for name, part in bucket.bands.items():
        draws = draws + _drawn(part, pooled[name], prior, rng)
    return draws


def _missed_by_ratio(bucket: Bucket, pool: Sequence[Bucket], right: Numbers, rng: np.random.Generator) -> Numbers:
    """Draws of what was missed: so many for each right flag as the pooled buckets tell, band by band."""
    pool = [each for each in pool if each.flagged.reviewed or not each.flagged.posts]
    confirmed = together(each.flagged for each in pool).confirmed
    # the right flags of the pool are counts too, and vary about what they stand for
    about = rng.gamma(confirmed + METHOD.prior_count, size=METHOD.estimate_draws) / confirmed
    here = rng.gamma(right + METHOD.prior_count)
    draws: Numbers = np.zeros(METHOD.estimate_draws)
    for name, part in bucket.bands.items():
        left = part.posts - part.reviewed
        draws = draws + part.confirmed
        seen = fsum(each.right * _reviewed_share(each.bands[name]) for each in pool)
        if left and seen:
            found = together(each.bands[name] for each in pool).confirmed
            ratio = rng.gamma(found + METHOD.prior_count, size=METHOD.estimate_draws) / (seen * about)
            draws = draws + np.minimum(rng.poisson(np.minimum(ratio * here * left / part.posts, left)), left)
        elif left:  # no right flag in the buckets in which the band was looked at
            known = together(each.bands[name] for each in pool)
            draws = draws + _drawn(part, known, METHOD.prior_count, rng) - part.confirmed
    return draws


def _reviewed_share(part: Stratum) -> float:
    return part.reviewed / part.posts if part.posts else 0.0


def _drawn(part: Stratum, known: Stratum, prior: float, rng: np.random.Generator) -> Numbers:
    """Draws of the posts of the class in a stratum: those confirmed, and what the reviews let expect of the rest.

    `prior` is how many posts of the class stand beside those known before anybody looked.
    """
    left = part.posts - part.reviewed
    if not left:
        return np.full(METHOD.estimate_draws, float(part.confirmed))
    wrong = known.reviewed - known.confirmed + METHOD.prior_count
    shares = rng.beta(known.confirmed + prior, wrong, METHOD.estimate_draws)
    draws: Numbers = part.confirmed + rng.binomial(left, shares).astype(np.float64)
    return draws


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
    shares = precisions([list(_flags(cell.pool).values()) for cell in cells])
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
        flags = {name: bands.pop(name) for name in (FLAGGED, FLAGGED_PART)}
        bucket = Bucket(flags, bands)
        pool = pools.setdefault((facts["indication"], facts["label_version"]), [])
        if facts["status"] != NOT_COLLECTED:
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
