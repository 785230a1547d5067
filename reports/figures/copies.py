"""Copied texts as a timeline: how many accounts had posted each, hour by hour, a dot an account.

Where dots would hide each other, some stand for all: a text that thousands posted is a line, and no page of megabytes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from math import hypot
from typing import NamedTuple

import polars as pl
from matplotlib.axes import Axes

from reports.figures import style
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.figures.style import Head
from reports.reading.outcomes import Trends

_PLOT, _LEFT, _RIGHT = 44.0, 10.0, 40.0  # mm
_SIZE = 2.6
_APART = 0.6  # mm between dots, whose width is 0.9
_DRAWN = ("place", "created_at", "platform", "account")
_WIDEST = 24 * 5  # hours, beyond which only days are named on the axis


class Post(NamedTuple):
    """One copy: when, where, and how many accounts had posted the text by then, this one included."""

    moment: datetime
    platform: str
    accounts: int


class Text(NamedTuple):
    """One copied text by its place in the week, 1 is the most copied, with its posts in time order."""

    place: int
    posts: Sequence[Post]
    accounts: int  # how many posted it, also those whose post is gone since

    @property
    def hours(self) -> int:
        """From its first post to its last one, at least one."""
        return max(round((self.posts[-1].moment - self.posts[0].moment) / timedelta(hours=1)), 1)


def texts_of(trends: Trends) -> list[Text]:
    """The texts that at least as many accounts posted as an incident needs, in local time; the most copied first."""
    zone = trends.facts.edition.election.zone
    texts: dict[int, list[Post]] = {}
    reached: dict[int, int] = {}
    copied = trends.facts.tables["copied_posts"]
    for place, moment, platform, account in copied.drop_nulls("created_at").select(_DRAWN).iter_rows():
        reached[place] = max(reached.get(place, 0), account)
        local: tzinfo = zone
        texts.setdefault(place, []).append(Post(moment.astimezone(local), platform, reached[place]))
    accounts = dict(copied.group_by("place").agg(pl.col("account").max()).iter_rows())
    return [Text(place, posts, accounts[place]) for place, posts in sorted(texts.items())]


def data(trends: Trends, _: Scene) -> list[Text]:
    """The copied texts of the week."""
    return texts_of(trends)


def is_due(trends: Trends) -> bool:
    """An edition without a copied text has no such chart."""
    return bool(texts_of(trends))


def head(trends: Trends, scene: Scene) -> Head:
    """How many accounts posted the most copied text, and in how many hours."""
    words = scene.words
    texts = texts_of(trends)
    if not texts:
        return Head(words("chart_copies"), words("sub_copies"))
    accounts, hours = words.number(texts[0].accounts), words.number(texts[0].hours)
    return Head(words("chart_copies_first", accounts=accounts, hours=hours), words("sub_copies"), words("note_copies"))


def finding(trends: Trends, scene: Scene) -> str:
    """Accounts and hours of every copied text."""
    words = scene.words
    items = [
        words("copies_end", place=each.place, accounts=words.number(each.accounts), hours=words.number(each.hours))
        for each in texts_of(trends)
    ]
    return "; ".join(items) or words("alt_none")


def draw(texts: Sequence[Text], scene: Scene, above: Head) -> style.Sheet:
    """Steps that rise by one an account; the dots have the colour of the platform."""
    with style.sheet(scene, above, _PLOT + 10) as figure:
        axes = style.axes(figure, (_LEFT, 1, style.WIDTH - _LEFT - _RIGHT, _PLOT))
        if not texts:
            style.say(axes, scene.words("chart_copies"))
            return figure
        start = min(text.posts[0].moment for text in texts).replace(minute=0, second=0, microsecond=0)
        last = max(text.posts[-1].moment for text in texts)
        hours = _hours(start, last)
        axes.set_xlim(0, hours * 1.02)
        axes.set_ylim(0, max(text.accounts for text in texts) * 1.08)
        axes.grid(axis="y")
        style.count_axis(axes.yaxis, scene, 6)
        _clock(axes, scene, start, hours)
        for text in texts:
            _text(axes, scene, text, start)
        _names(axes, scene, texts)
    return figure


def _hours(start: datetime, moment: datetime) -> float:
    return (moment - start) / timedelta(hours=1)


def _clock(axes: Axes, scene: Scene, start: datetime, hours: float) -> None:
    """The days at their midnights and, where there is room, every sixth hour."""
    moments = [start + timedelta(hours=n) for n in range(int(hours) + 2)]
    step = 6 if hours < _WIDEST else 24
    ticks = [moment for moment in moments if moment.hour % step == 0] or [start]
    axes.set_xticks([_hours(start, moment) for moment in ticks])
    names = [
        f"{moment:%H}.00\n{moment.day} {scene.words.month(moment.date())}"
        if number == 0 or moment.hour == 0
        else f"{moment:%H}.00"
        for number, moment in enumerate(ticks)
    ]
    axes.set_xticklabels(names)


def _text(axes: Axes, scene: Scene, text: Text, start: datetime) -> None:
    across = [_hours(start, post.moment) for post in text.posts]
    up = [post.accounts for post in text.posts]
    axes.plot(across, up, drawstyle="steps-post", color=style.GREY, linewidth=0.8, zorder=2)
    for platform in sorted({post.platform for post in text.posts}):
        places = [number for number, post in enumerate(text.posts) if post.platform == platform]
        shown = _apart(axes, [(across[number], up[number]) for number in places])
        points = [(across[places[number]], up[places[number]]) for number in shown]
        axes.plot(*zip(*points, strict=True), "o", color=style.SERIES_COLOUR[platform], markersize=_SIZE, zorder=3)
        for number in shown:
            post, at = text.posts[places[number]], across[places[number]]
            when = f"{scene.words.day(post.moment.date())} {post.moment:%H.%M}"
            accounts = scene.words.number(post.accounts)
            says = scene.words("copies_point", place=text.place, accounts=accounts, moment=when)
            style.zone(axes, (at - 0.1, post.accounts - 1, 0.2, 2), f"{scene.platform(post.platform)}: {says}")


def _apart(axes: Axes, points: Sequence[tuple[float, float]]) -> list[int]:
    """The numbers of points, in time order, each apart from the one before; the first and the last too."""
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    wide, tall = style.width_of(axes) / (right - left), _PLOT / (high - low)
    shown = [0]
    for number, (across, up) in enumerate(points):
        before = points[shown[-1]]
        if hypot((across - before[0]) * wide, (up - before[1]) * tall) >= _APART:
            shown.append(number)
    return shown if shown[-1] == len(points) - 1 else [*shown, len(points) - 1]


def _names(axes: Axes, scene: Scene, texts: Sequence[Text]) -> None:
    """Each text at the end of its steps, and the platforms by the colour of their dots."""
    words = scene.words
    top = axes.get_ylim()[1]
    ends = style.spread([float(text.accounts) for text in texts], top * 0.15)
    for text, at in zip(texts, ends, strict=True):
        says = words("copies_end", place=text.place, accounts=words.number(text.accounts), hours=text.hours)
        axes.text(
            1.015, at, style.fitted(says, 24), transform=axes.get_yaxis_transform(), va="center", linespacing=1.15
        )
    seen = sorted({post.platform for text in texts for post in text.posts})
    for number, platform in enumerate(seen):
        down = 0.94 - number * 0.08
        axes.plot(
            0.015, down, "o", color=style.SERIES_COLOUR[platform], markersize=4, transform=axes.transAxes, zorder=5
        )
        axes.text(0.03, down, scene.platform(platform), transform=axes.transAxes, va="center", fontsize=style.BASE)


CHART = Chart("copies", data, head, draw, finding, place=6, is_due=is_due, opens_at_end=True)
