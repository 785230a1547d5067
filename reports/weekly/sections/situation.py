"""The situation: one headline, the two lights, the incidents as cards, last week's, what waits, what was not seen."""

from dataclasses import dataclass

from reports.reading.outcomes import Trends
from reports.weekly.blocks import Block
from reports.weekly.section import Report, Section
from reports.wording.cards import CARDS_SHOWN, Card, before, cards, review_due
from reports.wording.lights import bucket_lights, lights_said
from reports.wording.sentences import gap_words
from reports.wording.words import Words

GAPS_SHOWN = 2
TITLES = {
    "incidents": "incidents_title",
    "none": "incidents_none",
    "untested": "incidents_untested",
    "before": "before",
    "before_none": "before_none",
    "due": "due",
    "unseen": "unseen",
}


@dataclass(frozen=True)
class Situation(Block):
    """What a reader must know in a minute. `shown` are the groups of posts that a card can lead to."""

    headline: str
    lights: list[dict[str, str]]
    buckets: list[str]
    cards: list[Card]
    more: str
    before: list[str]
    due: str
    unseen: list[str]
    shown: list[str]
    titles: dict[str, str]


def blocks(report: Report) -> list[Block]:
    """The one block of the section."""
    trends, words = report.trends, report.words
    others = len(trends.incidents) - CARDS_SHOWN
    opened = sum(each.is_open for each in trends.incidents[1:])
    first = report.statements[0]
    headline = [first.lead or first.text, *([words("situation_also", count=words.number(opened))] if opened else [])]
    titles = {name: words(f"situation_{key}") for name, key in TITLES.items()}
    if report.judgement.content.level == "grey":
        titles["none"] = titles["untested"]
    return [
        Situation(
            headline=" ".join(headline),
            lights=lights_said(trends, words, report.judgement),
            buckets=bucket_lights(trends, words),
            cards=cards(trends, words),
            more=words("situation_incidents_more", count=words.number(others)) if others > 0 else "",
            before=before(trends, words),
            due=review_due(trends, words),
            unseen=unseen(trends, words),
            shown=[group.key for group in report.groups],
            titles=titles,
        )
    ]


def unseen(trends: Trends, words: Words) -> list[str]:
    """The first gaps of the week and how many there are besides, or that there was none."""
    gaps = gap_words(trends.facts, words)
    if not gaps:
        return [words("unseen_none")] if trends.facts.coverage is not None else [words("declare_plan_unknown")]
    more = len(gaps) - GAPS_SHOWN
    return [*gaps[:GAPS_SHOWN], *([words("gaps_more", count=words.number(more))] if more > 0 else [])]


SECTION = Section("situation", blocks)
