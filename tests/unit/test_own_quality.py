"""The own figures of an office take the place of a test set's from so many reviews on, in the table all readers use."""

from typing import Any

import pytest
from scipy import stats

from flows.method import METHOD
from flows.store.warehouse import query
from tests.sql.warehouse_of_cases import build, warehouse_of

DAY = {"day": "2024-01-10", "text": "teks"}
BASE = """
    INSERT INTO base.label_quality (family, code, test_set_id, test_set_en, is_real, is_measured, posts, positives,
        flagged, correct, precision, precision_low, precision_high, recall, recall_low, recall_high)
    VALUES ('indications', 'hoax', 'uji', 'test', false, false, 500, 40, 50, 45, 0.9, 0.8, 0.95, 0.7, 0.6, 0.8)"""


def row_of(reviewed: int, right: int, version: str = "rules-1", *, sampled: bool = True) -> dict[str, Any]:
    """The row of a class whose flags were reviewed so often, and so many of them confirmed."""
    posts = [DAY | {"post_id": f"f{number}", "indications": "hoax", "label_version": version} for number in range(150)]
    posts += [DAY | {"post_id": f"u{number}", "day": "2024-01-12"} for number in range(30)]
    said = {f"f{number}": "hoax" if number < right else "none" for number in range(reviewed)}
    if sampled:
        said |= {f"u{number}": "none" for number in range(30)}
    reviews = [{"post_id": post, "code": code, "coder": coder} for post, code in said.items() for coder in "AB"]
    connection = warehouse_of(posts=posts, reviews=reviews)
    connection.execute(BASE)
    build(connection, "core.label_quality")
    return query(connection, "FROM core.label_quality").to_dicts()[0]


def test_one_review_too_few_leaves_the_test_set() -> None:
    row = row_of(METHOD.own_reviews - 1, 60)
    assert (row["is_own"], row["own_reviews"], row["is_real"]) == (False, METHOD.own_reviews - 1, False)
    assert (row["precision"], row["recall"], row["flagged"], row["positives"]) == (0.9, 0.7, 50, 40)


def test_enough_reviews_are_the_figures_of_the_office() -> None:
    row = row_of(METHOD.own_reviews, 60)
    assert (row["is_own"], row["own_reviews"], row["is_real"], row["is_measured"]) == (True, 100, True, False)
    assert (row["precision"], row["flagged"], row["correct"], row["positives"]) == (0.6, 100, 60, None)
    wilson = stats.binomtest(60, 100).proportion_ci(method="wilson")
    assert (row["precision_low"], row["precision_high"]) == pytest.approx((wilson.low, wilson.high))
    assert 0.8 < row["recall"] <= 1 and row["recall_low"] <= row["recall"] <= row["recall_high"]


def test_without_a_reviewed_sample_nobody_knows_the_recall() -> None:
    row = row_of(METHOD.own_reviews, 60, sampled=False)
    assert row["is_own"] and row["recall"] is None


def test_reviews_of_other_labels_are_none_of_these() -> None:
    row = row_of(METHOD.own_reviews, 60, "rules-0")  # later posts have the labels rules-1
    assert (row["own_reviews"], row["is_own"], row["precision"]) == (0, False, 0.9)
