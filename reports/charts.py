"""Every chart of an edition, drawn, saved and described: the only place that calls the figures."""

from collections.abc import Callable
from typing import NamedTuple

from matplotlib.figure import Figure

from flows.periods import Week
from reports import style
from reports.edition import embargo_end
from reports.facts import PLATFORMS, Facts
from reports.figures import coverage, indications, sentiment, topics, volume
from reports.sentences import MINIMUM_POSTS
from reports.style import Chart, Scene
from reports.words import Words

WINDOW_WEEKS, SHORTEST_WINDOW = 26, 8


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
    return Scene(
        words=words,
        election=facts.edition.election,
        week=week,
        first_day=first.first_day,
        last_day=week.last_day,
        floor=facts.edition.coverage_floor,
        source=source_line(facts, words),
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


NET = Quantity("net_sentiment", "alt_item_net", 100, True, MINIMUM_POSTS)
RATE = Quantity("per_1000", "alt_item_rate", 1, False, 1)


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


def _finished(facts: Facts, words: Words, name: str, figure: Figure, finding: str) -> Chart:
    alt = words(f"alt_{name}", week=str(facts.edition.week), finding=finding)
    svg, png = style.save(figure, facts.edition.local, alt)
    return Chart(name=name, title=words(f"chart_{name}"), alt=alt, svg=svg, png=png)


def weekly_charts(facts: Facts, words: Words) -> list[Chart]:
    """The charts of the weekly report, in reading order."""
    scene = scene_of(facts, words)
    platforms = _platforms_in(facts, scene)
    frame = facts.tables["trends.weekly_platform"]
    labels = {
        code: facts.label("topics", code)
        for code in facts.tables["trends.weekly_topic"]["topic"].unique(maintain_order=True)
    }
    shown = ["all", *platforms] if len(platforms) != 1 else platforms
    drawings: list[tuple[str, Callable[[], Figure], str]] = [
        (
            "volume",
            lambda: volume.draw(frame, scene, {name: facts.coverage_of(name) for name in platforms}),
            _volume_finding(facts, words, scene),
        ),
        (
            "sentiment",
            lambda: sentiment.draw(frame, scene, shown),
            _finding(facts, words, scene, NET),
        ),
        (
            "indications",
            lambda: indications.draw(frame, scene, shown),
            _finding(facts, words, scene, RATE),
        ),
        (
            "coverage",
            lambda: coverage.draw(facts.day_status, scene, platforms),
            _coverage_finding(facts, words, scene),
        ),
        (
            "topics",
            lambda: topics.draw(facts.tables["trends.weekly_topic"], scene, facts.buckets, shown, labels),
            _topic_finding(facts, words),
        ),
    ]
    return [_finished(facts, words, name, draw(), finding) for name, draw, finding in drawings]


def briefing_charts(facts: Facts, words: Words) -> list[Chart]:
    """The two charts of the briefing: totals of the regency only, nothing crossed with a platform."""
    scene = scene_of(facts, words)
    frame = facts.tables["trends.weekly_platform"]
    return [
        _finished(
            facts,
            words,
            "volume",
            volume.draw(frame, scene, {"all": facts.coverage}),
            f"{words('platform_all')} {words.number(facts.total('posts'))}",
        ),
        _finished(
            facts,
            words,
            "indications",
            indications.draw(frame, scene, ["all"]),
            f"{words('platform_all')} {words.number(facts.total('detected'))}",
        ),
    ]
