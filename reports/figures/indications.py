"""The review list as small multiples: how many posts of each class were flagged, against what is usual."""

from collections.abc import Sequence
from textwrap import wrap
from typing import NamedTuple

from reports.figures import multiples, style, timeline
from reports.figures.chart import Chart
from reports.figures.multiples import Panel
from reports.figures.scene import Scene
from reports.figures.signals import points_of
from reports.figures.style import Head
from reports.reading.facts import Row
from reports.reading.outcomes import Trends
from reports.reading.weeks import main_bucket
from reports.wording.label_quality import well_measured
from reports.wording.sentences import this_week

_LINE = 3.6  # mm
_CHARACTERS = 112


class Review(NamedTuple):
    """The classes of the week: those with a flagged post, and the names of the others."""

    panels: Sequence[Panel]
    empty: Sequence[str]


def data(trends: Trends, scene: Scene) -> Review:
    """The classes with a flagged post this week, those that stand out first, then by count; the others by name."""
    shown, empty = [], []
    for code, rows in rows_of(trends).items():
        row = multiples.current(rows, scene)
        name = trends.facts.label("indications", code)
        if not _is_shown(row, scene):
            empty.append(name)
            continue
        verdict = [multiples.usual_text(scene, row), _verdict(trends, scene, row)]
        points = points_of(trends, scene, rows)
        panel = Panel(name, points, verdict, _stands_out(trends, row), unit=scene.words("unit_texts"))
        shown.append((not panel.is_passed, -row["observed"], code, panel))
    return Review([panel for *_, panel in sorted(shown, key=lambda item: item[:3])], empty)


def rows_of(trends: Trends) -> dict[str, list[Row]]:
    """Every class's rows of all platforms, in time order: of its signals where it was tested, else of its counts."""
    rows: dict[str, dict[tuple[str, str], Row]] = {}
    for name, key in (("trends.signals", "subject"), ("trends.count_flags", "indication")):
        frame = trends.facts.tables[name]
        frame = frame.filter(frame["platform"] == "all")
        frame = frame.filter(frame["family"] == "indications") if "family" in frame.columns else frame
        for row in frame.sort("first_day").iter_rows(named=True):
            of_class, bucket = rows.setdefault(row[key], {}), (row["week"], row["phase"])
            if bucket not in of_class or of_class[bucket]["reason"] is not None:
                of_class[bucket] = row
    return {code: sorted(of_class.values(), key=lambda row: row["first_day"]) for code, of_class in rows.items()}


def _is_changed(row: Row) -> bool:
    return bool(row.get("signal") or row.get("flag"))


def _stands_out(trends: Trends, row: Row) -> bool:
    """Whether a class is far above what is usual, with as many texts as the situation tells of."""
    code = row.get("subject") or row["indication"]
    return _is_changed(row) and trends.is_told(row["phase"], "indications", code)


def _verdict(trends: Trends, scene: Scene, row: Row) -> str:
    words = scene.words
    if row["expected"] is None:
        return words("panel_untested")
    text = multiples.verdict(scene, row)
    if _is_changed(row):
        text = words("direction_up" if _stands_out(trends, row) else "judged_few")
    return text + words("incident_weak") if row.get("is_weak") else text


def head(trends: Trends, scene: Scene) -> Head:
    """How long the list is, and which classes stand out."""
    words, facts = scene.words, trends.facts
    rows = {code: multiples.current(of_class, scene) for code, of_class in rows_of(trends).items()}
    flagged = sorted(((row["observed"], code) for code, row in rows.items() if _stands_out(trends, row)), reverse=True)
    detected = words.number(facts.total("detected"))
    if flagged:
        names = words.listed([facts.label("indications", code) for _, code in flagged])
        title = words("chart_indications_up", detected=detected, names=names)
    elif any(row["expected"] is not None and row["week"] == str(scene.week) for row in rows.values()):
        title = words("chart_indications_usual", detected=detected)
    else:
        title = words("chart_indications", detected=detected)
    shown = [code for code, row in rows.items() if _is_shown(row, scene)]
    subtitle = words("sub_indications", precision=_precision(trends, scene, shown))
    when = this_week(words, main_bucket(facts, scene.week))
    points = [panel.points for panel in data(trends, scene).panels]
    return Head(title, subtitle, timeline.explained(scene, points, words("note_indications", when=when)))


def _is_shown(row: Row, scene: Scene) -> bool:
    return bool(row["observed"]) and row["week"] == str(scene.week)


def _precision(trends: Trends, scene: Scene, shown: Sequence[str]) -> str:
    """Of which of the classes that are drawn the precision is known."""
    words, known = scene.words, well_measured(trends.facts)
    named = [trends.facts.label("indications", code) for code in shown if code in known]
    if not named:
        return words("precision_none")
    return words("precision_all" if len(named) == len(shown) else "precision_some", names=words.listed(named))


def flag_claim(trends: Trends, scene: Scene, code: str, row: Row) -> str:
    """`Politik uang: 31 unggahan masuk daftar telaah, biasanya sekitar 1`."""
    observed, _, usual = multiples.usual_text(scene, row).partition("; ")
    name = trends.facts.label("indications", code)
    return scene.words("chart_flag", name=name, observed=observed, usual=usual)


def finding(trends: Trends, scene: Scene) -> str:
    """The detected posts of the week by class."""
    words, facts = scene.words, trends.facts
    items = [
        words("alt_item_value", name=facts.label("indications", code), value=words.number(total))
        for code, counts in facts.detected_by_indication
        if (total := sum(count or 0 for count in counts))
    ]
    return ", ".join(items) or words("alt_no_detection")


def draw(review: Review, scene: Scene, above: Head) -> style.Sheet:
    """A panel a class, all on one scale, since they are one list; below, the classes of which nothing was flagged."""
    panels, empty = review
    names = scene.words("indications_none", names=", ".join(empty)) if empty else ""
    lines = wrap(names, _CHARACTERS)
    high = multiples.height(panels) if panels else 8
    with style.sheet(scene, above, high + len(lines) * _LINE + 1) as figure:
        if panels:
            ends = [each.value or 0.0 for panel in panels for each in panel.points]
            ends += [each.usual[1] for panel in panels for each in panel.points if each.usual]
            multiples.grid(figure, scene, panels, max(ends))
        else:
            style.say(style.axes(figure, (0, 0, style.WIDTH, high)), scene.words("empty_indications"))
        below = style.axes(figure, (0, high, style.WIDTH, len(lines) * _LINE + 1))
        style.bare(below, (0, 1), (1, 0))
        below.text(0, 0, "\n".join(lines), fontsize=style.BASE, va="top", linespacing=1.2)
    return figure


CHART = Chart("indications", data, head, draw, finding, place=3)
