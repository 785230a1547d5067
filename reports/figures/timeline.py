"""What all charts over time share: the day axis, phase bands, runs without gaps, marks of short or partial buckets."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator
from matplotlib.transforms import ScaledTranslation

from flows.periods import Week
from reports.figures import style
from reports.figures.scene import NARROWEST, Scene

Row = dict[str, Any]
DRAWN = frozenset({"observed", "partial"})
_OVERHANG, _FIRST_LABEL, _YEAR_AND_WEEK = 2.0, 10.0, 23.0  # mm: what labels of the day axis need
_EDGE, _SWATCH, _LETTER, _LEGEND_LINE = 1.5, 4.0, 1.66, 3.9  # mm
_DASHED = (0, (4, 2))


def position(scene: Scene, day: date) -> float:
    """Where a day begins on the axis; short buckets are widened (see `Scene.starts`)."""
    if day in scene.starts:
        return scene.starts[day]
    nearest = min(max(day, scene.first_day), scene.last_day + timedelta(days=1))
    return scene.starts[nearest] + (day - nearest).days


def end(scene: Scene, day: date) -> float:
    """Where a day ends on the axis."""
    return position(scene, day + timedelta(days=1))


def width(scene: Scene, row: Row) -> float:
    """The width of a bucket on the axis."""
    return end(scene, row["last_day"]) - position(scene, row["first_day"])


def middle(scene: Scene, row: Row) -> float:
    """The middle of a bucket on the axis."""
    return (position(scene, row["first_day"]) + end(scene, row["last_day"])) / 2


def with_widened(scene: Scene, note: str) -> str:
    """A chart's note, and that short buckets are drawn wider where the window has one."""
    is_plain = end(scene, scene.last_day) == (scene.last_day - scene.first_day).days + 1
    return note if is_plain else f"{note} {scene.words('note_widened', days=NARROWEST)}"


def rows_of(frame: pl.DataFrame, scene: Scene, platform: str) -> list[Row]:
    """The buckets of a platform inside the window, in time order."""
    inside = frame.filter(
        pl.col("platform") == platform,
        pl.col("first_day") >= scene.first_day,
        pl.col("last_day") <= scene.last_day,
    )
    return list(inside.sort("first_day").iter_rows(named=True))


def runs(rows: Sequence[Row], value: str) -> list[list[Row]]:
    """Stretches of adjoining, collected buckets that have a value: a line is drawn within one, never across two.

    A total that lacks a whole platform stands alone: joined to its neighbours the outage would look like a fall.
    """
    stretches: list[list[Row]] = []
    for row in rows:
        if row[value] is None or row["status"] not in DRAWN:
            continue
        last = stretches[-1][-1] if stretches else None
        adjoins = last is not None and row["first_day"] - last["last_day"] == timedelta(days=1)
        if last is not None and adjoins and not (_lacks_platform(row) or _lacks_platform(last)):
            stretches[-1].append(row)
        else:
            stretches.append([row])
    return stretches


def _lacks_platform(row: Row) -> bool:
    return row["platform"] == "all" and row.get("reason") == "platform_missing"


def set_axis(axes: Axes, scene: Scene) -> None:
    """Month labels, a tick a week, and below the axis a bar along the week the report is about, with its name."""
    span = end(scene, scene.last_day)
    axes.set_xlim(0, span)
    breadth = style.width_of(axes) / span
    days = [scene.first_day + timedelta(days=n) for n in range((scene.last_day - scene.first_day).days + 1)]
    months = [day for day in days if day.day == 1 and (span - position(scene, day)) * breadth > _OVERHANG]
    if not months or position(scene, months[0]) * breadth > _FIRST_LABEL:
        months.insert(0, scene.first_day)
    axes.set_xticks([position(scene, day) for day in months])
    style.small_ticks(axes, [position(scene, day) for day in days if day.weekday() == 0] + [span])
    texts = []
    for number, day in enumerate(months):
        first = scene.words.month(day) if day.day == 1 else f"{day.day} {scene.words.month(day)}"
        has_room = (span - position(scene, day)) * breadth > _YEAR_AND_WEEK
        texts.append(f"{first}\n{day.year if (number == 0 or day.month == 1) and has_room else ''}")
    axes.set_xticklabels(texts, ha="left")
    _week_mark(axes, scene)


def _week_mark(axes: Axes, scene: Scene) -> None:
    left, right = position(scene, scene.week.first_day), end(scene, scene.week.last_day)
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes belong to no figure")
    below = axes.get_xaxis_transform() + ScaledTranslation(0, -1.9 / 72, figure.dpi_scale_trans)
    axes.plot(
        [left, right],
        [0, 0],
        transform=below,
        color=style.INK,
        linewidth=2.4,
        solid_capstyle="butt",
        clip_on=False,
        scalex=False,
        scaley=False,
        zorder=6,
    )
    axes.annotate(
        str(scene.week),
        (1, 0),
        xycoords="axes fraction",
        xytext=(0, -16.6),
        textcoords="offset points",
        ha="right",
        va="top",
        fontsize=style.SMALL,
        fontweight="bold",
        annotation_clip=False,
    )


def _spells(scene: Scene) -> list[tuple[str, date, date]]:
    spells: list[tuple[str, date, date]] = []
    day = scene.first_day
    while day <= scene.last_day:
        phase = scene.election.phase_of(day)
        last = min(phase.last_day or scene.last_day, scene.last_day)
        spells.append(("rally" if phase.is_rally else phase.name, day, last))
        day = last + timedelta(days=1)
    return spells


def phase_bands(axes: Axes, scene: Scene) -> None:
    """Shade the phases of the calendar behind the data, a line where each begins, and a dashed one on voting day."""
    for key, first, last in _spells(scene):
        left, right = position(scene, first), end(scene, last)
        if key in style.PHASE_FILL:
            axes.axvspan(left, right, color=style.PHASE_FILL[key], linewidth=0, zorder=0)
        if left > 0:
            axes.axvline(left, color=style.BOUNDARY, linewidth=0.5, zorder=0.5)
    vote = scene.election.voting_day
    if scene.first_day <= vote <= scene.last_day:
        at = (position(scene, vote) + end(scene, vote)) / 2
        axes.axvline(at, color=style.INK, linewidth=0.8, linestyle=_DASHED, zorder=1)


class _Entry(NamedTuple):
    """A phase in the legend: its key, its name, and where it stands, in mm from the left and in lines."""

    key: str
    name: str
    left: float
    line: int


def _entries(scene: Scene) -> list[_Entry]:
    vote = scene.election.voting_day
    entries: list[_Entry] = []
    left, line = _EDGE, 0
    for key in dict.fromkeys(key for key, _, _ in _spells(scene)):
        name = scene.words(f"phase_short_{key}", day=f"{vote.day} {scene.words.month(vote)}")
        breadth = _SWATCH + 1 + len(name) * _LETTER + 2
        if left + breadth > style.WIDTH - _EDGE:
            left, line = _EDGE, line + 1
        entries.append(_Entry(key, name, left, line))
        left += breadth
    return entries


def legend_height(scene: Scene) -> float:
    """The height in mm that `phase_legend` needs."""
    return _LEGEND_LINE * (_entries(scene)[-1].line + 1)


def phase_legend(figure: Figure, scene: Scene) -> None:
    """Name the shades of the phases in the window, in one line or two below the title."""
    across, down = (float(side) * style.MM for side in figure.get_size_inches())
    vote = scene.election.phase_of(scene.election.voting_day).name
    for entry in _entries(scene):
        top = style.HEAD + entry.line * _LEGEND_LINE
        left, base = entry.left / across, 1 - (top + 2.8) / down
        figure.add_artist(
            Rectangle(
                (left, base),
                _SWATCH / across,
                2.5 / down,
                facecolor=style.PHASE_FILL.get(entry.key, style.PAPER),
                edgecolor=style.BOUNDARY,
                linewidth=0.5,
            )
        )
        if entry.key == vote:
            at = left + _SWATCH / across / 2
            figure.add_artist(
                Line2D([at, at], [base, base + 2.5 / down], color=style.INK, linewidth=0.8, linestyle=_DASHED)
            )
        figure.text(
            (entry.left + _SWATCH + 1) / across,
            1 - (top + 1.55) / down,
            entry.name,
            fontsize=style.SMALL,
            color=style.MUTED,
            va="center_baseline",
        )


def break_marks(axes: Axes, scene: Scene) -> None:
    """A dotted line where what is watched changed: left and right of it are different series."""
    for day in scene.breaks:
        axes.axvline(position(scene, day), color=style.INK, linewidth=0.9, linestyle=(0, (1, 2)), zorder=2, gid="break")


def mark(axes: Axes, scene: Scene, row: Row, value: float, platform: str) -> None:
    """One bucket as a mark: filled when a whole week was collected, hollow when short or partial, a cross when the
    coverage is unknown."""
    colour = style.SERIES_COLOUR[platform]
    if row["status"] not in DRAWN:
        axes.plot(
            middle(scene, row), value, "x", color=colour, markersize=4.2, markeredgewidth=1.2, zorder=4, clip_on=False
        )
        return
    is_short = row["days"] < 7
    whole = not is_short and row["status"] == "observed"
    axes.plot(
        middle(scene, row),
        value,
        "D" if is_short else style.SERIES_MARKER[platform],
        color=colour,
        markerfacecolor=colour if whole else style.PAPER,
        markersize=3.1 if is_short else 3.6,
        markeredgewidth=0.9,
        zorder=4,
        clip_on=False,
    )


def value_axis(axes: Axes, scene: Scene, signed: bool = False) -> None:
    """Horizontal grid lines and numbers in the reader's format."""
    axes.grid(axis="y")
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10], min_n_ticks=3))
    axes.yaxis.set_major_formatter(
        lambda value, _: scene.words.decimal(value, 0 if value == round(value) else 1, signed)
    )


def week_label(week: Week) -> str:
    """W06 of 2024-W06."""
    return f"W{week.number:02d}"
