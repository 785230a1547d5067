"""Indications by class: a rate with its interval where the class's precision was measured, else only a count."""

from collections.abc import Mapping, Sequence
from datetime import date
from statistics import median
from typing import NamedTuple

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from reports.figures import style, timeline
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.reading.outcomes import Trends
from reports.wording.words import DASH

_PANEL, _BELOW, _ROW, _LABEL, _BUCKETS = 27.5, 15.0, 5.6, 46.0, 8
_USUAL = 6.0  # an interval's end above so many times the middle one is cut off, with an arrow and its value
_FILLS = ("#ffffff", "#e4edf4", "#b5d0e3", "#7fabc9")
_STEPS = (1, 3, 10)  # a darker fill from each of these counts on


class Classes(NamedTuple):
    """The classes of indications by code, with the reader's words: those that may have a rate, and the others."""

    measured: Mapping[str, str]
    counted: Mapping[str, str]
    only_in_phase: Mapping[str, str]  # the one phase of those that exist in no other


class Detections(NamedTuple):
    """`weekly_indication` of all buckets, and the classes it has."""

    frame: pl.DataFrame
    classes: Classes


def data(trends: Trends, _: Scene) -> Detections:
    """All classes of the seed."""
    return Detections(trends.facts.tables["trends.weekly_indication"], classes_of(trends))


def classes_of(trends: Trends) -> Classes:
    """The classes of indications, measured and not, in the order of the seed."""
    facts = trends.facts
    labels = {code: facts.label("indications", code) for code in facts.tables["seeds.indications"]["code"]}
    measured = {code: label for code, label in labels.items() if code in facts.measured}
    counted = {code: label for code, label in labels.items() if code not in measured}
    return Classes(measured, counted, facts.only_in_phase)


def finding(trends: Trends, scene: Scene) -> str:
    """The detected posts of the week by class."""
    words, facts = scene.words, trends.facts
    items = [
        words("alt_item_value", name=facts.label("indications", code), value=words.number(total))
        for code, counts in facts.detected_by_indication
        if (total := sum(count or 0 for count in counts))
    ]
    return ", ".join(items) or words("alt_no_detection")


def draw(detections: Detections, scene: Scene) -> Figure:
    """Detected posts of platform `all`.

    A measured class is a panel: posts per 1,000 labelled with Garwood's interval (counting error only). The others
    are a grid of counts of the latest buckets: a review list has no rate (method §1). A class is a dash in a bucket
    of a phase it does not exist in.
    """
    frame, classes = detections
    top = style.HEAD + timeline.legend_height(scene) + 6
    lines = (len(classes.measured) + 1) // 2 or 1
    grid_top = top + lines * (_PANEL + _BELOW) - 4
    codes = [code for code in classes.counted if frame.filter(pl.col("indication") == code).height]
    note = timeline.with_widened(scene, scene.words("note_indications"))
    height = grid_top + 13 + len(codes) * _ROW
    with style.sheet(scene, height, scene.words("chart_indications"), note) as figure:
        _panels(figure, frame, scene, classes.measured, top)
        if codes:
            shown = classes._replace(counted={code: classes.counted[code] for code in codes})
            width = (style.WIDTH - _LABEL - 4) / _BUCKETS * max(len(_buckets(frame, scene, codes[0])), 1)
            _grid(style.axes(figure, (_LABEL, grid_top + 11, width, len(codes) * _ROW)), frame, scene, shown)
    return figure


def _panels(figure: Figure, frame: pl.DataFrame, scene: Scene, measured: Mapping[str, str], top: float) -> None:
    if not measured:
        axes = style.axes(figure, (13, top, style.WIDTH - 17, _PANEL))
        axes.set_axis_off()
        style.say(axes, scene.words("indications_unmeasured"))
        return
    timeline.phase_legend(figure, scene)
    columns = 2 if len(measured) > 1 else 1
    width = (style.WIDTH - 3) / columns - 14
    panels = []
    for number, (code, label) in enumerate(measured.items()):
        left = 13 + (number % columns) * (width + 14)
        axes = style.axes(figure, (left, top + (number // columns) * (_PANEL + _BELOW), width, _PANEL))
        rows = timeline.rows_of(frame.filter(pl.col("indication") == code), scene, "all")
        shown = [row for row in rows if row["per_1000"] is not None]
        panels.append((axes, shown, label))
    high = _top([row for _, shown, _ in panels for row in shown])
    for axes, shown, label in panels:
        _panel(axes, shown, scene, label, high)


def _panel(axes: Axes, shown: Sequence[timeline.Row], scene: Scene, label: str, high: float) -> None:
    timeline.phase_bands(axes, scene)
    axes.set_title(label)
    axes.set_ylim(0, high)
    timeline.set_axis(axes, scene)
    timeline.value_axis(axes, scene)
    if not shown:
        axes.set_yticks([])
        style.say(axes, scene.words("empty_indications"), 34)
        return
    axes.set_ylabel(scene.words("axis_per_1000"), labelpad=1.5)
    colour = style.SERIES_COLOUR["all"]
    for row in shown:
        at, low, top = timeline.middle(scene, row), row["per_1000_low"], row["per_1000_high"]
        if low is None or top is None:
            continue
        axes.plot([at, at], [low, min(top, high)], color=colour, linewidth=0.9, alpha=0.75, zorder=2)
        if top > high:
            _cut(axes, scene, at, top)
    for row in shown:
        timeline.mark(axes, scene, row, row["per_1000"], "all")


def _cut(axes: Axes, scene: Scene, at: float, value: float) -> None:
    """An interval that goes on above the panel: an arrow at the top, and where it ends."""
    axes.plot(
        at, 1, "^", color=style.INK, markersize=3.4, transform=axes.get_xaxis_transform(), clip_on=False, zorder=5
    )
    is_late = at > axes.get_xlim()[1] / 2
    axes.annotate(
        scene.words.decimal(value),
        (at, 1),
        xycoords=axes.get_xaxis_transform(),
        xytext=(-4 if is_late else 4, -1),
        textcoords="offset points",
        fontsize=style.SMALL,
        ha="right" if is_late else "left",
        va="top",
    )


def _top(rows: Sequence[timeline.Row]) -> float:
    """The top of the panels: above every rate, and every interval's end but those of buckets of very few posts."""
    values = [0.5, *(float(row["per_1000"]) for row in rows)]
    ends = [float(row["per_1000_high"]) for row in rows if row["per_1000_high"] is not None]
    usual = _USUAL * median(ends) if ends else 1.0
    return 1.06 * max([*values, *(end for end in ends if end <= usual)])


def _grid(axes: Axes, frame: pl.DataFrame, scene: Scene, classes: Classes) -> None:
    counted = classes.counted
    buckets = _buckets(frame, scene, next(iter(counted)))
    axes.set_xlim(0, max(len(buckets), 1))
    axes.set_ylim(len(counted), 0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(axis="both", length=0)
    axes.xaxis.tick_top()
    axes.set_xticks([number + 0.5 for number in range(len(buckets))])
    axes.set_xticklabels([f"{first.day}\n{scene.words.month(first)}" for first in buckets])
    axes.set_yticks([row + 0.5 for row in range(len(counted))])
    axes.set_yticklabels([style.fitted(label, 29) for label in counted.values()], color=style.INK, linespacing=0.95)
    title = scene.words("indications_counted", count=len(buckets))
    axes.annotate(
        title,
        (0, 1),
        xycoords="axes fraction",
        xytext=(-(_LABEL - 1.5) / style.MM * 72, 24),
        textcoords="offset points",
        fontsize=style.BASE,
        fontweight="bold",
        va="bottom",
        annotation_clip=False,
    )
    for down, code in enumerate(counted):
        rows = timeline.rows_of(frame.filter(pl.col("indication") == code), scene, "all")[-_BUCKETS:]
        for across, row in enumerate(rows):
            text = DASH if classes.only_in_phase.get(code, row["phase"]) != row["phase"] else ""
            _cell(axes, across, down, row["posts"] if row["status"] != "not_collected" else None, text)


def _buckets(frame: pl.DataFrame, scene: Scene, code: str) -> list[date]:
    rows = timeline.rows_of(frame.filter(pl.col("indication") == code), scene, "all")
    return [row["first_day"] for row in rows][-_BUCKETS:]


def _cell(axes: Axes, across: int, down: int, count: int | None, instead: str = "") -> None:
    square = (across + 0.04, down + 0.08)
    if count is None:
        axes.add_patch(Rectangle(square, 0.92, 0.84, facecolor=style.PAPER, edgecolor="#b3b3b3", hatch="////", lw=0.3))
        return
    colour = style.INK if count else style.MUTED
    if not instead:
        fill = _FILLS[sum(count >= step for step in _STEPS)]
        axes.add_patch(Rectangle(square, 0.92, 0.84, facecolor=fill, edgecolor=style.FAINT, lw=0.3))
    text = instead or str(count)
    axes.text(across + 0.5, down + 0.52, text, fontsize=style.SMALL, color=colour, ha="center", va="center")


CHART = Chart("indications", data, draw, finding, place=4)
