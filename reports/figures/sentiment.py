"""Net sentiment with its interval, a small panel a platform: read each along time, not against its neighbour."""

from collections.abc import Sequence
from typing import NamedTuple

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from flows.method import METHOD
from reports.figures import style, timeline
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.reading.outcomes import Trends

_PANEL, _BELOW = 27.0, 14.0


class Sentiments(NamedTuple):
    """`weekly_platform` of all buckets, and the platforms that have a panel."""

    frame: pl.DataFrame
    platforms: Sequence[str]


def data(trends: Trends, scene: Scene) -> Sentiments:
    """The series of the window."""
    return Sentiments(trends.facts.tables["trends.weekly_platform"], scene.series)


def finding(trends: Trends, scene: Scene) -> str:
    """The net sentiment of the week's buckets, of those with enough posts."""
    words, facts = scene.words, trends.facts
    items = []
    for bucket in facts.buckets:
        for platform in ("all", *facts.platforms):
            row = facts.measure(bucket, platform)
            if row is None or (row["labelled"] or 0) < METHOD.net_posts or row["net_sentiment"] is None:
                continue
            name = scene.platform(platform)
            if len(facts.buckets) > 1:
                name = f"{name} {words.days(bucket.first_day, bucket.last_day)}"
            items.append(words("alt_item_net", name=name, value=words.decimal(row["net_sentiment"] * 100, signed=True)))
    return "; ".join(items) or words("alt_none")


def draw(sentiments: Sentiments, scene: Scene) -> Figure:
    """Net sentiment in percentage points, two panels a row."""
    frame, platforms = sentiments
    lines = (len(platforms) + 1) // 2
    columns = 2 if len(platforms) > 1 else 1
    first = style.HEAD + timeline.legend_height(scene) + 6
    width = (style.WIDTH - 3) / columns - 14
    note = timeline.with_widened(scene, scene.words("note_sentiment"))
    height = first + lines * (_PANEL + _BELOW) - 3
    with style.sheet(scene, height, scene.words("chart_sentiment"), note) as figure:
        timeline.phase_legend(figure, scene)
        limits = _limits(frame, scene, platforms)
        for number, platform in enumerate(platforms):
            left = 13 + (number % columns) * (width + 14)
            top = first + (number // columns) * (_PANEL + _BELOW)
            axes = style.axes(figure, (left, top, width, _PANEL))
            _panel(axes, frame, scene, platform, limits)
    return figure


def _limits(frame: pl.DataFrame, scene: Scene, platforms: Sequence[str]) -> tuple[float, float]:
    ends = [
        end * 100
        for platform in platforms
        for row in timeline.rows_of(frame, scene, platform)
        for end in (row["net_low"], row["net_high"], row["net_sentiment"])
        if end is not None and row["labelled"] >= METHOD.net_posts
    ]
    return max(-100.0, min([-10.0, *ends]) * 1.08), min(100.0, max([10.0, *ends]) * 1.08)


def _panel(axes: Axes, frame: pl.DataFrame, scene: Scene, platform: str, limits: tuple[float, float]) -> None:
    rows = timeline.rows_of(frame, scene, platform)
    shown = [row for row in rows if row["net_sentiment"] is not None and (row["labelled"] or 0) >= METHOD.net_posts]
    timeline.phase_bands(axes, scene)
    axes.set_title(scene.platform(platform), color=style.SERIES_COLOUR[platform])
    axes.set_ylim(*limits)
    timeline.set_axis(axes, scene)
    timeline.value_axis(axes, scene, signed=True)
    if not shown:
        axes.set_yticks([])
        style.say(axes, scene.words("empty_sentiment"), 42)
        return
    axes.set_ylabel(scene.words("axis_points"), labelpad=1.5)
    axes.axhline(0, color=style.MUTED, linewidth=0.7)
    colour = style.SERIES_COLOUR[platform]
    for run in timeline.runs(shown, "net_sentiment"):
        across = [timeline.middle(scene, row) for row in run]
        axes.plot(across, [row["net_sentiment"] * 100 for row in run], color=colour, linewidth=0.9, zorder=3)
    for row in shown:
        at = timeline.middle(scene, row)
        if row["net_low"] is not None:
            axes.plot([at, at], [row["net_low"] * 100, row["net_high"] * 100], color=colour, linewidth=0.9, alpha=0.75)
        timeline.mark(axes, scene, row, row["net_sentiment"] * 100, platform)


CHART = Chart("sentiment", data, draw, finding, place=3)
