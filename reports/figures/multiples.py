"""Small multiples: many small charts of one form, each with its name and its verdict above."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from matplotlib.axes import Axes

from reports.figures import style, timeline
from reports.figures.scene import Scene
from reports.figures.timeline import Point
from reports.reading.facts import Row
from reports.reading.outcomes import usual_limits

COLUMNS = 4
_GAP, _PLOT, _AXIS, _EDGE = 6.0, 15.0, 6.5, 1.5  # mm; the last is for a dot at the right end
_WIDE = (style.WIDTH - _EDGE - (COLUMNS - 1) * _GAP) / COLUMNS
_NAME, _VERDICT = 21, 26  # characters of a line
_LINE = 3.5


@dataclass(frozen=True)
class Panel:
    """One small chart: a name, a series, what is said of this week, and whether that stands out."""

    name: str
    points: Sequence[Point]
    verdict: Sequence[str]
    is_passed: bool = False
    event: date | None = None
    unit: str = ""


def height(panels: Sequence[Panel]) -> float:
    """The height in mm of the panels."""
    return sum(_heights(panels))


def _heights(panels: Sequence[Panel]) -> list[float]:
    """The height in mm of each row: as much as the most lines above one of its panels need."""
    lines = [sum(text.count("\n") + 1 for text in _texts(panel)) for panel in panels]
    rows = [max(lines[start : start + COLUMNS]) for start in range(0, len(lines), COLUMNS)]
    return [_GAP / 2 + most * _LINE + _PLOT + _AXIS for most in rows]


def _texts(panel: Panel) -> tuple[str, str]:
    """The name of a panel and its verdict, in the lines they are set in."""
    return style.fitted(panel.name, _NAME), "\n".join(style.fitted(text, _VERDICT) for text in panel.verdict)


def grid(figure: style.Sheet, scene: Scene, panels: Sequence[Panel], top: float | None = None) -> None:
    """The panels in rows; each on a scale of its own from zero, or all on one that ends at `top`."""
    ends_at = list(accumulate(_heights(panels)))
    for number, panel in enumerate(panels):
        left, below = number % COLUMNS * (_WIDE + _GAP), ends_at[number // COLUMNS]
        axes = style.axes(figure, (left, below - _PLOT - _AXIS, _WIDE, _PLOT))
        ends = [each.value or 0.0 for each in panel.points] + [each.usual[1] for each in panel.points if each.usual]
        axes.set_ylim(0, (top or max([1.0, *ends])) * 1.06)
        timeline.ends_axis(axes, scene)
        axes.set_yticks([])
        _head(axes, panel)
        dot = style.ACCENT if panel.is_passed else style.INK
        timeline.line(axes, scene, panel.points, dot=dot)
        if panel.event is not None:
            axes.axvline(timeline.position(scene, panel.event), color=style.GREY, linewidth=0.5, linestyle=(0, (2, 2)))
        timeline.zones(axes, scene, panel.points, (panel.name, panel.unit))


def _head(axes: Axes, panel: Panel) -> None:
    """The name and, below it, the verdict, which stands out where the test passed."""
    name, verdict = _texts(panel)
    colour = style.ACCENT if panel.is_passed else style.MUTED
    up = 2 + (verdict.count("\n") + 1) * _LINE * 72 / style.MM
    for text, above, weight, of in ((verdict, 2.0, "normal", colour), (name, up, "bold", style.INK)):
        axes.annotate(
            text, (0, 1), xycoords="axes fraction", xytext=(0, above), textcoords="offset points", va="bottom",
            fontsize=style.BASE, fontweight=weight, color=of, linespacing=1.15,
        )  # fmt: skip


def current(rows: Sequence[Row], scene: Scene) -> Row:
    """The row of the week that says most: one that was compared, else with the largest count or of the most days."""
    week = [row for row in rows if row["week"] == str(scene.week)]
    return max(week, key=lambda row: (row["expected"] is not None, row["observed"] or 0, row["days"]), default=rows[-1])


def verdict(scene: Scene, row: Row) -> str:
    """What the test says of a count that did not pass it."""
    words = scene.words
    limits = usual_limits(row)
    if limits is None or row["observed"] is None:
        return words("panel_untested")
    is_inside = limits[0] <= row["observed"] <= limits[1]
    return words("panel_usual" if is_inside else "panel_not_passed")


def usual_text(scene: Scene, row: Row) -> str:
    """`31; biasanya sekitar 1`, or the count alone where nothing is usual yet."""
    words = scene.words
    observed = words.number(row["observed"])
    if row["expected"] is None:
        return observed
    rounded = round(row["expected"])
    usual = words("incident_usual" if rounded else "incident_usual_none", usual=words.number(max(rounded, 1)))
    return f"{observed}; {usual}"
