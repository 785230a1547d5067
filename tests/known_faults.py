"""Faults that publications once had, asked of every publication: what documents say of days, editions, reviews."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl

from reports.edition import Edition
from reports.reading.outcomes import Trends
from reports.wording.counts import SMALL
from reports.wording.decisions import decisions
from reports.wording.words import Words, platform_name
from tests.page_cells import tables_of

STANDING = ("unreviewed_note", "limit_2", "clocks_none")  # what is said of unreviewed posts in every edition
_COUNTDOWN = r"[HD][-+]\d+|hari-H|D-Day"


def _days(edition: Edition, words: Words) -> dict[str, date]:
    """Every day of the season and of the weeks after it, as documents write it."""
    first = edition.election.buckets(edition.week.parse("2023-W34"))[0].first_day
    return {words.day(each): each for each in (date.fromordinal(first.toordinal() + n) for n in range(250))}


def wrong_countdowns(texts: Mapping[str, str], trends: Trends, words: Words) -> list[str]:
    """Days with a countdown that is another day's."""
    edition = trends.facts.edition
    days = _days(edition, words)
    dated = re.compile(rf"(\d{{1,2}} [A-Z][a-z]+ \d{{4}})(?:, \d\d[.:]\d\d \w+)? \(({_COUNTDOWN})\)")
    return [
        f"{name}: {match[0]}"
        for name, text in texts.items()
        for match in dated.finditer(text)
        if match[1] in days and words.countdown(edition.election.days_to_vote(days[match[1]])) != match[2]
    ]


def past_editions(texts: Mapping[str, str], trends: Trends, words: Words) -> list[str]:
    """Editions that are told to come and came out before this one."""
    edition = trends.facts.edition
    before, _, after = words("agenda_next", week="#").partition("#")
    announced = re.compile(rf"{re.escape(before)}(\d{{4}}-W\d\d){re.escape(after)}")
    return [
        f"{name}: {match[0]}"
        for name, text in texts.items()
        for match in announced.finditer(text)
        if edition.election.release_moment(edition.week.parse(match[1])) <= edition.as_of
    ]


def past_deadlines(trends: Trends, words: Words) -> list[str]:
    """Tasks that were to be done before they were told."""
    edition = trends.facts.edition
    days, today = _days(edition, words), edition.local.date()
    named = re.compile(r"\d+ [A-Z][a-z]+ \d{4}")  # of several days the last
    ends = [
        (task, [days[day] for day in named.findall(task.until) if day in days]) for task in decisions(trends, words)
    ]
    return [str(task) for task, found in ends if not found or max(found) < today]


def reviews_asked_again(trends: Trends, words: Words) -> list[str]:
    """Tasks to review what nobody has still to look at."""
    first = words("decide_signal_indications", names="#").partition("#")[0]
    tasks = [task for task in decisions(trends, words) if task.what.startswith(first)]
    return [str(task) for task in tasks if not trends.open_items]


def small_under_zero(page: str, words: Words) -> list[str]:
    """Cells that hide a count below five of a total that is printed as 0."""
    everything = platform_name(words, "all")
    faults = []
    for table in tables_of(page):
        zero = ""
        for over, _, (name, *cells) in table.rows:
            if name == everything:
                zero = over if cells[0] == "0" else ""
            elif SMALL in cells and zero == over != "":
                faults.append(f"{table.caption}: {name} {cells} in {over}")
    return faults


def called_unreviewed(texts: Mapping[str, str], words: Words) -> list[str]:
    """What is called unreviewed in documents of a week whose whole list was reviewed, but for the standing notes."""
    around = re.compile(rf".{{0,60}}{words('stage_detected').partition(', ')[2]}.{{0,20}}")
    faults = []
    for name, text in texts.items():
        left = text
        for key in STANDING:
            left = left.replace(" ".join(words(key).split()), "")
        faults += [f"{name}: …{match[0]}…" for match in around.finditer(left)]
    return faults


def collected_called_missing(trends: Trends) -> Iterator[str]:
    """Days on which posts were collected, told as days without collection."""
    posts = trends.facts.tables["core.coverage"].group_by("platform", "day").agg(pl.col("posts").sum())
    collected = {(platform, day): count for platform, day, count in posts.iter_rows()}
    for gap in trends.facts.gaps:
        if gap.status != "not_collected":
            continue
        for day in trends.facts.edition.week.days:
            if gap.first_day <= day <= gap.last_day and collected.get((gap.platform, day)):
                yield f"{gap.platform} {day}: {collected[gap.platform, day]} posts"


def all_of(texts: Mapping[str, str], page: str, trends: Trends, words: Words) -> list[str]:
    """Every fault that any publication may have."""
    joined = {name: " ".join(text.split()) for name, text in texts.items()}
    return [
        *wrong_countdowns(joined, trends, words),
        *past_editions(joined, trends, words),
        *past_deadlines(trends, words),
        *reviews_asked_again(trends, words),
        *small_under_zero(page, words),
        *collected_called_missing(trends),
        *(called_unreviewed(joined, words) if is_reviewed(trends) else []),
    ]


def is_reviewed(trends: Trends) -> bool:
    """Whether the whole list of the week was reviewed."""
    week = str(trends.facts.edition.week)
    listed = trends.facts.tables["core.review_items"].filter(week=week, is_detected=True, state="live")
    return not listed.is_empty() and not any(item["week"] == week for item in trends.open_items)
