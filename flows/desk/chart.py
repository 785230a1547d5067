"""Bars and dots as geometry: what a template writes as SVG. No script draws, so none can fail to load."""

from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 720, 150  # of a chart, in its own units
_TOP, _FOOT, _LEFT = 14, 22, 44
_ROW, _DOT = 14, 4.0


class Bar(NamedTuple):
    """One bar: where it stands, what it is called, where a click leads; a gap where nothing was collected."""

    x: float
    y: float
    width: float
    height: float
    label: str
    tick: str  # what stands below it; empty where there is no room
    href: str
    is_gap: bool


class Dot(NamedTuple):
    """One post of one account."""

    x: float
    y: float
    label: str


class Column(NamedTuple):
    """What a bar is drawn from."""

    value: int
    label: str
    tick: str
    href: str
    is_gap: bool


def bars(columns: Sequence[Column], highest: int) -> list[Bar]:
    """Upright bars over the width of a chart; a gap fills its height. `highest` is the value at the top."""
    step = (WIDTH - _LEFT) / max(len(columns), 1)
    room = HEIGHT - _TOP - _FOOT
    every = max(1, -(-len(columns) // 9))  # so many labels fit
    drawn = []
    for place, column in enumerate(columns):
        height = room if column.is_gap else room * column.value / max(highest, 1)
        if column.value and not column.is_gap:
            height = max(height, 1.5)  # one post is seen too
        tick = column.tick if place % every == 0 else ""
        left = _LEFT + place * step + step * 0.1
        size = (round(left, 1), round(_TOP + room - height, 1), round(step * 0.8, 1), round(height, 1))
        drawn.append(Bar(*size, column.label, tick, column.href, column.is_gap))
    return drawn


def dots(moments: Sequence[tuple[float, int, str]], rows: int) -> tuple[list[Dot], int]:
    """A dot for each (moment, row, label), the first moment at the left; with the height of the chart."""
    first = min((moment for moment, _, _ in moments), default=0.0)
    span = max((moment for moment, _, _ in moments), default=0.0) - first or 1.0
    row = _ROW if rows <= 40 else max(2.5, 40 * _ROW / rows)
    width = WIDTH - 2 * _LEFT
    drawn = [
        Dot(round(_LEFT + width * (moment - first) / span, 1), round(_TOP + row * (place + 0.5), 1), label)
        for moment, place, label in moments
    ]
    return drawn, round(_TOP + row * rows + _FOOT)


def share(value: int, highest: int) -> float:
    """The length of a lying bar, 0 to 100; one post is seen too."""
    return round(max(100 * value / max(highest, 1), 1.0 if value else 0.0), 1)
