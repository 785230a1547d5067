"""What all charts over time share: places of days, a line with its usual range, gaps, stages of the election."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, groupby
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from flows.method import METHOD
from reports.figures import style
from reports.figures.scene import Scene
from reports.reading.facts import Row
from reports.wording.words import capitalised

_MARKS = ("ring", "alone", "gap", "no_range")  # what a reader cannot guess, each the word `mark_<name>`
_DRAWN = frozenset({"observed", "partial"})
_HALF = 3.5  # days on either side of a mark that are its own
_BESIDE = 23.0  # mm on the right of a plot that names may reach into
_APART = 2.3  # mm between two names of a line
_ABOVE = 3.4  # mm from one line of names above the plot to the next


@dataclass(frozen=True)
class Point:
    """One bucket of a series: its value (None: not known) and what is usual, if anything is."""

    first_day: date
    last_day: date
    value: float | None
    usual: tuple[float, float] | None = None
    stands_alone: bool = False  # not comparable with its neighbours: coverage unknown, or a total without a platform

    @property
    def is_short(self) -> bool:
        """Whether the bucket is too short to be compared with whole weeks."""
        return (self.last_day - self.first_day).days + 1 < METHOD.bucket_days


def point(row: Row, value: float | None, usual: tuple[float, float] | None = None) -> Point:
    """The point of a bucket from its row of weekly_platform; no value where nothing was collected."""
    is_seen = row["status"] in _DRAWN or (row["status"] == "unknown" and bool(row["posts"]))
    alone = row["status"] not in _DRAWN or (row["platform"] == "all" and row["reason"] == "platform_missing")
    return Point(row["first_day"], row["last_day"], value if is_seen else None, usual, alone)


def runs(points: Iterable[Point]) -> list[list[Point]]:
    """Stretches of whole buckets with a value: a line is drawn within one, never across a gap."""
    stretches: list[list[Point]] = [[]]
    last: date | None = None
    for each in points:
        if each.value is None or each.stands_alone or (last and (each.first_day - last).days > 1):
            stretches.append([])
        if each.value is not None and not each.is_short:
            stretches[-1].append(each)
            if each.stands_alone:
                stretches.append([])
        last = each.last_day
    return [stretch for stretch in stretches if stretch]


def explained(scene: Scene, series: Iterable[Sequence[Point]], what: str = "") -> str:
    """What those marks of some series mean that are not plain, after `what` is said of them already: no others.

    Rings, dots that no line joins, gaps, and stretches without the usual range that others have.
    """
    marks = dict.fromkeys(_MARKS, False)
    for points in series:
        known = [each for each in points if each.value is not None]
        whole = [each for each in known if not each.is_short]
        stretches = runs(points)
        marks["ring"] |= len(whole) < len(known)
        marks["alone"] |= any(each.stands_alone and not is_current(scene, each) for each in whole)
        marks["gap"] |= len(stretches) > 1
        marks["no_range"] |= 0 < sum(each.usual is not None for each in whole) < len(whole)
    marks["gap"] &= not marks["alone"]  # which is told with the gaps
    told = [scene.words(f"mark_{name}") for name, is_seen in marks.items() if is_seen]
    return " ".join(text for text in (what, capitalised("; ".join(told)) + "." if told else "") if text)


def position(scene: Scene, day: date) -> float:
    """Where a day begins on the axis."""
    return float((day - scene.first_day).days)


def middle(scene: Scene, each: Point) -> float:
    """Where the middle of a bucket is on the axis."""
    return (position(scene, each.first_day) + position(scene, each.last_day) + 1) / 2


def is_current(scene: Scene, each: Point) -> bool:
    """Whether a bucket is of the week the report is about."""
    return each.first_day >= scene.week.first_day


def line(axes: Axes, scene: Scene, points: Sequence[Point], colour: str = style.GREY, dot: str = style.INK) -> None:
    """A series with its usual range behind: a line over whole buckets, small rings for short ones, this week's dots."""
    whole = [each for each in points if not each.is_short]  # a range of few days is no step of the others
    for is_known, group in groupby(whole, lambda each: each.usual is not None):
        if is_known:
            _band(axes, scene, list(group))
    for run in runs(points):
        places = [middle(scene, each) for each in run], [each.value or 0.0 for each in run]
        axes.plot(*places, "-" if len(run) > 1 else ".", color=colour, markersize=3, zorder=3)
    for each in points:
        if each.value is None:
            continue
        place = middle(scene, each), each.value
        if is_current(scene, each):
            face = style.PAPER if each.is_short else dot
            _mark(axes, place, dot, face, 4.6 if not each.is_short else 3.4)
        elif each.is_short:
            _mark(axes, place, colour, style.PAPER, 2.6)


def _mark(axes: Axes, place: tuple[float, float], colour: str, face: str, size: float) -> None:
    axes.plot(
        *place, "o", color=colour, markerfacecolor=face, markersize=size, markeredgewidth=0.8, zorder=5, clip_on=False
    )


def _band(axes: Axes, scene: Scene, points: Sequence[Point]) -> None:
    """The usual range of adjoining buckets as one field, which reaches half a week beyond the first and the last."""
    middles = [middle(scene, each) for each in points]
    across = [middles[0] - _HALF, *middles, middles[-1] + _HALF]
    ranges = [each.usual or (0.0, 0.0) for each in points]
    ranges = [ranges[0], *ranges, ranges[-1]]
    lows, highs = [low for low, _ in ranges], [high for _, high in ranges]
    axes.fill_between(across, lows, highs, color=style.BAND, linewidth=0, zorder=1)


def zones(
    axes: Axes, scene: Scene, points: Sequence[Point], called: tuple[str, str], band: str = "usual_range"
) -> None:
    """What a browser shows over each bucket: name, days, value with its unit, and its band, named by a word.

    Net sentiment, whose band is an interval, has a decimal and a sign, as everywhere.
    """
    places = 0 if band == "usual_range" else 1
    low, high = axes.get_ylim()
    words = scene.words
    name, unit = called
    for each in points:
        value = (
            words("gap_value") if each.value is None else f"{words.decimal(each.value, places, bool(places))} {unit}"
        )
        text = f"{name}, {words.days(each.first_day, each.last_day)}: {value}"
        if each.usual is not None:
            text += f" ({words(band)} {words.interval(*each.usual, places, bool(places))})"
        left, right = position(scene, each.first_day), position(scene, each.last_day) + 1
        style.zone(axes, (left, low, right - left, high - low), text)


def day_axis(axes: Axes, scene: Scene) -> None:
    """A tick and a name a month, with the year at the first and in January."""
    span = position(scene, scene.last_day) + 1
    axes.set_xlim(0, span)
    days = [scene.first_day + timedelta(days=n) for n in range(int(span))]
    room = 9.0 * span / style.width_of(axes)  # days that the shortest label needs
    months = [day for day in days if day.day == 1 and span - position(scene, day) > room * 0.6]
    if not months or position(scene, months[0]) > room * 1.4:
        months.insert(0, scene.first_day)
    axes.set_xticks([position(scene, day) for day in months])
    names = [scene.words.month(day) if day.day == 1 else f"{day.day} {scene.words.month(day)}" for day in months]
    years = [str(day.year) if number == 0 or day.month == 1 else "" for number, day in enumerate(months)]
    axes.set_xticklabels([f"{name}\n{year}" for name, year in zip(names, years, strict=True)], ha="left")


def ends_axis(axes: Axes, scene: Scene) -> None:
    """Only where the axis begins and ends, for a small chart."""
    span = position(scene, scene.last_day) + 1
    axes.set_xlim(0, span)
    axes.set_xticks([0, span])
    names = [f"{day.day} {scene.words.month(day)}" for day in (scene.first_day, scene.last_day)]
    first, last = axes.set_xticklabels(names)
    first.set_horizontalalignment("left")
    last.set_horizontalalignment("right")


class _Named(NamedTuple):
    """An event, and the line above the plot on which its name has room."""

    day: date
    name: str
    level: int
    is_left: bool  # of its line, where there is no room on the right


class _Place(NamedTuple):
    """Where a line stands and its name begins and ends, in mm, and whether the name is left of it."""

    at: float
    start: float
    end: float
    is_left: bool


def _named(scene: Scene, also: Sequence[tuple[date, str]], wide: float) -> list[_Named]:
    """The stages of the election and other events in the window, on a plot of `wide` mm."""
    breadth = wide / (position(scene, scene.last_day) + 1)
    named = sorted({*_stages(scene), *also})
    places = []
    for day, name in named:
        at, long = position(scene, day) * breadth, len(name) * style.LETTER + 0.7
        is_left = at + long + _APART > wide + _BESIDE
        places.append(_Place(at, at - long if is_left else at, at if is_left else at + long, is_left))
    levels = _levels(places)
    return [
        _Named(day, name, level, place.is_left) for (day, name), level, place in zip(named, levels, places, strict=True)
    ]


def _levels(places: Sequence[_Place]) -> list[int]:
    """A line of names for each, so that no name lies on another one and no dotted line goes through a name.

    A name stands above every line that it lies over, since that ends below it.
    """
    below: list[set[int]] = [set() for _ in places]
    for first, second in combinations(range(len(places)), 2):  # in the order of their lines
        left, right = places[first], places[second]
        if left.start < right.at < left.end:
            below[first].add(second)
        elif right.start < left.at < right.end:
            below[second].add(first)
        elif left.start < right.end + _APART and right.start < left.end + _APART:
            below[first].add(second)

    def level(number: int, seen: frozenset[int]) -> int:
        return 1 + max((level(each, seen | {number}) for each in below[number] - seen), default=-1)

    return [level(number, frozenset((number,))) for number in range(len(places))]


def room(scene: Scene, wide: float, also: Sequence[tuple[date, str]] = ()) -> float:
    """The height in mm that the names of `stages` need above a plot of a width in mm."""
    return 2.0 + _ABOVE * max((each.level + 1 for each in _named(scene, also, wide)), default=0)


def stages(axes: Axes, scene: Scene, also: Sequence[tuple[date, str]] = ()) -> None:
    """A line with its name above the plot where a stage of the election begins, and at other known events."""
    below = axes.get_xaxis_transform()
    for day, name, level, is_left in _named(scene, also, style.width_of(axes)):
        at = position(scene, day)
        line: dict[str, Any] = {"color": style.GREY, "linewidth": 0.5, "linestyle": (0, (2, 2))}
        axes.axvline(at, zorder=2, **line)
        up = 1.5 + level * _ABOVE * 72 / style.MM
        arrow = {"arrowstyle": "-", "shrinkA": 0, "shrinkB": 0, **line}
        axes.annotate("", (at, 1), (0, up + 6), xycoords=below, textcoords="offset points", arrowprops=arrow)
        axes.annotate(
            name, (at, 1), xycoords=below, xytext=(-2 if is_left else 2, up), textcoords="offset points", va="bottom",
            ha="right" if is_left else "left", fontsize=style.BASE, color=style.MUTED, zorder=4,
            bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.2},
        )  # fmt: skip


def _stages(scene: Scene) -> list[tuple[date, str]]:
    vote = scene.election.voting_day
    found = []
    for phase in scene.election.phases:
        first = phase.first_day
        if first is not None and scene.first_day < first <= scene.last_day and first <= vote:
            key = "rally" if phase.is_rally else phase.name
            found.append((first, scene.words(f"phase_short_{key}", day=f"{vote.day} {scene.words.month(vote)}")))
    return found


def break_marks(axes: Axes, scene: Scene) -> None:
    """A dotted line where what is watched changed: left and right of it are different series."""
    for day in scene.breaks:
        axes.axvline(position(scene, day), color=style.INK, linewidth=0.9, linestyle=(0, (1, 2)), zorder=2, gid="break")


def value_axis(axes: Axes, scene: Scene, signed: bool = False, most: int = 4) -> None:
    """Faint lines and numbers in the reader's format, inside the limits of the axis."""
    axes.grid(axis="y")
    low, high = axes.get_ylim()
    ticks = style.round_ticks(low, high, most)
    if signed:  # such an axis has no zero at its end: both ends are named
        low, high = ticks[0], ticks[-1]
        axes.set_ylim(low, high)
    axes.set_yticks([tick for tick in ticks if low <= tick <= high])
    axes.yaxis.set_major_formatter(lambda value, _: scene.words.decimal(value, 0, signed))
