"""What all charts over time share: the day axis, phase bands, runs without gaps, marks of short or partial buckets."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from flows.periods import Week
from reports import style
from reports.style import Scene

Row = dict[str, Any]
DRAWN = frozenset({"observed", "partial"})


def position(scene: Scene, day: date) -> float:
    """A day on the axis: days since the window's first day, at the day's start."""
    return float((day - scene.first_day).days)


def middle(scene: Scene, row: Row) -> float:
    """The middle of a bucket on the axis."""
    return (position(scene, row["first_day"]) + position(scene, row["last_day"]) + 1) / 2


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


def set_axis(axes: Axes, scene: Scene, labels: bool = True) -> None:
    """Month labels, a tick a week, and a marker under the week the report is about."""
    span = position(scene, scene.last_day) + 1
    axes.set_xlim(0, span)
    months = [
        day
        for day in (scene.first_day + timedelta(days=n) for n in range(int(span)))
        if day.day == 1 and position(scene, day) < span - 2
    ]
    if not months or position(scene, months[0]) > 21:
        months.insert(0, scene.first_day)
    week = (position(scene, scene.week.first_day) + position(scene, scene.week.last_day) + 1) / 2
    day_width = style.width_of(axes) / span
    months = [day for day in months if not -11.5 < (position(scene, day) - week) * day_width < 5.5]
    axes.set_xticks([position(scene, day) for day in months])
    mondays = list(range(0, int(span) + 1, 7))
    style.small_ticks(axes, mondays)
    if not labels:
        axes.tick_params(axis="x", labelbottom=False)
        return
    texts = []
    for number, day in enumerate(months):
        first = scene.words.month(day) if day.day == 1 else f"{day.day} {scene.words.month(day)}"
        year = f"\n{day.year}" if number == 0 or day.month == 1 else "\n"
        texts.append(first + year)
    axes.set_xticklabels(texts, ha="left")
    axes.annotate(
        f"▲\nW{scene.week.number:02d}",
        (week, 0),
        xycoords=("data", "axes fraction"),
        xytext=(0, -2),
        textcoords="offset points",
        ha="center",
        va="top",
        fontsize=style.SMALL,
        fontweight="bold",
        linespacing=1.15,
        annotation_clip=False,
    )


def _spells(scene: Scene) -> list[tuple[str, bool, date, date]]:
    spells: list[tuple[str, bool, date, date]] = []
    day = scene.first_day
    while day <= scene.last_day:
        phase = scene.election.phase_of(day)
        last = min(phase.last_day or scene.last_day, scene.last_day)
        spells.append((phase.name, phase.is_rally, day, last))
        day = last + timedelta(days=1)
    return spells


def phase_bands(axes: Axes, scene: Scene, names: bool = True) -> None:
    """Shade the phases of the calendar behind the data and name those wide enough to carry a name."""
    span = position(scene, scene.last_day) + 1
    for phase, is_rally, first, last in _spells(scene):
        key = "rally" if is_rally else phase
        left, right = position(scene, first), position(scene, last) + 1
        if key in style.PHASE_FILL:
            axes.axvspan(left, right, color=style.PHASE_FILL[key], linewidth=0, zorder=0)
        name = scene.words(f"phase_short_{key}")
        fits = (right - left) / span * style.width_of(axes) > len(name) * 1.5
        if names and fits:
            axes.text(
                left + span * 0.004,
                1.0,
                name,
                transform=axes.get_xaxis_transform(),
                fontsize=style.SMALL,
                color=style.MUTED,
                va="bottom",
                ha="left",
            )
    vote = scene.election.voting_day
    if scene.first_day <= vote <= scene.last_day:
        axes.axvline(position(scene, vote) + 0.5, color=style.INK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
        if names:
            is_near_end = position(scene, vote) > span * 0.8
            axes.annotate(
                scene.words("voting_mark", day=f"{vote.day} {scene.words.month(vote)}"),
                (span if is_near_end else position(scene, vote), 1.0),
                xycoords=axes.get_xaxis_transform(),
                xytext=(0, 9.5),
                textcoords="offset points",
                fontsize=style.SMALL,
                fontweight="bold",
                va="bottom",
                ha="right" if is_near_end else "left",
                annotation_clip=False,
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
