# ruff: noqa: S608, E501 - statements that break tables on purpose, built from constants of this file
"""Every SQL check passes on sound data and finds the data that breaks it: a check that cannot fail is a bug."""

import re
import shutil
from pathlib import Path

import pytest

import sql
from flows.store import checks, models
from flows.store.warehouse import Connection
from tests.sql.warehouse_of_cases import build, warehouse_of

FOLDER = sql.FOLDER / "checks"

TERM = "INSERT INTO trends.emerging_terms SELECT '2024-W02', 'beras', 'word', 1, 9, 9, 1, 5, ['tiktok/post-1'], 40, 40"
CORRECTION = """INSERT INTO trends.corrections SELECT '2024-W02-2', 2, '2024-W02', 'campaign', 'all',
    'trends.weekly_platform', '', 'posts', 40, 40, 41, 'late', TIMESTAMPTZ '2024-01-22 06:00:00+07',
    NULL, 1, 'tiktok.ndjson', NULL, NULL, NULL"""

# check -> what breaks it, as statements on a sound warehouse
BREACHES = {
    "estimates_hold_their_counts": [
        "UPDATE trends.estimates SET confirmed = reviewed + 1",
        "UPDATE trends.estimates SET reviewed = flagged + 1",
        "UPDATE trends.estimates SET reason = NULL WHERE estimate IS NULL",
        "UPDATE trends.estimates SET estimate = 3, low = 4, high = 5, reason = NULL",
    ],
    "net_estimates_within_limits": [
        "UPDATE trends.net_estimates SET reviewed = labelled + 1",
        "UPDATE trends.net_estimates SET reason = NULL",
        "UPDATE trends.net_estimates SET reason = 'tired'",
        "UPDATE trends.net_estimates SET estimate = 0.3, low = 0.4, high = 0.5, reason = NULL",
        "UPDATE trends.net_estimates SET estimate = 0.3, low = 0.2, high = 1.1, reason = NULL",
    ],
    "calendar_continuous": [
        "DELETE FROM core.calendar WHERE day = DATE '2024-01-10'",
        "INSERT INTO core.calendar FROM core.calendar WHERE day = DATE '2024-01-10'",
        "UPDATE core.calendar SET phase = NULL WHERE day = DATE '2024-01-10'",
    ],
    "collection_plausible": [
        "UPDATE base.collection SET succeeded = attempted + 1",
        "UPDATE base.collection SET planned = -1",
        "INSERT INTO base.collection FROM base.collection",
    ],
    "clocks_run_forward": [
        "UPDATE core.review_items SET hand_over_limit = first_seen_day + 8",
        "UPDATE core.review_items SET working_limit = NULL",
        "UPDATE core.review_items SET act_by = hand_over_limit + 1",
        "UPDATE core.review_items SET act_by = first_seen_day - 1",
    ],
    "corrections_change_values": [
        "UPDATE trends.corrections SET now_known = previous",
        "UPDATE trends.corrections SET reason = 'better'",
        "UPDATE trends.corrections SET sequence = 1",
    ],
    "coverage_between_0_and_1": ["UPDATE trends.weekly_platform SET coverage = 1.5"],
    "cases_counted": [
        "UPDATE trends.weekly_cases SET cases = cases + 1 WHERE week = '2024-W02'",
        "UPDATE trends.weekly_cases SET violations = decided + 1",
    ],
    "funnel_adds_up": [
        "UPDATE trends.funnel SET waiting = waiting + 1 WHERE stage = 'reviewed' AND week = '2024-W02'",
        "UPDATE trends.funnel SET entered = entered + 1, waiting = waiting + 1 WHERE stage = 'reviewed'",
    ],
    "published_posts_kept": [
        "UPDATE base.publications SET value = value + 1 WHERE platform = 'tiktok' AND metric = 'posts'",
        "UPDATE base.posts SET first_landed_at = now() + INTERVAL 1 DAY",  # what came later replaces nothing
        "DELETE FROM base.posts WHERE platform = 'tiktok'; "
        "INSERT INTO base.forgotten VALUES (1, '2024-W02', 'tiktok', 1000)",  # went before the last publication
    ],
    "intervals_contain_estimate": [
        "UPDATE trends.weekly_measures SET net_low = net_sentiment + 0.1 WHERE net_low IS NOT NULL",
        "UPDATE trends.weekly_measures SET per_1000_high = per_1000 - 1",
        "UPDATE trends.weekly_measures SET share_high = share - 0.1",
    ],
    "labels_known": [
        "UPDATE base.posts SET indications = ['call_to_vote']",
        "UPDATE base.posts SET topics = ['weather']",
        "UPDATE base.posts SET districts = ['3374010']",
        "UPDATE base.posts SET topics = ['prices', 'prices']",
    ],
    "loads_add_up": [
        "UPDATE base.loads SET duplicates = duplicates + 1",
        "DELETE FROM base.rejects",
    ],
    "loads_match_posts": ["DELETE FROM base.posts WHERE post_id = 'post-1'"],
    "missing_is_not_zero": [
        "UPDATE trends.weekly_measures SET posts = 0 WHERE posts IS NULL",
        "UPDATE trends.weekly_measures SET posts = NULL",
    ],
    "observations_of_posts": [
        "DELETE FROM base.posts WHERE post_id = 'post-1'",
        "DELETE FROM base.observations WHERE post_id = 'post-1'",
        "UPDATE base.observations SET is_first = false",
        "INSERT INTO base.observations FROM base.observations",
    ],
    "official_series_add_up": [
        "UPDATE seeds.official_series SET total = CAST(total AS INTEGER) + 1",
        "UPDATE seeds.official_series SET tiktok = CAST(tiktok AS INTEGER) + 1",
        "UPDATE seeds.official_series SET hoax = CAST(hoax AS INTEGER) + 1",
    ],
    "own_names_hidden": [
        "UPDATE base.posts SET author_name_pi = 'Siti Contoh', text = 'salam, siti contoh!' WHERE post_id = 'post-1'",
        "UPDATE base.posts SET author_name_pi = 'Siti Contoh', text = 'x', shown = 'Siti  Contoh' WHERE post_id = 'post-1'",
    ],
    "platforms_add_up": [
        f"UPDATE trends.weekly_measures SET {count} = {count} + 1 WHERE platform = 'all'"
        for count in ("posts", "labelled", "authors", "negative", "neutral", "positive", "detected", "exposure")
    ],
    "posts_in_calendar": ["DELETE FROM core.calendar WHERE day = DATE '2024-01-09'"],
    "posts_in_time": [
        "UPDATE base.posts SET day = DATE '1970-01-20'",
        "UPDATE base.posts SET created_at = TIMESTAMPTZ '2099-01-01 00:00:00+07'",
        "UPDATE base.posts SET first_seen_at = last_seen_at + INTERVAL 1 HOUR",
    ],
    "posts_unique": ["INSERT INTO base.posts FROM base.posts"],
    "removed_posts_forgotten": [
        "UPDATE base.posts SET state = 'removed', gone_at = last_seen_at, text = 'x' WHERE post_id = 'post-1'",
        "UPDATE base.posts SET state = 'removed', gone_at = last_seen_at, text_hash = 1 WHERE post_id = 'post-1'",
        "UPDATE base.posts SET state = 'removed', gone_at = last_seen_at, text_group = 'a' WHERE post_id = 'post-1'",
        "UPDATE base.posts SET state = 'removed', gone_at = now(), text = NULL, text_pi = NULL, author_key = NULL WHERE post_id = 'post-1'; "
        "UPDATE base.observations SET text_hash = 1 WHERE post_id = 'post-1'",
    ],
    "reviews_of_posts": ["UPDATE base.reviews SET post_id = 'post-999'"],
    "samples_as_drawn": [
        "UPDATE core.draws SET drawn = posts + 1",
        "UPDATE core.draws SET inclusion = 0.5",
        "UPDATE core.samples SET inclusion = NULL",
        "UPDATE base.review_chances SET inclusion = NULL",
        "UPDATE base.review_frame SET posts = posts + 1",
        "DELETE FROM core.samples WHERE post_id = 'post-1'",
    ],
    "sentiments_add_up": [
        "UPDATE trends.weekly_measures SET neutral = neutral + 1",
        "UPDATE trends.weekly_measures SET authors = posts + 1",
    ],
    "signals_complete": [
        "DELETE FROM trends.signals WHERE subject = 'hoax' AND week = '2024-W02' AND platform = 'all'"
    ],
    "signals_follow_method": [
        "UPDATE trends.signals SET signal = true",
        "UPDATE trends.signals SET q = 0.01, signal = true, direction = 'up', baseline_buckets = 3, reason = NULL",
        "UPDATE trends.signals SET reason = NULL",
        "UPDATE trends.signals SET p = 0.5 WHERE week = '2024-W03'",
        "UPDATE trends.signals SET direction = 'up'",
    ],
    "spines_complete": ["DELETE FROM trends.weekly_measures WHERE subject = 'hoax' AND week = '2024-W02'"],
    "terms_name_nobody": [
        "UPDATE trends.emerging_terms SET term = 'siti'",
        "UPDATE trends.emerging_terms SET authors = 4",
        "UPDATE trends.emerging_terms SET examples = []",
        "UPDATE trends.incident_weeks SET driving_words = ['siti']",
    ],
    "trends_count_posts": [
        "UPDATE trends.weekly_platform SET posts = posts - 1",
        "UPDATE trends.weekly_platform SET removed = removed + 1",
    ],
    "units_of_posts": [
        "UPDATE trends.signal_cells SET observed = posts + 1",
        "UPDATE trends.signal_cells SET observed = -1",
        "UPDATE trends.signal_cells SET posts = NULL WHERE observed IS NOT NULL",
    ],
    "views_add_up": [
        "UPDATE trends.weekly_views SET views = views + 1 WHERE platform = 'all' AND subject = 'all'",
        "UPDATE trends.weekly_views SET top_share = 1.5",
    ],
}
# model -> the table whose rows it shows, where it is a view
SHOWN = {
    "core.set_aside": "base.set_aside",
    **{f"core.{name}": f"base.{name}" for name in ("loads", "observations", "posts", "rejects", "runs")},
    "core.publications": "base.conditions",
    "core.cases": "base.cases",
    "core.watches": "base.watches",
    **{f"base.{name}": "base.posts" for name in ("read_posts", "review_bands")},
    "trends.power": "trends.signals",
}
PREPARED = {
    "base.repeated_texts": "INSERT INTO base.repeated_texts VALUES (7, 2)",
    "trends.power": "UPDATE trends.signals SET burst_95 = 1",  # it shows the cells that were tested
    "base.kept_draws": "INSERT INTO base.kept_draws VALUES ('2024-W02', 'rules-1', 'low', 9, 9, 1)",
}
WITH_GRAIN = [model for model in models.read_models(sql.FOLDER) if model.grain]
CASES = [(name, statement) for name, statements in BREACHES.items() for statement in statements]


@pytest.fixture(scope="module")
def sound() -> Connection:
    """Forty posts, two of them removed, on two platforms over three weeks of which one was not collected."""
    connection = warehouse_of(
        posts=[
            {
                "day": "2024-01-09",
                "author_key": "a-*",
                "sentiment": "positive",
                "topics": "prices",
                "first_views": "10",
                "text": "teks",
                "copies": "30",
            },
            {"day": "2024-01-10", "platform": "facebook", "indications": "hoax", "districts": "3325110", "copies": "8"},
            {"day": "2024-01-24", "state": "removed", "copies": "2"},
        ],
        collection=[{"day": "2024-01-08..2024-01-14"}, {"day": "2024-01-08..2024-01-14", "platform": "facebook"}],
    )
    connection.execute(
        "INSERT INTO base.observations BY NAME SELECT platform, post_id, observed_at, source, 'file-1' AS file_id, "
        "rank.number AS number, true AS is_first, false AS is_partial FROM base.posts"
    )
    connection.execute(
        "INSERT INTO base.loads SELECT 'file-1', 'posts', 'mixed', 'zeeschuimer', 'a.ndjson', now(), 9, 43, 40, 2, 1, 1"
    )
    connection.execute(
        "INSERT INTO base.rejects SELECT 'file-1', 'mixed', 'zeeschuimer', 'a.ndjson', 7, 'no time', NULL, NULL, NULL"
    )
    for coder in ("ab", "cd"):
        connection.execute(
            "INSERT INTO base.reviews SELECT 'facebook', 'post-31', 'hoax', 'reviewed', ?, NULL, NULL, NULL, 'file-2', 2, now(), 0",
            [coder],
        )
    connection.execute(
        "INSERT INTO base.publications SELECT '2024-W02-1', 1, now(), now(), 'rules-1', '2024-W02', 'campaign', 'all', "
        "'trends.weekly_platform', '', 'posts', 38"
    )
    connection.execute("INSERT INTO base.conditions (publication, sequence, as_of) VALUES ('2024-W02-1', 1, now())")
    connection.execute(
        "INSERT INTO base.set_aside VALUES ('file-3', 'tiktok', 'zeeschuimer', 'b', now(), 'broken', '1')"
    )
    connection.execute(
        "INSERT INTO base.cases (case_number, code, receiver, week, phase, stage, posts, opened_day, hand_over_limit) "
        "VALUES (1, 'hoax', 'bawaslu', '2024-W02', 'campaign', 'opened', 1, DATE '2024-01-16', DATE '2024-01-17')"
    )
    connection.execute("INSERT INTO base.runs (run_id, verb) VALUES ('run-1', 'weekly')")
    connection.execute("INSERT INTO base.watches VALUES ('v1', now(), 'tiktok', 1, 1, 1, ['keyword:batang'], [])")
    connection.execute(
        "INSERT INTO base.label_quality (family, code, test_set_id, test_set_en, is_real, is_measured) "
        "VALUES ('sentiment', 'neutral', '', '', false, false)"
    )
    build(connection)
    connection.execute(
        "INSERT INTO base.publications SELECT '2024-W02-2', 2, now(), now(), 'rules-1', week, phase, platform, "
        "'trends.weekly_platform', '', unnest(['posts', 'removed']), unnest([posts, removed]) "
        "FROM trends.weekly_platform WHERE week = '2024-W02' AND platform <> 'all'"
    )
    connection.execute(TERM)
    connection.execute(CORRECTION)
    return connection


def test_sound_data_pass_every_check(sound: Connection) -> None:
    results = [*checks.run_checks(sound, FOLDER), *checks.run_grains(sound, WITH_GRAIN)]
    assert {result.name: result.example for result in results if not result.passed} == {}


def test_every_check_has_a_breach() -> None:
    assert set(BREACHES) == {path.stem for path in FOLDER.glob("*.sql")}


@pytest.mark.parametrize(("name", "statement"), CASES, ids=[f"{name}-{n}" for n, (name, _) in enumerate(CASES)])
def test_a_check_finds_what_breaks_it(sound: Connection, name: str, statement: str, tmp_path: Path) -> None:
    shutil.copy(FOLDER / f"{name}.sql", tmp_path)
    sound.execute("BEGIN TRANSACTION")
    try:
        sound.execute(statement)
        (found,) = checks.run_checks(sound, tmp_path)
    finally:
        sound.execute("ROLLBACK")
    assert found.violations > 0
    assert found.example


@pytest.mark.parametrize("model", WITH_GRAIN, ids=lambda model: model.qualified)
def test_every_model_is_stopped_by_a_second_row_of_the_same_key(sound: Connection, model: models.Model) -> None:
    table = SHOWN.get(model.qualified, model.qualified)
    sound.execute("BEGIN TRANSACTION")
    try:
        sound.execute(PREPARED.get(model.qualified, "SELECT 1"))
        rows = sound.execute(f"SELECT count(*) FROM {model.qualified}").fetchall()[0][0]
        sound.execute(f"INSERT INTO {table} FROM {table}")
        (twice,) = checks.run_grains(sound, [model])
        if table == model.qualified:
            sound.execute(f"UPDATE {table} SET {model.grain[0]} = NULL")
            (missing,) = checks.run_grains(sound, [model])
            assert missing.violations > 0
    finally:
        sound.execute("ROLLBACK")
    assert rows > 0
    assert (twice.violations, twice.severity, twice.gate) == (rows, "stop", "trends")
    assert twice.example and f"{model.grain[0]}=" in twice.example


def test_checks_of_the_posts_gate_read_only_what_a_load_writes(sound: Connection) -> None:
    queries = {path: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.sql")}
    early = [text for text in queries.values() if "-- Gate: posts" in text]
    assert len(early) >= 6
    assert not [text for text in early if re.search(r"\b(core|trends)\.", text)]
