"""What an edition prints of posts that are gone: nothing, but for the numbers that were published."""

from datetime import UTC, datetime, timedelta

import polars as pl

from flows.publishing import living
from reports.reading.contract import CONTRACT
from reports.tables.data_files import NOT_PUBLISHED

START = datetime(2024, 1, 10, 1, tzinfo=UTC)
IDS = ("1", "2", "3")


def edition() -> living.Frames:
    """An edition of three copies of a text, one of which is on the review list."""
    posts = pl.DataFrame({"platform": ["tiktok"], "post_id": ["2"], "text": ["beras naik"]})
    copies = {
        "place": [1] * 3,
        "created_at": [START + timedelta(hours=n) for n in range(3)],
        "platform": ["tiktok"] * 3,
        "account": [1, 2, 3],
        "post_id": IDS,
    }
    return {
        "evidence": posts,
        "signal_posts": posts,
        "copied_posts": pl.DataFrame(copies),
        "copied_texts": pl.DataFrame({"text": ["Beras naik"], "posts": [3]}),
        "trends.emerging_terms": pl.DataFrame({"term": ["beras"], "examples": [["tiktok/1", "tiktok/2"]]}),
        "core.review_items": pl.DataFrame({"platform": ["tiktok"], "post_id": ["2"], "outcome": ["closed"]}),
    }


def known(*ids: str) -> living._Known:
    """A warehouse in which these posts live and no other is known."""
    posts = pl.DataFrame(
        {"platform": ["tiktok"] * len(ids), "post_id": ids}, schema=dict.fromkeys(("platform", "post_id"), pl.String)
    )
    said = pl.DataFrame({"said": ["beras naik"] if ids else []}, schema={"said": pl.String})
    return living._Known(posts, posts.with_columns(is_known=True), said)


def test_an_edition_whose_posts_live_stays_as_it_is() -> None:
    assert not living._is_stale(edition(), known(*IDS), without_evidence=False)


def test_of_a_copy_that_is_gone_neither_time_nor_place_nor_id_is_left_and_its_account_still_counts() -> None:
    assert living._is_stale(edition(), known("1", "3"), without_evidence=False)
    left = living._living(edition(), known("1", "3"), without_evidence=False)
    copies = left["copied_posts"]
    assert copies.row(1, named=True) == {
        "place": 1, "created_at": None, "platform": None, "account": 2, "post_id": None
    }  # fmt: skip
    assert copies["account"].to_list() == [1, 2, 3]
    assert copies["post_id"].to_list() == ["1", None, "3"]
    assert left["evidence"].is_empty() and left["signal_posts"].is_empty()
    assert left["trends.emerging_terms"]["examples"].to_list() == [["tiktok/1"]]
    assert left["core.review_items"]["post_id"].to_list() == ["-"]
    assert not living._is_stale(left, known("1", "3"), without_evidence=False), "and it is not rendered again for ever"


def test_what_has_expired_leaves_no_copies_and_no_text() -> None:
    left = living._living(edition(), known(*IDS), without_evidence=True)
    assert [name for name in ("evidence", "signal_posts", "copied_posts", "copied_texts") if left[name].height] == []


def test_copies_that_an_earlier_version_kept_without_ids_are_dropped() -> None:
    frames = edition()
    frames["copied_posts"] = frames["copied_posts"].drop("post_id")
    assert living._is_stale(frames, known(*IDS), without_evidence=False)
    assert living._living(frames, known(*IDS), without_evidence=False)["copied_posts"].is_empty()
    del frames["copied_posts"]
    for without in (False, True):
        assert "copied_posts" not in living._living(frames, known(*IDS), without_evidence=without)


def test_every_data_file_with_rows_of_posts_is_one_that_forgets() -> None:
    traces = {"post_id", "created_at", "text", "text_group", "author_key", "account", "examples"}
    told = {
        name
        for name, frame in CONTRACT.items()
        if name not in NOT_PUBLISHED and traces & {*frame.columns, *frame.order}
    }
    assert told == {*living._PRINTED, living._TERMS}
