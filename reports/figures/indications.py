"""Posts with at least one automatically detected indication per 1,000 labelled posts, with Garwood intervals."""

from collections.abc import Sequence

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports import style
from reports.figures import timeline
from reports.style import Scene

_FIRST, _PANEL = 44.0, 26.0


def draw(frame: pl.DataFrame, scene: Scene, platforms: Sequence[str]) -> Figure:
    """Detected posts per 1,000 labelled, from `weekly_platform` (all buckets): the first platform wide, others small.

    The interval is of counting only; label error is not in it and the chart says so.
    """
    with style.contract():
        note = scene.words("note_indications") + " " + scene.words("note_marks")
        small = platforms[1:]
        top = style.HEAD + 9
        height = top + _FIRST + 9 + (_PANEL + 17 if small else 0) + style.foot_height(scene, note)
        figure = style.canvas(height)
        style.head(figure, scene.words("chart_indications"))
        axes = style.axes(figure, (14, top, style.WIDTH - 18, _FIRST))
        _panel(axes, frame, scene, platforms[0], wide=True)
        axes.set_ylabel(scene.words("axis_per_1000"))
        if small:
            width = (style.WIDTH - 3) / len(small) - 13
            tops = []
            for number, platform in enumerate(small):
                panel = style.axes(figure, (13 + number * (width + 13), top + _FIRST + 17, width, _PANEL))
                _panel(panel, frame, scene, platform, wide=False)
                tops.append((panel, panel.get_ylim()[1]))
            for panel, _ in tops:
                panel.set_ylim(0, max(top for _, top in tops))
        style.sign(figure, scene, note)
        return figure


def _panel(axes: Axes, frame: pl.DataFrame, scene: Scene, platform: str, wide: bool) -> None:
    shown = [row for row in timeline.rows_of(frame, scene, platform) if row["per_1000"] is not None]
    timeline.phase_bands(axes, scene, names=wide)
    axes.set_title(scene.platform(platform), color=style.SERIES_COLOUR[platform], pad=13 if wide else 5)
    timeline.set_axis(axes, scene)
    timeline.value_axis(axes, scene)
    if not shown:
        axes.set_ylim(0, 1)
        axes.set_yticks([])
        style.say(axes, scene.words("empty_indications"), 70 if wide else 28)
        return
    colour = style.SERIES_COLOUR[platform]
    # A one-day bucket of few posts has a huge upper end: cut the axis there and say so with an arrow.
    top = _top(shown)
    axes.set_ylim(0, top)
    for row in shown:
        at = timeline.middle(scene, row)
        low, high = row["per_1000_low"], row["per_1000_high"]
        if low is None or high is None:
            continue
        axes.plot([at, at], [low, min(high, top)], color=colour, linewidth=0.9, alpha=0.75, zorder=2)
        if high > top:
            axes.plot(at, top * 0.985, "^", color=colour, markersize=3, clip_on=False, zorder=5)
    for row in shown:
        timeline.mark(axes, scene, row, min(row["per_1000"], top), platform)


def _top(rows: Sequence[timeline.Row]) -> float:
    values = max(float(row["per_1000"]) for row in rows)
    ends = sorted(float(row["per_1000_high"]) for row in rows if row["per_1000_high"] is not None)
    if not ends:
        return max(values * 1.15, 1.0)
    usual = ends[int(0.9 * (len(ends) - 1))]
    return min(max(values * 1.15, usual * 1.25, 0.5), 1000.0)
