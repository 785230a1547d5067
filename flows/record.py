"""`ronda record`: the record of processing and the questions of an impact assessment, filled in from the settings.

Source: UU 27/2022 on personal data, articles 31 (record) and 34 (assessment). What the office alone can answer is left
open and marked, never guessed.
"""

from collections.abc import Iterator
from datetime import timedelta

from flows import sources
from flows.collecting.watch_list import read_watched
from flows.seeds import read_seed
from flows.settings import Language, Settings
from reports.wording.words import Words, platform_name

_TITLES = {"record": "title_of_record", "assessment": "title_of_assessment"}  # words of the parts of the seed


def render(settings: Settings, lang: Language) -> str:
    """Both documents as Markdown, in one language."""
    words = Words(lang)
    values = _values(settings, words)
    rows = read_seed("processing", settings.seeds)
    lines: list[str] = []
    for part, title in _TITLES.items():
        lines += [f"# {words(title, regency=settings.election.regency)}", ""]
        for row in rows:
            if row["part"] == part:
                lines += [f"## {row[f'topic_{lang}']}", "", _paragraph(row[f"text_{lang}"].format(**values)), ""]
    return "\n".join(lines).rstrip()


def _values(settings: Settings, words: Words) -> dict[str, str]:
    election = settings.election
    return {
        "fill": words("record_fill"),
        "office": settings.signing_office,
        "regency": election.regency,
        "election": election.name_id if words.lang == "id" else election.name_en,
        "vote_day": words.day(election.voting_day),
        "sources": _list(_sources(words)),
        "watched": _list(_watched(settings, words)),
        "receivers": _list(_receivers(settings, words)),
        "retention": _list(_retention(settings, words)),
    }


def _paragraph(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _list(items: Iterator[str]) -> str:
    return "\n\n" + "\n".join(f"- {item}" for item in items)


def _sources(words: Words) -> Iterator[str]:
    pulled = ", ".join(platform_name(words, source.platform) for source in sources.SOURCES)
    yield words("record_pulled", platforms=pulled)
    yield words("record_imported")


def _watched(settings: Settings, words: Words) -> Iterator[str]:
    for platform, each in read_watched(settings).items():
        yield words(
            "record_watched",
            platform=platform_name(words, platform),
            accounts=words.number(len(each.accounts)),
            keywords=words.number(len(each.keywords)),
            hashtags=words.number(len(each.hashtags)),
        )


def _receivers(settings: Settings, words: Words) -> Iterator[str]:
    on = settings.election.voting_day.isoformat()
    for row in read_seed("receivers", settings.seeds):
        if (row["first_day"] or on) <= on <= (row["last_day"] or on):
            yield f"{row[f'label_{words.lang}']}: {row['first_receiver']}"


def _retention(settings: Settings, words: Words) -> Iterator[str]:
    for row in read_seed("retention", settings.seeds):
        last = settings.election.voting_day + timedelta(days=int(row["days"]))
        yield words(
            "record_retention",
            content=row[f"label_{words.lang}"],
            last_day=words.day(last),
            purpose=row[f"purpose_{words.lang}"],
        )
