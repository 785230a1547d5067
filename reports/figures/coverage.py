"""Coverage day by day: the share of the plan that was collected as the height of a bar, a row a platform."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from flows.method import METHOD
from reports.figures import style, timeline
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.figures.style import Head
from reports.reading.outcomes import Trends

_RIGHT, _ROW, _STEP = 34.0, 8.0, 11.0  # mm; names stand at the newest end, where a phone opens the chart
_STUB = 0.1  # the height of a bar where nothing was collected
Shares = Mapping[str, Mapping[date, float | None]]


def data(trends: Trends, scene: Scene) -> Shares:
    """Of each platform the days of the window that have a record: collected of planned, None where none was planned."""
    sums = (
        trends.facts.tables["core.coverage"]
        .filter(pl.col("day").is_between(scene.first_day, scene.last_day))
        .group_by("platform", "day")
        .agg(pl.col("planned", "succeeded", "posts").sum())
        .sort("day")
    )
    shares: dict[str, dict[date, float | None]] = {name: {} for name in scene.platforms}
    for platform, day, planned, succeeded, posts in sums.iter_rows():
        if platform in shares and (planned or posts):
            shares[platform][day] = min(succeeded / planned, 1.0) if planned else None
    return shares


def head(trends: Trends, scene: Scene) -> Head:
    """The platform that was collected least this week, or that all were collected whole."""
    words, facts = scene.words, trends.facts
    shares = {name: facts.coverage_of(name) for name in facts.platforms}
    known = {name: share for name, share in shares.items() if share is not None}
    if not known:
        title = words("chart_coverage_unknown")
    elif min(known.values()) >= 1 and len(known) == len(shares):
        title = words("chart_coverage")
    else:
        name = min(known, key=lambda each: known[each])
        key = "chart_coverage_least" if known[name] < METHOD.collection_green else "chart_coverage_nearly"
        title = words(key, platform=scene.platform(name), share=words.percent(known[name]))
    return Head(title, words("sub_coverage"), words("note_coverage"))


def finding(trends: Trends, scene: Scene) -> str:
    """The coverage of the week by platform."""
    words, facts = scene.words, trends.facts
    items = []
    for name in facts.platforms:
        share = facts.coverage_of(name)
        value = words("status_unknown") if share is None else words.percent(share)
        items.append(words("alt_item_value", name=scene.platform(name), value=value))
    return ", ".join(items) or words("alt_none")


def draw(shares: Shares, scene: Scene, above: Head) -> style.Sheet:
    """A row of bars a platform, as high as the share of the plan that was collected; no record is no bar."""
    wide = style.WIDTH - _RIGHT
    top = timeline.room(scene, wide)
    with style.sheet(scene, above, top + max(len(shares), 1) * _STEP + 6) as figure:
        for number, (platform, days) in enumerate(shares.items()):
            axes = style.axes(figure, (0, top + number * _STEP, wide, _ROW))
            _row(axes, scene, platform, days)
            if number == 0:
                timeline.stages(axes, scene)
            if number < len(shares) - 1:
                axes.tick_params(axis="x", labelbottom=False)
        if not shares:
            style.say(style.axes(figure, (0, 4, style.WIDTH, 14)), scene.words("empty_coverage"))
    return figure


def _row(axes: Axes, scene: Scene, platform: str, days: Mapping[date, float | None]) -> None:
    """The bars of a platform: grey, and in the accent where something is missing in this week; a stub where all is."""
    words = scene.words
    timeline.day_axis(axes, scene)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    unknown = [timeline.position(scene, day) + 0.5 for day, share in days.items() if share is None]
    bars: dict[str, list[tuple[float, float]]] = {style.FAINT: [], style.GREY: [], style.ACCENT: []}
    for day, share in days.items():
        if share is not None:
            missing = style.ACCENT if day >= scene.week.first_day else style.GREY
            at = timeline.position(scene, day)
            bars[style.FAINT if share >= 1 else missing].append((at, max(share, _STUB)))
    for colour, places in bars.items():
        if places:
            axes.add_patch(PathPatch(_bars(places), facecolor=colour, edgecolor="none", zorder=2))
    axes.plot(unknown, [0.5] * len(unknown), "_", color=style.GREY, markersize=2.4, linestyle="none", zorder=4)
    name = scene.platform(platform)
    collected = _share(scene, days, scene.week.first_day)
    for up, text, weight in ((0.78, name, "bold"), (0.22, collected, "normal")):
        axes.text(1.015, up, text, transform=axes.transAxes, va="center", fontweight=weight)
    for first in range(0, int(axes.get_xlim()[1]), 7):
        monday = scene.first_day + timedelta(days=first)
        text = f"{name}, {words.days(monday, monday + timedelta(days=6))}: {_share(scene, days, monday)}"
        style.zone(axes, (first, 0, 7, 1), text)


def _bars(places: Sequence[tuple[float, float]]) -> Path:
    """Bars of a day's width at (left, height) as one outline; neighbours of one height are one bar."""
    joined: list[tuple[float, float, float]] = []  # left, right, height
    for left, up in places:
        first = joined.pop()[0] if joined and joined[-1][1:] == (left, up) else left
        joined.append((first, left + 1, up))
    return Path.make_compound_path(*(Path([(a, 0), (a, up), (b, up), (b, 0), (a, 0)]) for a, b, up in joined))


def _share(scene: Scene, days: Mapping[date, float | None], monday: date) -> str:
    """The share of a week: the mean of its days with a plan."""
    week = [days.get(monday + timedelta(days=n)) for n in range(7)]
    known = [share for share in week if share is not None]
    return scene.words.percent(sum(known) / len(known)) if known else scene.words("ribbon_unknown")


CHART = Chart("coverage", data, head, draw, finding, place=9, opens_at_end=True)
