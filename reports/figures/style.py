"""The look of every chart, in one place: sizes, fonts, colours, marks, source line, deterministic saving.

Colours are from Okabe and Ito's colour-blind safe set, chosen so that they also differ in lightness; every series has
its own marker as well, so that a grey print loses nothing.
"""

import io
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.markers import TICKDOWN

from flows.periods import Election, Week, weeks_between
from reports.wording.words import Words, platform_name

WIDTH = 124.0  # mm; drawn narrow, so that a chart printed at half the width of an A4 page still has 5-point letters
HALF_A4 = 86.0  # mm, half the text width of an A4 page
SMALL, BASE, TITLE = 7.4, 8.0, 9.4  # points
PNG_DPI = 200
MM = 25.4
_CHARACTER = 1.46  # mm, mean width of a character of the foot lines
_LINE = 3.35  # mm from one foot line to the next
HEAD = 7.5  # mm above every chart for its title

INK = "#1a1a1a"
MUTED = "#595959"
FAINT = "#d9d9d9"
PAPER = "#ffffff"
BOUNDARY = "#8a8170"  # between the phases

SERIES_COLOUR = {"all": INK, "tiktok": "#5b1a52", "facebook": "#0072b2", "instagram": "#d98200"}
SERIES_MARKER = {"all": "o", "tiktok": "o", "facebook": "s", "instagram": "^"}
SERIES_LINE = {"all": "-", "tiktok": "-", "facebook": "-", "instagram": "-"}

# each darker than the one before, so that they differ in grey; before the campaign nothing is shaded
PHASE_FILL = {
    "campaign": "#f4ecd6",
    "rally": "#e6d8b0",
    "quiet": "#b3cbde",
    "voting_day": "#93b4cc",
    "post_election": "#ececec",
}
NARROWEST = 5  # days, the width at which a shorter bucket is drawn

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


@dataclass(frozen=True)
class Scene:
    """What a chart needs beside its frame: the words, the calendar, the window shown and the week it is about."""

    words: Words
    election: Election
    week: Week
    first_day: date
    last_day: date
    source: str  # the line printed under every chart: coverage of the week, embargo, origin and versions
    breaks: tuple[date, ...] = ()  # days on which what is watched changed

    @cached_property
    def starts(self) -> dict[date, float]:
        """Where each day of the window begins on the axis, and where the last one ends.

        A day is one wide, but a bucket is never narrower than NARROWEST days: else a single day could not be seen.
        """
        starts, at = {}, 0.0
        for week in weeks_between(Week.of(self.first_day), Week.of(self.last_day)):
            for bucket in self.election.buckets(week):
                width = max(bucket.days, NARROWEST) / bucket.days
                for number in range(bucket.days):
                    starts[bucket.first_day + timedelta(days=number)] = at + number * width
                at += bucket.days * width
        starts[self.last_day + timedelta(days=1)] = at
        return starts

    def platform(self, name: str) -> str:
        """The reader's name of a platform."""
        return platform_name(self.words, name)

    def short(self, name: str) -> str:
        """The name of a platform where there is little room."""
        return self.words.known(f"short_{name}", self.platform(name))


@dataclass(frozen=True)
class Chart:
    """A finished chart: its picture in both formats and what to say where it cannot be seen."""

    name: str
    title: str
    alt: str
    svg: str
    png: bytes


@contextmanager
def contract() -> Iterator[None]:
    """The settings every chart is drawn and saved under; use as a decorator or a block."""
    with mpl.rc_context():
        settings: Any = mpl.rcParams
        settings.update(mpl.rcParamsDefault)
        settings.update(RC)
        yield


def canvas(height: float, width: float = WIDTH) -> Figure:
    """An empty figure of the given size in mm."""
    figure = Figure(figsize=(width / MM, height / MM))
    FigureCanvasAgg(figure)
    return figure


def axes(figure: Figure, place: tuple[float, float, float, float], share_x: Axes | None = None) -> Axes:
    """Axes at (left, top, width, height) in mm, counted from the figure's left and top edge."""
    left, top, width, height = place
    across, down = (float(side) * MM for side in figure.get_size_inches())
    share = (left / across, 1 - (top + height) / down, width / across, height / down)
    return figure.add_axes(share, sharex=share_x)


def head(figure: Figure, title: str) -> None:
    """Write the chart's title at the top left; charts leave HEAD mm for it."""
    across, down = (float(side) * MM for side in figure.get_size_inches())
    figure.text(1.5 / across, 1 - 1.2 / down, title, fontsize=TITLE, fontweight="bold", va="top")


def sign(figure: Figure, scene: Scene, note: str = "") -> None:
    """Write the reading note and the source line at the foot of a figure."""
    across, down = (float(side) * MM for side in figure.get_size_inches())
    characters = int(across / _CHARACTER)
    lines = [*textwrap.wrap(note, characters), *textwrap.wrap(scene.source, characters)]
    text = "\n".join(lines)
    figure.text(1.5 / across, 1.3 / down, text, fontsize=SMALL, color=MUTED, va="bottom", linespacing=1.22)


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


def foot_height(scene: Scene, note: str = "", width: float = WIDTH) -> float:
    """The height in mm that `sign` needs."""
    characters = int(width / _CHARACTER)
    return 3.0 + _LINE * (len(textwrap.wrap(note, characters)) + len(textwrap.wrap(scene.source, characters)))


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
