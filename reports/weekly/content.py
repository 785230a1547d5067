"""The weekly report as plain data: every heading, sentence, table and list, before any layout.

Both the HTML page and the PDF print this content, so they cannot say different things.
"""

from dataclasses import dataclass

from flows.method import METHOD
from reports.edition import Level, embargo_end
from reports.judging.level import Judgement, judge_buckets
from reports.reading.facts import Check, Facts
from reports.reading.outcomes import Trends
from reports.tables import weekly as week_tables
from reports.tables.changes import copied_table, power_table, signal_table, slope_table, term_table, test_table
from reports.tables.constants import constant_table
from reports.tables.corrections import correction_table
from reports.tables.label_quality import quality_table
from reports.tables.official import official_table
from reports.tables.review import clock_table, funnel_table, overdue_table
from reports.tables.table import Table
from reports.weekly.evidence import Flagged, Group, Listing, evidence, groups_of, listings_of
from reports.wording.decisions import Decision, decisions
from reports.wording.sentences import bucket_words, level_rule, level_words, zero_sentence
from reports.wording.statements import Statement, level_reasons, statements
from reports.wording.watch_list import break_text, change_text, watch_text
from reports.wording.words import DASH, Words, platform_name

CHANGE_TABLES = (signal_table, test_table, slope_table, copied_table, term_table)
WEEK_TABLES = (
    week_tables.volume_table,
    week_tables.sentiment_table,
    week_tables.detected_table,
    week_tables.indication_table,
    week_tables.topic_table,
    week_tables.district_table,
    week_tables.coverage_table,
    week_tables.load_table,
    week_tables.reject_table,
    week_tables.view_table,
)
METHODS = 12  # sentences of the method page


@dataclass(frozen=True)
class Gate:
    """The verdicts of one quality gate."""

    name: str
    summary: str
    breached: list[list[str]]  # check, verdict, severity, observed, what a breach most likely means
    rows: list[list[str]]  # all of them, in the same columns


@dataclass(frozen=True)
class Content:
    """Everything the weekly report says."""

    lang: str
    title: str
    subtitle: str
    number: str
    office: str
    embargo: str
    embargo_text: str
    level: Level
    level_words: str
    level_reasons: str
    level_rule: str
    levels: list[str]
    statements: list[Statement]
    decisions: list[Decision]
    declaration: list[tuple[str, str]]
    zeros: list[str]
    change_tables: list[Table]
    tables: list[Table]
    clocks: Table
    overdue: Table
    funnel: Table
    corrections: Table
    evidence_intro: str
    evidence: list[Flagged]
    listings: list[Listing]  # the same posts, each list under its own caption
    groups: list[Group]
    gates: list[Gate]
    labels: Table
    method: list[str]
    power: Table
    constants: Table
    limits: list[str]


def weekly_content(trends: Trends, words: Words, judgement: Judgement) -> Content:
    """The content of an edition's weekly report."""
    facts = trends.facts
    edition = facts.edition
    election, week = edition.election, edition.week
    zone = election.zone_label
    embargo = embargo_text = ""
    if edition.embargoed:
        end = embargo_end(election)
        hour = words.moment(end, zone).rsplit(", ", 1)[1]
        embargo = words("embargo_mark", moment=words.moment(end, zone))
        embargo_text = words("embargo_text", hour=hour)
    left = election.days_to_vote(week.last_day)
    posts = evidence(trends, words)
    return Content(
        lang=edition.lang,
        title=words("weekly_title", week=str(week)),
        subtitle=words(
            "weekly_subtitle" if left >= 0 else "weekly_subtitle_after",
            regency=election.regency,
            days=words.days(week.first_day, week.last_day),
            election=election.name_id if edition.lang == "id" else election.name_en,
            countdown=words.countdown(left),
        ),
        number=edition.number,
        office=edition.office,
        embargo=embargo,
        embargo_text=embargo_text,
        level=judgement.level,
        level_words=level_words(words, judgement.level),
        level_reasons=level_reasons(trends, words, judgement),
        level_rule=level_rule(words),
        levels=bucket_levels(trends, words),
        statements=statements(trends, words),
        decisions=decisions(trends, words),
        declaration=_declaration(facts, words),
        zeros=_zeros(facts, words),
        change_tables=[make(trends, words) for make in CHANGE_TABLES],
        tables=[*(make(facts, words) for make in WEEK_TABLES), official_table(trends, words)],
        clocks=clock_table(trends, words),
        overdue=overdue_table(trends, words),
        funnel=funnel_table(trends, words),
        corrections=correction_table(trends, words),
        evidence_intro=_intro(trends, words, posts),
        evidence=posts,
        listings=listings_of(trends, words, posts),
        groups=groups_of(trends, words, posts),
        gates=_gates(facts, words),
        labels=quality_table(facts, words),
        method=[words(f"method_{number}", zone=zone) for number in range(1, METHODS + 1)],
        power=power_table(trends, words),
        constants=constant_table(words),
        limits=[words(f"limit_{number}") for number in range(1, 6)],
    )


def bucket_levels(trends: Trends, words: Words) -> list[str]:
    """The level of each bucket, where the week has several."""
    judged = judge_buckets(trends)
    if len(judged) < 2:
        return []
    return [
        words(
            "bucket_level",
            level=level_words(words, found.level) if found.level else words("level_words_unplanned"),
            **bucket_words(words, found.bucket),
        )
        for found in judged
    ]


def _intro(trends: Trends, words: Words, posts: list[Flagged]) -> str:
    detected = trends.facts.tables["evidence"].height
    texts = [words("evidence_intro", count=words.number(detected))]
    if len(posts) > detected:
        texts.append(
            words(
                "evidence_signals", signals=words.number(len(posts) - detected), most=words.number(METHOD.signal_posts)
            )
        )
    return " ".join(texts)


def _zeros(facts: Facts, words: Words) -> list[str]:
    texts = []
    for bucket in facts.buckets:
        row = facts.measure(bucket)
        if row is None or not row["detected"]:
            zero = zero_sentence(words, int(row["labelled"] or 0) if row else 0, row["coverage"] if row else None)
            texts.append(words("sentence_zero", zero=zero, **bucket_words(words, bucket)))
    return texts


def _plan(facts: Facts, words: Words) -> str:
    week = facts.edition.week
    seen = facts.collected("all", week.first_day, week.last_day)
    if not seen.planned:
        return words("declare_plan_unknown")
    counts = {name: words.number(value) for name, value in seen._asdict().items()}
    if facts.coverage is None:
        return words("declare_plan_mixed", **counts)
    return words("declare_plan_value", coverage=words.percent(facts.coverage), **counts)


def _records(facts: Facts, words: Words) -> str:
    def numbers(days: int | None) -> dict[str, str]:
        return {name: words.number(value) for name, value in facts.records(days).items()}

    return words("declare_records_value", **numbers(None)) + "; " + words("declare_records_recent", **numbers(7))


def _declaration(facts: Facts, words: Words) -> list[tuple[str, str]]:
    edition = facts.edition
    zone = edition.election.zone_label
    buckets = "; ".join(words("bucket_inline", **bucket_words(words, bucket)) for bucket in facts.buckets)
    verdicts = [check.verdict for check in facts.checks]
    quality = {
        "passed": words.number(verdicts.count("passed")),
        "failed": words.number(sum(check.is_breach for check in facts.checks)),
        "other": words.number(verdicts.count("not_applicable")),
    }
    week = {
        "week": str(edition.week),
        "days": words.days(edition.week.first_day, edition.week.last_day),
        "zone": zone,
        "buckets": buckets,
    }
    released = words("declare_as_of_value", moment=words.moment(edition.local, zone), publication=edition.publication)
    if facts.restated_until:
        released += words("declare_restated", moment=words.moment(facts.restated_until, zone))
    embargo = words("declare_embargo_none")
    if edition.embargoed:
        embargo = words("embargo_mark", moment=words.moment(embargo_end(edition.election), zone))
    versions = {"label": edition.label_version, "data": edition.data_version, "code": edition.code_version}
    return [
        (words("declare_week"), words("declare_week_value", **week)),
        (words("declare_as_of"), released),
        (words("declare_office"), edition.office),
        (
            words("declare_platforms"),
            words.listed([platform_name(words, name) for name in facts.platforms]) or words("declare_none"),
        ),
        (words("declare_watch"), watch_text(facts, words)),
        (words("declare_watch_change"), " ".join(filter(None, (change_text(facts, words), break_text(facts, words))))),
        (words("declare_plan"), _plan(facts, words)),
        (words("declare_records"), _records(facts, words)),
        (words("declare_unit"), words("declare_unit_value")),
        (words("declare_stage"), words("declare_stage_value")),
        (words("declare_versions"), words("declare_versions_value", **versions)),
        (words("declare_quality"), words("declare_quality_value", **quality)),
        (words("declare_embargo"), embargo),
    ]


def _gates(facts: Facts, words: Words) -> list[Gate]:
    by_gate: dict[str, list[Check]] = {}
    for check in facts.checks:
        by_gate.setdefault(check.gate, []).append(check)
    order = ["landing", "load", "post", "posts", "trends"]
    gates = sorted(by_gate, key=lambda gate: (order.index(gate) if gate in order else len(order), gate))
    return [_gate(words, gate, by_gate[gate]) for gate in gates]


def _gate(words: Words, name: str, checks: list[Check]) -> Gate:
    verdicts = [check.verdict for check in checks]
    failed = sum(check.is_breach for check in checks)
    counts = {"passed": verdicts.count("passed"), "failed": failed, "other": verdicts.count("not_applicable")}
    rows = [
        [
            check.description or check.name,
            words.known(f"verdict_{check.verdict}", check.verdict),
            words.known(f"severity_{check.severity}", check.severity),
            check.observed or DASH,
            check.detail if check.is_breach else "",
        ]
        for check in checks
    ]
    breached = [row for row, check in zip(rows, checks, strict=True) if check.is_breach]
    summary = words("gate_summary", **{key: words.number(count) for key, count in counts.items()})
    return Gate(words.known(f"gate_{name}", name), summary, breached, rows)
