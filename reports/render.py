"""A week's publication, file by file: charts, HTML, PDF, briefing, workbook, data."""

from pathlib import Path

from reports.briefing.briefing import briefing
from reports.charts import briefing_charts, source_line, weekly_charts
from reports.contract import checked_tables
from reports.data_files import write_data
from reports.edition import Edition, Tables, WeekSummary
from reports.facts import Facts
from reports.level import Judgement, judge
from reports.statements import headline, level_reasons
from reports.trends import Trends
from reports.weekly.content import weekly_content
from reports.weekly.document import weekly_document
from reports.weekly.page import weekly_page
from reports.words import Words
from reports.workbook import workbook


def render_week(edition: Edition, tables: Tables, folder: Path) -> WeekSummary:
    """Write every file of an edition into a folder and say what it holds.

    Files: weekly.html, weekly.pdf, briefing.pdf, tables.xlsx, charts/*.png and *.svg, data/*.parquet. The same edition
    and tables give the same bytes. Raises TableRefusedError when a table does not keep the contract.
    """
    facts = Facts(edition, checked_tables(tables, edition.week))
    trends = Trends(facts)
    words = Words(edition.lang)
    judgement = judge(trends)
    source = source_line(facts, words)

    charts = weekly_charts(trends, words)
    pictures = folder / "charts"
    pictures.mkdir(parents=True, exist_ok=True)
    for chart in charts:
        (pictures / f"{chart.name}.svg").write_text(chart.svg, encoding="utf-8", newline="\n")
        (pictures / f"{chart.name}.png").write_bytes(chart.png)

    content = weekly_content(trends, words, judgement)
    page = weekly_page(content, charts, words, source)
    (folder / "weekly.html").write_text(page, encoding="utf-8", newline="\n")
    (folder / "weekly.pdf").write_bytes(weekly_document(content, charts, words, edition.local))
    (folder / "briefing.pdf").write_bytes(briefing(trends, words, judgement, briefing_charts(trends, words, charts)))
    (folder / "tables.xlsx").write_bytes(workbook(facts, words, source))
    write_data(facts, folder / "data", source)
    return summarise(trends, words, judgement)


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
        level=judgement.level,
        level_reason=level_reasons(trends, words, judgement),
        counts={name: facts.total(name) for name in ("posts", "labelled", "detected")},
        coverage=facts.coverage,
        embargoed=edition.embargoed,
        as_of=edition.local.isoformat(),
        publication=edition.publication,
        lang=edition.lang,
        warnings=len(facts.warnings),
    )
