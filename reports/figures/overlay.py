"""The official series beside ours: two panels, two axes, two instruments; never one scale."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from reports.figures import style, timeline
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.reading.outcomes import Trends

_LEFT, _RIGHT, _PANEL = 18.0, 8.0, 26.0


class Point(NamedTuple):
    """A cumulative count as it stood at the end of a day."""

    day: date
    total: int


class Official(NamedTuple):
    """The official series of the chart; where no source is charted, a name that says so."""

    publisher: str
    name: str
    points: Sequence[Point]


class Series(NamedTuple):
    """Both series, in time order."""

    official: Official
    ours: Sequence[Point]


def data(trends: Trends, scene: Scene) -> Series:
    """The charted series of `seeds.official_sources` up to the edition's week, and ours."""
    return Series(_official(trends, scene), our_points(trends))


def _official(trends: Trends, scene: Scene) -> Official:
    sources = trends.facts.tables["seeds.official_sources"]
    charted = sources.filter(sources["is_charted"] == "true").rows(named=True)
    if not charted:
        return Official("", scene.words("overlay_official"), [])
    source = charted[0]
    frame = trends.facts.tables["trends.official"]
    frame = frame.filter((frame["series"] == source["series"]) & (frame["metric"] == "total")).sort("as_of")
    points = [Point(row["as_of"], int(row["value"])) for row in frame.iter_rows(named=True)]
    return Official(source["publisher"], f"{source['publisher']}: {source[f'label_{scene.words.lang}']}", points)


def our_points(trends: Trends) -> list[Point]:
    """Our cumulative count from the first day of the campaign on, the quiet period and voting day included."""
    phases = trends.facts.edition.election.phases
    began = [day for phase in phases if phase.is_campaign and (day := phase.first_day)]
    if not began:
        return []
    frame = trends.facts.tables["trends.weekly_platform"]
    frame = frame.filter((frame["platform"] == "all") & (frame["first_day"] >= min(began))).sort("first_day")
    points, total = [], 0
    for row in frame.iter_rows(named=True):
        if row["detected"] is not None:
            total += int(row["detected"])
            points.append(Point(row["last_day"], total))
    return points


def finding(trends: Trends, scene: Scene) -> str:
    """Where each series stands."""
    words = scene.words
    official, ours = data(trends, scene)
    theirs, own = words("alt_overlay_no_official"), words("alt_overlay_no_ours")
    if official.points:
        count, day = words.number(official.points[-1].total), words.day(official.points[-1].day)
        theirs = words("alt_overlay_official", publisher=official.publisher, count=count, day=day)
    if ours:
        own = words("alt_overlay_ours", count=words.number(ours[-1].total))
    return f"{theirs}; {own}"


def draw(series: Series, scene: Scene) -> Figure:
    """The official cumulative series and its name above, our cumulative detections since the campaign began below."""
    top = style.HEAD + timeline.legend_height(scene) + 6
    width = style.WIDTH - _LEFT - _RIGHT
    note = timeline.with_widened(scene, scene.words("note_overlay", official=series.official.name))
    with style.sheet(scene, top + 2 * _PANEL + 23, scene.words("chart_overlay"), note) as figure:
        timeline.phase_legend(figure, scene)
        upper = style.axes(figure, (_LEFT, top, width, _PANEL))
        lower = style.axes(figure, (_LEFT, top + _PANEL + 11, width, _PANEL), share_x=upper)
        inside = [
            [point for point in each if scene.first_day <= point.day] for each in (series.official.points, series.ours)
        ]
        _panel(upper, inside[0], scene, ("overlay_official", series.official.name), "#5b1a52")
        _panel(lower, inside[1], scene, ("overlay_ours", scene.words("overlay_ours")), style.INK)
        timeline.set_axis(lower, scene)
        upper.tick_params(axis="x", which="both", labelbottom=False, length=0)
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


CHART = Chart("overlay", data, draw, finding, place=8)
