"""Every expectation on the estimates passes on healthy rows and notices the one thing it is there for."""

from typing import Any

import pandas as pd
import pytest

from expectations import estimates
from expectations.run import Outcome, gate, validate
from flows.headers import header_of
from flows.trends import estimates as method

HEALTHY: dict[str, Any] = {
    "week": "2024-W02",
    "phase": "campaign",
    "indication": "hoax",
    "flagged": 20,
    "reviewed": 18,
    "confirmed": 9,
    "sampled": 100,
    "missed": 1,
    "estimate": 14.0,
    "low": 10.0,
    "high": 31.0,
    "form": "ratio",
    "precision": 0.5,
    "precision_low": 0.3,
    "precision_high": 0.7,
    "recall": 0.6,
    "recall_low": 0.3,
    "recall_high": 0.9,
    "pooled_buckets": 8,
    "reason": None,
}
UNKNOWN = dict.fromkeys(("estimate", "low", "high", "form", "recall", "recall_low", "recall_high"))
# Expectation -> what is put into a healthy row so that it is broken.
SPOILED: dict[str, dict[str, Any]] = {
    "week_filled": {"week": None},
    "phase_filled": {"phase": None},
    "indication_filled": {"indication": None},
    "flagged_not_negative": {"flagged": -1},
    "reviewed_not_negative": {"reviewed": -1},
    "confirmed_not_negative": {"confirmed": -1},
    "sampled_not_negative": {"sampled": -1},
    "missed_not_negative": {"missed": -1},
    "reviewed_up_to_flagged": {"reviewed": 21},
    "confirmed_up_to_reviewed": {"confirmed": 19},
    "missed_up_to_sampled": {"missed": 101},
    "low_up_to_estimate": {"low": 14.5},
    "estimate_up_to_high": {"high": 13.5},
    "precision_low_up_to_precision": {"precision_low": 0.51},
    "precision_up_to_precision_high": {"precision_high": 0.49},
    "recall_low_up_to_recall": {"recall_low": 0.61},
    "recall_up_to_recall_high": {"recall_high": 0.59},
    "precision_within_bounds": {"precision": 1.2},
    "recall_within_bounds": {"recall": -0.1},
    "estimate_not_negative": {"low": -1.0},
    "form_known": {"form": "guess"},
    "reason_known": {"reason": "tired"},
    "pooled_buckets_within_method": {"pooled_buckets": 9},
}
SUITE = estimates.suite()


def rows(**spoiled: Any) -> pd.DataFrame:
    """A row that is estimated, one that is not, and one that is as asked for."""
    waiting = HEALTHY | UNKNOWN | {"week": "2024-W03", "reviewed": 0, "confirmed": 0, "reason": "flags_not_reviewed"}
    return pd.DataFrame([HEALTHY, waiting, HEALTHY | {"week": "2024-W04"} | spoiled])


def test_every_expectation_has_data_that_trips_it() -> None:
    assert set(SPOILED) == {each.name for each in SUITE.expectations}


def test_it_reads_only_columns_that_the_model_declares() -> None:
    assert set(SUITE.columns) <= set(header_of("trends.estimates").columns)


def test_it_passes_on_healthy_rows() -> None:
    verdicts = validate(rows(), SUITE, empty_is_valid=False)
    assert {verdict.name: verdict.outcome for verdict in verdicts if verdict.outcome is not Outcome.PASSED} == {}


@pytest.mark.parametrize("name", SPOILED)
def test_expectation_notices(name: str, verdict_of: Any) -> None:
    verdict = verdict_of(rows(**SPOILED[name]), SUITE, name)
    assert (verdict.outcome, verdict.failed_rows) == (Outcome.FAILED, 1)


def test_a_breach_stops_the_week() -> None:
    assert gate(validate(rows(confirmed=19), SUITE, empty_is_valid=False)) is not None


def test_forms_and_reasons_are_those_of_the_method() -> None:
    assert (method.DIRECT, method.RATIO) == estimates.FORMS
    assert method.NOT_COLLECTED in estimates.REASONS
