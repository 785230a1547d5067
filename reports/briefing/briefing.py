"""The briefing: two A4 pages for leadership, totals of the regency, nobody named, nobody ranked.

The first page says what happened, how sure it is, and what to do; the second shows it and what could not be seen. A
week that has little to say is set in larger type; one that has more to say than two pages hold loses items, from the
end of its longest list, and is never set smaller.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import typst

from reports.briefing.key_numbers import interval_note, key_numbers, other_buckets, seen_buckets
from reports.briefing.situation import before_told, certainty_told, situation
from reports.edition import Edition, embargo_end
from reports.figures import volume
from reports.figures.chart import Picture
from reports.figures.charts import pictures
from reports.judging.lights import Judgement, Light
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.reading.weeks import main_bucket
from reports.typeset import compile_pdf
from reports.wording.cards import limit_words
from reports.wording.decisions import Decision, decisions, passed_told
from reports.wording.estimates import estimate_line
from reports.wording.label_quality import quality_sentence
from reports.wording.lights import LIGHTS, light_reasons, light_sentences, light_title
from reports.wording.quantities import part_of
from reports.wording.reissue import reissue_text
from reports.wording.sentences import bucket_words, drafter_words, embargo_mark, embargo_text, gap_words, zero_sentence
from reports.wording.watch_list import is_changed
from reports.wording.words import Words, capitalised, platform_name

LEADING = "leading"  # the one chart of the briefing, which the report has too
TASKS_SHOWN, GAPS_SHOWN, AGENDA_SHOWN = 5, 3, 6
SCALES = (1.2, 1.1, 1.0)  # of the type, the first that two pages hold
TOO_LONG = {  # the template's own assertions, and the lists that are cut for each
    "the first page is too long": "tasks",
    "the second page is too long": "unseen",
}
_TITLES = (
    "briefing_class",
    "briefing_situation",
    "briefing_decide",
    "decide_none",
    "briefing_unseen",
    "briefing_follow",
    "briefing_agenda",
)
_OF_THE_MOMENT = ("briefing_decide", "briefing_agenda")


def briefing(trends: Trends, words: Words, judgement: Judgement, drawn: Sequence[Picture]) -> bytes:
    """The PDF of the briefing, always of two pages. Raises typst.TypstError where even one item a list is too much."""
    data = told(trends, words, judgement)
    data |= {
        "charts": [{"svg": picture.svg, "alt": picture.alt} for picture in drawn],
        "words": _titles(trends.facts.edition, words),
    }
    tasks: list[Decision] = data["tasks"]
    scales = list(SCALES)
    while True:
        more = len(tasks) - len(data["tasks"][:TASKS_SHOWN])
        data |= {
            "tasks": data["tasks"][:TASKS_SHOWN],
            "more_tasks": words("decide_more", count=words.number(more)) if more else "",
            "scale": scales[0],
        }
        try:
            return compile_pdf("briefing/briefing.typ", data, words, trends.facts.edition.local)
        except typst.TypstError as error:
            cut = next((name for text, name in TOO_LONG.items() if text in error.message), None)
            if cut is None or (len(scales) == 1 and len(data[cut]) < 2):
                raise
            if len(scales) > 1:
                del scales[0]
            else:
                data[cut] = data[cut][:-1]


def _titles(edition: Edition, words: Words) -> dict[str, str]:
    """The headings; those of what there is to do name the moment where a later edition was due already."""
    titles = {key: words(key) for key in _TITLES} | {"page_of": words("page_of", page="#", pages="#")}
    if edition.is_late:
        day = words.day(edition.local.date())
        titles |= {key: words("state_on", title=titles[key], day=day) for key in _OF_THE_MOMENT}
    return titles


def told(trends: Trends, words: Words, judgement: Judgement) -> dict[str, Any]:
    """All that the briefing says of a week, by its place; what two pages do not hold is not cut yet."""
    return {
        **_head(trends.facts, words),
        **_first_page(trends, words, judgement),
        "follow": f"{_follow(trends, words)} {estimate_line(trends.facts, words)}",
        "unseen": _unseen(trends, words),
        "agenda": _agenda(trends, words),
        "record": _record(trends.facts, words),
    }


def briefing_pictures(trends: Trends, words: Words, drawn: Sequence[Picture] = ()) -> list[Picture]:
    """The chart of the briefing, of those that are drawn, else all posts over time: totals of the regency only."""
    leading = [picture for picture in drawn if picture.name == LEADING]
    return leading or pictures(trends, words, (volume.TOTAL,))


def _head(facts: Facts, words: Words) -> dict[str, object]:
    """What stands above everything else, and on the edges of the pages."""
    edition = facts.edition
    week, zone = edition.week, edition.election.zone_label
    is_before = edition.days_to_vote >= 0
    return {
        "lang": edition.lang,
        "title": words("briefing_title"),
        "subject": words(
            "briefing_subject" if is_before else "briefing_subject_after",
            regency=edition.election.regency,
            days=words.days(week.first_day, week.last_day),
            election=edition.election_name,
        ),
        "issued": words(
            "briefing_issued",
            number=edition.number,
            day=words.long_day(edition.local.date()),
            hour=words.hour(edition.local, zone),
            countdown=words.countdown(edition.days_to_vote),
        ),
        "office": edition.office,
        "embargo": embargo_mark(edition, words),
        "embargo_text": embargo_text(edition, words),
        "reissue": reissue_text(facts, words),
    }


def _first_page(trends: Trends, words: Words, judgement: Judgement) -> dict[str, object]:
    bucket = main_bucket(trends.facts, trends.facts.edition.week)
    days = words.days(bucket.first_day, bucket.last_day)
    return {
        "situation": situation(trends, words),
        "certainty": certainty_told(trends, words),
        "before": before_told(trends, words),
        "lights": [
            {
                "level": light.level,
                "title": light_title(trends, words, name, light.level),
                "reasons": _light_told(trends, words, name, _main_reason(light)),
            }
            for name, light in zip(LIGHTS, judgement, strict=True)
        ],
        "figures_title": words("briefing_figures", phase=words(f"phase_{bucket.phase}"), days=days),
        "figures": key_numbers(trends, words),
        "figures_more": other_buckets(trends, words),
        "figures_note": interval_note(trends, words),
        "task_columns": [words(f"decide_{name}") for name in Decision._fields],
        "tasks": decisions(trends, words),
        "passed": passed_told(trends, words),
    }


def _light_told(trends: Trends, words: Words, name: str, light: Light) -> str:
    """Why a light is what it is; how the content of other parts was judged, its title says, and a task what to do."""
    if name == "content":
        return f"{capitalised(light_reasons(trends, words, light))}."
    return light_sentences(trends, words, name, light)


def _main_reason(light: Light) -> Light:
    """The light with its first reason, which gave it its colour."""
    return light._replace(reasons=light.reasons[:1])


def _unseen(trends: Trends, words: Words) -> list[str]:
    facts = trends.facts
    gaps = gap_words(facts, words)
    items = [f"{gap}." for gap in gaps[:GAPS_SHOWN]]
    if len(gaps) > GAPS_SHOWN:
        items.append(words("unseen_gaps", count=words.number(len(gaps) - GAPS_SHOWN)))
    unplanned = [name for name in facts.platforms if facts.coverage_of(name) is None]
    if unplanned:
        named = words.listed([platform_name(words, name) for name in unplanned])
        items.append(words("unseen_unknown", platforms=named))
    if not items:
        items = [words("unseen_none" if facts.coverage is not None else "unseen_plan")]
    if is_changed(facts):
        items.append(words("unseen_watch"))
    return [*items, *_zeros(trends, words), quality_sentence(facts, words), words("unseen_always")]


def _zeros(trends: Trends, words: Words) -> list[str]:
    """That nothing was detected in a bucket, never as an absence (method §2)."""
    rows = [(bucket, trends.facts.measure(bucket)) for bucket in seen_buckets(trends)]
    return [
        words(
            "sentence_zero", zero=zero_sentence(words, row["labelled"], row["coverage"]), **bucket_words(words, bucket)
        )
        for bucket, row in rows
        if row and row["posts"] and row["labelled"] and not row["detected"]
    ]


def _follow(trends: Trends, words: Words) -> str:
    """How far the posts of the review list came, over all weeks; that nothing is recorded while nobody reviewed.

    What was handed over counts as confirmed too, and what was decided as handed over.
    """
    day = words.day(trends.facts.edition.local.date())
    if not trends.is_reviewed:
        return words("follow_text", day=day, count=words.number(len(trends.open_items)))
    reached = trends.reached()
    counts = {stage: words.number(count) for stage, count in reached.items()}
    said = words("follow_counts", day=day, confirmed=_confirmed(words, reached), **counts)
    return said + _cases(trends, words)


def _confirmed(words: Words, reached: Mapping[str, int]) -> str:
    """How many posts two people confirmed, and how many of these were handed over and decided."""
    if not reached["indicated"]:
        return words("follow_none_indicated")
    indicated, referred, decided = (reached[stage] for stage in ("indicated", "referred", "decided"))
    parts = [
        words("follow_indicated", count=words.number(indicated)),
        words(f"follow_referred_{part_of(referred, indicated)}", count=words.number(referred)),
    ]
    if referred:
        parts.append(words(f"follow_decided_{part_of(decided, referred)}", count=words.number(decided)))
    return "; ".join(parts)


def _cases(trends: Trends, words: Words) -> str:
    """How many cases the desk has opened, and how far they came; nothing while there is none."""
    names = ("cases", "referred", "answered", "decided", "violations")
    counts = {name: sum(int(row[name]) for row in trends.weekly_cases) for name in names}
    return (
        " " + words("follow_cases", **{name: words.number(each) for name, each in counts.items()})
        if counts["cases"]
        else ""
    )


def _agenda(trends: Trends, words: Words) -> list[tuple[str, str]]:
    edition = trends.facts.edition
    election = edition.election
    today, last = edition.local.date(), trends.next_release + timedelta(days=7)
    entries: list[tuple[date, str]] = []
    for phase in election.phases:
        if phase.first_day and today <= phase.first_day <= min(last, election.voting_day):
            entries.append((phase.first_day, words(f"phase_start_{'rally' if phase.is_rally else phase.name}")))
    if edition.embargoed:
        end = embargo_end(election)
        entries.append((end.date(), words("agenda_embargo", hour=words.hour(end, election.zone_label))))
    limits = [item["hand_over_limit"] for item in trends.due]
    if limits:
        first = limits.count(min(limits))
        key = "agenda_limit" if first == len(limits) else "agenda_limit_first"
        told = words(key, count=words.number(first), due=words.number(len(limits)))
        entries.append((min(limits), told))
    key = "agenda_next_today" if trends.next_release == today else "agenda_next"
    hour = words.hour(edition.next_release, election.zone_label)
    entries.append((trends.next_release, words(key, week=str(edition.next_week), hour=hour)))
    days = sorted({day for day, _ in entries})[:AGENDA_SHOWN]
    return [(limit_words(trends, words, day), ". ".join(what for at, what in entries if at == day)) for day in days]


def _record(facts: Facts, words: Words) -> list[str]:
    """What the record asks of the document, in small print: drafter, basis, classification."""
    edition = facts.edition
    until = facts.restated_until
    restated = words("briefing_restated", moment=words.moment(until, edition.election.zone_label)) if until else ""
    return [
        words("record_line", name=words(f"briefing_{name}"), text=text)
        for name, text in (
            ("drafter", drafter_words(edition, words, restated)),
            ("basis", words("briefing_basis_value", election=edition.election_name)),
            ("classification", words("briefing_classification_value")),
        )
    ]
