"""The posts behind the stand-ins: the season's own, all of them reachable, gone when the season says so."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from flows.simulation.histories import EDIT_NOTES
from flows.simulation.services.archive import DAY, NEVER, PAGE_REACH, Catalogue, media_number, visible_ids, watch_list

Catalogues = dict[str, Catalogue]
PLATFORMS = ("tiktok", "facebook", "instagram")


@pytest.fixture(scope="module")
def truth(season_folder: Path) -> pl.DataFrame:
    return pl.read_parquet(season_folder / "truth" / "posts.parquet")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_post_of_the_season_is_held_once(catalogues: Catalogues, truth: pl.DataFrame, platform: str) -> None:
    held = [item.post_id for item in catalogues[platform].items]
    assert len(held) == len(set(held)) > 900
    assert set(held) == set(truth.filter(platform=platform)["post_id"])
    assert len(catalogues[platform].by_id) == len(held)


def test_counts_and_texts_are_those_of_the_truth(catalogues: Catalogues, truth: pl.DataFrame) -> None:
    rows = {row["post_id"]: row for row in truth.iter_rows(named=True)}
    for item in catalogues["tiktok"].items:
        row = rows[item.post_id]
        assert (item.text, item.likes, item.views) == (row["text"], row["likes"], row["views"])
        assert item.created == int(row["created_at"].timestamp())


def test_posts_vanish_when_the_removal_lists_say(catalogues: Catalogues, season_folder: Path) -> None:
    lists = season_folder.glob("exports/*/removals.csv")
    listed = {(row["platform"], row["post_id"]): row for path in lists for row in csv.DictReader(path.open())}
    held = {(name, item.post_id): item for name in PLATFORMS for item in catalogues[name].items}
    assert len(listed.keys() & held.keys()) > 10
    for key in listed.keys() & held.keys():
        gone_at = int(datetime.fromisoformat(listed[key]["gone_at"]).timestamp())
        assert (held[key].gone, held[key].gone_at) == (listed[key]["reason"], gone_at)
        assert held[key].is_here(gone_at - 1)
        assert not held[key].is_here(gone_at)
    assert all(item.gone_at == NEVER for key, item in held.items() if key not in listed)


def test_a_post_that_went_with_its_account_has_one_of_its_own(catalogues: Catalogues) -> None:
    gone = [account for name in PLATFORMS for account in catalogues[name].accounts.values() if account.gone]
    assert gone
    for account in gone:
        assert len(account.items) == 1
        assert account.gone_at == account.items[0].gone_at
    assert not any(account.gone == "private" for account in catalogues["facebook"].accounts.values())


def test_the_watch_list_reaches_everything(catalogues: Catalogues, season_folder: Path) -> None:
    watched = watch_list(season_folder)
    tiktok = watched["tiktok"]
    for item in catalogues["tiktok"].items:
        by_word = any(word in (item.text or "").lower() for word in tiktok.keywords)
        assert by_word or set(item.tags) & set(tiktok.hashtags) or item.account.handle in tiktok.accounts
    assert {item.account.number for item in catalogues["facebook"].items} == set(watched["facebook"].accounts)
    assert {item.account.handle for item in catalogues["instagram"].items} == set(watched["instagram"].accounts)
    assert len(watched["instagram"].hashtags) <= 30


def test_no_page_holds_more_than_its_edges_give(catalogues: Catalogues) -> None:
    assert max(len(account.items) for account in catalogues["facebook"].accounts.values()) < PAGE_REACH


def test_visible_ids_follow_the_clock(season_folder: Path, truth: pl.DataFrame) -> None:
    moment = datetime(2023, 11, 1, tzinfo=UTC)
    visible = visible_ids(season_folder, moment)
    made = {name: set(truth.filter(pl.col("created_at") <= moment, platform=name)["post_id"]) for name in PLATFORMS}
    assert all(visible[name] <= made[name] for name in PLATFORMS)
    assert sum(len(made[name] - visible[name]) for name in PLATFORMS) < 20
    assert not visible_ids(season_folder, datetime(2023, 8, 1, tzinfo=UTC))["tiktok"]


def test_counts_grow_for_a_week_and_then_stay(catalogues: Catalogues) -> None:
    item = catalogues["instagram"].items[0]
    shares = [item.growth(item.created + day * DAY) for day in range(10)]
    assert shares == sorted(shares)
    assert 0 < shares[0] < 1
    assert shares[7:] == [1.0, 1.0, 1.0]


def test_an_edited_post_shows_its_first_text_for_two_days(catalogues: Catalogues) -> None:
    edited = [item for name in PLATFORMS for item in catalogues[name].items if item.is_edited]
    assert edited
    for item in edited:
        before, after = item.text_at(item.created + DAY), item.text_at(item.created + 3 * DAY)
        assert before != after == item.text
        assert after is not None
        assert before is not None
        assert after.removeprefix(before) in EDIT_NOTES


def test_graph_ids_have_the_form_of_the_platform(catalogues: Catalogues) -> None:
    assert all(item.graph_id.startswith("179") and len(item.graph_id) == 17 for item in catalogues["instagram"].items)
    page, _, post = catalogues["facebook"].items[0].graph_id.partition("_")
    assert page.isdecimal()
    assert post == catalogues["facebook"].items[0].post_id


def test_a_shortcode_is_its_media_number_in_base_64() -> None:
    assert media_number("CRyZpmrjYC4") == 2626274342904627384
