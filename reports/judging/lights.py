"""The two lights of a week, by rules printed in its annex (method §9): what was said, and how it was collected.

Content, each bucket: red for a confirmed act (two coders) not handed over beyond half of its limit, or a rise of a
class whose precision the office itself measured; amber for any open incident or confirmed act, and for one of last
week whose posts still wait for a coder; green where tests were possible and nothing passed; grey where nothing could be
tested. A weak baseline alone is no such test: what it finds makes amber, that it finds nothing leaves grey.
Collection, each bucket: the share of its planned collections that succeeded: green, amber, red; grey where unknown.

A week has the most urgent light of its buckets; a bucket too short to be tested leaves its content to the others. A
bucket of which nothing was planned and nothing came in is named and not judged.
"""

from typing import NamedTuple

from flows.method import METHOD
from flows.periods import Bucket
from reports.edition import Level
from reports.reading.facts import Row
from reports.reading.outcomes import Trends

CONTENT_ORDER: tuple[Level, ...] = ("red", "amber", "grey", "green")
COLLECTION_ORDER: tuple[Level, ...] = ("red", "grey", "amber", "green")
BELOW_FLOOR = frozenset({"coverage_below_floor", "days_below_floor", "coverage_unknown", "not_collected"})
Reason = tuple[str, dict[str, str]]  # the key of a sentence and its values


class Light(NamedTuple):
    """A colour and the keys (with values) of the sentences that give its reasons."""

    level: Level
    reasons: tuple[Reason, ...]


class Judgement(NamedTuple):
    """The two lights of a week."""

    content: Light
    collection: Light


class BucketLights(NamedTuple):
    """The lights of one bucket; None when it was neither planned nor collected."""

    bucket: Bucket
    lights: Judgement | None


def judge(trends: Trends) -> Judgement:
    """The lights of the week with their reasons."""
    judged = judge_buckets(trends)
    known = [(each.bucket, each.lights) for each in judged if each.lights]
    long = [lights.content for bucket, lights in known if bucket.days >= METHOD.bucket_days]
    urgent = [lights.content for _, lights in known if lights.content.level in ("red", "amber")]
    content = _highest(urgent or long or [lights.content for _, lights in known], CONTENT_ORDER)
    collection = _lowest_share(_highest([lights.collection for _, lights in known], COLLECTION_ORDER))
    unplanned = tuple(("light_unplanned", {"phase": each.bucket.phase}) for each in judged if not each.lights)
    return Judgement(content, collection._replace(reasons=_unique([*collection.reasons, *unplanned])))


def _highest(lights: list[Light], order: tuple[Level, ...]) -> Light:
    if not lights:
        return Light("grey", (("light_nothing", {}),))
    level = min((light.level for light in lights), key=order.index)
    return Light(level, _unique([reason for light in lights if light.level == level for reason in light.reasons]))


def _lowest_share(light: Light) -> Light:
    """The light with one share of what was collected, the lowest, since that is what it has its colour from."""
    shares = [reason for reason in light.reasons if reason[0] == "light_collected"]
    lowest = min(shares, key=lambda reason: float(reason[1]["share"]), default=None)
    return light._replace(reasons=tuple(each for each in light.reasons if each not in shares or each == lowest))


def _unique(reasons: list[Reason]) -> tuple[Reason, ...]:
    return tuple(reason for place, reason in enumerate(reasons) if reason not in reasons[:place])


def judge_buckets(trends: Trends) -> list[BucketLights]:
    """The lights of each bucket of the week, in time order."""
    judged = []
    for bucket in trends.facts.buckets:
        row = trends.facts.measure(bucket)
        is_judged = not _is_unplanned(trends, bucket, row)
        lights = Judgement(_content(trends, bucket, row), _collection(row)) if is_judged else None
        judged.append(BucketLights(bucket, lights))
    return judged


def _is_unplanned(trends: Trends, bucket: Bucket, row: Row | None) -> bool:
    planned = trends.facts.collected("all", bucket.first_day, bucket.last_day).planned
    return not planned and (row is None or not row["posts"])


# -- content -----------------------------------------------------------------------------------------------------------


def _content(trends: Trends, bucket: Bucket, row: Row | None) -> Light:
    if urgent := _urgent(trends, bucket):
        return Light("red", tuple(urgent))
    if attention := _attention(trends, bucket):
        return Light("amber", tuple(attention))
    if unjudged := _unjudged(trends, bucket, row):
        return Light("grey", ((unjudged, {}),))
    return Light("green", (("light_green", {}),))


def _urgent(trends: Trends, bucket: Bucket) -> list[Reason]:
    measured = [
        incident.key
        for incident in trends.incidents
        if incident.bucket == bucket
        and incident.is_open
        and incident.kind == "signal"
        and incident.row["direction"] == "up"
        and (trends.own_precision.get(incident.subject) or 0.0) >= METHOD.own_precision
    ]
    reasons: list[Reason] = [("light_measured", {"incidents": " ".join(measured)})] if measured else []
    late = [item for item in _confirmed(trends) if trends.is_beyond_half(item)]
    if late and bucket == trends.facts.buckets[-1]:
        reasons.append(("light_late", {"count": str(len(late))}))
    return reasons


def _confirmed(trends: Trends) -> list[Row]:
    """What was confirmed and not handed over, of no week later than this one: its light is not theirs."""
    return [item for item in trends.indicated if item["week"] <= str(trends.facts.edition.week)]


def _attention(trends: Trends, bucket: Bucket) -> list[Reason]:
    opened = [incident.key for incident in trends.incidents if incident.bucket == bucket and incident.is_open]
    reasons: list[Reason] = [("light_incident", {"incidents": " ".join(opened)})] if opened else []
    if (confirmed := _confirmed(trends)) and bucket == trends.facts.buckets[-1]:
        reasons.append(("light_waiting", {"count": str(len(confirmed))}))
    if trends.left_over and bucket == trends.facts.buckets[-1]:
        reasons.append(("light_left_over", {"left_over": " ".join(row["incident"] for row in trends.left_over)}))
    return reasons


def _unjudged(trends: Trends, bucket: Bucket, row: Row | None) -> str:
    if row is None or not row["labelled"]:
        return "light_nothing"
    if row["coverage"] is None:
        return "light_unknown"
    if row["coverage"] < METHOD.coverage_floor or row["reason"] in BELOW_FLOOR:
        return "light_floor"
    if trends.is_tested(bucket):
        return ""
    if trends.is_counted(bucket):
        return "light_counted"
    return "light_short" if bucket.days < METHOD.bucket_days else "light_untested"


# -- collection --------------------------------------------------------------------------------------------------------


def _collection(row: Row | None) -> Light:
    coverage = row["coverage"] if row else None
    if coverage is None:
        return Light("grey", (("light_unknown", {}),))
    reason: Reason = ("light_collected", {"share": str(coverage)})
    if coverage >= METHOD.collection_green:
        return Light("green", (reason,))
    return Light("amber" if coverage >= METHOD.coverage_floor else "red", (reason,))
