"""The interval of net sentiment allows for the bias that was measured on real texts, and names it."""

import polars as pl
import pytest

from reports.reading.facts import Facts
from reports.wording.net_bias import bias_of, widened_text
from reports.wording.words import Words
from tests.reports_fixture import edition, season


def facts_of(*rows: dict[str, object]) -> Facts:
    tables = season()
    frame = pl.DataFrame(rows, infer_schema_length=None) if rows else tables["core.label_quality"].head(0)
    return Facts(edition(), {**tables, "core.label_quality": frame})


def row(code: str, positives: int, flagged: int, test_set: str = "uji", *, is_real: bool = True) -> dict[str, object]:
    counts = {"posts": 600, "positives": positives, "flagged": flagged, "is_real": is_real}
    return {"family": "sentiment", "code": code, "test_set_id": test_set, "test_set_en": "test", **counts}


MEASURED = (row("negative", 300, 277), row("neutral", 117, 121), row("positive", 183, 202))
NET = {"net_low": 0.01, "net_high": 0.11}


def test_the_bias_is_the_difference_of_net_sentiment() -> None:
    bias = bias_of(facts_of(*MEASURED))
    assert bias is not None and bias[0] == pytest.approx((202 - 277) / 600 - (183 - 300) / 600)


def test_the_largest_bias_of_real_texts_holds_and_invented_ones_say_nothing() -> None:
    invented = (row("negative", 300, 0, "buatan", is_real=False), row("positive", 183, 0, "buatan", is_real=False))
    other = (row("negative", 300, 240, "lain"), row("positive", 183, 183, "lain"))
    bias = bias_of(facts_of(*MEASURED, *invented, *other))
    assert bias is not None and (bias[0], bias[1]["test_set_id"]) == (pytest.approx(0.1), "lain")
    assert bias_of(facts_of(*invented)) is None


def test_the_interval_is_widened_on_both_sides_and_cut_at_the_ends() -> None:
    facts, words = facts_of(*MEASURED), Words("id")
    assert "−6,0 s.d. +18,0" in widened_text(facts, words, NET)
    assert "+100,0" in widened_text(facts, words, {"net_low": 0.9, "net_high": 0.98})
    assert widened_text(facts, words, None) == widened_text(facts_of(), words, NET) == ""
