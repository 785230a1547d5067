"""The numbers that the documents of a publication state, by what they are about, read back out of their texts.

What documents say is put together from the templates of words.csv; so it can be taken apart by them. `READINGS` names
the templates that state a number of the week, what each number measures and what it is about: two documents that state
the same must state it alike.
"""

import html
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

import openpyxl
from pypdf import PdfReader

import reports
from reports.edition import Edition, Tables, WeekSummary
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.wording.words import Words

NUMBER = r"[+−]?\d(?:[\d.,]*\d)?"


class Reading(NamedTuple):
    """A template, the placeholders that say what it is about, and its numbers: measure, placeholder, which number."""

    template: str
    about: tuple[str, ...]
    numbers: tuple[tuple[str, str, int], ...]


class Fact(NamedTuple):
    """A number that a document states of something."""

    key: tuple[str, ...]
    value: str
    document: str


_WITHIN = r"(?:(?!\. [A-Z]).){0,200}?"  # a placeholder holds no end of a sentence
_INCIDENT = (("observed", "amount", 0), ("usual", "amount", 1), ("accounts", "accounts", 0))
_SHORT = (("observed", "counted", 0), ("usual", "usual", 0))
_VOLUME = (("posts", "posts", 0), ("coverage", "coverage", 0))
READINGS = (
    Reading("sentence_volume", (), _VOLUME),
    Reading("brief_volume", (), _VOLUME),
    Reading("incident_count_flag", ("name",), _INCIDENT),
    Reading("incident_change", ("name",), _INCIDENT),
    Reading("brief_count_flag", ("name",), (*_SHORT, ("accounts", "accounts", 0))),
    Reading("brief_signal", ("name",), _SHORT),
    Reading("incident_copies", ("platforms",), (("accounts", "accounts", 0),)),
    Reading("brief_copies", ("platforms",), (("accounts", "accounts", 0),)),
    Reading("brief_copies_text", ("platforms",), (("accounts", "accounts", 0),)),
    Reading("sentence_review", ("days",), (("detected", "detected", 0), ("labelled", "labelled", 0))),
    Reading("key_other_bucket", ("days",), (("detected", "detected", 0), ("posts of", "posts", 0))),
    Reading("sentence_no_signal", (), (("tests", "tests", 0),)),
    Reading("brief_nothing", (), (("tests", "tests", 0),)),
    Reading("light_collected", ("part",), (("collected", "share", 0),)),
    Reading("follow_text", (), (("waiting", "count", 0),)),
    Reading("backlog_told", (), (("waiting", "count", 0),)),
    Reading("backlog_passed", (), (("passed", "count", 0),)),
    Reading("backlog_next", (), (("due ahead", "count", 0),)),
    Reading("decide_passed", (), (("passed", "count", 0),)),
    Reading("decide_passed_after", (), (("passed", "count", 0), ("due", "due", 0))),
    Reading("clocks_overdue", (), (("passed", "count", 0),)),
    Reading("situation_due_value", (), (("due", "count", 0),)),
    Reading("situation_due_passed", (), (("passed", "overdue", 0),)),
    Reading("briefing_issued", (), (("countdown", "countdown", 0),)),
    Reading("weekly_subtitle", (), (("countdown", "countdown", 0),)),
    Reading("weekly_subtitle_after", (), (("countdown", "countdown", 0),)),
)
# Names of numbers that stand before them in tables and tiles.
NAMED = {
    "per_day": ("indicator_volume", "key_per_day"),
    "net_sentiment": ("indicator_net", "key_net_sentiment"),
    "coverage of the bucket": ("indicator_coverage", "key_coverage"),
}
_COUNTED = "unggahan|teks berbeda|posts|distinct texts"
_PATTERNS = {
    **dict.fromkeys(("posts", "accounts", "count", "detected", "labelled", "tests", "overdue"), NUMBER),
    **dict.fromkeys(("counted",), rf"{NUMBER} (?:{_COUNTED})"),
    "amount": rf"{NUMBER} (?:{_COUNTED})(?:, [^,.;:]{{1,40}})?",
    "share": rf"{NUMBER} ?%",
    **dict.fromkeys(("weak", "gone"), r"(?: \([^()]*\))?"),
    **dict.fromkeys(("place", "event"), r"(?: [^:;.]{3,80}?)?"),
    "usual": r"[^.;()]{0,40}?",
    "text": r"“[^”]*”",
    "days": r"\d[^.;:()]{5,50}?",
    "platforms": r"[A-Z][^.;:()]{2,60}?",
    "phase": r"[A-Z][^.;:,()]{2,40}?",
    "part": r"(?:[A-Z][^.;:()]{5,70}: )?",
    "countdown": r"[HD][-+]\d+|hari-H|D-Day",
}


@dataclass(frozen=True)
class Reader:
    """Reads the numbers of one edition."""

    trends: Trends
    words: Words

    def facts(self, texts: Mapping[str, str]) -> list[Fact]:
        """Every number that texts (by the name of their document) state."""
        return [fact for name, text in texts.items() for fact in self._facts(name, _joined(text))]

    def _facts(self, document: str, text: str) -> Iterator[Fact]:
        for reading in READINGS:
            for match in re.finditer(self._pattern(reading.template), text):
                about = tuple(match[name] for name in reading.about)
                for measure, placeholder, place in reading.numbers:
                    found = re.findall(NUMBER, match[placeholder].replace("hari-H", "0").replace("D-Day", "0"))
                    if len(found) > place:
                        yield Fact((measure, *about), found[place], document)
        for measure, names in NAMED.items():
            for name in dict.fromkeys(self.words(name) for name in names):
                for match in re.finditer(rf"{re.escape(name)} ({NUMBER}) ", text):
                    yield Fact((measure,), match[1], document)

    def _pattern(self, template: str) -> str:
        return _pattern(template, self.words.lang, tuple(self._names()))

    def _names(self) -> Iterator[str]:
        """What an incident can be called, the longest first."""
        facts = self.trends.facts
        names = set()
        for seed in ("topics", "indications"):
            for row in facts.tables[f"seeds.{seed}"].iter_rows(named=True):
                label = str(row[f"label_{self.words.lang}"])
                names |= {label, self.words("subject_topics", name=label)}
        yield from sorted(names, key=lambda name: (-len(name), name))


@cache
def _pattern(template: str, lang: str, names: tuple[str, ...]) -> str:
    text = dict(_texts(lang))[template]
    parts = re.split(r"\{(\w+)\}", _joined(text))
    named = {"name": "|".join(map(re.escape, names)), **_PATTERNS}
    pieces, seen = [], set()
    for number, part in enumerate(parts):
        if number % 2 == 0:
            pieces.append(re.escape(part))
        elif part in seen:
            pieces.append(f"(?P={part})")
        else:
            seen.add(part)
            pieces.append(f"(?P<{part}>{named.get(part, _WITHIN)})")
    return "".join(pieces)


@cache
def _texts(lang: str) -> tuple[tuple[str, str], ...]:
    return tuple(Words("en" if lang == "en" else "id")._texts.items())


def _joined(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u00ad", "").replace("\u200b", ""))


def page_text(page: str) -> str:
    """What a page says, without its pictures and scripts."""
    plain = re.sub(r"<(svg|script|style|head)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", plain)).replace(" ,", ",").replace(" .", ".")


def pdf_text(pdf: bytes) -> str:
    """What a PDF says."""
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def texts_of(folder: Path, index: Path, summary: WeekSummary, trends: Trends) -> dict[str, str]:
    """The texts of a publication: page, PDF, briefing, index and notice."""
    edition = trends.facts.edition
    limits: list[tuple[date, date]] = [(item["hand_over_limit"], item["act_by"]) for item in trends.open_items]
    waiting = reports.backlog_told(edition.lang, f"review/{edition.backlog}", limits, 0, edition.local.date())
    return {
        "weekly.html": page_text((folder / "weekly.html").read_text(encoding="utf-8")),
        "weekly.pdf": pdf_text((folder / "weekly.pdf").read_bytes()),
        "briefing.pdf": pdf_text((folder / "briefing.pdf").read_bytes()),
        "index.html": page_text(index.read_text(encoding="utf-8")),
        "notice": " ".join([*reports.published_texts(summary, edition), waiting]),
    }


def workbook_facts(book: bytes, trends: Trends, words: Words) -> list[Fact]:
    """What the sheet of volumes states of the week: posts, detected and labelled posts of each bucket."""
    sheet = openpyxl.load_workbook(io.BytesIO(book), read_only=True)[words("sheet_volume")]
    head, *rows = sheet.iter_rows(values_only=True)
    names = [str(name) for name in head]
    week = str(trends.facts.edition.week)
    mine = [row for each in rows if (row := dict(zip(names, each, strict=True)))["week"] == week]
    totals = [row for row in mine if row["platform"] == "all" and row["posts"] is not None]
    facts = [Fact(("posts",), words.number(sum(int(str(row["posts"])) for row in totals)), "tables.xlsx")]
    for row in totals:
        bucket = next(each for each in trends.facts.buckets if each.phase == row["phase"])
        days = words.days(bucket.first_day, bucket.last_day)
        for measure in ("detected", "labelled"):
            facts.append(Fact((measure, days), words.number(int(str(row[measure]))), "tables.xlsx"))
    return facts


def contradictions(facts: Iterable[Fact]) -> list[str]:
    """What is stated in two ways: the key, and each value with the documents that state it."""
    known: dict[tuple[str, ...], dict[str, set[str]]] = {}
    for fact in facts:
        known.setdefault(fact.key, {}).setdefault(fact.value, set()).add(fact.document)
    return [
        f"{' of '.join(key)}: "
        + " beside ".join(f"{value} ({', '.join(sorted(names))})" for value, names in said.items())
        for key, said in sorted(known.items())
        if len(said) > 1
    ]


def stated(edition: Edition, tables: Tables, folder: Path) -> tuple[Reader, dict[str, str], list[Fact]]:
    """The texts of a week's documents, rendered into a folder, and every number that they and the workbook state."""
    words, week = Words(edition.lang), str(edition.week)
    trends = Trends(Facts(edition, checked_tables(tables, edition.week)))
    summary = reports.render_week(edition, tables, folder)
    reports.render_index({week: summary}, folder, edition)
    texts = texts_of(folder, folder / "index.html", summary, trends)
    reader = Reader(trends, words)
    return reader, texts, [*reader.facts(texts), *workbook_facts((folder / "tables.xlsx").read_bytes(), trends, words)]
