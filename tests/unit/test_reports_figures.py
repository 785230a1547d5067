"""Charts: never blank, gaps stay gaps, the same bytes for the same frame, a description for those who cannot see."""

import re
from datetime import UTC, date, datetime
from functools import cache
from itertools import pairwise

import polars as pl
import pytest
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text

from flows.headers import schema
from flows.periods import Bucket
from reports.edition import Tables
from reports.figures import indications, overlay, sentiment, signals, style, timeline, topics, volume
from reports.figures.chart import Chart
from reports.figures.charts import CHARTS, pictures
from reports.figures.scene import NARROWEST, Scene, scene_of
from reports.figures.spark import spark
from reports.reading.contract import checked_tables
from reports.reading.facts import Facts, day_status
from reports.reading.outcomes import Trends
from reports.reading.volumes import collected_days
from reports.wording.watch_list import break_text
from reports.wording.words import Words
from tests import reports_fixture as invented

PLATFORMS = ["all", "tiktok", "facebook", "instagram"]


def prepared(week: str, tables: Tables | None = None) -> tuple[Facts, Scene]:
    edition = invented.edition(week)
    facts = Facts(edition, checked_tables(tables or invented.season(week), edition.week))
    return facts, scene_of(facts, Words("id"))


def texts(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)).replace("\n", " ")


def draw_all(facts: Facts, scene: Scene) -> dict[str, Figure]:
    return {chart.name: chart.draw(chart.data(Trends(facts), scene), scene) for chart in CHARTS}


@cache
def drawn(week: str) -> tuple[Facts, Scene, dict[str, Figure]]:
    """Every chart of a week, drawn once for all tests that only look at it."""
    facts, scene = prepared(week)
    return facts, scene, draw_all(facts, scene)


def test_without_a_single_row_every_chart_says_in_words_why_it_is_empty() -> None:
    facts, scene = prepared("2024-W05", invented.nothing())
    assert scene.platforms == ()
    for name, figure in draw_all(facts, scene).items():
        key = "overlay_official_empty" if name == "overlay" else f"empty_{name}"
        assert scene.words(key) in texts(figure), name


def test_a_chart_is_one_object_that_draws_what_it_reads_and_describes_it() -> None:
    facts, scene = prepared("2024-W05")

    def draw(posts: int, scene: Scene) -> Figure:
        with style.sheet(scene, 30, scene.words("chart_volume"), "Catatan.") as figure:
            style.say(style.axes(figure, (0, style.HEAD, 50, 20)), str(posts))
        return figure

    chart: Chart[int] = Chart("volume", lambda trends, _: trends.facts.total("posts"), draw, lambda *_: "jumlahnya", 1)
    (picture,) = pictures(Trends(facts), Words("id"), [chart])
    assert texts(draw(chart.data(Trends(facts), scene), scene)).count(str(facts.total("posts"))) == 1
    assert picture.alt == scene.words("alt_volume", week="2024-W05", finding="jumlahnya")
    assert (picture.name, picture.title) == ("volume", scene.words("chart_volume"))
    assert picture.alt in picture.svg


def test_every_chart_carries_its_title_and_source_and_the_embargo_while_it_holds() -> None:
    _, scene, figures = drawn("2024-W06")
    for name, figure in figures.items():
        written = texts(figure)
        assert scene.words(f"chart_{name}") in written
        assert "EMBARGO sampai 14 Feb 2024, 15.00 WIB" in written
        assert "Sumber: ronda" in written
        assert re.search(r"2024-W06: cakupan rencana \d+\s%", written)


def test_detections_are_drawn_with_the_words_of_their_stage_and_their_error() -> None:
    _, _, figures = drawn("2024-W05")
    written = texts(figures["indications"])
    assert "erdeteksi otomatis, belum ditinjau" in written
    assert "hitungan saja, galat label belum termasuk" in written


def test_a_line_never_crosses_a_week_that_was_not_collected() -> None:
    facts, scene = prepared("2024-W05")
    rows = timeline.rows_of(facts.tables["trends.weekly_platform"], scene, "facebook")
    first, second = timeline.runs(rows, "posts")
    assert (first[-1]["week"], second[0]["week"]) == ("2024-W01", "2024-W03")


def test_a_bucket_of_unknown_coverage_is_not_joined_to_any_other() -> None:
    facts, scene = prepared("2023-W41", invented.imported())
    rows = timeline.rows_of(facts.tables["trends.weekly_platform"], scene, "tiktok")
    assert len(rows) == 1
    assert timeline.runs(rows, "posts") == []


def test_the_window_ends_with_the_week_and_reaches_back_half_a_year_at_most() -> None:
    _, late = prepared("2026-W06", invented.imported("2026-W06", "facebook"))
    assert (late.last_day - late.first_day).days == 8 * 7 - 1
    _, last = prepared("2024-W07")
    assert (last.last_day - last.first_day).days == 26 * 7 - 1


def volume_of(facts: Facts, scene: Scene) -> Figure:
    return volume.draw(volume.Volumes(facts.volumes, dict.fromkeys(PLATFORMS[1:], 1.0)), scene)


def charts_of(facts: Facts, scene: Scene) -> list[str]:
    strip = signals.draw(signals.data(Trends(facts), scene), scene)
    return [style.save(figure, facts.edition.local, "alt")[0] for figure in (volume_of(facts, scene), strip)]


def test_the_chart_of_a_week_does_not_change_when_later_weeks_come_in() -> None:
    tables = invented.season("2024-W02")
    earlier = pl.col("week") <= "2024-W02"
    cut = {name: frame.filter(earlier) if "week" in frame.columns else frame for name, frame in tables.items()}
    whole, before = prepared("2024-W02", tables), prepared("2024-W02", cut)
    assert charts_of(*whole) == charts_of(*before)


def test_a_chart_is_the_same_bytes_when_drawn_again_and_is_dated_by_its_edition() -> None:
    facts, scene = prepared("2024-W05")
    pictures = [style.save(volume_of(facts, scene), facts.edition.local, "alt") for _ in range(2)]
    assert pictures[0] == pictures[1]
    assert "2024-02-05T06:00:00+07:00" in pictures[0][0]


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


def test_a_heat_map_shows_a_block_for_each_bucket_of_the_week() -> None:
    facts, scene, figures = drawn("2024-W07")
    buckets: list[Bucket] = facts.buckets
    written = texts(figures["topics"])
    assert [scene.words(f"phase_{bucket.phase}") in written for bucket in buckets] == [True, True, True]


def test_letters_of_every_chart_are_five_points_or_more_at_half_the_width_of_an_a4_page() -> None:
    _, _, figures = drawn("2024-W06")
    for name, figure in figures.items():
        shrunk = style.HALF_A4 / (figure.get_figwidth() * style.MM)
        found = [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text().strip()]
        assert min(text.get_fontsize() for text in found) * shrunk >= 5.0, name


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


def test_series_colours_differ_in_grey_as_well() -> None:
    def grey(colour: str) -> float:
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue

    levels = sorted(grey(style.SERIES_COLOUR[name]) for name in PLATFORMS)
    assert all(after - before > 25 for before, after in pairwise(levels))


def test_classes_that_were_never_measured_have_a_count_and_no_rate() -> None:
    facts, scene = prepared("2024-W05")
    frame, classes = indications.data(Trends(facts), scene)
    assert sorted(classes.measured) == sorted(invented.MEASURED)
    figure = indications.draw(indications.Detections(frame, classes._replace(measured={})), scene)
    written = texts(figure)
    assert scene.words("indications_unmeasured") in written
    assert scene.words("indications_counted", count=8) in written


def test_the_official_series_and_ours_never_share_an_axis() -> None:
    _, _, figures = drawn("2024-W05")
    figure = figures["overlay"]
    upper, lower = figure.axes
    assert upper.get_ylim() != lower.get_ylim()
    assert upper.get_title(loc="left") == "Bawaslu RI: konten hasil kajian, nasional, kumulatif"
    assert "Bawaslu RI: konten hasil kajian, nasional, kumulatif. Kami: satu kabupaten" in texts(figure)
    assert not upper.get_shared_y_axes().joined(upper, lower)


def test_a_burst_is_marked_in_the_strip_and_in_the_heat_map() -> None:
    facts, scene, figures = drawn(invented.tested.BURST)
    families, subjects = signals.data(Trends(facts), scene)
    marked = {strip.label for strip in families if "up" in strip.states.values()}
    assert marked == {"Indikasi", "Topik"}
    assert [strip.label for strip in subjects][-1] == "Topik Banjir rob dan cuaca"
    assert re.search(r"2,4 \(\+1,\d\)", texts(figures["topics"]))
    assert marks(figures["topics"]) == ["^"] * len(PLATFORMS)


def marks(figure: Figure) -> list[str]:
    return [str(line.get_marker()) for line in figure.findobj(Line2D) if line.get_marker() in {"^", "v"}]


def test_an_outage_is_never_drawn_as_a_signal() -> None:
    facts, scene = prepared(invented.OUTAGE)
    families, subjects = signals.data(Trends(facts), scene)
    assert subjects == []
    assert {state for strip in families for state in strip.states.values()} <= {"none", "tested"}


def test_a_change_of_what_is_watched_is_a_line_in_the_chart_and_a_sentence() -> None:
    week = "2024-W05"
    changes = (("v1", date(2023, 10, 2)), ("v2", date(2024, 1, 10)), ("v3", date(2024, 2, 20)))  # the last one later
    moments = [(datetime(day.year, day.month, day.day, tzinfo=UTC), version, day) for version, day in changes]
    rows = [(moment, platform, version, day) for moment, version, day in moments for platform in PLATFORMS[1:]]
    tables = invented.season(week)
    watches = pl.DataFrame(rows, schema=schema("core.watches", ("since", "platform", "version", "day")), orient="row")
    facts, scene = prepared(week, {**tables, "core.watches": invented.whole("core.watches", watches)})
    assert scene.breaks == (date(2024, 1, 10),)
    figure = volume.draw(volume.Volumes(facts.volumes, {"all": 0.9}), scene)
    lines = [line for line in figure.findobj(Line2D) if isinstance(line, Line2D) and line.get_gid() == "break"]
    assert [line.get_xdata()[0] for line in lines] == [timeline.position(scene, date(2024, 1, 10))]  # type: ignore[index]
    assert break_text(facts, Words("id")).startswith("Daftar pantau penarikan otomatis berubah pada 10 Jan")
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


def test_a_bucket_of_one_day_is_wide_enough_to_be_seen_and_the_chart_says_so() -> None:
    _, scene, figures = drawn("2024-W07")
    vote = scene.election.voting_day
    assert timeline.end(scene, vote) - timeline.position(scene, vote) == NARROWEST
    for name in ("signals", "volume", "sentiment", "indications", "corrections", "overlay"):
        assert scene.words("note_widened", days=NARROWEST) in texts(figures[name]).replace("\n", " "), name
    _, earlier, before = drawn("2023-W34")
    assert timeline.end(earlier, earlier.last_day) == 8 * 7
    assert earlier.words("note_widened", days=NARROWEST) not in texts(before["volume"])


@pytest.mark.parametrize("name", ["signals", "volume", "sentiment", "indications", "corrections", "overlay"])
def test_every_phase_in_the_window_is_named_once_in_the_legend(name: str) -> None:
    _, _, figures = drawn("2024-W07")
    written = [text.get_text() for text in figures[name].findobj(Text) if isinstance(text, Text)]
    phases = ("Sebelum kampanye", "Kampanye", "Rapat umum", "Masa tenang", "14 Feb: pemungutan suara")
    assert [written.count(phase) for phase in phases] == [1] * 5


@pytest.mark.parametrize("week", ["2023-W47", "2023-W51", "2024-W02", "2024-W06"])
def test_no_month_of_a_small_panel_is_left_out_beside_the_week(week: str) -> None:
    facts, scene = prepared(week)
    figure = sentiment.draw(sentiment.data(Trends(facts), scene), scene)
    labels = [label.get_text().split("\n")[0] for label in figure.axes[0].get_xticklabels()]
    months = [scene.words.month(day) for day in sorted(scene.starts) if day.day == 1]
    assert [label for label in labels if " " not in label] == months
    assert week in texts(figure)


def test_where_more_than_ten_subjects_signalled_the_tenth_row_is_shared_and_says_by_how_many() -> None:
    _, scene = prepared("2024-W05")
    spans = [signals.Span(week.first_day, week.last_day) for week in (scene.week.shift(-2), scene.week)]
    families = [signals.Strip("Topik", {spans[1]: "up"})]
    subjects = [signals.Strip(f"Topik {n}", {spans[n % 2]: "up" if n % 2 else "down"}) for n in range(13)]
    figure = signals.draw(signals.Strips(families, subjects), scene)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["Topik", *(f"Topik {n}" for n in range(9)), scene.words("signals_more", count=4)]
    assert len(marks(figure)) == 1 + 9 + 2  # the family, nine subjects, a rise and a fall in the last row


def topic_rows(shares: dict[str, float], phase: str) -> list[dict[str, object]]:
    row = {"week": "2023-W48", "phase": phase, "platform": "all", "posts": 50, "status": "observed"}
    return [{**row, "topic": topic, "share": share} for topic, share in shares.items()]


def test_the_ten_topics_are_chosen_for_each_bucket_and_one_with_a_signal_is_always_there() -> None:
    _, scene = prepared("2023-W48")
    first = {f"early {n:02d}": 0.2 - n / 100 for n in range(12)}
    second = {f"late {n:02d}": 0.2 - n / 100 for n in range(12)}
    frame = pl.DataFrame(topic_rows(first, "pre_campaign") + topic_rows(second, "campaign"))
    changes = {("campaign", "all", "late 11"): topics.Change(-3.0, "down")}
    buckets = scene.election.buckets(scene.week)
    figure = topics.draw(topics.Topics(frame, buckets, ["all"], {}, changes), scene)
    rows = [[label.get_text() for label in axes.get_yticklabels()] for axes in figure.axes]
    assert rows == [[f"early {n:02d}" for n in range(10)], [*(f"late {n:02d}" for n in range(10)), "late 11"]]
    assert marks(figure) == ["v"]


def test_the_heat_map_speaks_of_changes_and_of_closed_cells_only_where_it_shows_any() -> None:
    _, scene, split = drawn("2023-W48")
    assert scene.words("chart_topics_change") not in texts(split["topics"])
    assert scene.words("note_topics_change") not in texts(split["topics"])
    _, _, figures = drawn(invented.tested.BURST)
    assert scene.words("chart_topics_change") in texts(figures["topics"])
    assert scene.words("note_topics_closed") not in texts(figures["topics"])


def test_a_class_of_one_phase_is_a_dash_in_every_other() -> None:
    facts, scene = prepared("2024-W06")
    assert facts.only_in_phase["quiet_period"] == "quiet"
    classes = indications.Classes({}, {"quiet_period": "Kampanye di masa tenang"}, facts.only_in_phase)
    figure = indications.draw(indications.Detections(facts.tables["trends.weekly_indication"], classes), scene)
    cells = [text.get_text() for text in figure.axes[1].texts if text.get_text() in {"–"} or text.get_text().isdigit()]
    assert cells[:-1] == ["–"] * 7
    assert cells[-1].isdigit()


def test_an_interval_that_leaves_the_panel_has_an_arrow_and_its_end_and_all_others_fit() -> None:
    _, scene = prepared("2024-W05")
    highs = [2.0, 2.5, 3.0, 11.2, 40.0]
    rows = [
        {
            **{"week": str(week), "phase": "campaign", "platform": "all", "indication": "insult", "days": 7},
            **{"first_day": week.first_day, "last_day": week.last_day, "status": "observed", "posts": 1},
            **{"per_1000": 1.0, "per_1000_low": 0.1, "per_1000_high": high},
        }
        for week, high in zip([scene.week.shift(-n) for n in range(5)], highs, strict=True)
    ]
    classes = indications.Classes({"insult": "Penghinaan"}, {}, {})
    figure = indications.draw(indications.Detections(pl.DataFrame(rows), classes), scene)
    panel = figure.axes[0]
    assert 11.2 < panel.get_ylim()[1] < 40
    assert marks(figure) == ["^"]
    assert "40,0" in texts(figure)
    assert panel.get_ylabel() == "per 1.000"


def test_our_cumulative_series_goes_on_through_the_quiet_period_to_voting_day() -> None:
    facts, _ = prepared("2024-W07")
    frame = facts.tables["trends.weekly_platform"]
    since = frame.filter(pl.col("platform") == "all", pl.col("first_day") >= date(2023, 11, 28))
    points = overlay.our_points(Trends(facts))
    assert points[0].day == date(2023, 12, 3)
    assert points[-1].total == since["detected"].sum()
    assert date(2024, 2, 14) in {point.day for point in points}


def test_the_words_for_the_official_series_do_not_print_a_figure_that_does_not_exist() -> None:
    facts, _ = prepared("2024-W05", invented.nothing())
    alt = pictures(Trends(facts), Words("id"), [overlay.CHART])[0].alt
    assert "Belum ada angka resmi yang terbit" in alt
    assert "tidak diketahui" not in alt


def test_the_official_series_of_the_chart_is_named_by_the_seed() -> None:
    facts, _ = prepared("2024-W05")
    scene = scene_of(facts, Words("en"))
    series = overlay.data(Trends(facts), scene).official
    assert series.name == "Bawaslu RI: reviewed items, national, cumulative"
    assert [point.total for point in series.points] == [80, 126, 204]
    sources = facts.tables["seeds.official_sources"]
    facts, _ = prepared("2024-W05", invented.season() | {"seeds.official_sources": sources.clear()})
    assert overlay.data(Trends(facts), scene).official == ("", "Official series: none yet", [])


def test_a_sparkline_has_a_gap_where_a_week_is_unknown_and_a_dot_that_stands_out_when_unusual() -> None:
    usual = spark([1, 2, None, 3, 4], (1, 5), "Politik uang: 4")
    assert usual.count("<polyline") == 2
    assert "<title>Politik uang: 4</title>" in usual
    assert style.ACCENT not in usual
    assert style.ACCENT in spark([1, 2, 31], (0, 5), "31")
    assert style.ACCENT not in spark([1, 2, 31], None, "31")


@pytest.mark.parametrize("series", [[], [None], [0.0], [0.0, 0.0], [None, 3.0]])
def test_a_sparkline_of_few_values_lies_inside_its_picture(series: list[float | None]) -> None:
    drawn = spark(series, None, "a < b")
    assert "a &lt; b" in drawn
    assert all(0 < float(place) < 9 for place in re.findall(r'cy="([^"]+)"', drawn))
