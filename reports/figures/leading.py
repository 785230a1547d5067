"""The one chart of the week: its leading incident against what is usual, or all posts where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reports.figures import copies, indications, multiples, style, timeline, volume
from reports.figures.chart import Chart
from reports.figures.scene import Scene
from reports.figures.signals import points_of
from reports.figures.style import Head
from reports.figures.timeline import Point
from reports.reading.incidents import COPIES, Incident
from reports.reading.outcomes import Trends
from reports.reading.weeks import main_bucket
from reports.wording.incidents import incident_name
from reports.wording.quantities import counted, usual
from reports.wording.sentences import this_week
from reports.wording.statement import subject_words
from reports.wording.words import platform_name

_PLOT = 44.0  # mm


@dataclass(frozen=True)
class Series:
    """What is drawn over time: its name and unit, whether this week stands out, and the event that explains it."""

    points: Sequence[Point]
    name: str
    unit: str
    is_unusual: bool
    events: Sequence[tuple[date, str]] = ()


Story = Series | list[copies.Text]


def incident_of(trends: Trends) -> Incident | None:
    """The first incident that the situation of the week names."""
    return next(iter(trends.incidents), None)


def _is_copied(trends: Trends, incident: Incident | None) -> bool:
    return incident is not None and incident.kind == COPIES and copies.is_due(trends)


def data(trends: Trends, scene: Scene) -> Story:
    """The counts of the leading incident, week by week; the copies of a text; else posts a day.

    Always of all platforms together: the counts of a single one may be too small to be shown (method, section 6).
    """
    words = scene.words
    incident = incident_of(trends)
    if _is_copied(trends, incident):
        return copies.texts_of(trends)
    if incident is None or incident.kind == COPIES:
        return Series(volume.series(trends, scene, "all"), words("platform_all"), words("axis_posts_day"), False)
    row = incident.row
    if row["family"] == "indications":
        rows = indications.rows_of(trends).get(incident.subject, [])
    else:
        frame = trends.facts.tables["trends.signals"].filter(
            platform="all", family=row["family"], subject=incident.subject
        )
        rows = frame.sort("first_day").rows(named=True)
    events = [(row["event_day"], row[f"event_{words.lang}"])] if row["event_day"] else []
    name = incident_name(trends, words, incident)
    return Series(points_of(trends, scene, rows), name, words("unit_texts"), True, events)


def head(trends: Trends, scene: Scene) -> Head:
    """What happened, as much as one line tells."""
    words = scene.words
    incident = incident_of(trends)
    when = this_week(words, main_bucket(trends.facts, scene.week))
    if _is_copied(trends, incident):
        return copies.head(trends, scene)
    if incident is None or incident.kind == COPIES:
        points = volume.series(trends, scene, "all")
        subtitle = words("sub_leading_volume", when=when) if any(each.usual for each in points) else words("sub_volume")
        return Head(volume.head(trends, scene).title, subtitle, timeline.explained(scene, [points]))
    row = incident.row
    if row["stage"]:
        title = indications.flag_claim(trends, scene, incident.subject, row)
    else:
        title = words(
            "chart_change",
            name=subject_words(trends, words, row["family"], incident.subject),
            direction=words(f"direction_{row['direction']}"),
            counted=counted(words, row),
            usual=usual(words, row["expected"]),
        )
    place = "" if row["platform"] == "all" else words("chart_at", place=platform_name(words, row["platform"]))
    story = data(trends, scene)
    drawn = [story.points] if isinstance(story, Series) else []
    return Head(title + place, words("sub_leading", when=when), timeline.explained(scene, drawn))


def finding(trends: Trends, scene: Scene) -> str:
    """The count of the leading incident, or the posts of the week."""
    incident = incident_of(trends)
    if _is_copied(trends, incident):
        return copies.finding(trends, scene)
    if incident is None:
        return f"{scene.words('platform_all')} {scene.words.number(trends.facts.total('posts'))}"
    name = incident_name(trends, scene.words, incident)
    return scene.words("alt_item_value", name=name, value=multiples.usual_text(scene, incident.row))


def draw(story: Story, scene: Scene, above: Head) -> style.Sheet:
    """A line with its usual range, this week's dot with its value, and the stages of the election above."""
    if not isinstance(story, Series):
        return copies.draw(story, scene, above)
    above_plot = timeline.room(scene, volume.WIDE, story.events)
    with style.sheet(scene, above, above_plot + _PLOT + 9) as figure:
        axes = style.axes(figure, (volume.LEFT, above_plot, volume.WIDE, _PLOT))
        if not any(each.value is not None for each in story.points):
            style.say(axes, scene.words("empty_volume"))
            return figure
        volume.frame(axes, scene, story.points, story.events)
        timeline.line(axes, scene, story.points, dot=style.ACCENT if story.is_unusual else style.INK)
        timeline.zones(axes, scene, story.points, (story.name, story.unit))
        _names(figure, scene, story)
    return figure


def _names(figure: style.Sheet, scene: Scene, story: Series) -> None:
    """The value of this week and the usual range at the right end."""
    axes = figure.axes[0]
    words = scene.words
    current = [each for each in story.points if timeline.is_current(scene, each) and each.value is not None]
    whole = [each for each in current if not each.is_short] or current
    labels: list[tuple[float, str, str, str]] = []
    if whole and whole[0].value is not None:
        colour = style.ACCENT if story.is_unusual else style.INK
        labels.append((whole[0].value, words.decimal(whole[0].value, 0), "bold", colour))
    banded = [each for each in story.points if each.usual]
    if banded and banded[-1].usual:
        span = banded[-1].usual
        numbers = f"\n{words.interval(*span, 0)}" if whole and whole[0].usual else ""
        labels.append((sum(span) / 2, words("usual_range") + numbers, "normal", style.MUTED))
    step = axes.get_ylim()[1] * 0.17
    for (_, text, weight, colour), at in zip(labels, style.spread([each[0] for each in labels], step), strict=True):
        size = style.TITLE if weight == "bold" else style.BASE
        axes.text(
            1.015, at, text, transform=axes.get_yaxis_transform(), color=colour, fontsize=size, fontweight=weight,
            va="center", linespacing=1.15,
        )  # fmt: skip


CHART = Chart("leading", data, head, draw, finding, place=1, opens_at_end=True)
