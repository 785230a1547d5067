"""What waits for a coder, over all weeks; and what a published post does not say of how it was found."""

from datetime import date

import polars as pl

from flows.loading.sheets import posts_waiting
from flows.method import METHOD
from tests.sql.warehouse_of_cases import build, warehouse_of


def test_every_flagged_post_waits_until_coders_agree_and_what_is_still_in_time_comes_first() -> None:
    posts = [
        {"day": "2024-01-17", "indications": "hoax"},  # post-1: nobody looked at it
        {"day": "2024-01-10", "indications": "hoax"},  # post-2: nobody, a week earlier
        {"day": "2024-01-10", "indications": "hoax;money_politics"},  # post-3: one coder
        {"day": "2024-01-03", "indications": "hoax"},  # post-4: two who differ
        {"day": "2024-01-03", "indications": "hoax"},  # post-5: two who agree
        {"day": "2024-01-03", "indications": "hoax", "state": "removed"},
        {"day": "2024-01-03"},  # flagged by nothing, but a coder looked at it
    ]
    said = [("3", "ab", "hoax"), ("4", "ab", "hoax"), ("4", "cd", "none"), ("5", "ab", "none"), ("5", "cd", "none")]
    reviews = [
        {"post_id": f"post-{post}", "coder": coder, "code": code} for post, coder, code in (*said, ("7", "a", "none"))
    ]
    connection = warehouse_of(posts, reviews=reviews)
    build(connection, "core.review_queue")
    waiting = posts_waiting(connection, date(2024, 1, 1)).filter("is_detected")
    assert set(waiting["post_id"].to_list()[1:3]) == {"post-2", "post-3"}  # of one day, in a random order
    assert waiting["post_id"].to_list()[::3] == ["post-4", "post-1"]
    assert waiting["week"].to_list() == ["2024-W01", "2024-W02", "2024-W02", "2024-W03"]
    assert waiting["limit"].is_sorted()
    later = posts_waiting(connection, date(2024, 1, 18)).filter("is_detected")  # two limits passed, one lies ahead
    assert later["week"].to_list() == ["2024-W03", "2024-W02", "2024-W02", "2024-W01"]


def test_what_was_drawn_of_the_others_waits_among_them_until_coders_agree() -> None:
    posts = [{"day": "2024-01-10", "text": "teks", "indications": "hoax"}]
    posts += [{"day": "2024-01-10", "text": "teks"} for _ in range(60)]  # post-2 and so on, all of low probability
    posts += [{"day": "2023-10-04", "text": "teks"}]  # post-62, beyond the weeks that estimates are pooled over
    posts += [{"day": day, "text": "teks"} for day in ("2023-11-22", "2023-11-29", "2023-12-06", "2023-12-13")]
    posts += [{"day": day, "text": "teks"} for day in ("2023-12-20", "2023-12-27", "2024-01-03")]
    reviews = [{"post_id": f"post-{n}", "coder": coder, "code": "none"} for n in range(2, 62) for coder in ("a", "b")]
    for said, drawn in (([], METHOD.review_low), (reviews, 0)):
        connection = warehouse_of(posts, reviews=said)
        build(connection, "core.review_queue")
        waiting = posts_waiting(connection, date(2024, 1, 15))
        assert waiting.filter(pl.col("week") == "2024-W02")["is_detected"].to_list().count(False) == drawn
        assert "post-62" not in waiting["post_id"].to_list()
        assert waiting.filter("is_detected").height == 1


def test_a_published_post_does_not_name_the_watched_account_that_it_was_found_by() -> None:
    connection = warehouse_of([{"query": "account:kabar.contoh"}, {"query": "keywords"}, {"query": "#batang"}, {}])
    build(connection, "core.posts")
    queries = connection.execute("SELECT query FROM core.posts ORDER BY post_id").fetchall()
    assert queries == [("account",), ("keywords",), ("#batang",), (None,)]
