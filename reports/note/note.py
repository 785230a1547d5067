"""The note of one day of the quiet period or of voting day: one A4 page, counts only (method §6).

Nothing is compared: these phases have no baseline, and a day is shorter than any bucket that may be tested. Regency
totals are printed as they are, zero included; cells crossed with a platform follow the disclosure rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from flows.periods import RELEASE_HOUR
from reports.edition import Edition, Tables, embargo_end
from reports.reading.contract import NOTE_CONTRACT, accepted
from reports.reading.facts import PLATFORMS, Facts
from reports.reading.outcomes import Trends
from reports.typeset import compile_pdf
from reports.wording.counts import shielded
from reports.wording.decisions import receivers
from reports.wording.label_quality import quality_sentence
from reports.wording.reviewing import stage_words
from reports.wording.sentences import (
    coverage_words,
    drafter_words,
    embargo_mark,
    embargo_text,
    gap_texts,
    zero_sentence,
)
from reports.wording.words import Words, platform_name

GAPS_SHOWN, CLASSES_SHOWN, DAYS_SHOWN = 4, 12, 5
NAME = "note.pdf"
_HEADS = ("note_day", "column_posts", "column_coverage", "column_labelled", "column_detected")


@dataclass(frozen=True)
class Day:
    """The counts of one day on one platform (`all`: together) and the share of its plan that was collected."""

    day: date
    platform: str
    posts: int
    labelled: int
    detected: int
    reviewed: int
    coverage: float | None


def _platforms(tables: Tables) -> list[str]:
    seen = set(tables["core.coverage"]["platform"]) | set(tables["day_counts"]["platform"])
    return [name for name in PLATFORMS if name in seen]


_COUNTED = ("posts", "labelled", "detected", "reviewed")


def days_of(tables: Tables, facts: Facts, until: date) -> list[Day]:
    """Every day of the phases that have a note up to one, each platform and all of them, from the given counts."""
    election = facts.edition.election
    first = min(phase.first_day for phase in election.phases if phase.has_note and phase.first_day)
    frame = tables["day_counts"]
    days = []
    day = first
    while day <= until:
        part = frame.filter(pl.col("day") == day)
        for name in ("all", *_platforms(tables)):
            rows = part if name == "all" else part.filter(pl.col("platform") == name)
            posts, labelled, detected, reviewed = (int(rows[column].sum()) for column in _COUNTED)
            days.append(Day(day, name, posts, labelled, detected, reviewed, _coverage(facts, part, name, day)))
        day += timedelta(days=1)
    return days


def _coverage(facts: Facts, counts: pl.DataFrame, name: str, day: date) -> float | None:
    """Of all platforms it is unknown where posts of any came without a plan."""
    brought = [name] if name != "all" else counts.filter(pl.col("posts") > 0)["platform"].to_list()
    if any(facts.collected(each, day, day).coverage is None for each in brought):
        return None
    return facts.collected(name, day, day).coverage


def note(edition: Edition, day: date, source_tables: Tables) -> tuple[bytes, tuple[str, str, str], dict[str, object]]:
    """The PDF of a day's note, the three lines of its notice, and its numbers.

    Raises TableRefusedError when a table does not keep the contract, typst.TypstError when it needs a second page.
    """
    tables = {name: accepted(name, source_tables, wanted) for name, wanted in NOTE_CONTRACT.items()}
    words = Words(edition.lang)
    facts = Facts(edition, tables)
    days = days_of(tables, facts, day)
    now = next(each for each in days if (each.day, each.platform) == (day, "all"))
    classes = tables["day_indications"].filter(pl.col("day") == day).sort(["posts", "code"], descending=[True, False])
    situation = _situation(words, now, facts)
    data = {
        **_head(edition, words, day),
        **_counts(words, days, day),
        "situation": situation,
        "compared": words("note_not_compared"),
        "class_heads": [words("column_indication"), words("column_detected")],
        "classes": [
            [facts.label("indications", row["code"]), words.number(row["posts"])]
            for row in classes.head(CLASSES_SHOWN).iter_rows(named=True)
        ],
        "decide": _decide(Trends(facts), words, classes["code"].to_list()),
        "unseen": _unseen(facts, words, day),
        "next": _next(edition, words, day),
        "words": {key: words(key) for key in _TITLES},
    }
    pdf = compile_pdf("note/note.typ", data, words, edition.local)
    return pdf, _notice(edition, words, day, situation), _numbers(edition, days, classes)


def _notice(edition: Edition, words: Words, day: date, situation: str) -> tuple[str, str, str]:
    left = words.countdown(edition.election.days_to_vote(day))
    first = words("note_notice", day=words.day(day), left=left)
    if mark := embargo_mark(edition, words):
        first = f"{mark}. {first}"
    return first, situation, words("note_not_compared")


def _head(edition: Edition, words: Words, day: date) -> dict[str, object]:
    """What stands above everything else, and on the edges of the page."""
    election = edition.election
    left = words.countdown(election.days_to_vote(day))
    phase = words(f"phase_{election.phase_of(day).name}")
    number = f"RONDA/{election.regency_code}/{day}/{edition.publication}"
    return {
        "lang": edition.lang,
        "title": words("note_title"),
        "subject": words("note_subject", regency=election.regency, day=words.long_day(day), left=left, phase=phase),
        "office": edition.office,
        "number": number,
        "embargo": embargo_mark(edition, words),
        "embargo_text": embargo_text(edition, words),
        "facts": _letterhead(edition, words, day, number),
    }


def _counts(words: Words, days: Sequence[Day], day: date) -> dict[str, object]:
    """The day by platform, and the last days over all platforms."""
    totals = [each for each in days if each.platform == "all"]
    return {
        "heads": [words(key) for key in _HEADS],
        "platforms": _rows(words, [each for each in days if each.day == day]),
        "days": [_row(words, words.short_day(each.day), each) for each in totals[-DAYS_SHOWN:]],
    }


_TITLES = (
    "briefing_class",
    "briefing_situation",
    "briefing_decide",
    "briefing_unseen",
    "note_by_platform",
    "note_by_day",
    "note_classes",
    "note_no_class",
    "note_next",
    "unreviewed_note",
)


def _letterhead(edition: Edition, words: Words, day: date, number: str) -> list[tuple[str, str]]:
    election = edition.election
    return [
        (words("briefing_number"), number),
        (words("briefing_date"), words.moment(edition.local, election.zone_label)),
        (words("briefing_window"), words("note_window", day=words.long_day(day), zone=election.zone_label)),
        (words("briefing_drafter"), drafter_words(edition, words)),
        (words("briefing_basis"), words("note_basis", election=edition.election_name)),
        (words("briefing_classification"), words("briefing_classification_value")),
    ]


def _situation(words: Words, now: Day, facts: Facts) -> str:
    counts = facts.tables["day_counts"].filter(pl.col("day") == now.day, pl.col("posts") > 0)
    named = [name for name in PLATFORMS if name in set(counts["platform"])]
    coverage = coverage_words(words, now.coverage)
    if not now.posts:
        return words("sentence_nothing", days=words.day(now.day), coverage=coverage)
    platforms = words.listed([platform_name(words, name) for name in named])
    collected = words(
        "sentence_volume",
        posts=words.number(now.posts),
        platforms=platforms,
        days=words.day(now.day),
        coverage=coverage,
    )
    if not now.detected:
        return f"{collected} {zero_sentence(words, now.labelled, now.coverage)}"
    listed = words(
        "note_detected",
        detected=words.number(now.detected),
        labelled=words.number(now.labelled),
        stage=stage_words(words, now.reviewed, now.detected),
    )
    return f"{collected} {listed}"


def _row(words: Words, name: str, day: Day) -> list[str]:
    coverage = words("unknown") if day.coverage is None else words.percent(day.coverage)
    return [name, words.number(day.posts), coverage, words.number(day.labelled), words.number(day.detected)]


def _rows(words: Words, days: Sequence[Day]) -> list[list[str]]:
    parts = [each for each in days if each.platform != "all"]
    hidden = shielded([each.detected for each in parts], words)
    rows = [_row(words, platform_name(words, each.platform), each) for each in days]
    for row, text in zip(rows[1:], hidden, strict=True):
        row[-1] = text
    return rows


def _decide(trends: Trends, words: Words, codes: list[str]) -> str:
    open_items = trends.open_items
    if not open_items:
        return words("decide_none")
    today = trends.facts.edition.local.date()
    ahead = [item["hand_over_limit"] for item in open_items if item["hand_over_limit"] >= today]
    votes = [item["act_by"] for item in open_items if trends.is_before_vote(item)]
    text = words(
        "note_decide",
        count=words.number(len(open_items)),
        vote=words("note_vote", count=words.number(len(votes)), day=words.day(min(votes))) if votes else "",
        next=words("note_ahead", count=words.number(len(ahead)), day=words.day(min(ahead))) if ahead else "",
        overdue=words.number(len(open_items) - len(ahead)),
    )
    return f"{text} {words('note_receivers', receivers=receivers(trends, words, codes))}" if codes else text


def _unseen(facts: Facts, words: Words, day: date) -> list[str]:
    gaps = gap_texts(words, facts.gaps_on([day]))[:GAPS_SHOWN]
    return [*(gaps or [words("note_no_gap")]), quality_sentence(facts, words), words("unseen_always")]


def _next(edition: Edition, words: Words, day: date) -> list[str]:
    """The next note or, after the last one, the weekly report; and the end of the embargo while it holds."""
    election, zone = edition.election, edition.election.zone_label
    following = day + timedelta(days=1)
    items = []
    if election.phase_of(following).has_note:
        items.append(
            words("note_next_note", day=words.day(following), moment=words.moment(moment_of(edition, following), zone))
        )
    report = edition.week if election.release_moment(edition.week) >= edition.as_of else edition.next_week
    items.append(words("note_next_week", week=str(report), moment=words.moment(election.release_moment(report), zone)))
    if edition.embargoed:
        items.append(words("note_embargo_ends", moment=words.moment(embargo_end(election), zone)))
    return items


def moment_of(edition: Edition, day: date) -> datetime:
    """The default release of a day's note: the next morning, when weekly reports come out."""
    return datetime.combine(day + timedelta(days=1), RELEASE_HOUR, edition.election.zone)


def _numbers(edition: Edition, days: Sequence[Day], classes: pl.DataFrame) -> dict[str, object]:
    """What the note states, kept beside it."""
    return {
        "as_of": edition.local.isoformat(),
        "label_version": edition.label_version,
        "data_version": edition.data_version,
        "code_version": edition.code_version,
        "days": [
            {"day": each.day.isoformat(), "platform": each.platform, "posts": each.posts, "labelled": each.labelled,
             "detected": each.detected, "coverage": each.coverage}
            for each in days
        ],
        "indications": dict(classes.select("code", "posts").iter_rows()),
    }  # fmt: skip


def write_note(
    edition: Edition, day: date, tables: Tables, folder: Path
) -> tuple[dict[str, object], tuple[str, str, str]]:
    """Writes `note.pdf` into a folder; gives its numbers for the manifest, and the lines of its notice."""
    pdf, lines, numbers = note(edition, day, tables)
    (folder / NAME).write_bytes(pdf)
    return numbers, lines
