"""The numeric cells of the tables of the weekly page, led back to the tables behind them."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from typing import NamedTuple

from flows.method import METHOD
from reports.edition import PLATFORM_ORDER
from reports.reading.facts import Row
from reports.reading.outcomes import Trends
from reports.reading.weeks import main_bucket
from reports.tables.changes import power_table, signal_table, slope_table
from reports.tables.corrections import correction_table
from reports.tables.incidents import incident_table
from reports.tables.label_quality import quality_table
from reports.tables.review import funnel_table
from reports.tables.table import Table, under_names
from reports.tables.weekly import format_name
from reports.weekly.sections.tables import TABLES
from reports.wording.counts import SMALL
from reports.wording.label_quality import class_name
from reports.wording.sentences import bucket_name, reason_words
from reports.wording.statement import subject_words
from reports.wording.words import DASH, MINUS, Words, platform_name
from tests.cells import Cell, key_of

_NUMBER = re.compile(rf"{SMALL}|[+{MINUS}]?\d(?:[\d.,]*\d)?")


@dataclass
class Printed:
    """A table of the page: its caption and name, its head, and its rows by the name over them and their code."""

    caption: str = ""
    name: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


class _Tables(HTMLParser):
    """Takes the tables of a page apart."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[Printed] = []
        self._over = self._code = self._text = ""
        self._cells: list[str] = []
        self._is_head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "table":
            self.tables.append(Printed(name=named.get("data-table") or ""))
            self._over = ""
        elif tag == "thead":
            self._is_head = True
        elif tag == "tr":
            self._cells, self._code = [], named.get("data-code") or ""
        elif tag in {"td", "th", "caption"}:
            self._text = ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if not self.tables:
            return
        table, text = self.tables[-1], " ".join(self._text.split())
        if tag == "caption":
            table.caption = text
        elif tag in {"td", "th"}:
            self._cells.append(text)
        elif tag == "thead":
            self._is_head = False
        elif tag == "tr" and self._is_head:
            table.head = tuple(self._cells)
        elif tag == "tr" and len(self._cells) == 1:
            self._over = self._cells[0]
        elif tag == "tr":
            table.rows += ((self._over, self._code, tuple(self._cells)),)


def tables_of(page: str) -> list[Printed]:
    """The tables of a page."""
    parser = _Tables()
    parser.feed(re.sub(r"<svg\b.*?</svg>", "", page, flags=re.DOTALL))
    return parser.tables


class Column(NamedTuple):
    """What the numbers in a column of the page are of the table behind it, one after another, in which unit."""

    names: tuple[str, ...]
    scale: float = 1.0


class Reading(NamedTuple):
    """The table behind one of the page, what its rows are about, and its columns."""

    table: str
    row: Callable[["Page", dict[str, str]], dict[str, str]]
    columns: Mapping[str, Column]


def _same(*names: str) -> dict[str, Column]:
    return {name: Column((name,)) for name in names}


def _bucket(page: "Page", cells: Row) -> dict[str, str]:
    return {"week": page.week, "phase": page.phases[cells["bucket"]]}


def _in_bucket(**more: str) -> Callable[["Page", dict[str, str]], dict[str, str]]:
    """A row of a bucket and platform; `more` are keys that the whole table has."""
    return lambda page, cells: {**_bucket(page, cells), "platform": page.platforms[cells["platform"]], **more}


def _everywhere(key: str) -> Callable[["Page", dict[str, str]], dict[str, str]]:
    """A row of a bucket and a code, all platforms together."""
    return lambda page, cells: {**_bucket(page, cells), "platform": "all", key: page.codes[cells[key]]}


def _tested(page: "Page", cells: Row) -> dict[str, str]:
    family, subject = page.subjects[cells["subject"]]
    platform = page.platforms[cells["platform"].split(", ")[0]] if "platform" in cells else "all"
    return {**_bucket(page, cells), "platform": platform, "family": family, "subject": subject}


_PERCENT = 0.01
READINGS: Mapping[str, Reading] = {
    "volume": Reading(
        "trends.weekly_platform",
        _in_bucket(),
        _same("posts", "labelled", "authors") | {"coverage": Column(("coverage",), _PERCENT)},
    ),
    "sentiment": Reading(
        "trends.weekly_platform",
        _in_bucket(),
        _same("negative", "neutral", "positive")
        | {"net": Column(("net_sentiment",), _PERCENT), "interval": Column(("net_low", "net_high"), _PERCENT)},
    ),
    "detected": Reading("trends.weekly_platform", _in_bucket(), _same("detected", "labelled")),
    "indications": Reading(
        "trends.weekly_indication",
        _everywhere("indication"),
        _same("posts") | {"rate": Column(("per_1000",)), "interval": Column(("per_1000_low", "per_1000_high"))},
    ),
    "topics": Reading(
        "trends.weekly_topic",
        _everywhere("topic"),
        _same("posts")
        | {"share": Column(("share",), _PERCENT), "interval": Column(("share_low", "share_high"), _PERCENT)},
    ),
    "coverage": Reading(
        "collection",
        lambda page, cells: {"platform": page.platforms[cells["platform"]]},
        _same("planned", "attempted", "succeeded", "posts"),
    ),
    "loads": Reading(
        "files",
        lambda page, cells: {
            "platform": page.platforms[cells["platform"]],
            "source": page.sources[cells["source"]],
        },
        _same("files", "records", "posts", "duplicates", "rejects"),
    ),
    "rejects": Reading(
        "reject_reasons",
        lambda page, cells: {"source": page.sources[cells["source"]], "reason": page.reasons[cells["reason"]]},
        _same("records"),
    ),
    "views": Reading(
        "trends.weekly_views",
        _in_bucket(dimension="platform", subject="all"),
        _same("seen_posts", "views")
        | {"top_share": Column(("top_share",), _PERCENT), "net_views": Column(("net_sentiment",), _PERCENT)},
    ),
    "funnel": Reading(
        "trends.funnel",
        lambda page, cells: {
            **_bucket(page, cells),
            "origin": page.steps[cells["origin"]],
            "stage": page.steps[cells["stage"]],
        },
        _same("entered", "passed", "rejected", "waiting"),
    ),
    "signals": Reading("trends.signals", _tested, {"observed_units": Column(("observed", "posts"))}),
    "power": Reading(
        "trends.signals",
        _tested,
        _same("expected") | {f"burst_{share}": Column((f"burst_{share}",)) for share in (50, 80, 95)},
    ),
    "slopes": Reading(
        "trends.slopes",
        lambda page, cells: {
            "week": page.week,
            "platform": "all",
            **dict(zip(("family", "subject"), page.subjects[cells["subject"]], strict=True)),
        },
        _same("buckets"),
    ),
    "incidents": Reading(
        "trends.incident_weeks",
        lambda page, cells: {
            "incident": cells["incident"],
            "week": page.week,
            "phase": page.incidents[cells["incident"]],
        },
        {"amount": Column(("observed",))},
    ),
    "labels": Reading(
        "core.label_quality",
        lambda page, cells: page.classes[cells["label_class"]],
        {
            name: Column((name, *(f"{name}_{end}" for end in ("low", "high"))), _PERCENT)
            for name in ("precision", "recall")
        },
    ),
    "corrections": Reading(
        "trends.corrections",
        lambda page, cells: {
            "publication": cells["publication"],
            "week": cells["index_week"],
            "phase": page.phase_names[cells["phase"]],
            "platform": "all",
            "table_name": "trends.weekly_platform",
            "key": "",
            "metric": page.metrics[cells["metric"]],
        },
        _same("first_reported", "previous", "now_known"),
    ),
}
COMPARED = {
    "topics": ("trends.weekly_topic", "topic", Column(("share",), _PERCENT)),
    "classes": ("trends.weekly_indication", "indication", Column(("detected",))),
    "districts": ("trends.weekly_district", "district", Column(("posts",))),
}


@dataclass(frozen=True)
class Page:
    """The page of an edition, whose names of rows are led back to codes."""

    trends: Trends
    words: Words
    html: str

    @property
    def week(self) -> str:
        """The edition's."""
        return str(self.trends.facts.edition.week)

    def _codes_of(self, table: str, column: str) -> set[str]:
        return set(self.trends.facts.tables[table][column])

    @cached_property
    def phases(self) -> dict[str, str]:
        """Phases of the week by the names of their buckets."""
        return {bucket_name(self.words, each): each.phase for each in self.trends.facts.buckets}

    @cached_property
    def phase_names(self) -> dict[str, str]:
        """Phases of the season by their names."""
        return {self.words(f"phase_{each.name}"): each.name for each in self.trends.facts.edition.election.phases}

    @cached_property
    def platforms(self) -> dict[str, str]:
        """Platforms by their names."""
        codes = {*PLATFORM_ORDER, *self._codes_of("core.loads", "platform")}
        return {platform_name(self.words, each): each for each in codes}

    @cached_property
    def codes(self) -> dict[str, str]:
        """Topics and classes by their names."""
        seeds = [(seed, code) for seed in ("topics", "indications") for code in self._codes_of(f"seeds.{seed}", "code")]
        return {self.trends.facts.label(seed, code): code for seed, code in seeds}

    @cached_property
    def classes(self) -> dict[str, dict[str, str]]:
        """Classes of the labels by their names."""
        facts = self.trends.facts
        rows = facts.tables["core.label_quality"].iter_rows(named=True)
        return {class_name(facts, self.words, row): {name: row[name] for name in ("family", "code")} for row in rows}

    @cached_property
    def subjects(self) -> dict[str, tuple[str, str]]:
        """What is tested, by its name."""
        rows = self.trends.facts.tables["trends.signals"].select("family", "subject").unique().iter_rows()
        return {subject_words(self.trends, self.words, *row): row for row in rows}

    @cached_property
    def incidents(self) -> dict[str, str]:
        """The phase of each incident of the week."""
        return {each.row["incident"]: each.row["phase"] for each in self.trends.incidents}

    @cached_property
    def sources(self) -> dict[str, str]:
        """Formats of files by their names."""
        codes = self._codes_of("core.loads", "source") | self._codes_of("reject_reasons", "source")
        return {format_name(self.words, each): each for each in codes}

    @cached_property
    def reasons(self) -> dict[str, str]:
        """Reasons of rejects by their names."""
        return {reason_words(self.words, each): each for each in self._codes_of("reject_reasons", "reason")}

    @cached_property
    def steps(self) -> dict[str, str]:
        """Stages and origins of the funnel by their names."""
        names = [(name, each) for name in ("stage", "origin") for each in self._codes_of("trends.funnel", name)]
        told = {self.words(f"{name}_{each}"): each for name, each in names}
        return told | {self.words("funnel_detected"): "detected"}

    @cached_property
    def metrics(self) -> dict[str, str]:
        """Metrics of the corrections by their names."""
        metrics = self._codes_of("trends.corrections", "metric")
        return {self.words.known(f"metric_{each}", each): each for each in metrics}

    def _expected(self) -> list[Table]:
        facts, trends, words = self.trends.facts, self.trends, self.words
        of_trends = (signal_table, power_table, slope_table, incident_table, funnel_table, correction_table)
        made = [make(trends, words) for make in of_trends]
        return [*(make(facts, words) for make in TABLES), *made, quality_table(facts, words)]

    def cells(self) -> Iterator[Cell]:
        """Every number of its tables."""
        printed = tables_of(self.html)
        by_caption = {" ".join(each.caption.split()): each for each in printed}
        for table in self._expected():
            found = by_caption.get(" ".join(table.caption.split()))
            if found is None:
                assert not table.rows, f"no table of the page is called {table.caption}"
            elif table.name == "districts":
                yield from self._districts(found)
            else:
                yield from self._read(table, found)
        for each in printed:
            if each.name in COMPARED:
                yield from self._compared(each)
            yield from self._indicators(each)

    def _read(self, table: Table, found: Printed) -> Iterator[Cell]:
        reading = READINGS[table.name]
        over = next((column for column in table.columns if column.kind == "bucket"), None)
        printed = [under_names(table, apart)[0] for apart in (None, over)]  # without columns of dashes
        kept = next(columns for columns in printed if len(columns) == len(found.head))
        dashes = {column.key: DASH for column in table.columns}
        for name, _, texts in found.rows:
            cells = dashes | dict(zip((column.key for column in kept), texts, strict=True))
            cells |= {} if over is None or over in kept else {over.key: name}
            row = reading.row(self, cells)
            for key, column in reading.columns.items():
                yield from self._spans(column, reading.table, row, cells[key])

    def _districts(self, found: Printed) -> Iterator[Cell]:
        facts = self.trends.facts
        places = {facts.label("places", code): code for code, _ in facts.posts_by_district}
        places[self.words("places_unknown")] = "unknown"
        for _, _, (place, *texts) in found.rows:
            for head, text in zip(found.head[1:], texts, strict=True):
                row = {"week": self.week, "phase": self.phases[head], "platform": "all", "district": places[place]}
                yield from self._spans(Column(("posts",)), "trends.weekly_district", row, text)

    def _compared(self, found: Printed) -> Iterator[Cell]:
        table, key, column = COMPARED[found.name]
        facts = self.trends.facts
        weeks = [self.week, *(text for text in found.head[2:3] if re.fullmatch(r"\d{4}-W\d\d", text))]
        for _, code, (_, *texts) in found.rows:
            for week, text in zip(weeks, texts, strict=False):
                bucket = main_bucket(facts, facts.edition.week.parse(week))
                row = {"week": week, "phase": bucket.phase, "platform": "all", key: code}
                yield from self._spans(column, table, row, text)

    def _indicators(self, found: Printed) -> Iterator[Cell]:
        """This week's figure of each topic and class, the first number of a row of the indicators."""
        bucket = main_bucket(self.trends.facts, self.trends.facts.edition.week)
        names = {self.words(f"indicators_{name}"): name for name in ("topics", "indications")}
        for over, _, texts in found.rows:
            if over in names:
                table, key, column = COMPARED[{"indications": "classes"}.get(names[over], names[over])]
                row = {"week": self.week, "phase": bucket.phase, "platform": "all", key: self.codes[texts[0]]}
                yield from self._spans(column, table, row, texts[2])

    def _spans(self, column: Column, table: str, row: dict[str, str], text: str) -> Iterator[Cell]:
        ends = [self._span(each) for each in _NUMBER.findall(text)] if _NUMBER.match(text) else []  # else a reason
        for name, (low, high) in zip(column.names, ends, strict=False):
            yield Cell(key_of(table, row, name), low * column.scale, high * column.scale, "weekly.html")

    def _span(self, text: str) -> tuple[float, float]:
        """What a printed number may stand for."""
        if text == SMALL:
            return 0.0, METHOD.smallest_cell - 1.0
        decimal, thousands = (",", ".") if self.words.lang == "id" else (".", ",")
        plain = text.replace(thousands, "").replace(decimal, ".").replace(MINUS, "-").replace("+", "")
        half = 0.5 * 10.0 ** -len(plain.partition(".")[2])
        value = float(plain)
        return value - half, value + half
