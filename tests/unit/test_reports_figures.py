"""Charts: never blank, gaps stay gaps, the same bytes for the same frame, a description for those who cannot see."""

import polars as pl
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from flows.periods import Bucket
from reports import style
from reports.charts import scene_of, weekly_charts
from reports.contract import checked_tables
from reports.edition import Tables
from reports.facts import Facts, day_status
from reports.figures import coverage, indications, sentiment, timeline, topics, volume
from reports.style import Scene
from reports.words import Words
from tests import reports_fixture as invented

PLATFORMS = ["all", "tiktok", "facebook", "instagram"]


def prepared(week: str, tables: Tables | None = None) -> tuple[Facts, Scene]:
    edition = invented.edition(week)
    facts = Facts(edition, checked_tables(tables or invented.season(week), edition.week))
    return facts, scene_of(facts, Words("id"))


def texts(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)).replace("\n", " ")


def draw_all(facts: Facts, scene: Scene) -> dict[str, Figure]:
    frame, shares = facts.tables["trends.weekly_platform"], {name: facts.coverage_of(name) for name in PLATFORMS}
    topic_frame, buckets = facts.tables["trends.weekly_topic"], facts.buckets
    labels = {code: code for code in topic_frame["topic"].unique()}
    return {
        "volume": volume.draw(frame, scene, shares),
        "sentiment": sentiment.draw(frame, scene, PLATFORMS),
        "indications": indications.draw(frame, scene, PLATFORMS),
        "topics": topics.draw(topic_frame, scene, buckets, PLATFORMS, labels),
        "coverage": coverage.draw(facts.day_status, scene, PLATFORMS[1:]),
    }


def test_without_a_single_row_every_chart_says_in_words_why_it_is_empty() -> None:
    facts, scene = prepared("2024-W05", invented.nothing())
    figures = draw_all(facts, scene)
    figures["coverage"] = coverage.draw({}, scene, [])
    for name, figure in figures.items():
        assert scene.words(f"empty_{name}") in texts(figure), name


def test_every_chart_carries_its_title_and_source_and_the_embargo_while_it_holds() -> None:
    facts, scene = prepared("2024-W06")
    for name, figure in draw_all(facts, scene).items():
        written = texts(figure)
        assert scene.words(f"chart_{name}") in written
        assert "EMBARGO sampai 14 Feb 2024, 15.00 WIB" in written
        assert "Sumber: ronda" in written


def test_detections_are_drawn_with_the_words_of_their_stage_and_their_error() -> None:
    facts, scene = prepared("2024-W05")
    written = texts(draw_all(facts, scene)["indications"])
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


def test_the_chart_of_a_week_does_not_change_when_later_weeks_come_in() -> None:
    tables = invented.season("2024-W02")
    earlier = pl.col("week") <= "2024-W02"
    cut = {name: frame.filter(earlier) if "week" in frame.columns else frame for name, frame in tables.items()}
    whole, before = prepared("2024-W02", tables), prepared("2024-W02", cut)
    assert weekly_charts(whole[0], Words("id"))[0].svg == weekly_charts(before[0], Words("id"))[0].svg


def test_a_chart_is_the_same_bytes_when_drawn_again_and_is_dated_by_its_edition() -> None:
    facts, scene = prepared("2024-W05")
    pictures = [style.save(draw_all(facts, scene)["volume"], facts.edition.local, "alt") for _ in range(2)]
    assert pictures[0] == pictures[1]
    assert "2024-02-05T06:00:00+07:00" in pictures[0][0]


def test_the_alternative_text_states_the_finding() -> None:
    facts, _ = prepared("2024-W06")
    found = {chart.name: chart.alt for chart in weekly_charts(facts, Words("id"))}
    assert "TikTok 1.879 unggahan" in found["volume"]
    assert "per 1.000" in found["indications"]
    assert all("2024-W06" in alt for alt in found.values())


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
    facts, scene = prepared("2024-W07")
    buckets: list[Bucket] = facts.buckets
    written = texts(draw_all(facts, scene)["topics"])
    assert [scene.words(f"phase_{bucket.phase}") in written for bucket in buckets] == [True, True, True]
