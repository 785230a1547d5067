"""Posts a day by platform over the season, with the phases behind and the coverage of each platform beneath."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reports.figures import style, timeline
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.reading.outcomes import Trends

_LEFT, _RIGHT, _PLOT = 18.0, 21.0, 40.0


class Volumes(NamedTuple):
    """`Facts.volumes` of all buckets, and the platforms to draw with their coverage of the week (None: unknown)."""

    frame: pl.DataFrame
    shares: Mapping[str, float | None]


def data(trends: Trends, scene: Scene) -> Volumes:
    """The platforms of the window, each for itself."""
    facts = trends.facts
    return Volumes(facts.volumes, {name: facts.coverage_of(name) for name in scene.platforms})


def finding(trends: Trends, scene: Scene) -> str:
    """The posts of the week by platform."""
    words, facts = scene.words, trends.facts
    items = [
        words("alt_volume_item", platform=scene.platform(name), posts=words.number(facts.posts_of(name)))
        for name in facts.platforms
    ]
    return ", ".join(items) or words("alt_none")


def draw(volumes: Volumes, scene: Scene) -> Figure:
    """Posts per collected day, one mark a bucket."""
    frame, shares = volumes
    platforms = list(shares)
    ribbon = 4.2 * max(len(platforms), 1)
    top = style.HEAD + timeline.legend_height(scene) + 2.5
    width = style.WIDTH - _LEFT - _RIGHT
    note = timeline.with_widened(scene, scene.words("note_volume"))
    with style.sheet(scene, top + _PLOT + 3 + ribbon + 10, scene.words("chart_volume"), note) as figure:
        upper = style.axes(figure, (_LEFT, top, width, _PLOT))
        lower = style.axes(figure, (_LEFT, top + _PLOT + 3, width, ribbon), share_x=upper)
        timeline.phase_legend(figure, scene)
        timeline.phase_bands(upper, scene)
        timeline.break_marks(upper, scene)
        ends = _lines(upper, frame, scene, platforms)
        upper.set_ylim(0, upper.get_ylim()[1] * 1.04)
        timeline.value_axis(upper, scene)
        upper.set_ylabel(scene.words("axis_posts_day"))
        _end_labels(upper, scene, ends)
        _ribbon(lower, frame, scene, shares)
        timeline.set_axis(lower, scene)
        upper.tick_params(axis="x", which="both", labelbottom=False, length=0)
    return figure


def _lines(axes: Axes, frame: pl.DataFrame, scene: Scene, platforms: Sequence[str]) -> list[tuple[str, float, float]]:
    ends = []
    for platform in platforms:
        rows = timeline.rows_of(frame, scene, platform)
        for run in timeline.runs(rows, "per_day"):
            axes.plot(
                [timeline.middle(scene, row) for row in run],
                [row["per_day"] for row in run],
                "-",
                color=style.SERIES_COLOUR[platform],
                zorder=3,
            )
        shown = [row for row in rows if row["per_day"] is not None and row["status"] != "not_collected"]
        shown = [row for row in shown if row["status"] in timeline.DRAWN or row["posts"]]
        for row in shown:
            timeline.mark(axes, scene, row, row["per_day"], platform)
        if shown:
            last = shown[-1]
            ends.append((platform, timeline.middle(scene, last), last["per_day"]))
    if not ends:
        axes.set_ylim(0, 1)
        axes.set_yticks([])
        style.say(axes, scene.words("empty_volume"))
    return ends


def _end_labels(axes: Axes, scene: Scene, ends: Sequence[tuple[str, float, float]]) -> None:
    low, high = axes.get_ylim()
    step = (high - low) * 0.1
    places: list[tuple[str, float]] = []
    for platform, _, value in sorted(ends, key=lambda end: end[2]):
        at = max(value, places[-1][1] + step) if places else max(value, low + step / 2)
        places.append((platform, at))
    excess = places[-1][1] - (high - step / 2) if places else 0
    for platform, at in places:
        axes.text(
            1.012,
            at - max(excess, 0),
            scene.short(platform),
            transform=axes.get_yaxis_transform(),
            color=style.SERIES_COLOUR[platform],
            fontsize=style.BASE,
            fontweight="bold",
            va="center",
        )


def _ribbon(axes: Axes, frame: pl.DataFrame, scene: Scene, shares: Mapping[str, float | None]) -> None:
    platforms = list(shares)
    axes.set_ylim(max(len(platforms), 1), 0)
    axes.set_yticks([number + 0.5 for number in range(len(platforms))])
    axes.set_yticklabels([scene.short(name) for name in platforms])
    axes.spines["left"].set_visible(False)
    for number, platform in enumerate(platforms):
        for row in timeline.rows_of(frame, scene, platform):
            fill, edge, hatch = style.STATUS_MARK[row["status"]]
            place = timeline.position(scene, row["first_day"]), number + 0.12
            width = timeline.width(scene, row)
            axes.add_patch(Rectangle(place, width, 0.76, facecolor=fill, edgecolor=edge, hatch=hatch, linewidth=0.3))
        share = shares[platform]
        text = scene.words("ribbon_unknown") if share is None else scene.words.percent(share)
        axes.text(1.012, number + 0.5, text, transform=axes.get_yaxis_transform(), fontsize=style.SMALL, va="center")
    axes.text(
        1.012,
        -0.25,
        scene.words("ribbon_title", week=timeline.week_label(scene.week)),
        transform=axes.get_yaxis_transform(),
        fontsize=style.SMALL,
        color=style.MUTED,
        va="bottom",
    )


def _total(trends: Trends, _: Scene) -> Volumes:
    return Volumes(trends.facts.volumes, {"all": trends.facts.coverage})


def _total_finding(trends: Trends, scene: Scene) -> str:
    return f"{scene.words('platform_all')} {scene.words.number(trends.facts.total('posts'))}"


CHART = Chart("volume", data, draw, finding, place=2)
TOTAL = replace(CHART, data=_total, finding=_total_finding)  # the regency alone, for leadership
