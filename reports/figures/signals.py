"""The signal strip: which families were tested in each bucket, and where a test found a change that is not noise."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from flows.method import FAMILIES
from reports.figures import style, timeline
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.reading.outcomes import Trends
from reports.wording.statement import subject_words
from reports.wording.statements import change_words

SUBJECTS_SHOWN = 10  # rows
_LABEL, _ROW = 47.0, 5.4
_COLOUR = {"up": "#8c1c13", "down": "#0072b2"}
_MARK = {"up": "^", "down": "v"}
BOTH = "both"  # a row in which one subject rose and another fell
STATES = ("none", "tested", "down", "up", BOTH)  # the later one says more


class Span(NamedTuple):
    """The days of a bucket."""

    first_day: date
    last_day: date


class Strip(NamedTuple):
    """One row of the strip: the state of each bucket, one of `up`, `down`, `both`, `tested`, `none`."""

    label: str
    states: Mapping[Span, str]


class Strips(NamedTuple):
    """The rows of the chart: the families of tests, and every subject that ever signalled, latest first."""

    families: Sequence[Strip]
    subjects: Sequence[Strip]


def data(trends: Trends, scene: Scene) -> Strips:
    """The states of all buckets up to the week."""
    families: dict[str, dict[Span, str]] = {family: {} for family in FAMILIES}
    subjects: dict[tuple[str, str], dict[Span, str]] = {}
    for row in trends.facts.tables["trends.signals"].iter_rows(named=True):
        bucket = trends.facts.measures.get((row["week"], row["phase"], "all"))
        if bucket is None:
            continue
        span = Span(bucket["first_day"], bucket["last_day"])
        state = str(row["direction"]) if row["signal"] else "none" if row["reason"] else "tested"
        of_family = families[row["family"]]
        of_family[span] = joined(of_family.get(span, "none"), state)
        if row["signal"]:
            of_subject = subjects.setdefault((row["family"], row["subject"]), {})
            of_subject[span] = joined(of_subject.get(span, "none"), state)
    latest = sorted(subjects, key=lambda key: (-max(span.first_day for span in subjects[key]).toordinal(), key))
    return Strips(
        [Strip(scene.words(f"family_{family}"), states) for family, states in families.items()],
        [Strip(subject_words(trends, scene.words, *key), subjects[key]) for key in latest],
    )


def finding(trends: Trends, scene: Scene) -> str:
    """The signals of the week, or in how many tests there was none."""
    words = scene.words
    items = [change_words(trends, words, signal) for signal in trends.signals]
    return "; ".join(items) or words("alt_no_signal", tests=words.number(trends.tested))


def draw(strips: Strips, scene: Scene) -> Figure:
    """Families on top, a square a bucket: filled when tested, empty when not; below, what signalled, latest first.

    Where there are more than SUBJECTS_SHOWN, the last row is shared and says by how many: no mark is without a row.
    """
    families, subjects = strips
    inside = [strip for strip in subjects if any(span.first_day >= scene.first_day for span in strip.states)]
    whole = len(inside) <= SUBJECTS_SHOWN
    shown = inside if whole else inside[: SUBJECTS_SHOWN - 1]
    rest = inside[len(shown) :]
    rows = [*families, *shown, *([_joined(rest, scene)] if rest else [])]
    top = style.HEAD + timeline.legend_height(scene) + 2.5
    note = timeline.with_widened(scene, scene.words("note_signals"))
    height = top + max(len(rows), 4) * _ROW + 10
    with style.sheet(scene, height, scene.words("chart_signals"), note) as figure:
        axes = style.axes(figure, (_LABEL, top, style.WIDTH - _LABEL - 4, max(len(rows), 4) * _ROW))
        if not any(state != "none" for strip in families for state in strip.states.values()):
            axes.set_axis_off()
            axes.set_position((0.05, axes.get_position().y0, 0.9, axes.get_position().height))
            style.say(axes, scene.words("empty_signals"))
        else:
            timeline.phase_legend(figure, scene)
            _rows(axes, rows, len(families), scene)
    return figure


def joined(before: str, state: str) -> str:
    """The state of a bucket of which two states are known: the one that says more, `both` for a rise and a fall."""
    return BOTH if {before, state} == {"up", "down"} else max(before, state, key=STATES.index)


def _joined(strips: Sequence[Strip], scene: Scene) -> Strip:
    states: dict[Span, str] = {}
    for strip in strips:
        for span, state in strip.states.items():
            states[span] = joined(states.get(span, "none"), state)
    return Strip(scene.words("signals_more", count=len(strips)), states)


def _rows(axes: Axes, rows: Sequence[Strip], families: int, scene: Scene) -> None:
    timeline.phase_bands(axes, scene)
    timeline.set_axis(axes, scene)
    axes.set_ylim(len(rows), 0)
    axes.spines["left"].set_visible(False)
    axes.set_yticks([number + 0.5 for number in range(len(rows))])
    axes.set_yticklabels([style.fitted(strip.label, 29) for strip in rows], color=style.INK, linespacing=0.95)
    for number, label in enumerate(axes.get_yticklabels()):
        label.set_fontweight("bold" if number < families else "normal")
    axes.axhline(families, color=style.MUTED, linewidth=0.6)
    for number, strip in enumerate(rows):
        for span, state in strip.states.items():
            if span.first_day >= scene.first_day:
                _square(axes, scene, number, span, state)


def _square(axes: Axes, scene: Scene, row: int, span: Span, state: str) -> None:
    left = timeline.position(scene, span.first_day)
    width = timeline.end(scene, span.last_day) - left
    is_none = state == "none"
    axes.add_patch(
        Rectangle(
            (left + 0.4, row + 0.14),
            width - 0.8,
            0.72,
            facecolor="none" if is_none else "#dfe5ea",
            edgecolor="#808080",
            linewidth=0.4,
            linestyle=":" if is_none else "-",
        )
    )
    middle = left + width / 2
    for direction, mark in _MARK.items():
        if state in {direction, BOTH}:
            at, size = (row + 0.5, 5.0) if state != BOTH else (row + (0.32 if direction == "up" else 0.7), 3.4)
            axes.plot(middle, at, mark, color=_COLOUR[direction], markersize=size, clip_on=False, zorder=5)


CHART = Chart("signals", data, draw, finding, place=1)
