"""Topics of two weeks as a dot plot: the share of posts that touch a topic before and now, sorted by change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl
from matplotlib.axes import Axes

from flows.periods import Bucket
from reports.figures import style
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.figures.style import Head
from reports.reading.outcomes import Trends

NAMED = 3  # topics in the alternative text
_ROW, _NAME, _VALUE, _AXIS, _EDGE = 4.5, 50.0, 26.0, 8.0, 4.0  # mm; the last is for half a number of the scale
_LABEL = _NAME + _VALUE
_CHARACTERS = 31


@dataclass(frozen=True)
class Topic:
    """One topic: its share in both periods (None: no earlier one), and whether its change on all platforms is told."""

    name: str
    now: float
    before: float | None
    is_signal: bool

    @property
    def change(self) -> float:
        """In shares of 1; the share itself where there is nothing before."""
        return self.now if self.before is None else self.now - self.before


class Periods(NamedTuple):
    """What is compared: a bucket of the week, and the latest comparable one before it (None: none of its phase)."""

    now: Bucket
    before: Bucket | None


def periods(trends: Trends) -> Periods:
    """The week's longest bucket with posts, and the one of the same phase in the week before."""
    facts = trends.facts
    seen = [each for each in facts.buckets if (row := facts.measure(each)) and row["posts"]]
    now = max(seen or facts.buckets, key=lambda each: each.days)
    return Periods(now, facts.previous(now))


def data(trends: Trends, _: Scene) -> list[Topic]:
    """Topics with a post in either period, by change: what rose most stands first."""
    now, before = periods(trends)
    shares = _shares(trends, now)
    earlier = _shares(trends, before) if before else None
    signals = {
        signal.subject
        for signal in trends.told
        if (signal.family, signal.platform, signal.bucket.phase) == ("topics", "all", now.phase)
    }
    topics = [
        Topic(
            trends.facts.label("topics", code), share or 0.0,
            None if earlier is None else earlier.get(code) or 0.0, code in signals,
        )
        for code, share in shares.items()
        if share or (earlier and earlier.get(code))
    ]  # fmt: skip
    return sorted(topics, key=lambda topic: (-round(topic.change, 9), topic.name))


def _shares(trends: Trends, bucket: Bucket) -> dict[str, float | None]:
    frame = trends.facts.tables["trends.weekly_topic"]
    rows = frame.filter(
        (pl.col("week") == str(bucket.week)) & (pl.col("phase") == bucket.phase) & (pl.col("platform") == "all")
    )
    return dict(zip(rows["topic"], rows["share"], strict=True))


def head(trends: Trends, scene: Scene) -> Head:
    """The topic that rose most beyond the usual, or the largest."""
    words = scene.words
    topics = data(trends, scene)
    now, before = periods(trends)
    signals = [topic for topic in topics if topic.is_signal and topic.before is not None]
    days = words.short_days(now.first_day, now.last_day)
    subtitle = words("sub_topics", days=days)
    if before:
        subtitle = words("sub_topics_two", days=days, before=words.short_days(before.first_day, before.last_day))
    if not topics:
        return Head(words("chart_topics"), subtitle)
    top = max(signals, key=lambda topic: abs(topic.change)) if signals else max(topics, key=lambda topic: topic.now)
    title = words("chart_topics_largest", topic=top.name, share=words.percent(top.now, 1))
    if signals and top.before is not None:
        key = "chart_topics_up" if top.change > 0 else "chart_topics_down"
        title = words(key, topic=top.name, before=words.percent(top.before, 1), share=words.percent(top.now, 1))
    return Head(title, subtitle, words("note_topics") if signals else "")


def finding(trends: Trends, scene: Scene) -> str:
    """The largest topics of the week."""
    words = scene.words
    largest = sorted(data(trends, scene), key=lambda topic: (-topic.now, topic.name))[:NAMED]
    items = [words("alt_item_value", name=each.name, value=words.percent(each.now, 1)) for each in largest]
    return ", ".join(items) or words("alt_none")


def draw(topics: Sequence[Topic], scene: Scene, above: Head) -> style.Sheet:
    """A row a topic: its share and change, a grey dot before, a dark one now, a line between."""
    with style.sheet(scene, above, max(len(topics), 3) * _ROW + _AXIS) as figure:
        place = (_LABEL, _AXIS - 1, style.WIDTH - _LABEL - _EDGE, max(len(topics), 3) * _ROW)
        axes = style.axes(figure, place)
        if not topics:
            style.say(axes, scene.words("empty_topics"))
            return figure
        axes.set_ylim(len(topics) - 0.5, -0.5)
        axes.set_xlim(0, max(max(each.now, each.before or 0.0) for each in topics) * 1.04)
        axes.set_yticks([])
        axes.spines["bottom"].set_visible(False)
        axes.xaxis.tick_top()
        axes.set_xticks([tick / 100 for tick in style.round_ticks(0, 100 * axes.get_xlim()[1], 6)])
        axes.set_xlim(0, axes.get_xticks()[-1])
        axes.xaxis.set_major_formatter(lambda value, _: scene.words.percent(value))
        axes.tick_params(axis="x", length=0)
        axes.grid(axis="x")
        for row, topic in enumerate(topics):
            _row(axes, scene, row, topic)
    return figure


def _row(axes: Axes, scene: Scene, row: int, topic: Topic) -> None:
    words = scene.words
    colour = style.ACCENT if topic.is_signal else style.INK
    text = words.percent(topic.now, 1)
    if topic.before is not None:
        axes.plot([topic.before, topic.now], [row, row], "-", color=colour if topic.is_signal else style.GREY, zorder=2)
        axes.plot(topic.before, row, "o", color=style.GREY, markersize=4, zorder=3)
        text = words("topic_change", share=text, points=words.decimal(topic.change * 100, signed=True))
    axes.plot(topic.now, row, "o", color=colour, markersize=5, zorder=4)
    wide = style.WIDTH - _LABEL - _EDGE
    weight = "bold" if topic.is_signal else "normal"
    name = style.fitted(topic.name, _CHARACTERS)
    for left, label, tint in (
        (-_VALUE - 2, name, colour),
        (-3.0, text, colour if topic.is_signal else style.MUTED),
    ):
        axes.text(
            left / wide, row, label, transform=axes.get_yaxis_transform(), color=tint, fontsize=style.BASE,
            fontweight=weight, va="center", ha="right",
        )  # fmt: skip
    low, high = axes.get_xlim()
    style.zone(axes, (low, row - 0.5, high - low, 1), f"{topic.name}: {text}")


CHART = Chart("topics", data, head, draw, finding, place=4)
TOTAL = CHART  # of the regency as a whole: it crosses nothing with a platform
