"""Topic by platform: the share of posts that touch a topic, and its change, as a heat map with numbers."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import polars as pl
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from flows.periods import Bucket
from reports.figures import style
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.reading.outcomes import Trends
from reports.wording.counts import shielded

TOPICS_SHOWN, TOPICS_NAMED = 10, 3  # in a block of the map; in its alternative text
# light enough for black letters and for the black frame of a signal, in grey as well
_SHADES = LinearSegmentedColormap.from_list("shares", ["#fafcfd", "#bcd6e8", "#7fb0d3"])
_ROW, _LABEL, _COLUMN, _NAMES, _GAP, _LINE = 6.0, 33.0, 24.0, 10.0, 5.0, 6.0
_CHARACTERS = 21  # of a topic's name in one line
_MARKS = {"up": "^", "down": "v"}
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


class Topics(NamedTuple):
    """`weekly_topic` of all buckets and what of it is shown: a block a bucket of the week, a column a platform.

    `labels` are the reader's words for the codes, `changes` are of the cells that have a baseline.
    """

    frame: pl.DataFrame
    buckets: Sequence[Bucket]
    platforms: Sequence[str]
    labels: Mapping[str, str]
    changes: Mapping[Cell, Change]


def data(trends: Trends, scene: Scene) -> Topics:
    """The week's buckets, with the series of the window."""
    facts = trends.facts
    frame = facts.tables["trends.weekly_topic"]
    labels = {code: facts.label("topics", code) for code in frame["topic"].unique(maintain_order=True)}
    return Topics(frame, facts.buckets, scene.series, labels, topic_changes(trends))


def topic_changes(trends: Trends) -> dict[Cell, Change]:
    """The change of each tested topic cell against its baseline in percentage points, and its signal's direction."""
    facts = trends.facts
    frame = facts.tables["trends.signals"]
    frame = frame.filter((frame["week"] == str(facts.edition.week)) & (frame["family"] == "topics"))
    changes = {}
    for row in frame.iter_rows(named=True):
        if not row["exposure"] or not row["baseline_exposure"] or row["baseline_observed"] is None:
            continue
        points = 100 * (row["observed"] / row["exposure"] - row["baseline_observed"] / row["baseline_exposure"])
        direction = str(row["direction"] or "") if row["signal"] else ""
        changes[row["phase"], row["platform"], row["subject"]] = Change(points, direction)
    return changes


def finding(trends: Trends, scene: Scene) -> str:
    """The largest topics of the week."""
    words, facts = scene.words, trends.facts
    rows = facts.tables["trends.weekly_topic"]
    rows = rows.filter((rows["week"] == str(scene.week)) & (rows["platform"] == "all") & (rows["posts"] > 0))
    best = rows.sort(["share", "topic"], descending=[True, False], nulls_last=True).head(TOPICS_NAMED)
    items = [
        words("alt_item_value", name=facts.label("topics", row["topic"]), value=words.percent(row["share"], 1))
        for row in best.iter_rows(named=True)
    ]
    return ", ".join(items) or words("alt_none")


def draw(topics: Topics, scene: Scene) -> Figure:
    """Shares of the topics and their changes.

    The ten topics with the largest shares of a bucket have a row, and those beyond them with a signal; a topic with no
    post and no signal in the bucket has none.
    """
    frame, buckets, platforms, labels, changes = topics
    grid = _Grid(scene, platforms, _cells(frame, scene, platforms), changes)
    known = {phase for phase, _, _ in _known(grid.cells)}
    rows = {bucket: _ordered(grid, bucket, labels) for bucket in buckets if bucket.phase in known}
    rows = rows if any(rows.values()) else {}
    unseen = [bucket for bucket in buckets if bucket not in rows] if rows else []
    blocks = [_NAMES + max(len(shown), 1) * _ROW + _GAP for shown in rows.values()]
    bottom = style.HEAD + (sum(blocks) or _NAMES + 4 * _ROW + _GAP)
    title = scene.words("chart_topics_change" if grid.has_change else "chart_topics")
    note = _note(grid, {(bucket.phase, topic) for bucket, shown in rows.items() for topic in shown})
    with style.sheet(scene, bottom + len(unseen) * _LINE, title, note) as figure:
        if not rows:
            axes = style.axes(figure, (10, style.HEAD + _NAMES, style.WIDTH - 20, 4 * _ROW))
            axes.set_axis_off()
            style.say(axes, scene.words("empty_topics"))
        width = min(style.WIDTH - _LABEL - 1.5, _COLUMN * len(platforms))
        for number, (bucket, shown) in enumerate(rows.items()):
            top = style.HEAD + sum(blocks[:number]) + _NAMES
            axes = style.axes(figure, (_LABEL, top, width, max(len(shown), 1) * _ROW))
            _block(axes, grid, bucket, {topic: labels.get(topic, topic) for topic in shown})
        for number, bucket in enumerate(unseen):
            axes = style.axes(figure, (1.5, bottom + number * _LINE, 100, _LINE))
            axes.set_axis_off()
            text = f"{_title(scene, bucket)}: {scene.words('status_not_collected')}"
            axes.text(0, 0.5, text, fontsize=style.BASE, fontweight="bold", va="center")
    return figure


def _note(grid: "_Grid", shown: Set[tuple[str, str]]) -> str:
    inside = [value for (phase, _, topic), value in grid.cells.items() if (phase, topic) in shown]
    is_closed = any(value.hidden == grid.scene.words("suppressed") for value in inside)
    keys = ["note_topics", *(["note_topics_closed"] if is_closed else [])]
    keys += ["note_topics_change"] if grid.has_change else []
    return " ".join(grid.scene.words(key) for key in keys)


def _title(scene: Scene, bucket: Bucket) -> str:
    phase = scene.words(f"phase_{bucket.phase}")
    return scene.words("bucket_inline", phase=phase, days=scene.words.days(bucket.first_day, bucket.last_day))


def _known(cells: Cells) -> list[Cell]:
    return [cell for cell, value in cells.items() if value.share is not None and value.status != "not_collected"]


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


def _ordered(grid: "_Grid", bucket: Bucket, labels: Mapping[str, str]) -> list[str]:
    largest: dict[str, float] = {}
    for (phase, platform, topic), value in grid.cells.items():
        if phase == bucket.phase:
            weight = 100 if platform == "all" else 1
            largest[topic] = largest.get(topic, 0.0) + (value.share or 0.0) * weight
    ranked = sorted(largest, key=lambda topic: (-round(largest[topic], 9), labels.get(topic, topic)))
    first = [topic for topic in ranked if largest[topic] > 0][:TOPICS_SHOWN]
    signals = {
        topic for (phase, _, topic), change in grid.changes.items() if phase == bucket.phase and change.direction
    }
    return [topic for topic in ranked if topic in first or topic in signals]


@dataclass(frozen=True)
class _Grid:
    """What all blocks of one map share."""

    scene: Scene
    platforms: Sequence[str]
    cells: Cells
    changes: Mapping[Cell, Change]

    @cached_property
    def has_change(self) -> bool:
        """Whether any cell shows a change."""
        return any(self.changed(cell) for cell in self.cells)

    def changed(self, cell: Cell) -> Change | None:
        """The change a cell shows: none where the cell itself is hidden or not known."""
        return None if self.share(cell) is None or self.cells[cell].hidden else self.changes.get(cell)

    def is_signal(self, cell: Cell) -> bool:
        """Whether a cell is framed; a hidden one as well, its direction is stated elsewhere."""
        return cell in self.changes and self.changes[cell].direction != ""

    def share(self, cell: Cell) -> float | None:
        """The share of a cell; None when it is not known or nothing was collected."""
        value = self.cells.get(cell)
        return None if value is None or value.status == "not_collected" else value.share

    def text(self, cell: Cell, share: float) -> str:
        """The share and, where there is a baseline, its change: `16,9 (+2,1)`."""
        if hidden := self.cells[cell].hidden:
            return hidden
        words = self.scene.words
        change = self.changed(cell)
        if change is None:
            return words.decimal(share * 100)
        return f"{words.decimal(share * 100)} ({words.decimal(change.points, signed=True)})"

    @cached_property
    def high(self) -> float:
        """The largest share of the map, at least a little above 0."""
        return max([value.share for value in self.cells.values() if value.share is not None], default=0.0) or 1.0


def _block(axes: Axes, grid: _Grid, bucket: Bucket, topics: Mapping[str, str]) -> None:
    scene, platforms = grid.scene, grid.platforms
    axes.set_xlim(0, len(platforms))
    axes.set_ylim(max(len(topics), 1), 0)
    axes.set_yticks([row + 0.5 for row in range(len(topics))])
    axes.set_yticklabels(
        [style.fitted(label, _CHARACTERS) for label in topics.values()], color=style.INK, linespacing=0.95
    )
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
        for down, topic in enumerate(topics):
            _cell(axes, grid, (across, down), (bucket.phase, platform, topic))


def _cell(axes: Axes, grid: _Grid, place: tuple[int, int], cell: Cell) -> None:
    across, down = place
    share = grid.share(cell)
    if share is None:
        axes.add_patch(_square(across, down, facecolor=style.PAPER, edgecolor="#b3b3b3", hatch="////"))
        return
    fill = _SHADES(0.0 if grid.cells[cell].hidden else share / grid.high)
    is_signal = grid.is_signal(cell)
    look = {"edgecolor": style.INK, "linewidth": 1.6, "zorder": 3} if is_signal else {"edgecolor": style.FAINT}
    axes.add_patch(_square(across, down, facecolor=fill, **look))
    if is_signal:
        mark = _MARKS[grid.changes[cell].direction]
        axes.plot(across + 0.89, down + 0.5, mark, color=style.INK, markersize=3.6, zorder=4)
    axes.text(
        across + (0.44 if is_signal else 0.5),
        down + 0.52,
        grid.text(cell, share),
        fontsize=style.SMALL,
        zorder=4,
        ha="center",
        va="center",
    )


def _square(across: int, down: int, **look: Any) -> Rectangle:
    return Rectangle((across + 0.03, down + 0.06), 0.94, 0.88, **{"linewidth": 0.3, **look})


def _total(trends: Trends, scene: Scene) -> Topics:
    return data(trends, scene)._replace(platforms=["all"])


CHART = Chart("topics", data, draw, finding, place=5)
TOTAL = replace(CHART, data=_total)  # the regency alone, for leadership
