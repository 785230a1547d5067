"""The declaration of the data: what the report is about, what was watched and collected, by which versions."""

from reports.reading.facts import Facts
from reports.weekly.blocks import Block, Definitions
from reports.weekly.section import Report, Section
from reports.wording.glyphs import legible
from reports.wording.reviewing import review_words
from reports.wording.sentences import bucket_words, embargo_mark
from reports.wording.watch_list import break_text, change_text, watch_text
from reports.wording.words import Words, platform_name

FILES_NAMED = 5  # of those set aside; all are in core.set_aside
# in reading order; what stands beside each name is in `_values`
NAMES = (
    *("week", "as_of", "office", "platforms", "watch", "watch_change", "plan", "records", "aside", "unit", "stage"),
    *("versions", "quality", "embargo"),
)


def blocks(report: Report) -> list[Block]:
    """Every declaration that there is something to say of."""
    values = _values(report.facts, report.words)
    return [Definitions([(report.words(f"declare_{name}"), values[name]) for name in NAMES if values[name]])]


def _values(facts: Facts, words: Words) -> dict[str, str]:
    edition = facts.edition
    platforms = words.listed([platform_name(words, name) for name in facts.platforms])
    versions = {"label": edition.label_version, "data": edition.data_version, "code": edition.code_version}
    return {
        "week": _week(facts, words),
        "as_of": _released(facts, words),
        "office": edition.office,
        "platforms": platforms or words("declare_none"),
        "watch": watch_text(facts, words),
        "watch_change": " ".join(filter(None, (change_text(facts, words), break_text(facts, words)))),
        "plan": _plan(facts, words),
        "records": _records(facts, words),
        "aside": _aside(facts, words),
        "unit": words("declare_unit_value"),
        "stage": words("declare_stage_value", stage=review_words(facts, words)),
        "versions": words("declare_versions_value", **versions),
        "quality": _quality(facts, words),
        "embargo": embargo_mark(edition, words) or words("declare_embargo_none"),
    }


def _week(facts: Facts, words: Words) -> str:
    week = facts.edition.week
    return words(
        "declare_week_value",
        week=str(week),
        days=words.days(week.first_day, week.last_day),
        zone=facts.edition.election.zone_label,
        buckets="; ".join(words("bucket_inline", **bucket_words(words, bucket)) for bucket in facts.buckets),
    )


def _released(facts: Facts, words: Words) -> str:
    edition = facts.edition
    zone = edition.election.zone_label
    text = words("declare_as_of_value", moment=words.moment(edition.local, zone), publication=edition.publication)
    if facts.restated_until:
        text += words("declare_restated", moment=words.moment(facts.restated_until, zone))
    return text


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


def _aside(facts: Facts, words: Words) -> str:
    """The files that came in and are not in any number; empty where there are none."""
    files = facts.tables["core.set_aside"]["file"].to_list()
    more = words("declare_aside_more", count=words.number(len(files) - FILES_NAMED)) if len(files) > FILES_NAMED else ""
    named = ", ".join(legible(name, words) for name in files[:FILES_NAMED])
    return words("declare_aside_value", count=words.number(len(files)), files=named + more) if files else ""


def _quality(facts: Facts, words: Words) -> str:
    verdicts = [check.verdict for check in facts.checks]
    return words(
        "declare_quality_value",
        passed=words.number(verdicts.count("passed")),
        failed=words.number(sum(check.is_breach for check in facts.checks)),
        other=words.number(verdicts.count("not_applicable")),
    )


SECTION = Section("declaration", blocks, is_annex=True)
