"""The look of every chart, in one place: sizes, fonts, colours, marks, source line, deterministic saving.

Colours are from Okabe and Ito's colour-blind safe set, chosen so that they also differ in lightness; every series has
its own marker as well, so that a grey print loses nothing.
"""

import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.markers import TICKDOWN

from reports.figures.scene import Scene

WIDTH = 124.0  # mm; drawn narrow, so that a chart printed at half the width of an A4 page still has 5-point letters
HALF_A4 = 86.0  # mm, half the text width of an A4 page
SMALL, BASE, TITLE = 7.4, 8.0, 9.4  # points
PNG_DPI = 200
MM = 25.4
_LETTERS = int(WIDTH / 1.46)  # of a foot line, whose characters are 1.46 mm wide in the mean
_LINE = 3.35  # mm from one foot line to the next
HEAD = 7.5  # mm above every chart for its title

INK = "#1a1a1a"
MUTED = "#595959"
FAINT = "#d9d9d9"
GREY = "#767676"  # what is not the point: earlier weeks, other series
BAND = "#e4e4e4"  # the usual range
ACCENT = "#b8410a"  # what stands out
PAPER = "#ffffff"
BOUNDARY = "#8a8170"  # between the phases

SERIES_COLOUR = {"all": INK, "tiktok": "#5b1a52", "facebook": "#0072b2", "instagram": "#d98200"}
SERIES_MARKER = {"all": "o", "tiktok": "o", "facebook": "s", "instagram": "^"}

# each darker than the one before, so that they differ in grey; before the campaign nothing is shaded
PHASE_FILL = {
    "campaign": "#f4ecd6",
    "rally": "#e6d8b0",
    "quiet": "#b3cbde",
    "voting_day": "#93b4cc",
    "post_election": "#ececec",
}

# status of a day or bucket -> (fill, edge, hatch)
STATUS_MARK = {
    "observed": ("#2f6690", "#2f6690", ""),
    "partial": ("#b5d0e3", "#2f6690", "////"),
    "not_collected": (PAPER, "#404040", "xxxx"),
    "unknown": ("#cfcfcf", "#8c8c8c", ""),
}

RC: dict[str, Any] = {
    "backend": "agg",
    "font.family": "DejaVu Sans",
    "font.size": BASE,
    "axes.titlesize": BASE,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 5,
    "axes.labelsize": SMALL,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "text.color": INK,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
    "hatch.linewidth": 0.5,
    "lines.linewidth": 1.3,
    "lines.markersize": 3.6,
    "lines.solid_capstyle": "round",
    "svg.hashsalt": "ronda",
    "svg.fonttype": "path",
    "text.usetex": False,
    "text.parse_math": False,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
}


@contextmanager
def contract() -> Iterator[None]:
    """The settings every chart is drawn and saved under; use as a decorator or a block."""
    with mpl.rc_context():
        settings: Any = mpl.rcParams
        settings.update(mpl.rcParamsDefault)
        settings.update(RC)
        yield


@contextmanager
def sheet(scene: Scene, height: float, title: str, note: str) -> Iterator[Figure]:
    """A figure to draw on: `height` mm, the title in the first HEAD of them; note and source line come below."""
    with contract():
        foot = [*textwrap.wrap(note, _LETTERS), *textwrap.wrap(scene.source, _LETTERS)]
        down = height + (3.0 + _LINE * len(foot))
        figure = Figure(figsize=(WIDTH / MM, down / MM))
        FigureCanvasAgg(figure)
        figure.text(1.5 / WIDTH, 1 - 1.2 / down, title, fontsize=TITLE, fontweight="bold", va="top")
        yield figure
        place = 1.5 / WIDTH, 1.3 / down
        figure.text(*place, "\n".join(foot), fontsize=SMALL, color=MUTED, va="bottom", linespacing=1.22)


def axes(figure: Figure, place: tuple[float, float, float, float], share_x: Axes | None = None) -> Axes:
    """Axes at (left, top, width, height) in mm, counted from the figure's left and top edge."""
    left, top, width, height = place
    across, down = (float(side) * MM for side in figure.get_size_inches())
    share = (left / across, 1 - (top + height) / down, width / across, height / down)
    return figure.add_axes(share, sharex=share_x)


def small_ticks(axes_: Axes, places: Sequence[float]) -> None:
    """Small unlabelled ticks below the x axis as one line of marks, which is drawn much faster than as many ticks."""
    axes_.plot(
        places,
        [0.0] * len(places),
        transform=axes_.get_xaxis_transform(),
        linestyle="none",
        marker=TICKDOWN,
        markersize=1.6,
        markeredgewidth=0.4,
        color=MUTED,
        clip_on=False,
        scalex=False,
        scaley=False,
    )


def width_of(axes_: Axes) -> float:
    """The width of axes in mm."""
    figure = axes_.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes belong to no figure")
    return float(axes_.get_position().width * figure.get_figwidth() * MM)


def fitted(label: str, characters: int) -> str:
    """A label beside a row, in two lines where one is too short for it."""
    return "\n".join(textwrap.wrap(label, characters, max_lines=2, placeholder="…"))


def say(axes_: Axes, text: str, width: int = 60) -> None:
    """Write in the middle of empty axes why there is nothing to draw."""
    axes_.text(
        0.5,
        0.5,
        textwrap.fill(text, width),
        transform=axes_.transAxes,
        ha="center",
        va="center",
        fontsize=BASE,
        color=MUTED,
        linespacing=1.5,
    )


def save(figure: Figure, as_of: datetime, description: str) -> tuple[str, bytes]:
    """The figure as SVG text and PNG bytes, with every date taken from `as_of`."""
    svg, png = io.BytesIO(), io.BytesIO()
    about = {"Creator": "ronda", "Date": as_of.isoformat(), "Description": description, "Format": None, "Type": None}
    stamp = {"Software": "ronda", "Creation Time": as_of.isoformat(), "Description": description}
    with contract():
        figure.savefig(svg, format="svg", metadata=about)
        figure.savefig(png, format="png", dpi=PNG_DPI, metadata=stamp)
    return svg.getvalue().decode("utf-8"), png.getvalue()
