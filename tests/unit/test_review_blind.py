"""The review sheet of a week is blind: nothing in it tells which posts the labels flagged."""

from collections import Counter
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest

import reports
import sql
from flows.loading import sheets
from flows.method import METHOD
from flows.periods import Week, read_election
from flows.publishing import publications, review
from flows.settings import Settings
from flows.sources import reviews
from flows.store import models, tables
from flows.store.warehouse import Connection
from tests.sql.warehouse_of_cases import build, warehouse_of

WEEK = Week.parse("2024-W02")
FLAGGED, OTHERS = 30, 300
SAMPLE = {"high": METHOD.review_high, "middle": METHOD.review_middle, "low": METHOD.review_low}
CHANCES = {"high": "100", "middle": "99", "low": "19"}


def season() -> Connection:
    posts = [{"post_id": f"f-{number}", "text": "teks", "indications": "hoax"} for number in range(FLAGGED)]
    posts += [
        {"post_id": f"{band}-{number}", "text": "teks", "class_probability": chance}
        for band, chance in CHANCES.items()
        for number in range(OTHERS // 3)
    ]
    connection = warehouse_of(posts=posts)
    build(connection, "core.samples", "core.review_queue")
    return connection


def test_flagged_posts_and_the_sample_are_mixed() -> None:
    ids = sheets.posts_to_review(season(), WEEK)["post_id"].to_list()
    bands = Counter(name.partition("-")[0] for name in ids)
    assert bands == {"f": FLAGGED} | SAMPLE
    places = [place for place, name in enumerate(ids) if name.startswith("f-")]
    assert len(places) == FLAGGED
    assert places[0] < 20 and places[-1] > len(ids) - 20
    assert sum(places) / FLAGGED > len(ids) / 3
    assert ids == sheets.posts_to_review(season(), WEEK)["post_id"].to_list()


def test_the_draw_that_a_publication_keeps_holds_when_posts_come_late(tmp_path: Path) -> None:
    connection = season()
    first = set(sheets.posts_to_review(connection, WEEK)["post_id"])
    draw = tables.draw_of_week(connection, WEEK)
    stated = pl.DataFrame(
        [("2024-W02", "campaign", "all", "trends.weekly_platform", "", "posts", 330.0)],
        schema=[*publications.NUMBER, "value"],
        orient="row",
    )
    moment = read_election().release_moment(WEEK)
    release = publications.Release(moment, None, {"label_version": "rules-1", "code_version": "1"}, draw=draw)
    assert publications.record_publication(tmp_path, WEEK, stated, release) == 1
    connection.execute("""
        INSERT INTO base.posts BY NAME
        SELECT * REPLACE ('late-' || post_id AS post_id) FROM base.posts
        WHERE post_id LIKE 'f-%' OR post_id LIKE '%5'""")
    build(connection, "core.samples")
    assert first - set(sheets.posts_to_review(connection, WEEK)["post_id"])  # drawn anew, others would be asked about
    publications.load_publications(connection, tmp_path)
    build(connection, "core.samples")
    after = set(sheets.posts_to_review(connection, WEEK)["post_id"])
    assert first < after
    late = after - first
    assert {name for name in late if name.startswith("late-f")} == {f"late-f-{number}" for number in range(FLAGGED)}
    assert 0 < len(late) - FLAGGED < 3 * OTHERS / 10  # at the same rate as the others
    assert tables.draw_of_week(connection, WEEK) == draw


def test_of_a_large_week_only_those_who_may_be_drawn_have_a_turn_and_the_smallest_are_drawn() -> None:
    posts = [{"post_id": f"low-{number}", "text": "teks", "class_probability": "19"} for number in range(3_000)]
    connection = warehouse_of(posts=posts)
    build(connection, "core.samples")
    ((turns,),) = connection.execute("SELECT count(*) FROM base.review_turns").fetchall()
    assert 500 < turns < 800  # sixteen times as many as are drawn
    smallest = """
        SELECT post_id FROM base.review_bands
        ORDER BY md5_number_lower(platform || post_id || week) LIMIT $drawn"""
    drawn = connection.execute("SELECT post_id FROM core.samples").fetchall()
    assert set(drawn) == set(connection.execute(smallest, {"drawn": METHOD.review_low}).fetchall())


def test_a_week_whose_turns_are_lost_is_not_drawn_from_the_rest() -> None:
    posts = [{"post_id": f"low-{number}", "text": "teks", "class_probability": "19"} for number in range(50)]
    connection = warehouse_of(posts=posts)
    build(connection, "base.review_turns")
    connection.execute("DELETE FROM base.review_turns WHERE post_id >= 'low-3'")
    (query,) = (model.query for model in models.read_models(sql.FOLDER) if model.qualified == "core.draws")
    with pytest.raises(duckdb.InvalidInputException, match=r"base\.review_turns has too few posts of 2024-W02, low"):
        connection.execute(query)


def test_the_workbook_has_no_column_that_tells_the_flag(tmp_path: Path) -> None:
    election = read_election()
    moment = election.release_moment(WEEK)
    edition = reports.Edition(WEEK, moment, "id", election, "Diskominfo", 1, "a", "b", "1")
    settings, connection = Settings(home=tmp_path), season()
    review.write_sheet(settings, connection, edition)
    told = review.write_backlog(settings, connection, edition)
    assert f"{FLAGGED} unggahan terdeteksi" in told and "bercampur 100 unggahan contoh acak" in told
    for kind, hidden in (("[0-9]*", ("why", "limit")), ("backlog*", ("why",))):
        (path,) = (tmp_path / "review").glob(f"{kind}.xlsx")
        page = openpyxl.load_workbook(path)[reviews.SHEET]
        heads = [cell.value for cell in page[1]]
        assert heads == [titles[0] for key, titles in reviews.COLUMNS.items() if key not in hidden]
        assert page.max_row == 1 + FLAGGED + 100
        assert {page.cell(row, heads.index("kode") + 1).value for row in range(2, page.max_row + 1)} == {""}
        limits = heads.index("batas internal penyerahan") + 1 if "limit" not in hidden else None
        if limits:  # the same of all, whether flagged or not
            assert len({page.cell(row, limits).value for row in range(2, page.max_row + 1)}) == 1
