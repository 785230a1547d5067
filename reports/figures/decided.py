"""What receivers decided, by the week and phase of the posts: the only count of violations, once there is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.figures import style, timeline
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.figures.style import Head, Sheet
from reports.reading.facts import Row
from reports.reading.outcomes import Trends
from reports.wording.words import Words

LEFT, RIGHT, PLOT = 10.0, 34.0, 34.0  # mm
WIDE = style.WIDTH - LEFT - RIGHT
_BAR = 5.0  # days
VERDICTS = ("violations", "not_violations")
_COLOURS = dict(zip(VERDICTS, (style.ACCENT, style.GREY), strict=True))


@dataclass(frozen=True)
class Decided:
    """The decided cases of one week and phase."""

    week: str
    first_day: date
    violations: int
    not_violations: int


def is_due(trends: Trends) -> bool:
    """Only once a receiver decided something."""
    return any(row["decided"] for row in trends.weekly_cases)


def data(trends: Trends, scene: Scene) -> list[Decided]:
    """The weeks and phases of the window in which something was decided."""
    return [
        Decided(row["week"], row["first_day"], row["violations"], row["not_violations"])
        for row in trends.weekly_cases
        if row["decided"] and row["first_day"] >= scene.first_day
    ]


def _total(trends: Trends, name: str) -> int:
    return sum(int(row[name]) for row in trends.weekly_cases)


def head(trends: Trends, scene: Scene) -> Head:
    """How many cases were decided, and how many of them as a violation."""
    words = scene.words
    violations, decided = (words.number(_total(trends, name)) for name in ("violations", "decided"))
    return Head(words("chart_decided", violations=violations, decided=decided), words("sub_decided"))


def finding(trends: Trends, scene: Scene) -> str:
    """The decided cases week by week."""
    words = scene.words
    items = [
        words("alt_item_value", name=f"{row['week']} ({_phase(words, row)})", value=words.number(row["violations"]))
        for row in trends.weekly_cases
        if row["decided"]
    ]
    return ", ".join(items) or words("alt_none")


def _phase(words: Words, row: Row) -> str:
    return words.known(f"phase_{row['phase']}", str(row["phase"]))


def draw(decided: Sequence[Decided], scene: Scene, above: Head) -> Sheet:
    """A bar a week and phase: decided as a violation below, as none on top of it."""
    above_plot = timeline.room(scene, WIDE)
    with style.sheet(scene, above, above_plot + PLOT + 9) as figure:
        axes = style.axes(figure, (LEFT, above_plot, WIDE, PLOT))
        timeline.day_axis(axes, scene)
        timeline.stages(axes, scene)
        axes.set_ylim(0, max([1, *(each.violations + each.not_violations for each in decided)]) * 1.1)
        style.count_axis(axes.yaxis, scene)
        for each in decided:
            left, low = timeline.position(scene, each.first_day), 0
            for name, colour in _COLOURS.items():
                count = int(getattr(each, name))
                if count:
                    axes.bar(left, count, _BAR, low, align="edge", color=colour, zorder=3)
                    says = f"{each.week}: {scene.words(f'decided_{name}')}: {scene.words.number(count)}"
                    style.zone(axes, (left, low, _BAR, count), says)
                low += count
        for number, (name, colour) in enumerate(_COLOURS.items()):
            down = 0.9 - number * 0.16
            axes.plot(1.02, down, "s", color=colour, transform=axes.transAxes, clip_on=False)
            label = style.fitted(scene.words(f"decided_{name}"), 18)
            axes.text(1.04, down, label, transform=axes.transAxes, va="center", fontsize=style.BASE)
    return figure


CHART = Chart("decided", data, head, draw, finding, place=10, is_due=is_due, opens_at_end=True)
