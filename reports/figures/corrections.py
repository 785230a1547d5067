"""First reported against now known: what every bucket said when it was first published, and what is known of it now."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reports.figures import style, timeline
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.reading.outcomes import Trends

_LEFT, _RIGHT, _UPPER, _LOWER = 18.0, 29.0, 36.0, 20.0
Known = Mapping[tuple[date, date], float]  # posts of a bucket as first reported, for buckets that were published


class Restated(NamedTuple):
    """The rows of `Facts.volumes` for platform `all`, and what was first reported of them."""

    rows: Sequence[timeline.Row]
    first: Known


def data(trends: Trends, scene: Scene) -> Restated:
    """The buckets of the window."""
    return Restated(timeline.rows_of(trends.facts.volumes, scene, "all"), first_known(trends))


def first_known(trends: Trends) -> dict[tuple[date, date], float]:
    """Posts of each published bucket as first reported, by its first and last day."""
    measures = trends.facts.measures
    return {
        (row["first_day"], row["last_day"]): value
        for (week, phase), value in trends.first_reported().items()
        if (row := measures.get((week, phase, "all")))
    }


def finding(trends: Trends, scene: Scene) -> str:
    """How many values were restated."""
    return scene.words("alt_corrections_count", count=scene.words.number(trends.corrections.height))


def draw(restated: Restated, scene: Scene) -> Figure:
    """Posts per collected day as first reported and as now known; below, the difference."""
    rows, first = restated
    top = style.HEAD + timeline.legend_height(scene) + 2.5
    width = style.WIDTH - _LEFT - _RIGHT
    note = timeline.with_widened(scene, scene.words("note_corrections"))
    height = top + _UPPER + 5 + _LOWER + 10
    with style.sheet(scene, height, scene.words("chart_corrections"), note) as figure:
        upper = style.axes(figure, (_LEFT, top, width, _UPPER))
        lower = style.axes(figure, (_LEFT, top + _UPPER + 5, width, _LOWER), share_x=upper)
        timeline.phase_legend(figure, scene)
        timeline.phase_bands(upper, scene)
        published = [row for row in rows if (row["first_day"], row["last_day"]) in first and row["per_day"] is not None]
        if not published:
            lower.set_visible(False)
            upper.set_axis_off()
            style.say(upper, scene.words("empty_corrections"))
        else:
            _lines(upper, published, first, scene)
            _differences(lower, published, first, scene)
            timeline.set_axis(lower, scene)
            upper.tick_params(axis="x", which="both", labelbottom=False, length=0)
    return figure


def _first(row: timeline.Row, first: Known) -> float:
    return first[row["first_day"], row["last_day"]]


def _first_rate(row: timeline.Row, first: Known) -> float:
    """First reported, over the same collected days as what is now known."""
    days = row["posts"] / row["per_day"] if row["posts"] else row["days"]
    return _first(row, first) / float(days)


def _lines(axes: Axes, rows: Sequence[timeline.Row], first: Known, scene: Scene) -> None:
    for run in timeline.runs(rows, "per_day"):
        across = [timeline.middle(scene, row) for row in run]
        axes.plot(across, [row["per_day"] for row in run], "-", color=style.INK, zorder=3)
        axes.plot(
            across,
            [_first_rate(row, first) for row in run],
            linestyle=(0, (3, 2)),
            marker="_",
            markersize=8,
            markeredgewidth=1.3,
            color="#0072b2",
            zorder=4,
        )
    for row in rows:
        timeline.mark(axes, scene, row, row["per_day"], "all")
    axes.set_ylim(0, axes.get_ylim()[1] * 1.15)  # the names at the end stay clear of those of the phases
    timeline.value_axis(axes, scene)
    axes.set_ylabel(scene.words("axis_posts_day"))
    _end_labels(axes, scene, rows[-1]["per_day"], _first_rate(rows[-1], first))


def _end_labels(axes: Axes, scene: Scene, now: float, then: float) -> None:
    """Names both lines at their ends, a step apart at least."""
    step = (axes.get_ylim()[1]) * 0.12
    up = now if abs(now - then) > step else (now + then) / 2 + step / 2
    down = then if abs(now - then) > step else (now + then) / 2 - step / 2
    if then > now:
        up, down = down, up
    for at, key, colour in ((up, "line_now", style.INK), (down, "line_first", "#0072b2")):
        axes.text(
            1.015,
            at,
            scene.words(key),
            transform=axes.get_yaxis_transform(),
            color=colour,
            fontsize=style.SMALL,
            fontweight="bold",
            va="center",
        )


def _differences(axes: Axes, rows: Sequence[timeline.Row], first: Known, scene: Scene) -> None:
    gaps = [row["posts"] - _first(row, first) for row in rows]
    for row, gap in zip(rows, gaps, strict=True):
        colour = "#5b1a52" if gap >= 0 else "#d98200"
        axes.bar(timeline.middle(scene, row), gap, width=timeline.width(scene, row) * 0.75, color=colour, zorder=3)
    high, low = max([0.0, *gaps]), min([0.0, *gaps])
    axes.set_ylim(low * 1.15 - (0.5 if low else 0.2), high * 1.15 + 0.5)
    axes.axhline(0, color=style.MUTED, linewidth=0.7)
    timeline.value_axis(axes, scene, signed=True)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    axes.set_ylabel(scene.words("axis_difference"))


CHART = Chart("corrections", data, draw, finding, place=7)
