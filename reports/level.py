"""The level of attention of a week, by a rule that is printed beside it.

In this form there are no tested signals, so there is no red, and the counts of automatic detection take no part: the
precision of its classes has not been measured on real text (method §1: no rate, no signal, no level). What can be
judged is whether the week was seen well enough and whether the calendar itself asks for attention.

Rule, first match wins:
  grey   nothing was labelled, or a bucket's coverage is unknown or below the floor
  amber  a platform is below the floor, or a day was collected only in part or not at all, or a quality check failed,
         or the week touches the quiet period or voting day
  green  none of these
"""

from typing import NamedTuple

from reports.edition import Level
from reports.facts import Facts

ATTENTION_PHASES = frozenset({"quiet", "voting_day"})


class Judgement(NamedTuple):
    """A level and the keys (with values) of the sentences that give its reasons."""

    level: Level
    reasons: tuple[tuple[str, dict[str, str]], ...]


def judge(facts: Facts) -> Judgement:
    """The level of the week with its reasons; never green when coverage is unknown."""
    rows = [facts.measure(bucket) for bucket in facts.buckets]
    if facts.total("labelled") == 0:
        return Judgement("grey", (("level_nothing", {}),))
    if facts.coverage is None or any(row is None or row["coverage"] is None for row in rows):
        return Judgement("grey", (("level_unknown", {}),))
    if not all(facts.is_comparable(row) for row in rows):
        return Judgement("grey", (("level_floor", {}),))

    reasons: list[tuple[str, dict[str, str]]] = []
    floor = facts.edition.coverage_floor
    low = [name for name in facts.platforms if (facts.coverage_of(name) or 0.0) < floor]
    if low:
        reasons.append(("level_platform", {"platforms": " ".join(low)}))
    if facts.gaps:
        reasons.append(("level_gaps", {}))
    if facts.warnings:
        reasons.append(("level_checks", {"count": str(len(facts.warnings))}))
    if any(bucket.phase in ATTENTION_PHASES for bucket in facts.buckets):
        reasons.append(("level_phase", {}))
    return Judgement("amber", tuple(reasons)) if reasons else Judgement("green", (("level_green", {}),))
