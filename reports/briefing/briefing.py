"""The briefing: two A4 pages for leadership, totals of the regency, nobody named, nobody ranked."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import typst

from flows.periods import Bucket
from reports.disclosure import shielded
from reports.edition import embargo_end
from reports.facts import Facts, Row
from reports.level import Judgement
from reports.sentences import (
    MINIMUM_POSTS,
    coverage_words,
    gap_words,
    level_reasons,
    level_rule,
    level_words,
    per_day,
    zero_sentence,
)
from reports.style import Chart
from reports.tables import bucket_name, record_sums
from reports.typeset import compile_pdf
from reports.words import DASH, Words, platform_name

TYPES_SHOWN, GAPS_SHOWN, AGENDA_SHOWN = 3, 4, 6
CHART_WIDTHS = (100, 85, 70, 55)  # per cent of the text width
TOO_LONG = "the briefing must have two pages"  # the template's own assertion
_TITLES = (
    "briefing_class",
    "briefing_situation",
    "level_title",
    "briefing_figures",
    "briefing_attention",
    "briefing_unseen",
    "briefing_follow",
    "follow_text",
    "briefing_agenda",
)


def briefing(facts: Facts, words: Words, judgement: Judgement, charts: Sequence[Chart]) -> bytes:
    """The PDF of the briefing; always two pages: where a week needs many words the charts become smaller."""
    edition = facts.edition
    election, zone = edition.election, edition.election.zone_label
    embargo = embargo_text = ""
    if edition.embargoed:
        end = embargo_end(election)
        embargo = words("embargo_mark", moment=words.moment(end, zone))
        embargo_text = words("embargo_text", hour=words.moment(end, zone).rsplit(", ", 1)[1])
    left = election.days_to_vote(edition.week.last_day)
    name = election.name_id if edition.lang == "id" else election.name_en
    subject = words(
        "briefing_subject" if left >= 0 else "briefing_subject_after",
        regency=election.regency,
        election=name,
        week=str(edition.week),
    )
    reasons = level_reasons(words, judgement)
    data = {
        "lang": edition.lang,
        "title": words("briefing_title"),
        "subject": subject,
        "office": edition.office,
        "number": edition.number,
        "embargo": embargo,
        "embargo_text": embargo_text,
        "facts": _letterhead(facts, words, name),
        "level": judgement.level,
        "level_words": level_words(words, judgement.level),
        "situation": _situation(facts, words),
        "reason": f"{reasons[:1].upper()}{reasons[1:]}.",
        "rule": level_rule(facts, words),
        "figure_columns": [words("briefing_figure"), *(bucket_name(words, bucket) for bucket in facts.buckets)],
        "figure_rows": _figures(facts, words),
        "figures_note": words("briefing_figures_note", floor=words.percent(edition.coverage_floor)),
        "charts": [{"svg": chart.svg, "alt": chart.alt} for chart in charts],
        "attention": _attention(facts, words),
        "unseen": _unseen(facts, words),
        "agenda": _agenda(facts, words),
        "words": {key: words(key) for key in _TITLES} | {"page_of": words("page_of", page="#", pages="#")},
    }
    for width in CHART_WIDTHS[:-1]:
        try:
            return compile_pdf("briefing/briefing.typ", {**data, "chart_width": width}, words, edition.local)
        except typst.TypstError as error:
            if TOO_LONG not in error.message:
                raise
    return compile_pdf("briefing/briefing.typ", {**data, "chart_width": CHART_WIDTHS[-1]}, words, edition.local)


def _letterhead(facts: Facts, words: Words, election: str) -> list[tuple[str, str]]:
    edition = facts.edition
    week = edition.week
    drafter = words(
        "briefing_drafter_value", office=edition.office, code=edition.code_version, publication=edition.publication
    )
    released = (
        words.long_day(edition.local.date())
        + ", "
        + words.moment(edition.local, edition.election.zone_label).rsplit(", ", 1)[1]
    )
    left = edition.election.days_to_vote(week.last_day)
    window = f"{words.days(week.first_day, week.last_day)} ({words.countdown(left)})"
    return [
        (words("briefing_number"), edition.number),
        (words("briefing_date"), released),
        (words("briefing_window"), window),
        (words("briefing_drafter"), drafter),
        (words("briefing_basis"), words("briefing_basis_value", election=election)),
        (words("briefing_classification"), words("briefing_classification_value")),
    ]


def _situation(facts: Facts, words: Words) -> str:
    detected = words("briefing_detected_none")
    if facts.total("labelled") == 0:
        detected = words("briefing_detected_unknown")
    elif facts.total("detected"):
        detected = words("briefing_detected_some", detected=words.number(facts.total("detected")))
    week = facts.edition.week
    return words(
        "briefing_situation_text",
        days=words.days(week.first_day, week.last_day),
        posts=words.number(facts.total("posts")),
        coverage=coverage_words(words, facts.coverage),
        detected=detected,
    )


Cell = Callable[[Row | None, Words], tuple[str, str]]


def _posts(row: Row | None, words: Words) -> tuple[str, str]:
    if row is None or row["posts"] is None:
        return DASH, ""
    return words.number(row["posts"]), words("briefing_per_day", value=words.decimal(per_day(row)))


def _authors(row: Row | None, words: Words) -> tuple[str, str]:
    return (DASH if row is None else words.number(row["authors"])), ""


def _net(row: Row | None, words: Words) -> tuple[str, str]:
    if row is None or row["net_sentiment"] is None or row["net_low"] is None:
        is_small = row is not None and row["labelled"] is not None and row["labelled"] < MINIMUM_POSTS
        return DASH, words("net_below") if is_small else ""
    interval = words.interval(row["net_low"] * 100, row["net_high"] * 100, signed=True)
    return words.decimal(row["net_sentiment"] * 100, signed=True), words("interval_95", interval=interval)


def _detected(row: Row | None, words: Words) -> tuple[str, str]:
    if row is None or row["detected"] is None:
        return DASH, ""
    if not row["labelled"]:
        return DASH, zero_sentence(words, 0, row["coverage"])
    if not row["detected"]:
        return "0", zero_sentence(words, int(row["labelled"] or 0), row["coverage"])
    interval = words.interval(row["per_1000_low"], row["per_1000_high"])
    return words.number(row["detected"]), words(
        "briefing_rate", value=words.decimal(row["per_1000"]), interval=interval
    )


_FIGURES: tuple[tuple[str, Cell], ...] = (
    ("briefing_figure_posts", _posts),
    ("briefing_figure_authors", _authors),
    ("briefing_figure_net", _net),
    ("briefing_figure_detected", _detected),
)


def _figures(facts: Facts, words: Words) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for key, cell in _FIGURES:
        cells = []
        for bucket in facts.buckets:
            value, more = cell(facts.measure(bucket), words)
            cells.append({"value": value, "more": more, "before": _before(facts, words, bucket, cell)})
        rows.append({"name": words(key), "cells": cells})
    return rows


def _before(facts: Facts, words: Words, bucket: Bucket, cell: Cell) -> str:
    earlier = facts.previous(bucket)
    if earlier is None:
        return words("briefing_no_before")
    row = facts.measure(earlier)
    value, more = cell(row, words)
    if cell is _detected and row is not None and not row["detected"]:
        more = ""
    return words("briefing_before", value=f"{value} · {more}" if more else value)


def _attention(facts: Facts, words: Words) -> list[str]:
    items = []
    detected = facts.total("detected")
    if detected:
        items.append(words("attention_review", count=words.number(detected)))
        types = [
            words("attention_type", name=facts.label("indications", code), count=words.number(total))
            for code, counts in facts.detected_by_indication[:TYPES_SHOWN]
            if (total := sum(count or 0 for count in counts))
        ]
        if types:
            items.append(words("attention_types", types="; ".join(types)))
        platforms = _by_platform(facts, words)
        note = words("suppression_note") if "<" in platforms else ""
        items.append(words("attention_platforms", platforms=platforms, note=note).rstrip())
    low = [name for name in facts.platforms if any(gap.platform == name for gap in facts.gaps)]
    planned = [name for name in low if facts.coverage_of(name) is not None]
    if planned:
        named = words.listed([platform_name(words, name) for name in planned])
        items.append(words("attention_gaps", platforms=named))
    if facts.coverage is None:
        items.append(words("attention_plan"))
    if facts.warnings:
        items.append(words("attention_checks", count=words.number(len(facts.warnings))))
    return items or [words("attention_none")]


def _by_platform(facts: Facts, words: Words) -> str:
    counts = []
    for name in facts.platforms:
        rows = [facts.measure(bucket, name) for bucket in facts.buckets]
        counts.append(sum(int(row["detected"] or 0) for row in rows if row))
    texts = shielded(counts, words)
    pairs = zip(facts.platforms, texts, strict=True)
    return "; ".join(words("attention_type", name=platform_name(words, name), count=text) for name, text in pairs)


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
    rejects = record_sums(facts)["rejects"]
    if rejects:
        items.append(words("unseen_rejects", count=words.number(rejects)))
    return [*items, words("unseen_always")]


def _agenda(facts: Facts, words: Words) -> list[str]:
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
        hour = words.moment(end, election.zone_label).rsplit(", ", 1)[1]
        entries.append((end.date(), words("agenda_embargo", hour=hour)))
    if facts.total("detected"):
        entries.append((today + timedelta(days=6), words("agenda_review")))
    entries.append((next_release.date(), words("agenda_next", week=str(following))))
    return [
        words("agenda_row", when=words.day(day), countdown=words.countdown(election.days_to_vote(day)), what=what)
        for day, what in sorted(entries)[:AGENDA_SHOWN]
    ]
