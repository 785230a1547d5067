"""The index of all published weeks: one page, latest first, every link relative, so that it works from a file share."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, get_args

from reports.edition import Edition, Language, Level, WeekSummary, embargo_end
from reports.weekly.page import asset, environment, script_hash
from reports.wording.lights import LIGHTS, level_words
from reports.wording.words import Words

_FOLDER = Path(__file__).parent
FILES = (
    ("weekly.html", "index_weekly"),
    ("weekly.pdf", "index_pdf"),
    ("briefing.pdf", "index_briefing"),
    ("tables.xlsx", "index_workbook"),
    ("charts/", "index_charts"),
    ("data/", "index_data"),
)
LEVELS: tuple[Level, ...] = ("red", "amber", "green", "grey")


def _entry(place: str, summary: WeekSummary, words: Words, embargo: str) -> dict[str, Any]:
    first, last = date.fromisoformat(summary.first_day), date.fromisoformat(summary.last_day)
    return {
        "week": summary.week,
        "days": words.days(first, last),
        "phases": words.listed([words(f"phase_{phase}") for phase in summary.phases]),
        "lights": _lights(summary, words),
        "embargo": embargo if summary.embargoed else "",
        "situation": summary.situation or " ".join(summary.sentences[:1]),
        "files": _files(place, words),
        "others": [],
    }


def _files(place: str, words: Words) -> list[tuple[str, str]]:
    return [(f"{place}/{name}", words(key)) for name, key in FILES]


def _other(place: str, summary: WeekSummary, words: Words) -> dict[str, object]:
    """An edition of a week in another language, with the publication whose numbers it prints."""
    name = words("index_language", language=words(f"language_{summary.lang}"), publication=summary.publication)
    return {"name": name, "lang": summary.lang, "files": _files(place, words)}


def _entries(summaries: Mapping[str, WeekSummary], words: Words, embargo: str) -> list[dict[str, Any]]:
    """A row a week, latest first, with what stands beside it in other languages."""
    latest_first = sorted(summaries.items(), key=lambda item: (item[1].first_day, item[1].week), reverse=True)
    entries = {item.week: _entry(place, item, words, embargo) for place, item in latest_first if place == item.week}
    for place, summary in latest_first:
        if place != summary.week and summary.week in entries:
            entries[summary.week]["others"].append(_other(place, summary, words))
    return list(entries.values())


def _note_name(href: str, day: str, words: Words) -> str:
    """The day of a note, and its language where that is not the home's: such a note lies in the folder of one."""
    name = words.long_day(date.fromisoformat(day))
    lang = href.partition("/")[0]
    return f"{name} ({words(f'language_{lang}')})" if lang in get_args(Language) else name


def _lights(summary: WeekSummary, words: Words) -> list[dict[str, str]]:
    levels = (summary.content, summary.collection)
    reasons = (summary.content_reason, summary.collection_reason)
    return [
        {"light": words(f"light_{name}"), "level": level, "name": level_words(words, level), "reason": reason}
        for name, level, reason in zip(LIGHTS, levels, reasons, strict=True)
    ]


def render_index(
    summaries: Mapping[str, WeekSummary], folder: Path, edition: Edition, notes: Mapping[str, str] | None = None
) -> None:
    """Write `index.html` over the published weeks into a folder; language, office and election are the edition's.

    `summaries` are those of the editions by their folders: `2024-W05`, and beside it `en/2024-W05`; `notes` the days
    of the daily notes by their addresses. Its moment is the latest of theirs and the edition's, so
    that an older week published again changes nothing on it.
    """
    moments = [datetime.fromisoformat(summary.as_of) for summary in summaries.values()]
    edition = replace(edition, as_of=max(*moments, edition.as_of) if moments else edition.as_of)
    words = Words(edition.lang)
    election, zone = edition.election, edition.election.zone_label
    end = words.moment(embargo_end(election), zone)
    mark = words("embargo_mark", moment=end) if edition.local < embargo_end(election) else ""
    script = asset("index.js", _FOLDER)
    page = environment(_FOLDER).get_template("index.html.j2")
    html = page.render(
        lang=edition.lang,
        title=words("index_title", regency=election.regency),
        subtitle=words(
            "index_subtitle",
            election=edition.election_name,
            day=words.day(election.voting_day),
        ),
        office=edition.office,
        updated=words("index_updated", moment=words.moment(edition.local, zone)),
        embargo=mark if edition.embargoed else "",
        embargo_text=words("embargo_text", hour=words.hour(embargo_end(election), zone)),
        levels=[(level, level_words(words, level)) for level in LEVELS],
        notes=[(_note_name(href, day, words), href) for href, day in sorted((notes or {}).items(), key=itemgetter(1))],
        entries=_entries(summaries, words, mark),
        w=words,
        css=asset("page.css", _FOLDER.parent / "weekly") + asset("index.css", _FOLDER),
        script=script,
        script_hash=script_hash(script),
    )
    (folder / "index.html").write_text(html, encoding="utf-8", newline="\n")
