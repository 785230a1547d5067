"""The briefing: two A4 pages for leadership, totals of the regency, nobody named, nobody ranked."""

from collections.abc import Sequence
from datetime import date, timedelta

import typst

from reports.briefing.key_numbers import key_figures, seen_buckets
from reports.edition import embargo_end
from reports.figures import signals, topics, volume
from reports.figures.chart import Picture
from reports.figures.charts import pictures
from reports.judging.lights import Judgement
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.typeset import compile_pdf
from reports.wording.decisions import Decision, decisions
from reports.wording.incidents import incident_text
from reports.wording.label_quality import quality_sentence
from reports.wording.lights import bucket_lights, light_rules, lights_said
from reports.wording.sentences import (
    bucket_name,
    coverage_words,
    embargo_mark,
    embargo_text,
    gap_words,
)
from reports.wording.statements import change_words
from reports.wording.watch_list import change_text
from reports.wording.words import Words, platform_name

GAPS_SHOWN, AGENDA_SHOWN, DECISIONS_SHOWN, INCIDENTS_SHOWN = 4, 6, 6, 2
STAGES = ("detected", "reviewed", "indicated", "referred", "decided")
CHART_WIDTHS = (80, 73, 66, 60, 54, 48, 42)  # per cent of the text width, of the chart of each page
TOO_LONG = "the briefing must have two pages"  # the template's own assertion
_TITLES = (
    "briefing_class",
    "briefing_situation",
    "briefing_figures",
    "briefing_decide",
    "decide_none",
    "briefing_unseen",
    "briefing_follow",
    "briefing_agenda",
)


def briefing(trends: Trends, words: Words, judgement: Judgement, drawn: Sequence[Picture]) -> bytes:
    """The PDF of the briefing; always two pages: where a week needs many words the charts become smaller."""
    data = {
        **_head(trends.facts, words),
        **_situation(trends, words, judgement),
        **_figures(trends, words),
        **_asked(trends, words),
        "charts": [{"svg": picture.svg, "alt": picture.alt} for picture in drawn],
        "follow": _follow(trends, words),
        "unseen": _unseen(trends.facts, words),
        "agenda": _agenda(trends, words),
        "words": {key: words(key) for key in _TITLES} | {"page_of": words("page_of", page="#", pages="#")},
    }
    pdf, widths = b"", [CHART_WIDTHS[-1]] * 2
    for page in range(2):  # what stands on one page does not move the other
        for width in CHART_WIDTHS:
            widths[page] = width
            try:
                as_of = trends.facts.edition.local
                pdf = compile_pdf("briefing/briefing.typ", {**data, "chart_widths": widths}, words, as_of)
                break
            except typst.TypstError as error:
                if TOO_LONG not in error.message or width == CHART_WIDTHS[-1]:
                    raise
    return pdf


def briefing_pictures(trends: Trends, words: Words, drawn: Sequence[Picture] = ()) -> list[Picture]:
    """The two charts of the briefing: totals of the regency only, nothing crossed with a platform.

    The second one is the signal strip, or, where nothing could be tested, the topics. `drawn` are pictures that
    exist already: the signal strip is the weekly report's own.
    """
    if not signals.CHART.is_due(trends):
        return pictures(trends, words, (volume.TOTAL, topics.TOTAL))
    strips = [picture for picture in drawn if picture.name == signals.CHART.name]
    return [*pictures(trends, words, (volume.TOTAL,)), *(strips or pictures(trends, words, (signals.CHART,)))]


def _head(facts: Facts, words: Words) -> dict[str, object]:
    """What stands above everything else, and on the edges of the pages."""
    edition = facts.edition
    is_before = edition.election.days_to_vote(edition.week.last_day) >= 0
    return {
        "lang": edition.lang,
        "title": words("briefing_title"),
        "subject": words(
            "briefing_subject" if is_before else "briefing_subject_after",
            regency=edition.election.regency,
            election=edition.election_name,
            week=str(edition.week),
        ),
        "office": edition.office,
        "number": edition.number,
        "embargo": embargo_mark(edition, words),
        "embargo_text": embargo_text(edition, words),
        "facts": _letterhead(facts, words),
    }


def _letterhead(facts: Facts, words: Words) -> list[tuple[str, str]]:
    edition = facts.edition
    week, zone = edition.week, edition.election.zone_label
    restated = ""
    if facts.restated_until:
        restated = words("briefing_restated", moment=words.moment(facts.restated_until, zone))
    drafter = words(
        "briefing_drafter_value",
        office=edition.office,
        code=edition.code_version,
        publication=edition.publication,
        restated=restated,
    )
    countdown = words.countdown(edition.election.days_to_vote(week.last_day))
    return [
        (words("briefing_number"), edition.number),
        (words("briefing_date"), f"{words.long_day(edition.local.date())}, {words.hour(edition.local, zone)}"),
        (words("briefing_window"), f"{words.days(week.first_day, week.last_day)} ({countdown})"),
        (words("briefing_drafter"), drafter),
        (words("briefing_basis"), words("briefing_basis_value", election=edition.election_name)),
        (words("briefing_classification"), words("briefing_classification_value")),
    ]


def _figures(trends: Trends, words: Words) -> dict[str, object]:
    names = [bucket_name(words, bucket) for bucket in seen_buckets(trends)]
    return {
        "figure_columns": [words("briefing_figure"), *names],
        "figure_rows": key_figures(trends, words),
        "figures_note": words("briefing_figures_note"),
    }


def _asked(trends: Trends, words: Words) -> dict[str, object]:
    """What leadership is asked to decide, the most urgent first."""
    asked = decisions(trends, words)
    more = len(asked) - DECISIONS_SHOWN
    return {
        "decision_columns": [words(f"decide_{name}") for name in Decision._fields],
        "decisions": [list(decision) for decision in asked[:DECISIONS_SHOWN]],
        "more_decisions": words("more_items", count=words.number(more)) if more > 0 else "",
    }


def _situation(trends: Trends, words: Words, judgement: Judgement) -> dict[str, object]:
    """The two lights with their reasons and rules, after what was seen."""
    return {
        "lights": lights_said(trends, words, judgement),
        "situation": _seen(trends, words),
        "buckets": bucket_lights(trends, words),
        "rule": " ".join(light_rules(words)),
    }


def _seen(trends: Trends, words: Words) -> str:
    """What was seen: the incidents of the week first, else what is not noise; then how much was collected."""
    facts = trends.facts
    week = facts.edition.week
    first = " ".join(incident_text(trends, words, incident) for incident in trends.incidents[:INCIDENTS_SHOWN])
    more = len(trends.incidents) - INCIDENTS_SHOWN
    if first:
        change = words("situation_incidents", count=words.number(more)) if more > 0 else words("situation_no_more")
    elif trends.signals:
        names = [change_words(trends, words, signal) for signal in trends.signals]
        changes = words.listed(names[:2]) + (words("signal_more") if len(names) > 2 else "")
        change = words("situation_change", changes=changes)
    elif trends.tested:
        change = words("situation_no_change")
    else:
        change = words("situation_untested")
    seen = words(
        "briefing_situation_text",
        days=words.days(week.first_day, week.last_day),
        posts=words.number(facts.total("posts")),
        coverage=coverage_words(words, facts.coverage),
        change=change,
    )
    return f"{first} {seen}".strip()


def _unseen(facts: Facts, words: Words) -> list[str]:
    gaps = gap_words(facts, words)
    items = gaps[:GAPS_SHOWN]
    if len(gaps) > GAPS_SHOWN:
        items.append(words("more_items", count=words.number(len(gaps) - GAPS_SHOWN)))
    unplanned = [name for name in facts.platforms if facts.coverage_of(name) is None]
    if unplanned:
        named = words.listed([platform_name(words, name) for name in unplanned])
        items.append(words("unseen_unknown", platforms=named))
    if not items:
        key = "unseen_none" if facts.coverage is not None else "declare_plan_unknown"
        items = [words(key)]
    rejects = facts.records()["rejects"]
    if rejects:
        items.append(words("unseen_rejects", count=words.number(rejects)))
    return [*items, change_text(facts, words), quality_sentence(facts, words), words("unseen_always")]


def _follow(trends: Trends, words: Words) -> str:
    """How many items stand at which stage, over all weeks; that nothing is recorded while nobody reviewed."""
    stages = trends.stages
    if not any(count for stage, count in stages.items() if stage != "detected"):
        return words("follow_text", count=words.number(stages.get("detected", 0)))
    counts = [
        words("attention_type", name=words(f"stage_{stage}"), count=words.number(stages.get(stage, 0)))
        for stage in STAGES
    ]
    return words("follow_counts", counts="; ".join(counts))


def _agenda(trends: Trends, words: Words) -> list[str]:
    facts = trends.facts
    edition = facts.edition
    election = edition.election
    today = edition.local.date()
    following = edition.week.shift(1)
    next_release = max(election.release_moment(following), edition.local + timedelta(days=7))
    entries: list[tuple[date, str]] = []
    for phase in election.phases:
        if phase.first_day and today <= phase.first_day <= next_release.date() + timedelta(days=7):
            key = "rally" if phase.is_rally else phase.name
            entries.append((phase.first_day, words(f"phase_start_{key}")))
    if edition.embargoed:
        end = embargo_end(election)
        hour = words.hour(end, election.zone_label)
        entries.append((end.date(), words("agenda_embargo", hour=hour)))
    limits = [item["hand_over_limit"] for item in trends.open_clocks if item["hand_over_limit"] >= today]
    if limits:
        entries.append((min(limits), words("agenda_limit", count=words.number(limits.count(min(limits))))))
    entries.append((next_release.date(), words("agenda_next", week=str(following))))
    return [
        words("agenda_row", when=words.day(day), countdown=words.countdown(election.days_to_vote(day)), what=what)
        for day, what in sorted(entries)[:AGENDA_SHOWN]
    ]
