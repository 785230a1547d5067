"""The signals of the week as small multiples: what passed its test first, then what came nearest to it."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.figure import Figure

from reports.figures import multiples, style, timeline
from reports.figures.chart import Chart
from reports.figures.multiples import Panel
from reports.figures.scene import Scene
from reports.figures.style import Head
from reports.reading.facts import Row
from reports.reading.outcomes import Trends
from reports.reading.usual import usual_range
from reports.wording.statement import subject_words
from reports.wording.statements import change_words
from reports.wording.words import platform_name

SHOWN = 12  # panels
NAMED = 2  # signals in the claim


class Cell(NamedTuple):
    """What is tested: a subject of a family on a platform."""

    family: str
    subject: str
    platform: str


def data(trends: Trends, scene: Scene) -> list[Panel]:
    """The cells that passed, and of all platforms together those nearest to it, up to SHOWN."""
    frame = trends.facts.tables["trends.signals"]
    tested = frame.filter((frame["week"] == str(scene.week)) & frame["reason"].is_null()).rows(named=True)
    near = sorted((row for row in tested if row["platform"] == "all"), key=lambda row: (row["p"], row["subject"]))
    passed = [signal.row for signal in trends.signals]
    rows: dict[Cell, Row] = {}
    for row in (*passed, *near):
        rows.setdefault(_cell(row), row)
    shown = list(rows)[:SHOWN]
    history = _history(trends, shown)
    return [_panel(trends, scene, cell, rows[cell], history[cell]) for cell in shown]


def _cell(row: Row) -> Cell:
    return Cell(row["family"], row["subject"], row["platform"])


def _history(trends: Trends, cells: Sequence[Cell]) -> dict[Cell, list[Row]]:
    history: dict[Cell, list[Row]] = {cell: [] for cell in cells}
    for row in trends.facts.tables["trends.signals"].sort("first_day").iter_rows(named=True):
        if (cell := _cell(row)) in history:
            history[cell].append(row)
    return history


def points_of(trends: Trends, scene: Scene, rows: Sequence[Row]) -> list[timeline.Point]:
    """The points of a cell's rows in time order, inside the window."""
    measured = [(row, trends.facts.measures.get((row["week"], row["phase"], row["platform"]))) for row in rows]
    return [
        timeline.point(bucket, row["observed"], usual_range(row))
        for row, bucket in measured
        if bucket is not None and bucket["first_day"] >= scene.first_day
    ]


def _panel(trends: Trends, scene: Scene, cell: Cell, row: Row, rows: Sequence[Row]) -> Panel:
    words = scene.words
    events = trends.facts.tables["trends.incident_weeks"].filter(
        week=str(scene.week), phase=row["phase"], family=cell.family, subject=cell.subject, status="explained"
    )
    event = next(events.iter_rows(named=True), None)
    name = subject_words(trends, words, cell.family, cell.subject)
    if cell.platform != "all":
        name = words("change_at", change=name, place=platform_name(words, cell.platform))
    verdict = words(f"direction_{row['direction']}") if row["signal"] else multiples.verdict(scene, row)
    if event and row["signal"]:
        verdict += f", {event[f'event_{words.lang}']}"
    return Panel(
        name, points_of(trends, scene, rows), [multiples.usual_text(scene, row), verdict], bool(row["signal"]),
        event["event_day"] if event else None, words("unit_texts"),
    )  # fmt: skip


def head(trends: Trends, scene: Scene) -> Head:
    """The first signals of the week, or in how many tests there was none."""
    words = scene.words
    changes = [change_words(trends, words, signal) for signal in trends.signals]
    rest = len(changes) - NAMED
    title = words("chart_signals_untested")
    if changes:
        named = changes[:NAMED] + ([words("signals_more", count=rest)] if rest > 0 else [])
        title = words("chart_signals_passed", changes=words.listed(named))
    elif trends.tested:
        title = words("chart_signals", tests=words.number(trends.tested))
    return Head(title, words("sub_signals"), words("note_signals"))


def finding(trends: Trends, scene: Scene) -> str:
    """The signals of the week, or in how many tests there was none."""
    words = scene.words
    items = [change_words(trends, words, signal) for signal in trends.signals]
    return "; ".join(items) or words("alt_no_signal", tests=words.number(trends.tested))


def draw(panels: Sequence[Panel], scene: Scene, above: Head) -> Figure:
    """A panel a cell: its counts, its usual range, this week's dot, the verdict in words."""
    with style.sheet(scene, above, multiples.height(len(panels)) if panels else 20) as figure:
        if panels:
            multiples.grid(figure, scene, panels)
        else:
            style.say(style.axes(figure, (0, 0, style.WIDTH, 20)), scene.words("empty_signals"))
    return figure


CHART = Chart("signals", data, head, draw, finding, place=2)
