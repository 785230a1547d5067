"""What a week asks of leadership: what must be decided, by whom it is received, and by when (domain §8, method §7)."""

from collections import Counter
from datetime import date
from typing import NamedTuple

from flows.method import FAMILIES
from reports.reading.facts import Row
from reports.reading.outcomes import Signal, Trends
from reports.wording.incidents import incident_name
from reports.wording.sentences import class_counts
from reports.wording.words import DASH, Words, platform_name

CLASSES_SHOWN, NAMES_SHOWN = 4, 4


class Decision(NamedTuple):
    """One matter: what is to be decided, who receives it, and the day by which (a dash where there is none)."""

    what: str
    whom: str
    until: str


def receivers(trends: Trends, words: Words, codes: list[str]) -> str:
    """The first receivers of indications at the moment of release, in the order of the seed."""
    day = trends.facts.edition.local.date()
    seed = trends.facts.tables["seeds.indications"]
    routes: dict[str, None] = {}
    for row in seed.filter(seed["code"].is_in(codes)).iter_rows(named=True):
        routes |= dict.fromkeys(str(row["receivers"] or "").split())
    table = trends.facts.tables["seeds.receivers"]
    named: dict[str, None] = {}
    for row in table.iter_rows(named=True):
        if row["code"] in routes and _is_valid(row, day):
            named[words.known(f"receiver_{row['code']}", str(row["first_receiver"]))] = None
    return "; ".join(named) or DASH


def _is_valid(row: Row, day: date) -> bool:
    first, last = (_day(row[name]) for name in ("first_day", "last_day"))
    return (first is None or first <= day) and (last is None or day <= last)


def _day(value: object) -> date | None:
    if not value:
        return None
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def decisions(trends: Trends, words: Words) -> list[Decision]:
    """Matters to decide, the most urgent first; empty when the week asks for nothing."""
    parts = (_indicated, _incidents, _review, _signals, _collection)
    items = [decision for part in parts for decision in part(trends, words)]
    return sorted(items, key=lambda decision: decision.until == DASH)


def _indicated(trends: Trends, words: Words) -> list[Decision]:
    items = trends.indicated
    if not items:
        return []
    codes = sorted({code for item in items for code in item["codes"] or ()})
    limit = min((item["hand_over_limit"] for item in items if item["hand_over_limit"]), default=None)
    what = words("decide_refer", count=words.number(len(items)))
    return [Decision(what, receivers(trends, words, codes), _until(trends, words, limit))]


def _review(trends: Trends, words: Words) -> list[Decision]:
    items = trends.open_clocks
    if not items:
        return []
    counts = Counter(code for item in items for code in item["indications"] or ())
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    classes = class_counts(trends.facts, words, ordered, CLASSES_SHOWN)
    overdue = words("decide_overdue", count=words.number(len(trends.overdue))) if trends.overdue else ""
    several = words("decide_review_several") if sum(counts.values()) > len(items) else ""
    what = words("decide_review", count=words.number(len(items)), classes=classes, overdue=overdue)
    what = f"{what.strip()} {several}".strip()
    today = trends.facts.edition.local.date()
    ahead = [item["hand_over_limit"] for item in items if item["hand_over_limit"] >= today]
    whom = words("decide_reviewers", receivers=receivers(trends, words, sorted(counts)))
    return [Decision(what, whom, _until(trends, words, min(ahead, default=today)))]


def _incidents(trends: Trends, words: Words) -> list[Decision]:
    """Copied texts and counts far above what is usual: people have to look, for no test has judged them."""
    items = []
    for incident in trends.incidents:
        if incident.is_open and incident.kind in ("copies", "count_flag"):
            name = incident_name(trends, words, incident)
            what = words("decide_incident", name=name, incident=incident.row["incident"])
            whom = trends.facts.edition.election.office_short
            if incident.row["stage"]:
                whom = words("decide_reviewers", receivers=receivers(trends, words, [incident.subject]))
            items.append(Decision(what, whom, DASH))
    return items


def _signals(trends: Trends, words: Words) -> list[Decision]:
    items = []
    for family in FAMILIES:
        rising = [signal for signal in trends.signals if signal.family == family and signal.row["direction"] == "up"]
        if not rising:
            continue
        names = list(dict.fromkeys(_subject(trends, words, signal) for signal in rising))[:NAMES_SHOWN]
        whom = trends.facts.edition.election.office_short
        if family == "indications":
            named = receivers(trends, words, [signal.subject for signal in rising])
            whom = words("decide_reviewers", receivers=named)
        items.append(Decision(words(f"decide_signal_{family}", names=words.listed(names)), whom, DASH))
    return items


def _subject(trends: Trends, words: Words, signal: Signal) -> str:
    seed = FAMILIES[signal.family].subjects
    return trends.facts.label(seed, signal.subject) if seed else words.known(f"class_{signal.subject}", signal.subject)


def _collection(trends: Trends, words: Words) -> list[Decision]:
    facts = trends.facts
    matters = []
    gaps = {gap.platform for gap in facts.gaps}
    planned = [name for name in facts.platforms if name in gaps and facts.coverage_of(name) is not None]
    if planned:
        named = words.listed([platform_name(words, name) for name in planned])
        matters.append(words("attention_gaps", platforms=named))
    if facts.coverage is None:
        matters.append(words("attention_plan"))
    if facts.warnings:
        matters.append(words("attention_checks", count=words.number(len(facts.warnings))))
    return [Decision(what, facts.edition.election.office_short, DASH) for what in matters]


def _until(trends: Trends, words: Words, limit: date | None) -> str:
    if limit is None:
        return DASH
    left = trends.facts.edition.election.days_to_vote(limit)
    return f"{words.day(limit)} ({words.countdown(left)})"
