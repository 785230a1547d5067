"""The level of attention of a week, by a rule that is printed beside it.

Signals and what people found move it; the counts of automatic detection do not: a class whose precision was never
measured on real text is a review list without a level (method §1), and an unreviewed item is nobody's finding yet.

Each bucket is judged by itself, first match wins:
  red    a signal upwards in a measured class of indications that counts enough texts, or a reviewed item whose
         internal limit falls before the next report and that was not handed over
  grey   nothing was labelled, the coverage is unknown or below the floor, or no change could be tested because there is
         nothing to compare with (the quiet period and voting day are amber instead: they never have a baseline)
  amber  any other signal, a reviewed item that waits to be handed over, a platform below the floor, a day collected
         only in part or not at all, a quality check that failed, a bucket of the quiet period or voting day
  green  none of these
The week has the highest level of its buckets in the order red, grey, amber, green. A bucket of which nothing was
planned and nothing came in is named and not judged; a week with such a bucket is never green.
"""

from typing import NamedTuple

from flows.method import METHOD
from flows.periods import Bucket
from reports.edition import Level
from reports.reading.facts import Row
from reports.reading.outcomes import Trends

BELOW_FLOOR = frozenset({"coverage_below_floor", "days_below_floor", "coverage_unknown"})
ORDER: tuple[Level, ...] = ("red", "grey", "amber", "green")
Reason = tuple[str, dict[str, str]]  # the key of a sentence and its values


class Judgement(NamedTuple):
    """A level and the keys (with values) of the sentences that give its reasons."""

    level: Level
    reasons: tuple[Reason, ...]


class BucketLevel(NamedTuple):
    """The level of one bucket; None when it was neither planned nor collected."""

    bucket: Bucket
    level: Level | None
    reasons: tuple[Reason, ...]


def judge(trends: Trends) -> Judgement:
    """The level of the week with its reasons; never green when coverage is unknown."""
    if trends.facts.total("labelled") == 0:
        return Judgement("grey", (("level_nothing", {}),))
    judged = judge_buckets(trends)
    levels = [bucket_level.level for bucket_level in judged if bucket_level.level]
    level: Level = min(levels, key=ORDER.index) if levels else "grey"
    reasons = [reason for bucket_level in judged if bucket_level.level == level for reason in bucket_level.reasons]
    unplanned = [bucket_level.bucket for bucket_level in judged if bucket_level.level is None]
    if unplanned and level == "green":
        level, reasons = "amber", []
    reasons += [("level_unplanned", {"phase": bucket.phase}) for bucket in unplanned]
    return Judgement(level, _unique(reasons))


def _unique(reasons: list[Reason]) -> tuple[Reason, ...]:
    return tuple(reason for place, reason in enumerate(reasons) if reason not in reasons[:place])


def judge_buckets(trends: Trends) -> list[BucketLevel]:
    """The level of each bucket of the week, in time order."""
    return [_bucket(trends, bucket) for bucket in trends.facts.buckets]


def _bucket(trends: Trends, bucket: Bucket) -> BucketLevel:
    facts = trends.facts
    row = facts.measure(bucket)
    if _is_unplanned(trends, bucket, row):
        return BucketLevel(bucket, None, ())
    urgent = _urgent(trends, bucket)
    if urgent:
        return BucketLevel(bucket, "red", tuple(urgent))
    unjudged = _unjudged(trends, bucket, row)
    if unjudged:
        return BucketLevel(bucket, "grey", ((unjudged, {}),))
    reasons = _attention(trends, bucket)
    if reasons:
        return BucketLevel(bucket, "amber", tuple(reasons))
    return BucketLevel(bucket, "green", (("level_green", {}),))


def _is_unplanned(trends: Trends, bucket: Bucket, row: Row | None) -> bool:
    planned = trends.facts.collected("all", bucket.first_day, bucket.last_day).planned
    return not planned and (row is None or not row["posts"])


def _urgent(trends: Trends, bucket: Bucket) -> list[Reason]:
    reasons: list[Reason] = [
        ("level_signal", {"signal": signal.key})
        for signal in trends.signals
        if signal.bucket == bucket
        and signal.family == "indications"
        and signal.row["direction"] == "up"
        and signal.subject in trends.facts.measured
        and signal.row["observed"] >= METHOD.situation_texts
    ]
    limits = [item["hand_over_limit"] for item in trends.indicated if item["hand_over_limit"]]
    if bucket == trends.facts.buckets[-1] and any(limit <= trends.next_release for limit in limits):
        due = sum(limit <= trends.next_release for limit in limits)
        reasons.append(("level_due", {"count": str(due)}))
    return reasons


def _unjudged(trends: Trends, bucket: Bucket, row: Row | None) -> str:
    if row is None or not row["labelled"]:
        return "level_floor"
    if row["coverage"] is None:
        return "level_unknown"
    is_low = row["coverage"] < METHOD.coverage_floor or row["reason"] in BELOW_FLOOR
    if is_low:
        return "level_floor"
    is_tested = any(family.tested for family in trends.families(bucket).values())
    return "" if is_tested or _needs_attention(trends, bucket) else "level_untested"


def _needs_attention(trends: Trends, bucket: Bucket) -> bool:
    return trends.facts.edition.election.phase_of(bucket.first_day).needs_attention


def _attention(trends: Trends, bucket: Bucket) -> list[Reason]:
    facts = trends.facts
    reasons: list[Reason] = [
        ("level_signal", {"signal": signal.key}) for signal in trends.signals if signal.bucket == bucket
    ]
    if trends.indicated and bucket == facts.buckets[-1]:
        reasons.append(("level_waiting", {"count": str(len(trends.indicated))}))
    low = []
    for name in facts.platforms:
        seen = facts.collected(name, bucket.first_day, bucket.last_day)
        if seen.coverage is None or seen.coverage < METHOD.coverage_floor:
            low.append(name)
    if low:
        reasons.append(("level_platform", {"platforms": " ".join(low)}))
    if any(gap.first_day <= bucket.last_day and gap.last_day >= bucket.first_day for gap in facts.gaps):
        reasons.append(("level_gaps", {}))
    if facts.warnings:
        reasons.append(("level_checks", {"count": str(len(facts.warnings))}))
    if _needs_attention(trends, bucket):
        reasons.append(("level_phase", {}))
    return reasons
