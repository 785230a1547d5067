"""Thresholds of a class: what a rule is worth, and that it flags nothing by itself."""

import numpy as np
import pytest

from flows.labels.calibration import Scored, calibrate_code, code_probability, learned_classes


def posts(count: int = 400) -> tuple[Scored, np.ndarray]:
    """Posts with scores that tell the class well, and a rule that speaks for half of it and is always right."""
    draws = np.random.default_rng(3)
    truth = np.arange(count) % 4 == 0
    scores = np.where(truth, 1.0, -1.0) + draws.normal(0, 1.2, count)
    return Scored(scores, truth & (np.arange(count) % 8 == 0)), truth


NOBODY = Scored(np.zeros(0), np.zeros(0, dtype=bool))


@pytest.mark.parametrize("code", ["insult", "hate_speech"])
def test_a_rule_flags_nothing_that_the_model_finds_unlikely(code: str) -> None:
    scored, truth = posts()
    how = calibrate_code(code, scored, truth, NOBODY)
    floor = learned_classes()[code].least_with_rule
    assert floor > 0
    scores = np.linspace(-12, 6, 2_000)
    alone = code_probability(how, Scored(scores, np.zeros(2_000, dtype=bool)))
    together = code_probability(how, Scored(scores, np.ones(2_000, dtype=bool)))
    flagged = together >= how["voted_threshold"]
    assert flagged.any()
    assert alone[flagged].min() >= floor - 1e-4


def test_a_rule_that_is_right_needs_less_of_the_model() -> None:
    scored, truth = posts()
    how = calibrate_code("insult", scored, truth, NOBODY)
    assert how["vote"] > 0
    needed = how["voted_threshold"] / (1 - how["voted_threshold"]) * np.exp(-how["vote"])
    assert needed / (1 + needed) < how["threshold"]


def test_no_more_than_the_stated_share_of_ordinary_texts_is_flagged() -> None:
    scored, truth = posts()
    ordinary = Scored(np.linspace(-3, 3, 1_000), np.zeros(1_000, dtype=bool))
    how = calibrate_code("threat", scored, truth, ordinary)
    flags = code_probability(how, ordinary) >= how["threshold"]
    assert flags.mean() <= learned_classes()["threat"].ordinary_rate
