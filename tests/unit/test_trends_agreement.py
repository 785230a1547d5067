"""Krippendorff's alpha against his published examples."""

import polars as pl
import pytest

from flows.store.warehouse import query
from flows.trends import agreement
from tests.sql.warehouse_of_cases import build, warehouse_of


def units(*coders: str) -> list[list[str]]:
    """The codes of each unit from one string a coder; a dot is a code not given."""
    return [[code for code in column if code != "."] for column in zip(*coders, strict=True)]


def test_two_coders_and_two_codes() -> None:
    # Krippendorff 2011, Computing Krippendorff's alpha-reliability, section A: ten units, alpha = 0.095
    meg, owen = "0100000010", "1110010000"
    assert agreement.alpha(units(meg, owen)) == pytest.approx(0.095, abs=5e-4)


def test_two_coders_and_several_codes() -> None:
    # the same, section B: twelve articles, alpha = 0.692
    ben, gerry = "aabbdcccedda", "babbbccceddd"
    assert agreement.alpha(units(ben, gerry)) == pytest.approx(0.692, abs=5e-4)


def test_four_coders_with_gaps() -> None:
    # the same, section C: twelve units, not all coded by all, alpha = 0.743
    coders = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    assert agreement.alpha(units(*coders)) == pytest.approx(0.743, abs=5e-4)


def test_agreement_without_variety_says_nothing() -> None:
    assert agreement.alpha([["hoax", "hoax"], ["hoax", "hoax"]]) is None
    assert agreement.alpha([["hoax"], ["none"]]) is None


def test_posts_coded_once_are_no_evidence_and_weeks_are_kept_apart() -> None:
    rows = [
        ("2024-W05", "tiktok", "1", "ab", "hoax"),
        ("2024-W05", "tiktok", "1", "cd", "hoax"),
        ("2024-W05", "tiktok", "2", "ab", "none"),
        ("2024-W05", "tiktok", "2", "cd", "none"),
        ("2024-W05", "tiktok", "3", "ab", "hoax"),
        ("2024-W06", "tiktok", "4", "ab", "hoax"),
    ]
    found = agreement.find(pl.DataFrame(rows, schema=["week", "platform", "post_id", "coder", "code"], orient="row"))
    assert found.select("week", "coders", "posts", "alpha").rows() == [
        ("2024-W05", 2, 2, 1.0),
        ("2024-W06", 1, 0, None),
        ("all", 2, 2, 1.0),
    ]
    assert found.filter(pl.col("week") == "all")["alpha_high"].item() == 1.0


def test_nothing_reviewed_gives_no_rows() -> None:
    empty = pl.DataFrame(schema=dict.fromkeys(("week", "platform", "post_id", "coder", "code"), pl.String))
    assert agreement.find(empty).height == 0


def test_copies_of_a_text_that_were_coded_once_are_one_unit() -> None:
    posts = [{"post_id": f"c{number}", "text": "salin", "text_group": "g", "day": "2024-01-10"} for number in range(10)]
    posts += [{"post_id": f"c{number}", "text": "salin", "text_group": "g", "day": "2024-02-12"} for number in (10, 11)]
    posts += [{"post_id": f"p{number}", "text": f"teks {number}", "day": "2024-01-10"} for number in range(4)]
    both = {post["post_id"]: ("hoax", "hoax") for post in posts[:12]}
    both |= {"p0": ("hoax", "none"), "p1": ("none", "hoax"), "p2": ("none", "none")}
    reviews = [
        {"post_id": post, "code": code, "coder": coder}
        for post, codes in both.items()
        for coder, code in zip("AB", codes, strict=True)
    ]
    reviews.append({"post_id": "p3", "code": "hoax", "coder": "A"})
    connection = warehouse_of(posts=posts, reviews=reviews)
    build(connection, "trends.agreement")
    (row,) = query(connection, "FROM trends.agreement WHERE week = 'all'").to_dicts()
    assert row["posts"] == 5  # three texts, and the copies once in the campaign and once in the quiet period
    expected = agreement.alpha([["hoax", "none"], ["none", "hoax"], ["none", "none"], *[["hoax", "hoax"]] * 2])
    assert row["alpha"] == pytest.approx(expected, abs=1e-6)
