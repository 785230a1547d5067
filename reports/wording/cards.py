"""Incidents as cards: what happened, how sure, how far it spread, who does what by when; what became of the last."""

from dataclasses import dataclass
from datetime import date

from reports.judging.certainty import WORDS, certainty
from reports.reading.facts import Row
from reports.reading.incidents import Incident
from reports.reading.outcomes import Trends
from reports.wording.became import became
from reports.wording.decisions import receivers
from reports.wording.incidents import (
    beside_words,
    event_words,
    incident_lead,
    incident_name,
    matter_name,
    place_words,
    platforms_words,
)
from reports.wording.quantities import amount
from reports.wording.sentences import q_words
from reports.wording.words import Words, capitalised, clipped

CARDS_SHOWN = 5
TEXT_SHOWN = 160  # characters of a copied text


@dataclass(frozen=True)
class Card:
    """One incident: its name and number, how it stands, how much it is, and what else is said of it by name."""

    key: str
    name: str
    number: str
    status: str
    status_words: str
    amount: str
    lines: list[tuple[str, str]]
    test: str
    group: str


def cards(trends: Trends, words: Words) -> list[Card]:
    """The incidents of the week that the situation shows, the most important first."""
    return [_card(trends, words, incident) for incident in trends.incidents[:CARDS_SHOWN]]


def _card(trends: Trends, words: Words, incident: Incident) -> Card:
    row = incident.row
    rule = certainty(trends, incident)
    sure = words("card_certainty", word=words(f"certainty_{rule.word}"), why=words(f"certainty_why_{rule.reason}"))
    online = words("card_online_value", online=words.number(row["online"]), posts=words.number(row["posts"]))
    now = trends.known_now(incident)
    if now is not None and now != row["posts"]:
        online = words("card_known_now", online=online, count=words.number(now))
    lines = [("certainty", sure), ("card_spread", _spread(trends, words, row)), ("card_online", online)]
    if said := copied_text(trends, row):
        lines.append(("card_text", said))
    elif row["driving_words"]:
        lines.append(("card_words", ", ".join(row["driving_words"])))
    if row["stage"] or not trends.facts.edition.is_late:  # what was to be done about anything else is past
        lines.append(("card_next", next_step(trends, words, incident)))
    return Card(
        key=incident.key,
        name=capitalised(incident_name(trends, words, incident)),
        number=words("card_number", incident=row["incident"]),
        status=row["status"],
        status_words=words(f"card_status_{row['status']}"),
        amount=_amount(trends, words, incident),
        lines=[(words(name), text) for name, text in lines],
        test=test_line(words, row),
        group="detected" if row["stage"] else "",
    )


def _amount(trends: Trends, words: Words, incident: Incident) -> str:
    """How much it is: of a class or topic the count against what is usual, of anything else its sentence."""
    if incident.row["expected"] is None:
        return incident_lead(trends, words, incident)
    told = f"{amount(words, incident.row)}{place_words(words, incident.row)}{event_words(words, incident.row)}."
    return " ".join([told, *beside_words(trends, words, incident)])


def copied_text(trends: Trends, row: Row, shown: int | None = None) -> str:
    """The masked text of a copy cluster: the most copied one on its platforms that holds the words that drive it.

    As much as a card holds, or its first `shown` words.
    """
    if row["kind"] != "copies" or not row["driving_words"]:
        return ""
    texts = (
        " ".join(each["text"].split())
        for each in trends.copied
        if set(row["platforms"]) & set(each["platforms"])
        and all(word in each["text"].lower() for word in row["driving_words"])
    )
    text = next(texts, "")
    first = " ".join(text.split()[:shown])
    text = clipped(text, TEXT_SHOWN) if len(first) == len(text) else f"{first.rstrip(',;:.')} …"
    return f"“{text}”" if text else ""


def _spread(trends: Trends, words: Words, row: Row) -> str:
    parts = [
        words("card_spread_value", accounts=words.number(row["accounts"]), platforms=platforms_words(words, row)),
        words("card_district", district=trends.facts.label("places", row["district"])) if row["district"] else "",
        words("card_views", views=words.number(row["views"])) if row["views"] else "",
    ]
    return "; ".join(filter(None, parts))


def next_step(trends: Trends, words: Words, incident: Incident) -> str:
    """Who does what next, and by when."""
    row = incident.row
    limit = _limit(trends, incident)
    return words(
        f"next_{_step(row)}",
        office=trends.facts.edition.election.office_short,
        receivers=receivers(trends, words, [incident.subject]),
        limit=limit_words(trends, words, limit or trends.next_release),
        release=limit_words(trends, words, trends.next_release),
    )


def _step(row: Row) -> str:
    if row["stage"]:
        return str(row["stage"])
    if row["status"] == "explained":
        return "explained"
    if row["kind"] == "copies":
        return "copies"
    return "less" if row["direction"] == "down" else "signal"


def _limit(trends: Trends, incident: Incident) -> date | None:
    """The first internal limit of its posts that is not passed."""
    today = trends.facts.edition.local.date()
    items = trends.items_of(incident.row)
    limits: list[date | None] = items.filter(items["is_open"])["hand_over_limit"].to_list()
    return min((limit for limit in limits if limit and limit >= today), default=None)


def limit_words(trends: Trends, words: Words, day: date) -> str:
    """`5 Februari 2024 (H-9)`."""
    left = trends.facts.edition.election.days_to_vote(day)
    return words("limit_day", day=words.day(day), countdown=words.countdown(left))


def test_line(words: Words, row: Row) -> str:
    """The test behind an incident: what was observed and expected, how sure, against what."""
    if row["expected"] is None:
        return words("test_copies" if row["kind"] == "copies" else "test_case", accounts=words.number(row["accounts"]))
    return words(
        "test_line",
        observed=words.number(row["observed"]),
        expected=words.decimal(row["expected"]),
        q=q_words(words, row["q"]),
        baseline=words("test_baseline_weak" if row["is_weak"] else "test_baseline"),
    )


def certainty_rules(words: Words) -> list[str]:
    """What each of the four words means."""
    return [words(f"certainty_rule_{word}") for word in WORDS]


def before(trends: Trends, words: Words) -> list[str]:
    """The incidents that last week's situation showed, each with what became of it."""
    return [
        words(
            "before_item",
            name=capitalised(matter_name(trends, words, row)),
            place=place_words(words, row, "before_place"),
            incident=row["incident"],
            amount=amount(words, row),
            became=f"{became(trends, words, row)}.",
        )
        for row in trends.incidents_before[:CARDS_SHOWN]
    ]


def review_due(trends: Trends, words: Words) -> str:
    """How many posts are due by the next edition, how many limits have passed, and where all of them are listed."""
    edition = trends.facts.edition
    release = limit_words(trends, words, trends.next_release)
    texts = [words("situation_due_none", release=release)]
    if trends.due:
        texts = [words("situation_due_value", release=release, count=words.number(len(trends.due)))]
    if votes := [item["act_by"] for item in trends.due if trends.is_before_vote(item)]:
        texts.append(words("situation_due_vote", count=words.number(len(votes)), day=words.day(min(votes))))
    if trends.overdue:
        texts.append(words("situation_due_passed", overdue=words.number(len(trends.overdue))))
    if trends.open_items:
        texts.append(words("situation_due_file", file=edition.backlog))
    return words("situation_due_moment", day=words.day(edition.local.date()), due=" ".join(texts))
