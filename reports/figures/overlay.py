"""The official series beside ours: two panels, two axes, two instruments; never one scale."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.figures import style, timeline
from reports.figures.style import Scene

_LEFT, _RIGHT, _PANEL = 18.0, 8.0, 26.0


class Point(NamedTuple):
    """A cumulative count as it stood at the end of a day."""

    day: date
    total: int


def draw(official: Sequence[Point], name: str, ours: Sequence[Point], scene: Scene) -> Figure:
    """The official cumulative series and its name above, our cumulative detections since the campaign began below."""
    with style.contract():
        note = timeline.with_widened(scene, scene.words("note_overlay", official=name))
        top = style.HEAD + timeline.legend_height(scene) + 6
        figure = style.canvas(top + 2 * _PANEL + 23 + style.foot_height(scene, note))
        style.head(figure, scene.words("chart_overlay"))
        timeline.phase_legend(figure, scene)
        width = style.WIDTH - _LEFT - _RIGHT
        upper = style.axes(figure, (_LEFT, top, width, _PANEL))
        lower = style.axes(figure, (_LEFT, top + _PANEL + 11, width, _PANEL), share_x=upper)
        inside = [[point for point in each if scene.first_day <= point.day] for each in (official, ours)]
        _panel(upper, inside[0], scene, ("overlay_official", name), "#5b1a52")
        _panel(lower, inside[1], scene, ("overlay_ours", scene.words("overlay_ours")), style.INK)
        timeline.set_axis(lower, scene)
        upper.tick_params(axis="x", which="both", labelbottom=False, length=0)
        style.sign(figure, scene, note)
        return figure


def _panel(axes: Axes, points: Sequence[Point], scene: Scene, called: tuple[str, str], colour: str) -> None:
    key, name = called
    timeline.phase_bands(axes, scene)
    axes.set_title(name, color=colour, fontsize=style.SMALL)
    axes.set_ylabel(scene.words(f"{key}_axis"))
    if not points:
        axes.set_yticks([])
        axes.set_xlim(0, timeline.end(scene, scene.last_day))
        style.say(axes, scene.words(f"{key}_empty"), 64)
        return
    across = [timeline.end(scene, point.day) for point in points]
    axes.plot(across, [point.total for point in points], drawstyle="steps-post", color=colour, linewidth=1.0)
    axes.plot(across, [point.total for point in points], "o", color=colour, markersize=3.4, clip_on=False)
    high = max(point.total for point in points)
    axes.set_ylim(0, max(high * 1.25, 1))
    timeline.value_axis(axes, scene)
    shown = points if len(points) <= 5 else points[-1:]
    for point in shown:
        axes.annotate(
            scene.words.number(point.total),
            (timeline.end(scene, point.day), point.total),
            xytext=(0, 4),
            textcoords="offset points",
            fontsize=style.SMALL,
            fontweight="bold",
            color=colour,
            ha="center",
            annotation_clip=False,
        )
