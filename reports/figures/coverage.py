"""The coverage calendar: what was collected on every day, platform by platform, a column a week."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import ceil
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from flows.periods import Week
from reports.figures import style
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.reading.outcomes import Trends

_LEFT, _BLOCK = 26.0, 22.0
_NAME = 8.5  # mm, a week's name with room beside it
STATUSES = ("observed", "partial", "not_collected", "unknown")


class Days(NamedTuple):
    """Status and reason of each platform and day (see `facts.day_status`), and the platforms that have a block."""

    status: Mapping[tuple[str, date], tuple[str, str]]
    platforms: Sequence[str]


def data(trends: Trends, scene: Scene) -> Days:
    """The days of the platforms of the window."""
    return Days(trends.facts.day_status, scene.platforms)


def finding(trends: Trends, scene: Scene) -> str:
    """The coverage of the week by platform."""
    words, facts = scene.words, trends.facts
    items = []
    for name in facts.platforms:
        share = facts.coverage_of(name)
        value = words("status_unknown") if share is None else words.percent(share)
        items.append(words("alt_item_value", name=scene.platform(name), value=value))
    return ", ".join(items) or words("alt_none")


def draw(days: Days, scene: Scene) -> Figure:
    """A block a platform, a row a weekday, a column a week of the window."""
    status, platforms = days
    blocks = max(len(platforms), 1)
    top = style.HEAD + 2
    width = min(style.WIDTH - _LEFT - 4, _weeks(scene) * 4.6)
    title, note = scene.words("chart_coverage"), scene.words("note_coverage")
    with style.sheet(scene, top + blocks * (_BLOCK + 4) + 15, title, note) as figure:
        for number, platform in enumerate(platforms):
            axes = style.axes(figure, (_LEFT, top + number * (_BLOCK + 4), width, _BLOCK))
            _frame(axes, scene, platform)
            _days(axes, scene, {day: entry[0] for (name, day), entry in status.items() if name == platform})
            if number == len(platforms) - 1:
                _week_names(axes, scene)
        if not platforms:
            axes = style.axes(figure, (10, top, style.WIDTH - 20, _BLOCK))
            axes.set_axis_off()
            style.say(axes, scene.words("empty_coverage"))
        _legend(style.axes(figure, (6, top + blocks * (_BLOCK + 4) + 4, style.WIDTH - 12, 9)), scene)
    return figure


def _weeks(scene: Scene) -> int:
    return (scene.last_day - scene.first_day).days // 7 + 1


def _frame(axes: Axes, scene: Scene, platform: str) -> None:
    axes.set_xlim(0, _weeks(scene))
    axes.set_ylim(7, 0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(axis="both", length=0)
    axes.set_yticks([0.5, 3.5, 6.5])
    axes.set_yticklabels([scene.words.weekday(number)[:3] for number in (0, 3, 6)], fontsize=style.SMALL)
    name = scene.platform(platform)
    axes.annotate(
        name,
        (0, 0.5),
        xycoords="axes fraction",
        xytext=(-_LEFT / style.MM * 72 + 4, 0),
        textcoords="offset points",
        fontsize=style.BASE,
        fontweight="bold",
        va="center",
        annotation_clip=False,
    )
    axes.set_xticks([])
    axes.add_patch(
        Rectangle(
            (_current(scene), 0), 1, 7, facecolor="none", edgecolor=style.INK, linewidth=1.0, clip_on=False, zorder=5
        )
    )


def _current(scene: Scene) -> int:
    return (scene.week.first_day - scene.first_day).days // 7


def _days(axes: Axes, scene: Scene, status: Mapping[date, str]) -> None:
    squares: dict[str, list[Rectangle]] = {}
    for column in range(_weeks(scene)):
        for row in range(7):
            day = scene.first_day + timedelta(days=column * 7 + row)
            squares.setdefault(status.get(day, ""), []).append(Rectangle((column + 0.07, row + 0.08), 0.86, 0.84))
    for state, patches in sorted(squares.items()):
        fill, edge, hatch = style.STATUS_MARK.get(state, ("none", style.FAINT, ""))
        axes.add_collection(
            PatchCollection(patches, facecolor=fill, edgecolor=edge, hatch=hatch, linewidth=0.3), autolim=False
        )


def _week_names(axes: Axes, scene: Scene) -> None:
    step = ceil(_NAME * _weeks(scene) / style.width_of(axes))
    columns = [column for column in range(_weeks(scene)) if (_current(scene) - column) % step == 0]
    axes.set_xticks([column + 0.5 for column in columns])
    labels = [f"W{Week.of(scene.first_day + timedelta(weeks=column)).number:02d}" for column in columns]
    axes.set_xticklabels(labels, fontsize=style.SMALL)


def _legend(axes: Axes, scene: Scene) -> None:
    axes.set_axis_off()
    axes.set_xlim(0, 100)
    axes.set_ylim(2, 0)
    for number, name in enumerate(STATUSES):
        fill, edge, hatch = style.STATUS_MARK[name]
        left, line = (number % 2) * 50, number // 2
        axes.add_patch(
            Rectangle((left, line + 0.15), 4, 0.7, facecolor=fill, edgecolor=edge, hatch=hatch, linewidth=0.3)
        )
        axes.text(left + 5.5, line + 0.5, scene.words(f"status_{name}"), fontsize=style.SMALL, va="center")


CHART = Chart("coverage", data, draw, finding, place=6)
