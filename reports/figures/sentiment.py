"""Net sentiment with its interval, a small chart a platform: read each along time, not against its neighbour."""

from collections.abc import Mapping, Sequence

import polars as pl
from matplotlib.axes import Axes

from flows.method import METHOD
from reports.figures import style, timeline
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.figures.style import Head
from reports.figures.timeline import Point
from reports.judging.usual import usual_of
from reports.reading.facts import Facts, Row
from reports.reading.outcomes import Trends
from reports.reading.weeks import main_bucket
from reports.wording.net_bias import error_text

_GAP, _PLOT, _LEFT, _EDGE = 6.0, 28.0, 9.0, 1.5  # mm
TITLES = {  # by the verdict on its two shares
    "up": "chart_sentiment_changed",
    "down": "chart_sentiment_changed",
    "usual": "chart_sentiment_usual",
    "above": "chart_sentiment_chance",
    "below": "chart_sentiment_chance",
}
REVIEWED = "reviewed"  # the series of what coders say, in a chart of its own
Series = Mapping[str, Sequence[Point]]


def data(trends: Trends, scene: Scene) -> Series:
    """The regency, the platforms, and what coders say of the window; intervals in the place of a usual range."""
    names = scene.platforms if len(scene.platforms) == 1 else ("all", *scene.platforms)
    frame = trends.facts.tables["trends.weekly_platform"].sort("first_day")
    frame = frame.filter(frame["first_day"] >= scene.first_day)
    lines = {name: [_point(row) for row in frame.filter(platform=name).rows(named=True)] for name in names}
    return {**lines, REVIEWED: _reviewed(trends.facts, scene)}


def _point(row: Row) -> Point:
    if row["net_sentiment"] is None or row["net_low"] is None or (row["labelled"] or 0) < METHOD.net_posts:
        return timeline.point(row, None)
    return timeline.point(row, row["net_sentiment"] * 100, (row["net_low"] * 100, row["net_high"] * 100))


def _reviewed(facts: Facts, scene: Scene) -> list[Point]:
    buckets = facts.tables["trends.weekly_platform"].filter(platform="all").select("week", "phase", "last_day")
    known = facts.tables["trends.net_estimates"].filter(pl.col("reason").is_null()).join(buckets, on=["week", "phase"])
    return [
        Point(row["first_day"], row["last_day"], 100 * row["estimate"], (100 * row["low"], 100 * row["high"]))
        for row in known.filter(pl.col("first_day") >= scene.first_day).sort("first_day").rows(named=True)
    ]


def head(trends: Trends, scene: Scene) -> Head:
    """Whether the moods of the posts are unusual, with the net sentiment of the week."""
    words, facts = scene.words, trends.facts
    bucket = main_bucket(facts, facts.edition.week)
    net = (facts.measure(bucket) or {}).get("net_sentiment")
    title, note = words("chart_sentiment"), words("note_sentiment")
    if net is not None:
        value = words.decimal(net * 100, signed=True)
        tests = [row for name in ("negative", "positive") if (row := trends.row(bucket, "sentiment", name))]
        title = words(TITLES.get(usual_of(trends, tests, None).verdict, "chart_sentiment_value"), value=value)
        note = f"{note} {error_text(facts, words, bucket)}".strip()
    lines = data(trends, scene)
    if lines.get(REVIEWED):
        note = f"{note} {words('note_sentiment_reviewed')}"
    drawn = [of_series for name, of_series in lines.items() if name != REVIEWED]
    return Head(title, words("sub_sentiment"), timeline.explained(scene, drawn, note))


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


def draw(lines: Series, scene: Scene, above: Head) -> style.Sheet:
    """A chart a series, side by side, all on one scale; last what coders say, whose wider limits have their own."""
    charts = {name: of_series for name, of_series in lines.items() if name != REVIEWED}
    points = [each for of_series in charts.values() for each in of_series if each.value is not None]
    with style.sheet(scene, above, _PLOT + 12) as figure:
        if not points:
            style.say(style.axes(figure, (0, 0, style.WIDTH, _PLOT)), scene.words("empty_sentiment"))
            return figure
        limits = [end for each in points for end in ((each.value or 0.0,) if each.is_short else each.usual or ())]
        coded = lines[REVIEWED]
        count = len(charts) + bool(coded)
        wide = (style.WIDTH - _LEFT * (1 + bool(coded)) - _EDGE - (count - 1) * _GAP) / count
        for number, (name, of_series) in enumerate(charts.items()):
            axes = style.axes(figure, (_LEFT + number * (wide + _GAP), 6, wide, _PLOT))
            axes.set_ylim(min([-10.0, *limits]), max([10.0, *limits]))
            timeline.ends_axis(axes, scene)
            timeline.value_axis(axes, scene, signed=True)
            if number:
                axes.set_yticklabels([])
            axes.axhline(0, color=style.GREY, linewidth=0.6, zorder=2)
            axes.set_title(scene.platform(name), loc="left", fontsize=style.BASE, fontweight="bold", pad=4)
            timeline.line(axes, scene, of_series)
            timeline.zones(axes, scene, of_series, (scene.platform(name), scene.words("axis_points")), "interval_name")
        if coded:
            _coders(style.axes(figure, (style.WIDTH - _EDGE - wide, 6, wide, _PLOT)), scene, coded)
    return figure


def _coders(axes: Axes, scene: Scene, coded: Sequence[Point]) -> None:
    """What coders say, bucket by bucket, on a scale that holds every limit."""
    ends = [end for each in coded for end in each.usual or ()]
    axes.set_ylim(min([-10.0, *ends]), max([10.0, *ends]))
    timeline.ends_axis(axes, scene)
    timeline.value_axis(axes, scene, signed=True)
    axes.axhline(0, color=style.GREY, linewidth=0.6, zorder=2)
    name = scene.words("sentiment_coders")
    axes.set_title(name, loc="left", fontsize=style.BASE, fontweight="bold", pad=4)
    for each in coded:
        _upright(axes, scene, each)
    timeline.zones(axes, scene, coded, (name, scene.words("axis_points")), "interval_name")


def _upright(axes: Axes, scene: Scene, each: Point) -> None:
    """What coders say of a bucket: a line from limit to limit with a stroke at the estimate."""
    at, colour = timeline.middle(scene, each), style.SERIES_COLOUR["facebook"]
    axes.plot((at, at), each.usual or (), color=colour, linewidth=1.4, solid_capstyle="butt", zorder=6)
    value = each.value or 0.0
    axes.plot((at - 2, at + 2), (value, value), color=colour, linewidth=1.4, zorder=6)


CHART = Chart("sentiment", data, head, draw, finding, place=8)
