"""The usual range of a count: what a bucket was expected to bring, as its test in `trends.signals` has it."""

from math import exp, lgamma, log, log1p, sqrt

from flows.method import FAMILIES, METHOD
from reports.reading.facts import Row

_COUNTED_OUT = 400  # expected counts above which the normal distribution is as good


def usual_range(row: Row) -> tuple[float, float] | None:
    """The counts between which 95 % of such buckets lie where nothing happens; None where nothing is expected yet.

    `row` is of trends.signals or trends.count_flags. The limits are those of the predictive negative binomial (method,
    section 4), or of its normal approximation where much is expected.
    """
    expected, baseline = row["expected"], row["baseline_buckets"]
    if expected is None or not baseline:
        return None
    before = row.get("baseline_exposure")
    scale = row["exposure"] / before if before and row["exposure"] else 1 / baseline
    mean = expected + METHOD.prior_count * scale
    spread = (row["dispersion"] or 1.0) * mean * (1 + scale)
    if row.get("family") and FAMILIES[row["family"]].is_share and row["exposure"]:
        spread *= max(1 - mean / row["exposure"], 0.0)
    if mean > _COUNTED_OUT:
        half = METHOD.normal_quantile * sqrt(spread)
        return max(0.0, expected - half), expected + half
    return _limits(mean, max(spread, mean * 1.001))


def _limits(mean: float, variance: float) -> tuple[float, float]:
    """The smallest count that 2.5 % lie below, and the smallest that 97.5 % do not exceed."""
    size = mean * mean / (variance - mean)
    log_rest, log_share = -size * log1p(mean / size), log(mean / (mean + size))
    low, total, count = None, 0.0, 0
    while True:
        total += exp(lgamma(count + size) - lgamma(size) - lgamma(count + 1) + log_rest + count * log_share)
        if low is None and total > METHOD.limit_tail:
            low = count
        if total >= 1 - METHOD.limit_tail or count > mean + 60 * sqrt(variance):
            return float(low or 0), float(count)
        count += 1
