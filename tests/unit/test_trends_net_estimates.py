"""Net sentiment by reviews: the formula, what it rests on, and where nothing can be said."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from flows.method import METHOD
from flows.store.warehouse import query
from flows.trends.net_estimates import Part, estimate
from tests.sql.warehouse_of_cases import build, warehouse_of

RNG = np.random.default_rng(4)


def part(posts: int, said: Any, score: Any, scored: float) -> Part:
    return Part(posts, scored, np.asarray(said, float), np.asarray(score, float), np.ones(len(said)))


def test_one_stratum_is_the_estimator_of_the_paper() -> None:
    score = RNG.uniform(-1, 1, 5000)
    y = np.sign(score + RNG.normal(0, 0.5, 5000))
    drawn = slice(0, 200)
    found = estimate([part(5000, y[drawn], score[drawn], float(score.sum()))])
    weight = np.cov(y[drawn], score[drawn])[0, 1] / score[drawn].var(ddof=1)
    rest = y[drawn] - weight * score[drawn]
    assert found.label_weight == pytest.approx(weight)
    assert found.value == pytest.approx(weight * score.mean() + rest.mean())
    error = np.sqrt(rest.var(ddof=1) / 200 * (1 - 200 / 5000))
    assert found.high - found.value == pytest.approx(stats.t.ppf(0.975, 199) * error, rel=0.03)


def test_labels_that_tell_nothing_weigh_nothing_and_good_ones_make_the_interval_narrow() -> None:
    y = RNG.integers(-1, 2, 4000).astype(float)
    good, none = y + RNG.normal(0, 0.2, 4000), RNG.normal(0, 0.5, 4000)
    by_good, by_none = (estimate([part(4000, y[:100], score[:100], float(score.sum()))]) for score in (good, none))
    assert by_none.label_weight == pytest.approx(0, abs=0.25)
    assert by_good.label_weight == pytest.approx(1, abs=0.1)
    assert by_good.high - by_good.low < 0.4 * (by_none.high - by_none.low)


def test_a_stratum_weighs_as_many_posts_as_it_has() -> None:
    happy = part(100, np.ones(50), np.zeros(50), 0.0)
    angry = part(900, -np.ones(50), np.zeros(50), 0.0)
    found = estimate([happy, angry])
    assert found.value == pytest.approx(-0.8)
    assert found.low < -0.8 < found.high < -0.7  # all alike is no certainty


def test_a_wholly_reviewed_week_is_known() -> None:
    y = np.array([1.0] * 20 + [-1.0] * 30)
    found = estimate([part(50, y, np.zeros(50), 0.0)])
    assert (found.value, found.low, found.high) == (pytest.approx(-0.2),) * 3


def test_the_limits_stay_within_what_there_can_be() -> None:
    found = estimate([part(5000, np.ones(40), np.full(40, 0.9), 4500.0)])
    assert found.value == 1 and found.high == 1 and found.low < 0.99


# -- from reviews to rows ----------------------------------------------------------------------------------------------

DAY = {"day": "2024-01-10", "text": "teks", "sentiment": "positive", "sentiment_score": "0.5"}


def row_of(
    said: dict[str, str], posts: int = 60, flags: int = 4, extra: tuple[dict[str, str], ...] = ()
) -> dict[str, Any]:
    """The row of the week; `said` are the sentiments of two coders by post."""
    frame = [DAY | {"post_id": f"f{number}", "indications": "hoax"} for number in range(flags)]
    frame += [DAY | {"post_id": f"u{number}"} for number in range(posts - flags)]
    reviews = [
        {"post_id": post, "code": "none", "coder": coder, "sentiment": "" if word == "-" else word}
        for post, both in said.items()
        for coder, word in zip("AB", both.split(), strict=True)
    ]
    connection = warehouse_of(posts=frame, reviews=[*reviews, *extra])
    build(connection, "trends.net_estimates")
    found = query(connection, "FROM trends.net_estimates WHERE week = '2024-W02'").to_dicts()
    assert len(found) == 1
    return found[0]


def names(flags: int, others: int) -> list[str]:
    return [*(f"f{number}" for number in range(flags)), *(f"u{number}" for number in range(others))]


def test_what_two_coders_say_of_drawn_posts_is_counted() -> None:
    said = dict.fromkeys(names(4, 56), "positive positive")  # of the 56 of the lowest band 40 were drawn
    row = row_of(said)
    assert (row["labelled"], row["reviewed"], row["reason"]) == (60, 4 + METHOD.review_low, None)
    assert (row["net_scored"], row["estimate"]) == (0.5, 1.0)


def test_where_coders_differ_the_middle_holds_until_somebody_decides() -> None:
    said = dict.fromkeys(names(4, 56), "positive negative")
    assert row_of(said)["estimate"] == 0
    decided = tuple(
        {"post_id": post, "code": "none", "coder": "C", "stage": "adjudicated", "sentiment": "negative"}
        for post in said
    )
    assert row_of(said, extra=decided)["estimate"] == -1


def test_without_enough_reviews_nothing_is_said_and_why() -> None:
    assert row_of({})["reason"] == "not_reviewed"
    assert row_of(dict.fromkeys(names(4, 56), "positive -"))["reason"] == "not_reviewed"  # one coder is none
    assert row_of(dict.fromkeys(names(4, 20), "neutral neutral"))["reason"] == "few_reviewed"
    others = dict.fromkeys(names(0, 56), "neutral neutral")
    none_of_the_flags = row_of(others)
    assert (none_of_the_flags["reviewed"], none_of_the_flags["reason"]) == (METHOD.review_low, "few_reviewed")
    assert {none_of_the_flags[name] for name in ("estimate", "low", "high", "label_weight")} == {None}


def test_an_empty_warehouse_has_no_estimates() -> None:
    connection = warehouse_of()
    build(connection, "trends.net_estimates")
    assert connection.execute("SELECT count(*) FROM trends.net_estimates").fetchall() == [(0,)]
