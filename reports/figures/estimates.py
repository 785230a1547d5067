"""Flagged, confirmed and estimated posts of each class: marks of three shapes, so that none is taken for another."""

from dataclasses import dataclass

from matplotlib.axes import Axes

from reports.figures import style
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.figures.style import Head
from reports.reading.estimates import estimated, is_seen, reviewed_bucket
from reports.reading.outcomes import Trends
from reports.wording.estimates import estimate_text, interval_text, most_missed, short_text
from reports.wording.words import Words

_NAME, _TEXT, _EDGE, _ROW, _CLASSES = 50.0, 38.0, 4.0, 7.0, 12  # mm; the last is how many classes are drawn
_LEFT = _NAME + _TEXT  # as in the chart of topics: a phone opens it at its names and numbers
_WIDE = style.WIDTH - _LEFT - _EDGE
_LETTERS = 30  # of a class in a line


@dataclass(frozen=True)
class Counted:
    """A class with its flagged and confirmed posts, the estimate with its limits, and what is said of them.

    `is_seen` is whether coders saw any of it; `beside` is the text at the row.
    """

    name: str
    flagged: int
    confirmed: int
    estimate: float
    low: float
    high: float
    text: str
    beside: str
    is_seen: bool


def data(trends: Trends, scene: Scene) -> list[Counted]:
    """The classes of the week of which an estimate is known, the largest first."""
    return [
        Counted(
            name=trends.facts.label("indications", row["indication"]),
            text=estimate_text(scene.words, row),
            beside=short_text(scene.words, row),
            is_seen=is_seen(row),
            **{name: row[name] for name in ("flagged", "confirmed", "estimate", "low", "high")},
        )
        for row in estimated(trends.facts)[:_CLASSES]
    ]


def head(trends: Trends, scene: Scene) -> Head:
    """What is estimated of the largest class that coders saw beside what was flagged of it."""
    words = scene.words
    rows = estimated(trends.facts)
    row = rows[0]
    title = words(
        "chart_estimates",
        name=trends.facts.label("indications", row["indication"]),
        interval=interval_text(words, row),
        flagged=words.number(row["flagged"]),
    )
    if not is_seen(row):
        title = words("chart_estimates_none", high=most_missed(words, rows))
    bucket = _days(trends, words)
    return Head(title, words("sub_estimates", bucket=bucket), words("note_estimates"))


def finding(trends: Trends, scene: Scene) -> str:
    """The estimate of every class, and of which days."""
    words = scene.words
    bucket = _days(trends, words)
    return f"{bucket}: " + ", ".join(
        words("alt_item_value", name=each.name, value=each.text) for each in data(trends, scene)
    )


def _days(trends: Trends, words: Words) -> str:
    bucket = reviewed_bucket(trends.facts)
    return words.days(bucket.first_day, bucket.last_day)


def is_due(trends: Trends) -> bool:
    """Without reviews nothing is estimated, and nothing is drawn."""
    return bool(estimated(trends.facts))


def draw(drawn: list[Counted], scene: Scene, above: Head) -> style.Sheet:
    """A row a class: an open square, a full dot, and a bar from limit to limit with a stroke at the estimate."""
    high = len(drawn) * _ROW
    with style.sheet(scene, above, high + 14) as figure:
        _key(style.axes(figure, (0, 0, style.WIDTH, 5)), scene)
        axes = style.axes(figure, (_LEFT, 6, _WIDE, high))
        most = max([1.0, *(max(each.high, each.flagged) for each in drawn)])
        axes.set_xlim(-0.03 * most, 1.03 * most)
        axes.set_ylim(len(drawn) - 0.5, -0.5)
        axes.set_yticks([])
        axes.grid(axis="x")
        style.count_axis(axes.xaxis, scene, 8)
        for row, each in enumerate(drawn):
            _row(axes, scene, row, each)
    return figure


def _row(axes: Axes, scene: Scene, row: int, each: Counted) -> None:
    words = scene.words
    _marks(axes, each, row)
    beside = axes.get_yaxis_transform()
    name = style.fitted(each.name, _LETTERS)
    axes.text((_NAME - _LEFT) / _WIDE, row, name, transform=beside, ha="right", va="center")
    weight, colour = ("bold", style.INK) if each.is_seen else ("normal", style.MUTED)
    at = (_NAME + 3 - _LEFT) / _WIDE
    axes.text(at, row, each.beside, transform=beside, va="center", fontweight=weight, color=colour)
    left, right = axes.get_xlim()
    counts = {name: words.number(getattr(each, name)) for name in ("flagged", "confirmed")}
    told = words("estimates_hover", name=each.name, estimate=each.text, **counts)
    style.zone(axes, (left, row - 0.5, right - left, 1), told)


def _marks(axes: Axes, each: Counted, row: float) -> None:
    """The bar is faint and without a stroke where it is only what coders may have missed."""
    bar = style.TILES[-1] if each.is_seen else style.TILES[1]
    axes.plot((each.low, each.high), (row, row), color=bar, linewidth=5, solid_capstyle="butt", zorder=2)
    if each.is_seen:
        stroke = style.SERIES_COLOUR["facebook"]
        axes.plot((each.estimate, each.estimate), (row - 0.28, row + 0.28), color=stroke, linewidth=2, zorder=3)
    axes.plot([each.flagged], [row], "s", markerfacecolor="none", markeredgecolor=style.GREY, markersize=6.5, zorder=4)
    axes.plot([each.confirmed], [row], "o", color=style.INK, markersize=4, zorder=5)


def _key(axes: Axes, scene: Scene) -> None:
    """What the three marks are, in a line above the rows."""
    words = scene.words
    style.bare(axes, (0, style.WIDTH), (1, 0))
    axes.plot([2], [0.5], "s", markerfacecolor="none", markeredgecolor=style.GREY, markersize=6.5)
    axes.text(5, 0.5, words("column_flagged"), va="center", color=style.MUTED)
    axes.plot([50], [0.5], "o", color=style.INK, markersize=4)
    axes.text(53, 0.5, words("column_confirmed"), va="center", color=style.MUTED)
    axes.plot((100, 108), (0.5, 0.5), color=style.TILES[-1], linewidth=5, solid_capstyle="butt")
    axes.plot((104, 104), (0.2, 0.8), color=style.SERIES_COLOUR["facebook"], linewidth=2)
    axes.text(110, 0.5, words("column_estimate"), va="center", color=style.MUTED)


CHART = Chart("estimates", data, head, draw, finding, place=4, is_due=is_due)
