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
from typing import NamedTuple

import numpy as np
import polars as pl

from flows.headers import schema
from flows.method import METHOD
from flows.trends.distributions import Numbers, beta_quantile
from flows.trends.rounding import rounded

FLAGGED = "flagged"
DIRECT, RATIO = "direct", "ratio"
_UNKNOWN = (None, None, None)


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
    return Stratum(*(sum(getattr(part, name) for part in parts) for name in Stratum._fields))


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


def precision(pool: Sequence[Bucket]) -> Limits | None:
    """The share of flagged posts that are of the class, over a pool, with Jeffreys' limits; None without reviews.

    Source: Brown, Cai & DasGupta 2001, Stat Sci 16:101.
    """
    seen = together(bucket.flagged for bucket in pool)
    if not seen.reviewed:
        return None
    a = np.array([seen.confirmed + METHOD.prior_count])
    b = np.array([seen.reviewed - seen.confirmed + METHOD.prior_count])
    low, high = (float(beta_quantile(p, a, b)[0]) for p in (METHOD.limit_tail, 1 - METHOD.limit_tail))
    share = seen.confirmed / seen.reviewed
    return Limits(share, min(low, share), max(high, share))


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
    a, b = known.confirmed + METHOD.prior_count, known.reviewed - known.confirmed + METHOD.prior_count
    shares = rng.beta(a, b, METHOD.estimate_draws)
    draws: Numbers = part.confirmed + rng.binomial(part.posts - part.reviewed, shares).astype(np.float64)
    return draws


def _limits(draws: Numbers) -> Limits:
    low, high = np.quantile(draws, [METHOD.limit_tail, 1 - METHOD.limit_tail])
    return Limits(float(np.median(draws)), float(low), float(high))


def find(strata: pl.DataFrame) -> pl.DataFrame:
    """The rows of trends.estimates (see its header) from the strata of every bucket and class."""
    rows: list[tuple[object, ...]] = []
    for (indication,), group in strata.sort("first_day", "indication", "band").group_by(
        "indication", maintain_order=True
    ):
        pools: dict[str, list[Bucket]] = {}
        for (day,), parts in group.group_by("first_day", maintain_order=True):
            facts = parts.row(0, named=True)
            known = {
                row["band"]: Stratum(row["posts"], row["reviewed"], row["confirmed"])
                for row in parts.iter_rows(named=True)
            }
            bucket = Bucket(known.pop(FLAGGED), known)
            pool = pools.setdefault(facts["label_version"] or "", [])
            if facts["status"] != "not_collected":
                pool.append(bucket)
            said = _said(pool[-METHOD.estimate_weeks :], bucket, facts["status"], str(day), str(indication))
            head = (facts["week"], facts["phase"], indication, day, facts["label_version"])
            rows.append((*head, *_counts(bucket), *said))
    table = pl.DataFrame(rows, schema=schema("trends.estimates"), orient="row")
    return rounded(table).sort("first_day", "indication")


def _counts(bucket: Bucket) -> tuple[int, ...]:
    others = together(bucket.bands.values())
    return (*bucket.flagged, others.reviewed, others.confirmed)


def _said(pool: Sequence[Bucket], bucket: Bucket, status: str, day: str, indication: str) -> tuple[object, ...]:
    """Estimate, form, precision, recall, how many buckets were pooled, and the reason why there is no estimate."""
    reason = _reason(pool, bucket, status)
    if reason == "not_collected":
        return (*_UNKNOWN, None, *_UNKNOWN, *_UNKNOWN, 0, reason)
    found = None if reason else estimate(pool, generator(day, indication))
    right = precision(pool)
    caught = None if reason else recall(pool, generator(day, indication, "recall"))
    posts = (*found.posts, found.form) if found else (*_UNKNOWN, None)
    return (*posts, *(right or _UNKNOWN), *(caught or _UNKNOWN), len(pool), reason)


def _reason(pool: Sequence[Bucket], bucket: Bucket, status: str) -> str | None:
    if status == "not_collected":
        return "not_collected"
    if bucket.flagged.posts and not bucket.flagged.reviewed:
        return "flags_not_reviewed"
    if any(part.posts and not part.reviewed for part in _bands(pool).values()):
        return "others_not_reviewed"
    return None
