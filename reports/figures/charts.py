"""Every chart of an edition, drawn, saved and described: the only place that calls the figures."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from matplotlib.figure import Figure

from flows.method import FAMILIES, METHOD
from flows.periods import Week
from reports.edition import embargo_end
from reports.figures import (
    corrections,
    coverage,
    indications,
    overlay,
    sentiment,
    signals,
    style,
    timeline,
    topics,
    volume,
)
from reports.figures.style import Chart, Scene
from reports.reading.facts import PLATFORMS, Facts
from reports.reading.outcomes import Trends
from reports.wording.sentences import coverage_words
from reports.wording.statements import change_words, subject_words
from reports.wording.watch_list import breaks
from reports.wording.words import Words

WINDOW_WEEKS, SHORTEST_WINDOW = 26, 8
# The charts of the weekly report, in reading order.
WEEKLY = ("signals", "volume", "sentiment", "indications", "topics", "coverage", "corrections", "overlay")


def source_line(facts: Facts, words: Words) -> str:
    """What stands under every chart: office, moment, versions and, while it holds, the embargo."""
    edition = facts.edition
    zone = edition.election.zone_label
    line = words(
        "source",
        office=edition.office,
        moment=words.moment(edition.local, zone),
        publication=edition.publication,
        label=edition.label_version,
        data=edition.data_version,
    )
    if edition.embargoed:
        line = words("embargo_mark", moment=words.moment(embargo_end(edition.election), zone)) + ". " + line
    return line


def scene_of(facts: Facts, words: Words) -> Scene:
    """The window of the charts: up to 26 weeks that end with the edition's, from the first of them with any data."""
    week = facts.edition.week
    earliest = week.shift(1 - WINDOW_WEEKS)
    known = facts.tables["trends.weekly_platform"]["week"].unique().sort().to_list()
    seen = [found for text in known if earliest <= (found := Week.parse(text)) <= week]
    first = min([*seen[:1], week.shift(1 - SHORTEST_WINDOW)])
    coverage = words("source_coverage", week=str(week), coverage=coverage_words(words, facts.coverage))
    return Scene(
        words=words,
        election=facts.edition.election,
        week=week,
        first_day=first.first_day,
        last_day=week.last_day,
        source=f"{coverage} {source_line(facts, words)}",
        breaks=tuple(day for day in breaks(facts) if first.first_day <= day <= week.last_day),
    )


def _platforms_in(facts: Facts, scene: Scene) -> list[str]:
    inside = facts.tables["trends.weekly_platform"]
    inside = inside.filter(
        (inside["first_day"] >= scene.first_day) & ((inside["posts"] > 0) | (inside["status"] != "unknown"))
    )
    seen = set(inside["platform"]) | {platform for (platform, day) in facts.day_status if day >= scene.first_day}
    return [name for name in PLATFORMS if name in seen]


class Quantity(NamedTuple):
    """A column of weekly_platform as an alternative text states it."""

    column: str
    key: str
    scale: float
    signed: bool
    minimum: int  # labelled posts


NET = Quantity("net_sentiment", "alt_item_net", 100, True, METHOD.net_posts)


def _finding(facts: Facts, words: Words, scene: Scene, quantity: Quantity) -> str:
    items = []
    for bucket in facts.buckets:
        for platform in ("all", *facts.platforms):
            row = facts.measure(bucket, platform)
            enough = row is not None and (row["labelled"] or 0) >= quantity.minimum
            if row is None or not enough or row[quantity.column] is None:
                continue
            name = scene.platform(platform)
            if len(facts.buckets) > 1:
                name = f"{name} {words.days(bucket.first_day, bucket.last_day)}"
            value = words.decimal(row[quantity.column] * quantity.scale, signed=quantity.signed)
            items.append(words(quantity.key, name=name, value=value))
    return "; ".join(items) or words("alt_none")


def _volume_finding(facts: Facts, words: Words, scene: Scene) -> str:
    items = [
        words("alt_volume_item", platform=scene.platform(name), posts=words.number(facts.posts_of(name)))
        for name in facts.platforms
    ]
    return ", ".join(items) or words("alt_none")


def _topic_finding(facts: Facts, words: Words) -> str:
    rows = facts.tables["trends.weekly_topic"]
    rows = rows.filter((rows["week"] == str(facts.edition.week)) & (rows["platform"] == "all") & (rows["posts"] > 0))
    best = rows.sort(["share", "topic"], descending=[True, False], nulls_last=True).head(3)
    items = [
        words("alt_item_value", name=facts.label("topics", row["topic"]), value=words.percent(row["share"], 1))
        for row in best.iter_rows(named=True)
    ]
    return ", ".join(items) or words("alt_none")


def _coverage_finding(facts: Facts, words: Words, scene: Scene) -> str:
    items = []
    for name in facts.platforms:
        share = facts.coverage_of(name)
        value = words("status_unknown") if share is None else words.percent(share)
        items.append(words("alt_item_value", name=scene.platform(name), value=value))
    return ", ".join(items) or words("alt_none")


def _indication_finding(trends: Trends, words: Words) -> str:
    facts = trends.facts
    items = [
        words("alt_item_value", name=facts.label("indications", code), value=words.number(total))
        for code, counts in facts.detected_by_indication
        if (total := sum(count or 0 for count in counts))
    ]
    return ", ".join(items) or words("alt_no_detection")


def _signal_finding(trends: Trends, words: Words) -> str:
    items = [change_words(trends, words, signal) for signal in trends.signals]
    return "; ".join(items) or words("alt_no_signal", tests=words.number(trends.tested))


def _correction_finding(trends: Trends, words: Words) -> str:
    return words("alt_corrections_count", count=words.number(trends.corrections.height))


class OfficialSeries(NamedTuple):
    """The official series of the chart; where no source is charted, a name that says so."""

    publisher: str
    name: str
    points: list[overlay.Point]


def official_series(trends: Trends, words: Words) -> OfficialSeries:
    """The charted series of `seeds.official_sources`, as far as it was published up to the edition's week."""
    sources = trends.facts.tables["seeds.official_sources"]
    charted = sources.filter(sources["is_charted"] == "true").rows(named=True)
    if not charted:
        return OfficialSeries("", words("overlay_official"), [])
    source = charted[0]
    frame = trends.facts.tables["trends.official"]
    frame = frame.filter((frame["series"] == source["series"]) & (frame["metric"] == "total")).sort("as_of")
    points = [overlay.Point(row["as_of"], int(row["value"])) for row in frame.iter_rows(named=True)]
    return OfficialSeries(source["publisher"], f"{source['publisher']}: {source[f'label_{words.lang}']}", points)


def our_points(trends: Trends) -> list[overlay.Point]:
    """Our cumulative count from the first day of the campaign on, the quiet period and voting day included."""
    began = [day for phase in trends.facts.edition.election.phases if phase.is_campaign and (day := phase.first_day)]
    if not began:
        return []
    frame = trends.facts.tables["trends.weekly_platform"]
    frame = frame.filter((frame["platform"] == "all") & (frame["first_day"] >= min(began))).sort("first_day")
    points, total = [], 0
    for row in frame.iter_rows(named=True):
        if row["detected"] is not None:
            total += int(row["detected"])
            points.append(overlay.Point(row["last_day"], total))
    return points


def _overlay_finding(official: OfficialSeries, ours: Sequence[overlay.Point], words: Words) -> str:
    theirs, own = words("alt_overlay_no_official"), words("alt_overlay_no_ours")
    if official.points:
        count, day = words.number(official.points[-1].total), words.day(official.points[-1].day)
        theirs = words("alt_overlay_official", publisher=official.publisher, count=count, day=day)
    if ours:
        own = words("alt_overlay_ours", count=words.number(ours[-1].total))
    return f"{theirs}; {own}"


def topic_changes(trends: Trends) -> dict[topics.Cell, topics.Change]:
    """The change of each tested topic cell against its baseline in percentage points, and its signal's direction."""
    facts = trends.facts
    frame = facts.tables["trends.signals"]
    frame = frame.filter((frame["week"] == str(facts.edition.week)) & (frame["family"] == "topics"))
    changes = {}
    for row in frame.iter_rows(named=True):
        if not row["exposure"] or not row["baseline_exposure"] or row["baseline_observed"] is None:
            continue
        points = 100 * (row["observed"] / row["exposure"] - row["baseline_observed"] / row["baseline_exposure"])
        direction = str(row["direction"] or "") if row["signal"] else ""
        changes[row["phase"], row["platform"], row["subject"]] = topics.Change(points, direction)
    return changes


def _span(trends: Trends, week: str, phase: str) -> signals.Span | None:
    row = trends.facts.measures.get((week, phase, "all"))
    return signals.Span(row["first_day"], row["last_day"]) if row else None


def signal_strips(trends: Trends, words: Words) -> tuple[list[signals.Strip], list[signals.Strip]]:
    """The rows of the signal strip: the five families, then every subject that ever signalled, latest first."""
    families: dict[str, dict[signals.Span, str]] = {family: {} for family in FAMILIES}
    subjects: dict[tuple[str, str], dict[signals.Span, str]] = {}
    for row in trends.facts.tables["trends.signals"].iter_rows(named=True):
        span = _span(trends, row["week"], row["phase"])
        if span is None:
            continue
        states = families[row["family"]]
        state = str(row["direction"]) if row["signal"] else "none" if row["reason"] else "tested"
        states[span] = signals.joined(states.get(span, "none"), state)
        if row["signal"]:
            found = subjects.setdefault((row["family"], row["subject"]), {})
            found[span] = signals.joined(found.get(span, "none"), state)
    latest = sorted(subjects, key=lambda key: (-max(span.first_day for span in subjects[key]).toordinal(), key))
    return (
        [signals.Strip(words(f"family_{family}"), states) for family, states in families.items()],
        [signals.Strip(subject_words(trends, words, *key), subjects[key]) for key in latest],
    )


def _finished(facts: Facts, words: Words, name: str, figure: Figure, finding: str) -> Chart:
    alt = words(f"alt_{name}", week=str(facts.edition.week), finding=finding)
    svg, png = style.save(figure, facts.edition.local, alt)
    return Chart(name=name, title=words(f"chart_{name}"), alt=alt, svg=svg, png=png)


def weekly_charts(trends: Trends, words: Words, names: Sequence[str] = WEEKLY) -> list[Chart]:
    """The charts of the weekly report, or those of some names, in the order of the names."""
    facts = trends.facts
    scene = scene_of(facts, words)
    platforms = _platforms_in(facts, scene)
    frame = facts.tables["trends.weekly_platform"]
    shown = ["all", *platforms] if len(platforms) != 1 else platforms
    official = official_series(trends, words)
    drawings: dict[str, tuple[Callable[[], Figure], Callable[[], str]]] = {
        "signals": (
            lambda: signals.draw(*signal_strips(trends, words), scene),
            lambda: _signal_finding(trends, words),
        ),
        "volume": (
            lambda: volume.draw(facts.volumes, scene, {name: facts.coverage_of(name) for name in platforms}),
            lambda: _volume_finding(facts, words, scene),
        ),
        "sentiment": (
            lambda: sentiment.draw(frame, scene, shown),
            lambda: _finding(facts, words, scene, NET),
        ),
        "indications": (
            lambda: indications.draw(facts.tables["trends.weekly_indication"], scene, classes_of(trends)),
            lambda: _indication_finding(trends, words),
        ),
        "topics": (
            lambda: topics.draw(
                facts.tables["trends.weekly_topic"],
                scene,
                facts.buckets,
                shown,
                (_topic_labels(facts), topic_changes(trends)),
            ),
            lambda: _topic_finding(facts, words),
        ),
        "coverage": (
            lambda: coverage.draw(facts.day_status, scene, platforms),
            lambda: _coverage_finding(facts, words, scene),
        ),
        "corrections": (
            lambda: corrections.draw(timeline.rows_of(facts.volumes, scene, "all"), first_known(trends), scene),
            lambda: _correction_finding(trends, words),
        ),
        "overlay": (
            lambda: overlay.draw(official.points, official.name, our_points(trends), scene),
            lambda: _overlay_finding(official, our_points(trends), words),
        ),
    }
    chosen = [(name, *drawings[name]) for name in names]
    return [_finished(facts, words, name, draw(), finding()) for name, draw, finding in chosen]


def _topic_labels(facts: Facts) -> dict[str, str]:
    codes = facts.tables["trends.weekly_topic"]["topic"].unique(maintain_order=True)
    return {code: facts.label("topics", code) for code in codes}


def classes_of(trends: Trends) -> indications.Classes:
    """The classes of indications, measured and not, in the order of the seed."""
    labels = {
        code: trends.facts.label("indications", code) for code in trends.facts.tables["seeds.indications"]["code"]
    }
    measured = {code: label for code, label in labels.items() if code in trends.measured}
    counted = {code: label for code, label in labels.items() if code not in measured}
    return indications.Classes(measured, counted, trends.facts.only_in_phase)


def first_known(trends: Trends) -> dict[tuple[date, date], float]:
    """Posts of each published bucket as first reported, by its first and last day."""
    known = {}
    for (week, phase), value in trends.first_reported().items():
        span = _span(trends, week, phase)
        if span is not None:
            known[span.first_day, span.last_day] = value
    return known


def briefing_charts(trends: Trends, words: Words, drawn: Sequence[Chart] = ()) -> list[Chart]:
    """The two charts of the briefing: totals of the regency only, nothing crossed with a platform.

    The second one is the signal strip, or, while nothing could be tested yet, the topics. `drawn` are charts that exist
    already: the signal strip is the weekly report's own.
    """
    facts = trends.facts
    scene = scene_of(facts, words)
    total = f"{words('platform_all')} {words.number(facts.total('posts'))}"
    first = _finished(facts, words, "volume", volume.draw(facts.volumes, scene, {"all": facts.coverage}), total)
    return [first, _second(trends, words, scene, drawn)]


def _second(trends: Trends, words: Words, scene: Scene, drawn: Sequence[Chart]) -> Chart:
    facts = trends.facts
    was_tested = facts.tables["trends.signals"]["reason"].null_count() > 0
    if not was_tested and facts.total("posts"):
        rows, parts = facts.tables["trends.weekly_topic"], (_topic_labels(facts), topic_changes(trends))
        figure = topics.draw(rows, scene, facts.buckets, ["all"], parts)
        return _finished(facts, words, "topics", figure, _topic_finding(facts, words))
    strip = next((chart for chart in drawn if chart.name == "signals"), None)
    return strip or _finished(
        facts, words, "signals", signals.draw(*signal_strips(trends, words), scene), _signal_finding(trends, words)
    )
