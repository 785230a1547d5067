"""A week's publication, file by file: charts, HTML, PDF, briefing, workbook, data."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

from reports.briefing.briefing import briefing, briefing_pictures
from reports.briefing.situation import situation
from reports.edition import Edition, Tables, WeekSummary
from reports.figures.chart import Chart, Picture
from reports.figures.charts import CHARTS, pictures, write_pictures
from reports.judging.lights import Judgement, judge
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts
from reports.reading.outcomes import Trends
from reports.tables.data_files import write_data
from reports.tables.workbook import workbook
from reports.weekly.content import weekly_content
from reports.weekly.document import weekly_document
from reports.weekly.page import weekly_page
from reports.weekly.section import Report
from reports.wording.lights import reasons_said
from reports.wording.sentences import source_line
from reports.wording.statements import headline
from reports.wording.words import Words

P = ParamSpec("P")
T = TypeVar("T")


class Begin(Protocol):
    """Begins some work, here or elsewhere, and gives what gives its result."""

    def __call__(self, work: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> Callable[[], T]: ...


def when_asked(work: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> Callable[[], T]:
    """Begins nothing before it is asked for."""
    return lambda: work(*arguments, **named)


def render_week(edition: Edition, tables: Tables, folder: Path, begin: Begin = when_asked) -> WeekSummary:
    """Write every file of an edition into a folder and say what it holds.

    Files: weekly.html, weekly.pdf, briefing.pdf, tables.xlsx, charts/*.png and *.svg, data/*.parquet. The same edition
    and tables give the same bytes. `begin` may have another process draw every second chart and the workbook.
    Raises TableRefusedError when a table does not keep the contract.
    """
    tables = checked_tables(tables, edition.week)
    others = begin(_pictures, edition, tables, CHARTS[1::2])
    book = begin(_book, edition, tables)
    facts = Facts(edition, tables)
    trends = Trends(facts)
    words = Words(edition.lang)
    by_name = {picture.name: picture for picture in (*pictures(trends, words, CHARTS[::2]), *others())}
    drawn = [by_name[chart.name] for chart in CHARTS if chart.name in by_name]
    write_pictures(drawn, folder / "charts")

    judgement = judge(trends)
    source = source_line(facts, words)
    content = weekly_content(Report(trends, words, judgement, drawn))
    page = weekly_page(content, words, source)
    (folder / "weekly.html").write_text(page, encoding="utf-8", newline="\n")
    (folder / "weekly.pdf").write_bytes(weekly_document(content, words, edition.local))
    (folder / "briefing.pdf").write_bytes(briefing(trends, words, judgement, briefing_pictures(trends, words, drawn)))
    write_data(facts, folder / "data", source)
    (folder / "tables.xlsx").write_bytes(book())
    return summarise(trends, words, judgement)


def _pictures(edition: Edition, tables: Tables, charts: Sequence[Chart[Any]]) -> list[Picture]:
    return pictures(Trends(Facts(edition, tables)), Words(edition.lang), charts)


def _book(edition: Edition, tables: Tables) -> bytes:
    facts, words = Facts(edition, tables), Words(edition.lang)
    return workbook(facts, words, source_line(facts, words))


def summarise(trends: Trends, words: Words, judgement: Judgement) -> WeekSummary:
    """What the index and the manifest say of the edition."""
    facts = trends.facts
    edition = facts.edition
    return WeekSummary(
        week=str(edition.week),
        first_day=edition.week.first_day.isoformat(),
        last_day=edition.week.last_day.isoformat(),
        phases=tuple(bucket.phase for bucket in facts.buckets),
        sentences=tuple(headline(trends, words)),
        situation=situation(trends, words),
        content=judgement.content.level,
        content_reason=". ".join(reasons_said(trends, words, "content", judgement.content)),
        collection=judgement.collection.level,
        collection_reason=". ".join(reasons_said(trends, words, "collection", judgement.collection)),
        counts={name: facts.total(name) for name in ("posts", "labelled", "detected")},
        coverage=facts.coverage,
        embargoed=edition.embargoed,
        as_of=edition.local.isoformat(),
        publication=edition.publication,
        lang=edition.lang,
        warnings=len(facts.warnings),
    )
