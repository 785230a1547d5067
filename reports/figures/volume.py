"""Posts a day of each platform over the season, each named at the end of its line."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from matplotlib.axes import Axes

from reports.figures import style, timeline
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.figures.style import Head
from reports.figures.timeline import Point
from reports.judging.usual import scaled, usual_of
from reports.reading.facts import Row
from reports.reading.outcomes import Trends

LEFT, RIGHT, PLOT = 10.0, 25.0, 40.0  # mm
WIDE = style.WIDTH - LEFT - RIGHT
TITLES = {  # by the verdict on the posts of the week
    "up": "chart_volume_up",
    "down": "chart_volume_down",
    "usual": "chart_volume_usual",
    "above": "chart_volume_above",
    "below": "chart_volume_below",
}
Series = Mapping[str, Sequence[Point]]


def series(trends: Trends, scene: Scene, platform: str) -> list[Point]:
    """Posts per collected day of a platform or of `all`, with what is usual."""
    tested = trends.facts.tables["trends.signals"].filter(family="volumes", platform=platform)
    usual = {(row["week"], row["phase"]): row for row in tested.iter_rows(named=True)}
    rows = trends.facts.volumes.filter(platform=platform).sort("first_day").rows(named=True)
    return [
        timeline.point(row, row["per_day"], _per_day(row, usual.get((row["week"], row["phase"]))))
        for row in rows
        if row["first_day"] >= scene.first_day
    ]


def _per_day(bucket: Row, test: Row | None) -> tuple[float, float] | None:
    """The usual range of a bucket's posts as posts a day."""
    return scaled(test, bucket["per_day"], test["observed"]) if test else None


def data(trends: Trends, scene: Scene) -> Series:
    """The platforms of the window; what is usual is of their sum, and is left out."""
    return {
        name: [replace(each, usual=None) for each in series(trends, scene, name)]
        for name in scene.platforms
    }  # fmt: skip


def head(trends: Trends, scene: Scene) -> Head:
    """Whether the volume is unusual, or, where that could not be tested, how much was collected."""
    return _head(trends, scene, data(trends, scene))


def _head(trends: Trends, scene: Scene, lines: Series) -> Head:
    words, facts = scene.words, trends.facts
    tests = [row for each in facts.buckets if (row := trends.row(each, "volumes", "posts"))]
    test = next((row for row in tests if row["reason"] is None), None)
    verdict = usual_of(trends, [test] if test else [], None).verdict
    title = words(TITLES.get(verdict, "chart_volume"), posts=words.number(facts.total("posts")))
    return Head(title, words("sub_volume"), timeline.explained(scene, lines.values()))


def finding(trends: Trends, scene: Scene) -> str:
    """The posts of the week by platform."""
    words, facts = scene.words, trends.facts
    items = [
        words("alt_volume_item", platform=scene.platform(name), posts=words.number(facts.posts_of(name)))
        for name in facts.platforms
    ]
    return ", ".join(items) or words("alt_none")


def draw(lines: Series, scene: Scene, above: Head) -> style.Sheet:
    """A line a series; where only one is drawn, its usual range is behind it."""
    above_plot = timeline.room(scene, WIDE)
    with style.sheet(scene, above, above_plot + PLOT + 9) as figure:
        axes = style.axes(figure, (LEFT, above_plot, WIDE, PLOT))
        points = [each for of_series in lines.values() for each in of_series]
        if not any(each.value for each in points):
            style.say(axes, scene.words("empty_volume"))
            return figure
        frame(axes, scene, points)
        for name, of_series in lines.items():
            colour = style.SERIES_COLOUR[name] if len(lines) > 1 else style.GREY
            dot = style.SERIES_COLOUR[name]
            timeline.line(axes, scene, of_series, colour, dot)
            timeline.zones(axes, scene, of_series, (scene.platform(name), scene.words("axis_posts_day")))
        end_names(axes, scene, {scene.short(name): of_series for name, of_series in lines.items()})
    return figure


def frame(axes: Axes, scene: Scene, points: Sequence[Point], events: Sequence[tuple[date, str]] = ()) -> None:
    """The scale from zero, the months, the stages of the election, other known events and the breaks of the series."""
    ends = [each.value or 0.0 for each in points] + [each.usual[1] for each in points if each.usual]
    axes.set_ylim(0, max([1.0, *ends]) * 1.06)
    timeline.day_axis(axes, scene)
    timeline.value_axis(axes, scene)
    timeline.stages(axes, scene, events)
    timeline.break_marks(axes, scene)


def end_names(axes: Axes, scene: Scene, lines: Mapping[str, Sequence[Point]]) -> None:
    """Names lines at their ends, with the last value of a whole bucket."""
    ends = {}
    for name, points in lines.items():
        known = [each for each in points if each.value is not None]
        whole = [each for each in known if not each.is_short] or known
        if whole:
            ends[name] = whole[-1].value or 0.0
    step = (axes.get_ylim()[1] - axes.get_ylim()[0]) * 0.085
    for (name, value), at in zip(ends.items(), style.spread(list(ends.values()), step), strict=True):
        text = f"{name} {scene.words.decimal(value, 0)}"
        axes.text(1.015, at, text, transform=axes.get_yaxis_transform(), fontsize=style.BASE, va="center")


def _total(trends: Trends, scene: Scene) -> Series:
    return {"all": series(trends, scene, "all")}


def _total_head(trends: Trends, scene: Scene) -> Head:
    return _head(trends, scene, _total(trends, scene))


def _total_finding(trends: Trends, scene: Scene) -> str:
    return f"{scene.words('platform_all')} {scene.words.number(trends.facts.total('posts'))}"


CHART = Chart("volume", data, head, draw, finding, place=5, opens_at_end=True)
TOTAL = replace(CHART, data=_total, head=_total_head, finding=_total_finding)  # the regency alone, for leadership
