"""Charts: never blank, gaps stay gaps, the same bytes for the same frame, a description for those who cannot see."""

import math
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

import reports
from flows.headers import schema
from flows.periods import Week
from flows.seeds import read_seed
from reports.edition import Tables
from reports.figures import (
    copies,
    districts,
    indications,
    leading,
    sentiment,
    signals,
    style,
    timeline,
    topics,
    volume,
)
from reports.figures.chart import Chart, Picture
from reports.figures.charts import CHARTS, pictures
from reports.figures.scene import Scene, scene_of
from reports.figures.spark import spark
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts, day_status
from reports.reading.outcomes import Trends
from reports.reading.volumes import collected_days
from reports.wording.watch_list import break_text
from reports.wording.words import Words, held
from tests import reports_fixture as invented
from tests import reports_fixture_tested as tested

PLATFORMS = ["all", "tiktok", "facebook", "instagram"]


def prepared(week: str, tables: Tables | None = None) -> tuple[Facts, Scene]:
    edition = invented.edition(week)
    facts = Facts(edition, checked_tables(tables or invented.season(week), edition.week))
    return facts, scene_of(facts, Words("id"))


def texts(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)).replace("\n", " ")


def draw_all(facts: Facts, scene: Scene) -> dict[str, Figure]:
    trends = Trends(facts)
    return {chart.name: chart.figure(trends, scene) for chart in CHARTS if chart.is_due(trends)}


@cache
def drawn(week: str) -> tuple[Facts, Scene, dict[str, Figure]]:
    """Every chart of a week, drawn once for all tests that only look at it."""
    facts, scene = prepared(week)
    return facts, scene, draw_all(facts, scene)


@cache
def pictured(week: str) -> list[Picture]:
    """The files of every chart of a week, written once."""
    return list(pictures(Trends(prepared(week)[0]), Words("id")))


def test_the_window_ends_with_the_week_and_reaches_back_half_a_year_at_most() -> None:
    _, late = prepared("2026-W06", invented.imported("2026-W06", "facebook"))
    assert (late.last_day - late.first_day).days == 4 * 7 - 1
    _, last = prepared("2024-W07")
    assert (last.last_day - last.first_day).days == 26 * 7 - 1


@pytest.mark.parametrize(
    ("planned", "succeeded", "posts", "status"),
    [
        ([4, None], [4, None], [9, 0], "observed"),
        ([4, 2], [4, 1], [9, 1], "partial"),
        ([4, None], [0, None], [0, 0], "not_collected"),
        ([None, None], [None, None], [3, 0], "unknown"),
        ([None, None], [None, None], [0, 0], "not_collected"),
    ],
)
def test_the_status_of_a_day_over_its_sources(
    planned: list[int | None], succeeded: list[int | None], posts: list[int], status: str
) -> None:
    day = invented.ELECTION.voting_day
    frame = pl.DataFrame(
        {
            "platform": ["tiktok"] * 2,
            "source": ["a", "b"],
            "day": [day] * 2,
            "planned": planned,
            "succeeded": succeeded,
            "posts": posts,
            "reason": ["outage", None],
        },
        schema_overrides={"planned": pl.Int64, "succeeded": pl.Int64},
    )
    assert day_status(frame)["tiktok", day][0] == status


@pytest.mark.parametrize("week", ["2023-W34", "2023-W48", "2024-W05", "2024-W07"])
def test_no_letter_of_any_chart_lies_outside_its_picture(week: str) -> None:
    _, _, figures = drawn(week)
    for name, figure in figures.items():
        canvas = figure.bbox
        figure.draw_without_rendering()
        for text in figure.findobj(Text):
            if isinstance(text, Text) and text.get_visible() and text.get_text().strip() and text.get_figure():
                box = text.get_window_extent()
                inside = box.x0 >= -1 and box.x1 <= canvas.x1 + 1 and box.y0 >= -1 and box.y1 <= canvas.y1 + 1
                assert inside, f"{name}: {text.get_text()!r}"


def test_a_change_of_what_is_watched_is_a_line_in_the_chart_and_a_sentence() -> None:
    week = "2024-W05"
    changes = (("v1", date(2023, 10, 2)), ("v2", date(2024, 1, 10)), ("v3", date(2024, 2, 20)))  # the last one later
    moments = [(datetime(day.year, day.month, day.day, tzinfo=UTC), version, day) for version, day in changes]
    rows = [(moment, platform, version, day) for moment, version, day in moments for platform in PLATFORMS[1:]]
    tables = invented.season(week)
    watches = pl.DataFrame(rows, schema=schema("core.watches", ("since", "platform", "version", "day")), orient="row")
    facts, scene = prepared(week, {**tables, "core.watches": invented.whole("core.watches", watches)})
    assert scene.breaks == (date(2024, 1, 10),)
    figure = volume.CHART.figure(Trends(facts), scene)
    lines = [line for line in figure.findobj(Line2D) if isinstance(line, Line2D) and line.get_gid() == "break"]
    assert [line.get_xdata()[0] for line in lines] == [timeline.position(scene, date(2024, 1, 10))]  # type: ignore[index]
    assert break_text(facts, Words("id")).startswith("Daftar pantau penarikan otomatis berubah pada 10 Januari")
    assert break_text(prepared(week)[0], Words("en")) == ""


def test_a_day_without_collection_is_left_out_of_the_posts_a_day() -> None:
    facts, _ = prepared("2023-W44")
    rows = facts.volumes.filter(pl.col("week") == invented.GAP)  # collected on Saturday and Sunday only
    each = {row["platform"]: row for row in rows.iter_rows(named=True)}
    assert collected_days(each["tiktok"], facts.day_status) == 2
    assert [each[name]["per_day"] for name in PLATFORMS[1:]] == [each[name]["posts"] / 2 for name in PLATFORMS[1:]]
    assert each["all"]["per_day"] == pytest.approx(sum(each[name]["per_day"] for name in PLATFORMS[1:]))


def test_a_total_counts_each_platform_over_its_own_days_and_leaves_out_one_that_was_not_collected() -> None:
    facts, _ = prepared(invented.OUTAGE)
    rows = facts.volumes.filter(pl.col("week") == invented.OUTAGE)
    each = {row["platform"]: row["per_day"] for row in rows.iter_rows(named=True)}
    assert each["facebook"] is None
    assert each["all"] == pytest.approx(each["tiktok"] + each["instagram"])


def test_where_no_plan_was_declared_every_day_counts() -> None:
    facts, _ = prepared("2023-W41", invented.imported())
    row = facts.volumes.filter(pl.col("platform") == "tiktok").row(0, named=True)
    assert row["status"] == "unknown"
    assert row["per_day"] == row["posts"] / row["days"]


def test_a_sparkline_has_a_gap_where_a_week_is_unknown_and_a_dot_that_stands_out_when_unusual() -> None:
    usual = spark([1, 2, None, 3, 4], (1, 5), "Politik uang: 4", is_marked=False)
    assert usual.count("<polyline") == 2
    assert "<title>Politik uang: 4</title>" in usual
    assert style.ACCENT not in usual
    assert style.ACCENT in spark([1, 2, 31], (0, 5), "31", is_marked=True)
    assert style.ACCENT not in spark([1, 2, 31], (0, 5), "31", is_marked=False)  # beyond the range, maybe by chance


@pytest.mark.parametrize("series", [[], [None], [0.0], [0.0, 0.0], [None, 3.0]])
def test_a_sparkline_of_few_values_lies_inside_its_picture(series: list[float | None]) -> None:
    drawn = spark(series, None, "a < b", is_marked=False)
    assert "a &lt; b" in drawn
    assert all(0 < float(place) < 9 for place in re.findall(r'cy="([^"]+)"', drawn))


def test_without_a_single_row_every_chart_says_in_words_why_it_is_empty() -> None:
    facts, scene = prepared("2024-W05", invented.nothing())
    assert scene.platforms == ()
    empty = {"leading": "empty_volume"}
    figures = draw_all(facts, scene)
    assert sorted(figures) == ["coverage", "indications", "leading", "sentiment", "topics", "volume"]
    for name, figure in figures.items():
        assert scene.words(empty.get(name, f"empty_{name}")) in texts(figure), name


def test_a_chart_is_one_object_that_draws_what_it_reads_and_describes_it() -> None:
    facts, scene = prepared("2024-W05")

    def draw(posts: int, scene: Scene, above: style.Head) -> Figure:
        with style.sheet(scene, above, 30) as figure:
            axes = style.axes(figure, (0, 0, 50, 20))
            axes.text(0.5, 0.5, str(posts))
            style.zone(axes, (0, 0, 1, 1), "Pekan < ini & itu: 7")
        return figure

    chart: Chart[int] = Chart(
        "volume", lambda trends, _: trends.facts.total("posts"), lambda *_: style.Head("Klaim", "Satuan"), draw,
        lambda *_: "jumlahnya", 1,
    )  # fmt: skip
    (picture,) = pictures(Trends(facts), Words("id"), [chart])
    assert str(facts.total("posts")) in texts(chart.figure(Trends(facts), scene))
    assert picture.alt == "Klaim. " + scene.words("alt_volume", week="2024-W05", finding="jumlahnya")
    assert (picture.name, picture.title) == ("volume", "Klaim")
    assert picture.values == ("Pekan < ini & itu: 7",)
    assert '<g pointer-events="all"><title>Pekan &lt; ini &amp; itu: 7</title>' in picture.svg
    assert "Creation" not in picture.svg
    assert set(re.findall(r' id="([^"]*)"', picture.svg)) == {
        name for name in re.findall(r' id="([^"]*)"', picture.svg) if name.startswith("volume-")
    }


def test_every_chart_carries_its_claim_and_source_and_the_embargo_while_it_holds() -> None:
    facts, scene, figures = drawn("2024-W06")
    for chart in CHARTS:
        if chart.is_due(Trends(facts)):
            written = texts(figures[chart.name])
            assert chart.head(Trends(facts), scene).title in written
            assert held("EMBARGO sampai 14 Februari 2024, 15.00 WIB") in written
            assert re.search(r"ronda, Diskominfo Kabupaten Batang. 2024-W06: cakupan rencana \d+\s%", written)


def test_detections_are_drawn_with_the_words_of_their_stage() -> None:
    _, _, figures = drawn("2024-W05")
    assert "terdeteksi otomatis; ketepatannya pada lampiran" in texts(figures["indications"])


def points_of(facts: Facts, scene: Scene, platform: str) -> list[timeline.Point]:
    return volume.series(Trends(facts), scene, platform)


def test_a_line_never_crosses_a_week_that_was_not_collected() -> None:
    first, second = timeline.runs(points_of(*prepared("2024-W05"), "facebook"))
    assert (str(Week.of(first[-1].first_day)), str(Week.of(second[0].first_day))) == ("2024-W01", "2024-W03")


def test_a_bucket_of_unknown_coverage_is_not_joined_to_any_other() -> None:
    points = points_of(*prepared("2023-W41", invented.imported()), "tiktok")
    assert [len(run) for run in timeline.runs(points)] == [1]


def test_a_line_goes_over_a_short_bucket_and_stops_where_a_total_lacks_a_platform() -> None:
    week = Week.parse("2024-W01")
    days = [(week.shift(n).first_day, week.shift(n).last_day) for n in range(4)]
    points = [timeline.Point(first, last, 1.0) for first, last in days]
    short = [timeline.Point(points[1].first_day, points[1].first_day, 5.0)]
    rest = [timeline.Point(points[1].first_day + timedelta(days=1), points[1].last_day, 1.0)]
    assert [len(run) for run in timeline.runs([points[0], *short, *rest, *points[2:]])] == [4]
    alone = [*points[:2], replace(points[2], stands_alone=True), points[3]]
    assert [len(run) for run in timeline.runs(alone)] == [2, 1, 1]
    assert [len(run) for run in timeline.runs([*points[:1], *points[2:]])] == [1, 2]


def test_the_charts_of_a_week_do_not_change_when_later_weeks_come_in_nor_when_drawn_again() -> None:
    tables = invented.season("2024-W02")
    earlier = pl.col("week") <= "2024-W02"
    cut = {name: frame.filter(earlier) if "week" in frame.columns else frame for name, frame in tables.items()}
    charts: list[Chart[Any]] = [leading.CHART, signals.CHART, topics.CHART]
    whole, before, again = (
        pictures(Trends(prepared("2024-W02", each)[0]), Words("id"), charts) for each in (tables, cut, tables)
    )
    assert whole == before == again
    assert "2024-01-15T06:00:00+07:00" in whole[0].svg


def test_letters_are_7_and_a_half_points_or_more_and_charts_as_wide_as_the_text_of_a_page() -> None:
    _, _, figures = drawn("2024-W06")
    for name, figure in figures.items():
        assert figure.get_figwidth() * style.MM == pytest.approx(172), name
        found = [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text().strip()]
        assert min(float(text.get_fontsize()) for text in found) >= 7.5, name


def linear(colour: str) -> list[float]:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def luminance(colour: str) -> float:
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear(colour), strict=True))


def without_green(colour: str) -> tuple[float, float, float]:
    """A colour in Lab as a deuteranope sees it (Viénot, Brettel & Mollon 1999)."""
    red, green, blue = linear(colour)
    seen = 0.29275 * red + 0.70725 * green
    rgb = (seen, seen, -0.02234 * red + 0.02234 * green + blue)
    x = (0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.9505
    y = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]
    z = (0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.089
    root = [max(each, 0.0) ** (1 / 3) if each > 0.008856 else 7.787 * each + 16 / 116 for each in (x, y, z)]
    return 116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])


def test_letters_stand_out_from_what_is_behind_them() -> None:
    for letters, grounds in style.TEXT_ON.items():
        for ground in grounds:
            dark, light = sorted((luminance(letters), luminance(ground)))
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (letters, ground)


def test_only_colours_that_were_tested_are_letters() -> None:
    for _, _, figures in (drawn("2024-W06"), drawn("2024-W05")):
        for name, figure in figures.items():
            found = [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text().strip()]
            assert {text.get_color() for text in found} <= set(style.TEXT_ON), name


def test_series_and_highlights_differ_for_the_colour_blind_and_in_grey() -> None:
    for pair in (*combinations(style.SERIES_COLOUR.values(), 2), (style.ACCENT, style.GREY), (style.ACCENT, style.INK)):
        one, other = (without_green(colour) for colour in pair)
        assert math.dist(one, other) >= 20, pair
    greys = sorted(without_green(colour)[0] for colour in style.SERIES_COLOUR.values())
    assert all(after - before >= 10 for before, after in pairwise(greys))
    tiles = [luminance(colour) for colour in style.TILES]
    assert tiles == sorted(tiles, reverse=True)


def test_a_burst_stands_first_among_the_panels_and_in_the_claim_and_the_dot_plot() -> None:
    facts, scene, figures = drawn(tested.BURST)
    panels = signals.data(Trends(facts), scene)
    passed = [panel.name for panel in panels if panel.is_passed]
    assert sorted(passed) == ["Banjir rob dan cuaca", "Penghinaan / kampanye hitam"]
    assert [panel.is_passed for panel in panels] == sorted((panel.is_passed for panel in panels), reverse=True)
    assert len(panels) == signals.SHOWN
    assert "Di luar naik-turun yang lazim" in texts(figures["signals"])
    assert [topic.name for topic in topics.data(Trends(facts), scene) if topic.is_signal] == ["Banjir rob dan cuaca"]
    assert leading.CHART.head(Trends(facts), scene).title.split(":")[0] in texts(figures["leading"])


def test_an_outage_is_never_drawn_as_a_signal() -> None:
    facts, scene = prepared(invented.OUTAGE)
    assert not any(panel.is_passed for panel in signals.data(Trends(facts), scene))
    assert leading.data(Trends(facts), scene).is_unusual is False  # type: ignore[union-attr]


def test_topics_are_sorted_by_change_and_have_no_earlier_dot_where_nothing_is_comparable() -> None:
    facts, scene = prepared("2024-W05")
    changes = [topic.change for topic in topics.data(Trends(facts), scene)]
    assert changes == sorted(changes, reverse=True)
    facts, scene = prepared("2024-W07")
    assert {topic.before for topic in topics.data(Trends(facts), scene)} == {None}


def test_tiles_lie_where_the_seed_says_and_are_bars_where_it_says_nothing() -> None:
    facts, scene = prepared("2024-W05")
    bars = districts.data(Trends(facts), scene)
    assert {tile.place for tile in bars.tiles} == {None}
    tables = dict(invented.season("2024-W05"))
    tables["seeds.places"] = tables["seeds.places"].with_columns(
        tile_row=pl.lit("1"), tile_column=pl.int_range(1, pl.len() + 1).cast(pl.String)
    )
    facts, scene = prepared("2024-W05", tables)
    tiles = districts.data(Trends(facts), scene)
    assert [tile.place for tile in tiles.tiles] == [(1, n) for n in range(1, len(tiles.tiles) + 1)]
    figure = districts.CHART.figure(Trends(facts), scene)
    assert all(tile.name in texts(figure) and tile.text in texts(figure) for tile in tiles.tiles)


def test_the_tiles_of_the_shipped_regency_do_not_lie_on_each_other() -> None:
    places = [(row["tile_row"], row["tile_column"]) for row in read_seed("places")]
    assert len(set(places)) == len(places) == 15


def test_copies_rise_by_one_an_account_and_lead_where_the_incident_is_one() -> None:
    start = datetime(2024, 1, 30, 1, tzinfo=UTC)
    rows = [(1, start + timedelta(hours=n), "tiktok", n + 1, str(n)) for n in range(12)]
    rows.append((1, start + timedelta(hours=12), "tiktok", 3, "12"))  # an account that posts it again
    tables = dict(invented.season("2024-W05"))
    tables["copied_posts"] = pl.DataFrame(rows, schema=tables["copied_posts"].schema, orient="row")
    kind = {"kind": "copies", "family": "copies", "subject": "copies", "stage": None, "expected": None}
    tables["trends.incident_weeks"] = tested.incident("2024-W05", **kind)
    facts, scene = prepared("2024-W05", tables)
    (text,) = copies.data(Trends(facts), scene)
    assert [post.accounts for post in text.posts] == [*range(1, 13), 12]
    assert copies.CHART.head(Trends(facts), scene).title == "12 akun menyebarkan satu teks yang sama dalam 12 jam"
    assert leading.data(Trends(facts), scene) == [text]
    assert "Teks 1: 12 akun" in texts(leading.CHART.figure(Trends(facts), scene))
    forgotten = pl.when(pl.col("account") < 12).then(pl.col("created_at", "platform", "post_id"))
    tables["copied_posts"] = tables["copied_posts"].with_columns(forgotten)
    facts, scene = prepared("2024-W05", tables)
    (text,) = copies.data(Trends(facts), scene)
    assert (len(text.posts), text.accounts) == (12, 12)  # it was one of the accounts, and no dot tells when


def test_a_text_of_thousands_is_drawn_with_as_many_dots_as_can_be_told_apart() -> None:
    start = datetime(2024, 1, 30, 1, tzinfo=UTC)
    rows = [(1, start + timedelta(seconds=30 * n), "tiktok", n + 1, str(n)) for n in range(3_000)]
    tables = dict(invented.season("2024-W05"))
    tables["copied_posts"] = pl.DataFrame(rows, schema=tables["copied_posts"].schema, orient="row")
    facts, scene = prepared("2024-W05", tables)
    picture = copies.CHART.picture(Trends(facts), scene)
    assert 100 < len(picture.values) < 300
    assert "3.000 akun" in picture.title and "akun ke-3.000" in picture.values[-1]
    assert len(picture.svg) < 200_000


def test_the_leading_chart_claims_how_much_against_what_is_usual() -> None:
    tables = dict(invented.season("2024-W05"))
    tables["trends.incident_weeks"] = tested.incident("2024-W05", observed=31, expected=1.2)
    facts, scene = prepared("2024-W05", tables)
    head = leading.CHART.head(Trends(facts), scene)
    assert head.title == "Politik uang: 31 unggahan masuk daftar telaah, biasanya sekitar 1"
    english = leading.CHART.head(Trends(facts), scene_of(facts, Words("en")))
    assert english.title == "Politik uang: 31 posts on the review list, usually about 1"


def test_classes_without_a_post_this_week_are_named_and_not_drawn() -> None:
    facts, scene = prepared("2024-W05")
    review = indications.data(Trends(facts), scene)
    assert {panel.name for panel in review.panels}.isdisjoint(review.empty)
    assert all(name in texts(indications.draw(review, scene, style.Head("", ""))) for name in review.empty)


def test_no_text_of_a_chart_is_smaller_than_eight_points_as_printed() -> None:
    for picture in pictured("2024-W05"):
        wide = re.search(r'<svg [^>]*\bwidth="([\d.]+)pt"', picture.svg)
        assert wide and float(wide[1]) == pytest.approx(style.WIDTH / style.MM * 72, abs=0.01), picture.name
        sizes = [float(size) for size in re.findall(r"font-size: ([\d.]+)px", picture.svg)]  # a unit is a point
        assert sizes and min(sizes) >= 8.0, picture.name
        assert picture.svg.count("<text") == len(sizes), picture.name
    document = (Path(reports.__file__).parent / "weekly" / "document.typ").read_text(encoding="utf-8")
    assert 'paper: "a4"' in document and f"margin: (x: {(210 - style.WIDTH) / 2:g}mm" in document


def test_a_signal_that_the_situation_does_not_tell_is_in_no_title() -> None:
    tables = dict(invented.season("2024-W05"))
    told = Trends(prepared("2024-W05", tables)[0])
    assert [signal.subject for signal in told.told] == ["insult", "flood"]
    tables["trends.incident_weeks"] = tables["trends.incident_weeks"].with_columns(situation=pl.lit(False))
    facts, scene = prepared("2024-W05", tables)
    untold = Trends(facts)
    assert untold.signals and not untold.told
    for chart in (signals, topics, indications, leading):
        title = chart.CHART.head(untold, scene).title
        assert " naik" not in title.replace("naik-turun", "") and "Banjir" not in title, title
    assert not any(panel.is_passed for panel in signals.data(untold, scene))


def test_every_mark_of_a_week_says_its_value_on_hovering() -> None:
    for picture in pictured("2024-W05"):
        assert picture.values, picture.name
        assert picture.svg.count("<title>") >= len(picture.values)


def test_a_title_says_of_a_count_outside_its_usual_range_that_it_may_be_chance() -> None:
    tables = dict(invented.season("2024-W05"))
    of_volume = (pl.col("family") == "volumes") & (pl.col("week") == "2024-W05")
    tables["trends.signals"] = tables["trends.signals"].with_columns(
        usual_high=pl.when(of_volume).then(pl.col("observed") - 1).otherwise(pl.col("usual_high"))
    )
    facts, scene = prepared("2024-W05", tables)
    title = volume.CHART.head(Trends(facts), scene).title
    assert title.startswith("Jumlah unggahan di atas kisaran lazim, mungkin kebetulan: ")


def test_what_coders_say_of_the_mood_is_drawn_and_named_only_where_they_said_it() -> None:
    for week, drawn in (("2024-W05", 1), ("2024-W03", 0)):
        facts, scene = prepared(week)
        series = sentiment.CHART.data(Trends(facts), scene)[sentiment.REVIEWED]
        assert [round(each.value or 0, 1) for each in series] == [-6.2] * drawn
        assert ("Menurut penelaah −6,2" in sentiment.CHART.head(Trends(facts), scene).note) == bool(drawn)
        assert ("Penelaah" in texts(sentiment.CHART.figure(Trends(facts), scene))) == bool(drawn)


def test_the_limits_of_coders_lie_within_their_own_chart_whose_ends_are_named() -> None:
    facts, scene = prepared("2024-W05")
    figure = sentiment.CHART.figure(Trends(facts), scene)
    *labels, coders = figure.axes
    for axes in (labels[0], coders):
        low, high = axes.get_ylim()
        assert [axes.get_yticks()[0], axes.get_yticks()[-1]] == [low, high]
    low, high = coders.get_ylim()
    limits = np.concatenate([np.asarray(line.get_ydata()) for line in coders.lines if line.get_linewidth() > 1])
    assert limits.size and low <= limits.min() and limits.max() <= high


@pytest.mark.parametrize("high", [3, 11, 17.3, 23, 88, 1234])
def test_ticks_are_whole_numbers_in_steps_that_print_what_they_are(high: float) -> None:
    ticks = style.round_ticks(0, high)
    steps = {after - before for before, after in pairwise(ticks)}
    assert len(steps) == 1 and all(tick == round(tick) for tick in ticks)
    assert str(steps.pop())[0] in "125"


def test_the_scale_of_topics_says_what_its_lines_are() -> None:
    _, _, figures = drawn("2024-W05")
    axes = figures["topics"].axes[0]
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert [float(label.removesuffix("\u00a0%")) for label in labels] == pytest.approx(100 * axes.get_xticks())


def place(at: float, long: float, *, is_left: bool = False) -> timeline._Place:
    return timeline._Place(at, at - long if is_left else at, at if is_left else at + long, is_left)


@pytest.mark.parametrize(
    ("places", "levels"),
    [
        ([place(0, 10), place(20, 10)], [0, 0]),
        ([place(0, 20), place(15, 20), place(17, 20)], [2, 1, 0]),  # a line ends below the names it would cross
        ([place(0, 30), place(29, 20, is_left=True)], [1, 0]),
        ([place(12, 10), place(40, 30, is_left=True)], [0, 1]),
        ([place(0, 14), place(14.2, 42, is_left=True)], [0, 1]),  # the line only touches the first name
    ],
)
def test_no_line_goes_through_the_name_of_another_event(places: list[timeline._Place], levels: list[int]) -> None:
    assert timeline._levels(places) == levels


def test_marks_are_explained_where_they_are_seen_and_nowhere_else() -> None:
    _, scene = prepared("2024-W05")
    monday = scene.first_day

    def point(week: int, usual: tuple[float, float] | None, *, days: int = 7, alone: bool = False) -> timeline.Point:
        first = monday + timedelta(weeks=week)
        return timeline.Point(first, first + timedelta(days=days - 1), 3.0, usual, alone)

    band = (1.0, 9.0)
    plain = [point(week, band) for week in range(4)]
    assert timeline.explained(scene, [plain]) == ""
    assert timeline.explained(scene, [plain, [*plain, point(4, None, days=2)]], "Ini.") == (
        "Ini. Lingkaran kecil: kurang dari 4 hari."
    )
    assert timeline.explained(scene, [[plain[0], *plain[2:]]]) == "Garis terputus: tidak terkumpul."
    lone = [*plain, point(4, None, alone=True)]
    assert timeline.explained(scene, [lone, [plain[0], plain[2]]]) == (
        "Garis terputus atau titik lepas: ada platform yang tidak terkumpul, sehingga tidak disambung; "
        "tanpa bidang abu-abu: belum ada pembanding."
    )


def test_a_class_of_one_phase_has_no_dot_in_another() -> None:
    facts, scene = prepared("2024-W06")
    row = {"week": "2024-W06", "observed": 0, "usual_low": None, "usual_high": None}
    row |= {"platform": "all", "indication": "quiet_period"}
    rows = [row | {"phase": bucket.phase} for bucket in facts.buckets]
    assert [bucket.phase for bucket in facts.buckets] == ["campaign", "quiet"]
    (only,) = signals.points_of(Trends(facts), scene, rows)
    assert only.first_day == date(2024, 2, 11)
    assert len(signals.points_of(Trends(facts), scene, [each | {"indication": "insult"} for each in rows])) == 2


def test_charts_over_time_open_at_their_newest_days() -> None:
    opened = {chart.name for chart in CHARTS if chart.opens_at_end}
    assert opened == {"leading", "volume", "coverage", "copies", "decided"}
    assert all(picture.opens_at_end == (picture.name in opened) for picture in pictured("2024-W05"))


def test_the_band_of_net_sentiment_is_called_an_interval_and_no_usual_range() -> None:
    facts, scene = prepared("2024-W05")
    values = sentiment.CHART.picture(Trends(facts), scene).values
    assert any("selang 95 %" in value for value in values)
    assert not any("kisaran lazim" in value for value in values)
