"""The gate of the trends: a second row of one key stops the week, and the verdicts on all tables are kept."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

import sql
from flows.exits import GateStoppedError
from flows.periods import Week
from flows.publishing import check
from flows.settings import Settings
from flows.store import models, runs, warehouse
from tests.sql.warehouse_of_cases import build, warehouse_of

WEEK = Week.parse("2024-W02")


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> Iterator[warehouse.Connection]:
    """A week of forty posts; the gate reads it in memory instead of the warehouse of a home."""
    post = {"day": "2024-01-09", "author_key": "a-*", "topics": "prices", "copies": "40"}
    connection = warehouse_of([post], [{"day": "2024-01-08..2024-01-14"}])
    connection.execute(
        "UPDATE base.posts SET post_id = '73' || lpad(replace(post_id, 'post-', ''), 17, '0'), "
        "author_key = md5(author_key), text = 'harga beras', media_type = 'video', sentiment_score = 0"
    )
    build(connection)
    monkeypatch.setattr(warehouse, "opened", lambda _: nullcontext(connection))
    yield connection
    connection.close()


def test_a_second_row_of_one_key_stops_the_week_by_name(built: warehouse.Connection, tmp_path: Path) -> None:
    run = runs.begin(tmp_path, "weekly", {})
    built.execute("INSERT INTO trends.weekly_topic FROM trends.weekly_topic WHERE topic = 'prices' AND posts > 0")
    sentence = r"gate stopped.*\(week=2024-W02, phase=campaign, .*topic=prices, rows=2\)\. trends\.weekly_topic has"
    with pytest.raises(GateStoppedError, match=sentence):
        check.check_week(Settings(home=tmp_path), run, WEEK)
    outcomes = {verdict["table"]: verdict["outcome"] for verdict in run.verdicts_of_week if verdict["name"] == "grain"}
    assert outcomes.pop("weekly_topic") == "failed"
    assert len(outcomes) > 25 and set(outcomes.values()) == {"passed"}


def test_what_a_run_began_says_the_same_and_is_taken_up_once(
    built: warehouse.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path)
    first, second = runs.begin(tmp_path, "weekly", {}), runs.begin(tmp_path, "weekly", {})
    check.begin(settings, first, WEEK)
    for run in (first, second):
        check.check_week(settings, run, WEEK)
    assert first.verdicts_of_week == second.verdicts_of_week
    tables = list(dict.fromkeys(verdict["table"] for verdict in first.verdicts_of_week))
    assert tables.index("posts") < tables.index("weekly_platform")

    third = runs.begin(tmp_path, "weekly", {})
    told = check.begin(settings, third, WEEK)
    for model in models.read_models(sql.FOLDER):
        told(built, model)
    with monkeypatch.context() as patch:
        patch.setattr(check, "later", None)  # nothing is judged twice
        check.check_week(settings, third, WEEK)
    assert third.verdicts_of_week == second.verdicts_of_week

    check.begin(settings, first, WEEK)
    built.execute("UPDATE base.posts SET likes = -1")
    check.check_week(settings, first, WEEK)
    with pytest.raises(GateStoppedError, match="likes"):
        check.check_week(settings, first, WEEK)
