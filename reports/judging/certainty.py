"""How sure an incident is, in one of four words by a rule that the annex prints (method §9).

What a person confirmed is surer than what a test passed, a test against buckets of the same phase is surer than one
against those of the phase before, and an automatic class whose precision nobody measured makes a count sure, not its
meaning.
"""

from collections.abc import Callable
from typing import NamedTuple

from flows.method import METHOD
from reports.reading.incidents import Incident
from reports.reading.outcomes import Trends

CONFIRMED = frozenset({"indicated", "referred", "decided"})
WORDS = ("sure", "strong", "fair", "weak")  # from the surest on


class Rule(NamedTuple):
    """A word and the reason for it: the words `certainty_<word>` and `certainty_why_<reason>`."""

    reason: str
    word: str
    holds: Callable[[Trends, Incident], bool]


def _is_confirmed(_: Trends, incident: Incident) -> bool:
    return incident.kind == "case" or incident.row["stage"] in CONFIRMED


def _is_on_one_platform(trends: Trends, incident: Incident) -> bool:
    return trends.beside(incident) is not None


def _is_unmeasured(trends: Trends, incident: Incident) -> bool:
    return bool(incident.row["stage"]) and incident.subject not in trends.facts.measured


def _is_half_reviewed(trends: Trends, incident: Incident) -> bool:
    return _is_unmeasured(trends, incident) and incident.row["stage"] == "reviewed"


def _is_clear(_: Trends, incident: Incident) -> bool:
    return incident.row["q"] is not None and bool(incident.row["q"] <= METHOD.sure_q)


RULES = (  # the first that holds
    Rule("confirmed", "sure", _is_confirmed),
    Rule("counted", "strong", lambda _, incident: incident.kind == "copies"),
    Rule("weak_baseline", "weak", lambda _, incident: bool(incident.row["is_weak"])),
    Rule("one_platform", "weak", _is_on_one_platform),
    Rule("half_reviewed", "fair", _is_half_reviewed),
    Rule("unmeasured", "fair", _is_unmeasured),
    Rule("clear", "strong", _is_clear),
    Rule("passed", "fair", lambda *_: True),
)


def certainty(trends: Trends, incident: Incident) -> Rule:
    """The rule by which an incident has its word."""
    return next(rule for rule in RULES if rule.holds(trends, incident))
