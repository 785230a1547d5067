"""Estimates: what there is by the reviews of the office, where nothing can be said, and that the draws are right."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from flows.method import METHOD
from flows.store.warehouse import query
from flows.trends.estimates import Bucket, Stratum, estimate, generator, precisions, recall
from tests.sql.warehouse_of_cases import build, warehouse_of


def bucket(flags: tuple[int, int, int], others: tuple[int, int, int]) -> Bucket:
    return Bucket({"flagged": Stratum(*flags)}, {"low": Stratum(*others)})


QUIET = bucket((20, 20, 8), (2380, 100, 0))


def test_the_draws_are_the_beta_binomial_of_the_reviews() -> None:
    found = estimate([bucket((200, 50, 30), (0, 0, 0))], generator("a"))
    rest = stats.betabinom(150, 30.5, 20.5)
    assert found.posts.value == pytest.approx(30 + rest.median(), abs=2)
    assert found.posts.low == pytest.approx(30 + rest.ppf(0.025), abs=3)
    assert found.posts.high == pytest.approx(30 + rest.ppf(0.975), abs=3)


def test_what_was_reviewed_wholly_leaves_nothing_to_draw() -> None:
    found = estimate([bucket((20, 20, 8), (100, 100, 3))], generator("a"))
    assert found.posts == (11, 11, 11)


def test_misses_are_pooled_so_that_more_reviews_make_the_interval_narrower() -> None:
    one, eight = (estimate([QUIET] * weeks, generator("a")).posts for weeks in (1, 8))
    assert one.low >= 8 and eight.low >= 8
    assert one.high - one.low > 4 * (eight.high - eight.low)


def test_half_a_post_before_anybody_looked_is_that_of_all_bands_together() -> None:
    bands = {name: Stratum(posts, drawn, 0) for name, posts, drawn in (("h", 50, 30), ("m", 240, 30), ("l", 2100, 40))}
    found = estimate([Bucket({"flagged": Stratum(1, 1, 0)}, bands)] * 8, generator("a")).posts
    assert (found.value, found.low) == (0, 0)
    assert 5 < found.high < 14  # where each band had half a post it was 18
    rest = stats.betabinom(2060, 0.5 / 3, 320.5)
    assert found.high == pytest.approx(rest.ppf(0.975), abs=4)


def test_without_a_miss_the_lower_limit_is_what_the_flags_hold() -> None:
    some = bucket((20, 10, 8), (50, 49, 0))
    found = estimate([some], generator("a")).posts
    assert found.low <= 8 + stats.betabinom(10, 8.5, 2.5).ppf(0.025) + 1
    assert estimate([bucket((9, 9, 8), (2390, 100, 0))], generator("a")).posts.low == 8


def test_the_same_bucket_and_class_have_the_same_draws() -> None:
    first, again, other = (estimate([QUIET] * 3, generator(name)).posts for name in ("a", "a", "b"))
    assert first == again != other


def test_a_jump_is_estimated_by_the_recall_of_the_buckets_it_is_pooled_with() -> None:
    before = [bucket((20, 20, 10), (2380, 100, 1))] * 7  # 10 right flags, about 24 missed
    jump = bucket((60, 60, 50), (2340, 100, 4))
    found = estimate([*before, jump], generator("a"))
    missed_by_flag = (7 + 4) / (7 * 10 * 100 / 2380 + 50 * 100 / 2340)  # in the posts of the band that were reviewed
    assert found.form == "ratio"
    assert found.posts.value == pytest.approx(50 + 4 + missed_by_flag * 50 * (2240 / 2340), rel=0.05)
    fall = estimate([*before, bucket((5, 5, 1), (2395, 100, 0))], generator("a"))
    assert fall.posts.high < found.posts.low / 2


def test_few_right_flags_carry_no_ratio() -> None:
    few = [bucket((3, 3, 1), (2397, 100, 0))] * 8
    many = [bucket((3, 3, 2), (2397, 100, 0))] * 8
    assert 8 < METHOD.estimate_flags <= 16
    assert [estimate(pool, generator("a")).form for pool in (few, many)] == ["direct", "ratio"]


def test_a_bucket_whose_flags_nobody_reviewed_tells_nothing_of_the_ratio() -> None:
    known = [bucket((20, 20, 10), (2380, 100, 1))] * 2
    unknown = bucket((20, 0, 0), (2380, 100, 30))
    with_it, without = (estimate([*before, *known], generator("a")) for before in ([unknown], []))
    assert with_it.form == without.form == "ratio"
    assert with_it.posts == without.posts


def test_precision_has_jeffreys_limits_and_none_without_reviews() -> None:
    found, unknown = precisions([[Stratum(70, 50, 35)], [Stratum(50, 0, 0)]])
    assert found is not None and found.value == 0.7
    assert (found.low, found.high) == pytest.approx(stats.beta.interval(0.95, 35.5, 15.5))
    assert unknown is None
    assert precisions([]) == []
    assert recall([bucket((50, 9, 0), (9, 9, 1))], generator("a")) is None


def test_a_part_that_was_drawn_weighs_as_all_it_was_drawn_from() -> None:
    (found,) = precisions([[Stratum(100, 100, 80), Stratum(900, 100, 20)]])
    assert found is not None
    assert found.value == pytest.approx((80 + 9 * 20) / 1000)
    assert found.high - found.low > 0.1  # as of 122 reviews, not of 200


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(8)
    inside = 0
    for trial in range(200):
        pool = []
        for _ in range(METHOD.estimate_weeks):
            right, missed, false = rng.poisson(8), rng.poisson(4), rng.poisson(12)
            others = 2400 - right - false
            seen = rng.hypergeometric(missed, others - missed, 100)
            pool.append(bucket((right + false, right + false, right), (others, 100, int(seen))))
        found = estimate(pool, generator(str(trial))).posts
        inside += found.low <= right + missed <= found.high
    assert inside >= stats.binom.ppf(0.01, 200, 0.95)


# -- from reviews to rows ----------------------------------------------------------------------------------------------

WEEK = {"2024-W02": "2024-01-10", "2024-W03": "2024-01-17"}


def rows(posts: list[dict[str, str]], said: dict[str, str]) -> dict[tuple[str, str], dict[str, Any]]:
    """Rows by week and class; `said` are the codes of two coders by post."""
    reviews = [
        {"post_id": post, "code": code, "coder": coder}
        for post, both in said.items()
        for coder, code in zip("AB", both.split(), strict=True)
    ]
    connection = warehouse_of(posts=posts, reviews=reviews)
    build(connection, "trends.estimates")
    found = query(connection, "FROM trends.estimates").to_dicts()
    return {(row["week"], row["indication"]): row for row in found}


def week_of(name: str, version: str = "rules-1", flags: int = 4, others: int = 6) -> list[dict[str, str]]:
    day = {"day": WEEK[name], "text": "teks", "label_version": version}
    flagged = [day | {"post_id": f"{name}-f{number}", "indications": "hoax"} for number in range(flags)]
    return flagged + [day | {"post_id": f"{name}-u{number}"} for number in range(others)]


def test_reviews_are_counted_by_what_two_coders_agreed_on() -> None:
    said = {"2024-W02-f0": "hoax hoax", "2024-W02-f1": "none none", "2024-W02-f2": "hoax none",
            "2024-W02-u0": "hoax hoax", "2024-W02-u1": "hoax none", "2024-W02-u2": "none none"}  # fmt: skip
    row = rows(week_of("2024-W02"), said)["2024-W02", "hoax"]
    counts = ("flagged", "reviewed", "confirmed", "sampled", "missed", "pooled_buckets", "reason")
    assert [row[name] for name in counts] == [4, 2, 1, 3, 1, 1, None]
    assert row["low"] >= 2 and row["high"] <= 10
    assert row["precision"] == 0.5


def test_without_reviews_there_is_no_estimate_and_a_reason() -> None:
    posts = week_of("2024-W02")
    nobody = rows(posts, {})["2024-W02", "hoax"]
    assert (nobody["estimate"], nobody["precision"], nobody["reason"]) == (None, None, "flags_not_reviewed")
    flags = {f"2024-W02-f{number}": "hoax hoax" for number in range(4)}
    only_flags = rows(posts, flags)["2024-W02", "hoax"]
    assert (only_flags["estimate"], only_flags["precision"]) == (None, 1.0)
    assert only_flags["reason"] == "others_not_reviewed"


def test_another_label_version_is_another_pool() -> None:
    said = {f"2024-W02-{post}": "none none" for post in ("f0", "f1", "u0", "u1")}
    posts = [*week_of("2024-W02"), *week_of("2024-W03", "rules-1", flags=0)]
    same = rows(posts, said)["2024-W03", "hoax"]
    assert (same["pooled_buckets"], same["reason"]) == (2, None)
    other = rows([*week_of("2024-W02"), *week_of("2024-W03", "rules-2", flags=0)], said)["2024-W03", "hoax"]
    assert (other["pooled_buckets"], other["reason"]) == (1, "others_not_reviewed")


def test_what_was_flagged_as_something_else_is_a_band_of_its_own() -> None:
    said = {"2024-W02-f0": "money_politics money_politics", "2024-W02-f1": "hoax hoax", "2024-W02-u0": "none none"}
    row = rows(week_of("2024-W02"), said)["2024-W02", "money_politics"]
    assert (row["flagged"], row["sampled"], row["missed"], row["reason"]) == (0, 3, 1, None)
    assert row["low"] >= 1


def test_an_undetected_post_that_nobody_drew_is_not_of_the_sample() -> None:
    posts = week_of("2024-W02", others=400)
    everything = {post["post_id"]: "hoax hoax" for post in posts}
    row = rows(posts, everything)["2024-W02", "hoax"]
    assert (row["sampled"], row["missed"]) == (METHOD.review_low, METHOD.review_low)


def test_bands_of_probability_are_strata_of_their_own_and_so_is_a_part_of_the_flagged() -> None:
    day = {"day": WEEK["2024-W02"], "text": "teks"}
    posts = [day | {"post_id": f"f{number}", "indications": "hoax"} for number in range(METHOD.review_flagged + 50)]
    posts += [day | {"post_id": f"b{number}", "indications": "hoax;money_politics"} for number in range(5)]
    for band, chance in (("h", "150"), ("m", "20"), ("l", "19")):
        posts += [day | {"post_id": f"{band}{number}", "class_probability": chance} for number in range(60)]
    said = {post["post_id"]: "none none" if post["post_id"][0] in "hml" else "hoax hoax" for post in posts}
    found = rows(posts, said)["2024-W02", "hoax"]
    flagged = METHOD.review_flagged + 55
    assert (found["flagged"], found["sampled"], found["missed"]) == (flagged, 100, 0)
    assert METHOD.review_flagged <= found["reviewed"] < flagged
    assert found["confirmed"] == found["reviewed"] and found["high"] >= found["estimate"] >= flagged - 20


def test_an_empty_warehouse_has_no_estimates() -> None:
    connection = warehouse_of()
    build(connection, "trends.estimates")
    assert connection.execute("SELECT count(*) FROM trends.estimates").fetchall() == [(0,)]
