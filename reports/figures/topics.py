"""Topic by platform: the share of each bucket's posts that touch a topic, as a heat map with its numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from flows.periods import Bucket
from reports import style
from reports.style import Scene

_SHADES = LinearSegmentedColormap.from_list("shares", ["#f7f9fb", "#a9c8de", "#2f6690", "#10314a"])
_ROW = 5.4
_LABEL = 52.0
Cells = dict[tuple[str, str, str], tuple[float | None, str]]  # (phase, platform, topic) -> (share, status)


def draw(
    frame: pl.DataFrame,
    scene: Scene,
    buckets: Sequence[Bucket],
    platforms: Sequence[str],
    labels: dict[str, str],
) -> Figure:
    """Shares from `weekly_topic` for the buckets of one week; one block a bucket, one column a platform.

    `labels` maps topic codes to the reader's words and fixes which topics have a row; a topic with no post anywhere in
    the week has none.
    """
    with style.contract():
        note = scene.words("note_topics")
        cells = _cells(frame, scene, platforms)
        topics = _ordered(cells, buckets, labels)
        rows = len(topics) or 4
        top = style.HEAD + (13 if len(buckets) < 3 else 17)
        height = top + rows * _ROW + 3 + style.foot_height(scene, note)
        figure = style.canvas(height)
        style.head(figure, scene.words("chart_topics"))
        gap = 5.0
        width = (style.WIDTH - _LABEL - 6 - gap * (len(buckets) - 1)) / len(buckets)
        width = min(width, 27.0 * len(platforms))
        grid = _Grid(scene, platforms, topics, cells)
        if not topics:
            axes = style.axes(figure, (10, top, style.WIDTH - 20, rows * _ROW))
            axes.set_axis_off()
            style.say(axes, scene.words("empty_topics"))
        for number, bucket in enumerate(buckets if topics else ()):
            axes = style.axes(figure, (_LABEL + number * (width + gap), top, width, rows * _ROW))
            _block(axes, grid, bucket)
            if number == 0:
                axes.set_yticks([row + 0.5 for row in range(len(topics))])
                axes.set_yticklabels([labels.get(topic, topic) for topic in topics], color=style.INK)
        style.sign(figure, scene, note)
        return figure


def _cells(frame: pl.DataFrame, scene: Scene, platforms: Sequence[str]) -> Cells:
    week = frame.filter(pl.col("week") == str(scene.week), pl.col("platform").is_in(list(platforms)))
    return {
        (row["phase"], row["platform"], row["topic"]): (row["share"], row["status"])
        for row in week.iter_rows(named=True)
    }


def _ordered(cells: Cells, buckets: Sequence[Bucket], labels: dict[str, str]) -> list[str]:
    largest: dict[str, float] = {}
    days = {bucket.phase: bucket.days for bucket in buckets}
    for (phase, platform, topic), (share, _) in cells.items():
        weight = days.get(phase, 0) * (100 if platform == "all" else 1)
        largest[topic] = largest.get(topic, 0.0) + (share or 0.0) * weight
    present = [topic for topic in largest if largest[topic] > 0]
    return sorted(present, key=lambda topic: (-round(largest[topic], 9), labels.get(topic, topic)))


@dataclass(frozen=True)
class _Grid:
    """What all blocks of one map share."""

    scene: Scene
    platforms: Sequence[str]
    topics: Sequence[str]
    cells: Cells

    def share(self, phase: str, platform: str, topic: str) -> float | None:
        """The share of a cell; None when it is not known or nothing was collected."""
        share, status = self.cells.get((phase, platform, topic), (None, "unknown"))
        return None if status == "not_collected" else share

    @cached_property
    def high(self) -> float:
        """The largest share of the map, at least a little above 0."""
        return max([share for share, _ in self.cells.values() if share is not None], default=0.0) or 1.0


def _block(axes: Axes, grid: _Grid, bucket: Bucket) -> None:
    scene, platforms = grid.scene, grid.platforms
    axes.set_xlim(0, len(platforms))
    axes.set_ylim(len(grid.topics), 0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(axis="both", length=0)
    axes.xaxis.tick_top()
    axes.set_xticks([number + 0.5 for number in range(len(platforms))])
    axes.set_xticklabels([scene.short(name) for name in platforms], fontsize=6.5, color=style.INK)
    is_narrow = style.width_of(axes) / len(platforms) < 13
    if is_narrow:
        axes.tick_params(axis="x", labelrotation=40, pad=0)
        for label in axes.get_xticklabels():
            label.set(ha="left", rotation_mode="anchor")
    axes.set_yticks([])
    axes.annotate(
        scene.words(
            "bucket_title",
            phase=scene.words(f"phase_{bucket.phase}"),
            days=scene.words.days(bucket.first_day, bucket.last_day),
        ),
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, 25 if is_narrow else 15),
        textcoords="offset points",
        fontsize=7,
        fontweight="bold",
        va="bottom",
        annotation_clip=False,
    )
    for across, platform in enumerate(platforms):
        for down, topic in enumerate(grid.topics):
            share = grid.share(bucket.phase, platform, topic)
            if share is None:
                axes.add_patch(_square(across, down, facecolor=style.PAPER, edgecolor="#b3b3b3", hatch="////"))
                continue
            fill = _SHADES(share / grid.high)
            axes.add_patch(_square(across, down, facecolor=fill, edgecolor="none"))
            text = scene.words.decimal(share * 100)
            ink = style.ink_on(fill)
            axes.text(across + 0.5, down + 0.52, text, fontsize=6.5, color=ink, ha="center", va="center")


def _square(across: int, down: int, **look: Any) -> Rectangle:
    return Rectangle((across + 0.03, down + 0.06), 0.94, 0.88, linewidth=0.3, **look)
