"""Sparklines: a line as small as a word, for tables whose rows are indicators; set straight as SVG text."""

from collections.abc import Sequence
from html import escape
from itertools import groupby

from reports.figures import style

WIDTH, HEIGHT = 40.0, 6.5  # mm
_EDGE = 1.1  # mm kept free around the line for the dot at its end


def spark(series: Sequence[float | None], band: tuple[float, float] | None, says: str, *, is_marked: bool) -> str:
    """A line of the values of successive weeks, oldest first, with the last one as a dot, as SVG of WIDTH x HEIGHT mm.

    None is a gap. `band` is the usual range of the last value, whose dot stands out where it `is_marked`. `says` is
    what a browser shows on hovering and a screen reader reads. The scale goes from the smallest to the largest of
    what is shown, not from zero: the band tells what is much.
    """
    shown = [value for value in series if value is not None]
    ends = [*shown, *(band or ())]
    low, high = min(ends, default=0.0), max(ends, default=0.0)
    step = (WIDTH - 2 * _EDGE) / max(len(series) - 1, 1)
    tall = HEIGHT - 2 * _EDGE

    def height(value: float) -> float:
        share = (value - low) / (high - low) if high > low else float(value > 0) / 2
        return HEIGHT - _EDGE - share * tall

    places = [(_EDGE + n * step, value if value is None else height(value)) for n, value in enumerate(series)]
    parts = [_band(height(band[0]), height(band[1]))] if band else []
    parts += [
        _line([(x, y) for x, y in run if y is not None])
        for is_known, run in groupby(places, lambda place: place[1] is not None)
        if is_known
    ]
    if series and series[-1] is not None:
        parts.append(_dot(places[-1][0], height(series[-1]), 1.05, style.ACCENT if is_marked else style.INK))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH:g}mm" height="{HEIGHT:g}mm" '
        f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img"><title>{escape(says)}</title>{"".join(parts)}</svg>'
    )


def _band(low: float, high: float) -> str:
    thick = max(low - high, 0.5)
    return f'<rect x="0" y="{high:.2f}" width="{WIDTH:g}" height="{thick:.2f}" fill="{style.BAND}"/>'


def _line(points: Sequence[tuple[float, float]]) -> str:
    if len(points) == 1:
        return _dot(*points[0], 0.4, style.GREY)
    path = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
    return (
        f'<polyline points="{path}" fill="none" stroke="{style.GREY}" stroke-width="0.4" '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    )


def _dot(x: float, y: float, radius: float, colour: str) -> str:
    return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:g}" fill="{colour}"/>'
