"""The look of every chart, in one place: sizes, fonts, colours, head and foot, values on hovering, saving.

The point of a chart is in ink or in the accent, everything else in grey. Colours of series are from Okabe and Ito's
colour-blind safe set, chosen so that they also differ in lightness; names stand at the ends of lines, in ink.
"""

import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from html import unescape
from itertools import pairwise
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from reports.figures.scene import Scene
from reports.wording.words import held

WIDTH = 172.0  # mm, the text width of an A4 page: a chart is printed as large as it is drawn
BASE, SUBTITLE, TITLE = 8.0, 8.5, 11.0  # points; nothing in a chart is smaller than BASE
PNG_DPI = 150
MM = 25.4
LETTER = 1.62  # mm, the mean width of a character of BASE
_LINES = {TITLE: (72, 4.9), SUBTITLE: (98, 3.8), BASE: (106, 3.5)}  # characters that fit a line, and its height in mm

INK = "#1a1a1a"
MUTED = "#595959"
FAINT = "#d9d9d9"
GREY = "#767676"  # what is not the point: earlier weeks, other series
BAND = "#e4e4e4"  # the usual range
ACCENT = "#b8410a"  # what stands out
PAPER = "#ffffff"

SERIES_COLOUR = {"all": INK, "tiktok": "#5b1a52", "facebook": "#0072b2", "instagram": "#d98200"}
TILES = ("#f3f6f9", "#d5e3ee", "#a9c8df", "#7fb0d3")  # few posts to many: light enough for letters in ink
TEXT_ON = {INK: (PAPER, BAND, *TILES), MUTED: (PAPER, BAND), ACCENT: (PAPER,)}  # letters, and what is behind them

RC: dict[str, Any] = {
    "backend": "agg",
    "font.family": "DejaVu Sans",
    "font.size": BASE,
    "axes.labelsize": BASE,
    "axes.facecolor": "none",
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.labelsize": BASE,
    "ytick.labelsize": BASE,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.width": 0.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 0,
    "text.color": INK,
    "grid.color": FAINT,
    "grid.linewidth": 0.4,
    "lines.linewidth": 1.1,
    "lines.solid_capstyle": "round",
    "svg.hashsalt": "ronda",
    "svg.fonttype": "none",
    "text.usetex": False,
    "text.parse_math": False,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
}

HEAD, FOOT = "head", "foot"  # the ids of what stands above and below a chart
_HOVER = "value:"
_MARKED = re.compile(rf'<g id="{_HOVER}([^"]*)">')
_ID = re.compile(r'( id="|href="#|url\(#)')
_TAG = re.compile(r"<[^!?][^>]*>")
_DECIMALS = re.compile(r"(\.\d\d)\d+|\.0+(?![\d.])")
_UNTURNED = re.compile(r' transform="rotate\(-?0 [^"]*\)"')


class Head(NamedTuple):
    """What stands above and below a chart: the claim, what is measured in which unit, and a word on how to read it."""

    title: str
    subtitle: str
    note: str = ""


class Sheet(Figure):
    """A figure whose axes are placed in mm below its head, and whose foot is so high."""

    head: float = 0.0
    foot: float = 0.0


@contextmanager
def contract() -> Iterator[None]:
    """The settings every chart is drawn and saved under; use as a decorator or a block.

    Making them takes longer than drawing a line, so a block inside another one keeps those of the outer one.
    """
    if mpl.rcParams["svg.hashsalt"] == RC["svg.hashsalt"]:
        yield
        return
    with mpl.rc_context():
        settings: Any = mpl.rcParams
        settings.update(mpl.rcParamsDefault)
        settings.update(RC)
        yield


@contextmanager
def sheet(scene: Scene, head: Head, height: float) -> Iterator[Sheet]:
    """A figure with `height` mm to draw on, its head above and one line on its source below."""
    foot = f"{head.note} {scene.source}".strip()
    parts = [(head.title, TITLE), (head.subtitle, SUBTITLE), (foot, BASE)]
    texts = [(textwrap.wrap(held(text), _LINES[size][0]), size) for text, size in parts]
    heights = [len(lines) * _LINES[size][1] for lines, size in texts]
    top, below = 1.0 + heights[0] + heights[1] + 3.0, heights[2] + 3.5
    down = top + height + below
    with contract():
        figure = Sheet(figsize=(WIDTH / MM, down / MM))
        FigureCanvasAgg(figure)
        figure.head, figure.foot = top, below
        places = (1 - 1.0 / down, 1 - (1.0 + heights[0] + 0.4) / down, (heights[2] + 1.0) / down)
        for place, (lines, size), colour in zip(places, texts, (INK, MUTED, MUTED), strict=True):
            weight, name = "bold" if size == TITLE else "normal", FOOT if size == BASE else HEAD
            text = "\n".join(lines)
            figure.text(
                0, place, text, fontsize=size, fontweight=weight, color=colour, va="top", linespacing=1.2, gid=name
            )
        yield figure


def axes(figure: Sheet, place: tuple[float, float, float, float]) -> Axes:
    """Axes at (left, top, width, height) in mm, counted from the left edge and from the end of the head."""
    left, top, width, height = place
    across, down = (float(side) * MM for side in figure.get_size_inches())
    return figure.add_axes((left / across, 1 - (figure.head + top + height) / down, width / across, height / down))


def bare(axes_: Axes, across: tuple[float, float], down: tuple[float, float]) -> None:
    """Limits of axes, of which nothing else is to be seen."""
    axes_.set_xlim(*across)
    axes_.set_ylim(*down)
    axes_.set_axis_off()


def width_of(axes_: Axes) -> float:
    """The width of axes in mm."""
    figure = axes_.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes belong to no figure")
    return float(axes_.get_position().width * figure.get_figwidth() * MM)


def fitted(label: str, characters: int) -> str:
    """A label beside a row, in two lines where one is too short for it."""
    return "\n".join(textwrap.wrap(label, characters, max_lines=2, placeholder="…"))


def round_ticks(low: float, high: float, most: int = 4) -> list[float]:
    """Whole numbers from `low` to `high` in steps of 1, 2 or 5 times a power of ten, so that each prints what it is."""
    locator = MaxNLocator(nbins=most, steps=[1, 2, 5, 10], min_n_ticks=2, integer=True)
    return [float(tick) for tick in locator.tick_values(low, high)]


def count_axis(axis: Axis, scene: Scene, most: int = 4) -> None:
    """The ticks of an axis of counts, in the reader's format, inside its limits."""
    low, high = axis.get_view_interval()
    axis.set_ticks([tick for tick in round_ticks(low, high, most) if low <= tick <= high])
    axis.set_major_formatter(lambda value, _: scene.words.number(round(value)))


def spread(places: Sequence[float], step: float) -> list[float]:
    """Places of labels in their order, moved apart so that each is a step from the next."""
    order = sorted(range(len(places)), key=lambda number: places[number])
    result = list(places)
    for before, after in pairwise(order):
        result[after] = max(result[after], result[before] + step)
    return result


def say(axes_: Axes, text: str) -> None:
    """Write in the middle of empty axes why there is nothing to draw."""
    axes_.set_axis_off()
    words = textwrap.fill(text, int(width_of(axes_) / LETTER / 1.15))
    axes_.text(0.5, 0.5, words, transform=axes_.transAxes, ha="center", va="center", color=MUTED, linespacing=1.5)


def hover(artist: Artist, text: str) -> None:
    """The text that a browser shows over a mark."""
    artist.set_gid(_HOVER + text)


def zone(axes_: Axes, place: tuple[float, float, float, float], text: str) -> None:
    """An unseen field at (left, low, width, height) of the data that shows a text on hovering."""
    left, low, width, height = place
    field = Rectangle((left, low), width, height, facecolor="none", edgecolor="none", zorder=9, clip_on=False)
    hover(field, text)
    axes_.add_artist(field)


def save(figure: Figure, name: str, as_of: datetime, description: str) -> tuple[str, bytes, tuple[str, ...]]:
    """The figure as SVG text and PNG bytes, every date from `as_of`, and the values that the SVG shows on hovering.

    Every id of the SVG begins with the name and its style is for itself alone, so that several may stand in one page.
    Its texts are text, in a font of the same widths where DejaVu Sans is missing.
    """
    drawn, png = io.StringIO(), io.BytesIO()
    about = {"Creator": "ronda", "Date": as_of.isoformat(), "Description": description, "Format": None, "Type": None}
    stamp = {"Software": "ronda", "Creation Time": as_of.isoformat(), "Description": description}
    with contract():
        figure.savefig(drawn, format="svg", metadata=about)
        figure.savefig(png, format="png", dpi=PNG_DPI, metadata=stamp)
    svg = drawn.getvalue()
    values = tuple(dict.fromkeys(unescape(text) for text in _MARKED.findall(svg)))
    svg = _MARKED.sub(r'<g pointer-events="all"><title>\1</title>', svg)
    svg = _ID.sub(rf"\g<1>{name}-", svg).replace("*{stroke", f"#{name}-figure_1 *{{stroke")
    svg = svg.replace("font-family: 'DejaVu Sans'", "font-family: 'DejaVu Sans', Verdana, sans-serif")
    return _TAG.sub(_short, svg), png.getvalue(), values


def _short(tag: re.Match[str]) -> str:
    """A tag in as few characters as show the same: hundredths of a point, one line."""
    return _DECIMALS.sub(r"\1", _UNTURNED.sub("", " ".join(tag.group().split())))
