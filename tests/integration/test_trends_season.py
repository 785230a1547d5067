"""The trends on a whole season that arrives week by week: against a slow computation, the truth, and time itself."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.periods import Week
from flows.publishing import frames, publications
from flows.settings import Settings
from flows.store import warehouse
from reports.reading.facts import Facts
from reports.wording.estimates import estimate_sentences
from reports.wording.words import Words
from tests import season_judged
from tests.reports_fixture import edition

pytestmark = pytest.mark.slow  # half a minute: the season arrives week by week
HALF = "2023-W51"


def table(connection: warehouse.Connection, query: str) -> pl.DataFrame:
    return warehouse.query(connection, query)


@pytest.fixture(scope="module")
def arrived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[warehouse.Connection, Path, pl.DataFrame]]:
    """The warehouse after the season was replayed; the season; the signals as they were when half of it had arrived."""
    home = tmp_path_factory.mktemp("season") / "home"
    halfway: list[pl.DataFrame] = []
    folder = season_judged.replay(
        home, HALF, lambda connection: halfway.append(table(connection, "FROM trends.signals"))
    )
    with warehouse.opened(home) as connection:
        yield connection, folder, halfway[0]


# -- time: what was said stays said ----------------------------------------------------------------------------------


def test_signals_of_past_weeks_do_not_change_when_later_weeks_arrive(
    arrived: tuple[warehouse.Connection, Path, pl.DataFrame],
) -> None:
    connection, _, then = arrived
    now = table(connection, f"FROM trends.signals WHERE week <= '{HALF}'")
    keys = ["week", "phase", "platform", "family", "subject"]
    assert then.height > 1000
    both = now.join(then.filter(pl.col("week") <= HALF), on=keys, how="full", suffix="_then")
    assert both.height == now.height
    others = [name for name in now.columns if name not in keys]
    changed = both.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_then")) for name in others))
    edited = table(
        connection,
        "SELECT week, platform, count(*) AS edited FROM core.posts WHERE edits > 0 GROUP BY GROUPING SETS "
        "((week, platform), week)",
    ).with_columns(pl.col("platform").fill_null("all"))
    explained = changed.join(edited, on=["week", "platform"], how="left").with_columns(pl.col("edited").fill_null(0))
    moved = (pl.col("posts") - pl.col("posts_then")).abs()
    assert explained.filter(moved > pl.col("edited")).is_empty()
    assert explained.filter(moved == 0).is_empty()  # nothing but the counts that an edited text changed
    assert changed.height < 10


def test_corrections_are_the_differences_between_publications(
    arrived: tuple[warehouse.Connection, Path, pl.DataFrame],
) -> None:
    connection, folder, _ = arrived
    said: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    files = sorted(
        (pl.read_parquet(path) for path in (folder.parent / "ledger" / "publications").glob("*.parquet")),
        key=lambda frame: frame["sequence"][0],
    )
    for frame in files:
        for *key, value in frame.filter(pl.col("metric") == "posts").select(*publications.NUMBER, "value").iter_rows():
            said[tuple(key)].append(value)
    expected = {(*key, before, after) for key, values in said.items() for before, after in pairwise(values)}
    found = table(
        connection,
        "SELECT week, phase, platform, table_name, key, metric, previous, now_known FROM trends.corrections "
        "WHERE metric = 'posts'",
    )
    assert len(files) == 26
    assert len(expected) > 500
    assert set(found.rows()) == expected
    reasons = set(table(connection, "SELECT DISTINCT reason FROM trends.corrections")["reason"])
    assert reasons >= {"late", "removed", "late, removed"}


def test_late_posts_and_removals_make_corrections_of_the_right_kind(
    arrived: tuple[warehouse.Connection, Path, pl.DataFrame],
) -> None:
    connection, _, _ = arrived
    wrong = table(
        connection,
        "FROM trends.corrections WHERE metric = 'posts' AND table_name = 'trends.weekly_platform' "
        "AND ((reason = 'late' AND now_known < previous) OR (reason = 'removed' AND now_known > previous) "
        "OR reason NOT IN ('late', 'removed', 'late, removed'))",
    )
    assert wrong.rows() == []


# -- a slow computation ----------------------------------------------------------------------------------------------


def _first_reading(connection: warehouse.Connection) -> list[dict[str, Any]]:
    """The posts of the first reading of every bucket, one by one, from the base tables."""
    zone = Settings().election.zone
    end: dict[tuple[Any, ...], datetime] = {}
    days = {
        day: (bucket, week)
        for day, bucket, week in table(connection, "SELECT day, bucket, week FROM core.calendar").rows()
    }
    landed = table(connection, "SELECT platform, source, day, landed_at FROM base.collection").rows()
    posts = table(connection, "FROM base.posts").rows(named=True)
    first: dict[tuple[Any, ...], datetime] = {}
    for post in posts:
        key = (days[post["day"]][0], post["platform"], post["first_source"])
        first[key] = min(first.get(key, post["first_landed_at"]), post["first_landed_at"])
    moments = [((days[day][0], platform, source), moment) for platform, source, day, moment in landed] + list(
        first.items()
    )
    for key, moment in moments:
        bucket: date = key[0]
        release = datetime.combine(bucket - timedelta(days=bucket.weekday()) + timedelta(days=7), time(), zone)
        local = max(moment.astimezone(zone), release)
        until = datetime.combine(local.date() + timedelta(days=1), time(), zone)
        end[key] = max(end.get(key, until), until)
    read = []
    for post in posts:
        bucket = days[post["day"]][0]
        until = end[bucket, post["platform"], post["first_source"]]
        is_gone = post["gone_landed_at"] is not None and post["gone_landed_at"] < until
        if post["first_landed_at"] < until and not is_gone:
            read.append(post | {"bucket": bucket})
    return read


def test_units_and_posts_are_those_of_a_slow_count(arrived: tuple[warehouse.Connection, Path, pl.DataFrame]) -> None:
    connection, _, _ = arrived
    units: Counter[tuple[Any, ...]] = Counter()
    posts: Counter[tuple[Any, ...]] = Counter()
    seen: set[tuple[Any, ...]] = set()
    for post in sorted(_first_reading(connection), key=lambda post: (post["created_at"], post["post_id"])):
        event = (post["bucket"], post["platform"], post["unit_key"])
        is_unit = post["unit_key"] is None or event not in seen
        seen.add(event)
        subjects = [("volumes", post["first_source"], post["day"])]
        subjects += [("topics", topic, None) for topic in post["topics"]]
        subjects += [("indications", code, None) for code in post["indications"]]
        subjects += [("districts", code, None) for code in post["districts"]]
        subjects += [("sentiment", post["sentiment"], None)] if post["sentiment"] not in (None, "neutral") else []
        for subject in subjects:
            posts[post["bucket"], post["platform"], *subject] += 1
            units[post["bucket"], post["platform"], *subject] += is_unit
    found = table(connection, "SELECT bucket, platform, family, subject, day, observed, posts FROM trends.signal_cells")
    rows = {tuple(row[:5]): row[5:] for row in found.rows()}
    assert posts.keys() <= rows.keys()
    for key, (observed, raw) in rows.items():
        assert (observed or 0, raw or 0) == (units[key], posts[key]), key
    assert sum(posts.values()) - sum(units.values()) > 100


@pytest.fixture(scope="module")
def coded(
    arrived: tuple[warehouse.Connection, Path, pl.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Settings, pl.DataFrame]:
    """The season with the sheets of two coders who err, and its estimates beside the truth."""
    connection, folder, _ = arrived
    connection.execute("CHECKPOINT")
    settings = season_judged.coded(folder.parent, folder, tmp_path_factory.mktemp("coded") / "home")
    return settings, season_judged.estimated(settings, folder)


def test_estimates_hold_the_truth_of_the_season(coded: tuple[Settings, pl.DataFrame]) -> None:
    _, found = coded
    assert found.height > 300
    held = found.filter(pl.col("truth").is_between(pl.col("low"), pl.col("high")))
    assert held.height / found.height >= 0.94
    assert found["truth"].sum() > found["confirmed"].sum()  # some were missed


def test_net_sentiment_by_reviews_holds_the_truth_of_the_season(
    coded: tuple[Settings, pl.DataFrame], arrived: tuple[warehouse.Connection, Path, pl.DataFrame]
) -> None:
    found = season_judged.net_estimated(coded[0], arrived[1])
    assert found.height > 20
    held = found.filter(pl.col("truth").is_between(pl.col("low"), pl.col("high")))
    assert held.height >= found.height - 4


def test_what_was_flagged_is_another_number(coded: tuple[Settings, pl.DataFrame]) -> None:
    _, found = coded
    some = found.filter(pl.col("truth") > 0)
    assert some.filter(pl.col("flagged") != pl.col("truth")).height > some.height / 5


def test_the_report_says_the_estimate_in_words(coded: tuple[Settings, pl.DataFrame]) -> None:
    settings, found = coded
    week = Week.parse(found.filter(pl.col("confirmed") > 0).sort("confirmed", "week")["week"][-1])
    with warehouse.opened(settings.home) as connection:
        tables = frames.report_frames(connection, week, "id", [])
    words = Words("id")
    facts = Facts(edition(str(week)), tables)
    told = estimate_sentences(facts, words)
    names = {code: facts.label("indications", code) for code in found["indication"]}
    rows = found.filter(week=str(week)).rows(named=True)
    assert told and all(
        any(text.startswith(names[row["indication"]]) and words.number(round(row["estimate"])) in text for row in rows)
        for text in told
    )


def test_views_are_those_of_a_slow_sum(arrived: tuple[warehouse.Connection, Path, pl.DataFrame]) -> None:
    connection, _, _ = arrived
    views: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    rows = table(connection, "SELECT week, phase, platform, topics, first_views FROM core.posts WHERE state = 'live'")
    for week, phase, platform, topics, count in rows.rows():
        if count is not None:
            for name in (platform, "all"):
                for subject in ("all", *topics):
                    views[week, phase, name, subject].append(count)
    found = table(
        connection,
        "SELECT week, phase, platform, subject, seen_posts, views, top_share FROM trends.weekly_views "
        "WHERE dimension IN ('platform', 'topic')",
    )
    for *key, seen, total, top in found.rows():
        counts = views[tuple(key)]
        assert (seen or 0, total or 0) == (len(counts), sum(counts)), key
        assert top == (pytest.approx(max(counts) / sum(counts)) if counts and sum(counts) else None), key


# -- the truth -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["predicted", "true"])
def judged(
    request: pytest.FixtureRequest, arrived: tuple[warehouse.Connection, Path, pl.DataFrame]
) -> Iterator[pl.DataFrame]:
    """The season's signals with every class taken as measured, on predicted and on true labels."""
    connection, folder, _ = arrived
    with season_judged.judged(connection, folder, request.param == "true") as signals:
        yield signals


def test_a_burst_of_enough_power_is_found_in_its_bucket(judged: pl.DataFrame) -> None:
    for burst in season_judged.planted(judged):
        *_, observed, expected, size, is_found = burst
        assert observed - expected >= size, burst
        assert is_found, burst


def test_a_burst_in_the_first_weeks_of_a_phase_has_nothing_to_be_compared_with(judged: pl.DataFrame) -> None:
    row = judged.filter(
        (pl.col("week") == "2023-W50") & (pl.col("subject") == "insult") & (pl.col("platform") == "tiktok")
    ).row(0, named=True)
    assert row["observed"] >= 12
    assert (row["reason"], row["signal"]) == ("no_baseline", False)


def test_a_copy_paste_campaign_is_one_event(judged: pl.DataFrame) -> None:
    # one text by 140 accounts on 10 and 11 January
    week = judged.filter((pl.col("week") == "2024-W02") & (pl.col("platform") == "all"))
    prices = week.filter(pl.col("subject") == "prices").row(0, named=True)
    assert prices["posts"] - prices["observed"] >= 120
    assert not prices["signal"]
    volume = week.filter(pl.col("family") == "volumes").row(0, named=True)
    assert volume["direction"] != "up"


def test_outages_never_raise_a_signal(judged: pl.DataFrame) -> None:
    assert [count for *_, count in season_judged.false_alarms(judged)] == [0, 0, 0]
    down = judged.filter((pl.col("week") == "2023-W52") & (pl.col("platform") == "instagram"))
    assert set(down["reason"]) == {"not_collected"}
    partial = judged.filter((pl.col("week") == "2023-W42") & (pl.col("platform") == "tiktok"))
    assert partial.filter(pl.col("family") == "volumes")["reason"].to_list() == [None]  # judged, and found as expected


def test_quiet_weeks_raise_hardly_any_signal_of_indications(judged: pl.DataFrame) -> None:
    quiet = judged.filter((pl.col("family") == "indications") & ~pl.col("week").is_in(["2024-W05", "2023-W50"]))
    buckets = quiet.filter(pl.col("q").is_not_null()).group_by("week").agg(pl.col("signal").any())
    assert buckets.height >= 10
    assert buckets["signal"].sum() <= 2
