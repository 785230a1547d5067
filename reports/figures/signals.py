"""The signals of the week as small multiples: what passed its test first, then what came nearest to it."""

from collections.abc import Sequence

from flows.method import FAMILIES
from reports.figures import multiples, style, timeline
from reports.figures.chart import Chart
from reports.figures.multiples import Panel
from reports.figures.scene import Scene
from reports.figures.style import Head
from reports.reading.facts import Row
from reports.reading.outcomes import Signal, Trends, usual_limits
from reports.reading.weeks import main_bucket
from reports.wording.sentences import this_week
from reports.wording.statement import subject_words
from reports.wording.statements import change_words
from reports.wording.words import platform_name

SHOWN = 8  # panels
NAMED = 2  # signals in the claim
Cell = tuple[str, str]  # a family and its subject


def data(trends: Trends, scene: Scene) -> list[Panel]:
    """The subjects that passed, then those nearest to it, up to SHOWN.

    Of each the counts of all platforms together, also where a single one passed: counts of one platform may be too
    small to be shown (method, section 6).
    """
    frame = trends.facts.tables["trends.signals"]
    frame = frame.filter(frame["platform"] == "all")
    tested = frame.filter((frame["week"] == str(scene.week)) & frame["reason"].is_null()).rows(named=True)
    near = sorted(tested, key=lambda row: (row["p"], row["subject"]))
    cells = [*((signal.family, signal.subject) for signal in passed(trends)), *map(_cell, near)]
    shown = list(dict.fromkeys(cells))[:SHOWN]
    history: dict[Cell, list[Row]] = {cell: [] for cell in shown}
    for row in frame.sort("first_day").iter_rows(named=True):
        if (cell := _cell(row)) in history:
            history[cell].append(row)
    return [_panel(trends, scene, cell, history[cell]) for cell in shown]


def _cell(row: Row) -> Cell:
    return row["family"], row["subject"]


def passed(trends: Trends) -> list[Signal]:
    """The signals of the week that are incidents of its situation, those of all platforms together first."""
    return sorted(trends.told, key=lambda signal: signal.platform != "all")


def points_of(trends: Trends, scene: Scene, rows: Sequence[Row]) -> list[timeline.Point]:
    """The points of a cell's rows in time order, inside the window; of a class of one phase those of that."""
    only = trends.facts.only_in_phase
    rows = [
        row for row in rows if only.get(str(row.get("subject") or row.get("indication")), row["phase"]) == row["phase"]
    ]
    measured = [(row, trends.facts.measures.get((row["week"], row["phase"], row["platform"]))) for row in rows]
    return [
        timeline.point(bucket, row["observed"], usual_limits(row))
        for row, bucket in measured
        if bucket is not None and bucket["first_day"] >= scene.first_day
    ]


def _panel(trends: Trends, scene: Scene, cell: Cell, rows: Sequence[Row]) -> Panel:
    words, facts = scene.words, trends.facts
    family, subject = cell
    seed = FAMILIES[family].subjects
    name = facts.label(seed, subject) if seed else subject_words(trends, words, family, subject)
    row = multiples.current(rows, scene)
    signal = next((each for each in passed(trends) if (each.family, each.subject) == cell), None)
    event = None
    verdict = multiples.verdict(scene, row)
    if signal:
        verdict = words(f"direction_{signal.row['direction']}")
        if signal.platform != "all":
            verdict = words("change_at", change=verdict, place=platform_name(words, signal.platform))
        event = _event(trends, signal)
        verdict += f", {event[f'event_{words.lang}']}" if event else ""
    says = [multiples.usual_text(scene, row), verdict]
    day = event["event_day"] if event else None
    return Panel(name, points_of(trends, scene, rows), says, signal is not None, day, words("unit_texts"))


def _event(trends: Trends, signal: Signal) -> Row | None:
    """The incident of a signal that a known event explains."""
    frame = trends.facts.tables["trends.incident_weeks"].filter(
        week=signal.row["week"], phase=signal.row["phase"], family=signal.family, subject=signal.subject,
        status="explained",
    )  # fmt: skip
    return next(frame.iter_rows(named=True), None)


def is_due(trends: Trends) -> bool:
    """An edition in which nothing could be tested has no such chart."""
    return trends.tested > 0


def head(trends: Trends, scene: Scene) -> Head:
    """The first signals of the week that are told, or in how many tests there was none."""
    words = scene.words
    changes = [change_words(trends, words, signal) for signal in passed(trends)]
    rest = len(changes) - NAMED
    title = words("chart_signals_small" if trends.signals else "chart_signals", tests=words.number(trends.tested))
    if changes:
        named = changes[:NAMED] + ([words("signals_more", count=rest)] if rest > 0 else [])
        title = words("chart_signals_passed", changes=words.listed(named))
    points = [panel.points for panel in data(trends, scene)]
    when = this_week(words, main_bucket(trends.facts, scene.week))
    return Head(title, words("sub_signals", when=when), timeline.explained(scene, points, words("note_signals")))


def finding(trends: Trends, scene: Scene) -> str:
    """The signals of the week, or in how many tests there was none."""
    words = scene.words
    items = [change_words(trends, words, signal) for signal in passed(trends)]
    return "; ".join(items) or words("alt_no_signal", tests=words.number(trends.tested))


def draw(panels: Sequence[Panel], scene: Scene, above: Head) -> style.Sheet:
    """A panel a subject: its counts, its usual range, this week's dot, the verdict in words."""
    with style.sheet(scene, above, multiples.height(panels)) as figure:
        multiples.grid(figure, scene, panels)
    return figure


CHART = Chart("signals", data, head, draw, finding, place=2, is_due=is_due)
