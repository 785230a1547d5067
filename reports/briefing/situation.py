"""The situation of a week in at most sixty words, and how sure each part of it is: what leadership reads first."""

from collections import Counter
from collections.abc import Iterator

from reports.judging.certainty import CONFIRMED, certainty
from reports.judging.certainty import WORDS as CERTAINTIES
from reports.judging.lights import judge
from reports.reading.incidents import Incident
from reports.reading.outcomes import Trends
from reports.wording.became import became
from reports.wording.cards import copied_text
from reports.wording.incidents import incident_name, matter_name, place_words, platforms_words
from reports.wording.quantities import counted, usual
from reports.wording.sentences import class_counts, coverage_words
from reports.wording.statements import reason_counts
from reports.wording.words import Words, capitalised, platform_name

MOST_WORDS, CLASSES_SHOWN = 60, 3
WORDS_QUOTED, DRIVING_SHOWN, BEFORE_SHOWN = 9, 3, 3  # of a copied text, driving words, incidents of last week


def situation(trends: Trends, words: Words) -> str:
    """The sentences that fit, the most important first; how much was collected always stands last."""
    named = trends.incidents
    sentences = [_short(trends, words, incident) for incident in named] or [_nothing(trends, words)]
    sentences += [*_gap(trends, words), *_listed(trends, words)]
    last = words(
        "brief_volume",
        posts=words.number(trends.facts.total("posts")),
        coverage=coverage_words(words, trends.facts.coverage),
    )
    shown: list[str] = []
    for sentence in sentences:
        told = " ".join([*shown, sentence, last, words("brief_more", count=words.number(len(named)))])
        if shown and len(told.split()) > MOST_WORDS:
            break
        shown.append(sentence)
    left = len(named) - min(len(shown), len(named))
    more = [words("brief_more", count=words.number(left))] if left else []
    return " ".join([*shown, *more, last])


def _short(trends: Trends, words: Words, incident: Incident) -> str:
    row = incident.row
    if said := copied_text(trends, row, WORDS_QUOTED):
        return words(
            "brief_copies_text",
            accounts=words.number(row["accounts"]),
            platforms=platforms_words(words, row),
            text=said,
        )
    return words(
        f"brief_{incident.kind}",
        name=incident_name(trends, words, incident),
        direction=words(f"direction_{row['direction']}"),
        posts=words.number(row["posts"]),
        counted=counted(words, row),
        gone=_gone(words, incident),
        accounts=words.number(row["accounts"]),
        platforms=platforms_words(words, row),
        usual=usual(words, row["expected"]),
        event=words("brief_event", event=row[f"event_{words.lang}"]) if row["event_day"] else "",
        weak=words("incident_weak") if row["is_weak"] else "",
        place=place_words(words, row),
        beside=f"{_confirmed(trends, words, incident)}{_beside(trends, words, incident)}",
        driven=_driven(words, incident),
    )


def _confirmed(trends: Trends, words: Words, incident: Incident) -> str:
    """How many posts of a class two coders found to be what they were flagged as."""
    if incident.row["stage"] not in CONFIRMED:
        return ""
    items = trends.items_of(incident.row)
    count = items.filter(items["code"] == incident.subject).height
    return words("brief_confirmed", count=words.number(count)) if count else ""


def _beside(trends: Trends, words: Words, incident: Incident) -> str:
    """What the tests say of all platforms together, beside a finding of a single one (method §9)."""
    together = trends.beside(incident)
    if together is None:
        return ""
    return words("brief_beside" if together["reason"] is None else "brief_beside_untested")


def _driven(words: Words, incident: Incident) -> str:
    """The words that say what a topic rose with, where no known event does."""
    named = incident.row["driving_words"] or []
    if incident.row["stage"] or not incident.is_open or not named:
        return ""
    return words("brief_words", words=", ".join(named[:DRIVING_SHOWN]))


def _gone(words: Words, incident: Incident) -> str:
    """How many of the posts of an incident are deleted since: the review list holds those that live."""
    gone = incident.row["posts"] - incident.row["online"] if incident.row["stage"] else 0
    return words("brief_gone", count=words.number(gone)) if gone > 0 else ""


def _nothing(trends: Trends, words: Words) -> str:
    if trends.tested:
        return words("brief_nothing", tests=words.number(trends.tested))
    if trends.counted:
        return words("brief_no_flag", tests=words.number(trends.counted))
    return words("brief_untested", reason=words.listed(reason_counts(trends, words, 1)) or words("signal_reason_none"))


def _gap(trends: Trends, words: Words) -> Iterator[str]:
    """The longest gap of a week whose collection is not green."""
    gaps = trends.facts.gaps
    if gaps and judge(trends).collection.level in ("amber", "red"):
        gap = max(gaps, key=lambda each: (each.last_day - each.first_day).days)
        same = [platform_name(words, each.platform) for each in gaps if each[1:] == gap[1:]]
        yield words("brief_gap", platform=words.listed(same), days=words.days(gap.first_day, gap.last_day))


def _listed(trends: Trends, words: Words) -> Iterator[str]:
    """What is on the review list where no incident says it; always the classes that exist in one phase only."""
    facts = trends.facts
    if not trends.incidents:
        counts: Counter[str] = sum((Counter(facts.detected_in(each)) for each in facts.buckets), Counter())
        if counts:
            total = facts.total("detected")
            classes = class_counts(facts, words, counts.most_common(), CLASSES_SHOWN, total)
            yield words("brief_list", count=words.number(total), classes=classes)
        return
    for code, phase in facts.only_in_phase.items():
        count = sum(facts.detected_in(bucket)[code] for bucket in facts.buckets if bucket.phase == phase)
        if count:
            yield words("brief_phase_only", count=words.number(count), name=facts.label("indications", code))


def certainty_told(trends: Trends, words: Words) -> str:
    """`Seberapa pasti – cukup: Politik uang; kuat: Topik Kampanye.`; empty where the week names no incident."""
    groups: dict[str, list[str]] = {word: [] for word in CERTAINTIES}
    for incident in trends.incidents:
        name, word = incident_name(trends, words, incident), certainty(trends, incident).word
        groups[word] += [] if name in groups[word] else [name]
    texts = [
        words("certainty_of", certainty=words(f"certainty_{name}"), names=words.listed(names))
        for name, names in groups.items()
        if names
    ]
    return words("certainty_told", texts="; ".join(texts)) if texts else ""


def before_told(trends: Trends, words: Words) -> str:
    """What became of the incidents of last week that no event explained; empty where there were none."""
    texts = [
        words("brief_before", name=capitalised(matter_name(trends, words, row)), became=became(trends, words, row))
        for row in trends.incidents_before
        if row["status"] == "open"
    ]
    texts = list(dict.fromkeys(texts))[:BEFORE_SHOWN]
    return " ".join([words("brief_before_title"), *texts]) if texts else ""
