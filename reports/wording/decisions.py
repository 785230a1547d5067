"""What a week asks of leadership, as tasks: what, by whom, by when, and what follows if nobody does it (domain §8).

Each task has a day: the internal hand-over limit of the posts it is about, else the release of the next edition; what
is to be done before the vote comes first. Limits that have passed are no task of their own each: they are told once, as
a number. An edition that comes out when a later one was due asks for what people still have to do, and for nothing
about what its own week held.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

from flows.method import FAMILIES
from reports.edition import Language
from reports.judging.lights import judge
from reports.reading.facts import Row
from reports.reading.incidents import COPIES, Incident
from reports.reading.outcomes import Trends
from reports.wording.incidents import incident_name
from reports.wording.sentences import class_counts
from reports.wording.words import DASH, Words, platform_name

CLASSES_SHOWN, NAMES_SHOWN = 3, 4
CASES_DUE = ("refer", "answer", "decision")  # what a case can wait for


class Decision(NamedTuple):
    """One task: what is to be done, by which office, the day by which, and what follows if it is not done."""

    what: str
    whom: str
    until: str
    otherwise: str


class _Task(NamedTuple):
    limit: date
    what: str
    whom: str
    otherwise: str
    until: str = ""  # the day in words, where it is more than that of `limit`
    is_first: bool = False


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
    """The tasks of a week, what comes before the vote first, then the oldest limit; empty when it asks for nothing."""
    of_the_week = () if trends.facts.edition.is_late else (_copies, _incidents, _collection)
    parts = (_indicated, _cases, _review, *of_the_week, _coders)
    tasks = [task for part in parts for task in part(trends, words)]
    tasks.sort(key=lambda task: (not task.is_first, task.limit))
    return [Decision(task.what, task.whom, task.until or words.day(task.limit), task.otherwise) for task in tasks]


def passed_told(trends: Trends, words: Words) -> str:
    """What waits beside the tasks: limits that have passed, those after the next edition, and the workbook of all.

    Empty where nothing does.
    """
    later = len(trends.open_items) - len(trends.open_clocks)
    texts = []
    if trends.overdue:
        seen = [item["first_seen_day"] for item in trends.overdue]
        values = {"count": words.number(len(trends.overdue)), "days": words.days(min(seen), max(seen))}
        key = "decide_passed_after" if trends.due else "decide_passed"
        texts.append(words(key, due=words.number(len(trends.due)), **values))
    if later:
        texts.append(words("decide_later", count=words.number(later)))
    return " ".join([*texts, words("decide_list", file=trends.facts.edition.backlog_start)]) if texts else ""


def cases_told(lang: Language, due: Sequence[Row], today: date) -> list[str]:
    """A line for the notice: which cases wait for what until when; none where nothing is due."""
    words = Words(lang)
    if not due:
        return []
    late = sum(case["due_day"] < today for case in due)
    items = [
        words(
            "case_due",
            number=case["case_number"],
            what=words(f"case_due_{_due_kind(case)}"),
            day=words.day(case["due_day"]),
        )
        for case in due[:NAMES_SHOWN]
    ]
    more = words("case_due_more", count=words.number(len(due) - len(items))) if len(due) > len(items) else ""
    passed = words("case_due_late", count=words.number(late)) if late else ""
    return [words("cases_due", items="; ".join(items), more=more, passed=passed)]


def _office(trends: Trends) -> str:
    return trends.facts.edition.election.office_short


def _indicated(trends: Trends, words: Words) -> Iterator[_Task]:
    items = trends.indicated
    if not items:
        return
    codes = sorted({code for item in items for code in item["codes"] or ()})
    limit = min((item["hand_over_limit"] for item in items if item["hand_over_limit"]), default=trends.next_release)
    limit = max(limit, trends.facts.edition.local.date())  # of what is late, at once
    is_late = any(trends.is_beyond_half(item) for item in items)
    yield _Task(
        limit,
        words("decide_refer", count=words.number(len(items))),
        words("decide_from_to", office=_office(trends), receivers=receivers(trends, words, codes)),
        words("decide_else_late" if is_late else "decide_else_refer"),
    )


def _cases(trends: Trends, words: Words) -> Iterator[_Task]:
    """Cases of the desk of which something is due: to hand over, to ask for an answer, to ask for a decision."""
    table = trends.facts.tables["seeds.receivers"]
    for kind in CASES_DUE:
        due = [case for case in trends.due_cases if _due_kind(case) == kind]
        if not due:
            continue
        codes = {case["receiver"] for case in due}
        day = trends.facts.edition.local.date()
        rows = [row for row in table.iter_rows(named=True) if row["code"] in codes and _is_valid(row, day)]
        named = [words.known(f"receiver_{row['code']}", str(row["first_receiver"])) for row in rows]
        numbers = words.listed([str(case["case_number"]) for case in due])
        whom = words("decide_from_to", office=_office(trends), receivers="; ".join(dict.fromkeys(named)) or DASH)
        what = words(f"decide_case_{kind}", cases=numbers)
        yield _Task(min(case["due_day"] for case in due), what, whom, words("decide_else_case"))


def _due_kind(case: Row) -> str:
    """What a case waits for, as the task names it."""
    return {"hand_over": "refer", "answer": "answer"}.get(str(case["due_clock"]), "decision")


def _review(trends: Trends, words: Words) -> Iterator[_Task]:
    """What falls due until the next edition, by who receives it, and apart what is to be done before the vote.

    A post of several classes goes to the receivers of all of them, and counts with the largest.
    """
    items = trends.due
    sizes = Counter(code for item in items for code in item["indications"] or ())
    groups: dict[tuple[bool, str], list[tuple[str, Row]]] = {}
    for item in items:
        code = max(item["indications"], key=lambda code: (sizes[code], code))
        key = trends.is_before_vote(item), receivers(trends, words, item["indications"])
        groups.setdefault(key, []).append((code, item))
    for (is_first, whom), members in groups.items():
        counts = Counter(code for code, _ in members)
        ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        classes = class_counts(trends.facts, words, ordered, CLASSES_SHOWN, len(members))
        incidents = _incidents_behind(trends, words, set(counts), [item for _, item in members])
        yield _Task(
            min(item["act_by"] for _, item in members),
            words("decide_review", count=words.number(len(members)), classes=classes, incidents=incidents),
            words("decide_reviewers", office=_office(trends), receivers=whom),
            words("decide_else_vote" if is_first else "decide_else_review"),
            _until(words, [item for _, item in members], is_first=is_first),
            is_first,
        )


def _until(words: Words, items: list[Row], *, is_first: bool) -> str:
    """The days of a task, the same that the annex prints post by post: the first and the last internal limit.

    Before them the day that counts where the vote comes first.
    """
    limits = [item["hand_over_limit"] for item in items]
    if is_first:
        day = words.day(min(item["act_by"] for item in items))
        return words("decide_days_vote", day=day, days=words.bare_days(min(limits), max(limits)))
    days = words.days(min(limits), max(limits))
    first = limits.count(min(limits))
    return days if first == len(limits) else words("decide_days", days=days, count=words.number(first))


def _incidents_behind(trends: Trends, words: Words, codes: set[str], items: list[Row]) -> str:
    """The open incidents that posts of a task belong to, with how many of them where others are of no incident."""
    behind = [each for each in _open(trends) if each.row["stage"] and each.subject in codes]
    if not behind:
        return ""
    theirs = set(pl.concat([trends.items_of(each.row).select("platform", "post_id") for each in behind]).iter_rows())
    count = sum((item["platform"], item["post_id"]) in theirs for item in items)
    if not count:
        return ""
    key = "decide_of_incidents" if count == len(items) else "decide_of_incidents_partly"
    numbers = words.listed([each.row["incident"] for each in behind])
    return words(key, incidents=numbers, count=words.number(count))


def _open(trends: Trends) -> list[Incident]:
    return [incident for incident in trends.incidents if incident.is_open]


def _copies(trends: Trends, words: Words) -> Iterator[_Task]:
    numbers = [each.row["incident"] for each in _open(trends) if each.kind == COPIES]
    if numbers:
        key = "decide_copies" if len(numbers) > 1 else "decide_copy"
        what = words(key, count=words.number(len(numbers)), incidents=words.listed(numbers))
        yield _Task(trends.next_release, what, _office(trends), words("decide_else_copies"))


def _incidents(trends: Trends, words: Words) -> Iterator[_Task]:
    """What rose and has no known event behind it, but what the review list asks for anyway."""
    rising = [each for each in _open(trends) if each.kind != COPIES and each.row["direction"] == "up"]
    asked = {code for item in trends.open_clocks for code in item["indications"] or ()}
    for family in FAMILIES:
        mine = [each for each in rising if each.row["family"] == family]
        mine = [each for each in mine if not each.row["stage"] or _is_to_review(trends, each, asked)]
        if not mine:
            continue
        names = list(dict.fromkeys(_subject(trends, words, each) for each in mine))[:NAMES_SHOWN]
        whom = _office(trends)
        if family == "indications":
            named = receivers(trends, words, [each.subject for each in mine])
            whom = words("decide_reviewers", office=whom, receivers=named)
        what = words(f"decide_signal_{family}", names=words.listed(names))
        yield _Task(trends.next_release, what, whom, words(f"decide_else_{family}"))


def _is_to_review(trends: Trends, incident: Incident, asked: set[str]) -> bool:
    """Whether posts of a class wait for a coder and no task of the review list asks for them."""
    return incident.subject not in asked and trends.waiting_of(incident.row) > 0


def _subject(trends: Trends, words: Words, incident: Incident) -> str:
    if incident.row["stage"]:
        return incident_name(trends, words, incident)
    seed = FAMILIES[str(incident.row["family"])].subjects
    named = words.known(f"class_{incident.subject}", incident.subject)
    return trends.facts.label(seed, incident.subject) if seed else named


def _collection(trends: Trends, words: Words) -> Iterator[_Task]:
    """Collection that is not green, and checks that failed; one failed query asks nothing of leadership."""
    facts = trends.facts
    level = judge(trends).collection.level
    gaps = {gap.platform for gap in facts.gaps}
    short = [name for name in facts.platforms if name in gaps and facts.coverage_of(name) is not None]
    if level in ("amber", "red") and short:
        last = max(day for platform, day in facts.day_status if platform in short and day in facts.edition.week.days)
        ends = {(gap.platform, gap.last_day) for gap in facts.gaps}
        failing = [name for name in short if (name, last) in ends]
        over = [name for name in short if name not in failing]
        for what, otherwise, names in (
            ("decide_gaps", "decide_else_gaps", failing),
            ("decide_gaps_over", "decide_else_gaps_over", over),
        ):
            if names:
                told = words(what, platforms=words.listed([platform_name(words, name) for name in names]))
                yield _Task(trends.next_release, told, _office(trends), words(otherwise))
    if facts.coverage is None:
        yield _Task(trends.next_release, words("decide_plan"), _office(trends), words("decide_else_plan"))
    if facts.warnings:
        what = words("decide_checks", count=words.number(len(facts.warnings)))
        yield _Task(trends.next_release, what, _office(trends), words("decide_else_checks"))


def _coders(trends: Trends, words: Words) -> Iterator[_Task]:
    """People who review, where limits pass and no review was ever recorded."""
    if trends.overdue and not trends.is_reviewed:
        yield _Task(
            trends.next_release,
            words("decide_coders"),
            _office(trends),
            words("decide_else_coders"),
        )
