"""Topic by platform: the share of posts that touch a topic, and its change, as a heat map with numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import polars as pl
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from flows.periods import Bucket
from reports import style
from reports.disclosure import shielded
from reports.style import Scene

TOPICS_SHOWN = 10
_SHADES = LinearSegmentedColormap.from_list("shares", ["#f7f9fb", "#a9c8de", "#2f6690", "#10314a"])
_ROW, _LABEL, _NAMES, _GAP, _LINE = 5.6, 40.0, 10.0, 5.0, 6.0
_ARROWS = {"up": "▲", "down": "▼", "": ""}
Cell = tuple[str, str, str]  # (phase, platform, topic)


class Share(NamedTuple):
    """A share with the status of its bucket; `hidden` is what a cell of too few posts shows instead (method §6)."""

    share: float | None
    status: str
    hidden: str = ""


Cells = dict[Cell, Share]


class Change(NamedTuple):
    """A share against its baseline: the difference in percentage points, and the direction of a signal (or empty)."""

    points: float
    direction: str


def draw(
    frame: pl.DataFrame,
    scene: Scene,
    buckets: Sequence[Bucket],
    platforms: Sequence[str],
    topics: tuple[Mapping[str, str], Mapping[Cell, Change]],
) -> Figure:
    """Shares from `weekly_topic` for the buckets of one week: one block a bucket, one column a platform.

    `topics` is the reader's word for each code, and the change of each cell that has a baseline. The ten topics with
    the largest shares have a row; a topic with no post anywhere in the week has none.
    """
    labels, changes = topics
    with style.contract():
        note = scene.words("note_topics")
        cells = _cells(frame, scene, platforms)
        shown = _ordered(cells, buckets, labels)[:TOPICS_SHOWN]
        seen = [bucket for bucket in buckets if any(phase == bucket.phase for phase, _, _ in _known(cells))]
        block = _NAMES + (len(shown) or 4) * _ROW + _GAP
        unseen = len(buckets) - len(seen) if shown else 0
        height = style.HEAD + block * max(len(seen), 1) + unseen * _LINE + style.foot_height(scene, note)
        figure = style.canvas(height)
        style.head(figure, scene.words("chart_topics"))
        grid = _Grid(scene, platforms, shown, cells, changes)
        if not shown:
            axes = style.axes(figure, (10, style.HEAD + _NAMES, style.WIDTH - 20, 4 * _ROW))
            axes.set_axis_off()
            style.say(axes, scene.words("empty_topics"))
        width = min(style.WIDTH - _LABEL - 4, 24.0 * len(platforms))
        for number, bucket in enumerate(seen if shown else ()):
            top = style.HEAD + number * block + _NAMES
            axes = style.axes(figure, (_LABEL, top, width, len(shown) * _ROW))
            _block(axes, grid, bucket)
            axes.set_yticks([row + 0.5 for row in range(len(shown))])
            axes.set_yticklabels([style.fitted(labels.get(topic, topic), 25) for topic in shown], color=style.INK)
        for number, bucket in enumerate([bucket for bucket in buckets if bucket not in seen] if shown else ()):
            axes = style.axes(figure, (1.5, style.HEAD + block * len(seen) + number * _LINE, 100, _LINE))
            axes.set_axis_off()
            text = f"{_title(scene, bucket)}: {scene.words('status_not_collected')}"
            axes.text(0, 0.5, text, fontsize=style.BASE, fontweight="bold", va="center")
        style.sign(figure, scene, note)
        return figure


def _title(scene: Scene, bucket: Bucket) -> str:
    phase = scene.words(f"phase_{bucket.phase}")
    return scene.words("bucket_inline", phase=phase, days=scene.words.days(bucket.first_day, bucket.last_day))


def _known(cells: Cells) -> list[Cell]:
    return [cell for cell, found in cells.items() if found.share is not None and found.status != "not_collected"]


def _cells(frame: pl.DataFrame, scene: Scene, platforms: Sequence[str]) -> Cells:
    week = frame.filter(pl.col("week") == str(scene.week), pl.col("platform").is_in(list(platforms)))
    cells: Cells = {}
    crossed: dict[tuple[str, str], list[tuple[Cell, int | None]]] = {}
    for row in week.iter_rows(named=True):
        cell = (row["phase"], row["platform"], row["topic"])
        cells[cell] = Share(row["share"], row["status"])
        if row["platform"] != "all" and len(platforms) > 1:
            crossed.setdefault((row["phase"], row["topic"]), []).append((cell, row["posts"]))
    for parts in crossed.values():
        for (cell, count), text in zip(parts, shielded([count for _, count in parts], scene.words), strict=True):
            if text != scene.words.number(count):
                cells[cell] = cells[cell]._replace(hidden=text)
    return cells


def _ordered(cells: Cells, buckets: Sequence[Bucket], labels: Mapping[str, str]) -> list[str]:
    largest: dict[str, float] = {}
    days = {bucket.phase: bucket.days for bucket in buckets}
    for (phase, platform, topic), found in cells.items():
        weight = days.get(phase, 0) * (100 if platform == "all" else 1)
        largest[topic] = largest.get(topic, 0.0) + (found.share or 0.0) * weight
    present = [topic for topic in largest if largest[topic] > 0]
    return sorted(present, key=lambda topic: (-round(largest[topic], 9), labels.get(topic, topic)))


@dataclass(frozen=True)
class _Grid:
    """What all blocks of one map share."""

    scene: Scene
    platforms: Sequence[str]
    topics: Sequence[str]
    cells: Cells
    changes: Mapping[Cell, Change]

    def share(self, cell: Cell) -> float | None:
        """The share of a cell; None when it is not known or nothing was collected."""
        found = self.cells.get(cell)
        return None if found is None or found.status == "not_collected" else found.share

    def text(self, cell: Cell, share: float) -> str:
        """The share and, where there is a baseline, its change: `16,9 (+2,1)`, with an arrow where it is a signal."""
        if hidden := self.cells[cell].hidden:
            return hidden
        words = self.scene.words
        change = self.changes.get(cell)
        if change is None:
            return words.decimal(share * 100)
        points = words.decimal(change.points, signed=True)
        return f"{words.decimal(share * 100)} ({points}){_ARROWS[change.direction]}"

    @cached_property
    def high(self) -> float:
        """The largest share of the map, at least a little above 0."""
        return max([found.share for found in self.cells.values() if found.share is not None], default=0.0) or 1.0


def _block(axes: Axes, grid: _Grid, bucket: Bucket) -> None:
    scene, platforms = grid.scene, grid.platforms
    axes.set_xlim(0, len(platforms))
    axes.set_ylim(len(grid.topics), 0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(axis="both", length=0)
    axes.xaxis.tick_top()
    axes.set_xticks([number + 0.5 for number in range(len(platforms))])
    axes.set_xticklabels([scene.short(name) for name in platforms], color=style.INK)
    axes.annotate(
        _title(scene, bucket),
        (0, 1),
        xycoords="axes fraction",
        xytext=(-(_LABEL - 1.5) / style.MM * 72, 15),
        textcoords="offset points",
        fontsize=style.BASE,
        fontweight="bold",
        va="bottom",
        annotation_clip=False,
    )
    for across, platform in enumerate(platforms):
        for down, topic in enumerate(grid.topics):
            cell = (bucket.phase, platform, topic)
            share = grid.share(cell)
            if share is None:
                axes.add_patch(_square(across, down, facecolor=style.PAPER, edgecolor="#b3b3b3", hatch="////"))
                continue
            fill = _SHADES(0.0 if grid.cells[cell].hidden else share / grid.high)
            is_signal = cell in grid.changes and grid.changes[cell].direction != ""
            look = {"edgecolor": style.INK, "linewidth": 1.6, "zorder": 3} if is_signal else {"edgecolor": "none"}
            axes.add_patch(_square(across, down, facecolor=fill, **look))
            axes.text(
                across + 0.5,
                down + 0.52,
                grid.text(cell, share),
                fontsize=style.SMALL,
                zorder=4,
                color=style.ink_on(fill),
                ha="center",
                va="center",
            )


def _square(across: int, down: int, **look: Any) -> Rectangle:
    return Rectangle((across + 0.03, down + 0.06), 0.94, 0.88, **{"linewidth": 0.3, **look})
